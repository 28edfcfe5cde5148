//! An archive and its passphrase give the store back: on another machine, with no state and no live key.

use std::process::Command;

use strongroom::kind::Kind;

use super::{OPEN, create, move_away, staged};
use crate::support::repository;
use crate::support::stage::{PASS2, Stage, VALUE};

fn store_key(stage: &Stage, store: &str) -> String {
    let info = stage.on(&format!("info {store} --json")).bare().run().ok().json();
    info["store_key"].as_str().expect("a key").to_owned()
}

#[test]
fn on_another_machine_an_archive_and_its_passphrase_give_the_store_back() {
    let stage = staged();
    stage.on("keyslot add %s --new-passphrase-from file:%g/pass2").run().ok();
    let archive = create(&stage, "a.srb");
    let (key, store, log) =
        (store_key(&stage, "%s"), stage.read("%s"), stage.read("%s.audit.jsonl"));
    move_away(&stage);

    let line = format!("restore {} --to %d/back {OPEN} --json", archive.display());
    let restored = stage.backup(&line).run().ok();
    let answer = restored.json();
    assert_eq!(answer["last_use"]["host"].as_str().map(str::is_empty), Some(false));
    assert_eq!(answer["store"].as_str(), stage.path("%d/back/secrets.bin").to_str());
    assert_eq!(stage.read("%d/back/secrets.bin"), store);
    assert_eq!(stage.read("%d/back/secrets.bin.audit.jsonl"), log);
    assert_eq!(store_key(&stage, "%d/back/secrets.bin"), key);
    for path in ["%d/back/secrets.bin", "%d/back/secrets.bin.audit.jsonl"] {
        assert_eq!(stage.mode(path), 0o600, "{path}");
    }
    assert_eq!(stage.mode("%d/back"), 0o700);
    stage.on("get %d/back/secrets.bin api").revealing().run().ok().prints(VALUE);
    // And it can be worked on: the log goes on where it ended.
    stage.on("set %d/back/secrets.bin more --from file:%g/value2").run().ok();
    let verified = stage.on("audit verify %d/back/secrets.bin --json").run().ok().json();
    assert_eq!(verified["verdict"], "good");
    assert!(!stage.path("%d/back.partial").exists());
}

#[test]
fn the_independent_reader_restores_it_too() {
    let stage = staged();
    let archive = create(&stage, "a.srb");
    std::fs::create_dir(stage.path("%d/python")).expect("mkdir");
    let output = Command::new("python3")
        .arg(repository("tests/readers/read_archive.py"))
        .args(["--to".as_ref(), stage.path("%d/python").as_os_str()])
        .arg(stage.path("%g/pass2"))
        .arg(&archive)
        .output()
        .expect("python3 is needed, with the modules of tests/readers/requirements.txt");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(stage.read("%d/python/secrets.bin"), stage.read("%s"));
    let extra = stage.path("%d/extra/igra.toml");
    let below = extra.strip_prefix("/").expect("absolute").display().to_string();
    assert_eq!(stage.read(&format!("%d/python/files/{below}")), stage.read("%d/extra/igra.toml"));
    assert!(!PASS2.is_empty());
}

#[test]
fn with_store_only_nothing_else_comes_back() {
    let stage = staged();
    let archive = create(&stage, "a.srb");
    let line = format!("restore {} --to %d/back --store-only {OPEN}", archive.display());
    stage.backup(&line).run().ok();
    let mut names: Vec<_> = std::fs::read_dir(stage.path("%d/back"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["secrets.bin", "secrets.bin.audit.jsonl"]);
}

/// So many that they cannot all be held open without a name.
#[test]
fn any_number_of_files_comes_back_and_nothing_of_a_damaged_archive() {
    let stage = staged();
    let mut line = "create --store %s --reason many --out %d/many.srb".to_owned();
    for number in 0..300 {
        let path = format!("%d/extra/{number}/file");
        std::fs::create_dir(stage.path(&format!("%d/extra/{number}"))).expect("mkdir");
        stage.overwrite(&path, format!("content {number}").as_bytes());
        line = format!("{line} {path}");
    }
    stage.backup(&format!("{line} {OPEN}")).run().ok();
    stage.backup(&format!("restore %d/many.srb --to %d/back {OPEN}")).run().ok();
    for number in 0..300 {
        let extra = stage.path(&format!("%d/extra/{number}/file"));
        let below = extra.strip_prefix("/").expect("absolute").display().to_string();
        let back = stage.read(&format!("%d/back/files/{below}"));
        assert_eq!(back, format!("content {number}").as_bytes());
    }
    let mut bytes = stage.read("%d/many.srb");
    *bytes.last_mut().expect("not empty") ^= 1;
    stage.overwrite("%d/many.srb", &bytes);
    stage.backup(&format!("restore %d/many.srb --to %d/not {OPEN}")).run().ends(Kind::Integrity);
    assert!(!stage.path("%d/not").exists() && !stage.path("%d/not.partial").exists());
}

#[test]
fn where_this_host_has_seen_more_a_restore_has_to_be_accepted_and_says_so_with_the_command() {
    let stage = staged();
    let archive = create(&stage, "a.srb");
    stage.on("set %s api --from file:%g/value2").run().ok();
    let line = format!("restore {} --to %d/back {OPEN}", archive.display());
    stage
        .backup(&line)
        .refused(
            Kind::Rollback,
            "has seen generation 3 of the store, the archive holds generation 2",
        )
        .says(&format!("wallet-backup restore {} --to", archive.display()))
        .says("--accept-rollback REASON");
    stage.backup(&format!("{line} --accept-rollback disk-lost")).run().ok();
    // What was accepted is accepted for the restore: the first unlock must say it again, and commits forward.
    // The log is as old as the store, so what is missing of it has to be accepted too.
    stage.on("get %d/back/secrets.bin api").run().ends(Kind::Rollback);
    let accept = "--accept-rollback disk-lost";
    let line = format!("audit repair %d/back/secrets.bin --accept-loss disk-lost {accept}");
    stage.on(&line).run().ok();
    stage.on(&format!("get %d/back/secrets.bin api {accept}")).revealing().run().ok().prints(VALUE);
    let info = stage.on("info %d/back/secrets.bin --json").bare().run().ok().json();
    assert_eq!(info["generation"], 4);
}

#[test]
fn an_igra_file_comes_back_with_its_audit_root() {
    let stage = Stage::empty();
    stage.on("init %s --format igra --network devnet").run().ok();
    stage.on("set %s api --from file:%g/value --network devnet").run().ok();
    let line = format!("create --store %s --network devnet --out %d/a.srb --reason weekly {OPEN}");
    let created = stage.backup(&format!("{line} --json")).run().ok().json();
    assert_eq!(created["generation"], 0);
    let kinds: Vec<_> =
        created["files"].as_array().expect("files").iter().map(|f| &f["kind"]).collect();
    assert_eq!(kinds, ["store", "audit_log", "audit_root", "config"]);
    let drill = stage
        .backup(&format!("drill %d/a.srb {OPEN} --passphrase-from file:%g/pass --json"))
        .run()
        .ok()
        .json();
    assert_eq!((&drill["drill"], &drill["values"]), (&"full".into(), &1.into()));
    stage.backup(&format!("restore %d/a.srb --to %d/back --network devnet {OPEN}")).run().ok();
    assert_eq!(stage.read("%d/back/secrets.bin"), stage.read("%s"));
    stage.on("get %d/back/secrets.bin api --network devnet").revealing().run().ok().prints(VALUE);
}

#[test]
fn a_dry_run_writes_nothing_and_says_what_would_be() {
    let stage = staged();
    let archive = create(&stage, "a.srb");
    let before = stage.snapshot();
    let line = format!("restore {} --to %d/back --dry-run {OPEN}", archive.display());
    let text = stage.backup(&line).run().ok().text();
    assert!(text.starts_with("would restore 4 files"), "{text}");
    let line = format!("create --store %s --out %d/archives --reason weekly --dry-run {OPEN}");
    let text = stage.backup(&line).run().ok().text();
    assert!(text.contains("would archive secrets.bin\n"), "{text}");
    stage.untouched(&before, "dry runs");
}
