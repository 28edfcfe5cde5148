//! Doors of the tests to the file system and to a terminal.

pub mod disk;
pub mod pty;

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
