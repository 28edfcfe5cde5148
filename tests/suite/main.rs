//! suite
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_line;
mod support;
mod terminal;
