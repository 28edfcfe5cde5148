//! Keys in answers: the same fields wherever a key is shown.

use serde_json::{Value, json};

use crate::cli::{Answer, Context, notices};
use crate::keyring::facts::VersionFacts;
use crate::keyring::{KeyFacts, PublicHalf};
use crate::network::NetworkMode;
use crate::ops::Outcome;
use crate::ops::keys::Shown;
use crate::ops::keys::look::{Judged, JudgedSecret, Looked};
use crate::rotation::policy::{Decision, Due};

/// A version of a key.
pub fn version(key: &KeyFacts, version: &VersionFacts) -> Value {
    let public = PublicHalf { kind: key.kind, bytes: &version.public };
    json!({
        "n": version.n,
        "state": version.state.name(),
        "public_key": if version.public.is_empty() { Value::Null } else { public.hex().into() },
        "fingerprint": public.fingerprint(),
        "created": version.created.to_string(),
        "ended": version.ended.map(|time| time.to_string()),
        "keep_until": version.keep_until.map(|time| time.to_string()),
    })
}

/// A key, with the verdict on it.
pub fn key(key: &KeyFacts, network: NetworkMode, decision: Option<&Decision>) -> Value {
    let active = key.active.map(|(n, _)| n);
    let newest = key.versions.iter().find(|version| Some(version.n) == active);
    let public = newest.map(|version| PublicHalf { kind: key.kind, bytes: &version.public });
    let reasons = decision.map(|d| d.reasons.iter().map(ToString::to_string).collect::<Vec<_>>());
    json!({
        "id": key.id.as_str(),
        "kind": key.kind.name(),
        "role": key.role.name(),
        "active_version": active,
        "did": public.and_then(PublicHalf::did_key),
        "address": public.and_then(|public| public.address(key.role, network)),
        "versions_total": key.total,
        "versions": key.versions.iter().map(|v| version(key, v)).collect::<Vec<_>>(),
        "due_at": decision.and_then(|d| d.due_at).map(|time| time.to_string()),
        "age_days": decision.and_then(|d| d.age_days),
        "uses": key.uses,
        "max_uses": key.limits.max_uses,
        "due": decision.map_or("no", |d| d.due.name()),
        "reasons": reasons.unwrap_or_default(),
    })
}

/// The secrets that are rotated, with the verdict on each.
pub fn secrets(looked: &Looked) -> Vec<Value> {
    let secret = |judged: &JudgedSecret| {
        let (facts, decision) = (&judged.facts, &judged.decision);
        json!({
            "id": facts.label.as_str(),
            "version": facts.n,
            "since": facts.since.to_string(),
            "keep_until": facts.keep_until.map(|time| time.to_string()),
            "due_at": decision.due_at.map(|time| time.to_string()),
            "age_days": decision.age_days,
            "due": decision.due.name(),
            "reasons": decision.reasons.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    };
    looked.secrets.iter().map(secret).collect()
}

/// A key as it is after a change.
pub fn changed(context: &Context, key: &Shown) -> Value {
    let judged = Judged::of(key.facts.clone(), context.clock.now());
    self::key(&key.facts, key.network, judged.decision.as_ref())
}

/// The answer to a change of keys: a line for people, the keys for scripts; under `--dry-run` the plan.
pub fn answer(
    context: &mut Context,
    file: &std::path::Path,
    outcome: &Outcome,
    text: &str,
    mut extra: Value,
) -> Answer {
    notices::print(context, file, &outcome.notices);
    extra["plan"] = outcome.plan.clone().into();
    extra["dry_run"] = context.globals.dry_run.into();
    extra["generation"] = outcome.receipt.as_ref().map(|receipt| receipt.generation).into();
    if context.globals.dry_run {
        let plan =
            outcome.plan.iter().fold(String::new(), |text, step| text + "would " + step + "\n");
        return Answer::new(plan, extra);
    }
    Answer::new(text.to_owned(), extra)
}

/// Lines that describe the active version of a key.
pub fn describe(key: &KeyFacts, network: NetworkMode) -> String {
    let mut lines = Vec::new();
    let active = key.active.map(|(n, _)| n);
    if let Some(version) = key.versions.iter().find(|version| Some(version.n) == active) {
        let public = PublicHalf { kind: key.kind, bytes: &version.public };
        if !version.public.is_empty() {
            lines.push(format!("public key   {}", public.hex()));
        }
        let more = [
            ("fingerprint ", public.fingerprint()),
            ("did         ", public.did_key()),
            ("address     ", public.address(key.role, network)),
        ];
        lines.extend(more.into_iter().filter_map(|(name, text)| Some(format!("{name} {}", text?))));
    }
    lines.iter().fold(String::new(), |text, line| text + line + "\n")
}

/// The verdict in one word.
pub fn due(decision: Option<&Decision>) -> &'static str {
    match decision.map(|decision| decision.due) {
        None => "retired",
        Some(Due::No) => "no",
        Some(due) => due.name(),
    }
}
