//! `secrets-admin data-key rotate`.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use super::keyslot::announce_key;
use super::others::OtherSlots;
use crate::cli::target::Target;
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
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a data key of its own")?;
    let network = file.network();
    let credentials = target.credentials(context, &file)?;
    let presented = args.others.read(&target.setup, context, network)?;
    let others = args.others.others(&presented);
    let outcome = context.during("deriving the keys", || {
        slots::rotate_data_key(&desk, file, &credentials, &others, args.new_store_key)
    })?;
    if args.new_store_key {
        announce_key(context, &outcome);
    }
    Ok(answer::change(context, &target.path, &outcome, "rotated the data key", json!({})))
}
