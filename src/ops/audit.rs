//! What is recorded: one record for a release, an intent and an outcome for a change, one for a refusal.
//!
//! A `Trail` is the log as one command holds it. It is opened after the store's own lock, if that is held, and kept until the
//! outcome is durable, so that between an intent and its outcome nobody else writes. A log that is out of step stops the
//! command before anything is written; one that cannot be written stops it where the network, or the configuration, says so.

mod judged;
mod leftovers;
mod look;
mod trouble;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use judged::{Judged, judge};
pub(super) use leftovers::make_room;
use leftovers::outcome_of;
pub(super) use leftovers::set_aside;
pub use look::{LOG_SUFFIX, examine, log_beside};
pub use trouble::LogTrouble;

use super::locate::{self, Sealed, Site, StoreFile};
use super::{Desk, Notice, OpError, Opening};
use crate::audit::record::{Draft, MODE_WIDENED, Origin, Phase};
use crate::audit::{AuditError, Finding, Log, Witness};
use crate::crypto::mac::Hash;
use crate::crypto::random;
use crate::fs::directory::{Directory, Ownership};
use crate::fs::{FsError, Place};
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::secret::DerivedKey;
use crate::store::StoreId;
use crate::store::header::AuditHead;
use crate::store::state::State;

/// What a command does, as a record names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The verb, such as `secret.set`.
    pub name: &'static str,
    /// What it is done to: a secret's name, a slot's number. Never a value.
    pub object: Option<String>,
    /// Which version of that.
    pub version: Option<u64>,
    /// The operator's reason.
    pub reason: Option<String>,
}

impl Event {
    /// An event about `object`.
    pub const fn new(name: &'static str, object: Option<String>) -> Self {
        Self { name, object, version: None, reason: None }
    }
}

/// How the actions of a program are recorded.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The log; none for one beside the store.
    pub path: Option<PathBuf>,
    /// What becomes of an action that cannot be recorded; none for the network's rule.
    pub unavailable: Option<Verdict>,
    /// The program.
    pub tool: String,
    /// Who runs it, and on which host.
    pub witness: Witness,
}

impl Recording {
    /// Of this process, under the name `tool`, by the rules of the network.
    pub fn of_process(tool: &str) -> Self {
        Self { path: None, unavailable: None, tool: tool.to_owned(), witness: Witness::default() }
    }
}

/// The path of the log of the store at `store`.
pub fn log_path(recording: &Recording, store: &Path) -> PathBuf {
    recording.path.clone().unwrap_or_else(|| log_beside(store))
}

/// The store that a record is about, as it was found. What of it was not authenticated yet decides nothing but where to look.
pub(super) struct Subject {
    /// Its directory.
    pub directory: Box<dyn Directory>,
    /// Its name there.
    pub name: OsString,
    /// Its path.
    pub path: PathBuf,
    /// Its owner, who owns the log too.
    pub owner: Ownership,
    /// Its id.
    pub id: StoreId,
    /// Its network.
    pub network: NetworkMode,
    /// The head in its header; none where the format has no place for one.
    pub head: Option<AuditHead>,
    /// The head that this host remembers; none when it has never seen the store.
    pub remembered: Option<AuditHead>,
    /// Go on although records are missing.
    pub accept_loss: bool,
}

impl Subject {
    /// A file that was found.
    pub fn of_file(file: &StoreFile) -> Result<Self, OpError> {
        let id = locate::remembered_as(file.sealed(), &file.site.path);
        let head = match file.sealed() {
            Sealed::Native(store) => Some(store.header().audit_head),
            Sealed::Igra { .. } => None,
        };
        Self::new(&file.site, file.snapshot.tag.owner, id, head, file.remembered.as_ref())
    }

    /// A store that was opened, or is about to be made.
    pub fn of_opening(opening: &Opening) -> Result<Self, OpError> {
        let head = opening.contents.native().map(|store| store.header().audit_head);
        let (id, remembered) = (opening.remembered_as(), opening.remembered.as_ref());
        Self::new(&opening.site, opening.tag.owner, id, head, remembered)
    }

    pub fn new(
        site: &Site,
        owner: Ownership,
        id: StoreId,
        head: Option<AuditHead>,
        remembered: Option<&State>,
    ) -> Result<Self, OpError> {
        Ok(Self {
            directory: site.directory.again()?,
            name: site.name.clone(),
            path: site.path.clone(),
            owner,
            id,
            network: site.network,
            head,
            remembered: remembered
                .map(|state| AuditHead { seq: state.audit_seq, mac: state.audit_mac }),
            accept_loss: false,
        })
    }
}

/// What the holder of the store's keys adds.
#[derive(Clone, Copy, Default)]
pub(super) struct Keys<'a> {
    /// The newest audit root.
    pub root: Option<&'a DerivedKey>,
    /// Why a new segment is to begin, whatever the log says.
    pub new_segment: Option<&'a str>,
}

/// The log as one command holds it.
pub(super) struct Trail {
    log: Option<Log>,
    corr: [u8; 8],
    /// The store, as it stands in a command line.
    store: String,
    /// The head that the store has already.
    head: AuditHead,
    /// Whether to go on when nothing can be recorded.
    forgiving: bool,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

impl Trail {
    /// Opens the log of `subject`, completes what an earlier command left, and begins a segment where one is needed. `None` inside
    /// when nothing is recorded; why is among the notices.
    pub fn open(
        desk: &Desk<'_>,
        recording: &Recording,
        subject: &Subject,
        keys: Keys<'_>,
    ) -> Result<Self, OpError> {
        let mut trail = Self::closed(subject.head.unwrap_or_default());
        trail.corr = random::bytes(desk.random.borrow_mut().as_mut())?;
        trail.forgiving = verdict(recording, subject.network) != Verdict::Refuse;
        trail.store = subject.words();
        match trail.prepare(desk, recording, subject, keys) {
            Ok(log) => trail.log = Some(log),
            Err(OpError::Audit(trouble)) => trail.forgive(trouble.error)?,
            Err(error) => return Err(error),
        }
        Ok(trail)
    }

    /// One that records nothing, of a store whose head is `head`.
    pub const fn closed(head: AuditHead) -> Self {
        Self {
            log: None,
            corr: [0; 8],
            store: String::new(),
            head,
            forgiving: false,
            notices: Vec::new(),
        }
    }

    /// Whether to go on without a record. A log that is out of step is never gone past.
    fn forgive(&mut self, error: AuditError) -> Result<(), OpError> {
        let stays = error.first_bad_seq().is_some() || error.kind() != Kind::Audit;
        if stays || !self.forgiving {
            return Err(LogTrouble { error, store: self.store.clone() }.into());
        }
        self.log = None;
        self.notices.push(Notice::Audit(format!("this is not recorded: {error}")));
        Ok(())
    }

    fn append(&mut self, draft: &Draft<'_>) -> Result<Option<AuditHead>, OpError> {
        let Some(log) = &mut self.log else { return Ok(None) };
        match log.append(draft) {
            Ok(head) => Ok(Some(head)),
            Err(error) => self.forgive(error).map(|()| None),
        }
    }

    fn prepare(
        &mut self,
        desk: &Desk<'_>,
        recording: &Recording,
        subject: &Subject,
        keys: Keys<'_>,
    ) -> Result<Log, OpError> {
        let now = desk.clock.now_nanos();
        let mut log = open_log(desk, recording, subject)?;
        let draft = Draft::new("", Phase::Done, self.corr, now);
        let why = match (log.needs_segment(), keys.root, keys.new_segment) {
            (Some(why), _, _) => Some(why.to_string()),
            (None, Some(root), None) if !log.is_under(root) && !is_newer(&log, subject) => {
                Some("the store has a new audit root".to_owned())
            }
            (None, _, forced) => forced.map(str::to_owned),
        };
        if let (Some(why), Some(root)) = (&why, keys.root) {
            let mut random = desk.random.borrow_mut();
            let (segment, id) = (random::bytes(random.as_mut())?, random::bytes(random.as_mut())?);
            log.start_segment(root, segment, id, &Draft { reason: Some(why), ..draft })
                .map_err(|error| subject.trouble(error))?;
        }
        if let Some(unfinished) = log.unfinished() {
            let outcome = outcome_of(desk, subject, unfinished)?;
            log.close_unfinished(outcome, now).map_err(|error| subject.trouble(error))?;
        }
        for finding in log.findings().to_vec() {
            self.report(&mut log, subject, &finding, now)?;
        }
        Ok(log)
    }

    fn report(
        &mut self,
        log: &mut Log,
        subject: &Subject,
        finding: &Finding,
        now: u64,
    ) -> Result<(), OpError> {
        let Finding::ModeWidened { file, mode } = finding else {
            self.notices.extend(finding.notable().map(Notice::Audit));
            return Ok(());
        };
        let object = format!("{mode:04o} {}", file.display());
        let refuse = !self.forgiving;
        let draft = Draft {
            object: Some(&object),
            exit: refuse.then_some(Kind::Audit),
            ..Draft::new(
                MODE_WIDENED,
                if refuse { Phase::Denied } else { Phase::Done },
                self.corr,
                now,
            )
        };
        log.append(&draft).map_err(|error| subject.trouble(error))?;
        let widened = FsError::Mode { path: file.clone(), mode: *mode };
        if refuse {
            // Not a matter of what can be written, so nothing forgives it.
            return Err(OpError::AuditExposed(widened));
        }
        self.notices.push(Notice::Audit(widened.to_string()));
        Ok(())
    }

    /// Records that `event` is about to change the store from `generation`. The head goes into the new header; without a log it is
    /// the one that is there.
    pub fn intent(
        &mut self,
        desk: &Desk<'_>,
        event: &Event,
        generation: Option<u64>,
        digest: Option<&Hash>,
    ) -> Result<AuditHead, OpError> {
        let draft = self.draft(desk, event, Phase::Intent);
        Ok(self.append(&Draft { generation, digest, ..draft })?.unwrap_or(self.head))
    }

    /// Reserves room for the outcome.
    pub fn reserve(&mut self) -> Result<(), OpError> {
        match self.log.as_ref().map(Log::reserve_outcome) {
            Some(Err(error)) => self.forgive(error),
            _ => Ok(()),
        }
    }

    /// Records that the last intent was carried out and led to `generation`.
    pub fn done(
        &mut self,
        desk: &Desk<'_>,
        event: &Event,
        generation: Option<u64>,
        digest: Option<&Hash>,
    ) -> Result<(), OpError> {
        let draft = self.draft(desk, event, Phase::Done);
        self.append(&Draft { generation, digest, ..draft }).map(drop)
    }

    /// Records that something is about to be released.
    pub fn release(
        &mut self,
        desk: &Desk<'_>,
        event: &Event,
        generation: Option<u64>,
    ) -> Result<(), OpError> {
        let draft = self.draft(desk, event, Phase::Done);
        self.append(&Draft { generation, ..draft }).map(drop)
    }

    /// Records that `event` ended with `kind`. What cannot be recorded is said by the next command that opens the log.
    pub fn failed(&mut self, desk: &Desk<'_>, event: &Event, kind: Kind) {
        let draft = self.draft(desk, event, phase_of(kind));
        let _ = self.append(&Draft { exit: Some(kind), ..draft });
    }

    fn draft<'a>(&self, desk: &Desk<'_>, event: &'a Event, phase: Phase) -> Draft<'a> {
        Draft {
            object: event.object.as_deref(),
            object_version: event.version,
            reason: event.reason.as_deref(),
            ..Draft::new(event.name, phase, self.corr, desk.clock.now_nanos())
        }
    }
}

/// Whether the segment of `log` began behind the head of the store as it was read: it has a root that this reading does not
/// know yet, since another command has changed the store meanwhile. A new segment would go back to the older root, which may
/// have been given up for a reason.
fn is_newer(log: &Log, subject: &Subject) -> bool {
    subject.head.is_some_and(|head| log.segment_start() > Some(head.seq))
}

/// The log itself, for the verbs that tend it, which nothing forgives.
pub(super) fn tend(
    desk: &Desk<'_>,
    recording: &Recording,
    subject: &Subject,
    keys: Keys<'_>,
) -> Result<(Log, [u8; 8], Vec<Notice>), OpError> {
    let mut trail = Trail::closed(subject.head.unwrap_or_default());
    trail.corr = random::bytes(desk.random.borrow_mut().as_mut())?;
    trail.forgiving = verdict(recording, subject.network) != Verdict::Refuse;
    let log = trail.prepare(desk, recording, subject, keys)?;
    Ok((log, trail.corr, trail.notices))
}

/// Records that `event` was refused, or failed, on a store that was not unlocked. While there is no key for it, it is said on
/// stderr like every error, and nowhere else. To what it was to be done is left out: nobody vouches that it is a name, and not a
/// passphrase that was pasted in the wrong place.
pub(super) fn refused(desk: &Desk<'_>, subject: &Subject, event: &Event, error: &OpError) {
    // What concerns the log is not written into it, and a command that was stopped did not try.
    let kind = error.kind();
    if matches!(kind, Kind::Audit | Kind::Interrupted | Kind::Terminated | Kind::Locked) {
        return;
    }
    let Some(recording) = desk.recording() else { return };
    let Ok(corr) = random::bytes(desk.random.borrow_mut().as_mut()) else { return };
    let Ok(mut log) = open_log(desk, recording, subject) else { return };
    // First what is left of the command before: its outcome stands in the file, which needs no key to be read.
    if let Some(unfinished) = log.unfinished() {
        let Ok(outcome) = outcome_of(desk, subject, unfinished) else { return };
        if log.close_unfinished(outcome, desk.clock.now_nanos()).is_err() {
            return;
        }
    }
    let mut trail = Trail { corr, forgiving: true, ..Trail::closed(AuditHead::default()) };
    trail.log = Some(log);
    trail.failed(desk, &Event { object: None, ..event.clone() }, kind);
}

fn open_log(desk: &Desk<'_>, recording: &Recording, subject: &Subject) -> Result<Log, OpError> {
    let path = log_path(recording, &subject.path);
    let directory: Box<dyn Directory> = if recording.path.is_some() {
        let place = Place::resolve(&path, desk.trust).map_err(|error| subject.trouble(error))?;
        place.check_parents(subject.owner.uid).map_err(|error| subject.trouble(error))?;
        Box::new(place.into_parts().0)
    } else {
        subject.directory.again().map_err(|error| subject.trouble(error))?
    };
    let setting = subject.setting(desk, recording.witness.machine());
    let origin = Origin {
        store_id: subject.id,
        network: subject.network,
        tool: recording.tool.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        actor: recording.witness.actor().clone(),
    };
    let now = desk.clock.now_nanos();
    Ok(Log::open(directory, &path, setting, origin, now, desk.stop)
        .map_err(|error| subject.trouble(error))?)
}

fn verdict(recording: &Recording, network: NetworkMode) -> Verdict {
    recording.unavailable.unwrap_or(network.policy().audit_unavailable)
}

/// A refusal is a decision of ours; everything else that ends badly is a failure.
const fn phase_of(kind: Kind) -> Phase {
    match kind {
        Kind::WrongPassphrase | Kind::Policy | Kind::Rollback | Kind::LockedOut | Kind::Exists => {
            Phase::Denied
        }
        _ => Phase::Error,
    }
}
