//! `key-rotate key list`.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{facts, reading};
use crate::cli::key_rotate::{shown, words};
use crate::cli::{Answer, Context, Failure};
use crate::ops::audit::Event;
use crate::ops::keys::look::Judged;

/// List the keys of a store
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key list [OPTIONS] [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let (ring, network) =
        reading(context, store, Event::new("key.list", None), |store, network| {
            Ok((store.keyring().clone(), network))
        })?;
    let keys = facts(context, &ring, network)?;
    let now = context.clock.now();
    let mut text = String::new();
    let mut rows: Vec<Value> = Vec::new();
    for key in keys {
        let judged = Judged::of(key, now);
        let version =
            judged.facts.active.map_or("retired".to_owned(), |(n, _)| format!("version {n}"));
        let (kind, role) = (judged.facts.kind.name(), judged.facts.role.name());
        let _ = writeln!(text, "{}  {kind}  {role}  {version}", judged.facts.id);
        rows.push(shown::key(&judged.facts, network, judged.decision.as_ref()));
    }
    Ok(Answer::new(text, json!({ "network": network.name(), "keys": rows })))
}
