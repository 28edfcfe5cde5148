//! The rules of mainnet: a passphrase of its own and strong, a log that says so, and no second instance.

use strongroom::kind::Kind;

use super::OPEN;
use crate::support::stage::{PASS2, Stage};

fn staged() -> Stage {
    let stage = Stage::mainnet();
    stage.on("set %s igra.hd.payment_secret --from file:%g/value").run().ok();
    stage
}

#[test]
fn the_passphrase_of_the_store_and_a_weak_one_are_refused_for_an_archive() {
    let stage = staged();
    let line = "create --store %s --out %d/a.srb --reason weekly --archive-passphrase-from";
    for more in ["", " --passphrase-from file:%g/pass"] {
        stage
            .backup(&format!("{line} file:%g/pass{more}"))
            .refused(Kind::Policy, "opens the store too")
            .says("--archive-passphrase-from");
    }
    stage.given("weak", b"password12345678");
    stage.backup(&format!("{line} file:%g/weak")).refused(Kind::Policy, "refused on mainnet");
    stage.backup(&format!("{line} file:%g/pass2")).run().ok();
    assert_eq!(stage.mode("%d/a.srb"), 0o600);
}

#[test]
fn somebody_has_to_say_that_the_other_instance_is_stopped() {
    let stage = staged();
    let line = format!("create --store %s --out %d/a.srb --reason weekly {OPEN}");
    stage.backup(&line).run().ok();
    let line = format!("restore %d/a.srb --to %d/back {OPEN}");
    stage.backup(&line).refused(Kind::InputNeeded, "confirmation");
    let before = stage.snapshot();
    let typed = stage.backup("restore %d/a.srb --to %d/back").typing([PASS2, "yes"]).run();
    typed.ends(Kind::InputNeeded).says("last used on");
    stage.untouched(&before, "a restore that nobody confirmed");
    stage
        .backup("restore %d/a.srb --to %d/back")
        .typing([PASS2, "the other instance is stopped"])
        .run()
        .ok()
        .says("last used on");
    stage.backup(&format!("restore %d/a.srb --to %d/back2 --yes {OPEN}")).run().ok();
}

#[test]
fn an_archive_that_cannot_be_recorded_is_not_made() {
    let stage = staged();
    let recorded = |stage: &Stage| {
        let log = String::from_utf8(stage.read("%s.audit.jsonl")).expect("UTF-8");
        log.lines().filter(|line| line.contains("\"event\":\"backup.create\"")).count()
    };
    let line = format!("create --store %s --out %d/a.srb --reason weekly {OPEN}");
    stage.backup(&line).run().ok();
    assert_eq!(recorded(&stage), 1);
    // A log whose key is gone: nothing can be recorded without the store's passphrase, which begins a new segment.
    std::fs::remove_file(stage.path("%s.audit.jsonl.state")).expect("remove");
    let line = format!("create --store %s --out %d/b.srb --reason weekly {OPEN}");
    stage.backup(&line).refused(Kind::Audit, "");
    stage.backup(&format!("{line} --passphrase-from file:%g/pass")).run().ok();
    assert_eq!(recorded(&stage), 2);
    // The archive says in its own log that it was made.
    stage.backup(&format!("restore %d/b.srb --to %d/back --yes {OPEN}")).run().ok();
    let log = String::from_utf8(stage.read("%d/back/secrets.bin.audit.jsonl")).expect("UTF-8");
    assert!(log.lines().last().expect("a line").contains("\"event\":\"backup.create\""));
}
