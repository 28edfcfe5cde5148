//! Reading bytes up to a limit, from descriptors and from files that pass the checks.

use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Instant;

use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{self, PidfdFlags, PidfdGetfdFlags};

use crate::cli::escape::escape_os;
use crate::cli::report::Failure;
use crate::cli::signal::{Signals, Wake};
use crate::kind::Kind;
use crate::secret::SecretBytes;

/// Why bytes could not be read.
#[derive(Debug, PartialEq, Eq)]
pub enum ReadError {
    /// A signal arrived.
    Stopped(Kind),
    /// The deadline passed.
    TimedOut,
    /// There are more bytes than allowed.
    TooLong(usize),
    /// The system refused.
    Io(Errno),
}

impl ReadError {
    /// The failure of reading `what`, such as `standard input`.
    pub fn into_failure(self, what: &str) -> Failure {
        match self {
            Self::Stopped(kind) => Failure::stopped(kind),
            Self::TimedOut => {
                Failure::new(Kind::Unavailable, format!("{what} did not end in time"))
            }
            Self::TooLong(cap) => Failure::usage(format!("{what} holds more than {cap} bytes")),
            Self::Io(cause) => Failure::io(format!("cannot read {what}"), cause),
        }
    }
}

/// All bytes of `fd` up to its end, at most `cap`, in memory that is wiped.
pub fn read_all(
    fd: BorrowedFd<'_>,
    cap: usize,
    signals: &Signals,
    deadline: Option<Instant>,
) -> Result<SecretBytes, ReadError> {
    // One byte more than the limit, so that a full buffer means "too long".
    let mut bytes = SecretBytes::zeroed((cap + 1).min(4096));
    let mut len = 0;
    loop {
        if len > cap {
            return Err(ReadError::TooLong(cap));
        }
        if len == bytes.len() {
            let mut larger = SecretBytes::zeroed((2 * len).min(cap + 1));
            larger.expose_mut()[..len].copy_from_slice(bytes.expose());
            bytes = larger;
        }
        match signals.wait_readable(fd, deadline) {
            Ok(Wake::Ready) => {}
            Ok(Wake::TimedOut) => return Err(ReadError::TimedOut),
            Ok(Wake::Stopped(kind)) => return Err(ReadError::Stopped(kind)),
            Err(error) => {
                return Err(ReadError::Io(Errno::from_io_error(&error).unwrap_or(Errno::IO)));
            }
        }
        match rustix::io::read(fd, &mut bytes.expose_mut()[len..]) {
            Ok(0) => {
                bytes.truncate(len);
                return Ok(bytes);
            }
            Ok(read) => len += read,
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Err(ReadError::Io(error)),
        }
    }
}

/// Which mode bits a file may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing for group and others.
    Private,
    /// Group may read: systemd gives a service its credential through an access list, whose mask shows as group bits.
    Credential,
}

/// Opens a file that holds a secret: regular, not a symbolic link, of the caller or root, closed to others.
pub fn open_file(path: &Path, trust: Trust) -> Result<OwnedFd, Failure> {
    let shown = escape_os(path.as_os_str());
    // Non-blocking, so that a FIFO put there cannot hold the command before it is looked at.
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = rustix::fs::open(path, flags, Mode::empty()).map_err(|cause| match cause {
        Errno::NOENT => Failure::new(Kind::NotInitialised, format!("{shown} does not exist")),
        Errno::LOOP => Failure::new(Kind::Io, format!("{shown} is a symbolic link"))
            .hint("name the file itself, or hand over an open descriptor: fd:3 3<FILE"),
        cause => Failure::io(format!("cannot open {shown}"), cause),
    })?;
    let stat = rustix::fs::fstat(&file)
        .map_err(|cause| Failure::io(format!("cannot examine {shown}"), cause))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Failure::new(Kind::Io, format!("{shown} is not a regular file")));
    }
    if stat.st_uid != 0 && stat.st_uid != process::geteuid().as_raw() {
        return Err(Failure::new(Kind::Io, format!("{shown} belongs to another user")));
    }
    let forbidden = match trust {
        Trust::Private => Mode::RWXG | Mode::RWXO,
        Trust::Credential => Mode::WGRP | Mode::XGRP | Mode::RWXO,
    };
    if Mode::from_raw_mode(stat.st_mode).intersects(forbidden) {
        return Err(Failure::new(Kind::Io, format!("{shown} is open to other users"))
            .hint(format!("chmod 600 {shown}")));
    }
    Ok(file)
}

/// A duplicate of the inherited descriptor `number`.
pub fn inherited(number: i32) -> Result<OwnedFd, Errno> {
    let duplicate = process::pidfd_open(process::getpid(), PidfdFlags::empty())
        .and_then(|me| process::pidfd_getfd(me, number, PidfdGetfdFlags::empty()));
    match duplicate {
        // Container runtimes forbid the call; reopening works for everything but sockets.
        Err(Errno::PERM | Errno::NOSYS | Errno::ACCESS) => rustix::fs::open(
            Path::new("/proc/self/fd").join(OsStr::new(&number.to_string())),
            OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY,
            Mode::empty(),
        )
        .map_err(|cause| if cause == Errno::NOENT { Errno::BADF } else { cause }),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::{AsFd, AsRawFd};
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    fn pipe_with(bytes: &[u8]) -> OwnedFd {
        let (read, write) = rustix::pipe::pipe().unwrap();
        rustix::io::write(&write, bytes).unwrap();
        read
    }

    fn file(dir: &tempfile::TempDir, name: &str, mode: u32) -> PathBuf {
        let path = dir.path().join(name);
        let flags = OFlags::CREATE | OFlags::WRONLY;
        let fd = rustix::fs::open(&path, flags, Mode::from_raw_mode(0o600)).unwrap();
        rustix::io::write(&fd, b"content").unwrap();
        rustix::fs::fchmod(&fd, Mode::from_raw_mode(mode)).unwrap();
        path
    }

    #[test]
    fn bytes_are_read_whole_up_to_the_limit() {
        let signals = Signals::detached();
        for (len, cap, fits) in
            [(0, 0, true), (1, 0, false), (9000, 9000, true), (9001, 9000, false), (5, 100, true)]
        {
            let bytes = vec![7; len];
            let read = read_all(pipe_with(&bytes).as_fd(), cap, &signals, None);
            assert_eq!(read.is_ok(), fits, "{len} of {cap}");
            if let Ok(read) = read {
                assert_eq!(read.expose(), bytes);
            }
        }
    }

    #[test]
    fn a_pipe_that_never_ends_is_left_on_a_signal() {
        let (read, _write) = rustix::pipe::pipe().unwrap();
        let signals = Signals::detached();
        signals.raise(Kind::Terminated);
        let result = read_all(read.as_fd(), 10, &signals, None);
        assert_eq!(result.err(), Some(ReadError::Stopped(Kind::Terminated)));
    }

    #[test]
    fn traps_are_refused_without_hanging() {
        let dir = tempfile::tempdir().unwrap();
        let good = file(&dir, "good", 0o600);
        assert!(open_file(&good, Trust::Private).is_ok());
        assert!(open_file(&file(&dir, "read-only", 0o400), Trust::Private).is_ok());
        let link = dir.path().join("link");
        symlink(&good, &link).unwrap();
        let fifo = dir.path().join("fifo");
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o600), 0)
            .unwrap();
        for (path, kind, text) in [
            (link, Kind::Io, "symbolic link"),
            (fifo, Kind::Io, "not a regular file"),
            (dir.path().to_owned(), Kind::Io, "not a regular file"),
            ("/dev/null".into(), Kind::Io, "not a regular file"),
            (dir.path().join("none"), Kind::NotInitialised, "does not exist"),
            (file(&dir, "group", 0o640), Kind::Io, "open to other users"),
            (file(&dir, "others", 0o604), Kind::Io, "open to other users"),
        ] {
            let failure = open_file(&path, Trust::Private).unwrap_err();
            assert_eq!(failure.kind(), kind, "{}", path.display());
            assert!(failure.message().contains(text), "{}", failure.message());
        }
    }

    #[test]
    fn a_credential_may_show_its_access_list_as_group_bits() {
        let dir = tempfile::tempdir().unwrap();
        assert!(open_file(&file(&dir, "acl", 0o440), Trust::Credential).is_ok());
        assert!(open_file(&file(&dir, "writable", 0o460), Trust::Credential).is_err());
        assert!(open_file(&file(&dir, "others", 0o444), Trust::Credential).is_err());
    }

    #[test]
    fn an_inherited_descriptor_is_found_by_its_number() {
        let pipe = pipe_with(b"through");
        let copy = inherited(pipe.as_raw_fd()).unwrap();
        let read = read_all(copy.as_fd(), 100, &Signals::detached(), None).unwrap_or_else(|e| {
            panic!("{e:?}");
        });
        assert_eq!(read.expose(), b"through");
        assert_eq!(inherited(999).unwrap_err(), Errno::BADF);
    }
}
