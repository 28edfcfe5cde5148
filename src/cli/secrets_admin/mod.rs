//! `secrets-admin`: the encrypted secrets file.
//!
//! One file a command: what can be typed, what is asked, what is answered. The work is done in [`ops`](crate::ops).

#![allow(clippy::doc_markdown, reason = "doc comments of arguments are help text, not Markdown")]

mod answer;
mod audit;
mod check;
mod convert;
mod data_key;
mod get;
mod info;
mod init;
mod inventory;
mod keyslot;
mod list;
mod others;

mod passphrase;
mod remove;
mod set;
mod state;
mod verify;

use clap::{Args as _, CommandFactory, Parser};

use super::{Caller, Tool, Verb, parsed};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "secrets-admin",
    command: SecretsAdmin::command,
    verbs: VERBS,
    alone: None,
    exit_code: |_, kind| kind.code(),
    caller: |_| Caller::Anybody,
};

/// Keep the encrypted secrets file of a signer, validator or wallet host
#[derive(Parser)]
#[command(name = "secrets-admin", disable_help_subcommand = true, after_help = EXAMPLES)]
struct SecretsAdmin {}

const EXAMPLES: &str = "\
Examples:
  secrets-admin init mainnet-secrets.bin
  secrets-admin set mainnet-secrets.bin igra.hd.wallet_secret
  secrets-admin list mainnet-secrets.bin
  secrets-admin check mainnet-secrets.bin --network mainnet";

#[rustfmt::skip]
const VERBS: &[Verb] = &[
    Verb { name: "init", grammar: init::Args::augment_args, run: |m, c| init::run(&parsed(m)?, c) },
    Verb { name: "set", grammar: set::Args::augment_args, run: |m, c| set::run(&parsed(m)?, c) },
    Verb { name: "get", grammar: get::Args::augment_args, run: |m, c| get::run(&parsed(m)?, c) },
    Verb { name: "list", grammar: list::Args::augment_args, run: |m, c| list::run(&parsed(m)?, c) },
    Verb { name: "remove", grammar: remove::Args::augment_args, run: |m, c| remove::run(&parsed(m)?, c) },
    Verb { name: "passphrase", grammar: passphrase::Args::augment_args, run: |m, c| passphrase::run(&parsed(m)?, c) },
    Verb { name: "keyslot", grammar: keyslot::Args::augment_args, run: |m, c| keyslot::run(&parsed(m)?, c) },
    Verb { name: "data-key", grammar: data_key::Args::augment_args, run: |m, c| data_key::run(&parsed(m)?, c) },
    Verb { name: "inventory", grammar: inventory::Args::augment_args, run: |m, c| inventory::run(&parsed(m)?, c) },
    Verb { name: "state", grammar: state::Args::augment_args, run: |m, c| state::run(&parsed(m)?, c) },
    Verb { name: "info", grammar: info::Args::augment_args, run: |m, c| info::run(&parsed(m)?, c) },
    Verb { name: "verify", grammar: verify::Args::augment_args, run: |m, c| verify::run(&parsed(m)?, c) },
    Verb { name: "convert", grammar: convert::Args::augment_args, run: |m, c| convert::run(&parsed(m)?, c) },
    Verb { name: "check", grammar: check::Args::augment_args, run: |m, c| check::run(&parsed(m)?, c) },
    Verb { name: "audit", grammar: audit::Args::augment_args, run: |m, c| audit::run(&parsed(m)?, c) },
];
