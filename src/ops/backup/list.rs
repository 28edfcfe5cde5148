//! Which archives are there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::ArchiveFile;
use super::memory::{self, Known, Memory};
use crate::backup::file_name::{ArchiveName, EXTENSION};
use crate::backup::{ArchiveError, ArchiveHeader};
use crate::clock::Timestamp;
use crate::fs::{Directory as _, FsError, HostDirectory};
use crate::kind::Kind;
use crate::ops::{Desk, OpError};
use crate::store::StoreId;

/// One archive of a directory, or something that should be one.
pub struct Listed {
    /// Where it is.
    pub path: PathBuf,
    /// Its length; 0 when it cannot be read.
    pub len: u64,
    /// Its header, which nobody has authenticated; or why there is none.
    pub header: Result<ArchiveHeader, String>,
}

/// The archives in the directory at `path`, by store, the newest of each first; those that cannot be read at the end. With `only`,
/// those of one store, by its whole id.
pub fn list(desk: &Desk<'_>, path: &Path, only: Option<StoreId>) -> Result<Vec<Listed>, OpError> {
    let directory = HostDirectory::open(path, desk.trust.caller, desk.trust)?;
    let mut names = directory.names()?;
    names.sort();
    let mut found = Vec::new();
    for name in names {
        desk.check_stop()?;
        if let Some(listed) = look(desk, path, &name)
            && !matches!((&listed.header, only),
                (Ok(header), Some(id)) if header.store.store_id != id)
        {
            found.push(listed);
        }
    }
    found.sort_by(|a, b| match (&a.header, &b.header) {
        (Ok(a), Ok(b)) => {
            (a.store.store_id, b.created, b.id).cmp(&(b.store.store_id, a.created, a.id))
        }
        (a, b) => a.is_err().cmp(&b.is_err()),
    });
    Ok(found)
}

/// The archives of one store in `directories`, the newest first; and with them what cannot be read but should be one, by its name or by
/// what this host remembers. Whether they are genuine is not known yet.
pub fn of_store(
    desk: &Desk<'_>,
    directories: &[PathBuf],
    id: StoreId,
) -> Result<Vec<PathBuf>, OpError> {
    let memory = memory::recall(desk, id)?;
    let mut found = Vec::new();
    for directory in directories {
        for listed in list(desk, directory, Some(id))? {
            let order = match &listed.header {
                Ok(header) => Some((header.store.generation, header.created)),
                Err(_) => should_be(&memory, &listed.path, id),
            };
            found.extend(order.map(|order| (order, listed.path)));
        }
        // One of another name is not listed where it cannot be read.
        for known in &memory.archives {
            let path = Path::new(&known.path);
            if path.parent() == Some(directory)
                && found.iter().all(|(_, listed)| listed != path)
                && ArchiveFile::find(desk, path)
                    .is_err_and(|error| error.kind() != Kind::NotInitialised)
            {
                found.push((order_of(known), path.to_owned()));
            }
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Whether what is at `path` should be an archive of the store: then its generation, and when it was made.
fn should_be(memory: &Memory, path: &Path, id: StoreId) -> Option<(u64, Timestamp)> {
    if let Some(known) = memory.archives.iter().find(|known| Path::new(&known.path) == path) {
        return Some(order_of(known));
    }
    let name: ArchiveName = path.file_name()?.to_str()?.parse().ok()?;
    name.may_be_of(id).then_some((name.generation, name.made()))
}

const fn order_of(known: &Known) -> (u64, Timestamp) {
    (known.generation, known.created)
}

/// What `name` is: an archive, something with an archive's name that is none, or nothing of ours.
fn look(desk: &Desk<'_>, directory: &Path, name: &OsStr) -> Option<Listed> {
    let path = directory.join(name);
    let named = name.as_encoded_bytes().ends_with(EXTENSION.as_bytes());
    match ArchiveFile::find(desk, &path) {
        Ok(file) => Some(Listed { path, len: file.len, header: Ok(file.header().clone()) }),
        // Other files of the directory are nobody's business.
        Err(OpError::Archive(ArchiveError::NotAnArchive) | OpError::Fs(FsError::NotRegular(_)))
            if !named =>
        {
            None
        }
        // A file that is closed to us, or a trap, is another's. One that could not be looked at may be an archive all the same.
        Err(OpError::Fs(FsError::Io { source, .. }))
            if !named && !matches!(source, Errno::ACCESS | Errno::PERM) =>
        {
            let header = Err(format!("it could not be looked at: {source}"));
            Some(Listed { path, len: 0, header })
        }
        Err(OpError::Fs(_)) if !named => None,
        Err(error) => Some(Listed { path, len: 0, header: Err(error.to_string()) }),
    }
}
