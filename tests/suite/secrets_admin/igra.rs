//! Igra's `secrets.bin`: read and written in place, converted both ways, and never able to drive a terminal.

use strongroom::clock::Timestamp;
use strongroom::crypto::kdf::KdfParams;
use strongroom::crypto::random::SystemRandom;
use strongroom::isec;
use strongroom::kind::Kind;
use strongroom::passphrase::Passphrase;
use strongroom::secret::SecretBytes;

use crate::support::stage::{NOW, PASS, Ran, Stage, VALUE, VALUE2};
use crate::support::vector;

const CHEAP: &str = "--kdf m=19456,t=2,p=1";

/// A fixture of the real service at `%s`, with its passphrase.
fn fixture(name: &str, passphrase: &str) -> Stage {
    let stage = Stage::empty();
    stage.config("network = \"devnet\"\n");
    stage.given("pass", passphrase.as_bytes());
    stage.overwrite("%s", &vector(&format!("isec/{name}")));
    stage
}

fn one() -> Stage {
    fixture("02-one-light-kat.bin", "test-passphrase")
}

#[test]
fn a_file_of_the_service_is_recognised_and_read() {
    let stage = one();
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["format"], "igra-rtm1");
    assert_eq!(info["keyslots"][0]["kdf"], serde_json::json!({"m_kib": 1024, "t": 1, "p": 1}));
    assert_eq!(info["created_at"], 1_769_353_000_123_456_789_u64);
    let list = stage.on("list %s --json").run().ok().json();
    assert_eq!(list["secrets"][0]["name"], "a.b");
    assert_eq!(list["secrets"][0]["created"], serde_json::Value::Null);
    assert_eq!(list["generation"], serde_json::Value::Null);
    stage.on("get %s a.b").revealing().run().ok().prints("xyz");
    stage.on("verify %s --json").run().ok();
    stage.on("list %s --passphrase-from file:%g/pass2").refused(Kind::WrongPassphrase, "");
    stage.on("get %s a.c").refused(Kind::NotFound, "no secret of that name");
}

#[test]
fn an_igra_file_is_a_mainnet_file_unless_a_network_is_stated() {
    let stage = one();
    stage.config("");
    stage
        .on("list %s")
        .env("IGRA_SECRET__X", "y")
        .refused(Kind::Policy, "mainnet forbids secrets in the environment");
    stage.on("list %s --network testnet").run().ok();
    let found = stage.on("check %s --network testnet --json").run().ends(Kind::Findings).json();
    let rules: Vec<_> = found["findings"].as_array().unwrap().iter().map(|f| &f["rule"]).collect();
    for rule in ["KDF-001", "PWD-002", "SEC-003", "SEC-004", "SEC-008"] {
        assert!(rules.iter().any(|found| *found == rule), "{rule} not in {rules:?}");
    }
}

#[test]
fn a_weak_igra_file_fails_the_check_on_mainnet() {
    let stage = one();
    stage.config("");
    let found = stage.on("check %s --json").run().ends(Kind::Findings).json();
    for rule in ["KDF-001", "PWD-002", "SEC-003", "SEC-004"] {
        let mut findings = found["findings"].as_array().unwrap().iter();
        assert!(findings.any(|f| f["rule"] == rule && f["severity"] == "error"), "{rule}: {found}");
    }
    let claims = stage.on("check %s --claims-only --json").bare().run().ends(Kind::Findings).json();
    let mut findings = claims["findings"].as_array().unwrap().iter();
    assert!(findings.any(|f| f["rule"] == "SEC-010" && f["severity"] == "error"), "{claims}");
}

#[test]
fn a_change_keeps_what_the_service_chose() {
    let stage = one();
    stage.on("set %s new --from file:%g/value").run().ok();
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["keyslots"][0]["kdf"], serde_json::json!({"m_kib": 1024, "t": 1, "p": 1}));
    assert_eq!(info["created_at"], 1_769_353_000_123_456_789_u64);
    assert_eq!(info["last_rotated_at"], 1_769_353_000_123_456_789_u64);
    stage.on("get %s new").revealing().run().ok().prints(VALUE);
    stage.on("get %s a.b").revealing().run().ok().prints("xyz");
    stage.on("remove %s a.b --yes").run().ok();
    stage.on("list %s").run().ok().prints("new\n");
}

#[test]
fn no_history_means_that_replacing_asks() {
    let stage = one();
    // From here on this host knows the file, and has nothing to learn from what is refused.
    stage.on("list %s").run().ok();
    stage
        .on("set %s a.b --from file:%g/value")
        .refused(Kind::Exists, "an Igra file keeps no history")
        .says("--yes");
    let from = "set %s a.b --from file:%g/value --passphrase-from file:%g/pass";
    stage.on(from).typing(["no"]).refused(Kind::Exists, "");
    stage.on(from).typing(["yes"]).run().ok();
    stage.on("get %s a.b").revealing().run().ok().prints(VALUE);
    stage.on("set %s a.b --from file:%g/value2 --yes").run().ok();
    stage.on("get %s a.b").revealing().run().ok().prints(VALUE2);
    stage.on("set %s x --note remark --from file:%g/value").refused(Kind::Unsupported, "a note");
    stage
        .on("set %s x --expires 2027-01-31T00:00:00Z --from file:%g/value")
        .refused(Kind::Unsupported, "not possible in an Igra secrets file");
}

#[test]
fn a_new_passphrase_is_a_rotation() {
    let stage = one();
    stage
        .on(&format!("passphrase change %s --new-passphrase-from file:%g/pass2 {CHEAP}"))
        .run()
        .ok();
    stage.on("list %s").refused(Kind::WrongPassphrase, "");
    stage.on("list %s --passphrase-from file:%g/pass2").run().ok().prints("a.b\n");
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["created_at"], 1_769_353_000_123_456_789_u64);
    assert_eq!(info["last_rotated_at"], Timestamp::from_unix(NOW).as_unix() * 1_000_000_000);
    stage.given("blank", b"canary blank at the end ");
    stage
        .on(&format!("passphrase change %s --passphrase-from file:%g/pass2 --new-passphrase-from file:%g/blank {CHEAP}"))
        .refused(Kind::Usage, "starts or ends with a blank");
}

#[test]
fn what_only_our_format_has_is_refused_with_the_way_there() {
    let stage = one();
    for line in [
        "keyslot list %s",
        "keyslot add %s --new-passphrase-from file:%g/pass2",
        "keyslot revoke %s 0 --yes",
        "data-key rotate %s",
        "inventory export %s --out %w/i",
        "inventory pin %s",
        "state accept-clock %s reason",
    ] {
        stage
            .on(line)
            .refused(Kind::Unsupported, "not possible in an Igra secrets file")
            .says("secrets-admin convert");
    }
}

#[test]
fn the_old_layout_is_read_and_converted_and_not_written() {
    let stage = fixture("20-legacy73-default.bin", "legacy-passphrase-2026-01-24");
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["format"], "igra-legacy");
    let names = stage.on("list %s").run().ok().text();
    stage
        .on("set %s x --from file:%g/value")
        .refused(Kind::Unsupported, "is read only")
        .says(&stage.expand("hint: secrets-admin convert %s %s.new --to igra"));
    stage.on("convert %s %w/native --to strongroom").run().ok();
    assert_eq!(stage.on("list %w/native").run().ok().text(), names);
    stage.on("convert %s --out %w/current --to igra").run().ok();
    let info = stage.on("info %w/current --json").bare().run().ok().json();
    assert_eq!(info["format"], "igra-rtm1");
    assert_eq!(stage.on("list %w/current").run().ok().text(), names);
}

#[test]
fn values_survive_the_way_there_and_back() {
    let stage = fixture("04-binary-default.bin", "correct-horse-battery-staple-2026");
    stage.on("convert %s %w/native --to strongroom").run().ok();
    stage.on(&format!("convert %w/native %w/back --to igra {CHEAP}")).run().ok();
    let bytes: Vec<u8> = (0..=255).collect();
    stage.on("get %w/back test.all_bytes").revealing().run().ok().prints(bytes);
    let names = stage.on("list %s").run().ok().text();
    assert_eq!(stage.on("list %w/back").run().ok().text(), names);
    stage.on("convert %s %w/back --to igra").refused(Kind::Exists, "refusing to overwrite");
    stage.on("convert %s --to igra").refused(Kind::Usage, "the new file is not named");
    stage.on("convert %s %w/x --to igra --rename nothing").refused(Kind::Usage, "OLD=NEW");
}

#[test]
fn damaged_files_are_refused() {
    for (name, kind) in [
        ("c01-ciphertext-bitflip.bin", Kind::WrongPassphrase),
        ("c08-version-2.bin", Kind::Integrity),
        ("c10-short-72.bin", Kind::Integrity),
        ("q2-duplicate-name.bin", Kind::Integrity),
    ] {
        let stage = fixture(name, "test-passphrase");
        for line in ["list %s", "get %s a.b", "set %s x --from file:%g/value", "verify %s"] {
            stage.on(line).refused(kind, "");
        }
    }
}

/// An Igra file whose names are whatever somebody put there.
fn hostile(names: &[&str]) -> Stage {
    let stage = Stage::empty();
    stage.config("network = \"devnet\"\n");
    let passphrase = Passphrase::new(SecretBytes::copy_from(PASS.as_bytes())).unwrap();
    let times = isec::Times { created_at: 1, last_rotated_at: 1 };
    let params = KdfParams::new(1024, 1, 1).unwrap();
    let header = isec::Header::fresh(params, times, &mut SystemRandom).unwrap();
    let key = isec::derive_key(&header, &passphrase).unwrap();
    let mut entries = isec::Entries::new();
    for name in names {
        entries.insert(name, SecretBytes::copy_from(VALUE.as_bytes())).unwrap();
    }
    stage.overwrite("%s", &isec::seal(&header, &key, &entries).unwrap());
    stage
}

/// Nothing but text and line breaks: no control characters, and none that turn the direction of text.
#[track_caller]
fn harmless(ran: &Ran) {
    for text in [ran.text(), ran.stderr.clone()] {
        let bad = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        assert!(!text.contains(bad), "{text:?}");
    }
}

const HOSTILE: &[&str] = &[
    "\u{1b}]0;owned\u{7}\u{1b}[2J",
    "line\nsecrets-admin: error: forged",
    "carriage\rreturn",
    "c1\u{9b}2J",
    "bidi\u{202e}txt",
    "zero\u{200b}width",
    "tab\tbed",
    "igra.signer.payment_secret_\u{1b}[31m",
    "",
    "--yes",
    "'; rm -rf /",
];

#[test]
fn hostile_names_in_an_igra_file_cannot_drive_a_terminal() {
    let stage = hostile(HOSTILE);
    let listed = stage.on("list %s").run().ok();
    assert_eq!(listed.text().lines().count(), HOSTILE.len(), "{}", listed.text());
    harmless(&listed);
    for line in
        ["list %s --long", "list %s --json", "info %s", "verify %s", "check %s --network devnet"]
    {
        harmless(&stage.on(line).run());
        harmless(&stage.on(&format!("{line} --network testnet")).run());
    }
    let refused = stage
        .on("convert %s %w/native --to strongroom")
        .refused(Kind::Unsupported, "names that a strongroom store cannot hold");
    harmless(&refused.says("--rename"));
    for name in HOSTILE {
        for verb in ["get", "set", "remove"] {
            let args = [
                verb,
                "%s",
                "--passphrase-from",
                "file:%g/pass",
                "--json",
                "--config",
                "%d/config.toml",
            ];
            let mut args: Vec<std::ffi::OsString> =
                args.map(|arg| stage.expand(arg).into()).to_vec();
            if verb == "set" {
                args.extend(["--from".into(), stage.expand("file:%g/value2").into()]);
            }
            args.extend(["--".into(), (*name).into()]);
            let text = args.iter().filter(|arg| *arg != "--json").cloned().collect();
            let json = stage.args(args).revealing().run();
            harmless(&json);
            harmless(&stage.args(text).revealing().run());
        }
    }
}

#[test]
fn hostile_names_are_renamed_on_the_way() {
    let stage = hostile(&["a b", "c/d", "fine", "x=y"]);
    let mut args: Vec<std::ffi::OsString> =
        "convert %s %w/native --to strongroom --passphrase-from file:%g/pass --rename a~b=a.b --rename c/d=c.d --rename x=y=xy"
            .split(' ')
            .map(|arg| stage.expand(&arg.replace('~', " ")).into())
            .collect();
    stage.args(args.clone()).run().ok();
    stage.on("list %w/native").run().ok().prints("a.b\nc.d\nfine\nxy\n");
    // Two secrets would become one.
    args[2] = stage.path("%w/other").into();
    args.extend(["--rename".into(), "a b=fine".into()]);
    stage.args(args).refused(Kind::Unsupported, "two secrets would get the name fine");
    stage.on("convert %s %w/other --to strongroom --rename c/d=bad/name").refused(Kind::Usage, "");
}

#[test]
fn hostile_paths_cannot_drive_a_terminal() {
    let stage = Stage::devnet();
    let odd = "\u{1b}]0;owned\u{7}\n\u{202e}'x";
    let path = stage.path("%w").join(odd);
    std::fs::copy(stage.path("%s"), &path).unwrap();
    // A store goes with its log.
    for beside in ["audit.jsonl", "audit.jsonl.state"] {
        let from = stage.path("%s").with_extension(format!("bin.{beside}"));
        std::fs::copy(from, stage.path("%w").join(format!("{odd}.{beside}"))).unwrap();
    }
    let missing = stage.path("%w").join(format!("{odd}-missing"));
    for verb in [&["list"][..], &["info"], &["verify"], &["check"], &["keyslot", "list"]] {
        for (path, json) in [(&path, false), (&path, true), (&missing, false), (&missing, true)] {
            let mut args: Vec<std::ffi::OsString> = verb.iter().map(Into::into).collect();
            args.push(path.into());
            args.extend(json.then(|| "--json".into()));
            harmless(&stage.args(args).run());
        }
    }
    let args = ["init", "--network", "devnet"].map(Into::into).into_iter();
    harmless(&stage.args(args.chain([path.clone().into()]).collect()).run().ends(Kind::Exists));
    let args = ["convert", "--to", "igra"].map(Into::into).into_iter();
    let igra = stage.path("%w").join(format!("{odd}-igra"));
    harmless(&stage.args(args.chain([path.into(), igra.clone().into()]).collect()).run().ok());
    let args = ["keyslot", "list"].map(Into::into).into_iter();
    let refused =
        stage.args(args.chain([igra.into(), "--network".into(), "devnet".into()]).collect());
    harmless(&refused.run().ends(Kind::Unsupported));
}
