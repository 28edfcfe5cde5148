//! The units, cron lines and alert rules under `contrib/`: systemd and Prometheus understand them, and so do our tools.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use strongroom::cli::monitor::names;
use strongroom::cli::{self, Tool};

use super::support::{read_text, repository};

/// What the files may start. A tool without a grammar is not built yet, and its lines are only held against the house rules.
const TOOLS: &[(&str, Option<&Tool>)] = &[
    ("key-rotate", Some(&cli::key_rotate::TOOL)),
    ("wallet-backup", Some(&cli::wallet_backup::TOOL)),
    ("secrets-admin", Some(&cli::secrets_admin::TOOL)),
    ("validate-config", Some(&cli::validate_config::TOOL)),
];

/// The exposure, in tenths, above which `systemd-analyze security` calls a unit less than well shut in.
const MOST_EXPOSED: &str = "15";

fn files(directory: &str) -> Vec<PathBuf> {
    let entries = repository("contrib").join(directory).read_dir().expect("a directory");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    assert!(!found.is_empty(), "{directory}");
    found
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("UTF-8")
}

/// Runs a program that need not be there.
fn run(program: &str, words: &[&str], at: &Path) -> Option<Output> {
    match Command::new(program).args(words).current_dir(at).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => panic!("{program}: {error}"),
    }
}

/// The settings of a unit, without comments.
fn settings(path: &Path) -> Vec<(String, String)> {
    let text = read_text(path);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A command line of ours: the file it stands in, and its words with the tool's bare name first.
struct Line {
    file: String,
    words: Vec<String>,
}

impl Line {
    fn tool(&self) -> &str {
        &self.words[0]
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }
}

/// The words of a command; for `sh -c`, those behind its `exec`.
fn words(command: &str) -> Vec<String> {
    let command = match command.split_once("exec ") {
        Some((before, rest)) if before.starts_with("/bin/sh -c '") => rest.trim_end_matches('\''),
        _ => command.split_once(" >").map_or(command, |(command, _)| command),
    };
    let mut words: Vec<String> =
        command.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
    let program = words.remove(0);
    words.insert(0, program.rsplit('/').next().expect("a name").to_owned());
    words
}

fn command_lines() -> Vec<Line> {
    let mut found = Vec::new();
    for path in files("systemd") {
        for (key, value) in settings(&path) {
            if key.starts_with("Exec") {
                found.push(Line { file: name(&path).to_owned(), words: words(&value) });
            }
        }
    }
    for path in files("cron") {
        for line in read_text(&path).lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            if line.starts_with('#') || line.is_empty() || fields[0].contains('=') {
                continue;
            }
            assert!(fields.len() > 7 && !line.contains('%'), "{line}");
            let is_time = |field: &str| field.chars().all(|c| "0123456789*/,-".contains(c));
            assert!(fields[..5].iter().all(|field| is_time(field)), "{line}");
            assert_eq!(fields[5], "strongroom", "{line}");
            found.push(Line { file: name(&path).to_owned(), words: words(&fields[6..].join(" ")) });
        }
    }
    assert!(found.len() > 10);
    found
}

#[test]
fn every_command_line_is_one_of_its_tool() {
    for line in command_lines() {
        let tool = TOOLS.iter().find(|(name, _)| *name == line.tool());
        let (_, tool) = tool.unwrap_or_else(|| panic!("{}: {:?}", line.file, line.words));
        if let Some(tool) = tool {
            let argv: Vec<OsString> = line.words.iter().map(Into::into).collect();
            let parsed = tool.grammar().try_get_matches_from(argv);
            assert!(parsed.is_ok(), "{}: {:?}: {}", line.file, line.words, parsed.unwrap_err());
        }
    }
}

#[test]
fn every_command_line_states_its_network_and_asks_nobody() {
    for line in command_lines() {
        let at = line.words.iter().position(|word| word == "--network");
        let network = at.and_then(|at| line.words.get(at + 1));
        assert_eq!(network.map(String::as_str), Some("mainnet"), "{}: {:?}", line.file, line.words);
        assert!(line.has("--non-interactive"), "{}: {:?}", line.file, line.words);
        let secret = line.words.iter().find(|word| word.starts_with("env:"));
        assert_eq!(secret, None, "{}", line.file);
    }
}

#[test]
fn the_condition_asks_about_the_store_that_is_rotated() {
    let lines = command_lines();
    let of = |verb: &str| {
        let line = lines.iter().find(|line| line.file == "key-rotate@.service" && line.has(verb));
        line.map(|line| line.words.iter().filter(|word| *word != verb).cloned().collect::<Vec<_>>())
    };
    assert!(of("due").is_some());
    assert_eq!(of("due"), of("run-due"));
}

#[test]
fn systemd_understands_the_units() {
    // The programs need not be on the host that runs the tests; a unit that names a missing one is faulted for it.
    let copy = tempfile::tempdir().expect("a directory");
    for path in files("systemd") {
        let text = TOOLS.iter().fold(read_text(&path), |text, (tool, _)| {
            text.replace(&format!("=/usr/local/bin/{tool} "), "=/bin/true ")
        });
        put(&copy.path().join(name(&path)), &text);
    }
    for path in files("systemd") {
        let unit = format!("./{}", name(&path));
        let Some(verified) = run(
            "systemd-analyze",
            &["verify", "--man=no", "--recursive-errors=no", &unit],
            copy.path(),
        ) else {
            return;
        };
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success() && said.is_empty(), "{unit}: {said}");
        if unit.ends_with(".service") {
            let words = ["security", "--offline=yes", "--threshold", MOST_EXPOSED, &unit];
            let judged = run("systemd-analyze", &words, copy.path()).expect("it was there before");
            let said = String::from_utf8_lossy(&judged.stdout);
            assert!(judged.status.success(), "{unit}: {}", said.lines().last().unwrap_or_default());
        }
    }
}

#[test]
fn every_service_is_shut_in_and_has_a_timer() {
    for path in files("systemd").iter().filter(|path| name(path).ends_with(".service")) {
        let settings = settings(path);
        let has = |key: &str, value: &str| {
            assert!(
                settings.contains(&(key.to_owned(), value.to_owned())),
                "{}: {key}",
                name(path)
            );
        };
        has("Type", "oneshot");
        has("User", "strongroom");
        has("ProtectSystem", "strict");
        has("NoNewPrivileges", "yes");
        has("CapabilityBoundingSet", "");
        has("StateDirectory", "strongroom");
        has("UMask", "0077");
        has("LimitCORE", "0");
        for (key, value) in &settings {
            assert!(key != "Environment" && key != "EnvironmentFile", "{}", name(path));
            assert!(key != "LoadCredential" && key != "SetCredential", "{}", name(path));
            if key == "LoadCredentialEncrypted" {
                let (id, file) = value.split_once(':').expect("a name and a file");
                assert_eq!(file, format!("/etc/credstore.encrypted/{id}"));
            }
        }
        let timer = path.with_extension("timer");
        assert!(read_text(&timer).contains("Persistent=yes"), "{}", timer.display());
    }
}

#[test]
fn credentials_that_are_named_are_loaded() {
    for path in files("systemd") {
        let text = read_text(&path);
        for (_, rest) in
            text.match_indices("cred:").map(|(at, found)| text.split_at(at + found.len()))
        {
            let id = rest.split_whitespace().next().expect("a name");
            assert!(
                text.contains(&format!("LoadCredentialEncrypted={id}:")),
                "{}: {id}",
                name(&path)
            );
        }
    }
}

#[test]
fn the_alert_rules_use_our_metrics_and_say_what_to_do() {
    let text = read_text(&repository("contrib/prometheus/strongroom.rules.yml"));
    let rules: Vec<&str> = text.split("- alert: ").skip(1).collect();
    assert!(rules.len() > 8);
    for rule in &rules {
        for key in ["expr: ", "for: ", "severity: ", "summary: ", "action: "] {
            let found =
                rule.contains(key) || (key == "for: " && rule.starts_with("KeyCompromised"));
            assert!(found, "{key}: {rule}");
        }
    }
    for path in files("prometheus") {
        let text = read_text(&path);
        for (at, _) in text.match_indices("strongroom_") {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let metric: String = text[at..].chars().take_while(|c| is_part(*c)).collect();
            let known = names::ALL.iter().any(|(name, _)| *name == metric);
            assert!(known, "{}: {metric}", name(&path));
        }
    }
    let at = repository("contrib/prometheus");
    for words in
        [["check", "rules", "strongroom.rules.yml"], ["test", "rules", "strongroom.test.yml"]]
    {
        if let Some(judged) = run("promtool", &words, &at) {
            let said = String::from_utf8_lossy(&judged.stdout).into_owned();
            let said = said + &String::from_utf8_lossy(&judged.stderr);
            assert!(judged.status.success(), "{said}");
        }
    }
}

#[test]
fn the_metrics_files_are_where_the_alerts_look() {
    for line in command_lines().iter().filter(|line| line.has("--metrics-file")) {
        let at = line.words.iter().position(|word| word == "--metrics-file").expect("is there");
        let file = Path::new(&line.words[at + 1]);
        assert!(file.extension().is_some_and(|ending| ending == "prom"), "{}", file.display());
    }
}

fn put(path: &Path, text: &str) {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::EXCL;
    let fd = rustix::fs::open(path, flags, Mode::from_raw_mode(0o644)).expect("created");
    assert_eq!(rustix::io::write(fd, text.as_bytes()), Ok(text.len()));
}
