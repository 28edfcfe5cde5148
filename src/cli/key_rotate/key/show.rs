//! `key-rotate key show`.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{facts, reading};
use crate::cli::key_rotate::{shown, words};
use crate::cli::{Answer, Context, Failure};
use crate::keyring::PublicHalf;
use crate::ops::OpError;
use crate::ops::audit::Event;
use crate::ops::keys::look::Judged;

/// Show a key with all its versions
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key show [OPTIONS] [STORE] <KEY>")]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "key show")?;
    let event = Event::new("key.show", Some(id.to_string()));
    let (ring, network) = reading(context, store, event, |store, network| {
        store.keyring().key(id.as_str()).map_err(OpError::from)?;
        Ok((store.keyring().clone(), network))
    })?;
    let key = ring.key(id.as_str()).map_err(OpError::from)?;
    let facts = facts(context, &ring, network)?.into_iter().find(|facts| facts.id == id);
    let facts =
        facts.ok_or_else(|| Failure::from(OpError::from(crate::keyring::KeyError::NoKey)))?;
    let judged = Judged::of(facts, context.clock.now());
    let mut text = format!(
        "{id}: {} key, {}\n{}",
        key.kind.name(),
        key.role.name(),
        shown::describe(&judged.facts, network)
    );
    let mut versions: Vec<Value> = Vec::new();
    for version in key.versions() {
        let public = PublicHalf { kind: key.kind, bytes: &version.public };
        let name = public.fingerprint().unwrap_or_else(|| "no public key".to_owned());
        let _ = write!(text, "version {}  {}  since {}", version.n, version.state, version.created);
        if let Some(until) = version.keep_until {
            let _ = write!(text, "  kept until {until}");
        }
        let _ = writeln!(text, "  {name}");
        versions.push(json!({
            "n": version.n,
            "state": version.state.name(),
            "public_key": if version.public.is_empty() { Value::Null } else { public.hex().into() },
            "fingerprint": public.fingerprint(),
            "created": version.created.to_string(),
            "ended": version.ended.map(|time| time.to_string()),
            "keep_until": version.keep_until.map(|time| time.to_string()),
            "uses": version.uses,
            "proven": version.proof.is_some(),
        }));
    }
    let origin = key.origin.as_ref().map(|origin| {
        let _ = writeln!(
            text,
            "derived from version {} of {} for {}",
            origin.n,
            origin.parent,
            origin.label.as_str()
        );
        json!({
            "parent": origin.parent.as_str(),
            "version": origin.n,
            "label": origin.label.as_str(),
            "hash": origin.algorithm.name(),
        })
    });
    let mut json = shown::key(&judged.facts, network, judged.decision.as_ref());
    json["versions"] = versions.into();
    json["derived_from"] = origin.unwrap_or(Value::Null);
    json["retired"] = key.retired.map(|time| time.to_string()).into();
    Ok(Answer::new(text, json!({ "network": network.name(), "key": json })))
}
