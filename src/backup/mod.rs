//! Backups: archives that are proven by restoring them, and what belongs to keeping them.

pub mod age;
#[cfg(feature = "cli")]
pub mod codomyrmex;
pub mod file_name;
pub mod retention;
