//! Why nothing can be recorded of a store, or why its log is not believed, with the words that name the store in a command.
//!
//! The log knows nothing of the store that it belongs to; whoever is stopped by it has to be told what to run, and on which file.

use super::Subject;
use crate::audit::AuditError;
use crate::kind::Kind;
use crate::ops::remedy;

/// What is wrong with the log of a store.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct LogTrouble {
    /// What is wrong.
    #[source]
    pub error: AuditError,
    /// The store, as it stands in a command line: its path, quoted, and its network where the file does not say it.
    pub store: String,
}

impl LogTrouble {
    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        self.error.kind()
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        self.error.hints(&self.store)
    }
}

impl Subject {
    /// Names the store to whoever is told of `error`.
    pub fn trouble(&self, error: impl Into<AuditError>) -> LogTrouble {
        LogTrouble { error: error.into(), store: self.words() }
    }

    /// The store, as it stands in a command line.
    pub fn words(&self) -> String {
        // Only an Igra file has no place for a head.
        let native = self.head.is_some();
        remedy::words(&remedy::Subject { path: &self.path, network: self.network, native })
    }
}
