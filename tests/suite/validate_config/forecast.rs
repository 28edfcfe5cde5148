//! What the service itself will say, in the corners of its rules: each expectation is a row of its validator's table.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use strongroom::network::NetworkMode;

use super::image::Image;
use crate::support::vector;

use NetworkMode::{Devnet, Mainnet, Testnet};

type Spoil = fn(&mut Image);

/// The service's own rules that the forecast holds for broken, with their severities.
fn forecast(image: &Image) -> Vec<String> {
    let json = image.judge().json();
    let rules = json["service"]["rules"].as_array().expect("a list").iter();
    let text = |rule: &serde_json::Value| {
        let severity = rule["severity"].as_str().expect("text");
        format!("{} {severity}", rule["rule"].as_str().expect("text"))
    };
    rules.map(text).collect()
}

fn variable(image: &mut Image, name: &str, value: impl Into<OsString>) {
    image.env.retain(|(have, _)| have != name);
    image.env.push((name.to_owned(), value.into()));
}

fn unreadable(image: &mut Image) {
    variable(image, "KASPA_IGRA_WALLET_SECRET", OsString::from_vec(vec![b'x', 0xff]));
}

/// A host whose source address the service derives from the redeem script, for the network `stated`.
fn derived(image: &mut Image, stated: &str) {
    image.set("source_addresses", "source_addresses = []");
    image.set("network =", &format!("network = \"{stated}\""));
}

fn add_to_service(image: &mut Image, lines: &str) {
    image.set("data_dir", &format!("data_dir = \"/var/lib/igra\"\n{lines}"));
}

fn remote(image: &mut Image, url: &str) {
    image.set("node_rpc_url", &format!("node_rpc_url = \"{url}\""));
}

fn aged(image: &mut Image, days: u64) {
    image.igra_file(&vector("isec/08-rotated-default.bin"));
    // The file was rotated at a known time; see the vectors.
    image.now = rotated() + days * 86_400;
}

/// When the passphrase of the vector last changed, rounded up to a second.
fn rotated() -> u64 {
    let bytes = vector("isec/08-rotated-default.bin");
    let (header, _) = strongroom::isec::Header::parse(&bytes).expect("a header");
    header.times.expect("times").last_rotated_at.div_ceil(1_000_000_000)
}

/// What is different from a good host, what makes it so, and what the service will say.
const CASES: &[(&str, NetworkMode, Spoil, &[&str])] = &[
    ("nothing", Mainnet, |_| (), &[]),
    ("nothing", Testnet, |_| (), &[]),
    ("nothing", Devnet, |_| (), &[]),
    // Rules 1 and 2: blank is missing; letter by letter after trimming.
    ("a blank network", Mainnet, |i| i.set("network =", "network = \" \""), &["SVC-01 error"]),
    ("a padded network", Mainnet, |i| i.set("network =", "network = \" mainnet \""), &[]),
    ("upper case", Devnet, |i| i.set("network =", "network = \"DEVNET\""), &["SVC-02 warning"]),
    // Rule 3: a variable that is set and blank is none.
    (
        "a legacy variable",
        Mainnet,
        |i| variable(i, "KASPA_IGRA_WALLET_SECRET", "x"),
        &["SVC-03 error"],
    ),
    ("a blank one", Mainnet, |i| variable(i, "KASPA_IGRA_WALLET_SECRET", " "), &[]),
    // Rule 3b: what is no UTF-8 it cannot read, and minds less.
    ("an unreadable one", Mainnet, unreadable, &["SVC-03 warning"]),
    ("an unreadable one", Testnet, unreadable, &["SVC-03 warning"]),
    ("an unreadable one", Devnet, unreadable, &["SVC-03 warning"]),
    // Rule 8: a blank passphrase is none.
    (
        "a blank passphrase",
        Mainnet,
        |i| variable(i, "IGRA_SECRETS_PASSPHRASE", ""),
        &["SVC-08 error"],
    ),
    (
        "a blank passphrase",
        Testnet,
        |i| variable(i, "IGRA_SECRETS_PASSPHRASE", " "),
        &["SVC-08 warning"],
    ),
    // Rule 6: a bare name is in the working directory, which is there.
    ("a bare log", Mainnet, |i| add_to_service(i, "key_audit_log_path = \"keys.log\""), &[]),
    (
        "a log in no directory",
        Testnet,
        |i| add_to_service(i, "key_audit_log_path = \"/var/none/keys.log\""),
        &["SVC-06 warning"],
    ),
    (
        "a blank log",
        Devnet,
        |i| add_to_service(i, "key_audit_log_path = \"  \""),
        &["SVC-05 error"],
    ),
    // Rules 9 to 13: the age, by whole days, with the defaults of the network.
    ("59 days", Mainnet, |i| aged(i, 59), &[]),
    ("60 days", Mainnet, |i| aged(i, 60), &["SVC-12 warning"]),
    (
        "a second less",
        Mainnet,
        |i| {
            aged(i, 60);
            i.now -= 1;
        },
        &[],
    ),
    ("90 days", Mainnet, |i| aged(i, 90), &["SVC-13 error", "SVC-12 warning"]),
    ("90 days", Testnet, |i| aged(i, 90), &["SVC-12 warning"]),
    ("900 days", Devnet, |i| aged(i, 900), &[]),
    (
        "900 days, asked for",
        Devnet,
        |i| {
            aged(i, 900);
            add_to_service(
                i,
                "passphrase_rotation_enabled = true\npassphrase_rotation_warn_days = 30\npassphrase_rotation_error_days = 40",
            );
        },
        &["SVC-12 warning"],
    ),
    (
        "no age is judged",
        Mainnet,
        |i| {
            aged(i, 900);
            add_to_service(i, "passphrase_rotation_enabled = false");
        },
        &["SVC-09 warning"],
    ),
    (
        "thresholds of nothing",
        Mainnet,
        |i| {
            aged(i, 900);
            add_to_service(
                i,
                "passphrase_rotation_warn_days = 0\npassphrase_rotation_error_days = 0",
            );
        },
        &[],
    ),
    (
        "a clock before the file",
        Mainnet,
        |i| {
            aged(i, 0);
            i.now -= 1_000_000;
        },
        &[],
    ),
    // The older layout is refused as one that has no age.
    (
        "the older layout",
        Mainnet,
        |i| i.igra_file(&vector("isec/20-legacy73-default.bin")),
        &["SVC-11 error"],
    ),
    ("a short file", Testnet, |i| i.igra_file(b"x"), &["SVC-11 warning"]),
    // Rules 15 to 19: on mainnet the first refusal is the last; elsewhere only TLS counts.
    ("no scheme", Devnet, |i| remote(i, "127.0.0.1:16110"), &["SVC-15 error"]),
    ("no URL is the default", Mainnet, |i| i.set("node_rpc_url", "node_rpc_url = \"\""), &[]),
    ("blanks are no URL", Testnet, |i| remote(i, "  "), &["SVC-15 error"]),
    ("elsewhere", Mainnet, |i| remote(i, "grpc://10.0.0.1:1"), &["SVC-16 error"]),
    ("elsewhere", Testnet, |i| remote(i, "grpc://10.0.0.1:1"), &["SVC-17 warning"]),
    ("elsewhere", Devnet, |i| remote(i, "grpc://10.0.0.1:1"), &[]),
    ("elsewhere, TLS", Testnet, |i| remote(i, "https://10.0.0.1:1"), &[]),
    (
        "allowed",
        Mainnet,
        |i| {
            remote(i, "grpc://10.0.0.1:1");
            add_to_service(i, "allow_remote_rpc = true");
        },
        &["SVC-17 error", "SVC-18 error", "SVC-19 warning"],
    ),
    (
        "allowed by a variable",
        Mainnet,
        |i| {
            remote(i, "grpcs://t@10.0.0.1:1");
            variable(i, "IGRA_SERVICE__ALLOW_REMOTE_RPC", "yes");
        },
        &["SVC-19 warning"],
    ),
    // Rules 21 to 28: not on devnet, by the exact mode on mainnet, by any bit for others on testnet.
    (
        "a blank log directory",
        Mainnet,
        |i| variable(i, "KASPA_IGRA_LOG_DIR", " "),
        &["SVC-21 error"],
    ),
    ("a mode of 0400", Mainnet, |i| i.chmod("var/lib/igra/secrets.bin", 0o400), &["SVC-26 error"]),
    ("a mode of 0400", Testnet, |i| i.chmod("var/lib/igra/secrets.bin", 0o400), &[]),
    (
        "a mode of 0604",
        Testnet,
        |i| i.chmod("var/lib/igra/secrets.bin", 0o604),
        &["SVC-26 warning"],
    ),
    ("a mode of 0644", Devnet, |i| i.chmod("var/lib/igra/secrets.bin", 0o644), &[]),
    ("a directory of 0500", Mainnet, |i| i.chmod("var/lib/igra", 0o500), &["SVC-24 error"]),
    ("the guide's 0750", Mainnet, |i| i.chmod("var/log/igra", 0o750), &["SVC-28 error"]),
    (
        "a log made under the umask",
        Mainnet,
        |i| i.write("var/lib/igra/key-audit.log", b"", 0o644),
        &["SVC-27 error"],
    ),
    (
        "no data directory",
        Testnet,
        |i| add_to_service(i, "secrets_file = \"/var/log/igra/none\""),
        &["SVC-07 error"],
    ),
    (
        "links to closed directories",
        Mainnet,
        |i| {
            std::fs::rename(i.path("var/log/igra"), i.path("var/log/real")).expect("rename");
            std::os::unix::fs::symlink("real", i.path("var/log/igra")).expect("link");
        },
        &[],
    ),
    (
        "a link to nothing",
        Mainnet,
        |i| {
            i.remove("var/log/igra");
            std::os::unix::fs::symlink("none", i.path("var/log/igra")).expect("link");
        },
        &["SVC-22 error"],
    ),
    // Rules 30 to 36.
    (
        "a script that is none",
        Devnet,
        |i| i.set("redeem_script_hex", "redeem_script_hex = \"51ae\""),
        &["SVC-30 error"],
    ),
    (
        "a script and no address",
        Mainnet,
        |i| {
            i.set("source_addresses", "source_addresses = []");
            i.set("redeem_script_hex", "redeem_script_hex = \"51ae\"");
        },
        &[],
    ),
    // Without source addresses it derives one for the network that the file states; in upper case it is the same network.
    ("a derived address", Mainnet, |i| derived(i, "mainnet"), &[]),
    ("a derived address", Testnet, |i| derived(i, "TESTNET"), &["SVC-02 warning"]),
    (
        "one of another network",
        Mainnet,
        |i| derived(i, "testnet"),
        &["SVC-02 error", "SVC-31 error"],
    ),
    (
        "one of another network",
        Testnet,
        |i| derived(i, "mainnet"),
        &["SVC-02 warning", "SVC-31 error"],
    ),
    ("one of another network", Devnet, |i| derived(i, "mainnet"), &["SVC-02 warning"]),
    ("one of no network", Mainnet, |i| derived(i, "moonnet"), &["SVC-02 error"]),
    (
        "0 of 3",
        Testnet,
        |i| i.set("threshold_m", "threshold_m = 0"),
        &["SVC-32 error", "SVC-33 warning"],
    ),
    ("1 of 3", Devnet, |i| i.set("threshold_m", "threshold_m = 1"), &[]),
    ("a phrase by default", Mainnet, |i| i.set("key_type", ""), &["SVC-35 error"]),
    (
        "no [service.hd]",
        Mainnet,
        |i| {
            for start in ["[service.hd]", "key_type", "derivation_path"] {
                i.set(start, "");
            }
        },
        &[],
    ),
    ("the master key", Mainnet, |i| i.set("derivation_path", "derivation_path = \"m\""), &[]),
    (
        "digits inside others",
        Mainnet,
        |i| i.set("derivation_path", "derivation_path = \"m/1111101'\""),
        &[],
    ),
    ("other digits", Devnet, |i| i.set("derivation_path", "derivation_path = \"m/45'\""), &[]),
    // Layers: the profile over the file, variables over both, the command line over all.
    (
        "a profile",
        Mainnet,
        |i| {
            i.set("[profiles.signer-01]", "[profiles.signer-01.hd]\nkey_type = \"mnemonic\"");
        },
        &["SVC-35 error"],
    ),
    (
        "a profile that is not active",
        Mainnet,
        |i| {
            i.set(
                "[profiles.signer-01]",
                "[profiles.signer-01]\n[profiles.b.hd]\nkey_type = \"mnemonic\"",
            );
        },
        &[],
    ),
    (
        "one that a variable makes active",
        Mainnet,
        |i| {
            i.set("[profiles.signer-01]", "[profiles.b.hd]\nkey_type = \"mnemonic\"");
            variable(i, "IGRA_SERVICE__ACTIVE_PROFILE", "b");
        },
        &["SVC-35 error"],
    ),
    (
        "a variable over the profile",
        Mainnet,
        |i| {
            i.set("[profiles.signer-01]", "[profiles.signer-01.hd]\nkey_type = \"mnemonic\"");
            variable(i, "IGRA_SERVICE__HD__KEY_TYPE", "raw");
        },
        &[],
    ),
    (
        "the command line",
        Mainnet,
        |i| {
            i.unit = i.unit.replace("--network", "-n grpc://10.0.0.1:1 --network");
        },
        &["SVC-16 error"],
    ),
];

#[test]
fn the_forecast_follows_the_service_into_its_corners() {
    for (what, network, spoil, expected) in CASES {
        let mut image = Image::good(*network);
        spoil(&mut image);
        assert_eq!(forecast(&image), *expected, "{what} on {network}");
    }
}

#[test]
fn a_variable_that_the_service_would_not_see_is_a_misspelt_key() {
    let of = |image: &Image| {
        let json = image.judge().json();
        let found = json["findings"].as_array().expect("a list").iter();
        let keys = found.filter(|f| f["rule"] == "CFG-001");
        keys.map(|f| (f["severity"].clone(), f["message"].to_string())).collect::<Vec<_>>()
    };
    let mut image = Image::good(Mainnet);
    image.unit.push_str("Environment=IGRA_SERVICE__USE_ENCRYPTED_SECRET=true\n");
    let found = of(&image);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "error");
    assert!(found[0].1.contains("did you mean IGRA_SERVICE__USE_ENCRYPTED_SECRETS?"), "{found:?}");
    // The service need not be started from here.
    let mut image = Image::good(Mainnet);
    variable(&mut image, "IGRA_GROUP__THRESHOLD_M", "hunter2hunter2");
    let found = of(&image);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "warning");
    assert!(!found[0].1.contains("hunter2"), "{found:?}");
}

#[test]
fn no_variable_moves_the_clock() {
    let mut image = Image::good(Mainnet);
    aged(&mut image, 60);
    variable(&mut image, "KASPA_IGRA_TEST_NOW_NANOS", "1");
    assert_eq!(forecast(&image), ["SVC-12 warning"]);
    image.arg("--now 2099-01-01T00:00:00Z");
    assert_eq!(forecast(&image), ["SVC-13 error", "SVC-12 warning"]);
}
