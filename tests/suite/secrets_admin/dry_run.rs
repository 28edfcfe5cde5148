//! `--dry-run`: the plan of the real run, and nothing else.

use strongroom::kind::Kind;

use crate::support::stage::Stage;

#[test]
fn a_dry_run_prints_the_plan_that_the_real_run_executes() {
    let stage = Stage::devnet();
    stage.given("third", b"canary-third-passphrase");
    for line in [
        "set %s api --from file:%g/value",
        "set %s api --from file:%g/value2",
        "keyslot add %s --label recovery --new-passphrase-from file:%g/pass2",
        "passphrase change %s --new-passphrase-from file:%g/third",
        "passphrase change %s --passphrase-from file:%g/third --new-passphrase-from file:%g/pass --compromised --slot-passphrase-from 1=file:%g/pass2",
        "keyslot revoke %s 1 --yes",
        "keyslot add %s --new-passphrase-from file:%g/pass2",
        "data-key rotate %s --new-store-key",
        "remove %s api --yes",
        "convert %s %w/igra --to igra",
        "convert %s %w/native --to strongroom",
        "init %w/other --network devnet",
        "init %w/other-igra --network devnet --format igra --kdf m=19456,t=2,p=1",
    ] {
        let before = stage.snapshot();
        let planned = stage.on(&format!("{line} --dry-run --json")).run().ok().json();
        stage.untouched(&before, &format!("{line} --dry-run"));
        assert_eq!(planned["dry_run"], true);
        let done = stage.on(&format!("{line} --json")).run().ok().json();
        assert_eq!(planned["plan"], done["plan"], "{line}");
        assert!(planned["plan"].as_array().is_some_and(|plan| !plan.is_empty()), "{line}");
    }
}

#[test]
fn a_dry_run_asks_no_confirmation_and_makes_no_lock_and_no_state() {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    let _ = std::fs::remove_file(stage.path("%s.lock"));
    let before = stage.snapshot();
    for line in [
        "remove %s api",
        "set %s api --from file:%g/value2",
        "data-key rotate %s",
        "keyslot add %s --new-passphrase-from file:%g/pass2",
        "inventory pin %s",
        "inventory export %s --out %w/inventory",
        "state accept-clock %s reason",
        "list %s",
        "get %s api --out %g/out",
        "init %w/new --network devnet",
    ] {
        let ran = stage.on(&format!("{line} --dry-run")).run().ok();
        stage.unchanged(&before, line);
        assert!(line.starts_with("list") || ran.text().contains("would") || line.contains("pin"));
    }
    // Commands that only look make nothing either, dry or not, and leave no record.
    let before = stage.snapshot();
    for line in ["info %s", "verify %s", "check %s", "check %s --claims-only"] {
        let ran = stage.on(line).run();
        assert!(matches!(ran.kind, Kind::Ok | Kind::Findings), "{line}: {}", ran.stderr);
        stage.untouched(&before, line);
    }
}

#[test]
fn a_dry_run_is_refused_where_the_real_run_would_be() {
    let stage = Stage::devnet();
    let old = stage.read("%s");
    stage.on("set %s api --from file:%g/value").run().ok();
    for (line, kind) in [
        ("init %s --network devnet", Kind::Exists),
        ("init %w/new --network devnet --kdf m=8", Kind::Policy),
        ("remove %s other", Kind::NotFound),
        ("keyslot revoke %s 0", Kind::Policy),
        ("passphrase change %s --new-passphrase-from file:%g/pass", Kind::Usage),
        ("set %s api --from file:%g/value --network mainnet", Kind::Policy),
        ("set %s api --from file:%g/value --passphrase-from file:%g/pass2", Kind::WrongPassphrase),
        ("convert %s %w/new --to igra --kdf m=1024,t=1,p=1", Kind::Policy),
    ] {
        stage.on(&format!("{line} --dry-run")).refused(kind, "");
    }
    stage.overwrite("%s", &old);
    stage.on("set %s api --from file:%g/value --dry-run").refused(Kind::Rollback, "rollback");
    let before = stage.snapshot();
    stage.on("list %s --accept-rollback restored --dry-run").run().ok();
    stage.unchanged(&before, "a rollback that was accepted in a dry run");
}
