//! `key-rotate key export-public`.

use std::ffi::OsString;

use serde_json::json;

use super::reading;
use crate::cli::key_rotate::words;
use crate::cli::{Answer, Context, Failure};
use crate::keyring::{KeyError, PublicHalf};
use crate::ops::audit::Event;

/// Print the public half of a key
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key export-public [OPTIONS] [STORE] <KEY>")]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// This version instead of the active one
    #[arg(long = "version-number", value_name = "N")]
    version: Option<u32>,

    /// hex (default), fingerprint, did or address
    #[arg(long, value_name = "FORM")]
    form: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let form = args.form.as_deref().map_or(Some("hex"), |form| form.to_str());
    let form = form.filter(|form| ["hex", "fingerprint", "did", "address"].contains(form));
    let form =
        form.ok_or_else(|| Failure::usage("--form takes hex, fingerprint, did or address"))?;
    let (store, id) = words::store_and_key(context, &args.words, "key export-public")?;
    let event = Event {
        version: args.version.map(u64::from),
        ..Event::new("key.export-public", Some(id.to_string()))
    };
    let (json, text) = reading(context, store, event, |store, network| {
        let key = store.keyring().key(id.as_str())?;
        let version = match args.version {
            Some(n) => key.version(n)?,
            None => key.require_active()?,
        };
        let public = PublicHalf { kind: key.kind, bytes: &version.public };
        let refused = KeyError::Purpose {
            kind: key.kind.name(),
            role: key.role.name(),
            what: "be shown in this form",
        };
        let text = match form {
            "fingerprint" => public.fingerprint(),
            "did" => public.did_key(),
            "address" => public.address(key.role, network),
            _ => Some(public.hex()).filter(|hex| !hex.is_empty()),
        };
        let json = json!({
            "id": key.id.as_str(),
            "kind": key.kind.name(),
            "role": key.role.name(),
            "version": version.n,
            "state": version.state.name(),
            "public_key": public.hex(),
            "fingerprint": public.fingerprint(),
            "did": public.did_key(),
            "address": public.address(key.role, network),
        });
        Ok((json, text.ok_or(refused)?))
    })?;
    Ok(Answer::new(text + "\n", json))
}
