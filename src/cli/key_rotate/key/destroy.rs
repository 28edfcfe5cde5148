//! `key-rotate key destroy`.

use std::ffi::OsString;

use serde_json::json;

use crate::cli::key_rotate::{shown, words};
use crate::cli::needs::Needs;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::keys::make;

/// Give a key up for good: no version is active any more, and every private half is removed
///
/// Its public keys stay, so that what it signed can be verified, and its id is never given again. Private halves are removed from this
/// file; older copies of the file, and archives, still hold them.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key destroy [OPTIONS] [STORE] <KEY>")]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key destroy")?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    let needs = Needs::new().confirmation_of_change(&context.globals);
    let credentials = target.credentials_and(context, &file, needs)?;
    context.confirm_change(&format!("destroy the key {id}? it cannot be brought back"))?;
    let (outcome, key) = context
        .during("deriving the key", || make::destroy(&desk, file, &credentials, id.as_str()))?;
    let text = format!("destroyed {id}\n");
    let extra = json!({ "keys": [shown::changed(context, &key)] });
    Ok(shown::answer(context, &target.path, &outcome, &text, extra))
}
