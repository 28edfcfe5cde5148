//! `get`, `list`, `info`, `verify`, `inventory`, `state`: what may be read, by whom, in which form.

use strongroom::kind::Kind;

use crate::support::schema;
use crate::support::stage::{PASS, Stage, VALUE};

fn stocked() -> Stage {
    let stage = Stage::devnet();
    stage.on("set %s b.two --from file:%g/value2").run().ok();
    stage.on("set %s a.one --from file:%g/value").run().ok();
    stage
}

#[test]
fn a_value_comes_out_byte_for_byte() {
    let stage = Stage::devnet();
    let bytes = b"canary\0\xff\x1b[2J\r\n".as_slice();
    stage.given("bytes", bytes);
    stage.on("set %s x --from file:%g/bytes").run().ok();
    stage.on("get %s x").revealing().run().ok().prints(bytes);
    let hex = data_encoding::HEXLOWER.encode(bytes);
    stage.on("get %s x --encoding hex").revealing().run().ok().prints(&hex);
    let base64 = data_encoding::BASE64.encode(bytes);
    stage.on("get %s x --encoding base64").revealing().run().ok().prints(&base64);
    let json = stage.on("get %s x --encoding base64 --json").revealing().run().ok().json();
    assert_eq!(json["value"], base64);
    assert_eq!((&json["name"], &json["encoding"]), (&"x".into(), &"base64".into()));
    stage
        .on("get %s x --json")
        .refused(Kind::Usage, "the value is not text")
        .says("--encoding hex");
}

#[test]
fn a_screen_shows_a_value_on_request_only() {
    let stage = stocked();
    stage
        .on("get %s a.one")
        .screen()
        .refused(Kind::Usage, "standard output is a terminal")
        .says("--reveal")
        .says("--out FILE");
    let shown = stage.on("get %s a.one --reveal").screen().revealing().run().ok();
    assert_eq!(shown.text(), format!("{VALUE}\n"));
    stage.given("esc", b"canary-esc\x1b[2Jx");
    stage.on("set %s esc --from file:%g/esc").run().ok();
    let shown = stage.on("get %s esc --reveal").screen().revealing().run().ok();
    assert!(!shown.text().contains('\u{1b}'), "{:?}", shown.text());
}

#[test]
fn a_value_goes_into_a_new_file_of_mode_0600_or_nowhere() {
    let stage = stocked();
    stage.on("get %s a.one --out %g/out").run().ok();
    assert_eq!(stage.read("%g/out"), VALUE.as_bytes());
    assert_eq!(stage.mode("%g/out"), 0o600);
    stage.on("get %s b.two --out %g/out").refused(Kind::Exists, "refusing to overwrite");
    stage.on("get %s a.one --out %g/no/where").refused(Kind::NotInitialised, "no such file");
    std::os::unix::fs::symlink("/nowhere", stage.path("%g/link")).unwrap();
    stage.on("get %s a.one --out %g/link").refused(Kind::Exists, "refusing to overwrite");
    let out = stage.on("get %s a.one --out %g/out2 --encoding hex --json").run().ok().json();
    assert_eq!(out["out"], stage.expand("%g/out2"));
}

#[test]
fn names_are_listed_in_order_and_values_are_not() {
    let stage = stocked();
    stage.on("list %s --network devnet").run().ok().prints("a.one\nb.two\n").silent();
    let json = stage.on("list %s --json").run().ok().json();
    let names: Vec<_> = json["secrets"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["a.one", "b.two"]);
    assert_eq!(json["generation"], 3);
    assert_eq!(json["secrets"][0]["kind"], "opaque");
    assert_eq!(json["secrets"][0]["versions"], 1);
    assert_eq!(json["secrets"][0]["created"], "2026-09-21T14:13:20Z");
    assert_eq!(json["secrets"][0]["expires"], serde_json::Value::Null);
    assert_eq!(stage.on("list --store %s --json --quiet").run().ok().silent().json(), json);
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let stage = stocked();
    for line in [
        "list %s",
        "get %s a.one",
        "set %s a.one --from file:%g/value2",
        "remove %s a.one --yes",
        "verify %s",
        "check %s",
        "keyslot list %s",
        "data-key rotate %s",
        "inventory pin %s",
        "convert %s %w/new --to igra",
    ] {
        let line = format!("{line} --passphrase-from file:%g/pass2");
        stage.on(&line).refused(Kind::WrongPassphrase, "no keyslot opens with this passphrase");
    }
    let json = stage.on("list %s --json --passphrase-from file:%g/pass2").run();
    schema::validate("error", &serde_json::from_str(json.stderr.lines().last().unwrap()).unwrap());
    assert!(json.stderr.contains(r#""code":12,"#) || json.stderr.contains(r#""code": 12"#));
}

#[test]
fn a_store_that_is_not_there_or_not_named_is_said_so() {
    let stage = Stage::devnet();
    for line in [
        "set %w/none a --from file:%g/value",
        "get %w/none a",
        "list %w/none",
        "remove %w/none a --yes",
        "passphrase change %w/none --new-passphrase-from file:%g/pass2",
        "keyslot list %w/none",
        "keyslot add %w/none --new-passphrase-from file:%g/pass2",
        "keyslot revoke %w/none 1 --yes",
        "data-key rotate %w/none",
        "inventory export %w/none --out %w/inv",
        "inventory pin %w/none",
        "state accept-clock %w/none reason",
        "info %w/none",
        "verify %w/none",
        "convert %w/none %w/new --to igra",
        "check %w/none",
    ] {
        stage.on(line).refused(Kind::NotInitialised, "no such file");
    }
    for line in ["list", "info", "check", "init", "get a", "set a", "data-key rotate"] {
        let refused = stage.on(line).refused(Kind::Usage, "no store is named");
        assert_eq!(refused.stderr.matches("hint").count(), 3, "{}", refused.stderr);
    }
}

#[test]
fn the_configuration_names_the_store_and_its_network() {
    let stage = stocked();
    stage.config(&stage.expand("store = \"%s\"\nnetwork = \"devnet\"\n"));
    stage.on("get a.one").revealing().run().ok().prints(VALUE);
    stage.on("list").run().ok().silent();
    stage.on("info --network mainnet").bare().run().ok();
    stage.config(&stage.expand("store = \"%s\"\nnetwork = \"mainnet\"\n"));
    stage
        .on("list")
        .refused(Kind::Policy, "this store is devnet, not mainnet")
        .says("this store is devnet: add --network devnet");
    stage.on("list --network devnet").run().ok();
}

#[test]
fn a_stated_network_that_differs_is_refused_by_all_but_info() {
    let stage = stocked();
    for line in [
        "set %s a.one --from file:%g/value2",
        "get %s a.one",
        "list %s",
        "remove %s a.one --yes",
        "passphrase change %s --new-passphrase-from file:%g/pass2",
        "keyslot list %s",
        "keyslot add %s --new-passphrase-from file:%g/pass2",
        "data-key rotate %s",
        "verify %s",
        "check %s",
        "convert %s %w/new --to igra",
    ] {
        stage
            .on(&format!("{line} --network testnet"))
            .refused(Kind::Policy, "this store is devnet, not testnet")
            .says("hint: this store is devnet: add --network devnet");
    }
    stage.on("info %s --network testnet").bare().run().ok().silent();
}

#[test]
fn configuration_errors_are_usage_errors_with_a_place() {
    let stage = stocked();
    stage.canary(b"canary-in-config");
    for (text, words) in [
        ("[security]\ncolour = 1", "config.toml:2:1: unknown key `colour`"),
        ("[security]\nnetwork = \"canary-in-config\"", "config.toml:2:11"),
        ("[security", "config.toml:1"),
        ("[security]\nstate = \"none\"\nstate_dir = \"/x\"", "state"),
        ("[security]\nstore = \"relative\"", "absolute path"),
        ("canary-in-config", "config.toml:1"),
    ] {
        stage.bare_config(text);
        for line in ["list %s", "info %s", "init %w/new", "set %s a --from file:%g/value"] {
            stage.on(line).refused(Kind::Usage, words);
        }
    }
    // A service's own tables are its own.
    stage.bare_config("[service]\ncolour = 1\n[security]\nstate = \"none\"\n");
    stage.on("list %s").run().ok();
    stage.on("list %s --config %d/none.toml").refused(Kind::Usage, "no such configuration file");
}

#[test]
fn a_file_of_no_known_format_is_named_and_left_alone() {
    let stage = Stage::devnet();
    let good = stage.read("%s");
    for (bytes, words) in [
        (b"".to_vec(), "neither a strongroom store nor an Igra secrets file"),
        (b"hello, this is text\n".to_vec(), "neither"),
        (good[..7].to_vec(), ""),
        (good[..good.len() - 1].to_vec(), ""),
        ([&good[..], b"x"].concat(), ""),
        (
            {
                let mut b = good.clone();
                b[8] ^= 0x40;
                b
            },
            "",
        ),
        (
            {
                let mut b = good.clone();
                let n = b.len() - 100;
                b[n] ^= 1;
                b
            },
            "",
        ),
    ] {
        stage.overwrite("%w/odd", &bytes);
        for line in
            ["info %w/odd", "list %w/odd", "verify %w/odd", "set %w/odd a --from file:%g/value"]
        {
            stage.on(line).refused(Kind::Integrity, words);
        }
    }
}

#[test]
fn a_sound_file_verifies_and_nothing_is_remembered_of_it() {
    let stage = stocked();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    std::fs::create_dir(stage.path("%d/state")).unwrap();
    std::os::unix::fs::chown(stage.path("%d/state"), None, None).unwrap();
    rustix::fs::chmod(stage.path("%d/state"), rustix::fs::Mode::from_raw_mode(0o700)).unwrap();
    let before = stage.snapshot();
    let json = stage.on("verify %s --json").run().ok().json();
    assert_eq!(json["verdict"], "valid");
    assert_eq!((&json["secrets"], &json["values"]), (&2.into(), &2.into()));
    let json = stage.on("verify %s --structure-only --json").bare().run().ok().json();
    assert_eq!(json["verdict"], "structure_only");
    stage.unchanged(&before, "verify");
}

#[test]
fn info_says_what_it_can_without_a_passphrase() {
    let stage = stocked();
    let text = stage.on("info %s").bare().run().ok().text();
    for words in ["strongroom-v1", "devnet", "generation   3", "keyslot 0", "pinned", "current"] {
        assert!(text.contains(words), "{words:?} not in {text}");
    }
    let json = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(json["inventory"]["authenticated"], true);
    assert_eq!(json["inventory"]["pin"], "pinned");
    assert_eq!(json["freshness"], "current");
    stage.on("set %s igra.hd.payment_secret --from file:%g/pass2").run().ok();
    let json = stage.on("info %s --json").bare().run().ok().json();
    assert!(json["inventory"]["claims"].as_object().is_some_and(|c| !c.is_empty()), "{json}");
}

#[test]
fn an_inventory_is_exported_to_a_new_file() {
    let stage = stocked();
    let json = stage.on("inventory export %s --out %w/inventory --json").bare().run().ok().json();
    assert_eq!(json["generation"], 3);
    assert!(!stage.read("%w/inventory").is_empty());
    stage.on("inventory export %s --out %w/inventory").bare().refused(Kind::Exists, "overwrite");
    let out = stage.read("%w/inventory");
    for name in [b"a.one".as_slice(), b"b.two"] {
        assert!(!out.windows(name.len()).any(|w| w == name), "names are secret too");
    }
}

#[test]
fn a_key_is_pinned_by_whoever_can_open_the_store() {
    let stage = stocked();
    std::fs::remove_dir_all(stage.path("%d/state")).unwrap();
    let json = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(json["inventory"]["pin"], "not pinned");
    assert_eq!(json["inventory"]["authenticated"], false);
    let pinned = stage.on("inventory pin %s --json").run().ok().json();
    assert_eq!(pinned["store_key"], json["store_key"]);
    let json = stage.on("info %s --json").bare().run().ok().json();
    assert_eq!(json["inventory"]["pin"], "pinned");
}

#[test]
fn the_clock_is_accepted_with_a_reason() {
    let stage = stocked();
    stage.set_clock(crate::support::stage::NOW - 86_400);
    stage.on("state accept-clock %s").refused(Kind::InputNeeded, "a reason is needed");
    let accepted = stage.on("state accept-clock %s battery --json").run().ok().json();
    assert_eq!(accepted["seen"], "2026-09-21T14:13:20Z");
    assert_eq!(accepted["now"], "2026-09-20T14:13:20Z");
    let again = stage.on("state accept-clock --store %s battery --json").run().ok().json();
    assert_eq!(again["seen"], again["now"]);
}

#[test]
fn everything_that_is_missing_is_said_at_once() {
    let stage = stocked();
    stage
        .on("remove %s a.one")
        .bare()
        .refused(Kind::InputNeeded, "passphrase, confirmation")
        .says("--passphrase-from file:PATH")
        .says("the credential secrets-admin.passphrase")
        .says("--yes");
    stage
        .on("passphrase change %s")
        .bare()
        .refused(Kind::InputNeeded, "passphrase, new passphrase")
        .says("--new-passphrase-from");
    stage.on("list %s --non-interactive").typing([PASS]).refused(
        Kind::InputNeeded,
        "--non-interactive was given, and nothing else gives: passphrase",
    );
}

#[test]
fn a_credential_opens_a_store() {
    let stage = stocked();
    let dir = stage.path("%g/credentials");
    std::fs::create_dir(&dir).unwrap();
    for name in ["secrets-admin.passphrase", "strongroom.passphrase", "named"] {
        std::fs::rename(stage.given("c", format!("{PASS}\n").as_bytes()), dir.join(name)).unwrap();
        let named = name == "named";
        let line = if named { "list %s --passphrase-from cred:named" } else { "list %s" };
        stage.on(line).bare().env("CREDENTIALS_DIRECTORY", dir.as_os_str()).run().ok();
        std::fs::remove_file(dir.join(name)).unwrap();
    }
    stage
        .on("list %s --passphrase-from cred:named")
        .refused(Kind::InputNeeded, "CREDENTIALS_DIRECTORY is not set");
}

#[test]
fn a_program_gives_a_passphrase_without_a_shell() {
    let stage = stocked();
    let list = |program: &str| {
        let mut args: Vec<std::ffi::OsString> = vec!["list".into(), stage.path("%s").into()];
        args.extend(["--passphrase-from".into(), stage.expand(program).into()]);
        stage.args(args)
    };
    list("cmd:/bin/cat %g/pass").run().ok();
    let odd = "canary;$HOME`id`";
    stage.given("odd", odd.as_bytes());
    stage.on("init %w/odd --network devnet --passphrase-from file:%g/odd").run().ok();
    let args = ["list", "%w/odd", "--passphrase-from", "cmd:/bin/echo canary;$HOME`id`"];
    stage.args(args.map(|arg| stage.expand(arg).into()).to_vec()).run().ok();
    list("cmd:/bin/false").refused(Kind::Unavailable, "");
    list("cmd:/no/such/program").refused(Kind::Unavailable, "cannot find the program");
    list("cmd:cat %g/pass").refused(Kind::Usage, "");
    stage.given("long", &[b'x'; 2000]);
    assert_ne!(list("cmd:/bin/cat %g/long").run().kind, Kind::Ok);
    // Its environment is clean: nothing of ours is in what it prints.
    list("cmd:/usr/bin/env").env("HOME", "canary-home").run().ends(Kind::WrongPassphrase);
}

#[test]
fn a_passphrase_is_one_line_of_text() {
    let stage = stocked();
    for (bytes, kind) in [
        (&b"canary\0with-nul"[..], Kind::Usage),
        (b"", Kind::Usage),
        (b"canary-\xff-bytes", Kind::Usage),
        (&[b'p'; 1025], Kind::Usage),
        (format!("{PASS}\n").as_bytes(), Kind::Ok),
        (format!("{PASS}\n\n").as_bytes(), Kind::Usage),
    ] {
        stage.given("p", bytes);
        stage.on("list %s --passphrase-from file:%g/p").run().ends(kind);
        stage.on("list %s --passphrase-from stdin").stdin(bytes).run().ends(kind);
    }
}

#[test]
fn what_is_asked_for_quietly_is_answered_quietly() {
    let stage = stocked();
    stage.on("list %s").run().ok().says("note: this is a devnet store");
    stage.on("list %s --quiet").run().ok().silent().prints("a.one\nb.two\n");
    stage
        .on("list %s --quiet --network mainnet")
        .refused(Kind::Policy, "this store is devnet, not mainnet");
    stage.on("list --quiet --network devnet %s --json").run().ok().silent();
}

#[test]
fn an_inventory_shows_as_much_as_the_configuration_allows() {
    for (level, claims) in [("full", true), ("keys", false), ("none", false)] {
        let stage = Stage::empty();
        stage.config(&format!("inventory = \"{level}\"\n"));
        stage.on("init %s --network devnet").run().ok();
        stage.on("set %s igra.hd.payment_secret --from file:%g/pass2").run().ok();
        let info = stage.on("info %s --json").bare().run().ok().json();
        assert_eq!(info["inventory"]["level"], level);
        let found = info["inventory"]["claims"].as_object().is_some_and(|c| !c.is_empty());
        assert_eq!(found, claims, "{info}");
    }
}
