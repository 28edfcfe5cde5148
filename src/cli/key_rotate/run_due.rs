//! `key-rotate run-due`: a job for a timer or cron.

use std::ffi::OsString;

use serde_json::json;

use super::rotate::{answer, ask_hooks, bring, tell_hooks};
use super::{look, words};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::keys::rotate::{self, Which};

/// Rotate what is due and may be rotated unattended; say nothing when there is nothing to do
///
/// Keys and secrets with auto_rotate in [rotation] are replaced when they are due, and private halves and values whose grace period is over
/// are removed.
/// It can be run at any time and as often as one likes: exit 0 also when there was nothing to do.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate run-due [OPTIONS] [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    look::require_sound(&desk.settings.rotation, file.network())?;
    let silent = || {
        Answer::silent(json!({
            "keys": [], "ended": [], "secrets": [], "secrets_ended": [], "plan": [], "generation": null, "dry_run": false,
        }))
    };
    if rotate::nothing_to_do(&desk, &file)? {
        return Ok(silent());
    }
    let credentials = target.credentials(context, &file)?;
    let reason = context.globals.reason.clone().unwrap_or_else(|| "scheduled".to_owned());
    let which = Which::DueUnattended;
    let (agreed, items) = ask_hooks(context, &target, &desk, &file, &which)?;
    let brought = bring(context, &target, &desk, &file, &credentials, &which)?;
    let rotated = context.during("rotating", || {
        rotate::rotate(&desk, file, &credentials, &which, items.as_deref(), &brought, &reason)
    })?;
    tell_hooks(context, &desk, agreed.as_ref(), &rotated);
    if rotated.outcome.plan.is_empty() {
        notices::print(context, &target.path, &rotated.outcome.notices);
        return Ok(silent());
    }
    Ok(answer(context, &target.path, &rotated))
}
