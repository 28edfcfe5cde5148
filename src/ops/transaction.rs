//! A transaction: the one way in which a file is changed.
//!
//! ```text
//! unlock    derive keys; no lock is held while Argon2 runs
//! lock      then look again: if another process committed meanwhile, open its file with the key in hand
//! judge     is the file what this host last saw? adopt it if it is newer
//! decide    the verb changes the opened contents in memory
//! intent    recorded and durable
//! build     temporary file: written, synced and read back against its hash; opened meanwhile, as a reader would
//! reserve   the state file waits under a temporary name: nothing below needs more space
//! COMMIT    rename, sync the directory
//! state     raised to the new generation
//! outcome   recorded
//! ```
//!
//! A kill before COMMIT leaves the old file, after it the new one; either way the next command finds a state that may lag the
//! file and never leads it. A failure after COMMIT says that the change is made, and the next command completes it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, Instant};

use super::audit::{self, Event, Subject, Trail};
use super::commit::{self, Built};
use super::contents::Contents;
use super::locate::{FileTag, Format, Site, StoreFile};
use super::opening::{Opening, Refreshed};
use super::{Desk, Notice, OpError, StateHome, keys};
use crate::crypto::sign::PublicKey;
use crate::fs::directory::{LockGuard, Ownership, lock_name, remove_leftovers, temp_name};
use crate::fs::{FsError, Place, Replace};
use crate::isec;
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::store::StoreError;
use crate::store::keyslot::{Credentials, SlotSecret};
use crate::store::state::{Standing, State};

/// An opened store that nobody else can write.
pub struct Transaction<'a, 'd> {
    desk: &'a Desk<'d>,
    opening: Opening,
    replace: Replace,
    /// Whether an accused store was taken as the truth, which only a commit makes so.
    accepted: bool,
    event: Event,
    /// Behind the store's lock, so it is given back first.
    trail: Trail,
    _lock: LockGuard,
}

/// What a commit did.
#[derive(Debug)]
pub struct Receipt {
    /// The new generation; 0 for an Igra file.
    pub generation: u64,
    /// The key that now signs the store, for pinning; none for an Igra file.
    pub store_key: Option<PublicKey>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Whose passphrase the file will have after the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rekey {
    /// The same: what has to be derived for the write is derived before the lock.
    Keep,
    /// The verb brings its own keys.
    Caller,
}

impl<'a, 'd> Transaction<'a, 'd> {
    /// Opens `file` for the change `event`. A refusal is recorded.
    pub fn begin(
        desk: &'a Desk<'d>,
        file: StoreFile,
        credentials: &Credentials,
        rekey: Rekey,
        event: Event,
    ) -> Result<Self, OpError> {
        let subject = Subject::of_file(&file)?;
        let event = desk.reasoned(event);
        Self::open(desk, file, credentials, rekey, event.clone())
            .inspect_err(|error| audit::refused(desk, &subject, &event, error))
    }

    fn open(
        desk: &'a Desk<'d>,
        mut file: StoreFile,
        credentials: &Credentials,
        rekey: Rekey,
        event: Event,
    ) -> Result<Self, OpError> {
        let mut notices = require_state(desk, file.network())?;
        if file.format() == Format::IgraLegacy {
            return Err(OpError::LegacyLayout(file.site().path.clone()));
        }
        let start = Instant::now();
        loop {
            let mut opening = file.unlock(desk, credentials)?;
            let upgraded = match rekey {
                Rekey::Keep => derive_ahead(desk, &mut opening, credentials)?,
                Rekey::Caller => None,
            };
            let timeout = desk.settings.lock_timeout;
            let left = timeout.saturating_sub(start.elapsed());
            let lock = take_lock(desk, &opening.site, opening.tag.owner, left)
                .map_err(|error| waited(error, timeout))?;
            match opening.refresh(desk)? {
                Refreshed::Ready(mut opening) => {
                    opening.notices.append(&mut notices);
                    // Before anything is written: a log that is out of step must find all as it was when it is put right.
                    let accused = is_accused(desk, &opening);
                    let why = accused.then_some("an older store was accepted");
                    let trail = opening.trail(desk, desk.recording(), why)?;
                    let mut this = Self {
                        desk,
                        opening: *opening,
                        replace: Replace::Yes,
                        accepted: false,
                        event,
                        trail,
                        _lock: lock,
                    };
                    this.settle(upgraded)?;
                    return Ok(this);
                }
                // The passphrase, or the salt, changed under us: derive again, without holding the lock.
                Refreshed::Rekeyed(changed) => {
                    if left.is_zero() {
                        let path = changed.site.path.clone();
                        return Err(FsError::Locked { path, waited: timeout }.into());
                    }
                    file = *changed;
                }
            }
        }
    }

    /// Prepares a file that does not exist yet at `path`.
    pub fn create(
        desk: &'a Desk<'d>,
        path: &Path,
        network: NetworkMode,
        contents: Contents,
        event: Event,
    ) -> Result<Self, OpError> {
        let place = Place::resolve(path, desk.trust)?;
        let owner = Ownership { uid: place.owner_of_new(), mode: 0o600 };
        place.check_parents(owner.uid)?;
        let (directory, name) = place.into_parts();
        let site = Site::new(Box::new(directory), &name, path, network);
        Self::create_at(desk, site, owner, contents, event)
    }

    /// Prepares a new file at `site`.
    pub fn create_at(
        desk: &'a Desk<'d>,
        site: Site,
        owner: Ownership,
        contents: Contents,
        event: Event,
    ) -> Result<Self, OpError> {
        let notices = require_state(desk, site.network)?;
        require_short_name(&site.name)?;
        let lock = take_lock(desk, &site, owner, desk.settings.lock_timeout)?;
        if !desk.settings.dry_run {
            remove_leftovers(site.directory.as_ref(), &site.name)?;
        }
        if site.directory.id(&site.name)?.is_some() {
            return Err(FsError::Exists(site.path).into());
        }
        let opening = Opening {
            site,
            contents,
            notices,
            tag: FileTag::of_new(owner),
            remembered: None,
            standing: Standing::Current,
        };
        audit::make_room(desk, &opening)?;
        let trail = opening.trail(desk, desk.recording(), None)?;
        let (event, replace) = (desk.reasoned(event), Replace::No);
        Ok(Self { desk, opening, replace, accepted: false, event, trail, _lock: lock })
    }

    /// With the lock held and the file read: accept or adopt it, clean up after the dead, raise a weak slot.
    fn settle(&mut self, upgraded: Option<SlotSecret>) -> Result<(), OpError> {
        let opening = &mut self.opening;
        let dry_run = self.desk.settings.dry_run;
        if !dry_run {
            remove_leftovers(opening.site.directory.as_ref(), &opening.site.name)?;
        }
        if is_accused(self.desk, opening) {
            accept(self.desk, opening)?;
            self.accepted = true;
        } else if opening.standing != Standing::Current && !dry_run {
            opening.adopt(self.desk)?;
        }
        if let (Some(secret), Contents::Native(store)) = (upgraded, &mut opening.contents) {
            let slot = store.unlocked_slot();
            let change =
                format!("{} to {}", store.unlocked_secret().kdf().params, secret.kdf().params);
            store.upgrade_slot(secret, self.desk.random.borrow_mut().as_mut())?;
            opening.notices.push(Notice::KdfUpgraded { slot, change });
        }
        Ok(())
    }

    /// What the operator should know so far.
    pub fn notices(&mut self) -> &mut Vec<Notice> {
        &mut self.opening.notices
    }

    /// What is recorded of the change.
    pub const fn event_mut(&mut self) -> &mut Event {
        &mut self.event
    }

    /// Decides on the change. A refusal, or a failure, is recorded.
    pub fn decide<T>(
        &mut self,
        decide: impl FnOnce(&mut Self) -> Result<T, OpError>,
    ) -> Result<T, OpError> {
        decide(self).inspect_err(|error| self.trail.failed(self.desk, &self.event, error.kind()))
    }

    /// Carries out a change that is none of the store's, between its intent and its outcome.
    pub fn around(
        &mut self,
        act: impl FnOnce(&Self) -> Result<(), OpError>,
    ) -> Result<(), OpError> {
        let (generation, digest) = self.opening.contents.version();
        self.trail.intent(self.desk, &self.event, generation, digest.as_ref())?;
        self.decide(|this| act(this))?;
        self.trail.done(self.desk, &self.event, generation, digest.as_ref())
    }

    /// The opened contents.
    pub const fn contents(&self) -> &Contents {
        &self.opening.contents
    }

    /// The opened contents, to be changed.
    pub const fn contents_mut(&mut self) -> &mut Contents {
        &mut self.opening.contents
    }

    /// Where the file stands.
    pub const fn site(&self) -> &Site {
        &self.opening.site
    }

    /// What this host remembers of the file.
    pub const fn remembered(&self) -> Option<&State> {
        self.opening.remembered.as_ref()
    }

    /// What the transaction works with.
    pub const fn desk(&self) -> &'a Desk<'d> {
        self.desk
    }

    /// Gives up the change and goes on with what was opened, as it is in memory.
    pub fn abandon(mut self) -> Opening {
        self.opening.notices.append(&mut self.trail.notices);
        self.opening
    }

    /// Makes the change durable.
    pub fn commit(self) -> Result<Receipt, OpError> {
        self.commit_and_keep().map(|(receipt, _)| receipt)
    }

    /// Makes the change durable and keeps what is now in the file.
    pub fn commit_and_keep(self) -> Result<(Receipt, Opening), OpError> {
        let Self { desk, mut opening, replace, event, mut trail, _lock, .. } = self;
        if let Contents::Native(store) = &mut opening.contents {
            let told = keys::secrets::publish(desk, store).map_err(OpError::from);
            told.inspect_err(|error| trail.failed(desk, &event, error.kind()))?;
        }
        let (from, digest) = opening.contents.version();
        let to = from
            .map(|from| from.checked_add(1).ok_or(StoreError::Limit("the number of generations")))
            .transpose()?;
        let head = trail.intent(desk, &event, from, digest.as_ref())?;
        let committed = Built::new(desk, &mut opening, head)
            .and_then(|built| commit::carry_out(desk, &mut opening, built, replace, &mut trail));
        let state = match committed {
            Ok(state) => state,
            Err(error @ OpError::AfterCommit { .. }) => {
                // What became of it stands in the file, where the next command finds it.
                return Err(error);
            }
            Err(error) => {
                trail.failed(desk, &event, error.kind());
                return Err(error);
            }
        };
        let generation = to.unwrap_or(0);
        trail.done(desk, &event, to, Some(&state.digest)).map_err(|error| {
            OpError::AfterCommit { generation, what: error.to_string(), kind: Kind::Audit }
        })?;
        let store_key = opening.contents.native().map(|_| state.store_key);
        match &mut opening.contents {
            Contents::Native(store) => store.mark_committed(generation, state.digest),
            Contents::Igra(file) => file.digest = state.digest,
        }
        opening.contents.settle();
        opening.standing = Standing::Current;
        opening.remembered = Some(state);
        let mut notices = std::mem::take(&mut opening.notices);
        notices.append(&mut trail.notices);
        Ok((Receipt { generation, store_key, notices }, opening))
    }
}

/// Takes the lock of a file. A dry run takes none: it must not even make the lock file.
fn take_lock(
    desk: &Desk<'_>,
    site: &Site,
    owner: Ownership,
    timeout: Duration,
) -> Result<LockGuard, OpError> {
    if desk.settings.dry_run {
        return Ok(LockGuard::new(None));
    }
    Ok(site.directory.lock(&lock_name(&site.name), owner, timeout, desk.stop)?)
}

/// The time spent on deriving the key counts as waiting: what the operator allowed is what is said.
fn waited(error: OpError, timeout: Duration) -> OpError {
    match error {
        OpError::Fs(FsError::Locked { path, .. }) => {
            FsError::Locked { path, waited: timeout }.into()
        }
        error => error,
    }
}

/// A store whose older copies nobody could tell from it must not be written on a network that minds.
fn require_state(desk: &Desk<'_>, network: NetworkMode) -> Result<Vec<Notice>, OpError> {
    match (&desk.state, network.policy().missing_state) {
        // What is accepted must be remembered, or the next command accuses the store again after this one said it was done.
        (StateHome::Unavailable(why), _) if desk.settings.accept_rollback.is_some() => {
            Err(OpError::NoState(why.clone()))
        }
        (StateHome::Unavailable(why), Verdict::Refuse) => Err(OpError::NoState(why.clone())),
        (StateHome::Unavailable(why), Verdict::Warn) => Ok(vec![Notice::NoState(why.clone())]),
        _ => Ok(Vec::new()),
    }
}

/// Derives, before the lock is taken, what writing will need: a slot raised to the network's floor, or the next key of an
/// Igra file, which takes a new salt with every write.
fn derive_ahead(
    desk: &Desk<'_>,
    opening: &mut Opening,
    credentials: &Credentials,
) -> Result<Option<SlotSecret>, OpError> {
    let mut random = desk.random.borrow_mut();
    match &mut opening.contents {
        Contents::Native(store) => {
            let floor = opening.site.network.policy().kdf_floor;
            let secret = store.unlocked_secret();
            if !desk.settings.kdf_upgrade || secret.kdf().params.meets(floor) {
                return Ok(None);
            }
            let raised = secret.kdf().params.raised_to(floor);
            Ok(Some(credentials.slot_secret(secret.kind(), raised, random.as_mut())?))
        }
        Contents::Igra(file) => {
            let times = file
                .header
                .times
                .ok_or_else(|| OpError::LegacyLayout(opening.site.path.clone()))?;
            let next = isec::Header::fresh(file.header.kdf, times, random.as_mut())?;
            let key = isec::derive_key(&next, &credentials.passphrase)?;
            file.next = Some((next, key));
            Ok(None)
        }
    }
}

/// Takes a rolled-back or forked store as the truth: the next generation lies above everything this host has seen, and a
/// store from before a data key was given up gets a new one.
fn accept(desk: &Desk<'_>, opening: &mut Opening) -> Result<(), OpError> {
    let Contents::Native(store) = &mut opening.contents else { return Ok(()) };
    let (seen, epoch) =
        opening.remembered.as_ref().map_or((0, 0), |state| (state.max_generation, state.key_epoch));
    let seen = seen.max(desk.settings.min_generation.saturating_sub(1));
    let found = store.header().generation;
    store.raise_generation(seen);
    if store.header().key_epoch < epoch {
        // The epoch rose because something was given up: whoever holds that must neither read nor sign what comes.
        store.raise_key_epoch(epoch);
        let slot = store.unlocked_slot();
        let others = store.header().slots.iter().map(|s| s.info.id).filter(|id| *id != slot);
        let dropped: Vec<String> = others.map(|id| format!("keyslot {id}")).collect();
        let mut random = desk.random.borrow_mut();
        store.rotate_data_key(&BTreeMap::new(), random.as_mut())?;
        store.renew_roots(random.as_mut())?;
        if !dropped.is_empty() {
            opening.notices.push(Notice::SlotsDropped(dropped));
        }
        opening.notices.push(Notice::Note(format!(
            "the store has a new data key and signing key; only keyslot {slot} opens it"
        )));
    }
    opening.notices.push(Notice::RollbackAccepted { found, seen });
    Ok(())
}

/// Whether the store is older, or another, than it should be, and the operator takes it as the truth.
fn is_accused(desk: &Desk<'_>, opening: &Opening) -> bool {
    let Contents::Native(store) = &opening.contents else { return false };
    desk.settings.accept_rollback.is_some()
        && (matches!(opening.standing, Standing::Rollback { .. } | Standing::Fork { .. })
            || store.header().generation < desk.settings.min_generation)
}

/// Opens a store for reading. An older or forked store that the operator takes as the truth is committed forward first. A
/// refusal is recorded as one of `event`; what is released is recorded by [`Opening::release`].
pub fn open_for_reading(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    event: &Event,
) -> Result<Opening, OpError> {
    if desk.settings.accept_rollback.is_none() || file.format() != Format::Native {
        let subject = Subject::of_file(&file)?;
        return file.open(desk, credentials).inspect_err(|error| {
            audit::refused(desk, &subject, &desk.reasoned(event.clone()), error);
        });
    }
    let accept = Event::new("state.accept-rollback", None);
    let tx = Transaction::begin(desk, file, credentials, Rekey::Keep, accept)?;
    if !tx.accepted || desk.settings.dry_run {
        return Ok(tx.abandon());
    }
    let (receipt, mut opening) = tx.commit_and_keep()?;
    opening.notices = receipt.notices;
    Ok(opening)
}

/// Refuses the name of a new file when it leaves no room for those of its lock and of a temporary file. Comes before the lock,
/// which would stay behind.
pub fn require_short_name(name: &OsStr) -> Result<(), OpError> {
    // NAME_MAX of Linux.
    const LONGEST: usize = 255;
    let beside = temp_name(name, [0; 8]).len().max(lock_name(name).len());
    match beside.checked_sub(LONGEST) {
        None | Some(0) => Ok(()),
        Some(over) => {
            Err(OpError::NameTooLong { found: name.len(), most: name.len().saturating_sub(over) })
        }
    }
}
