//! Files that are changed where they stand: an audit log and the state beside it.
//!
//! A store is replaced whole; a log grows, and its state must be writable on a full disk. Both are opened once, judged on the
//! open descriptor, and changed through [`InPlace`], which is as small as [`Directory`](super::Directory) and for the same
//! reason: a test can lose power between any two calls.

use std::ffi::OsStr;
use std::io;

use super::FsError;
use super::directory::Ownership;

/// What is asked for when a file is opened in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading; no write permission is needed.
    Read,
    /// Reading and writing a file that exists.
    Write,
    /// Reading and writing; a file that does not exist is created with this owner, 0600 from its first moment. The caller
    /// syncs the directory.
    Create(Ownership),
}

/// What a descriptor says of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InPlaceFacts {
    /// Length in bytes.
    pub len: u64,
    /// Owner.
    pub uid: u32,
    /// Permission bits. Widened ones are for the caller to judge: a log must be able to say that it was widened.
    pub mode: u32,
    /// How many names it has.
    pub links: u64,
    /// Device and inode.
    pub inode: (u64, u64),
}

/// An open file that is changed where it stands. It is a regular file of a trusted owner, reached through no link.
pub trait InPlace {
    /// What the file is like now.
    fn facts(&self) -> Result<InPlaceFacts, FsError>;
    /// Reads at `offset` until `buffer` is full or the file ends, and says how much.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, FsError>;
    /// Overwrites at `offset`.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), FsError>;
    /// Adds `bytes` at the end, in one write. After a failure some of them may be there.
    fn append(&self, bytes: &[u8]) -> Result<(), FsError>;
    /// Cuts the file to `len` bytes.
    fn truncate(&self, len: u64) -> Result<(), FsError>;
    /// Reserves room for `len` bytes behind the end without moving the end.
    fn reserve(&self, len: u64) -> Result<(), FsError>;
    /// Makes the content, and the length that is needed to read it, durable.
    fn sync_data(&self) -> Result<(), FsError>;
    /// Gives the file a second name in its directory, which must be free.
    fn link_as(&self, name: &OsStr) -> Result<(), FsError>;
}

/// Reads a file from its start to its end.
pub struct Sequential<'a> {
    file: &'a dyn InPlace,
    at: u64,
}

impl<'a> Sequential<'a> {
    /// From the start of `file`.
    pub const fn new(file: &'a dyn InPlace) -> Self {
        Self { file, at: 0 }
    }
}

impl io::Read for Sequential<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(self.at, buffer).map_err(io::Error::other)?;
        self.at += read as u64;
        Ok(read)
    }
}
