//! For continuous integration (the XML of `JUnit`): one test case a rule.

use std::fmt::Write as _;

use super::location;
use crate::cli::validate_config::run::Run;
use crate::config::rules::{RULES, Severity};

/// Text that may stand in an attribute or between tags. What XML cannot hold at all is written out.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

pub fn render(run: &Run<'_>) -> String {
    let (mut cases, mut tests, mut failures, mut skipped) = (String::new(), 0, 0, 0);
    for rule in RULES {
        let found: Vec<_> = run.report.findings.iter().filter(|f| f.rule == rule.id).collect();
        let unexamined = run.report.not_examined.iter().find(|(id, _)| *id == rule.id);
        if found.is_empty() && unexamined.is_none() && rule.level(run.network) == Severity::Off {
            continue;
        }
        tests += 1;
        let _ = write!(
            cases,
            "    <testcase classname=\"{}\" name=\"{}\"",
            xml(&run.path),
            xml(&format!("{} {}", rule.id, rule.title))
        );
        let mut inside = String::new();
        for finding in &found {
            let (path, at) = location(run, finding);
            let place = match (path, at) {
                (Some(path), Some(at)) => format!("{path}:{}:{}: ", at.line, at.column),
                (Some(path), None) => format!("{path}: "),
                (None, _) => String::new(),
            };
            let body = xml(&format!(
                "{place}{}\nwhy: {}\nfix: {}",
                finding.message, rule.why, finding.fix
            ));
            let stops = finding.severity == Severity::Error
                || (run.strict && finding.severity == Severity::Warning);
            let _ = if stops {
                writeln!(
                    inside,
                    "      <failure type=\"{}\" message=\"{}\">{body}</failure>",
                    finding.severity.name(),
                    xml(&finding.message)
                )
            } else {
                writeln!(
                    inside,
                    "      <system-out>{}: {body}</system-out>",
                    finding.severity.name()
                )
            };
        }
        failures += usize::from(inside.contains("<failure"));
        if let Some((_, why)) = unexamined {
            skipped += 1;
            let _ = writeln!(inside, "      <skipped message=\"{}\"/>", xml(why));
        }
        let _ = if inside.is_empty() {
            writeln!(cases, "/>")
        } else {
            write!(cases, ">\n{inside}    </testcase>\n")
        };
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"validate-config {}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">\n{cases}  </testsuite>\n</testsuites>\n",
        run.network
    )
}
