//! `validate-config`: the pre-deploy gate.
//!
//! One command and two questions about the rules. What is looked at is decided by the flags; what is found, by
//! [`ops::validate`](crate::ops::validate); the renderers only write it down. Exit codes are 0, 1 and 2 and no others, but for
//! `--format nagios`, which has those of monitoring, and for signals.

#![allow(clippy::doc_markdown, reason = "doc comments of arguments are help text, not Markdown")]

pub mod explain;
mod fix;
mod input;
mod outputs;
mod render;
mod run;
pub mod schema;

pub use input::set_clock;

use std::ffi::OsString;

use clap::{ArgMatches, Args as _, CommandFactory, Parser};

use super::monitor::Status;
use super::output::Format;
use super::{Alone, Answer, Caller, Context, Failure, Grammar, Tool, Verb, parsed};
use crate::kind::Kind;

/// The tool.
pub const TOOL: Tool = Tool {
    name: "validate-config",
    command: ValidateConfig::command,
    verbs: &[Verb { name: "explain", grammar: explain::Args::augment_args, run: explain }],
    alone: Some(Alone { usual: Args::augment_args, run }),
    exit_code,
    caller: |_| Caller::Anybody,
};

/// Check a configuration, and what it names, before it is deployed
///
/// Reads the TOML file of a service (Igra) with our own tables, looks at the files, the unit, the host and the store, and says what
/// must not go to the network. Exit 0: nothing stops the deployment; 1: something does; 2: wrong use, or no configuration.
#[derive(Parser)]
#[group(skip)]
#[command(
    name = "validate-config",
    disable_help_subcommand = true,
    args_conflicts_with_subcommands = true,
    after_help = EXAMPLES
)]
struct ValidateConfig {
    #[command(flatten)]
    args: Args,
    #[command(flatten)]
    more: MoreArgs,
}

const EXAMPLES: &str = "\
Examples:
  validate-config igra-config.toml --network mainnet
  validate-config igra-config.toml --unit /etc/systemd/system/igra.service --unlock
  validate-config igra-config.toml --config-only --format sarif
  validate-config explain SEC-004";

/// What is mostly typed.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct Args {
    /// The configuration; - reads standard input
    #[arg(value_name = "CONFIG")]
    file: Option<OsString>,
    /// A systemd unit, a directory of units, a crontab, a compose file or a file of variables that starts the service
    #[arg(long, value_name = "FILE")]
    unit: Vec<OsString>,
    /// Leave out the rules on this host
    #[arg(long)]
    no_host: bool,
    /// Open the store and look inside; asks for its passphrase
    #[arg(long)]
    unlock: bool,
    /// Let warnings stop the deployment too
    #[arg(long)]
    strict: bool,
}

/// What else can be typed.
#[derive(Debug, Default, clap::Args)]
#[group(skip)]
struct MoreArgs {
    /// Look at no file but the configuration; this is not a deploy gate
    #[arg(long, conflicts_with_all = ["unlock", "unit", "fix", "root"])]
    config_only: bool,
    /// Examine the image of a host below this directory: --unit, --store, the state directory and every path that the
    /// configuration names are paths in the image; CONFIG, --output and files of passphrases are not
    #[arg(long, value_name = "DIR")]
    root: Option<OsString>,
    /// The profile whose overlay holds
    #[arg(long, value_name = "NAME")]
    profile: Option<OsString>,
    /// The service is started with --allow-remote-rpc
    #[arg(long)]
    allow_remote_rpc: bool,
    /// The service is started with this --log-level
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<OsString>,
    /// Judge as if it were this time, such as 2027-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    now: Option<OsString>,
    /// How to print: text, json, junit, sarif or nagios
    #[arg(long, value_name = "FORMAT")]
    format: Option<OsString>,
    /// Write the report to a file as well; can be given several times
    #[arg(long, value_name = "FORMAT:PATH")]
    output: Vec<OsString>,
    /// Offer to close modes and to make missing directories; shows the plan and asks
    #[arg(long)]
    fix: bool,
    /// Print all rules
    #[arg(long)]
    list_rules: bool,
    /// Print the JSON Schema of the configuration, for editors
    #[arg(long)]
    schema: bool,
}

fn arguments(matches: &mut ArgMatches, grammar: Grammar) -> Result<ValidateConfig, Failure> {
    match grammar {
        Grammar::Usual => Ok(ValidateConfig { args: parsed(matches)?, more: MoreArgs::default() }),
        Grammar::Whole => parsed(matches),
    }
}

fn run(
    matches: &mut ArgMatches,
    grammar: Grammar,
    context: &mut Context,
) -> Result<Answer, Failure> {
    let ValidateConfig { args, more } = arguments(matches, grammar)?;
    let outcome = if more.list_rules {
        listing_form(&more, context).map(|()| explain::list())
    } else if more.schema {
        Ok(schema::answer())
    } else {
        run::run(&args, &more, context)
    };
    outcome.map_err(as_usage)
}

fn explain(matches: &mut ArgMatches, _: &mut Context) -> Result<Answer, Failure> {
    parsed(matches).and_then(|args| explain::run(&args)).map_err(as_usage)
}

/// The rules are listed as text or as JSON.
fn listing_form(more: &MoreArgs, context: &mut Context) -> Result<(), Failure> {
    let form = more.format.as_ref().map(|word| input::Form::parse(word)).transpose()?;
    match form {
        None | Some(input::Form::Text) => {}
        Some(input::Form::Json) => {
            let quiet = context.globals.quiet;
            context.output.configure(Format::Json, quiet);
        }
        Some(_) => return Err(Failure::usage("--list-rules is printed as text or json")),
    }
    Ok(())
}

/// No other codes than 0, 1 and 2: what is neither a finding nor a signal could not be checked.
fn as_usage(failure: Failure) -> Failure {
    match failure.kind() {
        Kind::Findings | Kind::Usage | Kind::Interrupted | Kind::Terminated => failure,
        _ => failure.of_kind(Kind::Usage),
    }
}

fn exit_code(argv: &[OsString], kind: Kind) -> u8 {
    match kind {
        Kind::Interrupted | Kind::Terminated => kind.code(),
        Kind::Ok => 0,
        _ if wants_nagios(argv) => Status::Unknown.code(),
        Kind::Findings => 1,
        _ => Kind::Usage.code(),
    }
}

/// True when a monitor asked, found without parsing, since parsing may be what failed.
fn wants_nagios(argv: &[OsString]) -> bool {
    argv.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "nagios")
        || argv.iter().any(|word| word == "--format=nagios")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;
    use crate::cli::args::UsualArgs;

    fn words(line: &str) -> Vec<OsString> {
        std::iter::once(TOOL.name).chain(line.split_whitespace()).map(Into::into).collect()
    }

    /// What a line means: how it was parsed, all arguments, and the global flags.
    fn meaning(line: &str) -> Option<(Grammar, String)> {
        let (mut matches, grammar) = cli::parse(&TOOL, &words(line)).ok()?;
        let globals = cli::globals_of(&mut matches, grammar).ok()?;
        let ValidateConfig { args, more } = arguments(&mut matches, grammar).ok()?;
        Some((grammar, format!("{args:?} {more:?} {globals:?}")))
    }

    /// As the whole grammar has it.
    fn whole_meaning(line: &str) -> Option<String> {
        let mut matches = TOOL.grammar().try_get_matches_from(words(line)).ok()?;
        let globals = cli::globals_of(&mut matches, Grammar::Whole).ok()?;
        let ValidateConfig { args, more } = arguments(&mut matches, Grammar::Whole).ok()?;
        Some(format!("{args:?} {more:?} {globals:?}"))
    }

    #[test]
    fn what_the_usual_grammar_takes_it_understands_as_the_whole_one_does() {
        for line in [
            "",
            "c.toml",
            "-",
            "-- --fix",
            "c.toml --network mainnet --no-host",
            "--unit=a --unit b --unlock --strict c.toml",
            "--config c.toml --store s --json --quiet --non-interactive --yes --dry-run",
            "--path s c.toml",
        ] {
            let (grammar, meaning) = meaning(line).expect(line);
            assert_eq!((grammar, Some(meaning)), (Grammar::Usual, whole_meaning(line)), "{line}");
        }
    }

    #[test]
    fn what_is_not_usual_is_left_to_the_whole_grammar_however_it_is_typed() {
        let whole = TOOL.grammar();
        let usual = UsualArgs::augment_args(Args::augment_args(clap::Command::new("x")));
        let is_usual = |name: &str| usual.get_arguments().any(|arg| arg.get_long() == Some(name));
        let names = whole.get_arguments().filter_map(|arg| arg.get_long());
        let rare: Vec<&str> = names.filter(|name| !is_usual(name)).collect();
        assert!(rare.contains(&"root") && rare.contains(&"slot"), "{rare:?}");
        for name in rare {
            let mut understood = 0;
            for line in [
                format!("c.toml --{name}"),
                format!("c.toml --{name}=x"),
                format!("--{name} x"),
                format!("--unit --{name}"),
                format!("--unit --{name}=x c.toml"),
                format!("--no-host c.toml --{name} text"),
            ] {
                let found = meaning(&line);
                understood += usize::from(found.is_some());
                assert!(found.as_ref().is_none_or(|(by, _)| *by == Grammar::Whole), "{line}");
                assert_eq!(found.map(|(_, meaning)| meaning), whole_meaning(&line), "{line}");
            }
            assert!(understood > 0, "{name}");
        }
    }
}
