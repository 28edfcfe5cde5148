#!/usr/bin/env python3
"""Opens strongroom archives with a passphrase, checks everything, and prints what they hold as JSON, one line each.

Written from docs/formats/archive-v1.md alone and sharing no code with the crate,
so that a mistake in one of the two shows up as a disagreement. With --to it writes
the files below a directory. For tests only: it wipes nothing.

usage: read_archive.py [--all] [--to DIRECTORY] PASSPHRASE_FILE ARCHIVE...
"""

import argparse
import hashlib
import hmac
import json
import os
import struct
import unicodedata

import cbor2
from argon2.exceptions import Argon2Error
from argon2.low_level import Type, hash_secret_raw
from Crypto.Cipher import ChaCha20_Poly1305
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

MAGIC = bytes.fromhex("895352420d0a1a0a")
NETWORKS = {1: "mainnet", 2: "testnet", 3: "devnet"}
CHUNK = 65536
KINDS = {1: "store", 2: "audit_log", 3: "config", 4: "extra", 5: "audit_root"}


class Refused(Exception):
    """The file is not an archive that this passphrase opens."""


def check(holds, what):
    if not holds:
        raise Refused(what)


def label(text):
    return b"strongroom/v1 " + text.encode() + b"\0"


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def derive(ikm, salt, info):
    return HKDF(ikm, 32, salt, SHA256, context=info)


def decrypt(key, nonce, aad, sealed, what):
    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)  # 24 bytes of nonce select XChaCha20
    cipher.update(aad)
    try:
        return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])
    except ValueError as error:
        raise Refused(f"{what} does not authenticate") from error


def subset(item):
    """Whether every item is of the subset."""
    if isinstance(item, dict):
        return all(subset(part) for pair in item.items() for part in pair)
    if isinstance(item, list):
        return all(subset(part) for part in item)
    return item is None or isinstance(item, (bytes, str)) or (type(item) is int and item >= 0)


def whole(data, what):
    try:
        item = cbor2.loads(data)
        again = cbor2.dumps(item, canonical=True)
    except (cbor2.CBORError, ValueError, TypeError, RecursionError) as error:
        raise Refused(f"{what} cannot be decoded") from error
    check(data == again and subset(item), f"{what} is not canonical")
    return item


def is_uint(item, bits=64):
    return type(item) is int and 0 <= item < 1 << bits


def is_bytes(item, size):
    return isinstance(item, bytes) and len(item) == size


def fields(item, size, what):
    check(isinstance(item, list) and len(item) == size, what)
    return item


def slot_of(slot):
    info_bytes, commit, nonce, wrapped = fields(slot, 4, "slot")
    check(isinstance(info_bytes, bytes) and is_bytes(commit, 32), "slot")
    check(is_bytes(nonce, 24) and is_bytes(wrapped, 48), "slot")
    form, number, kind, created, epoch, kdf, backend = fields(whole(info_bytes, "slot info"), 7, "slot info")
    check(form == 1 and is_uint(number, 16) and is_uint(kind) and 1 <= kind <= 8, "slot info")
    check(is_uint(created) and is_uint(epoch, 32) and isinstance(backend, bytes), "slot info")
    check((kdf is None) == (kind > 3) and len(backend) <= 16384, "slot info")
    if kdf is not None:
        m, t, p, salt = fields(kdf, 4, "costs")
        check(is_uint(m, 32) and is_uint(t, 32) and is_uint(p, 32) and is_bytes(salt, 32), "costs")
        check(8 * p <= m <= 4 << 20 and 1 <= t <= 64 and 1 <= p <= 16, "costs")
    return info_bytes, commit, nonce, wrapped, number, kind, kdf


def open_slot(parts, archive_id, network, passphrase):
    """The file key, or None when this slot does not open."""
    info_bytes, commit, nonce, wrapped, _, kind, kdf = parts
    if kind != 1:
        return None
    m, t, p, salt = kdf
    check(m <= 1 << 20, "costs")
    try:
        ikm = hash_secret_raw(passphrase, salt, t, m, p, 64, Type.ID, 19)
    except Argon2Error as error:
        raise Refused("costs") from error
    bound = archive_id + bytes([network]) + struct.pack("<I", len(info_bytes)) + info_bytes
    commit_key = derive(ikm, archive_id, label("slot commit"))
    if not hmac.compare_digest(mac(commit_key, label("slot commit"), bound, nonce), commit):
        return None
    wrap_key = derive(ikm, archive_id, label("slot wrap"))
    return decrypt(wrap_key, nonce, label("slot wrap") + bound + commit, wrapped, "a wrapped file key")


def check_path(path):
    check(isinstance(path, str) and len(path.encode()) <= 4096, "path")
    parts = path.split("/")
    check(len(parts) <= 64 and not path.startswith("/"), "path")
    for part in parts:
        check(part not in ("", ".", "..") and len(part.encode()) <= 255, "path")
        check(not any(unicodedata.category(c) == "Cc" for c in part), "path")
    return tuple(parts)


def manifest_of(data):
    manifest = whole(data, "the manifest")
    check(isinstance(manifest, dict) and list(manifest) == list(range(1, 9)), "manifest keys")
    for key in (1, 2, 3):
        check(isinstance(manifest[key], str) and len(manifest[key].encode()) <= 1024, "text")
    check(manifest[4] is None or is_bytes(manifest[4], 16), "previous archive")
    check(is_bytes(manifest[5], 32), "store digest")
    check(manifest[6] is None or is_bytes(manifest[6], 32), "store key")
    check(isinstance(manifest[7], list) and len(manifest[7]) <= 100000, "public keys")
    for key in manifest[7]:
        name, version, kind, public = fields(key, 4, "public key")
        check(isinstance(name, str) and isinstance(kind, str) and is_uint(version), "public key")
        check(len(name.encode()) <= 1024 and len(kind.encode()) <= 1024, "public key")
        check(isinstance(public, bytes) and len(public) <= 256, "public key")
    files = manifest[8]
    check(isinstance(files, list) and 0 < len(files) <= 100000, "files")
    paths = []
    total = 0
    for number, file in enumerate(files):
        path, kind, mode, size = fields(file, 4, "file")
        paths.append(check_path(path))
        check(kind in KINDS and (kind == 1) == (number == 0), "kind of file")
        check(is_uint(mode) and mode <= 0o777, "mode")
        check(is_uint(size) or (size is None and 0 < number == len(files) - 1), "size")
        total += size or 0
    check(total <= 1 << 60 and files[0][3] <= 256 << 20, "sizes")
    ordered = sorted(paths)
    check(not any(b[: len(a)] == a for a, b in zip(ordered, ordered[1:])), "paths")
    return manifest


def read(data, passphrase):
    check(data[:8] == MAGIC, "magic")
    check(len(data) >= 14, "length")
    version, header_len = struct.unpack_from("<HI", data, 8)
    check(version == 1 and header_len <= 1 << 20, "version or header length")
    start = 14 + header_len + 32
    check(len(data) >= start, "length")
    header = whole(data[14 : 14 + header_len], "the header")
    check(isinstance(header, dict) and list(header) == list(range(1, 11)) and header[1] == 1, "header keys")
    archive_id, network, store_id, slots = header[2], header[3], header[4], header[10]
    check(is_bytes(archive_id, 16) and is_bytes(store_id, 16) and is_bytes(header[9], 32), "ids")
    check(type(network) is int and network in NETWORKS, "network")
    check(is_uint(header[5]) and is_uint(header[6]) and header[6] <= header[5], "generations")
    check(is_uint(header[7], 32) and is_uint(header[8]), "epoch or time")
    check(isinstance(slots, list) and 1 <= len(slots) <= 16, "slots")
    slots = [slot_of(slot) for slot in slots]
    numbers = [slot[4] for slot in slots]
    check(numbers == sorted(set(numbers)), "order of slots")

    passphrase = unicodedata.normalize("NFKC", passphrase.decode()).encode()
    opened = (open_slot(slot, archive_id, network, passphrase) for slot in slots)
    file_key = next(filter(None, opened), None)
    check(file_key is not None, "no keyslot opens")
    header_key = derive(file_key, archive_id, label("archive header"))
    check(hmac.compare_digest(mac(header_key, data[: start - 32]), data[start - 32 : start]), "header MAC")

    key = derive(file_key, header[9], label("archive stream") + archive_id)
    plain = bytearray()
    chunks = [data[at : at + CHUNK + 16] for at in range(start, len(data), CHUNK + 16)]
    check(chunks and len(chunks[-1]) > 16, "truncated")
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + bytes([number + 1 == len(chunks)])
        plain += decrypt(key, nonce, data[:start] if number == 0 else b"", chunk, f"chunk {number}")

    check(len(plain) >= 4, "manifest length")
    (size,) = struct.unpack_from("<I", plain)
    check(size <= 64 << 20 and 4 + size <= len(plain), "manifest length")
    manifest = manifest_of(bytes(plain[4 : 4 + size]))
    at, contents = 4 + size, []
    for path, _, mode, length in manifest[8]:
        length = len(plain) - at if length is None else length
        check(at + length <= len(plain), "content ends early")
        contents.append((path, mode, bytes(plain[at : at + length])))
        at += length
    check(at == len(plain), "content goes on")
    answer = {"archive_id": archive_id.hex(), "store_id": store_id.hex(), "network": NETWORKS[network]}
    answer |= {"generation": header[5], "content_generation": header[6], "reason": manifest[3]}
    answer["keys"] = [[name, version, kind, public.hex()] for name, version, kind, public in manifest[7]]
    answer["files"] = [[path, hashlib.sha256(content).hexdigest()] for path, _, content in contents]
    return answer, contents


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="go on after an archive that is refused")
    parser.add_argument("--to", metavar="DIRECTORY", help="write the files there")
    parser.add_argument("passphrase_file")
    parser.add_argument("archive", nargs="+")
    options = parser.parse_args()

    def content(path):
        with open(path, "rb") as file:
            return file.read()

    passphrase = content(options.passphrase_file).removesuffix(b"\n")
    for path in options.archive:
        try:
            answer, contents = read(content(path), passphrase)
        except Refused as refused:
            if not options.all:
                raise SystemExit(f"{path}: {refused}") from refused
            answer, contents = {"refused": str(refused)}, []
        for name, mode, text in contents if options.to else []:
            target = os.path.join(options.to, name)
            os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode & 0o700), "wb") as file:
                file.write(text)
        print(json.dumps(answer, sort_keys=True))


if __name__ == "__main__":
    main()
