//! Doors of the tests to the file system and to a terminal.

pub mod disk;
pub mod program;
pub mod pty;
pub mod schema;
#[allow(clippy::disallowed_methods, reason = "scratch files of a test")]
pub mod stage;

use std::path::{Path, PathBuf};

/// The path of a file of this repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The bytes of a golden file below `tests/vectors`.
#[expect(clippy::disallowed_methods, reason = "golden files are no secrets and set no traps")]
pub fn vector(path: &str) -> Vec<u8> {
    let path = repository("tests/vectors").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text of a golden file below `tests/vectors`.
pub fn vector_text(path: &str) -> String {
    String::from_utf8(vector(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A golden JSON file below `tests/vectors`.
pub fn vector_json(path: &str) -> serde_json::Value {
    serde_json::from_slice(&vector(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text of a file that a test made or that belongs to the repository.
#[expect(clippy::disallowed_methods, reason = "no secrets, no traps")]
pub fn read_text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bytes of a scratch file.
#[expect(clippy::disallowed_methods, reason = "a scratch file of a test")]
pub fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Writes a scratch file that only its owner may read.
pub fn write_private(path: &Path, bytes: &[u8]) {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR).expect("a new file");
    assert_eq!(rustix::io::write(&file, bytes), Ok(bytes.len()));
}

/// Holds what is checked in against what is generated; `UPDATE_GENERATED=1` rewrites it instead.
#[expect(clippy::disallowed_methods, reason = "asked by whoever changed the generator")]
pub fn assert_generated(path: &str, text: &str) {
    let file = repository(path);
    if std::env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1") {
        return write(&file, text.as_bytes());
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "{path} is stale: run UPDATE_GENERATED=1 cargo test --test suite generated"
    );
}

/// Writes a scratch file.
#[expect(clippy::disallowed_methods, reason = "a scratch file of a test")]
pub fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// The bytes that `text` spells in hexadecimal.
pub fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Whether golden and generated files are to be written anew instead of compared.
#[expect(clippy::disallowed_methods, reason = "a switch of the developer, never of the tool")]
pub fn updating_generated() -> bool {
    std::env::var_os("UPDATE_GENERATED").is_some()
}
