//! One rule each: what it remembers of the records so far, and when it has found something.

use std::collections::HashMap;

use super::{Found, Proof, Rule, Rules, Uses, Window, nanos};
use crate::audit::line::{Line, text};
use crate::audit::record::Phase;
use crate::audit::select::Spot;
use crate::kind::Kind;

/// A part of the day, in minutes since midnight, UTC. One that ends before it begins goes over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoursOfDay {
    from: u16,
    to: u16,
}

impl HoursOfDay {
    /// Reads `06:00-22:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let minutes = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let number = |text: &str| {
                let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
                text.parse::<u16>().ok().filter(|_| digits)
            };
            let (hours, minutes) = (number(hours)?, number(minutes)?);
            let whole = hours < 24 && minutes < 60 || hours == 24 && minutes == 0;
            whole.then_some(hours * 60 + minutes)
        };
        let (from, to) = (minutes(from)?, minutes(to)?);
        (from != to).then_some(Self { from, to })
    }

    const fn contains(self, minute: u16) -> bool {
        if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

impl std::fmt::Display for HoursOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02} UTC", from / 60, from % 60, to / 60, to % 60)
    }
}

/// A key that nobody may use any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compromised {
    /// Its name.
    pub id: String,
    /// Since when, in the form of a line; none for ever.
    pub since: Option<String>,
}

/// Many attempts to open the store fail within a short time.
pub(super) struct Bursts<'a> {
    rules: &'a Rules,
    window: Window,
    current: Option<Found>,
}

impl<'a> Bursts<'a> {
    pub fn new(rules: &'a Rules) -> Self {
        Self { rules, window: Window::new(), current: None }
    }

    pub fn see(&mut self, spot: Spot<'_>, line: &Line<'_>) -> Option<Found> {
        let failed = [Kind::WrongPassphrase.name(), Kind::LockedOut.name()];
        if !line.exit.is_some_and(|exit| failed.contains(&exit)) {
            return None;
        }
        let at = nanos(line.ts)?;
        let within = i128::try_from(self.rules.within.as_nanos()).unwrap_or(i128::MAX);
        let ended = self.window.back().is_some_and(|(last, _)| at - last > within);
        let done = if ended { self.finish() } else { None };
        if ended {
            self.window.clear();
        }
        let proof = Proof::of(spot, line);
        if let Some(found) = &mut self.current {
            found.add(proof.clone());
        }
        self.window.push_back((at, proof));
        while self.window.front().is_some_and(|(first, _)| at - first > within)
            || self.window.len() > self.rules.burst
        {
            self.window.pop_front();
        }
        if self.current.is_none() && self.window.len() >= self.rules.burst {
            let mut found = Found::new(Rule::FailedUnlocks);
            self.window.iter().for_each(|(_, proof)| found.add(proof.clone()));
            self.current = Some(found);
        }
        done
    }

    pub fn finish(&mut self) -> Option<Found> {
        let mut found = self.current.take()?;
        found.what = format!("{} failed attempts to open the store", found.count);
        Some(found)
    }
}

/// The store is used when nobody should.
pub(super) struct Hours<'a> {
    rules: &'a Rules,
    current: Option<Found>,
}

impl<'a> Hours<'a> {
    pub fn new(rules: &'a Rules) -> Self {
        Self { rules, current: None }
    }

    pub fn see(&mut self, spot: Spot<'_>, line: &Line<'_>) -> Option<Found> {
        let hours = self.rules.hours?;
        let digits = |range| line.ts.get::<std::ops::Range<usize>>(range)?.parse::<u16>().ok();
        let minute = digits(11..13)? * 60 + digits(14..16)?;
        if hours.contains(minute) {
            return self.finish();
        }
        let new_day = self.current.as_ref().is_some_and(|found| {
            found.records.first().is_some_and(|first| first.ts.get(..10) != line.ts.get(..10))
        });
        let done = if new_day { self.finish() } else { None };
        let found = self.current.get_or_insert_with(|| Found::new(Rule::OutsideHours));
        found.add(Proof::of(spot, line));
        done
    }

    pub fn finish(&mut self) -> Option<Found> {
        let (mut found, hours) = (self.current.take()?, self.rules.hours?);
        found.what = format!("used outside {hours}");
        Some(found)
    }
}

/// Two hosts use the store within one lease.
pub(super) struct Leases<'a> {
    rules: &'a Rules,
    last: Uses,
    current: Option<(i128, Found)>,
}

impl<'a> Leases<'a> {
    pub fn new(rules: &'a Rules) -> Self {
        Self { rules, last: Uses::new(), current: None }
    }

    pub fn see(&mut self, spot: Spot<'_>, line: &Line<'_>) -> Option<Found> {
        let at = nanos(line.ts)?;
        let lease = i128::try_from(self.rules.lease.as_nanos()).unwrap_or(i128::MAX);
        let proof = Proof::of(spot, line);
        // What is older than a lease says nothing any more, so as many hosts are remembered as there are in one.
        self.last.retain(|_, (then, _)| (at - *then).abs() <= lease);
        let done = match &self.current {
            Some((then, _)) if (at - then).abs() > lease => self.finish(),
            _ => None,
        };
        let other = self.last.iter().find(|(host, _)| **host != proof.host);
        if let Some((_, (_, other))) = other {
            let (then, found) = self.current.get_or_insert_with(|| {
                let mut found = Found::new(Rule::TwoHosts);
                found.add(other.clone());
                (at, found)
            });
            *then = at;
            found.add(proof.clone());
        }
        // Names of hosts can be made up; whoever makes up many has been found with the first two.
        if self.last.len() < 64 || self.last.contains_key(&proof.host) {
            self.last.insert(proof.host.clone(), (at, proof));
        }
        done
    }

    pub fn finish(&mut self) -> Option<Found> {
        let (_, mut found) = self.current.take()?;
        let mut hosts: Vec<&str> = found.records.iter().map(|proof| proof.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        found.what = format!("{} hosts used the store within one lease", hosts.len());
        Some(found)
    }
}

/// Two actions have one id.
#[derive(Default)]
pub(super) struct Correlations {
    recent: HashMap<[u8; 8], Action>,
    before: HashMap<[u8; 8], Action>,
}

/// Actions whose ids are remembered at least.
const REMEMBERED: usize = 1 << 18;

struct Action {
    seq: u64,
    pid: u64,
    boot: [u8; 4],
    phases: u8,
    found: bool,
}

impl Correlations {
    pub fn see(&mut self, spot: Spot<'_>, line: &Line<'_>) -> Option<Found> {
        // The outcome that a later command wrote for one that was stopped.
        if line.reason.is_some_and(|reason| reason.starts_with("recovered")) {
            return None;
        }
        let corr = line.correlation();
        let phase = 1_u8 << Phase::ALL.iter().position(|phase| *phase == line.phase)?;
        let boot = std::array::from_fn(|at| line.boot.as_bytes().get(at).copied().unwrap_or(0));
        if let Some(action) = self.before.remove(&corr) {
            self.recent.insert(corr, action);
        }
        let fresh = Action { seq: line.at.seq, pid: line.pid, boot, phases: 0, found: false };
        let action = self.recent.entry(corr).or_insert(fresh);
        let other = (action.pid, action.boot) != (line.pid, boot);
        // One action has one intent; it may release several secrets.
        let again = action.phases & phase != 0 && line.phase == Phase::Intent;
        action.phases |= phase;
        let (found, first) = ((other || again) && !action.found, action.seq);
        action.found |= found;
        if self.recent.len() >= REMEMBERED {
            self.before = std::mem::take(&mut self.recent);
        }
        found.then(|| {
            let mut found = Found::new(Rule::DuplicateCorrelation);
            found.what = format!("the correlation id of record {first}, again in another action");
            found.add(Proof::of(spot, line));
            found
        })
    }
}

/// A key that nobody may use any more is used.
pub(super) struct Keys<'a> {
    rules: &'a Rules,
    found: Vec<Option<Found>>,
}

impl<'a> Keys<'a> {
    pub fn new(rules: &'a Rules) -> Self {
        Self { rules, found: rules.compromised.iter().map(|_| None).collect() }
    }

    pub fn see(&mut self, spot: Spot<'_>, line: &Line<'_>) {
        let Some(object) = line.object else { return };
        let object = text(object);
        // What was refused was not used, and to remove it is what should be done.
        if !matches!(line.phase, Phase::Intent | Phase::Done) || line.event == "secret.remove" {
            return;
        }
        for (key, found) in self.rules.compromised.iter().zip(&mut self.found) {
            let since = key.since.as_deref().is_none_or(|since| line.ts >= since);
            if key.id == object && since {
                found
                    .get_or_insert_with(|| Found::new(Rule::CompromisedKey))
                    .add(Proof::of(spot, line));
            }
        }
    }

    pub fn finish(self) -> Vec<Found> {
        let named = self.rules.compromised.iter().zip(self.found);
        named
            .filter_map(|(key, found)| {
                let mut found = found?;
                found.what = format!("{} was used", key.id);
                Some(found)
            })
            .collect()
    }
}
