//! What a restore writes has no name before all of the archive is good, is durable before it has one, and gets one in another way
//! where the kernel gives none to a file without a name.

use std::process::Output;
use std::time::Duration;

use super::{OPEN, create, staged};
use crate::support::program::{WALLET_BACKUP, command, finish, require};
use crate::support::stage::Stage;

/// Restores `%d/archives/NAME` to `%d/TO` with the real program, started by `before`.
fn restore(stage: &Stage, before: &str, name: &str, to: &str) -> Output {
    let line = format!(
        "{before} {WALLET_BACKUP} restore %d/archives/{name} --to %d/{to} {OPEN} --network devnet --config %d/config.toml"
    );
    finish(command(&["sh", "-c", &stage.expand(&line)]), Duration::from_mins(1))
}

/// What starts the program when `call` is to fail with `error`, each time.
fn failing(call: &str, error: &str) -> String {
    format!("exec strace -f -qq -o %g/trace -e trace={call} -e inject={call}:error={error}")
}

fn assert_restored(stage: &Stage, output: &Output, to: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(stage.read(&format!("%d/{to}/secrets.bin")), stage.read("%s"));
    assert!(!stage.path(&format!("%d/{to}.partial")).exists());
}

#[test]
fn files_are_durable_before_and_after_they_get_their_names_and_the_directory_before_it_gets_its_own()
 {
    require("strace");
    let stage = staged();
    create(&stage, "a.srb");
    let before =
        stage.expand("exec strace -f -qq -o %g/trace -e trace=openat,linkat,fsync,renameat2");
    assert_restored(&stage, &restore(&stage, &before, "a.srb", "back"), "back");
    let trace = String::from_utf8_lossy(&stage.read("%g/trace")).into_owned();
    let calls: Vec<&str> = trace
        .lines()
        .filter_map(|line| line.split_once(' ').map(|(_, call)| call.trim_start()))
        .filter(|call| !call.contains(" = -1 "))
        .collect();
    let at = |what: &str| calls.iter().position(|call| call.contains(what)).expect(what);
    let nameless = calls.iter().filter(|call| call.contains("O_TMPFILE")).count();
    let links: Vec<usize> = (0..calls.len()).filter(|n| calls[*n].starts_with("linkat(")).collect();
    assert!(nameless >= 3 && links.len() == nameless, "{calls:#?}");
    let renamed = at("renameat2(");
    for link in links {
        let number = calls[link].split("/fd/").nth(1).and_then(|rest| rest.split('"').next());
        let sync = format!("fsync({})", number.expect("a descriptor"));
        assert!(calls[..link].iter().any(|call| call.starts_with(&sync)), "before: {link}");
        // The file once more, then the directory of its name.
        assert!(calls[link + 1].starts_with(&sync), "after: {}", calls[link + 1]);
        assert!(calls[link + 2].starts_with("fsync("), "{}", calls[link + 2]);
        assert!(link < renamed);
    }
    assert!(calls[renamed].contains("back.partial"), "{}", calls[renamed]);
    assert!(calls[renamed - 1].starts_with("fsync("), "{}", calls[renamed - 1]);
    assert!(calls[renamed + 1].starts_with("fsync("), "{}", calls[renamed + 1]);
}

#[test]
fn where_a_nameless_file_cannot_be_had_or_named_the_archive_is_opened_a_second_time() {
    require("strace");
    let stage = staged();
    create(&stage, "a.srb");
    // Another's file may not be named; there is no /proc.
    for error in ["EPERM", "ENOENT"] {
        let before = failing("linkat", error);
        assert_restored(&stage, &restore(&stage, &before, "a.srb", error), error);
    }

    // More files than there are descriptors.
    let mut line = "create --store %s --reason many --out %d/archives/many.srb".to_owned();
    for number in 0..60 {
        let path = format!("%d/extra/file-{number}");
        stage.overwrite(&path, b"something");
        line = format!("{line} {path}");
    }
    stage.backup(&format!("{line} {OPEN}")).run().ok();
    let few = restore(&stage, "ulimit -n 40; exec", "many.srb", "few");
    assert_restored(&stage, &few, "few");
    let extra = stage.path("%d/extra/file-59");
    let below = extra.strip_prefix("/").expect("absolute").display().to_string();
    assert_eq!(stage.read(&format!("%d/few/files/{below}")), b"something");
}

#[test]
fn without_proc_an_archive_ends_with_an_error_that_says_so_and_nothing_is_there() {
    require("strace");
    let stage = staged();
    let line = format!(
        "{} {WALLET_BACKUP} create --store %s --out %d/archives/a.srb --reason x {OPEN} --network devnet --config %d/config.toml",
        failing("linkat", "ENOENT")
    );
    let output = finish(command(&["sh", "-c", &stage.expand(&line)]), Duration::from_mins(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(21), "{said}");
    assert!(said.contains("without /proc"), "{said}");
    assert_eq!(std::fs::read_dir(stage.path("%d/archives")).expect("a directory").count(), 0);
}

/// Whose signal would end the process before it has cleaned up.
#[test]
fn a_file_beyond_the_limit_of_the_process_is_an_error_and_leaves_nothing() {
    let stage = staged();
    stage.overwrite("%d/extra/igra.toml", &vec![7; 200_000]);
    create(&stage, "a.srb");
    let output = restore(&stage, "ulimit -f 64; exec", "a.srb", "back");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(21), "{said}");
    assert!(!stage.path("%d/back").exists() && !stage.path("%d/back.partial").exists());
}

#[test]
fn what_stands_and_could_not_be_synced_is_said_to_stand() {
    require("strace");
    let stage = staged();
    create(&stage, "a.srb");
    let counted = "exec strace -f -qq -o %g/trace -e trace=fsync";
    assert_restored(&stage, &restore(&stage, counted, "a.srb", "one"), "one");
    let syncs = String::from_utf8_lossy(&stage.read("%g/trace")).matches("fsync(").count();
    let last = failing("fsync", &format!("EIO:when={syncs}"));
    let output = restore(&stage, &last, "a.srb", "two");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(21), "{said}");
    assert!(said.contains(&stage.expand("everything IS restored to %d/two")), "{said}");
    assert_eq!(stage.read("%d/two/secrets.bin"), stage.read("%s"));
}
