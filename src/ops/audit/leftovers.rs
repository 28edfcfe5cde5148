//! What an earlier command left: an intent without an outcome, or the log of a store that is not there.

use super::{Subject, log_path};
use crate::audit::Unfinished;
use crate::audit::line::Line;
use crate::audit::record::{Phase, SEGMENT};
use crate::audit::repair::Recovered;
use crate::audit::tail::STATE_SUFFIX;
use crate::crypto::random;
use crate::fs::{Directory as _, FsError, Place, Replace};
use crate::isec;
use crate::ops::locate::{self, Sealed};
use crate::ops::{Desk, OpError, Opening};
use crate::store::StoreError;

/// Most bytes of a log that holds nothing but the beginning of a store.
const BEGINNING: u64 = 16 << 10;

/// Whether `log` holds nothing but the beginning of a store that never came to be: its making was intended, or failed.
fn never_was(log: &[u8]) -> bool {
    log.split_inclusive(|&byte| byte == b'\n').all(|line| match Line::parse(line) {
        Ok(line) => match line.event {
            SEGMENT => true,
            "store.init" | "store.convert" => line.phase != Phase::Done,
            _ => false,
        },
        // What a crash cut short.
        Err(_) => line.last() != Some(&b'\n'),
    })
}

/// Makes room for the log of a store yet to be made. What a killed command left of a store that never was goes; the log of one
/// that was removed is moved aside. A configured path is left alone: the log there may be another store's.
pub fn make_room(desk: &Desk<'_>, opening: &Opening) -> Result<(), OpError> {
    let Some(recording) = desk.recording() else { return Ok(()) };
    let directory = opening.site.directory.as_ref();
    let path = log_path(recording, &opening.site.path);
    if recording.path.is_some() {
        let place = Place::resolve(&path, desk.trust)?;
        return match place.directory().id(place.name())? {
            Some(_) => Err(OpError::AuditOfAnother(path)),
            None => Ok(()),
        };
    }
    let name = path.file_name().unwrap_or_default();
    let old = match directory.read(name, BEGINNING) {
        Err(FsError::TooLarge { .. }) => None,
        old => old?,
    };
    if old.is_some_and(|old| never_was(&old)) {
        let mut state = name.to_owned();
        state.push(STATE_SUFFIX);
        directory.remove(&state)?;
        directory.remove(name)?;
        return Ok(directory.sync()?);
    }
    let token: [u8; 3] = random::bytes(desk.random.borrow_mut().as_mut())?;
    for suffix in ["", STATE_SUFFIX] {
        let mut from = name.to_owned();
        from.push(suffix);
        if directory.id(&from)?.is_some() {
            let mut to = from.clone();
            to.push(format!(".orphan-{}", data_encoding::HEXLOWER.encode(&token)));
            directory.rename(&from, &to, Replace::No)?;
            directory.sync()?;
        }
    }
    Ok(())
}

/// What became of an intent without an outcome, by the file as it is now: with the log locked, nobody is about to change it.
pub fn outcome_of(
    desk: &Desk<'_>,
    subject: &Subject,
    intent: &Unfinished,
) -> Result<Recovered, OpError> {
    let directory = subject.directory.as_ref();
    if directory.id(&subject.name)?.is_none() {
        return Ok(Recovered::NotCommitted);
    }
    let (snapshot, _) = locate::read(desk, directory, &subject.name, &subject.path)?;
    Ok(match &snapshot.sealed {
        Sealed::Native(store) => {
            store.verify()?;
            let header = store.header();
            if header.store_id != subject.id {
                return Err(StoreError::Field("another store than a moment ago").into());
            }
            if header.audit_head == intent.head {
                Recovered::Committed(Some(header.generation))
            } else {
                Recovered::NotCommitted
            }
        }
        // It has no place for a head: it is another file than the one that the intent started from, or the same.
        Sealed::Igra { bytes, .. } => {
            let digest = data_encoding::HEXLOWER.encode(&isec::digest(bytes)?);
            if intent.digest.as_deref() == Some(digest.as_str()) {
                Recovered::NotCommitted
            } else {
                Recovered::Committed(None)
            }
        }
    })
}
