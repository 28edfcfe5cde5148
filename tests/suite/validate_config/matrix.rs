//! Each rule on each network: silent on a good host, and as bad as its row says on a host that breaks it.
//!
//! `tests/vectors/validate/matrix.txt` is the whole of it; `UPDATE_GENERATED=1` rewrites it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use strongroom::clock::Timestamp;
use strongroom::config::Reading;
use strongroom::config::rules::facts::{Facts, Host};
use strongroom::config::rules::{Case, Id, RULES, Severity, run};
use strongroom::config::service::{Service, Start};
use strongroom::network::NetworkMode;

use super::image::{Image, address, make_store, members};
use crate::support::{assert_generated, vector};

type Spoil = fn(&mut Image);
type HostSpoil = fn(&mut Host);

fn add(image: &mut Image, text: &str) {
    image.config.push_str(text);
}

fn variable(image: &mut Image, name: &str, value: &str) {
    image.env.retain(|(have, _)| have != name);
    if !value.is_empty() {
        image.env.push((name.to_owned(), value.to_owned()));
    }
}

fn unit(image: &mut Image, line: &str) {
    let _ = writeln!(image.unit, "{line}");
}

fn other(network: NetworkMode) -> NetworkMode {
    match network {
        NetworkMode::Mainnet => NetworkMode::Testnet,
        NetworkMode::Testnet | NetworkMode::Devnet => NetworkMode::Mainnet,
    }
}

fn store(image: &mut Image, commands: &[&str]) {
    image.store(&make_store(image.network, commands));
}

const WALLET: &str = "set %s igra.hd.wallet_secret --from file:%g/wallet";
const PAYMENT: &str = "set %s igra.hd.payment_secret --from file:%g/payment";

/// How to break each rule.
const FIXTURES: &[(Id, Spoil)] = &[
    (Id::Env001, |i| variable(i, "igra_secret__A__b", "x")),
    (Id::Env002, |i| i.set("use_encrypted", "use_encrypted_secrets = false")),
    (Id::Env003, |i| unit(i, "Environment=DB_PASSWORD=x")),
    (Id::Env004, |i| unit(i, "Environment=STRONGROOM_SECRET__a=x")),
    (Id::Arg001, |i| unit(i, "ExecStartPre=/usr/bin/x --passphrase hunter2")),
    (Id::Sec001, |i| i.remove("var/lib/igra/secrets.bin")),
    (Id::Sec002, |i| {
        let made = make_store(other(i.network), &[WALLET]);
        i.store(&made);
    }),
    (Id::Sec003, |i| store(i, &[PAYMENT])),
    (Id::Sec004, |i| store(i, &[WALLET])),
    (Id::Sec005, |i| store(i, &[WALLET, "set %s igra.hd.payment_secret --from file:%g/wallet"])),
    (Id::Sec006, |i| store(i, &[WALLET, "set %s igra.hd.payment_secret --from file:%g/weak"])),
    (Id::Sec007, |i| add(i, "[rpc]\ntoken = \"x\"\n")),
    (Id::Sec008, |i| store(i, &[WALLET, PAYMENT])),
    (Id::Sec010, |i| i.set("store_keys", "")),
    (Id::Pwd005, |i| add(i, "passphrase_require_digit = true\n")),
    (Id::Pwd006, |i| add(i, "passphrase_max_age = \"90d\"\n")),
    (Id::Kdf001, |i| {
        i.write("var/lib/igra/secrets.bin", &vector("isec/02-one-light-kat.bin"), 0o600);
    }),
    (Id::Kdf004, |i| unit(i, "ExecStartPre=/srv/igra/target/debug/igra")),
    (Id::Fil001, |i| i.chmod("var/lib/igra/secrets.bin", 0o640)),
    (Id::Fil002, |i| {
        i.unit = i.unit.replace("DynamicUser=yes", "User=4242");
        let path = i.path("var/lib/igra/secrets.bin");
        // Whoever runs the tests is neither root nor the service, or can give the file away.
        let _ = std::os::unix::fs::chown(path, Some(4343), None);
    }),
    (Id::Fil003, |i| {
        let path = i.path("var/lib/igra/secrets.bin");
        std::fs::hard_link(&path, i.path("var/lib/igra/second")).expect("link");
    }),
    (Id::Fil004, |i| i.chmod("var/lib", 0o777)),
    (Id::Fil005, |i| i.chmod("var/lib/igra", 0o755)),
    (Id::Fil007, |i| i.make_dir("var/lib/.git", 0o755)),
    (Id::Fil010, |i| i.write("var/lib/igra/secrets.bin.tmp", b"", 0o600)),
    (Id::Fil011, |i| i.write("config.toml", b"", 0o666)),
    (Id::Host005, |i| i.unit = i.unit.replace("DynamicUser=yes", "User=root")),
    (Id::Host007, |i| variable(i, "LD_PRELOAD", "/tmp/x.so")),
    (Id::Host008, |i| unit(i, "LimitMEMLOCK=64K")),
    (Id::Host002, |i| i.unit = i.unit.replace("LimitCORE=0", "LimitCORE=infinity")),
    (Id::Net001, |i| i.set("network =", "")),
    (Id::Net002, |i| {
        let line = format!("source_addresses = [\"{}\"]", address(other(i.network)));
        i.set("source_addresses", &line);
    }),
    (Id::Net003, |i| i.set("derivation_path", "derivation_path = \"m/45'/1111101'/0'\"")),
    (Id::Net005, |i| i.set("node_rpc_url", "node_rpc_url = \"grpc://10.0.0.1:16110\"")),
    (Id::Net006, |i| add(i, "[rpc]\nenabled = true\naddr = \"0.0.0.0:8088\"\n")),
    (Id::Net008, |i| add(i, "[iroh.relay]\ncustom_url = \"https://u:p@relay.example\"\n")),
    (Id::Thr001, |i| i.set("threshold_m", "threshold_m = 4")),
    (Id::Aud001, |i| i.set("data_dir", "data_dir = \"/var/lib/igra\"\nkey_audit_log_path = \"\"")),
    (Id::Aud002, |i| add(i, "[audit]\npath = \"/var/log/none/audit.jsonl\"\n")),
    (Id::Aud003, |i| i.cut_log()),
    (Id::Aud006, |i| add(i, "[audit]\nmode = \"warn\"\n")),
    (Id::Log001, |i| unit(i, "Environment=RUST_LOG=debug")),
    (Id::Log002, |i| unit(i, "Environment=RUST_BACKTRACE=full")),
    (Id::Cac001, |i| add(i, "secret_cache_ttl = \"1h\"\n")),
    (Id::Bak001, |i| add(i, "[backup]\nmax_age = \"7d\"\n")),
    (Id::Bak002, |i| add(i, "[backup]\nmax_drill_age = \"30d\"\n")),
    (Id::Bak003, |i| add(i, "[backup]\ndirs = [\"/var/lib\"]\n")),
    (Id::Rec002, |i| add(i, "[recovery]\nmax_attempts = 100\n")),
    (Id::Cfg001, |i| add(i, "netwrok = \"x\"\n")),
    (Id::Cfg002, |i| add(i, "[service.hd.mnemonics]\n")),
    (Id::Cfg003, |i| add(i, "[strongroom]\nconfig_version = 9\n")),
    (Id::Cfg004, |i| i.set("data_dir", "data_dir = \"/var/lib/igra\"\nallow_schema_wipe = true")),
    (Id::Cfg005, |i| add(i, "[hyperlane]\nevents_dir = \"events\"\n")),
    (Id::Cfg006, |i| i.config.insert(0, '\u{feff}')),
    (Id::Wvr001, |i| add(i, "[security.levels]\nXXX-001 = \"error\"\n")),
    (Id::Svc01, |i| {
        i.set("network =", "");
        let network = i.network;
        add(i, &format!("network = \"{network}\"\n"));
    }),
    (Id::Svc02, |i| {
        let line = format!("network = \"{}\"", i.network.name().to_uppercase());
        i.set("network =", &line);
    }),
    (Id::Svc05, |i| i.set("data_dir", "data_dir = \"/var/lib/igra\"\nkey_audit_log_path = \" \"")),
    (Id::Svc08, |i| variable(i, "IGRA_SECRETS_PASSPHRASE", "")),
    (Id::Svc09, |i| {
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = false");
    }),
    (Id::Svc12, |i| {
        i.write("var/lib/igra/secrets.bin", &vector("isec/08-rotated-default.bin"), 0o600);
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = true\npassphrase_rotation_warn_days = 1");
    }),
    (Id::Svc13, |i| {
        i.write("var/lib/igra/secrets.bin", &vector("isec/08-rotated-default.bin"), 0o600);
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = true\npassphrase_rotation_error_days = 1");
    }),
    (Id::Svc15, |i| i.set("node_rpc_url", "node_rpc_url = \"127.0.0.1:16110\"")),
    (Id::Svc16, |i| i.set("node_rpc_url", "node_rpc_url = \"grpcs://t@node.example:1\"")),
    (Id::Svc18, |i| {
        i.set("node_rpc_url", "node_rpc_url = \"grpcs://node.example:1\"");
        i.arg("--allow-remote-rpc");
    }),
    (Id::Svc21, |i| variable(i, "KASPA_IGRA_LOG_DIR", "")),
    (Id::Svc22, |i| i.remove("var/log/igra")),
    (Id::Svc23, |i| i.remove("var/lib/igra")),
    (Id::Svc25, |i| i.write("config.toml", b"", 0o644)),
    (Id::Svc29, |i| {
        i.set(
            "data_dir",
            "data_dir = \"/var/lib/igra-test\"\nsecrets_file = \"/var/lib/igra/secrets.bin\"",
        );
        i.make_dir("var/lib/igra-test", 0o700);
    }),
    (Id::Svc30, |i| {
        let foreign = strongroom::kaspa::Address::of_script(
            strongroom::kaspa::Address::parse(&address(i.network)).expect("valid").prefix,
            b"another script",
        );
        i.set("source_addresses", &format!("source_addresses = [\"{foreign}\"]"));
    }),
    (Id::Svc34, |i| {
        for start in ["[group]", "threshold_m", "threshold_n", "member_pubkeys", "session_timeout"]
        {
            i.set(start, "");
        }
    }),
    (Id::Svc35, |i| i.set("key_type", "key_type = \"hd_mnemonic\"")),
    (Id::Svc39, |i| unit(i, "LimitNOFILE=1024")),
    (Id::Svc40, |i| unit(i, "LimitCORE=1G")),
    (Id::Shp03, |i| i.set("redeem_script_hex", "")),
    (Id::Shp04, |i| add(i, "[runtime]\nsession_timeout_seconds = 601\n")),
    (Id::Shp07, |i| i.set("member_pubkeys", &format!("member_pubkeys = {:?}", &members()[..2]))),
    (Id::Shp08, |i| i.set("session_timeout", "session_timeout_seconds = 0")),
    (Id::Shp09, |i| {
        let mut turned = members();
        turned.reverse();
        i.set("member_pubkeys", &format!("member_pubkeys = {turned:?}"));
    }),
    (Id::Shp10, |i| add(i, "[service.pskt.fee_payment_mode.split]\nsigner_parts = 0\n")),
    (Id::Shp11, |i| add(i, "[policy]\nmin_amount_sompi = 2\nmax_amount_sompi = 1\n")),
    (Id::Shp12, |i| add(i, "[layerzero]\nendpoint_pubkeys = [\"02ab\"]\n")),
    (Id::Shp14, |i| add(i, "[iroh.discovery]\nenable_dns = true\n")),
    (Id::Shp15, |i| add(i, "[iroh.relay]\ncustom_url = \"relay.example\"\n")),
];

/// Rules that another row always says first, or that take a state no command makes; each has a test of its own, by its name.
const ELSEWHERE: &[(Id, &str)] = &[
    (Id::Sec009, "gate::names_are_held_against_what_is_required"),
    (Id::Sec011, "gate::names_are_held_against_what_is_required"),
    (Id::Sta001, "secrets_admin::check"),
    (Id::Pwd001, "secrets_admin::check: an Igra file's passphrase is measured"),
    (Id::Pwd002, "gate::a_passphrase_that_was_weak_is_known_without_it"),
    (Id::Pwd003, "secrets_admin::check: an Igra file's passphrase is measured"),
    (Id::Pwd004, "secrets_admin::check: an Igra file's passphrase is measured"),
    (Id::Kdf002, "secrets_admin::check"),
    (Id::Kdf003, "no command makes two slots of one salt"),
    (Id::Fil009, "a full disk"),
    (Id::Host001, "host facts below"),
    (Id::Host003, "host facts below"),
    (Id::Host004, "host facts below"),
    (Id::Host009, "host facts below"),
    (Id::Host011, "host facts below"),
    (Id::Svc03, "told by ENV-001"),
    (Id::Svc04, "told by ENV-002"),
    (Id::Svc06, "told by AUD-002"),
    (Id::Svc07, "told by SEC-001"),
    (Id::Svc10, "told by SEC-001"),
    (Id::Svc11, "told by SEC-001"),
    (Id::Svc14, "told by ENV-002"),
    (Id::Svc17, "told by NET-005"),
    (Id::Svc19, "told by NET-005"),
    (Id::Svc20, "told by LOG-001"),
    (Id::Svc24, "told by FIL-005"),
    (Id::Svc26, "told by FIL-001"),
    (Id::Svc27, "told by AUD-002"),
    (Id::Svc28, "told by FIL-005"),
    (Id::Svc31, "told by NET-002"),
    (Id::Svc32, "told by THR-001"),
    (Id::Svc33, "told by THR-001"),
    (Id::Svc36, "told by NET-003"),
    (Id::Svc37, "a full disk"),
    (Id::Svc38, "little memory"),
];

fn severities(image: &Image) -> BTreeMap<String, String> {
    let mut worst = BTreeMap::<String, String>::new();
    let rank = |severity: &str| ["info", "warning", "error"].iter().position(|s| *s == severity);
    for (rule, severity) in image.judge().findings() {
        let have = worst.entry(rule).or_insert_with(|| severity.clone());
        if rank(&severity) > rank(have) {
            *have = severity;
        }
    }
    worst
}

#[test]
fn every_rule_is_silent_on_a_good_host_and_loud_on_a_bad_one() {
    let mut table = String::from("rule      good              bad on mainnet, testnet, devnet\n");
    let good: Vec<_> = NetworkMode::ALL.map(|network| severities(&Image::good(network))).into();
    for rule in RULES {
        let id = rule.id;
        let Some((_, spoil)) = FIXTURES.iter().find(|(have, _)| *have == id) else {
            let why = ELSEWHERE.iter().find(|(have, _)| *have == id).map(|(_, why)| *why);
            let why = why.unwrap_or_else(|| panic!("{id} has no fixture"));
            let _ = writeln!(table, "{:<9} {why}", id.name());
            continue;
        };
        let said = |found: &BTreeMap<String, String>| {
            found.get(id.name()).cloned().unwrap_or_else(|| "-".to_owned())
        };
        let before: Vec<String> = good.iter().map(said).collect();
        let mut after = Vec::new();
        for network in NetworkMode::ALL {
            let mut image = Image::good(network);
            spoil(&mut image);
            after.push(said(&severities(&image)));
        }
        let _ = writeln!(table, "{:<9} {:<17} {}", id.name(), before.join(" "), after.join(" "));
    }
    assert_generated("tests/vectors/validate/matrix.txt", &table);
}

/// Host rules, by facts: this host's own are not for a test to choose.
fn host_severity(network: NetworkMode, rule: Id, host: Host, now: u64) -> Severity {
    let facts = Facts { host: Some(host), ..Facts::default() };
    let reading = Reading::of(b"[security]\n", std::path::Path::new("c")).expect("valid");
    let start = Start::default();
    let service = Service::of(&reading.tree, network, &start);
    let case = Case {
        network,
        reading: &reading,
        tree: &reading.tree,
        service: &service,
        start: &start,
        facts: &facts,
        now: Timestamp::from_unix(now),
        config_only: false,
    };
    let report = run(&case);
    let found = report.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| finding.severity).max().unwrap_or(Severity::Off)
}

#[test]
fn a_host_is_judged_by_what_its_kernel_shows() {
    const NOW: u64 = 1_790_000_000;
    let good = || Host { ptrace_scope: Some(1), synchronised: Some(true), ..Host::default() };
    let bad: &[(Id, HostSpoil, u64)] = &[
        (Id::Host001, |h| h.plain_swap = vec!["/dev/sda2".into()], NOW),
        (Id::Host002, |h| h.core_pattern = Some("piped".into()), NOW),
        (Id::Host002, |h| h.suid_dumpable = Some(2), NOW),
        (Id::Host003, |h| h.hibernation = true, NOW),
        (Id::Host004, |h| h.ptrace_scope = Some(0), NOW),
        (Id::Host004, |h| h.ptrace_scope = None, NOW),
        (Id::Host007, |h| h.preload = true, NOW),
        (Id::Host009, |h| h.synchronised = Some(false), NOW),
        (Id::Host009, |_| {}, 1_000_000_000),
        (Id::Host011, |h| h.unprotected = vec!["fs.protected_symlinks"], NOW),
    ];
    for (rule, spoil, now) in bad {
        for network in NetworkMode::ALL {
            let mut host = good();
            spoil(&mut host);
            assert_eq!(
                host_severity(network, *rule, host, *now),
                rule.rule().level(network),
                "{rule}"
            );
            assert_eq!(host_severity(network, *rule, good(), NOW), Severity::Off, "{rule}");
        }
    }
}
