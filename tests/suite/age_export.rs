//! Exports, opened by the `age` program itself: an operator who has lost this tool has only that.

use std::path::Path;
use std::process::Command;

use strongroom::SecretBytes;
use strongroom::backup::age::{AgeError, ExportFile, Form, Recipient, To, WorkFactor, export};
use strongroom::clock::Timestamp;
use strongroom::crypto::random::SystemRandom;
use strongroom::network::NetworkMode;
use strongroom::passphrase::Passphrase;

use crate::support::program::require;
use crate::support::pty::Session;

const PASS: &str = "tundra mosaic ferret oblong qu\u{e4}int";
const CHUNK: usize = 64 << 10;

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 131) >> 5).to_le_bytes()[0]).collect()
}

fn file(path: &str, mode: u32, bytes: Vec<u8>) -> ExportFile<std::io::Cursor<Vec<u8>>> {
    let size = bytes.len() as u64;
    let modified = Timestamp::from_unix(1_790_000_000);
    ExportFile { path: path.to_owned(), mode, size, modified, content: std::io::Cursor::new(bytes) }
}

/// A new key in a directory: its file, and its recipient.
fn identity(dir: &Path, name: &str) -> (std::path::PathBuf, Recipient) {
    require("age-keygen");
    let path = dir.join(name);
    let made = Command::new("age-keygen").arg("-o").arg(&path).output().expect("age-keygen");
    assert!(made.status.success());
    let shown = Command::new("age-keygen").arg("-y").arg(&path).output().expect("age-keygen");
    let text = String::from_utf8(shown.stdout).expect("UTF-8");
    (path, text.trim().parse().expect("a recipient"))
}

fn to_recipients(recipients: &[Recipient], form: Form, files: Vec<(&str, Vec<u8>)>) -> Vec<u8> {
    let files = files.into_iter().map(|(path, bytes)| file(path, 0o600, bytes));
    export(Vec::new(), files, form, &To::Recipients(recipients), &mut SystemRandom).expect("made")
}

/// What `age -d` gives; nothing when it refuses.
fn age(key: &Path, dir: &Path, sealed: &[u8]) -> Option<Vec<u8>> {
    require("age");
    let path = dir.join("sealed.age");
    crate::support::write(&path, sealed);
    let output = Command::new("age").arg("-d").arg("-i").arg(key).arg(&path).output().expect("age");
    output.status.success().then_some(output.stdout)
}

#[test]
fn age_gives_back_every_byte_at_every_length_around_a_chunk() {
    let dir = tempfile::tempdir().expect("a directory");
    let (key, recipient) = identity(dir.path(), "key");
    for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7] {
        let sealed = to_recipients(&[recipient], Form::File, vec![("x", content(len))]);
        assert_eq!(age(&key, dir.path(), &sealed), Some(content(len)), "{len}");
    }
}

#[test]
fn each_recipient_opens_the_file_and_nobody_else() {
    let dir = tempfile::tempdir().expect("a directory");
    let keys = ["one", "two", "three"].map(|name| identity(dir.path(), name));
    let sealed = to_recipients(&[keys[0].1, keys[1].1], Form::File, vec![("x", content(9))]);
    for (n, (key, _)) in keys.iter().enumerate() {
        assert_eq!(age(key, dir.path(), &sealed), (n < 2).then(|| content(9)), "{n}");
    }
    assert!(matches!(
        export(
            Vec::new(),
            vec![file("x", 0o600, Vec::new())],
            Form::File,
            &To::Recipients(&[]),
            &mut SystemRandom
        ),
        Err(AgeError::NoRecipient)
    ));
}

#[test]
fn a_flipped_bit_and_a_cut_are_refused_by_age() {
    let dir = tempfile::tempdir().expect("a directory");
    let (key, recipient) = identity(dir.path(), "key");
    let sealed = to_recipients(&[recipient], Form::File, vec![("x", content(CHUNK + 100))]);
    let last_chunk = sealed.len() - 116;
    for at in [0, 30, 80, 150, 200, 260, 60_000, last_chunk, sealed.len() - 1] {
        let mut bad = sealed.clone();
        bad[at] ^= 1;
        assert_eq!(age(&key, dir.path(), &bad), None, "flipped at {at}");
    }
    for end in [0, 22, 200, 240, last_chunk, last_chunk + 15, sealed.len() - 1] {
        assert_eq!(age(&key, dir.path(), &sealed[..end]), None, "cut at {end}");
    }
}

#[test]
fn a_passphrase_is_asked_for_by_age_and_opens_the_file() {
    require("age");
    let dir = tempfile::tempdir().expect("a directory");
    let passphrase = Passphrase::new(SecretBytes::copy_from(PASS.as_bytes())).expect("valid");
    let to = To::Passphrase(&passphrase, WorkFactor::of(NetworkMode::Devnet));
    let files = vec![file("secrets.bin", 0o600, content(1000))];
    let sealed = export(Vec::new(), files, Form::File, &to, &mut SystemRandom).expect("made");
    assert!(sealed.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    let (path, out) = (dir.path().join("sealed.age"), dir.path().join("out"));
    crate::support::write(&path, &sealed);
    for (typed, code) in [("wrong", 1), (PASS, 0)] {
        let argv =
            ["age".as_ref(), "-d".as_ref(), "-o".as_ref(), out.as_os_str(), path.as_os_str()];
        let mut session = Session::spawn(&argv, &[]);
        session.expect("Enter passphrase");
        session.send(&format!("{typed}\n"));
        session.expect_exit(code);
        assert_eq!(out.exists(), code == 0);
    }
    assert_eq!(crate::support::read(&out), content(1000));
}

#[test]
fn the_work_factor_of_networks_with_value_is_that_of_age() {
    assert_eq!(NetworkMode::ALL.map(|network| WorkFactor::of(network).log_n()), [18, 18, 12]);
}

/// `age -d FILE | tar x`, by `tar` and by another reader.
#[test]
fn a_tar_gives_names_modes_and_content_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let (key, recipient) = identity(dir.path(), "key");
    let long = format!("{}/{}", ["directory"; 20].join("/"), "n".repeat(150));
    let files = vec![
        ("secrets.bin", 0o600, content(700)),
        ("secrets.bin.audit.jsonl", 0o640, content(512)),
        ("etc/strongroom/config.toml", 0o644, Vec::new()),
        ("etc/schl\u{fc}ssel", 0o4755, content(3)),
        (long.as_str(), 0o600, content(CHUNK * 2)),
        (
            "p/q/rather-long-names-that-fit-a-prefix/but-are-above-one-hundred-bytes-all-together/and-a-last-part-as-well",
            0o600,
            content(5),
        ),
    ];
    let entries = files.iter().map(|(path, mode, bytes)| file(path, *mode, bytes.clone()));
    let to = To::Recipients(&[recipient]);
    let sealed = export(Vec::new(), entries, Form::Tar, &to, &mut SystemRandom).expect("made");
    let plain = age(&key, dir.path(), &sealed).expect("opens");
    assert_eq!(plain.len() % 512, 0);
    let tar = dir.path().join("plain.tar");
    crate::support::write(&tar, &plain);

    let script = "import sys, tarfile, json\n\
        print(json.dumps([[m.name, m.mode, m.size, m.isreg(), m.mtime] for m in tarfile.open(sys.argv[1])]))";
    let output = Command::new("python3").args(["-c", script]).arg(&tar).output().expect("python3");
    let listed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let expected: Vec<_> = files
        .iter()
        .map(|(path, mode, bytes)| {
            serde_json::json!([path, mode & 0o777, bytes.len(), true, 1_790_000_000])
        })
        .collect();
    assert_eq!(listed, serde_json::json!(expected));

    let unpacked = dir.path().join("unpacked");
    std::fs::create_dir(&unpacked).expect("mkdir");
    let done = Command::new("tar").arg("-xpf").arg(&tar).arg("-C").arg(&unpacked).output();
    assert!(done.expect("tar").status.success());
    for (path, _, bytes) in &files {
        assert!(crate::support::read(&unpacked.join(path)) == *bytes, "{path}");
    }
}

#[test]
fn nothing_of_the_plaintext_and_no_passphrase_stands_in_the_file() {
    let passphrase = Passphrase::new(SecretBytes::copy_from(PASS.as_bytes())).expect("valid");
    let to = To::Passphrase(&passphrase, WorkFactor::of(NetworkMode::Devnet));
    let canary = b"quarry lemon satchel bronze widget";
    let make = || {
        let files = vec![file("canary-name", 0o600, canary.repeat(4000))];
        export(Vec::new(), files, Form::Tar, &to, &mut SystemRandom).expect("made")
    };
    let (one, other) = (make(), make());
    for needle in [&canary[..], b"canary-name", PASS.as_bytes(), &[0; 64]] {
        assert!(!one.windows(needle.len()).any(|window| window == needle));
    }
    // No byte of key, salt or nonce is used twice.
    let header = |file: &[u8]| file.iter().take(120).copied().collect::<Vec<_>>();
    assert_ne!(header(&one), header(&other));
    assert!(!one.windows(16).skip(200).take(2000).any(|w| other.windows(16).any(|v| v == w)));
}

#[test]
fn a_failure_says_what_and_leaves_nothing_that_age_opens() {
    let dir = tempfile::tempdir().expect("a directory");
    let (key, recipient) = identity(dir.path(), "key");
    let to = To::Recipients(&[recipient]);
    let (mut grown, mut left) = (file("grown", 0o600, content(200_000)), Vec::new());
    grown.size -= 1;
    let error =
        export(&mut left, vec![grown], Form::Tar, &to, &mut SystemRandom).expect_err("refused");
    assert_eq!(error.to_string(), "grown: the file changed while it was read");
    assert_eq!(age(&key, dir.path(), &left), None);
    let two = || vec![file("a", 0o600, Vec::new()), file("b", 0o600, Vec::new())];
    let error = export(Vec::new(), two(), Form::File, &to, &mut SystemRandom).expect_err("refused");
    assert_eq!(error.to_string(), "an export without tar takes exactly one file, not 2");
    let mut room = [0; 8];
    let error = export(&mut room[..], two(), Form::Tar, &to, &mut SystemRandom);
    assert!(matches!(error, Err(AgeError::Write(_))));
}
