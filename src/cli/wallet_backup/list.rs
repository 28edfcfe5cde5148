//! `wallet-backup list`: which archives are there?

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::named;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::backup::list::{Listed, list};
use crate::ops::backup::memory;
use crate::store::StoreId;
use crate::text::escape;

/// List archives: of each store the newest first
///
/// Of a directory, or without one those of the store that this host remembers. No passphrase is needed, and nothing of what is shown was
/// authenticated. What looks like an archive and cannot be read is listed too, and the exit code says so.
#[derive(clap::Args)]
pub struct Args {
    /// The directory; with --store only the archives of that store
    dir: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let setup = Setup::new(context)?;
    let desk = setup.looking_desk();
    let mut only: Option<StoreId> = None;
    if context.globals.store.is_some() || args.dir.is_none() {
        let path = setup.store(None)?;
        only = Some(setup.find(context, &desk, &path)?.store_id());
    }
    let (mut text, mut rows, mut unreadable) = (String::new(), Vec::new(), 0);
    match (&args.dir, only) {
        (Some(dir), _) => {
            for listed in list(&desk, &PathBuf::from(dir), only)? {
                unreadable += usize::from(listed.header.is_err());
                text += &line(&listed);
                rows.push(row(&listed));
            }
        }
        (None, Some(id)) => {
            for known in memory::recall(&desk, id)?.archives.iter().rev() {
                let path = if known.path.is_empty() { "(a pipe)" } else { &known.path };
                let _ = writeln!(
                    text,
                    "{}  generation {}  {}{}{}",
                    known.created,
                    known.generation,
                    escape(path),
                    known.verified.map_or(String::new(), |at| format!("  verified {at}")),
                    known.drill.map_or(String::new(), |drill| format!("  drilled {}", drill.at)),
                );
                rows.push(json!({
                    "file": known.path,
                    "bytes": known.len,
                    "error": null,
                    "archive_id": known.id.to_string(),
                    "store_id": id.to_string(),
                    "generation": known.generation,
                    "content_generation": known.content_generation,
                    "key_epoch": known.key_epoch,
                    "created": known.created.to_string(),
                    "verified": known.verified.map(|at| at.to_string()),
                    "drilled": known.drill.map(|drill| drill.at.to_string()),
                }));
            }
        }
        (None, None) => {}
    }
    let kind = if unreadable > 0 { Kind::Findings } else { Kind::Ok };
    Ok(Answer::new(text, json!({ "archives": rows, "unreadable": unreadable })).ending(kind))
}

fn line(listed: &Listed) -> String {
    let path = escape(&listed.path.display().to_string());
    match &listed.header {
        Ok(header) => format!(
            "{}  {}  {}  generation {}  {}  {path}\n",
            header.created,
            header.store.network,
            header.store.store_id,
            header.store.generation,
            named::size(listed.len),
        ),
        Err(error) => format!("unreadable  {path}: {error}\n"),
    }
}

fn row(listed: &Listed) -> Value {
    let row = json!({
        "file": listed.path.display().to_string(),
        "bytes": listed.len,
        "error": listed.header.as_ref().err(),
    });
    match &listed.header {
        Ok(header) => named::merged(row, named::header_json(header)),
        Err(_) => row,
    }
}
