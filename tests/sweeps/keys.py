"""The keys of a store or an archive: what the memory scan looks for beside passphrases and values.

Of a native store: what Argon2 made, the keys it gave, the data key and the keys derived from it, the signing seed, the
audit root and the private halves of managed keys. Of an archive: what Argon2 made, the file key and those derived from it. Of an
Igra file: its one key. Each in halves of 16 bytes, so that half a key on a forgotten piece of stack counts
too. A passphrase that opens nothing gives nothing. Nothing is checked: tests/readers does that. Layouts are in docs/formats.
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
ARCHIVE_MAGIC = bytes.fromhex("895352420d0a1a0a")


def label(text):
    return b"strongroom/v1 " + text.encode() + b"\0"


def derive(ikm, salt, info):
    return HKDF(ikm, 32, salt, SHA256, context=info)


def decrypt(key, nonce, aad, sealed):
    cipher = ChaCha20_Poly1305.new(key=key, nonce=nonce)
    cipher.update(aad)
    return cipher.decrypt_and_verify(sealed[:-16], sealed[-16:])


def open_slots(slots, owner, network, passphrase):
    """What Argon2 made, the keys it gave and the key in the slot, of the first slot that opens."""
    for info_bytes, stored, nonce, wrapped in slots:
        m, t, p, salt = cbor2.loads(info_bytes)[5]
        ikm = hash_secret_raw(passphrase, salt, t, m, p, 64, Type.ID, 19)
        bound = owner + bytes([network]) + struct.pack("<I", len(info_bytes)) + info_bytes
        commit_key = derive(ikm, owner, label("slot commit"))
        commit = hmac.new(commit_key, label("slot commit") + bound + nonce, hashlib.sha256).digest()
        if commit == stored:
            wrap_key = derive(ikm, owner, label("slot wrap"))
            return [ikm, commit_key, wrap_key, decrypt(wrap_key, nonce, label("slot wrap") + bound + commit, wrapped)]
    return []


def parts(data):
    """Where the header MAC ends, and the header."""
    (header_len,) = struct.unpack_from("<I", data, 10)
    return 14 + header_len + 32, cbor2.loads(data[14 : 14 + header_len])


def native(data, passphrase):
    start, header = parts(data)
    store_id, network, generation = header[2], header[3], header[4]
    opened = open_slots(header[12], store_id, network, passphrase)
    if not opened:
        return []
    dek = opened[-1]
    payload_key = derive(dek, header[9], label("payload") + store_id + struct.pack("<Q", generation))
    payload = cbor2.loads(decrypt(payload_key, bytes(24), data[:start], data[start:-64]))
    seal, *derived = [derive(dek, store_id, label(name)) for name in ("managed keys", "header", "values", "hedge")]
    private = []
    for key in payload.get(7, {1: []})[1]:
        for n, _, _, _, _, _, _, public, sealed, _ in key[5]:
            if sealed is not None:
                aad = cbor2.dumps([label("managed key"), store_id, key[1], n, key[2], public], canonical=True)
                private.append(decrypt(seal, sealed[:24], aad, sealed[24:]))
    # Ed25519 signs with what SHA-512 makes of the seed: a copy of that is as good as one of the seed.
    expanded = [hashlib.sha512(seed).digest() for seed in (payload[3], *private)]
    return [*opened, payload_key, seal, *derived, payload[3], *payload[4], *private, *expanded]


def archive(data, passphrase):
    _, header = parts(data)
    archive_id = header[2]
    opened = open_slots(header[10], archive_id, header[3], passphrase)
    if not opened:
        return []
    file_key = opened[-1]
    stream = derive(file_key, header[9], label("archive stream") + archive_id)
    derived = [derive(file_key, archive_id, label(name)) for name in ("archive header", "archive hedge")]
    return [*opened, stream, *derived]


def igra(data, passphrase):
    m, t, p = struct.unpack_from("<III", data, 5)
    return [hash_secret_raw(passphrase, data[17:49], t, m, p, 32, Type.ID, 19)]


def halves(store, passphrases):
    """Every key of a store or an archive that one of the passphrases opens, in halves of 16 bytes."""
    data = store.read_bytes()
    reader = {MAGIC: native, ARCHIVE_MAGIC: archive}.get(data[:8], igra)
    found = []
    for text in passphrases:
        passphrase = unicodedata.normalize("NFKC", text).encode()
        for key in reader(data, passphrase):
            found += [key[at : at + 16] for at in range(0, len(key), 16)]
    return found


def audit_halves(state):
    """The keys of an audit state, in halves of 16 bytes: of the next record, and any that was not wiped."""
    data = state.read_bytes()
    keys = [data[slot + 112 : slot + 144] for slot in (0, 256)]
    return [key[at : at + 16] for key in keys if any(key) for at in (0, 16)]
