//! Golden logs, and the independent verifier that must say the same of them as we do.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use strongroom::audit::verify::{Verdict, Witness};
use strongroom::audit::{Draft, Phase};
use strongroom::kind::Kind;
use strongroom::secret::DerivedKey;
use strongroom::store::header::AuditHead;

use super::loss::{files, open};
use super::{LOG_ID, Made, SEGMENT, draft, judge, root};
use crate::support::disk::{Disk, Fault, Machine, Place};
use crate::support::{repository, updating_generated, vector, vector_json, write};

/// What stands in `tests/vectors/audit-v1`: name and content.
fn golden() -> Vec<(String, Vec<u8>)> {
    let machine = Machine::boot(Disk::default(), Fault::None);
    let mut log = open(&machine).expect("a log");
    let digest = [0x55; 32];
    let intent = Draft {
        phase: Phase::Intent,
        object_version: Some(3),
        digest: Some(&digest),
        reason: Some("quarterly \"rotation\" \\ \u{e9}\u{1f511}\n"),
        ..draft("secret.set", 41)
    };
    log.append(&intent).expect("appended");
    log.append(&Draft { generation: Some(42), ..intent }).expect("appended");
    let denied = Draft {
        phase: Phase::Denied,
        object: None,
        generation: None,
        exit: Some(Kind::WrongPassphrase),
        ..draft("secret.get", 1)
    };
    log.append(&denied).expect("appended");
    log.rotate(&draft("", 5)).expect("rotated");
    log.append(&draft("secret.list", 6)).expect("appended");
    log.start_segment(
        &root(8),
        [0x66; 16],
        LOG_ID,
        &Draft { reason: Some("new audit root"), ..draft("", 7) },
    )
    .expect("a segment");
    log.append(&draft("secret.get", u64::from(u32::MAX) << 20)).expect("appended");
    drop(log);
    let disk = machine.disk();
    let mut golden: Vec<(String, Vec<u8>)> = files(&disk)
        .into_iter()
        .enumerate()
        .map(|(at, file)| (format!("{}.jsonl", at + 1), file))
        .collect();
    let state = disk.content(Place::Stores, "log.state").expect("a state");
    golden.push(("log.state".to_owned(), state.to_vec()));
    golden
}

fn roots() -> [DerivedKey; 2] {
    [root(7), root(8)]
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

#[test]
fn golden_logs_are_written_and_verified_as_they_were() {
    let golden = golden();
    let logs: Vec<Vec<u8>> = golden[..2].iter().map(|(_, file)| file.clone()).collect();
    let report = judge(&logs, &roots(), &[]);
    assert_eq!((report.verdict, report.records, report.segments), (Verdict::Good, 9, 2));
    let manifest = json!({
        "roots": roots().iter().map(|root| hex(root.expose())).collect::<Vec<_>>(),
        "files": ["1.jsonl", "2.jsonl"],
        "records": report.records,
        "head": { "seq": report.head.seq, "mac": hex(&report.head.mac) },
    });
    let text = serde_json::to_string_pretty(&manifest).expect("JSON") + "\n";
    if updating_generated() {
        for (name, content) in &golden {
            write(&repository("tests/vectors/audit-v1").join(name), content);
        }
        write(&repository("tests/vectors/audit-v1/MANIFEST.json"), text.as_bytes());
    }
    for (name, content) in &golden {
        assert_eq!(&vector(&format!("audit-v1/{name}")), content, "{name}");
    }
    assert_eq!(vector_json("audit-v1/MANIFEST.json"), manifest);
}

/// What the verifier in Python says.
fn in_python(files: &[Vec<u8>], roots: &[DerivedKey], known: &[AuditHead]) -> Value {
    let scratch = tempfile::tempdir().expect("a directory");
    let mut command = Command::new("python3");
    command.arg(repository("tests/readers/read_audit.py"));
    for root in roots {
        command.args(["--root", &hex(root.expose())]);
    }
    for head in known {
        command.args(["--known", &format!("{}:{}", head.seq, hex(&head.mac))]);
    }
    for (at, file) in files.iter().enumerate() {
        let path = scratch.path().join(format!("{at}"));
        write(&path, file);
        command.arg(Path::new(&path));
    }
    let output = command.output().expect("python3");
    let text = String::from_utf8(output.stdout).expect("text");
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn ours(files: &[Vec<u8>], roots: &[DerivedKey], known: &[AuditHead]) -> Value {
    let known: Vec<_> = known.iter().map(|head| (Witness::Store, *head)).collect();
    let report = judge(files, roots, &known);
    json!({
        "verdict": report.verdict.name(),
        "records": report.records,
        "first_bad_seq": report.first_bad_seq(),
    })
}

#[test]
fn an_independent_verifier_agrees_about_the_golden_logs() {
    let logs = [vector("audit-v1/1.jsonl"), vector("audit-v1/2.jsonl")];
    let manifest = vector_json("audit-v1/MANIFEST.json");
    let answer = in_python(&logs, &roots(), &[]);
    assert_eq!(answer["verdict"], "good");
    assert_eq!(answer["records"], manifest["records"]);
    for (logs, roots) in [
        (&logs[..], &roots()[..]),
        (&logs[1..], &roots()[..]),
        (&logs[..1], &roots()[..]),
        (&logs[..], &[][..]),
        (&logs[..], &[root(9)][..]),
    ] {
        assert_eq!(in_python(logs, roots, &[]), ours(logs, roots, &[]));
    }
}

#[test]
fn an_independent_verifier_agrees_about_damaged_logs() {
    let roots = [root(7)];
    for round in 0..24_u64 {
        let made = Made::new(&roots[0], SEGMENT, 5 + round);
        let known = [*made.heads.last().expect("lines")];
        let at = usize::try_from(round).expect("small") % made.lines.len();
        let mut lines = made.lines.clone();
        match round % 6 {
            0 => {}
            1 => drop(lines.remove(at)),
            2 => lines.truncate(at),
            3 => lines.insert(at, made.lines[at].clone()),
            4 => {
                let text = String::from_utf8(lines[at].clone()).expect("ASCII");
                lines[at] = text.replace("jdoe", "root").into_bytes();
            }
            _ => lines.push(made.lines[0][..40].to_vec()),
        }
        let logs = [lines.concat()];
        assert_eq!(in_python(&logs, &roots, &known), ours(&logs, &roots, &known), "{round}");
    }
}
