//! The files of an archive while it is still being judged: written where they will be needed, and without a name.
//!
//! A file without a name cannot be opened by anybody else and is gone when the process ends, so nothing appears before every byte
//! of the archive has proven good, and what is good need not be opened and written a second time.

use std::path::Path;

use super::writing;
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, FileEntry, Manifest};
use crate::fs::HostDirectory;
use crate::fs::directory::Ownership;
use crate::fs::host::Nameless;
use crate::ops::{Desk, OpError};

/// Every one is an open descriptor, of which a process has 1,024 unless somebody changed that.
const MOST: usize = 256;

/// A file that is complete and durable, but for its name.
pub struct Staged {
    /// Its number in the manifest.
    number: usize,
    file: Nameless,
}

/// Takes the files that are wanted.
pub struct Stage<'d> {
    /// A directory of the file system they will be in.
    directory: &'d HostDirectory,
    /// What the target is called; messages name what is above it.
    to: &'d Path,
    uid: u32,
    wanted: fn(&FileEntry) -> bool,
    open: Option<Nameless>,
    done: Vec<Staged>,
    /// False where there are too many files, or none can be had without a name.
    possible: bool,
}

/// Ownership of a restored file.
pub fn ownership(entry: &FileEntry, uid: u32) -> Ownership {
    Ownership { uid, mode: entry.mode & 0o700 }
}

impl<'d> Stage<'d> {
    /// One for a target called `to` in `directory`, whose files will belong to `uid`.
    pub const fn new(
        directory: &'d HostDirectory,
        to: &'d Path,
        uid: u32,
        wanted: fn(&FileEntry) -> bool,
    ) -> Self {
        Self { directory, to, uid, wanted, open: None, done: Vec::new(), possible: true }
    }

    /// What was written; none when it could not be done like this.
    pub fn finish(self) -> Option<Vec<Staged>> {
        self.possible.then_some(self.done)
    }

    fn give_up(&mut self) {
        self.possible = false;
        self.open = None;
        self.done = Vec::new();
    }
}

impl Receiver for Stage<'_> {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError> {
        self.possible = manifest.files.iter().filter(|file| (self.wanted)(file)).count() <= MOST;
        Ok(())
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        let Some(entry) = manifest.files.get(number) else { return Err(ArchiveError::Content) };
        if !self.possible || !(self.wanted)(entry) {
            return Ok(());
        }
        // Nothing of that name is there yet, and a hint must name what is.
        let above = self.to.parent().filter(|above| !above.as_os_str().is_empty());
        let opened =
            self.directory.nameless(above.unwrap_or(Path::new(".")), ownership(entry, self.uid));
        let Some(mut file) = opened.map_err(writing)? else {
            self.give_up();
            return Ok(());
        };
        if let Some(size) = entry.size.filter(|size| *size > 0) {
            file.reserve(size).map_err(writing)?;
        }
        self.open = Some(file);
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.open.as_mut().map_or(Ok(()), |file| file.append(bytes).map_err(writing))
    }

    fn end(&mut self, number: usize) -> Result<(), ArchiveError> {
        if let Some(mut file) = self.open.take() {
            file.sync().map_err(writing)?;
            self.done.push(Staged { number, file });
        }
        Ok(())
    }
}

/// Gives every file its name below `directory`.
pub fn place(
    desk: &Desk<'_>,
    staged: Vec<Staged>,
    manifest: &Manifest,
    directory: &HostDirectory,
    uid: u32,
) -> Result<(), OpError> {
    for mut one in staged {
        desk.check_stop()?;
        let entry = manifest.files.get(one.number).ok_or(ArchiveError::Content)?;
        let parts: Vec<&str> = entry.path.parts().collect();
        directory.place_below(&mut one.file, &parts, uid)?;
    }
    Ok(())
}
