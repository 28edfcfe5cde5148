//! Listing, pruning, watching: the archives of one store, and never another's.

use serde_json::Value;
use strongroom::kind::Kind;
use strongroom::memory::Region;
use strongroom::store::backup_facts::DrillKind;
use strongroom::store::{Header, SealedStore};

use super::{OPEN, create, staged};
use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

/// What anybody can read of the store.
fn header(stage: &Stage) -> Header {
    let bytes = stage.read("%s");
    let mut region = Region::bulk(bytes.len()).expect("memory");
    region.copy_from_slice(&bytes);
    let sealed = SealedStore::parse(region).expect("a store");
    sealed.verify().expect("signed");
    sealed.header().clone()
}

fn names(stage: &Stage) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(stage.path("%d/archives"))
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn a_list_shows_the_newest_first_and_what_cannot_be_read_and_keeps_stores_apart() {
    let stage = staged();
    for (day, name) in (0..).zip(["a.srb", "b.srb"]) {
        stage.set_clock(NOW + day * DAY);
        create(&stage, name);
    }
    stage.on("init %w/other.bin --network devnet").run().ok();
    let line = format!("create --store %w/other.bin --out %d/archives/o.srb --reason x {OPEN}");
    stage.backup(&line).run().ok();
    stage.overwrite("%d/archives/readme.txt", b"not ours");
    let files = |line: &str, kind| {
        let list = stage.backup(&format!("list %d/archives --json {line}")).run().ends(kind).json();
        let rows = list["archives"].as_array().expect("rows").clone();
        let name = |row: &Value| {
            row["file"].as_str().expect("a path").rsplit('/').next().map(str::to_owned)
        };
        rows.iter().filter_map(name).collect::<Vec<_>>()
    };
    assert_eq!(files("--store %s", Kind::Ok), ["b.srb", "a.srb"]);
    assert_eq!(files("--store %w/other.bin", Kind::Ok), ["o.srb"]);
    assert_eq!(files("", Kind::Ok).len(), 3);
    let mut cut = stage.read("%d/archives/a.srb");
    cut.truncate(60);
    stage.overwrite("%d/archives/cut.strongroom-backup", &cut);
    stage.overwrite("%d/archives/zero.strongroom-backup", b"");
    assert_eq!(
        files("--store %s", Kind::Findings),
        ["b.srb", "a.srb", "cut.strongroom-backup", "zero.strongroom-backup"]
    );
    // What this host remembers, without a directory.
    let list = stage.backup("list --store %s --json").run().ok().json();
    assert_eq!(list["archives"].as_array().map(Vec::len), Some(2));
    // And what of it is gone.
    std::fs::remove_file(stage.path("%d/archives/b.srb")).expect("remove");
    let list = stage.backup("list --store %s --json").run().ok().json();
    assert_eq!(list["archives"][0]["present"], false);
    assert_eq!(list["archives"][1]["present"], true);
    let text = stage.backup("list --store %s").run().ok().text();
    assert_eq!(text.matches("b.srb (not there any more)").count(), 1, "{text}");
    assert_eq!(text.matches("not there").count(), 1, "{text}");
}

#[test]
fn a_template_names_network_store_generation_and_time() {
    let stage = staged();
    let line = format!("create --store %s --out %d/archives --reason weekly {OPEN} --json");
    let made = stage.backup(&line).run().ok().json();
    let id = &made["store_id"].as_str().expect("an id")[..8];
    let name = format!("devnet-{id}-g2-20260921T141320Z.strongroom-backup");
    assert_eq!(names(&stage), [name]);
    stage.backup(&line).run().ends(Kind::Exists);
}

#[test]
fn pruning_never_takes_the_last_archive_that_is_known_to_be_good() {
    let stage = staged();
    for (day, name) in (0..).zip(["a.srb", "b.srb", "c.srb", "d.srb"]) {
        stage.set_clock(NOW + day * DAY);
        create(&stage, name);
    }
    let prune = "prune %d/archives --store %s --keep-last 1";
    // None was ever proven.
    stage.backup(prune).refused(Kind::Policy, "none is removed").says("wallet-backup verify");
    assert_eq!(names(&stage).len(), 4);
    stage.backup(&format!("verify %d/archives/b.srb {OPEN}")).run().ok();
    // The newest two are damaged where only a passphrase finds it.
    for name in ["c.srb", "d.srb"] {
        let path = format!("%d/archives/{name}");
        let mut bytes = stage.read(&path);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        stage.overwrite(&path, &bytes);
    }
    let before = stage.snapshot();
    let dry = stage.backup(&format!("{prune} --dry-run --json")).run().ok().json();
    assert_eq!(dry["removed"], 2);
    stage.untouched(&before, "a dry run");
    let pruned = stage.backup(&format!("{prune} {OPEN} --json")).run().ok().json();
    let kept: Vec<_> =
        pruned["archives"].as_array().expect("rows").iter().map(|row| &row["kept"]).collect();
    // Damaged ones take nobody's place, and go since a good one of their generation stays.
    assert_eq!(kept, [false, false, true, false]);
    assert_eq!(names(&stage), ["b.srb"]);
    let log = String::from_utf8(stage.read("%s.audit.jsonl")).expect("UTF-8");
    assert_eq!(log.matches("\"event\":\"backup.prune\"").count(), 3);
    stage.on("audit verify %s").run().ok();
}

#[test]
fn pruning_leaves_other_stores_and_what_it_cannot_read_alone() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.set_clock(NOW + DAY);
    create(&stage, "b.srb");
    stage.on("init %w/other.bin --network devnet").run().ok();
    let line = format!("create --store %w/other.bin --out %d/archives/o.srb --reason x {OPEN}");
    stage.backup(&line).run().ok();
    stage.overwrite("%d/archives/zero.strongroom-backup", b"");
    let prune = format!("prune %d/archives --store %s --keep-last 1 {OPEN}");
    stage.backup(&prune).run().ends(Kind::Findings);
    assert_eq!(names(&stage), ["b.srb", "o.srb", "zero.strongroom-backup"]);
}

#[test]
fn pruning_with_a_passphrase_that_opens_nothing_removes_nothing() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.set_clock(NOW + DAY);
    create(&stage, "b.srb");
    let line = "prune %d/archives --store %s --keep-last 1 --archive-passphrase-from file:%g/pass";
    stage.backup(line).run().ends(Kind::WrongPassphrase);
    assert_eq!(names(&stage), ["a.srb", "b.srb"]);
}

#[test]
fn a_monitor_learns_in_one_line_whether_all_is_fresh() {
    let stage = staged();
    let status = |words: &str, kind| {
        let line = "status --store %s --max-age 7d --max-drill-age 30d";
        let json = stage.backup(&format!("{line} --json")).run().ends(kind).json();
        let text = stage.backup(line).run().ends(kind).text();
        assert!(text.contains(words) && text.lines().count() == 1, "{text}");
        json["status"].as_str().expect("a word").to_owned()
    };
    assert_eq!(status("no backup is known", Kind::Findings), "CRITICAL");
    create(&stage, "a.srb");
    assert_eq!(status("no restore was ever rehearsed", Kind::Findings), "WARNING");
    stage.backup(&format!("drill %d/archives/a.srb {OPEN}")).run().ok();
    assert_eq!(status("last backup 0 s ago", Kind::Ok), "OK");
    stage.set_clock(NOW + 6 * DAY);
    assert_eq!(status("last backup 6 d ago, last rehearsed restore 6 d ago", Kind::Ok), "OK");
    stage.set_clock(NOW + 8 * DAY);
    assert_eq!(status("the last backup is 8 d old", Kind::Findings), "CRITICAL");
    create(&stage, "b.srb");
    assert_eq!(status("last backup 0 s ago", Kind::Ok), "OK");
    stage.set_clock(NOW + 31 * DAY);
    create(&stage, "c.srb");
    assert_eq!(status("the last rehearsed restore is 31 d old", Kind::Findings), "WARNING");
    stage.on("set %s api --from file:%g/value2").run().ok();
    assert_eq!(status("the store has changed since the last backup", Kind::Findings), "WARNING");
    for name in ["a.srb", "b.srb", "c.srb"] {
        std::fs::remove_file(stage.path(&format!("%d/archives/{name}"))).expect("remove");
    }
    assert_eq!(status("no sound backup is where it was put", Kind::Findings), "CRITICAL");
}

#[test]
fn a_place_that_cannot_be_read_is_unknown_and_no_lost_backup() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.backup(&format!("drill %d/archives/a.srb {OPEN}")).run().ok();
    std::fs::create_dir(stage.path("%d/newer")).expect("mkdir");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(stage.path("%d/newer"), mode).expect("chmod");
    stage.set_clock(NOW + DAY);
    let line = format!("create --store %s --out %d/newer/b.srb --reason again {OPEN}");
    stage.backup(&line).run().ok();
    let status = |max_age: &str| {
        let ran = stage.backup(&format!("status --store %s --max-age {max_age} --json")).run();
        (ran.code, ran.json()["findings"].to_string())
    };
    let listed = || stage.backup("list --store %s").run().ok().text();
    // A place that root does not look at either: the way there leads over a link that somebody else can change.
    let hide = |name: &str| {
        let (place, away) = (stage.path(name), stage.path(&format!("{name}.away")));
        std::fs::rename(&place, &away).expect("rename");
        std::os::unix::fs::symlink(&away, &place).expect("link");
        std::os::unix::fs::lchown(&place, Some(65534), None).expect("chown, as root");
    };
    let show = |name: &str| {
        std::fs::remove_file(stage.path(name)).expect("remove");
        std::fs::rename(stage.path(&format!("{name}.away")), stage.path(name)).expect("rename");
    };

    hide("%d/archives");
    assert_eq!(status("12h"), (0, "[]".to_owned()), "the newest is there and fresh");
    show("%d/archives");

    hide("%d/newer");
    // Whether it holds this, nobody can tell: so nothing is said of the older one.
    stage.on("set %s api --from file:%g/value2").run().ok();
    for (max_age, code) in [("7d", 1), ("12h", 3)] {
        let (ended, findings) = status(max_age);
        assert_eq!(ended, code, "{findings}");
        assert!(findings.contains("cannot look at") && findings.contains("b.srb"), "{findings}");
        assert!(!findings.contains("changed") && !findings.contains("old\""), "{findings}");
    }
    hide("%d/archives");
    assert_eq!(status("7d").0, 3);
    assert_eq!(listed().matches("(cannot be looked at: ").count(), 2, "{}", listed());
    let json = stage.backup("list --store %s --json").run().ok().json();
    for row in json["archives"].as_array().expect("rows") {
        assert!(row["present"].is_null() && row["error"].is_string(), "{row}");
    }
    show("%d/archives");
    show("%d/newer");

    // What is gone, or is something else, is known to be no backup.
    std::fs::remove_file(stage.path("%d/newer/b.srb")).expect("remove");
    std::fs::create_dir(stage.path("%d/newer/b.srb")).expect("mkdir");
    assert_eq!(status("12h").0, 2);
    std::fs::remove_dir_all(stage.path("%d/archives")).expect("remove");
    assert_eq!(status("7d").0, 2);
    assert_eq!(listed().matches("(not there any more)").count(), 2, "{}", listed());
}

#[test]
fn an_archive_that_was_found_damaged_is_no_backup_until_it_is_found_whole() {
    for found_by in ["verify", "drill"] {
        let stage = staged();
        create(&stage, "a.srb");
        stage.backup(&format!("drill %d/archives/a.srb {OPEN}")).run().ok();
        let status = || stage.backup("status --store %s").run();
        status().ok();
        let whole = stage.read("%d/archives/a.srb");
        let mut bytes = whole.clone();
        let at = bytes.len() - 50;
        bytes[at] ^= 1;
        stage.overwrite("%d/archives/a.srb", &bytes);
        stage.backup(&format!("{found_by} %d/archives/a.srb {OPEN}")).run().ends(Kind::Integrity);
        let told = status().ends(Kind::Findings).text();
        assert!(told.contains("no sound backup"), "{found_by}: {told}");
        stage.overwrite("%d/archives/a.srb", &whole);
        stage.backup(&format!("{found_by} %d/archives/a.srb {OPEN}")).run().ok();
        status().ok();
    }
}

#[test]
fn metrics_say_what_the_line_says_and_when_it_could_last_be_told() {
    let stage = staged();
    create(&stage, "a.srb");
    let metrics = |words: &str| {
        let line = "status --max-age 7d --max-drill-age 30d --metrics-file %d/b.prom --store";
        let code = stage.backup(&format!("{line} {words}")).run().code;
        (code, std::fs::read_to_string(stage.path("%d/b.prom")).expect("metrics"))
    };
    let value = |text: &str, name: &str| {
        let row = text.lines().find(|row| row.starts_with(&format!("strongroom_backup_{name}{{")));
        row.and_then(|row| row.rsplit(' ').next()?.parse::<u64>().ok())
    };
    let (code, text) = metrics("%s");
    assert_eq!((code, value(&text, "status")), (1, Some(1)), "{text}");
    assert_eq!(value(&text, "last_timestamp_seconds"), Some(NOW));
    assert_eq!(value(&text, "last_drill_timestamp_seconds"), None);
    assert_eq!(value(&text, "last_success_timestamp_seconds"), Some(NOW));
    stage.set_clock(NOW + DAY);
    stage.overwrite("%s", b"no store");
    let (code, text) = metrics("%s");
    assert_eq!((code, value(&text, "status")), (3, Some(3)), "{text}");
    assert_eq!(value(&text, "last_run_timestamp_seconds"), Some(NOW + DAY));
    assert_eq!(value(&text, "last_success_timestamp_seconds"), Some(NOW));
    assert_eq!(value(&text, "last_timestamp_seconds"), None);
}

#[test]
fn what_is_known_of_archives_comes_into_the_inventory_with_the_next_commit() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.backup(&format!("drill %d/archives/a.srb {OPEN}")).run().ok();
    let before = header(&stage);
    assert_eq!(
        (before.generation, before.inventory.backup, before.inventory.drill),
        (2, None, None)
    );
    let made = stage.backup("inspect %d/archives/a.srb --json").run().ok().json();
    stage.set_clock(NOW + DAY);
    stage.on("set %s more --from file:%g/value2").run().ok();
    let after = header(&stage);
    assert_eq!(after.generation, 3);
    let backup = after.inventory.backup.expect("a backup");
    assert_eq!((backup.at.as_unix(), backup.content_generation), (NOW, 2));
    let archive = data_encoding::HEXLOWER.encode(&backup.archive);
    assert_eq!(made["archive_id"], archive);
    let (verified, which) = backup.verified.expect("verified");
    assert_eq!((verified.as_unix(), which), (NOW, backup.archive));
    let drill = after.inventory.drill.expect("a drill");
    assert_eq!((drill.at.as_unix(), drill.kind), (NOW, DrillKind::ArchiveOnly));
    assert_eq!(drill.archive, backup.archive);
    // And anybody is told, without a passphrase.
    let told = stage.on("info %s --json").bare().run().ok().json()["inventory"].clone();
    assert_eq!(told["backup"]["archive"], archive);
    assert_eq!(told["drill"]["archive"], archive);
    assert_eq!(told["backup"]["at"], backup.at.to_string());
    assert_eq!(told["backup"]["content_generation"], 2);
    assert_eq!(told["backup"]["verified"]["at"], verified.to_string());
    assert_eq!(told["drill"]["kind"], "archive_only");
    let text = stage.on("info %s").bare().run().ok().text();
    let line = format!(
        "backup       {} (content of generation 2), verified {verified}\ndrill        ",
        backup.at
    );
    assert!(text.contains(&line), "{text}");
    // With every entry opened, of the newest archive, at the next commit; older news never replace newer.
    create(&stage, "b.srb");
    let line = format!("drill %d/archives/b.srb {OPEN} --passphrase-from file:%g/pass --json");
    let drilled = stage.backup(&line).run().ok().json();
    stage.set_clock(NOW + 2 * DAY);
    stage.backup(&format!("verify %d/archives/a.srb {OPEN}")).run().ok();
    stage.on("remove %s more --yes").run().ok();
    let later = header(&stage).inventory;
    let (backup, drill) = (later.backup.expect("a backup"), later.drill.expect("a drill"));
    assert_eq!((backup.at.as_unix(), backup.content_generation), (NOW + DAY, 3));
    assert_eq!((drill.at.as_unix(), drill.kind), (NOW + DAY, DrillKind::EveryEntry));
    assert_eq!(Some(drill.duration_ms), drilled["millis"].as_u64());
    assert_eq!(drill.archive, backup.archive);
    assert_eq!(backup.verified.map(|(at, _)| at.as_unix()), Some(NOW + 2 * DAY));
    stage.on("verify %s").run().ok();
    stage.on("set %s more --from file:%g/value2").run().ok();
    stage.on("list %s").run().ok().prints("api\nmore\n");
}

#[test]
fn after_a_change_of_keys_the_archives_that_open_the_old_way_are_named() {
    let stage = staged();
    create(&stage, "a.srb");
    let said = "1 known archives hold the store as it opened before";
    stage.on("data-key rotate %s").run().ok().says(said).says("a.srb");
    stage.on("passphrase change %s --new-passphrase-from file:%g/pass2").run().ok().says(said);
}

#[test]
fn an_export_is_opened_by_age_and_a_damaged_archive_exports_nothing() {
    use std::process::Command;

    use crate::support::program::require;

    require("age");
    let stage = staged();
    stage.overwrite("%d/extra/empty", b"");
    let line = format!(
        "create %d/extra/empty %d/extra/igra.toml --store %s --out %d/a.backup --reason weekly {OPEN}"
    );
    stage.backup(&line).run().ok();
    let key = stage.path("%d/key");
    assert!(Command::new("age-keygen").arg("-o").arg(&key).output().expect("run").status.success());
    let shown = Command::new("age-keygen").arg("-y").arg(&key).output().expect("run").stdout;
    let recipient = String::from_utf8(shown).expect("UTF-8");
    let export = |out: &str| {
        let line =
            format!("export %d/a.backup --age --out {out} {OPEN} --recipient {recipient} --json");
        stage.backup(&line)
    };
    assert_eq!(export("%d/a.age").run().ok().json()["files"], 5);
    assert_eq!(stage.mode("%d/a.age"), 0o600);
    let tar =
        Command::new("age").arg("-d").arg("-i").arg(&key).arg(stage.path("%d/a.age")).output();
    let tar = tar.expect("age").stdout;
    stage.overwrite("%d/a.tar", &tar);
    std::fs::create_dir(stage.path("%d/untarred")).expect("mkdir");
    let untar = Command::new("tar")
        .arg("-xf")
        .arg(stage.path("%d/a.tar"))
        .arg("-C")
        .arg(stage.path("%d/untarred"))
        .status();
    assert!(untar.expect("tar").success());
    assert_eq!(stage.read("%d/untarred/secrets.bin"), stage.read("%s"));
    export("%d/a.age").refused(Kind::Exists, "refusing to overwrite");

    let mut bytes = stage.read("%d/a.backup");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    stage.overwrite("%d/a.backup", &bytes);
    export("%d/b.age").refused(Kind::Integrity, "does not authenticate");
}

#[test]
fn a_record_of_hashes_is_read_and_said_to_give_nothing_back() {
    let stage = Stage::empty();
    stage.overwrite(
        "%d/ritual.json",
        br#"[{"prompt": "first pet?", "expected_response_hash": "00"}]"#,
    );
    let ran = stage.backup("import %d/ritual.json").run();
    assert!(matches!(ran.kind, Kind::Ok | Kind::Integrity), "{}", ran.stderr);
    stage.overwrite("%d/none.json", b"{}");
    stage.backup("import %d/none.json").run();
    stage.overwrite("%d/broken.json", b"{\"key_hash\": ");
    stage.backup("import %d/broken.json").refused(Kind::Integrity, "not JSON");
}
