//! Open a store that was found: for reading, or as the first half of a transaction.

use super::audit::{Event, Keys, Recording, Subject, Trail};
use super::contents::{Contents, IgraFile};
use super::locate::{self, FileTag, Sealed, Site, Snapshot, StoreFile};
use super::{Desk, Notice, OpError, StateHome, state};
use crate::crypto::mac::Hash;
use crate::crypto::random;
use crate::crypto::sign::PublicKey;
use crate::fs::directory::lock_name;
use crate::fs::{FsError, Place};
use crate::isec;
use crate::network::policy::Verdict;
use crate::store::header::AuditHead;
use crate::store::keyslot::Credentials;
use crate::store::state::{Standing, State};
use crate::store::{OpenStore, StoreId};
use std::path::Path;
use std::time::Duration;

/// An opened store.
pub struct Opening {
    /// Where it stands.
    pub site: Site,
    /// What is in it.
    pub contents: Contents,
    /// What the operator should know.
    pub notices: Vec<Notice>,
    pub(super) tag: FileTag,
    pub(super) remembered: Option<State>,
    pub(super) standing: Standing,
}

impl StoreFile {
    /// Opens the file and touches nothing else.
    pub fn unlock(self, desk: &Desk<'_>, credentials: &Credentials) -> Result<Opening, OpError> {
        desk.check_stop()?;
        let Self { site, snapshot: Snapshot { sealed, tag }, remembered, mut notices } = self;
        let (contents, standing) = open(desk, sealed, remembered.as_ref(), credentials)?;
        desk.check_stop()?;
        notices.extend(observations(&site, &contents, remembered.as_ref()));
        Ok(Opening { site, contents, notices, tag, remembered, standing })
    }

    /// Opens the file for reading, and remembers it if it is news to this host.
    pub fn open(self, desk: &Desk<'_>, credentials: &Credentials) -> Result<Opening, OpError> {
        let mut opening = self.unlock(desk, credentials)?;
        opening.contents.settle();
        opening.remember(desk)?;
        Ok(opening)
    }
}

/// Derives the key and opens what was read.
fn open(
    desk: &Desk<'_>,
    sealed: Sealed,
    remembered: Option<&State>,
    credentials: &Credentials,
) -> Result<(Contents, Standing), OpError> {
    let settings = &desk.settings;
    match sealed {
        Sealed::Native(store) => {
            let (slot, digest) = store.unlock(credentials, settings.slot, settings.ceiling)?;
            let standing = locate::judge(desk, remembered, store.header(), &digest)?;
            Ok((Contents::Native(Box::new(store.open(slot, digest)?)), standing))
        }
        Sealed::Igra { header, bytes } => {
            settings.ceiling.admit([header.kdf])?;
            let key = isec::derive_key(&header, &credentials.passphrase)?;
            let (entries, digest) = (isec::open(&bytes, &key)?, isec::digest(&bytes)?);
            let standing = igra_standing(remembered, &digest);
            let file = IgraFile { header, entries, digest, next: None };
            Ok((Contents::Igra(Box::new(file)), standing))
        }
    }
}

/// An Igra file has no generation: it is the one we know, another, or the first.
fn igra_standing(remembered: Option<&State>, digest: &Hash) -> Standing {
    match remembered {
        Some(state) if state.digest == *digest => Standing::Current,
        Some(_) => Standing::Newer,
        None => Standing::Unknown,
    }
}

fn observations(site: &Site, contents: &Contents, remembered: Option<&State>) -> Vec<Notice> {
    let mut notices = Vec::new();
    match contents {
        Contents::Native(store) => {
            let slot = store.unlocked_slot();
            let weak = !store.header().inventory.strong_slots.contains_key(&slot);
            if weak && site.network.policy().passphrase.on_weakness != Verdict::Allow {
                notices.push(Notice::WeakPassphrase(slot));
            }
        }
        Contents::Igra(file) => {
            if remembered.is_some_and(|state| state.digest != file.digest) {
                notices.push(Notice::ChangedByAnotherProgram);
            }
        }
    }
    notices
}

/// What was found when the file was looked at again with the lock held.
pub(super) enum Refreshed {
    /// It can be changed.
    Ready(Box<Opening>),
    /// Its keys are others than those in hand.
    Rekeyed(Box<StoreFile>),
}

impl Opening {
    /// What a holder keeps that outlives the desk: the contents, and which file they came from.
    pub fn into_contents(self) -> (Contents, FileTag) {
        (self.contents, self.tag)
    }

    /// With the lock held: makes sure that this is the file that now has the name.
    pub(super) fn refresh(self, desk: &Desk<'_>) -> Result<Refreshed, OpError> {
        let Self { site, contents, mut notices, tag, .. } = self;
        let directory = site.directory.as_ref();
        if directory.id(&site.name)? == Some(tag.id) {
            let id = match &contents {
                Contents::Native(store) => store.header().store_id,
                Contents::Igra(_) => state::igra_id(&site.path),
            };
            let remembered = desk.state.recall(id)?;
            let standing = match &contents {
                Contents::Native(store) => {
                    locate::judge(desk, remembered.as_ref(), store.header(), &store.file_hash())?
                }
                Contents::Igra(file) => igra_standing(remembered.as_ref(), &file.digest),
            };
            let same = Self { site, contents, notices, tag, remembered, standing };
            return Ok(Refreshed::Ready(Box::new(same)));
        }
        let (snapshot, remembered) = locate::read(desk, directory, &site.name, &site.path)?;
        let Snapshot { sealed, tag } = snapshot;
        // What was decided so far was decided for that store on that network.
        let same_store = match (&contents, &sealed) {
            (Contents::Native(old), Sealed::Native(new)) => {
                let (old, new) = (old.header(), new.header());
                (old.store_id, old.network) == (new.store_id, new.network)
            }
            (Contents::Igra(_), Sealed::Igra { header, .. }) => header.times.is_some(),
            _ => false,
        };
        if !same_store {
            return Err(FsError::Changed(site.path).into());
        }
        if let (Contents::Native(old), Sealed::Native(new)) = (contents, &sealed)
            && let Some(slot) = old.into_slot_for(new.header())
        {
            let Sealed::Native(new) = sealed else { return Err(OpError::NoSecret) };
            let digest = new.verify()?;
            let standing = locate::judge(desk, remembered.as_ref(), new.header(), &digest)?;
            let contents = Contents::Native(Box::new(new.open(slot, digest)?));
            notices.extend(observations(&site, &contents, remembered.as_ref()));
            notices.dedup();
            let fresh = Self { site, contents, notices, tag, remembered, standing };
            return Ok(Refreshed::Ready(Box::new(fresh)));
        }
        let snapshot = Snapshot { sealed, tag };
        Ok(Refreshed::Rekeyed(Box::new(StoreFile { site, snapshot, remembered, notices })))
    }

    /// Raises what this host remembers to this file, if it is news.
    ///
    /// Needs the lock for a moment; when somebody else has it, that process is writing and will raise the state itself. What
    /// cannot be written (a read-only or full file system) is said and does not stop a reader.
    pub fn remember(&mut self, desk: &Desk<'_>) -> Result<(), OpError> {
        if !matches!(self.standing, Standing::Unknown | Standing::Newer) || desk.settings.dry_run {
            return Ok(());
        }
        if let StateHome::Unavailable(why) = &desk.state {
            self.notices.push(Notice::NoState(why.clone()));
            return Ok(());
        }
        let directory = self.site.directory.as_ref();
        let lock = lock_name(&self.site.name);
        let _lock = match directory.lock(&lock, self.tag.owner, Duration::ZERO, desk.stop) {
            Ok(lock) => lock,
            Err(error) => return self.not_remembered(error),
        };
        let id = self.remembered_as();
        if desk.state.recall(id)? != self.remembered
            || directory.id(&self.site.name)? != Some(self.tag.id)
        {
            return Ok(());
        }
        match self.adopt(desk) {
            Err(OpError::Fs(error)) => self.not_remembered(error),
            done => done,
        }
    }

    fn not_remembered(&mut self, error: FsError) -> Result<(), OpError> {
        match error {
            FsError::Locked { .. } => {}
            FsError::Stopped(_) => return Err(error.into()),
            error => self.notices.push(Notice::NotRemembered(error.to_string())),
        }
        Ok(())
    }

    /// With the lock held: makes the file durable, whoever wrote it, and then remembers it.
    pub(super) fn adopt(&mut self, desk: &Desk<'_>) -> Result<(), OpError> {
        let directory = self.site.directory.as_ref();
        // Nobody makes the state durable about a file that he has not made durable himself.
        directory.sync_file(&self.site.name)?;
        directory.sync()?;
        let state = self.state(desk);
        let token = random::bytes(desk.random.borrow_mut().as_mut())?;
        desk.state.prepare(&state, &self.site.path, token, desk.trust.caller)?.commit()?;
        if self.standing == Standing::Unknown && matches!(desk.state, StateHome::Directory(_)) {
            self.notices.push(Notice::FirstSeen);
        }
        self.remembered = Some(state);
        self.standing = Standing::Current;
        Ok(())
    }

    /// Opens the log of this store.
    pub(super) fn trail(
        &self,
        desk: &Desk<'_>,
        recording: Option<&Recording>,
        new_segment: Option<&str>,
    ) -> Result<Trail, OpError> {
        let head = self.contents.native().map(|store| store.header().audit_head);
        match recording {
            None => Ok(Trail::closed(head.unwrap_or_default())),
            Some(recording) => {
                let subject = Subject::of_opening(self)?;
                trail_of(desk, recording, &subject, &self.contents, new_segment)
            }
        }
    }

    /// Records that something of this store is about to be released: afterwards it may be, and not before.
    pub fn release(&mut self, desk: &Desk<'_>, event: &Event) -> Result<(), OpError> {
        // Also in a dry run: it changes nothing, but what it shows is out.
        let mut trail = self.trail(desk, desk.audit.as_ref(), None)?;
        let (generation, _) = self.contents.version();
        trail.release(desk, &desk.reasoned(event.clone()), generation)?;
        self.notices.append(&mut trail.notices);
        Ok(())
    }

    /// Records that `event`, for which this store was opened, ended with `error`, and returns it.
    pub fn failed(&mut self, desk: &Desk<'_>, event: &Event, error: OpError) -> OpError {
        if let Ok(mut trail) = self.trail(desk, desk.recording(), None) {
            trail.failed(desk, &desk.reasoned(event.clone()), error.kind());
        }
        error
    }

    /// The id that this file's state is kept under.
    pub(super) fn remembered_as(&self) -> StoreId {
        match &self.contents {
            Contents::Native(store) => store.header().store_id,
            Contents::Igra(_) => state::igra_id(&self.site.path),
        }
    }

    /// The state that describes this file.
    fn state(&self, desk: &Desk<'_>) -> State {
        let seen = self.remembered.as_ref().map(|state| state.max_seen_time);
        let now = desk.clock.now().max(seen.unwrap_or(desk.clock.now()));
        match &self.contents {
            Contents::Native(store) => State::of(store.header(), store.file_hash(), now),
            Contents::Igra(file) => {
                let known = self.remembered.as_ref();
                let head =
                    known.map(|state| AuditHead { seq: state.audit_seq, mac: state.audit_mac });
                igra_state(self.remembered_as(), file.digest, now, head.unwrap_or_default())
            }
        }
    }
}

/// Opens the log of the store that `contents` came from.
fn trail_of(
    desk: &Desk<'_>,
    recording: &Recording,
    subject: &Subject,
    contents: &Contents,
    new_segment: Option<&str>,
) -> Result<Trail, OpError> {
    let igra_root = match contents {
        Contents::Native(_) => None,
        Contents::Igra(_) => {
            let mut random = desk.random.borrow_mut();
            desk.state.igra_root(subject.id, random.as_mut(), desk.trust.caller)?
        }
    };
    let root = contents.native().and_then(OpenStore::audit_root).or(igra_root.as_ref());
    Trail::open(desk, recording, subject, Keys { root, new_segment })
}

/// As [`Opening::release`], for a holder that kept only the contents of the store at `path`, and which file they came from.
pub fn release(
    desk: &Desk<'_>,
    path: &Path,
    (contents, tag): (&Contents, &FileTag),
    event: &Event,
) -> Result<Vec<Notice>, OpError> {
    let Some(recording) = &desk.audit else { return Ok(Vec::new()) };
    let (directory, name) = Place::resolve(path, desk.trust)?.into_parts();
    let header = contents.native().map(OpenStore::header);
    let network = match header {
        Some(header) => header.network,
        None => desk.settings.network.unwrap_or_default(),
    };
    let site = Site::new(Box::new(directory), &name, path, network);
    let id = header.map_or_else(|| state::igra_id(path), |header| header.store_id);
    let (head, remembered) = (header.map(|header| header.audit_head), desk.state.recall(id)?);
    let subject = Subject::new(&site, tag.owner, id, head, remembered.as_ref())?;
    let mut trail = trail_of(desk, recording, &subject, contents, None)?;
    let (generation, _) = contents.version();
    trail.release(desk, &desk.reasoned(event.clone()), generation)?;
    Ok(trail.notices)
}

/// What is remembered of an Igra file: it has no generation, so only which file it was.
pub(super) const fn igra_state(
    id: StoreId,
    digest: Hash,
    now: crate::clock::Timestamp,
    head: AuditHead,
) -> State {
    State {
        store_id: id,
        key_epoch: 0,
        max_generation: 0,
        digest,
        audit_seq: head.seq,
        audit_mac: head.mac,
        store_key: PublicKey([0; 32]),
        max_seen_time: now,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::clock::SystemClock;
    use crate::crypto::random::SystemRandom;
    use crate::fs::{HostDirectory, Trust};
    use crate::network::NetworkMode;
    use crate::ops::Settings;
    use crate::ops::init::{self, NewFile, NewFormat};
    use crate::passphrase::Passphrase;
    use crate::passphrase::strength::Context;
    use crate::secret::SecretBytes;

    fn desk(state: &Path) -> Desk<'static> {
        let trust = Trust::of_process();
        let directory = HostDirectory::open(state, trust.caller, trust).unwrap();
        Desk {
            clock: &SystemClock,
            random: RefCell::new(Box::new(SystemRandom)),
            trust,
            stop: &|| None,
            state: StateHome::Directory(Box::new(directory)),
            settings: Settings::default(),
            words: &Context::new,
            audit: None,
        }
    }

    fn credentials() -> Credentials {
        let typed = SecretBytes::copy_from(b"correct horse");
        Credentials { passphrase: Passphrase::new(typed).unwrap(), keyfile: None }
    }

    #[expect(clippy::disallowed_methods, reason = "takes away what the program needs")]
    #[test]
    fn a_reader_that_cannot_remember_says_so_and_goes_on() {
        let scratch = tempfile::tempdir().unwrap();
        let [first, second, gone] = ["first", "second", "gone"].map(|name| {
            let state = scratch.path().join(name);
            std::fs::create_dir(&state).unwrap();
            state
        });
        let path = scratch.path().join("s.bin");
        let network = NetworkMode::Devnet;
        let new =
            NewFile { path: &path, network, format: NewFormat::Native, kdf: None, label: None };
        init::init(&desk(&first), &new, &credentials()).unwrap();
        let read = |desk: &Desk<'_>| {
            let file = StoreFile::find(desk, &path).unwrap();
            file.open(desk, &credentials()).unwrap().notices
        };
        let warned = |notices: &[Notice]| {
            notices.iter().any(|notice| matches!(notice, Notice::NotRemembered(_)))
        };

        let without_state = desk(&gone);
        std::fs::remove_dir(&gone).unwrap();
        assert!(warned(&read(&without_state)));

        // A lock that cannot be taken, as on a read-only file system.
        let lock = scratch.path().join("s.bin.lock");
        std::fs::remove_file(&lock).unwrap();
        std::fs::create_dir(&lock).unwrap();
        assert!(warned(&read(&desk(&second))));
        std::fs::remove_dir(&lock).unwrap();
        assert!(read(&desk(&second)).contains(&Notice::FirstSeen));
        assert!(!warned(&read(&desk(&second))));
    }

    #[test]
    fn a_rollback_is_not_accepted_where_it_cannot_be_remembered() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("s.bin");
        let network = NetworkMode::Devnet;
        let new =
            NewFile { path: &path, network, format: NewFormat::Native, kdf: None, label: None };
        let mut desk = desk(scratch.path());
        init::init(&desk, &new, &credentials()).unwrap();
        desk.state = StateHome::Unavailable("the disk is full".to_owned());
        let read = |desk: &Desk<'_>| {
            let file = StoreFile::find(desk, &path).unwrap();
            let event = Event::new("secret.list", None);
            crate::ops::transaction::open_for_reading(desk, file, &credentials(), &event).map(drop)
        };
        assert!(read(&desk).is_ok());
        desk.settings.accept_rollback = Some("restored from the backup".to_owned());
        assert!(matches!(read(&desk), Err(OpError::NoState(_))));
    }
}
