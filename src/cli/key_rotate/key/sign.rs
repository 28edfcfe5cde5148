//! `key-rotate key sign`.

use std::ffi::OsString;

use serde_json::json;

use super::message;
use crate::cli::key_rotate::{look, words};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::keys::signing;

/// Sign a message; the use is counted first
///
/// Ed25519 signs the message, secp256k1 its SHA-256 digest (Schnorr by BIP-340, or ECDSA with low S), a mac key computes an HMAC. Prints
/// the signature in hexadecimal. A text that starts like one of strongroom's own is refused.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key sign [OPTIONS] --in <FILE> [STORE] <KEY>")]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    #[command(flatten)]
    message: message::MessageArgs,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key sign")?;
    if context.globals.dry_run {
        return Err(Failure::usage(
            "a signature cannot be made without being made: leave --dry-run out",
        ));
    }
    let scheme = args.message.scheme()?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    look::require_sound(&desk.settings.rotation, file.network())?;
    let brought = args.message.read(context)?;
    let credentials = target.credentials(context, &file)?;
    let signed = context.during("deriving the key", || {
        signing::sign(&desk, file, &credentials, &id, scheme, brought.message())
    })?;
    let bytes = data_encoding::HEXLOWER.encode(&signed.bytes);
    let public =
        (!signed.public.is_empty()).then(|| data_encoding::HEXLOWER.encode(&signed.public));
    let fingerprint = public.as_ref().map(|_| crate::keyring::public::fingerprint(&signed.public));
    let json = json!({
        "id": id.as_str(),
        "version": signed.n,
        "scheme": signed.scheme.name(),
        "signature": bytes,
        "public_key": public,
        "fingerprint": fingerprint,
    });
    Ok(Answer::new(format!("{bytes}\n"), json))
}
