//! Five answers about an archive, and one about how little was looked at.

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, create, staged};
use crate::support::stage::Stage;

fn verdict(stage: &Stage, line: &str, kind: Kind) -> Value {
    stage.backup(&format!("verify {line} --json")).run().ends(kind).json()
}

#[test]
fn each_state_of_an_archive_has_its_verdict_and_exit_code() {
    let stage = staged();
    create(&stage, "a.srb");
    let of = |line: &str, kind| verdict(&stage, line, kind)["verdict"].clone();
    let open = |file: &str| format!("{file} {OPEN}");
    assert_eq!(of(&open("%d/archives/a.srb"), Kind::Ok), "valid");
    assert_eq!(of("%d/archives/a.srb", Kind::Findings), "structure_only");
    let wrong = "%d/archives/a.srb --archive-passphrase-from file:%g/pass";
    assert_eq!(of(wrong, Kind::WrongPassphrase), "wrong_passphrase");

    let held = format!("{} --store %s", open("%d/archives/a.srb"));
    assert_eq!(of(&held, Kind::Ok), "valid");
    // A commit that changes no secret ages nothing.
    stage.on("data-key rotate %s").run().ok();
    let info = stage.on("info %s --json").bare().run().ok().json();
    let moved = info["content_generation"] != 2;
    assert_eq!(
        of(&held, if moved { Kind::Findings } else { Kind::Ok }),
        if moved { "stale" } else { "valid" }
    );
    stage.on("set %s api --from file:%g/value2").run().ok();
    let aged = verdict(&stage, &held, Kind::Findings);
    assert_eq!((&aged["verdict"], &aged["generation"]), (&"stale".into(), &2.into()));

    stage.on("init %w/other.bin --network devnet").run().ok();
    let foreign = format!("{} --store %w/other.bin", open("%d/archives/a.srb"));
    assert_eq!(of(&foreign, Kind::Policy), "foreign");
    let network = format!("{} --network testnet", open("%d/archives/a.srb"));
    assert_eq!(of(&network, Kind::Policy), "foreign");

    let mut bytes = stage.read("%d/archives/a.srb");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    stage.overwrite("%d/archives/broken.srb", &bytes);
    let corrupt = verdict(&stage, &open("%d/archives/broken.srb"), Kind::Integrity);
    assert_eq!(corrupt["verdict"], "corrupt");
    assert!(corrupt["why"].as_str().expect("why").contains("chunk 0"));
    stage.overwrite("%d/archives/no.srb", b"not an archive at all");
    assert_eq!(of(&open("%d/archives/no.srb"), Kind::Integrity), "corrupt");
    stage.backup(&format!("verify %d/archives/none.srb {OPEN}")).run().ends(Kind::NotInitialised);
}

#[test]
fn of_several_archives_the_worst_verdict_counts_and_all_are_shown() {
    let stage = staged();
    create(&stage, "a.srb");
    create(&stage, "b.srb");
    let mut bytes = stage.read("%d/archives/b.srb");
    bytes.truncate(bytes.len() - 1);
    stage.overwrite("%d/archives/b.srb", &bytes);
    let found =
        verdict(&stage, &format!("%d/archives/b.srb %d/archives/a.srb {OPEN}"), Kind::Integrity);
    assert_eq!(found["verdict"], "corrupt");
    let verdicts: Vec<_> =
        found["archives"].as_array().expect("rows").iter().map(|row| &row["verdict"]).collect();
    assert_eq!(verdicts, ["corrupt", "valid"]);
}

#[test]
fn a_rehearsal_says_how_far_it_went_and_what_it_was_held_against() {
    let stage = staged();
    create(&stage, "a.srb");
    let drill = |more: &str| {
        stage.backup(&format!("drill %d/archives/a.srb {OPEN} {more} --json")).run().ok().json()
    };
    let before = stage.snapshot();
    let alone = drill("");
    assert_eq!(alone["drill"], "archive only");
    assert_eq!((&alone["values"], &alone["compared_with_live"]), (&Value::Null, &false.into()));
    let full = drill("--passphrase-from file:%g/pass --store %s");
    assert_eq!((&full["drill"], &full["values"]), (&"full".into(), &1.into()));
    assert_eq!((&full["compared_with_live"], &full["stale"]), (&true.into(), &false.into()));
    // All of it in memory: nothing but what is remembered of archives has changed.
    for (path, facts) in stage.snapshot() {
        let remembered = path.to_string_lossy().contains(".backups");
        assert!(remembered || before.get(&path) == Some(&facts), "{}", path.display());
    }
    let line = format!("drill %d/archives/a.srb {OPEN} --passphrase-from file:%g/pass2");
    stage.backup(&line).run().ends(Kind::WrongPassphrase);
    stage.on("init %w/other.bin --network devnet").run().ok();
    stage
        .backup(&format!("drill %d/archives/a.srb {OPEN} --store %w/other.bin"))
        .run()
        .ends(Kind::Policy)
        .says("another store");
}

#[test]
fn what_is_in_it_is_shown_with_a_passphrase_and_the_header_without() {
    let stage = staged();
    create(&stage, "a.srb");
    let seen = stage.backup("inspect %d/archives/a.srb --json").run().ok().json();
    assert_eq!((&seen["authenticated"], &seen["generation"]), (&false.into(), &2.into()));
    assert_eq!(seen.get("files"), None);
    let all = stage.backup(&format!("inspect %d/archives/a.srb {OPEN} --json")).run().ok().json();
    assert_eq!((&all["authenticated"], &all["reason"]), (&true.into(), &"weekly".into()));
    let kinds: Vec<_> =
        all["files"].as_array().expect("files").iter().map(|f| &f["kind"]).collect();
    assert_eq!(kinds, ["store", "audit_log", "config", "extra"]);
    stage
        .backup("inspect %d/archives/a.srb --archive-passphrase-from file:%g/pass")
        .run()
        .ends(Kind::WrongPassphrase);
}
