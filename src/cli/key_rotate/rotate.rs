//! `key-rotate rotate`: new versions, all in one commit.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::json;

use super::{look, shown, words};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::keys::hooked::{self, Agreed};
use crate::ops::keys::rotate::{self, Item, Rotated, Which};
use crate::ops::keys::secrets::{self, Brought};
use crate::ops::{Desk, StoreFile};
use crate::rotation::secrets::PREFIX;
use crate::store::keyslot::Credentials;

/// Give keys new versions: all of them in one commit, or none
///
/// The versions that are replaced stay, sealed, until their grace period is over; their public keys stay for ever. A key that signs
/// vouches for its successor, and the identity key for keys that cannot: see key-rotate proof. secret:LABEL is the secret that
/// [rotation.secrets.LABEL] names: it gets the value that a generator or a program makes.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate rotate [OPTIONS] [STORE] <KEY>...
       key-rotate rotate [OPTIONS] --due|--all [STORE]")]
pub struct Args {
    /// The store, and the keys
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// Every key and secret that is due
    #[arg(long, conflicts_with = "all")]
    due: bool,

    /// Every key, and every secret of [rotation.secrets]
    #[arg(long)]
    all: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, keys) = words::split(context, &args.words);
    let which = match (args.due, args.all, keys) {
        (false, false, []) => {
            return Err(Failure::usage("KEY is missing")
                .hint("name keys, or say --due or --all")
                .hint("key-rotate rotate --help"));
        }
        (false, false, keys) => {
            Which::Named(keys.iter().map(|id| words::item(id)).collect::<Result<_, _>>()?)
        }
        (_, _, [_, ..]) => {
            return Err(Failure::usage("keys are named, and --due or --all is given"));
        }
        (true, ..) => Which::Due,
        (_, true, _) => Which::All,
    };
    let reason = context.globals.reason.clone();
    let usual = if matches!(which, Which::Due) { "scheduled" } else { "manual" };
    let reason = reason.unwrap_or_else(|| usual.to_owned());
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    look::require_sound(&desk.settings.rotation, file.network())?;
    let credentials = target.credentials(context, &file)?;
    let (agreed, items) = ask_hooks(context, &target, &desk, &file, &which)?;
    let brought = bring(context, &target, &desk, &file, &credentials, &which)?;
    let rotated = context.during("rotating", || {
        rotate::rotate(&desk, file, &credentials, &which, items.as_deref(), &brought, &reason)
    })?;
    tell_hooks(context, &desk, agreed.as_ref(), &rotated);
    Ok(answer(context, &target.path, &rotated))
}

/// Asks the pre-hooks, if there are hooks. Comes after the passphrase was read and before it is used: a veto costs nothing.
pub fn ask_hooks(
    context: &mut Context,
    target: &Target,
    desk: &Desk<'_>,
    file: &StoreFile,
    which: &Which,
) -> Result<(Option<Agreed>, Option<Vec<Item>>), Failure> {
    let mut seen = Vec::new();
    let agreed = hooked::before(desk, file, &target.setup.config.hooks, which, &mut seen)?;
    notices::print(context, &target.path, &seen);
    let items = agreed.as_ref().map(Agreed::items);
    Ok((agreed, items))
}

/// Takes the values that programs give, after the pre-hooks agreed and all that could refuse was tried.
pub fn bring(
    context: &mut Context,
    target: &Target,
    desk: &Desk<'_>,
    file: &StoreFile,
    credentials: &Credentials,
    which: &Which,
) -> Result<Brought, Failure> {
    let mut seen = Vec::new();
    let brought =
        secrets::bring(desk, file, credentials, &target.setup.config.hooks, which, &mut seen)?;
    notices::print(context, &target.path, &seen);
    Ok(brought)
}

/// Tells the post-hooks. The rotation is done, whatever they do.
pub fn tell_hooks(
    context: &mut Context,
    desk: &Desk<'_>,
    agreed: Option<&Agreed>,
    rotated: &Rotated,
) {
    for ran in agreed.map(|agreed| agreed.after(desk, rotated)).unwrap_or_default() {
        context.output.warn(&format!("the keys ARE rotated, but {ran}"));
    }
}

/// What became of the keys.
pub fn answer(context: &mut Context, file: &std::path::Path, rotated: &Rotated) -> Answer {
    let mut text = String::new();
    for key in &rotated.keys {
        let n = key.facts.active.map_or(0, |(n, _)| n);
        let _ = writeln!(text, "{} is now version {n}", key.facts.id);
    }
    for (label, n) in &rotated.secrets {
        let _ = writeln!(text, "{PREFIX}{label} is now version {n}");
    }
    for (label, n) in &rotated.secrets_ended {
        let _ = writeln!(text, "{PREFIX}{label}: version {n} was removed");
    }
    for (id, n) in &rotated.ended {
        let _ = writeln!(text, "{id}: the private half of version {n} was removed");
    }
    if text.is_empty() {
        text.push_str(if rotated.outcome.plan.is_empty() {
            "nothing is due\n"
        } else {
            "the inventory now shows which secrets are rotated\n"
        });
    }
    let keys: Vec<_> = rotated.keys.iter().map(|key| shown::changed(context, key)).collect();
    let ended: Vec<_> =
        rotated.ended.iter().map(|(id, n)| json!({ "id": id.as_str(), "n": n })).collect();
    let of_secrets = |all: &[(crate::keyring::KeyId, u64)]| -> Vec<_> {
        all.iter().map(|(label, n)| json!({ "id": label.as_str(), "n": n })).collect()
    };
    let extra = json!({
        "keys": keys,
        "ended": ended,
        "secrets": of_secrets(&rotated.secrets),
        "secrets_ended": of_secrets(&rotated.secrets_ended),
    });
    shown::answer(context, file, &rotated.outcome, &text, extra)
}
