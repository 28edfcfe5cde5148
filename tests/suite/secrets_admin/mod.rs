//! `secrets-admin`, command by command, as CLI.md promises it.

#![allow(clippy::disallowed_methods, reason = "scratch files of a test")]

mod audit;
mod audit_config;
mod audit_failing;
mod audit_tending;
mod audit_users;
mod binary;
mod check;
mod dry_run;
mod exit_codes;
mod igra;
mod init;
mod keys;
mod mainnet;
mod reading;
mod recording;
mod rollback;
mod set;
mod strace;
