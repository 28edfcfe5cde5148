//! The three mainnet rules, as their table in the command-line contract stands, and what else mainnet refuses.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use strongroom::kind::Kind;

use crate::support::stage::{PASS, Stage};

const UNREADY: &str = "payment_secret is not set: this store is not ready for mainnet";

/// Every command that opens, creates or changes a store.
const COMMANDS: &[&str] = &[
    "init %w/new",
    "set %s api --from file:%g/value",
    "get %s api",
    "list %s",
    "remove %s api --yes",
    "passphrase change %s --new-passphrase-from file:%g/pass2",
    "keyslot list %s",
    "keyslot add %s --new-passphrase-from file:%g/pass2",
    "keyslot revoke %s 0 --yes",
    "data-key rotate %s",
    "inventory pin %s",
    "state accept-clock %s reason",
    "verify %s",
    "check %s",
    "convert %s %w/new --to igra",
];

#[test]
fn a_secret_in_the_environment_stops_every_command_before_the_passphrase_is_read() {
    let stage = Stage::mainnet();
    stage.canary(b"canary-in-environment");
    for line in COMMANDS {
        for name in
            ["IGRA_SECRET__igra_hd_wallet", "strongroom_SECRET__x", "KASPA_IGRA_WALLET_SECRET"]
        {
            // The passphrase file is not there: had it been read, that would be the complaint.
            let line = format!("{line} --passphrase-from file:%g/none");
            stage
                .on(&line)
                .env(name, "canary-in-environment")
                .refused(Kind::Policy, "forbids secrets in the environment")
                .says(name)
                .says("unset");
        }
    }
    // A person is not asked either.
    let run = stage.on("list %s").typing([PASS]).env("IGRA_SECRET__X", "canary-in-environment");
    assert_eq!(run.refused(Kind::Policy, "IGRA_SECRET__X").questions, [""; 0]);
}

#[test]
fn names_in_the_environment_are_matched_as_bytes_in_any_case() {
    let stage = Stage::mainnet();
    for name in [&b"igra_secret__\xff\x1b[2J"[..], b"Igra_Secret__", b"kaspa_igra_wallet_secret"] {
        let name = OsString::from_vec(name.to_vec());
        let mut run = stage.on("list %s");
        run = run.env_os(name, "canary-in-environment");
        let ran = run.refused(Kind::Policy, "forbids secrets in the environment");
        assert!(!ran.stderr.contains('\u{1b}'));
    }
    for name in ["IGRA_SECRET_", "MY_IGRA_SECRET__X", "KASPA_IGRA_WALLET_SECRETS"] {
        stage.on("info %s").bare().env(name, "x").run().ok();
    }
    stage.on("list %s").env("IGRA_SECRET_", "x").run().ok();
}

#[test]
fn an_environment_source_is_refused_and_a_passphrase_that_lies_there_ignored_once() {
    let stage = Stage::mainnet();
    for flags in ["--passphrase-from env:P", "--passphrase-from env:IGRA_SECRETS_PASSPHRASE"] {
        stage
            .on(&format!("list %s {flags}"))
            .env("P", PASS)
            .env("IGRA_SECRETS_PASSPHRASE", PASS)
            .refused(Kind::Policy, "environment variable")
            .says("prompt, file:PATH or cred:NAME");
    }
    stage.on("set %s api --from env:V").env("V", "canary-env").refused(Kind::Policy, "variable V");
    stage
        .on("passphrase change %s --new-passphrase-from env:V")
        .env("V", "canary-env")
        .refused(Kind::Policy, "variable V");
    let ran = stage.on("list %s").env("IGRA_SECRETS_PASSPHRASE", PASS).run().ok();
    let warned = ran.stderr.matches("IGRA_SECRETS_PASSPHRASE is set and ignored").count();
    assert_eq!(warned, 1, "{}", ran.stderr);
}

#[test]
fn the_environment_is_a_warning_on_testnet_and_nothing_on_devnet() {
    for (network, warned) in [("testnet", true), ("devnet", false)] {
        let stage = Stage::empty();
        stage.on(&format!("init %s --network {network}")).run().ok();
        let ran = stage.on("list %s").env("IGRA_SECRET__X", "canary-env").run().ok();
        assert_eq!(ran.stderr.contains("IGRA_SECRET__X"), warned, "{}", ran.stderr);
        let ran = stage.on("list %s --passphrase-from env:P").env("P", PASS).run().ok();
        assert_eq!(ran.stderr.contains("warning: the environment variable P"), warned);
        // The drop-in use beside an Igra deployment follows the same rule, and is not called ignored.
        let ran = stage
            .on("list %s --passphrase-from env:IGRA_SECRETS_PASSPHRASE")
            .env("IGRA_SECRETS_PASSPHRASE", PASS)
            .run()
            .ok();
        assert!(!ran.stderr.contains("ignored"), "{}", ran.stderr);
        stage
            .on("list %s --passphrase-from env:NONE")
            .refused(Kind::InputNeeded, "NONE is not set");
    }
}

#[test]
fn a_missing_payment_secret_is_said_by_the_commands_that_it_never_blocks() {
    let stage = Stage::mainnet();
    stage.on("set %s api --from file:%g/value").run().ok().says(UNREADY);
    stage.on("list %s").run().ok().says(UNREADY);
    stage.on("get %s api").revealing().run().ok().says(UNREADY);
    stage.on("remove %s api --yes").run().ok().says(UNREADY);
    stage.given("blank", b" \n ");
    stage.on("set %s igra.hd.payment_secret --from file:%g/blank").run().ok().says(UNREADY);
    stage.on("check %s").run().ends(Kind::Findings);
    stage.on("set %s igra.hd.payment_secret --from file:%g/pass2").run().ok().does_not_say(UNREADY);
    let listed = stage.on("list %s").run().ok();
    listed.does_not_say("payment_secret");
    stage.on("remove %s igra.hd.payment_secret --yes").run().ok().says(UNREADY);
}

#[test]
fn a_passphrase_is_measured_whenever_one_is_chosen() {
    let stage = Stage::mainnet();
    stage.given("weak", b"password1234567890");
    for line in [
        "init %w/new",
        "init %w/new --format igra",
        "passphrase change %s",
        "keyslot add %s",
        "convert %s %w/new --to igra",
    ] {
        stage
            .on(&format!("{line} --new-passphrase-from file:%g/weak"))
            .refused(Kind::Policy, "the new passphrase is refused on mainnet");
    }
}

#[test]
fn without_state_a_mainnet_store_is_not_written_but_read() {
    let stage = Stage::mainnet();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    stage.overwrite("%d/state", b"a file in its place");
    for line in ["set %s api --from file:%g/value", "init %w/new --kdf m=65536"] {
        stage.on(line).refused(Kind::Policy, "no usable state directory").says("state_dir");
    }
    stage.on("list %s").run().ok().says("an older copy of the store would not be noticed");
    stage.bare_config("[security]\nstate = \"none\"\n");
    stage.on("set %s api --from file:%g/value").run().ok();
}

#[test]
fn slots_are_not_dropped_down_to_one_unnamed() {
    let stage = Stage::mainnet();
    stage
        .on("keyslot add %s --kdf m=65536,t=3,p=1 --label recovery --new-passphrase-from file:%g/pass2")
        .run()
        .ok();
    stage
        .on("data-key rotate %s")
        .refused(Kind::Policy, "would drop keyslot 1 \"recovery\"")
        .says("--slot-passphrase-from ID=SPEC")
        .says("--drop-slots");
    stage.on("data-key rotate %s --drop-slots 2").refused(Kind::Policy, "would drop keyslot 1");
    stage.on("data-key rotate %s --drop-slots 1").run().ok();
    stage.on("list %s --passphrase-from file:%g/pass2").refused(Kind::WrongPassphrase, "");
}

#[test]
fn a_rollback_is_accepted_by_a_typed_phrase_or_yes() {
    let stage = Stage::mainnet();
    let old = stage.read("%s");
    stage.on("set %s api --from file:%g/value").run().ok();
    stage.overwrite("%s", &old);
    stage.on("list %s").refused(Kind::Rollback, "rollback suspected");
    stage.on("list %s --accept-rollback restored").refused(Kind::InputNeeded, "confirmation");
    stage
        .on("list %s --accept-rollback restored --passphrase-from file:%g/pass")
        .typing(["yes"])
        .refused(Kind::InputNeeded, "the phrase was not typed");
    stage
        .on("list %s --accept-rollback restored --passphrase-from file:%g/pass")
        .typing(["accept rollback"])
        .run()
        .ok()
        .says("taken as the truth");
    stage.on("list %s").run().ok();
}
