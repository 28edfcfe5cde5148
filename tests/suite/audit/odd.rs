//! Odd input: what the next writer and what a verifier make of it, as `docs/formats/audit-v1.md` says.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use strongroom::audit::verify::Verdict;
use strongroom::audit::{AuditError, Draft, Log, MAX_LINE, Phase, Setting};
use strongroom::fs::directory::Ownership;
use strongroom::fs::{HostDirectory, Trust};

use super::loss::{files, open, setting};
use super::{LOG_ID, NOW, SEGMENT, draft, judge, origin, root};
use crate::support::disk::{Disk, Fault, Machine, Place};

const LOG: &str = "log";

/// A log with three records on a disk that is at rest.
fn three() -> Disk {
    let machine = Machine::boot(Disk::default(), Fault::None);
    let mut log = open(&machine).expect("a log");
    for number in 0..2 {
        log.append(&draft("secret.get", number)).expect("appended");
    }
    drop(log);
    let mut disk = machine.disk();
    disk.settle();
    disk
}

/// What becomes of a log at whose end `bytes` were added.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The next writer sets all of them aside and goes on.
    SetAside,
    /// The next writer refuses, and has changed nothing.
    Refused,
}

#[test]
fn odd_bytes_at_the_end_are_set_aside_or_refused() {
    let long = |len: usize| vec![b'x'; len];
    let true_line =
        files(&three())[0].split_inclusive(|&b| b == b'\n').next_back().unwrap().to_vec();
    let text = String::from_utf8(true_line).expect("ASCII");
    let changed = |from: &str, to: &str| text.replacen(from, to, 1).into_bytes();
    let ended = |mut bytes: Vec<u8>| {
        bytes.push(b'\n');
        bytes
    };
    let table: [(&str, Vec<u8>, Next, Verdict); 11] = [
        ("half a line", b"{\"v\":1,".to_vec(), Next::SetAside, Verdict::TornTail),
        ("zeros", vec![0; 5000], Next::SetAside, Verdict::TornTail),
        ("a line with a NUL", b"{\"v\":1\0}\n".to_vec(), Next::SetAside, Verdict::TornTail),
        ("a line too long", ended(long(MAX_LINE)), Next::SetAside, Verdict::Modified),
        ("no line, and too long", long(3 * MAX_LINE), Next::SetAside, Verdict::Modified),
        ("the longest line", ended(long(MAX_LINE - 1)), Next::Refused, Verdict::Modified),
        ("an empty line", b"\n".to_vec(), Next::Refused, Verdict::Modified),
        ("CR LF", changed("\n", "\r\n"), Next::Refused, Verdict::Modified),
        (
            "an unknown key",
            changed(",\"uid\"", ",\"x\":1,\"uid\""),
            Next::Refused,
            Verdict::Modified,
        ),
        ("a line twice", text.clone().into_bytes(), Next::Refused, Verdict::Missing),
        ("a byte above 7e", b"{\"v\":\xe9}\n".to_vec(), Next::Refused, Verdict::Modified),
    ];
    for (what, bytes, next, verdict) in table {
        let mut disk = three();
        let before = files(&disk).remove(0);
        let odd = [&before[..], &bytes].concat();
        disk.put(Place::Stores, LOG, &odd);
        let report = judge(std::slice::from_ref(&odd), &[root(7)], &[]);
        assert_eq!((report.verdict, report.first_bad_seq()), (verdict, Some(4)), "{what}");
        let machine = Machine::boot(disk, Fault::None);
        let found = match open(&machine) {
            Ok(mut opened) => {
                opened.append(&draft("secret.get", 9)).expect("appended");
                Next::SetAside
            }
            Err(AuditError::Modified { seq: 4, .. }) => Next::Refused,
            Err(error) => panic!("{what}: {error}"),
        };
        assert_eq!(found, next, "{what}");
        let disk = machine.disk();
        let after = files(&disk).remove(0);
        if found == Next::SetAside {
            assert_eq!(disk.content(Place::Stores, "log.torn"), Some(&bytes[..]), "{what}");
            let report = judge(&[after], &[root(7)], &[]);
            assert_eq!((report.verdict, report.records), (Verdict::Good, 5), "{what}");
        } else {
            assert_eq!(after, odd, "{what}");
        }
    }
}

#[test]
fn a_clock_that_goes_back_is_recorded_and_counted() {
    let machine = Machine::boot(three(), Fault::None);
    let mut log = open(&machine).expect("a log");
    for at in [NOW - 1000, 0, u64::MAX, NOW] {
        log.append(&Draft::new("secret.get", Phase::Done, [0; 8], at)).expect("appended");
    }
    drop(log);
    let report = judge(&files(&machine.disk()), &[root(7)], &[]);
    assert_eq!((report.verdict, report.records), (Verdict::Good, 7));
    assert_eq!((report.clock_back, report.clock_back_at), (3, Some(4)));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "damages the log")]
fn a_log_of_a_gibibyte_is_opened_and_appended_to_by_its_end() {
    let scratch = tempfile::tempdir().expect("a directory");
    let trust = Trust::of_process();
    let open = || {
        let directory = HostDirectory::open(scratch.path(), trust.caller, trust).expect("a place");
        let owner = Ownership { uid: trust.caller, mode: 0o600 };
        let setting = Setting { owner, lock_timeout: Duration::from_mins(1), ..setting() };
        let path = Path::new(LOG);
        Log::open(Box::new(directory), path, setting, origin(), NOW, &|| None).expect("a log")
    };
    let mut log = open();
    log.start_segment(&root(7), SEGMENT, LOG_ID, &draft("", 0)).expect("a segment");
    drop(log);
    // A hole stands for a gibibyte of records: whoever read it would need seconds, and find that it is none.
    let path = scratch.path().join(LOG);
    let line = std::fs::read(&path).expect("a line");
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).expect("a file");
    file.seek(SeekFrom::Start(1 << 30)).expect("a hole");
    file.write_all(&[b"\n", &line[..]].concat()).expect("written");
    drop(file);
    std::fs::remove_file(scratch.path().join("log.state")).expect("removed");
    let start = Instant::now();
    let mut log = open();
    log.start_segment(&root(7), [9; 16], LOG_ID, &draft("", 0)).expect("a segment");
    drop(log);
    let mut log = open();
    log.append(&draft("secret.get", 1)).expect("appended");
    assert_eq!(log.head().map(|head| head.seq), Some(3));
    assert!(log.size() > 1 << 30);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
