#!/usr/bin/env python3
"""Opens a wrapped key with a passphrase, checks everything, and prints what it holds as JSON.

Written from docs/formats/wrapped-key-v1.md alone; slots and canonical CBOR are read as read_archive.py, which shares no code with
the crate either, reads them. For tests only: it wipes nothing.

usage: read_wrapped.py PASSPHRASE_FILE FILE
"""

import json
import struct
import sys
import unicodedata

import cbor2
from Crypto.PublicKey import ECC

from read_archive import (
    NETWORKS,
    Refused,
    check,
    decrypt,
    derive,
    fields,
    is_bytes,
    is_uint,
    label,
    open_slot,
    slot_of,
    whole,
)

MAGIC = bytes.fromhex("895352570d0a1a0a")
KINDS = {1: "ed25519", 2: "x25519", 3: "secp256k1", 4: "symmetric-32"}


def public_half(kind, private):
    """The public half, for the kind that this reader can compute."""
    if kind != 1:
        return None
    return ECC.construct(curve="Ed25519", seed=private).public_key().export_key(format="raw")


def read(data, passphrase):
    check(len(data) <= 8 << 20 and data[:8] == MAGIC, "not a wrapped key")
    version, length = struct.unpack_from("<HI", data, 8)
    check(version == 1 and length <= 65536, "version or header")
    header = whole(data[14 : 14 + length], "header")
    check(isinstance(header, dict) and list(header) == [1, 2, 3, 4, 5], "header")
    suite, file_id, network, created, slots = header.values()
    check(suite == 1 and is_bytes(file_id, 16) and network in NETWORKS and is_uint(created), "header")
    check(isinstance(slots, list) and 1 <= len(slots) <= 16, "slots")
    opened = (open_slot(slot_of(slot), file_id, network, passphrase) for slot in slots)
    file_key = next((key for key in opened if key is not None), None)
    check(file_key is not None, "no slot opens")
    start = 14 + length + 24
    front, nonce = data[:start], data[start - 24 : start]
    text = decrypt(derive(file_key, file_id, label("wrapped key")), nonce, front, data[start:], "the key")
    ring = whole(text, "key")
    check(isinstance(ring, dict) and list(ring) == [1] and len(ring[1]) == 1, "one key")
    key = ring[1][0]
    check(7 not in key, "retired")
    kind = key[2]
    versions = []
    for item in key[5]:
        n, state, _, _, _, _, uses, public, sealed, _ = fields(item, 10, "version")
        if sealed is not None:
            aad = cbor2.dumps([label("managed key"), file_id, key[1], n, kind, public], canonical=True)
            seal = derive(file_key, file_id, label("managed keys"))
            private = decrypt(seal, sealed[:24], aad, sealed[24:], "a private half")
            check(public_half(kind, private) in (None, public), "a private half of another key")
        versions.append({"n": n, "public": public.hex(), "private": sealed is not None, "uses": uses})
    return {"id": key[1], "kind": KINDS[kind], "network": NETWORKS[network], "versions": versions}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        typed = file.read().removesuffix(b"\n").decode()
    with open(sys.argv[2], "rb") as file:
        data = file.read()
    try:
        print(json.dumps(read(data, unicodedata.normalize("NFKC", typed).encode())))
    except (Refused, struct.error) as error:
        sys.exit(f"refused: {error}")


if __name__ == "__main__":
    main()
