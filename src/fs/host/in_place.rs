//! [`InPlace`] on a real file system.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{AtFlags, FallocateFlags, Gid, Mode, OFlags, Uid};
use rustix::io::{Errno, ReadWriteFlags};

use super::{HostDirectory, READ, file_id, no_room, retry};
use crate::fs::directory::Ownership;
use crate::fs::in_place::{Access, InPlace, InPlaceFacts};
use crate::fs::{FsError, checks};

/// How a file is opened that is going to be changed where it stands.
const WRITE: OFlags = OFlags::RDWR
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY);

/// An open file of this host.
struct HostInPlace {
    fd: OwnedFd,
    directory: Arc<OwnedFd>,
    name: OsString,
    path: PathBuf,
}

impl HostDirectory {
    /// Opens `name` to be changed in place; see [`Directory::in_place`](crate::fs::Directory::in_place).
    pub(super) fn open_in_place(
        &self,
        name: &OsStr,
        access: Access,
    ) -> Result<Option<Box<dyn InPlace>>, FsError> {
        let path = self.path.join(name);
        let opened = match access {
            Access::Read => rustix::fs::openat(&self.fd, name, READ, Mode::empty()),
            Access::Write => rustix::fs::openat(&self.fd, name, WRITE, Mode::empty()),
            Access::Create(owner) => {
                match rustix::fs::openat(&self.fd, name, WRITE, Mode::empty()) {
                    Err(Errno::NOENT) => return self.create_in_place(name, path, owner).map(Some),
                    done => done,
                }
            }
        };
        let fd = match opened {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NXIO | Errno::NODEV | Errno::ISDIR) => {
                return Err(FsError::NotRegular(path));
            }
            Err(source) => return Err(FsError::io("open", &path, source)),
        };
        let stat = rustix::fs::fstat(&fd).map_err(|e| FsError::io("examine", &path, e))?;
        checks::trusted_file(&path, &stat, self.trust)?;
        Ok(Some(self.wrap(fd, name, path)))
    }

    fn create_in_place(
        &self,
        name: &OsStr,
        path: PathBuf,
        owner: Ownership,
    ) -> Result<Box<dyn InPlace>, FsError> {
        let flags = WRITE | OFlags::CREATE | OFlags::EXCL;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::RUSR | Mode::WUSR).map_err(
            |source| {
                no_room(source, &path, 0).unwrap_or_else(|| FsError::io("create", &path, source))
            },
        )?;
        if self.trust.caller == 0 && owner.uid != 0 {
            let gid: Gid = self.gid;
            rustix::fs::fchown(&fd, Some(Uid::from_raw(owner.uid)), Some(gid))
                .map_err(|source| FsError::io("give away", &path, source))?;
        }
        // Under any umask: the kernel takes bits away at creation.
        rustix::fs::fchmod(&fd, Mode::RUSR | Mode::WUSR)
            .map_err(|source| FsError::io("protect", &path, source))?;
        Ok(self.wrap(fd, name, path))
    }

    fn wrap(&self, fd: OwnedFd, name: &OsStr, path: PathBuf) -> Box<dyn InPlace> {
        let directory = Arc::clone(&self.fd);
        Box::new(HostInPlace { fd, directory, name: name.to_owned(), path })
    }
}

impl HostInPlace {
    fn failed(&self, action: &'static str, needed: u64, source: Errno) -> FsError {
        no_room(source, &self.path, needed)
            .unwrap_or_else(|| FsError::io(action, &self.path, source))
    }
}

impl InPlace for HostInPlace {
    #[expect(clippy::cast_sign_loss, reason = "a file's size is never negative")]
    fn facts(&self) -> Result<InPlaceFacts, FsError> {
        let stat =
            rustix::fs::fstat(&self.fd).map_err(|e| FsError::io("examine", &self.path, e))?;
        Ok(InPlaceFacts {
            len: stat.st_size as u64,
            uid: stat.st_uid,
            mode: stat.st_mode & 0o7777,
            links: stat.st_nlink as u64,
            inode: file_id(&stat).inode,
        })
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, FsError> {
        let mut at = 0;
        while at < buffer.len() {
            match rustix::io::pread(&self.fd, &mut buffer[at..], offset + at as u64) {
                Ok(0) => break,
                Ok(n) => at += n,
                Err(Errno::INTR) => {}
                Err(source) => return Err(self.failed("read", 0, source)),
            }
        }
        Ok(at)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), FsError> {
        let mut at = 0;
        while at < bytes.len() {
            match rustix::io::pwrite(&self.fd, &bytes[at..], offset + at as u64) {
                Ok(0) => return Err(self.failed("write", 0, Errno::IO)),
                Ok(n) => at += n,
                Err(Errno::INTR) => {}
                Err(source) => return Err(self.failed("write", bytes.len() as u64, source)),
            }
        }
        Ok(())
    }

    fn append(&self, bytes: &[u8]) -> Result<(), FsError> {
        let needed = bytes.len() as u64;
        let written = loop {
            // Appending is asked for by the write itself: a descriptor opened for it could not overwrite.
            let pieces = [std::io::IoSlice::new(bytes)];
            match rustix::io::pwritev2(&self.fd, &pieces, 0, ReadWriteFlags::APPEND) {
                Err(Errno::INTR) => {}
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => {
                    break rustix::io::pwrite(&self.fd, bytes, self.facts()?.len);
                }
                done => break done,
            }
        };
        match written {
            Ok(n) if n == bytes.len() => Ok(()),
            // A short write to a file means that the room ran out in the middle of it.
            Ok(_) => Err(self.failed("append to", needed, Errno::NOSPC)),
            Err(source) => Err(self.failed("append to", needed, source)),
        }
    }

    fn truncate(&self, len: u64) -> Result<(), FsError> {
        retry(|| rustix::fs::ftruncate(&self.fd, len))
            .map_err(|source| self.failed("cut", 0, source))
    }

    fn reserve(&self, len: u64) -> Result<(), FsError> {
        let end = self.facts()?.len;
        let keep = FallocateFlags::KEEP_SIZE;
        match retry(|| rustix::fs::fallocate(&self.fd, keep, end, len)) {
            // Not every file system can reserve; the write will tell.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
            Err(source) => Err(self.failed("reserve room for", len, source)),
        }
    }

    fn sync_data(&self) -> Result<(), FsError> {
        retry(|| rustix::fs::fdatasync(&self.fd)).map_err(|source| self.failed("sync", 0, source))
    }

    fn link_as(&self, name: &OsStr) -> Result<(), FsError> {
        let at = &self.directory;
        rustix::fs::linkat(at, &self.name, at, name, AtFlags::empty())
            .map_err(|source| FsError::io("link", &self.path.with_file_name(name), source))
    }
}
