//! `[audit]` of the configuration: where actions are recorded, and what becomes of one that cannot be.

use std::os::unix::fs::PermissionsExt;

use strongroom::kind::Kind;

use crate::support::stage::Stage;

/// A stage whose log lies in a directory of its own.
fn stage(more: &str) -> Stage {
    let stage = Stage::empty();
    std::fs::create_dir(stage.path("%d/log")).expect("mkdir");
    std::fs::set_permissions(stage.path("%d/log"), PermissionsExt::from_mode(0o700))
        .expect("chmod");
    configure(&stage, more);
    stage.given("value", b"a value of the test");
    stage
}

fn configure(stage: &Stage, more: &str) {
    let log = stage.path("%d/log/keys.jsonl");
    stage.config(&format!("[audit]\npath = \"{}\"\n{more}", log.display()));
}

fn lines(stage: &Stage, path: &str) -> usize {
    std::fs::read_to_string(stage.path(path)).map_or(0, |text| text.lines().count())
}

#[test]
fn actions_are_recorded_where_the_configuration_says() {
    let stage = stage("");
    stage.on("init %s --network devnet").run().ok();
    let after_init = lines(&stage, "%d/log/keys.jsonl");
    assert!(after_init > 0);
    stage.on("set %s a --from file:%g/value").run().ok();
    assert!(lines(&stage, "%d/log/keys.jsonl") > after_init);
    assert!(stage.path("%d/log/keys.jsonl.state").exists());
    assert!(!stage.path("%s.audit.jsonl").exists(), "recorded beside the store");
    stage.on("audit verify %s").run().ok();
    let mode = std::fs::metadata(stage.path("%d/log/keys.jsonl")).expect("a log").permissions();
    assert_eq!(mode.mode() & 0o7777, 0o600);
}

#[test]
fn what_cannot_be_recorded_happens_or_not_as_the_mode_says() {
    for (network, mode, happens) in [
        ("mainnet", "", false),
        ("mainnet", "mode = \"enforce\"", false),
        ("mainnet", "mode = \"warn\"", true),
        ("devnet", "", true),
        ("devnet", "mode = \"enforce\"", false),
        ("devnet", "mode = \"warn\"", true),
    ] {
        let stage = stage("");
        let kdf = if network == "mainnet" { "m=65536,t=3,p=1" } else { "m=19456,t=2,p=1" };
        stage.on(&format!("init %s --network {network} --kdf {kdf}")).run().ok();
        configure(&stage, mode);
        // Others could replace the log, so it is not written to, whoever asks: root too.
        std::fs::set_permissions(stage.path("%d/log"), PermissionsExt::from_mode(0o777))
            .expect("chmod");
        let ran = stage.on("set %s a --from file:%g/value").run();
        if happens {
            ran.ok().says("this is not recorded");
            stage.on("list %s").run().ok();
        } else {
            ran.ends(Kind::Audit);
            std::fs::set_permissions(stage.path("%d/log"), PermissionsExt::from_mode(0o700))
                .expect("chmod");
            let text = stage.on("list %s --json").run().ok().text();
            assert!(!text.contains("\"a\""), "{network} {mode}: {text}");
        }
    }
}

#[test]
fn a_path_that_is_not_absolute_and_another_mode_are_refused() {
    let stage = Stage::empty();
    for text in ["path = \"keys.jsonl\"", "mode = \"open\"", "mode = 1", "enabled = true"] {
        stage.config(&format!("[audit]\n{text}\n"));
        stage.on("init %s --network devnet").run().ends(Kind::Usage);
        assert!(!stage.path("%s").exists());
    }
}
