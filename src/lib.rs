//! strongroom: encrypted secrets, enforced network policy, and proofs for the people who run signers, validators and wallets.

// A test fails loudly by panicking; the lints that forbid it are for code that runs on an operator's host.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cbor;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod environment;
pub mod fs;
pub mod isec;
pub mod kind;
pub mod memory;
pub mod name;
pub mod network;
pub mod ops;
pub mod passphrase;
pub mod secret;
pub mod store;
pub mod text;
