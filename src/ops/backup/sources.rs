//! What goes into an archive: files that are open already, read one after the other.

use std::path::Path;

use super::reading;
use crate::backup::path::ArchivePath;
use crate::backup::{ArchiveError, FileEntry, FileKind};
use crate::fs::{Content, FsError, Place};
use crate::ops::{Desk, OpError};

/// A pipe that is archived too.
pub type Piped<'a> = &'a mut (dyn FnMut(&mut [u8]) -> Result<usize, FsError> + Send);

/// One file.
struct Source {
    content: Box<dyn Content>,
    len: u64,
    /// Whether it may grow behind what is read, as a log does.
    grows: bool,
}

/// Everything that goes into one archive.
#[derive(Default)]
pub(super) struct Sources<'p> {
    entries: Vec<FileEntry>,
    files: Vec<Source>,
    pipe: Option<Piped<'p>>,
}

impl<'p> Sources<'p> {
    /// Adds the first `len` bytes of an open file.
    pub fn add(&mut self, entry: FileEntry, content: Box<dyn Content>, grows: bool) {
        let len = entry.size.unwrap_or(0);
        self.entries.push(entry);
        self.files.push(Source { content, len, grows });
    }

    /// Adds a file that was named, below `directory`.
    pub fn add_named(
        &mut self,
        desk: &Desk<'_>,
        directory: &str,
        kind: FileKind,
        path: &Path,
    ) -> Result<(), OpError> {
        let place = Place::resolve(path, desk.trust)?;
        let opened = place
            .directory()
            .open_plain(place.name(), true)?
            .ok_or_else(|| FsError::NotFound(path.into()))?;
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.into());
        let stored = ArchivePath::below(directory, &absolute).map_err(ArchiveError::from)?;
        let (mode, size) = (opened.mode & 0o777, Some(opened.id.len));
        self.add(FileEntry { path: stored, kind, mode, size }, opened.content, false);
        Ok(())
    }

    /// Whether a pipe is among them, whose length nobody knows.
    pub const fn is_piped(&self) -> bool {
        self.pipe.is_some()
    }

    /// Adds what comes from a pipe, as the last file.
    pub fn add_pipe(&mut self, path: ArchivePath, pipe: Piped<'p>) {
        self.entries.push(FileEntry { path, kind: FileKind::Extra, mode: 0o600, size: None });
        self.pipe = Some(pipe);
    }

    /// What the manifest says of them.
    pub fn entries(&self) -> &[FileEntry] {
        &self.entries
    }

    /// Reads all of them, one after the other. A file that changes meanwhile ends it.
    pub fn input(
        mut self,
    ) -> impl FnMut(&mut [u8]) -> Result<usize, ArchiveError> + Send + use<'p> {
        let (mut file, mut at) = (0, 0);
        move |room| {
            let mut done = 0;
            while done < room.len() {
                let Some(source) = self.files.get(file) else {
                    let Some(pipe) = &mut self.pipe else { break };
                    match pipe(&mut room[done..]).map_err(reading)? {
                        0 => break,
                        found => done += found,
                    }
                    continue;
                };
                if at == source.len {
                    if !source.grows {
                        source.content.unchanged().map_err(reading)?;
                    }
                    (file, at) = (file + 1, 0);
                    continue;
                }
                let left = usize::try_from(source.len - at).unwrap_or(usize::MAX);
                let take = left.min(room.len() - done);
                let into = &mut room[done..done + take];
                source.content.read_at(at, into).map_err(reading)?;
                at += take as u64;
                done += take;
            }
            Ok(done)
        }
    }
}
