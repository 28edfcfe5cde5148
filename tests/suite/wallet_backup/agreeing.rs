//! The public keys that a manifest names, held against the store in the archive and against the live one.

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, create, staged};
use crate::archive::PASSPHRASE;
use crate::archive::forge::Parts;
use crate::store_format::tree::Item;
use crate::support::stage::{NOW, Stage};

/// A store with keys of three kinds, one of them rotated.
fn with_keys() -> Stage {
    let stage = staged();
    for (id, kind, role) in [
        ("identity", "ed25519", "identity"),
        ("treasury", "secp256k1", "wallet"),
        ("mac", "symmetric-32", "mac"),
    ] {
        stage.rotate(&format!("key create %s {id} --kind {kind} --role {role}")).run().ok();
    }
    stage.set_clock(NOW + 10);
    stage.rotate("rotate %s treasury --reason routine").run().ok();
    stage
}

fn inspected(stage: &Stage, file: &str) -> Value {
    stage.backup(&format!("inspect {file} {OPEN} --json")).run().ok().json()
}

#[test]
fn a_manifest_names_the_public_keys_that_the_inventory_shows() {
    let stage = with_keys();
    create(&stage, "a.srb");
    let seen = inspected(&stage, "%d/archives/a.srb");
    let named = seen["keys"].as_array().expect("keys");
    let ids: Vec<_> =
        named.iter().map(|key| (key["id"].as_str().unwrap(), key["version"].as_u64())).collect();
    assert_eq!(
        ids,
        [("identity", Some(1)), ("mac", Some(1)), ("treasury", Some(1)), ("treasury", Some(2))]
    );
    for id in ["identity", "treasury"] {
        let shown = stage.rotate(&format!("key show %s {id} --json")).run().ok().json();
        for version in shown["key"]["versions"].as_array().unwrap() {
            let same = |key: &&Value| key["id"] == id && key["version"] == version["n"];
            let found = named.iter().find(same).expect("named");
            assert_eq!(found["public_key"], version["public_key"], "{id}");
        }
    }
    let line = format!("drill %d/archives/a.srb {OPEN} --store %s --passphrase-from file:%g/pass");
    let drilled = stage.backup(&format!("{line} --json")).run().ok().json();
    assert_eq!((&drilled["keys"], &drilled["stale"]), (&4.into(), &false.into()));
    // A store that shows nothing names nothing.
    let stage = Stage::empty();
    stage.config("inventory = \"none\"\n");
    stage.on("init %s --network devnet").run().ok();
    stage.rotate("key create %s identity --kind ed25519 --role identity").run().ok();
    let line = format!("create --store %s --out %d/a.srb --reason x --no-config {OPEN}");
    stage.backup(&line).run().ok();
    assert_eq!(inspected(&stage, "%d/a.srb")["keys"], serde_json::json!([]));
}

/// Changes the manifest as somebody with every key of the archive could, and leaves the store in it alone.
fn forged(stage: &Stage, change: impl FnOnce(&mut Vec<Item>)) {
    stage.given("arc", PASSPHRASE.as_bytes());
    let flag = "--archive-passphrase-from file:%g/arc";
    let line = format!("create --store %s --out %d/archives/own.srb --reason weekly {flag}");
    stage.backup(&line).run().ok();
    let parts = Parts::of(&stage.read("%d/archives/own.srb"));
    let parts = parts.edit_manifest(|pairs| {
        let keys = pairs.iter_mut().find(|(key, _)| *key == Item::Uint(7)).expect("keys");
        let Item::Array(items) = &mut keys.1 else { panic!("no list") };
        change(items);
    });
    stage.overwrite("%d/archives/forged.srb", &parts.build());
}

#[test]
fn a_manifest_that_names_other_keys_than_the_store_has_is_refused_everywhere() {
    let stage = with_keys();
    forged(&stage, |keys| {
        let Item::Array(fields) = &mut keys[0] else { panic!("no key") };
        fields[3] = Item::Bytes(vec![0x5a; 32]);
    });
    let flag = "--archive-passphrase-from file:%g/arc";
    let words = "the public keys of the store are not those that the manifest names";
    let line = format!("verify %d/archives/forged.srb {flag} --json");
    let found = stage.backup(&line).run().ends(Kind::Integrity).json();
    assert_eq!((&found["verdict"], &found["why"]), (&"corrupt".into(), &words.into()));
    stage.backup(&format!("drill %d/archives/forged.srb {flag}")).refused(Kind::Integrity, words);
    stage
        .backup(&format!("restore %d/archives/forged.srb --to %d/back {flag}"))
        .refused(Kind::Integrity, words);
    stage.backup(&format!("diff %d/archives/forged.srb %s {flag}")).refused(Kind::Integrity, words);
    assert!(!stage.path("%d/back").exists());
}

#[test]
fn an_archive_of_an_older_build_that_names_no_keys_stays_good() {
    let stage = with_keys();
    forged(&stage, Vec::clear);
    let flag = "--archive-passphrase-from file:%g/arc";
    stage.backup(&format!("verify %d/archives/forged.srb {flag}")).run().ok();
    let drilled = stage.backup(&format!("drill %d/archives/forged.srb {flag} --store %s --json"));
    assert_eq!(drilled.run().ok().json()["keys"], 0);
    stage.backup(&format!("restore %d/archives/forged.srb --to %d/back {flag}")).run().ok();
}

#[test]
fn a_live_store_with_other_keys_and_no_commit_to_explain_them_is_told() {
    let stage = with_keys();
    create(&stage, "a.srb");
    let drill = format!("drill %d/archives/a.srb {OPEN} --store %s --json");
    // A rotation in between is an explanation.
    stage.set_clock(NOW + 20);
    stage.rotate("rotate %s treasury --reason routine").run().ok();
    assert_eq!(stage.backup(&drill).run().ok().json()["stale"], true);
    stage.rotate("key destroy %s mac --yes").run().ok();
    stage.backup(&drill).run().ok();
    // On another machine another key was made under the same id: no commit leads from the one to the other.
    let (first, second) = (staged(), Stage::empty());
    second.overwrite("%s", &first.read("%s"));
    second.overwrite("%s.audit.jsonl", &first.read("%s.audit.jsonl"));
    for stage in [&first, &second] {
        stage.rotate("key create %s identity --kind ed25519 --role identity").run().ok();
    }
    create(&first, "a.srb");
    second.overwrite("%d/a.srb", &first.read("%d/archives/a.srb"));
    let line = format!("drill %d/a.srb {OPEN} --store %s");
    second.backup(&line).refused(Kind::Integrity, "the public keys are not the live store's");
    second.on("set %s more --from file:%g/value").run().ok();
    second.backup(&line).refused(Kind::Integrity, "a public key is not the live store's");
}

#[test]
fn the_independent_reader_reads_the_keys_of_an_archive_too() {
    let stage = with_keys();
    create(&stage, "a.srb");
    let output = std::process::Command::new("python3")
        .arg(crate::support::repository("tests/readers/read_archive.py"))
        .arg(stage.path("%g/pass2"))
        .arg(stage.path("%d/archives/a.srb"))
        .output()
        .expect("python3");
    let text = String::from_utf8(output.stdout).expect("text");
    let answer: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let seen = inspected(&stage, "%d/archives/a.srb");
    let keys: Vec<Value> = seen["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| serde_json::json!([key["id"], key["version"], key["kind"], key["public_key"]]))
        .collect();
    assert_eq!(answer["keys"], Value::Array(keys), "{answer}");
}
