//! The state file: what this host has seen of a store.
//!
//! A store that was put back to an older copy is a valid store; only somebody who remembers can tell. The state file remembers
//! the highest generation and key epoch, and which file had that generation. It is trusted as far as the directory it lies in
//! and carries no MAC: an older genuine copy would pass one, and a new data key would break one. A torn state file is an absent
//! one.
//!
//! ```text
//! label | CBOR | SHA-256(everything before)
//! ```

use super::{Header, StoreError, StoreId};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::labels;
use crate::crypto::mac::{self, Hash};
use crate::crypto::sign::PublicKey;

/// What a host remembers of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The store.
    pub store_id: StoreId,
    /// Highest key epoch seen.
    pub key_epoch: u32,
    /// Highest generation seen.
    pub max_generation: u64,
    /// Hash of the file that had it.
    pub digest: Hash,
    /// Head of the audit log at that commit.
    pub audit_seq: u64,
    /// Its MAC.
    pub audit_mac: Hash,
    /// The store key that this host trusts; set only by a command that unlocked the store.
    pub store_key: PublicKey,
    /// Latest time that any command saw.
    pub max_seen_time: Timestamp,
}

/// What a file is in the light of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is remembered of this store.
    Unknown,
    /// The very file that was remembered.
    Current,
    /// A later one: written elsewhere, or by a command that was killed before it could remember.
    Newer,
    /// An earlier one, or one from before a data key was given up.
    Rollback {
        /// What is remembered.
        seen: u64,
        /// What the file has.
        found: u64,
    },
    /// The same generation with other content: two lines of history.
    Fork {
        /// The generation of both.
        generation: u64,
    },
}

/// Longest state file that is read.
pub const MAX_LEN: u64 = 4096;
const DIGEST_LEN: usize = 32;

impl State {
    /// The state after `header` was seen in the file with `digest`.
    pub fn of(header: &Header, digest: Hash, now: Timestamp) -> Self {
        Self {
            store_id: header.store_id,
            key_epoch: header.key_epoch,
            max_generation: header.generation,
            digest,
            audit_seq: header.audit_head.seq,
            audit_mac: header.audit_head.mac,
            store_key: header.store_key,
            max_seen_time: now,
        }
    }

    /// Judges a file. A lower key epoch is a rollback whatever the generation: a revoked slot must not come back in a file
    /// that was forged from an old copy.
    pub fn judge(&self, header: &Header, digest: &Hash) -> Standing {
        if header.key_epoch < self.key_epoch || header.generation < self.max_generation {
            Standing::Rollback { seen: self.max_generation, found: header.generation }
        } else if header.generation > self.max_generation {
            Standing::Newer
        } else if *digest == self.digest {
            Standing::Current
        } else {
            Standing::Fork { generation: header.generation }
        }
    }

    /// The bytes of the file.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = labels::STATE.to_vec();
        cbor::array(&mut out, 8);
        cbor::bytes(&mut out, &self.store_id.0);
        cbor::uint(&mut out, u64::from(self.key_epoch));
        cbor::uint(&mut out, self.max_generation);
        cbor::bytes(&mut out, &self.digest);
        cbor::uint(&mut out, self.audit_seq);
        cbor::bytes(&mut out, &self.audit_mac);
        cbor::bytes(&mut out, &self.store_key.0);
        cbor::uint(&mut out, self.max_seen_time.as_unix());
        let digest = mac::sha256(&[&out]);
        out.extend_from_slice(&digest);
        out
    }

    /// Reads the bytes of a file; a torn one is an error that callers treat as absence.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let torn = StoreError::Field("the state file is torn");
        let Some((content, digest)) = bytes.split_last_chunk::<DIGEST_LEN>() else {
            return Err(torn);
        };
        if mac::sha256(&[content]) != *digest {
            return Err(torn);
        }
        let at = StoreError::encoding("state file");
        let body = content.strip_prefix(labels::STATE).ok_or(torn)?;
        let mut r = Reader::new(body);
        r.array_of(8).map_err(&at)?;
        let state = Self {
            store_id: StoreId(r.fixed().map_err(&at)?),
            key_epoch: r.int("a key epoch").map_err(&at)?,
            max_generation: r.uint().map_err(&at)?,
            digest: r.fixed().map_err(&at)?,
            audit_seq: r.uint().map_err(&at)?,
            audit_mac: r.fixed().map_err(&at)?,
            store_key: PublicKey(r.fixed().map_err(&at)?),
            max_seen_time: Timestamp::from_unix(r.uint().map_err(&at)?),
        };
        r.finish().map_err(&at)?;
        Ok(state)
    }
}
