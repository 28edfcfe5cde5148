//! Large files go to the disk past the page cache.
//!
//! Nobody reads an archive soon; in the page cache it would push out what the services of the host read all the time, and to find
//! memory for it costs more than to write it. `O_DIRECT` takes whole blocks from aligned memory and waits for the disk, so pieces are
//! collected in memory of their own and written by a thread, while the next one is collected. A file system that has no such
//! thing, or not for this file, and a host that lends no thread, get the file the ordinary way.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

use rustix::fs::OFlags;
use rustix::io::Errno;

use crate::memory::Region;

/// Bytes that are written at a time: a multiple of the blocks of every disk.
pub(super) const PIECE: usize = 1 << 20;
/// The smallest block that a disk has.
const BLOCK: usize = 512;
/// One is being written, one waits, one is being filled.
const PIECES: usize = 3;

/// The way of a file past the page cache.
pub(super) struct Direct {
    writer: Writer,
    /// Pieces that were written, or why one was not.
    back: Receiver<Result<Region, Errno>>,
    /// Pieces that are empty.
    idle: Vec<Region>,
    /// What is being filled, and how far.
    filling: Region,
    filled: usize,
    /// Where it will be written.
    at: u64,
    /// Set once something had to be written the ordinary way.
    ordinary: Arc<AtomicBool>,
}

/// What is left of a file at its end.
pub(super) struct Rest {
    /// The beginning of a piece.
    pub(super) bytes: Region,
    /// Where it belongs.
    pub(super) at: u64,
    /// Whether everything before it went past the page cache.
    pub(super) passed: bool,
}

/// The thread that writes. Dropped, it is waited for: nothing is written behind the back of whoever gave up.
struct Writer {
    /// Pieces that are full, to be written at an offset; nothing when there will be no more.
    give: Option<Sender<(Region, u64)>>,
    thread: Option<JoinHandle<()>>,
}

impl Direct {
    /// Takes over `fd` from its offset 0 on; an error where that cannot be.
    pub(super) fn begin(fd: &Arc<OwnedFd>) -> io::Result<Self> {
        let filling = Region::bulk(PIECE)?;
        let idle = (1..PIECES).map(|_| Region::bulk(PIECE)).collect::<io::Result<Vec<_>>>()?;
        let (give, taken) = channel();
        let (done, back) = channel();
        set(fd, true)?;
        let ordinary = Arc::new(AtomicBool::new(false));
        let (file, told) = (Arc::clone(fd), Arc::clone(&ordinary));
        let thread = Builder::new().spawn(move || write_all(&file, &taken, &done, &told));
        let thread = thread.inspect_err(|_| {
            let _ = set(fd, false);
        })?;
        let writer = Writer { give: Some(give), thread: Some(thread) };
        Ok(Self { writer, back, idle, filling, filled: 0, at: 0, ordinary })
    }

    /// Bytes that were appended.
    pub(super) const fn len(&self) -> u64 {
        self.at + self.filled as u64
    }

    /// Appends `bytes`. What could not be written may be told later.
    pub(super) fn append(&mut self, mut bytes: &[u8]) -> Result<(), Errno> {
        while !bytes.is_empty() {
            let room = &mut self.filling[self.filled..];
            let (now, later) = bytes.split_at(room.len().min(bytes.len()));
            room[..now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
            if self.filled == PIECE {
                self.hand_over()?;
            }
        }
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), Errno> {
        let next = match self.idle.pop() {
            Some(piece) => piece,
            None => self.wait()?,
        };
        let full = std::mem::replace(&mut self.filling, next);
        let given =
            self.writer.give.as_ref().is_some_and(|give| give.send((full, self.at)).is_ok());
        // Nobody takes it after a failure, which is told among the pieces that came back.
        if !given {
            loop {
                self.wait()?;
            }
        }
        self.at += PIECE as u64;
        self.filled = 0;
        Ok(())
    }

    /// The next piece that was written.
    fn wait(&self) -> Result<Region, Errno> {
        // Only a thread that panicked hangs up before it has told.
        self.back.recv().unwrap_or(Err(Errno::IO))
    }

    /// Waits until all full pieces are written. From here on the file is written the ordinary way.
    pub(super) fn end(mut self, fd: &OwnedFd) -> Result<Rest, Errno> {
        self.writer.give = None;
        for _ in self.idle.len()..PIECES - 1 {
            self.wait()?;
        }
        set(fd, false)?;
        self.filling.truncate(self.filled);
        let passed = !self.ordinary.load(Ordering::Relaxed);
        Ok(Rest { bytes: self.filling, at: self.at, passed })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.give = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn set(fd: &OwnedFd, direct: bool) -> Result<(), Errno> {
    let mut flags = rustix::fs::fcntl_getfl(fd)?;
    flags.set(OFlags::DIRECT, direct);
    rustix::fs::fcntl_setfl(fd, flags)
}

/// Writes what comes until nothing comes any more; after a failure nothing is written.
fn write_all(
    fd: &OwnedFd,
    taken: &Receiver<(Region, u64)>,
    done: &Sender<Result<Region, Errno>>,
    ordinary: &AtomicBool,
) {
    for (piece, at) in taken {
        let written = write(fd, &piece, at, ordinary).map(|()| piece);
        let failed = written.is_err();
        if done.send(written).is_err() || failed {
            return;
        }
    }
}

/// Writes a piece: past the page cache, or from its start the ordinary way where the disk has larger blocks than ours, or the file
/// system has written a part of one.
fn write(fd: &OwnedFd, piece: &[u8], at: u64, ordinary: &AtomicBool) -> Result<(), Errno> {
    let mut done = 0;
    while done < piece.len() {
        let direct = !ordinary.load(Ordering::Relaxed);
        let written = rustix::io::pwrite(fd, &piece[done..], at + done as u64);
        let in_part = written == Err(Errno::INVAL) || written.is_ok_and(|n| n % BLOCK != 0);
        match written {
            _ if direct && in_part => {
                set(fd, false)?;
                ordinary.store(true, Ordering::Relaxed);
                done = 0;
            }
            Ok(0) => return Err(Errno::IO),
            Ok(n) => done += n,
            Err(Errno::INTR) => {}
            Err(source) => return Err(source),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::print_stderr, reason = "what was not tried is said")]

    use super::*;

    /// A file without a name in `directory`.
    fn nameless(directory: &str) -> Arc<OwnedFd> {
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        Arc::new(rustix::fs::open(directory, flags, rustix::fs::Mode::RUSR).expect("a file"))
    }

    fn text(len: usize) -> Vec<u8> {
        (0..len).map(|i| ((i * 31) >> 3).to_le_bytes()[0]).collect()
    }

    fn content(fd: &OwnedFd, len: usize) -> Vec<u8> {
        let mut found = vec![0; len + 1];
        let mut done = 0;
        while done < found.len() {
            match rustix::io::pread(fd, &mut found[done..], done as u64).expect("read") {
                0 => break,
                n => done += n,
            }
        }
        found.truncate(done);
        found
    }

    #[test]
    fn everything_arrives_in_its_place_whatever_it_came_in() {
        let cargo = env!("CARGO_MANIFEST_DIR");
        for directory in [cargo, "/dev/shm"] {
            for (len, piece) in [
                (0, 1),
                (1, 1),
                (PIECE - 1, 4096),
                (PIECE, PIECE),
                (PIECE + 1, 65_552),
                (7 * PIECE + 4097, PIECE + 256),
                (9 * PIECE, 3 * PIECE + 1),
            ] {
                let (fd, text) = (nameless(directory), text(len));
                let Ok(mut direct) = Direct::begin(&fd) else {
                    eprintln!("skipped: {directory} has no direct writing");
                    continue;
                };
                text.chunks(piece).for_each(|bytes| direct.append(bytes).expect("appended"));
                assert_eq!(direct.len(), len as u64);
                let rest = direct.end(&fd).expect("written");
                assert_eq!(rest.bytes.len(), len % PIECE, "{directory} {len}");
                rustix::io::pwrite(&fd, &rest.bytes, rest.at).expect("written");
                assert!(content(&fd, len) == text, "{directory} {len} {piece}");
            }
        }
    }

    #[test]
    fn what_the_disk_does_not_take_is_written_the_ordinary_way() {
        let fd = nameless(env!("CARGO_MANIFEST_DIR"));
        let (ordinary, text) = (AtomicBool::new(false), text(3 * BLOCK + 5));
        if set(&fd, true).is_err() {
            eprintln!("skipped: no direct writing");
            return;
        }
        // Neither its length nor its memory is what direct writing asks for.
        write(&fd, &text[1..], 0, &ordinary).expect("written");
        assert!(ordinary.load(Ordering::Relaxed));
        assert!(content(&fd, text.len()) == text[1..]);
        write(&fd, &text, 7, &ordinary).expect("written");
        assert!(content(&fd, text.len() + 7)[7..] == text);
    }

    #[test]
    fn a_failure_is_told_as_what_it_was_and_nobody_waits_for_ever() {
        // It is written to through a descriptor that only reads.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let open = || {
            let fd = rustix::fs::open(manifest, flags, rustix::fs::Mode::empty());
            Arc::new(fd.expect("the manifest of this package"))
        };
        for len in [1, 2, 3, 4, 9] {
            let fd = open();
            let Ok(mut direct) = Direct::begin(&fd) else { return };
            let appended = direct.append(&text(len * PIECE));
            let ended = appended.and_then(|()| direct.end(&fd).map(drop));
            assert_eq!(ended, Err(Errno::BADF), "{len}");
        }
        let fd = open();
        let Ok(mut direct) = Direct::begin(&fd) else { return };
        let _ = direct.append(&text(2 * PIECE));
        drop(direct);
    }
}
