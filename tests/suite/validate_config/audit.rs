//! The audit log as the gate sees it: without a key, and without leaving a record.

use strongroom::kind::Kind;
use strongroom::network::NetworkMode;

use super::image::{Image, LOG, make_store};

fn of(image: &Image, rule: &str) -> Vec<(String, String, String)> {
    let json = image.judge().json();
    let text = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let findings = json["findings"].as_array().expect("a list");
    let of_rule = findings.iter().filter(|found| found["rule"] == rule);
    of_rule.map(|f| (text(&f["severity"]), text(&f["message"]), text(&f["fix"]))).collect()
}

/// Moves the log of the store and its state to another directory, and says so.
fn move_log(image: &mut Image, more: &str) {
    image.make_dir("var/log/keys", 0o700);
    for end in ["", ".state"] {
        let log = std::fs::read(image.path(&format!("{LOG}{end}"))).expect("a log");
        image.write(&format!("var/log/keys/audit.jsonl{end}"), &log, 0o600);
        image.remove(&format!("{LOG}{end}"));
    }
    image.config.push_str("[audit]\npath = \"/var/log/keys/audit.jsonl\"\n");
    image.config.push_str(more);
}

#[test]
fn a_log_that_is_out_of_step_with_its_store_is_found_without_a_passphrase() {
    for (network, severity) in NetworkMode::ALL.into_iter().zip(["error", "warning", "info"]) {
        let image = Image::good(network);
        image.cut_log();
        let found = of(&image, "AUD-003");
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, severity);
        assert!(found[0].1.contains("/var/lib/igra/secrets.bin.audit.jsonl"), "{found:?}");
        assert_eq!(found[0].2, "secrets-admin audit verify /var/lib/igra/secrets.bin");
    }
}

#[test]
fn a_changed_record_and_the_log_of_another_store_are_found() {
    let image = Image::good(NetworkMode::Mainnet);
    let text = std::fs::read_to_string(image.path(LOG)).expect("a log");
    let last = text.trim_end().rfind('\n').expect("several records");
    let (before, end) = text.split_at(last);
    image.write(LOG, format!("{before}{}", end.replace("done", "fail")).as_bytes(), 0o600);
    assert_eq!(of(&image, "AUD-003").len(), 1);
    let other = make_store(NetworkMode::Devnet, &[]);
    image.write(LOG, &other.log[0], 0o600);
    assert_eq!(of(&image, "AUD-003").len(), 1);
    image.write(&format!("{LOG}.state"), &other.log[1], 0o600);
    assert_eq!(of(&image, "AUD-003").len(), 1);
}

#[test]
fn a_log_that_is_missing_where_the_store_has_records_is_worth_a_warning() {
    let image = Image::good(NetworkMode::Mainnet);
    for end in ["", ".state"] {
        image.remove(&format!("{LOG}{end}"));
    }
    let found = of(&image, "AUD-003");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "warning");
    assert_eq!(image.judge().kind, Kind::Ok);
}

#[test]
fn a_configured_log_is_looked_at_in_its_place() {
    let mut image = Image::good(NetworkMode::Mainnet);
    move_log(&mut image, "");
    let judged = image.judge();
    assert_eq!((judged.kind, judged.errors()), (Kind::Ok, Vec::new()), "{}", judged.stdout);
    assert_eq!(of(&image, "AUD-003"), Vec::new());
    image.chmod("var/log/keys/audit.jsonl", 0o640);
    image.chmod("var/log/keys", 0o777);
    let found = of(&image, "AUD-002");
    let fixes: Vec<_> = found.iter().map(|(_, _, fix)| fix.as_str()).collect();
    assert!(fixes.contains(&"chmod 600 /var/log/keys/audit.jsonl"), "{found:?}");
    assert!(fixes.contains(&"chmod 700 /var/log/keys"), "{found:?}");
    assert!(found.iter().all(|(severity, _, _)| severity == "error"));
    image.chmod("var/log/keys", 0o700);
    image.chmod("var/log/keys/audit.jsonl", 0o600);
    let last = image.path("var/log/keys/audit.jsonl");
    let text = std::fs::read_to_string(&last).expect("a log");
    let end = text.trim_end().rfind('\n').expect("several records") + 1;
    image.write("var/log/keys/audit.jsonl", &text.as_bytes()[..end], 0o600);
    assert_eq!(of(&image, "AUD-003").len(), 1);
}

#[test]
fn a_log_is_a_plain_file_of_whoever_owns_the_store() {
    let image = Image::good(NetworkMode::Mainnet);
    std::fs::rename(image.path(LOG), image.path("var/lib/igra/elsewhere")).expect("rename");
    std::os::unix::fs::symlink("elsewhere", image.path(LOG)).expect("link");
    let found = of(&image, "AUD-002");
    assert!(found.iter().any(|(_, text, _)| text.ends_with("is not a regular file")), "{found:?}");
    assert!(image.judge().json()["not_examined"].to_string().contains("AUD-003"));

    let image = Image::good(NetworkMode::Mainnet);
    if std::os::unix::fs::chown(image.path(LOG), Some(4343), None).is_ok() {
        let found = of(&image, "AUD-002");
        assert!(found.iter().any(|(_, text, _)| text.contains("uid 4343")), "{found:?}");
    }
}

#[test]
fn one_log_for_the_service_and_for_us_is_a_mistake() {
    for (network, severity) in NetworkMode::ALL.into_iter().zip(["error", "warning", "info"]) {
        let mut image = Image::good(network);
        image.config.push_str("[audit]\npath = \"/var/lib/igra/key-audit.log\"\n");
        let shared = |image: &Image| {
            let found = of(image, "AUD-002");
            let shared = found.into_iter().filter(|(_, text, _)| text.contains("key use"));
            shared.map(|(severity, _, _)| severity).collect::<Vec<_>>()
        };
        assert_eq!(shared(&image), [severity]);
        // By another name, and where nothing but the configuration of the service leads there.
        let mut image = Image::good(network);
        move_log(&mut image, "");
        let link = image.path("var/lib/igra/key-audit.log");
        std::fs::hard_link(image.path("var/log/keys/audit.jsonl"), link).expect("link");
        assert_eq!(shared(&image), [severity]);
        // By links that meet in the image, where they are told of the image and not of this host.
        let mut image = Image::good(network);
        move_log(&mut image, "");
        let link = image.path("var/lib/igra/key-audit.log");
        std::os::unix::fs::symlink("/var/log/keys/audit.jsonl", link).expect("link");
        assert_eq!(shared(&image), [severity]);
        let image = Image::good(network);
        let link = image.path("var/lib/igra/key-audit.log");
        std::os::unix::fs::symlink(image.path(LOG), link).expect("link");
        assert_eq!(shared(&image), [""; 0]);
        let mut image = Image::good(network);
        let configured = format!("data_dir = \"/var/lib/igra\"\nkey_audit_log_path = \"/{LOG}\"");
        image.set("data_dir", &configured);
        assert_eq!(shared(&image), [severity]);
    }
}

#[test]
fn going_on_without_a_record_is_no_mode_for_mainnet() {
    for (network, severity) in
        NetworkMode::ALL.into_iter().zip([Some("error"), Some("warning"), None])
    {
        let mut image = Image::good(network);
        image.config.push_str("[audit]\nmode = \"warn\"\n");
        let found = of(&image, "AUD-006");
        assert_eq!(found.first().map(|(severity, _, _)| severity.as_str()), severity, "{network}");
        image.set("mode = \"warn\"", "mode = \"enforce\"");
        assert_eq!(of(&image, "AUD-006"), Vec::new());
    }
}

#[test]
fn the_gate_leaves_no_record() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.write("pass", crate::support::stage::PASS.as_bytes(), 0o600);
    let spec = format!("file:{}", image.path("pass").display());
    let before = std::fs::read(image.path(LOG)).expect("a log");
    let names = |image: &Image| {
        let entries = std::fs::read_dir(image.path("var/lib/igra")).expect("a directory");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    let there = names(&image);
    image.arg("--no-host --unlock --passphrase-from");
    image.args.push(spec);
    image.run(&["--json"]);
    assert_eq!(std::fs::read(image.path(LOG)).expect("a log"), before);
    assert_eq!(names(&image), there);
}
