//! For people: in the manner of a compiler, with the checklist that operators know at the end.

use std::fmt::Write as _;

use super::{excerpt, location};
use crate::cli::validate_config::run::Run;
use crate::config::rules::{Finding, Mark, Place, Severity};

/// Most ids of a list that are shown.
const SHOWN: usize = 12;

pub fn render(run: &Run<'_>) -> String {
    let mut text = String::new();
    for finding in &run.report.findings {
        one(run, finding, &mut text);
    }
    not_examined(run, &mut text);
    for (mark, line) in &run.report.checklist {
        let mark = match mark {
            Mark::Met => '\u{2713}',
            Mark::Broken => '\u{2717}',
            Mark::Unknown => '?',
        };
        let _ = writeln!(text, "{mark} {line}");
    }
    if let Some(predictions) = &run.report.predictions {
        let count = |severity| predictions.iter().filter(|p| p.severity == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let refuses = errors > 0 && run.network == crate::network::NetworkMode::Mainnet;
        let verdict = if refuses { "will refuse to start" } else { "will start" };
        let _ = writeln!(
            text,
            "service: its static checks say: {verdict} (errors: {errors}, warnings: {warnings})"
        );
    }
    let counts = format!(
        "errors: {}, warnings: {}, remarks: {}",
        run.report.count(Severity::Error),
        run.report.count(Severity::Warning),
        run.report.count(Severity::Info)
    );
    let _ = match (run.is_ok(), run.config_only) {
        (false, _) => writeln!(text, "{}: do not deploy: {counts}", run.network),
        (true, false) => writeln!(text, "{}: OK: {counts}", run.network),
        (true, true) => writeln!(text, "{}: the file passes: {counts}", run.network),
    };
    if run.config_only {
        text.push_str("config only: not a deploy gate\n");
    }
    text
}

fn one(run: &Run<'_>, finding: &Finding, text: &mut String) {
    let severity = match (&finding.waived, finding.severity) {
        (Some(_), _) => "waived",
        (None, severity) => severity.name(),
    };
    let _ = writeln!(text, "{severity}[{}]: {}", finding.rule, finding.message);
    let place = match location(run, finding) {
        (Some(file), Some(at)) => format!("{file}:{}:{}", at.line, at.column),
        (Some(file), None) => file,
        (None, _) => String::new(),
    };
    if !place.is_empty() {
        let _ = writeln!(text, "  --> {place}");
    }
    if let Place::Config(start, end) = finding.place
        && let Some(excerpt) = excerpt::of(run.reading, start, end)
    {
        let number = run.reading.position(start).line.to_string();
        let margin = " ".repeat(number.len());
        let blank = " ".repeat(excerpt.column.saturating_sub(1));
        let _ = writeln!(text, "{margin} |\n{number} | {}", excerpt.line);
        let _ = writeln!(text, "{margin} | {blank}{}", "^".repeat(excerpt.width));
    }
    let _ = writeln!(text, "  = why: {}\n  = fix: {}", finding.rule.rule().why, finding.fix);
    if !finding.basis.is_empty() {
        let _ = writeln!(text, "  = basis: {}", finding.basis);
    }
    if let Some(forecast) = finding.service {
        let _ = writeln!(text, "  = service: {}", forecast.name());
    }
    if let Some((until, reason)) = &finding.waived {
        let _ = writeln!(text, "  = waived until {until}: {}", crate::text::escape(reason));
    }
    text.push('\n');
}

/// Rules that were not decided, by reason.
fn not_examined(run: &Run<'_>, text: &mut String) {
    let mut reasons: Vec<&str> = Vec::new();
    for (_, why) in &run.report.not_examined {
        if !reasons.contains(why) {
            reasons.push(why);
        }
    }
    for why in reasons {
        let ids: Vec<&str> = run
            .report
            .not_examined
            .iter()
            .filter(|(_, other)| other == &why)
            .map(|(id, _)| id.name())
            .collect();
        let all = if run.config_only || ids.len() <= SHOWN { ids.len() } else { SHOWN };
        let more = ids.len() - all;
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(text, "not examined, {why}: {}{tail}", ids[..all].join(", "));
    }
    if !run.report.not_examined.is_empty() {
        text.push('\n');
    }
}
