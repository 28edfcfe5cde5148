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
mod words;

use std::ffi::OsString;

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{Answer, Context, Failure, Tool};
use crate::kind::Kind;

/// The tool.
pub const TOOL: Tool =
    Tool { name: "key-rotate", command, dispatch, needs_command: true, exit_code };

/// Keep the keys of a signer, validator or wallet host, and replace them in time
#[derive(Parser)]
#[command(name = "key-rotate", disable_help_subcommand = true, after_help = EXAMPLES)]
struct KeyRotate {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  key-rotate key create mainnet-secrets.bin identity --kind ed25519 --role identity
  key-rotate status mainnet-secrets.bin
  key-rotate rotate mainnet-secrets.bin identity --reason \"the operator left\"
  key-rotate check mainnet-secrets.bin --network mainnet";

#[derive(Subcommand)]
enum Verb {
    Key(key::Args),
    Use(uses::Args),
    Status(status::Args),
    Check(check::Args),
    Due(due::Args),
    RunDue(run_due::Args),
    Plan(plan::Args),
    Rotate(rotate::Args),
    History(history::Args),
    Proof(proof::Args),
}

fn command() -> Command {
    KeyRotate::command()
}

fn dispatch(matches: &ArgMatches, context: &mut Context) -> Result<Answer, Failure> {
    let parsed = KeyRotate::from_arg_matches(matches)
        .map_err(|error| super::usage::explain(&TOOL.grammar(), &[], &error))?;
    match parsed.verb {
        Verb::Key(args) => key::run(&args, context),
        Verb::Use(args) => uses::run(&args, context),
        Verb::Status(args) => status::run(&args, context),
        Verb::Check(args) => check::run(&args, context),
        Verb::Due(args) => due::run(&args, context),
        Verb::RunDue(args) => run_due::run(&args, context),
        Verb::Plan(args) => plan::run(&args, context),
        Verb::Rotate(args) => rotate::run(&args, context),
        Verb::History(args) => history::run(&args, context),
        Verb::Proof(args) => proof::run(&args, context),
    }
}

/// Cannot tell, for a monitor.
const UNKNOWN: u8 = 3;
/// Neither due nor not due: systemd takes 1 to 254 for "skip the unit", and 255 for a failure.
const FAILED: u8 = 255;

/// The exit code of what ended without one of its own: an answer of `check` and `due` has set one.
fn exit_code(argv: &[OsString], kind: Kind) -> u8 {
    match (kind, caller(argv)) {
        (Kind::Ok, _) => 0,
        (_, Some(Caller::Monitor)) => UNKNOWN,
        (_, Some(Caller::Condition)) => FAILED,
        (kind, None) => kind.code(),
    }
}

/// Who asks, when it is not a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Monitor,
    Condition,
}

/// Who asks, found also where the command line is wrong: by a parse that lets mistakes pass, else by the first word that is one of
/// the two verbs.
fn caller(argv: &[OsString]) -> Option<Caller> {
    let of = |word: &str| match word {
        "check" => Some(Caller::Monitor),
        "due" => Some(Caller::Condition),
        _ => None,
    };
    let parsed = TOOL.grammar().ignore_errors(true).try_get_matches_from(argv);
    match parsed.as_ref().ok().and_then(ArgMatches::subcommand_name) {
        Some(verb) => of(verb),
        None => argv.iter().skip(1).filter_map(|word| word.to_str()).find_map(of),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(line: &str, kind: Kind) -> u8 {
        let argv: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        exit_code(&argv, kind)
    }

    #[test]
    fn the_callers_get_their_codes_whatever_is_wrong() {
        for (line, monitor) in [
            ("key-rotate check s", true),
            ("key-rotate check --frob", true),
            ("key-rotate --frob check s", true),
            ("key-rotate --network mainnet check s", true),
            ("key-rotate check s --network", true),
            ("key-rotate check a b c d", true),
            ("key-rotate due s", false),
            ("key-rotate due --key", false),
            ("key-rotate --store x due --frob", false),
        ] {
            for kind in [Kind::Usage, Kind::Findings, Kind::Policy, Kind::Io, Kind::Interrupted] {
                assert_eq!(code(line, kind), if monitor { 3 } else { 255 }, "{line} {kind:?}");
            }
            assert_eq!(code(line, Kind::Ok), 0);
        }
        for line in ["key-rotate rotate s check", "key-rotate key show check", "key-rotate frob"] {
            assert_eq!(code(line, Kind::Usage), 2, "{line}");
        }
    }
}
