//! `secrets-admin audit export`: records as lines of JSON, for other programs.

use std::ffi::OsString;
use std::path::Path;

use serde_json::{Value, json};

use super::{Pick, Which, record};
use crate::audit::line::Line;
use crate::audit::select::{self, Spot};
use crate::cli::escape::json_line;
use crate::cli::output::Format;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::fs::Place;
use crate::ops::audit_log::stopped;
use crate::ops::write_file::write_new;

/// Bytes that are printed at once.
const PIECE: usize = 1 << 18;

/// Export records as lines of JSON
///
/// With --format igra each line is the envelope that an Igra service writes into its own key log, so that filters made for that
/// work here; events for which it has no word are left out. With --json and without --out all of it is one object.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    pick: Pick,
    /// The form of a line: json or igra
    #[arg(long, value_name = "FORMAT")]
    format: Option<OsString>,
    /// Write into this new file of mode 0600
    #[arg(long, value_name = "FILE")]
    out: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let filter = args.pick.filter(context)?;
    let render: fn(Spot<'_>, &Line<'_>) -> Option<Value> =
        match args.format.as_deref().map(|format| format.to_str()) {
            None | Some(Some("json")) => |spot, line| Some(record::full(spot, line)),
            Some(Some("igra")) => |_, line| record::igra(line),
            Some(_) => return Err(Failure::usage("--format takes json or igra")),
        };
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.log_desk();
    let (_, log) = args.which.find(context, &target, &desk)?;
    let files = log.open_some()?;
    // Printed as it is read: a log may be larger than memory. A file is written whole or not at all.
    let prints = args.out.is_none() && context.output.format() == Format::Text;
    let (mut text, mut values) = (String::new(), Vec::new());
    let (mut exported, mut skipped, mut malformed) = (0_u64, 0_u64, 0_u64);
    let mut failure = None;
    let walked = select::each(files.contents(), |spot, line| {
        if (desk.stop)().is_some() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let Ok(line) = line else {
            malformed += 1;
            return Ok(());
        };
        if !filter.picks(line) {
            return Ok(());
        }
        let Some(value) = render(spot, line) else {
            skipped += 1;
            return Ok(());
        };
        exported += 1;
        if !prints && args.out.is_none() {
            values.push(value);
            return Ok(());
        }
        text.push_str(&json_line(&value));
        text.push('\n');
        if prints && text.len() >= PIECE {
            if let Err(error) = context.output.print(text.as_bytes()) {
                failure = Some(error);
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            text.clear();
        }
        Ok(())
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    walked.map_err(|error| stopped(&desk, error, log.path()))?;
    if malformed > 0 {
        context.output.warn(&format!(
            "{malformed} lines are no records: secrets-admin audit verify {}",
            log.store()
        ));
    }
    let json = json!({ "exported": exported, "skipped": skipped, "malformed": malformed });
    match &args.out {
        Some(out) => {
            let place = Place::resolve(Path::new(out), desk.trust)?;
            write_new(&desk, &place, text.as_bytes())?;
            let shown = Path::new(out).display().to_string();
            let said = format!("exported {exported} records to {}\n", crate::text::escape(&shown));
            Ok(Answer::new(said, with(json, "out", shown.into())))
        }
        None if prints => {
            context.output.print(text.as_bytes())?;
            Ok(Answer::silent(json))
        }
        None => Ok(Answer::silent(with(json, "events", values.into()))),
    }
}

fn with(mut json: Value, key: &str, value: Value) -> Value {
    json[key] = value;
    json
}
