//! `key-rotate history`: what happened to a key.

use std::ffi::OsString;

use serde_json::{Value, json};

use super::words;
use crate::audit::verify::Verdict;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::keys::history;
use crate::text::escape;

/// Show what happened to a key, and verify it
///
/// Every record of the audit log is verified; the records about the key are held against its versions in the store, and its continuity
/// proof is followed. Exit 20 when the log is not what was written.
#[derive(clap::Args)]
#[command(override_usage = "key-rotate history [OPTIONS] [STORE] <KEY>")]
pub struct Args {
    /// The store, and the key
    #[arg(value_name = "STORE|KEY")]
    words: Vec<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let (store, id) = words::store_and_key(context, &args.words, "history")?;
    let target = Target::new(context, store)?;
    let desk = target.log_desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    let credentials = target.credentials(context, &file)?;
    let found =
        context.during("verifying", || history::history(&desk, file, &credentials, id.as_str()))?;
    let rows: Vec<Value> = found
        .happened
        .iter()
        .map(|row| {
            json!({
                "seq": row.seq,
                "ts": row.at,
                "event": row.event,
                "version": row.n,
                "phase": row.phase,
                "actor": row.actor,
                "reason": row.reason,
            })
        })
        .collect();
    if !found.unrecorded.is_empty() {
        let list: Vec<String> = found.unrecorded.iter().map(ToString::to_string).collect();
        context.output.warn(&format!(
            "no record tells how version {} came to be: it may be in a file of the log that was archived elsewhere",
            list.join(", ")
        ));
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["SEQ", "TIME", "EVENT", "VERSION", "OUTCOME", "ACTOR", "REASON"]);
    for row in &found.happened {
        table.add_row([
            row.seq.to_string(),
            row.at.get(..19).map_or_else(|| row.at.clone(), |second| format!("{second}Z")),
            escape(&row.event),
            row.n.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            row.phase.to_owned(),
            escape(&row.actor),
            row.reason.as_deref().map_or_else(|| "-".to_owned(), escape),
        ]);
    }
    let proven = match found.links {
        None => "nothing is proven of its versions".to_owned(),
        Some(links) => format!("its continuity proof holds, links: {links}"),
    };
    let verdict = found.verdict.name();
    let text = format!("{}\n\nlog: {}; {proven}\n", table.trim_fmt(), verdict.replace('_', " "));
    let kind = if found.verdict == Verdict::Good { Kind::Ok } else { Kind::Audit };
    let json = json!({
        "id": id.as_str(),
        "verdict": verdict,
        "records": rows,
        "unrecorded": found.unrecorded,
        "links": found.links,
    });
    Ok(Answer::new(text, json).ending(kind))
}
