//! The integration suite: one binary, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails loudly by panicking"
)]

mod isec;
mod primitives;
mod support;
