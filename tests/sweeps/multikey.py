#!/usr/bin/env python3
"""Makes one XChaCha20-Poly1305 ciphertext that opens under several keys, with associated data.

Poly1305 is a polynomial in a key-dependent point, so K keys are K linear equations over 2^130 - 5: K free ciphertext
blocks solve them, and a random tag is drawn until every block is a valid one (one try in 4^K). Such a file answers
"which of these K passphrases is it" with one question, unless the key is committed to. Promise P14: our slot and payload
positions open 0 times under the second key.

`--check` makes the committed vectors again and compares; `--write` writes them; `--key HEX --key HEX` solves for keys of
your own and prints one vector. A run with the same `--seed` gives the same bytes.
"""

import argparse
import hashlib
import json
import pathlib

import sweep

PRIME = (1 << 130) - 5
TOP = 1 << 128
VECTORS = sweep.ROOT / "tests" / "vectors" / "multikey"
# name: (passphrases, bytes of ciphertext, associated data, what it stands for)
COMMITTED = {
    "slot-2-keys": (2, 32, b"strongroom/v1 slot wrap\0" + bytes(range(160)), "a wrapped data key: 32 bytes and the tag"),
    "slot-3-keys-48": (3, 48, b"strongroom/v1 slot wrap\0" + bytes(range(100)), "one block more, one key more"),
    "payload-2-keys": (2, 4096, bytes(range(256)) * 3, "a payload of the smallest size"),
    "igra-3-keys": (3, 160, bytes(93), "behind a 93-byte header, where nothing commits to the key"),
    "no-aad-3-keys": (3, 64, b"", "without associated data"),
}


class Stream:
    """Bytes that only depend on a seed."""

    def __init__(self, seed):
        self.seed, self.at = seed.encode(), 0

    def take(self, size):
        out = b""
        while len(out) < size:
            out += hashlib.sha256(self.seed + self.at.to_bytes(8, "little")).digest()
            self.at += 1
        return out[:size]


def one_time_key(key, nonce):
    """The Poly1305 point and pad of a key and a 24-byte nonce."""
    from Crypto.Cipher import ChaCha20

    block = ChaCha20.new(key=key, nonce=nonce).encrypt(bytes(32))
    point = int.from_bytes(block[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    return point, int.from_bytes(block[16:], "little")


def solve(matrix, right):
    """Solves a square linear system modulo the prime; None when it has no single solution."""
    size = len(matrix)
    rows = [row[:] + [value] for row, value in zip(matrix, right)]
    for i in range(size):
        pivot = next((j for j in range(i, size) if rows[j][i] % PRIME), None)
        if pivot is None:
            return None
        rows[i], rows[pivot] = rows[pivot], rows[i]
        inverse = pow(rows[i][i], -1, PRIME)
        rows[i] = [value * inverse % PRIME for value in rows[i]]
        for j in range(size):
            if j != i and rows[j][i]:
                factor = rows[j][i]
                rows[j] = [(a - factor * b) % PRIME for a, b in zip(rows[j], rows[i])]
    return [row[size] for row in rows]


def blocks(data):
    """16-byte blocks, the last one padded with zeros, as the AEAD feeds them to Poly1305."""
    return [int.from_bytes(data[i : i + 16].ljust(16, b"\0"), "little") for i in range(0, len(data), 16)]


def collide(keys, nonce, aad, size, stream):
    """A ciphertext of `size` bytes and a tag that authenticate under every key: `(ciphertext, tag, tries)`.

    `size` is a multiple of 16 and leaves one block per key; what is left over in front is random.
    """
    if size % 16 or size // 16 < len(keys):
        sweep.die(f"{size} bytes do not hold {len(keys)} free blocks of 16")
    points = [one_time_key(key, nonce) for key in keys]
    head = stream.take(size - 16 * len(keys))
    fixed = blocks(aad) + blocks(head)
    lengths = len(aad) + (size << 64)
    total = len(fixed) + len(keys) + 1
    # Horner over everything but the free blocks, once per key.
    matrix, known = [], []
    for point, _ in points:
        value = 0
        for block in [*fixed, *[-TOP] * len(keys), lengths]:
            value = (value + block + TOP) * point % PRIME
        known.append(value)
        matrix.append([pow(point, total - len(fixed) - j, PRIME) for j in range(len(keys))])
    tries = 0
    while True:
        tries += 1
        tag = int.from_bytes(stream.take(16), "little")
        right = [((tag - pad) % TOP - value) % PRIME for (_, pad), value in zip(points, known)]
        free = solve(matrix, right)
        if free is None:
            sweep.die("the keys share a Poly1305 point")
        # A free block carries its own 2^128, so a valid one lies in [2^128, 2^129).
        if all(TOP <= value < 2 * TOP for value in free):
            tail = b"".join((value - TOP).to_bytes(16, "little") for value in free)
            return head + tail, tag.to_bytes(16, "little"), tries


def vector(name, keys, nonce, aad, size, stream, about, extra):
    """The JSON object of one collision, opened by an independent implementation before it is believed."""
    from Crypto.Cipher import ChaCha20_Poly1305

    ciphertext, tag, tries = collide(keys, nonce, aad, size, stream)
    opened = []
    for key, more in zip(keys, extra):
        cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
        cipher.update(aad)
        plain = cipher.decrypt_and_verify(ciphertext, tag)
        opened.append({**more, "key": key.hex(), "plaintext": plain.hex()})
    return {
        "name": name,
        "about": about,
        "alg": "XChaCha20-Poly1305",
        "nonce": nonce.hex(),
        "aad": aad.hex(),
        "ciphertext": ciphertext.hex(),
        "tag": tag.hex(),
        "tries": tries,
        "opens_under": opened,
    }


def committed():
    """The vectors of the repository: `{file name: text}`. Keys come from passphrases by Argon2id with m=64 KiB."""
    from argon2.low_level import Type, hash_secret_raw

    found = {}
    for name, (count, size, aad, about) in COMMITTED.items():
        stream = Stream(f"strongroom multikey {name}")
        salt, nonce = stream.take(32), stream.take(24)
        words = [f"passphrase {number} of {name}" for number in range(count)]
        keys = [hash_secret_raw(word.encode(), salt, 1, 64, 1, 32, Type.ID) for word in words]
        one = vector(name, keys, nonce, aad, size, stream, about, [{"passphrase": word} for word in words])
        one["kdf"] = {"alg": "argon2id", "version": 19, "m_kib": 64, "t": 1, "p": 1, "salt": salt.hex()}
        found[f"{name}.json"] = json.dumps(one, indent=1) + "\n"
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed vectors")
    parser.add_argument("--write", action="store_true", help="write the committed vectors")
    parser.add_argument("--key", action="append", help="32 bytes in hex (repeat for each key)")
    parser.add_argument("--nonce", help="24 bytes in hex", default="00" * 24)
    parser.add_argument("--aad", help="associated data in hex", default="")
    parser.add_argument("--size", type=int, default=64, help="bytes of ciphertext, a multiple of 16")
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    try:
        import argon2.low_level  # noqa: F401
        from Crypto.Cipher import ChaCha20_Poly1305  # noqa: F401
    except ImportError as missing:
        sweep.die(f"missing: {missing.name} (pip install -r tests/readers/requirements.txt)")
    if options.key:
        keys = [bytes.fromhex(key) for key in options.key]
        nonce, aad = bytes.fromhex(options.nonce), bytes.fromhex(options.aad)
        stream = Stream(options.seed)
        print(json.dumps(vector("own", keys, nonce, aad, options.size, stream, "", [{} for _ in keys]), indent=1))
        return 0
    if not options.write and not options.check:
        parser.error("say --check, --write or --key")
    wrong = 0
    for name, text in committed().items():
        path = VECTORS / name
        if options.write:
            VECTORS.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            continue
        same = path.is_file() and path.read_text() == text
        print(f"{name}: {'as committed' if same else 'DIFFERS'}")
        wrong += not same
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
