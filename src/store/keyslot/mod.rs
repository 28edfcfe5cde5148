//! Keyslots: independent ways to unwrap one data key.
//!
//! A store has one data encryption key (DEK) and up to 16 slots. Each slot holds the DEK wrapped under its own key encryption
//! key (KEK), so a passphrase can be changed, or a recovery key revoked, without touching the secrets. The bytes are in
//! `docs/formats/store-v1.md`.
//!
//! A slot commits to its key before it is unwrapped: an XChaCha20-Poly1305 ciphertext alone can be built to open under several
//! passphrases, and a partitioning oracle made of it.

mod info;
mod secret;

pub use info::{SlotInfo, SlotKdf, SlotKind};
pub use secret::{Credentials, SlotSecret};

use super::{StoreError, StoreId};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::aead::NONCE_LEN;
use crate::crypto::kdf::Ceiling;
use crate::crypto::mac::Hash;
use crate::memory::Region;
use crate::network::NetworkMode;
use crate::secret::DataKey;

/// A slot as it stands in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The readable part.
    pub info: SlotInfo,
    commit: Hash,
    nonce: [u8; NONCE_LEN],
    wrapped: [u8; 48],
}

/// The store a slot belongs to.
#[derive(Clone, Copy, Debug)]
pub struct SlotContext {
    /// Its id.
    pub store: StoreId,
    /// Its network.
    pub network: NetworkMode,
}

/// What distinguishes a slot from others that the same secret could make.
#[derive(Clone, Copy, Debug)]
pub struct SlotIdentity {
    /// Number of the slot.
    pub id: u16,
    /// When its secret was chosen.
    pub created: Timestamp,
    /// Epoch of the data key.
    pub key_epoch: u32,
}

impl Slot {
    /// Writes the slot as it stands in a header.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        cbor::array(out, 4);
        cbor::bytes(out, &self.info.encode());
        cbor::bytes(out, &self.commit);
        cbor::bytes(out, &self.nonce);
        cbor::bytes(out, &self.wrapped);
    }

    /// Reads a slot of a header.
    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let at = StoreError::encoding("keyslot");
        reader.array_of(4).map_err(&at)?;
        Ok(Self {
            info: SlotInfo::decode(reader.bytes().map_err(&at)?)?,
            commit: reader.fixed().map_err(&at)?,
            nonce: reader.fixed().map_err(&at)?,
            wrapped: reader.fixed().map_err(&at)?,
        })
    }
}

/// A slot that opened.
pub struct OpenedSlot {
    /// Its number.
    pub id: u16,
    /// Its secret.
    pub secret: SlotSecret,
    /// The data key.
    pub dek: DataKey,
    /// The memory that the derivation took, wiped: room for what is opened with it.
    pub spare: Option<Region>,
}

/// Tries the slots that `credentials` could open, in order, or only slot `only`.
///
/// All derivations are admitted by `ceiling` before the first one runs.
pub fn unlock(
    slots: &[Slot],
    at: &SlotContext,
    credentials: &Credentials,
    only: Option<u16>,
    ceiling: Ceiling,
) -> Result<OpenedSlot, StoreError> {
    if let Some(id) = only
        && !slots.iter().any(|slot| slot.info.id == id)
    {
        return Err(StoreError::NoSuchSlot(id));
    }
    let asked = || slots.iter().filter(|slot| only.is_none_or(|id| slot.info.id == id));
    let candidates: Vec<(&Slot, &SlotKdf)> = asked()
        .filter(|slot| match slot.info.kind {
            SlotKind::Passphrase => true,
            SlotKind::PassphraseAndKeyfile => credentials.keyfile.is_some(),
            _ => false,
        })
        .filter_map(|slot| slot.info.kdf.as_ref().map(|kdf| (slot, kdf)))
        .collect();
    if candidates.is_empty() {
        return Err(match asked().next() {
            Some(slot) if slot.info.kind != SlotKind::PassphraseAndKeyfile => {
                StoreError::UnsupportedSlot { id: slot.info.id, kind: slot.info.kind.name() }
            }
            _ => StoreError::KeyfileNeeded,
        });
    }
    ceiling.admit(candidates.iter().map(|(_, kdf)| kdf.params))?;
    for (slot, kdf) in candidates {
        let (secret, spare) = credentials.derive(slot.info.kind, kdf)?;
        if let Some(dek) = secret.unwrap(at, slot) {
            return Ok(OpenedSlot { id: slot.info.id, secret, dek, spare: Some(spare) });
        }
    }
    Err(StoreError::WrongPassphrase)
}
