//! Older copies, forks, pins and locks: what this host remembers, and what it does about it.

use std::time::{Duration, Instant};

use strongroom::kind::Kind;

use crate::support::stage::{Stage, VALUE, VALUE2};

fn aged() -> (Stage, Vec<u8>) {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    let old = stage.read("%s");
    stage.on("set %s api --from file:%g/value2").run().ok();
    (stage, old)
}

#[test]
fn an_older_copy_is_refused_by_every_command_until_it_is_accepted() {
    let (stage, old) = aged();
    stage.overwrite("%s", &old);
    for line in [
        "list %s",
        "get %s api",
        "set %s x --from file:%g/value",
        "remove %s api --yes",
        "passphrase change %s --new-passphrase-from file:%g/pass2",
        "keyslot list %s",
        "keyslot add %s --new-passphrase-from file:%g/pass2",
        "data-key rotate %s",
        "verify %s",
        "check %s",
        "convert %s %w/new --to igra",
        "inventory pin %s",
    ] {
        stage
            .on(line)
            .refused(Kind::Rollback, "the store has generation 2, this host has seen 3")
            .says("--accept-rollback REASON");
    }
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["freshness"], "OLDER than this host has seen");
    assert_eq!(info["inventory"]["authenticated"], false);
    stage
        .args(
            [
                "list",
                "%s",
                "--accept-rollback",
                "restored a backup",
                "--passphrase-from",
                "file:%g/pass",
            ]
            .map(|arg| stage.expand(arg).into())
            .to_vec(),
        )
        .run()
        .ok()
        .says("taken as the truth although 3 was seen");
    // Above everything that was seen, so that the copy that was given up is now the older one.
    let list = stage.on("list %s --json").run().ok().json();
    assert_eq!(list["generation"], 4);
    stage.on("get %s api").revealing().run().ok().prints(VALUE);
}

#[test]
fn another_file_of_the_same_generation_is_a_fork() {
    let (stage, old) = aged();
    let ours = stage.read("%s");
    // The same store, changed in another way on a host that remembers nothing.
    stage.overwrite("%w/other.bin", &old);
    stage.bare_config("[security]\nstate = \"none\"\n");
    stage.on("set %w/other.bin api --from file:%g/pass2").run().ok();
    let theirs = stage.read("%w/other.bin");
    stage.config("");
    stage.overwrite("%s", &theirs);
    stage.on("list %s").refused(Kind::Rollback, "fork suspected").says("--accept-rollback");
    stage.overwrite("%s", &ours);
    stage.on("get %s api").revealing().run().ok().prints(VALUE2);
}

#[test]
fn a_newer_file_is_adopted() {
    let (stage, _) = aged();
    let earlier = stage.snapshot();
    stage.on("set %s later --from file:%g/value").run().ok();
    // The state lags, as after a kill between the rename and it.
    for (path, (.., content)) in earlier {
        if path.extension().is_some_and(|e| e == "state") {
            stage.overwrite(&path.display().to_string(), &content);
        }
    }
    stage.on("get %s later").revealing().run().ok().prints(VALUE);
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["freshness"], "current");
}

#[test]
fn a_host_without_state_says_when_it_sees_a_store_first() {
    let (stage, _) = aged();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    stage.on("list %s").run().ok().says("this host sees the store for the first time");
    stage.on("list %s").run().ok().does_not_say("first time");
}

#[test]
fn the_configured_least_generation_holds_without_state() {
    let (stage, _) = aged();
    let none = "[security]\nstate = \"none\"\n";
    stage.bare_config(&format!("{none}min_generation = 4\n"));
    stage.on("list %s").refused(Kind::Rollback, "below the configured min_generation 4");
    stage.bare_config(&format!("{none}min_generation = 3\n"));
    stage.on("list %s").run().ok();
}

#[test]
fn a_store_of_another_signing_key_is_refused() {
    let (stage, _) = aged();
    let key = stage.on("info %s --json").bare().run().ok().json()["store_key"].clone();
    stage.config(&format!("store_keys = [\"{}\"]\n", "ab".repeat(32)));
    stage.on("list %s").refused(Kind::Integrity, "signed by another key");
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["inventory"]["pin"], "NOT the pinned key");
    stage.config(&format!("store_keys = [{key}]\n"));
    stage.on("list %s").run().ok();
}

#[test]
fn an_unusable_state_directory_is_a_warning_on_devnet() {
    let stage = Stage::devnet();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    stage.overwrite("%d/state", b"a file in its place");
    for line in ["list %s", "set %s api --from file:%g/value"] {
        stage.on(line).run().ok().says("an older copy of the store would not be noticed");
    }
    stage.on("inventory pin %s").run().ends(Kind::Policy).says("state_dir");
    // Given up on purpose, there is nothing to warn about.
    stage.bare_config("[security]\nstate = \"none\"\nnetwork = \"devnet\"\n");
    stage.on("set %s api --from file:%g/value").run().ok().silent();
}

#[test]
fn a_lock_that_another_holds_is_waited_for_and_no_longer() {
    let (stage, _) = aged();
    let lock = std::fs::File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(stage.path("%s.lock"))
        .unwrap();
    lock.lock().unwrap();
    for (timeout, at_least) in [("0s", 0), ("300ms", 250)] {
        let start = Instant::now();
        stage
            .on(&format!("set %s api --from file:%g/value --lock-timeout {timeout}"))
            .refused(Kind::Locked, "is locked by another process")
            .says("--lock-timeout");
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(at_least), "{took:?}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    // Readers do not wait.
    stage.on("get %s api --lock-timeout 0s").revealing().run().ok().prints(VALUE2);
    drop(lock);
    stage.on("set %s api --from file:%g/value --lock-timeout 0s").run().ok();
    for text in ["5", "-1s", "soon"] {
        stage
            .on(&format!("list %s --lock-timeout={text}"))
            .refused(Kind::Usage, "--lock-timeout takes a duration");
    }
}
