//! Facts about backups: what the store records, and where copies are kept.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::Request;
use crate::config::rules::facts::{BackupDir, Backups, display};
use crate::config::tree::Tree;
use crate::store::Header;

/// What the signed inventory records.
pub fn recorded(header: &Header) -> Backups {
    let inventory = &header.inventory;
    Backups {
        content_generation: header.content_generation,
        last: inventory.backup.map(|facts| (facts.at, facts.content_generation)),
        drilled: inventory.drill.map(|facts| facts.at),
    }
}

/// The directories that `[backup] dirs` names, in its order, each once.
pub fn dirs(request: &Request<'_>, tree: &Tree, store: Option<&Path>) -> Vec<BackupDir> {
    let device = |path: &Path| {
        let facts = std::fs::metadata(request.root.real(path)).ok()?;
        Some((facts.dev(), facts.is_dir()))
    };
    let of_store = store.and_then(device).map(|(device, _)| device);
    let mut all: Vec<BackupDir> = Vec::new();
    for path in tree.list("backup.dirs").iter().filter_map(|node| node.text()) {
        let path = Path::new(path);
        let found = device(path).filter(|(_, is_dir)| *is_dir);
        let dir = BackupDir {
            path: display(path),
            beside_the_store: found.map(|(device, _)| Some(device) == of_store),
        };
        if path.is_absolute() && !all.contains(&dir) {
            all.push(dir);
        }
    }
    all
}
