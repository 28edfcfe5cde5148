//! A disk that fails at the end: who is told that nothing was written finds nothing, and who finds something missing was told.

use std::process::Output;
use std::time::Duration;

use super::{OPEN, create, staged};
use crate::support::program::{SECRETS_ADMIN, WALLET_BACKUP, command, finish, require};
use crate::support::stage::Stage;

/// Runs `line` on the real program, whose sync number `n` fails.
fn failing(stage: &Stage, n: usize, program: &str, line: &str) -> Output {
    require("strace");
    let line = format!(
        "strace -f -qq -o %g/trace -e trace=fsync -e inject=fsync:error=EIO:when={n} {program} \
         --config %d/config.toml --network devnet --non-interactive --yes {line}"
    );
    let words: Vec<String> = line.split_whitespace().map(|word| stage.expand(word)).collect();
    finish(command(&words), Duration::from_mins(1))
}

/// Fails each sync in turn; answers how many times the command was refused. It is refused exactly when `file` is not there.
fn refused(stage: &Stage, program: &str, line: &str, file: &str) -> usize {
    let path = stage.path(file);
    (1..=8)
        .filter(|n| {
            let output = failing(stage, *n, program, line);
            let (there, said) = (path.exists(), String::from_utf8_lossy(&output.stderr));
            assert_eq!(there, output.status.success(), "sync {n}: {}: {said}", output.status);
            assert!(there || output.status.code() == Some(21), "sync {n}: {said}");
            drop(std::fs::remove_file(&path));
            !there
        })
        .count()
}

#[test]
fn an_archive_and_a_secret_are_not_there_when_the_command_was_refused() {
    let stage = staged();
    let line = format!("create --store %s --out %d/archives/a.srb --reason weekly {OPEN}");
    // The archive before and after it has its name, and the directory of the name.
    assert!(refused(&stage, WALLET_BACKUP, &line, "%d/archives/a.srb") >= 3);
    let line = "get %s api --out %d/extra/value --passphrase-from file:%g/pass";
    assert!(refused(&stage, SECRETS_ADMIN, line, "%d/extra/value") >= 3);
}

#[test]
fn what_was_pruned_is_told_when_the_directory_could_not_be_synced() {
    let stage = staged();
    for name in ["a.srb", "b.srb"] {
        create(&stage, name);
        stage.set_clock(crate::support::stage::NOW + 1);
    }
    let line = format!("prune %d/archives --keep-last 1 --store %s {OPEN}");
    let output = failing(&stage, 1, WALLET_BACKUP, &line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(21), "{said}");
    assert!(said.contains("a.srb IS removed"), "{said}");
    // What the hint names is there.
    let hint = format!("hint: sync -f {}\n", stage.expand("%d/archives"));
    assert!(said.contains(&hint), "{said}");
    assert!(!stage.path("%d/archives/a.srb").exists());
    let listed = stage.backup("list --store %s --json").run().ok().json();
    assert_eq!(listed["archives"].as_array().map(Vec::len), Some(1), "{listed}");
}
