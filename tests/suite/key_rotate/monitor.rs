//! `check`, `due`, `status`, `plan`: what monitors, units and people read without a passphrase.

use strongroom::kind::Kind;

use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

/// A mainnet store with one signing key, and the key that signs the store.
fn mainnet() -> (Stage, String) {
    let stage = Stage::mainnet();
    stage.rotate("key create %s a --kind ed25519 --role signing").run().ok();
    let status = stage.rotate("status %s --json").run().ok().json();
    (stage, status["store_key"].as_str().unwrap().to_owned())
}

#[test]
fn a_monitor_is_told_in_one_line_and_one_code() {
    let (stage, _) = mainnet();
    let check = |days: u64, seconds: u64, code: u8, line: &str| {
        stage.set_clock(NOW + days * DAY + seconds);
        let before = stage.snapshot();
        let ran = stage.rotate("check %s --network mainnet").bare().run().exits(code);
        assert!(ran.text().starts_with(line), "{}", ran.text());
        assert_eq!(ran.text().lines().count(), 1);
        stage.untouched(&before, "check");
        stage.rotate("check %s --format json").bare().run().exits(code);
        stage.rotate("check %s --format text").bare().run().exits(code);
        stage.rotate("check %s --json").bare().run().exits(code);
    };
    check(0, 0, 0, "ROTATE OK - 1 key, none due; next a at ");
    check(82, DAY - 1, 0, "ROTATE OK");
    check(
        83,
        0,
        1,
        "ROTATE WARNING - 1 due soon: a | overdue=0 due_soon=1 compromised=0 oldest_days=83",
    );
    check(89, 86_340, 1, "ROTATE WARNING");
    check(
        90,
        0,
        2,
        "ROTATE CRITICAL - 1 overdue: a | overdue=1 due_soon=0 compromised=0 oldest_days=90",
    );
    check(400, 0, 2, "ROTATE CRITICAL");
}

#[test]
fn a_unit_is_told_by_the_code_alone() {
    let (stage, _) = mainnet();
    let due = |line: &str, code: u8| {
        let before = stage.snapshot();
        stage.rotate(line).bare().run().exits(code).prints("");
        stage.untouched(&before, line);
    };
    due("due %s", 1);
    due("due %s --key a", 1);
    due("due %s --key gone", 255);
    due("due %w/none", 255);
    due("due %s --frob", 255);
    due("due %s --network devnet", 255);
    stage.set_clock(NOW + 90 * DAY);
    due("due %s", 0);
    due("due %s --key a --network mainnet", 0);
    // A clock before what this host has seen.
    stage.set_clock(NOW - DAY);
    due("due %s", 255);
}

#[test]
fn what_cannot_be_relied_on_is_unknown_and_never_ok() {
    let (stage, key) = mainnet();
    let unknown = |stage: &Stage, line: &str, words: &str| {
        let ran = stage.rotate(line).bare().run().exits(3);
        let said = format!("{}{}", ran.text(), ran.stderr);
        assert!(said.contains(words), "{line}: {said}");
        let ran = stage.rotate(&line.replacen("check", "due", 1)).bare().run();
        assert_eq!(ran.code, 255, "{line}");
    };
    unknown(&stage, "check %s --network devnet", "this store is mainnet");
    unknown(&stage, "check %w/none", "no such");
    unknown(&stage, "check %s --frob", "unknown option");
    unknown(&stage, "check %s more words", "too many arguments");
    unknown(
        &stage,
        &format!("check %s --trust {}", "ab".repeat(32)),
        "NOT the one that is trusted",
    );
    unknown(&stage, "check %s --trust hunter2", "--trust takes");
    // The clock stands before the last rotation, or before what was seen.
    stage.set_clock(NOW - 1);
    unknown(&stage, "check %s", "the clock stands before");
    stage.set_clock(NOW);
    // Another file under the same name.
    let good = stage.read("%s");
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    stage.overwrite("%s", &damaged);
    unknown(&stage, "check %s", "signature");
    stage.overwrite("%s", &good);
    // An older one.
    stage.rotate("use %s --key a --add 1").run().ok();
    let newer = stage.read("%s");
    stage.overwrite("%s", &good);
    unknown(&stage, "check %s", "OLDER than this host has seen");
    stage.overwrite("%s", &newer);
    // A host that has never seen it, and was told nothing.
    stage.bare_config("[security]\nstate = \"none\"\n");
    unknown(&stage, "check %s", "nobody has said that its key is the right one");
    let trusted = format!("check %s --trust {key}");
    unknown(&stage, &trusted, "remembers nothing of the store");
    stage.bare_config("[security]\nstate = \"none\"\nmin_generation = 2\n");
    stage.rotate(&trusted).bare().run().exits(0);
    let fingerprint = {
        use strongroom::keyring::public::fingerprint;
        fingerprint(&data_encoding::HEXLOWER.decode(key.as_bytes()).unwrap())
    };
    stage.rotate(&format!("check %s --trust {fingerprint}")).bare().run().exits(0);
    // A policy that mainnet does not allow is not quietly replaced by another one.
    stage.config("[rotation]\nmax_age = \"91d\"\n");
    unknown(&stage, "check %s", "may be stricter on mainnet, not wider");
    stage.config("[rotation]\nmax_age = \"0d\"\n");
    unknown(&stage, "check %s", "is a whole number of days");
    stage.config("[rotation]\nmax_age = \"5d\"\n");
    stage.set_clock(NOW + 5 * DAY);
    stage.rotate("check %s").bare().run().exits(2);
}

#[test]
fn a_store_that_hides_its_keys_is_unknown() {
    let stage = Stage::empty();
    stage.config("inventory = \"none\"\n");
    stage.on("init %s --network devnet").run().ok();
    stage.rotate("key create %s a --kind ed25519 --role signing").run().ok();
    stage.rotate("check %s").bare().run().exits(3);
    stage.rotate("key show %s a").run().ok();
    stage.config("inventory = \"keys\"\n");
    stage.rotate("use %s --key a --add 1").run().ok();
    stage.rotate("check %s").bare().run().exits(0);
}

#[test]
fn a_monitoring_user_reads_an_exported_inventory() {
    let (stage, key) = mainnet();
    stage.on("inventory export %s --out %w/inventory").run().ok();
    stage.bare_config("[security]\nstate = \"none\"\nmin_generation = 2\n");
    let line = format!("check --inventory %w/inventory --trust {key}");
    stage.rotate(&line).bare().run().exits(0);
    stage.rotate("check --inventory %w/inventory").bare().run().exits(3);
    stage.rotate(&format!("{line} --now 2027-06-01T00:00:00Z")).bare().run().exits(2);
    stage.rotate(&format!("{line} --now 2020-06-01T00:00:00Z")).bare().run().exits(3);
    stage.rotate(&format!("{line} %s")).bare().run().exits(3);
    stage.rotate(&line.replacen("check", "due", 1)).bare().run().exits(1);
    let status = line.replacen("check", "status", 1);
    stage.rotate(&format!("{status} --json")).bare().run().ok();
    let bytes = stage.read("%w/inventory");
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        stage.overwrite("%w/changed", &changed);
        let line = format!("check --inventory %w/changed --trust {key}");
        stage.rotate(&line).bare().run().exits(3);
    }
}

#[test]
fn people_see_a_table_a_timeline_and_a_plan() {
    let (stage, _) = mainnet();
    stage.rotate("rotate %s a").run().ok();
    stage.set_clock(NOW + 95 * DAY);
    let text = stage.rotate("status %s").bare().run().ok().text();
    assert!(
        text.contains("KEY") && text.contains("overdue") && text.contains("95 of 90 days old"),
        "{text}"
    );
    assert!(text.contains('#') && text.contains('|'), "{text}");
    assert!(!text.contains('\u{1b}'));
    let plan = stage.rotate("plan %s").bare().run().ok().text();
    assert!(plan.starts_with("rotate a from version 2 to 3 (95 of 90 days old)"), "{plan}");
    stage.rotate("plan %s a --json").bare().run().ok();
    stage.rotate("plan %s gone").bare().run().ends(Kind::NotFound);
    stage.set_clock(NOW + DAY);
    stage.rotate("plan %s").bare().run().ok().prints("nothing is due\n");
    let all = stage.rotate("plan --all %s").bare().run().ok().text();
    assert!(all.contains("rotate a from version") && all.contains("(asked for)"), "{all}");
    stage.rotate("plan %s a --all").bare().run().ends(Kind::Usage);
}

#[test]
fn metrics_are_replaced_at_every_check() {
    let (stage, _) = mainnet();
    let check = |code: u8| {
        stage.rotate("check %s --metrics-file %w/keys.prom").bare().run().exits(code);
        String::from_utf8(stage.read("%w/keys.prom")).unwrap()
    };
    let metrics = check(0);
    assert!(metrics.contains("strongroom_rotate_status{store=") && metrics.contains("key=\"a\""));
    assert_eq!(stage.mode("%w/keys.prom"), 0o644);
    let success = |metrics: &str| {
        let line = metrics.lines().find(|line| line.starts_with("strongroom_rotate_last_success"));
        line.unwrap().rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(success(&metrics), NOW.to_string());
    // When it cannot tell, the last time that it could stays.
    stage.set_clock(NOW - 5);
    let metrics = check(3);
    assert_eq!(success(&metrics), NOW.to_string());
    assert!(!metrics.contains("strongroom_rotate_overdue"));
    stage.rotate("check %s --metrics-file %w/keys.txt").bare().run().exits(3);
}
