//! Files that are no configuration: told with a place where there is one, exit 1 or 2, never a wait.

use std::time::Duration;

use strongroom::kind::Kind;
use strongroom::network::NetworkMode;

use super::image::Image;
use crate::support::program::{VALIDATE_CONFIG, command, finish, require};

#[test]
fn what_is_no_toml_is_told_with_its_place() {
    for network in NetworkMode::ALL {
        for (text, place) in [
            ("[service\nnetwork = 1", "config.toml:1:"),
            ("a = hunter2hunter2", "config.toml:1:5"),
            ("[service]\nnetwork = \"a\"\nnetwork = \"b\"\n", "config.toml:3:1"),
            ("x = \"\u{1b}[2J\"", "config.toml:1:"),
            ("", "the file is empty"),
            ("# nothing\n\n", "the file is empty"),
            ("\u{feff}", "the file is empty"),
        ] {
            let mut image = Image::good(network);
            image.config = text.to_owned();
            let judged = image.run(&[]);
            assert_eq!(judged.kind, Kind::Findings, "{text}: {}", judged.stdout);
            assert!(judged.stdout.contains(place), "{place}: {}", judged.stdout);
            assert!(judged.stdout.contains("error[CFG-001]"), "{}", judged.stdout);
            assert!(!judged.stdout.contains("hunter2") && !judged.stdout.contains('\u{1b}'));
            assert!(!judged.stdout.contains(": OK"), "{}", judged.stdout);
        }
        let mut image = Image::good(network);
        image.config = format!("x = {}1{}", "[".repeat(50_000), "]".repeat(50_000));
        assert_eq!(image.run(&[]).kind, Kind::Findings);
    }
}

#[test]
fn marks_and_foreign_line_ends_are_remarked_and_do_not_move_places() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.config = format!("\u{feff}{}", image.config.replace('\n', "\r\n"));
    image.config.push_str("netwrok = 1\r\n");
    let lines = image.config.lines().count();
    let judged = image.judge();
    let rules: Vec<_> = judged.findings().into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules.iter().filter(|rule| *rule == "CFG-006").count(), 2);
    let json = judged.json();
    let unknown = json["findings"].as_array().unwrap().iter().find(|f| f["rule"] == "CFG-001");
    let unknown = unknown.expect("a finding");
    assert_eq!((&unknown["line"], &unknown["column"]), (&lines.into(), &1.into()));
}

#[test]
fn a_file_that_cannot_be_read_is_a_matter_of_use() {
    let image = Image::good(NetworkMode::Mainnet);
    let run = |argv: &[&str]| {
        let argv: Vec<&str> = [&[VALIDATE_CONFIG], argv].concat();
        finish(command(&argv), Duration::from_secs(20))
    };
    let fifo = image.path("fifo");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .expect("a FIFO");
    image.write("latin", b"a = \"\xe9\"\n", 0o600);
    image.write("large", &vec![b'#'; (10 << 20) + 1], 0o600);
    for (name, code) in [
        ("none", 2),
        ("fifo", 2),
        ("var", 2),
        ("large", 2),
        ("latin", 1),
        ("var/lib/igra/secrets.bin", 1),
    ] {
        let path = image.path(name);
        let done = run(&[path.to_str().expect("UTF-8"), "--network", "devnet"]);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(code), "{name}: {told}");
        assert!(told.starts_with("validate-config: error: "), "{name}: {told}");
    }
    assert_eq!(run(&["/dev/zero"]).status.code(), Some(2));
    assert_eq!(run(&[]).status.code(), Some(2));
    assert_eq!(run(&["--format", "nagios"]).status.code(), Some(3));
}

#[test]
fn a_file_that_this_user_cannot_read_is_a_matter_of_use() {
    require("setpriv");
    let image = Image::good(NetworkMode::Mainnet);
    let program = image.path("validate-config");
    std::fs::copy(VALIDATE_CONFIG, &program).expect("copy");
    image.chmod("", 0o755);
    image.write("config.toml", image.config.as_bytes(), 0o600);
    let run = |mode: u32| {
        image.chmod("config.toml", mode);
        let (program, config) = (program.display().to_string(), image.path("config.toml"));
        let config = config.display().to_string();
        let argv = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
        let done = finish(
            command(&[&argv[..], &[program.as_str(), config.as_str(), "--config-only"]].concat()),
            Duration::from_secs(20),
        );
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    assert_eq!(run(0o644).0, Some(0), "the control");
    let (code, told) = run(0o600);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.starts_with("validate-config: error: cannot read the configuration: "), "{told}");
}

#[test]
fn what_the_configuration_names_may_be_anything_and_nothing_waits_for_it() {
    let image = Image::good(NetworkMode::Mainnet);
    for name in [
        "unit.service",
        "var/lib/igra/secrets.bin",
        "var/lib/igra/secrets.bin.audit.jsonl",
        "var/lib/igra/key-audit.log",
        "config.toml.bak",
    ] {
        let path = image.path(name);
        let _ = std::fs::remove_file(&path);
        let kind = rustix::fs::FileType::Fifo;
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).expect("a FIFO");
    }
    image.write("config.toml", image.config.as_bytes(), 0o600);
    let (config, root) = (image.path("config.toml"), image.path(""));
    let (config, root) = (config.to_str().expect("UTF-8"), root.to_str().expect("UTF-8"));
    let run = |more: &[&str]| {
        let argv: Vec<&str> = [&[VALIDATE_CONFIG, config, "--root", root], more].concat();
        finish(command(&argv), Duration::from_secs(20)).status.code()
    };
    assert_eq!(run(&[]), Some(1));
    assert_eq!(run(&["--unit", "/unit.service"]), Some(2));
}
