//! `init`: what a new store is, and what is refused before there is one.

use strongroom::cli::terminal::scripted::Reply;
use strongroom::kind::Kind;

use crate::support::stage::{PASS, PASS2, Stage};

#[test]
fn a_new_store_is_empty_and_closed_to_others() {
    let stage = Stage::empty();
    let made = stage.on("init %s --network devnet --json --label first").run().ok();
    let json = made.json();
    assert_eq!(json["network"], "devnet");
    assert_eq!(json["format"], "strongroom-v1");
    assert_eq!(json["generation"], 1);
    assert_eq!(json["store"], stage.expand("%s"));
    assert_eq!(stage.mode("%s"), 0o600);
    stage.on("list %s").run().ok().prints("");
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["store_id"], json["store_id"]);
    assert_eq!(info["store_key"], json["store_key"]);
    assert_eq!(info["keyslots"][0]["kdf"]["m_kib"], 19 << 10);
    stage.on("keyslot list %s").run().ok().says("this is a devnet store");
}

#[test]
fn what_is_there_is_not_overwritten() {
    let stage = Stage::devnet();
    stage.on("init %s --network devnet").refused(Kind::Exists, "refusing to overwrite");
    stage.overwrite("%w/other", b"a file of somebody");
    stage.on("init %w/other --network devnet").refused(Kind::Exists, "refusing to overwrite");
    // Before anything is asked: there is no passphrase, and that is not what is missed.
    stage.on("init %s").bare().refused(Kind::Exists, "refusing to overwrite");
}

#[test]
fn a_name_that_leaves_no_room_beside_it_is_refused_before_anything_is_made() {
    let stage = Stage::empty();
    let (long, longest) = ("n".repeat(223), "n".repeat(222));
    for line in [format!("init %w/{long}"), format!("init %w/{long} --format igra")] {
        stage.on(&line).bare().refused(Kind::Usage, "223 bytes, at most 222");
    }
    stage.on(&format!("init %w/{longest} --network devnet")).run().ok();
    let convert = format!("convert %w/{longest} %w/{long} --to igra --network devnet");
    stage.on(&convert).refused(Kind::Usage, "the name of the store is too long");
    stage.on(&format!("set %w/{longest} api --from file:%g/value")).run().ok();
}

#[test]
fn the_network_is_mainnet_unless_stated() {
    let stage = Stage::empty();
    let made = stage.on("init %s --kdf m=65536,t=3,p=1 --json").run().ok();
    assert_eq!(made.json()["network"], "mainnet");
    made.says("payment_secret is not set: this store is not ready for mainnet");
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["network"], "mainnet");
    assert_eq!(info["keyslots"][0]["kdf"], serde_json::json!({"m_kib": 65536, "t": 3, "p": 1}));
}

#[test]
fn a_weak_passphrase_is_refused_on_mainnet_with_score_feedback_and_a_way_out() {
    let stage = Stage::empty();
    stage.given("weak", b"password1234567890");
    let refused = stage
        .on("init %s --passphrase-from file:%g/weak")
        .refused(Kind::Policy, "the new passphrase is refused on mainnet");
    let refused = refused.says("score").says("--generate").says("hint");
    assert!(refused.stderr.lines().count() >= 2, "{}", refused.stderr);
    stage.given("short", b"Xq7#vLp2!mZ9");
    stage.on("init %s --new-passphrase-from file:%g/short").refused(Kind::Policy, "16");
    stage.given("famous", b"CorrectHorseBatteryStaple2024!");
    stage.on("init %s --new-passphrase-from file:%g/famous").refused(Kind::Policy, "refused");
}

#[test]
fn testnet_refuses_a_short_passphrase_and_remarks_on_a_weak_one() {
    let stage = Stage::empty();
    stage.given("short", b"Xq7#vLp2!mZ");
    stage
        .on("init %s --network testnet --new-passphrase-from file:%g/short")
        .refused(Kind::Policy, "12");
    stage.given("weak", b"password12345");
    stage
        .on("init %s --network testnet --new-passphrase-from file:%g/weak --kdf m=47104,t=1")
        .run()
        .ok()
        .says("score");
    // Opening never fails for it, and does not measure it again.
    stage
        .on("list %s --passphrase-from file:%g/weak")
        .run()
        .ok()
        .says("was not shown to be strong when it was chosen")
        .says(&stage.expand("change it: secrets-admin passphrase change %s"))
        .says("secrets-admin passphrase change");
}

/// Wherever a passphrase is chosen, and on every network; what is claimed of values keeps the network's meaning.
#[test]
fn a_configuration_raises_what_is_demanded_of_new_passphrases_and_lowers_nothing() {
    let stage = Stage::empty();
    stage.config("passphrase_min_length = 60\npassphrase_min_score = 0\n");
    let new = "--new-passphrase-from file:%g/pass2";
    assert!((16..60).contains(&PASS2.len()));
    for network in ["mainnet", "testnet", "devnet"] {
        let line = format!("init %s --network {network} {new}");
        let refused = stage.on(&line).refused(Kind::Policy, "PWD-001");
        refused.says(&format!("is {} characters long, at least 60 are needed", PASS2.len()));
    }
    stage.given("long", b"overkill-daycare-scoured-unlaced-pacifier-mossy-gravel-upstage-doodle");
    let long = "--new-passphrase-from file:%g/long";
    stage.on(&format!("init %s --network devnet {long}")).run().ok();
    let open = "--passphrase-from file:%g/long";
    for line in [
        format!("passphrase change %s {open} {new}"),
        format!("keyslot add %s {open} {new}"),
        format!("convert %s --to igra --out %w/igra.bin {open} {new}"),
    ] {
        stage.on(&line).refused(Kind::Policy, "at least 60 are needed");
    }
    let line =
        "create --store %s --out %d/a.srb --reason x --archive-passphrase-from file:%g/pass2";
    stage.backup(line).refused(Kind::Policy, "at least 60 are needed");
    // One that is generated is long enough.
    stage.config("passphrase_min_length = 64\n");
    let changed = stage.on(&format!("passphrase change %s --generate {open}")).typing([]);
    changed.run().ok();

    // A score is demanded on networks that would warn of it, or say nothing.
    stage.config("passphrase_min_score = 4\n");
    stage.given("weak", b"password12345");
    for network in ["testnet", "devnet"] {
        let line =
            format!("init %w/{network}.bin --network {network} --new-passphrase-from file:%g/weak");
        stage.on(&line).refused(Kind::Policy, "PWD-002");
    }
    stage.config("passphrase_min_score = 1\n");
    let line = "init %w/t.bin --network testnet --new-passphrase-from file:%g/weak";
    stage.on(line).refused(Kind::Policy, "at least 3 is needed");
    stage.config("passphrase_min_length = 60\n");
    let line = "init %w/claims.bin --network testnet --new-passphrase-from file:%g/long";
    stage.on(line).run().ok();
    stage.given("payment", b"V8kZq2Wm7Lx4Tn9RbQ5p-payment");
    let line = "set %w/claims.bin igra.hd.payment_secret --from file:%g/payment";
    stage.on(&format!("{line} {open}")).run().ok().does_not_say("is weak");
    // What lies below what the network refuses has no effect.
    stage.config("passphrase_min_length = 3\npassphrase_min_score = 1\n");
    stage
        .on("init %w/m.bin --new-passphrase-from file:%g/weak")
        .refused(Kind::Policy, "at least 16");
}

/// U+FDFA is one character, and eighteen after normalisation, of which no dictionary knows any.
#[test]
fn what_was_typed_counts_where_normalisation_makes_it_longer() {
    let stage = Stage::empty();
    stage.given("one", "\u{fdfa}".as_bytes());
    stage.given("seventeen", "\u{fdfa}".repeat(17).as_bytes());
    stage
        .on("init %s --new-passphrase-from file:%g/one")
        .refused(Kind::Policy, "is 1 character long, at least 16 are needed");
    // Long enough, and no better than a row of equal characters.
    stage.on("init %s --new-passphrase-from file:%g/seventeen").refused(Kind::Policy, "PWD-002");
    stage
        .on("init %s --network testnet --new-passphrase-from file:%g/one")
        .refused(Kind::Policy, "12");
}

#[test]
fn devnet_takes_any_passphrase() {
    let stage = Stage::empty();
    stage.given("weak", b"x");
    stage.on("init %s --network devnet --new-passphrase-from file:%g/weak").run().ok().silent();
    stage.on("list %s --network devnet --passphrase-from file:%g/weak").run().ok().silent();
}

#[test]
fn costs_below_the_floor_are_refused() {
    let stage = Stage::empty();
    for (network, costs) in [
        ("mainnet", "m=65535,t=3,p=1"),
        ("mainnet", "m=65536,t=2,p=1"),
        ("testnet", "m=47103,t=1,p=1"),
        ("devnet", "m=19455,t=2,p=1"),
        ("devnet", "t=1"),
    ] {
        stage
            .on(&format!("init %s --network {network} --kdf {costs}"))
            .refused(Kind::Policy, "below the floor");
    }
    for costs in ["m=1", "m=x", "q=1", "", "m=65536;t=3", "m=99999999999", "p=0"] {
        let args = ["init", "%s", "--network", "devnet", "--kdf", costs];
        let args = args.map(|arg| stage.expand(arg).into()).to_vec();
        stage.args(args).refused(Kind::Usage, "");
    }
    stage
        .on("init %s --network devnet --kdf m=2097152")
        .refused(Kind::Integrity, "")
        .says("--max-kdf-mem");
}

#[test]
fn calibration_never_goes_below_the_floor() {
    let stage = Stage::empty();
    stage.on("init %s --network devnet --calibrate").run().ok();
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert!(info["keyslots"][0]["kdf"]["m_kib"].as_u64() >= Some(19 << 10), "{info}");
    stage.on("init %w/b --calibrate --kdf m=65536").refused(Kind::Usage, "");
}

#[test]
fn a_generated_passphrase_is_shown_once_and_to_a_person_only() {
    let stage = Stage::empty();
    stage.on("init %s --network devnet --generate").bare().refused(Kind::InputNeeded, "shown once");
    let made = stage.on("init %s --network devnet --generate").typing([]).run().ok();
    assert_eq!(made.questions, ["write this passphrase down"]);
    assert_eq!(made.text().lines().count(), 1, "the words are not in the answer: {}", made.text());
    stage.on("init %w/b --generate --new-passphrase-from file:%g/pass").refused(Kind::Usage, "");
}

#[test]
fn a_passphrase_is_asked_for_twice() {
    let stage = Stage::empty();
    stage.on("init %s --network devnet").typing(["one thing", "another", PASS, PASS]).run().ok();
    stage.on("list %s").run().ok();
    for replies in [vec![], vec![Reply::Line("canary-typed-once")]] {
        let run = stage.on("init %w/b --network devnet").replying(replies);
        run.refused(Kind::InputNeeded, "");
    }
    stage
        .on("init %w/b --network devnet")
        .replying([Reply::Line("canary-typed-once"), Reply::Interrupt])
        .refused(Kind::Interrupted, "");
}

#[test]
fn a_file_for_igra_is_made_on_request() {
    let stage = Stage::empty();
    let made =
        stage.on("init %s --format igra --network devnet --kdf m=19456,t=2,p=1 --json").run().ok();
    assert_eq!(made.json()["format"], "igra-rtm1");
    assert_eq!(&stage.read("%s")[..4], b"ISEC");
    assert_eq!(stage.mode("%s"), 0o600);
    let info = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(info["format"], "igra-rtm1");
    stage.given("blank", b" gander unwoven epic sulphur mocha ");
    stage
        .on("init %w/b --format igra --network devnet --passphrase-from file:%g/blank")
        .refused(Kind::Usage, "blank");
}

#[test]
fn nothing_is_made_where_it_cannot_be() {
    let stage = Stage::empty();
    stage
        .on("init %w/no/such/place --network devnet")
        .refused(Kind::NotInitialised, "no such file");
    stage.on("init %w/ --network devnet").refused(Kind::Usage, "does not name a file");
    stage.on("init %w/.. --network devnet").refused(Kind::Usage, "does not name a file");
    stage.on("init %w --network devnet").refused(Kind::Exists, "refusing to overwrite");
    stage.overwrite("%w/file", b"x");
    stage.on("init %w/file/below --network devnet").refused(Kind::Io, "");
    stage.args(vec!["init".into(), "".into()]).refused(Kind::Usage, "empty");
}
