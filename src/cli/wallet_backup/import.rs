//! `wallet-backup import`: what another tool's records can still say.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::named;
use crate::backup::codomyrmex::{self, Legacy, Record, Ritual};
use crate::cli::source::Source;
use crate::cli::source::reader::{Ending, Reader};
use crate::cli::{Answer, Context, Failure};
use crate::fs::{FsError, Place, Trust};
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::text::escape;

/// Read a backup record or a ritual of Codomyrmex, and say what it cannot give back
///
/// They hold hashes, and no key: nothing can be restored from them. Names, times and prompts are shown; with --confirm a key that was
/// found elsewhere is held against the record.
#[derive(clap::Args)]
pub struct Args {
    /// The JSON file
    file: Option<OsString>,
    /// Where a key comes from that may be the one of the record
    #[arg(long, value_name = "SPEC")]
    confirm: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let path = named::path(args.file.as_ref(), "the file")?;
    let source = args.confirm.as_ref().map(|spec| Source::parse("--confirm", spec)).transpose()?;
    let trust = Trust::of_process();
    let place = Place::resolve(&path, trust)?;
    let opened = place
        .directory()
        .open_plain(place.name(), true)?
        .ok_or_else(|| FsError::NotFound(path.clone()))?;
    let limit = codomyrmex::MAX_BYTES as u64;
    if opened.id.len > limit {
        return Err(FsError::TooLarge { path, limit }.into());
    }
    let bytes = opened.read()?;
    let legacy = codomyrmex::read(&bytes)
        .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))?;
    if opened.mode & 0o077 != 0 {
        context.output.warn("others can read this file, and guess what its hashes are of");
    }
    for line in legacy.statement() {
        context.output.warn(line);
    }
    let (mut text, json) = match &legacy {
        Legacy::Record(found) => record(found),
        Legacy::Rituals(found) => rituals(found),
    };
    let json = named::merged(json, json!({ "statement": legacy.statement() }));
    let (Some(source), Legacy::Record(found)) = (source, &legacy) else {
        return Ok(Answer::new(text, json));
    };
    let ending = Ending::Stripped;
    let key = Reader::new(context, NetworkMode::Mainnet).value(
        "key",
        "--confirm",
        Some(&source),
        ending,
    )?;
    let same = found.is_of(&key);
    text += match same {
        Some(true) => "the key is the one of the record\n",
        Some(false) => "the key is NOT the one of the record\n",
        None => "the record has no hash to hold a key against\n",
    };
    let kind = if same == Some(true) { Kind::Ok } else { Kind::Findings };
    Ok(Answer::new(text, named::merged(json, json!({ "confirmed": same }))).ending(kind))
}

fn record(found: &Record) -> (String, Value) {
    let text = format!(
        "backup record of wallet {} of user {}, made {}\n",
        escape(&found.wallet),
        escape(&found.user),
        found.made
    );
    let json = json!({
        "kind": "record",
        "user": found.user,
        "wallet": found.wallet,
        "made": found.made.to_string(),
        "id": found.id,
        "consistent": found.is_consistent,
        "metadata": found.metadata,
    });
    (text, json)
}

fn rituals(found: &[Ritual]) -> (String, Value) {
    let (mut text, mut rows) = (String::new(), Vec::new());
    for ritual in found {
        let user = ritual.user.as_deref().unwrap_or("nobody named");
        let _ = writeln!(text, "ritual of {}, {} steps", escape(user), ritual.steps.len());
        for step in &ritual.steps {
            let empty = if step.is_empty { "  (the answer is empty)" } else { "" };
            let _ = writeln!(text, "  {}{empty}", escape(&step.prompt));
        }
        let steps = ritual
            .steps
            .iter()
            .map(|step| json!({ "prompt": step.prompt, "empty": step.is_empty }));
        rows.push(json!({ "user": ritual.user, "steps": steps.collect::<Vec<_>>() }));
    }
    (text, json!({ "kind": "rituals", "rituals": rows }))
}
