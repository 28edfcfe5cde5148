//! Is an archive that this host remembers still where it was put?

use std::path::Path;

use rustix::io::Errno;

use super::ArchiveFile;
use super::memory::Known;
use crate::fs::FsError;
use crate::kind::Kind;
use crate::ops::{Desk, OpError};

/// Where an archive is that this host remembers.
pub enum Whereabouts {
    /// Where it was put.
    There,
    /// Not there any more, or something else is: another file, a directory, a link. One that went into a pipe is nowhere.
    Gone,
    /// Nobody can tell: the place cannot be read, or is not to be trusted.
    Unseen(OpError),
}

impl Whereabouts {
    /// Looks where `known` was put.
    pub fn of(desk: &Desk<'_>, known: &Known) -> Self {
        if known.path.is_empty() {
            return Self::Gone;
        }
        match ArchiveFile::find(desk, Path::new(&known.path)) {
            Ok(file) if file.header().id == known.id && file.len == known.len => Self::There,
            Err(error) if error.kind() == Kind::Io && !is_something_else(&error) => {
                Self::Unseen(error)
            }
            Ok(_) | Err(_) => Self::Gone,
        }
    }
}

/// Whether the place could be read, and something else than a file was in it.
const fn is_something_else(error: &OpError) -> bool {
    match error {
        OpError::Fs(FsError::Symlink(_) | FsError::NotRegular(_)) => true,
        OpError::Fs(FsError::Io { source, .. }) => matches!(*source, Errno::NOTDIR),
        _ => false,
    }
}
