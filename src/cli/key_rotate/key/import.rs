//! `key-rotate key import`.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::{Made, What, WrappedFlags, make};
use crate::cli::key_rotate::{look, shown, words};
use crate::cli::source::Source;
use crate::cli::source::reader::{Ending, Reader};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::fs::{FsError, Place};
use crate::ops::OpError;
use crate::ops::keys::wrapped;
use crate::secret::{PrivateKey, SecretBytes};
use crate::store::wrapped::{MAX_FILE, WrappedKey};

/// Take a private key that was made elsewhere: 32 bytes, 64 hexadecimal digits, or a wrapped key
///
/// With --from: an Ed25519 seed, an X25519 scalar, a secp256k1 scalar, or 32 symmetric bytes. Text is refused: a passphrase is no
/// key. With --wrapped: a file of key-rotate key export, with all versions of the key under its own id; the network must be the same.
#[derive(clap::Args)]
#[command(
    override_usage = "key-rotate key import [OPTIONS] --kind <KIND> --role <ROLE> --from <SPEC> [STORE] <KEY>
       key-rotate key import [OPTIONS] --wrapped <FILE> [STORE]"
)]
pub struct Args {
    /// The store, and the key's id
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// ed25519, x25519, secp256k1 or symmetric-32
    #[arg(long, value_name = "KIND", required_unless_present = "wrapped")]
    kind: Option<OsString>,

    /// identity, encryption, signing, wallet, signed-prekey, one-time-prekey, wrap, mac or recovery
    #[arg(long, value_name = "ROLE", required_unless_present = "wrapped")]
    role: Option<OsString>,

    /// Where the private key comes from: prompt, stdin, fd:N, file:PATH, cred:NAME
    #[arg(long, value_name = "SPEC", required_unless_present = "wrapped")]
    from: Option<OsString>,

    /// A file that key-rotate key export wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "role", "from"])]
    wrapped: Option<OsString>,

    #[command(flatten)]
    opening: WrappedFlags,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (kind, role, from) = match (&args.wrapped, &args.kind, &args.role, &args.from) {
        (Some(path), ..) => return unwrap(args, path, context),
        (None, Some(kind), Some(role), Some(from)) => (kind, role, from),
        _ => return Err(Failure::usage("--kind, --role and --from are needed")),
    };
    let (store, id) = words::store_and_key(context, &args.words, "key import")?;
    let (kind, role) = What { kind: kind.clone(), role: role.clone() }.read()?;
    let from = Source::parse("--from", from)?;
    make(context, store, (&id, kind, role), |context, network| {
        let label = format!("private key of {id}");
        let mut reader = Reader::new(context, network);
        reader.admit(&from)?;
        let value = reader.value(&label, "--from", Some(&from), Ending::Stripped)?;
        Ok(Made::Given(decoded(value)?))
    })
}

/// Takes a wrapped key. Its file is read and its network compared before anything is asked.
fn unwrap(args: &Args, path: &OsString, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)
        .map_err(|failure| failure.hint("a wrapped key has its own id: name the store alone"))?;
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    look::require_sound(&desk.settings.rotation, file.network())?;
    let place = Place::resolve(Path::new(path), desk.trust)?;
    let bytes = place.directory().read_public(place.name(), MAX_FILE as u64)?;
    let bytes = bytes.ok_or_else(|| FsError::NotFound(path.into()))?;
    let wrapped = WrappedKey::parse(&bytes).map_err(OpError::from)?;
    wrapped::require_network(&file, &wrapped)?;
    let credentials = target.credentials_and(context, &file, args.opening.needs()?)?;
    let secret = args.opening.known(context, file.network())?;
    let (outcome, key) = context.during("unwrapping the key", || {
        let unwrapped = wrapped::unwrap(&desk, &file, &wrapped, &secret)?;
        wrapped::import(&desk, file, &credentials, unwrapped)
    })?;
    let text = format!("took {}\n{}", key.facts.id, shown::describe(&key.facts, key.network));
    let extra = json!({ "keys": [shown::changed(context, &key)] });
    Ok(shown::answer(context, &target.path, &outcome, &text, extra))
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
