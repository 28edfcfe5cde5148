//! Where the payload of a sealed file lies: in memory, or still on disk.
//!
//! A large store is read while the key is being derived, in pieces, for the signature alone; when the key is known, the payload
//! is read once more, into memory that the derivation no longer needs. Nothing rests on the two readings being the same: the
//! signature decides whether the file is genuine, and the payload's own tag, which binds it to the header, whether what was
//! read the second time belongs to it.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::StoreError;
use crate::crypto::mac::Hash;
use crate::memory::Region;
use crate::parallel;

/// Bytes read at a time for hashing: few calls, and still in the processor's cache when they are hashed.
const PIECE: usize = 256 << 10;
/// From this length on, reading takes longer than starting a second thread for half of it.
const WORTH_A_THREAD: usize = 1 << 20;

/// An open file. Errors may carry the caller's own inside; they come out as [`StoreError::Read`].
pub trait Source: Send + Sync {
    /// Fills `into` with the bytes from offset `at`.
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()>;
    /// Fails when the content was changed since the file was opened.
    fn unchanged(&self) -> io::Result<()>;
}

/// The bytes of a whole file.
pub(super) enum Body {
    /// In memory.
    Memory(Region),
    /// On disk.
    Stored(Arc<dyn Source>, usize),
}

impl Body {
    /// Number of bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Memory(bytes) => bytes.len(),
            Self::Stored(_, len) => *len,
        }
    }

    /// Fills `into` with the bytes from offset `at`.
    pub fn read_at(&self, at: usize, into: &mut [u8]) -> Result<(), StoreError> {
        match self {
            Self::Memory(bytes) => {
                let found = at.checked_add(into.len()).and_then(|end| bytes.get(at..end));
                into.copy_from_slice(found.ok_or(StoreError::Length)?);
                Ok(())
            }
            Self::Stored(source, _) => Ok(source.read_at(at as u64, into)?),
        }
    }

    /// Goes on with `hash` over the bytes of `range`.
    pub fn hash(&self, mut hash: Sha256, range: Range<usize>) -> Result<Hash, StoreError> {
        match self {
            Self::Memory(bytes) => hash.update(bytes.get(range).ok_or(StoreError::Length)?),
            Self::Stored(source, _) => {
                let mut piece = vec![0; PIECE.min(range.len())];
                let mut at = range.start;
                while at < range.end {
                    let len = piece.len().min(range.end - at);
                    source.read_at(at as u64, &mut piece[..len])?;
                    hash.update(&piece[..len]);
                    at += len;
                }
                source.unchanged()?;
            }
        }
        Ok(hash.finalize().into())
    }

    /// The bytes of `range` in memory that may be written to, and where in it they lie.
    pub fn take(
        self,
        range: Range<usize>,
        spare: &mut Option<Region>,
    ) -> Result<(Region, Range<usize>), StoreError> {
        match self {
            Self::Memory(bytes) => Ok((bytes, range)),
            Self::Stored(source, _) => {
                let len = range.len();
                let mut bytes =
                    Region::bulk_from(spare, len).map_err(|_| StoreError::Memory(len))?;
                read(&*source, range.start as u64, &mut bytes)?;
                source.unchanged()?;
                Ok((bytes, 0..len))
            }
        }
    }
}

/// Fills `into` with the bytes from offset `at`: a large part on two processors, since nothing else is done meanwhile.
fn read(source: &dyn Source, at: u64, into: &mut [u8]) -> io::Result<()> {
    if into.len() < WORTH_A_THREAD {
        return source.read_at(at, into);
    }
    let (front, back) = into.split_at_mut(into.len() / 2);
    let middle = at + front.len() as u64;
    let (front, back) =
        parallel::both(move || source.read_at(at, front), move || source.read_at(middle, back));
    front.and(back.unwrap_or_else(|_| Err(io::Error::other("the reader panicked"))))
}
