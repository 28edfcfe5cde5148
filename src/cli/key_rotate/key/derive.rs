//! `key-rotate key derive`.

use std::ffi::OsString;

use super::{Made, What, hash, make};
use crate::cli::key_rotate::words;
use crate::cli::{Answer, Context, Failure};
use crate::crypto::derive::Label;

/// Derive a key from a wrap key of the store with HKDF
///
/// What it is for is its label, which is given once for each parent. The derived key is a managed key like any other.
#[derive(clap::Args)]
#[command(
    override_usage = "key-rotate key derive [OPTIONS] --from-key <KEY> --label <LABEL> --kind <KIND> --role <ROLE> [STORE] <KEY>"
)]
pub struct Args {
    /// The store, and the new key's id
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// The key that it is derived from
    #[arg(long, value_name = "KEY", required = true)]
    from_key: OsString,

    /// What it is for
    #[arg(long, value_name = "LABEL", required = true)]
    label: OsString,

    #[command(flatten)]
    what: What,

    /// sha256 (default), sha384 or sha512
    #[arg(long, value_name = "HASH")]
    hash: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key derive")?;
    let (kind, role) = args.what.read()?;
    let parent = words::key_id(&args.from_key)?;
    let label = Label::parse(args.label.to_str().unwrap_or_default())
        .map_err(|error| Failure::usage(error.to_string()))?;
    let algorithm = hash(args.hash.as_deref())?;
    make(context, store, (&id, kind, role), |_, _| Ok(Made::Derived(parent, label, algorithm)))
}
