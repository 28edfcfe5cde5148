//! Keyslots: independent ways to unwrap one data key.
//!
//! A store has one data encryption key (DEK) and up to 16 slots. Each slot holds the DEK wrapped under its own key encryption
//! key (KEK), so a passphrase can be changed, or a recovery key revoked, without touching the secrets. The bytes are in
//! `docs/formats/store-v1.md`.
//!
//! A slot commits to its key before it is unwrapped: an XChaCha20-Poly1305 ciphertext alone can be built to open under several
//! passphrases, and a partitioning oracle made of it.

use super::{StoreError, StoreId, limits};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::aead::{self, NONCE_LEN};
use crate::crypto::kdf::{self, Ceiling, KdfParams};
use crate::crypto::mac::Hash;
use crate::crypto::random::{self, Random};
use crate::crypto::{labels, mac};
use crate::network::NetworkMode;
use crate::passphrase::Passphrase;
use crate::secret::{DataKey, SecretBytes, WrappingKey};

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
    fn encode(&self) -> Vec<u8> {
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

    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
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

/// A slot as it stands in the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The readable part.
    pub info: SlotInfo,
    commit: Hash,
    nonce: [u8; NONCE_LEN],
    wrapped: [u8; 48],
}

/// What the operator presents to open a slot of kind 1 or 2.
pub struct Credentials {
    /// The passphrase.
    pub passphrase: Passphrase,
    /// SHA-256 of the keyfile, if one was given.
    pub keyfile: Option<Hash>,
}

impl Credentials {
    /// The kind of slot these make.
    pub const fn slot_kind(&self) -> SlotKind {
        match self.keyfile {
            Some(_) => SlotKind::PassphraseAndKeyfile,
            None => SlotKind::Passphrase,
        }
    }

    /// Runs Argon2id for a slot of `kind` with `kdf`.
    fn derive(&self, kind: SlotKind, kdf: &SlotKdf) -> Result<SlotSecret, StoreError> {
        let passphrase = self.passphrase.normalised()?;
        let input = match (kind, &self.keyfile) {
            (SlotKind::PassphraseAndKeyfile, Some(hash)) => {
                SecretBytes::concat(&[passphrase.expose(), &[0], hash])
            }
            _ => passphrase,
        };
        let mut ikm = SecretBytes::zeroed(64);
        kdf::argon2id(kdf.params, input.expose(), &kdf.salt, ikm.expose_mut())?;
        Ok(SlotSecret { kind, kdf: *kdf, ikm })
    }

    /// Derives the secret of a slot of `kind` with a fresh salt.
    pub fn slot_secret(
        &self,
        kind: SlotKind,
        params: KdfParams,
        random: &mut dyn Random,
    ) -> Result<SlotSecret, StoreError> {
        let kdf = SlotKdf { params, salt: random::bytes(random)? };
        self.derive(kind, &kdf)
    }

    /// Opens exactly this slot, whose costs the caller has admitted.
    pub fn open_slot(&self, at: &SlotContext, slot: &Slot) -> Result<SlotSecret, StoreError> {
        let Some(kdf) = &slot.info.kdf else {
            let (id, kind) = (slot.info.id, slot.info.kind.name());
            return Err(StoreError::UnsupportedSlot { id, kind });
        };
        if slot.info.kind == SlotKind::PassphraseAndKeyfile && self.keyfile.is_none() {
            return Err(StoreError::KeyfileNeeded);
        }
        let secret = self.derive(slot.info.kind, kdf)?;
        match secret.unwrap(at, slot) {
            Some(_) => Ok(secret),
            None => Err(StoreError::WrongPassphrase),
        }
    }
}

/// What came out of a slot's key derivation. It can wrap the same slot again without another derivation.
pub struct SlotSecret {
    kind: SlotKind,
    kdf: SlotKdf,
    ikm: SecretBytes,
}

impl SlotSecret {
    /// The kind of slot it was derived for.
    pub const fn kind(&self) -> SlotKind {
        self.kind
    }

    /// The costs it was derived with.
    pub const fn kdf(&self) -> &SlotKdf {
        &self.kdf
    }

    fn key(&self, store: StoreId, label: &[u8]) -> WrappingKey {
        let mut key = WrappingKey::zeroed();
        let _expanded = mac::hkdf(self.ikm.expose(), &store.0, &[label], key.expose_mut());
        key
    }

    fn commit(&self, at: &SlotContext, info: &[u8], nonce: &[u8; NONCE_LEN]) -> Hash {
        let len = u32::try_from(info.len()).unwrap_or(u32::MAX).to_le_bytes();
        mac::hmac(
            self.key(at.store, labels::SLOT_COMMIT).expose(),
            &[labels::SLOT_COMMIT, &at.store.0, &[at.network.code()], &len, info, nonce],
        )
    }

    /// Wraps `dek` into a slot.
    pub fn wrap(
        &self,
        at: &SlotContext,
        identity: SlotIdentity,
        dek: &DataKey,
        random: &mut dyn Random,
    ) -> Result<Slot, StoreError> {
        let info = SlotInfo {
            id: identity.id,
            kind: self.kind,
            created: identity.created,
            key_epoch: identity.key_epoch,
            kdf: Some(self.kdf),
            backend: Vec::new(),
        };
        let info_bytes = info.encode();
        let nonce = random::bytes(random)?;
        let commit = self.commit(at, &info_bytes, &nonce);
        let mut key = SecretBytes::copy_from(dek.expose());
        let tag = aead::seal(
            self.key(at.store, labels::SLOT_WRAP).expose(),
            &nonce,
            &at.wrap_aad(&info_bytes, &commit),
            key.expose_mut(),
        );
        let mut wrapped = [0; 48];
        wrapped[..32].copy_from_slice(key.expose());
        wrapped[32..].copy_from_slice(&tag);
        Ok(Slot { info, commit, nonce, wrapped })
    }

    /// Unwraps the data key of `slot`; `None` when the commitment or the wrapped key does not fit.
    pub fn unwrap(&self, at: &SlotContext, slot: &Slot) -> Option<DataKey> {
        let info = slot.info.encode();
        if !mac::same(&self.commit(at, &info, &slot.nonce), &slot.commit) {
            return None;
        }
        let (text, tag) = slot.wrapped.split_last_chunk()?;
        let mut key = DataKey::zeroed();
        key.expose_mut().copy_from_slice(text);
        aead::open(
            self.key(at.store, labels::SLOT_WRAP).expose(),
            &slot.nonce,
            &at.wrap_aad(&info, &slot.commit),
            key.expose_mut(),
            tag,
        )
        .ok()?;
        Some(key)
    }
}

/// The store a slot belongs to.
#[derive(Clone, Copy, Debug)]
pub struct SlotContext {
    /// Its id.
    pub store: StoreId,
    /// Its network.
    pub network: NetworkMode,
}

impl SlotContext {
    fn wrap_aad(&self, info: &[u8], commit: &Hash) -> Vec<u8> {
        let len = u32::try_from(info.len()).unwrap_or(u32::MAX).to_le_bytes();
        [labels::SLOT_WRAP, &self.store.0, &[self.network.code()], &len, info, commit].concat()
    }
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
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        cbor::array(out, 4);
        cbor::bytes(out, &self.info.encode());
        cbor::bytes(out, &self.commit);
        cbor::bytes(out, &self.nonce);
        cbor::bytes(out, &self.wrapped);
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
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
        let secret = credentials.derive(slot.info.kind, kdf)?;
        if let Some(dek) = secret.unwrap(at, slot) {
            return Ok(OpenedSlot { id: slot.info.id, secret, dek });
        }
    }
    Err(StoreError::WrongPassphrase)
}
