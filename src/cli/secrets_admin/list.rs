//! `secrets-admin list`: what is in a store, without opening any value.

use std::ffi::OsString;

use serde_json::{Value, json};

use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::Contents;
use crate::ops::audit::Event;
use crate::ops::secrets::payment_notice;
use crate::ops::transaction::open_for_reading;

/// List the names of the secrets in a store
#[derive(clap::Args)]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// Show versions, times and remarks too
    #[arg(long)]
    long: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    let credentials = target.credentials(context, &file)?;
    let event = Event::new("secret.list", None);
    let mut opening = context
        .during("deriving the key", || open_for_reading(&desk, file, &credentials, &event))?;
    opening.release(&desk, &event)?;
    let mut seen = opening.notices;
    seen.extend(payment_notice(&desk, &opening.contents, network)?);
    notices::print(context, &target.path, &seen);
    let (rows, id, generation) = rows(&opening.contents)?;
    let text = if args.long { table(&rows) } else { names(&rows) };
    Ok(Answer::new(
        text,
        json!({ "store_id": id, "generation": generation, "network": network.name(), "secrets": rows }),
    ))
}

fn rows(contents: &Contents) -> Result<(Vec<Value>, Value, Value), Failure> {
    match contents {
        Contents::Native(store) => {
            let mut rows = Vec::with_capacity(store.len());
            store.for_each(|entry| {
                let newest = entry.version(None);
                rows.push(json!({
                    "name": entry.name,
                    "kind": newest.map(|version| version.kind.name()),
                    "versions": entry.version_count(),
                    "newest": newest.map(|version| version.n),
                    "created": entry.created.to_string(),
                    "updated": entry.updated.to_string(),
                    "expires": entry.expires.map(|time| time.to_string()),
                    "note": entry.note,
                    "tags": entry.tags().collect::<Vec<_>>(),
                }));
                Ok(())
            })?;
            let header = store.header();
            Ok((rows, header.store_id.to_string().into(), header.generation.into()))
        }
        Contents::Igra(file) => {
            let row = |(name, _): (&str, &[u8])| {
                json!({
                    "name": name, "kind": "opaque", "versions": 1,
                    "created": null, "updated": null, "expires": null,
                })
            };
            Ok((file.entries.iter().map(row).collect(), Value::Null, Value::Null))
        }
    }
}

fn names(rows: &[Value]) -> String {
    let mut text = String::new();
    for row in rows {
        text.push_str(&crate::text::escape(row["name"].as_str().unwrap_or_default()));
        text.push('\n');
    }
    text
}

fn table(rows: &[Value]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["NAME", "KIND", "VERSIONS", "UPDATED", "EXPIRES", "NOTE"]);
    for row in rows {
        let cell = |key: &str| match &row[key] {
            Value::String(text) => crate::text::escape(text),
            Value::Null => "-".to_owned(),
            other => other.to_string(),
        };
        table.add_row(["name", "kind", "versions", "updated", "expires", "note"].map(cell));
    }
    format!("{}\n", table.trim_fmt())
}
