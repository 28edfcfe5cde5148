//! `key-rotate proof export|verify`.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::look::trusted;
use super::words;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::fs::{FsError, Place, Trust};
use crate::keyring::PublicHalf;
use crate::kind::Kind;
use crate::ops::keys::proof;
use crate::ops::{OpError, write_file};
use crate::rotation::continuity::{Expected, MAX_FILE, verify};

/// Continuity proofs: that each version of a key was chosen by whoever had the one before
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    Export(Export),
    Verify(Verify),
}

/// Write the proofs of a key to a new file, for those who know an older version
#[derive(clap::Args)]
#[command(override_usage = "key-rotate proof export [OPTIONS] --out <FILE> [STORE] <KEY>")]
struct Export {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// The new file
    #[arg(long, value_name = "FILE", required = true)]
    out: OsString,
}

/// Follow the proofs of a file from a key that is trusted; needs no store
///
/// Exit 13: the file proves nothing; 14: another key or version; 16: another network; 18: an old file.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate proof verify [OPTIONS] --trust <KEY> <FILE>")]
struct Verify {
    /// The file of proofs
    #[arg(value_name = "FILE")]
    words: Vec<OsString>,

    /// A public key that is trusted: its hexadecimal digits, sha256: fingerprint or did:key
    #[arg(long, value_name = "KEY", required = true)]
    trust: OsString,

    /// The key that the proof must be about
    #[arg(long, value_name = "KEY")]
    key: Option<OsString>,

    /// The version that it must lead to
    #[arg(long = "version-number", value_name = "N")]
    version: Option<u32>,

    /// The number of the last link that was seen before: an older file is refused
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    match &args.verb {
        Verb::Export(args) => export(args, context),
        Verb::Verify(args) => check(args, context),
    }
}

fn export(args: &Export, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "proof export")?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    let credentials = target.credentials(context, &file)?;
    let exported =
        context.during("deriving the key", || proof::export(&desk, file, &credentials, &id))?;
    let Some(exported) = exported else {
        return Err(Failure::new(Kind::NotFound, "nothing is proven of this key's versions")
            .hint("a key has proofs from its first rotation on; an x25519 key if there is an identity key then"));
    };
    let out = Path::new(&args.out);
    let place = Place::resolve(out, desk.trust)?;
    let shown = crate::text::escape(&out.display().to_string());
    write_file::write_new(&desk, &place, &exported.bytes).map_err(|error| match error {
        OpError::Fs(FsError::Exists(_)) => {
            Failure::new(Kind::Exists, format!("refusing to overwrite {shown}"))
        }
        error => error.into(),
    })?;
    let (kind, bytes) = &exported.anchor;
    let anchor = PublicHalf { kind: *kind, bytes };
    let verb = if context.globals.dry_run { "would write" } else { "wrote" };
    let links = exported.links;
    let text =
        format!("{verb} {shown}: links: {links}\nwhoever trusts {} can verify it\n", anchor.hex());
    let json = json!({
        "out": shown,
        "dry_run": context.globals.dry_run,
        "id": id.as_str(),
        "links": links,
        "trust": anchor.hex(),
        "fingerprint": anchor.fingerprint(),
    });
    Ok(Answer::new(text, json))
}

fn check(args: &Verify, context: &mut Context) -> Result<Answer, Failure> {
    let [file] = args.words.as_slice() else {
        return Err(
            Failure::usage("one FILE of proofs is named").hint("key-rotate proof verify --help")
        );
    };
    let trust = trusted("--trust", &args.trust)?;
    let expected = Expected {
        network: context.globals.network,
        key: args.key.as_deref().map(words::key_id).transpose()?,
        version: args.version,
        after: args.after,
    };
    let place = Place::resolve(Path::new(file), Trust::of_process())?;
    let bytes = place
        .directory()
        .read_public(place.name(), MAX_FILE as u64)?
        .ok_or_else(|| FsError::NotFound(file.into()))?;
    let found = verify(&bytes, &trust, &expected)
        .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))?;
    let (n, bytes) = &found.newest;
    let newest = PublicHalf { kind: found.kind, bytes };
    let text = format!(
        "good: the chain leads to version {n} of {} on {}, links: {}\npublic key   {}\nfingerprint  {}\nin use since {}\n",
        found.key,
        found.network,
        found.links,
        newest.hex(),
        newest.fingerprint().unwrap_or_default(),
        found.not_before,
    );
    let json = json!({
        "verdict": "good",
        "network": found.network.name(),
        "id": found.key.as_str(),
        "kind": found.kind.name(),
        "version": n,
        "public_key": newest.hex(),
        "fingerprint": newest.fingerprint(),
        "did": newest.did_key(),
        "not_before": found.not_before.to_string(),
        "window_end": found.window_end.to_string(),
        "seq": found.seq,
        "links": found.links,
    });
    Ok(Answer::new(text, json))
}
