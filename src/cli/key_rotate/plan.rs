//! `key-rotate plan`: what a rotation would do, and why.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::json;

use super::look::Look;
use super::{shown, words};
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::keys::look::JudgedSecret;
use crate::ops::keys::rotate::Item;
use crate::rotation::policy::Due;

/// Show what a rotation would do, and why
///
/// Reads the signed inventory: no passphrase, no lock, nothing written. Without keys: what rotate --due would do.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate plan [OPTIONS] [STORE] [KEY]...
       key-rotate plan [OPTIONS] --all [STORE]")]
pub struct Args {
    /// The store, and the keys
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,

    /// Every key, and every secret of [rotation.secrets]
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    look: Look,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, keys) = words::split(context, &args.words);
    let named = keys.iter().map(|id| words::item(id)).collect::<Result<Vec<_>, _>>()?;
    if args.all && !named.is_empty() {
        return Err(Failure::usage("keys are named, and --all is given"));
    }
    let looked = args.look.look(context, store)?;
    let policies = Setup::new(context)?.config.rotation;
    for doubt in looked.doubts() {
        context.output.warn(&doubt.to_string());
    }
    let is_known = |item: &Item| match item {
        Item::Key(id) => looked.keys.iter().any(|key| key.facts.id == *id),
        Item::Secret(label) => looked.secrets.iter().any(|secret| secret.facts.label == *label),
    };
    if !named.iter().all(is_known) {
        let what = "no managed key has that id, or no secret that label";
        return Err(Failure::new(Kind::NotFound, what));
    }
    let is_asked = |item: &Item| args.all || named.contains(item);
    let mut text = String::new();
    let (mut steps, mut secret_steps) = (Vec::new(), Vec::new());
    for judged in &looked.keys {
        let (Some(decision), Some((n, _))) = (&judged.decision, judged.facts.active) else {
            continue;
        };
        let due = decision.due >= Due::Overdue;
        let asked = is_asked(&Item::Key(judged.facts.id.clone()));
        if !(asked || named.is_empty() && due) {
            continue;
        }
        let id = judged.facts.id.as_str();
        let policy = policies.policy(id, judged.facts.role, looked.network);
        let keep_until = policy.keep_until(looked.now);
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        let why = if reasons.is_empty() { "asked for".to_owned() } else { reasons.join(", ") };
        let attended = if due && policy.auto_rotate { ", run-due does it" } else { "" };
        let _ = writeln!(
            text,
            "rotate {id} from version {n} to {} ({why}{attended}); keep version {n} until {keep_until}",
            n + 1
        );
        steps.push(json!({
            "id": id,
            "from": n,
            "to": n + 1,
            "due": shown::due(Some(decision)),
            "reasons": reasons,
            "unattended": due && policy.auto_rotate,
            "keep_until": keep_until.to_string(),
        }));
    }
    for JudgedSecret { facts, decision } in &looked.secrets {
        let item = Item::Secret(facts.label.clone());
        let due = decision.due >= Due::Overdue;
        let rotation = policies.secrets.get(&facts.label);
        let Some(rotation) = rotation.filter(|_| is_asked(&item) || named.is_empty() && due) else {
            continue;
        };
        let policy = policies.secret_policy(rotation, looked.network);
        let keep_until = policy.keep_until(looked.now);
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        let why = if reasons.is_empty() { "asked for".to_owned() } else { reasons.join(", ") };
        let unattended = due && policy.auto_rotate;
        let attended = if unattended { ", run-due does it" } else { "" };
        let n = facts.n;
        let _ = writeln!(
            text,
            "rotate {item} from version {n} ({why}{attended}); keep version {n} until {keep_until}"
        );
        secret_steps.push(json!({
            "id": facts.label.as_str(),
            "from": n,
            "due": decision.due.name(),
            "reasons": reasons,
            "unattended": unattended,
            "keep_until": keep_until.to_string(),
        }));
    }
    if text.is_empty() {
        text.push_str("nothing is due\n");
    }
    let json = json!({
        "authenticated": looked.is_certain(),
        "network": looked.network.name(),
        "generation": looked.generation,
        "steps": steps,
        "secrets": secret_steps,
    });
    Ok(Answer::new(text, json))
}
