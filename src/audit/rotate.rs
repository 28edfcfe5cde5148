//! Rotation: the file is kept under another name, and the log goes on in a new one, in the same segment.
//!
//! ```text
//! append audit.rotate, sync          the old file is complete
//! write LOG.next, sync               its first line continues the chain
//! link(LOG, archive); sync           the old file has both names
//! rename(LOG.next, LOG); sync        the live name never disappears
//! state
//! ```
//!
//! From the first step on, whoever opens the log with its key finishes the rest.

use std::ffi::OsString;

use super::chain::SegmentStart;
use super::file::Log;
use super::record::{self, CONTINUE, Draft, Phase, Position, ROTATE};
use super::tail::{Last, beside, line_hash};
use super::{AuditError, Chain};
use crate::fs::in_place::Access;
use crate::fs::{FsError, Replace};
use crate::store::header::AuditHead;

/// The end of the name of the file that is going to be the log.
pub const NEXT_SUFFIX: &str = ".next";

impl Log {
    /// Rotates. `draft` gives time, correlation id and reason. Returns the name that the old file now has.
    pub fn rotate(&mut self, draft: &Draft<'_>) -> Result<OsString, AuditError> {
        self.append(&Draft { event: ROTATE, phase: Phase::Done, ..*draft })?;
        self.finish_rotation(draft.at)
    }

    /// Does what is left of a rotation whose first record is the last line.
    pub(super) fn finish_rotation(&mut self, now: u64) -> Result<OsString, AuditError> {
        let finished = self.begin_next_file(now);
        // Nothing may be appended to a file that is said to be complete.
        self.broken |= finished.is_err();
        finished
    }

    fn begin_next_file(&mut self, now: u64) -> Result<OsString, AuditError> {
        let (Some(state), Some(chain), Some(last), Some(log)) =
            (&self.tail.state, &self.tail.chain, self.tail.last, &self.files.log)
        else {
            return Err(AuditError::Unusable(self.path.clone()));
        };
        let start = SegmentStart {
            log_id: state.log_id,
            segment: state.segment,
            seq: state.start_seq,
            prev: state.start_prev,
        };
        let mut chain = chain.fork();
        let (bytes, head) = self.first_line(&start, last, now, &mut chain)?;
        let next = beside(&self.name, NEXT_SUFFIX);
        self.directory.remove(&next)?;
        let file = self
            .directory
            .in_place(&next, Access::Create(self.setting.owner))?
            .ok_or_else(|| FsError::NotFound(self.path.with_file_name(&next)))?;
        file.append(&bytes)?;
        file.sync_data()?;

        let archive = beside(&self.name, &format!(".{:012}", last.head.seq));
        match self.directory.id(&archive)? {
            // An earlier attempt came this far.
            Some(id) if id.inode == log.facts()?.inode => {}
            Some(_) => return Err(FsError::Exists(self.path.with_file_name(&archive)).into()),
            None => log.link_as(&archive)?,
        }
        // Without this a crash could keep the new name of the new file and forget the new name of the old one.
        self.directory.sync()?;
        self.directory.rename(&next, &self.name, Replace::Yes)?;
        self.directory.sync()?;

        self.files.log = self.directory.in_place(&self.name, Access::Write)?;
        self.tail.end = bytes.len() as u64;
        self.tail.last = Some(Last { head, line_hash: line_hash(&bytes), rotates: false, ..last });
        chain.forget();
        self.tail.chain = Some(chain);
        self.save_state()?;
        Ok(archive)
    }

    /// The line that continues the chain in a new file. It says where the segment began, so that the file can be verified
    /// without the ones before.
    fn first_line(
        &self,
        start: &SegmentStart,
        last: Last,
        now: u64,
        chain: &mut Chain,
    ) -> Result<(Vec<u8>, AuditHead), AuditError> {
        let at = Position {
            log_id: start.log_id,
            segment: start.segment,
            seq: last.head.seq + 1,
            prev: last.head.mac,
        };
        let began = format!("{}:{}", start.seq, data_encoding::HEXLOWER.encode(&start.prev));
        let corr = std::array::from_fn(|i| last.head.mac[i]);
        let draft = Draft { object: Some(&began), ..Draft::new(CONTINUE, Phase::Done, corr, now) };
        let mut bytes = Vec::new();
        let mac = record::write(&mut bytes, &at, &self.origin, &draft, chain)?;
        Ok((bytes, AuditHead { seq: at.seq, mac }))
    }
}

/// The archives of the log `name` among `names`, oldest first.
pub fn archives(name: &std::ffi::OsStr, names: &[OsString]) -> Vec<OsString> {
    let prefix = name.as_encoded_bytes();
    let number = |other: &OsString| -> Option<u64> {
        let rest = other.as_encoded_bytes().strip_prefix(prefix)?.strip_prefix(b".")?;
        let digits = std::str::from_utf8(rest).ok()?;
        (digits.len() >= 12 && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse().ok())?
    };
    let mut found: Vec<(u64, OsString)> =
        names.iter().filter_map(|other| Some((number(other)?, other.clone()))).collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_found_in_their_order() {
        let names =
            ["l", "l.state", "l.000000000012", "l.torn", "l.000000000003", "l.1", "m.000000000001"];
        let names: Vec<OsString> = names.into_iter().map(OsString::from).collect();
        assert_eq!(archives("l".as_ref(), &names), ["l.000000000003", "l.000000000012"]);
    }
}
