//! `secrets-admin data-key rotate`.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use super::keyslot::announce_key;
use super::others::OtherSlots;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::source::reader::Purpose;
use crate::cli::{Answer, Context, Failure};
use crate::ops::slots;

/// The key under which the secrets are encrypted
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    Rotate(Rotate),
}

/// Encrypt everything under a new data key
///
/// Keyslots whose passphrases are not presented are dropped; --dry-run lists them.
#[derive(clap::Args)]
pub struct Rotate {
    /// The store
    file: Option<OsString>,
    /// Make a new store signing key and audit root too
    #[arg(long)]
    new_store_key: bool,
    #[command(flatten)]
    others: OtherSlots,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let Verb::Rotate(args) = &args.verb;
    let setup = Setup::new(context)?;
    let path = setup.store(args.file.as_ref())?;
    let desk = setup.desk();
    let file = setup.find(context, &desk, &path)?;
    file.require_native("a data key of its own")?;
    let network = file.network();
    let source = context.globals.passphrase_from.clone();
    Needs::new().passphrase(Purpose::OPEN, source.as_ref()).check(context)?;
    let credentials = setup.credentials(context, network)?;
    let presented = args.others.read(&setup, context, network)?;
    let progress = context.progress("deriving the keys");
    let others = args.others.others(&presented);
    let outcome = slots::rotate_data_key(&desk, file, &credentials, &others, args.new_store_key)?;
    drop(progress);
    if args.new_store_key {
        announce_key(context, &outcome);
    }
    Ok(answer::change(context, &path, &outcome, "rotated the data key", json!({})))
}
