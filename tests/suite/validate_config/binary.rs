//! The real binary, as the kernel sees it: it writes and creates nothing, and its codes are 0, 1 and 2.

use std::time::Duration;

use strongroom::network::NetworkMode;

use super::image::Image;
use crate::support::program::{VALIDATE_CONFIG, command, finish, require};

#[test]
fn nothing_is_written_and_nothing_is_created() {
    require("strace");
    let image = Image::good(NetworkMode::Mainnet);
    image.write("config.toml", image.config.as_bytes(), 0o600);
    image.write("unit.service", image.unit.as_bytes(), 0o644);
    let trace = image.path("trace");
    let home = image.path("");
    let home = home.display();
    let line = format!(
        "umask 000; strace -f -qq -o {} -e trace=%file,%desc,%process {VALIDATE_CONFIG} {home}/config.toml --root {home} --unit /unit.service",
        trace.display()
    );
    let done = finish(command(&["sh", "-c", &line]), Duration::from_mins(1));
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&done.stderr));
    let trace = String::from_utf8_lossy(&std::fs::read(&trace).expect("the trace")).into_owned();
    assert!(trace.contains("secrets.bin"), "the store was looked at");
    for call in trace.lines().map(|line| line.split_once(' ').map_or(line, |(_, call)| call.trim()))
    {
        let opens = call.starts_with("open")
            && ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|f| call.contains(f));
        assert!(!opens || call.contains("/dev/null"), "{call}");
        for verb in [
            "mkdir",
            "unlink",
            "rename",
            "link(",
            "linkat",
            "symlink",
            "chmod",
            "fchmod",
            "chown",
            "fchown",
            "truncate",
            "ftruncate",
            "mknod",
            "utime",
            "setxattr",
            "execve(\"/usr",
        ] {
            let is_start = call.starts_with("execve") && call.contains("validate-config");
            assert!(is_start || !call.starts_with(verb), "{call}");
        }
    }
}

#[test]
fn codes_are_those_of_a_gate() {
    let image = Image::good(NetworkMode::Devnet);
    image.write("config.toml", image.config.as_bytes(), 0o600);
    let path = image.path("config.toml").display().to_string();
    let root = image.path("").display().to_string();
    let code = |more: &[&str]| {
        let argv: Vec<&str> = [&[VALIDATE_CONFIG], more].concat();
        finish(command(&argv), Duration::from_secs(20)).status.code()
    };
    let on = |more: &[&str]| {
        code(
            &[&[path.as_str(), "--root", &root, "--network", "devnet", "--no-host"], more].concat(),
        )
    };
    assert_eq!(on(&[]), Some(0));
    assert_eq!(on(&["--format", "nagios"]), Some(0));
    let mut image = Image::good(NetworkMode::Devnet);
    image.set("active_profile", "");
    image.write("config.toml", image.config.as_bytes(), 0o600);
    let warned = image.path("config.toml").display().to_string();
    let nagios =
        |network| code(&[&warned, "--config-only", "--network", network, "--format", "nagios"]);
    assert_eq!((nagios("devnet"), nagios("mainnet")), (Some(1), Some(2)));
    assert_eq!(on(&["--network"]), Some(2));
    assert_eq!(on(&["--unlock", "--non-interactive"]), Some(2));
    assert_eq!(on(&["--profile", "none"]), Some(2));
    assert_eq!(on(&["--now", "yesterday"]), Some(2));
    assert_eq!(on(&["--output", "sarif"]), Some(2));
    assert_eq!(code(&[&path, "--network", "mainnet", "--config-only"]), Some(1));
    assert_eq!(code(&["--list-rules"]), Some(0));
    // More than a pipe holds.
    let schema = format!("{VALIDATE_CONFIG} --schema > /dev/null");
    let done = finish(command(&["sh", "-c", &schema]), Duration::from_secs(20));
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(code(&["explain", "sec-004"]), Some(0));
    assert_eq!(code(&["explain", "XXX-001"]), Some(2));
    // What names no command is a configuration, which is not there; two of them are too many.
    for words in [&["help"][..], &["explian"], &["explian", "SEC-004"], &["--", "explain"]] {
        assert_eq!(code(words), Some(2), "{words:?}");
    }
    assert_eq!(code(&["--version"]), Some(0));
    assert_eq!(code(&[&path, "--config", &path]), Some(2));
}
