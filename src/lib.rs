//! strongroom: encrypted secrets, enforced network policy, and proofs for the people who run signers, validators and wallets.

// A test fails loudly by panicking; the lints that forbid it are for code that runs on an operator's host.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[cfg(feature = "cli")]
pub mod cli;
pub mod clock;
pub mod crypto;
pub mod kind;
pub mod memory;
pub mod network;
pub mod passphrase;
pub mod secret;
