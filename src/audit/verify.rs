//! Verification: every line of one or many files, against the roots in the store and what is known of the log's head.
//!
//! The files are read once from start to end, and what is held in memory does not depend on how long they are. A bad line does
//! not end the search: the keys depend on positions and not on content, so the next good line is recognised, and every break
//! is listed with its place and reason.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read};

use super::MAX_LINE;
use super::chain::{Chain, SegmentStart};
use super::line::Line;
use crate::crypto::mac::Hash;
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
/// MACs that are remembered, to tell a record twice from two records with one number.
const REMEMBERED: usize = 1024;
/// Keys that may be derived for records out of place. A file can name any number; this bounds what that costs.
const DETOURS: u64 = 1 << 27;
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
    let mut line = Vec::with_capacity(1 << 12);
    let (mut total, mut lines) = (0_u64, 0_u64);
    for file in files {
        verifier.file = file.name;
        verifier.offset = 0;
        verifier.end_of_file();
        let mut content = BufReader::with_capacity(1 << 20, file.content);
        loop {
            line.clear();
            let len = (&mut content).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line)? as u64;
            if len == 0 {
                break;
            }
            verifier.line(&line);
            let mut len = len;
            if line.last() != Some(&b'\n') {
                len += content.skip_until(b'\n')? as u64;
            }
            verifier.offset += len;
            total += len;
            lines += 1;
            if lines.is_multiple_of(STRIDE) && !progress(total) {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
    }
    progress(total);
    let done = verifier.finish();
    memory::scrub_stack();
    Ok(done)
}

/// What can be said of the lines of a segment.
enum Keys {
    /// Nothing: no root, or none that fits.
    None,
    /// The next key.
    Known(Chain, SegmentStart, usize),
    /// The first record of the segment does not verify; perhaps the next one does, under one of these.
    Candidates(Vec<(usize, Chain)>, SegmentStart),
}

#[derive(Clone, Copy)]
struct Seen {
    segment: [u8; 16],
    log_id: [u8; 16],
    head: AuditHead,
}

struct Verifier<'a> {
    question: &'a Question<'a>,
    keys: Keys,
    last: Option<Seen>,
    last_ts: String,
    /// Bad lines since the last good one.
    bad: u64,
    /// A line that may have been unfinished when the power went: only the end of the last file may have one.
    torn: Option<Break>,
    recent: VecDeque<(u64, Hash)>,
    detours: u64,
    file: String,
    offset: u64,
    report: Report,
}

impl<'a> Verifier<'a> {
    fn new(question: &'a Question<'a>) -> Self {
        Self {
            question,
            keys: Keys::None,
            last: None,
            last_ts: String::new(),
            bad: 0,
            torn: None,
            recent: VecDeque::with_capacity(REMEMBERED),
            detours: DETOURS,
            file: String::new(),
            offset: 0,
            report: Report {
                verdict: Verdict::Good,
                records: 0,
                proven: 0,
                first_seq: 0,
                head: AuditHead::default(),
                segments: 0,
                breaks: Vec::new(),
                break_count: 0,
                clock_back: 0,
                clock_back_at: None,
            },
        }
    }

    fn resume(&mut self, from: Checkpoint) {
        let SegmentStart { log_id, segment, .. } = from.start;
        self.last = Some(Seen { segment, log_id, head: from.head });
        self.recent.push_back((from.head.seq, from.head.mac));
        self.report.first_seq = from.head.seq + 1;
        self.keys = Keys::Known(from.chain, from.start, from.root);
    }

    fn expected(&self) -> u64 {
        self.last.map_or(1, |last| last.head.seq.saturating_add(1))
    }

    fn broken(&self, verdict: Verdict, seq: u64, why: &'static str) -> Break {
        Break { verdict, seq, file: self.file.clone(), offset: self.offset, lines: 1, why }
    }

    fn list(&mut self, found: Break) {
        if let Some(last) = self.report.breaks.last_mut()
            && self.bad > 0
            && (last.verdict, last.why, &last.file) == (found.verdict, found.why, &found.file)
        {
            last.lines += 1;
            return;
        }
        self.report.break_count += 1;
        if self.report.breaks.len() < MAX_BREAKS {
            self.report.breaks.push(found);
        }
    }

    /// A line that is not the next record.
    fn bad(&mut self, verdict: Verdict, why: &'static str) {
        let seq = self.expected().saturating_add(self.bad);
        self.list(self.broken(verdict, seq, why));
        self.bad += 1;
    }

    /// What seemed to be the end was not.
    fn end_of_file(&mut self) {
        if let Some(torn) = self.torn.take() {
            self.list(Break { verdict: Verdict::Modified, ..torn });
            self.bad += 1;
        }
    }

    fn line(&mut self, bytes: &[u8]) {
        let line = match Line::parse(bytes) {
            Ok(line) => line,
            Err(why) => {
                let unfinished =
                    bytes.len() <= MAX_LINE && (bytes.last() != Some(&b'\n') || bytes.contains(&0));
                if unfinished && self.bad == 0 {
                    let seq = self.expected();
                    self.torn.get_or_insert(Break {
                        verdict: Verdict::TornTail,
                        seq,
                        file: self.file.clone(),
                        offset: self.offset,
                        lines: 1,
                        why,
                    });
                } else {
                    self.end_of_file();
                    self.bad(Verdict::Modified, why);
                }
                return;
            }
        };
        self.end_of_file();
        self.report.records += 1;
        if self.last.is_some_and(|last| last.log_id != line.at.log_id) {
            return self.bad(Verdict::Modified, "a record of another log");
        }
        match self.last {
            None => self.first(&line),
            Some(last) if last.segment == line.at.segment => self.next(&line, last),
            Some(last) => self.new_segment(&line, last),
        }
    }

    /// The first record of all.
    fn first(&mut self, line: &Line<'_>) {
        let seq = line.at.seq;
        self.report.first_seq = seq;
        match line.segment_start() {
            // A file after a rotation says so itself; the ones before it may have been archived elsewhere.
            Some(start) if !line.starts_segment() || seq == 1 => self.begin(line, &start),
            Some(start) => {
                self.list(self.broken(Verdict::Missing, 1, "the records before this segment"));
                self.begin(line, &start);
            }
            None if seq <= 1 => {
                self.list(self.broken(Verdict::Modified, 1, "a log that does not begin a segment"));
                self.believe(line);
            }
            None => {
                self.list(self.broken(Verdict::Missing, 1, "the records before this one"));
                self.believe(line);
            }
        }
    }

    /// The first record that is seen of a segment, which began with `start`.
    fn begin(&mut self, line: &Line<'_>, start: &SegmentStart) {
        self.keys = Keys::None;
        let roots = self.question.roots;
        if !roots.is_empty() {
            let passed = line.at.seq - start.seq;
            let mut candidates = Vec::new();
            for (at, root) in roots.iter().enumerate().rev() {
                if self.detours < passed {
                    break;
                }
                self.detours -= passed;
                let mut chain = Chain::start(root, start);
                (0..passed).for_each(|_| chain.skip());
                if chain.accept(line.body, &line.mac) {
                    self.keys = Keys::Known(chain, *start, at);
                    self.report.proven += 1;
                    break;
                }
                chain.skip();
                candidates.push((at, chain));
            }
            if !matches!(self.keys, Keys::Known(..)) {
                let why = "the first record of a segment, under no root of this store";
                self.list(self.broken(Verdict::WrongKey, line.at.seq, why));
                self.keys = Keys::Candidates(candidates, *start);
            }
        }
        if line.starts_segment() {
            self.report.segments += 1;
        }
        self.believe(line);
    }

    /// Another record of the segment.
    fn next(&mut self, line: &Line<'_>, last: Seen) {
        let expected = self.expected();
        if let Keys::Candidates(chains, start) = &mut self.keys {
            let (start, in_order) = (*start, line.at.seq == expected);
            let fits = |(_, chain): &mut (usize, Chain)| chain.accept(line.body, &line.mac);
            let found = chains.iter_mut().position(fits).filter(|_| in_order);
            let found = found.map(|at| chains.swap_remove(at));
            self.keys = Keys::None;
            if let Some((root, chain)) = found {
                // So it was the first record that was changed, and not its key.
                if let Some(first) = self.report.breaks.last_mut() {
                    first.verdict = Verdict::Modified;
                    first.why = "a MAC that does not belong to the record";
                }
                self.keys = Keys::Known(chain, start, root);
                self.report.proven += 1;
                return self.believe(line);
            }
        }
        let Keys::Known(chain, ..) = &mut self.keys else { return self.structure(line, last) };
        let gap = match line.at.seq.checked_sub(expected) {
            Some(0) => chain.accept(line.body, &line.mac).then_some(0),
            Some(gap) if gap <= self.detours => {
                self.detours -= gap;
                let mut ahead = chain.fork();
                (0..gap).for_each(|_| ahead.skip());
                let found = ahead.accept(line.body, &line.mac);
                if found {
                    *chain = ahead;
                }
                found.then_some(gap)
            }
            _ => None,
        };
        let Some(gap) = gap else { return self.misplaced(line, last) };
        if gap > self.bad {
            let seq = expected + self.bad;
            self.list(self.broken(Verdict::Missing, seq, "records before this one are missing"));
        } else if gap == 0 && line.at.prev != last.head.mac {
            self.list(self.broken(Verdict::Forked, line.at.seq, TWO_HISTORIES));
        }
        self.report.proven += 1;
        self.believe(line);
    }

    /// A record that no key proves where it stands.
    fn misplaced(&mut self, line: &Line<'_>, last: Seen) {
        let (seq, mac) = (line.at.seq, line.mac);
        let earlier = self.recent.iter().rev().find(|(number, _)| *number == seq);
        match earlier.map(|(_, mac)| *mac) {
            Some(known) if known == mac => {
                self.bad(Verdict::Missing, "a record that stood before already");
            }
            Some(_) if self.proves(line) => self.bad(Verdict::Forked, TWO_HISTORIES),
            _ if line.at.prev == last.head.mac => {
                self.bad(Verdict::Modified, "a MAC that does not belong to the record");
            }
            _ => self.bad(Verdict::Missing, "not the record that follows the one before it"),
        }
    }

    /// Whether a record with an earlier number was written under our keys.
    fn proves(&mut self, line: &Line<'_>) -> bool {
        let Keys::Known(_, start, root) = &self.keys else { return false };
        let Some(root) = self.question.roots.get(*root) else { return false };
        let Some(passed) = line.at.seq.checked_sub(start.seq).filter(|n| *n <= self.detours) else {
            return false;
        };
        self.detours -= passed;
        let mut chain = Chain::start(root, start);
        (0..passed).for_each(|_| chain.skip());
        chain.accept(line.body, &line.mac)
    }

    /// Without keys: numbers and links.
    fn structure(&mut self, line: &Line<'_>, last: Seen) {
        let expected = self.expected();
        let follows = line.at.prev == last.head.mac;
        if line.at.seq == expected && follows {
            return self.believe(line);
        }
        let (seq, verdict, why) = if line.at.seq > expected {
            (expected + self.bad, Verdict::Missing, "records before this one are missing")
        } else if self.recent.contains(&(line.at.seq, line.mac)) {
            return self.bad(Verdict::Missing, "a record that stood before already");
        } else {
            (expected, Verdict::Missing, "not the record that follows the one before it")
        };
        self.list(self.broken(verdict, seq, why));
        // Go on from here: one break, not one for every line after it.
        self.believe(line);
    }

    /// A record of another segment than the one before it.
    fn new_segment(&mut self, line: &Line<'_>, last: Seen) {
        let start = line.segment_start().filter(|_| line.starts_segment());
        let Some(start) = start else {
            let why = "a record of another segment";
            let follows = line.at.prev == last.head.mac;
            return self.bad(if follows { Verdict::Modified } else { Verdict::Missing }, why);
        };
        let expected = self.expected();
        let rooted = self
            .question
            .roots
            .iter()
            .any(|root| Chain::start(root, &start).accept(line.body, &line.mac));
        let explained = self.bad > 0 && line.at.seq.checked_sub(expected) <= Some(self.bad);
        if line.at.seq < expected {
            // Not the same history; but whose it is, only a key can tell.
            return if rooted {
                self.bad(Verdict::Forked, TWO_HISTORIES);
            } else {
                self.bad(Verdict::Missing, "a segment that begins before the last one ends");
            };
        }
        if !explained && (line.at.seq > expected || line.at.prev != last.head.mac) {
            let verdict =
                if line.at.seq == expected && rooted { Verdict::Forked } else { Verdict::Missing };
            let seq = expected + self.bad;
            self.list(self.broken(verdict, seq, "the records before this segment are missing"));
        }
        self.begin(line, &start);
    }

    /// Goes on from this record.
    fn believe(&mut self, line: &Line<'_>) {
        self.bad = 0;
        let head = AuditHead { seq: line.at.seq, mac: line.mac };
        self.last = Some(Seen { segment: line.at.segment, log_id: line.at.log_id, head });
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((head.seq, head.mac));
        if *line.ts < *self.last_ts {
            self.report.clock_back += 1;
            self.report.clock_back_at.get_or_insert(head.seq);
        }
        self.last_ts.clear();
        self.last_ts.push_str(line.ts);
        for (witness, known) in self.question.known {
            if known.seq == head.seq && known.mac != head.mac {
                let (verdict, why) = match witness {
                    Witness::Store => (Verdict::Forked, "not the record that the store names"),
                    Witness::Host => (Verdict::Forked, "not the record that this host remembers"),
                    Witness::Anchor => {
                        (Verdict::AnchorMismatch, "not the record that was anchored")
                    }
                };
                self.list(self.broken(verdict, head.seq, why));
            }
        }
    }

    fn finish(mut self) -> (Report, Option<Checkpoint>) {
        self.report.head = self.last.map_or(AuditHead::default(), |last| last.head);
        let most = self.question.known.iter().map(|(_, known)| known.seq).max().unwrap_or(0);
        let reached = self.report.head.seq.saturating_add(self.bad);
        if most > reached {
            self.bad = 0;
            let why = "the log ends before a record that is known to have been written";
            self.list(self.broken(Verdict::Truncated, reached + 1, why));
        }
        if let Some(torn) = self.torn.take() {
            self.bad = 0;
            self.list(torn);
        }
        let report = &mut self.report;
        let keyed = !self.question.roots.is_empty();
        let unrooted = report.breaks.iter().any(|found| found.verdict == Verdict::WrongKey);
        report.verdict = match report.breaks.first() {
            _ if keyed && report.proven == 0 && unrooted => Verdict::WrongKey,
            Some(first) => first.verdict,
            None if keyed => Verdict::Good,
            None => Verdict::StructureOnly,
        };
        let checkpoint = match self.keys {
            Keys::Known(chain, start, root) if report.verdict == Verdict::Good => {
                Some(Checkpoint { chain, start, root, head: report.head })
            }
            _ => None,
        };
        (self.report, checkpoint)
    }
}

const TWO_HISTORIES: &str = "two records with one place: two lines of history";
