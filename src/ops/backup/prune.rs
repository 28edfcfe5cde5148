//! Remove old archives of one store; never the last that is known to be good.
//!
//! Which archives are old is read from their headers, which anybody could have written. So one archive is kept whatever they say: the
//! newest that was shown to be good, by opening all of it now or, without its passphrase, by what this host remembers. While there
//! is none, nothing is removed.

use std::collections::BTreeSet;
use std::path::Path;

use super::list::{Listed, list};
use super::{ArchiveFile, memory};
use crate::backup::unpack::Discard;
use crate::backup::{ArchiveHeader, ArchiveId};
use crate::fs::directory::lock_name;
use crate::fs::{Directory as _, Place};
use crate::ops::audit::{Event, Keys, Subject, Trail};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::store::keyslot::Credentials;

/// How many are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The newest so many.
    pub last: usize,
    /// The newest of each of so many days.
    pub daily: usize,
    /// The newest of each of so many weeks.
    pub weekly: usize,
    /// The newest of each of so many months.
    pub monthly: usize,
}

/// What became of an archive, or would.
pub struct Pruned {
    /// The archive.
    pub listed: Listed,
    /// Why it is kept; none for one that is removed.
    pub kept: Option<&'static str>,
}

/// What was done.
pub struct Outcome {
    /// Every archive of the store, newest first, and what has no header.
    pub archives: Vec<Pruned>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

const DAY: u64 = 86_400;

/// The headers that `keep` keeps, of headers that are sorted newest first.
fn chosen(headers: &[&ArchiveHeader], keep: Keep) -> BTreeSet<ArchiveId> {
    let mut kept: BTreeSet<ArchiveId> =
        headers.iter().take(keep.last).map(|header| header.id).collect();
    let periods: [(usize, fn(u64) -> u64); 3] = [
        (keep.daily, |time| time / DAY),
        // 1970-01-01 was a Thursday.
        (keep.weekly, |time| (time / DAY + 3) / 7),
        (keep.monthly, month),
    ];
    for (count, period) in periods {
        let mut seen = BTreeSet::new();
        for header in headers {
            if seen.len() == count {
                break;
            }
            if seen.insert(period(header.created.as_unix())) {
                kept.insert(header.id);
            }
        }
    }
    kept
}

/// Months since the year 0 of a time, in UTC.
fn month(time: u64) -> u64 {
    // Years of 365.2425 days would do for most; the text of the time is exact.
    let text = crate::clock::Timestamp::from_unix(time).to_string();
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u64>().ok());
    let (year, month) = (number(text.get(..4)), number(text.get(5..7)));
    year.unwrap_or(0) * 12 + month.unwrap_or(0)
}

/// Removes what `keep` does not keep of the archives of `file` in `directory`.
pub fn prune(
    desk: &Desk<'_>,
    file: StoreFile,
    directory: &Path,
    keep: Keep,
    credentials: Option<&Credentials>,
) -> Result<Outcome, OpError> {
    let id = file.store_id();
    let archives = list(desk, directory, Some(id))?;
    let headers: Vec<&ArchiveHeader> =
        archives.iter().filter_map(|listed| listed.header.as_ref().ok()).collect();
    let mut kept = chosen(&headers, keep);
    let proven = newest_good(desk, &archives, credentials)?;
    let removes = headers.iter().any(|header| !kept.contains(&header.id));
    if removes && proven.is_none() {
        return Err(OpError::NothingProven);
    }
    let by_rule = kept.clone();
    kept.extend(proven);
    let archives: Vec<Pruned> = archives
        .into_iter()
        .map(|listed| {
            let why = match &listed.header {
                Err(_) => Some("it cannot be read"),
                Ok(header) if by_rule.contains(&header.id) => Some("kept by the rule"),
                Ok(header) if kept.contains(&header.id) => {
                    Some("the newest that is known to be good")
                }
                Ok(_) => None,
            };
            Pruned { listed, kept: why }
        })
        .collect();
    let notices = if desk.settings.dry_run { Vec::new() } else { remove(desk, file, &archives)? };
    Ok(Outcome { archives, notices })
}

/// The newest archive that opens, or that this host remembers to have opened.
fn newest_good(
    desk: &Desk<'_>,
    archives: &[Listed],
    credentials: Option<&Credentials>,
) -> Result<Option<ArchiveId>, OpError> {
    for listed in archives {
        let Ok(header) = &listed.header else { continue };
        let good = match credentials {
            Some(credentials) => {
                let checked = ArchiveFile::find(desk, &listed.path).and_then(|file| {
                    let open = file.unlock(desk, credentials)?;
                    file.unpack(desk, &open, &mut Discard::default(), &mut |_, _| ())
                });
                match checked {
                    Err(OpError::Stopped(kind)) => return Err(OpError::Stopped(kind)),
                    checked => checked.is_ok(),
                }
            }
            None => memory::recall(desk, header.store.store_id)?
                .get(header.id)
                .is_some_and(|known| known.verified.is_some() && known.len == listed.len),
        };
        if good {
            return Ok(Some(header.id));
        }
    }
    Ok(None)
}

/// Removes, each after a record that says so.
fn remove(desk: &Desk<'_>, file: StoreFile, archives: &[Pruned]) -> Result<Vec<Notice>, OpError> {
    let subject = Subject::of_file(&file)?;
    let site = file.site();
    let owner = file.snapshot.tag.owner;
    let timeout = desk.settings.lock_timeout;
    let _lock = site.directory.lock(&lock_name(&site.name), owner, timeout, desk.stop)?;
    let mut trail = match desk.recording() {
        Some(recording) => Trail::open(desk, recording, &subject, Keys::default())?,
        None => Trail::closed(subject.head.unwrap_or_default()),
    };
    for Pruned { listed, kept } in archives {
        let (Ok(header), None) = (&listed.header, kept) else { continue };
        desk.check_stop()?;
        let place = Place::resolve(&listed.path, desk.trust)?;
        place.check_parents(desk.trust.caller)?;
        let event = desk.reasoned(Event::new("backup.prune", Some(header.id.to_string())));
        trail.release(desk, &event, None)?;
        let removed =
            place.directory().remove(place.name()).and_then(|()| place.directory().sync());
        if let Err(error) = removed {
            trail.failed(desk, &event, error.kind());
            return Err(error.into());
        }
    }
    Ok(trail.notices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::header::StoreFacts;
    use crate::clock::Timestamp;
    use crate::network::NetworkMode;
    use crate::store::StoreId;

    fn header(day: u64, hour: u64) -> ArchiveHeader {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&day.to_le_bytes());
        id[8..].copy_from_slice(&hour.to_le_bytes());
        ArchiveHeader {
            id: ArchiveId(id),
            store: StoreFacts {
                store_id: StoreId([0; 16]),
                network: NetworkMode::Devnet,
                generation: 1,
                content_generation: 1,
                key_epoch: 1,
            },
            // Day 0 is Monday, 2024-01-01.
            created: Timestamp::from_unix(1_704_067_200 + day * DAY + hour * 3600),
            stream_salt: [0; 32],
            slots: Vec::new(),
        }
    }

    #[test]
    fn of_each_period_the_newest_is_kept() {
        let headers: Vec<ArchiveHeader> =
            (0..100).rev().flat_map(|day| [header(day, 18), header(day, 6)]).collect();
        let all: Vec<&ArchiveHeader> = headers.iter().collect();
        let kept = |keep: Keep| {
            let kept = chosen(&all, keep);
            let of = |header: &&ArchiveHeader| {
                let time = header.created.as_unix() - 1_704_067_200;
                (time / DAY, time % DAY / 3600)
            };
            all.iter().filter(|h| kept.contains(&h.id)).map(of).collect::<Vec<_>>()
        };
        let none = Keep::default();
        assert_eq!(kept(none), []);
        assert_eq!(kept(Keep { last: 3, ..none }), [(99, 18), (99, 6), (98, 18)]);
        assert_eq!(kept(Keep { daily: 2, ..none }), [(99, 18), (98, 18)]);
        // Day 99 is a Tuesday, so the week before ended on day 97.
        assert_eq!(kept(Keep { weekly: 3, ..none }), [(99, 18), (97, 18), (90, 18)]);
        // Days 91 to 99 are April; March ended on day 90, February on day 59.
        assert_eq!(kept(Keep { monthly: 3, ..none }), [(99, 18), (90, 18), (59, 18)]);
        let many = Keep { last: 500, daily: 0, weekly: 0, monthly: 0 };
        assert_eq!(kept(many).len(), 200);
    }
}
