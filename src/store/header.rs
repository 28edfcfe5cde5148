//! The header: everything about a store that can be read without a passphrase.
//!
//! It stands in the clear, is authenticated three times (by the signature for anyone, by its MAC and as associated data of the
//! payload for whoever has the data key), and has exactly one encoding.

use super::inventory::Inventory;
use super::keyslot::{Slot, SlotContext};
use super::{StoreError, StoreId, limits};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::sign::PublicKey;
use crate::network::NetworkMode;

/// Identifies the set of primitives: Argon2id, XChaCha20-Poly1305, HMAC/HKDF-SHA-256, Ed25519.
const SUITE: u64 = 1;

/// Head of the audit log at the last commit; all zero before the first record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditHead {
    /// Sequence number of the record.
    pub seq: u64,
    /// Its MAC.
    pub mac: [u8; 32],
}

/// The readable part of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Identity of the store.
    pub store_id: StoreId,
    /// Network it belongs to.
    pub network: NetworkMode,
    /// One more with every commit.
    pub generation: u64,
    /// Generation of the last commit that changed secrets or keys: what a backup is compared with.
    pub content_generation: u64,
    /// One more with every new data key.
    pub key_epoch: u32,
    /// Wall clock of the last commit; information only.
    pub written_at: Timestamp,
    /// Bytes of the padded payload, without its tag.
    pub payload_len: u64,
    /// Salt of the payload key.
    pub payload_salt: [u8; 32],
    /// Head of the audit log.
    pub audit_head: AuditHead,
    /// Verifies the signature over the file.
    pub store_key: PublicKey,
    /// Ways to unwrap the data key, by ascending id.
    pub slots: Vec<Slot>,
    /// Facts for readers without a passphrase.
    pub inventory: Inventory,
}

impl Header {
    /// The store as its slots see it.
    pub const fn slot_context(&self) -> SlotContext {
        SlotContext { store: self.store_id, network: self.network }
    }

    /// The slot with number `id`.
    pub fn slot(&self, id: u16) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.info.id == id)
    }

    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        cbor::map(&mut out, 13);
        let mut key = 0;
        let mut next = |out: &mut Vec<u8>| {
            key += 1;
            cbor::uint(out, key);
        };
        next(&mut out);
        cbor::uint(&mut out, SUITE);
        next(&mut out);
        cbor::bytes(&mut out, &self.store_id.0);
        next(&mut out);
        cbor::uint(&mut out, u64::from(self.network.code()));
        for number in [
            self.generation,
            self.content_generation,
            u64::from(self.key_epoch),
            self.written_at.as_unix(),
            self.payload_len,
        ] {
            next(&mut out);
            cbor::uint(&mut out, number);
        }
        next(&mut out);
        cbor::bytes(&mut out, &self.payload_salt);
        next(&mut out);
        cbor::array(&mut out, 2);
        cbor::uint(&mut out, self.audit_head.seq);
        cbor::bytes(&mut out, &self.audit_head.mac);
        next(&mut out);
        cbor::bytes(&mut out, &self.store_key.0);
        next(&mut out);
        cbor::array(&mut out, self.slots.len());
        for slot in &self.slots {
            slot.encode(&mut out);
        }
        next(&mut out);
        self.inventory.encode(&mut out);
        out
    }

    /// Reads the one encoding; every other is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        if bytes.len() > limits::HEADER {
            return Err(StoreError::Limit("the header (4 MiB)"));
        }
        let at = StoreError::encoding("header");
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let mut keys = r.map().map_err(&at)?;
        let mut expected = 0;
        // All keys are required, so ascending order means that the next key is the next number.
        let mut next = |r: &mut Reader<'_>| {
            expected += 1;
            keys.require(r, expected).map_err(&at)
        };
        next(r)?;
        if r.uint().map_err(&at)? != SUITE {
            return Err(StoreError::Field("unknown suite"));
        }
        next(r)?;
        let store_id = StoreId(r.fixed().map_err(&at)?);
        next(r)?;
        let network = NetworkMode::from_code(r.int("a network").map_err(&at)?)
            .ok_or(StoreError::Field("unknown network"))?;
        next(r)?;
        let generation = r.uint().map_err(&at)?;
        next(r)?;
        let content_generation = r.uint().map_err(&at)?;
        next(r)?;
        let key_epoch = r.int("a key epoch").map_err(&at)?;
        next(r)?;
        let written_at = Timestamp::from_unix(r.uint().map_err(&at)?);
        next(r)?;
        let payload_len = r.uint().map_err(&at)?;
        next(r)?;
        let payload_salt = r.fixed().map_err(&at)?;
        next(r)?;
        r.array_of(2).map_err(&at)?;
        let audit_head = AuditHead { seq: r.uint().map_err(&at)?, mac: r.fixed().map_err(&at)? };
        next(r)?;
        let store_key = PublicKey(r.fixed().map_err(&at)?);
        next(r)?;
        let count = r.array().map_err(&at)?;
        if count == 0 || count > limits::SLOTS {
            return Err(StoreError::Limit("the number of keyslots (1 to 16)"));
        }
        let slots = (0..count).map(|_| Slot::decode(r)).collect::<Result<Vec<_>, _>>()?;
        if !slots.is_sorted_by(|a, b| a.info.id < b.info.id) {
            return Err(StoreError::Field("keyslots are not in order of their ids"));
        }
        next(r)?;
        let inventory = Inventory::decode(r)?;
        if keys.next(r).map_err(&at)?.is_some() {
            return Err(StoreError::Field("unknown header key"));
        }
        r.finish().map_err(&at)?;
        let header = Self {
            store_id,
            network,
            generation,
            content_generation,
            key_epoch,
            written_at,
            payload_len,
            payload_salt,
            audit_head,
            store_key,
            slots,
            inventory,
        };
        if content_generation > generation || generation == 0 {
            return Err(StoreError::Field("generations contradict each other"));
        }
        // The strict reader and the writer are two accounts of one format; holding them against each other here means that
        // a mistake in either shows as a refusal, not as two meanings of one file.
        if header.encode() == bytes {
            Ok(header)
        } else {
            Err(StoreError::Field("the header is not in its one encoding"))
        }
    }
}
