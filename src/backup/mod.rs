//! Backups: archives that are proven by restoring them, and what belongs to keeping them.
//!
//! An archive is a store, what belongs to it, and named files, sealed under a passphrase of its own.
//!
//! An archive has a random file key, wrapped in keyslots as a store's data key is. Behind the header comes one stream of chunks:
//! first the manifest, then the content of every file in its order. Each chunk is authenticated before a byte of it is looked at,
//! its number and whether it is the last are part of its nonce, and the header is bound to the first.
//!
//! ```text
//! magic | version | header_len | header (CBOR) | header_mac | chunk 0 | chunk 1 | … | last chunk
//! ```
//!
//! | module | part |
//! |---|---|
//! | [`header`] | what can be read without a passphrase |
//! | [`manifest`] | what is in it, sealed |
//! | [`path`] | which paths an archive can hold |
//! | [`stream`] | chunks, sealed and opened on all processors in bounded memory |
//! | [`seal`] | begin an archive |
//! | [`open`] | open one |
//! | [`unpack`] | from the opened stream to files |
//! | [`file_name`] | what an archive is called |
//! | [`retention`] | which archives go |
//! | [`age`] | export for the day on which this tool is not at hand |
//!
//! Nothing here opens files: streams are read and written through closures. The bytes are specified in
//! `docs/formats/archive-v1.md`.

pub mod age;
#[cfg(feature = "cli")]
pub mod codomyrmex;
mod error;
pub mod file_name;
pub mod header;
mod keys;
pub mod manifest;
pub mod open;
pub mod path;
pub mod retention;
pub mod seal;
pub mod stream;
pub mod unpack;

pub use error::ArchiveError;
pub use header::{ArchiveHeader, ArchiveId};
pub use manifest::{FileEntry, FileKind, Manifest};
pub use open::{OpenArchive, SealedArchive};

/// The limits of format version 1, held before anything is allocated.
pub mod limits {
    /// Bytes of the header's CBOR: 1 MiB.
    pub const HEADER: usize = 1 << 20;
    /// Bytes of the manifest: 64 MiB.
    pub const MANIFEST: usize = 64 << 20;
    /// Files.
    pub const FILES: usize = 100_000;
    /// Public keys in the manifest.
    pub const KEYS: usize = 100_000;
    /// Bytes of a text in the manifest.
    pub const TEXT: usize = 1024;
    /// Bytes of all files together: 1 EiB.
    pub const CONTENT: u64 = 1 << 60;
}
