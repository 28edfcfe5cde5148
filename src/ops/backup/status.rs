//! Is there a backup, is it fresh, and was a restore of it rehearsed? For cron and monitoring, without a passphrase.

use std::path::Path;
use std::time::Duration;

use super::memory::{self, Known};
use super::outdated::{Outdated, outdated};
use super::verify::Live;
use super::whereabouts::Whereabouts;
use crate::clock::Timestamp;
use crate::ops::{Desk, OpError, StateHome, StoreFile};
use crate::text::quote_path;

/// How bad it is, as monitoring counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All is fresh.
    Ok = 0,
    /// Soon, or partly.
    Warning = 1,
    /// There is no backup that would help.
    Critical = 2,
    /// Nobody can tell.
    Unknown = 3,
}

/// What was found.
pub struct Status {
    /// How bad it is.
    pub level: Level,
    /// Why, the worst first.
    pub findings: Vec<(Level, String)>,
    /// The newest archive that is where it was put.
    pub newest: Option<Known>,
    /// Age of that, in seconds.
    pub age: Option<u64>,
    /// Age of the last rehearsal, in seconds.
    pub drill_age: Option<u64>,
    /// How long that rehearsal took, in milliseconds.
    pub drill_millis: Option<u64>,
    /// Whether the store has changed since the newest archive.
    pub stale: bool,
    /// How many archives are where they were put.
    pub present: usize,
    /// Archives that still open the old way, or hold keys of before a rotation.
    pub outdated: Vec<(Known, Outdated)>,
}

/// Looks at what this host remembers, whether it is still there, and at the store.
pub fn status(
    desk: &Desk<'_>,
    file: &StoreFile,
    now: Timestamp,
    max_age: Duration,
    max_drill_age: Duration,
) -> Result<Status, OpError> {
    let live = Live::of(file);
    let memory = memory::recall(desk, live.store_id)?;
    // Oldest first: what cannot be seen matters as long as nothing newer is seen.
    let (mut here, mut unseen) = (Vec::new(), None);
    for known in memory.archives.iter().filter(|known| !known.removed) {
        match Whereabouts::of(desk, known) {
            Whereabouts::There => {
                here.push(known);
                unseen = None;
            }
            Whereabouts::Gone => {}
            Whereabouts::Unseen(error) => {
                let place = quote_path(Path::new(&known.path));
                unseen = Some(format!("cannot look at {place}: {error}"));
            }
        }
    }
    let age_of = |at: Timestamp| now.as_unix().saturating_sub(at.as_unix());
    let newest = here.last().map(|known| (*known).clone());
    // One of a clock that was ahead has no age; another one, made since, has.
    let drills = memory.drills().map(|(_, drill)| drill);
    let drill = drills.filter(|drill| drill.at <= now).max_by_key(|drill| drill.at);
    let ahead = here.iter().find(|known| known.created > now);
    let clock = match ahead {
        Some(known) => {
            Some(format!("the clock stands before {} was made", quote_path(Path::new(&known.path))))
        }
        None if drill.is_none() && memory.drills().next().is_some() => {
            Some("the clock stands before the last rehearsed restore".to_owned())
        }
        None => None,
    };
    let mut found = Status {
        level: Level::Ok,
        findings: Vec::new(),
        age: newest.as_ref().map(|known| age_of(known.created)),
        drill_age: drill.map(|drill| age_of(drill.at)),
        drill_millis: drill.map(|drill| drill.millis),
        // Of one that cannot be seen nobody says that it is stale, nor of an older one that the newest is.
        stale: unseen.is_none()
            && newest.as_ref().is_some_and(|known| live.has_moved_on(known.content_generation)),
        present: here.len(),
        outdated: outdated(desk, &live),
        newest,
    };
    if let Some(clock) = clock {
        // By such a clock every age would be nothing, and every backup fresh.
        found.conclude([(Level::Unknown, clock)].into());
    } else {
        let nothing_known = memory.archives.is_empty();
        found.judge(desk, nothing_known, unseen.as_deref(), [max_age, max_drill_age]);
    }
    Ok(found)
}

impl Status {
    fn judge(
        &mut self,
        desk: &Desk<'_>,
        nothing_known: bool,
        unseen: Option<&str>,
        [max_age, max_drill_age]: [Duration; 2],
    ) {
        let mut findings = Vec::new();
        let mut say = |level, text: &str| findings.push((level, text.to_owned()));
        match (self.age, unseen) {
            // There is a fresh one; the newest is worth a look.
            (Some(age), Some(unseen)) if age <= max_age.as_secs() => say(Level::Warning, unseen),
            (_, Some(unseen)) => say(Level::Unknown, unseen),
            (Some(age), None) if age > max_age.as_secs() => {
                say(Level::Critical, &format!("the last backup is {} old", days(age)));
            }
            (Some(_), None) => {}
            (None, None) if nothing_known && !matches!(desk.state, StateHome::Directory(_)) => {
                say(Level::Unknown, "no state directory remembers backups of this store");
            }
            (None, None) if nothing_known => say(Level::Critical, "no backup is known"),
            (None, None) => say(Level::Critical, "no sound backup is where it was put"),
        }
        if self.stale {
            say(Level::Warning, "the store has changed since the last backup");
        }
        match self.drill_age {
            _ if self.newest.is_none() => {}
            None => say(Level::Warning, "no restore was ever rehearsed"),
            Some(age) if age > max_drill_age.as_secs() => {
                say(Level::Warning, &format!("the last rehearsed restore is {} old", days(age)));
            }
            Some(_) => {}
        }
        self.conclude(findings);
    }

    /// The worst first, and that is how bad it is.
    fn conclude(&mut self, mut findings: Vec<(Level, String)>) {
        findings.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
        self.level = findings.first().map_or(Level::Ok, |(level, _)| *level);
        self.findings = findings;
    }
}

/// A number of seconds in words.
pub fn days(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}
