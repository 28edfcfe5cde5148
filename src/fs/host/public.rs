//! Files that anybody may read and that are replaced as a whole, such as the metrics of a monitor.

use std::ffi::OsStr;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, Mode, OFlags};

use super::{HostDirectory, HostFile, no_room, retry, walk};
use crate::fs::directory::{NewFile as _, temp_name};
use crate::fs::{FsError, checks};

impl HostDirectory {
    /// Puts a file of mode 0644 with `bytes` in the place of `name`, in one step: a reader sees the old file or the new one.
    ///
    /// What stands there must be a plain file of ours, or nothing. A link is refused and not followed: whoever can make one in
    /// the directory would otherwise choose which file is overwritten. `token` makes the temporary name one of its own.
    pub fn replace_public(
        &self,
        name: &OsStr,
        token: [u8; 8],
        bytes: &[u8],
    ) -> Result<(), FsError> {
        let path = self.path.join(name);
        if let Some(stat) = walk::stat_name(&self.fd, name, &path)? {
            checks::trusted_file(&path, &stat, self.trust)?;
        }
        let temp = temp_name(name, token);
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.fd, &temp, flags, Mode::RUSR | Mode::WUSR).map_err(
            |source| {
                no_room(source, &path, 0).unwrap_or_else(|| FsError::io("create", &path, source))
            },
        )?;
        let done = self.fill(fd, name, &temp, bytes);
        if done.is_err() {
            let _ = rustix::fs::unlinkat(&self.fd, &temp, AtFlags::empty());
        }
        done
    }

    fn fill(&self, fd: OwnedFd, name: &OsStr, temp: &OsStr, bytes: &[u8]) -> Result<(), FsError> {
        let path = self.path.join(name);
        let mut file = HostFile::new(fd, path);
        file.reserve(bytes.len() as u64)?;
        file.append(bytes)?;
        // Under any umask, and only now: nobody reads half of it.
        let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH;
        retry(|| rustix::fs::fchmod(&file.fd, mode))
            .map_err(|source| FsError::io("open to readers", &file.path, source))?;
        // Without it a crash may leave the new name on an empty file.
        file.sync()?;
        rustix::fs::renameat(&self.fd, temp, &self.fd, name)
            .map_err(|source| FsError::io("rename", &file.path, source))
    }
}
