//! `key-rotate due`: the condition of a systemd unit.

use std::ffi::OsString;

use super::look::Look;
use super::{verbs, words};
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::rotation::policy::Due;

/// Is there something to rotate? For ExecCondition=
///
/// Silent. Exit 0: a key is due; 1: none is; 255: cannot tell. Reads the signed inventory: no passphrase, no lock, nothing written.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate due [OPTIONS] [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,

    /// Ask about this key only
    #[arg(long, value_name = "KEY")]
    key: Option<OsString>,

    #[command(flatten)]
    look: Look,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let only = args.key.as_deref().map(words::key_id).transpose()?;
    let looked = args.look.look(context, store)?;
    if let Some(doubt) = looked.doubts().next() {
        return Err(Failure::new(Kind::Integrity, doubt.to_string()));
    }
    let mut keys = looked.keys.iter();
    let due = match &only {
        None => keys.any(|key| key.decision.as_ref().is_some_and(|d| d.due >= Due::Overdue)),
        Some(id) => {
            let found = keys
                .find(|key| key.facts.id == *id)
                .ok_or_else(|| Failure::new(Kind::NotFound, "no managed key has that id"))?;
            found.decision.as_ref().is_some_and(|d| d.due >= Due::Overdue)
        }
    };
    Ok(verbs::condition(context, due))
}
