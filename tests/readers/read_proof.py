#!/usr/bin/env python3
"""Follows a file of continuity proofs from a trusted public key, and prints where it leads as JSON.

Written from docs/formats/proof-v1.md alone and sharing no code with the crate, so that a mistake in one of the two shows up as a
disagreement. For tests only.

usage: read_proof.py TRUSTED_PUBLIC_KEY_HEX FILE
"""

import hashlib
import json
import sys

import cbor2
from Crypto.Signature import eddsa

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
NETWORKS = {1: "mainnet", 2: "testnet", 3: "devnet"}
LENGTHS = {1: 32, 2: 32, 3: 33}


class Refused(Exception):
    """The file proves nothing."""


def check(holds, what):
    if not holds:
        raise Refused(what)


def whole(data):
    item = cbor2.loads(data)
    check(cbor2.dumps(item, canonical=True) == data, "not canonical")
    return item


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if a[1] != b[1]:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(point, n):
    result = None
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def schnorr(public, text, signature):
    """BIP-340, with a message of any length."""
    x, r, s = (int.from_bytes(b, "big") for b in (public[1:], signature[:32], signature[32:]))
    check(public[0] in (2, 3) and x < P and r < P and s < N, "a point")
    square = (pow(x, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    check(y * y % P == square, "a point on the curve")
    tag = hashlib.sha256(b"BIP0340/challenge").digest()
    e = int.from_bytes(hashlib.sha256(tag + tag + signature[:32] + public[1:] + text).digest(), "big") % N
    found = add(times(G, s), times((x, P - y if y & 1 else y), N - e))
    check(found is not None and found[1] % 2 == 0 and found[0] == r, "a signature")


def verify(kind, public, text, signature):
    check(len(signature) == 64 and len(public) == LENGTHS[kind], "lengths")
    if kind == 3:
        return schnorr(public, text, signature)
    check(kind == 1, "a kind that signs")
    try:
        eddsa.new(eddsa.import_public_key(public), "rfc8032").verify(text, signature)
    except ValueError as error:
        raise Refused("a signature") from error


def follow(trust, data):
    label, links = whole(data)
    check(label == b"strongroom/v1 proof file\0" and links, "a proof file")
    heads, networks = {}, set()
    for encoded in links:
        body, signatures = whole(encoded)
        link = whole(body)
        check(set(link) == set(range(1, 13)) | ({13} if link[3] == 2 else set()), "items of a link")
        network, key, kind, seq, old_n, old, new_n, new, _, _, _, previous = (link[n] for n in range(1, 13))
        networks.add(network)
        text = b"strongroom/v1 continuity\0" + body
        check(0 < old_n < new_n and len(old) == len(new) == LENGTHS[kind], "versions")
        check((previous is None) == (seq == 1), "the link before")
        head = heads.get(key)
        if head is not None:
            check(head["kind"] == kind and head["seq"] + 1 == seq, "number")
            check(head["newest"] == (old_n, old) and head["hash"] == previous, "the chain")
        if kind == 2:
            name, n, voucher_kind, public = link[13]
            (signature,) = signatures
            verify(voucher_kind, public, text, signature)
            known = heads.get(name)
            if known is None:
                trusted = public == trust
            else:
                trusted = known["trusted"] and known["newest"] == (n, public)
            check(trusted, "the voucher")
        else:
            by_old, by_new = signatures
            verify(kind, old, text, by_old)
            verify(kind, new, text, by_new)
            trusted = old == trust or (head is not None and head["trusted"])
        digest = hashlib.sha256(encoded).digest()
        heads[key] = {"kind": kind, "seq": seq, "newest": (new_n, new), "hash": digest, "trusted": trusted}
    check(len(networks) == 1 and heads[key]["trusted"], "the trusted key")
    return {"key": key, "network": NETWORKS[network], "seq": seq, "newest": [new_n, new.hex()]}


def main():
    trust, path = sys.argv[1:]
    with open(path, "rb") as file:
        data = file.read()
    try:
        print(json.dumps(follow(bytes.fromhex(trust), data), sort_keys=True))
    except (Refused, ValueError, KeyError, TypeError, cbor2.CBORDecodeError) as error:
        raise SystemExit(f"{path}: {error}") from error


if __name__ == "__main__":
    main()
