//! One store, one log, two users: root, and the owner of the store. As in production, where a service owns what root tends.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use strongroom::audit::verify::{LogFile, Question, verify};
use strongroom::audit::{Report, Verdict};
use strongroom::crypto::kdf::Ceiling;
use strongroom::kind::Kind;
use strongroom::memory::Region;
use strongroom::passphrase::Passphrase;
use strongroom::secret::{DerivedKey, SecretBytes};
use strongroom::store::SealedStore;
use strongroom::store::keyslot::Credentials;

use crate::support::program::{SECRETS_ADMIN, command, finish, require};
use crate::support::stage::{PASS, VALUE};

const OWNER: u32 = 65534;

struct House {
    dir: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        assert!(rustix::process::geteuid().is_root(), "run the tests as root, or in a container");
        require("setpriv");
        let dir = tempfile::Builder::new().prefix("users").tempdir().expect("a directory");
        let house = Self { dir };
        mode(&house.path(""), 0o755);
        std::fs::copy(SECRETS_ADMIN, house.path("secrets-admin")).expect("copied");
        std::fs::create_dir(house.path("work")).expect("made");
        mode(&house.path("work"), 0o700);
        chown(house.path("work"), Some(OWNER), Some(OWNER)).expect("chown");
        for (user, uid) in [("root", 0), ("owner", OWNER)] {
            let home = house.path(user);
            std::fs::create_dir_all(home.join("state")).expect("made");
            let config = format!("[security]\nstate_dir = \"{}/state\"\n", home.display());
            for (name, text) in [("pass", PASS), ("value", VALUE), ("config.toml", &config)] {
                std::fs::write(home.join(name), text).expect("written");
                mode(&home.join(name), 0o600);
                chown(home.join(name), Some(uid), Some(uid)).expect("chown");
            }
            for place in ["state", ""] {
                mode(&home.join(place), 0o700);
                chown(home.join(place), Some(uid), Some(uid)).expect("chown");
            }
        }
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.path("work/s.bin.audit.jsonl")
    }

    /// Runs a command as `user`; how it ended, and what it printed.
    fn run(&self, user: &str, line: &str) -> (i32, String) {
        let home = self.path(user).display().to_string();
        let line = line.replace("%s", &self.path("work/s.bin").display().to_string());
        let program = self.path("secrets-admin").display().to_string();
        let uid = if user == "root" { "0" } else { "65534" };
        let mut argv: Vec<String> = vec!["setpriv".into(), "--reuid".into(), uid.into()];
        argv.extend(["--regid".into(), uid.into(), "--clear-groups".into(), program]);
        argv.extend(line.replace("%h", &home).split(' ').map(str::to_owned));
        argv.extend(["--config".into(), format!("{home}/config.toml")]);
        if !["--structure-only", "--passphrase-from"].iter().any(|flag| line.contains(flag)) {
            argv.extend(["--passphrase-from".into(), format!("file:{home}/pass")]);
        }
        let ran = finish(command(&argv), Duration::from_mins(1));
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        (ran.status.code().expect("an exit code"), said)
    }

    fn ok(&self, user: &str, line: &str) -> String {
        let (code, said) = self.run(user, line);
        assert_eq!(code, 0, "{user}: {line}: {said}");
        said
    }

    fn roots(&self) -> Vec<DerivedKey> {
        let file = std::fs::read(self.path("work/s.bin")).expect("a store");
        let mut bytes = Region::bulk(file.len()).expect("memory");
        bytes.copy_from_slice(&file);
        let sealed = SealedStore::parse(bytes).expect("a store");
        let passphrase = Passphrase::new(SecretBytes::copy_from(PASS.as_bytes())).expect("typed");
        let credentials = Credentials { passphrase, keyfile: None };
        let (slot, hash) = sealed.unlock(&credentials, None, Ceiling::default()).expect("opens");
        let store = sealed.open(slot, hash).expect("opens");
        let copy = |root: &DerivedKey| {
            let mut copy = DerivedKey::zeroed();
            copy.expose_mut().copy_from_slice(root.expose());
            copy
        };
        store.audit_roots().iter().map(copy).collect()
    }
}

fn mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(bits)).expect("chmod");
}

fn judged(log: &[u8], roots: &[DerivedKey]) -> Report {
    let file = LogFile { name: String::new(), content: Box::new(log) };
    verify(vec![file], &Question { roots, known: &[] }, &mut |_| true).expect("in memory")
}

/// Twenty commands, five of which are refused or fail.
const MIXED: [(&str, &str, Kind); 20] = [
    ("owner", "init %s --network devnet", Kind::Ok),
    ("owner", "set %s a.one --from file:%h/value", Kind::Ok),
    ("root", "set %s b.two --from file:%h/value", Kind::Ok),
    ("root", "get %s a.one --reveal", Kind::Ok),
    ("owner", "list %s", Kind::Ok),
    ("owner", "get %s b.two --passphrase-from file:%h/value", Kind::WrongPassphrase),
    ("root", "keyslot list %s", Kind::Ok),
    ("root", "get %s c.none", Kind::NotFound),
    ("owner", "remove %s a.one --yes", Kind::Ok),
    ("root", "data-key rotate %s", Kind::Ok),
    ("owner", "list %s", Kind::Ok),
    ("root", "audit rotate %s", Kind::Ok),
    ("owner", "set %s a.one --from file:%h/value --reason again", Kind::Ok),
    (
        "owner",
        "set %s b.two --from file:%h/value --passphrase-from file:%h/value",
        Kind::WrongPassphrase,
    ),
    ("root", "audit anchor %s", Kind::Ok),
    ("root", "list %s --passphrase-from file:%h/value", Kind::WrongPassphrase),
    ("owner", "remove %s c.none --yes", Kind::NotFound),
    ("owner", "inventory pin %s", Kind::Ok),
    ("root", "keyslot add %s --new-passphrase-from file:%h/value", Kind::Ok),
    ("owner", "get %s b.two --reveal", Kind::Ok),
];

#[test]
fn twenty_commands_of_two_users_verify_and_any_change_is_found() {
    let house = House::new();
    for (user, line, kind) in MIXED {
        let (code, said) = house.run(user, line);
        assert_eq!(code, i32::from(kind.code()), "{user}: {line}: {said}");
    }
    for user in ["root", "owner"] {
        let json: Value = serde_json::from_str(&house.ok(user, "audit verify %s --json --quiet"))
            .expect("one object");
        assert_eq!((&json["verdict"], &json["break_count"]), (&"good".into(), &0.into()));
    }
    let log = std::fs::read(house.log()).expect("a log");
    let text = String::from_utf8(log.clone()).expect("ASCII");
    assert!(text.contains("\"uid\":0,") && text.contains("\"uid\":65534,"));
    for name in std::fs::read_dir(house.path("work")).expect("a directory") {
        let facts = name.expect("an entry").metadata().expect("facts");
        assert_eq!((facts.uid(), facts.mode() & 0o777), (OWNER, 0o600), "root left a file");
    }

    // One byte, anywhere: the first bad record is the one that it stands in.
    let roots = house.roots();
    let first_seq = judged(&log, &roots).first_seq;
    let mut line = 0;
    for at in 0..log.len() {
        let (here, ends) = (line, log[at] == b'\n');
        line += u64::from(ends);
        if at % 5 != 0 && !ends {
            continue;
        }
        let mut changed = log.clone();
        changed[at] ^= 1;
        let report = judged(&changed, &roots);
        assert_ne!(report.verdict, Verdict::Good, "byte {at}");
        let bad = report.first_bad_seq().expect("a record");
        // What says where the segment began is in the first line alone; without it the records before are missing.
        assert!(bad == first_seq + here || here == 0 && bad == 1, "byte {at}: {bad}");
    }

    // Without its last line: found by the verifier, and by the next command of either.
    let last = log[..log.len() - 1].iter().rposition(|&b| b == b'\n').expect("lines") + 1;
    std::fs::write(house.log(), &log[..last]).expect("written");
    for user in ["root", "owner"] {
        let (code, said) = house.run(user, "audit verify %s --json");
        assert_eq!(code, i32::from(Kind::Audit.code()), "{said}");
        assert!(said.contains("\"verdict\":\"truncated\""), "{said}");
        let (code, said) = house.run(user, "list %s");
        assert_eq!(code, i32::from(Kind::Audit.code()), "{said}");
    }
    std::fs::write(house.log(), &log).expect("written");
    house.ok("owner", "list %s");
}

#[test]
fn what_looks_at_a_log_needs_no_write_access() {
    let house = House::new();
    house.ok("owner", "init %s --network devnet");
    house.ok("owner", "set %s a.one --from file:%h/value");
    for name in ["s.bin", "s.bin.audit.jsonl", "s.bin.audit.jsonl.state"] {
        mode(&house.path(&format!("work/{name}")), 0o400);
    }
    for place in ["work", "owner/state", "owner"] {
        mode(&house.path(place), 0o500);
    }
    for (line, code) in [
        ("audit verify %s", 0),
        ("audit verify %s --structure-only", 1),
        ("audit show %s", 0),
        ("audit head %s", 0),
        ("audit export %s", 0),
        ("audit detect %s", 0),
        ("audit watch %s --once", 0),
        ("info %s", 0),
        ("check %s", 0),
        ("verify %s", 0),
    ] {
        let (ended, said) = house.run("owner", line);
        assert_eq!(ended, code, "{line}: {said}");
    }
    let (code, said) = house.run("owner", "list %s");
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("this is not recorded"), "the control: {said}");
}

/// What may be read and not searched is no directory to work in, and the directory is blamed, not the files in it.
#[test]
fn a_state_directory_that_may_only_be_read_is_none() {
    let house = House::new();
    house.ok("owner", "init %s --network devnet");
    let state = house.path("owner/state");
    chown(&state, Some(0), Some(0)).expect("chown");
    mode(&state, 0o744);
    for line in ["list %s", "set %s a.one --from file:%h/value", "info %s", "check %s"] {
        let (code, said) = house.run("owner", line);
        assert_eq!(code, 0, "{line}: {said}");
        assert!(!said.contains(".state: "), "{line}: {said}");
    }
    let said = house.ok("owner", "list %s");
    assert!(said.contains(&format!("cannot open {}", state.display())), "{said}");
}
