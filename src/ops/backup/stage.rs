//! The files of an archive on their way out of it: with their names, or without one as long as the archive is being judged.
//!
//! A file without a name cannot be opened by anybody else and is gone when the process ends, so nothing appears before every byte
//! of the archive has proven good, and what is good need not be opened and written a second time.

use std::path::Path;

use super::writing;
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, FileEntry, Manifest};
use crate::fs::directory::Ownership;
use crate::fs::host::Whole;
use crate::fs::{FsError, HostDirectory};
use crate::ops::{Desk, OpError};

/// Every one is an open descriptor, of which a process has 1,024 unless somebody changed that.
const MOST: usize = 256;

/// A file that is complete and durable, but for its name.
pub struct Staged {
    /// Its number in the manifest.
    number: usize,
    file: Whole,
}

/// Where files are made.
#[derive(Clone, Copy)]
pub enum Way<'d> {
    /// Without a name, in the file system of this directory, which messages call so.
    Nameless(&'d HostDirectory, &'d Path),
    /// Below this directory, by the names that they have in the archive.
    Named(&'d HostDirectory),
}

/// Takes the files that are wanted.
pub struct Files<'d> {
    way: Way<'d>,
    /// Whom they will belong to.
    uid: u32,
    wanted: fn(&FileEntry) -> bool,
    open: Option<Whole>,
    staged: Vec<Staged>,
    /// False where there are too many files, or none can be had without a name.
    possible: bool,
}

impl<'d> Files<'d> {
    /// One that makes the files that are `wanted` in this `way`, for `uid`.
    pub const fn new(way: Way<'d>, uid: u32, wanted: fn(&FileEntry) -> bool) -> Self {
        Self { way, uid, wanted, open: None, staged: Vec::new(), possible: true }
    }

    /// What waits for its name; none when it could not be done like this.
    pub fn staged(self) -> Option<Vec<Staged>> {
        self.possible.then_some(self.staged)
    }

    fn make(&self, entry: &FileEntry) -> Result<Option<Whole>, FsError> {
        let owner = Ownership { uid: self.uid, mode: entry.mode & 0o700 };
        match self.way {
            Way::Nameless(directory, path) => directory.nameless(path, owner),
            Way::Named(directory) => {
                let parts: Vec<&str> = entry.path.parts().collect();
                directory.create_below(&parts, owner).map(Some)
            }
        }
    }
}

impl Receiver for Files<'_> {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError> {
        let wanted = manifest.files.iter().filter(|file| (self.wanted)(file)).count();
        self.possible = wanted <= MOST || matches!(self.way, Way::Named(_));
        Ok(())
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        let Some(entry) = manifest.files.get(number) else { return Err(ArchiveError::Content) };
        if !self.possible || !(self.wanted)(entry) {
            return Ok(());
        }
        let Some(mut file) = self.make(entry).map_err(writing)? else {
            self.possible = false;
            self.staged = Vec::new();
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
            if matches!(self.way, Way::Nameless(..)) {
                self.staged.push(Staged { number, file });
            }
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
