//! The audit log: nothing happens unrecorded, and the record cannot be edited.
//!
//! A log is a file of JSON lines. Each carries a MAC under a key of its own; the key of the next line is derived from it and it
//! is then wiped, so that whoever breaks into the host later can neither change nor re-make what was written before. The key
//! at hand lies in a small state file beside the log, so that a refusal can be recorded without a passphrase. The first key of
//! a *segment* comes from the audit root in the store, so whoever can unlock the store can verify the whole log.
//! The bytes are specified in `docs/formats/audit-v1.md`.
//!
//! - [`record`] writes a line, [`mod@line`] reads one; there is exactly one way to write each
//! - [`chain`]: the keys
//! - [`state`]: what stands in the state file
//! - [`tail`]: log and state as they are found, judged without changing anything
//! - [`mod@file`]: an open log, to be appended to; [`repair`] completes what was stopped, [`rotate`] begins a new file
//! - [`verify`]: every line of one or many files against the roots
//! - [`select`]: the records that somebody asks for; [`watch`]: a service's eye on its log
//! - [`actor`]: who does something
//!
//! Rules that hold at every point where this module returns:
//! - a line that was returned as written is durable, and
//! - the state never speaks of a line that is not, and
//! - a log that is out of step with its state or its store is refused before anything is written.

pub mod actor;
mod anchored;
pub mod chain;
mod ends;
mod error;
pub mod file;
pub mod line;
mod newest;
mod pieces;
pub mod record;
pub mod repair;
pub mod rotate;
pub mod select;
pub mod state;
pub mod tail;
pub mod verify;
pub mod watch;

pub use actor::{Actor, Witness};
pub use anchored::anchored_since;
pub use chain::Chain;
pub use error::AuditError;
pub use file::{Log, Setting, Unfinished};
pub use newest::{Newest, newest, noted};
pub use record::{Draft, Origin, Phase};
pub use repair::Recovered;
pub use tail::{Finding, NeedsSegment, View, look};
pub use verify::{Report, Verdict};

/// Most bytes of one line, its end included.
pub const MAX_LINE: usize = 64 << 10;

/// Why reading stopped, when a file was read through [`std::io::Read`].
pub fn unreadable(error: std::io::Error, path: &std::path::Path) -> crate::fs::FsError {
    error.downcast::<crate::fs::FsError>().unwrap_or_else(|error| crate::fs::FsError::Io {
        action: "read",
        path: path.into(),
        source: rustix::io::Errno::from_io_error(&error).unwrap_or(rustix::io::Errno::IO),
    })
}
