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
    way: Way,
    /// Whether all but the end of it went past the page cache.
    passed: bool,
}

/// Where what is appended goes.
enum Way {
    /// Through the page cache.
    Ordinary,
    /// Past it.
    Direct(Box<Direct>),
    /// Nowhere: something could not be written, and what was to follow it has no place.
    Failed(Errno),
}

impl HostFile {
    pub(super) fn new(fd: OwnedFd, path: PathBuf) -> Self {
        let fd = Arc::new(fd);
        Self {
            fd,
            path,
            written: 0,
            expected: Cell::new(0),
            asked: 0,
            way: Way::Ordinary,
            passed: false,
        }
    }

    pub(super) fn failed(&self, action: &'static str, source: Errno) -> FsError {
        no_room(source, &self.path, self.expected.get().max(self.written))
            .unwrap_or_else(|| FsError::io(action, &self.path, source))
    }

    /// Has all of a file of `len` bytes go past the page cache, if it is large enough and that can be.
    pub(super) fn pass_cache(&mut self, len: u64) {
        if len >= LEAST
            && self.written == 0
            && matches!(self.way, Way::Ordinary)
            && let Ok(direct) = Direct::begin(&self.fd)
        {
            self.way = Way::Direct(Box::new(direct));
        }
    }

    /// True while what is appended goes past the page cache.
    pub(super) const fn passes_cache(&self) -> bool {
        matches!(self.way, Way::Direct(_))
    }

    /// Writes what was collected; what is appended from here on goes the ordinary way.
    pub(super) fn flush(&mut self) -> Result<(), FsError> {
        let rest = match std::mem::replace(&mut self.way, Way::Failed(Errno::IO)) {
            Way::Direct(direct) => direct.end(&self.fd),
            Way::Failed(source) => Err(source),
            Way::Ordinary => {
                self.way = Way::Ordinary;
                return Ok(());
            }
        };
        let rest = rest.map_err(|source| self.write_failed(source))?;
        (self.written, self.asked, self.passed) = (rest.at, rest.at, rest.passed);
        self.put(&rest.bytes).map_err(|source| self.write_failed(source))?;
        // It stands in the page cache, where it costs nothing to look.
        self.must_hold(&rest.bytes, rest.at)?;
        self.way = Way::Ordinary;
        Ok(())
    }

    /// Whether all but the end of the file went past the page cache.
    pub(super) fn passed_cache(&mut self) -> Result<bool, FsError> {
        self.flush().map(|()| self.passed)
    }

    /// Fails unless `bytes` stand at `at`.
    pub(super) fn must_hold(&self, bytes: &[u8], at: u64) -> Result<(), FsError> {
        let found = Region::bulk(bytes.len());
        let mut found = found.map_err(|_| self.failed("read back", Errno::NOMEM))?;
        if self.read_to(&mut found, at)? == bytes.len() && *found == *bytes {
            Ok(())
        } else {
            Err(FsError::NotWritten(self.path.clone()))
        }
    }

    fn write_failed(&mut self, source: Errno) -> FsError {
        self.way = Way::Failed(source);
        self.failed("write", source)
    }

    fn put(&mut self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            match rustix::io::pwrite(&self.fd, &bytes[..BEGIN.min(bytes.len())], self.written) {
                Ok(0) => return Err(Errno::IO),
                Ok(n) => {
                    bytes = &bytes[n..];
                    self.written += n as u64;
                    self.ask_to_begin();
                }
                Err(Errno::INTR) => {}
                Err(source) => return Err(source),
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
        let len = match &self.way {
            Way::Direct(direct) => direct.len(),
            Way::Ordinary | Way::Failed(_) => self.written,
        };
        self.expected.set(self.expected.get().max(len + bytes.len() as u64));
        let appended = match &mut self.way {
            Way::Direct(direct) => direct.append(bytes),
            Way::Ordinary => self.put(bytes),
            Way::Failed(source) => Err(*source),
        };
        appended.map_err(|source| self.write_failed(source))
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

#[cfg(test)]
mod tests {
    #![expect(clippy::print_stderr, reason = "what was not tried is said")]

    use super::*;

    fn open(path: &str, flags: rustix::fs::OFlags) -> HostFile {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let fd = rustix::fs::open(path, flags | rustix::fs::OFlags::CLOEXEC, mode).expect("open");
        HostFile::new(fd, path.into())
    }

    fn nameless() -> HostFile {
        let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::TMPFILE;
        open(env!("CARGO_MANIFEST_DIR"), flags)
    }

    #[test]
    fn what_does_not_stand_where_it_was_written_is_found() {
        for len in [100, LEAST] {
            let mut file = nameless();
            file.pass_cache(len);
            let large = vec![b'x'; PIECE];
            (0..len / PIECE as u64).for_each(|_| file.append(&large).expect("appended"));
            file.append(b"the end").expect("appended");
            let end = len / PIECE as u64 * PIECE as u64;
            let was_direct = file.passes_cache();
            assert_eq!(file.passed_cache().expect("flushed"), was_direct);
            file.must_hold(b"the end", end).expect("there");
            for (bytes, at) in [(&b"the End"[..], end), (b"the end", end + 1), (b"the end.", end)] {
                let found = file.must_hold(bytes, at);
                assert!(matches!(found, Err(FsError::NotWritten(_))), "{len}");
            }
        }
    }

    #[test]
    fn after_a_failure_nothing_is_taken_for_written() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for len in [1, LEAST] {
            let mut file = open(manifest, rustix::fs::OFlags::RDONLY);
            file.pass_cache(len);
            if len == LEAST && !file.passes_cache() {
                eprintln!("skipped: no direct writing");
                continue;
            }
            // Past the page cache it is taken, to be written later.
            assert_eq!(file.append(&vec![0; PIECE]).is_ok(), len == LEAST);
            for _ in 0..2 {
                assert!(file.sync().is_err());
                assert!(file.append(b"more").is_err());
            }
            assert!(file.passed_cache().is_err());
        }
    }
}
