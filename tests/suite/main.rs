//! The integration suite: one binary, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails loudly by panicking"
)]

mod backend;
mod command_line;
mod isec;
mod primitives;
mod secrets_admin;
mod store_format;
mod support;
mod sweep_fixture;
mod terminal;
mod traps;
