//! Verification: every line of one or many files, against the roots in the store and what is known of the log's head.
//!
//! The files are read once from start to end, and what is held in memory does not depend on how long they are. A bad line does
//! not end the search: the keys depend on positions and not on content, so the next good line is recognised, and every break
//! is listed with its place and reason.

mod walk;

use std::io::{self, Read};

use self::walk::Verifier;
use super::chain::{Chain, SegmentStart};
use super::pieces::each_line;
use crate::memory;
use crate::secret::DerivedKey;
use crate::store::header::AuditHead;

/// What a log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every record is the one that was written, and none is missing.
    Good,
    /// Nothing is out of place, but without a root nobody can tell whether the records are true.
    StructureOnly,
    /// The last line was never finished: a crash.
    TornTail,
    /// A record is not the one that was written.
    Modified,
    /// Records are missing or not in their order.
    Missing,
    /// Records are gone from the end.
    Truncated,
    /// Two lines of history under the same keys.
    Forked,
    /// No root of this store opens it.
    WrongKey,
    /// Not the log that was anchored.
    AnchorMismatch,
}

impl Verdict {
    /// As JSON answers name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::StructureOnly => "structure_only",
            Self::TornTail => "torn_tail",
            Self::Modified => "modified",
            Self::Missing => "missing",
            Self::Truncated => "truncated",
            Self::Forked => "forked",
            Self::WrongKey => "wrong_key",
            Self::AnchorMismatch => "anchor_mismatch",
        }
    }
}

/// Who knows a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// The header of the store.
    Store,
    /// What this host remembers.
    Host,
    /// An anchor outside the host.
    Anchor,
}

/// What to verify against.
#[derive(Clone, Copy, Default)]
pub struct Question<'a> {
    /// The roots in the store, newest last; none for a look at the structure alone.
    pub roots: &'a [DerivedKey],
    /// Records that are known to have been written. Those with number 0 say nothing.
    pub known: &'a [(Witness, AuditHead)],
}

/// One file of a log, in the order in which they were written.
pub struct LogFile<'a> {
    /// What to call it.
    pub name: String,
    /// From its start.
    pub content: Box<dyn Read + 'a>,
}

/// A place where the log is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// What it makes of the log.
    pub verdict: Verdict,
    /// The record that should stand there.
    pub seq: u64,
    /// Which file.
    pub file: String,
    /// Where in it.
    pub offset: u64,
    /// How many lines in a row have the same fault.
    pub lines: u64,
    /// What is wrong, without what stands there.
    pub why: &'static str,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// In one word: that of the first break.
    pub verdict: Verdict,
    /// Lines that are records.
    pub records: u64,
    /// Of these, records that a key has proven.
    pub proven: u64,
    /// Number of the first record; above 1 when earlier files were archived and not given.
    pub first_seq: u64,
    /// The last record that can be believed.
    pub head: AuditHead,
    /// Segments that begin in these files.
    pub segments: u64,
    /// Every break, the first [`MAX_BREAKS`] of them.
    pub breaks: Vec<Break>,
    /// How many there are.
    pub break_count: u64,
    /// How often the clock went back from one record to the next, which is no break.
    pub clock_back: u64,
    /// The first record that is earlier than the one before.
    pub clock_back_at: Option<u64>,
}

impl Report {
    /// The first record that is missing or wrong.
    pub fn first_bad_seq(&self) -> Option<u64> {
        self.breaks.first().map(|found| found.seq)
    }
}

/// Breaks that are listed.
pub const MAX_BREAKS: usize = 1000;
/// Lines between two reports of progress.
const STRIDE: u64 = 1 << 14;

/// A point up to which a log has been proven, so that a watcher need not begin anew whenever a line is added. It holds the key of
/// the next record, and is therefore worth as much as the state file.
pub struct Checkpoint {
    chain: Chain,
    start: SegmentStart,
    root: usize,
    head: AuditHead,
}

impl Checkpoint {
    /// The last record that was proven.
    pub const fn head(&self) -> AuditHead {
        self.head
    }

    /// The same point, for a second look.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { chain: self.chain.fork(), ..*self }
    }
}

/// Verifies `files`. `progress` is told how many bytes have been read, and stops the work by answering false, which is an error
/// of kind [`io::ErrorKind::Interrupted`].
pub fn verify(
    files: Vec<LogFile<'_>>,
    question: &Question<'_>,
    progress: &mut dyn FnMut(u64) -> bool,
) -> io::Result<Report> {
    verify_after(None, files, question, progress).map(|(report, _)| report)
}

/// As [`verify`], for files that begin right behind `checkpoint`. Answers with the point that was reached, if nothing was
/// wrong. The roots must be those of the run that made the checkpoint, or the same and newer ones.
pub fn verify_after(
    checkpoint: Option<Checkpoint>,
    files: Vec<LogFile<'_>>,
    question: &Question<'_>,
    progress: &mut dyn FnMut(u64) -> bool,
) -> io::Result<(Report, Option<Checkpoint>)> {
    let mut verifier = Verifier::new(question);
    if let Some(checkpoint) = checkpoint {
        verifier.resume(checkpoint);
    }
    let (mut total, mut lines) = (0_u64, 0_u64);
    for file in files {
        verifier.file = file.name;
        verifier.offset = 0;
        verifier.end_of_file();
        each_line(file.content, |line, len| {
            verifier.line(line);
            verifier.offset += len;
            total += len;
            lines += 1;
            if lines.is_multiple_of(STRIDE) && !progress(total) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            Ok(())
        })?;
    }
    progress(total);
    let done = verifier.finish();
    memory::scrub_stack();
    Ok(done)
}
