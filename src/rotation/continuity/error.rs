//! Why a continuity proof proves nothing.

use crate::cbor::CborError;
use crate::keyring::{KeyError, KeyId};
use crate::kind::Kind;
use crate::network::NetworkMode;

/// A proof was refused, or cannot be made. Links are counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The bytes are not those of a proof file.
    #[error("this is no continuity proof: {0}")]
    Encoding(#[from] CborError),
    /// Longer than any proof.
    #[error("the file is larger than any continuity proof")]
    TooLong,
    /// A field holds what no writer writes.
    #[error("link {link}: {what}")]
    Field {
        /// Which link.
        link: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// A signature does not hold.
    #[error("link {link}: the signature of the {by} key does not hold")]
    Signature {
        /// Which link.
        link: usize,
        /// Whose signature.
        by: &'static str,
    },
    /// The link does not continue the one before it.
    #[error("link {link} does not follow the one before it: {what} differs")]
    Broken {
        /// Which link.
        link: usize,
        /// What differs.
        what: &'static str,
    },
    /// The key that vouches for the link is not one that the file leads to.
    #[error("link {0}: the identity key that vouches for it is not the trusted one")]
    Voucher(usize),
    /// Nothing in the file begins at the trusted key.
    #[error("no link begins at the trusted key")]
    NotTrusted,
    /// A proof of another network.
    #[error("this proof is of {found}, not of {expected}")]
    Network {
        /// What the proof says.
        found: NetworkMode,
        /// What was expected.
        expected: NetworkMode,
    },
    /// A proof of another key.
    #[error("this proof is of the key {found}, not of {expected}")]
    Key {
        /// What the proof says.
        found: KeyId,
        /// What was expected.
        expected: KeyId,
    },
    /// The chain ends at another version.
    #[error("this proof leads to version {found}, not to {expected}")]
    Version {
        /// Where it ends.
        found: u32,
        /// What was expected.
        expected: u32,
    },
    /// The chain ends at or before a link that was seen already.
    #[error(
        "this proof ends at number {found}, and number {seen} was seen before: it is an old one"
    )]
    Replayed {
        /// Where it ends.
        found: u64,
        /// What was seen.
        seen: u64,
    },
    /// The keys cannot make it.
    #[error(transparent)]
    Signing(#[from] KeyError),
}

impl ProofError {
    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Network { .. } => Kind::Policy,
            Self::Key { .. } | Self::Version { .. } => Kind::NotFound,
            Self::Replayed { .. } => Kind::Rollback,
            Self::Signing(error) => error.kind(),
            _ => Kind::Integrity,
        }
    }
}
