//! `wallet-backup`: archives that are proven by restoring them.
//!
//! One file a command: what can be typed, what is asked, what is answered. The work is done in
//! [`ops::backup`](crate::ops::backup).

#![allow(clippy::doc_markdown, reason = "doc comments of arguments are help text, not Markdown")]

mod create;
mod diff;
mod drill;
mod export;
mod import;
mod inspect;
mod list;
mod named;
mod prune;
mod restore;
mod status;
mod verify;

use std::ffi::OsString;

use clap::{Args as _, CommandFactory, Parser};

use super::monitor::Status;
use super::{Caller, Tool, Verb, parsed};
use crate::kind::Kind;

/// The tool.
pub const TOOL: Tool = Tool {
    name: "wallet-backup",
    command: WalletBackup::command,
    verbs: VERBS,
    alone: None,
    exit_code,
    caller,
};

/// Make encrypted archives of a store, prove them, and bring them back
#[derive(Parser)]
#[command(name = "wallet-backup", disable_help_subcommand = true, after_help = EXAMPLES)]
struct WalletBackup {}

const EXAMPLES: &str = "\
Examples:
  wallet-backup create --store mainnet-secrets.bin --out /backup/ --reason weekly
  wallet-backup verify /backup/*.strongroom-backup
  wallet-backup drill /backup/latest.strongroom-backup --store mainnet-secrets.bin
  wallet-backup diff /backup/latest.strongroom-backup mainnet-secrets.bin
  wallet-backup restore /backup/latest.strongroom-backup --to /srv/restored
  wallet-backup status --store mainnet-secrets.bin --max-age 7d --max-drill-age 30d";

#[rustfmt::skip]
const VERBS: &[Verb] = &[
    Verb { name: "create", grammar: create::Args::augment_args, run: |m, c| create::run(&parsed(m)?, c) },
    Verb { name: "verify", grammar: verify::Args::augment_args, run: |m, c| verify::run(&parsed(m)?, c) },
    Verb { name: "drill", grammar: drill::Args::augment_args, run: |m, c| drill::run(&parsed(m)?, c) },
    Verb { name: "diff", grammar: diff::Args::augment_args, run: |m, c| diff::run(&parsed(m)?, c) },
    Verb { name: "restore", grammar: restore::Args::augment_args, run: |m, c| restore::run(&parsed(m)?, c) },
    Verb { name: "list", grammar: list::Args::augment_args, run: |m, c| list::run(&parsed(m)?, c) },
    Verb { name: "inspect", grammar: inspect::Args::augment_args, run: |m, c| inspect::run(&parsed(m)?, c) },
    Verb { name: "prune", grammar: prune::Args::augment_args, run: |m, c| prune::run(&parsed(m)?, c) },
    Verb { name: "export", grammar: export::Args::augment_args, run: |m, c| export::run(&parsed(m)?, c) },
    Verb { name: "import", grammar: import::Args::augment_args, run: |m, c| import::run(&parsed(m)?, c) },
    Verb { name: "status", grammar: status::Args::augment_args, run: |m, c| status::run(&parsed(m)?, c) },
];

/// `status` is for monitors, on every way out.
fn caller(argv: &[OsString]) -> Caller {
    let meant = argv.iter().skip(1).find(|word| VERBS.iter().any(|verb| *word == verb.name));
    if meant.is_some_and(|word| word == "status") {
        Caller::Monitor(status::SERVICE)
    } else {
        Caller::Anybody
    }
}

/// A monitor takes every way out of `status` but its own four answers for "unknown".
fn exit_code(argv: &[OsString], kind: Kind) -> u8 {
    match (caller(argv), kind) {
        (Caller::Monitor(_), Kind::Ok | Kind::Interrupted | Kind::Terminated)
        | (Caller::Anybody | Caller::Condition, _) => kind.code(),
        (Caller::Monitor(_), _) => Status::Unknown.code(),
    }
}
