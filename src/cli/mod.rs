//! The command line: parse, ask, call an operation, print, exit.
//!
//! A binary is a [`Tool`]: its name and its commands, each with its grammar and the function that runs it. [`main`] does everything
//! around that, in one order: harden the process, parse, check the global flags, take over the signals, run, print, wipe.
//! Commands return an [`Answer`] or a [`Failure`] and never print or exit themselves.
//!
//! | module | part |
//! |---|---|
//! | [`args`], [`usage`] | the global flags; a wrong command line in our words |
//! | [`setup`], [`target`] | what a command starts with: configuration, store, credentials |
//! | [`context`] | what a command gets: output, terminal, signals, clock, randomness |
//! | [`source`], [`needs`], [`terminal`] | where secrets come from, and what to say when they cannot come |
//! | [`output`], [`report`], [`escape`], [`progress`], [`bar`] | everything that is printed |
//! | [`monitor`] | what monitoring systems read |
//! | [`hardening`], [`signal`] | the process |

pub mod answer;
pub mod args;
pub mod bar;
pub mod context;
mod descriptors;
pub mod escape;
pub mod exit_codes;
pub mod hardening;
mod kernel;
pub mod key_rotate;
pub mod monitor;
pub mod needs;
pub mod notices;
pub mod output;
pub mod progress;
pub mod report;
pub mod secrets_admin;
pub mod setup;
pub mod signal;
pub mod source;
pub mod target;
pub mod terminal;
pub mod usage;
pub mod validate_config;
pub mod wallet_backup;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, Command, FromArgMatches};

pub use answer::Answer;
pub use context::Context;
pub use report::Failure;

use crate::kind::Kind;
use crate::memory;
use args::{GlobalArgs, UsualArgs};
use output::Format;
use signal::Signals;

/// One binary.
#[derive(Clone, Copy)]
pub struct Tool {
    /// The binary's name, which starts every line on stderr.
    pub name: &'static str,
    /// What it says of itself, and what can be typed without one of `verbs`; not the global flags.
    pub command: fn() -> Command,
    /// Its commands.
    pub verbs: &'static [Verb],
    /// What it does without one of `verbs`; none when there is nothing to do then.
    pub alone: Option<Alone>,
    /// The exit code of an outcome, for what was typed.
    pub exit_code: fn(&[OsString], Kind) -> u8,
    /// Who reads how a command ends, for what was typed; it is asked once something has failed.
    pub caller: fn(&[OsString]) -> Caller,
}

/// Who reads how a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A monitor, which wants one line of this service on standard output whatever happens.
    Monitor(&'static str),
    /// A condition, which wants an exit code and, when it cannot tell, one line for the journal.
    Condition,
    /// Anybody else: people, and jobs.
    Anybody,
}

/// Runs what was parsed.
pub type Run = fn(&mut ArgMatches, &mut Context) -> Result<Answer, Failure>;

/// What a tool does without a command.
#[derive(Clone, Copy)]
pub struct Alone {
    /// Describes the arguments that are mostly typed: of a grammar, each argument costs as much as some of the work.
    pub usual: fn(Command) -> Command,
    /// Runs what was parsed.
    pub run: fn(&mut ArgMatches, Grammar, &mut Context) -> Result<Answer, Failure>,
}

/// How much of a grammar something was parsed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// The arguments that are mostly typed.
    Usual,
    /// All of them.
    Whole,
}

/// One command of a tool.
#[derive(Clone, Copy)]
pub struct Verb {
    /// What is typed.
    pub name: &'static str,
    /// Describes what can be typed behind the name.
    pub grammar: fn(Command) -> Command,
    /// Runs it.
    pub run: Run,
}

impl Verb {
    fn command(&self) -> Command {
        (self.grammar)(Command::new(self.name))
    }
}

/// What was typed behind the name of a command.
pub fn parsed<A: FromArgMatches>(matches: &mut ArgMatches) -> Result<A, Failure> {
    // Its grammar has accepted it already. Taken out, since a copy would be made of all of it.
    A::from_arg_matches_mut(matches)
        .map_err(|_| Failure::usage("the command line cannot be understood"))
}

impl Tool {
    /// The whole grammar: what man pages and completions are made of.
    pub fn grammar(&self) -> Command {
        let whole = (self.command)().subcommands(self.verbs.iter().map(Verb::command));
        self.with_globals(whole, Grammar::Whole)
    }

    fn with_globals(&self, command: Command, grammar: Grammar) -> Command {
        // Adding the flags puts their description in the place of the tool's.
        let about = command.get_about().cloned().unwrap_or_default();
        let long_about = command.get_long_about().unwrap_or(&about).clone();
        let command = match grammar {
            // Without a command there is nobody to pass them down to, and clap would copy what was typed for it.
            Grammar::Usual => UsualArgs::augment_args(command).mut_args(|arg| arg.global(false)),
            Grammar::Whole => GlobalArgs::augment_args(command),
        };
        command
            .about(about)
            .long_about(long_about)
            .name(self.name)
            .version(env!("CARGO_PKG_VERSION"))
            // `--exit-codes` needs no command; a missing one is reported in `run`.
            .subcommand_required(false)
            .arg_required_else_help(false)
            .infer_long_args(false)
    }
}

/// The whole of a binary's `main`; answers the exit code.
pub fn main(tool: &Tool) -> u8 {
    let argv: Vec<OsString> = std::env::args_os().collect();
    let json = usage::wants_json(&argv);
    hardening::install_panic_hook(tool.name, json);
    let ended = catch_unwind(AssertUnwindSafe(|| start(tool, &argv, json)));
    let (kind, code) = ended.unwrap_or_else(|_| {
        memory::scrub_stack();
        (Kind::Findings, None)
    });
    code.unwrap_or_else(|| (tool.exit_code)(&argv, kind))
}

/// How it ended, and the exit code that the command has chosen itself.
fn start(tool: &Tool, argv: &[OsString], json: bool) -> (Kind, Option<u8>) {
    let mut context = Context::system(tool.name, Signals::detached());
    context.output.configure(if json { Format::Json } else { Format::Text }, false);
    if let Err(failure) = hardening::harden() {
        return (output::finish(&mut context.output, Err(failure)), None);
    }
    // Without building the grammar, which costs more than all the rest of such a call.
    if matches!(argv, [_, flag] if flag == "--version" || flag == "-V") {
        let version = format!("{} {}\n", tool.name, env!("CARGO_PKG_VERSION"));
        let printed = context.output.print(version.as_bytes());
        return (output::finish(&mut context.output, printed.map(|()| Answer::printed())), None);
    }
    if let Err(failure) = hardening::keep_descriptors() {
        return (output::finish(&mut context.output, Err(failure)), None);
    }
    match Signals::install() {
        Ok(signals) => {
            let mut context = context.with_signals(signals);
            let kind = run(tool, argv, &mut context);
            // What the command left on the stack: digests, parts of passphrases.
            memory::scrub_stack_after_secrets();
            // An answer that could not be printed is no answer.
            let answered = matches!(kind, Kind::Ok | Kind::Findings);
            (kind, context.exit_code.filter(|_| answered))
        }
        Err(cause) => {
            let failure = Failure::io("cannot take over the signals", cause);
            (output::finish(&mut context.output, Err(failure)), None)
        }
    }
}

/// Parses `argv`, runs the command in `context`, prints its answer or failure, and says how it ended.
///
/// [`main`] calls it with the real world; a test calls it with a scripted one.
pub fn run(tool: &Tool, argv: &[OsString], context: &mut Context) -> Kind {
    let format = if usage::wants_json(argv) { Format::Json } else { Format::Text };
    context.output.configure(format, false);
    let outcome = parse_and_dispatch(tool, argv, context);
    // A command that was interrupted may have failed of something else on its way out; the signal is the reason.
    let outcome = match (outcome, context.signals.interrupted()) {
        (Err(failure), Some(kind)) if failure.kind() != kind => Err(Failure::stopped(kind)),
        (outcome, _) => outcome,
    };
    let outcome = outcome.map_err(|failure| match (tool.caller)(argv) {
        Caller::Condition => failure.without_hints(),
        Caller::Monitor(service) if context.output.format() == Format::Text => {
            // A monitor shows this line; when even that cannot be written, the exit code says as much.
            let _ = context.output.print(monitor::unknown(service, &failure).as_bytes());
            failure
        }
        Caller::Monitor(_) | Caller::Anybody => failure,
    });
    output::finish(&mut context.output, outcome)
}

fn parse_and_dispatch(
    tool: &Tool,
    argv: &[OsString],
    context: &mut Context,
) -> Result<Answer, Failure> {
    let (mut matches, grammar) = match parse(tool, argv) {
        Ok(parsed) => parsed,
        Err(error) => {
            if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
                let text = error.render();
                let text = if context.output.stdout_takes_colour() {
                    text.ansi().to_string()
                } else {
                    text.to_string()
                };
                return context.output.print(text.as_bytes()).map(|()| Answer::printed());
            }
            return Err(usage::explain(&tool.grammar(), argv, &error));
        }
    };
    let verb = matches.remove_subcommand();
    let (name, mut matches) = verb.map_or((None, matches), |(name, inner)| (Some(name), inner));
    let globals = globals_of(&mut matches, grammar)
        .map_err(|error| usage::explain(&tool.grammar(), argv, &error))?;
    context.globals = globals.check()?;
    context.output.configure(context.globals.format, context.globals.quiet);
    if globals.opening.exit_codes {
        return Ok(exit_codes::table());
    }
    let verb = name.and_then(|name| tool.verbs.iter().find(|verb| verb.name == name));
    match (verb, tool.alone) {
        (Some(verb), _) => (verb.run)(&mut matches, context),
        (None, Some(alone)) => (alone.run)(&mut matches, grammar, context),
        (None, None) => {
            Err(Failure::usage("a command is missing").hint(format!("{} --help", tool.name)))
        }
    }
}

/// Parses with the one command that seems to be meant, since a grammar of some twenty commands, with the global flags in each, costs
/// more than a short command does; where no word names one and the tool takes arguments of its own, with none, and with the usual
/// arguments: one that these do not have is refused. Where that does not succeed, with the whole grammar, whose word is final. No tool
/// has a command that is not in its table, `help` included.
fn parse(tool: &Tool, argv: &[OsString]) -> Result<(ArgMatches, Grammar), clap::Error> {
    let meant = argv.iter().skip(1).find_map(|word| tool.verbs.iter().find(|v| word == v.name));
    let one = match (meant, tool.alone) {
        (Some(verb), None) => {
            Some((Command::new(tool.name).subcommand(verb.command()), Grammar::Whole))
        }
        // Where arguments may stand without a command, only the whole grammar knows whether such a word is one.
        (Some(_), Some(_)) | (None, None) => None,
        (None, Some(alone)) => Some(((alone.usual)(Command::new(tool.name)), Grammar::Usual)),
    };
    if let Some((one, grammar)) = one {
        let mut one = tool.with_globals(one, grammar);
        let parsed = one.try_get_matches_from_mut(argv);
        // Taking it apart again, and wiping each piece of it, would cost as much. It holds names and help, nothing that was
        // typed, and lives until the process ends.
        std::mem::forget(one);
        if let Ok(matches) = parsed {
            return Ok((matches, grammar));
        }
    }
    let mut grammar = tool.grammar();
    let parsed = grammar.try_get_matches_from_mut(argv);
    std::mem::forget(grammar);
    parsed.map(|matches| (matches, Grammar::Whole))
}

/// Global flags are passed down by clap, not up: the innermost command has all of them. They are taken out, as no command has a flag of
/// the same name; of what is nested a copy is made, since clap gives no way into it.
fn globals_of(matches: &mut ArgMatches, grammar: Grammar) -> Result<GlobalArgs, clap::Error> {
    if grammar == Grammar::Usual {
        let usual = UsualArgs::from_arg_matches_mut(matches)?;
        return Ok(GlobalArgs { usual, ..GlobalArgs::default() });
    }
    if matches.subcommand_name().is_none() {
        return GlobalArgs::from_arg_matches_mut(matches);
    }
    let mut innermost = &*matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    GlobalArgs::from_arg_matches(innermost)
}
