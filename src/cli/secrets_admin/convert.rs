//! `secrets-admin convert`: between strongroom's format and Igra's.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::answer;
use super::init::{FormatArg, show_generated};
use crate::cli::source::reader::{Purpose, Reader};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::isec;
use crate::ops;
use crate::ops::convert::Conversion;
use crate::ops::init::NewFormat;
use crate::passphrase::Passphrase;
use crate::secret::SecretBytes;
use crate::store::keyslot::Credentials;

/// Write the secrets of one store into a new file of another format
///
/// Reads strongroom stores and both layouts of Igra's secrets.bin. The source is not changed. The new file has the same
/// passphrase unless --new-passphrase-from names another; either way it must meet the network's policy.
#[derive(clap::Args)]
pub struct Args {
    /// The store to read
    source: OsString,
    /// The new file; or --out
    target: Option<OsString>,
    /// The new file
    #[arg(long, value_name = "FILE", conflicts_with = "target")]
    out: Option<OsString>,
    /// The format of the new file
    #[arg(long, value_enum)]
    to: FormatArg,
    /// Give a secret another name on the way: OLD=NEW
    #[arg(long, value_name = "OLD=NEW")]
    rename: Vec<String>,
    /// Make a passphrase of 7 random words for the new file and show it once on the terminal
    #[arg(long, conflicts_with = "new_passphrase_from")]
    generate: bool,
    /// Cost of the key derivation: m=KIB,t=N,p=N
    #[arg(long, value_name = "COSTS")]
    kdf: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, Some(&args.source))?;
    let out = args.target.as_ref().or(args.out.as_ref());
    let out = out.ok_or_else(|| {
        Failure::usage("the new file is not named")
            .hint("name it as the second argument, or with --out FILE")
    })?;
    let format = NewFormat::from(args.to);
    let renames = renames(&args.rename)?;
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    let base = match format {
        NewFormat::Native => network.policy().kdf_default,
        NewFormat::Igra => isec::DEFAULT_KDF,
    };
    let kdf = answer::kdf(args.kdf.as_ref(), base)?;
    let credentials = target.credentials(context, &file)?;
    let new = context.globals.new_passphrase_from.clone();
    let passphrase = match new {
        Some(source) => {
            Reader::new(context, network).new_passphrase(Purpose::NEW, Some(&source))?
        }
        None if args.generate => show_generated(context, &target.setup)?,
        None => again(&credentials.passphrase)?,
    };
    let new = Credentials { passphrase, keyfile: None };
    let conversion = Conversion { target: Path::new(out), format, kdf, renames };
    let outcome = context.during("deriving the keys", || {
        ops::convert::convert(&desk, file, &credentials, &new, &conversion)
    })?;
    let shown = crate::text::escape(&Path::new(out).display().to_string());
    let extra = json!({ "out": shown });
    Ok(answer::change(context, &target.path, &outcome, &format!("wrote {shown}"), extra))
}

fn again(passphrase: &Passphrase) -> Result<Passphrase, Failure> {
    let copy = SecretBytes::copy_from(passphrase.as_typed().expose());
    Passphrase::new(copy)
        .map_err(|error| Failure::from_error(crate::kind::Kind::Usage, &error, Vec::new()))
}

fn renames(pairs: &[String]) -> Result<BTreeMap<String, crate::name::SecretName>, Failure> {
    pairs
        .iter()
        .map(|pair| {
            // Igra's names may hold '=', ours may not: split at the last one.
            let (old, new) =
                pair.rsplit_once('=').ok_or_else(|| Failure::usage("--rename takes OLD=NEW"))?;
            Ok((old.to_owned(), answer::secret_name(new.as_ref())?))
        })
        .collect()
}
