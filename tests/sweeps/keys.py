"""The keys of a store: what the memory scan looks for beside passphrases and values.

Of a native store: what Argon2 made, the keys it gave, the data key and the keys derived from it, the signing seed and the
audit root. Of an Igra file: its one key. Each in halves of 16 bytes, so that half a key on a forgotten piece of stack counts
too. A passphrase that opens nothing gives nothing. Nothing is checked: tests/readers does that. Layouts are in docs/formats/store-v1.md.
"""

import hashlib
import hmac
import struct
import unicodedata

import cbor2
from argon2.low_level import Type, hash_secret_raw
from Crypto.Cipher import ChaCha20_Poly1305
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

MAGIC = bytes.fromhex("895352530d0a1a0a")


def label(text):
    return b"strongroom/v1 " + text.encode() + b"\0"


def derive(ikm, salt, info):
    return HKDF(ikm, 32, salt, SHA256, context=info)


def decrypt(key, nonce, aad, sealed):
    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
    cipher.update(aad)
    return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])


def native(data, passphrase):
    (header_len,) = struct.unpack_from("<I", data, 10)
    start = 14 + header_len + 32
    header = cbor2.loads(data[14 : 14 + header_len])
    store_id, network, generation = header[2], header[3], header[4]
    for info_bytes, stored, nonce, wrapped in header[12]:
        m, t, p, salt = cbor2.loads(info_bytes)[5]
        ikm = hash_secret_raw(passphrase, salt, t, m, p, 64, Type.ID, 19)
        bound = store_id + bytes([network]) + struct.pack("<I", len(info_bytes)) + info_bytes
        commit_key = derive(ikm, store_id, label("slot commit"))
        commit = hmac.new(commit_key, label("slot commit") + bound + nonce, hashlib.sha256).digest()
        if commit != stored:
            continue
        wrap_key = derive(ikm, store_id, label("slot wrap"))
        dek = decrypt(wrap_key, nonce, label("slot wrap") + bound + commit, wrapped)
        payload_key = derive(dek, header[9], label("payload") + store_id + struct.pack("<Q", generation))
        payload = cbor2.loads(decrypt(payload_key, bytes(24), data[:start], data[start:-64]))
        derived = [derive(dek, store_id, label(name)) for name in ("header", "values", "hedge")]
        return [ikm, commit_key, wrap_key, dek, payload_key, *derived, payload[3], *payload[4]]
    return []


def igra(data, passphrase):
    m, t, p = struct.unpack_from("<III", data, 5)
    return [hash_secret_raw(passphrase, data[17:49], t, m, p, 32, Type.ID, 19)]


def halves(store, passphrases):
    """Every key of a store that one of the passphrases opens, in halves of 16 bytes."""
    data = store.read_bytes()
    found = []
    for text in passphrases:
        passphrase = unicodedata.normalize("NFKC", text).encode()
        for key in native(data, passphrase) if data.startswith(MAGIC) else igra(data, passphrase):
            found += [key[at : at + 16] for at in range(0, len(key), 16)]
    return found


def audit_halves(state):
    """The keys of an audit state, in halves of 16 bytes: of the next record, and any that was not wiped."""
    data = state.read_bytes()
    keys = [data[slot + 112 : slot + 144] for slot in (0, 256)]
    return [key[at : at + 16] for key in keys if any(key) for at in (0, 16)]
