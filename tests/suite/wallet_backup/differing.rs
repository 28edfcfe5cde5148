//! What has changed in a store since an archive: names, and never what belongs to them.

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, create, staged};
use crate::support::stage::{NOW, Stage};

const STORE: &str = "--passphrase-from file:%g/pass";

/// The answer, as rows of part, change and name; with the store as it was before and after.
fn rows(stage: &Stage, more: &str, kind: Kind) -> Vec<(String, String, String)> {
    let before = stage.snapshot();
    let line = format!("diff %d/archives/a.srb %s {OPEN} {more} --json");
    let found = stage.backup(&line).run().ends(kind).json();
    stage.untouched(&before, "a comparison");
    assert_eq!(found["same"], kind == Kind::Ok);
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    let row = |row: &Value| (text(row, "part"), text(row, "change"), text(row, "name"));
    found["changes"].as_array().expect("rows").iter().map(row).collect()
}

fn of<'a>(rows: &'a [(String, String, String)], part: &str) -> Vec<(&'a str, &'a str)> {
    let mine = rows.iter().filter(|(of, _, _)| of == part);
    mine.map(|(_, how, name)| (how.as_str(), name.as_str())).collect()
}

#[test]
fn nothing_differs_right_after_an_archive_was_made() {
    let stage = staged();
    create(&stage, "a.srb");
    assert_eq!(rows(&stage, "", Kind::Ok), []);
    assert_eq!(rows(&stage, STORE, Kind::Ok), []);
    let line = format!("diff %d/archives/a.srb %s {OPEN}");
    stage
        .backup(&line)
        .run()
        .ok()
        .prints("no difference in what is signed; entries were not opened\n");
    // What was read and recorded since is no difference.
    stage.on("get %s api --out %g/out").run().ok();
    assert_eq!(rows(&stage, STORE, Kind::Ok), []);
}

#[test]
fn with_the_passphrase_of_the_store_secrets_are_named() {
    let stage = staged();
    for name in ["gone", "noted"] {
        stage.on(&format!("set %s {name} --from file:%g/value")).run().ok();
    }
    create(&stage, "a.srb");
    stage.set_clock(NOW + 60);
    stage.on("set %s api --from file:%g/value2").run().ok();
    stage.on("set %s fresh --from file:%g/value2").run().ok();
    stage.on("remove %s gone --yes").run().ok();
    let all = rows(&stage, STORE, Kind::Findings);
    assert_eq!(of(&all, "secret"), [("changed", "api"), ("added", "fresh"), ("removed", "gone")]);
    // Without it nobody can say which, but that something did.
    let signed = rows(&stage, "", Kind::Findings);
    assert_eq!(of(&signed, "secret"), []);
    assert_eq!(
        of(&signed, "store"),
        [("changed", "content_generation"), ("changed", "generation")]
    );
    let text = stage.backup(&format!("diff %d/archives/a.srb %s {OPEN}")).run();
    assert!(text.text().contains("which secrets differ is said with --passphrase-from"));
    // The same number set again is another version, whatever is in it.
    stage.on("set %s noted --from file:%g/value").run().ok();
    let all = rows(&stage, STORE, Kind::Findings);
    assert!(of(&all, "secret").contains(&("changed", "noted")));
}

#[test]
fn no_answer_tells_a_value_a_length_or_a_digest() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.on("set %s api --from file:%g/value2").run().ok();
    let line = format!("diff %d/archives/a.srb %s {OPEN} {STORE}");
    // The stage searches for the values; the digits that are left are generations.
    let text = stage.backup(&line).run().ends(Kind::Findings).text();
    let expected = "store     changed   content_generation: 2 -> 3\n\
                    store     changed   generation: 2 -> 3\n\
                    secret    changed   api: another version\n";
    assert_eq!(text, expected);
}

#[test]
fn keys_slots_policy_and_files_are_compared_too() {
    let stage = staged();
    stage.rotate("key create %s api-key --kind ed25519 --role signing").run().ok();
    stage.rotate("key create %s old --kind ed25519 --role signing").run().ok();
    stage.on("keyslot add %s --new-passphrase-from file:%g/pass2").run().ok();
    stage.given("archive", b"copper lantern drift velvet umbrella cactus");
    let open = "--archive-passphrase-from file:%g/archive";
    let line = format!(
        "create %d/extra/igra.toml --store %s --out %d/archives/a.srb --reason weekly {open}"
    );
    stage.backup(&line).run().ok();
    stage.set_clock(NOW + 60);
    stage.rotate("rotate %s api-key --reason routine").run().ok();
    stage.rotate("key create %s new --kind x25519 --role encryption").run().ok();
    stage.rotate("key destroy %s old --yes").run().ok();
    stage.on("keyslot revoke %s 1 --yes").run().ok();
    stage.overwrite("%d/extra/igra.toml", b"[service]\nnode_rpc_url = \"grpc://y\"\n");
    for more in ["", STORE] {
        let line = format!("diff %d/archives/a.srb %s {open} {more} --json");
        let found = stage.backup(&line).run().ends(Kind::Findings).json();
        let detail = |part: &str, name: &str| {
            let rows = found["changes"].as_array().expect("rows");
            let row = rows.iter().find(|row| row["part"] == part && row["name"] == name);
            let row = row.unwrap_or_else(|| panic!("{part} {name} in {found}"));
            format!("{} {}", row["change"].as_str().unwrap(), row["detail"].as_str().unwrap_or("-"))
        };
        assert_eq!(detail("key", "api-key"), "changed rotated: version 1 -> 2");
        assert_eq!(detail("key", "new"), "added x25519, encryption");
        assert_eq!(detail("key", "old"), "changed retired");
        assert_eq!(detail("keyslot", "1"), "removed passphrase");
        assert_eq!(detail("store", "key_epoch"), "changed 1 -> 2");
        assert_eq!(detail("store", "store_key"), "changed -");
        let path = stage.path("%d/extra/igra.toml").display().to_string();
        assert_eq!(detail("file", &path), "changed -");
    }
    std::fs::remove_file(stage.path("%d/extra/igra.toml")).expect("remove");
    let found = stage.backup(&format!("diff %d/archives/a.srb %s {open}")).run().text();
    assert!(found.contains("file      removed"), "{found}");
}

#[test]
fn a_passphrase_that_was_changed_since_has_a_flag_of_its_own() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.given("pass3", b"copper lantern drift velvet umbrella cactus");
    stage.on("passphrase change %s --new-passphrase-from file:%g/pass3").run().ok();
    let line = format!("diff %d/archives/a.srb %s {OPEN} --passphrase-from file:%g/pass3");
    stage
        .backup(&line)
        .refused(Kind::WrongPassphrase, "the store in the archive does not open")
        .says("--archived-store-passphrase-from");
    let line = format!("{line} --archived-store-passphrase-from file:%g/pass --json");
    let found = stage.backup(&line).run().ends(Kind::Findings).json();
    assert_eq!(found["compared"], "entries");
    let slots: Vec<_> = found["changes"].as_array().unwrap().iter().collect();
    assert!(slots.iter().any(|row| row["part"] == "keyslot" && row["change"] == "changed"));
    assert!(slots.iter().all(|row| row["part"] != "secret"), "{found}");
    let line =
        format!("diff %d/archives/a.srb %s {OPEN} --archived-store-passphrase-from file:%g/pass");
    stage.backup(&line).refused(Kind::Usage, "needs --passphrase-from");
}

#[test]
fn a_store_that_went_another_way_is_called_forked() {
    let stage = staged();
    let before = (stage.read("%s"), stage.read("%s.audit.jsonl"));
    stage.on("set %s here --from file:%g/value").run().ok();
    create(&stage, "a.srb");
    // On another machine the same generation was made from the same copy.
    let other = Stage::empty();
    other.overwrite("%s", &before.0);
    other.overwrite("%s.audit.jsonl", &before.1);
    other.on("set %s there --from file:%g/value").run().ok();
    other.overwrite("%d/a.srb", &stage.read("%d/archives/a.srb"));
    let line = format!("diff %d/a.srb %s {OPEN} --no-such");
    other.backup(&line).run().ends(Kind::Usage);
    let line = format!("diff %d/a.srb %s {OPEN} --passphrase-from file:%g/pass --json");
    let found = other.backup(&line).run().ends(Kind::Findings).json();
    assert_eq!(found["forked"], true, "{found}");
}

#[test]
fn another_store_and_another_network_are_refused() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.on("init %w/other.bin --network devnet").run().ok();
    let line = format!("diff %d/archives/a.srb %w/other.bin {OPEN}");
    stage.backup(&line).refused(Kind::Policy, "another store");
    let line = format!("diff %d/archives/a.srb %s {OPEN} --network mainnet");
    stage.backup(&line).refused(Kind::Policy, "this archive is of devnet");
    stage
        .backup(&format!("diff %d/archives/a.srb {OPEN}"))
        .refused(Kind::Usage, "no store is named");
    stage.backup(&format!("diff {OPEN}")).refused(Kind::Usage, "the archive is missing");
}

#[test]
fn a_file_of_igras_is_compared_as_far_as_it_goes() {
    let stage = Stage::empty();
    stage.on("init %s --format igra --network devnet").run().ok();
    for name in ["a", "b"] {
        stage.on(&format!("set %s {name} --from file:%g/value")).run().ok();
    }
    std::fs::create_dir(stage.path("%d/archives")).expect("mkdir");
    let line =
        format!("create --store %s --out %d/archives/a.srb --reason x --network devnet {OPEN}");
    stage.backup(&line).run().ok();
    let network = "--network devnet";
    assert_eq!(rows(&stage, network, Kind::Ok), []);
    stage.on("set %s b --from file:%g/value2 --yes").run().ok();
    stage.on("set %s c --from file:%g/value2").run().ok();
    let all = rows(&stage, network, Kind::Findings);
    assert_eq!(of(&all, "store"), [("changed", "content")]);
    let all = rows(&stage, &format!("{network} {STORE}"), Kind::Findings);
    assert_eq!(of(&all, "secret"), [("changed", "b"), ("added", "c")]);
}
