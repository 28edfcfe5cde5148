//! What changes a log: rotation, and a new beginning after a loss. An ordinary action does neither.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::verify::roots_at_hand;
use super::{LogError, path_of};
use crate::audit::line::Line;
use crate::audit::record::{Draft, Phase};
use crate::audit::select;
use crate::audit::verify::LogFile;
use crate::audit::{self, AuditError, Setting};
use crate::fs::directory::lock_name;
use crate::fs::in_place::{Access, Sequential};
use crate::fs::{Directory as _, Place};
use crate::ops::audit::{Keys, Subject, set_aside, tend};
use crate::ops::contents::Contents;
use crate::ops::{Desk, Notice, StoreFile};
use crate::secret::DerivedKey;
use crate::store::keyslot::Credentials;

/// When a rotation is due: always, unless a limit is given; with several, when one of them is passed.
#[derive(Clone, Copy, Debug, Default)]
pub struct When {
    /// Larger than so many bytes.
    pub larger: Option<u64>,
    /// Older than this.
    pub older: Option<Duration>,
}

/// What a rotation did.
#[derive(Debug, Default)]
pub struct Rotated {
    /// Whether it was due.
    pub due: bool,
    /// Where the old file is now.
    pub archive: Option<PathBuf>,
    /// Bytes of the file before.
    pub size: u64,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Whether nothing can be appended to the log of `file` before the store is unlocked: a new segment has to begin, and nobody
/// here has its root.
pub fn needs_passphrase(desk: &Desk<'_>, file: &StoreFile) -> Result<bool, LogError> {
    let path = path_of(desk, &file.site.path);
    let subject = Subject::of_file(file)?;
    let place = Place::resolve(&path, desk.trust)?;
    let setting = subject.setting(desk, audit::actor::machine());
    let view = audit::look(place.directory(), &path, &setting).map_err(|e| subject.trouble(e))?;
    Ok(view.needs_segment.is_some() && roots_at_hand(desk, file)?.is_empty())
}

/// The newest root of the store, where somebody has it.
pub(super) fn newest_root(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: Option<&Credentials>,
) -> Result<Option<DerivedKey>, LogError> {
    let mut roots = roots_at_hand(desk, &file)?;
    if let (true, Some(credentials)) = (roots.is_empty(), credentials) {
        roots = super::verify::roots(desk, file, credentials)?;
    }
    Ok(roots.pop())
}

/// Whether a rotation of the log of `file` is due, and how many bytes it has.
pub fn due(desk: &Desk<'_>, file: &StoreFile, when: When) -> Result<(bool, u64), LogError> {
    let path = path_of(desk, &file.site.path);
    let place = Place::resolve(&path, desk.trust)?;
    let log = place.directory().in_place(place.name(), Access::Read)?;
    let Some(log) = log else { return Err(LogError::NoLog(path)) };
    let size = log.facts()?.len;
    let larger = when.larger.is_some_and(|limit| size > limit);
    let older = match when.older {
        Some(limit) => begun(&path, log.as_ref())?.is_some_and(|begun| {
            let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
            desk.clock.now_nanos().saturating_sub(begun) > limit
        }),
        None => false,
    };
    Ok((larger || older || (when.larger, when.older) == (None, None), size))
}

/// Rotates the log of `file`, if that is due. Where a new segment has to begin first, that takes `credentials`.
pub fn rotate(
    desk: &Desk<'_>,
    file: StoreFile,
    when: When,
    credentials: Option<&Credentials>,
) -> Result<Rotated, LogError> {
    let path = path_of(desk, &file.site.path);
    let (due, size) = due(desk, &file, when)?;
    let mut rotated = Rotated { due, size, ..Rotated::default() };
    let Some(recording) = desk.recording().filter(|_| due) else { return Ok(rotated) };
    let subject = Subject::of_file(&file)?;
    let root = newest_root(desk, file, credentials)?;
    let keys = Keys { root: root.as_ref(), new_segment: None };
    let (mut log, corr, notices) = tend(desk, recording, &subject, keys)?;
    if let Some(why) = log.needs_segment() {
        return Err(subject.trouble(AuditError::NoKey { log: path, why }).into());
    }
    let reason = desk.settings.reason.as_deref();
    let draft = Draft { reason, ..Draft::new("", Phase::Done, corr, desk.clock.now_nanos()) };
    let archive = log.rotate(&draft).map_err(|error| subject.trouble(error))?;
    rotated.archive = Some(path.with_file_name(archive));
    rotated.notices = notices;
    Ok(rotated)
}

/// When the first record of a file was written.
fn begun(path: &Path, log: &dyn crate::fs::InPlace) -> Result<Option<u64>, LogError> {
    let content = Box::new(Sequential::new(log));
    let mut begun = None;
    let walked = select::each(vec![LogFile { name: String::new(), content }], |_, line| {
        begun = line.ok().and_then(nanos);
        Err(std::io::ErrorKind::Interrupted.into())
    });
    match walked {
        Err(error) if error.kind() != std::io::ErrorKind::Interrupted => {
            Err(audit::unreadable(error, path).into())
        }
        _ => Ok(begun),
    }
}

fn nanos(line: &Line<'_>) -> Option<u64> {
    let time = line.ts.parse::<jiff::Timestamp>().ok()?;
    u64::try_from(time.as_nanosecond()).ok()
}

/// What a repair did.
#[derive(Debug, Default)]
pub struct Repaired {
    /// Whether there was anything to be given up.
    pub lost: bool,
    /// The first record of the new segment.
    pub seq: Option<u64>,
    /// Where the damaged file is now, if it had to make room.
    pub aside: Option<PathBuf>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Goes on after a loss, for `reason`.
pub fn repair(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    reason: &str,
) -> Result<Repaired, LogError> {
    let mut subject = Subject::of_file(&file)?;
    let path = path_of(desk, &file.site.path);
    let opening = file.unlock(desk, credentials)?;
    let kept = desk.state.known_igra_root(subject.id)?;
    let root = match &opening.contents {
        Contents::Native(store) => store.audit_root(),
        Contents::Igra(_) => kept.as_ref(),
    };
    let mut repaired = Repaired { notices: opening.notices, ..Repaired::default() };
    let place = Place::resolve(&path, desk.trust)?;
    repaired.lost = damage(desk, &place, &subject, &path)?.is_some();
    let Some(recording) = desk.recording().filter(|_| repaired.lost) else { return Ok(repaired) };
    let (directory, timeout) = (place.directory(), desk.settings.lock_timeout);
    let lock = directory.lock(&lock_name(place.name()), subject.owner, timeout, desk.stop)?;
    // Somebody else may have repaired it, or put it right, meanwhile.
    let Some(damage) = damage(desk, &place, &subject, &path)? else { return Ok(repaired) };
    if damage == Damage::Wrong {
        let moved = set_aside(desk, directory, place.name(), &[""], "damaged")?;
        repaired.aside = moved.first().map(|name| path.with_file_name(name));
    }
    drop(lock);
    // The state stays: what it knows must not be written a second time, and its key goes when the new one is written.
    subject.accept_loss = true;
    let keys = Keys { root, new_segment: Some("records are missing") };
    let (mut log, corr, mut notices) = tend(desk, recording, &subject, keys)?;
    let draft = Draft::new(REPAIR, Phase::Done, corr, desk.clock.now_nanos());
    repaired.seq = log.segment_start();
    log.append(&Draft { reason: Some(reason), ..draft }).map_err(|error| subject.trouble(error))?;
    repaired.notices.append(&mut notices);
    Ok(repaired)
}

/// The event that says why a loss was accepted.
const REPAIR: &str = "audit.repair";

/// In which way a log cannot be gone on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Damage {
    /// Records are gone from its end.
    Short,
    /// It is not what was written.
    Wrong,
}

/// What is wrong, without changing anything.
fn damage(
    desk: &Desk<'_>,
    place: &Place,
    subject: &Subject,
    path: &Path,
) -> Result<Option<Damage>, LogError> {
    let setting = subject.setting(desk, audit::actor::machine());
    let look = |setting| audit::look(place.directory(), path, &setting);
    match look(setting) {
        Ok(_) => Ok(None),
        // Whether what is left can be gone on with.
        Err(error) if error.first_bad_seq().is_some() => {
            match look(Setting { accept_loss: true, ..setting }) {
                Ok(_) => Ok(Some(Damage::Short)),
                Err(error) if error.first_bad_seq().is_some() => Ok(Some(Damage::Wrong)),
                Err(error) => Err(subject.trouble(error).into()),
            }
        }
        Err(error) => Err(subject.trouble(error).into()),
    }
}
