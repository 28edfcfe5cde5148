//! For monitors: one line, and codes of their own.

use crate::cli::validate_config::run::{Run, worst};
use crate::config::rules::Severity;

/// 0 OK, 1 warning, 2 critical.
pub fn code(run: &Run<'_>) -> u8 {
    match worst(run.report) {
        Severity::Error => 2,
        Severity::Warning if run.strict => 2,
        Severity::Warning => 1,
        Severity::Info | Severity::Off => 0,
    }
}

pub fn line(run: &Run<'_>) -> String {
    let state = ["OK", "WARNING", "CRITICAL"][usize::from(code(run)).min(2)];
    let count = |severity| run.report.count(severity);
    let (errors, warnings, infos) =
        (count(Severity::Error), count(Severity::Warning), count(Severity::Info));
    let mut ids: Vec<&str> = run
        .report
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Warning)
        .map(|finding| finding.rule.name())
        .collect();
    ids.dedup();
    let list = if ids.is_empty() { String::new() } else { format!(": {}", ids.join(" ")) };
    let scope = if run.config_only { " (config only)" } else { "" };
    format!(
        "VALIDATE {state} - {}{scope}: {errors} errors, {warnings} warnings{list} | errors={errors} warnings={warnings} infos={infos}\n",
        run.network
    )
}
