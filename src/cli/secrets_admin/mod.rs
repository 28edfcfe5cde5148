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

use clap::{ArgMatches, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use super::{Answer, Context, Failure, Tool};

/// The tool.
pub const TOOL: Tool = Tool {
    name: "secrets-admin",
    command,
    dispatch,
    needs_command: true,
    exit_code: |_, kind| kind.code(),
};

/// Keep the encrypted secrets file of a signer, validator or wallet host
#[derive(Parser)]
#[command(name = "secrets-admin", disable_help_subcommand = true, after_help = EXAMPLES)]
struct SecretsAdmin {
    #[command(subcommand)]
    verb: Verb,
}

const EXAMPLES: &str = "\
Examples:
  secrets-admin init mainnet-secrets.bin
  secrets-admin set mainnet-secrets.bin igra.hd.wallet_secret
  secrets-admin list mainnet-secrets.bin
  secrets-admin check mainnet-secrets.bin --network mainnet";

#[derive(Subcommand)]
enum Verb {
    Init(init::Args),
    Set(set::Args),
    Get(get::Args),
    List(list::Args),
    Remove(remove::Args),
    Passphrase(passphrase::Args),
    Keyslot(keyslot::Args),
    DataKey(data_key::Args),
    Inventory(inventory::Args),
    State(state::Args),
    Info(info::Args),
    Verify(verify::Args),
    Convert(convert::Args),
    Check(check::Args),
    Audit(audit::Args),
}

fn command() -> Command {
    SecretsAdmin::command()
}

fn dispatch(matches: &ArgMatches, context: &mut Context) -> Result<Answer, Failure> {
    let parsed = SecretsAdmin::from_arg_matches(matches)
        .map_err(|error| super::usage::explain(&TOOL.grammar(), &[], &error))?;
    match parsed.verb {
        Verb::Init(args) => init::run(&args, context),
        Verb::Set(args) => set::run(&args, context),
        Verb::Get(args) => get::run(&args, context),
        Verb::List(args) => list::run(&args, context),
        Verb::Remove(args) => remove::run(&args, context),
        Verb::Passphrase(args) => passphrase::run(&args, context),
        Verb::Keyslot(args) => keyslot::run(&args, context),
        Verb::DataKey(args) => data_key::run(&args, context),
        Verb::Inventory(args) => inventory::run(&args, context),
        Verb::State(args) => state::run(&args, context),
        Verb::Info(args) => info::run(&args, context),
        Verb::Verify(args) => verify::run(&args, context),
        Verb::Convert(args) => convert::run(&args, context),
        Verb::Check(args) => check::run(&args, context),
        Verb::Audit(args) => audit::run(&args, context),
    }
}
