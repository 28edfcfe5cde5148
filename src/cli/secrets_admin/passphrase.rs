//! `secrets-admin passphrase change`.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use super::init::{needs_of_new_passphrase, new_passphrase};
use super::keyslot::announce_key;
use super::others::OtherSlots;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::isec;
use crate::ops::locate::Format;
use crate::ops::slots::{self, NewSecret};
use crate::store::keyslot::Credentials;

/// Change the passphrase of a keyslot
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    Change(Change),
}

/// Give the keyslot that the old passphrase opens a new one
///
/// With one keyslot the store also gets a new data key, so that the old passphrase and an old copy of the file read nothing
/// that comes after. With several, name the others' passphrases to get the same.
#[derive(clap::Args)]
pub struct Change {
    /// The store
    file: Option<OsString>,
    /// Make a new passphrase of 7 random words and show it once on the terminal
    #[arg(long, conflicts_with = "new_passphrase_from")]
    generate: bool,
    /// Cost of the key derivation: m=KIB,t=N,p=N
    #[arg(long, value_name = "COSTS")]
    kdf: Option<OsString>,
    /// The old passphrase is known to somebody else: take a new data key, signing key and audit root
    #[arg(long)]
    compromised: bool,
    /// The keyfile that goes with the new passphrase; without it --keyfile stays
    #[arg(long, value_name = "FILE")]
    new_keyfile: Option<OsString>,
    /// Open with the new passphrase alone from now on
    #[arg(long, conflicts_with = "new_keyfile")]
    drop_keyfile: bool,
    #[command(flatten)]
    others: OtherSlots,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let Verb::Change(args) = &args.verb;
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    let base = match file.format() {
        Format::Native => network.policy().kdf_default,
        Format::IgraCurrent | Format::IgraLegacy => isec::DEFAULT_KDF,
    };
    let kdf = answer::kdf(args.kdf.as_ref(), base)?;
    let needs = needs_of_new_passphrase(&context.globals, args.generate);
    let credentials = target.credentials_and(context, &file, needs)?;
    let presented = args.others.read(&target.setup, context, network)?;
    let passphrase = new_passphrase(context, &target.setup, network, args.generate)?;
    let keyfile = match &args.new_keyfile {
        Some(path) => target.setup.keyfile_hash(context, Some(path.as_ref()))?,
        None if args.drop_keyfile => None,
        None => credentials.keyfile,
    };
    let new = Credentials { passphrase, keyfile };
    let outcome = context.during("deriving the keys", || {
        slots::change_passphrase(
            &desk,
            file,
            &credentials,
            &NewSecret { credentials: &new, kdf },
            &args.others.others(&presented),
            args.compromised,
        )
    })?;
    if args.compromised {
        announce_key(context, &outcome);
    }
    Ok(answer::change(context, &target.path, &outcome, "changed the passphrase", json!({})))
}
