//! What can be wrong with an archive's bytes, or with making one.

use std::io;

use super::path::PathFault;
use crate::cbor::CborError;
use crate::crypto::random::RandomError;
use crate::kind::Kind;
use crate::store::StoreError;

/// An archive cannot be read, opened or made.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The first bytes are not those of an archive.
    #[error("not a strongroom archive")]
    NotAnArchive,
    /// A version this build does not know.
    #[error("archive format version {0} is not known to this build")]
    UnknownVersion(u16),
    /// It ends before the header does, or before the last chunk.
    #[error("the archive is truncated")]
    Truncated,
    /// A length or count above the limit of the format.
    #[error("{0} exceeds the limit of the format")]
    Limit(&'static str),
    /// The encoding is not the canonical one.
    #[error("damaged {part}: {source}")]
    Encoding {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        source: CborError,
    },
    /// A field holds what no writer writes.
    #[error("damaged archive: {0}")]
    Field(&'static str),
    /// The manifest names a path that an archive cannot hold.
    #[error("the archive names a path that is refused: {0}")]
    Path(#[from] PathFault),
    /// The header does not belong to the file key.
    #[error("the header of the archive was changed by somebody without its key")]
    HeaderMac,
    /// A chunk is damaged, missing, in another's place or from another archive.
    #[error(
        "chunk {0} of the archive does not authenticate: it is damaged, missing or out of place"
    )]
    Chunk(u64),
    /// The content ends before all files of the manifest are there, or goes on after them.
    #[error("the content of the archive is not what its manifest says")]
    Content,
    /// A keyslot, or what opens it.
    #[error(transparent)]
    Slot(#[from] StoreError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Reading failed. What the owner of the file says of it is inside.
    #[error("reading failed: {0}")]
    Read(io::Error),
    /// Writing failed. What the owner of the file says of it is inside.
    #[error("writing failed: {0}")]
    Write(io::Error),
    /// Not enough memory for the buffers.
    #[error("the host cannot give {0} bytes of memory for the archive")]
    Memory(usize),
    /// The host refused a thread that the work needs.
    #[error("the host refuses a thread: {0}")]
    Thread(io::Error),
    /// What was just sealed does not open.
    #[error("what was just sealed does not open again: the memory of this host may be failing")]
    NotSealed,
    /// Somebody wants this to end.
    #[error("stopped")]
    Stopped(Kind),
}

impl ArchiveError {
    /// Maps an encoding error of `part`.
    pub(super) const fn encoding(part: &'static str) -> impl Fn(CborError) -> Self {
        move |source| Self::Encoding { part, source }
    }

    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Slot(error) => error.kind(),
            Self::Random(_)
            | Self::Read(_)
            | Self::Write(_)
            | Self::Memory(_)
            | Self::Thread(_)
            | Self::NotSealed => Kind::Io,
            Self::Stopped(kind) => *kind,
            _ => Kind::Integrity,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Slot(error) => error.hints(),
            Self::Thread(_) => vec!["ulimit -u; systemctl show --property TasksMax".to_owned()],
            _ => Vec::new(),
        }
    }
}
