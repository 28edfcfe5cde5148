//! For code scanners: SARIF 2.1.0, as its schema has it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::location;
use crate::cli::validate_config::run::Run;
use crate::config::rules::{Finding, RULES, Severity};

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
        Severity::Off => "none",
    }
}

/// A path as a URI: relative paths stay relative, everything but plain characters is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

pub fn value(run: &Run<'_>) -> Value {
    let rules: Vec<Value> = RULES
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id.name(),
                "shortDescription": { "text": rule.title },
                "fullDescription": { "text": rule.why },
                "help": { "text": rule.fix },
                "defaultConfiguration": { "level": level(rule.level(run.network)) },
                "properties": { "tags": rule.refs, "subject": rule.subject.name() },
            })
        })
        .collect();
    let results: Vec<Value> = run.report.findings.iter().map(|finding| one(run, finding)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "validate-config",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true }],
            "properties": { "network": run.network.name(), "configOnly": run.config_only },
            "results": results,
        }],
    })
}

fn one(run: &Run<'_>, finding: &Finding) -> Value {
    let (path, position) = location(run, finding);
    let mut result = json!({
        "ruleId": finding.rule.name(),
        "ruleIndex": finding.rule as usize,
        "level": level(finding.severity),
        "message": { "text": format!("{} (fix: {})", finding.message, finding.fix) },
    });
    let file = path.filter(|path| !path.starts_with("environment variable "));
    if let Some(path) = file {
        let mut physical = json!({ "artifactLocation": { "uri": uri(&path) } });
        if let Some(position) = position {
            physical["region"] =
                json!({ "startLine": position.line, "startColumn": position.column });
        }
        result["locations"] = json!([{ "physicalLocation": physical }]);
    }
    if let Some((until, reason)) = &finding.waived {
        let text = format!("until {until}: {reason}");
        result["suppressions"] = json!([{ "kind": "inSource", "justification": text }]);
    }
    result
}
