//! To and from pipes, and what monitoring sees of every way out: the real binary.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{OPEN, create, staged};
use crate::support::stage::Stage;

const WALLET_BACKUP: &str = env!("CARGO_BIN_EXE_wallet-backup");

fn binary(stage: &Stage, line: &str, stdin: &[u8]) -> Output {
    let line = stage.expand(&format!("{line} --config %d/config.toml"));
    let mut child = Command::new(WALLET_BACKUP)
        .args(line.split_whitespace())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let (mut pipe, bytes) = (child.stdin.take().expect("a pipe"), stdin.to_vec());
    let writer = std::thread::spawn(move || drop(pipe.write_all(&bytes)));
    let output = child.wait_with_output().expect("ended");
    writer.join().expect("written");
    output
}

#[test]
fn an_archive_goes_through_a_pipe_with_what_comes_from_another() {
    let stage = staged();
    let piped: Vec<u8> = (0..3_000_000_u32).map(|n| (n >> 3).to_le_bytes()[0]).collect();
    let line = format!("create - --store %s --out - --reason weekly {OPEN}");
    let output = binary(&stage, &line, &piped);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    stage.overwrite("%d/archives/piped.srb", &output.stdout);
    let line = format!("restore %d/archives/piped.srb --to %d/back {OPEN}");
    stage.backup(&line).run().ok();
    assert!(stage.read("%d/back/files/stdin") == piped);
    assert_eq!(stage.read("%d/back/secrets.bin"), stage.read("%s"));
}

#[test]
fn a_reader_that_goes_away_ends_it_and_no_archive_is_remembered() {
    let stage = staged();
    let line = stage.expand(&format!(
        "create - --store %s --out - --reason weekly {OPEN} --config %d/config.toml"
    ));
    let mut child = Command::new(WALLET_BACKUP)
        .args(line.split_whitespace())
        .env_clear()
        .stdin(Stdio::from(std::fs::File::open("/dev/zero").expect("zeros")))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(21), "{}", String::from_utf8_lossy(&output.stderr));
    let list = stage.backup("list --store %s --json").run().ok().json();
    assert_eq!(list["archives"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_monitor_gets_one_of_four_codes_whatever_happens() {
    let stage = staged();
    let code = |line: &str| binary(&stage, line, b"").status.code();
    assert_eq!(code("status --store %s"), Some(2));
    create(&stage, "a.srb");
    // The archive was made at the time of the stage.
    let now = "--now 2026-09-21T15:00:00Z";
    assert_eq!(code(&format!("status --store %s {now}")), Some(1));
    stage.backup(&format!("drill %d/archives/a.srb {OPEN}")).run().ok();
    assert_eq!(code(&format!("status --store %s {now}")), Some(0));
    for unknown in [
        "status --store %w/none",
        "status --store %s --network mainnet",
        "status --store %s --max-age never",
        "status --frobnicate",
        "status",
    ] {
        assert_eq!(code(unknown), Some(3), "{unknown}");
    }
    assert_eq!(code("frobnicate"), Some(2));
    assert!(Path::new(WALLET_BACKUP).exists());
}
