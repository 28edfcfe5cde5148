//! `key-rotate use`: count uses of keys.

use std::ffi::OsString;

use serde_json::json;

use super::{look, shown, words};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::keys::make;

/// Count uses of a key that happened elsewhere
///
/// A count never goes back. What key-rotate signs itself is counted by itself.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate use [OPTIONS] --key <KEY> --add <N> [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,

    /// The key
    #[arg(long, value_name = "KEY", required = true)]
    key: OsString,

    /// How many uses
    #[arg(long, value_name = "N", required = true)]
    add: OsString,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let id = words::key_id(&args.key)?;
    let add = args.add.to_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let add = add.and_then(|text| text.parse::<u64>().ok()).filter(|n| *n > 0);
    let add = add.ok_or_else(|| Failure::usage("--add takes a whole number from 1"))?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    look::require_sound(&desk.settings.rotation, file.network())?;
    let credentials = target.credentials(context, &file)?;
    let uses = [(id, add)];
    let (outcome, counted) = context
        .during("deriving the key", || make::count_uses(&desk, file, &credentials, &uses))?;
    let keys: Vec<_> = counted.iter().map(|key| shown::changed(context, key)).collect();
    let total = counted.first().map_or(0, |key| key.facts.uses);
    let text = format!("{}: {total} uses\n", uses[0].0);
    Ok(shown::answer(context, &target.path, &outcome, &text, json!({ "keys": keys })))
}
