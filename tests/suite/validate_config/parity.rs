//! What the tools refuse when they run, the gate tells before: for every rule of the table that is enforced at run time, the same
//! case is given to a tool and to the gate, and the function that the table names is asked by both.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use strongroom::backend::{Options, StateChoice};
use strongroom::config::rules::{Id, RULES, Severity};
use strongroom::environment::Environment;
use strongroom::kind::Kind;
use strongroom::passphrase::Passphrase;
use strongroom::store::keyslot::Credentials;
use strongroom::{FileSecretStore, NetworkMode, SecretBytes, SecretStore as _};

use super::image::Image;
use crate::support::program::{SECRETS_ADMIN, VALIDATE_CONFIG, command, finish, require};
use crate::support::stage::{PASS, Ran, Stage};
use crate::support::{read_text, repository};

/// What a command was typed with, and where.
struct Case {
    rule: Id,
    /// What makes it bad.
    spoil: fn(&Stage),
    /// The command on the same host; none where it takes more than one.
    command: fn(&Stage) -> Ran,
    /// How it is refused.
    refused: Kind,
    /// A word of the refusal.
    says: &'static str,
    /// What the gate is started with besides.
    gate: &'static [&'static str],
    variable: Option<&'static str>,
}

impl Case {
    const fn new(
        rule: Id,
        spoil: fn(&Stage),
        command: fn(&Stage) -> Ran,
        refused: Kind,
        says: &'static str,
    ) -> Self {
        Self { rule, spoil, command, refused, says, gate: &[], variable: None }
    }

    const fn gate(self, gate: &'static [&'static str]) -> Self {
        Self { gate, ..self }
    }
}

const CARRIER: &str = "IGRA_SECRET__igra_hd__wallet_secret";

const INSIDE: &[&str] = &["--unlock", "--passphrase-from", "file:%g/chosen"];

fn list(stage: &Stage) -> Ran {
    stage.on("list %s").run()
}

/// Chooses a passphrase on mainnet. Nobody measured the one of an Igra file when it was chosen; such a file takes the place of the
/// store for the gate.
fn choose(stage: &Stage) -> Ran {
    let ran = stage.on("passphrase change %s --new-passphrase-from file:%g/chosen").run();
    std::fs::remove_file(stage.path("%s")).expect("unlink");
    let line = "init %s --format igra --network devnet --kdf m=65536,t=3,p=1";
    stage.on(&format!("{line} --passphrase-from file:%g/chosen")).run().ok();
    ran
}

fn chosen(stage: &Stage, passphrase: &str) {
    stage.given("chosen", passphrase.as_bytes());
}

const CASES: &[Case] = &[
    Case {
        variable: Some(CARRIER),
        ..Case::new(
            Id::Env001,
            |_| (),
            |s| s.on("list %s").env(CARRIER, "x").run(),
            Kind::Policy,
            CARRIER,
        )
    },
    Case::new(Id::Sec001, |s| remove(s, "%s"), list, Kind::NotInitialised, "secrets.bin"),
    Case::new(
        Id::Sec001,
        |s| {
            let bytes = s.read("%s");
            s.overwrite("%s", &bytes[..bytes.len() - 1]);
        },
        list,
        Kind::Integrity,
        "truncated",
    ),
    Case::new(
        Id::Sec002,
        |_| (),
        |s| s.on("list %s --network testnet").run(),
        Kind::Policy,
        "mainnet",
    )
    .gate(&["--network", "testnet"]),
    Case::new(Id::Sec004, |_| (), |s| s.on("check %s").run(), Kind::Findings, ""),
    Case::new(Id::Pwd001, |s| chosen(s, "Tr0ub4dor&3"), choose, Kind::Policy, "PWD-001")
        .gate(INSIDE),
    Case::new(Id::Pwd002, |s| chosen(s, "passwordpassword"), choose, Kind::Policy, "PWD-002")
        .gate(INSIDE),
    Case::new(Id::Pwd003, |s| chosen(s, "Summer2026Winter2026"), choose, Kind::Policy, "PWD-003")
        .gate(INSIDE),
    Case::new(
        Id::Pwd004,
        |s| chosen(s, "correct horse battery staple"),
        choose,
        Kind::Policy,
        "PWD-004",
    )
    .gate(INSIDE),
    Case::new(
        Id::Kdf001,
        |s| {
            remove(s, "%s");
            s.on("init %s --format igra --network devnet --kdf m=19456,t=2,p=1").run().ok();
        },
        |s| {
            s.on("passphrase change %s --new-passphrase-from file:%g/pass2 --kdf m=19456,t=2,p=1")
                .run()
        },
        Kind::Policy,
        "m=19456,t=2,p=1",
    ),
    Case::new(Id::Fil001, |s| chmod(s, "%s", 0o644), list, Kind::Io, "0644"),
    Case::new(
        Id::Fil003,
        |s| std::fs::hard_link(s.path("%s"), s.path("%w/second")).expect("link"),
        list,
        Kind::Io,
        "links",
    ),
    Case::new(
        Id::Fil003,
        |s| {
            std::fs::rename(s.path("%s"), s.path("%w/elsewhere")).expect("rename");
            std::os::unix::fs::symlink("elsewhere", s.path("%s")).expect("link");
        },
        list,
        Kind::Io,
        "link",
    ),
    Case::new(Id::Fil004, |s| chmod(s, "%w", 0o777), list, Kind::Io, "0777"),
    Case::new(
        Id::Aud001,
        |s| s.config("[audit]\npath = \"\"\n"),
        list,
        Kind::Usage,
        "`path` is an absolute path",
    ),
    Case::new(
        Id::Aud002,
        |s| chmod(s, "%s.audit.jsonl", 0o644),
        |s| s.on("set %s a --from file:%g/value").run(),
        Kind::Audit,
        "0644",
    ),
];

/// The rules and severities that the gate finds in the same case, with the same configuration.
fn gate(stage: &Stage, case: &Case) -> Vec<(String, String)> {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.env = case.variable.iter().map(|name| ((*name).to_owned(), "x".into())).collect();
    let (config, store) = (stage.expand("%d/config.toml"), stage.expand("%s"));
    let more: Vec<String> = case.gate.iter().map(|arg| stage.expand(arg)).collect();
    let mut args = vec!["--config", &config, "--store", &store, "--no-host", "--json"];
    args.extend(more.iter().map(String::as_str));
    findings(&image.ask(&args).json())
}

fn findings(json: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let all = json["findings"].as_array().expect("a list").iter();
    all.map(|found| (text(&found["rule"]), text(&found["severity"]))).collect()
}

#[test]
fn what_the_tools_refuse_the_gate_tells() {
    let good = Stage::mainnet();
    list(&good).ok();
    let plain = Case::new(Id::Sec001, |_| (), list, Kind::Ok, "");
    let before = gate(&good, &plain);
    let is_error = |(_, severity): &&(String, String)| severity == Severity::Error.name();
    for case in CASES {
        let is_about = |(rule, _): &&(String, String)| rule == case.rule.name();
        // A store without a payment secret is what `init` makes.
        let was = before.iter().filter(is_error).any(|found| is_about(&found));
        assert_eq!(was, case.rule == Id::Sec004, "{}", case.rule);
        let stage = Stage::mainnet();
        (case.spoil)(&stage);
        let ran = (case.command)(&stage);
        assert_eq!(ran.kind, case.refused, "{}: {}", case.rule, ran.stderr);
        assert!(ran.stderr.contains(case.says), "{}: {}", case.rule, ran.stderr);
        if case.rule == Id::Sec004 {
            assert!(ran.text().contains("SEC-004"), "{}", ran.text());
        }
        let found = gate(&stage, case);
        let told = found.iter().filter(is_error).any(|found| is_about(&found));
        assert!(told, "{}: {found:?}", case.rule);
        chmod(&stage, "%w", 0o700);
    }
}

/// Root may work on anybody's file, so that another user is needed.
#[test]
fn a_store_of_somebody_else_is_refused_and_told() {
    const USER: u32 = 65534;
    require("setpriv");
    let stage = Stage::mainnet();
    stage.config("");
    for program in [SECRETS_ADMIN, VALIDATE_CONFIG] {
        let name = Path::new(program).file_name().expect("a name");
        std::fs::copy(program, stage.path("%d").join(name)).expect("copy");
    }
    give(&stage.path("%d"), USER);
    let run = |line: &str| {
        let user = USER.to_string();
        let line = stage.expand(line);
        let mut argv = vec!["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups"];
        argv.extend(line.split_whitespace());
        finish(command(&argv), Duration::from_secs(20))
    };
    let list = "%d/secrets-admin list %s --config %d/config.toml --passphrase-from file:%g/pass";
    let gate = "%d/validate-config --config %d/config.toml --store %s --no-host --json";
    let found = |line: &str| {
        let done = run(line);
        let json = serde_json::from_slice(&done.stdout).expect("JSON");
        findings(&json).into_iter().find(|(rule, _)| rule == "FIL-002")
    };
    assert_eq!(run(list).status.code(), Some(0));
    assert_eq!(found(gate), None);
    chown(stage.path("%s"), Some(65533), None).expect("chown");
    // Else nobody but its owner could even open it.
    chmod(&stage, "%s", 0o644);
    let done = run(list);
    assert_eq!(done.status.code(), Some(i32::from(Kind::Io.code())));
    assert!(String::from_utf8_lossy(&done.stderr).contains("65533"));
    assert_eq!(found(gate), Some(("FIL-002".to_owned(), "error".to_owned())));
}

/// The library, which a service links, refuses where `check` and the gate tell.
#[test]
fn a_service_gets_no_blank_payment_secret_either() {
    let stage = Stage::mainnet();
    for (value, is_set) in [(None, false), (Some(" \n"), false), (Some("a payment secret"), true)] {
        if let Some(value) = value {
            stage.given("p", value.as_bytes());
            stage.on("set %s igra.hd.payment_secret --from file:%g/p").run().ok();
        }
        let options = Options {
            environment: Environment::from_pairs([("PATH", "/bin")]),
            ..Options::new(StateChoice::Directory(stage.path("%d/state")))
        };
        let unlock = || {
            let typed = SecretBytes::copy_from(PASS.as_bytes());
            Ok(Credentials { passphrase: Passphrase::new(typed).expect("text"), keyfile: None })
        };
        let store = FileSecretStore::open(stage.path("%s"), unlock, options).expect("opened");
        let loaded = store.load_payment_secret(NetworkMode::Mainnet);
        assert_eq!(
            loaded.map(drop).map_err(|error| error.kind()),
            if is_set { Ok(()) } else { Err(Kind::Policy) }
        );
        let case = Case::new(Id::Sec004, |_| (), list, Kind::Ok, "");
        let told = gate(&stage, &case).iter().any(|(rule, _)| rule == "SEC-004");
        assert_eq!(told, !is_set, "{value:?}");
    }
}

#[test]
fn no_rule_of_the_running_tools_is_left_out_and_each_is_one_function() {
    let elsewhere = [Id::Fil002];
    for rule in RULES {
        let has_case = elsewhere.contains(&rule.id) || CASES.iter().any(|c| c.rule == rule.id);
        assert_eq!(has_case, !rule.runtime.is_empty(), "{}", rule.id);
        if rule.runtime.is_empty() {
            continue;
        }
        let [of_gate, of_tools] = [true, false].map(|gate| {
            let files = sources().into_iter().filter(|file| is_gate(file) == gate);
            files.filter(|file| asks(&read_text(file), rule.runtime)).count()
        });
        assert!(of_gate > 0, "{}: the gate does not ask {}", rule.id, rule.runtime);
        assert!(of_tools > 0, "{}: no tool asks {}", rule.id, rule.runtime);
    }
}

/// Sources that only the gate and `check` look with.
fn is_gate(file: &Path) -> bool {
    let text = file.to_string_lossy();
    ["/ops/validate/", "/ops/check.rs", "/ops/claims.rs", "/config/rules/", "/config/reading.rs"]
        .iter()
        .any(|part| text.contains(part))
}

/// Whether a text calls, or hands over, the function at a path; its own definition does not count.
fn asks(text: &str, path: &str) -> bool {
    let mut parts = path.rsplit("::");
    let (name, owner) = (parts.next().expect("a name"), parts.next().unwrap_or_default());
    let forms = if owner.starts_with(char::is_uppercase) {
        let own = if text.contains(&format!("impl {owner} ")) { "Self" } else { owner };
        vec![format!("{owner}::{name}"), format!("{own}::{name}"), format!(".{name}(")]
    } else {
        vec![
            format!("{owner}::{name}"),
            format!(" {name}("),
            format!("({name}("),
            format!("!{name}("),
        ]
    };
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let calls = |line: &str| forms.iter().any(|form| line.contains(form));
    lines.map(|line| line.replace(&format!("fn {name}("), "")).any(|line| calls(&line))
}

fn sources() -> Vec<PathBuf> {
    let (mut all, mut todo) = (Vec::new(), vec![repository("src")]);
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all.push(path);
            }
        }
    }
    all
}

fn remove(stage: &Stage, path: &str) {
    std::fs::remove_file(stage.path(path)).expect("unlink");
}

fn chmod(stage: &Stage, path: &str, mode: u32) {
    std::fs::set_permissions(stage.path(path), PermissionsExt::from_mode(mode)).expect("chmod");
}

/// Gives everything below a directory away.
fn give(path: &Path, uid: u32) {
    chown(path, Some(uid), Some(uid)).expect("chown");
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a directory") {
            give(&entry.expect("an entry").path(), uid);
        }
    }
}
