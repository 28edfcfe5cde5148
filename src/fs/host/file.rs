//! A file of this host that is being written.
//!
//! Of a large one the disk begins with what is there while the rest is still being made, so that a sync at the end waits for little;
//! that is a hint and no more, and durable is what was synced.

use std::cell::Cell;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{Advice, FallocateFlags};
use rustix::io::Errno;

use super::direct::{Direct, PIECE};
use super::{no_room, retry};
use crate::fs::FsError;
use crate::fs::directory::NewFile;
use crate::memory::Region;

/// Bytes of a file that are there when the disk is asked to begin, and then each time.
const BEGIN: usize = 4 << 20;
/// Bytes that are read back at a time.
const READ_BACK: usize = 256 << 10;
/// Shorter files go through the page cache.
const LEAST: u64 = 16 * PIECE as u64;

/// A file that is being written.
pub(super) struct HostFile {
    pub(super) fd: Arc<OwnedFd>,
    /// For messages only.
    pub(super) path: PathBuf,
    /// But for what is under way past the page cache.
    written: u64,
    expected: Cell<u64>,
    /// Up to where the disk was asked to begin.
    asked: u64,
    /// Set while what is appended goes past the page cache.
    direct: Option<Direct>,
}

impl HostFile {
    pub(super) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        let fd = Arc::new(fd);
        Self { fd, path, written: 0, expected: Cell::new(0), asked: 0, direct: None }
    }

    pub(super) fn failed(&self, action: &'static str, source: Errno) -> FsError {
        no_room(source, &self.path, self.expected.get().max(self.written))
            .unwrap_or_else(|| FsError::io(action, &self.path, source))
    }

    /// Has all of a file of `len` bytes go past the page cache, if it is large enough and that can be.
    pub(super) fn pass_cache(&mut self, len: u64) {
        if len >= LEAST && self.written == 0 && self.direct.is_none() {
            self.direct = Direct::begin(&self.fd).ok();
        }
    }

    /// Writes what was collected; what is appended from here on goes the ordinary way.
    pub(super) fn flush(&mut self) -> Result<(), FsError> {
        let Some(direct) = self.direct.take() else { return Ok(()) };
        let (rest, at) = direct.end(&self.fd).map_err(|source| self.failed("write", source))?;
        (self.written, self.asked) = (at, at);
        self.put(&rest)?;
        let mut found =
            Region::bulk(rest.len()).map_err(|_| self.failed("read back", Errno::NOMEM))?;
        let whole = self.read_to(&mut found, at)? == rest.len() && *found == *rest;
        if whole { Ok(()) } else { Err(FsError::NotWritten(self.path.clone())) }
    }

    pub(super) const fn passes_cache(&self) -> bool {
        self.direct.is_some()
    }

    fn put(&mut self, mut bytes: &[u8]) -> Result<(), FsError> {
        while !bytes.is_empty() {
            match rustix::io::pwrite(&self.fd, &bytes[..BEGIN.min(bytes.len())], self.written) {
                Ok(0) => return Err(self.failed("write", Errno::IO)),
                Ok(n) => {
                    bytes = &bytes[n..];
                    self.written += n as u64;
                    self.ask_to_begin();
                }
                Err(Errno::INTR) => {}
                Err(source) => return Err(self.failed("write", source)),
            }
        }
        Ok(())
    }

    fn ask_to_begin(&mut self) {
        let new = self.written - self.asked;
        if let Some(len) = NonZeroU64::new(new).filter(|_| new >= BEGIN as u64) {
            // Not to be kept in memory: that is what makes the kernel write it.
            let _ = rustix::fs::fadvise(&self.fd, self.asked, Some(len), Advice::DontNeed);
            self.asked = self.written;
        }
    }

    /// Fills `into` from offset `at` as far as there is something, and says how far.
    pub(super) fn read_to(&self, into: &mut [u8], at: u64) -> Result<usize, FsError> {
        let mut done = 0;
        while done < into.len() {
            match self.read_piece(&mut into[done..], at + done as u64)? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }

    pub(super) fn read_piece(&self, into: &mut [u8], at: u64) -> Result<usize, FsError> {
        retry(|| rustix::io::pread(&self.fd, &mut *into, at))
            .map_err(|source| self.failed("read back", source))
    }
}

impl NewFile for HostFile {
    fn reserve(&mut self, len: u64) -> Result<(), FsError> {
        self.expected.set(len);
        match retry(|| rustix::fs::fallocate(&self.fd, FallocateFlags::empty(), 0, len)) {
            // Not every file system can reserve; the write will tell.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
            Err(source) => Err(self.failed("reserve room for", source)),
        }
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        self.expected.set(self.expected.get().max(self.written + bytes.len() as u64));
        match &mut self.direct {
            Some(direct) => {
                let appended = direct.append(bytes);
                appended.map_err(|source| self.failed("write", source))
            }
            None => self.put(bytes),
        }
    }

    fn sync(&mut self) -> Result<(), FsError> {
        self.flush()?;
        retry(|| rustix::fs::fsync(&self.fd)).map_err(|source| self.failed("sync", source))
    }

    fn read_back(&mut self, take: &mut dyn FnMut(&[u8])) -> Result<(), FsError> {
        // In pieces: a second copy of a large store would cost more than the reading.
        let len = usize::try_from(self.written).unwrap_or(READ_BACK);
        let mut piece = vec![0; READ_BACK.min(len + 1)];
        let mut at = 0;
        // One byte more than was written is enough to tell that the file is another.
        while at <= self.written {
            match self.read_piece(&mut piece, at)? {
                0 => break,
                n => {
                    take(&piece[..n]);
                    at += n as u64;
                }
            }
        }
        Ok(())
    }
}
