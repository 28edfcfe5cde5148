//! `wallet-backup status`: is there a fresh backup that was proven? For monitoring.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::named;
use crate::cli::monitor::prometheus::{self, Family};
use crate::cli::monitor::{self, Perf, Status, Unit, names};
use crate::cli::setup::Setup;
use crate::cli::validate_config::set_clock;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::backup::status::{Level, Status as Freshness, days, status};

const DAY: u64 = 86_400;

/// What its line begins with.
pub const SERVICE: &str = "BACKUP";

/// Say whether backups and rehearsed restores of a store are fresh
///
/// One line with figures, and the exit codes of monitoring: 0 fresh; 1 the store has changed since, or no restore was rehearsed in time;
/// 2 no backup, or too old; 3 cannot tell. Needs no passphrase: what this host remembers of archives, and whether they are still
/// where they were put.
#[derive(clap::Args)]
pub struct Args {
    /// Oldest backup that is fresh (default backup.max_age, else 7d)
    #[arg(long, value_name = "AGE")]
    max_age: Option<OsString>,
    /// Oldest rehearsed restore that is fresh (default backup.max_drill_age, else 30d)
    #[arg(long, value_name = "AGE")]
    max_drill_age: Option<OsString>,
    /// What time it is, for rehearsals
    #[arg(long, value_name = "RFC3339")]
    now: Option<OsString>,
    /// Replace this file with metrics for Prometheus; its name ends in .prom
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let Some(metrics) = args.metrics_file.as_ref().map(Path::new) else {
        return look(args, context).map(|(_, answer)| answer);
    };
    prometheus::admit(metrics)?;
    let looked = look(args, context);
    let store = context.globals.store.as_ref().map(|path| path.display().to_string());
    let found = looked.as_ref().ok().map(|(found, _)| found);
    let families = metrics_of(context, metrics, &store.unwrap_or_default(), found);
    prometheus::write(metrics, &families, context.random.as_mut())?;
    looked.map(|(_, answer)| answer)
}

/// What stands in the file of metrics. What cannot be told is not there; when it could last be told is kept.
fn metrics_of(
    context: &Context,
    path: &Path,
    store: &str,
    found: Option<&Freshness>,
) -> Vec<Family> {
    let labels = [("store", store)];
    let now = i64::try_from(context.clock.now().as_unix()).unwrap_or(i64::MAX);
    let told = found.filter(|found| found.level != Level::Unknown);
    let status = found.map_or(Status::Unknown, |found| verdict(found.level));
    let earlier = || prometheus::earlier(path, names::BACKUP_LAST_SUCCESS.0, &labels);
    let ago = |age: Option<u64>| age.map(|age| now.saturating_sub_unsigned(age));
    let rows = [
        (names::BACKUP_STATUS, Some(i64::from(status.code()))),
        (names::BACKUP_LAST_RUN, Some(now)),
        (names::BACKUP_LAST_SUCCESS, told.map(|_| now).or_else(earlier)),
        (names::BACKUP_LAST, told.and_then(|found| ago(found.age))),
        (names::BACKUP_LAST_DRILL, told.and_then(|found| ago(found.drill_age))),
    ];
    let family = |(name, value): (_, Option<i64>)| Some(Family::gauge(name).with(&labels, value?));
    rows.into_iter().filter_map(family).collect()
}

fn look(args: &Args, context: &mut Context) -> Result<(Freshness, Answer), Failure> {
    let days_of = |n: u64| Duration::from_secs(n * DAY);
    // What was typed is judged before anything is read.
    named::age("--max-age", args.max_age.as_ref(), days_of(7))?;
    named::age("--max-drill-age", args.max_drill_age.as_ref(), days_of(30))?;
    set_clock(context, args.now.as_ref())?;
    let setup = Setup::new(context)?;
    let configured = &setup.config.backups;
    let age = configured.max_age.unwrap_or(days_of(7));
    let drill_age = configured.max_drill_age.unwrap_or(days_of(30));
    let max_age = named::age("--max-age", args.max_age.as_ref(), age)?;
    let max_drill = named::age("--max-drill-age", args.max_drill_age.as_ref(), drill_age)?;
    let path = setup.store(None)?;
    let desk = setup.looking_desk();
    let file = setup.find(context, &desk, &path)?;
    let now = context.clock.now();
    let found = status(&desk, &file, now, max_age, max_drill)?;
    context.exit_code = Some(verdict(found.level).code());
    let kind = if found.level == Level::Ok { Kind::Ok } else { Kind::Findings };
    let json = json!({
        "status": verdict(found.level).name(),
        "store_id": file.store_id().to_string(),
        "findings": found.findings.iter().map(|(level, text)| json!({
            "level": verdict(*level).name(),
            "message": text,
        })).collect::<Vec<_>>(),
        "age_seconds": found.age,
        "drill_age_seconds": found.drill_age,
        "drill_millis": found.drill_millis,
        "stale": found.stale,
        "present": found.present,
        "outdated": found.outdated.iter().map(|(known, outdated)| json!({
            "file": known.path,
            "archive_id": known.id.to_string(),
            "generation": known.generation,
            "opens_the_old_way": outdated.opens_the_old_way,
            "has_old_keys": outdated.has_old_keys,
        })).collect::<Vec<_>>(),
        "newest": found.newest.as_ref().map(|known| json!({
            "file": known.path,
            "archive_id": known.id.to_string(),
            "generation": known.generation,
            "created": known.created.to_string(),
            "verified": known.verified.map(|at| at.to_string()),
        })),
    });
    let answer = Answer::new(line(&found, max_age, max_drill), json).ending(kind);
    Ok((found, answer))
}

/// One line and its figures, as monitoring plugins print them.
fn line(found: &Freshness, max_age: Duration, max_drill: Duration) -> String {
    let reasons: Vec<&str> = found.findings.iter().map(|(_, text)| text.as_str()).collect();
    let text = if reasons.is_empty() {
        let old = |age: Option<u64>| age.map_or_else(|| "never".to_owned(), days);
        let (backup, drill) = (old(found.age), old(found.drill_age));
        format!("last backup {backup} ago, last rehearsed restore {drill} ago")
    } else {
        reasons.join(", ")
    };
    // Old copies are kept on purpose: they are told, and are no alarm.
    let text = match found.outdated.len() {
        0 => text,
        n => {
            format!("{text} ({n} older archives hold what was replaced since: wallet-backup list)")
        }
    };
    let seconds = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let age = |label, age: Option<u64>, limit: Duration| {
        let age = Perf::new(label, seconds(age?), Unit::Seconds);
        Some(age.critical(seconds(limit.as_secs())))
    };
    let figures = [
        age("age", found.age, max_age),
        age("drill_age", found.drill_age, max_drill),
        Some(Perf::count("stale", i64::from(found.stale))),
        Some(Perf::count("present", count(found.present))),
        Some(Perf::count("outdated", count(found.outdated.len()))),
    ];
    let figures: Vec<Perf<'_>> = figures.into_iter().flatten().collect();
    monitor::line(SERVICE, verdict(found.level), &text, &figures)
}

const fn verdict(level: Level) -> Status {
    match level {
        Level::Ok => Status::Ok,
        Level::Warning => Status::Warning,
        Level::Critical => Status::Critical,
        Level::Unknown => Status::Unknown,
    }
}
