//! `secrets-admin audit verify`: is the log what was written?

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::{Which, anchor, roots_if_any};
use crate::audit::verify::{Report, Verdict};
use crate::cli::bar::Bar;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::kind::Kind;
use crate::ops::audit_log::verify::{self, Known, Verified};
use crate::text::{escape, quote_path};

/// Breaks that are shown to people; JSON lists more.
const SHOWN: usize = 20;

/// Check every record: none changed, none missing, none added
///
/// With the passphrase every record is proven by its key (exit 0 when all are). Without, only numbers and links are checked,
/// which whoever can write the file can forge (exit 1). Anything wrong: exit 20. Nothing is written.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Hold the log against what `audit anchor` wrote into this file
    #[arg(long, value_name = "FILE")]
    anchor: Vec<OsString>,
    /// Check only what needs no passphrase
    #[arg(long)]
    structure_only: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.log_desk();
    let (file, log) = args.which.find(context, &target, &desk)?;
    let (network, id) = (file.network(), file.store_id());
    let mut anchors = Vec::new();
    for path in &args.anchor {
        anchors.extend(anchor::read(&desk, Path::new(path), &id.to_string())?);
    }
    let known = Known::of(&log, &file)?.with_anchors(anchors.clone());
    let roots =
        if args.structure_only { Vec::new() } else { roots_if_any(context, &target, &desk, file)? };
    let mut bar = Bar::new(&context.output, "verifying");
    let verified = verify::whole(&desk, &log, &known, &roots, &mut |done, of| bar.at(done, of))?;
    drop(bar);
    for widened in &verified.widened {
        context.output.warn(&widened.to_string());
    }
    if let Some(copy) = &verified.copy {
        context.output.warn(&format!(
            "{} holds what is missing: the log was copied and then emptied, as logrotate does with copytruncate; \
             put it back: cp -p {} {}",
            escape(&copy.display().to_string()),
            quote_path(copy),
            quote_path(log.path()),
        ));
    }
    let kind = match verified.report.verdict {
        Verdict::Good => Kind::Ok,
        Verdict::StructureOnly => Kind::Findings,
        _ => Kind::Audit,
    };
    let mut json = report_json(&verified);
    json["network"] = network.name().into();
    json["store_id"] = id.to_string().into();
    json["anchors"] = anchors.len().into();
    Ok(Answer::new(report_text(&verified.report), json).ending(kind))
}

fn report_text(report: &Report) -> String {
    let verdict = report.verdict.name().replace('_', " ");
    let head = report.head.seq;
    let mut text = match report.breaks.first() {
        None => format!("{verdict}: {} records, the last one is {head}\n", report.records),
        Some(first) => format!("{verdict}: first at record {}\n", first.seq),
    };
    for found in report.breaks.iter().take(SHOWN) {
        let lines =
            if found.lines > 1 { format!(" ({} lines)", found.lines) } else { String::new() };
        let _ = writeln!(
            text,
            "  record {}: {}: {}, byte {}: {}{lines}",
            found.seq,
            found.verdict.name(),
            escape(&found.file),
            found.offset,
            found.why,
        );
    }
    let shown = report.breaks.len().min(SHOWN) as u64;
    if report.break_count > shown {
        let _ = writeln!(text, "  and {} more", report.break_count - shown);
    }
    if report.verdict == Verdict::StructureOnly {
        text.push_str("whether the records are true only the passphrase can tell\n");
    }
    if report.first_seq > 1 && report.breaks.is_empty() {
        let _ =
            writeln!(text, "records before {} are in files that were not given", report.first_seq);
    }
    if let Some(at) = report.clock_back_at {
        let _ =
            writeln!(text, "the clock went back {} times, first at record {at}", report.clock_back);
    }
    text
}

fn report_json(verified: &Verified) -> Value {
    let report = &verified.report;
    let first = report.breaks.first();
    let breaks: Vec<Value> = report
        .breaks
        .iter()
        .map(|found| {
            json!({
                "verdict": found.verdict.name(),
                "seq": found.seq,
                "file": found.file,
                "offset": found.offset,
                "lines": found.lines,
                "why": found.why,
            })
        })
        .collect();
    json!({
        "verdict": report.verdict.name(),
        "records": report.records,
        "proven": report.proven,
        "segments": report.segments,
        "first_seq": report.first_seq,
        "head": {
            "seq": report.head.seq,
            "mac": data_encoding::HEXLOWER.encode(&report.head.mac),
        },
        "first_bad_seq": first.map(|found| found.seq),
        "file": first.map(|found| found.file.clone()),
        "offset": first.map(|found| found.offset),
        "break_count": report.break_count,
        "breaks": breaks,
        "clock_back": report.clock_back,
        "clock_back_at": report.clock_back_at,
        "files": verified.files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        "copytruncate": verified.copy.as_ref().map(|copy| copy.display().to_string()),
    })
}
