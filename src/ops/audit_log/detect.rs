//! What the records say of misuse.
//!
//! Nothing is judged that a key would prove: whether a record is true is for [`verify`](mod@super::verify). What is held in memory does
//! not depend on how long the log is.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

mod watchers;

use super::files::LogFiles;
use super::{LogError, stopped};
use crate::audit::line::{Line, text};
use crate::audit::select::{self, Filter, Spot};
use crate::ops::Desk;
use watchers::{Bursts, Correlations, Hours, Keys, Leases};

pub use watchers::{Compromised, HoursOfDay};

/// Records that a finding lists.
pub const MAX_PROOF: usize = 32;
/// Findings that are kept.
pub const MAX_FINDINGS: usize = 1000;

/// What to look for.
#[derive(Clone, Debug)]
pub struct Rules {
    /// So many failed unlocks are a burst.
    pub burst: usize,
    /// If they fall within this time.
    pub within: Duration,
    /// When the store may be used; none for always.
    pub hours: Option<HoursOfDay>,
    /// For how long a store belongs to the host that used it last.
    pub lease: Duration,
    /// Keys that nobody may use any more.
    pub compromised: Vec<Compromised>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            burst: 5,
            within: Duration::from_mins(10),
            hours: None,
            lease: Duration::from_mins(10),
            compromised: Vec::new(),
        }
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Many attempts to open the store failed.
    FailedUnlocks,
    /// The store was used at a time when nobody should.
    OutsideHours,
    /// Group or others had access to the log.
    ModeWidened,
    /// Two hosts used the store at the same time.
    TwoHosts,
    /// Two actions have one id: records were copied, or made.
    DuplicateCorrelation,
    /// A key that nobody may use any more was used.
    CompromisedKey,
    /// Lines that are no records.
    NotARecord,
}

impl Rule {
    /// As JSON answers name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FailedUnlocks => "failed_unlocks",
            Self::OutsideHours => "outside_hours",
            Self::ModeWidened => "mode_widened",
            Self::TwoHosts => "two_hosts",
            Self::DuplicateCorrelation => "duplicate_correlation",
            Self::CompromisedKey => "compromised_key",
            Self::NotARecord => "not_a_record",
        }
    }

    /// How bad it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::FailedUnlocks | Self::OutsideHours | Self::ModeWidened => Severity::Warning,
            Self::TwoHosts
            | Self::DuplicateCorrelation
            | Self::CompromisedKey
            | Self::NotARecord => Severity::Critical,
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// To be looked at.
    Warning,
    /// To be looked at now.
    Critical,
}

/// A record that proves a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Its number; none for a line that is no record.
    pub seq: Option<u64>,
    /// When.
    pub ts: String,
    /// The verb.
    pub event: String,
    /// Where in the action.
    pub phase: &'static str,
    /// What it was done to.
    pub object: Option<String>,
    /// Who.
    pub actor: String,
    /// On which host.
    pub host: String,
    /// In which file.
    pub file: String,
    /// Where in it.
    pub offset: u64,
}

impl Proof {
    fn of(spot: Spot<'_>, line: &Line<'_>) -> Self {
        Self {
            seq: Some(line.at.seq),
            ts: line.ts.to_owned(),
            event: text(line.event).into_owned(),
            phase: line.phase.name(),
            object: line.object.map(|object| text(object).into_owned()),
            actor: actor(line),
            host: text(line.host).into_owned(),
            file: spot.file.to_owned(),
            offset: spot.offset,
        }
    }
}

/// Who did it: the login name, else the number of whoever logged in, else that of the process.
pub fn actor(line: &Line<'_>) -> String {
    line.user.map_or_else(
        || line.loginuid.unwrap_or(line.uid).to_string(),
        |user| text(user).into_owned(),
    )
}

/// Something that was found, with the records that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub rule: Rule,
    /// In words.
    pub what: String,
    /// How many records prove it.
    pub count: u64,
    /// The first [`MAX_PROOF`] of them.
    pub records: Vec<Proof>,
}

impl Found {
    fn new(rule: Rule) -> Self {
        Self { rule, what: String::new(), count: 0, records: Vec::new() }
    }

    fn add(&mut self, proof: Proof) {
        self.count += 1;
        if self.records.len() < MAX_PROOF {
            self.records.push(proof);
        }
    }
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// The first [`MAX_FINDINGS`], in the order in which they were complete.
    pub found: Vec<Found>,
    /// How many there are.
    pub count: u64,
    /// Records that were looked at.
    pub records: u64,
}

impl Detected {
    /// The worst of all findings.
    pub fn severity(&self) -> Option<Severity> {
        self.found.iter().map(|found| found.rule.severity()).max()
    }

    fn report(&mut self, found: Found) {
        self.count += 1;
        if self.found.len() < MAX_FINDINGS {
            self.found.push(found);
        }
    }
}

/// Searches the records of `log` that `filter` picks.
pub fn detect(
    desk: &Desk<'_>,
    log: &LogFiles,
    filter: &Filter,
    rules: &Rules,
) -> Result<Detected, LogError> {
    let files = log.open_some()?;
    let mut search = Search::new(rules, log.store());
    let mut lines = 0_u64;
    let newest = files.paths().last().map(|path| path.display().to_string());
    select::each(files.contents(), |spot, line| {
        lines += 1;
        if lines.is_multiple_of(1 << 14) && (desk.stop)().is_some() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        match line {
            Ok(line) if filter.picks(line) => search.record(spot, line),
            Ok(_) => {}
            Err(why) => search.no_record(spot, why),
        }
        Ok(())
    })
    .map_err(|error| stopped(desk, error, log.path()))?;
    // A line that another command is writing at this moment.
    if files.may_grow() {
        search.forgive_end(newest.as_deref());
    }
    Ok(search.finish())
}

struct Search<'a> {
    store: &'a str,
    bursts: Bursts<'a>,
    hours: Hours<'a>,
    leases: Leases<'a>,
    correlations: Correlations,
    keys: Keys<'a>,
    widened: Option<Found>,
    unfinished: Option<Found>,
    detected: Detected,
}

impl<'a> Search<'a> {
    fn new(rules: &'a Rules, store: &'a str) -> Self {
        Self {
            store,
            bursts: Bursts::new(rules),
            hours: Hours::new(rules),
            leases: Leases::new(rules),
            correlations: Correlations::default(),
            keys: Keys::new(rules),
            widened: None,
            unfinished: None,
            detected: Detected::default(),
        }
    }

    fn record(&mut self, spot: Spot<'_>, line: &Line<'_>) {
        self.close_unfinished();
        self.detected.records += 1;
        if line.event == crate::audit::record::MODE_WIDENED {
            let found = self.widened.get_or_insert_with(|| Found::new(Rule::ModeWidened));
            found.add(Proof::of(spot, line));
        }
        // The log about itself is no use of the store.
        if line.event.starts_with("audit.") {
            return;
        }
        let done = [
            self.bursts.see(spot, line),
            self.hours.see(spot, line),
            self.leases.see(spot, line),
            self.correlations.see(spot, line),
        ];
        self.keys.see(spot, line);
        for found in done.into_iter().flatten() {
            self.detected.report(found);
        }
    }

    fn no_record(&mut self, spot: Spot<'_>, why: &'static str) {
        let found = self.unfinished.get_or_insert_with(|| Found::new(Rule::NotARecord));
        if found.count == 0 {
            found.what = format!("{why}; run: secrets-admin audit verify {}", self.store);
        }
        found.add(Proof {
            seq: None,
            ts: String::new(),
            event: String::new(),
            phase: "",
            object: None,
            actor: String::new(),
            host: String::new(),
            file: spot.file.to_owned(),
            offset: spot.offset,
        });
    }

    fn close_unfinished(&mut self) {
        if let Some(found) = self.unfinished.take() {
            self.detected.report(found);
        }
    }

    fn forgive_end(&mut self, newest: Option<&str>) {
        let only_one = |found: &Found| {
            found.count == 1
                && found.records.iter().all(|record| Some(record.file.as_str()) == newest)
        };
        if self.unfinished.as_ref().is_some_and(only_one) {
            self.unfinished = None;
        }
    }

    fn finish(mut self) -> Detected {
        self.close_unfinished();
        if let Some(found) = &mut self.widened {
            "group or others had access to the log".clone_into(&mut found.what);
        }
        let rest = [self.bursts.finish(), self.hours.finish(), self.leases.finish(), self.widened];
        let all = rest.into_iter().flatten().chain(self.keys.finish());
        for found in all {
            self.detected.report(found);
        }
        self.detected
    }
}

/// Nanoseconds since the epoch; none for a time that no calendar has.
fn nanos(ts: &str) -> Option<i128> {
    ts.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_nanosecond)
}

/// The last records of a sliding window.
type Window = VecDeque<(i128, Proof)>;
/// The last use by each host.
type Uses = BTreeMap<String, (i128, Proof)>;
