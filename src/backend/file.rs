//! A store file of either format, opened when needed and kept for a limited time.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::cache::Cache;
use super::{BackendError, Options, SecretStore, Unlock};
use crate::clock::SystemClock;
use crate::crypto::random::SystemRandom;
use crate::environment::{self, EnvDecision};
use crate::fs::{Directory as _, FsError, Place, Trust};
use crate::name::SecretRoles;
use crate::network::NetworkMode;
use crate::ops::audit::Event;
use crate::ops::transaction::open_for_reading;
use crate::ops::{Contents, Desk, FileTag, Format, Notice, OpError, Settings, StoreFile, opening};
use crate::passphrase::strength::Context;
use crate::secret::SecretBytes;

/// A strongroom store or an Igra `secrets.bin`, told apart by their first bytes.
///
/// After the passphrase was given, the opened store is kept for [`Options::ttl`] and then dropped and wiped, also when nobody
/// asks any more; the passphrase is not kept at all. The next access asks [`Unlock`] again. So does one that finds another
/// file than the one that was opened: what an operator changes is seen at once.
///
/// It changes nothing but the audit log, where each opening, each list and each value that is handed out is recorded before it
/// happens; see [`Options::recording`]. All checks of the command line are made: owner and mode of the file and the directories above it, the whole
/// file's integrity, its network, and whether it is older than what this host has seen.
///
/// ```
/// # use std::io::Write;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("secrets.bin");
/// # let mut file = tempfile::NamedTempFile::new_in(&dir)?;
/// # file.write_all(include_bytes!(concat!(
/// #     env!("CARGO_MANIFEST_DIR"), "/tests/vectors/isec/02-one-light-kat.bin"
/// # )))?;
/// # file.persist(&path)?;
/// # let state = dir.path().join("state");
/// use strongroom::backend::{Options, StateChoice};
/// use strongroom::passphrase::Passphrase;
/// use strongroom::store::keyslot::Credentials;
/// use strongroom::{FileSecretStore, NetworkMode, SecretBytes, SecretStore};
///
/// let unlock = || {
///     let typed = SecretBytes::copy_from(b"test-passphrase");
///     Ok(Credentials { passphrase: Passphrase::new(typed)?, keyfile: None })
/// };
/// let options = Options {
///     network: Some(NetworkMode::Devnet),
///     ..Options::new(StateChoice::Directory(state))
/// };
/// let store = FileSecretStore::open(&path, unlock, options)?;
/// assert_eq!(store.list()?, ["a.b"]);
/// assert_eq!(store.get("a.b")?.expose(), b"xyz");
/// # Ok(())
/// # }
/// ```
pub struct FileSecretStore {
    path: PathBuf,
    unlock: Box<dyn Unlock>,
    options: Options,
    format: Format,
    /// What the service stated, else what the file recorded when it was first seen.
    network: Option<NetworkMode>,
    notices: Mutex<Vec<Notice>>,
    cache: Cache<Held>,
}

/// An opened store, and which file it was.
struct Held {
    contents: Contents,
    tag: FileTag,
}

impl FileSecretStore {
    /// Finds the file, judges it and the environment by the network, and opens it once: a wrong passphrase shows when the
    /// service starts, not at its first signature.
    pub fn open(
        path: impl AsRef<Path>,
        unlock: impl Unlock + 'static,
        options: Options,
    ) -> Result<Self, BackendError> {
        // A service may change its working directory later.
        let path = std::path::absolute(path.as_ref())
            .map_err(|_| OpError::from(FsError::NoName(path.as_ref().into())))?;
        let cache =
            Cache::new(options.ttl, options.clock.clone()).map_err(BackendError::Sweeper)?;
        let mut this = Self {
            path,
            unlock: Box::new(unlock),
            network: options.network,
            options,
            format: Format::Native,
            notices: Mutex::default(),
            cache,
        };
        let found = this.with_desk(|desk| Ok(StoreFile::find(desk, &this.path)?))?;
        this.format = found.format();
        // An Igra file carries none: it is held to the stated one, else to mainnet's rules.
        this.network = Some(found.network());
        drop(found);
        this.with(|_| Ok(()))?;
        Ok(this)
    }

    /// Which format the file had when it was first opened.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// What the operator should know, as of the last time the file was opened.
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the opened store is in memory now.
    pub fn is_open(&self) -> bool {
        self.cache.is_filled()
    }

    /// Drops the opened store before its time; the next access asks [`Unlock`] again.
    pub fn close(&self) {
        self.cache.clear();
    }

    fn with<R>(
        &self,
        act: impl FnOnce(&Held) -> Result<R, BackendError>,
    ) -> Result<R, BackendError> {
        let is_current = |held: &Held| Ok(self.is_current(held)?);
        self.cache.with(is_current, || self.open_file(), act)
    }

    /// Records, before it happens, that something is handed out.
    fn record(&self, held: &Held, event: &Event) -> Result<(), BackendError> {
        let new = self.with_desk(|desk| {
            Ok(opening::release(desk, &self.path, (&held.contents, &held.tag), event)?)
        })?;
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        for notice in new {
            if !notices.contains(&notice) {
                notices.push(notice);
            }
        }
        Ok(())
    }

    /// Whether the name still leads to the file that was opened. Its descriptor is held, so that no other can look like it.
    fn is_current(&self, held: &Held) -> Result<bool, OpError> {
        let place = Place::resolve(&self.path, Trust::of_process())?;
        Ok(place.directory().id(place.name())? == Some(held.tag.id))
    }

    fn open_file(&self) -> Result<Held, BackendError> {
        self.with_desk(|desk| {
            let file = StoreFile::find(desk, &self.path)?;
            let warning = self.judge_environment(file.network())?;
            let credentials = self.unlock.unlock().map_err(BackendError::Unlock)?;
            let event = Event::new("store.unlock", None);
            let mut opening = open_for_reading(desk, file, &credentials, &event)?;
            drop(credentials);
            opening.release(desk, &event)?;
            let mut notices = std::mem::take(&mut opening.notices);
            notices.extend(warning);
            *self.notices.lock().unwrap_or_else(PoisonError::into_inner) = notices;
            let (contents, tag) = opening.into_contents();
            Ok(Held { contents, tag })
        })
    }

    /// Before the passphrase is asked for: a service that also carries secrets in its environment is refused on mainnet.
    fn judge_environment(&self, network: NetworkMode) -> Result<Option<Notice>, BackendError> {
        match environment::check(&self.options.environment, network) {
            EnvDecision::Clean => Ok(None),
            EnvDecision::Warn(names) => {
                Ok(Some(Notice::Note(format!("secrets in the environment: {}", names.join(", ")))))
            }
            EnvDecision::Refuse(names) => {
                Err(BackendError::SecretsInEnvironment { network, names })
            }
        }
    }

    /// What the operations work with. Made anew for each opening: nothing in it outlives one.
    fn with_desk<R>(
        &self,
        work: impl FnOnce(&Desk<'_>) -> Result<R, BackendError>,
    ) -> Result<R, BackendError> {
        let trust = Trust::of_process();
        let options = &self.options;
        let settings = Settings {
            network: self.network,
            slot: options.slot,
            roles: options.roles.clone(),
            store_keys: options.store_keys.clone(),
            min_generation: options.min_generation,
            ..Settings::default()
        };
        work(&Desk {
            clock: &SystemClock,
            random: RefCell::new(Box::new(SystemRandom)),
            trust,
            stop: &|| None,
            state: options.state_home(trust),
            settings,
            words: &Context::default,
            audit: options.recording.clone(),
        })
    }
}

impl SecretStore for FileSecretStore {
    fn get(&self, name: &str) -> Result<SecretBytes, BackendError> {
        self.with(|held| {
            let value = held.contents.value(name, None)?;
            let value = value.ok_or(BackendError::NotFound { backend: self.backend() })?;
            self.record(held, &Event::new("secret.get", Some(crate::text::escape(name))))?;
            Ok(value)
        })
    }

    fn list(&self) -> Result<Vec<String>, BackendError> {
        self.with(|held| {
            self.record(held, &Event::new("secret.list", None))?;
            Ok(held.contents.names())
        })
    }

    fn backend(&self) -> &'static str {
        "file"
    }

    fn network(&self) -> Option<NetworkMode> {
        self.network
    }

    fn roles(&self) -> &SecretRoles {
        &self.options.roles
    }
}
