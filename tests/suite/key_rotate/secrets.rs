//! Secrets that are replaced in time: by a generator or a program, in one commit with keys, and kept for a while.

use strongroom::kind::Kind;

use crate::support::stage::{NOW, Stage, VALUE};

const DAY: u64 = 86_400;

const TOKEN: &str = "[rotation]
auto_rotate = true
grace = \"3d\"
[rotation.secrets.token]
secret = \"rpc.credential\"
generate = \"base64:32\"
max_age = \"30d\"
";

/// A devnet store with the secret that the configurations of these tests name.
fn stage(config: &str) -> Stage {
    let stage = Stage::devnet();
    stage.on("set %s rpc.credential --from file:%g/value").run().ok();
    stage.config(config);
    stage
}

fn value(stage: &Stage) -> Vec<u8> {
    stage.on("get %s rpc.credential").revealing().run().ok().stdout
}

fn versions(stage: &Stage) -> usize {
    let list = stage.on("list %s --json").run().ok().json();
    let all = list["secrets"].as_array().unwrap();
    let found = all.iter().find(|row| row["name"] == "rpc.credential").unwrap();
    usize::try_from(found["versions"].as_u64().unwrap()).unwrap()
}

#[test]
fn a_secret_is_due_is_replaced_and_what_it_was_is_kept_for_its_grace_period() {
    let stage = stage(TOKEN);
    // Configured since the last commit: nobody can tell, until a job has looked.
    stage.rotate("check %s").bare().run().exits(3);
    stage.rotate("due %s").bare().run().exits(0);
    let ran = stage.rotate("run-due %s").run().ok().text();
    assert_eq!(ran, "the inventory now shows which secrets are rotated\n");
    stage.rotate("due %s").bare().run().exits(1);
    stage.rotate("check %s").bare().run().exits(0);
    stage.rotate("run-due %s").bare().run().ok().prints("");
    for (after, check, due) in
        [(23 * DAY - 1, 0, 1), (23 * DAY, 1, 1), (30 * DAY - 1, 1, 1), (30 * DAY, 2, 0)]
    {
        stage.set_clock(NOW + after);
        stage.rotate("check %s").bare().run().exits(check);
        stage.rotate("due %s").bare().run().exits(due);
        stage.rotate("due %s --key secret:token").bare().run().exits(due);
    }
    stage.rotate("check %s").bare().run().exits(2);
    let plan = stage.rotate("plan %s --json").bare().run().ok().json();
    assert_eq!(plan["secrets"][0]["unattended"], true);
    let ran = stage.rotate("run-due %s --json").run().ok().json();
    assert_eq!(ran["secrets"][0]["id"], "token");
    let new = value(&stage);
    assert_eq!((new.len(), new.last()), (44, Some(&b'=')));
    assert_eq!(versions(&stage), 2);
    stage.rotate("check %s").bare().run().exits(0);
    // The value that it was, as long as somebody may still use it.
    let line = "list %s --long --json";
    stage.on(line).run().ok();
    stage.set_clock(NOW + 33 * DAY - 1);
    stage.rotate("run-due %s").bare().run().ok().prints("");
    assert_eq!(versions(&stage), 2);
    stage.set_clock(NOW + 33 * DAY);
    let ended = stage.rotate("run-due %s").run().ok().text();
    assert!(ended.contains("was removed"), "{ended}");
    assert_eq!((versions(&stage), value(&stage)), (1, new));
    stage.on("verify %s").run().ok();
    stage.on("audit verify %s").run().ok();
}

#[test]
fn neither_the_name_nor_the_value_of_a_rotated_secret_stands_in_the_clear() {
    let stage = stage(TOKEN);
    // From here on every answer and every file is searched for it, but for the log, which names what was set.
    stage.rotate("rotate %s secret:token").run().ok();
    let store = stage.read("%s");
    assert!(!store.windows(14).any(|window| window == b"rpc.credential"));
    assert!(store.windows(5).any(|window| window == b"token"), "the label is for the public");
    stage.on("inventory export %s --out %w/inventory").run().ok();
    let exported = stage.read("%w/inventory");
    assert!(!exported.windows(14).any(|window| window == b"rpc.credential"));
    // A monitor that has neither the store nor the configuration judges by what the writer had.
    stage.config("");
    stage.set_clock(NOW + 30 * DAY);
    let line = "check --inventory %w/inventory --json";
    let found = stage.rotate(line).bare().run().exits(2).json();
    assert_eq!((&found["overdue"], &found["secrets"][0]["id"]), (&1.into(), &"token".into()));
    stage.config("[security]\n");
}

#[test]
fn keys_and_secrets_are_rotated_in_one_commit() {
    let stage = stage(TOKEN);
    stage.rotate("key create %s api --kind ed25519 --role signing").run().ok();
    let before = stage.rotate("status %s --json").run().ok().json();
    let done = stage.rotate("rotate %s api secret:token --reason drill --json").run().ok().json();
    let generation = before["generation"].as_u64().map(|generation| generation + 1);
    assert_eq!(done["generation"].as_u64(), generation);
    assert_eq!(done["keys"][0]["active_version"], 2);
    let n = done["secrets"][0]["n"].as_u64().unwrap();
    let log = stage.on("audit show %s --event key.rotate --json").run().ok().json();
    let last = log["records"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["object"], format!("api@2,secret:token@{n}"));
    // Refused for one, refused for all.
    let line = "rotate %s api secret:gone";
    stage.rotate(line).refused(Kind::NotFound, "[rotation.secrets] has no such label");
    stage.rotate("rotate %s secret:token gone").refused(Kind::NotFound, "no managed key");
    // The history of a key is not confused by a secret beside it.
    let history = stage.rotate("history %s api --json").run().ok().json();
    assert_eq!(history["unrecorded"].as_array().map(Vec::len), Some(0));
    let status = stage.rotate("status %s").bare().run().ok().text();
    assert!(status.contains("secret:token"), "{status}");
}

/// A configuration whose secret comes from a shell script.
fn hook(script: &str) -> String {
    format!(
        "[rotation]\nhook_timeout = \"5s\"\n[rotation.secrets.token]\nsecret = \"rpc.credential\"\n\
         hook = [\"/bin/sh\", \"-c\", '{script}']\n"
    )
}

#[test]
fn a_program_makes_the_value_byte_for_byte() {
    let stage = stage(&hook(r#"printf "\000\377%s\n" "$STRONGROOM_KEY $STRONGROOM_EVENT""#));
    let dry = stage.rotate("rotate %s secret:token --dry-run").run().ok().text();
    assert!(dry.contains("would rotate secret:token"), "{dry}");
    assert_eq!(value(&stage), VALUE.as_bytes());
    stage.rotate("rotate %s secret:token").run().ok();
    assert_eq!(value(&stage), b"\0\xffsecret:token new-value\n");
    // What it prints on standard error goes nowhere.
    stage.config(&hook("echo canary-on-stderr >&2; printf other"));
    let ran = stage.rotate("rotate %s secret:token").run().ok();
    assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    assert_eq!(value(&stage), b"other");
}

#[test]
fn a_program_that_gives_no_good_value_changes_nothing() {
    for (script, kind, words) in [
        ("exit 7", Kind::Findings, "failed with exit code 7, so nothing was rotated"),
        ("true", Kind::Findings, "printed no value"),
        ("printf \"  \"", Kind::Findings, "printed no value"),
        ("printf canary-value-7f3a91c2", Kind::Findings, "printed the value that is there"),
        ("head -c 1048577 /dev/zero", Kind::Findings, "more than 1 MiB"),
        ("sleep 60", Kind::Unavailable, "did not end within"),
    ] {
        let stage = stage(&hook(script).replace("5s", "1s"));
        stage.rotate("rotate %s secret:token").refused(kind, words);
        assert_eq!(value(&stage), VALUE.as_bytes());
    }
}

#[test]
fn what_funds_are_derived_from_is_no_generators_business() {
    let stage = Stage::devnet();
    for (name, text) in
        [("igra.hd.wallet_secret", "wallet-canary-81"), ("igra.hd.payment_secret", "pay-canary-93")]
    {
        stage.given("funds", text.as_bytes());
        stage.on(&format!("set %s {name} --from file:%g/funds")).run().ok();
        let config = |maker: &str| {
            format!("[rotation.secrets.funds]\nsecret = \"{name}\"\ngrace = \"0d\"\n{maker}\n")
        };
        stage.config(&config("generate = \"passphrase:7\""));
        stage
            .rotate("rotate %s secret:funds")
            .refused(Kind::Policy, "which only a hook may replace");
        // Replaced by a program, and what it was stays for ever.
        stage.config(&config("hook = [\"/bin/echo\", \"moved-to-another\"]"));
        stage.rotate("rotate %s secret:funds").run().ok();
        stage.set_clock(NOW + 9 * DAY);
        stage.rotate("run-due %s").run().ok();
        stage.set_clock(NOW);
        let list = stage.on("list %s --json").run().ok().json();
        let all = list["secrets"].as_array().unwrap().clone();
        let found = all.iter().find(|row| row["name"] == name).unwrap();
        assert_eq!(found["versions"], 2, "{name}");
    }
}

#[test]
fn on_mainnet_a_weak_payment_secret_is_refused_also_from_a_program() {
    let stage = Stage::mainnet();
    stage.given("pay", b"gnarled-otter-waltz-spinach-quartz-bonus-nimble");
    stage.on("set %s igra.hd.payment_secret --from file:%g/pay").run().ok();
    stage.config(
        "network = \"mainnet\"\n[rotation.secrets.pay]\nsecret = \"igra.hd.payment_secret\"\n\
         hook = [\"/usr/bin/printf\", \"secret123\"]\n",
    );
    stage.rotate("rotate %s secret:pay").refused(Kind::Policy, "too weak for a payment secret");
    // A limit may be stricter than the default, not wider.
    stage.config(
        "network = \"mainnet\"\n[rotation.secrets.pay]\nsecret = \"igra.hd.payment_secret\"\n\
         hook = [\"/usr/bin/printf\", \"x\"]\nmax_age = \"91d\"\n",
    );
    stage.rotate("rotate %s secret:pay").refused(Kind::Policy, "may be stricter on mainnet");
}

#[test]
fn pre_hooks_are_asked_about_secrets_and_post_hooks_told() {
    let told = |event: &str, words: &str| {
        format!(
            "{event} = [[\"/bin/sh\", \"-c\", 'test \"$STRONGROOM_KEY $STRONGROOM_OLD_VERSION\" = \"{words}\"']]\n"
        )
    };
    let secret = &TOKEN["[rotation]\nauto_rotate = true\ngrace = \"3d\"\n".len()..];
    let stage = stage(&format!("[rotation]\n{}{secret}", told("pre_hooks", "secret:token 9")));
    stage.rotate("run-due %s").run().ok();
    stage.rotate("rotate %s secret:token").run().ends(Kind::Findings);
    assert_eq!(value(&stage), VALUE.as_bytes());
    stage.config(&format!("[rotation]\n{}{secret}", told("pre_hooks", "secret:token 1")));
    stage.rotate("rotate %s secret:token").run().ok();
    stage.config(&format!("[rotation]\npost_hooks = [[\"/bin/false\"]]\n{secret}"));
    stage.rotate("rotate %s secret:token").run().ok().says("the keys ARE rotated, but");
    assert_eq!(versions(&stage), 3);
}

#[test]
fn no_program_is_asked_for_a_value_when_the_rotation_is_refused_anyway() {
    let stage = stage("");
    let asked = stage.path("%d/asked");
    stage.config(&hook(&format!("echo x >{}; printf value", asked.display())));
    stage.rotate("run-due %s").run().ok();
    let wrong = "rotate %s secret:token --passphrase-from file:%g/pass2";
    stage.rotate(wrong).run().ends(Kind::WrongPassphrase);
    stage.rotate("rotate %s secret:token nokey").run().ends(Kind::NotFound);
    let log = stage.read("%s.audit.jsonl");
    stage.overwrite("%s.audit.jsonl", &log[..log.len() / 2]);
    stage.rotate("rotate %s secret:token").run().ends(Kind::Audit);
    assert!(!asked.exists(), "nothing was asked");
    stage.overwrite("%s.audit.jsonl", &log);
    stage.rotate("rotate %s secret:token").run().ok();
    assert!(asked.exists());
}

#[test]
fn a_value_that_was_printed_in_vain_changes_nothing_and_the_program_is_asked_again() {
    let stage = stage("");
    let asked = stage.path("%d/asked").display().to_string();
    let good = hook(&format!("echo x >>{asked}; printf \"value %d\" $(wc -l <{asked})"));
    stage.on("set %s other.key --from file:%g/value2").run().ok();
    let bad = "[rotation.secrets.zz]\nsecret = \"other.key\"\nhook = [\"/bin/false\"]\n";
    stage.config(&format!("{good}{bad}"));
    stage.rotate("run-due %s").run().ok();
    let before = stage.read("%s");
    stage.rotate("rotate %s secret:token secret:zz").run().ends(Kind::Findings);
    assert_eq!(stage.read("%d/asked"), b"x\n", "the first was asked");
    assert_eq!(stage.read("%s"), before, "the store is what it was");
    stage.rotate("rotate %s secret:token").run().ok();
    assert_eq!(value(&stage), b"value 2");
}

/// What a program must not do before the new value is durable, since it may be lost until then, it does here.
#[test]
fn a_post_hook_finds_the_new_value_in_the_store_and_the_old_one_in_the_history() {
    let stage = stage(TOKEN);
    stage.rotate("run-due %s").run().ok();
    let old = stage.rotate("status %s --json").bare().run().ok().json();
    assert_eq!(old["secrets"][0]["version"], 1, "{old}");
    let get = stage.expand(&format!(
        "{} get %s rpc.credential --config %d/config.toml --passphrase-from file:%g/pass",
        env!("CARGO_BIN_EXE_secrets-admin"),
    ));
    let script = format!(
        "test \"$({get} --version-number $STRONGROOM_OLD_VERSION)\" = {VALUE} && test \"$({get})\" != {VALUE}"
    );
    let hooked = format!("[rotation]\npost_hooks = [[\"/bin/sh\", \"-c\", '{script}']]\n");
    stage.config(&TOKEN.replace("[rotation]\n", &hooked));
    stage.rotate("rotate %s secret:token").run().ok().does_not_say("ARE rotated, but");
    stage.config(&TOKEN.replace("[rotation]\n", &hooked.replace("!=", "=")));
    stage.rotate("rotate %s secret:token").run().ok().says("ARE rotated, but");
}

#[test]
fn a_secret_that_is_configured_and_not_there_is_named_by_the_job() {
    let stage = Stage::devnet();
    stage.config(TOKEN);
    let told = stage.rotate("check %s").bare().run().exits(3).text();
    assert!(told.contains("once it is set"), "{told}");
    let ran = stage.rotate("run-due %s").run().ok();
    assert!(ran.stderr.contains("secret:token is not in the store"), "{}", ran.stderr);
    stage.on("set %s rpc.credential --from file:%g/value").run().ok();
    stage.rotate("check %s").bare().run().exits(0);
}

#[test]
fn what_is_not_committed_is_not_said_to_be_accepted() {
    let stage = Stage::devnet();
    stage.config(TOKEN);
    let older = stage.read("%s");
    stage.on("set %s other --from file:%g/value").run().ok();
    stage.overwrite("%s", &older);
    let line = "run-due %s --accept-rollback restored --reason x";
    let refused = stage.rotate(line).run().ends(Kind::Usage);
    assert!(!refused.stderr.contains("was taken as the truth"), "{}", refused.stderr);
}
