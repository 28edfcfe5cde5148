//! Bring an archive back: first every byte of it is checked, then its files appear, then their directory gets its name.
//!
//! While an archive is checked its files are written without a name (`stage`); where that is not possible they are written in a
//! second pass. They appear under `TARGET.partial`, which is renamed when the store in it has been parsed and its signature checked.
//! What this host remembers of the store is read, to refuse one that is older, and never raised: the first command that unlocks
//! the restored store does that.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::agreement;
use super::drill::{LastUse, Log};
use super::stage::{self, Files, Staged, Way};
use super::{ArchiveFile, Progress};
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, ArchiveHeader, FileEntry, FileKind, Manifest, OpenArchive};
use crate::fs::{Directory as _, FsError, HostDirectory, Place, Replace};
use crate::kind::Kind;
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
    /// Its files, complete but for their names; none where they have to be written yet.
    staged: Option<Vec<Staged>>,
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

/// Where an archive is brought back to: a directory that is not there yet.
pub struct Target {
    place: Place,
    /// Only the store and what belongs to it is wanted.
    store_only: bool,
}

impl Target {
    /// The place of `to`, where nothing may be.
    pub fn find(desk: &Desk<'_>, to: &Path, store_only: bool) -> Result<Self, OpError> {
        // `DIR/` is how one names a directory.
        let trimmed: PathBuf = to.components().collect();
        let place = Place::resolve(&trimmed, desk.trust)?;
        place.check_parents(place.owner_of_new())?;
        if place.directory().id(place.name())?.is_some() {
            return Err(FsError::Exists(to.into()).into());
        }
        Ok(Self { place, store_only })
    }

    fn wanted(&self) -> fn(&FileEntry) -> bool {
        if self.store_only { |file| file.kind.is_of_the_store() } else { |_| true }
    }
}

/// Checks everything of the archive, and whether this host accepts it. Nothing has a name in `target` afterwards.
pub fn check(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    credentials: &Credentials,
    target: &Target,
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
    let place = &target.place;
    // Nothing of its name is there yet, and a hint must name what is.
    let above = place.path().parent().filter(|above| !above.as_os_str().is_empty());
    let way = Way::Nameless(place.directory(), above.unwrap_or(Path::new(".")));
    let files = Files::new(way, place.owner_of_new(), target.wanted());
    let files = (!desk.settings.dry_run).then_some(files);
    let mut look = Look { is_log: false, log: Log::default(), files };
    let manifest = file.unpack(desk, &open, &mut look, progress)?;
    let staged = look.files.and_then(Files::staged);
    Ok(Checked { open, manifest, last_use: look.log.last, staged })
}

/// Restores what was checked to `target`.
pub fn restore(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    checked: &mut Checked,
    target: &Target,
    progress: Progress<'_>,
) -> Result<Restored, OpError> {
    let place = &target.place;
    let (directory, name) = (place.directory(), place.name());
    let chosen = checked.manifest.files.iter().filter(|file| (target.wanted())(file));
    let files: Vec<String> = chosen.map(|file| file.path.as_str().to_owned()).collect();
    let store = files.first().cloned().unwrap_or_default();
    if desk.settings.dry_run {
        return Ok(Restored { files, store });
    }
    let mut partial_name = name.to_owned();
    partial_name.push(".partial");
    let uid = place.owner_of_new();
    let mut partial = directory.partial(&partial_name, uid)?;
    let staged = checked.staged.take().filter(|staged| staged.len() == files.len());
    let placed = staged
        .map(|staged| stage::place(desk, staged, &checked.manifest, partial.directory(), uid));
    let filled = match placed {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) if matches!(error.kind(), Kind::Interrupted | Kind::Terminated) => {
            Err(error)
        }
        // Without `/proc`, or where the kernel lets nobody name another's file, they can still be written anew.
        Some(Err(_)) => {
            drop(partial);
            partial = directory.partial(&partial_name, uid)?;
            fill(desk, file, checked, partial.directory(), target, progress)
        }
        None => fill(desk, file, checked, partial.directory(), target, progress),
    };
    let named = filled.and_then(|()| prove(desk, checked, partial.directory(), place, &store));
    let named = named.and_then(|()| {
        partial.directory().sync()?;
        desk.check_stop()?;
        Ok(directory.rename(&partial_name, name, Replace::No)?)
    });
    if let Err(error) = named {
        // What cannot be removed now, the next restore to this place removes.
        let _ = directory.remove_tree(&partial_name);
        return Err(error);
    }
    directory
        .sync()
        .map_err(|error| OpError::RestoreNotSynced(place.path().to_owned(), Box::new(error)))?;
    Ok(Restored { files, store })
}

/// Opens everything once more, and writes it.
fn fill(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    checked: &Checked,
    directory: &HostDirectory,
    target: &Target,
    progress: Progress<'_>,
) -> Result<(), OpError> {
    let uid = target.place.owner_of_new();
    let mut files = Files::new(Way::Named(directory), uid, target.wanted());
    let manifest = file.unpack(desk, &checked.open, &mut files, progress)?;
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
    place: &Place,
    store: &str,
) -> Result<(), OpError> {
    let network = checked.header().store.network;
    let path = place.path().join(store);
    let site = Site::new(directory.again()?, &OsString::from(store), &path, network);
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

/// Looks at the log on the way, and hands everything on.
struct Look<'d> {
    is_log: bool,
    log: Log,
    files: Option<Files<'d>>,
}

impl<'d> Look<'d> {
    fn hand_on(
        &mut self,
        act: impl FnOnce(&mut Files<'d>) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        self.files.as_mut().map_or(Ok(()), act)
    }
}

impl Receiver for Look<'_> {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError> {
        self.hand_on(|files| files.manifest(manifest))
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        let entry = manifest.files.get(number);
        self.is_log = entry.is_some_and(|file| file.kind == FileKind::AuditLog);
        self.hand_on(|files| files.begin(number, manifest))
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        if self.is_log {
            self.log.take(bytes)?;
        }
        self.hand_on(|files| files.content(bytes))
    }

    fn end(&mut self, number: usize) -> Result<(), ArchiveError> {
        self.hand_on(|files| files.end(number))
    }
}
