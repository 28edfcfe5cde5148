//! `key-rotate key create`.

use std::ffi::OsString;

use super::{Made, What, make};
use crate::cli::key_rotate::words;
use crate::cli::{Answer, Context, Failure};

/// Make a key from randomness; it is active at once
#[derive(clap::Args)]
#[command(
    override_usage = "key-rotate key create [OPTIONS] --kind <KIND> --role <ROLE> [STORE] <KEY>"
)]
pub struct Args {
    /// The store, and the key's id
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    #[command(flatten)]
    what: What,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key create")?;
    let (kind, role) = args.what.read()?;
    make(context, store, (&id, kind, role), |_, _| Ok(Made::Random))
}
