//! `secrets-admin state accept-clock`.

use std::ffi::OsString;

use serde_json::json;

use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::remember;

/// What this host remembers of a store
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    AcceptClock(AcceptClock),
}

/// Take the current time as the truth after the clock was wrong
///
/// Checks answer "cannot tell" while the clock stands before a time that this host has seen.
#[derive(clap::Args)]
pub struct AcceptClock {
    /// The store
    file: Option<OsString>,
    /// Why, for the audit log (or --reason)
    #[arg(value_name = "REASON")]
    why: Option<String>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let Verb::AcceptClock(args) = &args.verb;
    // `accept-clock REASON --store FILE` and `accept-clock FILE REASON` both read naturally.
    let (file, why) = match (&args.file, &args.why) {
        (Some(reason), None) if context.globals.store.is_some() => {
            (None, reason.to_str().map(str::to_owned))
        }
        (file, why) => (file.as_ref(), why.clone()),
    };
    let target = Target::new(context, file)?;
    let why = why.or_else(|| context.globals.reason.clone()).filter(|why| !why.trim().is_empty());
    let Some(why) = why else {
        return Err(Failure::input_needed("a reason is needed: why was the clock wrong").hint(
            format!(
                "secrets-admin state accept-clock {} 'the clock battery failed'",
                crate::text::quote_path(&target.path)
            ),
        ));
    };
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a record of time")?;
    let credentials = target.credentials(context, &file)?;
    let accepted = context
        .during("deriving the key", || remember::accept_clock(&desk, file, &credentials, &why))?;
    notices::print(context, &target.path, &accepted.notices);
    let (seen, now) = (accepted.seen.to_string(), accepted.now.to_string());
    let text = if context.globals.dry_run {
        format!("would take {now} as the truth ({seen} was the latest time seen)\n")
    } else {
        format!("took {now} as the truth ({seen} was the latest time seen)\n")
    };
    Ok(Answer::new(text, json!({ "seen": seen, "now": now, "dry_run": context.globals.dry_run })))
}
