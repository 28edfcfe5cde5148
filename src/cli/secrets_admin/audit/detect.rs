//! `secrets-admin audit detect`: what the records say of misuse, for monitoring.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Pick, Which, count, duration, moment};
use crate::cli::escape::json_line;
use crate::cli::monitor::{self, Perf, Status};
use crate::cli::output::Format;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::audit_log::detect::{
    self, Compromised, Detected, Found, HoursOfDay, Rules, Severity,
};
use crate::text::escape;

/// Records of a finding that are shown to people; JSON lists more.
const SHOWN: usize = 5;

/// Search the records for signs of misuse
///
/// Bursts of failed unlocks, use outside allowed hours, two hosts within one lease, one correlation id in two actions, use of a
/// key that is known to be compromised. Exit codes are those of monitoring: 0 nothing found, 1 warning, 2 critical, 3 cannot
/// tell. No passphrase is needed; whether the records are true is for `audit verify`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pick: Pick,
    /// So many failed unlocks are a burst (default 5)
    #[arg(long, value_name = "N")]
    burst: Option<OsString>,
    /// If they fall within this time (default 10m)
    #[arg(long, value_name = "DURATION")]
    within: Option<OsString>,
    /// When the store may be used, in UTC, such as 06:00-22:00 (default always)
    #[arg(long, value_name = "HOURS")]
    hours: Option<OsString>,
    /// For how long a store belongs to the host that used it last (default 10m)
    #[arg(long, value_name = "DURATION")]
    lease: Option<OsString>,
    /// A key that nobody may use any more, or since a time: NAME or NAME@TIME
    #[arg(long, value_name = "NAME", num_args = 1..)]
    compromised: Vec<OsString>,
    /// The form of the answer: text, json or nagios
    #[arg(long, value_name = "FORMAT")]
    format: Option<OsString>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Nagios,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let form = match args.format.as_deref().map(|format| format.to_str()) {
        None if context.output.format() == Format::Json => Form::Json,
        None | Some(Some("text")) => Form::Text,
        Some(Some("json")) => Form::Json,
        Some(Some("nagios")) => Form::Nagios,
        Some(_) => return Err(Failure::usage("--format takes text, json or nagios")),
    };
    match search(args, context) {
        Ok(detected) => Ok(answer(context, form, &detected)),
        Err(failure) if matches!(failure.kind(), Kind::Interrupted | Kind::Terminated) => {
            Err(failure)
        }
        Err(failure) => {
            // Monitoring takes any other code for an answer.
            context.exit_code = Some(Status::Unknown.code());
            context.output.failure(&failure);
            let json = json!({ "status": Status::Unknown.name(), "message": failure.message() });
            let text = match form {
                Form::Nagios => monitor::unknown("AUDIT", &failure),
                Form::Json => with_version(&json) + "\n",
                Form::Text => String::new(),
            };
            Ok(Answer::new(text, json).ending(Kind::Findings))
        }
    }
}

fn search(args: &Args, context: &mut Context) -> Result<Detected, Failure> {
    let rules = rules(args, context)?;
    let filter = args.pick.filter(context)?;
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.log_desk();
    let (_, log) = args.which.find(context, &target, &desk)?;
    Ok(context.during("searching", || detect::detect(&desk, &log, &filter, &rules))?)
}

fn rules(args: &Args, context: &Context) -> Result<Rules, Failure> {
    let defaults = Rules::default();
    let hours = args.hours.as_ref().map(|text| {
        let hours = text.to_str().and_then(HoursOfDay::parse);
        hours.ok_or_else(|| Failure::usage("--hours takes a part of the day such as 06:00-22:00"))
    });
    let compromised = args.compromised.iter().map(|text| {
        let text = text.to_str().ok_or_else(|| Failure::usage("--compromised takes names"))?;
        let (id, since) = match text.split_once('@') {
            None => (text, None),
            Some((id, since)) => {
                let now = context.clock.now();
                (id, Some(moment::parse("--compromised NAME@TIME", since.as_ref(), now)?))
            }
        };
        Ok::<_, Failure>(Compromised { id: id.to_owned(), since })
    });
    Ok(Rules {
        burst: count("--burst", args.burst.as_ref(), defaults.burst)?.min(10_000),
        within: longer("--within", args.within.as_ref(), defaults.within)?,
        hours: hours.transpose()?,
        lease: longer("--lease", args.lease.as_ref(), defaults.lease)?,
        compromised: compromised.collect::<Result<_, _>>()?,
    })
}

/// A duration that may have days.
fn longer(flag: &str, text: Option<&OsString>, default: Duration) -> Result<Duration, Failure> {
    let days = text.and_then(|text| text.to_str()).filter(|text| text.ends_with('d'));
    match days.and_then(moment::seconds) {
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => duration(flag, text, default),
    }
}

fn answer(context: &mut Context, form: Form, detected: &Detected) -> Answer {
    let (status, kind) = match detected.severity() {
        None => (Status::Ok, Kind::Ok),
        Some(Severity::Warning) => (Status::Warning, Kind::Findings),
        Some(Severity::Critical) => (Status::Critical, Kind::Findings),
    };
    context.exit_code = Some(status.code());
    let json = json!({
        "status": status.name(),
        "records": detected.records,
        "count": detected.count,
        "findings": detected.found.iter().map(finding_json).collect::<Vec<_>>(),
    });
    let text = match form {
        Form::Json if context.output.format() == Format::Text => with_version(&json) + "\n",
        Form::Json => String::new(),
        Form::Nagios => nagios(status, detected),
        Form::Text => plain(detected),
    };
    Answer::new(text, json).ending(kind)
}

fn with_version(json: &Value) -> String {
    let mut json = json.clone();
    json["schema_version"] = crate::cli::answer::SCHEMA_VERSION.into();
    json_line(&json)
}

fn finding_json(found: &Found) -> Value {
    let records: Vec<Value> = found
        .records
        .iter()
        .map(|proof| {
            json!({
                "seq": proof.seq,
                "ts": proof.ts,
                "event": proof.event,
                "phase": proof.phase,
                "object": proof.object,
                "actor": proof.actor,
                "host": proof.host,
                "file": proof.file,
                "offset": proof.offset,
            })
        })
        .collect();
    let severity = match found.rule.severity() {
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    };
    json!({
        "rule": found.rule.name(),
        "severity": severity,
        "message": found.what,
        "count": found.count,
        "records": records,
    })
}

fn nagios(status: Status, detected: &Detected) -> String {
    let said = detected.found.first().map_or_else(
        || format!("{} records, nothing found", detected.records),
        |first| {
            let more = match detected.count {
                1 => String::new(),
                count => format!(" (and {} more)", count - 1),
            };
            format!("{}{more}", first.what)
        },
    );
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let perf = [
        Perf::count("findings", number(detected.count)),
        Perf::count("records", number(detected.records)),
    ];
    monitor::line("AUDIT", status, &said, &perf)
}

fn plain(detected: &Detected) -> String {
    if detected.found.is_empty() {
        return format!("nothing found in {} records\n", detected.records);
    }
    let mut text = String::new();
    for found in &detected.found {
        let _ = writeln!(text, "{}: {}", found.rule.name(), escape(&found.what));
        for proof in found.records.iter().take(SHOWN) {
            let seq = proof.seq.map_or_else(String::new, |seq| format!("record {seq}, "));
            let object = proof.object.as_deref().map(escape).unwrap_or_default();
            let _ = writeln!(
                text,
                "  {seq}{} byte {}: {} {} {} {object} {}@{}",
                escape(&proof.file),
                proof.offset,
                proof.ts,
                escape(&proof.event),
                proof.phase,
                escape(&proof.actor),
                escape(&proof.host),
            );
        }
        let shown = found.records.len().min(SHOWN) as u64;
        if found.count > shown {
            let _ = writeln!(text, "  and {} more", found.count - shown);
        }
    }
    if detected.count > detected.found.len() as u64 {
        let _ = writeln!(text, "and {} more", detected.count - detected.found.len() as u64);
    }
    text
}
