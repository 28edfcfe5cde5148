//! `wallet-backup status`: is there a fresh backup that was proven? For monitoring.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::named;
use crate::cli::monitor::names;
use crate::cli::monitor::prometheus::{self, Family};
use crate::cli::setup::Setup;
use crate::cli::validate_config::set_clock;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::backup::status::{Level, Status, days, status};

const DAY: u64 = 86_400;

/// Say whether backups and rehearsed restores of a store are fresh
///
/// One line with figures, and the exit codes of monitoring: 0 fresh; 1 the store has changed since, or no restore was rehearsed in time;
/// 2 no backup, or too old; 3 cannot tell. Needs no passphrase: what this host remembers of archives, and whether they are still
/// where they were put.
#[derive(clap::Args)]
pub struct Args {
    /// Oldest backup that is fresh (default 7d)
    #[arg(long, value_name = "AGE")]
    max_age: Option<OsString>,
    /// Oldest rehearsed restore that is fresh (default 30d)
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
fn metrics_of(context: &Context, path: &Path, store: &str, found: Option<&Status>) -> Vec<Family> {
    let labels = [("store", store)];
    let now = i64::try_from(context.clock.now().as_unix()).unwrap_or(i64::MAX);
    let told = found.filter(|found| found.level != Level::Unknown);
    let status = found.map_or(Level::Unknown as u8, |found| found.level as u8);
    let earlier = || prometheus::earlier(path, names::BACKUP_LAST_SUCCESS.0, &labels);
    let ago = |age: Option<u64>| age.map(|age| now.saturating_sub_unsigned(age));
    let rows = [
        (names::BACKUP_STATUS, Some(i64::from(status))),
        (names::BACKUP_LAST_RUN, Some(now)),
        (names::BACKUP_LAST_SUCCESS, told.map(|_| now).or_else(earlier)),
        (names::BACKUP_LAST, told.and_then(|found| ago(found.age))),
        (names::BACKUP_LAST_DRILL, told.and_then(|found| ago(found.drill_age))),
    ];
    let family = |(name, value): (_, Option<i64>)| Some(Family::gauge(name).with(&labels, value?));
    rows.into_iter().filter_map(family).collect()
}

fn look(args: &Args, context: &mut Context) -> Result<(Status, Answer), Failure> {
    let days_of = |n: u64| Duration::from_secs(n * DAY);
    let max_age = named::age("--max-age", args.max_age.as_ref(), days_of(7))?;
    let max_drill = named::age("--max-drill-age", args.max_drill_age.as_ref(), days_of(30))?;
    set_clock(context, args.now.as_ref())?;
    let setup = Setup::new(context)?;
    let path = setup.store(None)?;
    let desk = setup.looking_desk();
    let file = setup.find(context, &desk, &path)?;
    let now = context.clock.now();
    let found = status(&desk, &file, now, max_age, max_drill)?;
    context.exit_code = Some(found.level as u8);
    let kind = if found.level == Level::Ok { Kind::Ok } else { Kind::Findings };
    let json = json!({
        "status": found.level.name(),
        "store_id": file.store_id().to_string(),
        "findings": found.findings.iter().map(|(level, text)| json!({
            "level": level.name(),
            "message": text,
        })).collect::<Vec<_>>(),
        "age_seconds": found.age,
        "drill_age_seconds": found.drill_age,
        "drill_millis": found.drill_millis,
        "stale": found.stale,
        "present": found.present,
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
fn line(found: &Status, max_age: Duration, max_drill: Duration) -> String {
    let mut text = format!("BACKUP {} - ", found.level.name());
    let reasons: Vec<&str> = found.findings.iter().map(|(_, text)| text.as_str()).collect();
    if reasons.is_empty() {
        let old = |age: Option<u64>| age.map_or_else(|| "never".to_owned(), days);
        let _ = write!(
            text,
            "last backup {} ago, last rehearsed restore {} ago",
            old(found.age),
            old(found.drill_age)
        );
    } else {
        text += &reasons.join(", ");
    }
    text += " |";
    let figure = |name: &str, value: Option<u64>, limit: Duration| match value {
        Some(value) => format!(" {name}={value}s;;{}", limit.as_secs()),
        None => format!(" {name}=U;;{}", limit.as_secs()),
    };
    text += &figure("age", found.age, max_age);
    text += &figure("drill_age", found.drill_age, max_drill);
    let _ = writeln!(text, " stale={} present={}", u8::from(found.stale), found.present);
    text
}
