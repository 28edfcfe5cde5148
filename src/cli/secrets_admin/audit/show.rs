//! `secrets-admin audit show`: records, for people and scripts.

use std::collections::VecDeque;
use std::ffi::OsString;

use serde_json::{Value, json};

use super::{Pick, Which, count, record};
use crate::audit::select;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::audit_log::stopped;
use crate::text::escape;

/// Show records
///
/// No passphrase is needed, and nothing is proven: that is what `audit verify` is for.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pick: Pick,
    /// Show only the last N of them (default 1000)
    #[arg(long, value_name = "N")]
    last: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let filter = args.pick.filter(context)?;
    let last = count("--last", args.last.as_ref(), 1000)?;
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.log_desk();
    let (_, log) = args.which.find(context, &target, &desk)?;
    let files = log.open_some()?;
    let (mut rows, mut matched, mut malformed) = (VecDeque::new(), 0_u64, 0_u64);
    select::each(files.contents(), |spot, line| {
        if (desk.stop)().is_some() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        match line {
            Ok(line) if filter.picks(line) => {
                matched += 1;
                rows.push_back(record::full(spot, line));
                if rows.len() > last {
                    rows.pop_front();
                }
            }
            Ok(_) => {}
            Err(_) => malformed += 1,
        }
        Ok(())
    })
    .map_err(|error| stopped(&desk, error, log.path()))?;
    if matched > rows.len() as u64 {
        context.output.note(&format!("{matched} records match; the last {} are shown", rows.len()));
    }
    if malformed > 0 {
        context.output.warn(&format!(
            "{malformed} lines are no records: secrets-admin audit verify {}",
            log.store()
        ));
    }
    let text = if rows.is_empty() { String::new() } else { table(&rows) };
    let json = json!({ "matched": matched, "malformed": malformed, "records": rows });
    Ok(Answer::new(text, json))
}

fn table(rows: &VecDeque<Value>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table
        .set_header(["SEQ", "TIME", "EVENT", "PHASE", "OBJECT", "ACTOR", "HOST", "EXIT", "REASON"]);
    for row in rows {
        let cell = |key: &str| match &row[key] {
            Value::String(text) if key == "ts" => {
                text.get(..19).map_or_else(|| escape(text), |second| format!("{second}Z"))
            }
            Value::String(text) => escape(text),
            Value::Null => "-".to_owned(),
            other => other.to_string(),
        };
        let keys = ["seq", "ts", "event", "phase", "object", "actor", "host", "exit", "reason"];
        table.add_row(keys.map(cell));
    }
    format!("{}\n", table.trim_fmt())
}
