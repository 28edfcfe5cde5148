//! A host that lends no second thread (`TasksMax=`, `pids.max`, `ulimit -u`): the same work is done by the one there is.

#![allow(clippy::disallowed_methods, reason = "scratch files of a test")]

use std::process::Output;
use std::time::Duration;

use crate::support::program::{KEY_ROTATE, SECRETS_ADMIN, WALLET_BACKUP, command, finish};
use crate::support::stage::{Stage, VALUE};

/// More than any thread's stack can be, so that the kernel refuses every thread.
const STACK: &str = "1000000000000000";
/// Large enough for the work on a store and an archive to be shared otherwise.
const LARGE: usize = 1 << 20;

/// What opens the store, and what opens its archives.
const STORE: &str = "--passphrase-from file:%g/pass";
const ARCHIVE: &str = "--archive-passphrase-from file:%g/pass2";

/// Runs `line` on the real program as on such a host.
fn alone(stage: &Stage, program: &str, line: &str) -> Output {
    let line = format!("{program} --config %d/config.toml --non-interactive --yes {line}");
    let words: Vec<String> = line.split_whitespace().map(|word| stage.expand(word)).collect();
    let mut command = command(&words);
    command.env("RUST_MIN_STACK", STACK);
    finish(command, Duration::from_mins(1))
}

fn good(output: Output, what: &str) -> Vec<u8> {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {}: {said}", output.status);
    output.stdout
}

/// A devnet store of more than a megabyte, and what its large secret is.
fn large() -> (Stage, Vec<u8>) {
    let stage = Stage::devnet();
    let value: Vec<u8> =
        (0..LARGE).map(|n| b'a' + ((n * 131) >> 5).to_le_bytes()[0] % 26).collect();
    stage.given("large", &value);
    for name in ["first", "second"] {
        stage.on(&format!("set %s {name} --from file:%g/large")).run().ok();
    }
    (stage, value)
}

#[test]
fn a_large_store_is_read_and_changed() {
    let (stage, value) = large();
    let set = format!("set %s third --from file:%g/value {STORE}");
    good(alone(&stage, SECRETS_ADMIN, &set), "set");
    let get = format!("get %s third {STORE}");
    assert_eq!(good(alone(&stage, SECRETS_ADMIN, &get), "get"), VALUE.as_bytes());
    good(alone(&stage, SECRETS_ADMIN, &format!("verify %s {STORE}")), "verify");
    // And the host that lends threads reads what was written without.
    stage.on("verify %s").run().ok();
    stage.on("get %s second").revealing().run().ok().prints(&value);
    refuses_threads(&stage);
}

#[test]
fn an_archive_is_made_verified_and_restored() {
    let (stage, _) = large();
    let extra: Vec<u8> = (0..5 * LARGE).map(|n| ((n * 131) >> 5).to_le_bytes()[0]).collect();
    stage.overwrite("%d/extra", &extra);
    for line in [
        format!("create %d/extra --store %s --out %d/archive --reason alone {ARCHIVE}"),
        format!("verify %d/archive {ARCHIVE}"),
        format!("drill %d/archive {ARCHIVE}"),
        format!("restore %d/archive --to %d/back {ARCHIVE}"),
    ] {
        good(alone(&stage, WALLET_BACKUP, &line), &line);
    }
    assert_eq!(stage.read("%d/back/secrets.bin"), stage.read("%s"));
    assert_eq!(stage.read("%d/back/files%d/extra"), extra);
    refuses_threads(&stage);
}

#[test]
fn many_keys_are_rotated_at_once() {
    let stage = Stage::devnet();
    for n in 0..16 {
        let line = format!("key create k{n} --store %s --kind ed25519 --role signing");
        stage.rotate(&line).run().ok();
    }
    let line = format!("rotate --all --store %s --reason drill {STORE}");
    good(alone(&stage, KEY_ROTATE, &line), "rotate");
    stage.on("verify %s").run().ok();
    refuses_threads(&stage);
}

/// Writing for age needs two that hand each other pieces: refused by name, and nothing is there. It shows that the rest of a test
/// was done without threads.
fn refuses_threads(stage: &Stage) {
    let line = format!("create --store %s --out %d/witness --reason alone {ARCHIVE}");
    stage.backup(&line).run().ok();
    let line =
        format!("export %d/witness --age --recipient {RECIPIENT} --out %d/out.age {ARCHIVE}");
    let output = alone(stage, WALLET_BACKUP, &line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(21), "{said}");
    assert!(said.contains("the host refuses a thread"), "{said}");
    assert!(!stage.path("%d/out.age").exists());
}

/// Somebody's; nobody opens anything with it here.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
