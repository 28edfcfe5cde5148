//! The store: one encrypted file of named secrets.
//!
//! A store is sealed under a random data key (DEK); keyslots hold that key wrapped under keys derived from passphrases. The
//! header can be read and its signature checked without a passphrase; names and values cannot. Each value is sealed by
//! itself inside the sealed payload, so that listing opens none and reading opens one.
//!
//! ```text
//! magic | version | header_len | header (CBOR) | header_mac | payload | tag | signature
//! ```
//!
//! | module | part |
//! |---|---|
//! | [`header`] | everything in front of the payload |
//! | [`keyslot`] | ways to unwrap the data key |
//! | [`inventory`] | signed facts that cron may read without a passphrase |
//! | [`entry`] | one secret with its history |
//! | [`payload`] | the encrypted table of entries |
//! | [`value`] | one sealed value |
//! | [`managed`] | one sealed private half of a managed key |
//! | [`sealed`] | a whole file: parse, verify, open, seal |
//! | [`state`] | what this host has seen of a store: rollback and fork detection |
//!
//! Nothing here does I/O. The bytes are specified in `docs/formats/store-v1.md`.

pub mod backup_facts;
mod body;
pub mod entry;
mod error;
pub mod header;
pub mod inventory;
mod keys;
pub mod keyslot;
pub mod managed;
pub mod open;
pub mod padding;
pub mod payload;
pub mod sealed;
pub mod secret_facts;
pub mod state;
pub mod value;
pub mod wrapped;

pub use body::Source;
pub use error::StoreError;
pub use header::Header;
pub use open::OpenStore;
pub use sealed::SealedStore;

/// Random identity of a store; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreId(pub [u8; 16]);

impl std::fmt::Display for StoreId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// The limits of format version 1, held before anything is allocated.
pub mod limits {
    /// Bytes of a whole file: 256 MiB.
    pub const FILE: u64 = 256 << 20;
    /// Bytes of the header's CBOR: 4 MiB.
    pub const HEADER: usize = 4 << 20;
    /// Keyslots.
    pub const SLOTS: usize = 16;
    /// Bytes of a keyslot's backend data: 16 KiB.
    pub const BACKEND: usize = 16 << 10;
    /// Secrets.
    pub const ENTRIES: usize = 1_000_000;
    /// Bytes of one value: 1 MiB.
    pub const VALUE: usize = 1 << 20;
    /// Versions kept of one secret.
    pub const VERSIONS: usize = 1024;
    /// Bytes of a note, a tag or a slot label.
    pub const TEXT: usize = 1024;
    /// Audit roots: one more with every new store signing key.
    pub const AUDIT_ROOTS: usize = 4096;
    /// Tags of one secret.
    pub const TAGS: usize = 32;
}
