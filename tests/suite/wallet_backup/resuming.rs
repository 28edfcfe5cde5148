//! A verification of many archives that was interrupted goes on, and never calls good what nobody looked at.

use std::time::{Duration, Instant};

use serde_json::Value;
use strongroom::kind::Kind;

use super::{OPEN, create, staged};
use crate::support::program::{WALLET_BACKUP, command, finish};
use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;
const STATE: &str = "%d/verify.state";

fn verify(stage: &Stage, files: &str, more: &str, kind: Kind) -> Value {
    let line = format!("verify {files} {OPEN} --resume {STATE} {more} --json");
    stage.backup(&line).run().ends(kind).json()
}

/// Verdict and whether it was known, of every archive.
fn rows(found: &Value) -> Vec<(String, bool)> {
    let rows = found["archives"].as_array().expect("rows");
    let row = |row: &Value| {
        (
            row["verdict"].as_str().expect("a word").to_owned(),
            row["resumed"].as_bool().expect("told"),
        )
    };
    rows.iter().map(row).collect()
}

/// As after a run that was interrupted when it had looked at these.
fn interrupted(stage: &Stage, files: &str) {
    let argv: Vec<String> = stage
        .expand(&format!(
            "{WALLET_BACKUP} verify {files} %d/archives/long.srb {OPEN} --resume {STATE} --config %d/config.toml"
        ))
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut child = command(&argv).spawn().expect("started");
    let wanted = files.split_whitespace().count();
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        // The state is replaced whole, so it is there or it is not.
        let so_far = std::fs::read(stage.path(STATE)).unwrap_or_default();
        let named = so_far.windows(4).filter(|window| window == b".srb").count();
        if named >= wanted {
            break;
        }
        assert!(child.try_wait().expect("wait").is_none(), "it ended before it could be killed");
        assert!(Instant::now() < deadline, "no state was written");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("kill");
    child.wait().expect("wait");
}

/// Two short archives, and one that takes long to verify.
fn archives() -> Stage {
    let stage = staged();
    create(&stage, "a.srb");
    create(&stage, "b.srb");
    let file = std::fs::File::create(stage.path("%d/extra/sparse")).expect("create");
    file.set_len(96 << 20).expect("sparse");
    std::fs::set_permissions(
        stage.path("%d/extra/sparse"),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .expect("chmod");
    let argv: Vec<String> = stage
        .expand(&format!(
            "{WALLET_BACKUP} create %d/extra/sparse --store %s --out %d/archives/long.srb --reason x {OPEN} --config %d/config.toml"
        ))
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let made = finish(command(&argv), Duration::from_mins(2));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::remove_file(stage.path("%d/extra/sparse")).expect("remove");
    stage
}

#[test]
fn a_run_that_is_killed_in_the_middle_goes_on_after_what_it_had_verified() {
    let stage = archives();
    let (short, all) = (
        "%d/archives/a.srb %d/archives/b.srb",
        "%d/archives/a.srb %d/archives/b.srb %d/archives/c.srb",
    );
    interrupted(&stage, short);
    assert_eq!(stage.mode(STATE), 0o600);
    std::fs::remove_file(stage.path("%d/archives/long.srb")).expect("remove");
    create(&stage, "c.srb");
    let before = stage.read(STATE);
    // The real clock was at work in the other process; this one is older than that, which is no reason to trust it.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("now");
    stage.set_clock(now.as_secs());
    let good = |known| ("valid".to_owned(), known);
    let found = verify(&stage, all, "", Kind::Ok);
    assert_eq!(rows(&found), [good(true), good(true), good(false)]);
    // It is through: the next one starts anew.
    assert!(!stage.path(STATE).exists());
    assert_eq!(rows(&verify(&stage, short, "", Kind::Ok)), [good(false), good(false)]);
    // After a week everything is read again, and before the time of the state too.
    for clock in [now.as_secs() + 8 * DAY, NOW] {
        stage.overwrite(STATE, &before);
        stage.set_clock(clock);
        assert_eq!(
            rows(&verify(&stage, short, "", Kind::Ok)),
            [good(false), good(false)],
            "{clock}"
        );
    }
    // What was touched is read again, and found out.
    stage.set_clock(now.as_secs());
    stage.overwrite(STATE, &before);
    let mut bytes = stage.read("%d/archives/b.srb");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    stage.overwrite("%d/archives/b.srb", &bytes);
    let corrupt = ("corrupt".to_owned(), false);
    assert_eq!(rows(&verify(&stage, short, "", Kind::Integrity)), [good(true), corrupt]);
    // What the store has done since is not a matter of bytes.
    bytes[last] ^= 1;
    stage.overwrite("%d/archives/b.srb", &bytes);
    stage.overwrite(STATE, &before);
    stage.on("set %s api --from file:%g/value2").run().ok();
    let found = verify(&stage, short, "--store %s", Kind::Findings);
    assert_eq!(rows(&found), [("stale".to_owned(), true), ("stale".to_owned(), false)]);
}

#[test]
fn what_is_no_state_of_a_verification_is_left_alone() {
    let stage = staged();
    create(&stage, "a.srb");
    stage.overwrite(STATE, b"my only copy of something");
    let line = format!("verify %d/archives/a.srb {OPEN} --resume {STATE}");
    stage.backup(&line).refused(Kind::Exists, "refusing to overwrite");
    let line = format!("verify %d/archives/a.srb {OPEN} --resume %d/archives/a.srb");
    stage.backup(&line).refused(Kind::Usage, "is one of the archives");
    let line = "verify %d/archives/a.srb --resume %d/new.state";
    stage.backup(line).refused(Kind::Usage, "--resume needs the passphrase");
    stage.backup(&format!("{line} --structure-only")).run().ends(Kind::Usage);
}

/// Who can write the state of a run and does not know the passphrase has no damaged archive called good.
#[test]
fn a_state_is_worth_what_its_passphrase_is() {
    let stage = archives();
    let short = "%d/archives/a.srb %d/archives/b.srb";
    interrupted(&stage, short);
    std::fs::remove_file(stage.path("%d/archives/long.srb")).expect("remove");
    let kept = stage.read(STATE);
    let wrong = OPEN.replace("pass2", "pass");
    assert_ne!(wrong, OPEN);
    let line = format!("verify {short} {wrong} --resume {STATE}");
    stage.backup(&line).refused(Kind::WrongPassphrase, "not written with this passphrase");
    assert_eq!(stage.read(STATE), kept, "what was verified is not forgotten for a slip");
    // Nothing good was found: there is nothing to remember, for whoever comes next with the right one.
    std::fs::remove_file(stage.path(STATE)).expect("remove");
    stage.backup(&line).run().ends(Kind::WrongPassphrase);
    assert!(!stage.path(STATE).exists());
    let mut forged = kept;
    let at = forged.len() - 40;
    forged[at] ^= 1;
    stage.overwrite(STATE, &forged);
    let line = format!("verify {short} {OPEN} --resume {STATE}");
    stage.backup(&line).refused(Kind::WrongPassphrase, "somebody has changed it");
}
