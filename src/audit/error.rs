//! Why nothing can be recorded, or why a log is not believed.

use std::ffi::OsString;
use std::path::PathBuf;

use super::tail::NeedsSegment;
use crate::fs::FsError;
use crate::kind::Kind;
use crate::text::quote_path;

/// The log cannot be written, or is out of step with what is known of it. Nothing was written unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A file could not be used.
    #[error("the audit log cannot be used: {0}")]
    Fs(#[from] FsError),
    /// Records are gone from the end of the log.
    #[error("{} ends at record {found}, but record {known} was written: it was truncated", .log.display())]
    Truncated {
        /// The log.
        log: PathBuf,
        /// The last record that is there.
        found: u64,
        /// The last that is known of.
        known: u64,
        /// A file beside it that holds what is missing: somebody copied the log and then emptied it, as logrotate does with
        /// `copytruncate`.
        copy: Option<OsString>,
    },
    /// A record is not the one that was written.
    #[error("{} was modified: {why} at record {seq}", .log.display())]
    Modified {
        /// The log.
        log: PathBuf,
        /// The first record that is wrong.
        seq: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// No key to go on with: the store must be unlocked first.
    #[error("nothing can be recorded in {} before the store is unlocked: {why}", .log.display())]
    NoKey {
        /// The log.
        log: PathBuf,
        /// Why there is none.
        why: NeedsSegment,
    },
    /// A record that does not fit into a line.
    #[error("a record of {0} bytes does not fit into a line of 65536")]
    TooLong(usize),
    /// An earlier call failed half-way; the log has to be opened again.
    #[error("{} could not be written before; open it again", .0.display())]
    Unusable(PathBuf),
}

impl AuditError {
    /// The kind of outcome: always [`Kind::Audit`], but for a lock that is held and a wait that was stopped.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Fs(FsError::Locked { .. }) => Kind::Locked,
            Self::Fs(FsError::Stopped(kind)) => *kind,
            _ => Kind::Audit,
        }
    }

    /// The first record that is missing or wrong.
    pub const fn first_bad_seq(&self) -> Option<u64> {
        match self {
            Self::Truncated { found, .. } => Some(*found + 1),
            Self::Modified { seq, .. } => Some(*seq),
            _ => None,
        }
    }

    /// Commands that may help. `store` is the store as it stands in a command line, quoted.
    pub fn hints(&self, store: &str) -> Vec<String> {
        match self {
            Self::Fs(error) => error.hints(),
            Self::Truncated { log, copy: Some(copy), .. } => {
                let from = log.with_file_name(copy);
                vec![format!("cp -p {} {}", quote_path(&from), quote_path(log))]
            }
            Self::Truncated { log, found: 0, .. } => vec![
                format!("a store goes with its log; put it back at {}", quote_path(log)),
                format!(
                    "if it is lost: secrets-admin audit repair {store} --accept-loss 'the log was lost'"
                ),
            ],
            Self::Truncated { .. } | Self::Modified { .. } => {
                vec![format!("secrets-admin audit verify {store}")]
            }
            // Whatever unlocks the store and is recorded begins a new segment.
            Self::NoKey { .. } => vec![format!("secrets-admin list {store}")],
            _ => Vec::new(),
        }
    }
}
