//! Continuity proofs: that each version of a key was chosen by whoever had the one before.
//!
//! A [`Link`] says "this public key follows that one", and is signed by both: by the old key, since nobody else may name
//! its successor, and by the new one, since nobody may claim a key that he does not have. An X25519 key cannot sign; an identity key
//! vouches for it instead. Each link holds the hash of the one before it, so that links form a chain, and says network, key, version
//! and number, so that no link fits another place. A file holds any number of links, and [`verify`](verify()) follows them offline
//! from one public key that the reader trusts.
//!
//! | module | part |
//! |---|---|
//! | [`link`] | one link: its bytes, its signatures |
//! | [`file`](mod@file) | a file of links |
//! | `verify` | following the chain |
//!
//! The bytes are specified in `docs/formats/proof-v1.md`.

mod error;
pub mod file;
pub mod link;
mod verify;

pub use error::ProofError;
pub use link::Link;
pub use verify::{Expected, Verified, verify};

/// Longest file that is read: as many links as a key and its identity can have versions.
pub const MAX_FILE: usize =
    2 * crate::keyring::limits::VERSIONS * (crate::keyring::limits::PROOF + 3);
