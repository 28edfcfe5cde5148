//! `key-rotate due`: the condition of a systemd unit.

use std::ffi::OsString;

use super::look::Look;
use super::{verbs, words};
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::keys::look::Doubt;
use crate::ops::keys::rotate::Item;
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

    /// Ask about this key only, or about secret:LABEL
    #[arg(long, value_name = "KEY")]
    key: Option<OsString>,

    #[command(flatten)]
    look: Look,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let only = args.key.as_deref().map(words::item).transpose()?;
    let looked = args.look.look(context, store)?;
    // That the job has to make a secret known is no doubt about what there is to do.
    let unseen = looked.doubts().any(|doubt| doubt == Doubt::UnseenSecret);
    if let Some(doubt) = looked.doubts().find(|doubt| *doubt != Doubt::UnseenSecret) {
        return Err(Failure::new(Kind::Integrity, doubt.to_string()));
    }
    let due = match &only {
        None if unseen => true,
        None => looked.decisions().any(|(_, decision)| decision.due >= Due::Overdue),
        Some(item) => {
            // A retired key is known, and never due.
            let retired = looked.keys.iter().any(|key| Item::Key(key.facts.id.clone()) == *item);
            let mut all = looked.decisions();
            match all.find(|(found, _)| found == item) {
                Some((_, decision)) => decision.due >= Due::Overdue,
                None if retired => false,
                None => {
                    let what = "no managed key has that id, or no secret that label";
                    return Err(Failure::new(Kind::NotFound, what));
                }
            }
        }
    };
    Ok(verbs::condition(context, due))
}
