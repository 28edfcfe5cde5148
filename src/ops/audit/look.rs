//! Where the log of a store lies, and whether it agrees with the store and this host: for commands that record nothing.

use std::path::{Path, PathBuf};

use super::Subject;
use crate::audit::{Setting, View, chain};
use crate::fs::Place;
use crate::fs::directory::Ownership;
use crate::ops::{Desk, OpError, StoreFile};

/// The end of the name of a log that is kept beside its store.
pub const LOG_SUFFIX: &str = ".audit.jsonl";

/// The path of a log that is kept beside the store at `store`.
pub fn log_beside(store: &Path) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(LOG_SUFFIX);
    store.with_file_name(name)
}

/// Holds the log of `file` against the store's head and what this host remembers, without a key and without writing. `real` is
/// where it lies, `path` how messages name it.
pub fn examine(
    desk: &Desk<'_>,
    file: &StoreFile,
    real: &Path,
    path: &Path,
) -> Result<View, OpError> {
    let subject = Subject::of_file(file)?;
    let place = Place::resolve(real, desk.trust).map_err(|error| subject.trouble(error))?;
    let setting = subject.setting(desk, crate::audit::actor::machine());
    Ok(crate::audit::look(place.directory(), path, &setting)
        .map_err(|error| subject.trouble(error))?)
}

impl Subject {
    /// What the log is held against.
    pub(in crate::ops) fn setting(&self, desk: &Desk<'_>, machine: chain::Id) -> Setting {
        Setting {
            owner: Ownership { mode: 0o600, ..self.owner },
            machine,
            head: self.head,
            remembered: self.remembered,
            accept_loss: self.accept_loss,
            lock_timeout: desk.settings.lock_timeout,
        }
    }
}
