//! The operations a commit is made of.
//!
//! [`Directory`] is small on purpose: whatever a commit does to a disk passes through it, so a test can record the calls,
//! lose power between any two of them, drop what was not synced, and look at what is left.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::time::Duration;

use super::in_place::{Access, InPlace};
use super::{FsError, StopCheck};
use crate::memory::Region;

/// What a rename may do with a file that has the new name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Replace it.
    Yes,
    /// Fail with [`FsError::Exists`].
    No,
}

/// Which file a name led to, and whether it was changed in place since.
///
/// While the descriptor that belongs to it is open, the inode cannot be used again, so equal ids mean the same file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    /// Device and inode.
    pub inode: (u64, u64),
    /// Length in bytes.
    pub len: u64,
    /// Time of the last change of content or attributes, in seconds and nanoseconds.
    pub changed: (i64, u64),
}

/// A file that is open for reading, and was found safe to use.
pub struct Opened {
    /// Its content. While it lives, the inode cannot be used again.
    pub content: Box<dyn Content>,
    /// Which file it is.
    pub id: FileId,
    /// Its owner.
    pub uid: u32,
    /// Its permission bits.
    pub mode: u32,
}

impl Opened {
    /// Reads the whole content.
    pub fn read(&self) -> Result<Region, FsError> {
        self.content.read_all(self.id.len)
    }
}

/// The content of an open file. A large one is read in pieces, and on another thread than the one that opened it.
pub trait Content: Send + Sync {
    /// Fills `into` with the bytes from offset `at`; fails when there are fewer.
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), FsError>;
    /// Fails when the content was changed since the file was opened.
    fn unchanged(&self) -> Result<(), FsError>;
    /// The failure to find memory for it.
    fn too_long(&self) -> FsError;
    /// Reads all of its `len` bytes.
    fn read_all(&self, len: u64) -> Result<Region, FsError> {
        let len = usize::try_from(len).map_err(|_| self.too_long())?;
        let mut bytes = Region::bulk(len).map_err(|_| self.too_long())?;
        self.read_at(0, &mut bytes)?;
        self.unchanged()?;
        Ok(bytes)
    }
}

/// A file being written, not yet under its final name.
pub trait NewFile {
    /// Reserves room for `len` bytes, so that a full disk shows before the first byte is written.
    fn reserve(&mut self, len: u64) -> Result<(), FsError>;
    /// Appends `bytes`.
    fn append(&mut self, bytes: &[u8]) -> Result<(), FsError>;
    /// Makes the content durable.
    fn sync(&mut self) -> Result<(), FsError>;
    /// Reads the whole content back from the file system and hands it to `take`, piece after piece.
    fn read_back(&mut self, take: &mut dyn FnMut(&[u8])) -> Result<(), FsError>;
    /// Reads the whole content back and compares it with `expected`.
    fn holds(&mut self, expected: &[u8]) -> Result<bool, FsError> {
        let mut left = Some(expected);
        self.read_back(&mut |piece| left = left.and_then(|left| left.strip_prefix(piece)))?;
        Ok(left.is_some_and(<[u8]>::is_empty))
    }
}

/// Who a new file belongs to and who may read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// Its owner. Only root can give files away; for anybody else this is the caller.
    pub uid: u32,
    /// Permission bits of the finished file; it is born 0600 whatever they are.
    pub mode: u32,
}

/// An open directory.
pub trait Directory {
    /// Opens `name` for reading; `None` when there is no such file. Refuses unsafe files and ones above `limit` bytes.
    fn open(&self, name: &OsStr, limit: u64) -> Result<Option<Opened>, FsError>;
    /// Reads `name` whole; `None` when there is no such file. Refuses what [`open`](Self::open) refuses.
    fn read(&self, name: &OsStr, limit: u64) -> Result<Option<Region>, FsError> {
        self.open(name, limit)?.map(|file| file.read()).transpose()
    }
    /// Which file has `name` now.
    fn id(&self, name: &OsStr) -> Result<Option<FileId>, FsError>;
    /// Creates `name`, which must not exist.
    fn create(&self, name: &OsStr, owner: Ownership) -> Result<Box<dyn NewFile + '_>, FsError>;
    /// Renames within the directory.
    fn rename(&self, from: &OsStr, to: &OsStr, replace: Replace) -> Result<(), FsError>;
    /// Removes `name`; succeeds when it is not there.
    fn remove(&self, name: &OsStr) -> Result<(), FsError>;
    /// Says that the content of `name`, which is durable, will soon be replaced and not be read again: the memory in which the
    /// kernel keeps it is room for what takes its place. A hint.
    fn expect_replacement(&self, _name: &OsStr) {}
    /// Makes creations, renames and removals durable.
    fn sync(&self) -> Result<(), FsError>;
    /// Makes the content of `name` durable, whoever wrote it.
    fn sync_file(&self, name: &OsStr) -> Result<(), FsError>;
    /// The names in the directory.
    fn names(&self) -> Result<Vec<OsString>, FsError>;
    /// Takes the exclusive lock `name`, waiting up to `timeout`. Dropping the guard, or dying, gives it back.
    fn lock(
        &self,
        name: &OsStr,
        owner: Ownership,
        timeout: Duration,
        stop: StopCheck<'_>,
    ) -> Result<LockGuard, FsError>;
    /// The same open directory, once more.
    fn again(&self) -> Result<Box<dyn Directory>, FsError>;
    /// Opens `name` to be read or changed where it stands; `None` when there is no such file and none is to be made.
    fn in_place(&self, name: &OsStr, access: Access) -> Result<Option<Box<dyn InPlace>>, FsError>;
}

/// A held lock.
pub struct LockGuard {
    /// Closing the descriptor releases the lock, also when the process is killed.
    _descriptor: Option<OwnedFd>,
}

impl LockGuard {
    /// A lock that lives as long as `descriptor`; `None` where a test disk needs no lock.
    pub const fn new(descriptor: Option<OwnedFd>) -> Self {
        Self { _descriptor: descriptor }
    }
}

/// The name of the lock of the file `name`.
pub fn lock_name(name: &OsStr) -> OsString {
    let mut lock = name.to_owned();
    lock.push(super::LOCK_SUFFIX);
    lock
}

/// The start of the names of temporary files for `name`.
pub fn temp_prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// A fresh name for a temporary file for `name`.
pub fn temp_name(name: &OsStr, token: [u8; 8]) -> OsString {
    let mut temp = temp_prefix(name);
    temp.push(data_encoding::HEXLOWER.encode(&token));
    temp.push(super::TEMP_SUFFIX);
    temp
}

/// Removes temporary files for `name` that a killed command left. The caller holds the lock, so none is in use.
pub fn remove_leftovers(directory: &dyn Directory, name: &OsStr) -> Result<(), FsError> {
    let prefix = temp_prefix(name);
    for found in directory.names()? {
        let bytes = found.as_encoded_bytes();
        if let Some(token) = bytes
            .strip_prefix(prefix.as_encoded_bytes())
            .and_then(|rest| rest.strip_suffix(super::TEMP_SUFFIX.as_bytes()))
            && token.len() == 16
            && token.iter().all(u8::is_ascii_hexdigit)
        {
            directory.remove(&found)?;
        }
    }
    Ok(())
}
