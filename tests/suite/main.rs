//! The integration suite: one binary, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails loudly by panicking"
)]

mod age_export;
mod alone;
mod archive;
mod audit;
mod backend;
mod command_line;
mod contrib;
mod generated;
mod isec;
mod kaspa;
mod key_rotate;
mod keyring;
mod layers;
mod order;
mod power_loss;
mod primitives;
mod secrets_admin;
mod store_format;
mod support;
mod sweep_fixture;
mod terminal;
mod transcripts;
mod traps;
mod validate_config;
mod wallet_backup;
