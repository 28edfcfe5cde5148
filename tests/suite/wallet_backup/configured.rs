//! `[backup]` of the configuration stands in for flags that are missing.

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, staged};
use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

/// A stage whose configuration names the store and two places for archives.
fn configured(more: &str) -> Stage {
    let stage = staged();
    let (first, second) = (stage.path("%d/archives"), stage.path("%d/second"));
    std::fs::create_dir(&second).expect("mkdir");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&second, private).expect("chmod");
    stage.config(&format!(
        "store = \"{}\"\n[backup]\ndirs = [\"{}\", \"{}\"]\n{more}",
        stage.path("%s").display(),
        first.display(),
        second.display(),
    ));
    stage
}

fn create(stage: &Stage, more: &str) -> Value {
    stage.backup(&format!("create --reason weekly {OPEN} {more} --json")).run().ok().json()
}

#[test]
fn an_archive_goes_into_the_first_directory_and_the_newest_is_found_there() {
    let stage = configured("");
    let made = create(&stage, "");
    let path = made["path"].as_str().expect("a path").to_owned();
    assert!(path.starts_with(&stage.expand("%d/archives/devnet-")), "{path}");
    stage.set_clock(NOW + DAY);
    let newer = create(&stage, "--out %d/second");
    assert!(newer["path"].as_str().expect("a path").starts_with(&stage.expand("%d/second/")));
    let list = stage.backup("list --json").run().ok().json();
    assert_eq!(list["archives"].as_array().map(Vec::len), Some(2));
    // The newest, wherever it lies.
    let drilled = stage.backup(&format!("drill {OPEN} --json")).run().ok().json();
    assert_eq!(drilled["file"], newer["path"]);
    let verified = stage.backup(&format!("verify {OPEN} --json")).run().ok().json();
    assert_eq!(verified["archives"].as_array().map(Vec::len), Some(2));
    // What is typed goes first.
    let line = format!("verify {path} {OPEN} --json");
    assert_eq!(stage.backup(&line).run().ok().json()["file"], path);
    let list = stage.backup("list %d/second --json").run().ok().json();
    assert_eq!(list["archives"].as_array().map(Vec::len), Some(1));
}

/// The disk for the archives is not mounted: a file of its name would look like a backup, on the wrong disk.
#[test]
fn a_directory_that_is_not_there_is_not_replaced_by_a_file() {
    let stage = configured("");
    std::fs::remove_dir(stage.path("%d/archives")).expect("rmdir");
    stage.backup(&format!("create --reason weekly {OPEN}")).run().ends(Kind::NotInitialised);
    assert!(!stage.path("%d/archives").exists());
}

#[test]
fn ages_and_counts_of_the_configuration_hold_where_no_flag_says_otherwise() {
    let stage = configured("max_age = \"2d\"\nmax_drill_age = \"3d\"\nkeep_last = 2\n");
    for day in 0..4 {
        stage.set_clock(NOW + day * DAY);
        create(&stage, "");
    }
    stage.backup(&format!("drill {OPEN}")).run().ok();
    let status = |more: &str| stage.backup(&format!("status {more}")).run();
    status("").exits(0);
    stage.set_clock(NOW + 6 * DAY);
    assert!(status("").exits(2).text().contains("the last backup is 3 d old"));
    status("--max-age 7d").exits(0);
    stage.set_clock(NOW + 7 * DAY);
    assert!(
        status("--max-age 7d").exits(1).text().contains("the last rehearsed restore is 4 d old")
    );
    status("--max-age 7d --max-drill-age 7d").exits(0);
    let prune = |more: &str| {
        let json = stage.backup(&format!("prune {OPEN} {more} --json")).run().ok().json();
        json["removed"].as_u64().expect("a number")
    };
    // A rule that is typed is the whole rule.
    assert_eq!(prune("--keep-last 3 --dry-run"), 1);
    assert_eq!(prune("--keep-weekly 1 --dry-run"), 3);
    assert_eq!(prune(""), 2);
    assert_eq!(prune(""), 0);
    // What was pruned is no longer listed, and what was proven with it stays known.
    let list = stage.backup("list --json").run().ok().json();
    assert_eq!(list["archives"].as_array().map(Vec::len), Some(2));
}

#[test]
fn without_directories_everything_is_as_it_was() {
    let stage = staged();
    stage
        .backup(&format!("create --store %s --reason x {OPEN}"))
        .refused(Kind::Usage, "--out is missing");
    stage.backup("list").refused(Kind::Usage, "no store is named");
    stage.backup(&format!("drill {OPEN}")).refused(Kind::Usage, "the archive is missing");
    stage.backup(&format!("verify {OPEN}")).refused(Kind::Usage, "no archive is named");
    stage
        .backup("prune --store %s --keep-last 1")
        .refused(Kind::Usage, "the directory is missing")
        .says("[backup] dirs");
    let stage = configured("");
    stage
        .backup(&format!("drill {OPEN}"))
        .refused(Kind::NotInitialised, "no archive of the store in backup.dirs");
    stage.backup("prune").refused(Kind::Usage, "nothing says which archives are kept");
}

#[test]
fn wrong_values_are_told_with_their_place() {
    let stage = staged();
    for (line, words) in [
        ("max_age = \"soon\"", "`max_age` is a number with a unit"),
        ("dirs = [\"relative\"]", "`dirs` is a list of absolute paths"),
        ("dirs = \"/backup\"", "dirs"),
        ("keep_last = -1", "keep_last"),
        ("keep_lsat = 1", "did you mean `keep_last`?"),
    ] {
        stage.config(&format!("[backup]\n{line}\n"));
        stage.backup("list --store %s").refused(Kind::Usage, words);
    }
}

#[test]
fn archives_that_still_open_the_old_way_are_named_by_the_change_and_by_every_look_later() {
    let stage = configured("");
    let old = create(&stage, "");
    let old = old["path"].as_str().expect("a path").to_owned();
    // One that this host does not remember, since it came from another.
    stage.set_clock(NOW + DAY);
    let foreign = create(&stage, "--out %d/second");
    let foreign = foreign["path"].as_str().expect("a path").to_owned();
    for entry in std::fs::read_dir(stage.path("%d/state")).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.to_string_lossy().ends_with(".backups") {
            std::fs::remove_file(path).expect("remove");
        }
    }
    let outdated = || -> Vec<(String, bool, bool)> {
        let status = stage.backup("status --json").run().json();
        let listed = stage.backup("list --json").run().ok().json();
        let rows = status["outdated"].as_array().expect("rows").clone();
        for row in &rows {
            let same = |other: &&Value| other["file"] == row["file"];
            let listed = listed["archives"].as_array().unwrap().iter().find(same).expect("listed");
            for key in ["opens_the_old_way", "has_old_keys"] {
                assert_eq!(listed[key], row[key], "{key} of {row}");
            }
        }
        rows.iter()
            .map(|row| {
                let flag = |key: &str| row[key].as_bool().expect("a flag");
                let file = row["file"].as_str().expect("a path").to_owned();
                (file, flag("opens_the_old_way"), flag("has_old_keys"))
            })
            .collect()
    };
    assert_eq!(outdated(), []);
    stage.on("check %s").run().does_not_say("what was replaced");
    stage.rotate("key create %s api-key --kind ed25519 --role signing").run().ok();
    stage
        .rotate("rotate %s api-key --reason routine")
        .run()
        .ok()
        .says("2 known archives hold the keys as they were before")
        .says(&format!("{old} holds what was replaced"))
        .says(&format!("{foreign} holds what was replaced"))
        .says("to mend that: wallet-backup create --store");
    assert_eq!(outdated(), [(old.clone(), false, true), (foreign.clone(), false, true)]);
    stage.set_clock(NOW + 2 * DAY);
    let between = create(&stage, "")["path"].as_str().expect("a path").to_owned();
    stage
        .on("passphrase change %s --new-passphrase-from file:%g/pass2")
        .run()
        .ok()
        .says("3 known archives hold the store as it opened before")
        .says(&format!("{between} opens with what was replaced"));
    assert_eq!(
        outdated(),
        [(old.clone(), true, true), (foreign.clone(), true, true), (between.clone(), true, false)]
    );
    stage
        .on("check %s --passphrase-from file:%g/pass2")
        .run()
        .says("3 archives hold what was replaced since");
    let text = stage.backup("list").run().ok().text();
    assert_eq!(text.matches("opens the old way").count(), 3, "{text}");
    // The commands that the notice named.
    stage.given("pass3", b"copper lantern drift velvet umbrella cactus");
    let open = "--archive-passphrase-from file:%g/pass3";
    stage.set_clock(NOW + 3 * DAY);
    for dir in ["%d/archives", "%d/second"] {
        stage.backup(&format!("create --out {dir} --reason 'x' {open}")).run().ok();
    }
    stage.backup(&format!("prune --keep-last 1 {open}")).run().ok();
    assert_eq!(outdated(), []);
    let text = stage.backup("status").run().text();
    assert!(!text.contains("hold what was replaced"), "{text}");
}

#[test]
fn a_second_slot_that_keeps_the_data_key_outdates_archives_all_the_same() {
    let stage = configured("");
    stage.given("pass3", b"copper lantern drift velvet umbrella cactus");
    stage.on("keyslot add %s --new-passphrase-from file:%g/pass3").run().ok();
    create(&stage, "");
    stage.given("pass4", b"mosaic thunder pebble vivid quarry nomad");
    let change = "passphrase change %s --new-passphrase-from file:%g/pass4";
    stage.on(change).run().ok().says("1 known archives");
    let status = stage.backup("status --json").run().json();
    // The data key is what it was: only this host's memory tells.
    assert_eq!(status["outdated"][0]["opens_the_old_way"], true);
    stage
        .on("keyslot revoke %s 1 --yes --passphrase-from file:%g/pass4")
        .run()
        .ok()
        .says("1 known");
}

/// Nobody names an archive from cron: what cannot be read is not passed over.
#[test]
fn what_should_be_an_archive_and_cannot_be_read_is_told_by_verify_and_drill() {
    let stage = configured("");
    let older = create(&stage, "")["path"].as_str().expect("a path").to_owned();
    stage.set_clock(NOW + DAY);
    let newest = create(&stage, "--out %d/second")["path"].as_str().expect("a path").to_owned();
    let verify = |kind| {
        let json = stage.backup(&format!("verify {OPEN} --json")).run().ends(kind).json();
        (json["verdict"].as_str().expect("a word").to_owned(), json["archives"].clone())
    };
    let drill = |kind| stage.backup(&format!("drill {OPEN}")).run().ends(kind);
    // Somebody else's, whatever it is.
    stage.overwrite("%d/archives/other.strongroom-backup", b"rubbish");
    assert_eq!(verify(Kind::Ok).0, "valid");

    let whole = stage.read(&newest);
    let mut damaged = whole.clone();
    damaged[0] ^= 1;
    for bytes in [&damaged[..], &whole[..10], b""] {
        stage.overwrite(&newest, bytes);
        let (verdict, rows) = verify(Kind::Integrity);
        assert_eq!((verdict.as_str(), rows.as_array().map(Vec::len)), ("corrupt", Some(2)));
        let told = drill(Kind::Integrity).says("the newest archive of the store cannot be read");
        told.says(&format!("wallet-backup drill {older}"));
    }
    // A link is not followed, and what is behind it nobody knows; the other one is verified all the same.
    std::fs::remove_file(&newest).expect("remove");
    std::os::unix::fs::symlink("/nowhere", &newest).expect("link");
    let (verdict, rows) = verify(Kind::Io);
    assert_eq!(verdict, "unreadable");
    assert_eq!(rows[1]["verdict"], "valid", "{rows}");
    drill(Kind::Io).says("symbolic link");
    // Gone is not damaged: `status` says what is missing.
    std::fs::remove_file(&newest).expect("remove");
    assert_eq!(stage.backup(&format!("verify {OPEN} --json")).run().ok().json()["file"], older);
    drill(Kind::Ok);
    // And where there is no other.
    stage.overwrite(&older, b"");
    stage.backup(&format!("verify {OPEN}")).run().ends(Kind::Integrity);
    drill(Kind::Integrity);
}

#[test]
fn an_archive_of_any_name_is_known_by_its_place() {
    let stage = configured("");
    create(&stage, "--out %d/archives/mine");
    stage.overwrite("%d/archives/mine", b"rubbish");
    let told = stage.backup(&format!("verify {OPEN} --json")).run().ends(Kind::Integrity).json();
    assert_eq!(told["file"], stage.expand("%d/archives/mine"));
    stage.backup(&format!("drill {OPEN}")).run().ends(Kind::Integrity);
}

#[test]
fn before_the_time_of_a_backup_nobody_can_tell_how_old_it_is() {
    let stage = configured("");
    create(&stage, "");
    stage.set_clock(NOW + DAY);
    stage.backup(&format!("drill {OPEN}")).run().ok();
    let status = |now, code| {
        stage.set_clock(now);
        stage.backup("status").run().exits(code).text()
    };
    status(NOW + DAY, 0);
    assert!(status(NOW + DAY - 1, 3).contains("before the last rehearsed restore"));
    assert!(status(NOW - 1, 3).contains("was made"));
    stage.backup("status --now 2020-01-01T00:00:00Z").run().exits(3);
}

/// A clock that was ahead is put right: there is a way back to OK.
#[test]
fn what_was_done_by_a_clock_that_was_ahead_is_done_again() {
    let stage = configured("");
    stage.set_clock(NOW + 400 * DAY);
    let ahead = create(&stage, "")["path"].as_str().expect("a path").to_owned();
    stage.backup(&format!("drill {OPEN}")).run().ok();
    stage.set_clock(NOW);
    let told = stage.backup("status").run().exits(3).text();
    assert!(told.contains(&ahead), "{told}");
    std::fs::remove_file(&ahead).expect("remove");
    create(&stage, "");
    assert!(stage.backup("status").run().exits(3).text().contains("rehearsed"));
    stage.backup(&format!("drill {OPEN}")).run().ok();
    stage.backup("status").run().exits(0);
}
