//! Levels that the configuration raises, and waivers, which end.
//!
//! A level can only go up. Down goes a finding only by `[[security.waive]]` with a rule, a last day and a reason; on mainnet not
//! even then when the rule is starred. What has no effect is a finding itself.

use jiff::civil::Date;

use super::Case;
use super::finding::{Finding, Findings};
use super::table::{Id, Severity};
use crate::config::tree::{Node, Tree, Value};
use crate::network::NetworkMode;

pub(super) fn apply(case: &Case<'_>, found: &mut Findings) {
    raise(case, found);
    for node in case.tree.list("security.waive") {
        if let Some(entry) = node.table() {
            waive(case, node, entry, found);
        }
    }
}

fn raise(case: &Case<'_>, found: &mut Findings) {
    let Some(levels) = case.tree.at("security.levels").and_then(Node::table) else { return };
    let mut told = Vec::new();
    for (name, node) in &levels.0 {
        let severity = match node.text() {
            Some("error") => Severity::Error,
            Some("warning") => Severity::Warning,
            _ => Severity::Info,
        };
        let Some(rule) = Id::parse(name) else {
            told.push(
                Finding::new(Id::Wvr001, "[security.levels] names a rule that does not exist")
                    .at(node),
            );
            continue;
        };
        if severity < rule.rule().level(case.network) {
            let text =
                format!("[security.levels] cannot lower {rule}: that takes [[security.waive]]");
            told.push(Finding::new(Id::Wvr001, text).at(node));
            continue;
        }
        for finding in found.all.iter_mut().filter(|finding| finding.rule == rule) {
            finding.severity = finding.severity.max(severity);
        }
    }
    for finding in told {
        found.add(finding);
    }
}

/// The last day of a waiver.
fn until(node: Option<&Node>) -> Option<Date> {
    match &node?.value {
        Value::Date(text) | Value::Text(text) => text.get(..10)?.parse().ok(),
        _ => None,
    }
}

fn waive(case: &Case<'_>, node: &Node, entry: &Tree, found: &mut Findings) {
    let name = entry.at("rule");
    let at = name.unwrap_or(node);
    let mut told = |text: String| found.add(Finding::new(Id::Wvr001, text).at(at));
    let Some(rule) = name.and_then(Node::text).and_then(Id::parse) else {
        return told("a waiver names no rule that exists".to_owned());
    };
    let reason = entry.text("reason").map(str::trim).unwrap_or_default();
    if reason.is_empty() {
        return told(format!("the waiver of {rule} has no reason"));
    }
    let Some(until) = until(entry.at("until")) else {
        return told(format!("the waiver of {rule} has no last day, such as until = 2027-01-31"));
    };
    if rule.rule().starred && case.network == NetworkMode::Mainnet {
        return told(format!("{rule} cannot be waived on mainnet"));
    }
    let today = i64::try_from(case.now.as_unix())
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map(|now| now.to_zoned(jiff::tz::TimeZone::UTC).date());
    if today.is_none_or(|today| today > until) {
        return told(format!("the waiver of {rule} ended on {until}"));
    }
    let here = |finding: &&mut Finding| finding.rule == rule && finding.severity != Severity::Off;
    for finding in found.all.iter_mut().filter(here) {
        finding.severity = Severity::Info;
        finding.waived = Some((until.to_string(), reason.to_owned()));
    }
}
