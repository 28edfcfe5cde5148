//! Files: the only place that opens, checks, replaces and locks them.
//!
//! A path is resolved once, component by component, into a [`Place`]: an open directory and a name in it. Everything after
//! that goes through the open directory, so nobody can swap a parent under a running command. What is read is checked on the
//! open descriptor; what is written is written to a new file, synced, and renamed.
//!
//! - [`walk`]: from a path to a [`Place`], with the checks of every directory on the way
//! - [`checks`]: what a sensitive file must look like
//! - [`directory`]: the operations a commit is made of, as a trait, so that tests can lose power between any two of them
//! - [`in_place`]: files that grow or change where they stand
//! - [`host`]: those operations on a real file system
//! - [`lock`]: one writer at a time, without PID files
//! - [`program`]: who else could replace a program that is started for us

pub mod checks;
pub mod directory;
mod error;
pub mod host;
pub mod in_place;
pub mod lock;
pub mod program;
pub mod walk;

pub use checks::Trust;
pub use directory::{Content, Directory, FileId, NewFile, Opened, Replace};
pub use error::FsError;
pub use host::HostDirectory;
pub use in_place::InPlace;
pub use walk::Place;

/// Asked between steps that may take long: `Some` when the operator wants the command to stop.
pub type StopCheck<'a> = &'a dyn Fn() -> Option<crate::kind::Kind>;

/// The end of the name of every temporary file; the next command that holds the lock removes what a kill left behind.
pub const TEMP_SUFFIX: &str = ".strongroom-tmp";
/// The end of the name of every lock file. Lock files stay: removing one would race with a process that just opened it.
pub const LOCK_SUFFIX: &str = ".lock";
