//! Rotation: one commit, proofs that a stranger verifies, a history that agrees.

use strongroom::kind::Kind;

use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

fn with_keys(stage: &Stage) {
    for (id, kind, role) in [
        ("identity", "ed25519", "identity"),
        ("peer", "x25519", "encryption"),
        ("treasury", "secp256k1", "wallet"),
        ("wrap", "symmetric-32", "wrap"),
    ] {
        stage.rotate(&format!("key create %s {id} --kind {kind} --role {role}")).run().ok();
    }
}

#[test]
fn any_number_of_keys_is_rotated_in_one_commit() {
    let stage = Stage::devnet();
    with_keys(&stage);
    let before = stage.rotate("status %s --json").run().ok().json();
    let done = stage.rotate("rotate %s --all --reason drill --json").run().ok().json();
    assert_eq!(
        done["generation"].as_u64(),
        before["generation"].as_u64().map(|generation| generation + 1)
    );
    let after = stage.rotate("status %s --json").run().ok().json();
    for (old, new) in
        before["keys"].as_array().unwrap().iter().zip(after["keys"].as_array().unwrap())
    {
        assert_eq!(new["active_version"], 2);
        assert_eq!(new["versions"][1]["state"], "deactivated");
        assert_eq!(old["versions"][0]["public_key"], new["versions"][1]["public_key"]);
    }
    // Refused for one key, refused for all.
    stage.rotate("key destroy %s wrap --yes").run().ok();
    stage.rotate("rotate %s identity wrap").refused(Kind::Policy, "the key is retired");
    stage.rotate("rotate %s identity gone").refused(Kind::NotFound, "no managed key");
}

#[test]
fn private_halves_go_when_their_grace_is_over() {
    let stage = Stage::devnet();
    with_keys(&stage);
    stage.rotate("rotate %s identity").run().ok();
    let versions = |stage: &Stage| {
        let shown = stage.rotate("key show %s identity --json").run().ok().json();
        shown["key"]["versions"][1]["state"].as_str().unwrap().to_owned()
    };
    stage.set_clock(NOW + 7 * DAY - 1);
    stage.rotate("run-due %s").run().ok().prints("");
    assert_eq!(versions(&stage), "deactivated");
    stage.set_clock(NOW + 7 * DAY);
    let ran = stage.rotate("run-due %s").run().ok();
    assert!(ran.text().contains("private half of version 1 was removed"), "{}", ran.text());
    assert_eq!(versions(&stage), "destroyed");
    stage.rotate("run-due %s").run().ok().prints("");
}

#[test]
fn a_stranger_verifies_the_chain_offline() {
    let stage = Stage::mainnet();
    with_keys(&stage);
    let public = |id: &str| stage.rotate(&format!("key export-public %s {id}")).run().ok().text();
    let (identity, treasury) = (public("identity"), public("treasury"));
    stage.rotate("rotate %s peer").run().ok();
    stage.rotate("rotate %s identity treasury peer").run().ok();
    stage.rotate("rotate %s identity peer --reason again").run().ok();
    for (id, trust, links, version) in
        [("identity", &identity, 2, 3), ("treasury", &treasury, 1, 2), ("peer", &identity, 3, 4)]
    {
        stage.rotate(&format!("proof export %s {id} --out %w/{id}.proof")).run().ok();
        let line = format!("proof verify %w/{id}.proof --trust {}", trust.trim());
        // No store, no state, no passphrase, no network stated: the file and the key.
        let found = stage.rotate(&format!("{line} --json")).bare().run().ok().json();
        assert_eq!(
            (found["links"].as_u64(), found["version"].as_u64()),
            (Some(links), Some(version))
        );
        assert_eq!(found["public_key"].as_str().unwrap(), public(id).trim());
        stage.rotate(&format!("{line} --network devnet")).bare().run().ends(Kind::Policy);
        stage.rotate(&format!("{line} --key other")).bare().run().ends(Kind::NotFound);
        stage.rotate(&format!("{line} --version-number 1")).bare().run().ends(Kind::NotFound);
        stage
            .rotate(&format!("{line} --after {}", found["seq"]))
            .bare()
            .run()
            .ends(Kind::Rollback)
            .says("it is an old one");
        stage
            .rotate(&format!("proof export %s {id} --out %w/{id}.proof"))
            .refused(Kind::Exists, "refusing to overwrite");
    }
    let stranger = "ab".repeat(32);
    let line = format!("proof verify %w/identity.proof --trust {stranger}");
    stage
        .rotate(&line)
        .bare()
        .run()
        .ends(Kind::Integrity)
        .says("no link begins at the trusted key");
    stage.rotate("proof export %s wrap --out %w/x").run().ends(Kind::NotFound);
}

#[test]
fn the_history_of_a_key_agrees_with_the_log_and_the_store() {
    let stage = Stage::mainnet();
    with_keys(&stage);
    stage.rotate("rotate %s identity --reason yearly").run().ok();
    stage.rotate("rotate %s --all --reason drill").run().ok();
    stage.rotate("use %s --key identity --add 5").run().ok();
    let history = stage.rotate("history %s identity --json").run().ok().json();
    assert_eq!((history["verdict"].as_str(), history["links"].as_u64()), (Some("good"), Some(2)));
    assert_eq!(history["unrecorded"].as_array().map(Vec::len), Some(0));
    let rows: Vec<(String, Option<u64>, String)> = history["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            (text("event"), row["version"].as_u64(), text("reason"))
        })
        .collect();
    let row = |event: &str, n, reason: &str| (event.to_owned(), n, reason.to_owned());
    assert_eq!(
        rows,
        [
            row("key.create", Some(1), ""),
            row("key.rotate", Some(2), "yearly"),
            row("key.rotate", Some(3), "drill"),
            row("key.use", None, ""),
        ]
    );
    stage.rotate("history %s wrap").run().ok();
}

#[test]
fn a_hook_may_veto_and_cannot_undo() {
    let stage = Stage::devnet();
    with_keys(&stage);
    stage.config("[rotation]\npre_hooks = [[\"/bin/false\"]]\n");
    let before = stage.rotate("status %s --json").run().ok().json();
    let vetoed = stage.rotate("rotate %s identity").run();
    assert_ne!(vetoed.code, 0);
    vetoed.says("so nothing was rotated");
    assert_eq!(stage.rotate("status %s --json").run().ok().json()["keys"], before["keys"]);
    stage.on("audit show %s --event key.pre-hook --json").run().ok();
    // What a hook is told: the key, its versions, the network, and nothing else of ours.
    let told = "test \\\"$STRONGROOM_KEY $STRONGROOM_OLD_VERSION $STRONGROOM_NEW_VERSION $STRONGROOM_NETWORK\\\" = \\\"identity 1 2 devnet\\\"";
    stage.config(&format!("[rotation]\npre_hooks = [[\"/bin/sh\", \"-c\", \"{told}\"]]\n"));
    stage.rotate("rotate %s identity").run().ok();
    stage.config("[rotation]\npost_hooks = [[\"/bin/false\"]]\n");
    stage.rotate("rotate %s --all").run().ok().says("the keys ARE rotated, but");
    let after = stage.rotate("key show %s identity --json").run().ok().json();
    assert_eq!(after["key"]["active_version"], 3);
    stage.rotate("rotate %s gone").run().ends(Kind::NotFound);
    stage.on("audit verify %s").run().ok();
}
