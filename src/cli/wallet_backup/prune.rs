//! `wallet-backup prune`: remove old archives.

use std::ffi::OsString;

use serde_json::{Value, json};

use super::named::{self, Opening};
use crate::backup::retention::Policy;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure, notices};
use crate::config::Keep;
use crate::kind::Kind;
use crate::ops::backup::prune::{Pruned, prune};
use crate::text::escape;

/// Remove old archives of a store, never the last that is known to be good
///
/// Kept are the newest so many, and of each day, week or month the newest; where no flag says how many, backup.keep_* do. Whatever the rule says, the newest archive that was shown to
/// be good stays: one that opens now with --archive-passphrase-from, or that this host remembers to have verified. While there is
/// none, nothing is removed; what cannot be read is never removed.
#[derive(clap::Args)]
pub struct Args {
    /// The directory; without it each of backup.dirs
    dir: Option<OsString>,
    /// Keep the newest so many
    #[arg(long, value_name = "N")]
    keep_last: Option<u16>,
    /// Keep the newest of each of so many days
    #[arg(long, value_name = "N")]
    keep_daily: Option<u16>,
    /// Keep the newest of each of so many weeks
    #[arg(long, value_name = "N")]
    keep_weekly: Option<u16>,
    /// Keep the newest of each of so many months
    #[arg(long, value_name = "N")]
    keep_monthly: Option<u16>,
    #[command(flatten)]
    opening: Opening,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    args.opening.source()?;
    let setup = Setup::new(context)?;
    let policy = policy(args, setup.config.backups.keep);
    if policy == Policy::default() {
        return Err(Failure::usage("nothing says which archives are kept")
            .hint("such as --keep-last 3 --keep-daily 7 --keep-weekly 4 --keep-monthly 12"));
    }
    let directories = named::directories(&setup, args.dir.as_ref())?;
    let path = setup.store(None)?;
    let desk = setup.desk();
    let file = setup.find(context, &desk, &path)?;
    let network = file.network();
    let credentials = if args.opening.is_given() {
        Some(args.opening.credentials(context, &setup, network, Needs::new())?)
    } else {
        None
    };
    let dry = context.globals.dry_run;
    let (mut text, mut removed, mut unreadable) = (String::new(), 0, false);
    let mut rows: Vec<Value> = Vec::new();
    for dir in &directories {
        // Each place stands for itself: one that burns down must leave a good archive in the other.
        let outcome = context.during("looking at the archives", || {
            prune(&desk, &file, dir, &policy, credentials.as_ref())
        })?;
        notices::print(context, &path, &outcome.notices);
        for archive in &outcome.archives {
            removed += usize::from(!archive.kept);
            text += &line(archive, dry);
        }
        rows.extend(outcome.archives.iter().map(row));
        // What could not be looked at may be what should have gone.
        unreadable |= outcome.archives.iter().any(|archive| archive.listed.header.is_err());
    }
    let kind = if unreadable { Kind::Findings } else { Kind::Ok };
    let json = json!({ "archives": rows, "removed": removed, "dry_run": dry });
    Ok(Answer::new(text, json).ending(kind))
}

/// The rule: what was typed, and where nothing was, what is configured.
fn policy(args: &Args, keep: Keep) -> Policy {
    let typed = [args.keep_last, args.keep_daily, args.keep_weekly, args.keep_monthly]
        .iter()
        .any(Option::is_some);
    let of = |typed_one: Option<u16>, configured: u16| {
        u32::from(typed_one.unwrap_or(if typed { 0 } else { configured }))
    };
    Policy {
        last: of(args.keep_last, keep.last),
        daily: of(args.keep_daily, keep.daily),
        weekly: of(args.keep_weekly, keep.weekly),
        monthly: of(args.keep_monthly, keep.monthly),
    }
}

fn line(archive: &Pruned, dry: bool) -> String {
    let path = escape(&archive.listed.path.display().to_string());
    let why = archive.why;
    match (archive.kept, dry) {
        (true, _) => format!("keep    {path}: {why}\n"),
        (false, true) => format!("would remove {path}: {why}\n"),
        (false, false) => format!("removed {path}: {why}\n"),
    }
}

fn row(archive: &Pruned) -> Value {
    json!({
        "file": archive.listed.path.display().to_string(),
        "archive_id": archive.listed.header.as_ref().ok().map(|header| header.id.to_string()),
        "created": archive.listed.header.as_ref().ok().map(|header| header.created.to_string()),
        "kept": archive.kept,
        "why": archive.why,
    })
}
