//! The pre-deploy step as the deployment guide has it.

use strongroom::kind::Kind;
use strongroom::network::NetworkMode;

use super::image::{Image, make_store};
use super::library::{self, Odd};
use crate::support::vector;

#[test]
fn a_good_setup_passes_on_every_network() {
    for network in NetworkMode::ALL {
        let judged = Image::good(network).judge();
        assert_eq!(judged.errors(), Vec::<String>::new(), "{network}: {}", judged.stdout);
        assert_eq!(judged.kind, Kind::Ok, "{network}");
        let json = judged.json();
        assert_eq!(json["service"]["starts"], true, "{network}");
        for line in json["checklist"].as_array().expect("a list") {
            assert_eq!(line["mark"], "met", "{network}: {line}");
        }
    }
}

/// The list of the deployment guide: what it is, how it is made, and all the errors that come of it.
#[test]
fn each_mistake_of_the_guide_stops_a_mainnet_deployment() {
    type Spoil = fn(&mut Image);
    let mistakes: &[(&str, &[&str], Spoil)] = &[
        ("a secret in a variable", &["ENV-001"], |image| {
            image.env.push(("IGRA_SECRET__igra_hd__wallet_secret".into(), "x".into()));
        }),
        ("no payment_secret", &["SEC-004"], |image| {
            let made = make_store(
                NetworkMode::Mainnet,
                &["set %s igra.hd.wallet_secret --from file:%g/wallet"],
            );
            image.store(&made);
        }),
        ("a passphrase that was weak when it was chosen", &["PWD-002"], |image| {
            // No command chooses one on mainnet, so an older tool, or another one, must have.
            image.store(&library::make(image.network, Odd { weak: true, ..Odd::default() }));
        }),
        ("a secrets file that others can read", &["FIL-001"], |image| {
            image.chmod("var/lib/igra/secrets.bin", 0o644);
        }),
        ("a node elsewhere without TLS", &["NET-005"], |image| {
            image.set("node_rpc_url", "node_rpc_url = \"grpc://node.example.com:16110\"");
        }),
        ("an address of testnet", &["NET-002", "SVC-30"], |image| {
            let line =
                format!("source_addresses = [\"{}\"]", super::image::address(NetworkMode::Testnet));
            image.set("source_addresses", &line);
        }),
        ("debug logging in the unit", &["LOG-001"], |image| {
            image.unit = image.unit.replace("--network", "--log-level debug --network");
        }),
        ("a misspelt key", &["CFG-001", "ENV-002", "SEC-010"], |image| {
            image.set("use_encrypted_secrets", "use_encrypted_secret = true");
        }),
        ("an Igra file that was not unlocked", &["SEC-010"], |image| {
            image.igra_file(&vector("isec/08-rotated-default.bin"));
            image.now = 1_768_089_600;
        }),
    ];
    for (what, rules, spoil) in mistakes {
        let mut image = Image::good(NetworkMode::Mainnet);
        spoil(&mut image);
        let judged = image.judge();
        let mut errors = judged.errors();
        errors.sort();
        errors.dedup();
        assert_eq!(errors, *rules, "{what}: {:?}", judged.findings());
        assert_eq!(judged.kind, Kind::Findings, "{what}");
        let text = image.run(&["--no-host", "--unit", "/unit.service"]).stdout;
        assert!(!text.contains(": OK"), "{what}: {text}");
    }
}

#[test]
fn what_is_wrong_with_a_file_hides_nothing_of_what_is_in_it() {
    let mut image = Image::good(NetworkMode::Mainnet);
    let made =
        make_store(NetworkMode::Mainnet, &["set %s igra.hd.wallet_secret --from file:%g/wallet"]);
    image.store(&made);
    image.chmod("var/lib/igra/secrets.bin", 0o644);
    image.chmod("var/lib", 0o777);
    std::fs::hard_link(image.path("var/lib/igra/secrets.bin"), image.path("var/lib/igra/other"))
        .expect("link");
    let mut errors = image.judge().errors();
    errors.sort();
    assert_eq!(errors, ["FIL-001", "FIL-003", "FIL-004", "SEC-004"]);
}

#[test]
fn a_passphrase_that_was_weak_is_known_without_it() {
    // On devnet any passphrase may be chosen; the slot carries no claim of strength, and the same store is judged as testnet's
    // would be by the rules on claims.
    let mut image = Image::good(NetworkMode::Testnet);
    let made = make_store(
        NetworkMode::Testnet,
        &[
            "set %s igra.hd.wallet_secret --from file:%g/wallet",
            "set %s igra.hd.payment_secret --from file:%g/payment",
            "keyslot add %s --new-passphrase-from file:%g/weak --kdf KDF",
        ],
    );
    image.store(&made);
    let found = image.judge().findings();
    assert!(found.contains(&("PWD-002".to_owned(), "warning".to_owned())), "{found:?}");
}

#[test]
fn nothing_is_said_of_a_store_that_was_not_examined() {
    let image = Image::good(NetworkMode::Mainnet);
    image.write("var/lib/igra/secrets.bin", &vector("isec/08-rotated-default.bin"), 0o600);
    let judged = image.run(&["--no-host"]);
    assert_eq!(judged.kind, Kind::Findings);
    assert!(judged.stdout.contains("? payment_secret: not examined"), "{}", judged.stdout);
    assert!(!judged.stdout.contains("\u{2713} payment_secret"), "{}", judged.stdout);
    assert!(!judged.stdout.contains("OK:"), "{}", judged.stdout);
    // Opened, the same file answers: its passphrase is known to the tests of the format.
    let pass = image.path("pass");
    image.write("pass", b"new passphrase 2026 !", 0o600);
    let spec = format!("file:{}", pass.display());
    let judged = image.run(&["--no-host", "--json", "--unlock", "--passphrase-from", &spec]);
    assert!(!judged.errors().contains(&"SEC-010".to_owned()), "{:?}", judged.findings());
    assert_eq!(judged.json()["basis"], "looked inside");
    image.write("pass", b"another passphrase of the test", 0o600);
    let judged = image.run(&["--no-host", "--json", "--unlock", "--passphrase-from", &spec]);
    assert!(judged.errors().contains(&"SEC-010".to_owned()), "{:?}", judged.findings());
}

#[test]
fn names_are_held_against_what_is_required() {
    let mut image = Image::good(NetworkMode::Devnet);
    let made = make_store(
        NetworkMode::Devnet,
        &[
            "set %s igra.hd.wallet_secret --from file:%g/wallet",
            "set %s walet --from file:%g/value",
        ],
    );
    image.store(&made);
    image.config.push_str("required_secrets = [\"igra.hd.wallet_secret\", \"wallet\"]\n");
    image.write("pass", crate::support::stage::PASS.as_bytes(), 0o600);
    let spec = format!("file:{}", image.path("pass").display());
    let judged = image.run(&["--no-host", "--json", "--unlock", "--passphrase-from", &spec]);
    let found = judged.findings();
    for (rule, severity) in [("SEC-009", "info"), ("SEC-011", "warning")] {
        assert!(found.contains(&(rule.to_owned(), severity.to_owned())), "{rule}: {found:?}");
    }
    assert!(!judged.stdout.contains("walet"), "a name that is encrypted was told");
}

#[test]
fn the_configuration_alone_is_no_gate() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.env.push(("IGRA_SECRET__a__b".into(), "x".into()));
    let judged = image.run(&["--config-only"]);
    assert_eq!(judged.kind, Kind::Ok, "{}", judged.stdout);
    assert_eq!(judged.stdout.lines().last(), Some("config only: not a deploy gate"));
    let listed =
        judged.stdout.lines().find(|line| line.starts_with("not examined")).expect("a list");
    for rule in ["SEC-010", "FIL-001", "HOST-001", "SEC-004", "ENV-001"] {
        assert!(listed.contains(rule), "{rule}: {listed}");
    }
    assert!(!judged.stdout.contains(" OK:"), "{}", judged.stdout);
}

#[test]
fn a_variable_of_the_unit_lies_over_the_file() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.unit.push_str("Environment=IGRA_SERVICE__NODE_RPC_URL=grpc://node.example.com:1\n");
    let json = image.judge().json();
    let found =
        json["findings"].as_array().expect("a list").iter().find(|f| f["rule"] == "NET-005");
    let path = &found.expect("the node is elsewhere")["path"];
    assert_eq!(path, "environment variable IGRA_SERVICE__NODE_RPC_URL");
}

#[test]
fn a_configuration_that_holds_a_secret_is_a_file_of_secrets() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.config.push_str("[iroh]\nsigner_seed_hex = \"00\"\n");
    assert_eq!(image.judge().errors(), ["SEC-007"]);
    image.chmod("config.toml", 0o640);
    let errors = image.judge().errors();
    assert!(errors.contains(&"FIL-001".to_owned()), "{errors:?}");
    image.config = Image::good(NetworkMode::Mainnet).config;
    assert_eq!(image.judge().errors(), ["SVC-25"]);
}

#[test]
fn a_file_that_names_no_store_does_not_pass() {
    let mut image = Image::good(NetworkMode::Mainnet);
    image.config = "[security]\nnetwork = \"mainnet\"\n".to_owned();
    let judged = image.judge();
    assert_eq!(judged.errors(), ["SEC-010"]);
    assert_eq!(judged.kind, Kind::Findings);
}

#[test]
fn levels_go_up_and_waivers_end() {
    let severity = |image: &Image, rule: &str| {
        let found = image.judge().findings();
        found.into_iter().find(|(id, _)| id == rule).map(|(_, severity)| severity)
    };
    let mut image = Image::good(NetworkMode::Mainnet);
    image.config.push_str("secret_cache_ttl = \"10m\"\n");
    assert_eq!(severity(&image, "CAC-001").as_deref(), Some("warning"));
    let base = image.config.clone();
    image.config = format!("{base}[security.levels]\nCAC-001 = \"error\"\n");
    assert_eq!(severity(&image, "CAC-001").as_deref(), Some("error"));
    image.config = format!("{base}[security.levels]\nCAC-001 = \"info\"\n");
    assert_eq!(severity(&image, "CAC-001").as_deref(), Some("warning"));
    assert_eq!(severity(&image, "WVR-001").as_deref(), Some("warning"));
    // Also what does not matter on this network.
    let mut devnet = Image::good(NetworkMode::Devnet);
    devnet.config.push_str("secret_cache_ttl = \"10m\"\n");
    assert_eq!(severity(&devnet, "CAC-001"), None);
    devnet.config.push_str("[security.levels]\nCAC-001 = \"warning\"\nSEC-008 = \"error\"\n");
    assert_eq!(severity(&devnet, "CAC-001").as_deref(), Some("warning"));
    devnet.store(&make_store(NetworkMode::Devnet, &[]));
    assert_eq!(severity(&devnet, "SEC-008").as_deref(), Some("error"));
    let waive = |rule: &str, until: &str, reason: &str| {
        format!("[[security.waive]]\nrule = \"{rule}\"\nuntil = {until}\nreason = \"{reason}\"\n")
    };
    image.config = format!("{base}{}", waive("CAC-001", "2026-12-31", "a slow token"));
    assert_eq!(severity(&image, "CAC-001").as_deref(), Some("info"));
    assert_eq!(severity(&image, "WVR-001"), None);
    for (rule, until, reason) in [
        ("CAC-001", "2026-01-01", "it ended"),
        ("CAC-001", "\"soon\"", "no day"),
        ("CAC-001", "2026-12-31", " "),
        ("CAC-999", "2026-12-31", "no rule"),
    ] {
        image.config = format!("{base}{}", waive(rule, until, reason));
        assert_eq!(severity(&image, "CAC-001").as_deref(), Some("warning"), "{until} {reason}");
        assert_eq!(severity(&image, "WVR-001").as_deref(), Some("warning"), "{until} {reason}");
    }
    // A starred rule holds on mainnet, whatever is written.
    image.config =
        base.replace("127.0.0.1", "node.example.com") + &waive("NET-005", "2026-12-31", "x");
    assert_eq!(severity(&image, "NET-005").as_deref(), Some("error"));
    assert_eq!(severity(&image, "WVR-001").as_deref(), Some("warning"));
}

#[test]
fn a_secret_in_the_clear_is_found_wherever_it_stands() {
    let words = "abandon abandon abandon abandon abandon abandon\nabandon abandon abandon abandon abandon about";
    for (line, holds) in [
        (format!("old_backup = \"\"\"\n{words}\"\"\""), true),
        (format!("[profiles.signer-02]\nnotes = \"\"\"{words}\"\"\""), true),
        (format!("# {}", words.replace('\n', " ")), true),
        (format!("[iroh]\nsigner_seed_hex = \"{}\"", "ab".repeat(32)), true),
        (format!("[iroh]\ngroup_id = \"{}\"", "ab".repeat(32)), false),
    ] {
        let mut image = Image::good(NetworkMode::Mainnet);
        image.config.push_str(&line);
        let judged = image.judge();
        let found = judged.errors().contains(&"SEC-007".to_owned());
        assert_eq!(found, holds, "{line}: {:?}", judged.findings());
        assert!(!judged.stdout.contains("abandon"), "{}", judged.stdout);
    }
}
