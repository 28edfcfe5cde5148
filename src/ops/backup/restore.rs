//! Bring an archive back: first every byte of it is checked, then it is written, then it gets its name.
//!
//! The target is filled under `TARGET.partial` and renamed when the store in it has been parsed and its signature checked. What this
//! host remembers of the store is read, to refuse one that is older, and never raised: the first command that unlocks the
//! restored store does that.

use std::ffi::OsString;
use std::path::Path;

use super::agreement;
use super::drill::{LastUse, Log};
use super::{ArchiveFile, Progress, writing};
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, ArchiveHeader, FileKind, Manifest, OpenArchive};
use crate::fs::directory::Ownership;
use crate::fs::{Directory as _, FsError, HostDirectory, Place, Replace};
use crate::ops::locate::{Sealed, Site, StoreFile};
use crate::ops::{Desk, OpError};
use crate::store::keyslot::Credentials;

/// An archive that was checked and may be restored.
pub struct Checked {
    open: OpenArchive,
    /// What is in it.
    pub manifest: Manifest,
    /// The last use of the store that its log knows.
    pub last_use: Option<LastUse>,
}

impl Checked {
    /// The header.
    pub const fn header(&self) -> &ArchiveHeader {
        self.open.header()
    }
}

/// What was brought back.
pub struct Restored {
    /// The files, relative to the target.
    pub files: Vec<String>,
    /// The store among them.
    pub store: String,
}

/// Checks everything of the archive, and whether this host accepts it.
pub fn check(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    credentials: &Credentials,
    progress: Progress<'_>,
) -> Result<Checked, OpError> {
    file.require_network(desk)?;
    let open = file.unlock(desk, credentials)?;
    let facts = open.header().store;
    if let Some(seen) = desk.state.recall(facts.store_id)?
        && desk.settings.accept_rollback.is_none()
        && (facts.generation < seen.max_generation || facts.key_epoch < seen.key_epoch)
    {
        let (found, seen) = (facts.generation, seen.max_generation);
        return Err(OpError::RestoreOlder { found, seen });
    }
    let mut look = Look::default();
    let manifest = file.unpack(desk, &open, &mut look, progress)?;
    Ok(Checked { open, manifest, last_use: look.log.last })
}

/// Restores what was checked to the new directory `to`; with `store_only` only the store and what belongs to it.
pub fn restore(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    checked: &Checked,
    to: &Path,
    store_only: bool,
    progress: Progress<'_>,
) -> Result<Restored, OpError> {
    let place = target(desk, to)?;
    let (directory, name) = (place.directory(), place.name());
    let wanted = |kind: FileKind| !store_only || kind.is_of_the_store();
    let chosen = checked.manifest.files.iter().filter(|file| wanted(file.kind));
    let files: Vec<String> = chosen.map(|file| file.path.as_str().to_owned()).collect();
    let store = files.first().cloned().unwrap_or_default();
    if desk.settings.dry_run {
        return Ok(Restored { files, store });
    }
    let mut partial_name = name.to_owned();
    partial_name.push(".partial");
    let owner = place.owner_of_new();
    let partial = directory.partial(&partial_name, owner)?;
    let filled = fill(desk, file, checked, partial.directory(), (owner, store_only), progress)
        .and_then(|()| prove(desk, checked, partial.directory(), to, &store))
        .and_then(|()| {
            partial.directory().sync()?;
            desk.check_stop()?;
            Ok(directory.rename(&partial_name, name, Replace::No)?)
        });
    if let Err(error) = filled {
        // What cannot be removed now, the next restore to this place removes.
        let _ = directory.remove_tree(&partial_name);
        return Err(error);
    }
    directory.sync()?;
    Ok(Restored { files, store })
}

/// Where it goes: a place where nothing is.
pub fn target(desk: &Desk<'_>, to: &Path) -> Result<Place, OpError> {
    // `DIR/` is how one names a directory.
    let trimmed: std::path::PathBuf = to.components().collect();
    let place = Place::resolve(&trimmed, desk.trust)?;
    place.check_parents(place.owner_of_new())?;
    if place.directory().id(place.name())?.is_some() {
        return Err(FsError::Exists(to.into()).into());
    }
    Ok(place)
}

fn fill(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    checked: &Checked,
    directory: &HostDirectory,
    (owner, store_only): (u32, bool),
    progress: Progress<'_>,
) -> Result<(), OpError> {
    let mut writer = Writer { directory, owner, store_only, open: None, wanted: false };
    let manifest = file.unpack(desk, &checked.open, &mut writer, progress)?;
    if manifest != checked.manifest {
        return Err(FsError::Changed(file.path.clone()).into());
    }
    Ok(())
}

/// The restored store must parse, its signature must hold, and it must be the one that was archived.
fn prove(
    desk: &Desk<'_>,
    checked: &Checked,
    directory: &HostDirectory,
    to: &Path,
    store: &str,
) -> Result<(), OpError> {
    let network = checked.header().store.network;
    let site = Site::new(directory.again()?, &OsString::from(store), &to.join(store), network);
    let found = StoreFile::at(desk, site)?;
    let digest = match found.sealed() {
        Sealed::Native(store) => {
            let (header, manifest) = (checked.header(), &checked.manifest);
            if let Some(what) = agreement::contradiction(header, manifest, store.header()) {
                return Err(OpError::DrillDiffers(what));
            }
            store.verify()?
        }
        Sealed::Igra { bytes, .. } => crate::isec::digest(bytes)?,
    };
    if digest == checked.manifest.store_digest {
        Ok(())
    } else {
        Err(OpError::DrillDiffers("the store is not the one that the manifest names"))
    }
}

/// Looks at the log on the way.
#[derive(Default)]
struct Look {
    is_log: bool,
    log: Log,
}

impl Receiver for Look {
    fn manifest(&mut self, _manifest: &Manifest) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        self.is_log =
            manifest.files.get(number).is_some_and(|file| file.kind == FileKind::AuditLog);
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        if self.is_log { self.log.take(bytes) } else { Ok(()) }
    }

    fn end(&mut self, _number: usize) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// Writes files below a directory.
struct Writer<'d> {
    directory: &'d HostDirectory,
    owner: u32,
    store_only: bool,
    /// The directory of the file that is being written, and the file.
    open: Option<crate::fs::host::Whole>,
    wanted: bool,
}

impl Receiver for Writer<'_> {
    fn manifest(&mut self, _manifest: &Manifest) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        let Some(entry) = manifest.files.get(number) else { return Err(ArchiveError::Content) };
        self.wanted = !self.store_only || entry.kind.is_of_the_store();
        if !self.wanted {
            return Ok(());
        }
        let owner = Ownership { uid: self.owner, mode: entry.mode & 0o700 };
        let parts: Vec<&str> = entry.path.parts().collect();
        let opened = self.directory.create_below(&parts, owner).map_err(writing)?;
        self.open = Some(opened);
        if let (Some(file), Some(size)) = (&mut self.open, entry.size.filter(|size| *size > 0)) {
            file.reserve(size).map_err(writing)?;
        }
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        match &mut self.open {
            Some(file) if self.wanted => file.append(bytes).map_err(writing),
            _ => Ok(()),
        }
    }

    fn end(&mut self, _number: usize) -> Result<(), ArchiveError> {
        match self.open.take() {
            Some(file) => file.finish().map_err(writing),
            None => Ok(()),
        }
    }
}
