#!/usr/bin/env python3
"""Reads an Igra secrets.bin, in either layout, and prints what it holds as JSON.

Written from docs/formats/isec.md alone and sharing no code with the crate, so
that a mistake in one of the two shows up as a disagreement. For tests only: it
prints secrets and wipes nothing.

usage: read_isec.py FILE PASSPHRASE_FILE
"""

import json
import struct
import sys

from argon2.low_level import Type, hash_secret_raw
from Crypto.Cipher import ChaCha20_Poly1305

LEGACY = 73
CURRENT = 93
TAG = 16


def key_of(header, passphrase):
    m, t, p = struct.unpack_from("<III", header, 5)
    key = hash_secret_raw(
        secret=passphrase,
        salt=header[17:49],
        time_cost=t,
        memory_cost=m,
        parallelism=p,
        hash_len=32,
        type=Type.ID,
        version=0x13,
    )
    return key, {"m": m, "t": t, "p": p}


def entries_of(plaintext):
    """The map: count, then length-prefixed name and value, to the last byte."""
    at = 0

    def u64():
        nonlocal at
        (n,) = struct.unpack_from("<Q", plaintext, at)
        at += 8
        return n

    def field():
        nonlocal at
        n = u64()
        if n > len(plaintext) - at:
            raise ValueError("the map ends inside a field")
        at += n
        return plaintext[at - n : at]

    entries = {}
    for _ in range(u64()):
        name = field()
        name.decode("utf-8")
        if name.hex() in entries:
            raise ValueError("one name twice")
        entries[name.hex()] = field().hex()
    if at != len(plaintext):
        raise ValueError("bytes after the map")
    return entries


def read(data, passphrase):
    if data[:4] != b"ISEC":
        raise ValueError("not an Igra secrets file")
    if data[4] != 1:
        raise ValueError(f"version {data[4]}")
    answer = {"layout": "legacy", "created_at": None, "last_rotated_at": None}
    start, aad = LEGACY, b""
    if data[73:77] == b"RTM1":
        start, aad = CURRENT, data[:CURRENT]
        answer["layout"] = "current"
        created, rotated = struct.unpack_from("<QQ", data, 77)
        answer["created_at"], answer["last_rotated_at"] = created, rotated
    if len(data) < start + 8 + TAG:
        raise ValueError("too short")
    key, costs = key_of(data[:start], passphrase)
    # A nonce of 24 bytes selects XChaCha20-Poly1305.
    cipher = ChaCha20_Poly1305.new(key=key, nonce=data[49:73])
    cipher.update(aad)
    plaintext = cipher.decrypt_and_verify(data[start:-TAG], data[-TAG:])
    return answer | costs | {"secrets": entries_of(plaintext)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file, open(sys.argv[2], "rb") as passphrase:
        print(json.dumps(read(file.read(), passphrase.read()), indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
