//! `key-rotate check`: a monitoring plugin.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::look::Look;
use super::{shown, verbs, words};
use crate::cli::escape::json_line;
use crate::cli::monitor::prometheus::{self, Family};
use crate::cli::monitor::{self, Perf, Status, names};
use crate::cli::output::Format;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::keys::look::Looked;
use crate::ops::keys::rotate::Item;
use crate::rotation::policy::Due;

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

    /// Replace this file with metrics for Prometheus; its name ends in .prom
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<OsString>,
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
    let metrics = args.metrics_file.as_ref().map(Path::new);
    if let Some(path) = metrics {
        prometheus::admit(path)?;
    }
    let looked =
        words::store_alone(context, &args.words).and_then(|store| args.look.look(context, store));
    if let Some(path) = metrics {
        let store = args.words.first().or(args.look.inventory());
        let store = store.map(|store| store.to_string_lossy().into_owned()).unwrap_or_default();
        let families = metrics_of(context, path, &store, looked.as_ref().ok());
        prometheus::write(path, &families, context.random.as_mut())?;
    }
    match looked {
        Ok(looked) => Ok(answer(context, form, &looked)),
        Err(failure) if matches!(failure.kind(), Kind::Interrupted | Kind::Terminated) => {
            Err(failure)
        }
        Err(failure) => {
            context.output.failure(&failure);
            Ok(unknown(context, form, failure.message(), json!({})))
        }
    }
}

fn unknown(context: &mut Context, form: Form, why: &str, mut json: Value) -> Answer {
    json["status"] = Status::Unknown.name().into();
    json["message"] = why.into();
    let line = monitor::line(verbs::SERVICE, Status::Unknown, why, &[]);
    finish(context, form, Status::Unknown, (line.clone(), line), json)
}

fn finish(
    context: &mut Context,
    form: Form,
    status: Status,
    (nagios, text): (String, String),
    json: Value,
) -> Answer {
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
    verbs::verdict(context, status, text, json)
}

fn answer(context: &mut Context, form: Form, looked: &Looked) -> Answer {
    let (overdue, soon, compromised) =
        (looked.count(Due::Overdue), looked.count(Due::Soon), looked.count(Due::Compromised));
    // Names and fingerprints of a thousand keys are not worked out for a monitor that reads one line.
    let asked = form == Form::Json || context.output.format() == Format::Json;
    let keys: Vec<Value> = looked
        .keys
        .iter()
        .filter(|_| asked)
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
        "secrets": shown::secrets(looked),
    });
    let doubts: Vec<String> = looked.doubts().map(|doubt| doubt.to_string()).collect();
    if let Some(first) = doubts.first() {
        return unknown(context, form, first, json);
    }
    let status = status_of(looked);
    let said = said(looked, overdue, soon, compromised);
    json["status"] = status.name().into();
    json["message"] = said.as_str().into();
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let perf = [
        Perf::count("overdue", count(overdue)),
        Perf::count("due_soon", count(soon)),
        Perf::count("compromised", count(compromised)),
        Perf::count("oldest_days", i64::try_from(looked.oldest_days()).unwrap_or(i64::MAX)),
    ];
    let nagios = monitor::line(verbs::SERVICE, status, &said, &perf);
    let mut text = format!("{said}\n");
    for (item, decision) in looked.decisions().filter(|(_, decision)| decision.due != Due::No) {
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "{item}: {} ({})", decision.due.name(), reasons.join(", "));
    }
    finish(context, form, status, (nagios, text), json)
}

/// The verdict, if everything can be relied on.
fn status_of(looked: &Looked) -> Status {
    if looked.count(Due::Overdue) + looked.count(Due::Compromised) > 0 {
        Status::Critical
    } else if looked.count(Due::Soon) > 0 {
        Status::Warning
    } else {
        Status::Ok
    }
}

/// What stands in the file of metrics. What cannot be told is not there; when it could last be told is kept.
fn metrics_of(context: &Context, path: &Path, store: &str, looked: Option<&Looked>) -> Vec<Family> {
    let labels = [("store", store)];
    let now = i64::try_from(context.clock.now().as_unix()).unwrap_or(i64::MAX);
    let certain = looked.filter(|looked| looked.is_certain());
    let status = certain.map_or(Status::Unknown, status_of);
    let earlier = || prometheus::earlier(path, names::ROTATE_LAST_SUCCESS.0, &labels);
    let success = if certain.is_some() { Some(now) } else { earlier() };
    let mut families = vec![
        Family::gauge(names::ROTATE_STATUS).with(&labels, i64::from(status.code())),
        Family::gauge(names::ROTATE_LAST_RUN).with(&labels, now),
    ];
    if let Some(success) = success {
        families.push(Family::gauge(names::ROTATE_LAST_SUCCESS).with(&labels, success));
    }
    let Some(looked) = certain else { return families };
    for (name, due) in [
        (names::ROTATE_OVERDUE, Due::Overdue),
        (names::ROTATE_DUE_SOON, Due::Soon),
        (names::ROTATE_COMPROMISED, Due::Compromised),
    ] {
        let count = i64::try_from(looked.count(due)).unwrap_or(i64::MAX);
        families.push(Family::gauge(name).with(&labels, count));
    }
    let (mut age, mut due_at) =
        (Family::gauge(names::ROTATE_KEY_AGE), Family::gauge(names::ROTATE_KEY_DUE));
    let begun = |item: &Item| match item {
        Item::Key(id) => {
            let key = looked.keys.iter().find(|key| key.facts.id == *id)?;
            key.facts.active.map(|(_, since)| since)
        }
        Item::Secret(label) => {
            let secret = looked.secrets.iter().find(|secret| secret.facts.label == *label)?;
            Some(secret.facts.since)
        }
    };
    let mut keys = 0;
    for (item, decision) in looked.decisions() {
        let Some(since) = begun(&item) else { continue };
        keys += 1;
        let name = item.to_string();
        let labels = [("store", store), ("key", name.as_str())];
        let old = looked.now.as_unix().saturating_sub(since.as_unix());
        age = age.with(&labels, i64::try_from(old).unwrap_or(i64::MAX));
        if let Some(at) = decision.due_at {
            due_at = due_at.with(&labels, i64::try_from(at.as_unix()).unwrap_or(i64::MAX));
        }
    }
    if keys > 0 {
        families.extend([age, due_at]);
    }
    families
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
        let secrets = match looked.secrets.len() {
            0 => String::new(),
            1 => " and 1 secret".to_owned(),
            n => format!(" and {n} secrets"),
        };
        let live = looked.keys.iter().filter(|key| key.decision.is_some()).count();
        let next = looked.decisions().filter_map(|(item, d)| Some((d.due_at?, item))).min();
        let noun = if live == 1 { "key" } else { "keys" };
        return match next {
            None => format!("{live} {noun}{secrets}, none due"),
            Some((at, id)) => format!("{live} {noun}{secrets}, none due; next {id} at {at}"),
        };
    }
    let urgent: Vec<String> = [Due::Compromised, Due::Overdue, Due::Soon]
        .into_iter()
        .flat_map(|due| looked.decisions().filter(move |(_, decision)| decision.due == due))
        .map(|(item, _)| item.to_string())
        .collect();
    let more = urgent.len().saturating_sub(NAMED);
    let mut named = urgent[..urgent.len().min(NAMED)].join(", ");
    if more > 0 {
        let _ = write!(named, " and {more} more");
    }
    format!("{}: {named}", parts.join(", "))
}
