//! Export as age: one file that `age -d` and `rage -d` open, for the day on which this tool is not at hand.
//!
//! The plaintext is a tar, so that `age -d FILE | tar x` gives the files back with their names and modes; with [`Form::File`] it is
//! the one file itself. Nothing is written to disk in the clear on the way: what is read is sealed chunk by chunk in one locked
//! buffer. The format is <https://age-encryption.org/v1>.
//!
//! Only writing is here. The `age` crate would do it too, but brings 130 packages, among them a localisation framework and a second
//! generation of every primitive we have, and takes the passphrase as a `String` of its own. The format needs four primitives; three
//! were there, and `scrypt` is the fourth. Tests hold the output against the `age` program, bit flips and cuts included.
//!
//! The passphrase is taken as it was typed, not in its NFKC form: that is what `age -d` will derive from. Its bytes stay in the
//! locked buffer; what the primitives leave on the stack is overwritten, and what scrypt leaves on the heap is as
//! [`crypto::scrypt`](crate::crypto::scrypt) says.

pub mod export;
mod recipient;
mod tar;
mod writer;

pub use export::{ExportFile, Form, export};
pub use recipient::{Recipient, RecipientError};
pub use writer::AgeWriter;

use crate::crypto::random::RandomError;
use crate::crypto::scrypt::ScryptError;
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::passphrase::Passphrase;

/// Who can open the file.
pub enum To<'a> {
    /// Whoever knows the passphrase. age allows no other way beside it.
    Passphrase(&'a Passphrase, WorkFactor),
    /// Whoever has the secret key of one of these, at least one.
    Recipients(&'a [Recipient]),
}

/// How much work one guess at the passphrase takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkFactor(u8);

impl WorkFactor {
    /// What a file of a network gets: 2^18, which is 256 MiB and what age itself takes, and less on devnet, where nothing is worth
    /// a guess. It is not measured on this host: the file may be guessed at on a faster one, and opened on a slower one.
    pub const fn of(network: NetworkMode) -> Self {
        match network {
            NetworkMode::Mainnet | NetworkMode::Testnet => Self(18),
            NetworkMode::Devnet => Self(12),
        }
    }

    /// The base-2 logarithm of scrypt's N.
    pub const fn log_n(self) -> u8 {
        self.0
    }
}

/// Why nothing was exported. What was written so far is not a whole file: age refuses it.
#[derive(Debug, thiserror::Error)]
pub enum AgeError {
    /// Nobody could open the file.
    #[error("an export needs a passphrase or a recipient")]
    NoRecipient,
    /// Not exactly one file.
    #[error("an export without tar takes exactly one file, not {0}")]
    NotOne(usize),
    /// A path that an archive must not hold.
    #[error("{path}: {why}")]
    Path {
        /// The path, escaped.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A file could not be read.
    #[error("{path}: cannot be read")]
    Read {
        /// The path, escaped.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is shorter or longer than it was said to be.
    #[error("{path}: the file changed while it was read")]
    Changed {
        /// The path, escaped.
        path: String,
    },
    /// The output cannot be written.
    #[error("the export cannot be written")]
    Write(#[source] std::io::Error),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The key of the passphrase cannot be derived.
    #[error(transparent)]
    Scrypt(#[from] ScryptError),
    /// A key cannot be derived.
    #[error("a key cannot be derived")]
    Derivation,
}

impl AgeError {
    /// The kind of the failure.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NoRecipient | Self::NotOne(_) => Kind::Usage,
            Self::Path { .. } | Self::Changed { .. } => Kind::Integrity,
            Self::Read { .. } | Self::Write(_) | Self::Random(_) => Kind::Io,
            Self::Scrypt(_) | Self::Derivation => Kind::Findings,
        }
    }
}
