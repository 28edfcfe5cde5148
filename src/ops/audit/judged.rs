//! What the rules say of the log of a store: the one place that `check` and the pre-deploy gate ask.
//!
//! Looked at without a key, and only at its end. Nothing is written. Mode and owner of the file are told by the rules on files.

use std::path::Path;

use super::Subject;
use crate::audit::{AuditError, Finding as Found, anchored_since};
use crate::config::rules::facts::display;
use crate::config::rules::{Finding, Id, Severity};
use crate::fs::{FsError, Place};
use crate::kind::Kind;
use crate::ops::{Desk, OpError, StoreFile, remedy};

/// How old the last anchor may be.
const ANCHOR_AGE: u64 = 24 * 60 * 60;

/// What was found.
#[derive(Debug, Default)]
pub struct Judged {
    /// What is not met.
    pub findings: Vec<Finding>,
    /// Rules that could not be decided about.
    pub undecided: Vec<Id>,
}

/// Judges the log of `file`, which lies at `place`, if that can be reached; `path` is how messages name it, and `store` how commands
/// name the store.
pub fn judge(
    desk: &Desk<'_>,
    file: &StoreFile,
    place: Result<Place, FsError>,
    path: &Path,
    store: &remedy::Subject<'_>,
) -> Result<Judged, OpError> {
    let finding = |rule, text: &str| {
        Finding::new(rule, crate::text::escape(text))
            .path(display(path))
            .fix(remedy::of(rule, store, None))
            .basis("the end of the audit log")
    };
    let mut judged = Judged::default();
    // An Igra file has an inventory of nothing; its log is ours only where the configuration says so.
    let is_ours = store.native || path != super::log_beside(store.path);
    let Ok(place) = place else {
        judged.undecided.push(Id::Aud003);
        judged.undecided.extend(is_ours.then_some(Id::Aud004));
        return Ok(judged);
    };
    match super::examine(desk, file, &place, path) {
        // What a crash leaves, the next command mends; a log that stayed on another host is for a person to explain.
        Ok(view) => {
            let notable = view.findings.iter().filter_map(Found::notable);
            let notable = notable.map(|text| finding(Id::Aud003, &text));
            judged.findings.extend(notable.map(|found| found.at_most(Severity::Warning)));
        }
        Err(OpError::Audit(trouble)) if trouble.error.first_bad_seq().is_some() => {
            let fix = trouble.hints().into_iter().next().filter(|hint| hint.starts_with("cp "));
            let found = finding(Id::Aud003, &trouble.to_string());
            judged.findings.push(match fix {
                Some(fix) => found.fix(fix),
                None => found,
            });
        }
        Err(error) => {
            pass_stop(&error)?;
            judged.undecided.push(Id::Aud003);
        }
    }
    if !is_ours {
        return Ok(judged);
    }
    match anchored(desk, file, &place) {
        Ok(true) => {}
        Ok(false) => {
            let text = format!("{} was not anchored in the last 24 hours", path.display());
            judged.findings.push(finding(Id::Aud004, &text));
        }
        Err(error) => {
            pass_stop(&error)?;
            judged.undecided.push(Id::Aud004);
        }
    }
    Ok(judged)
}

fn anchored(desk: &Desk<'_>, file: &StoreFile, place: &Place) -> Result<bool, OpError> {
    let subject = Subject::of_file(file)?;
    let since = desk.clock.now_nanos().saturating_sub(ANCHOR_AGE * 1_000_000_000);
    anchored_since(place.directory(), place.path(), since, desk.stop)
        .map_err(|error: AuditError| subject.trouble(error).into())
}

/// A signal is no answer.
fn pass_stop(error: &OpError) -> Result<(), OpError> {
    match error.kind() {
        kind @ (Kind::Interrupted | Kind::Terminated) => Err(OpError::Stopped(kind)),
        _ => Ok(()),
    }
}
