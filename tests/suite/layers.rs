//! The shape of the source: which way dependencies point, and what every file has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::support::{read_text, repository};

/// What each module may use, from the bottom up. A module not listed here has no place yet.
const LAYERS: &[(&str, &[&str])] = &[
    // Primitives and words.
    ("memory", &[]),
    ("clock", &[]),
    ("kind", &[]),
    ("text", &[]),
    ("parallel", &[]),
    ("cbor", &[]),
    ("secret", &["memory", "text"]),
    ("crypto", &["memory", "parallel", "secret"]),
    // The domain: names and states, no bytes, no files.
    ("name", &["kind"]),
    ("network", &["crypto"]),
    ("passphrase", &["crypto", "kind", "network", "secret"]),
    // Formats: bytes and types, no files.
    ("kaspa", &[]),
    ("keyring", &["cbor", "clock", "crypto", "kaspa", "kind", "network", "secret"]),
    ("rotation", &["cbor", "clock", "crypto", "keyring", "kind", "name", "network", "secret"]),
    ("isec", &["crypto", "kind", "memory", "passphrase", "secret"]),
    (
        "store",
        &[
            "cbor",
            "clock",
            "crypto",
            "keyring",
            "kind",
            "memory",
            "name",
            "network",
            "parallel",
            "passphrase",
            "secret",
        ],
    ),
    (
        "backup",
        &[
            "cbor",
            "clock",
            "crypto",
            "kind",
            "memory",
            "network",
            "parallel",
            "passphrase",
            "secret",
            "store",
            "text",
        ],
    ),
    // The world: files, the configuration, the environment.
    ("fs", &["kind", "memory", "text"]),
    (
        "config",
        &[
            "clock",
            "crypto",
            "kaspa",
            "keyring",
            "kind",
            "name",
            "network",
            "passphrase",
            "rotation",
            "text",
        ],
    ),
    ("environment", &["network", "secret"]),
    // What was done, and by whom.
    (
        "audit",
        &["crypto", "environment", "fs", "kind", "memory", "network", "secret", "store", "text"],
    ),
    // Verbs.
    (
        "ops",
        &[
            "audit",
            "backup",
            "cbor",
            "clock",
            "config",
            "crypto",
            "environment",
            "fs",
            "isec",
            "keyring",
            "kind",
            "memory",
            "name",
            "network",
            "parallel",
            "passphrase",
            "rotation",
            "secret",
            "store",
            "text",
        ],
    ),
    // What a service links.
    (
        "backend",
        &[
            "clock",
            "crypto",
            "environment",
            "fs",
            "isec",
            "kind",
            "memory",
            "name",
            "network",
            "ops",
            "passphrase",
            "secret",
            "store",
            "text",
        ],
    ),
    // The command line.
    (
        "cli",
        &[
            "audit",
            "backup",
            "clock",
            "config",
            "crypto",
            "environment",
            "fs",
            "isec",
            "keyring",
            "kind",
            "memory",
            "name",
            "network",
            "ops",
            "passphrase",
            "rotation",
            "secret",
            "store",
            "text",
        ],
    ),
];

struct Source {
    /// Relative to the repository.
    path: String,
    /// Without its unit tests.
    text: String,
    whole: String,
}

impl Source {
    /// `["fs", "host"]` for `src/fs/host.rs`.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.trim_end_matches("/mod").split('/').collect()
    }

    /// The code without comments.
    fn code(&self) -> String {
        let lines = self.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Top-level modules that the code names, by `crate::` or by climbing with `super::`.
    fn uses(&self) -> BTreeSet<String> {
        let code = self.code();
        let climb = "super::".repeat(self.module().len());
        let mut found = BTreeSet::new();
        for root in ["crate::", &climb] {
            for (at, _) in code.match_indices(root) {
                // A longer climb, or a path that goes on from another crate.
                let before = &code[..at];
                if before.ends_with("super::") || before.ends_with(['$', ':']) {
                    continue;
                }
                let rest = &code[at + root.len()..];
                match rest.strip_prefix('{') {
                    Some(group) => {
                        let group = group.split('}').next().unwrap_or_default();
                        found.extend(group.split(',').map(|item| first_word(item.trim())));
                    }
                    None => drop(found.insert(first_word(rest))),
                }
            }
        }
        found.remove("");
        found
    }
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&repository("src"), &mut found);
    assert!(found.len() > 50);
    found
}

fn walk(directory: &Path, found: &mut Vec<Source>) {
    for entry in directory.read_dir().expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let whole = read_text(&path);
            let text = whole.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let path = path.strip_prefix(repository("")).expect("inside").display().to_string();
            found.push(Source { path, text: text.to_owned(), whole });
        }
    }
}

#[test]
fn every_arrow_points_down() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    for (at, (module, below)) in LAYERS.iter().enumerate() {
        for used in *below {
            let lower = LAYERS[..at].iter().any(|(lower, _)| lower == used);
            assert!(lower, "the table lets {module} use {used}, which is not below it");
        }
    }
    let mut wrong = Vec::new();
    for source in sources() {
        let module = source.module()[0].to_owned();
        if module == "lib" {
            continue;
        }
        let uses = source.uses();
        if module == "bin" {
            let others = source.code().replace("strongroom::cli", "");
            if !uses.is_empty() || others.contains("strongroom::") {
                wrong.push(format!("{}: a binary uses more than the command line", source.path));
            }
            continue;
        }
        match layers.get(module.as_str()) {
            None => wrong.push(format!("{}: {module} has no place in the table", source.path)),
            Some(below) => wrong.extend(
                uses.iter()
                    .filter(|used| **used != module && !below.contains(&used.as_str()))
                    .map(|used| format!("{}: {module} uses {used}", source.path)),
            ),
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_wrong_arrow_would_be_found() {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
        whole: text.to_owned(),
    };
    for (path, text, uses) in [
        ("src/fs/host.rs", "use crate::ops::Desk;", "ops"),
        ("src/fs/host.rs", "fn f() { crate::cli::main(); }", "cli"),
        ("src/fs/host.rs", "use crate::{kind::Kind,\n    ops};", "ops"),
        ("src/fs/host.rs", "use super::super::ops;", "ops"),
        ("src/fs/mod.rs", "use super::ops;", "ops"),
        ("src/fs.rs", "pub(in crate::ops) fn f() {}", "ops"),
    ] {
        assert!(source(path, text).uses().contains(uses), "{text}");
    }
    for (path, text) in [
        ("src/fs/host.rs", "use super::ops;"),
        ("src/fs/host.rs", "// crate::ops would be wrong here"),
        ("src/fs/host.rs", "use other::crate::ops;"),
    ] {
        assert_eq!(source(path, text).uses(), BTreeSet::new(), "{text}");
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the median is worth seeing")]
fn files_say_what_they_are_and_stay_short() {
    let mut lengths = Vec::new();
    for source in sources() {
        assert!(source.whole.starts_with("//! "), "{} has no module doc", source.path);
        let lines = source.text.lines().count();
        assert!(lines <= 500, "{} has {lines} lines before its tests", source.path);
        lengths.push(source.whole.lines().count());
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    println!("{} files, median {median} lines, longest {:?}", lengths.len(), lengths.last());
    assert!((60..=200).contains(&median), "the median file has {median} lines");
}

#[test]
fn every_file_of_the_suite_is_registered() {
    let main = read_text(&repository("tests/suite/main.rs"));
    for entry in repository("tests/suite").read_dir().expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_str().expect("UTF-8").to_owned();
        assert!(name == "main" || main.contains(&format!("mod {name};")), "{name} never runs");
        let file = if path.is_dir() { path.join("mod.rs") } else { path };
        assert!(read_text(&file).starts_with("//! "), "{} has no module doc", file.display());
    }
}

#[test]
fn every_label_has_one_home() {
    let sources = sources();
    let table = sources.iter().find(|s| s.path == "src/crypto/labels.rs").expect("the table");
    let labels: Vec<String> = table
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("pub const "))
        .map(first_word)
        .filter(|name| name != "ALL")
        .collect();
    assert_eq!(labels.len(), strongroom::crypto::labels::ALL.len());
    for label in &labels {
        let users: Vec<&str> = sources
            .iter()
            .filter(|s| s.path != table.path)
            .filter(|s| {
                let code = s.code();
                let mut uses =
                    code.match_indices("labels::").map(|(at, m)| first_word(&code[at + m.len()..]));
                uses.any(|used| used == *label)
            })
            .map(|s| s.path.as_str())
            .collect();
        assert_eq!(users.len(), 1, "{label} is used in {users:?}");
    }
    for source in sources.iter().filter(|s| s.path != table.path) {
        assert!(
            !source.code().contains("b\"strongroom/"),
            "a label outside the table: {}",
            source.path
        );
    }
}
