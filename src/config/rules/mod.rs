//! The rules of the pre-deploy gate: pure functions of a configuration, facts, a network and a time.
//!
//! [`table`] has one row a rule; the other modules look. Nothing stops at the first finding. [`run`] grades, applies waivers and
//! raised levels, and sorts, so that the same input gives the same report. A rule whose subject was not looked at is listed as
//! not examined: it is never counted as met.

mod backup;
pub mod facts;
mod files;
pub mod finding;
mod forecast;
mod general;
mod host;
pub mod leak;
mod money;
mod node;
mod rotation;
mod secrets;
mod shape;
pub mod table;
mod waivers;

pub use facts::Facts;
pub use finding::{Finding, Findings, Forecast, Place};
pub use forecast::Prediction;
pub use secrets::SHARED_LOG;
pub use table::{Id, RULES, Rule, Severity, Subject};

use std::collections::BTreeMap;

use super::reading::Reading;
use super::service::{Service, Start};
use super::tree::Tree;
use crate::clock::Timestamp;
use crate::network::NetworkMode;
use crate::text::quote_path;

/// Everything a rule may look at.
pub struct Case<'a> {
    /// The network whose rules hold.
    pub network: NetworkMode,
    /// The file.
    pub reading: &'a Reading<'a>,
    /// Its values with profile and variables laid over them.
    pub tree: &'a Tree,
    /// What they mean to the service.
    pub service: &'a Service,
    /// How the service is started.
    pub start: &'a Start,
    /// Everything besides.
    pub facts: &'a Facts,
    /// The time.
    pub now: Timestamp,
    /// True when nothing but the file is looked at.
    pub config_only: bool,
}

/// The state of one line of the checklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// In order.
    Met,
    /// Not in order.
    Broken,
    /// Not looked at.
    Unknown,
}

/// The answer of the gate.
#[derive(Debug)]
pub struct Report {
    /// What is not met, in the order of the file and then of the rules.
    pub findings: Vec<Finding>,
    /// Rules that were not decided, and why.
    pub not_examined: Vec<(Id, &'static str)>,
    /// The checklist that operators know.
    pub checklist: Vec<(Mark, String)>,
    /// What the service's own static validator will say; nothing when it could not be told.
    pub predictions: Option<Vec<Prediction>>,
    /// What the answers about secrets rest on; empty when nothing was said about them.
    pub basis: String,
}

impl Report {
    /// How many findings of a severity stand.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// True when nothing stops the deployment.
    pub fn is_ok(&self, strict: bool) -> bool {
        self.count(Severity::Error) == 0 && (!strict || self.count(Severity::Warning) == 0)
    }
}

/// Looks at everything.
pub fn run(case: &Case<'_>) -> Report {
    let mut found = Findings::new(case.network);
    general::look(case, &mut found);
    let mut predictions = None;
    if !case.reading.broken {
        secrets::look(case, &mut found);
        node::look(case, &mut found);
        money::look(case, &mut found);
        shape::look(case, &mut found);
        files::look(case, &mut found);
        host::look(case, &mut found);
        backup::look(case, &mut found);
        rotation::look(case, &mut found);
        if case.service.is_there {
            predictions = forecast::look(case, &mut found);
        }
        waivers::apply(case, &mut found);
    }
    found.all.retain(|finding| finding.severity != Severity::Off);
    let config = quote_path(&case.reading.path);
    // Where the remedy is still the rule's own; what a rule has put into it may hold these words.
    let own = |finding: &&mut Finding| {
        finding.rule == Id::Net001 || finding.fix == finding.rule.rule().fix
    };
    for finding in found.all.iter_mut().filter(own) {
        let named = finding::fill(&finding.fix, "CONFIG", &config);
        finding.fix = finding::fill(&named, "NETWORK", case.network.name());
    }
    let not_examined = not_examined(case, &found);
    found.all.sort_by(|a, b| (&a.place, a.rule, &a.message).cmp(&(&b.place, b.rule, &b.message)));
    found.all.dedup();
    found.all = gathered(found.all);
    let checklist = checklist(case, &found, &not_examined);
    let basis = case.facts.store.as_ref().map(|store| store.basis.clone()).unwrap_or_default();
    Report { findings: found.all, not_examined, checklist, predictions, basis }
}

/// Most findings of one rule that are told one by one: nobody reads more, and a report of millions is no answer.
const MOST: usize = 1000;

/// The first of each rule, and the worst of the others of it with their number.
fn gathered(all: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    // For each rule: how many there were, and where the one stands that stands for the others.
    let mut seen: BTreeMap<Id, (usize, usize)> = BTreeMap::new();
    for finding in all {
        let (count, last) = seen.entry(finding.rule).or_default();
        *count += 1;
        if *count <= MOST + 1 {
            *last = kept.len();
            kept.push(finding);
        } else if finding.severity > kept[*last].severity {
            kept[*last] = finding;
        }
    }
    for (count, last) in seen.into_values().filter(|(count, _)| *count > MOST + 1) {
        let finding = &mut kept[last];
        finding.message = format!("{}, and {} more like it", finding.message, count - MOST - 1);
    }
    kept
}

/// Rules that this run could not decide.
fn not_examined(case: &Case<'_>, found: &Findings) -> Vec<(Id, &'static str)> {
    let mut all = Vec::new();
    let checked = RULES.iter().filter(|rule| rule.level(case.network) != Severity::Off);
    for rule in checked.filter(|rule| !found.has(rule.id)) {
        let facts = case.facts;
        let idle = rotation::not_applicable(case, rule.id);
        let why = match rule.subject {
            _ if case.reading.broken => "the file cannot be read as TOML",
            Subject::Service if !case.service.is_there => "no service is configured here",
            Subject::Service if case.config_only && forecast::needs_the_host(rule.id) => {
                "only the configuration was looked at"
            }
            Subject::Config | Subject::Service => continue,
            _ if case.config_only => "only the configuration was looked at",
            Subject::Unit if facts.units.is_empty() => "no unit was given (--unit FILE)",
            Subject::Host if facts.host.is_none() => "the host was left out",
            Subject::Files if facts.files.is_none() => "files were left out",
            Subject::Store | Subject::Secrets if facts.store.is_none() => {
                "there is no store to look at"
            }
            Subject::Store | Subject::Secrets
                if facts.store.as_ref().is_some_and(|store| {
                    store.basis.is_empty() && store.undecided.contains(&rule.id)
                }) =>
            {
                "the store could not be read"
            }
            _ if matches!(rule.id, Id::Bak001 | Id::Bak002)
                && !backup::is_applicable(case)
                && facts.store.is_some() =>
            {
                "no backup is configured or recorded here"
            }
            _ if idle.is_some() => idle.unwrap_or_default(),
            _ if matches!(rule.id, Id::Bak003 | Id::Bak004)
                && case.tree.list("backup.dirs").is_empty() =>
            {
                "backup.dirs is not set"
            }
            _ if matches!(rule.id, Id::Bak001 | Id::Bak002)
                && facts.store.as_ref().is_some_and(|store| store.backups.is_none()) =>
            {
                "the store does not tell, or cannot be relied on"
            }
            Subject::Store
                if matches!(rule.id, Id::Aud003 | Id::Aud004)
                    && facts.store.as_ref().is_some_and(|s| s.undecided.contains(&rule.id)) =>
            {
                "the audit log could not be read"
            }
            Subject::Store | Subject::Secrets
                if facts.store.as_ref().is_some_and(|store| store.undecided.contains(&rule.id)) =>
            {
                "the store does not tell; look inside with --unlock"
            }
            _ => continue,
        };
        all.push((rule.id, why));
    }
    all
}

/// The lines that operators know from the service's guide.
fn checklist(
    case: &Case<'_>,
    found: &Findings,
    not_examined: &[(Id, &'static str)],
) -> Vec<(Mark, String)> {
    if case.reading.broken {
        return Vec::new();
    }
    let errors = |ids: &[Id]| {
        found.all.iter().any(|f| ids.contains(&f.rule) && f.severity >= Severity::Warning)
    };
    let unknown = |ids: &[Id]| not_examined.iter().any(|(id, _)| ids.contains(id));
    let mark = |ids: &[Id], needed: &[Id]| match () {
        () if errors(ids) => Mark::Broken,
        () if unknown(needed) => Mark::Unknown,
        () => Mark::Met,
    };
    let mut lines = Vec::new();
    let network = mark(&[Id::Net001, Id::Svc02, Id::Sec002], &[]);
    lines.push((network, format!("Network mode: {}", case.network)));
    let is_on = case.service.encrypted || !case.service.is_there;
    let word = if is_on { "enabled" } else { "DISABLED" };
    let encrypted = match mark(&[Id::Env001, Id::Env002, Id::Sec001], &[Id::Sec001]) {
        Mark::Met if !is_on => Mark::Broken,
        mark => mark,
    };
    lines.push((encrypted, format!("Encrypted secrets: {word}")));
    let payment = match mark(&[Id::Sec004, Id::Sec005, Id::Sec006], &[Id::Sec004]) {
        Mark::Met if found.has(Id::Sec010) => Mark::Unknown,
        Mark::Met if case.facts.store.is_none() => Mark::Unknown,
        mark => mark,
    };
    let word = match payment {
        Mark::Met => "configured",
        Mark::Broken if found.has(Id::Sec004) => "MISSING",
        Mark::Broken => "configured, but weak",
        Mark::Unknown => "not examined",
    };
    let basis = case.facts.store.as_ref().map_or("", |store| store.basis.as_str());
    let basis = match payment {
        Mark::Met | Mark::Broken if !basis.is_empty() => format!(" ({basis})"),
        _ => String::new(),
    };
    lines.push((payment, format!("payment_secret: {word}{basis}")));
    let audit = mark(&[Id::Aud001, Id::Aud002, Id::Aud003, Id::Aud006, Id::Svc05, Id::Svc06], &[]);
    let word = if found.has(Id::Aud001) || found.has(Id::Svc05) { "DISABLED" } else { "enabled" };
    lines.push((audit, format!("Audit logging: {word}")));
    if case.service.is_there {
        let rpc = mark(&[Id::Net005, Id::Svc15, Id::Svc16, Id::Svc18], &[]);
        lines.push((rpc, format!("RPC endpoint: {}", node::in_words(case))));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_findings_of_a_rule_none_is_lost_that_matters() {
        let finding = |rule, n: usize, severity| {
            let mut finding = Finding::new(rule, format!("f{n}"));
            finding.severity = severity;
            finding
        };
        let mut all: Vec<Finding> =
            (0..5000).map(|n| finding(Id::Cfg001, n, Severity::Warning)).collect();
        all[3000].severity = Severity::Error;
        all.insert(2500, finding(Id::Net001, 0, Severity::Error));
        let kept = gathered(all.clone());
        assert_eq!(kept.len(), MOST + 2);
        assert_eq!(kept[..MOST], all[..MOST]);
        let rest = &kept[MOST..];
        assert!(rest.iter().any(|f| f.rule == Id::Net001 && f.message == "f0"));
        let worst = rest.iter().find(|f| f.rule == Id::Cfg001).expect("one for the others");
        assert_eq!(worst.severity, Severity::Error);
        assert_eq!(worst.message, "f3000, and 3999 more like it");
        all.truncate(MOST + 1);
        assert_eq!(gathered(all.clone()), all);
    }
}
