//! The command line.

pub mod answer;
pub mod environment;
pub mod escape;
pub mod hardening;
pub mod output;
pub mod progress;
pub mod report;
pub mod signal;
pub mod terminal;
