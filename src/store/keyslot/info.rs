//! The readable part of a slot: what kind it is, and what deriving its key costs.

use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::kdf::KdfParams;
use crate::store::{StoreError, limits};

/// What opens a slot. The encoding has room for eight kinds; this build derives the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// A passphrase.
    Passphrase = 1,
    /// A passphrase and a file.
    PassphraseAndKeyfile = 2,
    /// A recovery ceremony.
    Ceremony = 3,
    /// A key rebuilt from Shamir shares.
    Shares = 4,
    /// A PKCS#11 token.
    Pkcs11 = 5,
    /// A TPM 2.0.
    Tpm = 6,
    /// `OpenBao` or Vault transit.
    Transit = 7,
    /// A systemd credential.
    SystemdCredential = 8,
}

impl SlotKind {
    const ALL: [Self; 8] = [
        Self::Passphrase,
        Self::PassphraseAndKeyfile,
        Self::Ceremony,
        Self::Shares,
        Self::Pkcs11,
        Self::Tpm,
        Self::Transit,
        Self::SystemdCredential,
    ];

    fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u64 == code)
    }

    /// Its name in messages and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::PassphraseAndKeyfile => "passphrase+keyfile",
            Self::Ceremony => "ceremony",
            Self::Shares => "shares",
            Self::Pkcs11 => "pkcs11",
            Self::Tpm => "tpm2",
            Self::Transit => "transit",
            Self::SystemdCredential => "systemd-credential",
        }
    }

    /// Whether the slot's secret comes out of Argon2id.
    const fn uses_kdf(self) -> bool {
        matches!(self, Self::Passphrase | Self::PassphraseAndKeyfile | Self::Ceremony)
    }
}

/// Argon2id costs and salt of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotKdf {
    /// Costs.
    pub params: KdfParams,
    /// Salt; fresh whenever the passphrase changes.
    pub salt: [u8; 32],
}

/// The readable part of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotInfo {
    /// Number of the slot; never used again after it is revoked.
    pub id: u16,
    /// What opens it.
    pub kind: SlotKind,
    /// When its secret was chosen.
    pub created: Timestamp,
    /// Epoch of the data key it wraps; a slot from an older epoch is a slot from an older file.
    pub key_epoch: u32,
    /// Costs, for the kinds that derive.
    pub kdf: Option<SlotKdf>,
    /// What a backend needs to find its key; empty for kinds 1 and 2.
    pub backend: Vec<u8>,
}

const SLOT_FORMAT: u64 = 1;

impl SlotInfo {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(96);
        cbor::array(&mut out, 7);
        cbor::uint(&mut out, SLOT_FORMAT);
        cbor::uint(&mut out, u64::from(self.id));
        cbor::uint(&mut out, self.kind as u64);
        cbor::uint(&mut out, self.created.as_unix());
        cbor::uint(&mut out, u64::from(self.key_epoch));
        match &self.kdf {
            Some(SlotKdf { params, salt }) => {
                cbor::array(&mut out, 4);
                cbor::uint(&mut out, u64::from(params.m_kib()));
                cbor::uint(&mut out, u64::from(params.t()));
                cbor::uint(&mut out, u64::from(params.p()));
                cbor::bytes(&mut out, salt);
            }
            None => cbor::null(&mut out),
        }
        cbor::bytes(&mut out, &self.backend);
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let at = StoreError::encoding("keyslot");
        let mut reader = Reader::new(bytes);
        reader.array_of(7).map_err(&at)?;
        if reader.uint().map_err(&at)? != SLOT_FORMAT {
            return Err(StoreError::Field("unknown keyslot format"));
        }
        let id = reader.int("a slot id").map_err(&at)?;
        let kind = SlotKind::from_code(reader.uint().map_err(&at)?)
            .ok_or(StoreError::Field("unknown keyslot kind"))?;
        let created = Timestamp::from_unix(reader.uint().map_err(&at)?);
        let key_epoch = reader.int("a key epoch").map_err(&at)?;
        let kdf = if reader.null() {
            None
        } else {
            reader.array_of(4).map_err(&at)?;
            let m_kib = reader.int("a memory cost").map_err(&at)?;
            let t = reader.int("a number of passes").map_err(&at)?;
            let p = reader.int("a number of lanes").map_err(&at)?;
            let salt = reader.fixed().map_err(&at)?;
            Some(SlotKdf { params: KdfParams::new(m_kib, t, p)?, salt })
        };
        if kdf.is_some() != kind.uses_kdf() {
            return Err(StoreError::Field("keyslot kind and key derivation disagree"));
        }
        let backend = reader.bytes().map_err(&at)?.to_vec();
        if backend.len() > limits::BACKEND {
            return Err(StoreError::Limit("a keyslot's backend data (16 KiB)"));
        }
        reader.finish().map_err(&at)?;
        Ok(Self { id, kind, created, key_epoch, kdf, backend })
    }
}
