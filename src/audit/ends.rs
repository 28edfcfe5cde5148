//! The lines at the ends of a file, read without reading the rest.

use super::MAX_LINE;
use super::line::Line;
use super::tail::{Last, line_hash};
use crate::fs::{FsError, InPlace};
use crate::store::header::AuditHead;

/// The line at `offset`; without its end when it has none within the cap.
pub(super) fn line_at(log: &dyn InPlace, offset: u64) -> Result<Vec<u8>, FsError> {
    let mut bytes = vec![0; 4096];
    loop {
        let read = log.read_at(offset, &mut bytes)?;
        if let Some(at) = bytes[..read].iter().position(|b| *b == b'\n') {
            bytes.truncate(at + 1);
            return Ok(bytes);
        }
        if read < bytes.len() || read >= MAX_LINE {
            bytes.truncate(read);
            return Ok(bytes);
        }
        bytes.resize(bytes.len() * 2, 0);
    }
}

/// The line that ends at `end`, with its end.
pub(super) fn line_before(log: &dyn InPlace, end: u64) -> Result<Option<Vec<u8>>, FsError> {
    let mut window = 4096.min(end);
    loop {
        let mut bytes = vec![0; usize::try_from(window).unwrap_or(0)];
        let read = log.read_at(end - window, &mut bytes)?;
        if read < bytes.len() || bytes.last() != Some(&b'\n') {
            return Ok(None);
        }
        let body = &bytes[..bytes.len() - 1];
        if let Some(at) = body.iter().rposition(|b| *b == b'\n') {
            return Ok(Some(bytes.split_off(at + 1)));
        }
        if window == end {
            return Ok(Some(bytes));
        }
        if window >= MAX_LINE as u64 {
            return Ok(None);
        }
        window = (window * 2).min(end);
    }
}

pub(super) enum Search {
    Fs(FsError),
    Malformed(&'static str),
}

impl From<FsError> for Search {
    fn from(error: FsError) -> Self {
        Self::Fs(error)
    }
}

/// The last whole line of the first `len` bytes, and where it ends.
pub(super) fn last_line(log: &dyn InPlace, len: u64) -> Result<Option<(Last, u64)>, Search> {
    let mut end = len;
    loop {
        end = match last_end(log, end)? {
            None => return Ok(None),
            Some(end) => end,
        };
        let bytes =
            line_before(log, end)?.ok_or(Search::Malformed("a line of more than 65536 bytes"));
        let bytes = match bytes {
            // A hole that ends in the end of a line.
            Err(_) if hole_before(log, end)? => {
                end -= 1;
                continue;
            }
            bytes => bytes?,
        };
        if bytes.contains(&0) {
            end -= bytes.len() as u64;
            continue;
        }
        let line = Line::parse(&bytes).map_err(Search::Malformed)?;
        let last = Last {
            log_id: line.at.log_id,
            segment: line.at.segment,
            head: AuditHead { seq: line.at.seq, mac: line.mac },
            line_hash: line_hash(&bytes),
            rotates: false,
        };
        return Ok(Some((last, end)));
    }
}

/// Where the last line end before `end` stands.
fn last_end(log: &dyn InPlace, mut end: u64) -> Result<Option<u64>, FsError> {
    let mut bytes = vec![0; MAX_LINE];
    while end > 0 {
        let window = end.min(MAX_LINE as u64);
        let piece = &mut bytes[..usize::try_from(window).unwrap_or(0)];
        let read = log.read_at(end - window, piece)?;
        if let Some(at) = piece[..read].iter().rposition(|b| *b == b'\n') {
            return Ok(Some(end - window + at as u64 + 1));
        }
        end -= window;
    }
    Ok(None)
}

fn hole_before(log: &dyn InPlace, end: u64) -> Result<bool, FsError> {
    let window = end.min(MAX_LINE as u64);
    let mut bytes = vec![0; usize::try_from(window).unwrap_or(0)];
    let read = log.read_at(end - window, &mut bytes)?;
    Ok(bytes[..read].contains(&0))
}
