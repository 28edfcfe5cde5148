//! Facts about backups: what the store records, where copies are kept, and what lies there.
//!
//! Headers of archives are read and nothing is opened: they are claims, which is enough to see that one is easier to open than the
//! network allows.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::{Request, look};
use crate::backup::header::MAGIC;
use crate::backup::{ArchiveHeader, file_name};
use crate::config::rules::facts::{ArchiveFact, BackupDir, Backups, display};
use crate::config::rules::leak;
use crate::config::tree::Tree;
use crate::ops::backup::list::{Listed, list};
use crate::ops::{Desk, OpError};
use crate::store::Header;
use crate::text::escape;

/// More files of a directory are not searched for secrets in the clear.
const MOST: usize = 1000;

/// What the signed inventory records. `newest` is what the header of the newest archive says.
pub fn recorded(header: &Header, newest: Option<&ArchiveHeader>) -> Backups {
    let inventory = &header.inventory;
    Backups {
        content_generation: header.content_generation,
        last: inventory.backup.map(|facts| (facts.at, facts.content_generation)),
        drilled: inventory.drill.map(|facts| facts.at),
        epochs: newest.map(|archive| (archive.store.key_epoch, header.key_epoch)),
    }
}

/// What is in the directories that `[backup] dirs` names.
#[derive(Default)]
pub struct Places {
    /// The directories in their order, each once.
    pub dirs: Vec<BackupDir>,
    /// Headers of the archives in them.
    pub headers: Vec<ArchiveHeader>,
}

impl Places {
    /// The header of the newest archive of the store that `header` is of.
    pub fn newest_of(&self, header: &Header) -> Option<&ArchiveHeader> {
        let of_the_store = |archive: &&ArchiveHeader| {
            (archive.store.store_id, archive.store.network) == (header.store_id, header.network)
        };
        let archives = self.headers.iter().filter(of_the_store);
        archives.max_by_key(|archive| (archive.store.generation, archive.created))
    }
}

/// Looks at the directories.
pub fn places(
    desk: &Desk<'_>,
    request: &Request<'_>,
    tree: &Tree,
    store: Option<&Path>,
) -> Result<Places, OpError> {
    let device = |path: &Path| {
        let facts = std::fs::metadata(request.root.real(path)).ok()?;
        Some((facts.dev(), facts.is_dir()))
    };
    let mut all = Places::default();
    let named = tree.list("backup.dirs");
    if named.is_empty() {
        return Ok(all);
    }
    let of_store = store.and_then(device).map(|(device, _)| device);
    for path in named.iter().filter_map(|node| node.text()) {
        let path = Path::new(path);
        let found = device(path).filter(|(_, is_dir)| *is_dir);
        let mut dir = BackupDir {
            path: display(path),
            beside_the_store: found.map(|(device, _)| Some(device) == of_store),
            ..BackupDir::default()
        };
        if !path.is_absolute() || all.dirs.iter().any(|other| other.path == dir.path) {
            continue;
        }
        if found.is_some() {
            all.headers.extend(contents(desk, request, path, &mut dir)?);
        }
        all.dirs.push(dir);
    }
    Ok(all)
}

/// Looks into one of them.
fn contents(
    desk: &Desk<'_>,
    request: &Request<'_>,
    path: &Path,
    dir: &mut BackupDir,
) -> Result<Vec<ArchiveHeader>, OpError> {
    let real = request.root.real(path);
    let shown = |found: &Path| display(&path.join(found.file_name().unwrap_or_default()));
    let listed = match list(desk, &real, None) {
        Ok(listed) => listed,
        Err(OpError::Stopped(kind)) => return Err(OpError::Stopped(kind)),
        Err(error) => {
            dir.closed = Some(escape(&error.to_string()));
            Vec::new()
        }
    };
    let mut headers = Vec::new();
    for Listed { path: found, header, .. } in listed {
        let Ok(header) = header else {
            let start = look::read(&found, MAGIC.len());
            let is_named =
                found.as_os_str().as_encoded_bytes().ends_with(file_name::EXTENSION.as_bytes());
            if is_named && start.is_some_and(|start| !start.starts_with(&MAGIC)) {
                let why =
                    "has the name of an archive and is none: nothing says that it is encrypted";
                dir.plain.push((shown(&found), why.to_owned()));
            }
            continue;
        };
        let costs = header.slots.iter().filter_map(|slot| slot.info.kdf.map(|kdf| kdf.params));
        dir.archives.push(ArchiveFact { path: shown(&found), costs: costs.collect() });
        headers.push(header);
    }
    for name in look::names(&real).into_iter().take(MOST) {
        desk.check_stop()?;
        let found = real.join(&name);
        let is_archive =
            look::read(&found, MAGIC.len()).is_some_and(|start| start.starts_with(&MAGIC));
        if is_archive {
            continue;
        }
        let text = look::text(&found, super::files::MAX_SEARCHED);
        if let Some(what) = text.and_then(|text| leak::kind_in(&text)) {
            dir.plain.push((shown(&found), format!("holds {what}")));
        }
    }
    Ok(headers)
}
