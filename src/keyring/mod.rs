//! Managed keys: keys that live in a store, have versions, and never leave it in the clear.
//!
//! A [`Key`] is one purpose over time: an id, a [`KeyKind`], a [`Role`], and numbered versions of which exactly one is active
//! until the key is retired. Public halves stay for ever, so that what was signed can still be verified; the private half of a version
//! that was replaced stays, sealed, until its grace period is over. The [`Keyring`] is all keys of a store and lies in its
//! encrypted payload, so that a rotation of many keys is one commit; [`facts`] is what of it may be read without a passphrase.
//!
//! | module | part |
//! |---|---|
//! | [`kind`] | kinds and roles |
//! | [`state`] | states of a version, and which may follow which |
//! | [`key`] | one key: its versions and what may be done to them |
//! | [`ring`] | all keys, and their one encoding |
//! | [`facts`] | what the inventory shows of them |
//! | [`public`] | fingerprint, did:key, Kaspa address |
//! | [`signer`] | signing and verifying |
//!
//! Three rules hold at every point where this module returns: a key that is not retired has exactly one active version; a number
//! once given to a version, and an id once given to a key, is never given again; nothing here holds a private half in the clear
//! except a [`signer::Signer`], which cannot be asked for it.
//!
//! The bytes are specified in `docs/formats/store-v1.md`.

mod encoding;
mod error;
pub mod facts;
mod id;
pub mod key;
pub mod kind;
pub mod public;
pub mod ring;
pub mod signer;
pub mod state;

pub use error::KeyError;
pub use facts::{KeyFacts, Limits};
pub use id::KeyId;
pub use key::{Fresh, Key, Origin, Version};
pub use kind::{KeyKind, Role};
pub use public::PublicHalf;
pub use ring::Keyring;
pub use state::State;

/// The limits of managed keys in format version 1.
pub mod limits {
    /// Keys of a store, retired ones included.
    pub const KEYS: usize = 4096;
    /// Versions of a key.
    pub const VERSIONS: usize = 1024;
    /// Versions of a key that the inventory shows.
    pub const SHOWN: usize = 8;
    /// Bytes of a link of a continuity proof.
    pub const PROOF: usize = 4096;
    /// Bytes of a sealed private half: nonce, 32 bytes, tag.
    pub const SEALED: usize = 24 + 32 + 16;
}
