//! `key-rotate`, command by command, as CLI.md promises it.

#![allow(clippy::disallowed_methods, reason = "scratch files of a test")]

mod keys;
mod monitor;
mod rotation;
mod secrets;
mod wrapped;
mod year;
