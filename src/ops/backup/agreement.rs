//! Does what an archive says of its store agree with the store, and with the live one?
//!
//! The manifest names every public key that the signed inventory showed when the archive was made. Equal public halves are equal
//! addresses, so nothing else has to be derived to know that a restored store signs as the lost one did. A manifest without keys is
//! one of an older build, or of a store that shows none: it says nothing, and nothing contradicts it.

use crate::backup::manifest::KnownKey;
use crate::backup::{ArchiveHeader, Manifest, limits};
use crate::crypto::sign::PublicKey;
use crate::ops::StoreFile;
use crate::ops::locate::Sealed;
use crate::store::Header;

use super::verify::Live;

/// The public keys that a store shows without a passphrase, by id and version.
pub fn shown(header: &Header) -> Vec<KnownKey> {
    let of_key = |key: &crate::keyring::facts::KeyFacts| {
        let mut known: Vec<KnownKey> = key
            .versions
            .iter()
            .map(|version| KnownKey {
                id: key.id.to_string(),
                version: u64::from(version.n),
                kind: key.kind.name().to_owned(),
                public: version.public.clone(),
            })
            .collect();
        known.sort_by_key(|known| known.version);
        known
    };
    header.inventory.keys.iter().flat_map(of_key).take(limits::KEYS).collect()
}

/// What does not agree between an archive and the header of the store in it.
pub(super) fn contradiction(
    archive: &ArchiveHeader,
    manifest: &Manifest,
    store: &Header,
) -> Option<&'static str> {
    let facts = &archive.store;
    let same = (facts.store_id, facts.network, facts.generation)
        == (store.store_id, store.network, store.generation)
        && (facts.content_generation, facts.key_epoch)
            == (store.content_generation, store.key_epoch);
    if !same {
        return Some("the store is not the one that the header names");
    }
    if manifest.store_key != Some(store.store_key) {
        return Some("the store is signed by another key than it was");
    }
    let keys_hold = manifest.keys.is_empty() || manifest.keys == shown(store);
    (!keys_hold).then_some("the public keys of the store are not those that the manifest names")
}

/// The live store, as far as a restored one can be held against it.
pub struct Against {
    /// Its generations.
    pub live: Live,
    store_key: Option<PublicKey>,
    keys: Vec<KnownKey>,
}

impl Against {
    /// What a store that was found says of itself.
    pub fn of(file: &StoreFile) -> Self {
        let live = Live::of(file);
        match file.sealed() {
            Sealed::Native(store) => {
                let header = store.header();
                Self { live, store_key: Some(header.store_key), keys: shown(header) }
            }
            Sealed::Igra { .. } => Self { live, store_key: None, keys: Vec::new() },
        }
    }

    /// What no commit in between explains.
    pub(super) fn contradiction(&self, store: &Header) -> Option<&'static str> {
        if self.live.key_epoch == store.key_epoch
            && self.store_key.is_some_and(|key| key != store.store_key)
        {
            return Some("the key that signs the store is not the live store's");
        }
        let mine = shown(store);
        if self.live.content_generation == store.content_generation {
            return (mine != self.keys).then_some(
                "the public keys are not the live store's, and nothing was changed since",
            );
        }
        // An id is never given twice, and a version never made anew.
        let differs = |key: &KnownKey| {
            let same = |other: &&KnownKey| (&other.id, other.version) == (&key.id, key.version);
            self.keys.iter().find(same).is_some_and(|other| other.public != key.public)
        };
        mine.iter().any(differs).then_some("a public key is not the live store's")
    }
}
