//! A log on a real file system.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::Mode;
use strongroom::audit::verify::Verdict;
use strongroom::audit::{
    Actor, AuditError, Draft, Finding, Log, NeedsSegment, Recovered, Setting, actor,
};
use strongroom::fs::directory::Ownership;
use strongroom::fs::{FsError, Place, Trust};
use strongroom::kind::Kind;

use super::loss::setting;
use super::{LOG_ID, NOW, SEGMENT, draft, judge, origin, root};
use crate::support::read_text;

const LOG: &str = "secrets.bin.audit.jsonl";

fn open(directory: &Path, setting: Setting) -> Result<Log, AuditError> {
    let path = directory.join(LOG);
    let trust = Trust::of_process();
    let (directory, _) = Place::resolve(&path, trust)?.into_parts();
    let setting = Setting {
        owner: Ownership { uid: trust.caller, mode: 0o600 },
        lock_timeout: Duration::from_mins(1),
        ..setting
    };
    let mut log = Log::open(Box::new(directory), &path, setting, origin(), NOW, &|| None)?;
    if log.needs_segment().is_some() {
        log.start_segment(&root(7), SEGMENT, LOG_ID, &draft("", 0))?;
    }
    Ok(log)
}

fn mode(path: &Path) -> u32 {
    rustix::fs::stat(path).expect("a file").st_mode & 0o7777
}

fn content(directory: &Path) -> Vec<u8> {
    read_text(&directory.join(LOG)).into_bytes()
}

#[test]
fn all_files_are_born_closed_and_a_widened_one_is_reported() {
    let scratch = tempfile::tempdir().expect("a directory");
    let mut log = open(scratch.path(), setting()).expect("a log");
    log.append(&draft("secret.get", 1)).expect("appended");
    log.reserve_outcome().expect("room");
    let archive = log.rotate(&draft("", 2)).expect("rotated");
    assert_eq!(log.findings(), []);
    drop(log);
    let state = format!("{LOG}.state");
    for name in [LOG, &state, &format!("{LOG}.lock"), archive.to_str().expect("ASCII")] {
        assert_eq!(mode(&scratch.path().join(name)), 0o600, "{name}");
    }
    for name in [LOG, &state] {
        let path = scratch.path().join(name);
        rustix::fs::chmod(&path, Mode::from_raw_mode(0o640)).expect("widened");
        let log = open(scratch.path(), setting()).expect("a log");
        let widened = Finding::ModeWidened { file: path.clone(), mode: 0o640 };
        assert_eq!(log.findings(), [widened]);
        rustix::fs::chmod(&path, Mode::from_raw_mode(0o600)).expect("closed again");
    }
    assert_eq!(
        judge(
            &[read_text(&scratch.path().join(archive)).into_bytes(), content(scratch.path())],
            &[root(7)],
            &[]
        )
        .verdict,
        Verdict::Good
    );
    // The new file can be verified without the old one, and says so.
    let alone = judge(&[content(scratch.path())], &[root(7)], &[]);
    assert_eq!((alone.verdict, alone.first_seq), (Verdict::Good, 4));
}

#[test]
fn traps_are_refused() {
    let scratch = tempfile::tempdir().expect("a directory");
    drop(open(scratch.path(), setting()).expect("a log"));
    let (log, state) = (scratch.path().join(LOG), scratch.path().join(format!("{LOG}.state")));
    for path in [&log, &state] {
        let moved = path.with_extension("moved");
        rustix::fs::rename(path, &moved).expect("moved");
        rustix::fs::symlink(&moved, path).expect("a link");
        let error = open(scratch.path(), setting()).err().expect("refused");
        assert!(matches!(error, AuditError::Fs(FsError::Symlink(_))), "{error}");
        rustix::fs::unlink(path).expect("unlinked");
        rustix::fs::rename(&moved, path).expect("moved back");
    }
    let second = scratch.path().join("second");
    rustix::fs::link(&log, &second).expect("a second name");
    let error = open(scratch.path(), setting()).err().expect("refused");
    assert!(matches!(error, AuditError::Fs(FsError::HardLinks { .. })), "{error}");
    rustix::fs::unlink(&second).expect("unlinked");
    assert!(open(scratch.path(), setting()).is_ok());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]
fn writers_take_turns() {
    const WRITERS: u64 = 8;
    const RECORDS: u64 = 20;
    let scratch = tempfile::tempdir().expect("a directory");
    drop(open(scratch.path(), setting()).expect("a log"));
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let path = scratch.path();
            scope.spawn(move || {
                for number in 0..RECORDS {
                    let mut log = open(path, setting()).expect("a log");
                    log.append(&draft("secret.get", writer * RECORDS + number)).expect("appended");
                }
            });
        }
    });
    let report = judge(&[content(scratch.path())], &[root(7)], &[]);
    assert_eq!((report.verdict, report.records), (Verdict::Good, WRITERS * RECORDS + 1));
}

#[test]
fn without_a_key_nothing_is_recorded() {
    let scratch = tempfile::tempdir().expect("a directory");
    let path = scratch.path().join(LOG);
    let trust = Trust::of_process();
    let unlocked = |setting: Setting| {
        let (directory, _) = Place::resolve(&path, trust).expect("a place").into_parts();
        let setting = Setting { owner: Ownership { uid: trust.caller, mode: 0o600 }, ..setting };
        Log::open(Box::new(directory), &path, setting, origin(), NOW, &|| None)
    };
    let mut log = unlocked(setting()).expect("opened");
    assert_eq!(log.needs_segment(), Some(NeedsSegment::NewLog));
    let error = log.append(&draft("secret.get", 1)).expect_err("no key");
    assert!(matches!(error, AuditError::NoKey { why: NeedsSegment::NewLog, .. }));
    assert_eq!(error.kind(), Kind::Audit);
    assert!(log.reserve_outcome().is_err());
    drop(log);
    assert!(!path.exists());
    drop(open(scratch.path(), setting()).expect("a log"));
    // A refusal needs no passphrase once there is a state, and the state is of no use on another host.
    unlocked(setting()).expect("opened").append(&draft("secret.get", 2)).expect("appended");
    let elsewhere = Setting { machine: [2; 16], ..setting() };
    let log = unlocked(elsewhere).expect("opened");
    assert_eq!(log.needs_segment(), Some(NeedsSegment::OtherMachine));
    drop(log);
    let log = open(scratch.path(), elsewhere).expect("a new segment");
    assert_eq!(log.head().map(|head| head.seq), Some(3));
    assert!(log.is_under(&root(7)) && !log.is_under(&root(8)));
}

#[test]
fn an_intent_without_an_outcome_is_handed_to_the_next_command() {
    let scratch = tempfile::tempdir().expect("a directory");
    let mut log = open(scratch.path(), setting()).expect("a log");
    let intent = Draft { phase: strongroom::audit::Phase::Intent, ..draft("secret.set", 4) };
    let head = log.append(&intent).expect("appended");
    assert_eq!(log.unfinished(), None);
    drop(log);
    let mut log = open(scratch.path(), Setting { head: Some(head), ..setting() }).expect("a log");
    let unfinished = log.unfinished().expect("an intent").clone();
    assert_eq!((unfinished.head, unfinished.event.as_str()), (head, "secret.set"));
    assert_eq!((unfinished.corr, unfinished.generation), (4_u64.to_le_bytes(), Some(4)));
    log.close_unfinished(Recovered::Committed(Some(5)), NOW).expect("appended");
    assert_eq!(log.unfinished(), None);
    assert_eq!(log.close_unfinished(Recovered::NotCommitted, NOW).expect("nothing to do"), None);
    drop(log);
    assert_eq!(open(scratch.path(), setting()).expect("a log").unfinished(), None);
    let text = String::from_utf8(content(scratch.path())).expect("ASCII");
    let last = text.lines().last().expect("lines");
    for part in
        ["\"secret.set\",\"phase\":\"done\"", "\"generation\":5", "\"reason\":\"recovered\""]
    {
        assert!(last.contains(part), "{last}");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test writes its own files")]
#[test]
fn a_segment_whose_key_never_reached_the_state_is_set_aside() {
    let scratch = tempfile::tempdir().expect("a directory");
    let mut log = open(scratch.path(), setting()).expect("a log");
    log.append(&draft("secret.get", 1)).expect("appended");
    let state = scratch.path().join(format!("{LOG}.state"));
    let before = std::fs::read(&state).expect("a state");
    log.start_segment(&root(8), [9; 16], LOG_ID, &draft("", 2)).expect("begun");
    drop(log);
    // The command was killed between the first record of the segment and the state.
    std::fs::write(&state, before).expect("put back");
    let mut log = open(scratch.path(), setting()).expect("no alarm");
    assert!(log.is_under(&root(7)), "the old segment goes on");
    log.append(&draft("secret.get", 3)).expect("appended");
    log.start_segment(&root(8), [10; 16], LOG_ID, &draft("", 4)).expect("begun again");
    drop(log);
    let torn = scratch.path().join(format!("{LOG}.torn"));
    assert!(read_text(&torn).contains("audit.segment"), "nothing is dropped");
    let report = judge(&[content(scratch.path())], &[root(7), root(8)], &[]);
    assert_eq!(report.verdict, Verdict::Good);
    // One that is not the last is no accident.
    let text = String::from_utf8(content(scratch.path())).expect("ASCII");
    let lines: Vec<&str> = text.lines().collect();
    let log = scratch.path().join(LOG);
    let segment = read_text(&torn);
    std::fs::write(&log, [&text, &segment, &format!("{}\n", lines[1])[..]].concat())
        .expect("written");
    assert!(matches!(open(scratch.path(), setting()), Err(AuditError::Modified { .. })));
}

#[test]
fn this_process_is_named_in_its_records() {
    let actor = Actor::of_process();
    assert_eq!(actor.uid, rustix::process::geteuid().as_raw());
    assert_ne!(actor::machine(), [0; 16]);
}

#[test]
#[ignore = "a measurement: cargo nextest run --release --run-ignored only speed_of_group_append --no-capture"]
#[expect(clippy::print_stdout, reason = "the answer of a measurement")]
fn speed_of_group_append_and_verification() {
    let scratch = tempfile::tempdir().expect("a directory");
    let mut log = open(scratch.path(), setting()).expect("a log");
    let batch: Vec<_> = (0..1000).map(|number| draft("secret.get", number)).collect();
    let start = Instant::now();
    for _ in 0..200 {
        log.append_all(&batch).expect("appended");
    }
    println!("append {:.0} events/s", 200_000.0 / start.elapsed().as_secs_f64());
    let bytes = content(scratch.path());
    let start = Instant::now();
    let report = judge(std::slice::from_ref(&bytes), &[root(7)], &[]);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(report.verdict, Verdict::Good);
    println!("verify {:.0} events/s, {} bytes a line", 200_001.0 / seconds, bytes.len() / 200_001);
}
