//! Text, JSON, `JUnit`, SARIF and the line for monitors: the same findings in each.

use serde_json::Value;
use strongroom::kind::Kind;
use strongroom::network::NetworkMode;

use super::image::Image;
use crate::support::{assert_generated, read_text, vector_json};

/// A host with something in every severity, and texts that want to leave their place.
fn bad() -> Image {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.set("node_rpc_url", "node_rpc_url = \"grpc://tok<en&\\\"@node.example.com:1\"");
    image.config.push_str("\"<a>&\\u001b[2J\" = 1\nsecret_cache_ttl = \"10m\"\n");
    image.config.push_str("[[security.waive]]\nrule = \"CAC-001\"\nuntil = 2026-12-31\nreason = \"<slow> & \\u001b[2J\"\n");
    image.chmod("var/lib/igra", 0o755);
    image
}

#[test]
fn sarif_is_what_its_schema_says() {
    let judged = bad().run(&["--no-host", "--format", "sarif"]);
    assert_eq!(judged.kind, Kind::Findings);
    let report: Value = serde_json::from_str(&judged.stdout).expect("JSON");
    let mut schema = vector_json("sarif/sarif-schema-2.1.0.json");
    // The official schema has a bracket here that no strict reader of regular expressions takes.
    for holder in ["run", "toolComponent"] {
        schema["definitions"][holder]["properties"]["language"]["pattern"] =
            "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
    }
    let validator = jsonschema::validator_for(&schema).expect("the schema");
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let results = report["runs"][0]["results"].as_array().expect("results");
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index =
            usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    assert!(results.iter().any(|result| result["suppressions"].is_array()));
}

#[test]
fn every_form_tells_the_same_findings_and_no_value() {
    let image = bad();
    let out = |name: &str| image.path(name).display().to_string();
    let outputs = ["text", "json", "junit", "sarif", "nagios"].map(|f| format!("{f}:{}", out(f)));
    let mut args = vec!["--no-host", "--json"];
    for output in &outputs {
        args.extend(["--output", output]);
    }
    let judged = image.run(&args);
    let errors = judged.errors();
    assert!(errors.len() > 2, "{errors:?}");
    for form in ["text", "junit", "sarif", "nagios", "json"] {
        let text = read_text(&image.path(form));
        for rule in &errors {
            assert!(text.contains(rule), "{form} does not tell {rule}");
        }
        assert!(!text.contains('\u{1b}') && !text.contains("tok<en"), "{form}");
        assert!(!text.contains("en&"), "{form}: {text}");
    }
    let written: Value = serde_json::from_str(&read_text(&image.path("json"))).expect("JSON");
    assert_eq!(written, judged.json());
    let junit = read_text(&image.path("junit"));
    assert!(junit.contains("<failure type=\"error\""));
    assert!(!junit.contains("<a>") && junit.contains("&lt;a&gt;&amp;"));
    let failures = junit.matches("<failure").count();
    assert_eq!(failures, errors.len());
    // Told with single quotes and angle brackets escaped, the file is balanced.
    assert_eq!(
        junit.matches("<testcase").count(),
        junit.matches("</testcase>").count()
            + junit.matches("\"/>\n    <t").count()
            + junit.matches("\"/>\n  </testsuite>").count()
    );
}

#[test]
fn rules_are_explained_and_counted() {
    let image = Image::good(NetworkMode::Devnet);
    let list = image.ask(&["--list-rules", "--json"]).json();
    let rules = list["rules"].as_array().expect("rules");
    assert_eq!(list["starred"], 23);
    for rule in rules {
        let name = rule["rule"].as_str().expect("text");
        assert_eq!(image.ask(&["explain", name, "--json"]).json()["title"], rule["title"]);
    }
    assert!(image.ask(&["--list-rules"]).stdout.contains("23 (*) cannot be waived on mainnet"));
}

#[test]
fn editors_are_told_the_same_keys() {
    let schema = strongroom::cli::validate_config::schema::schema();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let valid = |text: &str| {
        let value: Value = toml::from_str(text).expect("TOML");
        validator.is_valid(&value)
    };
    for network in NetworkMode::ALL {
        let good = Image::good(network).config;
        assert!(valid(&good), "{network}");
        assert!(!valid(&good.replace("use_encrypted_secrets", "use_encrypted_secret")));
        assert!(!valid(&good.replace("threshold_m = 2", "threshold_m = \"2\"")));
    }
    for (text, is_valid) in [
        ("[security.levels]\nSEC-008 = \"error\"", true),
        ("[security.levels]\nSEC-008 = \"off\"", false),
        ("[profiles.a.hd]\nkey_type = \"raw\"", true),
        ("[profiles.a.hd]\nkey_typ = \"raw\"", false),
        ("[service.pskt]\nfee_payment_mode = \"recipient_pays\"", true),
        ("[service.pskt.fee_payment_mode.split]\nsigner_parts = 1", true),
        ("[[hyperlane.domains]]\ndomain = 1", true),
        ("[[hyperlane.domains]]\ndomian = 1", false),
    ] {
        assert_eq!(valid(text), is_valid, "{text}");
    }
}

#[test]
fn monitors_get_one_line() {
    let line = |image: &Image, more: &[&str]| {
        image.run(&[&["--no-host", "--format", "nagios"], more].concat()).stdout
    };
    let good = Image::good(NetworkMode::Devnet);
    let text = line(&good, &[]);
    assert!(text.starts_with("VALIDATE ") && text.lines().count() == 1, "{text}");
    assert!(text.contains(" | errors=0 warnings="), "{text}");
    assert!(line(&bad(), &[]).starts_with("VALIDATE CRITICAL - mainnet: "));
}

#[test]
fn the_text_reads_like_a_compiler() {
    let mut image = bad();
    image.arg("--now 2026-09-21T12:00:00Z");
    let text = image.run(&["--no-host"]).stdout;
    let home = image.path("").display().to_string();
    let text = text.replace(home.trim_end_matches('/'), "IMAGE");
    // The generation is the store's.
    assert_generated("tests/vectors/validate/report.txt", &text);
}

#[test]
fn modes_and_directories_are_mended_after_a_yes() {
    let image = bad();
    image.chmod("var/lib/igra/secrets.bin", 0o640);
    image.remove("var/log/igra");
    let plan = image.run(&["--no-host", "--fix", "--dry-run"]);
    assert!(
        plan.stderr.contains("chmod 600") && plan.stderr.contains("mkdir -m 700"),
        "{}",
        plan.stderr
    );
    assert!(!image.path("var/log/igra").exists());
    assert_eq!(image.run(&["--no-host", "--fix"]).kind, Kind::Usage);
    assert!(!image.path("var/log/igra").exists());
    let judged = image.run(&["--no-host", "--fix", "--yes", "--json"]);
    assert!(image.path("var/log/igra").exists());
    let rules: Vec<_> = judged.findings().into_iter().map(|(rule, _)| rule).collect();
    for mended in ["FIL-001", "FIL-005", "SVC-22"] {
        assert!(!rules.contains(&mended.to_owned()), "{mended}: {rules:?}");
    }
}

#[test]
fn a_no_mends_nothing_and_a_yes_what_the_plan_said() {
    let modes = |image: &Image| {
        let mode = |path: &str| {
            std::os::unix::fs::PermissionsExt::mode(
                &std::fs::metadata(image.path(path)).expect("a file").permissions(),
            ) & 0o7777
        };
        (mode("var/lib/igra/secrets.bin"), mode("var/lib/igra"))
    };
    for (answer, after) in [("n", (0o640, 0o755)), ("y", (0o600, 0o700))] {
        let mut image = bad();
        image.chmod("var/lib/igra/secrets.bin", 0o640);
        image.typed = vec![answer];
        let judged = image.run(&["--no-host", "--fix"]);
        // What it was stands in the plan, so that it can be made so again.
        assert!(judged.stderr.contains("(is 0640)"), "{}", judged.stderr);
        assert_eq!(modes(&image), after, "{answer}");
    }
}

#[test]
fn a_script_that_asks_for_json_gets_its_errors_in_json() {
    let image = Image::good(NetworkMode::Devnet);
    for args in [
        &["--format", "json", "--no-such-flag"][..],
        &["--format=json", "--network", "nowhere"],
        &["--format", "json"],
        &["--json", "--format", "text", "x"],
        &["/nowhere/config.toml", "--format", "json"],
        &["--list-rules", "--format", "sarif", "--json"],
        &["explain", "XXX-001", "--json"],
    ] {
        let judged = image.ask(args);
        assert_eq!((judged.kind, judged.stdout.as_str()), (Kind::Usage, ""), "{args:?}");
        let error: Value = serde_json::from_str(&judged.stderr).expect("one object");
        crate::support::schema::validate("error", &error);
        assert_eq!(error["error"]["code"], 2, "{args:?}");
    }
    let listed = image.ask(&["--list-rules", "--format", "json"]);
    assert!(serde_json::from_str::<Value>(&listed.stdout).is_ok());
    assert_eq!(image.ask(&["--list-rules", "--format", "junit"]).kind, Kind::Usage);
}
