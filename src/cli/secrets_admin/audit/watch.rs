//! `secrets-admin audit watch`: is the log still what it was, again and again.

use std::ffi::OsString;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Which, duration, roots_if_any};
use crate::audit::watch::Round;
use crate::cli::escape::json_line;
use crate::cli::output::Format;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::audit::LogTrouble;
use crate::ops::audit_log::{self, verify::Known};
use crate::text::escape;

/// Watch the log: its mode, its owner, that it grows, and what is added
///
/// With the passphrase every new record is proven by its key; without, the end is held against the state beside the log. Every
/// alarm is one line on standard output. Runs until it is stopped; with --once it looks once: exit 0, or 20 with an alarm.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// How long to wait between two looks (default 1h)
    #[arg(long, value_name = "DURATION")]
    interval: Option<OsString>,
    /// Look once
    #[arg(long)]
    once: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let interval = duration("--interval", args.interval.as_ref(), Duration::from_hours(1))?;
    if interval.is_zero() {
        return Err(Failure::usage("--interval takes a duration above 0, such as 10m"));
    }
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.log_desk();
    let (file, log) = args.which.find(context, &target, &desk)?;
    if log.is_named() {
        return Err(Failure::usage("a watch is over the live log: leave out --log"));
    }
    let known = Known::of(&log, &file)?;
    let roots = roots_if_any(context, &target, &desk, file)?;
    let store = log.store().to_owned();
    let trouble = |error| Failure::from(LogTrouble { error, store });
    let mut watch = audit_log::watch(log, &known, roots);
    if args.once {
        let round = watch.look(desk.stop).map_err(trouble)?;
        let kind = if round.alarms.is_empty() { Kind::Ok } else { Kind::Audit };
        let head = round.head.map_or(0, |head| head.seq);
        let text = if round.alarms.is_empty() {
            format!("no alarm; the last record is {head}\n")
        } else {
            lines(&round)
        };
        return Ok(Answer::new(text, json(&round)).ending(kind));
    }
    let mut broken = None;
    let ended = watch.run(interval, desk.stop, |round| {
        if round.alarms.is_empty() {
            return true;
        }
        let text = match context.output.format() {
            Format::Json => json_line(&with_version(json(round))) + "\n",
            Format::Text => lines(round),
        };
        broken = context.output.print(text.as_bytes()).err();
        broken.is_none()
    });
    match (broken, ended) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(trouble(error)),
        (None, Ok(())) => Ok(Answer::silent(json!({ "alarms": [] }))),
    }
}

fn lines(round: &Round) -> String {
    round.alarms.iter().fold(String::new(), |text, alarm| text + &escape(&alarm.to_string()) + "\n")
}

fn with_version(mut json: Value) -> Value {
    json["schema_version"] = crate::cli::answer::SCHEMA_VERSION.into();
    json
}

fn json(round: &Round) -> Value {
    let alarms: Vec<Value> = round
        .alarms
        .iter()
        .map(|alarm| json!({ "alarm": alarm.name(), "message": alarm.to_string() }))
        .collect();
    json!({
        "alarms": alarms,
        "read": round.read,
        "head": round.head.map(|head| json!({
            "seq": head.seq,
            "mac": data_encoding::HEXLOWER.encode(&head.mac),
        })),
    })
}
