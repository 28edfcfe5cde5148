//! A simulated year: every day a crontab runs `check`, a timer `due` and `run-due`, and nobody looks.

use std::collections::BTreeMap;

use strongroom::kind::Kind;

use crate::support::stage::{NOW, Stage};

const DAY: u64 = 86_400;

const CONFIG: &str = "network = \"mainnet\"
[rotation]
auto_rotate = true
identity_max_age = \"180d\"
max_age = \"60d\"
max_signatures = 2000
grace = \"3d\"
[rotation.secrets.token]
secret = \"rpc.credential\"
generate = \"base64:32\"
max_age = \"30d\"
";

#[test]
fn a_mainnet_store_stays_within_its_policy_for_a_quarter() {
    unattended(130);
}

#[test]
#[ignore = "the whole year: cargo nextest run --run-ignored only for_a_year"]
fn a_mainnet_store_stays_within_its_policy_for_a_year() {
    unattended(365);
}

fn unattended(days: u64) {
    let stage = Stage::mainnet();
    stage.config(CONFIG);
    for (id, kind, role) in [
        ("identity", "ed25519", "identity"),
        ("peer", "x25519", "encryption"),
        ("api", "ed25519", "signing"),
        ("treasury", "secp256k1", "wallet"),
        ("mac", "symmetric-32", "mac"),
    ] {
        stage.rotate(&format!("key create %s {id} --kind {kind} --role {role}")).run().ok();
    }
    stage.on("set %s rpc.credential --from file:%g/value").run().ok();
    let first: BTreeMap<&str, String> = ["identity", "api", "treasury"]
        .map(|id| (id, stage.rotate(&format!("key export-public %s {id}")).run().ok().text()))
        .into();
    let mut rotations = 0;
    for day in 1..=days {
        stage.set_clock(NOW + day * DAY);
        // A service that signs: some days more than others.
        if day % 20 == 0 {
            stage.rotate("use %s --key api --add 700").run().ok();
        }
        // The timer first, as it would by OnCalendar; the monitor afterwards.
        let due = stage.rotate("due %s --network mainnet").bare().run();
        let ran = stage.rotate("run-due %s --network mainnet").run().ok();
        match due.code {
            0 => {
                assert!(!ran.stdout.is_empty(), "day {day}: due, and nothing was done");
                rotations += 1;
            }
            1 => assert!(!ran.text().contains("is now version"), "day {day}: {}", ran.text()),
            other => panic!("day {day}: {other} {}", due.stderr),
        }
        let check = stage.rotate("check %s --network mainnet").bare().run();
        assert!(check.code <= 1, "day {day}: {} {}", check.text(), check.stderr);
    }
    assert!(rotations >= days / 30, "{rotations}");
    let log = stage.on("audit show %s --event key.rotate --json").run().ok().json();
    let objects = log["records"].as_array().unwrap().iter().filter(|row| row["phase"] == "done");
    let of_secret = objects.filter(|row| row["object"].as_str().unwrap().contains("secret:token@"));
    assert!(of_secret.count() as u64 >= days / 31);
    let list = stage.on("list %s --json").run().ok().json();
    assert!(list["secrets"][0]["versions"].as_u64() <= Some(2), "{list}");
    let status = stage.rotate("status %s --json").run().ok().json();
    for key in status["keys"].as_array().unwrap() {
        let (id, version) = (key["id"].as_str().unwrap(), key["active_version"].as_u64().unwrap());
        assert!(id == "identity" || version >= 3, "{id} {version}");
        // Every rotation is in the log, and the log is whole.
        let history = stage.rotate(&format!("history %s {id} --json")).run().ok().json();
        assert_eq!(history["unrecorded"].as_array().map(Vec::len), Some(0), "{id}");
        let done = history["records"].as_array().unwrap();
        let done = done.iter().filter(|row| row["event"] == "key.rotate" && row["phase"] == "done");
        assert_eq!(done.count() as u64, version - 1, "{id}");
        // Every rotation is proven to those who know the first version only.
        let trust = match id {
            "mac" => {
                stage.rotate("proof export %s mac --out %w/x").run().ends(Kind::NotFound);
                continue;
            }
            "peer" => &first["identity"],
            id => &first[id],
        };
        if version == 1 {
            continue;
        }
        stage.rotate(&format!("proof export %s {id} --out %w/{id}.proof")).run().ok();
        let line = format!("proof verify %w/{id}.proof --trust {} --json", trust.trim());
        let found = stage.rotate(&line).bare().run().ok().json();
        assert_eq!(found["links"].as_u64(), Some(version - 1), "{id}");
        // Private halves are gone but for the last rotation's.
        let shown = stage.rotate(&format!("key show %s {id} --json")).run().ok().json();
        let versions = shown["key"]["versions"].as_array().unwrap();
        for old in versions.iter().skip(2) {
            assert_eq!(old["state"], "destroyed", "{id}");
        }
    }
    stage.on("audit verify %s").run().ok();
}
