//! The walk along the lines: which record is expected next, and what it means that another one is there.

use std::collections::VecDeque;

use super::{Break, Checkpoint, MAX_BREAKS, Question, Report, Verdict, Witness};
use crate::audit::MAX_LINE;
use crate::audit::chain::{Chain, SegmentStart};
use crate::audit::line::{Claim, Reader};
use crate::crypto::mac::Hash;
use crate::store::header::AuditHead;

/// MACs that are remembered, to tell a record twice from two records with one number.
const REMEMBERED: usize = 1024;
/// Keys that may be derived for records out of place. A file can name any number; this bounds what that costs.
const DETOURS: u64 = 1 << 27;

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

pub(super) struct Verifier<'a> {
    question: &'a Question<'a>,
    reader: Reader,
    keys: Keys,
    last: Option<Seen>,
    last_ts: Vec<u8>,
    /// Bad lines since the last good one.
    bad: u64,
    /// A line that may have been unfinished when the power went: only the end of the last file may have one.
    torn: Option<Break>,
    recent: VecDeque<(u64, Hash)>,
    detours: u64,
    pub file: String,
    pub offset: u64,
    report: Report,
}

impl<'a> Verifier<'a> {
    pub fn new(question: &'a Question<'a>) -> Self {
        Self {
            question,
            reader: Reader::default(),
            keys: Keys::None,
            last: None,
            last_ts: Vec::new(),
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

    pub fn resume(&mut self, from: Checkpoint) {
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
    pub fn end_of_file(&mut self) {
        if let Some(torn) = self.torn.take() {
            self.list(Break { verdict: Verdict::Modified, ..torn });
            self.bad += 1;
        }
    }

    pub fn line(&mut self, bytes: &[u8]) {
        let line = match self.reader.read(bytes) {
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
        // A store that moved to a host without its log begins another one, with a segment of its own.
        let elsewhere = self.last.is_some_and(|last| last.log_id != line.at.log_id);
        if elsewhere && !line.starts_segment() {
            return self.bad(Verdict::Modified, "a record of another log");
        }
        match self.last {
            None => self.first(&line),
            Some(last) if last.segment == line.at.segment => self.next(&line, last),
            Some(last) => self.new_segment(&line, last),
        }
    }

    /// The first record of all.
    fn first(&mut self, line: &Claim<'_>) {
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
    fn begin(&mut self, line: &Claim<'_>, start: &SegmentStart) {
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
    fn next(&mut self, line: &Claim<'_>, last: Seen) {
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
    fn misplaced(&mut self, line: &Claim<'_>, last: Seen) {
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
    fn proves(&mut self, line: &Claim<'_>) -> bool {
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
    fn structure(&mut self, line: &Claim<'_>, last: Seen) {
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
    fn new_segment(&mut self, line: &Claim<'_>, last: Seen) {
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
    fn believe(&mut self, line: &Claim<'_>) {
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
        self.last_ts.extend_from_slice(line.ts);
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

    pub fn finish(mut self) -> (Report, Option<Checkpoint>) {
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
