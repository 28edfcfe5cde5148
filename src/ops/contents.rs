//! What is in an opened file, whichever format it has.

use super::OpError;
use crate::crypto::mac::Hash;
use crate::isec;
use crate::name::RoleNames;
use crate::secret::{DerivedKey, SecretBytes};
use crate::store::OpenStore;

/// An opened Igra file.
pub struct IgraFile {
    /// Its header as it was read.
    pub header: isec::Header,
    /// Its names and values.
    pub entries: isec::Entries,
    /// SHA-256 over header and tag: what the state file remembers.
    pub digest: Hash,
    /// Header and key of the file that the next write makes; derived before any lock is taken.
    pub next: Option<(isec::Header, DerivedKey)>,
}

/// An opened file.
pub enum Contents {
    /// Our own format.
    Native(Box<OpenStore>),
    /// Igra's.
    Igra(Box<IgraFile>),
}

impl Contents {
    /// Every name, sorted bytewise. Igra's may be any text.
    pub fn names(&self) -> Vec<String> {
        self.names_where(|_| true)
    }

    /// The names that `wanted` picks, sorted bytewise; the others are not copied.
    pub fn names_where(&self, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        let pick = |name: &str| wanted(name).then(|| name.to_owned());
        match self {
            Self::Native(store) => store.names().filter_map(pick).collect(),
            Self::Igra(file) => file.entries.iter().filter_map(|(name, _)| pick(name)).collect(),
        }
    }

    /// The names that have a role, sorted bytewise. A large store is not walked through for them.
    pub fn names_of(&self, role: RoleNames<'_>) -> Vec<String> {
        let Self::Native(store) = self else { return self.names_where(|name| role.contains(name)) };
        let prefix = role.prefix();
        let profiles = store.names_from(&prefix).take_while(|name| name.starts_with(&prefix));
        let mut names: Vec<String> = role
            .exact()
            .filter(|name| store.contains(name))
            .chain(profiles.filter(|name| role.contains(name)).map(str::to_owned))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Number of secrets.
    pub fn len(&self) -> usize {
        match self {
            Self::Native(store) => store.len(),
            Self::Igra(file) => file.entries.len(),
        }
    }

    /// True when it holds no secret.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is a secret called `name`.
    pub fn contains(&self, name: &str) -> bool {
        match self {
            Self::Native(store) => store.contains(name),
            Self::Igra(file) => file.entries.value(name).is_some(),
        }
    }

    /// The value of a secret; `None` when there is no such secret or version.
    pub fn value(&self, name: &str, n: Option<u64>) -> Result<Option<SecretBytes>, OpError> {
        match self {
            Self::Native(store) => Ok(store.value(name, n)?),
            Self::Igra(file) => Ok(file.entries.value(name).map(SecretBytes::copy_from)),
        }
    }

    /// Generation and digest of the file that this was read from; no generation where the format has none, no digest before there
    /// is a file.
    pub fn version(&self) -> (Option<u64>, Option<Hash>) {
        let (generation, digest) = match self {
            Self::Native(store) => (Some(store.header().generation), store.file_hash()),
            Self::Igra(file) => (None, file.digest),
        };
        (generation, (digest != [0; 32]).then_some(digest))
    }

    /// Gives back the memory that a change would need: there will be none.
    pub fn settle(&mut self) {
        if let Self::Native(store) = self {
            store.settle();
        }
    }

    /// The store, if it is one of our own.
    pub fn native(&self) -> Option<&OpenStore> {
        match self {
            Self::Native(store) => Some(store),
            Self::Igra(_) => None,
        }
    }
}
