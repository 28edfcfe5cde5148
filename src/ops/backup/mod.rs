//! Archives: made, proven, listed, brought back, pruned.
//!
//! An archive holds a store at one generation, read under its lock, with the log as it was at that moment. What this host knows of
//! the archives of a store (where they were put, when they were last verified and drilled) lies in the state directory and is carried
//! into the inventory at the next commit.
//!
//! | module | verb |
//! |---|---|
//! | [`create`] | make one |
//! | [`verify`] | check every byte of one |
//! | [`resume`] | go on with a verification of many |
//! | [`drill`] | restore one into memory and compare |
//! | [`diff`] | what has changed in the store since |
//! | [`restore`] | bring one back |
//! | [`list`] | which are there |
//! | [`prune`] | remove old ones, never the last that is known to be good |
//! | [`export`] | as age, for the day on which this tool is not at hand |
//! | [`outdated`] | which of them still open the old way |
//! | [`status`] | is all that fresh |

pub mod agreement;
pub mod archive;
pub mod create;
pub mod diff;
pub mod drill;
pub mod export;
pub mod list;
pub mod memory;
pub mod outdated;
pub mod prune;
pub mod restore;
pub mod resume;
pub(in crate::ops) mod slots;
mod sources;
mod stage;
pub mod status;
pub mod verify;
pub mod whereabouts;

pub use archive::ArchiveFile;
pub use sources::Piped;

use crate::backup::ArchiveError;
use crate::fs::FsError;

/// Told how many bytes are done, and of how many.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// A file's own error, to be carried through a stream.
fn reading(error: FsError) -> ArchiveError {
    ArchiveError::Read(std::io::Error::other(error))
}

/// As [`reading`], on the other side.
fn writing(error: FsError) -> ArchiveError {
    ArchiveError::Write(std::io::Error::other(error))
}
