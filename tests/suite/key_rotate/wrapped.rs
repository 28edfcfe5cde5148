//! A key in a file of its own: out of one store and into another, and nothing else that can be done with it.

use strongroom::kind::Kind;

use crate::support::stage::{NOW, Stage};

const SAFE: &str = "--archive-passphrase-from file:%g/pass2";

/// A second store beside the first.
fn another(stage: &Stage, network: &str) {
    stage.on(&format!("init %w/other.bin --network {network}")).run().ok();
}

fn export(stage: &Stage) {
    let line = format!("key export %s api --wrapped --out %w/api.key --reason moving {SAFE}");
    stage.rotate(&line).run().ok();
}

fn versions(stage: &Stage, store: &str) -> serde_json::Value {
    let shown = stage.rotate(&format!("key show {store} api --json")).run().ok().json();
    shown["key"].clone()
}

#[test]
fn a_wrapped_key_is_the_same_key_in_another_store() {
    let stage = Stage::devnet();
    stage.rotate("key create %s api --kind ed25519 --role signing").run().ok();
    stage.rotate("rotate %s api").run().ok();
    stage.set_clock(NOW + 30 * 86_400);
    stage.rotate("rotate %s api").run().ok();
    stage.rotate("run-due %s").run().ok();
    stage.rotate("use %s --key api --add 7").run().ok();
    let line = format!("key export %s api --wrapped --out %w/api.key --json {SAFE}");
    let answer = stage.rotate(&line).run().ok().json();
    assert_eq!(answer["keys"][0]["active_version"], 3);
    assert_eq!(stage.mode("%w/api.key"), 0o600);
    another(&stage, "devnet");
    let line = format!("key import %w/other.bin --wrapped %w/api.key --json {SAFE}");
    let taken = stage.rotate(&line).run().ok().json();
    assert_eq!(taken["generation"], 2);
    assert_eq!(versions(&stage, "%s"), versions(&stage, "%w/other.bin"));
    // It signs as the same key, and goes on from where it was.
    stage.overwrite("%w/message", b"hello");
    let sign = |store: &str| {
        stage.rotate(&format!("key sign {store} api --in %w/message")).run().ok().text()
    };
    assert_eq!(sign("%s"), sign("%w/other.bin"));
    stage.rotate("rotate %w/other.bin api").run().ok();
    let trust = stage.rotate("key export-public %s api --version-number 1").run().ok().text();
    stage.rotate("proof export %w/other.bin api --out %w/proof").run().ok();
    let line = format!("proof verify %w/proof --trust {} --json", trust.trim());
    assert_eq!(stage.rotate(&line).bare().run().ok().json()["links"], 3);
    stage.on("verify %w/other.bin").run().ok();
}

#[test]
fn every_kind_of_key_comes_back() {
    let stage = Stage::devnet();
    another(&stage, "devnet");
    for (id, kind, role) in [
        ("peer", "x25519", "encryption"),
        ("treasury", "secp256k1", "wallet"),
        ("wrap", "symmetric-32", "wrap"),
    ] {
        stage.rotate(&format!("key create %s {id} --kind {kind} --role {role}")).run().ok();
        let line = format!("key export %s {id} --wrapped --out %w/{id}.key {SAFE}");
        stage.rotate(&line).run().ok();
        let line = format!("key import %w/other.bin --wrapped %w/{id}.key {SAFE}");
        stage.rotate(&line).run().ok();
    }
    stage.on("verify %w/other.bin").run().ok();
    let derive = |store: &str| {
        let line =
            format!("key derive {store} d --from-key wrap --label l --kind ed25519 --role signing");
        stage.rotate(&line).run().ok();
        stage.rotate(&format!("key export-public {store} d")).run().ok().text()
    };
    assert_eq!(derive("%s"), derive("%w/other.bin"), "the bytes are the same");
}

#[test]
fn a_private_half_that_was_brought_is_in_no_file() {
    let stage = Stage::devnet();
    // A canary: every file and every answer is searched for it.
    let seed = b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
    stage.given("seed", seed);
    stage.rotate("key import %s api --kind ed25519 --role signing --from file:%g/seed").run().ok();
    export(&stage);
    another(&stage, "devnet");
    stage.rotate(&format!("key import %w/other.bin --wrapped %w/api.key {SAFE}")).run().ok();
    // Nor is there another way to ask for it.
    stage.rotate("key export %s api --out %w/raw").refused(Kind::Usage, "--wrapped is missing");
}

#[test]
fn what_is_wrong_with_a_wrapped_key_is_named_and_changes_nothing() {
    let stage = Stage::devnet();
    stage.rotate("key create %s api --kind ed25519 --role signing").run().ok();
    export(&stage);
    another(&stage, "devnet");
    let import = |file: &str, from: &str| {
        stage.expand(&format!(
            "key import %w/other.bin --wrapped {file} --archive-passphrase-from file:%g/{from}"
        ))
    };
    stage.rotate(&import("%w/api.key", "pass")).refused(Kind::WrongPassphrase, "no keyslot opens");
    let whole = stage.read("%w/api.key");
    for at in [9, whole.len() - 60, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        stage.overwrite("%w/changed.key", &changed);
        let before = stage.snapshot();
        stage.rotate(&import("%w/changed.key", "pass2")).run().ends(Kind::Integrity);
        stage.unchanged(&before, "a changed file");
    }
    stage.overwrite("%w/cut.key", &whole[..whole.len() - 3]);
    stage.rotate(&import("%w/cut.key", "pass2")).run().ends(Kind::Integrity);
    stage.overwrite("%w/none.key", b"not one");
    stage.rotate(&import("%w/none.key", "pass2")).refused(Kind::Integrity, "not a wrapped key");
    stage.rotate(&import("%w/gone.key", "pass2")).run().ends(Kind::NotInitialised);
    // The id is known here, also to a store that gave the key up.
    stage
        .rotate(&format!("key import %s --wrapped %w/api.key {SAFE}"))
        .refused(Kind::Exists, "an id is never given twice");
    stage.rotate("key destroy %s api --yes").run().ok();
    stage
        .rotate(&format!("key import %s --wrapped %w/api.key {SAFE}"))
        .refused(Kind::Exists, "an id is never given twice");
    stage
        .rotate(&format!("key export %s api --wrapped --out %w/again.key {SAFE}"))
        .refused(Kind::Policy, "the key is retired");
    stage
        .rotate(&format!("key export %s gone --wrapped --out %w/again.key {SAFE}"))
        .refused(Kind::NotFound, "no managed key");
    stage
        .rotate(&format!("key export %s api --wrapped --out %w/api.key {SAFE}"))
        .refused(Kind::Exists, "refusing to overwrite");
    // A key has one id, and it stands in the file.
    stage
        .rotate(&format!("key import %w/other.bin another --wrapped %w/api.key {SAFE}"))
        .refused(Kind::Usage, "too many arguments");
}

#[test]
fn a_key_stays_on_its_network() {
    let stage = Stage::devnet();
    stage.rotate("key create %s api --kind ed25519 --role signing").run().ok();
    export(&stage);
    another(&stage, "testnet");
    let line = format!("key import %w/other.bin --wrapped %w/api.key {SAFE}");
    stage.rotate(&line).refused(Kind::Policy, "a key stays on its network");
    // And its header is bound to it: devnet is 3, testnet 2.
    let mut bytes = stage.read("%w/api.key");
    let at = bytes.windows(3).position(|window| window == [3, 3, 4]).expect("the network") + 1;
    bytes[at] = 2;
    stage.overwrite("%w/api.key", &bytes);
    stage.rotate(&line).refused(Kind::WrongPassphrase, "no keyslot opens");
}

#[test]
fn on_mainnet_it_takes_a_reason_and_a_passphrase_of_its_own() {
    let stage = Stage::mainnet();
    stage.rotate("key create %s api --kind ed25519 --role signing").run().ok();
    let line = |more: &str| format!("key export %s api --wrapped --out %w/api.key {more}");
    stage.rotate(&line(SAFE)).refused(Kind::InputNeeded, "reason");
    stage
        .rotate(&line("--reason moving --archive-passphrase-from file:%g/pass"))
        .refused(Kind::Policy, "opens the store too");
    stage.given("weak", b"hunter2hunter2hunter2");
    stage
        .rotate(&line("--reason moving --archive-passphrase-from file:%g/weak"))
        .refused(Kind::Policy, "passphrase");
    assert!(!stage.path("%w/api.key").exists());
    stage.rotate(&line(&format!("--reason moving --dry-run {SAFE}"))).run().ok();
    assert!(!stage.path("%w/api.key").exists());
    stage.rotate(&line(&format!("--reason moving {SAFE}"))).run().ok();
    let log = stage.on("audit show %s --json").run().ok().json();
    let records = log["records"].as_array().unwrap();
    let exports: Vec<_> = records.iter().filter(|row| row["event"] == "key.export").collect();
    let done: Vec<_> = exports.iter().filter(|row| row["phase"] == "done").collect();
    let [record] = done[..] else { panic!("{exports:?}") };
    assert_eq!((&record["object"], &record["reason"]), (&"api".into(), &"moving".into()));
    let history = stage.rotate("history %s api").run().ok().text();
    assert!(history.contains("key.export"), "{history}");
}
