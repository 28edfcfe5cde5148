//! All managed keys of a store.

use std::collections::BTreeMap;

use super::{Key, KeyError, KeyId, Origin, encoding, limits};
use crate::cbor::{CborError, Reader, Sink};

/// The keys of a store, by id. Retired ones stay, so that their ids are not given again and what they signed can be verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyring {
    keys: BTreeMap<KeyId, Key>,
}

impl Keyring {
    /// Number of keys, retired ones included.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True when there never was a key.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Every key, by ascending id.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.values()
    }

    /// The key called `id`.
    pub fn key(&self, id: &str) -> Result<&Key, KeyError> {
        self.keys.get(id).ok_or(KeyError::NoKey)
    }

    /// The key called `id`, to be changed.
    pub fn key_mut(&mut self, id: &str) -> Result<&mut Key, KeyError> {
        self.keys.get_mut(id).ok_or(KeyError::NoKey)
    }

    /// Adds a key under an id that was never given before.
    pub fn add(&mut self, key: Key) -> Result<(), KeyError> {
        if self.keys.contains_key(&key.id) {
            return Err(KeyError::Exists);
        }
        if self.keys.len() >= limits::KEYS {
            return Err(KeyError::TooMuch("another managed key (4,096)"));
        }
        if let Some(origin) = &key.origin {
            self.require_unused(origin)?;
        }
        self.keys.insert(key.id.clone(), key);
        Ok(())
    }

    /// Refuses a label that was used for a key derived from the same parent: two keys of one label would be one key.
    pub fn require_unused(&self, origin: &Origin) -> Result<(), KeyError> {
        let used = self
            .derived_from(&origin.parent)
            .any(|key| key.origin.as_ref().is_some_and(|other| other.label == origin.label));
        if used { Err(KeyError::LabelUsed) } else { Ok(()) }
    }

    /// The keys that were derived from `parent`, by ascending id.
    pub fn derived_from(&self, parent: &KeyId) -> impl Iterator<Item = &Key> {
        self.iter().filter(move |key| key.origin.as_ref().is_some_and(|o| o.parent == *parent))
    }

    /// Seals every private half anew with `seal`, which is given the key, the version and what it was sealed as.
    pub(crate) fn reseal<E>(
        &mut self,
        mut seal: impl FnMut(&Key, &super::Version, &[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<(), E> {
        for key in self.keys.values_mut() {
            let resealed = key
                .versions()
                .iter()
                .map(|version| {
                    version.sealed.as_ref().map(|sealed| seal(key, version, sealed)).transpose()
                })
                .collect::<Result<Vec<_>, E>>()?;
            for (version, sealed) in key.versions.iter_mut().zip(resealed) {
                version.sealed = sealed;
            }
        }
        Ok(())
    }

    /// Writes the one encoding.
    pub fn encode<S: Sink + ?Sized>(&self, out: &mut S) {
        encoding::ring(self, out);
    }

    /// Reads the one encoding; what no writer writes is refused.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, CborError> {
        encoding::read_ring(reader)
    }
}
