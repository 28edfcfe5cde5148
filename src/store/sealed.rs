//! A whole file: parse it, verify it without a passphrase, open it, and seal the next one.
//!
//! A file is opened in a fixed order: sizes, limits, signature over the whole file, slot commitment, data key, key epoch,
//! header MAC, payload tag, padding, canonical form. The signature is checked while the key is being derived (both take as long
//! as the file and the slot make them), and its verdict is taken first.

use std::ops::Range;

use sha2::{Digest, Sha256};

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
use crate::crypto::sign::{self, SIGNATURE_LEN};
use crate::memory::Region;
use crate::secret::DataKey;

/// First bytes of every store. The first is not ASCII and the last four catch transfers that translate line ends.
pub const MAGIC: [u8; 8] = [0x89, b'S', b'R', b'S', 0x0d, 0x0a, 0x1a, 0x0a];
/// First bytes of an exported inventory.
pub const INVENTORY_MAGIC: [u8; 8] = [0x89, b'S', b'R', b'I', 0x0d, 0x0a, 0x1a, 0x0a];
/// The version this build writes.
pub const VERSION: u16 = 1;
/// Bytes before the header: magic, version, header length.
const PREFIX: usize = 8 + 2 + 4;
const MAC_LEN: usize = 32;

/// A file whose structure is sound; nothing in it is trusted yet.
pub struct SealedStore {
    bytes: Region,
    header: Header,
    payload: Range<usize>,
}

impl SealedStore {
    /// Reads the structure of a whole file.
    pub fn parse(bytes: Region) -> Result<Self, StoreError> {
        if bytes.len() as u64 > limits::FILE {
            return Err(StoreError::Limit("the file (256 MiB)"));
        }
        if !bytes.starts_with(&MAGIC) {
            return Err(StoreError::NotAStore);
        }
        let version = bytes.get(8..10).and_then(|b| b.try_into().ok()).map(u16::from_le_bytes);
        match version {
            Some(VERSION) => {}
            Some(other) => return Err(StoreError::UnknownVersion(other)),
            None => return Err(StoreError::Length),
        }
        let header_len = bytes
            .get(10..PREFIX)
            .and_then(|b| b.try_into().ok())
            .map(u32::from_le_bytes)
            .and_then(|len| usize::try_from(len).ok())
            .ok_or(StoreError::Length)?;
        if header_len > limits::HEADER {
            return Err(StoreError::Limit("the header (4 MiB)"));
        }
        let header_end = PREFIX + header_len;
        let header = Header::decode(bytes.get(PREFIX..header_end).ok_or(StoreError::Length)?)?;
        let start = header_end + MAC_LEN;
        let end = usize::try_from(header.payload_len)
            .ok()
            .and_then(|len| start.checked_add(len))
            .ok_or(StoreError::Length)?;
        if end.checked_add(TAG_LEN + SIGNATURE_LEN) != Some(bytes.len()) {
            return Err(StoreError::Length);
        }
        Ok(Self { bytes, header, payload: start..end })
    }

    /// The header; trusted only after [`verify`](Self::verify), and then only as far as its store key is.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// Checks the signature over the whole file and returns the file's hash. Needs no passphrase.
    pub fn verify(&self) -> Result<Hash, StoreError> {
        let (signed, signature) =
            self.bytes.split_last_chunk::<SIGNATURE_LEN>().ok_or(StoreError::Length)?;
        let (message, file_hash) = signed_message(signed, self.payload.start);
        if sign::verify(&self.header.store_key, &message, signature) {
            Ok(file_hash)
        } else {
            Err(StoreError::Signature)
        }
    }

    /// Checks the signature of a file whose hash was computed while it was sealed.
    pub(super) fn verify_hashed(&self, file_hash: &Hash) -> Result<(), StoreError> {
        let (_, signature) =
            self.bytes.split_last_chunk::<SIGNATURE_LEN>().ok_or(StoreError::Length)?;
        let front = mac::sha256(&[&self.bytes[..self.payload.start]]);
        let message = [labels::STORE_FILE, &front, file_hash].concat();
        if sign::verify(&self.header.store_key, &message, signature) {
            Ok(())
        } else {
            Err(StoreError::Signature)
        }
    }

    /// The header with what proves it: `magic | version | length | everything before the payload | file hash | signature`.
    ///
    /// Whoever trusts the store key can check it without the file, and without being able to read the file.
    pub fn export_inventory(&self) -> Result<Vec<u8>, StoreError> {
        let file_hash = self.verify()?;
        let front = &self.bytes[..self.payload.start];
        let signature = &self.bytes[self.bytes.len() - SIGNATURE_LEN..];
        let len =
            u32::try_from(front.len()).map_err(|_| StoreError::Limit("the header (4 MiB)"))?;
        let version = VERSION.to_le_bytes();
        Ok([&INVENTORY_MAGIC, &version[..], &len.to_le_bytes(), front, &file_hash, signature]
            .concat())
    }

    /// Derives the key of a slot and checks the signature at the same time.
    pub fn unlock(
        &self,
        credentials: &Credentials,
        slot: Option<u16>,
        ceiling: Ceiling,
    ) -> Result<(OpenedSlot, Hash), StoreError> {
        let (verified, unlocked) = std::thread::scope(|scope| {
            let verified = scope.spawn(|| self.verify());
            let at = self.header.slot_context();
            let unlocked = keyslot::unlock(&self.header.slots, &at, credentials, slot, ceiling);
            (verified.join().unwrap_or(Err(StoreError::Signature)), unlocked)
        });
        let file_hash = verified?;
        Ok((unlocked?, file_hash))
    }

    /// Decrypts the payload in place. `file_hash` is the verdict of [`verify`](Self::verify).
    pub fn open(self, slot: OpenedSlot, file_hash: Hash) -> Result<OpenStore, StoreError> {
        let own = self.header.slot(slot.id).ok_or(StoreError::NoSuchSlot(slot.id))?;
        if own.info.key_epoch != self.header.key_epoch {
            return Err(StoreError::Field("keyslot and header are of different key epochs"));
        }
        let (header, payload) = self.decrypt(&slot.dek)?;
        OpenStore::new(header, payload, slot, file_hash)
    }

    /// Checks that everything in the file opens under `dek`.
    pub(super) fn check_with(self, dek: &DataKey) -> Result<(), StoreError> {
        self.decrypt(dek).map(drop)
    }

    fn decrypt(self, dek: &DataKey) -> Result<(Header, Payload), StoreError> {
        let Self { mut bytes, header, payload } = self;
        let id = header.store_id;
        let mac_at = payload.start - MAC_LEN;
        let expected = mac::hmac(keys::header(dek, id).expose(), &[&bytes[..mac_at]]);
        if !mac::same(&expected, &bytes[mac_at..payload.start]) {
            return Err(StoreError::HeaderMac);
        }
        let key = keys::payload(dek, id, &header.payload_salt, header.generation);
        let (front, rest) = bytes.split_at_mut(payload.start);
        let (text, end) = rest.split_at_mut(payload.len());
        let tag = end.first_chunk().ok_or(StoreError::Length)?;
        aead::open(key.expose(), &[0; NONCE_LEN], front, text, tag)
            .map_err(|_| StoreError::Unauthentic("the payload"))?;
        let payload = Payload::decode(bytes, payload)?;
        if sign::public_key(&payload.secrets.signing_seed) != header.store_key {
            return Err(StoreError::Field("the store key does not belong to the signing key"));
        }
        Ok((header, payload))
    }
}

/// A file ready to be written.
pub struct SealedFile {
    /// The bytes of the file.
    pub bytes: Region,
    /// SHA-256 of everything before the signature.
    pub file_hash: Hash,
}

/// Seals `payload` under `header`, whose payload length, salt and store key are filled in here.
pub fn seal(
    mut header: Header,
    payload: &Payload,
    dek: &DataKey,
    random: &mut dyn Random,
) -> Result<SealedFile, StoreError> {
    let padded = padding::padded_payload(payload.encoded_len());
    header.payload_len = padded as u64;
    header.payload_salt = [0; 32];
    header.store_key = sign::public_key(&payload.secrets.signing_seed);
    // The salt has a fixed length, so the header's length is known before the salt is.
    let header_len = header.encode().len();
    if header_len > limits::HEADER {
        return Err(StoreError::TooMuch("the header (4 MiB)"));
    }
    let start = PREFIX + header_len + MAC_LEN;
    let total = start + padded + TAG_LEN + SIGNATURE_LEN;
    if total as u64 > limits::FILE {
        return Err(StoreError::TooMuch("the file (256 MiB)"));
    }
    let mut bytes = Region::bulk(total).map_err(|_| StoreError::Memory(total))?;
    payload.encode(&mut Fill::new(&mut bytes[start..start + padded]));

    let fresh: [u8; 32] = random::bytes(random)?;
    header.payload_salt = mac::hmac(
        keys::hedge(dek, header.store_id).expose(),
        &[&fresh, &header.generation.to_le_bytes(), &mac::sha256(&[&bytes[start..start + padded]])],
    );
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..10].copy_from_slice(&VERSION.to_le_bytes());
    bytes[10..PREFIX].copy_from_slice(&u32::try_from(header_len).unwrap_or(0).to_le_bytes());
    bytes[PREFIX..PREFIX + header_len].copy_from_slice(&header.encode());
    let mac_at = start - MAC_LEN;
    let header_mac = mac::hmac(keys::header(dek, header.store_id).expose(), &[&bytes[..mac_at]]);
    bytes[mac_at..start].copy_from_slice(&header_mac);

    let key = keys::payload(dek, header.store_id, &header.payload_salt, header.generation);
    let (front, rest) = bytes.split_at_mut(start);
    let (text, end) = rest.split_at_mut(padded);
    let tag = aead::seal(key.expose(), &[0; NONCE_LEN], front, text);
    end[..TAG_LEN].copy_from_slice(&tag);

    let signed_len = total - SIGNATURE_LEN;
    let (message, file_hash) = signed_message(&bytes[..signed_len], start);
    let signature = sign::sign(&payload.secrets.signing_seed, &message);
    bytes[signed_len..].copy_from_slice(&signature);
    Ok(SealedFile { bytes, file_hash })
}

/// The text that is signed, and the hash of the file: `label || SHA-256(everything before the payload) || file hash`.
fn signed_message(signed: &[u8], payload_start: usize) -> (Vec<u8>, Hash) {
    let (front, rest) = signed.split_at(payload_start);
    let mut hash = Sha256::new_with_prefix(front);
    let front_hash: Hash = hash.clone().finalize().into();
    hash.update(rest);
    let file_hash: Hash = hash.finalize().into();
    ([labels::STORE_FILE, &front_hash, &file_hash].concat(), file_hash)
}
