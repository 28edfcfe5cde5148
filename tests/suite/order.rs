//! The order of a commit, from a trace of the real binary.
//!
//! What is written is synced before it is renamed, the rename is durable before the state file may say so, and nothing after
//! it needs more space. A change takes four syncs, no more: the new store, the new state, and the two directories.

use std::path::Path;
use std::process::{Command, Stdio};

use super::support::{read_text, write_private};

/// A directory with everything that a command needs.
struct Sandbox {
    home: tempfile::TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        for (name, text) in
            [("old.pass", "an old passphrase"), ("new.pass", "a new one"), ("value", "v")]
        {
            write_private(&home.path().join(name), text.as_bytes());
        }
        Self { home }
    }

    /// Runs the command under strace, and gives back every call that touches a file of the sandbox, in the words below.
    fn trace(&self, arguments: &[&str]) -> Vec<String> {
        let home = self.home.path();
        let log = home.join("trace");
        let status = Command::new("strace")
            .args(["-f", "-qq", "-y", "-s", "0", "-o"])
            .arg(&log)
            .args(["-e", "trace=%file,%desc"])
            .arg(env!("CARGO_BIN_EXE_secrets-admin"))
            .args(["--network", "devnet", "--passphrase-from", "file:old.pass"])
            .args(arguments)
            .env_clear()
            .env("STATE_DIRECTORY", home.join("state"))
            .current_dir(home)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("missing: strace (package strace): {error}"));
        let stderr = String::from_utf8_lossy(&status.stderr);
        assert!(status.status.success(), "{arguments:?}: {stderr}");
        let log = read_text(&log);
        assert!(log.lines().count() > 20, "an empty trace: {log}");
        for line in log.lines().filter(|line| line.contains(" open")) {
            assert!(line.contains("O_CLOEXEC") || line.contains("ENOENT"), "inherited: {line}");
        }
        log.lines().filter_map(|line| step(line, home)).collect()
    }
}

/// One call as `VERB OBJECT`; none for a call that changes nothing.
fn step(line: &str, home: &Path) -> Option<String> {
    let (call, rest) = line.split_once(' ')?.1.trim_start().split_once('(')?;
    if rest.contains(" = -1 ") || !rest.contains(home.to_str()?) && !rest.contains("secrets.bin") {
        return None;
    }
    // The name in a call, else the path that strace writes behind a descriptor.
    let names: Vec<&str> = rest.split('"').skip(1).step_by(2).collect();
    let path =
        rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path);
    let object = |path: &str| object(path, home);
    let quoted = |at: usize| names.get(at).map(|name| object(name));
    match call {
        "openat" if rest.contains("O_CREAT") => {
            assert!(rest.contains("O_EXCL") && rest.contains("0600"), "{line}");
            Some(format!("create {}", quoted(0)?))
        }
        "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" => {
            Some(format!("write {}", object(path?)))
        }
        "pread64" => {
            let object = object(path?);
            object.ends_with("temp").then(|| format!("read back {object}"))
        }
        "fallocate" => Some(format!("reserve {}", object(path?))),
        "fsync" | "fdatasync" => Some(format!("sync {}", object(path?))),
        "rename" | "renameat" | "renameat2" => Some(format!("rename to {}", quoted(1)?)),
        "unlink" | "unlinkat" | "ftruncate" | "truncate" | "link" | "linkat" | "symlinkat" => {
            Some(format!("{call} {}", quoted(0).unwrap_or_default()))
        }
        _ => None,
    }
}

fn object(path: &str, home: &Path) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit('.').next();
    let kind = match name.split_once(".audit.jsonl") {
        Some((_, ".state")) => return "log state".to_owned(),
        Some((_, "")) => return "log".to_owned(),
        Some(_) => "log",
        None if name.contains(".state") || path.ends_with("/state") => "state",
        None => "store",
    };
    if name.ends_with(".strongroom-tmp") {
        format!("{kind} temp")
    } else if Path::new(path) == home || path.ends_with("/state") {
        format!("{kind} directory")
    } else if ending == Some("lock") {
        format!("{kind} lock")
    } else if name == "secrets.bin" || ending == Some("state") {
        kind.to_owned()
    } else {
        path.to_owned()
    }
}

/// One record: the log is durable before the state says so, and the key that the state held before is wiped.
const RECORD: [&str; 5] =
    ["write log", "sync log", "write log state", "sync log state", "write log state"];

/// Every call that changes the disk, from the intent to the end.
const COMMIT: [&[&str]; 5] = [
    &RECORD,
    &[
        "create store temp",
        "reserve store temp",
        "write store temp",
        "sync store temp",
        "read back store temp",
        "create state temp",
        "reserve state temp",
        "write state temp",
        "sync state temp",
        "reserve log",
    ],
    &["rename to store", "sync store directory", "rename to state", "sync state directory"],
    &RECORD,
    &["end"],
];

fn assert_order(command: &str, mut steps: Vec<String>, first: &[&str]) {
    // A read that is cut in two, or that looks for more behind the end, is one reading.
    steps.dedup();
    steps.push("end".to_owned());
    let expected: Vec<&str> = first.iter().copied().chain(COMMIT.concat()).collect();
    assert_eq!(steps, expected, "{command}");
    let syncs = steps.iter().filter(|step| step.starts_with("sync ")).count();
    let before = first.iter().filter(|step| step.starts_with("sync ")).count();
    assert_eq!(syncs - before, 4 + 4, "{command}");
}

#[test]
fn a_commit_is_written_synced_renamed_and_remembered_in_this_order() {
    let sandbox = Sandbox::new();
    // The first command makes the state directory too.
    let init = sandbox.trace(&["init", "secrets.bin"]);
    let first = [
        "sync store directory",
        "create store lock",
        "create log lock",
        "create log",
        "write log",
        "sync log",
        "sync store directory",
        "create log state",
        "ftruncate ",
        "write log state",
        "sync log state",
        "sync store directory",
    ];
    assert_order("init", init, &first);
    let set = ["set", "secrets.bin", "a", "--from", "file:value"];
    assert_order("set, new", sandbox.trace(&set), &[]);
    assert_order("set, existing", sandbox.trace(&set), &[]);
    let rotate = sandbox.trace(&["data-key", "rotate", "secrets.bin"]);
    assert_order("data-key rotate", rotate, &[]);
    let change = ["passphrase", "change", "secrets.bin", "--new-passphrase-from", "file:new.pass"];
    assert_order("passphrase change", sandbox.trace(&change), &[]);
}

#[test]
fn a_read_writes_one_record_and_a_look_nothing() {
    let sandbox = Sandbox::new();
    sandbox.trace(&["init", "secrets.bin"]);
    sandbox.trace(&["set", "secrets.bin", "a", "--from", "file:value"]);
    for read in [&["get", "secrets.bin", "a"][..], &["list", "secrets.bin"]] {
        assert_eq!(sandbox.trace(read), RECORD, "{read:?}");
    }
    for look in [
        &["verify", "secrets.bin"][..],
        &["info", "secrets.bin"],
        &["check", "secrets.bin"],
        &["set", "secrets.bin", "a", "--from", "file:value", "--dry-run"],
    ] {
        assert_eq!(sandbox.trace(look), Vec::<String>::new(), "{look:?}");
    }
}
