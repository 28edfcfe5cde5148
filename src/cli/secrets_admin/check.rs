//! `secrets-admin check`: does a store meet its network's policy?

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::config::rules::Severity;
use crate::kind::Kind;
use crate::ops::check::{self, Scope};

/// Check that a store meets the policy of its network: exit 0 when it does, 1 when it does not
///
/// The store is opened and looked into. With --claims-only the signed claims of the inventory are taken instead, which needs
/// no passphrase; what they do not show counts as not met.
#[derive(clap::Args)]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// Ask for no passphrase: rely on the signed claims
    #[arg(long)]
    claims_only: bool,
    /// Let warnings fail the check too
    #[arg(long)]
    strict: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.looking_desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    let credentials =
        if args.claims_only { None } else { Some(target.credentials(context, &file)?) };
    let report = context
        .during("checking", || check::check(&desk, file, credentials.as_ref(), Scope::Store))?;
    notices::print(context, &target.path, &report.notices);
    let count = |severity| report.findings.iter().filter(|f| f.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let ok = errors == 0 && (warnings == 0 || !args.strict);
    let mut text = String::new();
    for finding in &report.findings {
        let _ = write!(
            text,
            "{} {}: {}\n    why: {}\n    fix: {}\n",
            finding.severity.name(),
            finding.rule.name(),
            finding.message,
            finding.rule.rule().why,
            finding.fix
        );
    }
    let _ = match (errors, warnings) {
        (0, 0) => writeln!(text, "{network}: all checks passed"),
        (0, n) => writeln!(text, "{network}: passed, warnings: {n}"),
        (n, m) => writeln!(text, "{network}: not met, errors: {n}, warnings: {m}"),
    };
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|f| {
            json!({
                "rule": f.rule.name(), "severity": f.severity.name(), "message": f.message,
                "path": crate::text::escape(&target.path.display().to_string()), "line": null, "column": null,
                "why": f.rule.rule().why, "fix": f.fix, "refs": f.rule.rule().refs, "basis": f.basis,
            })
        })
        .collect();
    let json = json!({
        "network": network.name(), "ok": ok, "errors": errors, "warnings": warnings,
        "infos": count(Severity::Info), "findings": findings,
    });
    Ok(Answer::new(text, json).ending(if ok { Kind::Ok } else { Kind::Findings }))
}
