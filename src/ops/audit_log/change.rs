//! What changes a log: rotation, and a new beginning after a loss. An ordinary action does neither.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{LogError, path_of};
use crate::audit::line::Line;
use crate::audit::record::{Draft, Phase};
use crate::audit::select;
use crate::audit::tail::STATE_SUFFIX;
use crate::audit::verify::LogFile;
use crate::audit::{AuditError, Log};
use crate::crypto::random;
use crate::fs::in_place::{Access, Sequential};
use crate::fs::{Directory as _, FsError, Place, Replace};
use crate::ops::audit::{Keys, Recording, Subject, Trail, tend};
use crate::ops::contents::Contents;
use crate::ops::{Desk, Notice, OpError, StoreFile};
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

/// Rotates the log of `file`, if that is due.
pub fn rotate(desk: &Desk<'_>, file: &StoreFile, when: When) -> Result<Rotated, LogError> {
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
    let due = larger || older || (when.larger, when.older) == (None, None);
    let mut rotated = Rotated { due, size, ..Rotated::default() };
    let Some(recording) = desk.recording().filter(|_| due) else { return Ok(rotated) };
    let (mut log, trail) = open(desk, recording, &Subject::of_file(file)?, Keys::default())?;
    let draft = draft(desk, &trail, desk.settings.reason.as_deref());
    rotated.archive = Some(path.with_file_name(log.rotate(&draft)?));
    rotated.notices = trail.notices;
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
            Err(crate::audit::unreadable(error, path).into())
        }
        _ => Ok(begun),
    }
}

fn nanos(line: &Line<'_>) -> Option<u64> {
    let time = line.ts.parse::<jiff::Timestamp>().ok()?;
    u64::try_from(time.as_nanosecond()).ok()
}

fn draft<'a>(desk: &Desk<'_>, trail: &Trail, reason: Option<&'a str>) -> Draft<'a> {
    Draft { reason, ..Draft::new("", Phase::Done, trail.correlation(), desk.clock.now_nanos()) }
}

fn open(
    desk: &Desk<'_>,
    recording: &Recording,
    subject: &Subject,
    keys: Keys<'_>,
) -> Result<(Log, Trail), LogError> {
    let (log, trail) = tend(desk, recording, subject, keys, false)?;
    match log.needs_segment() {
        Some(why) => Err(AuditError::NoKey { log: path_of(desk, &subject.path), why }.into()),
        None => Ok((log, trail)),
    }
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
    let subject = Subject::of_file(&file)?;
    let path = path_of(desk, &file.site.path);
    let opening = file.unlock(desk, credentials)?;
    let Contents::Native(store) = &opening.contents else {
        return Err(OpError::NotInIgra {
            what: "a repair of the log",
            file: subject.path.display().to_string(),
        }
        .into());
    };
    let root = store.audit_root().ok_or(OpError::NoSecret)?;
    let mut repaired = Repaired { notices: opening.notices, ..Repaired::default() };
    let damaged = match looks(desk, &subject, &path) {
        Ok(lost) => {
            repaired.lost = lost;
            false
        }
        Err(LogError::Audit(AuditError::Modified { .. })) => {
            repaired.lost = true;
            true
        }
        Err(error) => return Err(error),
    };
    let Some(recording) = desk.recording().filter(|_| repaired.lost) else { return Ok(repaired) };
    if damaged {
        repaired.aside = Some(set_aside(desk, &path)?);
    }
    let why = format!("loss accepted: {reason}");
    let keys = Keys { root: Some(root), new_segment: Some(&why) };
    let (log, mut trail) = tend(desk, recording, &subject, keys, true)?;
    repaired.seq = log.head().map(|head| head.seq);
    repaired.notices.append(&mut trail.notices);
    Ok(repaired)
}

/// Whether something is missing, without changing anything.
fn looks(desk: &Desk<'_>, subject: &Subject, path: &Path) -> Result<bool, LogError> {
    let place = Place::resolve(path, desk.trust)?;
    let setting = crate::audit::Setting {
        owner: subject.owner,
        machine: crate::audit::actor::machine(),
        head: subject.head,
        remembered: subject.remembered,
        accept_loss: false,
        lock_timeout: Duration::ZERO,
    };
    match crate::audit::look(place.directory(), path, &setting) {
        Ok(_) => Ok(false),
        Err(AuditError::Truncated { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Moves a log that cannot be gone on with, and its state, out of the way.
fn set_aside(desk: &Desk<'_>, path: &Path) -> Result<PathBuf, LogError> {
    let place = Place::resolve(path, desk.trust)?;
    let token: [u8; 3] = random::bytes(desk.random.borrow_mut().as_mut()).map_err(OpError::from)?;
    let token = data_encoding::HEXLOWER.encode(&token);
    let directory = place.directory();
    let renamed = |suffix: &str| {
        let mut from = place.name().to_owned();
        from.push(suffix);
        let mut to = from.clone();
        to.push(format!(".damaged-{token}"));
        (from, to)
    };
    let (from, to) = renamed("");
    directory.rename(&from, &to, Replace::No)?;
    let aside = path.with_file_name(&to);
    let (from, to) = renamed(STATE_SUFFIX);
    match directory.rename(&from, &to, Replace::No) {
        Ok(()) | Err(FsError::NotFound(_)) => {}
        Err(error) => return Err(error.into()),
    }
    directory.sync()?;
    Ok(aside)
}
