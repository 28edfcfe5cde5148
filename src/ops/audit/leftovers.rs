//! What an earlier command left: an intent without an outcome, or the log of a store that is not there.

use std::ffi::{OsStr, OsString};

use super::{Subject, log_path};
use crate::audit::Unfinished;
use crate::audit::line::Line;
use crate::audit::record::{Phase, SEGMENT};
use crate::audit::repair::Recovered;
use crate::audit::tail::STATE_SUFFIX;
use crate::crypto::mac::Hash;
use crate::crypto::random;
use crate::fs::{Directory, FsError, Place, Replace};
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
    set_aside(desk, directory, name, &["", STATE_SUFFIX], "orphan").map(drop)
}

/// Gives the files that are `log` and one of `suffixes` other names, which end in `word` and a random token; which were there.
pub(in crate::ops) fn set_aside(
    desk: &Desk<'_>,
    directory: &dyn Directory,
    log: &OsStr,
    suffixes: &[&str],
    word: &str,
) -> Result<Vec<OsString>, OpError> {
    let token: [u8; 3] = random::bytes(desk.random.borrow_mut().as_mut())?;
    let token = data_encoding::HEXLOWER.encode(&token);
    let mut moved = Vec::new();
    for suffix in suffixes {
        let mut from = log.to_owned();
        from.push(suffix);
        if directory.id(&from)?.is_none() {
            continue;
        }
        let mut to = from.clone();
        to.push(format!(".{word}-{token}"));
        directory.rename(&from, &to, Replace::No)?;
        moved.push(to);
    }
    if !moved.is_empty() {
        directory.sync()?;
    }
    Ok(moved)
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
    let (snapshot, remembered) = locate::read(desk, directory, &subject.name, &subject.path)?;
    let same = |digest: &Hash| {
        intent.digest.as_ref().is_some_and(|was| *was == data_encoding::HEXLOWER.encode(digest))
    };
    Ok(match &snapshot.sealed {
        Sealed::Native(store) => {
            let digest = store.verify()?;
            let header = store.header();
            if header.store_id != subject.id {
                return Err(StoreError::Field("another store than a moment ago").into());
            }
            if header.audit_head == intent.head {
                Recovered::Committed(Some(header.generation))
            } else if same(&digest) {
                Recovered::NotCommitted
            } else {
                // Changed by a command that could not record it, where the network lets it go on.
                Recovered::Unknown
            }
        }
        // It has no place for a head; this host's memory of it has, and is raised right after a commit.
        Sealed::Igra { bytes, .. } => {
            let known = remembered.map(|state| (state.audit_seq, state.audit_mac));
            if same(&isec::digest(bytes)?) {
                Recovered::NotCommitted
            } else if known == Some((intent.head.seq, intent.head.mac)) {
                Recovered::Committed(None)
            } else {
                Recovered::Unknown
            }
        }
    })
}
