//! `key-rotate key verify`.

use std::ffi::OsString;

use serde_json::json;

use super::{message, reading};
use crate::cli::key_rotate::words;
use crate::cli::{Answer, Context, Failure};
use crate::keyring::signer::{self, Message, Scheme};
use crate::keyring::{KeyKind, State};
use crate::kind::Kind;
use crate::ops::audit::Event;

/// Verify a signature with a version of a key: exit 0 if it holds, 1 if it does not
///
/// Versions that were replaced verify what they signed; a compromised one proves nothing any more, which is said.
#[derive(clap::Args)]
#[command(
    override_usage = "key-rotate key verify [OPTIONS] --signature <HEX> --in <FILE> [STORE] <KEY>"
)]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// The signature in hexadecimal
    #[arg(long, value_name = "HEX", required = true)]
    signature: OsString,

    /// This version instead of the active one
    #[arg(long = "version-number", value_name = "N")]
    version: Option<u32>,

    #[command(flatten)]
    message: message::MessageArgs,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key verify")?;
    let scheme = args.message.scheme()?;
    let signature = args.signature.to_str().and_then(message::hex);
    let signature =
        signature.ok_or_else(|| Failure::usage("--signature takes hexadecimal digits"))?;
    let brought = args.message.read(context)?;
    let event = Event {
        version: args.version.map(u64::from),
        ..Event::new("key.verify", Some(id.to_string()))
    };
    let (holds, n, state, scheme) = reading(context, store, event, |store, _| {
        let key = store.keyring().key(id.as_str())?;
        let version = match args.version {
            Some(n) => key.version(n)?,
            None => key.require_active()?,
        };
        let scheme = Scheme::choose(key.kind, key.role, scheme)?;
        let holds = match (key.kind, brought.message()) {
            (KeyKind::Symmetric32, Message::Whole(text)) => {
                let Scheme::Hmac(algorithm) = scheme else {
                    return Ok((false, version.n, version.state, scheme));
                };
                let private = store.private_half(&store.key_sealer(), id.as_str(), version.n)?;
                crate::crypto::hash::verify(algorithm, private.expose(), &[text], &signature)
            }
            (_, message) => signer::verify(scheme, &version.public, message, &signature),
        };
        Ok((holds, version.n, version.state, scheme))
    })?;
    if matches!(state, State::Compromised | State::DestroyedCompromised) {
        context
            .output
            .warn(&format!("version {n} is compromised: anybody may have signed with it"));
    }
    let json = json!({
        "id": id.as_str(),
        "version": n,
        "state": state.name(),
        "scheme": scheme.name(),
        "valid": holds,
    });
    let kind = if holds { Kind::Ok } else { Kind::Findings };
    let text = if holds { "good\n" } else { "BAD: the signature does not hold\n" };
    Ok(Answer::new(text, json).ending(kind))
}
