//! Managed keys of an opened store.

use super::OpenStore;
use crate::crypto::mac;
use crate::crypto::random::Random;
use crate::keyring::signer::OwnSigner;
use crate::keyring::{KeyError, KeyFacts, Keyring};
use crate::secret::PrivateKey;
use crate::store::StoreError;
use crate::store::inventory::Level;
use crate::store::managed::{Holder, KeySealer};
use crate::store::secret_facts::SecretFacts;

impl OpenStore {
    /// The managed keys, as they now are.
    pub const fn keyring(&self) -> &Keyring {
        &self.payload.secrets.keyring
    }

    /// The managed keys, to be changed. The caller tells the inventory what became of them: see
    /// [`show_keys`](Self::show_keys).
    pub const fn keyring_mut(&mut self) -> &mut Keyring {
        self.content_changed = true;
        &mut self.payload.secrets.keyring
    }

    /// What seals and opens the private halves of this store.
    pub fn key_sealer(&self) -> KeySealer {
        KeySealer::new(&self.dek, self.header.store_id)
    }

    /// Opens the private half of version `n` of key `id`, and holds it against its public half.
    pub fn private_half(
        &self,
        sealer: &KeySealer,
        id: &str,
        n: u32,
    ) -> Result<PrivateKey, PrivateHalfError> {
        let (private, holder) = self.open_half(sealer, id, n)?;
        same_key(&holder, &holder.kind.public_half(&private)?)?;
        Ok(private)
    }

    /// The same, ready to sign.
    pub fn own_signer(
        &self,
        sealer: &KeySealer,
        id: &str,
        n: u32,
    ) -> Result<OwnSigner, PrivateHalfError> {
        let (private, holder) = self.open_half(sealer, id, n)?;
        let signer = OwnSigner::new(holder.kind, &private)?;
        same_key(&holder, signer.public())?;
        Ok(signer)
    }

    fn open_half(
        &self,
        sealer: &KeySealer,
        id: &str,
        n: u32,
    ) -> Result<(PrivateKey, Holder<'_>), PrivateHalfError> {
        let key = self.keyring().key(id)?;
        let version = key.version(n)?;
        let bytes = version.sealed.as_ref().ok_or(KeyError::NoPrivateHalf(n))?;
        let holder = Holder { id: &key.id, n, kind: key.kind, public: &version.public };
        Ok((sealer.open(holder, bytes)?, holder))
    }

    /// Opens every private half, and forgets it. Answers how many there are.
    pub(super) fn open_private_halves(&self) -> Result<usize, StoreError> {
        let sealer = self.key_sealer();
        let mut opened = 0;
        for key in self.keyring().iter() {
            for version in key.versions().iter().filter(|version| version.sealed.is_some()) {
                match self.private_half(&sealer, key.id.as_str(), version.n) {
                    Ok(_) => opened += 1,
                    Err(PrivateHalfError::Store(error)) => return Err(error),
                    Err(PrivateHalfError::Key(_)) => {
                        return Err(StoreError::Unauthentic("a private key"));
                    }
                }
            }
        }
        Ok(opened)
    }

    /// Seals every private half for `sealer`, which belongs to another data key.
    pub(super) fn reseal_private_halves(
        &mut self,
        new: &KeySealer,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        let old = self.key_sealer();
        self.payload.secrets.keyring.reseal(|key, version, sealed| {
            let holder =
                Holder { id: &key.id, n: version.n, kind: key.kind, public: &version.public };
            let private = old.open(holder, sealed)?;
            new.seal(holder, &private, random)
        })
    }

    /// Tells the inventory what there is to say of the secrets that are rotated, by ascending label.
    pub fn show_secrets(&mut self, facts: Vec<SecretFacts>) {
        let shown = self.header.inventory.level != Level::None;
        self.header.inventory.secrets = if shown { facts } else { Vec::new() };
    }

    /// Tells the inventory what there is to say of the managed keys.
    pub fn show_keys(&mut self, facts: Vec<KeyFacts>) {
        let shown = self.header.inventory.level != Level::None && !facts.is_empty();
        self.header.inventory.keys = if shown { facts } else { Vec::new() };
    }
}

/// Why there is no private half.
#[derive(Debug, thiserror::Error)]
pub enum PrivateHalfError {
    /// Because of the key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Because of the store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A signature made with one half and named by the other would give the private one away.
fn same_key(holder: &Holder<'_>, public: &[u8]) -> Result<(), KeyError> {
    if mac::same(public, holder.public) { Ok(()) } else { Err(KeyError::Mismatch(holder.n)) }
}
