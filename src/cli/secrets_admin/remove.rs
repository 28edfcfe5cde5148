//! `secrets-admin remove`: take a secret out, with its history.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::source::reader::Purpose;
use crate::cli::{Answer, Context, Failure};
use crate::ops::secrets;

/// Remove a secret with all its versions
///
/// It is removed from this file; older copies of the file still hold it.
#[derive(clap::Args)]
#[command(allow_missing_positional = true)]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// The secret's name
    name: OsString,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let setup = Setup::new(context)?;
    let path = setup.store(args.file.as_ref())?;
    let name = answer::any_name(&args.name)?;
    let desk = setup.desk();
    let file = setup.find(context, &desk, &path)?;
    let network = file.network();
    let source = context.globals.passphrase_from.clone();
    let dry_run = context.globals.dry_run;
    let mut needs = Needs::new().passphrase(Purpose::OPEN, source.as_ref());
    if !context.globals.yes && !dry_run {
        needs = needs.confirmation();
    }
    needs.check(context)?;
    let credentials = setup.credentials(context, network)?;
    let shown = crate::text::escape(name);
    if !dry_run && !context.confirm(&format!("remove {shown} with all its versions?"))? {
        return Err(Failure::input_needed("not confirmed; nothing was changed"));
    }
    let progress = context.progress("deriving the key");
    let outcome = secrets::remove(&desk, file, &credentials, name)?;
    drop(progress);
    let extra = json!({ "name": name });
    Ok(answer::change(context, &path, &outcome, &format!("removed {shown}"), extra))
}
