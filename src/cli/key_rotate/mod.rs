//! `key-rotate`: managed keys over time, and cron checks that are right.
//!
//! One file a command. Three of them are for callers that are no people: `check` for a monitor, `due` for systemd's
//! `ExecCondition=`, `run-due` for a timer or cron. Each of the first two has its own exit codes on *every* way out, wrong command
//! lines and panics among them, since its caller takes any other code for an answer.
#![allow(clippy::doc_markdown, reason = "doc comments of arguments are help text, not Markdown")]

mod check;
mod due;
mod history;
mod key;
mod look;
mod plan;
mod proof;
mod rotate;
mod run_due;
mod shown;
mod status;
mod timeline;
mod uses;
pub mod verbs;
mod words;

use clap::{Args as _, CommandFactory as _, Parser};

use super::{Tool, Verb, parsed};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "key-rotate",
    command: KeyRotate::command,
    verbs: VERBS,
    alone: None,
    exit_code: |argv, kind| verbs::exit_code(|| TOOL.grammar(), argv, kind),
    caller: |argv| verbs::caller(|| TOOL.grammar(), argv),
};

/// Keep the keys of a signer, validator or wallet host, and replace them in time
#[derive(Parser)]
#[command(name = "key-rotate", disable_help_subcommand = true, after_help = EXAMPLES)]
struct KeyRotate {}

const EXAMPLES: &str = "\
Examples:
  key-rotate key create mainnet-secrets.bin identity --kind ed25519 --role identity
  key-rotate status mainnet-secrets.bin
  key-rotate rotate mainnet-secrets.bin identity --reason \"the operator left\"
  key-rotate check mainnet-secrets.bin --network mainnet";

#[rustfmt::skip]
const VERBS: &[Verb] = &[
    Verb { name: "key", grammar: key::Args::augment_args, run: |m, c| key::run(&parsed(m)?, c) },
    Verb { name: "use", grammar: uses::Args::augment_args, run: |m, c| uses::run(&parsed(m)?, c) },
    Verb { name: "status", grammar: status::Args::augment_args, run: |m, c| status::run(&parsed(m)?, c) },
    Verb { name: verbs::CHECK, grammar: check::Args::augment_args, run: |m, c| check::run(&parsed(m)?, c) },
    Verb { name: verbs::DUE, grammar: due::Args::augment_args, run: |m, c| due::run(&parsed(m)?, c) },
    Verb { name: verbs::RUN_DUE, grammar: run_due::Args::augment_args, run: |m, c| run_due::run(&parsed(m)?, c) },
    Verb { name: "plan", grammar: plan::Args::augment_args, run: |m, c| plan::run(&parsed(m)?, c) },
    Verb { name: "rotate", grammar: rotate::Args::augment_args, run: |m, c| rotate::run(&parsed(m)?, c) },
    Verb { name: "history", grammar: history::Args::augment_args, run: |m, c| history::run(&parsed(m)?, c) },
    Verb { name: "proof", grammar: proof::Args::augment_args, run: |m, c| proof::run(&parsed(m)?, c) },
];
