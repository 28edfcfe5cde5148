//! A simulated year: every week a timer runs `create`, `verify`, `drill`, `prune` and `status`, and nobody looks.

use std::io::Write as _;

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, staged};
use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

#[test]
fn weekly_backups_run_unattended_for_two_months() {
    unattended(9);
}

#[test]
#[ignore = "the whole year: cargo nextest run --run-ignored only weekly_backups_run_unattended_for_a_year"]
fn weekly_backups_run_unattended_for_a_year() {
    unattended(52);
}

/// What the timer's unit runs, with everything else in the configuration.
fn weekly(stage: &Stage, week: u64) -> (u64, Value) {
    let run = |line: &str| stage.backup(&format!("{line} --network devnet {OPEN}")).run();
    run("create --reason weekly").ok();
    run("verify").ends(if week == 1 { Kind::Ok } else { Kind::Findings });
    let made = run("drill --passphrase-from file:%g/pass --json").ok().json();
    assert_eq!((&made["drill"], &made["stale"]), (&"full".into(), &false.into()), "week {week}");
    let pruned = run("prune --json").ok().json();
    let status = stage.backup("status --network devnet").run();
    assert_eq!(status.code, 0, "week {week}: {} {}", status.text(), status.stderr);
    (pruned["removed"].as_u64().expect("a number"), made)
}

fn unattended(weeks: u64) {
    let stage = staged();
    stage.config(&format!(
        "store = \"{}\"\n[rotation]\nauto_rotate = true\nmax_age = \"60d\"\n[backup]\n\
         dirs = [\"{}\"]\nmax_age = \"8d\"\nmax_drill_age = \"8d\"\nkeep_last = 2\nkeep_weekly = 4\nkeep_monthly = 3\n",
        stage.path("%s").display(),
        stage.path("%d/archives").display(),
    ));
    stage.rotate("key create %s treasury --kind secp256k1 --role wallet").run().ok();
    let (mut removed, mut most, mut last) = (0, 0, Value::Null);
    for week in 1..=weeks {
        stage.set_clock(NOW + week * 7 * DAY);
        // The store is used: a secret every week, a key when it is due, the passphrase once in a while.
        let value = if week % 2 == 0 { "value" } else { "value2" };
        stage.on(&format!("set %s api --from file:%g/{value}")).run().ok();
        stage.rotate("run-due %s --network devnet").run().ok();
        let before = stage.backup("status --network devnet").run();
        assert!(before.code >= 1, "week {week}: nothing was said to be stale");
        let (gone, made) = weekly(&stage, week);
        removed += gone;
        let listed = stage.backup("list --network devnet --json").run().ok().json();
        let there = listed["archives"].as_array().expect("rows").len() as u64;
        assert_eq!(there, week - removed, "week {week}");
        most = most.max(there);
        last = made;
    }
    assert!(most <= 8, "{most} archives at once");
    assert!(weeks < 20 || removed > weeks / 2, "{removed} of {weeks} were removed");
    // The log is whole, and holds every archive that was made and removed.
    stage.on("audit verify %s").run().ok();
    let log = String::from_utf8(stage.read("%s.audit.jsonl")).expect("UTF-8");
    let count = |event: &str| log.matches(&format!("\"event\":\"{event}\"")).count() as u64;
    assert_eq!((count("backup.create"), count("backup.prune")), (weeks, removed));
    // What is left restores to what is there now, on a machine that knows nothing.
    let newest = last["file"].as_str().expect("a path").to_owned();
    let (store, public) = (stage.read("%s"), "key export-public %s treasury");
    let live = stage.rotate(public).run().ok().text();
    super::move_away(&stage);
    stage.backup(&format!("restore {newest} --to %d/back {OPEN}")).run().ok();
    assert_eq!(stage.read("%d/back/secrets.bin"), store);
    let restored = stage.rotate("key export-public %d/back/secrets.bin treasury").run().ok().text();
    assert_eq!(restored, live);
    let told = writeln!(
        std::io::stderr(),
        "{weeks} weeks: {removed} archives removed, {most} at most, {} bytes of log",
        log.len()
    );
    told.expect("told");
}
