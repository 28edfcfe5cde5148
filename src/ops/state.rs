//! Where this host remembers stores, and how it reads and raises what it remembers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::OpError;
use crate::crypto::mac;
use crate::crypto::random::{self, Random};
use crate::fs::directory::{Ownership, remove_leftovers, temp_name};
use crate::fs::{Directory, FsError, HostDirectory, Place, Replace, Trust};
use crate::secret::DerivedKey;
use crate::store::StoreId;
use crate::store::state::{self, State};

/// The directory of state files.
pub enum StateHome {
    /// An open directory.
    Directory(Box<dyn Directory>),
    /// Given up in the configuration: `[security] state = "none"`.
    Disabled,
    /// There is none that can be used, and why.
    Unavailable(String),
}

/// Where a state directory may be, in the order they are asked.
#[derive(Clone, Debug, Default)]
pub struct StatePaths {
    /// `[security] state_dir`.
    pub configured: Option<PathBuf>,
    /// `$STATE_DIRECTORY`, set by systemd.
    pub systemd: Option<PathBuf>,
    /// `$XDG_STATE_HOME`.
    pub xdg_state_home: Option<PathBuf>,
    /// `$HOME`.
    pub home: Option<PathBuf>,
}

impl StatePaths {
    /// Where root remembers stores when nothing else is said.
    pub fn of_host() -> PathBuf {
        "/var/lib/strongroom".into()
    }

    /// The first that applies. Root ignores what a user's environment says: `sudo` may pass it on.
    fn choose(&self, trust: Trust) -> Option<PathBuf> {
        let configured = self.configured.clone().or_else(|| self.systemd.clone());
        if trust.caller == 0 {
            return configured.or_else(|| Some(Self::of_host()));
        }
        configured
            .or_else(|| self.xdg_state_home.as_ref().map(|dir| dir.join("strongroom")))
            .or_else(|| self.home.as_ref().map(|home| home.join(".local/state/strongroom")))
            .filter(|path| path.is_absolute())
    }

    /// Opens the directory if it is there and makes nothing: one that is yet to be made remembers nothing.
    pub fn look(&self, trust: Trust) -> StateHome {
        let Some(path) = self.choose(trust) else { return self.open(trust) };
        match HostDirectory::open(&path, trust.caller, trust) {
            Ok(directory) => StateHome::Directory(Box::new(directory)),
            Err(FsError::NotFound(_)) => StateHome::Disabled,
            Err(error) => StateHome::Unavailable(error.to_string()),
        }
    }

    /// Opens the directory, making it (and missing parents) 0700.
    pub fn open(&self, trust: Trust) -> StateHome {
        let Some(path) = self.choose(trust) else {
            return StateHome::Unavailable("none is configured and $HOME is not set".to_owned());
        };
        match open_or_create(&path, trust) {
            Ok(directory) => StateHome::Directory(Box::new(directory)),
            Err(error) => StateHome::Unavailable(error.to_string()),
        }
    }
}

fn open_or_create(path: &Path, trust: Trust) -> Result<HostDirectory, FsError> {
    match HostDirectory::open(path, trust.caller, trust) {
        Err(FsError::NotFound(_)) => {}
        done => return done,
    }
    if let Some(parent) = path.parent().filter(|parent| *parent != path) {
        open_or_create(parent, trust)?;
    }
    let place = Place::resolve(path, trust)?;
    place.check_parents(trust.caller)?;
    place.directory().create_directory(place.name(), trust.caller)?;
    HostDirectory::open(path, trust.caller, trust)
}

/// The name of a store's state file.
pub fn file_name(id: StoreId) -> OsString {
    format!("{id}.state").into()
}

/// The id that an Igra file at `path` is remembered under: it has none of its own.
pub fn igra_id(path: &Path) -> StoreId {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
    let hash = mac::sha256(&[b"igra:", absolute.as_os_str().as_encoded_bytes()]);
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    StoreId(id)
}

/// The name of the file that holds the audit root of the Igra file `id`.
pub fn root_name(id: StoreId) -> OsString {
    format!("{id}.audit-root").into()
}

impl StateHome {
    /// What is remembered of `id`. A torn file is an absent one.
    pub fn recall(&self, id: StoreId) -> Result<Option<State>, FsError> {
        let Self::Directory(directory) = self else { return Ok(None) };
        let Some(bytes) = directory.read(&file_name(id), state::MAX_LEN)? else { return Ok(None) };
        Ok(State::decode(&bytes).ok().filter(|state| state.store_id == id))
    }

    /// Whether something is kept of `id` that cannot be read. It is written by a rename, so no crash of ours tears it.
    pub fn is_damaged(&self, id: StoreId) -> bool {
        let Self::Directory(directory) = self else { return false };
        match directory.read(&file_name(id), state::MAX_LEN) {
            Ok(Some(bytes)) => State::decode(&bytes).map_or(true, |state| state.store_id != id),
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// The audit root of the Igra file `id`, if one was made.
    pub fn known_igra_root(&self, id: StoreId) -> Result<Option<DerivedKey>, FsError> {
        let Self::Directory(directory) = self else { return Ok(None) };
        let name = root_name(id);
        let Some(found) = directory.read(&name, 32)? else { return Ok(None) };
        let mut root = DerivedKey::zeroed();
        if found.len() != root.expose().len() {
            return Err(FsError::Changed(name.into()));
        }
        root.expose_mut().copy_from_slice(&found);
        Ok(Some(root))
    }

    /// The audit root of the Igra file `id`, which has no place for one of its own: made at its first use, and kept as 32 bytes
    /// beside the state. `None` where nothing is kept.
    pub fn igra_root(
        &self,
        id: StoreId,
        random: &mut dyn Random,
        uid: u32,
    ) -> Result<Option<DerivedKey>, OpError> {
        let Self::Directory(directory) = self else { return Ok(None) };
        let directory = directory.as_ref();
        let name = root_name(id);
        if let Some(root) = self.known_igra_root(id)? {
            return Ok(Some(root));
        }
        let mut root = DerivedKey::zeroed();
        random.fill(root.expose_mut())?;
        // By the name that the next command clears up after; see `prepare`.
        let place = file_name(id);
        remove_leftovers(directory, &place)?;
        let temp = temp_name(&place, random::bytes(random)?);
        let mut file = directory.create(&temp, Ownership { uid, mode: 0o600 })?;
        let written = file.append(root.expose()).and_then(|()| file.sync());
        drop(file);
        let placed = written
            .and_then(|()| directory.rename(&temp, &name, Replace::No))
            .and_then(|()| directory.sync());
        if let Err(error) = placed {
            // What cannot be removed now, the next command removes.
            let _ = directory.remove(&temp);
            return Err(error.into());
        }
        Ok(Some(root))
    }

    /// Prepares `state` of the store at `path` to be remembered: written and durable under a temporary name, so that
    /// [`Prepared::commit`] needs no more space. The caller holds the lock of that store.
    pub fn prepare(
        &self,
        state: &State,
        path: &Path,
        token: [u8; 8],
        uid: u32,
    ) -> Result<Prepared<'_>, FsError> {
        let Self::Directory(directory) = self else {
            return Ok(Prepared { directory: None, temp: OsString::new(), name: OsString::new() });
        };
        let directory = directory.as_ref();
        let name = file_name(state.store_id);
        // Temporary files go by the path, as the lock does, and not by the store: a killed `init` leaves an id that never
        // comes again, and a copy of the store elsewhere has the same id under another lock.
        let place = file_name(igra_id(path));
        remove_leftovers(directory, &place)?;
        let temp = temp_name(&place, token);
        let bytes = state.encode();
        let prepared = Prepared { directory: Some(directory), temp, name };
        let mut file = directory.create(&prepared.temp, Ownership { uid, mode: 0o600 })?;
        file.reserve(bytes.len() as u64)?;
        file.append(&bytes)?;
        file.sync()?;
        drop(file);
        Ok(prepared)
    }
}

/// A state file that waits for its commit. Dropped without one, it is removed.
pub struct Prepared<'a> {
    directory: Option<&'a dyn Directory>,
    temp: OsString,
    name: OsString,
}

impl Prepared<'_> {
    /// Puts it in place, durably.
    pub fn commit(mut self) -> Result<(), FsError> {
        let Some(directory) = self.directory.take() else { return Ok(()) };
        directory.rename(&self.temp, &self.name, Replace::Yes)?;
        directory.sync()
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        if let Some(directory) = self.directory {
            // The next command cleans up what cannot be removed now.
            let _ = directory.remove(&self.temp);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::ops::opening::igra_state;
    use crate::store::header::AuditHead;

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_temporary_file_is_removed_by_the_next_command_on_its_path_and_by_no_other() {
        let scratch = tempfile::tempdir().unwrap();
        let trust = Trust::of_process();
        let directory = HostDirectory::open(scratch.path(), trust.caller, trust).unwrap();
        let home = StateHome::Directory(Box::new(directory));
        let state =
            |id| igra_state(StoreId([id; 16]), [0; 32], Timestamp::EPOCH, AuditHead::default());
        let prepare = |id, path: &str, token| {
            home.prepare(&state(id), Path::new(path), [token; 8], trust.caller).unwrap()
        };
        // Killed between preparing and committing; the store it was making never came to be.
        std::mem::forget(prepare(1, "/a", 1));
        assert_eq!(names(scratch.path()).len(), 1);
        let elsewhere = prepare(1, "/b", 2);
        assert_eq!(names(scratch.path()).len(), 2);
        prepare(2, "/a", 3).commit().unwrap();
        assert_eq!(names(scratch.path()).len(), 2);
        elsewhere.commit().unwrap();
        let mut left = names(scratch.path());
        left.sort();
        assert_eq!(left, [1, 2].map(|id| file_name(StoreId([id; 16])).into_string().unwrap()));
    }
}
