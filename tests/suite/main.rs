//! The integration suite: one binary, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails loudly by panicking"
)]

mod command_line;
mod isec;
mod primitives;
mod support;
mod sweep_fixture;
mod terminal;
