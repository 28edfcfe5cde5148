//! `secrets-admin audit`: the record of what was done with a store.

mod anchor;
mod detect;
mod export;
mod head;
mod moment;
mod record;
mod repair;
mod rotate;
mod show;
mod verify;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::audit::record::Phase;
use crate::audit::select::Filter;
use crate::cli::args::parse_duration;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::audit::LogTrouble;
use crate::ops::audit_log::verify as verify_log;
use crate::ops::audit_log::{LogError, LogFiles};
use crate::ops::{Desk, StoreFile};
use crate::secret::DerivedKey;

/// The record of what was done with a store
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    Verify(verify::Args),
    Show(show::Args),
    Head(head::Args),
    Rotate(rotate::Args),
    Anchor(anchor::Args),
    Export(export::Args),
    Repair(repair::Args),
    Watch(watch::Args),
    Detect(detect::Args),
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    match &args.verb {
        Verb::Verify(args) => verify::run(args, context),
        Verb::Show(args) => show::run(args, context),
        Verb::Head(args) => head::run(args, context),
        Verb::Rotate(args) => rotate::run(args, context),
        Verb::Anchor(args) => anchor::run(args, context),
        Verb::Export(args) => export::run(args, context),
        Verb::Repair(args) => repair::run(args, context),
        Verb::Watch(args) => watch::run(args, context),
        Verb::Detect(args) => detect::run(args, context),
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        Self::from_error(error.kind(), &error, error.hints())
    }
}

impl From<LogTrouble> for Failure {
    fn from(error: LogTrouble) -> Self {
        Self::from_error(error.kind(), &error, error.hints())
    }
}

/// Which log.
#[derive(clap::Args)]
struct Which {
    /// The store
    file: Option<OsString>,
    /// Read these files instead of the log of the store, oldest first
    #[arg(long = "log", value_name = "FILE")]
    logs: Vec<OsString>,
}

impl Which {
    /// The store, and its log.
    fn find(
        &self,
        context: &mut Context,
        target: &Target,
        desk: &Desk<'_>,
    ) -> Result<(StoreFile, LogFiles), Failure> {
        let file = target.find(context, desk)?;
        let named: Vec<PathBuf> = self.logs.iter().map(PathBuf::from).collect();
        let log = LogFiles::of(desk, &file, &named)?;
        Ok((file, log))
    }
}

/// Which records.
#[derive(clap::Args)]
struct Pick {
    /// Only this event, such as secret.get; a * at its end stands for anything
    #[arg(long, value_name = "EVENT")]
    event: Option<OsString>,
    /// Only what was done to this secret, slot or key
    #[arg(long, value_name = "NAME")]
    name: Option<OsString>,
    /// Only from this time on: 2026-11-22, 2026-11-22T03:00:00Z, or 24h for a day ago
    #[arg(long, value_name = "TIME")]
    since: Option<OsString>,
    /// Only before this time
    #[arg(long, value_name = "TIME")]
    until: Option<OsString>,
    /// Only what this user did: a login name or a number
    #[arg(long, value_name = "USER")]
    actor: Option<OsString>,
    /// Only this phase: intent, done, denied or error
    #[arg(long, value_name = "PHASE")]
    phase: Option<OsString>,
}

impl Pick {
    fn filter(&self, context: &Context) -> Result<Filter, Failure> {
        let now = context.clock.now();
        let words = |flag: &str, text: &Option<OsString>| {
            text.as_ref()
                .map(|text| {
                    let text = text.to_str().map(str::to_owned);
                    text.ok_or_else(|| Failure::usage(format!("{flag} takes valid UTF-8")))
                })
                .transpose()
        };
        let phase = words("--phase", &self.phase)?.map(|name| {
            let phase = Phase::ALL.into_iter().find(|phase| phase.name() == name);
            phase.ok_or_else(|| Failure::usage("--phase takes intent, done, denied or error"))
        });
        let time = |flag: &str, text: &Option<OsString>| {
            text.as_ref().map(|text| moment::parse(flag, text, now)).transpose()
        };
        Ok(Filter {
            event: words("--event", &self.event)?,
            name: words("--name", &self.name)?,
            since: time("--since", &self.since)?,
            until: time("--until", &self.until)?,
            actor: words("--actor", &self.actor)?,
            phase: phase.transpose()?,
        })
    }
}

/// The audit roots: those of the store, when a passphrase can come from somewhere. A look at the log does without when nobody
/// can be asked.
fn roots_if_any(
    context: &mut Context,
    target: &Target,
    desk: &Desk<'_>,
    file: StoreFile,
) -> Result<Vec<DerivedKey>, Failure> {
    let at_hand = verify_log::roots_at_hand(desk, &file)?;
    if !at_hand.is_empty() {
        return Ok(at_hand);
    }
    let named = context.globals.passphrase_from.is_some() || context.default_credential().is_some();
    if !named && !context.can_ask() {
        return Ok(Vec::new());
    }
    let credentials = target.credentials(context, &file)?;
    Ok(context.during("deriving the key", || verify_log::roots(desk, file, &credentials))?)
}

/// A count above zero.
fn count(flag: &str, text: Option<&OsString>, default: usize) -> Result<usize, Failure> {
    let Some(text) = text else { return Ok(default) };
    let digits = text.to_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|text| text.parse().ok())
        .filter(|count| *count > 0)
        .ok_or_else(|| Failure::usage(format!("{flag} takes a number above 0")))
}

/// A duration, with a default.
fn duration(
    flag: &str,
    text: Option<&OsString>,
    default: std::time::Duration,
) -> Result<std::time::Duration, Failure> {
    text.map_or(Ok(default), |text| parse_duration(flag, text))
}
