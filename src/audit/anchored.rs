//! Whether a log was anchored lately, without a key and without reading more than was written since.

use std::ffi::OsString;
use std::path::Path;

use super::AuditError;
use super::ends::{Search, last_line, line_before};
use super::line::Line;
use super::record::{ANCHOR, Phase, timestamp};
use super::rotate::archives;
use super::tail::file_name;
use crate::fs::in_place::Access;
use crate::fs::{Directory, FsError, InPlace, StopCheck};

/// Lines between two looks at whether to stop.
const STRIDE: u64 = 1 << 14;

/// Whether the log at `path`, whose file is in `directory`, was anchored at `since` (nanoseconds) or later, or did not exist before.
/// Read from its end back to the first record that is older; nothing of it is proven.
pub fn anchored_since(
    directory: &dyn Directory,
    path: &Path,
    since: u64,
    stop: StopCheck<'_>,
) -> Result<bool, AuditError> {
    let name = file_name(path);
    let since = timestamp(since);
    let mut names: Vec<OsString> = archives(name, &directory.names()?);
    names.push(name.to_owned());
    for name in names.iter().rev() {
        let Some(file) = directory.in_place(name, Access::Read)? else { continue };
        if let Some(answer) = search(file.as_ref(), &since, stop)? {
            return Ok(answer);
        }
    }
    Ok(true)
}

/// As far as the lines of one file tell; none when all of them are younger and no anchor is among them.
fn search(file: &dyn InPlace, since: &str, stop: StopCheck<'_>) -> Result<Option<bool>, FsError> {
    let mut end = match last_line(file, file.facts()?.len) {
        Ok(Some((_, end))) => end,
        Ok(None) => return Ok(None),
        Err(Search::Fs(error)) => return Err(error),
        Err(Search::Malformed(_)) => return Ok(Some(false)),
    };
    let mut lines = 0_u64;
    while end > 0 {
        lines += 1;
        if lines.is_multiple_of(STRIDE)
            && let Some(kind) = stop()
        {
            return Err(FsError::Stopped(kind));
        }
        // What is no record is another rule's; behind it nothing is believed.
        let Some(bytes) = line_before(file, end)? else { return Ok(Some(false)) };
        let Ok(line) = Line::parse(&bytes) else { return Ok(Some(false)) };
        if line.ts < since {
            return Ok(Some(false));
        }
        if line.event == ANCHOR && line.phase == Phase::Done {
            return Ok(Some(true));
        }
        end -= bytes.len() as u64;
    }
    Ok(None)
}
