//! The independent reader (P16): `tests/readers/read_archive.py` opens what we write and refuses what we refuse.

use std::process::Command;

use serde_json::Value;

use super::vectors::{Expect, all};
use super::{PASSPHRASE, open};
use crate::store_format::forge::credentials;
use crate::support::{repository, write};

#[test]
fn an_independent_reader_agrees_on_every_vector() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let secret = scratch.path().join("passphrase");
    write(&secret, PASSPHRASE.as_bytes());
    let vectors = all();
    let paths = vectors.iter().enumerate().map(|(number, vector)| {
        let path = scratch.path().join(format!("{number}.archive"));
        write(&path, &vector.bytes);
        path
    });
    let output = Command::new("python3")
        .arg(repository("tests/readers/read_archive.py"))
        .arg("--all")
        .arg(&secret)
        .args(paths)
        .output()
        .expect("python3 is needed, with the modules of tests/readers/requirements.txt");
    let text = String::from_utf8(output.stdout).expect("text");
    let answers: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), vectors.len(), "{}", String::from_utf8_lossy(&output.stderr));
    for (vector, answer) in vectors.iter().zip(answers) {
        let name = &vector.name;
        if vector.expect != Expect::Valid {
            assert!(answer["refused"].is_string(), "{name} is accepted: {answer}");
            continue;
        }
        let (header, contents) = open(&vector.bytes);
        let (header, manifest) = (header.expect("opens"), contents.manifest.expect("there"));
        assert_eq!(answer["archive_id"], header.id.to_string(), "{name}");
        assert_eq!(answer["store_id"], header.store.store_id.to_string(), "{name}");
        assert_eq!(answer["generation"], header.store.generation, "{name}");
        assert_eq!(answer["reason"], manifest.reason, "{name}");
        let files: Vec<(String, String)> = manifest
            .files
            .iter()
            .zip(&contents.files)
            .map(|(file, bytes)| {
                let hash = strongroom::crypto::mac::sha256(&[bytes]);
                (file.path.as_str().to_owned(), data_encoding::HEXLOWER.encode(&hash))
            })
            .collect();
        assert_eq!(answer["files"], serde_json::json!(files), "{name}");
    }
}

#[test]
fn any_of_its_slots_opens_an_archive_and_nothing_else_does() {
    let bytes = super::archive(
        9,
        &[PASSPHRASE, "the recovery code"],
        &[("s", strongroom::backup::FileKind::Store, b"content")],
    );
    for passphrase in [PASSPHRASE, "the recovery code"] {
        let (done, contents) = super::open_with(&bytes, &credentials(passphrase, None));
        done.expect("opens");
        assert_eq!(contents.files, [b"content"]);
    }
    for passphrase in ["another", "An archive of its own", " "] {
        let (done, contents) = super::open_with(&bytes, &credentials(passphrase, None));
        let error = done.expect_err("refused");
        assert_eq!(error.kind(), strongroom::kind::Kind::WrongPassphrase);
        assert!(contents.manifest.is_none());
    }
}
