#!/usr/bin/env python3
"""Opens strongroom stores with a passphrase, checks everything, and prints what they hold as JSON, one line each.

Written from docs/formats/store-v1.md alone and sharing no code with the crate, so
that a mistake in one of the two shows up as a disagreement. For tests only: it
prints secrets and wipes nothing.

usage: read_store.py [--keyfile FILE] [--dek] PASSPHRASE_FILE STORE...
"""

import argparse
import hashlib
import hmac
import json
import struct
import unicodedata

import cbor2
from argon2.low_level import Type, hash_secret_raw
from Crypto.Cipher import ChaCha20_Poly1305
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

MAGIC = bytes.fromhex("895352530d0a1a0a")
NETWORKS = {1: "mainnet", 2: "testnet", 3: "devnet"}
KEY_KINDS = {1: ("ed25519", 32), 2: ("x25519", 32), 3: ("secp256k1", 33), 4: ("symmetric-32", 0)}
ROLES = "identity encryption signing wallet signed-prekey one-time-prekey wrap mac recovery".split()
STATES = "pre-activation active deactivated compromised destroyed destroyed-compromised".split()
HASHES = {1: "sha256", 2: "sha384", 3: "sha512"}
VALUE_KINDS = {0: "opaque", 1: "utf8", 2: "hex32", 3: "bip39"}


class Refused(Exception):
    """The file is not a store that this passphrase opens."""


def check(holds, what):
    if not holds:
        raise Refused(what)


def label(text):
    return b"strongroom/v1 " + text.encode() + b"\0"


def sha256(data):
    return hashlib.sha256(data).digest()


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


def canonical(data, what):
    """The one item at the start of `data`, which must be in its canonical form, and its length."""
    item = cbor2.loads(data)
    again = cbor2.dumps(item, canonical=True)
    check(data[: len(again)] == again, f"{what} is not canonical")
    return item, len(again)


def whole(data, what):
    item, used = canonical(data, what)
    check(used == len(data), f"{what} has trailing bytes")
    return item


def padded_payload(size):
    if size <= 65536:
        return max(-(-size // 4096), 1) * 4096
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def open_slot(slot, store_id, network, passphrase, keyfile):
    """The data key, or None when this slot does not open."""
    info_bytes, commit, nonce, wrapped = slot
    form, number, kind, _, key_epoch, kdf, backend = whole(info_bytes, "slot info")
    check(form == 1 and 1 <= kind <= 8 and (kdf is None) == (kind > 3), "slot info")
    if kind > 2 or (kind == 2 and keyfile is None):
        return None
    check(backend == b"", "backend data of a passphrase slot")
    m, t, p, salt = kdf
    secret = passphrase + (b"\0" + sha256(keyfile) if kind == 2 else b"")
    ikm = hash_secret_raw(secret, salt, t, m, p, 64, Type.ID, 19)
    bound = store_id + bytes([network]) + struct.pack("<I", len(info_bytes)) + info_bytes
    commit_key = derive(ikm, store_id, label("slot commit"))
    if not hmac.compare_digest(mac(commit_key, label("slot commit"), bound, nonce), commit):
        return None
    wrap_key = derive(ikm, store_id, label("slot wrap"))
    dek = decrypt(wrap_key, nonce, label("slot wrap") + bound + commit, wrapped, "a wrapped data key")
    return number, key_epoch, dek


def value_of(key, store_id, name, version):
    n, created, kind, sealed = version
    check(kind in VALUE_KINDS, "kind of a value")
    aad = cbor2.dumps([label("value"), store_id, name, n, kind, created], canonical=True)
    padded = decrypt(key, sealed[:24], aad, sealed[24:], f"version {n} of {name}")
    (size,) = struct.unpack_from("<I", padded)
    check(len(padded) == (4 + size + 31) // 32 * 32 and not any(padded[4 + size :]), "padding of a value")
    return {"n": n, "kind": VALUE_KINDS[kind], "created": created, "value_hex": padded[4 : 4 + size].hex()}


def managed_key(seal, store_id, key):
    check(set(range(1, 6)) <= set(key) <= set(range(1, 8)), "items of a managed key")
    name, kind, role = key[1], key[2], key[3]
    versions = []
    for n, state, _, _, _, keep_until, uses, public, sealed, _ in key[5]:
        state = STATES[state - 1]
        check(len(public) == KEY_KINDS[kind][1], "length of a public key")
        check((sealed is None) == state.startswith("destroyed"), "a private half")
        check((keep_until is not None) == (state in ("deactivated", "compromised")), "end of the grace")
        private = None
        if sealed is not None:
            aad = cbor2.dumps([label("managed key"), store_id, name, n, kind, public], canonical=True)
            private = decrypt(seal, sealed[:24], aad, sealed[24:], f"version {n} of the key {name}")
            if kind in (1, 2):
                curve = "Ed25519" if kind == 1 else "Curve25519"
                found = ECC.construct(curve=curve, seed=private).public_key().export_key(format="raw")
                check(found == public, "a public key")
        private = private and private.hex()
        versions.append({"n": n, "state": state, "uses": uses, "public": public.hex(), "private": private})
    numbers = [version["n"] for version in versions]
    check(numbers == sorted(set(numbers), reverse=True) and numbers[-1] > 0, "order of versions of a key")
    active = sum(version["state"] == "active" for version in versions)
    check(active == (0 if 7 in key else 1), "one active version")
    origin = key.get(6)
    origin = origin and [*origin[:3], HASHES[origin[3]]]
    about = {"id": name, "kind": KEY_KINDS[kind][0], "role": ROLES[role - 1]}
    return {**about, "versions": versions, "origin": origin, "retired": key.get(7)}


def shown_key(key):
    """A key of the inventory, as far as it must be that of the payload."""
    name, kind, role, active, uses, _, _, _, total, versions = key
    shown = [(n, STATES[state - 1], public.hex()) for n, state, _, _, _, public in versions]
    return name, KEY_KINDS[kind][0], ROLES[role - 1], active and active[0], uses, total, shown


def check_rotated(secrets):
    """The rotated secrets of the inventory."""
    if secrets is None:
        return
    check(isinstance(secrets, list) and 1 <= len(secrets) <= 4096, "rotated secrets")
    labels = []
    for item in secrets:
        check(isinstance(item, list) and len(item) == 6 and isinstance(item[0], str), "a rotated secret")
        numbers = [item[1], item[2], item[4]] + [n for n in (item[3], item[5]) if n is not None]
        check(all(type(n) is int and n >= 0 for n in numbers), "a rotated secret")
        labels.append(item[0].encode())
    check(all(a < b for a, b in zip(labels, labels[1:])), "order of rotated secrets")


def check_inventory(inventory):
    check({1, 2, 3} <= set(inventory) <= set(range(1, 9)), "inventory keys")
    backup, drill = inventory.get(6), inventory.get(7)
    check_rotated(inventory.get(8))
    if backup is not None:
        check(len(backup) in (3, 5) and all(len(name) == 16 for name in backup[2::2]), "backup facts")
    if drill is not None:
        check(len(drill) == 4 and drill[2] in (1, 2) and len(drill[3]) == 16, "drill facts")


def read(data, passphrase, keyfile, show_dek):
    check(data[:8] == MAGIC, "magic")
    version, header_len = struct.unpack_from("<HI", data, 8)
    check(version == 1, "version")
    start = 14 + header_len + 32
    header = whole(data[14 : 14 + header_len], "the header")
    check(sorted(header) == list(range(1, 14)) and header[1] == 1, "header keys")
    store_id, network, generation, key_epoch = header[2], header[3], header[4], header[6]
    check_inventory(header[13])
    payload_len, payload_salt, store_key, slots = header[8], header[9], header[11], header[12]
    check(len(data) == start + payload_len + 16 + 64, "length")

    signed, signature = data[:-64], data[-64:]
    message = label("store file") + sha256(signed[:start]) + sha256(signed)
    try:
        eddsa.new(eddsa.import_public_key(store_key), "rfc8032").verify(message, signature)
    except ValueError as error:
        raise Refused("signature") from error

    passphrase = unicodedata.normalize("NFKC", passphrase.decode()).encode()
    opened = (open_slot(slot, store_id, network, passphrase, keyfile) for slot in slots)
    number, slot_epoch, dek = next(filter(None, opened), (None, None, None))
    check(dek is not None, "no keyslot opens")
    check(slot_epoch == key_epoch, "key epoch")
    header_key = derive(dek, store_id, label("header"))
    check(hmac.compare_digest(mac(header_key, data[: start - 32]), data[start - 32 : start]), "header MAC")
    info = label("payload") + store_id + struct.pack("<Q", generation)
    payload_key = derive(dek, payload_salt, info)
    plain = decrypt(payload_key, bytes(24), data[:start], data[start:-64], "the payload")
    payload, used = canonical(plain, "the payload")
    check(padded_payload(used) == payload_len and not any(plain[used:]), "padding of the payload")
    check(set(range(1, 7)) <= set(payload) <= set(range(1, 8)), "payload keys")
    seed_key = ECC.construct(curve="Ed25519", seed=payload[3]).public_key().export_key(format="raw")
    check(seed_key == store_key, "store key")
    check(all(whole(slot[0], "slot info")[1] < payload[2] for slot in slots), "slot id from the future")

    values = derive(dek, store_id, label("values"))
    secrets, names = {}, [entry[1] for entry in payload[6]]
    check(names == sorted(set(names), key=str.encode), "order of names")
    for entry in payload[6]:
        check(set(range(1, 5)) <= set(entry) <= set(range(1, 8)), "entry keys")
        versions = [value_of(values, store_id, entry[1], version) for version in entry[4]]
        numbers = [version["n"] for version in versions]
        check(numbers == sorted(set(numbers), reverse=True) and numbers[0] < payload[1], "order of versions")
        newest = {key: versions[0][key] for key in ("n", "kind", "value_hex")}
        about = {"note": entry.get(5), "tags": entry.get(6, []), "expires": entry.get(7)}
        secrets[entry[1]] = {**newest, **about, "versions": versions}
    keys = []
    if 7 in payload:
        check(set(payload[7]) == {1}, "managed keys")
        seal = derive(dek, store_id, label("managed keys"))
        keys = [managed_key(seal, store_id, key) for key in payload[7][1]]
        names = [key["id"] for key in keys]
        check(names == sorted(set(names)) and names, "order of managed keys")
        for key, shown in zip(keys, map(shown_key, header[13][4]), strict=True):
            active = next((v for v in key["versions"] if v["state"] == "active"), {"n": None, "uses": 0})
            seen = [(v["n"], v["state"], v["public"]) for v in key["versions"]]
            about = key["id"], key["kind"], key["role"], active["n"], active["uses"], len(seen), seen
            check(about == shown, "the inventory of managed keys")
    else:
        check(4 not in header[13], "the inventory of managed keys")
    answer = {"store_id": store_id.hex(), "network": NETWORKS[network], "generation": generation}
    answer |= {"key_epoch": key_epoch, "secrets": secrets}
    answer |= {"keys": keys} if keys else {}
    return {**answer, "slot": number, "dek": dek.hex()} if show_dek else answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keyfile")
    parser.add_argument("--dek", action="store_true", help="print the data key and the slot that gave it too")
    parser.add_argument("passphrase_file")
    parser.add_argument("store", nargs="+")
    options = parser.parse_args()

    def content(path):
        with open(path, "rb") as file:
            return file.read()

    keyfile = content(options.keyfile) if options.keyfile else None
    passphrase = content(options.passphrase_file).removesuffix(b"\n")
    for path in options.store:
        try:
            answer = read(content(path), passphrase, keyfile, options.dek)
        except Refused as refused:
            raise SystemExit(f"{path}: {refused}") from refused
        print(json.dumps(answer, sort_keys=True))


if __name__ == "__main__":
    main()
