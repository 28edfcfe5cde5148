//! Make an archive.
//!
//! ```text
//! judge    is the passphrase good enough, and not the store's own?
//! derive   the keys of the slots; no lock is held while Argon2 runs
//! lock     read the store again: whole, genuine, not older than this host has seen
//! record   that an archive is made; then the log is measured, and the lock given back
//! seal     store, log and files, from descriptors that are open: a file with no name, until it is complete and durable
//! name     it gets its name, which must still be free
//! ```

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::agreement;
use super::memory::{self, Known};
use super::sources::{Piped, Sources};
use super::{Progress, reading, slots, writing};
use crate::backup::file_name::ArchiveName;
use crate::backup::header::StoreFacts;
use crate::backup::manifest::KnownKey;
use crate::backup::path::ArchivePath;
use crate::backup::seal::NewArchive;
use crate::backup::stream::{self, Output, Pace, Proof};
use crate::backup::{ArchiveError, ArchiveHeader, FileEntry, FileKind, Manifest, OpenArchive};
use crate::crypto::chunk::TAG_LEN;
use crate::crypto::kdf::KdfParams;
use crate::crypto::mac::Hash;
use crate::crypto::random;
use crate::environment::host;
use crate::fs::directory::{Ownership, lock_name};
use crate::fs::{Content, Directory as _, FsError, Place};
use crate::kind::Kind;
use crate::ops::audit::{self, Event, Keys, Subject, Trail};
use crate::ops::init::kdf_params;
use crate::ops::locate::{self, Sealed, Snapshot};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::secret::DerivedKey;
use crate::store::keyslot::Credentials;
use crate::{isec, store};

/// Where an archive goes.
pub enum Target<'a> {
    /// A file that must not exist, or a directory in which it gets a name of its own.
    Path(&'a Path),
    /// A pipe.
    Pipe(&'a mut (dyn FnMut(&[u8]) -> Result<(), FsError> + Send)),
}

/// What an archive is to be.
pub struct New<'a, 'p> {
    /// Where it goes.
    pub target: Target<'a>,
    /// Why it is made.
    pub reason: &'a str,
    /// What will open it: its own passphrase first, then what else.
    pub slots: &'a [Credentials],
    /// At which costs; none takes the network's default.
    pub kdf: Option<KdfParams>,
    /// What opens the store, if that was brought.
    pub store: Option<&'a Credentials>,
    /// The configuration, if there is one.
    pub config: Option<&'a Path>,
    /// Files that were named.
    pub files: &'a [PathBuf],
    /// A pipe that is archived as `files/stdin`.
    pub pipe: Option<Piped<'p>>,
    /// The program, with its version.
    pub tool: &'a str,
}

/// What was made.
pub struct Created {
    /// Its header; none under `--dry-run`.
    pub header: Option<ArchiveHeader>,
    /// Where it is; none for a pipe.
    pub path: Option<PathBuf>,
    /// Its length.
    pub len: u64,
    /// What is in it.
    pub files: Vec<FileEntry>,
    /// How long sealing took, in milliseconds.
    pub millis: u64,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// A store that was read under its lock.
struct Taken<'p> {
    facts: StoreFacts,
    digest: Hash,
    store_key: Option<crate::crypto::sign::PublicKey>,
    keys: Vec<KnownKey>,
    sources: Sources<'p>,
}

/// Makes an archive of `file`.
pub fn create(
    desk: &Desk<'_>,
    file: StoreFile,
    mut new: New<'_, '_>,
    progress: Progress<'_>,
) -> Result<Created, OpError> {
    let network = file.network();
    let mut notices = Vec::new();
    slots::refuse_shared(desk, &file, new.slots, new.store, &mut notices)?;
    let named = named_target(desk, &file, &new.target)?;
    let kdf = kdf_params(network, new.kdf, network.policy().kdf_default)?;
    let secrets = slots::derive(desk, &file, new.slots, kdf, &mut notices)?;
    let event = desk.reasoned(Event {
        reason: Some(new.reason.to_owned()),
        ..Event::new("backup.create", None)
    });
    let taken = take(desk, file, &mut new, &event, &mut notices)?;
    let manifest = Manifest {
        tool: new.tool.to_owned(),
        host: host::host_name().unwrap_or_default(),
        reason: new.reason.to_owned(),
        previous: memory::recall(desk, taken.facts.store_id)?.newest().map(|known| known.id),
        store_digest: taken.digest,
        store_key: taken.store_key,
        keys: taken.keys,
        files: taken.sources.entries().to_vec(),
    };
    manifest.check()?;
    let files = manifest.files.clone();
    if desk.settings.dry_run {
        let path = named.map(|(_, path)| path);
        return Ok(Created { header: None, path, len: 0, files, millis: 0, notices });
    }
    let began = Instant::now();
    let created = desk.clock.now();
    let archive = {
        let mut random = desk.random.borrow_mut();
        NewArchive::begin(taken.facts, created, &secrets, &manifest, random.as_mut())?
    };
    let expected = archive.len_with(manifest.content_len());
    let total = manifest.content_len();
    let work = Work { desk, archive, sources: taken.sources, total, progress };
    let ((header, len), path) = match (named, new.target) {
        (Some((place, path)), _) => (work.into_file(&place, expected)?, Some(path)),
        (None, Target::Pipe(pipe)) => {
            let mut output = |bytes: &[u8]| pipe(bytes).map_err(writing);
            let (sealed, len) = work.run(&mut output, Proof::None)?;
            ((sealed.header().clone(), len), None)
        }
        (None, Target::Path(path)) => return Err(FsError::NoName(path.into()).into()),
    };
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let shown = path.as_ref().map(|path| {
        std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string()
    });
    let known = Known::of(&header, shown.unwrap_or_default(), len);
    let kept = memory::record(desk, header.store.store_id, |memory| {
        memory.meet(known);
    });
    match kept {
        Ok(true) if path.as_ref().is_some_and(|path| path.to_str().is_none()) => {
            let why = "its path is not UTF-8".to_owned();
            notices.push(Notice::ArchiveNotRemembered(why));
        }
        Ok(true) => {}
        Ok(false) => notices.push(Notice::Note(
            "no state directory: the age of this archive is not remembered here".to_owned(),
        )),
        Err(error) => notices.push(Notice::ArchiveNotRemembered(error.to_string())),
    }
    Ok(Created { header: Some(header), path, len, files, millis, notices })
}

/// Sealing, once everything is at hand.
struct Work<'w, 'd, 'p> {
    desk: &'w Desk<'d>,
    archive: NewArchive,
    sources: Sources<'p>,
    /// Bytes of what is sealed, but for a pipe.
    total: u64,
    progress: Progress<'w>,
}

impl Work<'_, '_, '_> {
    /// Seals everything; says how long the archive is.
    fn run(self, output: Output<'_>, proof: Proof) -> Result<(OpenArchive, u64), OpError> {
        let Self { desk, archive, sources, total, progress } = self;
        let (done, mut len) = (AtomicU64::new(0), 0);
        let workers =
            if sources.is_piped() { stream::workers() } else { stream::workers_for(total) };
        let mut read = sources.input();
        let mut input = |room: &mut [u8]| {
            let found = read(room)?;
            done.fetch_add(found as u64, Ordering::Relaxed);
            Ok(found)
        };
        let mut tick = || {
            progress(done.load(Ordering::Relaxed), total);
            (desk.stop)().map_or(Ok(()), |kind| Err(ArchiveError::Stopped(kind)))
        };
        let pace = Pace { workers, tick: &mut tick };
        let mut counted = |bytes: &[u8]| {
            len += bytes.len() as u64;
            output(bytes)
        };
        let sealed = archive.write(&mut input, &mut counted, proof, pace)?;
        Ok((sealed, len))
    }

    fn into_file(self, place: &Place, len: u64) -> Result<(ArchiveHeader, u64), OpError> {
        let desk = self.desk;
        let owner = Ownership { uid: desk.trust.caller, mode: 0o600 };
        let token = random::bytes(desk.random.borrow_mut().as_mut())?;
        let mut file = place.directory().unnamed(place.name(), owner, token)?;
        file.reserve(len)?;
        let mut end = [0; TAG_LEN];
        let proof = if file.passes_cache() { Proof::Opened } else { Proof::None };
        let mut output = |bytes: &[u8]| {
            if let Some(tag) = bytes.last_chunk() {
                end = *tag;
            }
            file.append(bytes).map_err(writing)
        };
        let (sealed, len) = self.run(&mut output, proof)?;
        // An archive that does not open is none. What went past the page cache could be read from the disk only, which takes as long
        // as writing it: each unit was opened when it was handed over.
        if file.passed_cache()? {
            file.must_hold(sealed.front(), &end, len)?;
        } else {
            // While the disk is still writing; the sync is part of the end, and tells what the disk could not write.
            read_back(desk, &mut file, len, &sealed)?;
        }
        desk.check_stop()?;
        file.finish()?;
        Ok((sealed.header().clone(), len))
    }
}

/// Opens what was written before it gets its name: an archive that does not open is none.
fn read_back(
    desk: &Desk<'_>,
    file: &mut crate::fs::host::Unnamed<'_>,
    len: u64,
    sealed: &OpenArchive,
) -> Result<(), OpError> {
    let mut front = vec![0; sealed.front().len()];
    let found = file.read_back(0, &mut front)?;
    let mut at = found as u64;
    let mut input = |room: &mut [u8]| {
        let found = file.read_back(at, room).map_err(reading)?;
        at += found as u64;
        Ok(found)
    };
    let mut tick = || (desk.stop)().map_or(Ok(()), |kind| Err(ArchiveError::Stopped(kind)));
    let pace = Pace { workers: stream::workers_for(len), tick: &mut tick };
    let opened = sealed.stream(&mut input, &mut |_| Ok(()), pace);
    match opened.map_err(OpError::from) {
        Ok(()) if front == sealed.front() => Ok(()),
        Err(error) if error.kind() != Kind::Integrity => Err(error),
        _ => Err(file.not_written().into()),
    }
}

/// Where the archive will stand; refuses a name that is taken before anything long begins.
fn named_target(
    desk: &Desk<'_>,
    file: &StoreFile,
    target: &Target<'_>,
) -> Result<Option<(Place, PathBuf)>, OpError> {
    let Target::Path(path) = target else { return Ok(None) };
    let path = if is_directory(path) { path.join(name_of(desk, file)) } else { path.to_path_buf() };
    let place = Place::resolve(&path, desk.trust)?;
    place.check_parents(desk.trust.caller)?;
    if place.directory().id(place.name())?.is_some() {
        return Err(FsError::Exists(path).into());
    }
    Ok(Some((place, path)))
}

fn is_directory(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(b"/")
        || rustix::fs::stat(path).is_ok_and(|stat| {
            rustix::fs::FileType::from_raw_mode(stat.st_mode) == rustix::fs::FileType::Directory
        })
}

/// The name of the archive in a directory.
fn name_of(desk: &Desk<'_>, file: &StoreFile) -> String {
    let generation = match file.sealed() {
        Sealed::Native(store) => store.header().generation,
        Sealed::Igra { .. } => 0,
    };
    ArchiveName::new(file.network(), file.store_id(), generation, desk.clock.now()).to_string()
}

/// Under the lock: reads the store again, records what is about to happen, and opens everything that goes in.
fn take<'p>(
    desk: &Desk<'_>,
    file: StoreFile,
    new: &mut New<'_, 'p>,
    event: &Event,
    notices: &mut Vec<Notice>,
) -> Result<Taken<'p>, OpError> {
    let subject = Subject::of_file(&file)?;
    let taken = take_in(desk, file, new, event, notices);
    taken.inspect_err(|error| audit::refused(desk, &subject, event, error))
}

fn take_in<'p>(
    desk: &Desk<'_>,
    file: StoreFile,
    new: &mut New<'_, 'p>,
    event: &Event,
    notices: &mut Vec<Notice>,
) -> Result<Taken<'p>, OpError> {
    let id = file.store_id();
    let owner = file.snapshot.tag.owner;
    let before = file.snapshot.tag.id;
    // With the store's passphrase the log can begin a segment where it has to.
    let (site, root) = match new.store {
        Some(credentials) => {
            let opening = file.unlock(desk, credentials)?;
            notices.extend(opening.notices.iter().cloned());
            let root = opening.contents.native().and_then(|store| store.audit_root()).map(copy);
            (opening.site, root)
        }
        None => (file.site, None),
    };
    let directory = site.directory.as_ref();
    let _lock = if desk.settings.dry_run {
        None
    } else {
        let timeout = desk.settings.lock_timeout;
        Some(directory.lock(&lock_name(&site.name), owner, timeout, desk.stop)?)
    };
    let (snapshot, remembered) = locate::read(desk, directory, &site.name, &site.path)?;
    let Snapshot { sealed, tag } = snapshot;
    if locate::remembered_as(&sealed, &site.path) != id {
        return Err(FsError::Changed(site.path).into());
    }
    let (facts, digest, store_key, keys, head) = match &sealed {
        Sealed::Native(store) => {
            let digest = store.verify()?;
            let header = store.header();
            locate::judge(desk, remembered.as_ref(), header, &digest)?;
            let facts = StoreFacts {
                store_id: id,
                network: header.network,
                generation: header.generation,
                content_generation: header.content_generation,
                key_epoch: header.key_epoch,
            };
            let keys = agreement::shown(header);
            (facts, digest, Some(header.store_key), keys, Some(header.audit_head))
        }
        Sealed::Igra { bytes, .. } => {
            isec::inspect(bytes)?;
            let facts = StoreFacts {
                store_id: id,
                network: site.network,
                generation: 0,
                content_generation: 0,
                key_epoch: 0,
            };
            (facts, isec::digest(bytes)?, None, Vec::new(), None)
        }
    };
    if facts.network != site.network {
        return Err(FsError::Changed(site.path).into());
    }
    let subject = Subject::new(&site, tag.owner, id, head, remembered.as_ref())?;
    if let Some(recording) = desk.recording() {
        let root = root.as_ref().filter(|_| tag.id == before);
        let mut trail = Trail::open(desk, recording, &subject, Keys { root, new_segment: None })?;
        trail.release(desk, event, Some(facts.generation).filter(|g| *g > 0))?;
        notices.append(&mut trail.notices);
    }
    let mut sources = Sources::default();
    let name = ArchivePath::below("", Path::new(&site.name)).map_err(ArchiveError::from)?;
    let opened = directory
        .open(&site.name, store::limits::FILE)?
        .ok_or_else(|| FsError::NotFound(site.path.clone()))?;
    if opened.id != tag.id {
        return Err(FsError::Changed(site.path).into());
    }
    let entry = |path, kind, size| FileEntry { path, kind, mode: 0o600, size: Some(size) };
    sources.add(entry(name.clone(), FileKind::Store, opened.id.len), opened.content, false);
    add_log(desk, &site, &name, &mut sources)?;
    if let (Sealed::Igra { .. }, Some(root)) = (&sealed, desk.state.known_igra_root(id)?) {
        let path = ArchivePath::parse(&format!("{}.audit-root", name.as_str()));
        let path = path.map_err(ArchiveError::from)?;
        let bytes = root.expose().len() as u64;
        sources.add(entry(path, FileKind::AuditRoot, bytes), Box::new(Kept(root)), false);
    }
    if let Some(config) = new.config {
        sources.add_named(desk, "config", FileKind::Config, config)?;
    }
    for file in new.files {
        sources.add_named(desk, "files", FileKind::Extra, file)?;
    }
    if let Some(pipe) = new.pipe.take() {
        let path = ArchivePath::parse("files/stdin").map_err(ArchiveError::from)?;
        sources.add_pipe(path, pipe);
    }
    Ok(Taken { facts, digest, store_key, keys, sources })
}

/// A key in memory, as a file is read. An Igra file has no place for its audit root.
struct Kept(DerivedKey);

impl Content for Kept {
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), FsError> {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let found = at.checked_add(into.len()).and_then(|end| self.0.expose().get(at..end));
        into.copy_from_slice(found.ok_or_else(|| self.too_long())?);
        Ok(())
    }

    fn unchanged(&self) -> Result<(), FsError> {
        Ok(())
    }

    fn too_long(&self) -> FsError {
        FsError::NoName(PathBuf::new())
    }
}

/// Adds the log, as long as it is now: it only ever grows, and what is appended later is not in the archive.
fn add_log(
    desk: &Desk<'_>,
    site: &locate::Site,
    name: &ArchivePath,
    sources: &mut Sources<'_>,
) -> Result<(), OpError> {
    let Some(recording) = &desk.audit else { return Ok(()) };
    let path = audit::log_path(recording, &site.path);
    let place = Place::resolve(&path, desk.trust)?;
    let Some(opened) = place.directory().open_plain(place.name(), true)? else { return Ok(()) };
    let stored = format!("{}{}", name.as_str(), audit::LOG_SUFFIX);
    let stored = ArchivePath::parse(&stored).map_err(ArchiveError::from)?;
    let entry = FileEntry {
        path: stored,
        kind: FileKind::AuditLog,
        mode: 0o600,
        size: Some(opened.id.len),
    };
    sources.add(entry, opened.content, true);
    Ok(())
}

fn copy(key: &DerivedKey) -> DerivedKey {
    let mut copy = DerivedKey::zeroed();
    copy.expose_mut().copy_from_slice(key.expose());
    copy
}
