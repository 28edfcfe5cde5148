//! The header: what can be read of an archive without a passphrase.
//!
//! It says which store at which generation the archive holds, so that a directory of archives can be listed and the stale ones
//! found by somebody who can open none of them. It is authenticated twice, by its MAC and as associated data of the first chunk,
//! and only for whoever has the file key: until then it is a claim.

use super::{ArchiveError, limits};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::network::NetworkMode;
use crate::store::StoreId;
use crate::store::keyslot::{Slot, SlotContext};

/// Identifies the set of primitives: Argon2id, XChaCha20-Poly1305 for slots, ChaCha20-Poly1305 for chunks, HMAC/HKDF-SHA-256.
const SUITE: u64 = 1;
const KEYS: usize = 10;

/// First bytes of every archive. The first is not ASCII and the last four catch transfers that translate line ends.
pub const MAGIC: [u8; 8] = [0x89, b'S', b'R', b'B', 0x0d, 0x0a, 0x1a, 0x0a];
/// The version this build writes.
pub const VERSION: u16 = 1;
/// Bytes before the header's CBOR: magic, version, header length.
pub const PREFIX: usize = 8 + 2 + 4;
/// Bytes of the header MAC.
pub const MAC_LEN: usize = 32;

/// Random identity of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArchiveId(pub [u8; 16]);

impl std::fmt::Display for ArchiveId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// Which store, and which state of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFacts {
    /// Its id.
    pub store_id: StoreId,
    /// Its network.
    pub network: NetworkMode,
    /// Its generation; 0 for an Igra file, which has none.
    pub generation: u64,
    /// Generation of the last commit that changed secrets or keys.
    pub content_generation: u64,
    /// Epoch of its data key.
    pub key_epoch: u32,
}

/// The readable part of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveHeader {
    /// Identity of the archive.
    pub id: ArchiveId,
    /// What it holds.
    pub store: StoreFacts,
    /// When it was made.
    pub created: Timestamp,
    /// Salt of the key of its chunks.
    pub stream_salt: [u8; 32],
    /// Ways to unwrap the file key, by ascending id.
    pub slots: Vec<Slot>,
}

impl ArchiveHeader {
    /// The archive as its slots see it.
    pub const fn slot_context(&self) -> SlotContext {
        SlotContext { store: StoreId(self.id.0), network: self.store.network }
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        cbor::map(&mut out, KEYS);
        cbor::uint(&mut out, 1);
        cbor::uint(&mut out, SUITE);
        cbor::uint(&mut out, 2);
        cbor::bytes(&mut out, &self.id.0);
        cbor::uint(&mut out, 3);
        cbor::uint(&mut out, u64::from(self.store.network.code()));
        cbor::uint(&mut out, 4);
        cbor::bytes(&mut out, &self.store.store_id.0);
        let numbers = [
            self.store.generation,
            self.store.content_generation,
            u64::from(self.store.key_epoch),
            self.created.as_unix(),
        ];
        for (key, number) in (5..).zip(numbers) {
            cbor::uint(&mut out, key);
            cbor::uint(&mut out, number);
        }
        cbor::uint(&mut out, 9);
        cbor::bytes(&mut out, &self.stream_salt);
        cbor::uint(&mut out, 10);
        cbor::array(&mut out, self.slots.len());
        for slot in &self.slots {
            slot.encode(&mut out);
        }
        out
    }

    /// Reads the one encoding; every other is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, ArchiveError> {
        if bytes.len() > limits::HEADER {
            return Err(ArchiveError::Limit("the header (1 MiB)"));
        }
        let at = ArchiveError::encoding("archive header");
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let mut keys = r.map().map_err(&at)?;
        keys.require(r, 1).map_err(&at)?;
        if r.uint().map_err(&at)? != SUITE {
            return Err(ArchiveError::Field("unknown suite"));
        }
        keys.require(r, 2).map_err(&at)?;
        let id = ArchiveId(r.fixed().map_err(&at)?);
        keys.require(r, 3).map_err(&at)?;
        let network = NetworkMode::from_code(r.int("a network").map_err(&at)?)
            .ok_or(ArchiveError::Field("unknown network"))?;
        keys.require(r, 4).map_err(&at)?;
        let store_id = StoreId(r.fixed().map_err(&at)?);
        keys.require(r, 5).map_err(&at)?;
        let generation = r.uint().map_err(&at)?;
        keys.require(r, 6).map_err(&at)?;
        let content_generation = r.uint().map_err(&at)?;
        keys.require(r, 7).map_err(&at)?;
        let key_epoch = r.int("a key epoch").map_err(&at)?;
        keys.require(r, 8).map_err(&at)?;
        let created = Timestamp::from_unix(r.uint().map_err(&at)?);
        keys.require(r, 9).map_err(&at)?;
        let stream_salt = r.fixed().map_err(&at)?;
        keys.require(r, 10).map_err(&at)?;
        let count = r.array().map_err(&at)?;
        if count == 0 || count > crate::store::limits::SLOTS {
            return Err(ArchiveError::Limit("the number of keyslots (1 to 16)"));
        }
        let slots = (0..count).map(|_| Slot::decode(r)).collect::<Result<Vec<_>, _>>()?;
        if !slots.is_sorted_by(|a, b| a.info.id < b.info.id) {
            return Err(ArchiveError::Field("keyslots are not in order of their ids"));
        }
        if keys.next(r).map_err(&at)?.is_some() {
            return Err(ArchiveError::Field("unknown header key"));
        }
        r.finish().map_err(&at)?;
        let store = StoreFacts { store_id, network, generation, content_generation, key_epoch };
        let header = Self { id, store, created, stream_salt, slots };
        if content_generation > generation {
            return Err(ArchiveError::Field("generations contradict each other"));
        }
        // The reader and the writer are two accounts of one format; a mistake in either shows here as a refusal.
        if header.encode() == bytes {
            Ok(header)
        } else {
            Err(ArchiveError::Field("the header is not in its one encoding"))
        }
    }
}

/// Length of the header's CBOR, from the first [`PREFIX`] bytes of an archive.
pub fn header_len(prefix: &[u8; PREFIX]) -> Result<usize, ArchiveError> {
    if !prefix.starts_with(&MAGIC) {
        return Err(ArchiveError::NotAnArchive);
    }
    match u16::from_le_bytes([prefix[8], prefix[9]]) {
        VERSION => {}
        other => return Err(ArchiveError::UnknownVersion(other)),
    }
    let len = u32::from_le_bytes([prefix[10], prefix[11], prefix[12], prefix[13]]);
    match usize::try_from(len) {
        Ok(len) if len <= limits::HEADER => Ok(len),
        _ => Err(ArchiveError::Limit("the header (1 MiB)")),
    }
}
