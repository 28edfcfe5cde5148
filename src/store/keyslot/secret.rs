//! What opens a slot: from a passphrase to the key that wraps the data key.

use super::{Slot, SlotContext, SlotIdentity, SlotInfo, SlotKdf, SlotKind};
use crate::crypto::aead::{self, NONCE_LEN};
use crate::crypto::kdf::{self, KdfParams};
use crate::crypto::mac::Hash;
use crate::crypto::random::{self, Random};
use crate::crypto::{labels, mac};
use crate::memory::Region;
use crate::passphrase::Passphrase;
use crate::secret::{DataKey, SecretBytes, WrappingKey};
use crate::store::{StoreError, StoreId};

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

    /// Runs Argon2id for a slot of `kind` with `kdf`. Its memory comes back too, wiped.
    pub(super) fn derive(
        &self,
        kind: SlotKind,
        kdf: &SlotKdf,
    ) -> Result<(SlotSecret, Region), StoreError> {
        let passphrase = self.passphrase.normalised()?;
        let input = match (kind, &self.keyfile) {
            (SlotKind::PassphraseAndKeyfile, Some(hash)) => {
                SecretBytes::concat(&[passphrase.expose(), &[0], hash])
            }
            _ => passphrase,
        };
        let mut ikm = SecretBytes::zeroed(64);
        let spare = kdf::argon2id(kdf.params, input.expose(), &kdf.salt, ikm.expose_mut())?;
        Ok((SlotSecret { kind, kdf: *kdf, ikm }, spare))
    }

    /// Derives the secret of a slot of `kind` with a fresh salt.
    pub fn slot_secret(
        &self,
        kind: SlotKind,
        params: KdfParams,
        random: &mut dyn Random,
    ) -> Result<SlotSecret, StoreError> {
        let kdf = SlotKdf { params, salt: random::bytes(random)? };
        self.derive(kind, &kdf).map(|(secret, _)| secret)
    }

    /// Derives the secret that was derived with `kdf` before, whose costs the caller has admitted.
    pub fn secret_with(&self, kdf: &SlotKdf) -> Result<SlotSecret, StoreError> {
        self.derive(self.slot_kind(), kdf).map(|(secret, _)| secret)
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
        let (secret, _) = self.derive(slot.info.kind, kdf)?;
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

    /// HMAC-SHA-256 of `text`, under a key for the purpose `label`: for a file beside the store or archive that must be the operator's.
    pub fn mac(&self, label: &[u8], text: &[u8]) -> Hash {
        let mut key = WrappingKey::zeroed();
        let _expanded = mac::hkdf(self.ikm.expose(), b"", &[label], key.expose_mut());
        mac::hmac(key.expose(), &[text])
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
            &wrap_aad(at, &info_bytes, &commit),
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
            &wrap_aad(at, &info, &slot.commit),
            key.expose_mut(),
            tag,
        )
        .ok()?;
        Some(key)
    }
}

/// What a wrapped data key is bound to: the store, its network, and everything that the slot says of itself.
fn wrap_aad(at: &SlotContext, info: &[u8], commit: &Hash) -> Vec<u8> {
    let len = u32::try_from(info.len()).unwrap_or(u32::MAX).to_le_bytes();
    [labels::SLOT_WRAP, &at.store.0, &[at.network.code()], &len, info, commit].concat()
}
