//! What can be wrong with a configuration file.

use crate::kind::Kind;

/// A file that cannot be used. Paths and keys are escaped when the error is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Larger than [`MAX_BYTES`](super::MAX_BYTES).
    #[error("{path}: larger than {} MiB", super::MAX_BYTES >> 20)]
    TooLarge {
        /// The file.
        path: String,
    },
    /// Something at one place of it.
    #[error("{path}:{line}:{column}: {problem}")]
    At {
        /// The file.
        path: String,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What is wrong.
        problem: String,
    },
}

impl ConfigError {
    /// How a command ends that meets this error.
    pub fn kind(&self) -> Kind {
        Kind::Usage
    }
}
