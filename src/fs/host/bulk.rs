//! Files that are too large for memory, and whole trees of them: what archives are made of and restored to.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::{HostContent, HostDirectory, HostFile, READ, file_id, no_room, walk};
use crate::fs::directory::{Directory as _, NewFile as _, Opened, Ownership, temp_name};
use crate::fs::{FsError, Replace, checks};

/// A file that is written in pieces and gets its name only when it is complete and durable. Dropped before, it is gone.
pub struct Unnamed<'d> {
    directory: &'d HostDirectory,
    file: HostFile,
    name: OsString,
    /// Where it stands meanwhile, on a file system that has no files without a name.
    temp: Option<OsString>,
}

impl Unnamed<'_> {
    /// Reserves room for `len` bytes, so that a full disk shows before the first byte is written.
    pub fn reserve(&mut self, len: u64) -> Result<(), FsError> {
        self.file.reserve(len)?;
        self.file.pass_cache(len);
        Ok(())
    }

    /// Appends `bytes`.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        self.file.append(bytes)
    }

    /// True while what is appended goes past the page cache.
    pub const fn passes_cache(&self) -> bool {
        self.file.passes_cache()
    }

    /// Fills `into` from offset `at` as far as there is something, and says how far.
    pub fn read_back(&mut self, at: u64, into: &mut [u8]) -> Result<usize, FsError> {
        self.file.flush()?;
        self.file.read_to(into, at)
    }

    /// The failure to read back what was written.
    pub fn not_written(&self) -> FsError {
        FsError::NotWritten(self.file.path.clone())
    }

    /// True when all but the end of it went past the page cache, so that only the disk could tell what is in it.
    pub fn passed_cache(&mut self) -> Result<bool, FsError> {
        self.file.passed_cache()
    }

    /// Fails unless the file begins with `front`, ends with `end` and has `len` bytes.
    pub fn must_hold(&mut self, front: &[u8], end: &[u8], len: u64) -> Result<(), FsError> {
        self.file.flush()?;
        let at_end = len.checked_sub(end.len() as u64).ok_or_else(|| self.not_written())?;
        self.file.must_hold(front, 0)?;
        self.file.must_hold(end, at_end)?;
        // Nothing more.
        if self.file.read_to(&mut [0], len)? == 0 { Ok(()) } else { Err(self.not_written()) }
    }

    /// Makes it durable and gives it its name, which must still be free. Where that fails the name is free again.
    pub fn finish(mut self) -> Result<(), FsError> {
        let named = self.give_name();
        self.directory.or_take_back(&self.file, &self.name, named)
    }

    fn give_name(&mut self) -> Result<(), FsError> {
        self.file.sync()?;
        if let Some(temp) = &self.temp {
            match self.directory.rename(temp, &self.name, Replace::No) {
                // Network file systems cannot rename without replacing, but they can link.
                Err(FsError::Io { source: Errno::INVAL | Errno::NOSYS, .. }) => {
                    let at = &self.directory.fd;
                    rustix::fs::linkat(at, temp, at, &self.name, AtFlags::empty())
                        .map_err(|source| FsError::io("name", &self.file.path, source))?;
                }
                renamed => {
                    renamed?;
                    self.temp = None;
                }
            }
        } else {
            self.directory.give_name(&mut self.file, &self.name)?;
        }
        self.directory.sync()
    }
}

impl Drop for Unnamed<'_> {
    fn drop(&mut self) {
        if let Some(temp) = &self.temp {
            let _ = self.directory.remove(temp);
        }
    }
}

/// A new file with its name somewhere below a directory, or with none yet: then nobody else can open it, and whatever ends the
/// process before it gets one, it is gone. Unlike an [`Unnamed`] it learns only at the end where it will stand.
pub struct Whole {
    /// The directory of its name.
    parent: Option<HostDirectory>,
    file: HostFile,
}

impl Whole {
    /// Reserves room for `len` bytes.
    pub fn reserve(&mut self, len: u64) -> Result<(), FsError> {
        self.file.reserve(len)?;
        self.file.pass_cache(len);
        Ok(())
    }

    /// Appends `bytes`.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        self.file.append(bytes)
    }

    /// Makes it durable, and its name if it has one.
    pub fn sync(&mut self) -> Result<(), FsError> {
        self.file.sync()?;
        self.parent.as_ref().map_or(Ok(()), HostDirectory::sync)
    }
}

/// A directory that is being filled under a name of its own; nobody else fills it meanwhile.
pub struct Partial {
    directory: HostDirectory,
    _lock: Arc<OwnedFd>,
}

impl Partial {
    /// The directory.
    pub const fn directory(&self) -> &HostDirectory {
        &self.directory
    }
}

impl HostDirectory {
    /// Begins a file that will be called `name`; see [`Unnamed`].
    pub fn unnamed(
        &self,
        name: &OsStr,
        owner: Ownership,
        token: [u8; 8],
    ) -> Result<Unnamed<'_>, FsError> {
        let path = self.path.join(name);
        let (fd, temp) = if let Some(fd) = self.open_nameless(&path)? {
            (fd, None)
        } else {
            let temp = temp_name(name, token);
            let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
            let mode = Mode::RUSR | Mode::WUSR;
            let fd = rustix::fs::openat(&self.fd, &temp, flags | OFlags::NOFOLLOW, mode)
                .map_err(|source| FsError::io("create", &path, source))?;
            (fd, Some(temp))
        };
        let file = self.own(fd, path, owner)?;
        Ok(Unnamed { directory: self, file, name: name.to_owned(), temp })
    }

    /// Begins a file without a name in the file system of this directory, which messages call `path`; `None` where the file system
    /// has no such files, or this process has no descriptor left for one.
    pub fn nameless(&self, path: &Path, owner: Ownership) -> Result<Option<Whole>, FsError> {
        let fd = match self.open_nameless(path) {
            Err(FsError::Io { source: Errno::MFILE | Errno::NFILE, .. }) => return Ok(None),
            opened => opened?,
        };
        let Some(fd) = fd else { return Ok(None) };
        let file = self.own(fd, path.to_owned(), owner)?;
        Ok(Some(Whole { parent: None, file }))
    }

    /// Gives a file its name somewhere below this directory; makes the directories on the way to it, and the name durable.
    pub fn place_below(&self, file: &mut Whole, parts: &[&str], uid: u32) -> Result<(), FsError> {
        let (parent, name) = self.descend(parts, uid)?;
        parent.give_name(&mut file.file, name)?;
        parent.sync()
    }

    /// Opens a file without a name; `None` where the file system has none.
    pub(super) fn open_nameless(&self, path: &Path) -> Result<Option<OwnedFd>, FsError> {
        let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, ".", flags, Mode::RUSR | Mode::WUSR) {
            Ok(fd) => Ok(Some(fd)),
            Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL) => Ok(None),
            Err(source) => {
                Err(no_room(source, path, 0).unwrap_or_else(|| FsError::io("create", path, source)))
            }
        }
    }

    /// Gives a file without a name its name in this directory, which must be free. Syncing the directory is left.
    pub(super) fn give_name(&self, file: &mut HostFile, name: &OsStr) -> Result<(), FsError> {
        // By descriptor alone it would take a capability; through /proc it takes only the descriptor.
        let proc = format!("/proc/self/fd/{}", file.fd.as_raw_fd());
        match rustix::fs::linkat(rustix::fs::CWD, proc, &self.fd, name, AtFlags::SYMLINK_FOLLOW) {
            // There is no /proc, which is not what whoever reads "no such file" would look for.
            Err(Errno::NOENT) => {
                rustix::fs::linkat(&file.fd, "", &self.fd, name, AtFlags::EMPTY_PATH)
                    .map_err(|_| file.failed("name without /proc", Errno::OPNOTSUPP))?;
            }
            linked => linked.map_err(|source| file.failed("name", source))?,
        }
        // Some kernels do not sync on btrfs what has no name, and what had none when it was synced may come back empty.
        file.sync()
    }

    /// Passes on how it went to give `file` its name durably. Where that failed the name is taken away again, if the file has it: whoever
    /// is told that nothing was written must not find it there.
    pub(super) fn or_take_back(
        &self,
        file: &HostFile,
        name: &OsStr,
        named: Result<(), FsError>,
    ) -> Result<(), FsError> {
        named.inspect_err(|_| {
            let own = rustix::fs::fstat(&file.fd).map(|stat| file_id(&stat).inode);
            if let (Ok(own), Ok(Some(there))) = (own, self.id(name))
                && own == there.inode
            {
                let _ = self.remove(name).and_then(|()| self.sync());
            }
        })
    }

    /// Opens `name`, which is no secret, or none in the clear: a plain file, and with `trusted` one of the caller's or root's.
    pub fn open_plain(&self, name: &OsStr, trusted: bool) -> Result<Option<Opened>, FsError> {
        let path = self.path.join(name);
        let fd = match rustix::fs::openat(&self.fd, name, READ, Mode::empty()) {
            Ok(fd) => fd,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NXIO | Errno::NODEV | Errno::ISDIR) => {
                return Err(FsError::NotRegular(path));
            }
            Err(source) => return Err(FsError::io("open", &path, source)),
        };
        let stat = rustix::fs::fstat(&fd).map_err(|e| FsError::io("examine", &path, e))?;
        if trusted {
            checks::trusted_file(&path, &stat, self.trust)?;
        } else if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(FsError::NotRegular(path));
        }
        let content = Box::new(HostContent::new(fd, path, stat, u64::MAX)?);
        let (uid, mode) = (stat.st_uid, stat.st_mode & 0o7777);
        Ok(Some(Opened { content, id: file_id(&stat), uid, mode }))
    }

    /// Makes the directory `name`, 0700, to be filled and renamed. What a killed command left under that name is removed; one that
    /// another process is filling is refused.
    pub fn partial(&self, name: &OsStr, owner: u32) -> Result<Partial, FsError> {
        let path = self.path.join(name);
        if let Some(left) = self.subdirectory(name)? {
            let _lock = left.hold(&path)?;
            self.remove_tree(name)?;
        }
        rustix::fs::mkdirat(&self.fd, name, Mode::RWXU).map_err(|source| {
            no_room(source, &path, 0).unwrap_or_else(|| FsError::io("create", &path, source))
        })?;
        self.hold_new(name, &path, owner).inspect_err(|error| {
            // Another process has taken it for one that was left behind; else it is ours, and empty.
            if !matches!(error, FsError::Locked { .. } | FsError::Changed(_)) {
                let _ = rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR);
            }
        })
    }

    fn hold_new(&self, name: &OsStr, path: &Path, owner: u32) -> Result<Partial, FsError> {
        let changed = || FsError::Changed(path.to_owned());
        let directory = self.subdirectory(name)?.ok_or_else(changed)?;
        directory.give_to(owner)?;
        let lock = directory.hold(path)?;
        // Before it was held, another process may have replaced it by its own; from here on nobody does.
        let held = rustix::fs::fstat(&lock).map_err(|e| FsError::io("examine", path, e))?;
        match walk::stat_name(&self.fd, name, path)? {
            Some(named) if file_id(&named).inode == file_id(&held).inode => {
                Ok(Partial { directory, _lock: lock })
            }
            _ => Err(changed()),
        }
    }

    /// Makes the directory `name` in this one, unless it is there, and opens it.
    pub fn enter(&self, name: &OsStr, owner: u32) -> Result<Self, FsError> {
        self.create_directory(name, owner)?;
        self.subdirectory(name)?.ok_or_else(|| FsError::Changed(self.path.join(name)))
    }

    /// Opens the directory `name` of this one; `None` when there is nothing of that name.
    pub fn subdirectory(&self, name: &OsStr) -> Result<Option<Self>, FsError> {
        let path = self.path.join(name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => {
                let (gid, trust, lenient) = (self.gid, self.trust, self.lenient);
                Ok(Some(Self { fd: Arc::new(fd), path, gid, trust, lenient }))
            }
            Err(Errno::NOENT) => Ok(None),
            // A link, or a file.
            Err(Errno::NOTDIR | Errno::LOOP) => Err(FsError::Exists(path)),
            Err(source) => Err(FsError::io("open", &path, source)),
        }
    }

    /// Creates a file below this directory, and the directories on the way to it.
    pub fn create_below(&self, parts: &[&str], owner: Ownership) -> Result<Whole, FsError> {
        let (parent, name) = self.descend(parts, owner.uid)?;
        let path = parent.path.join(name);
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let fd = rustix::fs::openat(&parent.fd, name, flags, mode).map_err(|source| {
            no_room(source, &path, 0).unwrap_or_else(|| FsError::io("create", &path, source))
        })?;
        let file = parent.own(fd, path, owner)?;
        Ok(Whole { parent: Some(parent), file })
    }

    /// The directory of a file below this one, which is made where it is missing, and the file's name.
    fn descend<'n>(&self, parts: &[&'n str], uid: u32) -> Result<(Self, &'n OsStr), FsError> {
        let Some((name, above)) = parts.split_last() else {
            return Err(FsError::NoName(self.path.clone()));
        };
        let mut parent = self.clone();
        for part in above {
            parent = parent.enter(OsStr::new(part), uid)?;
        }
        Ok((parent, OsStr::new(*name)))
    }

    /// Removes the directory `name` with everything in it, following no link.
    pub fn remove_tree(&self, name: &OsStr) -> Result<(), FsError> {
        let Some(directory) = self.subdirectory(name)? else { return Ok(()) };
        for entry in directory.names()? {
            if entry == "." || entry == ".." {
                continue;
            }
            match rustix::fs::unlinkat(&directory.fd, &entry, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::ISDIR | Errno::PERM) => directory.remove_tree(&entry)?,
                Err(source) => {
                    return Err(FsError::io("remove", &directory.path.join(&entry), source));
                }
            }
        }
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(source) => Err(FsError::io("remove", &self.path.join(name), source)),
        }
    }

    /// Holds the directory itself against other processes of ours.
    fn hold(&self, path: &Path) -> Result<Arc<OwnedFd>, FsError> {
        let lock = Arc::clone(&self.fd);
        match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(lock),
            Err(Errno::WOULDBLOCK) => {
                Err(FsError::Locked { path: path.into(), waited: std::time::Duration::ZERO })
            }
            Err(source) => Err(FsError::io("lock", path, source)),
        }
    }

    fn give_to(&self, owner: u32) -> Result<(), FsError> {
        if self.trust.caller == 0 && owner != 0 {
            let uid = rustix::fs::Uid::from_raw(owner);
            rustix::fs::fchown(&self.fd, Some(uid), Some(self.gid))
                .map_err(|source| FsError::io("give away", &self.path, source))?;
        }
        Ok(())
    }
}
