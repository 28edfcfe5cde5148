//! What is refused, and that nothing is left of it.

use std::os::unix::fs::symlink;

use strongroom::kind::Kind;

use super::{OPEN, create, staged};

#[test]
fn a_flipped_bit_anywhere_is_refused_before_any_file_appears() {
    let stage = staged();
    let archive = create(&stage, "a.srb");
    let good = std::fs::read(&archive).expect("read");
    let line = format!("restore %d/archives/a.srb --to %d/back {OPEN}");
    for at in [0, 9, 40, 200, 500, good.len() / 2, good.len() - 1] {
        let mut changed = good.clone();
        changed[at] ^= 0x10;
        stage.overwrite("%d/archives/a.srb", &changed);
        let before = stage.snapshot();
        let ran = stage.backup(&line).run();
        assert!(
            matches!(ran.kind, Kind::Integrity | Kind::WrongPassphrase),
            "{at}: {:?}",
            ran.kind
        );
        stage.untouched(&before, "a restore that was refused");
    }
    for len in [0, 13, 100, good.len() - 17, good.len() - 1] {
        stage.overwrite("%d/archives/a.srb", &good[..len]);
        let before = stage.snapshot();
        stage.backup(&line).run().ends(Kind::Integrity);
        stage.untouched(&before, "a restore that was refused");
    }
    stage.overwrite("%d/archives/a.srb", &good);
    stage.backup(&line).run().ok();
}

#[test]
fn nothing_is_overwritten() {
    let stage = staged();
    create(&stage, "a.srb");
    let line = format!("create --store %s --out %d/archives/a.srb --reason weekly {OPEN}");
    stage.backup(&line).refused(Kind::Exists, "refusing to overwrite");
    std::fs::create_dir(stage.path("%d/there")).expect("mkdir");
    std::fs::write(stage.path("%d/file"), b"x").expect("write");
    symlink("/nowhere", stage.path("%d/link")).expect("symlink");
    for to in ["%d/there", "%d/there/", "%d/file", "%d/link"] {
        let line = format!("restore %d/archives/a.srb --to {to} {OPEN}");
        stage.backup(&line).refused(Kind::Exists, "refusing to overwrite");
    }
}

#[test]
fn another_network_is_refused_with_the_flag_that_mends_it() {
    let stage = staged();
    create(&stage, "a.srb");
    let line = format!("restore %d/archives/a.srb --to %d/back --network mainnet {OPEN}");
    stage.backup(&line).refused(Kind::Policy, "this archive is of devnet").says("--network devnet");
    let line = format!("create --store %s --out %d/b.srb --reason x --network mainnet {OPEN}");
    stage.backup(&line).refused(Kind::Policy, "this store is devnet");
}

#[test]
fn a_reason_a_place_and_a_passphrase_are_needed() {
    let stage = staged();
    for (line, kind, words) in [
        ("create --store %s --out %d/b.srb", Kind::Usage, "--reason is missing"),
        ("create --store %s --reason x", Kind::Usage, "--out is missing"),
        ("create --out %d/b.srb --reason x", Kind::Usage, "no store is named"),
        ("create --store %s --out %d/b.srb --reason x", Kind::InputNeeded, "archive passphrase"),
        ("verify", Kind::Usage, "no archive is named"),
        ("restore %d/a.srb", Kind::Usage, "--to is missing"),
        ("prune %d/archives --store %s", Kind::Usage, "which archives are kept"),
    ] {
        stage.backup(line).refused(kind, words);
    }
    let asked = stage.backup("status --store %s --max-age soon").run();
    assert_eq!((asked.kind, asked.code), (Kind::Usage, 3));
    let said = String::from_utf8_lossy(&asked.stdout);
    assert!(said.starts_with("BACKUP UNKNOWN - --max-age takes an age"), "{said}");
    let line = format!("create %d/none --store %s --out %d/b.srb --reason x {OPEN}");
    stage.backup(&line).refused(Kind::NotInitialised, "no such file");
    let line = format!("create %d/archives --store %s --out %d/b.srb --reason x {OPEN}");
    stage.backup(&line).refused(Kind::Io, "is not a regular file");
    let line = format!("create --store %s --out %d/none/b.srb --reason x {OPEN}");
    stage.backup(&line).refused(Kind::NotInitialised, "no such file");
}

#[test]
fn a_store_that_is_damaged_or_older_than_this_host_has_seen_is_not_archived() {
    let stage = staged();
    let old = stage.read("%s");
    stage.on("set %s api --from file:%g/value2").run().ok();
    let new = stage.read("%s");
    let line = format!("create --store %s --out %d/archives/a.srb --reason weekly {OPEN}");
    stage.overwrite("%s", &old);
    stage.backup(&line).refused(Kind::Rollback, "rollback suspected");
    let mut damaged = new.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    stage.overwrite("%s", &damaged);
    stage.backup(&line).refused(Kind::Integrity, "signature does not hold");
    stage.overwrite("%s", &new);
    stage.backup(&line).run().ok();
}

#[test]
fn what_a_killed_restore_left_is_no_obstacle() {
    let stage = staged();
    create(&stage, "a.srb");
    std::fs::create_dir_all(stage.path("%d/back.partial/files/deep")).expect("mkdir");
    stage.overwrite("%d/back.partial/secrets.bin", b"half");
    symlink(stage.path("%w"), stage.path("%d/back.partial/link")).expect("symlink");
    stage.backup(&format!("restore %d/archives/a.srb --to %d/back {OPEN}")).run().ok();
    assert!(!stage.path("%d/back.partial").exists());
    assert_eq!(stage.read("%d/back/secrets.bin"), stage.read("%s"));
    assert!(stage.path("%s").exists(), "a link in it was not followed");
}

/// What this host remembers is text: where a path is none, the operator is told at once, not by a monitor.
#[test]
fn an_archive_in_a_place_that_is_no_text_is_made_with_a_warning() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use crate::support::program::{WALLET_BACKUP, command, finish};

    let stage = staged();
    let out = stage.path("%d/archives").join(OsString::from_vec(b"u\xff".to_vec()));
    let line = format!(
        "{WALLET_BACKUP} create --store %s --reason odd {OPEN} --config %d/config.toml --network devnet --out"
    );
    let mut words: Vec<OsString> =
        line.split_whitespace().map(|w| stage.expand(w).into()).collect();
    words.push(out.clone().into_os_string());
    let output = finish(command(&words), std::time::Duration::from_mins(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && out.exists(), "{said}");
    assert!(said.contains("could not be remembered (its path is not UTF-8)"), "{said}");
}
