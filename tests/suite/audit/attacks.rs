//! P33 and P34: whatever is done to any line of a log is found, and a key found later opens nothing earlier.

use strongroom::audit::verify::{Checkpoint, LogFile, Question, Witness, verify_after};
use strongroom::audit::{Chain, Phase, Report, Verdict};
use strongroom::secret::DerivedKey;
use strongroom::store::header::AuditHead;

use super::{Made, SEGMENT, draft, judge, root};

const LINES: usize = 1000;
/// Lines between two points from which the verifier can go on.
const STEP: usize = 10;

/// A log, and the verifier's own checkpoints in it.
struct Subject {
    made: Made,
    roots: Vec<DerivedKey>,
    /// The n-th stands before line n * STEP.
    checkpoints: Vec<Checkpoint>,
}

impl Subject {
    fn new() -> Self {
        let roots = vec![root(7)];
        let made = Made::new(&roots[0], SEGMENT, LINES as u64);
        let mut subject = Self { made, roots, checkpoints: Vec::new() };
        for from in (0..LINES).step_by(STEP) {
            let before = subject.checkpoints.last().map(Checkpoint::again);
            let lines = &subject.made.lines[from..from + STEP];
            let (report, after) = subject.look(before, &lines.concat(), &[]);
            assert_eq!(report.verdict, Verdict::Good);
            subject.checkpoints.push(after.expect("a good log"));
        }
        subject
    }

    fn look(
        &self,
        before: Option<Checkpoint>,
        bytes: &[u8],
        known: &[(Witness, AuditHead)],
    ) -> (Report, Option<Checkpoint>) {
        let files = vec![LogFile { name: "log".to_owned(), content: Box::new(bytes) }];
        let question = Question { roots: &self.roots, known };
        verify_after(before, files, &question, &mut |_| true).expect("in memory")
    }

    /// Verifies the log in which `lines` stand instead of those from the checkpoint before line `at` on.
    fn window(
        &self,
        at: usize,
        change: impl FnOnce(&mut Vec<Vec<u8>>, usize),
        known: &[(Witness, AuditHead)],
    ) -> Report {
        let from = (at.saturating_sub(1) / STEP) * STEP;
        let before = (from > 0).then(|| self.checkpoints[from / STEP - 1].again());
        let to = (at + STEP).min(LINES);
        let mut lines = self.made.lines[from..to].to_vec();
        change(&mut lines, at - from);
        self.look(before, &lines.concat(), known).0
    }
}

fn edited(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).expect("ASCII");
    let edited = text.replacen("\"pid\":4242", "\"pid\":4243", 1);
    assert_ne!(edited, text);
    edited.into_bytes()
}

/// The line with the MAC that another key gives it.
fn remade(line: &[u8], chain: &mut Chain) -> Vec<u8> {
    let text = std::str::from_utf8(line).expect("ASCII");
    let (body, _) = text.split_once(",\"mac\":").expect("a MAC");
    let mac = data_encoding::HEXLOWER.encode(&chain.seal(body.as_bytes()));
    format!("{body},\"mac\":\"{mac}\"}}\n").into_bytes()
}

#[track_caller]
fn found(report: &Report, seq: usize, attack: &str) {
    assert_ne!(report.verdict, Verdict::Good, "{attack} at {seq}");
    assert_eq!(report.first_bad_seq(), Some(seq as u64), "{attack}: {report:?}");
}

#[test]
fn whatever_is_done_to_any_line_is_found_and_named() {
    let subject = Subject::new();
    let heads = &subject.made.heads;
    let last = [(Witness::Host, heads[LINES - 1])];
    let other = Made::new(&subject.roots[0], [0x21; 16], LINES as u64);
    let foreign = Made::new(&root(8), [0x22; 16], LINES as u64);
    for at in 0..LINES {
        let seq = at + 1;
        let is_last = seq == LINES;
        // What happens at the very end shows only to those who know that the log was longer.
        let known: &[_] = if is_last { &last } else { &[] };

        let report = subject.window(at, |lines, i| lines[i] = edited(&lines[i]), known);
        found(&report, seq, "edit");
        assert_eq!(report.verdict, Verdict::Modified);

        let report = subject.window(at, |lines, i| drop(lines.remove(i)), known);
        found(&report, seq, "delete");

        let forged = |line: &[u8]| remade(&edited(line), &mut Chain::resume(&[9; 32]));
        let report = subject.window(at, |lines, i| lines.insert(i, forged(&lines[i])), known);
        found(&report, seq, "insert");

        if !is_last {
            let report = subject.window(at, |lines, i| lines.swap(i, i + 1), known);
            found(&report, seq, "reorder");
        }

        let report = subject.window(at, |lines, i| lines.insert(i, lines[i].clone()), known);
        found(&report, seq + 1, "duplicate");

        let report = subject.window(at, Vec::truncate, &last);
        found(&report, seq, "truncate");
        assert_eq!(report.verdict, Verdict::Truncated);

        let report = subject.window(at, |lines, i| lines[i].clone_from(&foreign.lines[at]), known);
        found(&report, seq, "splice from another log");
        let report = subject.window(at, |lines, i| lines[i].clone_from(&other.lines[at]), known);
        // The first record of another segment of this log is a good one; what follows it is not.
        found(&report, seq.max(2), "splice from another segment");

        let rekey = |lines: &mut Vec<Vec<u8>>, i: usize| {
            let mut chain = Chain::resume(&[9; 32]);
            for line in &mut lines[i..] {
                *line = remade(line, &mut chain);
            }
        };
        found(&subject.window(at, rekey, known), seq, "re-key");
    }
}

#[test]
fn another_line_of_history_is_found_from_any_line_on() {
    let subject = Subject::new();
    let heads = &subject.made.heads;
    let mut chain = Chain::start(&subject.roots[0], &subject.made.start);
    for at in 0..LINES {
        // The state was copied away before this line and put back, and the log went on from there a second time.
        let mut again = chain.fork();
        chain.skip();
        let mut fork = Made { lines: Vec::new(), heads: Vec::new(), start: subject.made.start };
        fork.heads.extend(at.checked_sub(1).map(|before| heads[before]));
        for number in 0..3 {
            let other = strongroom::audit::Draft {
                phase: Phase::Denied,
                ..draft(if at + number == 0 { "audit.segment" } else { "secret.get" }, 7)
            };
            fork.add(&mut again, &other);
        }
        let known = [(Witness::Host, heads[at])];
        let replace = |lines: &mut Vec<Vec<u8>>, i: usize| {
            lines.truncate(i);
            lines.extend(fork.lines.iter().cloned());
        };
        let report = subject.window(at, replace, &known);
        found(&report, at + 1, "fork");
        assert_eq!(report.verdict, Verdict::Forked);
        let both = |lines: &mut Vec<Vec<u8>>, i: usize| {
            lines.truncate(i + 1);
            lines.extend(fork.lines.iter().cloned());
        };
        let report = subject.window(at, both, &[]);
        found(&report, at + 2, "both histories");
        assert_eq!(report.verdict, Verdict::Forked, "{report:?}");
    }
}

#[test]
fn the_whole_log_is_judged_like_its_parts() {
    let roots = [root(7)];
    let made = Made::new(&roots[0], SEGMENT, 300);
    let known = [(Witness::Store, made.heads[299]), (Witness::Anchor, made.heads[100])];
    let good = judge(&[made.bytes()], &roots, &known);
    assert_eq!((good.verdict, good.records, good.proven), (Verdict::Good, 300, 300));
    assert_eq!(good.head, made.heads[299]);
    for at in (0..300).step_by(37) {
        let mut lines = made.lines.clone();
        lines[at] = edited(&lines[at]);
        let report = judge(&[lines.concat()], &roots, &known);
        assert_eq!((report.verdict, report.break_count), (Verdict::Modified, 1), "{at}");
        assert_eq!(report.breaks[0].offset, made.lines[..at].concat().len() as u64);
        assert_eq!(report.proven, 299);
        if at > 0 {
            lines.remove(at);
            let report = judge(&[lines.concat()], &roots, &known);
            assert_eq!((report.verdict, report.break_count), (Verdict::Missing, 1), "{at}");
        }
    }
    let mut wrong = made.heads[100];
    wrong.mac[0] ^= 1;
    let report = judge(&[made.bytes()], &roots, &[(Witness::Anchor, wrong)]);
    assert_eq!((report.verdict, report.first_bad_seq()), (Verdict::AnchorMismatch, Some(101)));
    let report = judge(&[made.bytes()], &[root(8)], &known);
    assert_eq!((report.verdict, report.proven), (Verdict::WrongKey, 0));
    assert_eq!(judge(&[made.bytes()], &[], &known).verdict, Verdict::StructureOnly);
    let torn = [made.bytes(), made.lines[4][..50].to_vec()].concat();
    let report = judge(&[torn], &roots, &known);
    assert_eq!((report.verdict, report.first_bad_seq()), (Verdict::TornTail, Some(301)));
}

#[test]
fn a_key_of_a_later_position_forges_nothing_earlier() {
    let subject = Subject::new();
    let mut accepted = 0;
    for at in 0..LINES {
        let mut stolen = Chain::start(&subject.roots[0], &subject.made.start);
        // What a thief finds in the state file after this record, or after some more.
        for _ in 0..=at + at % 7 {
            stolen.skip();
        }
        let forge = |lines: &mut Vec<Vec<u8>>, i: usize| {
            lines[i] = remade(&edited(&lines[i]), &mut stolen);
        };
        let report = subject.window(at, forge, &[]);
        accepted += usize::from(report.verdict == Verdict::Good);
        assert_eq!(report.first_bad_seq(), Some(at as u64 + 1));
    }
    assert_eq!(accepted, 0);
}

#[test]
fn every_shape_of_bad_line_has_its_verdict() {
    let roots = [root(7)];
    let made = Made::new(&roots[0], SEGMENT, 5);
    let with = |line: &[u8]| {
        let lines = [&made.bytes(), line, &made.lines[4]].concat();
        judge(&[lines], &roots, &[])
    };
    let long = vec![b'x'; 200 << 10];
    let table: [&[u8]; 6] =
        [b"\0\0\0\n", b"\r\n", b"{}\n", b"\n", &[long, b"\n".to_vec()].concat(), b"\xff\xfe\n"];
    for line in table {
        let report = with(line);
        assert_eq!((report.verdict, report.first_bad_seq()), (Verdict::Modified, Some(6)));
    }
    let crlf = String::from_utf8(made.bytes()).expect("ASCII").replace('\n', "\r\n");
    let report = judge(&[crlf.into_bytes()], &roots, &[]);
    assert_eq!((report.verdict, report.first_bad_seq()), (Verdict::Modified, Some(1)));
    assert_eq!((report.break_count, report.breaks[0].lines), (1, 5));
    let mut late = Made::new(&roots[0], SEGMENT, 2);
    let mut chain = Chain::start(&roots[0], &late.start);
    chain.skip();
    chain.skip();
    late.add(&mut chain, &draft("secret.get", 0));
    let report = judge(&[late.bytes()], &roots, &[]);
    assert_eq!(report.verdict, Verdict::Good, "a clock that goes back is no break");
    assert_eq!((report.clock_back, report.clock_back_at), (1, Some(3)));
}
