//! Traps: what somebody else could leave where a command will look.
//!
//! Root sets each trap and uid 65534 runs into it, so ownership is real. Every trap is refused with a documented code, soon (a
//! FIFO must not hold the command), and with nothing changed: not the store, not what a link points at.

#![allow(clippy::disallowed_methods, reason = "traps are set with plain calls")]

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, RenameFlags, mknodat, renameat_with};

use crate::support::program::{SECRETS_ADMIN, command, finish, require};

/// Who runs into the traps, and who else might have set them.
const USER: u32 = 65534;
const OTHER: u32 = 65533;

/// No refusal takes longer.
const LIMIT: Duration = Duration::from_secs(5);

const PASS: &str = "canary-traps-passphrase";
const VALUE: &str = "canary-traps-value";

/// Homes of uid 65534 with a store in them, everything as it should be.
struct Yard {
    dir: tempfile::TempDir,
}

/// One of them, for one trap.
struct Home {
    program: PathBuf,
    dir: PathBuf,
}

impl Yard {
    fn new() -> Self {
        assert!(
            rustix::process::geteuid().is_root(),
            "traps are set by root: run the tests as root, or in a container"
        );
        require("setpriv");
        let dir = tempfile::Builder::new().prefix("traps").tempdir().expect("a directory");
        mode(dir.path(), 0o755);
        let yard = Self { dir };
        // Where the build left it, another user may not reach it.
        std::fs::copy(SECRETS_ADMIN, yard.dir.path().join("secrets-admin")).expect("copy");
        let home = yard.bare("first");
        let (code, stderr) = home.run(INIT);
        assert_eq!(code, Some(0), "{stderr}");
        let (code, stderr) = home.run(SET);
        assert_eq!(code, Some(0), "the control: without a trap it works: {stderr}");
        yard
    }

    /// A home without a store.
    fn bare(&self, name: &str) -> Home {
        let home = Home {
            program: self.dir.path().join("secrets-admin"),
            dir: self.dir.path().join(name),
        };
        home.directory("", 0, 0o755);
        home.directory("up", 0, 0o755);
        home.directory("up/home", USER, 0o700);
        home.directory("etc", USER, 0o700);
        home.directory("etc/state", USER, 0o700);
        home.file("etc/pass", PASS, USER, 0o600);
        home.file("etc/value", VALUE, USER, 0o600);
        let state = home.path("etc/state");
        let config = format!("[security]\nstate_dir = \"{}\"\n", state.display());
        home.file("etc/config.toml", &config, USER, 0o600);
        home
    }

    /// A home with a copy of the first one's store and of what is remembered of it.
    fn home(&self, name: &str) -> Home {
        let first = self.dir.path().join("first");
        let home = self.bare(name);
        for directory in ["up/home", "etc/state"] {
            for entry in std::fs::read_dir(first.join(directory)).expect("a directory") {
                let from = entry.expect("an entry").path();
                let name = from.file_name().expect("a name").to_string_lossy().into_owned();
                let name = format!("{directory}/{name}");
                std::fs::copy(&from, home.path(&name)).expect("copy");
                home.own(&name, USER);
            }
        }
        home
    }
}

impl Home {
    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    fn file(&self, name: &str, content: &str, uid: u32, bits: u32) {
        let path = self.path(name);
        std::fs::write(&path, content).expect("write");
        mode(&path, bits);
        chown(&path, Some(uid), Some(uid)).expect("chown");
    }

    fn directory(&self, name: &str, uid: u32, bits: u32) {
        let path = self.path(name);
        std::fs::create_dir_all(&path).expect("mkdir");
        mode(&path, bits);
        chown(&path, Some(uid), Some(uid)).expect("chown");
    }

    fn own(&self, name: &str, uid: u32) {
        chown(self.path(name), Some(uid), Some(uid)).expect("chown");
    }

    fn node(&self, name: &str, kind: FileType, device: u64) {
        let _ = std::fs::remove_file(self.path(name));
        mknodat(CWD, self.path(name), kind, Mode::from_raw_mode(0o600), device).expect("mknod");
        self.own(name, USER);
    }

    /// Moves a file away and leaves a link to it.
    fn link(&self, name: &str) {
        let away = self.path(&format!("{name}-away"));
        std::fs::rename(self.path(name), &away).expect("rename");
        symlink(away, self.path(name)).expect("symlink");
    }

    /// Runs a command as uid 65534 in the directory above its home.
    fn run(&self, line: &str) -> (Option<i32>, String) {
        let user = USER.to_string();
        let program = self.program.display().to_string();
        let mut argv =
            vec!["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups", &program];
        argv.extend(line.split_whitespace());
        let mut command = command(&argv);
        command.current_dir(&self.dir);
        let output = finish(command, LIMIT);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(PASS) && !text.contains(VALUE), "{line}: {text}");
        (output.status.code(), text)
    }

    /// Everything but the audit log: a refusal is recorded there.
    fn snapshot(&self) -> BTreeMap<PathBuf, (u32, u32, u64, u64, Vec<u8>)> {
        let mut found = BTreeMap::new();
        let mut todo = vec![self.dir.clone()];
        while let Some(dir) = todo.pop() {
            for entry in std::fs::read_dir(&dir).expect("a directory") {
                let path = entry.expect("an entry").path();
                if path.to_string_lossy().contains(".audit.jsonl") {
                    continue;
                }
                let facts = std::fs::symlink_metadata(&path).expect("lstat");
                let content =
                    if facts.is_file() { std::fs::read(&path).expect("read") } else { Vec::new() };
                if facts.is_dir() {
                    todo.push(path.clone());
                }
                found
                    .insert(path, (facts.mode(), facts.uid(), facts.nlink(), facts.ino(), content));
            }
        }
        found
    }
}

fn mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(bits)).expect("chmod");
}

const SET: &str = "set up/home/s.bin api --config etc/config.toml --passphrase-from file:etc/pass --from file:etc/value --lock-timeout 1s";
const LIST: &str = "list up/home/s.bin --config etc/config.toml --passphrase-from file:etc/pass";
const INFO: &str = "info up/home/s.bin --config etc/config.toml";
const GET: &str = "get up/home/s.bin api --config etc/config.toml --passphrase-from file:etc/pass --out up/home/out";
const EXPORT: &str = "inventory export up/home/s.bin --config etc/config.toml --out up/home/out";
const INIT: &str =
    "init up/home/s.bin --network devnet --config etc/config.toml --passphrase-from file:etc/pass";
const KEYFILE: &str =
    "list up/home/s.bin --config etc/config.toml --passphrase-from file:etc/pass --keyfile etc/key";

/// A trap: its name, how it is set, what runs into it, the exit code, and a word of the message.
type Trap = (&'static str, fn(&Home), &'static [&'static str], i32, &'static str);

const STORE: &[&str] = &[SET, LIST, INFO];

const TRAPS: &[Trap] = &[
    ("the store is a symbolic link", |h| h.link("up/home/s.bin"), STORE, 21, "symbolic link"),
    (
        "the store is a dangling link",
        |h| {
            h.link("up/home/s.bin");
            std::fs::rename(h.path("up/home/s.bin-away"), h.path("up/home/x")).expect("rename");
        },
        STORE,
        21,
        "symbolic link",
    ),
    (
        "a dangling link where a store is to be made",
        |h| {
            std::fs::rename(h.path("up/home/s.bin"), h.path("up/home/x")).expect("rename");
            symlink(h.path("up/home/made"), h.path("up/home/s.bin")).expect("symlink");
        },
        &[INIT],
        15,
        "refusing to overwrite",
    ),
    (
        "the store has a second name",
        |h| std::fs::hard_link(h.path("up/home/s.bin"), h.path("up/home/x")).expect("link"),
        STORE,
        21,
        "hard links",
    ),
    ("the store is a FIFO", |h| h.node("up/home/s.bin", FileType::Fifo, 0), STORE, 21, "regular"),
    (
        "the store is a device",
        |h| h.node("up/home/s.bin", FileType::CharacterDevice, rustix::fs::makedev(1, 3)),
        STORE,
        21,
        "regular",
    ),
    (
        "the store is an endless device",
        |h| h.node("up/home/s.bin", FileType::CharacterDevice, rustix::fs::makedev(1, 5)),
        STORE,
        21,
        "regular",
    ),
    (
        "the store is a directory",
        |h| {
            std::fs::remove_file(h.path("up/home/s.bin")).expect("rm");
            h.directory("up/home/s.bin", USER, 0o700);
        },
        STORE,
        21,
        "regular",
    ),
    (
        "the store is a socket",
        |h| {
            std::fs::remove_file(h.path("up/home/s.bin")).expect("rm");
            drop(UnixListener::bind(h.path("up/home/s.bin")).expect("bind"));
            h.own("up/home/s.bin", USER);
        },
        STORE,
        21,
        "",
    ),
    ("the store is somebody else's", |h| h.own("up/home/s.bin", OTHER), STORE, 21, ""),
    (
        "the store is somebody else's and open to us",
        |h| {
            h.own("up/home/s.bin", OTHER);
            mode(&h.path("up/home/s.bin"), 0o666);
        },
        STORE,
        21,
        "belongs to uid 65533",
    ),
    ("mode 0644", |h| mode(&h.path("up/home/s.bin"), 0o644), STORE, 21, "mode 0644"),
    ("mode 0640", |h| mode(&h.path("up/home/s.bin"), 0o640), STORE, 21, "chmod 600"),
    ("mode 0660", |h| mode(&h.path("up/home/s.bin"), 0o660), STORE, 21, "mode 0660"),
    ("mode 0604", |h| mode(&h.path("up/home/s.bin"), 0o604), STORE, 21, "mode 0604"),
    ("mode 0602", |h| mode(&h.path("up/home/s.bin"), 0o602), STORE, 21, "mode 0602"),
    ("a group-writable parent", |h| mode(&h.path("up/home"), 0o770), STORE, 21, "chmod go-w"),
    ("a world-writable parent", |h| mode(&h.path("up/home"), 0o777), STORE, 21, "mode 0777"),
    ("a world-writable grandparent", |h| mode(&h.path("up"), 0o777), STORE, 21, "mode 0777"),
    (
        "a sticky parent that is not root's",
        |h| mode(&h.path("up/home"), 0o1777),
        STORE,
        21,
        "mode 1777",
    ),
    (
        "a parent of another user",
        |h| {
            h.own("up/home", OTHER);
            mode(&h.path("up/home"), 0o755);
        },
        STORE,
        21,
        "belongs to uid 65533",
    ),
    (
        "a parent of another user, for a new store",
        |h| {
            h.directory("theirs", OTHER, 0o755);
        },
        &[
            "init theirs/new.bin --network devnet --config etc/config.toml --passphrase-from file:etc/pass",
        ],
        21,
        "belongs to uid 65533",
    ),
    (
        "a linked parent that somebody planted in a sticky directory",
        |h| {
            h.directory("tmp", 0, 0o1777);
            symlink(h.path("up/home"), h.path("tmp/home")).expect("symlink");
            std::os::unix::fs::lchown(h.path("tmp/home"), Some(OTHER), Some(OTHER))
                .expect("lchown");
        },
        &[
            "info tmp/home/s.bin --config etc/config.toml",
            "init tmp/home/new.bin --network devnet --config etc/config.toml --passphrase-from file:etc/pass",
        ],
        21,
        "",
    ),
    (
        "the lock is a symbolic link",
        |h| {
            let _ = std::fs::remove_file(h.path("up/home/s.bin.lock"));
            symlink(h.path("up/home/victim"), h.path("up/home/s.bin.lock")).expect("symlink");
        },
        &[SET],
        21,
        "symbolic link",
    ),
    ("the lock is a FIFO", |h| h.node("up/home/s.bin.lock", FileType::Fifo, 0), &[SET], 21, ""),
    (
        "the lock is a directory",
        |h| {
            let _ = std::fs::remove_file(h.path("up/home/s.bin.lock"));
            h.directory("up/home/s.bin.lock", USER, 0o700);
        },
        &[SET],
        21,
        "",
    ),
    (
        "the lock is somebody else's",
        |h| h.file("up/home/s.bin.lock", "", OTHER, 0o666),
        &[SET],
        21,
        "",
    ),
    (
        "the configuration is a FIFO",
        |h| h.node("etc/config.toml", FileType::Fifo, 0),
        STORE,
        2,
        "regular",
    ),
    (
        "the configuration is a symbolic link",
        |h| h.link("etc/config.toml"),
        STORE,
        2,
        "symbolic link",
    ),
    (
        "the configuration is somebody else's",
        |h| {
            h.own("etc/config.toml", OTHER);
            mode(&h.path("etc/config.toml"), 0o644);
        },
        STORE,
        2,
        "belongs to uid 65533",
    ),
    (
        "the configuration may be changed by others",
        |h| mode(&h.path("etc/config.toml"), 0o622),
        STORE,
        2,
        "chmod go-w",
    ),
    ("the passphrase file is a symbolic link", |h| h.link("etc/pass"), &[SET, LIST], 21, "link"),
    (
        "the passphrase file is a FIFO",
        |h| h.node("etc/pass", FileType::Fifo, 0),
        &[SET, LIST],
        21,
        "regular",
    ),
    (
        "the passphrase file is open to the group",
        |h| mode(&h.path("etc/pass"), 0o640),
        &[SET, LIST],
        21,
        "chmod 600",
    ),
    (
        "the passphrase file is somebody else's",
        |h| {
            h.own("etc/pass", OTHER);
            mode(&h.path("etc/pass"), 0o604);
        },
        &[SET, LIST],
        21,
        "another user",
    ),
    (
        "the passphrase file is a directory",
        |h| {
            std::fs::remove_file(h.path("etc/pass")).expect("rm");
            h.directory("etc/pass", USER, 0o700);
        },
        &[SET, LIST],
        21,
        "regular",
    ),
    ("the value is a FIFO", |h| h.node("etc/value", FileType::Fifo, 0), &[SET], 21, "regular"),
    ("the keyfile is a FIFO", |h| h.node("etc/key", FileType::Fifo, 0), &[KEYFILE], 21, "regular"),
    (
        "the keyfile is open to others",
        |h| h.file("etc/key", "canary", USER, 0o644),
        &[KEYFILE],
        21,
        "chmod 600",
    ),
    (
        "the output is a symbolic link",
        |h| symlink(h.path("up/home/victim"), h.path("up/home/out")).expect("symlink"),
        &[GET, EXPORT],
        15,
        "refusing to overwrite",
    ),
    (
        "the output is a FIFO",
        |h| h.node("up/home/out", FileType::Fifo, 0),
        &[GET, EXPORT],
        15,
        "refusing to overwrite",
    ),
    (
        "the output goes where others may write",
        |h| h.directory("open", USER, 0o777),
        &[
            "get up/home/s.bin api --config etc/config.toml --passphrase-from file:etc/pass --out open/out",
            "inventory export up/home/s.bin --config etc/config.toml --out open/out",
        ],
        21,
        "mode 0777",
    ),
    (
        "the state file is a symbolic link",
        |h| {
            let state = state_file(h);
            h.link(&state);
        },
        &[SET, LIST],
        21,
        "symbolic link",
    ),
    (
        "the state file is a FIFO",
        |h| {
            let state = state_file(h);
            h.node(&state, FileType::Fifo, 0);
        },
        &[SET, LIST],
        21,
        "regular",
    ),
    (
        "the state file is somebody else's",
        |h| {
            let state = state_file(h);
            h.own(&state, OTHER);
            mode(&h.path(&state), 0o666);
        },
        &[SET, LIST],
        21,
        "belongs to uid 65533",
    ),
];

fn state_file(home: &Home) -> String {
    let mut entries = std::fs::read_dir(home.path("etc/state")).expect("a directory");
    let name = entries.next().expect("a state file").expect("an entry").file_name();
    format!("etc/state/{}", name.to_string_lossy())
}

#[test]
fn every_trap_is_refused_soon_and_nothing_is_changed() {
    let mut wrong = Vec::new();
    let yard = Yard::new();
    for (at, (name, set, lines, code, word)) in TRAPS.iter().enumerate() {
        let home = yard.home(&at.to_string());
        set(&home);
        let before = home.snapshot();
        for line in *lines {
            let (found, text) = home.run(line);
            if found != Some(*code) || !text.contains(word) {
                wrong
                    .push(format!("{name}: {line}: {found:?} instead of {code}, {word:?}: {text}"));
            }
            let after = home.snapshot();
            for path in before.keys().chain(after.keys()) {
                if before.get(path) != after.get(path) {
                    wrong.push(format!("{name}: {line}: changed {}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(TRAPS.len() >= 24);
}

/// A directory of state files that others can change remembers nothing that can be relied on.
#[test]
fn an_unsafe_state_directory_is_not_used() {
    let yard = Yard::new();
    for (uid, bits) in [(OTHER, 0o777), (USER, 0o777), (USER, 0o770)] {
        let home = yard.home(&format!("{uid}-{bits:o}"));
        home.own("etc/state", uid);
        mode(&home.path("etc/state"), bits);
        let before = home.snapshot();
        let (code, text) = home.run(LIST);
        assert_eq!(code, Some(0), "devnet goes on: {text}");
        assert!(text.contains("an older copy of the store would not be noticed"), "{text}");
        assert_eq!(home.snapshot(), before);
    }
}

fn race(exchanges: u32) {
    use crate::support::stage::Stage;
    let stage = Stage::devnet();
    stage.on("init %w/other --network devnet").run().ok();
    stage.on("set %s first --from file:%g/value").run().ok();
    stage.on("set %w/other second --from file:%g/value2").run().ok();
    let ids = ["%s", "%w/other"].map(|path| {
        let info = stage.on(&format!("info {path} --json")).bare().run().ok().json();
        (info["store_id"].clone(), info["store_key"].clone())
    });
    let (one, other) = (stage.path("%s"), stage.path("%w/other"));
    let mut opens = 0;
    std::thread::scope(|scope| {
        let renamer = scope.spawn(move || {
            for _ in 0..exchanges {
                renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE).expect("rename");
                std::thread::sleep(Duration::from_micros(500));
            }
        });
        while !renamer.is_finished() {
            opens += 1;
            let info = stage.on("info %s --json").bare().run().ok().json();
            let found = (info["store_id"].clone(), info["store_key"].clone());
            assert!(ids.contains(&found), "{found:?}");
            let list = stage.on("list %s --json").run().ok().json();
            let at =
                ids.iter().position(|(id, _)| *id == list["store_id"]).expect("one of the two");
            assert_eq!(list["secrets"][0]["name"], ["first", "second"][at]);
        }
    });
    assert!(opens >= 3, "{opens} opens");
}

#[test]
fn a_store_that_is_renamed_all_the_time_is_one_or_the_other() {
    race(500);
}

#[test]
#[ignore = "P22, the long form: cargo nextest run --run-ignored only traps"]
fn a_store_that_is_renamed_ten_thousand_times_is_one_or_the_other() {
    race(10_000);
}
