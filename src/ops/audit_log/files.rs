//! The files of a log: the live one beside its store, and those that were rotated away.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::LogError;
use crate::audit::actor;
use crate::audit::rotate::archives;
use crate::audit::verify::LogFile;
use crate::audit::{AuditError, Setting};
use crate::fs::directory::Ownership;
use crate::fs::in_place::{Access, Sequential};
use crate::fs::{Directory, FsError, HostDirectory, InPlace, Place, Trust};
use crate::ops::audit::{LogTrouble, Subject};
use crate::ops::{Desk, StoreFile};

/// The log of a store, found and not yet judged.
pub struct LogFiles {
    directory: HostDirectory,
    name: OsString,
    path: PathBuf,
    owner: Ownership,
    /// The store, as it stands in a command line.
    store: String,
    /// Files that were named instead of those that are found.
    named: Vec<PathBuf>,
    trust: Trust,
}

/// The files of a log, open: archived ones first.
pub struct OpenFiles {
    files: Vec<(PathBuf, Box<dyn InPlace>)>,
    /// Whether the last one is the live file, which may grow.
    live: bool,
}

impl LogFiles {
    /// The log of `store`; `named` files stand for the whole of it, oldest first.
    pub fn of(desk: &Desk<'_>, store: &StoreFile, named: &[PathBuf]) -> Result<Self, LogError> {
        let path = super::path_of(desk, &store.site().path);
        let owner = store.snapshot.tag.owner;
        let words = Subject::of_file(store)?.words();
        let place = Place::resolve(&path, desk.trust)?;
        place.check_parents(owner.uid)?;
        let (directory, name) = place.into_parts();
        Ok(Self {
            directory,
            name,
            path,
            owner,
            store: words,
            named: named.to_vec(),
            trust: desk.trust,
        })
    }

    /// The path of the live file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its name.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Where it lies.
    pub fn directory(&self) -> &dyn Directory {
        &self.directory
    }

    /// The store, as it stands in a command line.
    pub fn store(&self) -> &str {
        &self.store
    }

    /// Names the store to whoever is told of `error`.
    pub fn trouble(&self, error: AuditError) -> LogTrouble {
        LogTrouble { error, store: self.store.clone() }
    }

    /// Whether files were named.
    pub const fn is_named(&self) -> bool {
        !self.named.is_empty()
    }

    pub(super) fn into_parts(self) -> (Box<dyn Directory>, PathBuf) {
        (Box::new(self.directory), self.path)
    }

    /// How the log is looked at. What is known of its head is for the caller to add.
    pub(super) fn setting(&self) -> Setting {
        Setting {
            owner: self.owner,
            machine: actor::machine(),
            head: None,
            remembered: None,
            accept_loss: false,
            lock_timeout: Duration::ZERO,
        }
    }

    /// Opens the files. None at all is an answer too.
    pub fn open(&self) -> Result<OpenFiles, LogError> {
        if self.is_named() {
            let files = self.named.iter().map(|path| self.open_named(path));
            return Ok(OpenFiles { files: files.collect::<Result<_, _>>()?, live: false });
        }
        loop {
            let names = archives(&self.name, &self.directory.names()?);
            let live = self.directory.in_place(&self.name, Access::Read)?;
            let inode = live.as_ref().map(|live| live.facts()).transpose()?.map(|live| live.inode);
            let mut files = Vec::new();
            for name in &names {
                let Some(file) = self.directory.in_place(name, Access::Read)? else { continue };
                // Until an interrupted rotation is finished, the live file has both names.
                if Some(file.facts()?.inode) != inode {
                    files.push((self.path.with_file_name(name), file));
                }
            }
            // A rotation between the listing and the opening would leave a file out.
            if archives(&self.name, &self.directory.names()?) != names {
                continue;
            }
            let is_live = live.is_some();
            files.extend(live.map(|live| (self.path.clone(), live)));
            return Ok(OpenFiles { files, live: is_live });
        }
    }

    /// Opens the files, of which there must be one.
    pub fn open_some(&self) -> Result<OpenFiles, LogError> {
        let files = self.open()?;
        if files.is_empty() { Err(LogError::NoLog(self.path.clone())) } else { Ok(files) }
    }

    fn open_named(&self, path: &Path) -> Result<(PathBuf, Box<dyn InPlace>), LogError> {
        let place = Place::resolve(path, self.trust)?;
        let file = place.directory().in_place(place.name(), Access::Read)?;
        Ok((path.into(), file.ok_or_else(|| LogError::NoLog(path.into()))?))
    }
}

impl OpenFiles {
    /// True when there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Their paths.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }

    /// To be read from their starts.
    pub fn contents(&self) -> Vec<LogFile<'_>> {
        self.files
            .iter()
            .map(|(path, file)| {
                let content: Box<dyn Read + '_> = Box::new(Sequential::new(file.as_ref()));
                LogFile { name: path.display().to_string(), content }
            })
            .collect()
    }

    /// Bytes of all of them, now.
    pub fn bytes(&self) -> Result<u64, FsError> {
        self.files.iter().try_fold(0, |sum, (_, file)| Ok(sum + file.facts()?.len))
    }

    /// Files to which group or others have access.
    pub fn widened(&self) -> Result<Vec<FsError>, FsError> {
        let mut found = Vec::new();
        for (path, file) in &self.files {
            let mode = file.facts()?.mode;
            if mode & 0o077 != 0 {
                found.push(FsError::Mode { path: path.clone(), mode });
            }
        }
        Ok(found)
    }

    pub(super) const fn may_grow(&self) -> bool {
        self.live
    }
}
