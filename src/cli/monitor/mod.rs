//! What monitoring systems read: one line with performance data, and metrics in a file.
//!
//! [`Status`] is the verdict, with the exit codes of monitoring plugins. [`line()`] writes it in the form that Nagios, Icinga and
//! their kin take; [`prometheus`] writes metrics for node_exporter's textfile collector, under [`names`]. Neither form lets text from a file
//! break out of its place.

#![allow(clippy::doc_markdown, reason = "names of programs")]

pub mod names;
pub mod prometheus;

use std::fmt::Write as _;

use super::Failure;
use super::escape::escape;

/// Most characters of the text of a line: monitors cut lines off, and the performance data stands at the end.
const MAX_TEXT: usize = 1000;

/// A verdict, and its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 0: all is well.
    Ok,
    /// 1: somebody should look at it soon.
    Warning,
    /// 2: somebody should look at it now.
    Critical,
    /// 3: it cannot be told.
    Unknown,
}

impl Status {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// The word in the line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The verdict on both. What cannot be told hides a warning, never an alarm.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let rank = |status| match status {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Unknown => 2,
            Self::Critical => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// The unit of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    #[default]
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
}

/// One value of the performance data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Perf<'a> {
    label: &'a str,
    value: i64,
    unit: Unit,
    critical: Option<i64>,
}

impl<'a> Perf<'a> {
    /// A number of things.
    pub const fn count(label: &'a str, value: i64) -> Self {
        Self { label, value, unit: Unit::Count, critical: None }
    }

    /// A value with a unit.
    pub const fn new(label: &'a str, value: i64, unit: Unit) -> Self {
        Self { label, value, unit, critical: None }
    }

    /// The same, with the value above which a monitor is to raise an alarm.
    #[must_use]
    pub const fn critical(self, above: i64) -> Self {
        Self { critical: Some(above), ..self }
    }
}

/// The line of a plugin: `SERVICE STATUS - text | label=value ...`, with its line break.
pub fn line(service: &str, status: Status, text: &str, perf: &[Perf<'_>]) -> String {
    let mut line = format!("{service} {} - {}", status.name(), shown(text));
    for (n, Perf { label, value, unit, critical }) in perf.iter().enumerate() {
        let unit = match unit {
            Unit::Count => "",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
        };
        let start = if n == 0 { " | " } else { " " };
        let _ = write!(line, "{start}{}={value}{unit}", label_of(label));
        if let Some(critical) = critical {
            let _ = write!(line, ";;{critical}");
        }
    }
    line + "\n"
}

/// The line of a plugin that could not look.
pub fn unknown(service: &str, failure: &Failure) -> String {
    line(service, Status::Unknown, failure.message(), &[])
}

/// Text without what would end it early: a line break starts the long output, a bar the performance data.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(MAX_TEXT).collect();
    let end = if cut.len() < text.len() { "..." } else { "" };
    escape(&cut).replace('|', "/") + end
}

/// A label as it may stand before an equals sign.
fn label_of(label: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if !label.is_empty() && label.chars().all(plain) {
        return label.to_owned();
    }
    // Quotes are doubled; an equals sign is not allowed at all.
    format!("'{}'", shown(label).replace('\'', "''").replace('=', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_verdict_a_text_and_values() {
        let perf = [Perf::count("overdue", 2), Perf::new("oldest", 86400, Unit::Seconds)];
        assert_eq!(
            line("ROTATE", Status::Critical, "2 overdue", &perf),
            "ROTATE CRITICAL - 2 overdue | overdue=2 oldest=86400s\n"
        );
        assert_eq!(line("ROTATE", Status::Ok, "none due", &[]), "ROTATE OK - none due\n");
        let failure = Failure::usage("no store is named");
        assert_eq!(unknown("BACKUP", &failure), "BACKUP UNKNOWN - no store is named\n");
    }

    #[test]
    fn codes_are_those_of_monitoring() {
        use Status::{Critical, Ok, Unknown, Warning};
        for (status, code, name) in [
            (Ok, 0, "OK"),
            (Warning, 1, "WARNING"),
            (Critical, 2, "CRITICAL"),
            (Unknown, 3, "UNKNOWN"),
        ] {
            assert_eq!((status.code(), status.name()), (code, name));
            assert_eq!(
                (status.and(status), Ok.and(status), status.and(Ok)),
                (status, status, status)
            );
        }
        for (a, b, both) in [
            (Warning, Unknown, Unknown),
            (Critical, Unknown, Critical),
            (Warning, Critical, Critical),
        ] {
            assert_eq!((a.and(b), b.and(a)), (both, both));
        }
    }

    #[test]
    fn text_from_files_stays_in_its_place() {
        let perf = [Perf::count("a key's=id|x\n", 1), Perf::count("", 2)];
        let line = line("ROTATE", Status::Ok, "key a|b\nROTATE OK - \u{1b}[2J", &perf);
        assert_eq!(
            line,
            "ROTATE OK - key a/b\\u{a}ROTATE OK - \\u{1b}[2J | 'a key''s_id/x\\u{a}'=1 ''=2\n"
        );
        let long = super::line("ROTATE", Status::Ok, &"é".repeat(5000), &[Perf::count("n", 1)]);
        assert!(long.ends_with("é... | n=1\n") && long.chars().count() < 1100);
    }
}
