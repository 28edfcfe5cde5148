//! Many processes write one log at the same time.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use strongroom::audit::{AuditError, Draft, Log, Phase, Setting, Verdict};
use strongroom::fs::{HostDirectory, Trust};

use super::loss::setting;
use super::{NOW, judge, origin, root};

const WRITERS: u64 = 32;
/// Openings of each writer, with two records each.
const TURNS: u64 = 6;
/// Tells a writer where the log is, and which one it is.
const PLACE: &str = "STRONGROOM_SUITE_WRITER";

fn open(directory: &Path) -> Result<Log, AuditError> {
    let trust = Trust::of_process();
    let opened = HostDirectory::open(directory, trust.caller, trust).expect("a directory");
    let owner = strongroom::fs::directory::Ownership { uid: trust.caller, mode: 0o600 };
    let setting = Setting { owner, lock_timeout: Duration::from_mins(2), ..setting() };
    Log::open(Box::new(opened), &directory.join("log"), setting, origin(), NOW, &|| None)
}

/// Not a test: what each of the processes does. Every turn opens the log anew, as a command would.
#[test]
#[ignore = "one of many writers: started by the test below, does nothing when run by hand"]
#[expect(clippy::disallowed_methods, reason = "the test that starts it says where the log is")]
fn one_writer() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let (number, directory) = place.split_once(':').expect("a number and a directory");
    let number: u64 = number.parse().expect("a number");
    for turn in 0..TURNS {
        let mut log = open(Path::new(directory)).expect("a turn");
        let event = format!("writer.{number}");
        let corr = (number << 32 | turn).to_le_bytes();
        for phase in [Phase::Intent, Phase::Done] {
            log.append(&Draft::new(&event, phase, corr, NOW + turn)).expect("appended");
        }
        // One of them rotates meanwhile.
        if number == 0 && turn % 3 == 2 {
            log.rotate(&Draft::new("", Phase::Done, corr, NOW)).expect("rotated");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "reads what was written")]
fn thirty_two_processes_write_one_log_and_no_record_is_lost() {
    let scratch = tempfile::tempdir().expect("a directory");
    let mut log = open(scratch.path()).expect("a new log");
    let first = Draft::new("", Phase::Done, [0; 8], NOW);
    log.start_segment(&root(7), [9; 16], [8; 16], &first).expect("a segment");
    drop(log);
    let suite = std::env::current_exe().expect("this program");
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            Command::new(&suite)
                .args(["--ignored", "--exact", "audit::processes::one_writer"])
                .env(PLACE, format!("{number}:{}", scratch.path().display()))
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .expect("a process")
        })
        .collect();
    for writer in writers {
        let ended = writer.wait_with_output().expect("an end");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    }

    let mut names: Vec<_> = std::fs::read_dir(scratch.path())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter(|name| name.starts_with("log.0"))
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "the rotations");
    names.push("log".to_owned());
    let files: Vec<Vec<u8>> = names
        .iter()
        .map(|name| std::fs::read(scratch.path().join(name)).expect("a file"))
        .collect();
    let report = judge(&files, &[root(7)], &[]);
    assert_eq!((report.verdict, report.break_count), (Verdict::Good, 0));
    // The segment, two records a turn, and two for each rotation.
    assert_eq!(report.records, 1 + WRITERS * TURNS * 2 + 4);
    let text = String::from_utf8(files.concat()).expect("ASCII");
    for number in 0..WRITERS {
        let event = format!("\"event\":\"writer.{number}\"");
        assert_eq!(text.matches(&event).count() as u64, TURNS * 2, "{event}");
    }
    // What one writes in a turn stands together: nobody comes between an intent and its outcome.
    let ours: Vec<&str> = text.lines().filter(|line| line.contains("\"writer.")).collect();
    let corr = |line: &str| line.split("\"corr\":").nth(1).expect("an id")[..18].to_owned();
    assert!(ours.chunks(2).all(|pair| corr(pair[0]) == corr(pair[1])));
}
