//! `secrets-admin remove`: take a secret out, with its history.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use crate::cli::needs::Needs;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::secrets;

/// Remove a secret with all its versions
///
/// It is removed from this file; older copies of the file still hold it.
#[derive(clap::Args)]
#[command(override_usage = "secrets-admin remove [OPTIONS] [FILE] <NAME>")]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// The secret's name
    name: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let words = (args.file.as_ref(), args.name.as_ref());
    let (file, name) = answer::file_and_name(words.0, words.1, ("NAME", "remove"))?;
    let target = Target::new(context, file)?;
    let name = answer::any_name(name)?;
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let needs = Needs::new().confirmation_of_change(&context.globals);
    let credentials = target.credentials_and(context, &file, needs)?;
    let shown = crate::text::escape(name);
    context.confirm_change(&format!("remove {shown} with all its versions?"))?;
    let outcome =
        context.during("deriving the key", || secrets::remove(&desk, file, &credentials, name))?;
    let extra = json!({ "name": name });
    Ok(answer::change(context, &target.path, &outcome, &format!("removed {shown}"), extra))
}
