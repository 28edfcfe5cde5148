//! `secrets-admin audit`: what tends a log. Rotation and anchors where its key is not at hand, hints that can be pasted, and what the
//! rules say of it.

use serde_json::Value;
use strongroom::kind::Kind;

use crate::support::stage::{NOW, Stage};

const LOG: &str = "%s.audit.jsonl";
const STATE: &str = "%s.audit.jsonl.state";
const DAY: u64 = 86_400;

fn records(stage: &Stage) -> Vec<Value> {
    let text = String::from_utf8(stage.read(LOG)).expect("ASCII");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The records since the first `seen`, as `event phase object`.
fn since(stage: &Stage, seen: usize) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    records(stage)[seen..]
        .iter()
        .map(|r| format!("{} {} {}", text(&r["event"]), text(&r["phase"]), text(&r["object"])))
        .collect()
}

fn good(stage: &Stage) {
    let json = stage.on("audit verify %s --json").run().ok().json();
    assert_eq!(json["verdict"], "good");
}

/// The findings of `check` about rules of the log: rule, severity, fix.
fn of_log(stage: &Stage) -> Vec<(String, String, String)> {
    let json = stage.on("check %s --claims-only --json").bare().run().json();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let all = json["findings"].as_array().expect("a list").iter();
    all.filter(|f| f["rule"].as_str().is_some_and(|rule| rule.starts_with("AUD-")))
        .map(|f| (text(&f["rule"]), text(&f["severity"]), text(&f["fix"])))
        .collect()
}

#[test]
fn a_rotation_without_the_key_of_the_log_asks_for_the_passphrase() {
    let stage = Stage::devnet();
    std::fs::remove_file(stage.path(STATE)).expect("removed");
    // Not due, or only looked at: nobody is asked.
    stage.on("audit rotate %s --max-size 1G").bare().run().ok().prints("not due\n");
    stage.on("audit rotate %s --dry-run").bare().run().ok().prints("would rotate\n");
    stage.on("audit rotate %s").bare().refused(Kind::InputNeeded, "passphrase");
    let wrong = "audit rotate %s --passphrase-from file:%g/pass2";
    stage.on(wrong).refused(Kind::WrongPassphrase, "");
    let json = stage.on("audit rotate %s --json").run().ok().json();
    let archive = json["archive"].as_str().expect("an archive").to_owned();
    let old = String::from_utf8(stage.read(&archive)).expect("ASCII");
    let last_two: Vec<&str> = old.lines().rev().take(2).collect();
    assert!(last_two[0].contains("\"event\":\"audit.rotate\""));
    assert!(last_two[1].contains("\"event\":\"audit.segment\""));
    assert!(last_two[1].contains("\"reason\":\"the audit state is missing\""));
    good(&stage);
    // Now it has the key again.
    stage.on("audit rotate %s").bare().run().ok();
    good(&stage);

    // A log that is out of step is no reason to ask.
    let log = stage.read(LOG);
    stage.overwrite(LOG, b"");
    stage.on("audit rotate %s").bare().refused(Kind::Audit, "it was truncated");
    stage.overwrite(LOG, &log);
    good(&stage);
}

#[test]
fn the_log_of_an_igra_file_is_rotated_without_a_passphrase_in_any_state() {
    let stage = Stage::empty();
    stage.on("init %s --format igra --network devnet").run().ok();
    std::fs::remove_file(stage.path(STATE)).expect("removed");
    stage.on("audit rotate %s --network devnet").bare().run().ok();
    stage.on("audit verify %s --network devnet").bare().run().ok();
}

#[test]
fn every_hint_about_a_log_is_a_command_about_this_store() {
    let stage = Stage::empty();
    let store = stage.path("%w").join("it's my store.bin");
    let quoted = format!("'{}'", store.display().to_string().replace('\'', r"'\''"));
    let line = |words: &str| {
        let mut args: Vec<_> = words.split(' ').map(Into::into).collect();
        args.push(store.clone().into());
        stage.args(args)
    };
    line("init --network devnet").run().ok();
    let log = store.with_file_name("it's my store.bin.audit.jsonl");
    let bytes = std::fs::read(&log).expect("a log");
    let put = |bytes: &[u8]| std::fs::write(&log, bytes).expect("written");
    let last = bytes[..bytes.len() - 1].iter().rposition(|&b| b == b'\n').expect("lines") + 1;
    let verify = format!("hint: secrets-admin audit verify {quoted}\n");
    put(&bytes[..last]);
    line("list").run().ends(Kind::Audit).says(&verify);
    line("audit head").run().ends(Kind::Audit).says(&verify);
    line("audit anchor").run().ends(Kind::Audit).says(&verify);
    line("audit rotate").run().ends(Kind::Audit).says(&verify);
    put(&[&bytes[..], b"{}\n"].concat());
    line("list").run().ends(Kind::Audit).says(&verify);
    put(&[&bytes[..last], b"{}\n", &bytes[last..]].concat());
    let ran = line("audit detect").bare().run();
    let command = verify.trim_start_matches("hint: ").trim_end();
    assert!(ran.text().contains(command), "{}", ran.text());
    put(b"");
    let repair = format!("secrets-admin audit repair {quoted} --accept-loss 'the log was lost'\n");
    line("list").run().ends(Kind::Audit).says(&repair);

    // An Igra file does not say of which network it is.
    stage.on("init %s --format igra --network devnet").run().ok();
    stage.overwrite(LOG, b"");
    let repair = stage.expand("secrets-admin audit repair %s --network devnet --accept-loss");
    stage.on("list %s --network devnet").run().ends(Kind::Audit).says(&repair);
}

#[test]
fn an_anchor_is_recorded_and_what_is_anchored_is_the_record_that_says_so() {
    let stage = Stage::devnet();
    stage.on("audit anchor %s --to file:%w/anchors").bare().run().ok();
    let file = stage.expand("%w/anchors");
    let intent = format!("audit.anchor intent {file}");
    let done = format!("audit.anchor done {file}");
    assert_eq!(since(&stage, 3), [intent, done]);
    let anchor: Value = serde_json::from_slice(&stage.read("%w/anchors")).expect("JSON");
    let all = records(&stage);
    assert_eq!((&anchor["seq"], &anchor["mac"]), (&all[3]["seq"], &all[3]["mac"]));
    assert_eq!(all[3]["corr"], all[4]["corr"]);
    stage.on("audit verify %s --anchor %w/anchors").run().ok();

    // What cannot be handed out is no anchor.
    let seen = all.len();
    stage.on("audit anchor %s --to file:%w/none/anchors").bare().run().ends(Kind::NotInitialised);
    let none = stage.expand("%w/none/anchors");
    let said = [format!("audit.anchor intent {none}"), format!("audit.anchor error {none}")];
    assert_eq!(since(&stage, seen), said);

    // Nothing is left to be finished by the next command.
    let seen = records(&stage).len();
    stage.on("list %s").run().ok();
    assert_eq!(since(&stage, seen), ["secret.list done -"]);

    let before = stage.snapshot();
    stage.on("audit anchor %s --dry-run").bare().run().ok();
    stage.untouched(&before, "a dry run");
    std::fs::remove_file(stage.path(STATE)).expect("removed");
    stage.on("audit anchor %s").bare().refused(Kind::InputNeeded, "passphrase");
    stage.on("audit anchor %s").run().ok();
    good(&stage);
}

#[test]
fn on_mainnet_a_value_is_shown_only_for_a_reason_which_is_recorded() {
    let stage = Stage::mainnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    stage.on("get %s api --reveal").refused(Kind::InputNeeded, "reason").says("--reason");
    let seen = records(&stage).len();
    stage.on("get %s api --reveal --reason incident-7").revealing().run().ok();
    assert_eq!(since(&stage, seen), ["secret.get done api"]);
    assert_eq!(records(&stage)[seen]["reason"], "incident-7");
}

#[test]
fn an_anchor_that_was_interrupted_has_an_unknown_outcome() {
    let stage = Stage::devnet();
    let before = records(&stage).len();
    stage.on("audit anchor %s").bare().run().ok();
    // The state may not be ahead of the log, so both go back to the intent: adopted lines are what a crash leaves.
    let old = stage.read(STATE);
    stage.on("audit anchor %s").bare().run().ok();
    let log = String::from_utf8(stage.read(LOG)).expect("ASCII");
    let kept: String = log.split_inclusive('\n').take(before + 3).collect();
    stage.overwrite(LOG, kept.as_bytes());
    stage.overwrite(STATE, &old);
    stage.on("list %s").run().ok();
    let closed = &since(&stage, before + 3)[0];
    assert_eq!(closed, "audit.anchor error stdout");
    assert_eq!(records(&stage)[before + 3]["reason"], "recovered, outcome unknown");
    good(&stage);
}

#[test]
fn check_reports_a_log_that_is_out_of_step_as_the_gate_does() {
    for (network, severity) in [("mainnet", "error"), ("testnet", "warning"), ("devnet", "info")] {
        let stage = Stage::empty();
        let kdf = if network == "mainnet" { "m=65536,t=3,p=1" } else { "m=47104,t=2,p=1" };
        stage.on(&format!("init %s --network {network} --kdf {kdf}")).run().ok();
        assert_eq!(of_log(&stage), []);
        let log = stage.read(LOG);
        let last = log[..log.len() - 1].iter().rposition(|&b| b == b'\n').expect("lines") + 1;
        stage.overwrite(LOG, &log[..last]);
        let fix = stage.expand("secrets-admin audit verify %s");
        let found = of_log(&stage);
        assert_eq!(found, [("AUD-003".to_owned(), severity.to_owned(), fix)], "{network}");
    }
}

#[test]
fn a_log_that_was_not_anchored_for_a_day_is_a_warning_on_mainnet() {
    let stage = Stage::mainnet();
    stage.set_clock(NOW + DAY - 60);
    assert_eq!(of_log(&stage), [], "the log itself is not a day old");
    stage.set_clock(NOW + DAY + 60);
    let fix = stage.expand("secrets-admin audit anchor %s --to syslog");
    let found = [("AUD-004".to_owned(), "warning".to_owned(), fix)];
    assert_eq!(of_log(&stage), found);
    stage.on("audit anchor %s").bare().run().ok();
    assert_eq!(of_log(&stage), []);
    // Behind other records, and in a file that was rotated away.
    stage.on("list %s").run().ok();
    stage.on("audit rotate %s").bare().run().ok();
    stage.on("list %s").run().ok();
    stage.set_clock(NOW + 2 * DAY);
    assert_eq!(of_log(&stage), []);
    stage.set_clock(NOW + 2 * DAY + 120);
    assert_eq!(of_log(&stage), found);
    // An anchor that came to nothing is none.
    stage.on("audit anchor %s --to file:%w/none/anchors").bare().run().ends(Kind::NotInitialised);
    assert_eq!(of_log(&stage), found);
}

#[test]
fn who_read_the_store_before_a_revocation_does_not_go_back_to_its_older_root() {
    let stage = Stage::devnet();
    // A host without a memory takes an older file as a reader takes the one that it read before another command changed it.
    stage.bare_config("[security]\nstate = \"none\"\n");
    stage.on("keyslot add %s --new-passphrase-from file:%g/pass2").run().ok();
    let older = stage.read("%s");
    stage.on("keyslot revoke %s 1 --yes").run().ok();
    stage.on("list %s").run().ok();
    let segments = |stage: &Stage| {
        records(stage).iter().filter(|record| record["event"] == "audit.segment").count()
    };
    assert_eq!(segments(&stage), 2, "the revocation made a new root");
    let newer = stage.read("%s");
    stage.overwrite("%s", &older);
    stage.on("list %s").run().ok();
    assert_eq!(segments(&stage), 2, "and nobody went back to the older one");
    stage.overwrite("%s", &newer);
    stage.on("list %s").run().ok();
    assert_eq!(segments(&stage), 2);
    good(&stage);
}
