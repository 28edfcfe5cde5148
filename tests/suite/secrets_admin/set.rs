//! `set` and `remove`: what goes into a store, and how it leaves.

use strongroom::kind::Kind;

use crate::support::stage::{Stage, VALUE, VALUE2};

const MNEMONIC: &str =
    "legal winner thank year wave sausage worth useful legal winner thank yellow";

#[test]
fn a_value_goes_in_and_comes_out() {
    let stage = Stage::devnet();
    let set = stage.on("set %s api.key --from file:%g/value --json").run().ok();
    assert_eq!(set.json()["name"], "api.key");
    assert_eq!(set.json()["generation"], 2);
    stage.on("get %s api.key").revealing().run().ok().prints(VALUE);
    // Both forms of naming the store.
    stage.on("set --store %s other --from file:%g/value2").run().ok();
    stage.on("get --path %s other").revealing().run().ok().prints(VALUE2);
    stage.on("set %s other --store %s --from file:%g/value").refused(Kind::Usage, "twice");
}

#[test]
fn an_existing_name_gets_a_version_and_old_ones_go() {
    let stage = Stage::devnet();
    for n in 1..=4 {
        let value = format!("canary-version-{n}");
        stage.given("v", value.as_bytes());
        stage.on("set %s api --from file:%g/v --keep 3").run().ok();
    }
    let get = |n: u32| stage.on(&format!("get %s api --version-number {n}")).revealing();
    get(4).run().ok().prints("canary-version-4");
    get(2).run().ok().prints("canary-version-2");
    get(1).refused(Kind::NotFound, "no version 1 of that secret is kept");
    get(9).refused(Kind::NotFound, "no version 9");
    let list = stage.on("list %s --json").run().ok().json();
    assert_eq!(list["secrets"][0]["versions"], 3);
    assert_eq!(list["secrets"][0]["newest"], 4);
    stage.on("set %s api --from file:%g/v --keep 1").run().ok();
    assert_eq!(stage.on("list %s --json").run().json()["secrets"][0]["versions"], 1);
    stage.on("set %s api --from file:%g/v --keep 0").run().ends(Kind::Usage);
}

#[test]
fn a_value_is_held_against_what_it_is_expected_to_be() {
    let stage = Stage::devnet();
    let hex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    for (name, content) in [
        ("mnemonic", MNEMONIC.as_bytes()),
        ("checksum", b"legal winner thank year wave sausage worth useful legal winner thank thank"),
        ("hex", hex.as_bytes()),
        ("hex63", &hex.as_bytes()[1..]),
        ("text", "canary-grüße".as_bytes()),
        ("binary", b"canary-\xff\0binary"),
    ] {
        stage.given(name, content);
    }
    for (expect, file, met) in [
        ("bip39", "mnemonic", true),
        ("bip39", "checksum", false),
        ("bip39", "text", false),
        ("bip39", "binary", false),
        ("hex32", "hex", true),
        ("hex32", "hex63", false),
        ("hex32", "text", false),
        ("hex32", "binary", false),
        ("utf8", "text", true),
        ("utf8", "binary", false),
    ] {
        let line = format!("set %s {expect} --expect {expect} --from file:%g/{file}");
        if met {
            stage.on(&line).run().ok();
        } else {
            stage.on(&line).refused(Kind::Usage, "the value is not");
        }
    }
    // 64 digits are stored as the 32 bytes they spell.
    stage.on("get %s hex32 --encoding hex").revealing().run().ok().prints(hex);
    let list = stage.on("list %s --json").run().ok().json();
    let kinds: Vec<_> = list["secrets"].as_array().unwrap().iter().map(|s| &s["kind"]).collect();
    assert_eq!(kinds, ["bip39", "hex32", "utf8"]);
    stage.on("set %s x --expect nonsense --from file:%g/value").refused(Kind::Usage, "");
}

#[test]
fn a_pipe_gives_a_value_and_an_empty_one_does_not() {
    let stage = Stage::devnet();
    stage.on("set %s api").stdin(VALUE.as_bytes()).run().ok();
    stage.on("get %s api").revealing().run().ok().prints(VALUE);
    stage
        .on("set %s api")
        .refused(Kind::InputNeeded, "standard input is empty")
        .says("--from stdin </dev/null");
    // Named, an empty input is an empty value.
    stage.on("set %s none --from stdin").run().ok();
    stage.on("get %s none").revealing().run().ok().prints("");
}

#[test]
fn two_secrets_do_not_come_from_one_input() {
    let stage = Stage::devnet();
    for line in [
        "set %s api --from stdin --passphrase-from stdin",
        "passphrase change %s --passphrase-from stdin --new-passphrase-from stdin",
        "keyslot add %s --passphrase-from fd:0 --new-passphrase-from stdin",
    ] {
        stage.on(line).stdin(b"canary-on-stdin\n").refused(Kind::Usage, "");
    }
    // The passphrase took the input, so nothing is left for the value.
    stage
        .on("set %s api --passphrase-from stdin")
        .stdin(b"canary-on-stdin\n")
        .refused(Kind::InputNeeded, "value");
}

#[test]
fn a_line_break_at_the_end_is_kept_with_a_warning_or_cut_on_request() {
    let stage = Stage::devnet();
    stage.given("line", b"canary-with-line\n");
    stage.on("set %s a --from file:%g/line").run().ok().says("--strip-newline");
    stage.on("get %s a").revealing().run().ok().prints("canary-with-line\n");
    stage.on("set %s a --from file:%g/line --strip-newline").run().ok().does_not_say("line break");
    stage.on("get %s a").revealing().run().ok().prints("canary-with-line");
}

#[test]
fn a_typed_value_is_asked_for_twice() {
    let stage = Stage::devnet();
    let set = stage.on("set %s api --from prompt --passphrase-from file:%g/pass");
    let set = set.typing([VALUE2, VALUE, VALUE, VALUE]).run().ok();
    assert_eq!(set.questions.len(), 4, "{:?}", set.questions);
    stage.on("get %s api").revealing().run().ok().prints(VALUE);
    stage
        .on("set %s api --from prompt --passphrase-from file:%g/pass")
        .typing(["", ""])
        .refused(Kind::Usage, "empty");
    stage
        .on("set %s api --from prompt --passphrase-from file:%g/pass --non-interactive")
        .typing([VALUE, VALUE])
        .refused(Kind::InputNeeded, "--non-interactive was given");
}

#[test]
fn names_and_sources_are_judged_before_anything_is_read() {
    let stage = Stage::devnet();
    for name in ["a/b", "-", "ü", "a b", ".", &"n".repeat(300), "bad-name;x"] {
        let mut args = vec!["set".into(), stage.path("%s").into(), "--".into(), name.into()];
        args.splice(1..1, ["--from".into(), stage.expand("file:%g/value").into()]);
        let args = args.into_iter().collect::<Vec<std::ffi::OsString>>();
        let before = stage.snapshot();
        let mut all = vec![args[0].clone()];
        all.extend(["--passphrase-from".into(), stage.expand("file:%g/pass").into()]);
        all.extend(["--config".into(), stage.path("%d/config.toml").into()]);
        all.extend(args[1..].iter().cloned());
        let ran = stage.args(all).run();
        if ran.kind != Kind::Ok {
            assert_eq!(ran.kind, Kind::Usage, "{name}");
            stage.unchanged(&before, name);
        }
    }
    stage.on("set %s api --from file:%g/none").refused(Kind::NotInitialised, "does not exist");
    stage.on("set %s api --from nonsense:x").refused(Kind::Usage, "--from");
    stage.on("set %s api --from file:").refused(Kind::Usage, "--from");
    stage.on("set %s api --expires tomorrow").refused(Kind::Usage, "--expires takes a time");
    stage.set_clock(1_800_000_000);
    for past in ["1999-12-31T00:00:00Z", "2027-01-15T08:00:00Z", "2027-01-15T10:00:00.9+02:00"] {
        stage
            .on(&format!("set %s api --from file:%g/value --expires {past}"))
            .refused(Kind::Usage, "a time in the future");
    }
    stage.given("huge", &vec![b'v'; (1 << 20) + 1]);
    stage.on("set %s api --from file:%g/huge").refused(Kind::Usage, "more than");
}

#[test]
fn a_value_on_the_command_line_is_refused_without_an_echo() {
    let stage = Stage::devnet();
    stage.canary(b"canary-on-argv");
    for line in [
        "set %s canary-on-argv api canary-on-argv",
        "set %s api canary-on-argv",
        "get %s canary-on-argv api",
        "list %s canary-on-argv",
        "remove %s canary-on-argv api",
        "list %s --passphrase canary-on-argv",
        "list %s --passphrase=canary-on-argv",
        "passphrase change %s --old-passphrase canary-on-argv --new-passphrase canary-on-argv",
        "set %s api --phrase=canary-on-argv",
        "list %s --canary-on-argv",
        "canary-on-argv",
        "--network canary-on-argv list %s",
    ] {
        stage.on(line).refused(Kind::Usage, "");
        stage.on(&format!("{line} --json")).refused(Kind::Usage, "");
    }
}

#[test]
fn notes_and_expiries_are_listed_and_values_never() {
    let stage = Stage::devnet();
    let mut args: Vec<std::ffi::OsString> =
        "set %s api --expires 2027-01-31T00:00:00Z --passphrase-from file:%g/pass --from file:%g/value"
            .split(' ')
            .map(|arg| stage.expand(arg).into())
            .collect();
    args.extend(["--note".into(), "for the \u{1b}[2J oracle".into()]);
    stage.args(args).run().ok();
    let list = stage.on("list %s --json").run().ok().json();
    assert_eq!(list["secrets"][0]["expires"], "2027-01-31T00:00:00Z");
    let long = stage.on("list %s --long").run().ok().text();
    assert!(long.contains("2027-01-31") && !long.contains('\u{1b}'), "{long}");
}

#[test]
fn removing_asks_or_is_told() {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    stage.on("remove %s api").refused(Kind::InputNeeded, "confirmation").says("--yes");
    stage
        .on("remove %s api --passphrase-from file:%g/pass")
        .typing(["no"])
        .refused(Kind::InputNeeded, "nothing was changed");
    stage.on("remove %s other --yes").refused(Kind::NotFound, "no secret of that name");
    let removed = stage.on("remove %s api --yes --json").run().ok().json();
    assert_eq!(removed["name"], "api");
    stage.on("list %s").run().ok().prints("");
    stage.on("get %s api").refused(Kind::NotFound, "no secret of that name");
    stage.on("set %s api --from file:%g/value").run().ok();
    stage.on("remove %s api --passphrase-from file:%g/pass").typing(["yes"]).run().ok();
    stage.on("list %s").run().ok().prints("");
}

#[test]
fn owner_and_mode_of_a_store_stay_as_they_are() {
    let stage = Stage::devnet();
    for mode in [0o400, 0o600, 0o500] {
        let path = stage.path("%s");
        rustix::fs::chmod(&path, rustix::fs::Mode::from_raw_mode(mode)).unwrap();
        stage.on("set %s api --from file:%g/value").run().ok();
        assert_eq!(stage.mode("%s"), mode);
    }
    if rustix::process::geteuid().is_root() {
        // Root works on a service's store and leaves it the service's, with everything beside it.
        let nobody = rustix::process::Uid::from_raw(65534);
        let stage = Stage::devnet();
        for path in
            ["%w", "%s", "%s.lock", "%s.audit.jsonl", "%s.audit.jsonl.lock", "%s.audit.jsonl.state"]
        {
            let path = stage.path(path);
            if path.exists() {
                rustix::fs::chown(&path, Some(nobody), None).unwrap();
            }
        }
        // The directory above must be root's or the service's.
        stage.on("set %s api --from file:%g/value").run().ok();
        for (path, (_, uid, ..)) in stage.snapshot() {
            if path.starts_with(stage.path("%w")) {
                assert_eq!(uid, 65534, "{}", path.display());
            }
        }
    }
}

#[test]
fn the_store_and_the_name_may_stand_anywhere() {
    let stage = Stage::devnet();
    for (n, line) in [
        "set %s --from file:%g/value NAME",
        "set --from file:%g/value -- %s NAME",
        "set %s --from file:%g/value -- NAME",
        "set NAME --from file:%g/value --store %s",
        "set --store %s --from file:%g/value -- NAME",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("api{n}");
        stage.on(&line.replace("NAME", &name)).run().ok();
        stage.on(&format!("get %s --encoding utf8 {name}")).revealing().run().ok().prints(VALUE);
        stage.on(&format!("remove --yes %s --quiet -- {name}")).run().ok();
    }
    for verb in ["set", "get", "remove", "keyslot revoke"] {
        let missing = if verb == "keyslot revoke" { "ID is missing" } else { "NAME is missing" };
        stage.on(verb).refused(Kind::Usage, missing);
    }
    stage.on("set %s api --store %s").refused(Kind::Usage, "given twice");
    stage.on("keyslot revoke %s --yes 7").refused(Kind::NotFound, "keyslot 7 does not exist");
}
