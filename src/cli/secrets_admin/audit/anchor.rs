//! `secrets-admin audit anchor`: the head, to be kept where whoever has this host cannot change it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Which;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::fs::{FsError, Place};
use crate::kind::Kind;
use crate::ops::Desk;
use crate::ops::audit_log::{anchor, change};
use crate::store::header::AuditHead;
use crate::text::{escape, quote_path};

/// Write the number and MAC of the last record down outside the log
///
/// Whoever can unlock the store can write its log anew, but not what he cannot reach: append the line to a file on another host,
/// or to its syslog, and verify with --anchor. The log says when it was anchored and where to; what is anchored is the record that
/// says so. A passphrase is needed only where the key of the log is not on this host.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Where to: stdout, syslog, or file:PATH, which is appended to (default stdout)
    #[arg(long, value_name = "WHERE")]
    to: Option<OsString>,
}

enum To {
    Stdout,
    Syslog,
    File(PathBuf),
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let to = destination(args.to.as_ref())?;
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.desk();
    let (file, log) = args.which.find(context, &target, &desk)?;
    if log.is_named() {
        return Err(Failure::usage("an anchor is of the live log: leave out --log"));
    }
    let place = match &to {
        To::Stdout => "stdout".to_owned(),
        To::Syslog => "syslog".to_owned(),
        To::File(path) => path.display().to_string(),
    };
    let records = !context.globals.dry_run;
    let credentials = if records && change::needs_passphrase(&desk, &file)? {
        Some(target.credentials(context, &file)?)
    } else {
        None
    };
    let anchored =
        anchor::hand_out(&desk, &log, file, credentials.as_ref(), &place, |line| match &to {
            // Printed when it is recorded, as a secret is.
            To::Stdout => Ok(()),
            To::File(path) => anchor::append(&desk, path, line),
            To::Syslog => anchor::syslog(&desk, line),
        })?;
    notices::print(context, &target.path, &anchored.notices);
    let json: Value = serde_json::from_str(&anchored.line)
        .map_err(|_| Failure::new(Kind::Integrity, "the last record is not one of ours"))?;
    let text = match &to {
        To::Stdout => anchored.line,
        _ => format!("anchored record {} in {}\n", anchored.newest.head.seq, escape(&place)),
    };
    let mut answer = json!({ "to": place, "dry_run": context.globals.dry_run, "anchor": json });
    if let Some(fields) = answer["anchor"].as_object_mut() {
        fields.remove("schema_version");
    }
    Ok(Answer::new(text, answer))
}

fn destination(text: Option<&OsString>) -> Result<To, Failure> {
    let wrong = || Failure::usage("--to takes stdout, syslog or file:PATH");
    let Some(text) = text else { return Ok(To::Stdout) };
    match text.to_str().ok_or_else(wrong)? {
        "stdout" => Ok(To::Stdout),
        "syslog" => Ok(To::Syslog),
        other => match other.strip_prefix("file:") {
            Some(path) if !path.is_empty() => Ok(To::File(path.into())),
            _ => Err(wrong()),
        },
    }
}

/// The anchors in the file at `path`, all of them of the store `id`.
pub fn read(desk: &Desk<'_>, path: &Path, id: &str) -> Result<Vec<AuditHead>, Failure> {
    let place = Place::resolve(path, desk.trust)?;
    let bytes = place
        .directory()
        .read_public(place.name(), anchor::MAX_FILE)?
        .ok_or_else(|| FsError::NotFound(path.into()))?;
    let shown = quote_path(path);
    let wrong = |n: usize, why: &str| {
        Failure::new(Kind::Usage, format!("line {n} of {shown} is no anchor of this store: {why}"))
    };
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong(1, "not text"))?;
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        // Syslog puts its own words before a line.
        let line = line.find('{').map_or(line, |at| &line[at..]);
        let value: Value =
            serde_json::from_str(line).map_err(|_| wrong(n + 1, "not a line of JSON"))?;
        let mac = value["mac"]
            .as_str()
            .and_then(|mac| data_encoding::HEXLOWER.decode(mac.as_bytes()).ok())
            .and_then(|mac| mac.try_into().ok());
        let (Some(seq), Some(mac)) = (value["seq"].as_u64(), mac) else {
            return Err(wrong(n + 1, "seq and mac are missing"));
        };
        if value["store_id"].as_str() != Some(id) {
            return Err(wrong(n + 1, "it is another store's"));
        }
        found.push(AuditHead { seq, mac });
    }
    if found.is_empty() {
        return Err(Failure::usage(format!("{shown} holds no anchor")));
    }
    Ok(found)
}
