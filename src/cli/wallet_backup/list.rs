//! `wallet-backup list`: which archives are there?

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::named;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::backup::list::{Listed, list};
use crate::ops::backup::memory;
use crate::ops::backup::outdated::Outdated;
use crate::ops::backup::verify::Live;
use crate::ops::backup::whereabouts::Whereabouts;
use crate::store::StoreId;
use crate::text::escape;

/// List archives: of each store the newest first
///
/// Of a directory; or without one of the directories of backup.dirs, and those of the store that this host remembers. With a store,
/// those that still open the old way are marked: made before a passphrase was changed, a keyslot revoked or a key rotated; and
/// those that are remembered and are not where they were put, or cannot be looked at. No passphrase is needed, and nothing of what
/// is shown was authenticated. What looks like an archive and cannot be read is listed too, and the exit code says so.
#[derive(clap::Args)]
pub struct Args {
    /// The directory; with --store only the archives of that store
    dir: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let setup = Setup::new(context)?;
    let desk = setup.looking_desk();
    let (mut only, mut live): (Option<StoreId>, Option<Live>) = (None, None);
    let all_of_them = args.dir.is_none() && !setup.config.backups.dirs.is_empty();
    let nameless = all_of_them && setup.config.store.is_none();
    if context.globals.store.is_some() || (args.dir.is_none() && !nameless) {
        let path = setup.store(None)?;
        let file = setup.find(context, &desk, &path)?;
        only = Some(file.store_id());
        live = Some(Live::of(&file));
    }
    let (mut text, mut rows, mut unreadable) = (String::new(), Vec::new(), 0);
    let turns = match only {
        Some(id) => memory::recall(&desk, id)?.turns,
        None => Vec::new(),
    };
    let judged =
        |generation, key_epoch| live.map(|live| Outdated::of(&turns, &live, generation, key_epoch));
    let directories: Vec<PathBuf> = match &args.dir {
        Some(dir) => vec![dir.into()],
        None => setup.config.backups.dirs.clone(),
    };
    let (mut listed_ids, mut unreadable_paths) = (Vec::new(), Vec::new());
    for directory in &directories {
        for listed in list(&desk, directory, only)? {
            unreadable += usize::from(listed.header.is_err());
            let header = listed.header.as_ref().ok();
            let outdated = header.and_then(|h| judged(h.store.generation, h.store.key_epoch));
            listed_ids.extend(header.map(|header| header.id));
            text += &line(&listed, outdated);
            rows.push(named::merged(row(&listed), outdated_json(outdated)));
            if listed.header.is_err() {
                unreadable_paths.push(listed.path);
            }
        }
    }
    match (&args.dir, only) {
        (Some(_), _) | (None, None) => {}
        (None, Some(id)) => {
            for known in memory::recall(&desk, id)?.archives.iter().rev() {
                let is_listed = listed_ids.contains(&known.id)
                    || unreadable_paths.iter().any(|path| path == Path::new(&known.path));
                if known.removed || is_listed {
                    continue;
                }
                let outdated = judged(known.generation, known.key_epoch);
                let (present, error) = match Whereabouts::of(&desk, known) {
                    Whereabouts::There => (Some(true), None),
                    Whereabouts::Gone => (Some(false), None),
                    Whereabouts::Unseen(error) => (None, Some(error.to_string())),
                };
                let path = match (known.path.as_str(), present, &error) {
                    ("", ..) => "(a pipe)".to_owned(),
                    (path, _, Some(error)) => {
                        format!("{} (cannot be looked at: {})", escape(path), escape(error))
                    }
                    (path, Some(false), None) => format!("{} (not there any more)", escape(path)),
                    (path, ..) => escape(path),
                };
                let _ = writeln!(
                    text,
                    "{}  generation {}  {}{}{}{}",
                    known.created,
                    known.generation,
                    path,
                    known.verified.map_or(String::new(), |at| format!("  verified {at}")),
                    known.drill.map_or(String::new(), |drill| format!("  drilled {}", drill.at)),
                    remark(outdated),
                );
                let row = json!({
                    "file": known.path,
                    "bytes": known.len,
                    "error": error,
                    "present": present,
                    "archive_id": known.id.to_string(),
                    "store_id": id.to_string(),
                    "generation": known.generation,
                    "content_generation": known.content_generation,
                    "key_epoch": known.key_epoch,
                    "created": known.created.to_string(),
                    "verified": known.verified.map(|at| at.to_string()),
                    "drilled": known.drill.map(|drill| drill.at.to_string()),
                });
                rows.push(named::merged(row, outdated_json(outdated)));
            }
        }
    }
    let kind = if unreadable > 0 { Kind::Findings } else { Kind::Ok };
    Ok(Answer::new(text, json!({ "archives": rows, "unreadable": unreadable })).ending(kind))
}

/// What whoever has what was given up still gets from it, after everything else.
fn remark(outdated: Option<Outdated>) -> String {
    match outdated {
        Some(found) if found.is_any() => format!("  {}", found.words()),
        _ => String::new(),
    }
}

/// Null where no store says what was given up.
fn outdated_json(outdated: Option<Outdated>) -> Value {
    json!({
        "opens_the_old_way": outdated.map(|found| found.opens_the_old_way),
        "has_old_keys": outdated.map(|found| found.has_old_keys),
    })
}

fn line(listed: &Listed, outdated: Option<Outdated>) -> String {
    let path = escape(&listed.path.display().to_string());
    match &listed.header {
        Ok(header) => format!(
            "{}  {}  {}  generation {}  {}  {path}{}\n",
            header.created,
            header.store.network,
            header.store.store_id,
            header.store.generation,
            named::size(listed.len),
            remark(outdated),
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
