//! A wrapped key: one managed key in a file of its own, sealed under a passphrase of its own.
//!
//! It is how a key gets from one store to another, or into a safe, and the only way in which a private half leaves a store. The
//! file is a small store of one key: a fresh random file key, keyslots that wrap it, and under it the key as a store holds it, with
//! all its versions, states, counts and proofs. Every private half is sealed for itself under the file key before the whole is
//! sealed, so that none ever stands in the clear in a buffer of the format.
//!
//! A slot is committed to its passphrase before anything else is opened, and the header is authenticated by the seal. The bytes
//! are specified in `docs/formats/wrapped-key-v1.md`.

use super::keyslot::{self, Credentials, Slot, SlotContext, SlotIdentity, SlotSecret};
use super::managed::{Holder, KeySealer};
use super::open::{OpenStore, PrivateHalfError};
use super::{StoreError, StoreId, keys, limits};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::aead::{self, NONCE_LEN, TAG_LEN};
use crate::crypto::kdf::Ceiling;
use crate::crypto::mac;
use crate::crypto::random::{self, Random};
use crate::keyring::{Key, KeyError, Keyring};
use crate::network::NetworkMode;
use crate::secret::{DataKey, PrivateKey};

/// First bytes of every wrapped key.
pub const MAGIC: [u8; 8] = [0x89, b'S', b'R', b'W', 0x0d, 0x0a, 0x1a, 0x0a];
/// The version this build writes.
pub const VERSION: u16 = 1;
/// Bytes of the longest file: 1,024 versions with their proofs are under 5 MiB.
pub const MAX_FILE: usize = 8 << 20;
/// Bytes of the longest header: sixteen slots of a passphrase are under 8 KiB.
const MAX_HEADER: usize = 64 << 10;
/// Bytes before the header's CBOR: magic, version, header length.
const PREFIX: usize = 8 + 2 + 4;
/// Argon2id, XChaCha20-Poly1305, HMAC and HKDF with SHA-256.
const SUITE: u64 = 1;
/// Fields of the header.
const FIELDS: usize = 5;

/// The readable part of a wrapped key; it names no key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    id: StoreId,
    network: NetworkMode,
    created: Timestamp,
    slots: Vec<Slot>,
}

impl Header {
    const fn slot_context(&self) -> SlotContext {
        SlotContext { store: self.id, network: self.network }
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        cbor::map(&mut out, FIELDS);
        cbor::uint(&mut out, 1);
        cbor::uint(&mut out, SUITE);
        cbor::uint(&mut out, 2);
        cbor::bytes(&mut out, &self.id.0);
        cbor::uint(&mut out, 3);
        cbor::uint(&mut out, u64::from(self.network.code()));
        cbor::uint(&mut out, 4);
        cbor::uint(&mut out, self.created.as_unix());
        cbor::uint(&mut out, 5);
        cbor::array(&mut out, self.slots.len());
        for slot in &self.slots {
            slot.encode(&mut out);
        }
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let at = StoreError::encoding("header of the wrapped key");
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let mut fields = r.map().map_err(&at)?;
        fields.require(r, 1).map_err(&at)?;
        if r.uint().map_err(&at)? != SUITE {
            return Err(StoreError::Field("unknown suite"));
        }
        fields.require(r, 2).map_err(&at)?;
        let id = StoreId(r.fixed().map_err(&at)?);
        fields.require(r, 3).map_err(&at)?;
        let network = NetworkMode::from_code(r.int("a network").map_err(&at)?)
            .ok_or(StoreError::Field("unknown network"))?;
        fields.require(r, 4).map_err(&at)?;
        let created = Timestamp::from_unix(r.uint().map_err(&at)?);
        fields.require(r, 5).map_err(&at)?;
        let count = r.array().map_err(&at)?;
        if count == 0 || count > limits::SLOTS {
            return Err(StoreError::Limit("the number of keyslots (1 to 16)"));
        }
        let slots = (0..count).map(|_| Slot::decode(r)).collect::<Result<Vec<_>, _>>()?;
        if !slots.is_sorted_by(|a, b| a.info.id < b.info.id) {
            return Err(StoreError::Field("keyslots are not in order of their ids"));
        }
        if fields.next(r).map_err(&at)?.is_some() {
            return Err(StoreError::Field("unknown header key"));
        }
        r.finish().map_err(&at)?;
        let header = Self { id, network, created, slots };
        // The reader and the writer are two accounts of one format; a mistake in either shows here as a refusal.
        if header.encode() == bytes {
            Ok(header)
        } else {
            Err(StoreError::Field("the header is not in its one encoding"))
        }
    }
}

/// Wraps the key `id` of `store` for `secret`. A retired key has no private half and is refused.
pub fn wrap(
    store: &OpenStore,
    id: &str,
    secret: &SlotSecret,
    now: Timestamp,
    random: &mut dyn Random,
) -> Result<Vec<u8>, PrivateHalfError> {
    let key = store.keyring().key(id)?;
    key.require_active()?;
    let mut ring = Keyring::default();
    ring.add(key.clone())?;
    let file = StoreId(random::bytes(random).map_err(StoreError::from)?);
    let mut file_key = DataKey::zeroed();
    random.fill(file_key.expose_mut()).map_err(StoreError::from)?;
    let (old, new) = (store.key_sealer(), KeySealer::new(&file_key, file));
    ring.reseal(|key, version, _| {
        let private = store.private_half(&old, key.id.as_str(), version.n)?;
        let public = &version.public;
        let holder = Holder { id: &key.id, n: version.n, kind: key.kind, public };
        Ok::<_, PrivateHalfError>(new.seal(holder, &private, random)?)
    })?;
    Ok(seal(&ring, (file, &file_key), store.header().network, secret, now, random)?)
}

fn seal(
    ring: &Keyring,
    (id, file_key): (StoreId, &DataKey),
    network: NetworkMode,
    secret: &SlotSecret,
    created: Timestamp,
    random: &mut dyn Random,
) -> Result<Vec<u8>, StoreError> {
    let at = SlotContext { store: id, network };
    let identity = SlotIdentity { id: 0, created, key_epoch: 1 };
    let slots = vec![secret.wrap(&at, identity, file_key, random)?];
    let header = Header { id, network, created, slots }.encode();
    let len = u32::try_from(header.len()).map_err(|_| StoreError::Limit("the header (64 KiB)"))?;
    let mut payload: Vec<u8> = Vec::with_capacity(1024);
    ring.encode(&mut payload);
    let nonce = aead::hedged_nonce(&keys::hedge(file_key, id), &header, &payload, random)?;
    let mut out =
        [&MAGIC[..], &VERSION.to_le_bytes(), &len.to_le_bytes(), &header, &nonce].concat();
    let tag =
        aead::seal(keys::wrapped(file_key, id).expose(), &nonce, &out, payload.as_mut_slice());
    out.extend_from_slice(&payload);
    out.extend_from_slice(&tag);
    if out.len() > MAX_FILE {
        return Err(StoreError::TooMuch("the wrapped key (8 MiB)"));
    }
    Ok(out)
}

/// A wrapped key whose structure is sound; nothing in it is trusted yet.
pub struct WrappedKey {
    header: Header,
    /// Everything before the ciphertext, which it authenticates.
    front: Vec<u8>,
    nonce: [u8; NONCE_LEN],
    ciphertext: Vec<u8>,
    tag: [u8; TAG_LEN],
}

impl WrappedKey {
    /// Reads a file.
    pub fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        if bytes.len() > MAX_FILE {
            return Err(StoreError::Limit("the wrapped key (8 MiB)"));
        }
        let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
            let is_short = bytes.starts_with(&MAGIC);
            return Err(if is_short { StoreError::Length } else { StoreError::NotAWrappedKey });
        };
        if !prefix.starts_with(&MAGIC) {
            return Err(StoreError::NotAWrappedKey);
        }
        match u16::from_le_bytes([prefix[8], prefix[9]]) {
            VERSION => {}
            other => return Err(StoreError::UnknownVersion(other)),
        }
        let len = u32::from_le_bytes([prefix[10], prefix[11], prefix[12], prefix[13]]) as usize;
        if len > MAX_HEADER {
            return Err(StoreError::Limit("the header (64 KiB)"));
        }
        let (header, rest) = rest.split_at_checked(len).ok_or(StoreError::Length)?;
        let header = Header::decode(header)?;
        let (nonce, rest) = rest.split_first_chunk().ok_or(StoreError::Length)?;
        let (ciphertext, tag) = rest.split_last_chunk().ok_or(StoreError::Length)?;
        let front = bytes[..PREFIX + len + NONCE_LEN].to_vec();
        let (nonce, ciphertext, tag) = (*nonce, ciphertext.to_vec(), *tag);
        Ok(Self { header, front, nonce, ciphertext, tag })
    }

    /// The network it says it is of; authenticated by opening it.
    pub const fn network(&self) -> NetworkMode {
        self.header.network
    }

    /// Opens it and everything in it. Each private half is held against its public one, and none is kept.
    pub fn open(
        &self,
        credentials: &Credentials,
        ceiling: Ceiling,
    ) -> Result<Unwrapped, StoreError> {
        let at = self.header.slot_context();
        let slot = keyslot::unlock(&self.header.slots, &at, credentials, None, ceiling)?;
        let broken = StoreError::Unauthentic("the wrapped key");
        let mut payload = self.ciphertext.clone();
        let key = keys::wrapped(&slot.dek, self.header.id);
        aead::open(key.expose(), &self.nonce, &self.front, &mut payload, &self.tag)
            .map_err(|_| broken)?;
        let part = StoreError::encoding("wrapped key");
        let mut reader = Reader::new(&payload);
        let ring = Keyring::decode(&mut reader).map_err(&part)?;
        reader.finish().map_err(&part)?;
        let mut keys = ring.iter();
        let (Some(key), None) = (keys.next(), keys.next()) else {
            return Err(StoreError::Field("a wrapped key is one key"));
        };
        let key = key.clone();
        if key.retired.is_some() {
            return Err(StoreError::Field("a wrapped key is not retired"));
        }
        let sealer = KeySealer::new(&slot.dek, self.header.id);
        let unwrapped = Unwrapped { key, sealer };
        for version in unwrapped.key.versions().iter().filter(|v| v.sealed.is_some()) {
            unwrapped.private_half(version.n)?;
        }
        Ok(unwrapped)
    }
}

/// A key out of its file. Its private halves stay sealed until a store takes it.
pub struct Unwrapped {
    key: Key,
    sealer: KeySealer,
}

impl Unwrapped {
    /// The key: its id, versions and proofs.
    pub const fn key(&self) -> &Key {
        &self.key
    }

    fn private_half(&self, n: u32) -> Result<PrivateKey, StoreError> {
        let broken = || StoreError::Unauthentic("a private key");
        let key = &self.key;
        let version = key.version(n).map_err(|_| broken())?;
        let sealed = version.sealed.as_ref().ok_or_else(broken)?;
        let holder = Holder { id: &key.id, n, kind: key.kind, public: &version.public };
        let private = self.sealer.open(holder, sealed)?;
        let public = key.kind.public_half(&private).map_err(|_| broken())?;
        // Somebody with the passphrase may have put it together.
        if mac::same(&public, &version.public) { Ok(private) } else { Err(broken()) }
    }

    /// Puts the key into `store`, sealed under its data key. An id that the store has given is refused.
    pub fn put(
        self,
        store: &mut OpenStore,
        random: &mut dyn Random,
    ) -> Result<(), PrivateHalfError> {
        if store.keyring().key(self.key.id.as_str()).is_ok() {
            return Err(KeyError::Exists.into());
        }
        let sealer = store.key_sealer();
        let mut ring = Keyring::default();
        ring.add(self.key.clone())?;
        ring.reseal(|key, version, _| {
            let private = self.private_half(version.n)?;
            let public = &version.public;
            let holder = Holder { id: &key.id, n: version.n, kind: key.kind, public };
            sealer.seal(holder, &private, random)
        })?;
        for key in ring.iter() {
            store.keyring_mut().add(key.clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::kdf::KdfParams;
    use crate::crypto::random::SystemRandom;
    use crate::keyring::{Fresh, KeyId, KeyKind, Role};
    use crate::passphrase::Passphrase;
    use crate::secret::SecretBytes;

    fn credentials(text: &str) -> Credentials {
        let typed = SecretBytes::copy_from(text.as_bytes());
        Credentials { passphrase: Passphrase::new(typed).unwrap(), keyfile: None }
    }

    /// A wrapped Ed25519 key, and the key that is in it.
    fn sample() -> (Vec<u8>, PrivateKey) {
        let random = &mut SystemRandom;
        let (id, file) = (KeyId::parse("api").unwrap(), StoreId([7; 16]));
        let mut file_key = DataKey::zeroed();
        random.fill(file_key.expose_mut()).unwrap();
        let mut private = PrivateKey::zeroed();
        random.fill(private.expose_mut()).unwrap();
        let public = KeyKind::Ed25519.public_half(&private).unwrap();
        let holder = Holder { id: &id, n: 1, kind: KeyKind::Ed25519, public: &public };
        let sealed = KeySealer::new(&file_key, file).seal(holder, &private, random).unwrap();
        let fresh = Fresh { public, sealed, proof: None };
        let now = Timestamp::from_unix(9);
        let key = Key::new(id, KeyKind::Ed25519, Role::Signing, fresh, now).unwrap();
        let mut ring = Keyring::default();
        ring.add(key).unwrap();
        let params = KdfParams::new(8, 1, 1).unwrap();
        let secret = credentials("right")
            .slot_secret(keyslot::SlotKind::Passphrase, params, random)
            .unwrap();
        let network = NetworkMode::Testnet;
        (seal(&ring, (file, &file_key), network, &secret, now, random).unwrap(), private)
    }

    fn open(bytes: &[u8], passphrase: &str) -> Result<Unwrapped, StoreError> {
        WrappedKey::parse(bytes)?.open(&credentials(passphrase), Ceiling::default())
    }

    #[test]
    fn a_wrapped_key_opens_with_its_passphrase_and_no_other() {
        let (bytes, private) = sample();
        let found = open(&bytes, "right").unwrap();
        assert_eq!(found.key().id.as_str(), "api");
        assert_eq!(found.private_half(1).unwrap().expose(), private.expose());
        assert!(matches!(open(&bytes, "wrong"), Err(StoreError::WrongPassphrase)));
        assert!(!bytes.windows(32).any(|window| window == private.expose()));
        assert!(!bytes.windows(3).any(|window| window == b"api"));
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_refused() {
        let (bytes, _) = sample();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            // A flipped bit of the costs would take long to be refused by the slot; that it is bound to them is a test of slots.
            let opened = WrappedKey::parse(&changed).and_then(|wrapped| {
                match wrapped.header.slots[0].info.kdf.as_ref().map(|kdf| kdf.params) {
                    Some(params) if params != KdfParams::new(8, 1, 1).unwrap() => {
                        Err(StoreError::WrongPassphrase)
                    }
                    _ => wrapped.open(&credentials("right"), Ceiling::default()),
                }
            });
            assert!(opened.is_err(), "{at}");
            assert!(open(&bytes[..at], "right").is_err(), "{at}");
        }
        assert!(open(&[&bytes[..], &[0]].concat(), "right").is_err());
    }
}
