//! Listing, pruning, watching: the archives of one store, and never another's.

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, create, staged};
use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

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
    stage.overwrite("%d/archives/cut.srb", &cut);
    stage.overwrite("%d/archives/zero.srb", b"");
    assert_eq!(files("--store %s", Kind::Findings), ["b.srb", "a.srb", "cut.srb", "zero.srb"]);
    // What this host remembers, without a directory.
    let list = stage.backup("list --store %s --json").run().ok().json();
    assert_eq!(list["archives"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_template_names_network_store_generation_and_time() {
    let stage = staged();
    let line = format!("create --store %s --out %d/archives --reason weekly {OPEN} --json");
    let made = stage.backup(&line).run().ok().json();
    let id = made["store_id"].as_str().expect("an id");
    assert_eq!(names(&stage), [format!("devnet-{id}-g000002-20260921T141320Z.srb")]);
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
    let whys: Vec<_> =
        pruned["archives"].as_array().expect("rows").iter().map(|row| &row["why"]).collect();
    assert_eq!(
        whys,
        [
            &Value::from("kept by the rule"),
            &Value::Null,
            &"the newest that is known to be good".into(),
            &Value::Null
        ]
    );
    assert_eq!(names(&stage), ["b.srb", "d.srb"]);
    let log = String::from_utf8(stage.read("%s.audit.jsonl")).expect("UTF-8");
    assert_eq!(log.matches("\"event\":\"backup.prune\"").count(), 2);
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
    stage.overwrite("%d/archives/zero.srb", b"");
    let prune = format!("prune %d/archives --store %s --keep-last 1 {OPEN}");
    stage.backup(&prune).run().ok();
    assert_eq!(names(&stage), ["b.srb", "o.srb", "zero.srb"]);
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
    assert_eq!(status("no known backup is where it was put", Kind::Findings), "CRITICAL");
}
