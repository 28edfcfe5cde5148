//! What the kernel sees: no secret on a command line, in an environment or in a write that was not asked for, and no file that
//! is ever open to others.

use std::process::Output;
use std::time::Duration;

use crate::support::program::{SECRETS_ADMIN, command, finish, require};
use crate::support::stage::{PASS, PASS2, Stage, VALUE, VALUE2};

/// Runs a command under strace and umask 000; answers its output and the trace.
fn trace(stage: &Stage, line: &str) -> (Output, String) {
    require("strace");
    let log = stage.path("%g/trace");
    let line = format!(
        "umask 000; exec strace -f -v -qq -s 100000 -o {} -e trace=execve,write,writev,pwrite64,pwritev,sendto,sendmsg,open,openat,openat2,creat,mkdir,mkdirat,memfd_create,chmod,fchmod,fchmodat {SECRETS_ADMIN} {} --config {}",
        log.display(),
        stage.expand(line),
        stage.expand("%d/config.toml"),
    );
    let output = finish(command(&["sh", "-c", &line]), Duration::from_mins(1));
    let trace = String::from_utf8_lossy(&std::fs::read(&log).expect("the trace")).into_owned();
    (output, trace)
}

const SCENARIO: &[&str] = &[
    "init %w/new.bin --network devnet --passphrase-from file:%g/pass",
    "set %w/new.bin api --from file:%g/value --passphrase-from file:%g/pass",
    "set %w/new.bin igra.hd.payment_secret --from file:%g/value2 --passphrase-from file:%g/pass --json",
    "list %w/new.bin --long --passphrase-from file:%g/pass",
    "get %w/new.bin api --passphrase-from file:%g/pass",
    "get %w/new.bin none --passphrase-from file:%g/pass",
    "keyslot add %w/new.bin --new-passphrase-from file:%g/pass2 --passphrase-from file:%g/pass",
    "check %w/new.bin --network devnet --passphrase-from file:%g/pass2",
    "keyslot revoke %w/new.bin 1 --yes --passphrase-from file:%g/pass",
    "convert %w/new.bin %w/igra.bin --to igra --kdf m=19456,t=2,p=1 --passphrase-from file:%g/pass",
    "set %w/igra.bin more --network devnet --from file:%g/value --passphrase-from file:%g/pass",
    "inventory export %w/new.bin --out %w/inventory",
    "passphrase change %w/new.bin --passphrase-from file:%g/pass --new-passphrase-from file:%g/pass2",
    "list %w/new.bin --passphrase-from file:%g/pass",
];

#[test]
fn no_secret_leaves_but_by_the_answer_that_was_asked_for() {
    let stage = Stage::empty();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    let mut writes = 0;
    for line in SCENARIO {
        let (output, trace) = trace(&stage, line);
        let asked = line.starts_with("get %w/new.bin api");
        assert_eq!(output.stdout == VALUE.as_bytes(), asked, "{line}");
        for call in trace.lines() {
            let call = call.split_once(' ').map_or(call, |(_, call)| call);
            // The one write to standard output that is the answer.
            if asked && call.trim_start().starts_with("write(1, ") {
                writes += 1;
                continue;
            }
            for canary in [PASS, PASS2, VALUE, VALUE2] {
                let half = &canary[..canary.len() / 2];
                assert!(!call.contains(half), "{line}: {call}");
            }
        }
        born_closed(line, &trace);
    }
    assert_eq!(writes, 1, "the control: the answer is seen in the trace");
    for (path, (mode, ..)) in stage.snapshot() {
        let made = path.starts_with(stage.path("%w")) || path.starts_with(stage.path("%d/state"));
        if made && path != stage.path("%w") {
            let expected = if path.is_dir() { 0o40700 } else { 0o100_600 };
            assert_eq!(mode, expected, "{}", path.display());
        }
    }
}

/// Every file that is made is 0600 from its first moment, every directory 0700, whatever the umask.
fn born_closed(line: &str, trace: &str) {
    for call in trace.lines().filter(|call| call.contains("O_CREAT") || call.contains("O_TMPFILE"))
    {
        // strace's own log is not in its trace; what is, is ours.
        assert!(call.contains(", 0600)"), "{line}: {call}");
    }
    for call in trace.lines().filter(|call| call.contains("mkdir")) {
        assert!(call.contains(", 0700)"), "{line}: {call}");
    }
    for call in trace.lines().filter(|call| call.contains("chmod")) {
        assert!(call.contains("0600)") || call.contains("0700)"), "{line}: {call}");
    }
}
