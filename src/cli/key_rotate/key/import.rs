//! `key-rotate key import`.

use std::ffi::OsString;

use super::{Made, What, make};
use crate::cli::key_rotate::words;
use crate::cli::source::Source;
use crate::cli::source::reader::{Ending, Reader};
use crate::cli::{Answer, Context, Failure};
use crate::secret::{PrivateKey, SecretBytes};

/// Take a private key that was made elsewhere: 32 bytes, or 64 hexadecimal digits
///
/// An Ed25519 seed, an X25519 scalar, a secp256k1 scalar, or 32 symmetric bytes. Text is refused: a passphrase is no key.
#[derive(clap::Args)]
#[command(
    override_usage = "key-rotate key import [OPTIONS] --kind <KIND> --role <ROLE> --from <SPEC> [STORE] <KEY>"
)]
pub struct Args {
    /// The store, and the key's id
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    #[command(flatten)]
    what: What,

    /// Where the private key comes from: prompt, stdin, fd:N, file:PATH, cred:NAME
    #[arg(long, value_name = "SPEC", required = true)]
    from: OsString,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key import")?;
    let (kind, role) = args.what.read()?;
    let from = Source::parse("--from", &args.from)?;
    make(context, store, (&id, kind, role), |context, network| {
        let label = format!("private key of {id}");
        let mut reader = Reader::new(context, network);
        reader.admit(&from)?;
        let value = reader.value(&label, "--from", Some(&from), Ending::Stripped)?;
        Ok(Made::Given(decoded(value)?))
    })
}

/// 32 bytes as they are, or from their hexadecimal digits.
fn decoded(value: SecretBytes) -> Result<SecretBytes, Failure> {
    if value.len() == PrivateKey::LEN {
        return Ok(value);
    }
    let mut bytes = SecretBytes::zeroed(PrivateKey::LEN);
    let digits = value.len() == 2 * PrivateKey::LEN
        && data_encoding::HEXLOWER_PERMISSIVE
            .decode_mut(value.expose(), bytes.expose_mut())
            .is_ok();
    if digits {
        Ok(bytes)
    } else {
        Err(Failure::usage("the private key is neither 32 bytes nor 64 hexadecimal digits"))
    }
}
