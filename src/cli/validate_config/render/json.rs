//! For scripts: the object of `schemas/validate-config.json`.

use serde_json::{Value, json};

use super::location;
use crate::cli::validate_config::run::Run;
use crate::config::rules::{Finding, Mark, Severity};

/// The object, without `schema_version`.
pub fn value(run: &Run<'_>) -> Value {
    let report = run.report;
    let findings: Vec<Value> = report.findings.iter().map(|finding| one(run, finding)).collect();
    let not_examined: Vec<Value> = report
        .not_examined
        .iter()
        .map(|(id, why)| json!({ "rule": id.name(), "why": why }))
        .collect();
    let checklist: Vec<Value> = report
        .checklist
        .iter()
        .map(|(mark, text)| {
            let mark = match mark {
                Mark::Met => "met",
                Mark::Broken => "broken",
                Mark::Unknown => "unknown",
            };
            json!({ "mark": mark, "text": text })
        })
        .collect();
    let service = report.predictions.as_ref().map_or(Value::Null, |predictions| {
        let count = |severity| predictions.iter().filter(|p| p.severity == severity).count();
        let errors = count(Severity::Error);
        let starts = errors == 0 || run.network != crate::network::NetworkMode::Mainnet;
        let rules: Vec<Value> = predictions
            .iter()
            .map(|p| json!({ "rule": p.rule.name(), "severity": p.severity.name() }))
            .collect();
        json!({ "starts": starts, "errors": errors, "warnings": count(Severity::Warning), "rules": rules })
    });
    json!({
        "network": run.network.name(), "config": run.path, "ok": run.is_ok(),
        "errors": report.count(Severity::Error), "warnings": report.count(Severity::Warning),
        "infos": report.count(Severity::Info), "findings": findings,
        "not_examined": not_examined, "checklist": checklist, "service": service,
        "config_only": run.config_only,
        "basis": if run.basis.is_empty() { Value::Null } else { run.basis.as_str().into() },
    })
}

fn one(run: &Run<'_>, finding: &Finding) -> Value {
    let (path, position) = location(run, finding);
    let rule = finding.rule.rule();
    json!({
        "rule": finding.rule.name(), "severity": finding.severity.name(), "message": finding.message,
        "path": path, "line": position.map(|p| p.line), "column": position.map(|p| p.column),
        "why": rule.why, "fix": finding.fix, "refs": rule.refs, "basis": finding.basis,
        "service": finding.service.map(|forecast| format!("service: {}", forecast.name())),
        "waived": finding.waived.as_ref().map(|(until, reason)| json!({ "until": until, "reason": reason })),
    })
}
