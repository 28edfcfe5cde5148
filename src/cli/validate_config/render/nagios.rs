//! For monitors: one line, and codes of their own.

use crate::cli::monitor::{self, Perf, Status};
use crate::cli::validate_config::run::{Run, worst};
use crate::config::rules::Severity;

pub fn status(run: &Run<'_>) -> Status {
    match worst(run.report) {
        Severity::Error => Status::Critical,
        Severity::Warning if run.strict => Status::Critical,
        Severity::Warning => Status::Warning,
        Severity::Info | Severity::Off => Status::Ok,
    }
}

pub fn line(run: &Run<'_>) -> String {
    let count = |severity| i64::try_from(run.report.count(severity)).unwrap_or(i64::MAX);
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
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
    let text = format!("{}{scope}: {errors} errors, {warnings} warnings{list}", run.network);
    let perf = [
        Perf::count("errors", errors),
        Perf::count("warnings", warnings),
        Perf::count("infos", count(Severity::Info)),
    ];
    monitor::line("VALIDATE", status(run), &text, &perf)
}
