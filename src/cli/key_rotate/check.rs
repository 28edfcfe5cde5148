//! `key-rotate check`: a monitoring plugin.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::look::Look;
use super::{UNKNOWN, shown, words};
use crate::cli::escape::json_line;
use crate::cli::output::Format;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::keys::look::Looked;
use crate::rotation::policy::Due;
use crate::text::escape;

/// Keys that the line names.
const NAMED: usize = 3;

/// Is any key due? For a monitor
///
/// Reads the signed inventory: no passphrase, no lock, nothing written. Exit codes are those of monitoring: 0 no key is due, 1 one
/// will be soon, 2 one is overdue or compromised, 3 cannot tell (the signature is of no trusted key, the store is older than this host
/// has seen, the clock is wrong, wrong use).
#[derive(clap::Args)]
#[command(override_usage = "key-rotate check [OPTIONS] [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,

    #[command(flatten)]
    look: Look,

    /// The form of the answer: nagios (default), text or json
    #[arg(long, value_name = "FORMAT")]
    format: Option<OsString>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Nagios,
    Text,
    Json,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let form = match args.format.as_deref().map(|format| format.to_str()) {
        None if context.output.format() == Format::Json => Form::Json,
        None | Some(Some("nagios")) => Form::Nagios,
        Some(Some("text")) => Form::Text,
        Some(Some("json")) => Form::Json,
        Some(_) => return Err(Failure::usage("--format takes nagios, text or json")),
    };
    let looked =
        words::store_alone(context, &args.words).and_then(|store| args.look.look(context, store));
    match looked {
        Ok(looked) => Ok(answer(context, form, &looked)),
        Err(failure) if matches!(failure.kind(), Kind::Interrupted | Kind::Terminated) => {
            Err(failure)
        }
        Err(failure) => {
            context.exit_code = Some(UNKNOWN);
            context.output.failure(&failure);
            Ok(unknown(context, form, failure.message(), json!({})))
        }
    }
}

fn unknown(context: &Context, form: Form, why: &str, mut json: Value) -> Answer {
    json["status"] = "UNKNOWN".into();
    json["message"] = why.into();
    let line = format!("ROTATE UNKNOWN - {}\n", escape(why).replace('|', "/"));
    finish(context, form, line.clone(), line, json).ending(Kind::Findings)
}

fn finish(context: &Context, form: Form, nagios: String, text: String, json: Value) -> Answer {
    let text = match form {
        Form::Nagios => nagios,
        Form::Text => text,
        Form::Json if context.output.format() == Format::Text => {
            let mut json = json.clone();
            json["schema_version"] = crate::cli::answer::SCHEMA_VERSION.into();
            json_line(&json) + "\n"
        }
        Form::Json => String::new(),
    };
    Answer::new(text, json)
}

fn answer(context: &mut Context, form: Form, looked: &Looked) -> Answer {
    let (overdue, soon, compromised) =
        (looked.count(Due::Overdue), looked.count(Due::Soon), looked.count(Due::Compromised));
    let keys: Vec<Value> = looked
        .keys
        .iter()
        .map(|judged| shown::key(&judged.facts, looked.network, judged.decision.as_ref()))
        .collect();
    let mut json = json!({
        "network": looked.network.name(),
        "generation": looked.generation,
        "authenticated": looked.is_certain(),
        "overdue": overdue,
        "due_soon": soon,
        "compromised": compromised,
        "oldest_days": looked.oldest_days(),
        "keys": keys,
    });
    let doubts: Vec<String> = looked.doubts().map(|doubt| doubt.to_string()).collect();
    if let Some(first) = doubts.first() {
        context.exit_code = Some(UNKNOWN);
        return unknown(context, form, first, json);
    }
    let (status, code, kind) = if overdue + compromised > 0 {
        ("CRITICAL", 2, Kind::Findings)
    } else if soon > 0 {
        ("WARNING", 1, Kind::Findings)
    } else {
        ("OK", 0, Kind::Ok)
    };
    context.exit_code = Some(code);
    let said = said(looked, overdue, soon, compromised);
    json["status"] = status.into();
    json["message"] = said.as_str().into();
    let numbers = format!(
        "overdue={overdue} due_soon={soon} compromised={compromised} oldest_days={}",
        looked.oldest_days()
    );
    let nagios = format!("ROTATE {status} - {said} | {numbers}\n");
    let mut text = format!("{said}\n");
    for judged in &looked.keys {
        let Some(decision) = judged.decision.as_ref().filter(|d| d.due != Due::No) else {
            continue;
        };
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        let _ =
            writeln!(text, "{}: {} ({})", judged.facts.id, decision.due.name(), reasons.join(", "));
    }
    finish(context, form, nagios, text, json).ending(kind)
}

/// What a person reads first.
fn said(looked: &Looked, overdue: usize, soon: usize, compromised: usize) -> String {
    let mut parts = Vec::new();
    for (count, what) in [(compromised, "compromised"), (overdue, "overdue"), (soon, "due soon")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    if parts.is_empty() {
        let live = looked.keys.iter().filter(|key| key.decision.is_some()).count();
        let next = looked
            .keys
            .iter()
            .filter_map(|key| Some((key.decision.as_ref()?.due_at?, &key.facts.id)))
            .min();
        return match next {
            None => format!("{live} keys, none due"),
            Some((at, id)) => format!("{live} keys, none due; next {id} at {at}"),
        };
    }
    let urgent: Vec<&str> = [Due::Compromised, Due::Overdue, Due::Soon]
        .into_iter()
        .flat_map(|due| {
            looked.keys.iter().filter(move |key| {
                key.decision.as_ref().is_some_and(|decision| decision.due == due)
            })
        })
        .map(|key| key.facts.id.as_str())
        .collect();
    let more = urgent.len().saturating_sub(NAMED);
    let mut named = urgent[..urgent.len().min(NAMED)].join(", ");
    if more > 0 {
        let _ = write!(named, " and {more} more");
    }
    format!("{}: {named}", parts.join(", "))
}
