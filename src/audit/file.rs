//! An open log.
//!
//! Opening takes the lock of the log, judges what is there, and completes what an earlier command could not: lines that the
//! state has not seen are adopted, the bytes of a line that was never finished are moved away, an interrupted rotation is
//! finished. Every append is one write and one sync of the log, and then one write and one sync of the state.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::AuditError;
use super::chain::{Chain, Id, SegmentStart, root_id};
use super::line::{Line, text};
use super::record::{self, Draft, Origin, Phase, Position, SEGMENT};
use super::state::{self, AuditState, Lockout};
use super::tail::{Files, Finding, NO_MAC, NeedsSegment, STATE_SUFFIX, Tail, beside, file_name};
use crate::fs::directory::{LockGuard, Ownership, lock_name};
use crate::fs::in_place::Access;
use crate::fs::{Directory, FsError, InPlace, StopCheck};
use crate::secret::{DerivedKey, SecretBytes};
use crate::store::header::AuditHead;

/// Room that is reserved for an outcome beyond what its intent took.
const OUTCOME_MARGIN: u64 = 4096;

/// What the store and this host know, and how the log is to be opened.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The owner of the store, who also owns its log.
    pub owner: Ownership,
    /// This host; see [`actor::machine`](super::actor::machine).
    pub machine: Id,
    /// The head in the store's header; none for a store that is not there yet or has no place for one.
    pub head: Option<AuditHead>,
    /// The head in this host's state of the store; none when this host has never seen the store.
    pub remembered: Option<AuditHead>,
    /// Go on although records are missing: `audit repair --accept-loss`.
    pub accept_loss: bool,
    /// How long to wait for another process.
    pub lock_timeout: Duration,
}

/// An intent without an outcome: the command was stopped in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The record.
    pub head: AuditHead,
    /// Its correlation id, for the outcome.
    pub corr: [u8; 8],
    /// The verb.
    pub event: String,
    /// What it was done to.
    pub object: Option<String>,
    /// The generation that it started from.
    pub generation: Option<u64>,
    /// Digest of the file of that generation, in hexadecimal.
    pub digest: Option<String>,
}

impl Unfinished {
    pub(super) fn of(line: &Line<'_>) -> Self {
        Self {
            head: AuditHead { seq: line.at.seq, mac: line.mac },
            corr: line.correlation(),
            event: text(line.event).into_owned(),
            object: line.object.map(|object| text(object).into_owned()),
            generation: line.generation,
            digest: line.digest.map(str::to_owned),
        }
    }
}

/// An open log, locked against everybody else until it is dropped.
pub struct Log {
    pub(super) directory: Box<dyn Directory>,
    pub(super) name: OsString,
    pub(super) path: PathBuf,
    pub(super) files: Files,
    pub(super) tail: Tail,
    pub(super) origin: Origin,
    pub(super) setting: Setting,
    pub(super) broken: bool,
    last_len: u64,
    _lock: LockGuard,
}

impl Log {
    /// Opens the log at `path`, whose file is in `directory`, at the time `now` (nanoseconds).
    ///
    /// A log that is out of step is refused before anything is written. One that needs a new segment is opened, but nothing
    /// can be appended before [`start_segment`](Self::start_segment). The caller then looks at [`findings`](Self::findings)
    /// and [`unfinished`](Self::unfinished).
    pub fn open(
        directory: Box<dyn Directory>,
        path: &Path,
        setting: Setting,
        origin: Origin,
        now: u64,
        stop: StopCheck<'_>,
    ) -> Result<Self, AuditError> {
        let name = file_name(path).to_owned();
        let lock = directory.lock(&lock_name(&name), setting.owner, setting.lock_timeout, stop)?;
        let files = Files::open(directory.as_ref(), &name, Access::Write)?;
        let tail = files.inspect(directory.as_ref(), path, &setting)?;
        let path = path.to_path_buf();
        let mut log = Self {
            directory,
            name,
            path,
            files,
            tail,
            origin,
            setting,
            broken: false,
            last_len: 0,
            _lock: lock,
        };
        log.catch_up(now)?;
        Ok(log)
    }

    /// What the operator should know. On mainnet a widened mode is a reason to go no further.
    pub fn findings(&self) -> &[Finding] {
        &self.tail.findings
    }

    /// Why a new segment must be begun first.
    pub const fn needs_segment(&self) -> Option<NeedsSegment> {
        self.tail.needs
    }

    /// Whether the segment began with `root`. After a revocation it has not, and a new one is to be begun: whoever kept the old
    /// root can derive every key of this one.
    pub fn is_under(&self, root: &DerivedKey) -> bool {
        self.tail.state.as_ref().is_some_and(|state| state.root_id == root_id(root))
    }

    /// Number of the first record of the segment.
    pub fn segment_start(&self) -> Option<u64> {
        self.tail.state.as_ref().map(|state| state.start_seq)
    }

    /// The intent of a command that was stopped before its outcome. Whoever knows the store closes it, before anything else is
    /// appended: as done when the store's head is this intent, else as an error.
    pub const fn unfinished(&self) -> Option<&Unfinished> {
        self.tail.unfinished.as_ref()
    }

    /// The last record.
    pub fn head(&self) -> Option<AuditHead> {
        self.tail.last.map(|last| last.head)
    }

    /// Bytes of the live file, for rotation by size.
    pub const fn size(&self) -> u64 {
        self.tail.end
    }

    /// Failed attempts.
    pub fn lockout(&self) -> Option<Lockout> {
        self.tail.state.as_ref().map(|state| state.lockout)
    }

    /// Sets the failed attempts, durably.
    pub fn set_lockout(&mut self, lockout: Lockout) -> Result<(), AuditError> {
        self.usable()?;
        if let Some(state) = &mut self.tail.state {
            state.lockout = lockout;
        }
        self.save_state()
    }

    /// Appends one record.
    pub fn append(&mut self, draft: &Draft<'_>) -> Result<AuditHead, AuditError> {
        self.append_all(std::slice::from_ref(draft))
    }

    /// Appends records with one write and one sync of the log: all of them are durable when it returns, and on an error it is
    /// as if none had been there, unless the log had to be given up ([`AuditError::Unusable`] from then on).
    pub fn append_all(&mut self, drafts: &[Draft<'_>]) -> Result<AuditHead, AuditError> {
        let log = self.usable()?;
        let (Some(chain), Some(last)) = (&self.tail.chain, self.tail.last) else {
            return Err(self.no_key());
        };
        self.not_changed_behind_us(log)?;
        let mut next = last;
        let mut chain = chain.fork();
        let mut bytes = Vec::with_capacity(drafts.len() * 1024);
        let mut line_start = 0;
        for draft in drafts {
            line_start = bytes.len();
            let at = Position {
                log_id: last.log_id,
                segment: last.segment,
                seq: next.head.seq + 1,
                prev: next.head.mac,
            };
            let mac = record::write(&mut bytes, &at, &self.origin, draft, &mut chain)?;
            next.head = AuditHead { seq: at.seq, mac };
            next.rotates = draft.event == record::ROTATE;
        }
        if bytes.is_empty() {
            return Ok(last.head);
        }
        next.line_hash = super::tail::line_hash(&bytes[line_start..]);
        self.last_len = (bytes.len() - line_start) as u64;
        self.put(&bytes)?;
        chain.forget();
        self.tail.chain = Some(chain);
        self.tail.last = Some(next);
        self.save_state()?;
        if drafts.last().is_some_and(|draft| draft.phase != Phase::Intent) {
            self.tail.unfinished = None;
        }
        Ok(next.head)
    }

    /// Reserves room for the outcome of the intent that was appended last, so that a full disk shows before the commit.
    pub fn reserve_outcome(&self) -> Result<(), AuditError> {
        Ok(self.usable()?.reserve(self.last_len + OUTCOME_MARGIN)?)
    }

    /// Begins a new segment under `root`, the newest one of the store. `segment` and `log_id` are fresh random bytes; the latter
    /// is used only when the log has no id yet.
    pub fn start_segment(
        &mut self,
        root: &DerivedKey,
        segment: Id,
        log_id: Id,
        draft: &Draft<'_>,
    ) -> Result<AuditHead, AuditError> {
        if self.broken {
            return Err(AuditError::Unusable(self.path.clone()));
        }
        let created = self.files.log.is_none();
        if created {
            let access = Access::Create(self.setting.owner);
            self.files.log = self.directory.in_place(&self.name, access)?;
        }
        let torn = self.set_torn_aside()?;
        let last = self.tail.last;
        // Records that are known of but not here: the gap stays visible for ever.
        let old = self.tail.state.as_ref();
        let noted = old.map(|old| AuditHead { seq: old.seq, mac: old.mac });
        let known = [self.setting.head, self.setting.remembered, noted, last.map(|last| last.head)];
        let before = known.into_iter().flatten().max_by_key(|known| known.seq).unwrap_or_default();
        let old_log = old.map(|old| old.log_id);
        let (lockout, writes) =
            old.map_or((Lockout::default(), 0), |old| (old.lockout, old.writes));
        let start = SegmentStart {
            log_id: last.map(|last| last.log_id).or(old_log).unwrap_or(log_id),
            segment,
            seq: before.seq + 1,
            prev: if before.seq == 0 { NO_MAC } else { before.mac },
        };
        let mut chain = Chain::start(root, &start);
        let at = Position { log_id: start.log_id, segment, seq: start.seq, prev: start.prev };
        let draft = Draft { event: SEGMENT, phase: Phase::Done, ..*draft };
        let mut bytes = Vec::new();
        let mac = record::write(&mut bytes, &at, &self.origin, &draft, &mut chain)?;
        self.put(&bytes)?;
        if created {
            self.directory.sync()?;
        }
        let head = AuditHead { seq: start.seq, mac };
        let line_hash = super::tail::line_hash(&bytes);
        self.tail.last = Some(super::tail::Last {
            log_id: start.log_id,
            segment,
            head,
            line_hash,
            rotates: false,
        });
        self.tail.state = Some(AuditState {
            lockout,
            log_id: start.log_id,
            segment,
            start_seq: start.seq,
            start_prev: start.prev,
            seq: head.seq,
            offset: self.tail.end,
            mac,
            line_hash,
            key: DerivedKey::zeroed(),
            machine: self.setting.machine,
            root_id: root_id(root),
            writes,
        });
        chain.forget();
        self.tail.chain = Some(chain);
        self.save_state()?;
        self.tail.needs = None;
        match torn {
            Some(what) => self.record_torn(&what, draft.at),
            None => Ok(head),
        }
    }

    /// Adds whole lines to the log, durably.
    fn put(&mut self, bytes: &[u8]) -> Result<(), AuditError> {
        let Some(log) = &self.files.log else { return Err(self.no_key()) };
        let end = self.tail.end;
        if let Err(error) = log.append(bytes) {
            // Half a line must not stay: the next one would be glued to it.
            self.broken = log.truncate(end).is_err();
            return Err(error.into());
        }
        if let Err(error) = log.sync_data() {
            // Nobody can tell what is on the disk now. The next command adopts it or moves it away.
            self.broken = true;
            return Err(error.into());
        }
        self.tail.end = end + bytes.len() as u64;
        Ok(())
    }

    /// Brings the state file up to the last record.
    pub(super) fn save_state(&mut self) -> Result<(), AuditError> {
        let (Some(state), Some(chain), Some(last)) =
            (&mut self.tail.state, &self.tail.chain, self.tail.last)
        else {
            return Err(self.no_key());
        };
        state.seq = last.head.seq;
        state.mac = last.head.mac;
        state.line_hash = last.line_hash;
        state.offset = self.tail.end;
        state.writes += 1;
        state.key.expose_mut().copy_from_slice(chain.key().expose());
        let written = write_state(
            self.directory.as_ref(),
            &mut self.files.state,
            &beside(&self.name, STATE_SUFFIX),
            self.setting.owner,
            state,
        );
        self.broken |= written.is_err();
        Ok(written?)
    }

    fn usable(&self) -> Result<&dyn InPlace, AuditError> {
        if self.broken {
            return Err(AuditError::Unusable(self.path.clone()));
        }
        match &self.files.log {
            Some(log) if self.tail.chain.is_some() => Ok(log.as_ref()),
            _ => Err(self.no_key()),
        }
    }

    fn no_key(&self) -> AuditError {
        let why = self.tail.needs.unwrap_or(NeedsSegment::NoState);
        AuditError::NoKey { log: self.path.clone(), why }
    }

    /// A program that does not take the lock may have written meanwhile.
    fn not_changed_behind_us(&self, log: &dyn InPlace) -> Result<(), AuditError> {
        let (len, seq) = (log.facts()?.len, self.head().map_or(0, |head| head.seq));
        let path = self.path.clone();
        match len.cmp(&self.tail.end) {
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Less => {
                Err(AuditError::Truncated { log: path, found: 0, known: seq, copy: None })
            }
            std::cmp::Ordering::Greater => Err(AuditError::Modified {
                log: path,
                seq: seq + 1,
                why: "bytes that another program added",
            }),
        }
    }
}

/// Writes the slot whose turn it is, and then wipes the other one, whose key would open what is already written.
fn write_state(
    directory: &dyn Directory,
    file: &mut Option<Box<dyn InPlace>>,
    name: &std::ffi::OsStr,
    owner: Ownership,
    state: &AuditState,
) -> Result<(), FsError> {
    let slot = state.encode();
    let whole = match file {
        Some(file) => file.facts()?.len == state::LEN as u64,
        None => false,
    };
    if whole && let Some(file) = file {
        file.write_at(state.position(), slot.expose())?;
        file.sync_data()?;
        // Carried to the disk by the next sync: one more for every read would be the price of a window of one record.
        return file.write_at(state.other_position(), &[0; state::SLOT_LEN]);
    }
    let created = file.is_none();
    if created {
        *file = directory.in_place(name, Access::Create(owner))?;
    }
    let Some(file) = file else { return Err(FsError::NotFound(name.into())) };
    let mut both = SecretBytes::zeroed(state::LEN);
    let at = usize::try_from(state.position()).unwrap_or(0);
    both.expose_mut()[at..at + state::SLOT_LEN].copy_from_slice(slot.expose());
    file.truncate(0)?;
    file.write_at(0, both.expose())?;
    file.sync_data()?;
    if created { directory.sync() } else { Ok(()) }
}
