//! Remove old archives of one store; never the last that is known to be good.
//!
//! Which archives go is decided by [`retention`]. What is known of each is shown by opening all of it now or, without its passphrase, by
//! what this host remembers. While none is known to be good, nothing is removed: headers alone could have been written by anybody.

use std::path::{Path, PathBuf};

use super::ArchiveFile;
use super::list::{Listed, list};
use super::memory::{self, Memory};
use crate::backup::ArchiveError;
use crate::backup::retention::{self, Candidate, Fate, Policy, Verdict};
use crate::backup::unpack::Discard;
use crate::clock::Timestamp;
use crate::fs::directory::lock_name;
use crate::fs::{Directory as _, Place};
use crate::kind::Kind;
use crate::ops::audit::{Event, Keys, Subject, Trail};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::store::StoreError;
use crate::store::keyslot::Credentials;
use crate::text::quote_path;

/// What became of an archive, or would.
pub struct Pruned {
    /// The archive.
    pub listed: Listed,
    /// Whether it stays.
    pub kept: bool,
    /// Why.
    pub why: &'static str,
}

/// What was done.
pub struct Outcome {
    /// Every archive of the store, newest first, and what has no header.
    pub archives: Vec<Pruned>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Removes what `policy` does not keep of the archives of `file` in `directory`.
pub fn prune(
    desk: &Desk<'_>,
    file: &StoreFile,
    directory: &Path,
    policy: &Policy,
    credentials: Option<&Credentials>,
) -> Result<Outcome, OpError> {
    let id = file.store_id();
    let found = list(desk, directory, Some(id))?;
    let memory = memory::recall(desk, id)?;
    let mut candidates = Vec::new();
    for listed in &found {
        candidates.push(candidate(desk, listed, &memory, credentials)?);
    }
    let fates = retention::prune(&candidates, id, policy, desk.clock.now());
    let none_is_good = candidates.iter().all(|candidate| candidate.verdict != Verdict::Good);
    if none_is_good && fates.iter().any(|fate| !fate.is_kept()) {
        let shut = candidates.iter().any(|candidate| candidate.verdict == Verdict::Unknown);
        return Err(if credentials.is_some() && shut {
            ArchiveError::Slot(StoreError::WrongPassphrase).into()
        } else {
            OpError::NothingProven
        });
    }
    let archives: Vec<Pruned> = found
        .into_iter()
        .zip(fates)
        .map(|(listed, fate)| {
            let kept = fate.is_kept();
            let why = match (&listed.header, fate) {
                (Err(_), _) => "it cannot be read",
                (_, Fate::Keep(reasons)) => reasons.first().map_or("", |reason| reason.name()),
                (_, Fate::Remove(reason)) => reason.name(),
            };
            Pruned { listed, kept, why }
        })
        .collect();
    let notices = if desk.settings.dry_run { Vec::new() } else { remove(desk, file, &archives)? };
    Ok(Outcome { archives, notices })
}

/// What is known of an archive: what opening it shows, or without its passphrase what this host remembers.
fn candidate(
    desk: &Desk<'_>,
    listed: &Listed,
    memory: &Memory,
    credentials: Option<&Credentials>,
) -> Result<Candidate<PathBuf>, OpError> {
    let id = listed.path.clone();
    let Ok(header) = &listed.header else {
        // Nobody knows whose it is, so it is left alone.
        let (made, verdict) = (Timestamp::EPOCH, Verdict::Bad);
        let (generation, content_generation) = (0, 0);
        return Ok(Candidate { id, store: None, generation, content_generation, made, verdict });
    };
    let verdict = match credentials {
        Some(credentials) => match opens(desk, listed, credentials) {
            Ok(()) => Verdict::Good,
            Err(OpError::Stopped(kind)) => return Err(OpError::Stopped(kind)),
            Err(error) if error.kind() == Kind::Integrity => Verdict::Bad,
            // Made with another passphrase, perhaps.
            Err(error) if error.kind() != Kind::Io => Verdict::Unknown,
            Err(error) => return Err(error),
        },
        None => match memory.get(header.id) {
            Some(known) if known.verified.is_some() && known.len == listed.len => Verdict::Good,
            _ => Verdict::Unknown,
        },
    };
    Ok(Candidate {
        id,
        store: Some(header.store.store_id),
        generation: header.store.generation,
        content_generation: header.store.content_generation,
        made: header.created,
        verdict,
    })
}

fn opens(desk: &Desk<'_>, listed: &Listed, credentials: &Credentials) -> Result<(), OpError> {
    let file = ArchiveFile::find(desk, &listed.path)?;
    let open = file.unlock(desk, credentials)?;
    file.unpack(desk, &open, &mut Discard::default(), &mut |_, _| ()).map(drop)
}

/// Removes, each after a record that says so.
fn remove(desk: &Desk<'_>, file: &StoreFile, archives: &[Pruned]) -> Result<Vec<Notice>, OpError> {
    let subject = Subject::of_file(file)?;
    let site = file.site();
    let owner = file.snapshot.tag.owner;
    let timeout = desk.settings.lock_timeout;
    let _lock = site.directory.lock(&lock_name(&site.name), owner, timeout, desk.stop)?;
    let mut trail = match desk.recording() {
        Some(recording) => Trail::open(desk, recording, &subject, Keys::default())?,
        None => Trail::closed(subject.head.unwrap_or_default()),
    };
    let mut notices = Vec::new();
    for Pruned { listed, kept, .. } in archives {
        let (Ok(header), false) = (&listed.header, kept) else { continue };
        desk.check_stop()?;
        let place = Place::resolve(&listed.path, desk.trust)?;
        place.check_parents(desk.trust.caller)?;
        let event = desk.reasoned(Event::new("backup.prune", Some(header.id.to_string())));
        trail.release(desk, &event, None)?;
        let lost = header.id;
        if let Err(error) = place.directory().remove(place.name()) {
            trail.failed(desk, &event, error.kind());
            return Err(error.into());
        }
        let synced = place.directory().sync();
        // Information only: what is not remembered as removed is found not to be there.
        if let Err(error) = memory::record(desk, file.store_id(), |memory| memory.lose(lost)) {
            let path = quote_path(&listed.path);
            notices.push(Notice::Note(format!("that {path} is gone is not remembered: {error}")));
        }
        if let Err(error) = synced {
            trail.failed(desk, &event, error.kind());
            return Err(OpError::RemovalNotSynced(listed.path.clone(), Box::new(error)));
        }
    }
    notices.append(&mut trail.notices);
    Ok(notices)
}
