//! A whole file: parse it, verify it without a passphrase, open it, and seal the next one.
//!
//! A file is opened in a fixed order: sizes, limits, signature over the whole file, slot commitment, data key, key epoch,
//! header MAC, payload tag, padding, canonical form. The signature is checked while the key is being derived (both take as long
//! as the file and the slot make them), and its verdict is taken first.

use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::body::{Body, Source};
use super::keyslot::{self, Credentials, OpenedSlot};
use super::open::OpenStore;
use super::payload::Payload;
use super::{Header, StoreError, keys, limits, padding};
use crate::cbor::Fill;
use crate::crypto::aead::{self, NONCE_LEN, TAG_LEN};
use crate::crypto::kdf::Ceiling;
use crate::crypto::labels;
use crate::crypto::mac::{self, Hash};
use crate::crypto::random::{self, Random};
use crate::crypto::sign::{self, PublicKey, SIGNATURE_LEN};
use crate::memory::Region;
use crate::parallel;
use crate::secret::{DataKey, SigningSeed};

/// First bytes of every store. The first is not ASCII and the last four catch transfers that translate line ends.
pub const MAGIC: [u8; 8] = [0x89, b'S', b'R', b'S', 0x0d, 0x0a, 0x1a, 0x0a];
/// First bytes of an exported inventory.
pub const INVENTORY_MAGIC: [u8; 8] = [0x89, b'S', b'R', b'I', 0x0d, 0x0a, 0x1a, 0x0a];
/// The version this build writes.
pub const VERSION: u16 = 1;
/// Bytes before the header: magic, version, header length.
const PREFIX: usize = 8 + 2 + 4;
const MAC_LEN: usize = 32;
/// What a file may grow by between opening and sealing and still fit memory kept from the derivation.
const ROOM: usize = 4 << 20;
/// From this size on, reading and hashing a file takes longer than starting a thread that does it beside the derivation.
const WORTH_A_THREAD: usize = 256 << 10;

/// A file whose structure is sound; nothing in it is trusted yet.
pub struct SealedStore {
    /// Everything before the payload.
    front: Vec<u8>,
    header: Header,
    payload: Range<usize>,
    body: Body,
}

impl SealedStore {
    /// Reads the structure of a whole file in memory.
    pub fn parse(bytes: Region) -> Result<Self, StoreError> {
        Self::read(Body::Memory(bytes))
    }

    /// Reads the structure of a file of `len` bytes; its payload stays where it is until it is needed.
    pub fn open_file(source: Arc<dyn Source>, len: u64) -> Result<Self, StoreError> {
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        Self::read(Body::Stored(source, len))
    }

    fn read(body: Body) -> Result<Self, StoreError> {
        if body.len() as u64 > limits::FILE {
            return Err(StoreError::Limit("the file (256 MiB)"));
        }
        let mut front = vec![0; PREFIX.min(body.len())];
        body.read_at(0, &mut front)?;
        if !front.starts_with(&MAGIC) {
            return Err(StoreError::NotAStore);
        }
        let version = front.get(8..10).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
        match version {
            Some(VERSION) => {}
            Some(other) => return Err(StoreError::UnknownVersion(other)),
            None => return Err(StoreError::Length),
        }
        let header_len = front
            .get(10..PREFIX)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_le_bytes)
            .and_then(|len| usize::try_from(len).ok())
            .ok_or(StoreError::Length)?;
        if header_len > limits::HEADER {
            return Err(StoreError::Limit("the header (4 MiB)"));
        }
        let start = PREFIX + header_len + MAC_LEN;
        if start > body.len() {
            return Err(StoreError::Length);
        }
        front.resize(start, 0);
        body.read_at(0, &mut front)?;
        let header = Header::decode(&front[PREFIX..PREFIX + header_len])?;
        let end = usize::try_from(header.payload_len)
            .ok()
            .and_then(|len| start.checked_add(len))
            .ok_or(StoreError::Length)?;
        if end.checked_add(TAG_LEN + SIGNATURE_LEN) != Some(body.len()) {
            return Err(StoreError::Length);
        }
        Ok(Self { front, header, payload: start..end, body })
    }

    /// The header; trusted only after [`verify`](Self::verify), and then only as far as its store key is.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Checks the signature over the whole file and returns the file's hash. Needs no passphrase.
    pub fn verify(&self) -> Result<Hash, StoreError> {
        let hash = Sha256::new_with_prefix(&self.front);
        let file_hash = self.body.hash(hash, self.payload.start..self.payload.end + TAG_LEN)?;
        let store_key = &self.header.store_key;
        Self::verify_hashed(&self.front, store_key, &file_hash, &self.signature()?)?;
        Ok(file_hash)
    }

    /// Checks `signature` over a file whose hash is known.
    pub(super) fn verify_hashed(
        front: &[u8],
        store_key: &PublicKey,
        file_hash: &Hash,
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), StoreError> {
        if sign::verify(store_key, &signed_message(front, file_hash), signature) {
            Ok(())
        } else {
            Err(StoreError::Signature)
        }
    }

    fn signature(&self) -> Result<[u8; SIGNATURE_LEN], StoreError> {
        let mut signature = [0; SIGNATURE_LEN];
        self.body.read_at(self.payload.end + TAG_LEN, &mut signature)?;
        Ok(signature)
    }

    /// The header with what proves it: `magic | version | length | everything before the payload | file hash | signature`.
    ///
    /// Whoever trusts the store key can check it without the file, and without being able to read the file.
    pub fn export_inventory(&self) -> Result<Vec<u8>, StoreError> {
        let file_hash = self.verify()?;
        let front = &self.front;
        let signature = self.signature()?;
        let len =
            u32::try_from(front.len()).map_err(|_| StoreError::Limit("the header (4 MiB)"))?;
        let version = VERSION.to_le_bytes();
        Ok([&INVENTORY_MAGIC, &version[..], &len.to_le_bytes(), front, &file_hash, &signature]
            .concat())
    }

    /// Derives the key of a slot and checks the signature at the same time.
    pub fn unlock(
        &self,
        credentials: &Credentials,
        slot: Option<u16>,
        ceiling: Ceiling,
    ) -> Result<(OpenedSlot, Hash), StoreError> {
        let derive = || {
            let at = self.header.slot_context();
            keyslot::unlock(&self.header.slots, &at, credentials, slot, ceiling)
        };
        let (verified, unlocked) = if self.body.len() < WORTH_A_THREAD {
            (self.verify(), derive())
        } else {
            let (unlocked, verified) = parallel::both(derive, || self.verify());
            (verified.unwrap_or(Err(StoreError::Signature)), unlocked)
        };
        let file_hash = verified?;
        Ok((unlocked?, file_hash))
    }

    /// Decrypts the payload in place. `file_hash` is the verdict of [`verify`](Self::verify).
    pub fn open(self, mut slot: OpenedSlot, file_hash: Hash) -> Result<OpenStore, StoreError> {
        let own = self.header.slot(slot.id).ok_or(StoreError::NoSuchSlot(slot.id))?;
        if own.info.key_epoch != self.header.key_epoch {
            return Err(StoreError::Field("keyslot and header are of different key epochs"));
        }
        let len = self.body.len();
        let (header, payload) = self.decrypt(&slot.dek, &mut slot.spare)?;
        if let Some(spare) = &mut slot.spare {
            // The next file: see `seal`.
            spare.shrink(len + ROOM);
        }
        OpenStore::new(header, payload, slot, file_hash)
    }

    /// Checks that everything in the file opens under `dek`.
    pub(super) fn check_with(self, dek: &DataKey) -> Result<Header, StoreError> {
        self.decrypt(dek, &mut None).map(|(header, _)| header)
    }

    fn decrypt(
        self,
        dek: &DataKey,
        spare: &mut Option<Region>,
    ) -> Result<(Header, Payload), StoreError> {
        let Self { front, header, payload, body } = self;
        let id = header.store_id;
        let (signed, stored) = front.split_last_chunk::<MAC_LEN>().ok_or(StoreError::Length)?;
        let expected = mac::hmac(keys::header(dek, id).expose(), &[signed]);
        if !mac::same(&expected, stored) {
            return Err(StoreError::HeaderMac);
        }
        let key = keys::payload(dek, id, &header.payload_salt, header.generation);
        let (mut bytes, at) = body.take(payload.start..payload.end + TAG_LEN, spare)?;
        let text = at.start..at.end - TAG_LEN;
        let (plain, tag) = bytes[at].split_last_chunk_mut::<TAG_LEN>().ok_or(StoreError::Length)?;
        aead::open(key.expose(), &[0; NONCE_LEN], &front, plain, tag)
            .map_err(|_| StoreError::Unauthentic("the payload"))?;
        let payload = Payload::decode(bytes, text)?;
        if sign::public_key(&payload.secrets.signing_seed) != header.store_key {
            return Err(StoreError::Field("the store key does not belong to the signing key"));
        }
        Ok((header, payload))
    }
}

/// An exported inventory whose signature holds. Whose key signed it stands in its header, and is trusted by nobody yet.
pub struct Exported {
    /// The header of the store.
    pub header: Header,
    /// Hash of the store's file.
    pub file_hash: Hash,
}

impl Exported {
    /// Longest export.
    pub const MAX: usize = limits::HEADER + 4096;

    /// Reads an export and checks its signature.
    pub fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let rest = bytes.strip_prefix(&INVENTORY_MAGIC).ok_or(StoreError::NotAStore)?;
        let (version, rest) = rest.split_first_chunk().ok_or(StoreError::Length)?;
        match u16::from_le_bytes(*version) {
            VERSION => {}
            other => return Err(StoreError::UnknownVersion(other)),
        }
        let (len, rest) = rest.split_first_chunk().ok_or(StoreError::Length)?;
        let len = usize::try_from(u32::from_le_bytes(*len)).map_err(|_| StoreError::Length)?;
        let (front, rest) = rest.split_at_checked(len).ok_or(StoreError::Length)?;
        let (file_hash, rest) = rest.split_first_chunk().ok_or(StoreError::Length)?;
        let signature = rest.try_into().map_err(|_| StoreError::Length)?;
        let header_len = front
            .get(10..PREFIX)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_le_bytes)
            .and_then(|len| usize::try_from(len).ok())
            .ok_or(StoreError::Length)?;
        if !front.starts_with(&MAGIC) || front[8..10] != VERSION.to_le_bytes() {
            return Err(StoreError::NotAStore);
        }
        if header_len > limits::HEADER || PREFIX + header_len + MAC_LEN != front.len() {
            return Err(StoreError::Length);
        }
        let header = Header::decode(&front[PREFIX..PREFIX + header_len])?;
        SealedStore::verify_hashed(front, &header.store_key, file_hash, &signature)?;
        Ok(Self { header, file_hash: *file_hash })
    }
}

/// A file that lacks only its signature.
pub struct Unsigned {
    /// The bytes of the file; the last 64 are zero.
    pub(super) bytes: Region,
    /// Bytes before the payload.
    front: usize,
    store_key: PublicKey,
}

impl Unsigned {
    /// Everything that is signed: all but the last 64 bytes of the file.
    pub fn signed(&self) -> &[u8] {
        &self.bytes[..self.bytes.len() - SIGNATURE_LEN]
    }

    /// Bytes of the finished file.
    pub fn file_len(&self) -> usize {
        self.bytes.len()
    }

    /// Checks a signature of [`signature`](Self::signature), as a reader of the file would.
    pub(super) fn verify(
        &self,
        file_hash: &Hash,
        signature: &[u8; SIGNATURE_LEN],
    ) -> Result<(), StoreError> {
        let front = &self.bytes[..self.front];
        SealedStore::verify_hashed(front, &self.store_key, file_hash, signature)
    }

    /// SHA-256 of everything that is signed.
    pub fn hash(&self) -> Hash {
        mac::sha256(&[self.signed()])
    }

    /// The signature over a file whose [`hash`](Self::hash) is `file_hash`.
    pub fn signature(&self, file_hash: &Hash, seed: &SigningSeed) -> [u8; SIGNATURE_LEN] {
        sign::sign(seed, &signed_message(&self.bytes[..self.front], file_hash))
    }

    /// The whole file.
    pub fn finish(mut self, file_hash: Hash, seed: &SigningSeed) -> SealedFile {
        let signature = self.signature(&file_hash, seed);
        let at = self.bytes.len() - SIGNATURE_LEN;
        self.bytes[at..].copy_from_slice(&signature);
        SealedFile { bytes: self.bytes, file_hash }
    }
}

/// A file ready to be written.
pub struct SealedFile {
    /// The bytes of the file.
    pub bytes: Region,
    /// SHA-256 of everything before the signature.
    pub file_hash: Hash,
}

/// Seals `payload`, which was read from the file with hash `base`, under `header`, whose payload length, salt and store key
/// are filled in here. All is done but the signature.
pub fn seal(
    mut header: Header,
    payload: &Payload,
    base: &Hash,
    dek: &DataKey,
    random: &mut dyn Random,
    spare: &mut Option<Region>,
) -> Result<Unsigned, StoreError> {
    let padded = padding::padded_payload(payload.encoded_len());
    header.payload_len = padded as u64;
    header.payload_salt = [0; 32];
    header.store_key = sign::public_key(&payload.secrets.signing_seed);
    // The salt has a fixed length, so the header's length is known before the salt is.
    let unsalted = header.encode();
    if unsalted.len() > limits::HEADER {
        return Err(StoreError::TooMuch("the header (4 MiB)"));
    }
    let start = PREFIX + unsalted.len() + MAC_LEN;
    let total = start + padded + TAG_LEN + SIGNATURE_LEN;
    if total as u64 > limits::FILE {
        return Err(StoreError::TooMuch("the file (256 MiB)"));
    }
    let fresh: [u8; 32] = random::bytes(random)?;
    let content = mac::sha256(&[&unsalted, &payload.fingerprint(base)]);
    header.payload_salt =
        mac::hmac(keys::hedge(dek, header.store_id).expose(), &[&fresh, &content]);

    let mut bytes = Region::bulk_from(spare, total).map_err(|_| StoreError::Memory(total))?;
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
    bytes[10..PREFIX].copy_from_slice(&u32::try_from(unsalted.len()).unwrap_or(0).to_le_bytes());
    let mac_at = start - MAC_LEN;
    bytes[PREFIX..mac_at].copy_from_slice(&header.encode());
    let header_mac = mac::hmac(keys::header(dek, header.store_id).expose(), &[&bytes[..mac_at]]);
    bytes[mac_at..start].copy_from_slice(&header_mac);

    let key = keys::payload(dek, header.store_id, &header.payload_salt, header.generation);
    let (front, rest) = bytes.split_at_mut(start);
    let (text, end) = rest.split_at_mut(padded);
    payload.encode(&mut Fill::new(text));
    let tag = aead::seal(key.expose(), &[0; NONCE_LEN], front, text);
    end[..TAG_LEN].copy_from_slice(&tag);
    Ok(Unsigned { bytes, front: start, store_key: header.store_key })
}

/// The text that is signed: `label || SHA-256(everything before the payload) || file hash`.
fn signed_message(front: &[u8], file_hash: &Hash) -> Vec<u8> {
    [labels::STORE_FILE, &mac::sha256(&[front]), file_hash].concat()
}
