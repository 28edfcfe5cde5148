//! strongroom: encrypted secrets, enforced network policy, and proofs for the people who run signers, validators and wallets.
//!
//! A service links this crate to read what an operator put into a secrets file with `secrets-admin`, or what an Igra service
//! keeps in its `secrets.bin`. Turn the default feature `cli` off, and nothing of the command line comes along.
//!
//! ```
//! # use std::io::Write;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let path = dir.path().join("secrets.bin");
//! # let mut file = tempfile::NamedTempFile::new_in(&dir)?;
//! # file.write_all(include_bytes!(concat!(
//! #     env!("CARGO_MANIFEST_DIR"), "/tests/vectors/isec/08-rotated-default.bin"
//! # )))?;
//! # file.persist(&path)?;
//! # let state = dir.path().join("state");
//! use strongroom::backend::{Options, StateChoice};
//! use strongroom::passphrase::Passphrase;
//! use strongroom::store::keyslot::Credentials;
//! use strongroom::{FileSecretStore, NetworkMode, SecretBytes, SecretStore};
//!
//! // Asked whenever the file has to be opened; a service reads it from a systemd credential or a token.
//! let unlock = || {
//!     let typed = SecretBytes::copy_from(b"new passphrase 2026 !");
//!     Ok(Credentials { passphrase: Passphrase::new(typed)?, keyfile: None })
//! };
//! let options = Options {
//!     network: Some(NetworkMode::Mainnet),
//!     ..Options::new(StateChoice::Directory(state))
//! };
//! let store = FileSecretStore::open(&path, unlock, options)?;
//!
//! // On mainnet an error when there is none, so that a service cannot start without it.
//! let payment = store.load_payment_secret(NetworkMode::Mainnet)?;
//! assert!(payment.secret.is_some_and(|secret| secret.expose() == b"second secret"));
//! let wallet = store.get("igra.hd.wallet_secret")?;
//! assert_eq!(wallet.expose(), b"kept across rotation");
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | [`backend`] | where a service takes its secrets from: start here |
//! | [`ops`] | one function per verb: what a command does, without the command line |
//! | [`store`] | the store format: header, keyslots, entries, inventory |
//! | [`backup`] | the archive format: header, manifest, sealed chunks |
//! | [`isec`] | Igra's `secrets.bin` |
//! | [`keyring`] | managed keys: kinds, versions, states, signing |
//! | [`rotation`] | when a key is due, and the proof that leads from one version to the next |
//! | [`kaspa`] | Kaspa's addresses and scripts |
//! | [`network`] | network modes, and the one table of what each requires |
//! | [`environment`] | the one reader of the environment, and the search for secrets in it |
//! | [`passphrase`] | what a passphrase is, and how strong |
//! | [`name`] | names of secrets, and which have a role |
//! | [`config`] | our tables of a configuration file |
//! | [`audit`] | the audit log: records, the chain of keys, verification |
//! | [`fs`] | the only place that opens, checks, replaces and locks files |
//! | [`crypto`] | primitives, and every label |
//! | [`secret`], [`memory`] | secret types, and the wiped memory they live in |
//! | [`clock`], [`kind`], [`cbor`], [`text`] | time, the table of outcomes, encoding, escaping |
#![cfg_attr(feature = "cli", doc = "| [`cli`] | the command line: grammar, prompts, rendering |")]
//!
//! Every error has a `kind()` from one frozen table ([`kind::Kind`]), and many have `hints()`: commands that may help.

// A test fails loudly by panicking; the lints that forbid it are for code that runs on an operator's host.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod audit;
pub mod backend;
pub mod backup;
pub mod cbor;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod environment;
pub mod fs;
pub mod isec;
pub mod kaspa;
pub mod keyring;
pub mod kind;
pub mod memory;
pub mod name;
pub mod network;
pub mod ops;
mod parallel;
pub mod passphrase;
pub mod rotation;
pub mod secret;
pub mod store;
pub mod text;

#[cfg(feature = "env-secrets")]
pub use backend::EnvSecretStore;
pub use backend::{BackendError, FileSecretStore, SecretStore, Unlock};
pub use network::NetworkMode;
pub use secret::SecretBytes;
