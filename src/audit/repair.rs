//! What an opening completes for a command that was stopped.

use super::file::Log;
use super::record::{Draft, Phase, TORN};
use super::tail::beside;
use super::{AuditError, MAX_LINE};
use crate::fs::FsError;
use crate::fs::in_place::Access;
use crate::store::header::AuditHead;

/// The end of the name of the file that torn bytes are moved to.
pub const TORN_SUFFIX: &str = ".torn";

/// What became of an intent whose command was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovered {
    /// It was committed, as this generation where the format counts them.
    Committed(Option<u64>),
    /// It was not: the store is as it was before.
    NotCommitted,
    /// The store is another one than before, and nothing says by whom.
    Unknown,
}

impl Log {
    /// Gives [`unfinished`](Log::unfinished) its outcome. Does nothing when there is none.
    pub fn close_unfinished(
        &mut self,
        outcome: Recovered,
        now: u64,
    ) -> Result<Option<AuditHead>, AuditError> {
        let Some(intent) = self.tail.unfinished.clone() else { return Ok(None) };
        let (phase, generation, reason) = match outcome {
            Recovered::Committed(generation) => (Phase::Done, generation, "recovered"),
            Recovered::NotCommitted => {
                (Phase::Error, intent.generation, "recovered, not committed")
            }
            Recovered::Unknown => (Phase::Error, None, "recovered, outcome unknown"),
        };
        let draft = Draft {
            object: intent.object.as_deref(),
            generation,
            reason: Some(reason),
            ..Draft::new(&intent.event, phase, intent.corr, now)
        };
        self.append(&draft).map(Some)
    }

    /// Completes what an earlier command could not.
    pub(super) fn catch_up(&mut self, now: u64) -> Result<(), AuditError> {
        if self.tail.chain.is_none() {
            return Ok(());
        }
        if self.tail.adopted > 0 {
            // Nobody makes the state durable about a line that he did not make durable himself.
            if let Some(log) = &self.files.log {
                log.sync_data()?;
            }
            if self.tail.rotated {
                self.directory.sync()?;
            }
            self.save_state()?;
        }
        let torn = self.set_torn_aside()?;
        if self.tail.last.is_some_and(|last| last.rotates) {
            self.finish_rotation(now)?;
        }
        if let Some(what) = torn {
            let unfinished = self.tail.unfinished.take();
            self.record_torn(&what, now)?;
            self.tail.unfinished = unfinished;
        }
        Ok(())
    }

    /// Moves the bytes behind the last line to a file of their own; what was moved, in words.
    pub(super) fn set_torn_aside(&mut self) -> Result<Option<String>, AuditError> {
        let Some(log) = self.files.log.as_ref().filter(|_| self.tail.torn > 0) else {
            return Ok(None);
        };
        let access = Access::Create(self.setting.owner);
        let name = beside(&self.name, TORN_SUFFIX);
        let aside = self
            .directory
            .in_place(&name, access)?
            .ok_or_else(|| FsError::NotFound(self.path.with_file_name(&name)))?;
        let (start, end) = (self.tail.end, self.tail.end + self.tail.torn);
        let mut at = start;
        let mut piece = vec![0; MAX_LINE];
        while at < end {
            let want = piece.len().min(usize::try_from(end - at).unwrap_or(usize::MAX));
            let read = log.read_at(at, &mut piece[..want])?;
            if read == 0 {
                break;
            }
            aside.append(&piece[..read])?;
            at += read as u64;
        }
        aside.sync_data()?;
        self.directory.sync()?;
        log.truncate(start)?;
        self.tail.torn = 0;
        Ok(Some(format!("{} bytes at {start}", end - start)))
    }

    pub(super) fn record_torn(&mut self, what: &str, now: u64) -> Result<AuditHead, AuditError> {
        let corr = self.head().map_or([0; 8], |head| std::array::from_fn(|i| head.mac[i]));
        self.append(&Draft { object: Some(what), ..Draft::new(TORN, Phase::Done, corr, now) })
    }
}
