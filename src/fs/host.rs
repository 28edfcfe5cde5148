//! [`Directory`] on a real file system.

mod bulk;
mod direct;
mod file;
mod in_place;
mod public;

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Advice, Dir, Gid, Mode, OFlags, RenameFlags, Stat, Uid};
use rustix::io::Errno;

use super::checks::{self, Trust};
use super::directory::{
    Content, Directory, FileId, LockGuard, NewFile, Opened, Ownership, Replace,
};
use super::in_place::{Access, InPlace};
use super::{FsError, StopCheck, lock, walk};
use crate::memory::Region;

pub use bulk::{Partial, Unnamed, Whole};
use file::HostFile;

/// An open directory of this host.
#[derive(Clone)]
pub struct HostDirectory {
    /// Of all who hold the same directory.
    fd: Arc<OwnedFd>,
    /// For messages only.
    path: PathBuf,
    /// Its own owner and group, which files made in it for the same owner take.
    gid: Gid,
    trust: Trust,
    /// True when files in it are looked at, whatever is wrong with them.
    lenient: bool,
}

/// How a sensitive file is opened: never through a link, never waiting for a FIFO's other end.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

impl HostDirectory {
    /// Wraps the open directory of the file at `file_path`.
    pub(super) fn new(fd: OwnedFd, file_path: &Path, trust: Trust) -> Result<Self, FsError> {
        let path = file_path.parent().unwrap_or(Path::new("")).to_path_buf();
        let stat = rustix::fs::fstat(&fd).map_err(|e| FsError::io("examine", &path, e))?;
        Ok(Self { fd: Arc::new(fd), path, gid: Gid::from_raw(stat.st_gid), trust, lenient: false })
    }

    /// Opens the directory at `path`, with the checks of everything above it, for files of `owner`.
    pub fn open(path: &Path, owner: u32, trust: Trust) -> Result<Self, FsError> {
        let (fd, chain) = walk::open_directory(path, trust)?;
        checks::ancestors(&chain, owner, trust)?;
        Self::new(fd, &path.join("."), trust).map(|dir| Self { path: path.into(), ..dir })
    }

    /// The same directory for somebody who tells what is wrong with a file, and therefore reads it all the same: any plain file
    /// with its own name. Nothing that is read so may be acted on.
    #[must_use]
    pub fn for_looking(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// Creates the directory `name` in this one, 0700, and makes it durable. Succeeds when it exists.
    pub fn create_directory(&self, name: &OsStr, owner: u32) -> Result<(), FsError> {
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.fd, name, Mode::RWXU) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(()),
            Err(source) => return Err(FsError::io("create directory", &path, source)),
        }
        if self.trust.caller == 0 && owner != 0 {
            rustix::fs::chownat(
                &self.fd,
                name,
                Some(Uid::from_raw(owner)),
                Some(self.gid),
                rustix::fs::AtFlags::SYMLINK_NOFOLLOW,
            )
            .map_err(|source| FsError::io("give away", &path, source))?;
        }
        self.sync()
    }

    /// Writes a whole new file, which gets its name only when it is complete and durable: a kill leaves nothing behind, and
    /// least of all half a secret. Where it fails the name is free.
    pub fn write_new(&self, name: &OsStr, owner: Ownership, bytes: &[u8]) -> Result<(), FsError> {
        let path = self.path.join(name);
        let fd = self
            .open_nameless(&path)?
            .ok_or_else(|| FsError::io("create", &path, Errno::OPNOTSUPP))?;
        let mut file = self.own(fd, path, owner)?;
        file.reserve(bytes.len() as u64)?;
        file.append(bytes)?;
        file.sync()?;
        if !file.holds(bytes)? {
            return Err(FsError::NotWritten(file.path));
        }
        let named = self.give_name(&mut file, name).and_then(|()| self.sync());
        self.or_take_back(&file, name, named)
    }

    /// Gives a file just made its owner and mode, before it holds anything.
    fn own(&self, fd: OwnedFd, path: PathBuf, owner: Ownership) -> Result<HostFile, FsError> {
        let file = HostFile::new(fd, path);
        if self.trust.caller == 0 && owner.uid != 0 {
            rustix::fs::fchown(&file.fd, Some(Uid::from_raw(owner.uid)), Some(self.gid))
                .map_err(|source| FsError::io("give away", &file.path, source))?;
        }
        // Under any umask: the kernel takes bits away at creation, and a stored mode of 0400 is kept.
        rustix::fs::fchmod(&file.fd, Mode::from_raw_mode(owner.mode & 0o700))
            .map_err(|source| FsError::io("protect", &file.path, source))?;
        Ok(file)
    }

    /// Reads `name`, which is no secret but decides how secrets are treated: nobody else may be able to change it.
    pub fn read_public(&self, name: &OsStr, limit: u64) -> Result<Option<Region>, FsError> {
        let path = self.path.join(name);
        let fd = match rustix::fs::openat(&self.fd, name, READ, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(source) => return Err(FsError::io("open", &path, source)),
        };
        let stat = rustix::fs::fstat(&fd).map_err(|e| FsError::io("examine", &path, e))?;
        checks::unchangeable_file(&path, &stat, self.trust)?;
        let content = Box::new(HostContent::new(fd, path, stat, limit)?);
        let (uid, mode) = (stat.st_uid, stat.st_mode);
        Opened { content, id: file_id(&stat), uid, mode }.read().map(Some)
    }

    fn open_existing(
        &self,
        name: &OsStr,
        flags: OFlags,
    ) -> Result<Option<(OwnedFd, Stat)>, FsError> {
        let path = self.path.join(name);
        let fd = match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            // What cannot be opened (a socket, a device without a driver) is named for what it is.
            Err(Errno::NXIO | Errno::NODEV | Errno::ISDIR) => {
                return Err(FsError::NotRegular(path));
            }
            Err(source) => return Err(FsError::io("open", &path, source)),
        };
        let stat = rustix::fs::fstat(&fd).map_err(|e| FsError::io("examine", &path, e))?;
        if self.lenient {
            checks::plain_file(&path, &stat)?;
        } else {
            checks::sensitive_file(&path, &stat, self.trust)?;
        }
        Ok(Some((fd, stat)))
    }
}

#[expect(clippy::unnecessary_cast, reason = "the field types differ between architectures")]
#[expect(clippy::cast_sign_loss, reason = "lengths and nanoseconds are never negative")]
fn file_id(stat: &Stat) -> FileId {
    FileId {
        inode: (stat.st_dev as u64, stat.st_ino as u64),
        len: stat.st_size as u64,
        changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u64),
    }
}

/// A file of this host that is open for reading.
struct HostContent {
    fd: OwnedFd,
    path: PathBuf,
    stat: Stat,
}

impl HostContent {
    #[expect(clippy::cast_sign_loss, reason = "a file's size is never negative")]
    fn new(fd: OwnedFd, path: PathBuf, stat: Stat, limit: u64) -> Result<Self, FsError> {
        if stat.st_size as u64 > limit {
            return Err(FsError::TooLarge { path, limit });
        }
        Ok(Self { fd, path, stat })
    }
}

impl Content for HostContent {
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), FsError> {
        let mut done = 0;
        while done < into.len() {
            match rustix::io::pread(&self.fd, &mut into[done..], at + done as u64) {
                Ok(0) => return Err(FsError::Changed(self.path.clone())),
                Ok(n) => done += n,
                Err(Errno::INTR) => {}
                Err(source) => return Err(FsError::io("read", &self.path, source)),
            }
        }
        Ok(())
    }

    fn unchanged(&self) -> Result<(), FsError> {
        let (path, was) = (&self.path, &self.stat);
        let now = rustix::fs::fstat(&self.fd).map_err(|e| FsError::io("examine", path, e))?;
        // A rename over the file takes its last name away and changes its ctime; that is not a change of content.
        if (now.st_size, now.st_mtime, now.st_mtime_nsec)
            != (was.st_size, was.st_mtime, was.st_mtime_nsec)
        {
            return Err(FsError::Changed(path.clone()));
        }
        Ok(())
    }

    fn too_long(&self) -> FsError {
        FsError::io("hold", &self.path, Errno::NOMEM)
    }
}

impl Directory for HostDirectory {
    fn open(&self, name: &OsStr, limit: u64) -> Result<Option<Opened>, FsError> {
        let Some((fd, stat)) = self.open_existing(name, READ)? else { return Ok(None) };
        let content = HostContent::new(fd, self.path.join(name), stat, limit)?;
        Ok(Some(Opened {
            content: Box::new(content),
            id: file_id(&stat),
            uid: stat.st_uid,
            mode: stat.st_mode & 0o7777,
        }))
    }

    fn id(&self, name: &OsStr) -> Result<Option<FileId>, FsError> {
        Ok(walk::stat_name(&self.fd, name, &self.path.join(name))?.as_ref().map(file_id))
    }

    fn create(&self, name: &OsStr, owner: Ownership) -> Result<Box<dyn NewFile + '_>, FsError> {
        let path = self.path.join(name);
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::RUSR | Mode::WUSR).map_err(
            |source| {
                no_room(source, &path, 0).unwrap_or_else(|| FsError::io("create", &path, source))
            },
        )?;
        Ok(Box::new(self.own(fd, path, owner)?))
    }

    fn rename(&self, from: &OsStr, to: &OsStr, replace: Replace) -> Result<(), FsError> {
        let path = self.path.join(to);
        let done = match replace {
            Replace::Yes => rustix::fs::renameat(&self.fd, from, &self.fd, to),
            Replace::No => {
                rustix::fs::renameat_with(&self.fd, from, &self.fd, to, RenameFlags::NOREPLACE)
            }
        };
        done.map_err(|source| {
            no_room(source, &path, 0).unwrap_or_else(|| FsError::io("rename", &path, source))
        })
    }

    fn remove(&self, name: &OsStr) -> Result<(), FsError> {
        match rustix::fs::unlinkat(&self.fd, name, rustix::fs::AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(source) => Err(FsError::io("remove", &self.path.join(name), source)),
        }
    }

    fn expect_replacement(&self, name: &OsStr) {
        if let Ok(fd) = rustix::fs::openat(&self.fd, name, READ, Mode::empty()) {
            let _ = rustix::fs::fadvise(&fd, 0, None, Advice::DontNeed);
        }
    }

    fn sync(&self) -> Result<(), FsError> {
        // The directory of a bare file name has no path of its own.
        let shown = if self.path.as_os_str().is_empty() { Path::new(".") } else { &self.path };
        retry(|| rustix::fs::fsync(&self.fd))
            .map_err(|source| FsError::io("sync directory", shown, source))
    }

    fn sync_file(&self, name: &OsStr) -> Result<(), FsError> {
        let Some((fd, _)) = self.open_existing(name, READ)? else {
            return Err(FsError::NotFound(self.path.join(name)));
        };
        retry(|| rustix::fs::fsync(&fd))
            .map_err(|source| FsError::io("sync", &self.path.join(name), source))
    }

    fn names(&self) -> Result<Vec<OsString>, FsError> {
        let list = |source| FsError::io("list", &self.path, source);
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.fd).map_err(list)? {
            let entry = entry.map_err(list)?;
            names.push(OsStr::from_bytes(entry.file_name().to_bytes()).to_owned());
        }
        Ok(names)
    }

    fn lock(
        &self,
        name: &OsStr,
        owner: Ownership,
        timeout: Duration,
        stop: StopCheck<'_>,
    ) -> Result<LockGuard, FsError> {
        let path = self.path.join(name);
        let exclusive =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = match rustix::fs::openat(&self.fd, name, exclusive, Mode::RUSR | Mode::WUSR) {
            Ok(fd) => {
                if self.trust.caller == 0 && owner.uid != 0 {
                    rustix::fs::fchown(&fd, Some(Uid::from_raw(owner.uid)), Some(self.gid))
                        .map_err(|source| FsError::io("give away", &path, source))?;
                }
                fd
            }
            Err(Errno::EXIST) => {
                let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                match self.open_existing(name, flags)? {
                    Some((fd, _)) => fd,
                    None => return Err(FsError::Changed(path)),
                }
            }
            Err(source) => {
                return Err(no_room(source, &path, 0)
                    .unwrap_or_else(|| FsError::io("create lock", &path, source)));
            }
        };
        lock::acquire(fd, &path, timeout, stop).map(|fd| LockGuard::new(Some(fd)))
    }

    fn again(&self) -> Result<Box<dyn Directory>, FsError> {
        Ok(Box::new(self.clone()))
    }

    fn in_place(&self, name: &OsStr, access: Access) -> Result<Option<Box<dyn InPlace>>, FsError> {
        self.open_in_place(name, access)
    }
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
}

/// The error of a full disk or quota, if `source` is one.
fn no_room(source: Errno, path: &Path, needed: u64) -> Option<FsError> {
    matches!(source, Errno::NOSPC | Errno::DQUOT).then(|| FsError::Full {
        path: path.into(),
        needed,
        source,
    })
}
