//! The private halves of managed keys: `nonce(24) || ciphertext(32) || tag(16)`.
//!
//! The associated data ties a private half to its store, key, version, kind and public half, so that none can take the place of
//! another. They are sealed one by one, like values, and copied as they are when nothing changes.

use super::{StoreError, StoreId, keys};
use crate::cbor;
use crate::crypto::aead::{self, NONCE_LEN, TAG_LEN};
use crate::crypto::labels;
use crate::crypto::random::Random;
use crate::keyring::{KeyId, KeyKind, limits};
use crate::secret::{DataKey, DerivedKey, PrivateKey};

/// What a sealed private half is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// The key.
    pub id: &'a KeyId,
    /// The version.
    pub n: u32,
    /// Its kind.
    pub kind: KeyKind,
    /// Its public half.
    pub public: &'a [u8],
}

/// Seals and opens private halves; derived once per command.
pub struct KeySealer {
    store: StoreId,
    seal: DerivedKey,
    hedge: DerivedKey,
}

impl KeySealer {
    /// Derives the keys of a store.
    pub fn new(dek: &DataKey, store: StoreId) -> Self {
        Self { store, seal: keys::managed(dek, store), hedge: keys::hedge(dek, store) }
    }

    fn aad(&self, holder: Holder<'_>) -> Vec<u8> {
        let mut aad = Vec::with_capacity(160);
        cbor::array(&mut aad, 6);
        cbor::bytes(&mut aad, labels::MANAGED_KEY);
        cbor::bytes(&mut aad, &self.store.0);
        cbor::text(&mut aad, holder.id.as_str());
        cbor::uint(&mut aad, u64::from(holder.n));
        cbor::uint(&mut aad, holder.kind.code());
        cbor::bytes(&mut aad, holder.public);
        aad
    }

    /// Seals a private half.
    pub fn seal(
        &self,
        holder: Holder<'_>,
        key: &PrivateKey,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, StoreError> {
        let aad = self.aad(holder);
        let nonce = aead::hedged_nonce(&self.hedge, &aad, key.expose(), random)?;
        let mut sealed = Vec::with_capacity(limits::SEALED);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(key.expose());
        let tag = aead::seal(self.seal.expose(), &nonce, &aad, &mut sealed[NONCE_LEN..]);
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// Opens a private half. It is not compared with the public one.
    pub fn open(&self, holder: Holder<'_>, sealed: &[u8]) -> Result<PrivateKey, StoreError> {
        let broken = StoreError::Unauthentic("a private key");
        let Some((nonce, rest)) = sealed.split_first_chunk() else { return Err(broken) };
        let Some((text, tag)) = rest.split_last_chunk::<TAG_LEN>() else { return Err(broken) };
        if text.len() != PrivateKey::LEN {
            return Err(broken);
        }
        let mut key = PrivateKey::zeroed();
        key.expose_mut().copy_from_slice(text);
        aead::open(self.seal.expose(), nonce, &self.aad(holder), key.expose_mut(), tag)
            .map_err(|_| broken)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::SystemRandom;

    #[test]
    fn a_private_half_opens_only_where_it_was_sealed() {
        let (store, other) = (StoreId([1; 16]), StoreId([2; 16]));
        let sealer = KeySealer::new(&DataKey::zeroed(), store);
        let (id, another) = (KeyId::parse("a").unwrap(), KeyId::parse("b").unwrap());
        let holder = Holder { id: &id, n: 1, kind: KeyKind::Ed25519, public: &[3; 32] };
        let mut key = PrivateKey::zeroed();
        key.expose_mut().fill(9);
        let bytes = sealer.seal(holder, &key, &mut SystemRandom).unwrap();
        assert_eq!(bytes.len(), limits::SEALED);
        assert_eq!(sealer.open(holder, &bytes).unwrap().expose(), &[9; 32]);
        for wrong in [
            Holder { id: &another, ..holder },
            Holder { n: 2, ..holder },
            Holder { kind: KeyKind::X25519, ..holder },
            Holder { public: &[4; 32], ..holder },
        ] {
            assert!(sealer.open(wrong, &bytes).is_err(), "{wrong:?}");
        }
        assert!(KeySealer::new(&DataKey::zeroed(), other).open(holder, &bytes).is_err());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(sealer.open(holder, &changed).is_err());
            assert!(sealer.open(holder, &bytes[..at]).is_err());
        }
    }
}
