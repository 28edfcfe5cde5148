//! `key-rotate key export --wrapped`.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::WrappedFlags;
use crate::cli::key_rotate::{shown, words};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::fs::{Directory as _, FsError, Place};
use crate::kind::Kind;
use crate::ops::keys::wrapped;
use crate::ops::{OpError, write_file};

/// Write a key to an encrypted file of its own, for another store or for a safe
///
/// The file holds every version of the key and opens with its own passphrase, which is asked for twice or read from
/// --archive-passphrase-from; on mainnet it must not be one of the store, and --reason is required. There is no way to get a private
/// key out unencrypted. key-rotate key import --wrapped brings it into a store of the same network. The store keeps the key: two
/// stores that both use it do not count each other's uses.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key export [OPTIONS] --wrapped --out <FILE> [STORE] <KEY>")]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// Encrypt the key under a passphrase of its own: the only form there is
    #[arg(long, required = true)]
    wrapped: bool,

    /// The new file
    #[arg(long, value_name = "FILE", required = true)]
    out: OsString,

    #[command(flatten)]
    opening: WrappedFlags,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key export")?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    let network = file.network();
    let out = Path::new(&args.out);
    let shown_out = crate::text::escape(&out.display().to_string());
    let exists = || Failure::new(Kind::Exists, format!("refusing to overwrite {shown_out}"));
    let place = Place::resolve(out, desk.trust)?;
    if place.directory().id(place.name())?.is_some() {
        return Err(exists());
    }
    wrapped::require_reason(&desk, network)?;
    let credentials = target.credentials_and(context, &file, args.opening.needs()?)?;
    let secret = args.opening.chosen(context, network)?;
    let exported = context.during("wrapping the key", || {
        wrapped::export(&desk, file, &credentials, &id, &secret, None)
    })?;
    notices::print(context, &target.path, &exported.notices);
    write_file::write_new(&desk, &place, &exported.bytes).map_err(|error| match error {
        OpError::Fs(FsError::Exists(_)) => exists(),
        error => error.into(),
    })?;
    let verb = if context.globals.dry_run { "would write" } else { "wrote" };
    let n = exported.key.facts.active.map_or(0, |(n, _)| n);
    let text = format!("{verb} {shown_out}: {id}, version {n}, encrypted\n");
    let json = json!({
        "out": shown_out,
        "dry_run": context.globals.dry_run,
        "keys": [shown::changed(context, &exported.key)],
    });
    Ok(Answer::new(text, json))
}
