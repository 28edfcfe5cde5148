//! Kaspa's public formats: addresses and multisignature scripts. Pure, and no secret ever passes here.
//!
//! Written for the pre-deploy gate, which must tell a mistyped or foreign address from a good one. The crate that computes them
//! brings some 120 others along; these two files are held against vectors that it computed.

pub mod address;
pub mod script;

pub use address::{Address, AddressError, Prefix};
pub use script::{Multisig, ScriptError};
