//! `key-rotate status`: every key, for people.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::look::Look;
use super::{shown, timeline, words};
use crate::cli::output::Format;
use crate::cli::{Answer, Context, Failure};
use crate::ops::keys::look::{JudgedSecret, Looked};
use crate::ops::keys::rotate::Item;
use crate::rotation::policy::Due;

/// Show every key: its versions over time, when it is due, and why
///
/// Reads the signed inventory: no passphrase, no lock, nothing written.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate status [OPTIONS] [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,

    #[command(flatten)]
    look: Look,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let looked = args.look.look(context, store)?;
    for doubt in looked.doubts() {
        context.output.warn(&doubt.to_string());
    }
    let keys: Vec<Value> = looked
        .keys
        .iter()
        .map(|judged| shown::key(&judged.facts, looked.network, judged.decision.as_ref()))
        .collect();
    let json = json!({
        "authenticated": looked.is_certain(),
        "doubts": looked.doubts().map(|doubt| doubt.to_string()).collect::<Vec<_>>(),
        "network": looked.network.name(),
        "generation": looked.generation,
        "store_key": looked.store_key.to_string(),
        "keys": keys,
        "secrets": shown::secrets(&looked),
    });
    let text = text(&looked, context.output.stdout_takes_colour());
    if context.output.format() == Format::Json {
        return Ok(Answer::new(String::new(), json));
    }
    // Ids are of a plain grammar and everything else is ours, so nothing here needs escaping; colours would be lost by it.
    context.output.print(text.as_bytes())?;
    Ok(Answer::printed())
}

fn text(looked: &Looked, colour: bool) -> String {
    if looked.keys.is_empty() && looked.secrets.is_empty() {
        return "no managed keys\n".to_owned();
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["KEY", "KIND", "ROLE", "VERSION", "AGE", "USES", "DUE", "DUE AT"]);
    for judged in &looked.keys {
        let (key, decision) = (&judged.facts, judged.decision.as_ref());
        let dash = || "-".to_owned();
        let uses = match (key.active, key.limits.max_uses) {
            (None, _) => dash(),
            (_, Some(max)) => format!("{}/{max}", key.uses),
            (_, None) => key.uses.to_string(),
        };
        table.add_row([
            key.id.to_string(),
            key.kind.name().to_owned(),
            key.role.name().to_owned(),
            key.active.map_or_else(dash, |(n, _)| n.to_string()),
            decision.and_then(|d| d.age_days).map_or_else(dash, |days| format!("{days} d")),
            uses,
            shown::due(decision).to_owned(),
            decision.and_then(|d| d.due_at).map_or_else(dash, |at| at.to_string()),
        ]);
    }
    for JudgedSecret { facts, decision } in &looked.secrets {
        let dash = || "-".to_owned();
        table.add_row([
            Item::Secret(facts.label.clone()).to_string(),
            "secret".to_owned(),
            dash(),
            facts.n.to_string(),
            decision.age_days.map_or_else(dash, |days| format!("{days} d")),
            dash(),
            shown::due(Some(decision)).to_owned(),
            decision.due_at.map_or_else(dash, |at| at.to_string()),
        ]);
    }
    let mut text = format!("{}\n\n", table.trim_fmt());
    text.push_str(&timeline::render(looked, colour));
    for (item, decision) in looked.decisions().filter(|(_, decision)| decision.due != Due::No) {
        let reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "{item}: {}", reasons.join(", "));
    }
    text
}
