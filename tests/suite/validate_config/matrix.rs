//! Each rule on each network: silent on a good host, and as bad as its row says on a host that breaks it.
//!
//! `tests/vectors/validate/matrix.txt` is the whole of it; `UPDATE_GENERATED=1` rewrites it. Every rule of the table has a host that
//! breaks it; there is no list of exceptions. In brackets stands what the service will say where a rule of ours tells the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use strongroom::backup::FileKind;
use strongroom::clock::Timestamp;
use strongroom::config::Reading;
use strongroom::config::rules::facts::{
    Facts, FileFact, Files, Found, Host, Kind, Role, RotatedItem, Volume,
};
use strongroom::config::rules::{Case, Id, RULES, Severity, run};
use strongroom::config::service::{Service, Start};
use strongroom::crypto::kdf::KdfParams;
use strongroom::keyring::{Limits, Role as KeyRole};
use strongroom::network::NetworkMode;
use strongroom::rotation::policy::DAY;

use super::image::{Image, Judged, address, make_store, members};
use super::library::{self, Odd};
use super::pasteable;
use crate::archive;
use crate::support::stage::{NOW, PASS, Stage};
use crate::support::{assert_generated, vector};

type Spoil = fn(&mut Image);
type FactSpoil = fn(&mut Facts, &mut u64);

/// A host.
#[derive(Clone, Copy)]
enum Made {
    /// An image, judged as before a deployment; without a change it is a good one.
    Image(Spoil),
    /// An image whose store is opened.
    Inside(Spoil, &'static str),
    /// Facts, where this host's own are not for a test to choose.
    Facts(FactSpoil),
}

/// A rule with a host that breaks it and, where the good one is another than the common one, a host that meets it.
struct Row(Id, Made, Option<Made>);

const fn image(rule: Id, bad: Spoil) -> Row {
    Row(rule, Made::Image(bad), None)
}

const fn inside(rule: Id, bad: Spoil) -> Row {
    Row(rule, Made::Inside(bad, PASS), None)
}

const fn facts(rule: Id, bad: FactSpoil) -> Row {
    Row(rule, Made::Facts(bad), None)
}

/// A store with a key; the good one has a key too.
const fn key(rule: Id, bad: FactSpoil) -> Row {
    Row(rule, Made::Facts(bad), Some(Made::Facts(|f, _| drop(rotated(f).name.clone()))))
}

/// An Igra file of this passphrase, which nobody measured when it was chosen.
const fn igra(rule: Id, bad: Spoil, passphrase: &'static str) -> Row {
    Row(rule, Made::Inside(bad, passphrase), Some(Made::Inside(|i| igra_of(i, PASS), PASS)))
}

fn add(image: &mut Image, text: &str) {
    image.config.push_str(text);
}

fn variable(image: &mut Image, name: &str, value: &str) {
    image.env.retain(|(have, _)| have != name);
    if !value.is_empty() {
        image.env.push((name.to_owned(), value.into()));
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

fn library(image: &mut Image, odd: Odd) {
    image.store(&library::make(image.network, odd));
}

/// Puts an Igra file of this passphrase in place of the store.
fn igra_of(image: &Image, passphrase: &str) {
    let stage = Stage::empty();
    stage.given("typed", passphrase.as_bytes());
    let line = "init %s --format igra --network devnet --kdf m=19456,t=2,p=1";
    stage.on(&format!("{line} --passphrase-from file:%g/typed")).run().ok();
    image.igra_file(&stage.read("%s"));
}

const SHORT: &str = "Tr0ub4dor&3";
const COMMON: &str = "passwordpassword";
const LISTED: &str = "correct horse battery staple";

/// A file with this much room where it lies.
fn room(role: Role, free: u64) -> FileFact {
    let found = Found {
        kind: Kind::File,
        id: (1, 1),
        mode: 0o600,
        uid: 0,
        volume: Some(Volume { in_memory: false, free, inodes: None }),
        size: 1,
    };
    FileFact {
        role,
        path: "/var/lib/igra/secrets.bin".into(),
        found: Some(found),
        followed: Some(found),
        unreadable: None,
    }
}

fn with_room(facts: &mut Facts, role: Role, free: u64) {
    facts.files = Some(Files { all: vec![room(role, free)], ..Files::default() });
}

/// A store with one key that is as it should be.
fn rotated(facts: &mut Facts) -> &mut RotatedItem {
    let limits = Limits { max_age: Some(90 * DAY), max_uses: Some(10_000), warn: 7 * DAY };
    let item = RotatedItem {
        name: "api".to_owned(),
        role: Some(KeyRole::Signing),
        since: Some(Timestamp::from_unix(NOW - DAY)),
        uses: 3,
        limits,
        compromised: false,
        left_over: None,
    };
    let store = facts.store.get_or_insert_default();
    store.rotated.get_or_insert_default().push(item);
    store.rotated.iter_mut().flatten().next_back().expect("one")
}

fn host(facts: &mut Facts) -> &mut Host {
    facts.host.get_or_insert_default()
}

/// An archive whose keyslot costs this much, in a directory that the configuration names.
fn backup(image: &mut Image, costs: KdfParams) {
    image.make_dir("var/backup", 0o700);
    let manifest = archive::manifest(vec![archive::file("s", FileKind::Store, Some(1))]);
    let bytes = archive::sealed_at(costs, 3, &[archive::PASSPHRASE], &manifest, b"x");
    image.write("var/backup/a.strongroom-backup", &bytes, 0o600);
    add(image, "[backup]\ndirs = [\"/var/backup\"]\n");
}

const WALLET: &str = "set %s igra.hd.wallet_secret --from file:%g/wallet";
const PAYMENT: &str = "set %s igra.hd.payment_secret --from file:%g/payment";

/// How to break each rule.
const ROWS: &[Row] = &[
    image(Id::Env001, |i| variable(i, "igra_secret__A__b", "x")),
    image(Id::Env002, |i| i.set("use_encrypted", "use_encrypted_secrets = false")),
    image(Id::Env003, |i| unit(i, "Environment=DB_PASSWORD=x")),
    image(Id::Env004, |i| unit(i, "Environment=STRONGROOM_SECRET__a=x")),
    image(Id::Arg001, |i| unit(i, "ExecStartPre=/usr/bin/x --passphrase hunter2")),
    image(Id::Sec001, |i| i.remove("var/lib/igra/secrets.bin")),
    image(Id::Sec002, |i| {
        let made = make_store(other(i.network), &[WALLET]);
        i.store(&made);
    }),
    image(Id::Sec003, |i| store(i, &[PAYMENT])),
    image(Id::Sec004, |i| store(i, &[WALLET])),
    image(Id::Sec005, |i| {
        store(i, &[WALLET, "set %s igra.hd.payment_secret --from file:%g/wallet"]);
    }),
    image(Id::Sec006, |i| store(i, &[WALLET, "set %s igra.hd.payment_secret --from file:%g/weak"])),
    image(Id::Sec007, |i| add(i, "[rpc]\ntoken = \"x\"\n")),
    image(Id::Sec008, |i| store(i, &[WALLET, PAYMENT])),
    image(Id::Sec010, |i| i.set("store_keys", "")),
    image(Id::Pwd005, |i| add(i, "passphrase_require_digit = true\n")),
    image(Id::Pwd006, |i| add(i, "passphrase_max_age = \"90d\"\n")),
    image(Id::Kdf001, |i| {
        i.write("var/lib/igra/secrets.bin", &vector("isec/02-one-light-kat.bin"), 0o600);
    }),
    image(Id::Kdf004, |i| unit(i, "ExecStartPre=/srv/igra/target/debug/igra")),
    image(Id::Fil001, |i| i.chmod("var/lib/igra/secrets.bin", 0o640)),
    image(Id::Fil002, |i| {
        i.unit = i.unit.replace("DynamicUser=yes", "User=4242");
        let path = i.path("var/lib/igra/secrets.bin");
        // Whoever runs the tests is neither root nor the service, or can give the file away.
        let _ = std::os::unix::fs::chown(path, Some(4343), None);
    }),
    image(Id::Fil003, |i| {
        let path = i.path("var/lib/igra/secrets.bin");
        std::fs::hard_link(&path, i.path("var/lib/igra/second")).expect("link");
    }),
    image(Id::Fil004, |i| i.chmod("var/lib", 0o777)),
    image(Id::Fil005, |i| i.chmod("var/lib/igra", 0o755)),
    image(Id::Fil007, |i| i.make_dir("var/lib/.git", 0o755)),
    image(Id::Fil010, |i| i.write("var/lib/igra/secrets.bin.tmp", b"", 0o600)),
    image(Id::Fil011, |i| i.write("config.toml", b"", 0o666)),
    image(Id::Host005, |i| i.unit = i.unit.replace("DynamicUser=yes", "User=root")),
    image(Id::Host007, |i| variable(i, "LD_PRELOAD", "/tmp/x.so")),
    image(Id::Host008, |i| unit(i, "LimitMEMLOCK=64K")),
    image(Id::Host002, |i| i.unit = i.unit.replace("LimitCORE=0", "LimitCORE=infinity")),
    image(Id::Net001, |i| i.set("network =", "")),
    image(Id::Net002, |i| {
        let line = format!("source_addresses = [\"{}\"]", address(other(i.network)));
        i.set("source_addresses", &line);
    }),
    image(Id::Net003, |i| i.set("derivation_path", "derivation_path = \"m/45'/1111101'/0'\"")),
    image(Id::Net005, |i| i.set("node_rpc_url", "node_rpc_url = \"grpc://10.0.0.1:16110\"")),
    image(Id::Net006, |i| add(i, "[rpc]\nenabled = true\naddr = \"0.0.0.0:8088\"\n")),
    image(Id::Net008, |i| add(i, "[iroh.relay]\ncustom_url = \"https://u:p@relay.example\"\n")),
    image(Id::Thr001, |i| i.set("threshold_m", "threshold_m = 4")),
    image(Id::Aud001, |i| {
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\nkey_audit_log_path = \"\"");
    }),
    image(Id::Aud002, |i| add(i, "[audit]\npath = \"/var/log/none/audit.jsonl\"\n")),
    image(Id::Aud003, |i| i.cut_log()),
    image(Id::Aud004, |i| i.now += 25 * 3600),
    image(Id::Aud006, |i| add(i, "[audit]\nmode = \"warn\"\n")),
    image(Id::Log001, |i| unit(i, "Environment=RUST_LOG=debug")),
    image(Id::Log002, |i| unit(i, "Environment=RUST_BACKTRACE=full")),
    image(Id::Cac001, |i| add(i, "secret_cache_ttl = \"1h\"\n")),
    image(Id::Bak001, |i| add(i, "[backup]\nmax_age = \"7d\"\n")),
    image(Id::Bak002, |i| add(i, "[backup]\nmax_drill_age = \"30d\"\n")),
    image(Id::Bak003, |i| add(i, "[backup]\ndirs = [\"/var/lib\"]\n")),
    Row(
        Id::Bak004,
        Made::Image(|i| backup(i, KdfParams::fixed(8192, 1, 1))),
        Some(Made::Image(|i| backup(i, i.network.policy().kdf_floor))),
    ),
    image(Id::Rec002, |i| add(i, "[recovery]\nmax_attempts = 100\n")),
    key(Id::Rot001, |f, now| rotated(f).since = Some(Timestamp::from_unix(*now - 200 * DAY))),
    key(Id::Rot002, |f, _| rotated(f).uses = 10_000),
    key(Id::Rot003, |f, _| {
        let item = rotated(f);
        (item.role, item.uses) = (Some(KeyRole::OneTimePrekey), 1);
    }),
    key(Id::Rot004, |f, now| {
        rotated(f).left_over = Some(Timestamp::from_unix(*now - 30 * DAY));
    }),
    key(Id::Rot005, |f, _| rotated(f).compromised = true),
    key(Id::Rot006, |f, _| rotated(f).role = Some(KeyRole::Identity)),
    image(Id::Rot007, |i| add(i, "[rotation]\nmax_age = \"91d\"\n")),
    image(Id::Cfg001, |i| add(i, "netwrok = \"x\"\n")),
    image(Id::Cfg002, |i| add(i, "[service.hd.mnemonics]\n")),
    image(Id::Cfg003, |i| add(i, "[strongroom]\nconfig_version = 9\n")),
    image(Id::Cfg004, |i| {
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\nallow_schema_wipe = true");
    }),
    image(Id::Cfg005, |i| add(i, "[hyperlane]\nevents_dir = \"events\"\n")),
    image(Id::Cfg006, |i| i.config.insert(0, '\u{feff}')),
    image(Id::Wvr001, |i| add(i, "[security.levels]\nXXX-001 = \"error\"\n")),
    image(Id::Svc01, |i| {
        i.set("network =", "");
        let network = i.network;
        add(i, &format!("network = \"{network}\"\n"));
    }),
    image(Id::Svc02, |i| {
        let line = format!("network = \"{}\"", i.network.name().to_uppercase());
        i.set("network =", &line);
    }),
    image(Id::Svc05, |i| {
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\nkey_audit_log_path = \" \"");
    }),
    image(Id::Svc08, |i| variable(i, "IGRA_SECRETS_PASSPHRASE", "")),
    image(Id::Svc09, |i| {
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = false");
    }),
    image(Id::Svc12, |i| {
        i.write("var/lib/igra/secrets.bin", &vector("isec/08-rotated-default.bin"), 0o600);
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = true\npassphrase_rotation_warn_days = 1");
    }),
    image(Id::Svc13, |i| {
        i.write("var/lib/igra/secrets.bin", &vector("isec/08-rotated-default.bin"), 0o600);
        i.set("data_dir", "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = true\npassphrase_rotation_error_days = 1");
    }),
    image(Id::Svc15, |i| i.set("node_rpc_url", "node_rpc_url = \"127.0.0.1:16110\"")),
    image(Id::Svc16, |i| i.set("node_rpc_url", "node_rpc_url = \"grpcs://t@node.example:1\"")),
    image(Id::Svc18, |i| {
        i.set("node_rpc_url", "node_rpc_url = \"grpcs://node.example:1\"");
        i.arg("--allow-remote-rpc");
    }),
    image(Id::Svc21, |i| variable(i, "KASPA_IGRA_LOG_DIR", "")),
    image(Id::Svc22, |i| i.remove("var/log/igra")),
    image(Id::Svc23, |i| i.remove("var/lib/igra")),
    image(Id::Svc25, |i| i.write("config.toml", b"", 0o644)),
    image(Id::Svc29, |i| {
        i.set(
            "data_dir",
            "data_dir = \"/var/lib/igra-test\"\nsecrets_file = \"/var/lib/igra/secrets.bin\"",
        );
        i.make_dir("var/lib/igra-test", 0o700);
    }),
    image(Id::Svc30, |i| {
        let foreign = strongroom::kaspa::Address::of_script(
            strongroom::kaspa::Address::parse(&address(i.network)).expect("valid").prefix,
            b"another script",
        );
        i.set("source_addresses", &format!("source_addresses = [\"{foreign}\"]"));
    }),
    image(Id::Svc34, |i| {
        for start in ["[group]", "threshold_m", "threshold_n", "member_pubkeys", "session_timeout"]
        {
            i.set(start, "");
        }
    }),
    image(Id::Svc35, |i| i.set("key_type", "key_type = \"hd_mnemonic\"")),
    image(Id::Svc39, |i| unit(i, "LimitNOFILE=1024")),
    image(Id::Svc40, |i| unit(i, "LimitCORE=1G")),
    image(Id::Shp03, |i| i.set("redeem_script_hex", "")),
    image(Id::Shp04, |i| add(i, "[runtime]\nsession_timeout_seconds = 601\n")),
    image(Id::Shp07, |i| {
        i.set("member_pubkeys", &format!("member_pubkeys = {:?}", &members()[..2]));
    }),
    image(Id::Shp08, |i| i.set("session_timeout", "session_timeout_seconds = 0")),
    image(Id::Shp09, |i| {
        let mut turned = members();
        turned.reverse();
        i.set("member_pubkeys", &format!("member_pubkeys = {turned:?}"));
    }),
    image(Id::Shp10, |i| add(i, "[service.pskt.fee_payment_mode.split]\nsigner_parts = 0\n")),
    image(Id::Shp11, |i| add(i, "[policy]\nmin_amount_sompi = 2\nmax_amount_sompi = 1\n")),
    image(Id::Shp12, |i| add(i, "[layerzero]\nendpoint_pubkeys = [\"02ab\"]\n")),
    image(Id::Shp14, |i| add(i, "[iroh.discovery]\nenable_dns = true\n")),
    image(Id::Shp15, |i| add(i, "[iroh.relay]\ncustom_url = \"relay.example\"\n")),
    inside(Id::Sec009, |i| {
        let made = make_store(i.network, &[WALLET, PAYMENT, "set %s walet --from file:%g/value"]);
        i.store(&made);
        add(i, "required_secrets = [\"igra.hd.wallet_secret\"]\n");
    }),
    inside(Id::Sec011, |i| add(i, "required_secrets = [\"wallet\"]\n")),
    inside(Id::Sta001, |i| i.set("min_generation", "")),
    igra(Id::Pwd001, |i| igra_of(i, SHORT), SHORT),
    image(Id::Pwd002, |i| library(i, Odd { weak: true, ..Odd::default() })),
    igra(Id::Pwd003, |i| igra_of(i, COMMON), COMMON),
    igra(Id::Pwd004, |i| igra_of(i, LISTED), LISTED),
    Row(
        Id::Kdf002,
        Made::Image(|i| library(i, Odd::default())),
        Some(Made::Image(|i| {
            library(i, Odd { kdf: Some(i.network.policy().kdf_default), ..Odd::default() });
        })),
    ),
    image(Id::Kdf003, |i| library(i, Odd { twins: true, ..Odd::default() })),
    facts(Id::Fil009, |f, _| with_room(f, Role::Secrets, 64 << 20)),
    facts(Id::Host001, |f, _| host(f).plain_swap = vec!["/dev/sda2".into()]),
    facts(Id::Host003, |f, _| host(f).hibernation = true),
    facts(Id::Host004, |f, _| host(f).ptrace_scope = Some(0)),
    facts(Id::Host009, |f, _| host(f).synchronised = Some(false)),
    facts(Id::Host011, |f, _| host(f).unprotected = vec!["fs.protected_symlinks"]),
    image(Id::Svc03, |i| variable(i, "KASPA_IGRA_WALLET_SECRET", "x")),
    image(Id::Svc04, |i| i.set("use_encrypted", "use_encrypted_secrets = false")),
    image(Id::Svc06, |i| {
        let line = "data_dir = \"/var/lib/igra\"\nkey_audit_log_path = \"/var/log/none/keys.log\"";
        i.set("data_dir", line);
    }),
    image(Id::Svc07, |i| i.remove("var/lib/igra/secrets.bin")),
    image(Id::Svc10, |i| {
        let line = "data_dir = \"/var/lib/igra\"\npassphrase_rotation_enabled = true\npassphrase_rotation_warn_days = 1";
        i.set("data_dir", line);
        i.remove("var/lib/igra/secrets.bin");
        i.make_dir("var/lib/igra/secrets.bin", 0o700);
    }),
    image(Id::Svc11, |i| i.igra_file(&[b'x'; 200])),
    image(Id::Svc14, |i| i.set("use_encrypted", "")),
    image(Id::Svc17, |i| {
        i.set("node_rpc_url", "node_rpc_url = \"grpc://10.0.0.1:16110\"");
        i.arg("--allow-remote-rpc");
    }),
    image(Id::Svc19, |i| {
        i.set("node_rpc_url", "node_rpc_url = \"grpcs://t@node.example:1\"");
        i.arg("--allow-remote-rpc");
    }),
    image(Id::Svc20, |i| i.unit = i.unit.replace("--network", "--log-level trace --network")),
    image(Id::Svc24, |i| i.chmod("var/lib/igra", 0o750)),
    image(Id::Svc26, |i| i.chmod("var/lib/igra/secrets.bin", 0o640)),
    image(Id::Svc27, |i| i.write("var/lib/igra/key-audit.log", b"", 0o644)),
    image(Id::Svc28, |i| i.chmod("var/log/igra", 0o750)),
    image(Id::Svc31, |i| {
        let line = format!("source_addresses = [\"{}\"]", address(other(i.network)));
        i.set("source_addresses", &line);
    }),
    image(Id::Svc32, |i| i.set("threshold_m", "threshold_m = 4")),
    image(Id::Svc33, |i| i.set("threshold_m", "threshold_m = 1")),
    image(Id::Svc36, |i| i.set("derivation_path", "derivation_path = \"m/45'/0'/0'\"")),
    facts(Id::Svc37, |f, _| with_room(f, Role::DataDir, 9 << 30)),
    facts(Id::Svc38, |f, _| host(f).memory = Some(1000 << 20)),
    image(Id::Shp16, |i| i.set("active_profile", "active_profile = \"signer-02\"")),
];

/// The worst that was said of each rule, and of each rule of the service's alone.
fn said(judged: &Judged) -> BTreeMap<String, String> {
    let json = judged.json();
    let mut worst = BTreeMap::<String, String>::new();
    for (list, told) in [(&json["findings"], true), (&json["service"]["rules"], false)] {
        for one in list.as_array().into_iter().flatten() {
            let text = |key: &str| one[key].as_str().expect("text").to_owned();
            let (rule, severity) = (text("rule"), text("severity"));
            if told {
                pasteable::check(&rule, &text("fix"));
                let have = worst.entry(rule).or_insert_with(|| severity.clone());
                if rank(&severity) > rank(have) {
                    *have = severity;
                }
            } else {
                worst.entry(rule).or_insert_with(|| format!("({severity})"));
            }
        }
    }
    worst
}

fn rank(severity: &str) -> Option<usize> {
    ["info", "warning", "error"].iter().position(|name| *name == severity)
}

fn judge(made: Made, network: NetworkMode) -> BTreeMap<String, String> {
    match made {
        Made::Image(spoil) => {
            let mut image = Image::good(network);
            spoil(&mut image);
            said(&image.judge())
        }
        Made::Inside(spoil, passphrase) => {
            let mut image = Image::good(network);
            spoil(&mut image);
            said(&image.judge_inside(passphrase))
        }
        Made::Facts(spoil) => {
            let (mut facts, mut now) = (good_facts(), 1_790_000_000);
            spoil(&mut facts, &mut now);
            by_facts(network, &facts, now)
        }
    }
}

fn good_facts() -> Facts {
    let host = Host { ptrace_scope: Some(1), synchronised: Some(true), ..Host::default() };
    let mut facts = Facts { host: Some(host), ..Facts::default() };
    with_room(&mut facts, Role::Secrets, 100 << 30);
    facts
}

/// What the rules make of facts.
fn by_facts(network: NetworkMode, facts: &Facts, now: u64) -> BTreeMap<String, String> {
    let text = b"[service]\ndata_dir = '/var/lib/igra'\n";
    let reading = Reading::of(text, Path::new("c")).expect("valid");
    let start = Start::default();
    let service = Service::of(&reading.tree, network, &start);
    let case = Case {
        network,
        reading: &reading,
        tree: &reading.tree,
        service: &service,
        start: &start,
        facts,
        now: Timestamp::from_unix(now),
        config_only: false,
    };
    let mut worst = BTreeMap::<Id, Severity>::new();
    for finding in run(&case).findings {
        pasteable::check(finding.rule.name(), &finding.fix);
        let have = worst.entry(finding.rule).or_insert(finding.severity);
        *have = (*have).max(finding.severity);
    }
    worst.into_iter().map(|(id, found)| (id.name().to_owned(), found.name().to_owned())).collect()
}

/// What is said of each rule on one network: on a good host, and on one that breaks it.
fn column(network: NetworkMode) -> Vec<(String, String)> {
    let common = [
        judge(Made::Image(|_| ()), network),
        judge(Made::Inside(|_| (), PASS), network),
        judge(Made::Facts(|_, _| ()), network),
    ];
    let row = |rule: &strongroom::config::rules::Rule| {
        let Row(id, bad, good) =
            ROWS.iter().find(|row| row.0 == rule.id).unwrap_or_else(|| panic!("{}", rule.id));
        let of = |said: &BTreeMap<String, String>| {
            said.get(id.name()).cloned().unwrap_or_else(|| "-".to_owned())
        };
        let good = good.map_or_else(
            || match bad {
                Made::Image(_) => of(&common[0]),
                Made::Inside(..) => of(&common[1]),
                Made::Facts(_) => of(&common[2]),
            },
            |good| of(&judge(good, network)),
        );
        let bad = of(&judge(*bad, network));
        assert_eq!(good, "-", "{id} on {network}: a good host");
        let is_off = rule.level(network) == Severity::Off;
        assert_eq!(bad == "-", is_off, "{id} on {network}: a bad host: {bad}");
        (good, bad)
    };
    RULES.iter().map(row).collect()
}

#[test]
fn every_rule_is_silent_on_a_good_host_and_loud_on_a_bad_one() {
    for (n, row) in ROWS.iter().enumerate() {
        assert!(ROWS[..n].iter().all(|other| other.0 != row.0), "{} stands twice", row.0);
    }
    let columns: Vec<_> = std::thread::scope(|scope| {
        let all = NetworkMode::ALL.map(|network| scope.spawn(move || column(network)));
        all.map(|thread| thread.join().expect("a column")).into()
    });
    let mut table = String::from("rule      good   bad on mainnet, testnet, devnet\n");
    for (n, rule) in RULES.iter().enumerate() {
        let good: Vec<_> = columns.iter().map(|column| column[n].0.as_str()).collect();
        let bad: Vec<_> = columns.iter().map(|column| column[n].1.as_str()).collect();
        let _ = writeln!(table, "{:<9} {:<6} {}", rule.id.name(), good.join(" "), bad.join(" "));
    }
    assert_generated("tests/vectors/validate/matrix.txt", &table);
}

#[test]
fn a_host_is_judged_by_everything_that_its_kernel_shows() {
    const NOW: u64 = 1_790_000_000;
    let bad: &[(Id, FactSpoil)] = &[
        (Id::Host002, |f, _| host(f).core_pattern = Some("piped".into())),
        (Id::Host002, |f, _| host(f).suid_dumpable = Some(2)),
        (Id::Host004, |f, _| host(f).ptrace_scope = None),
        (Id::Host007, |f, _| host(f).preload = true),
        (Id::Host009, |_, now| *now = 1_000_000_000),
        (Id::Fil009, |f, _| {
            let mut few = room(Role::Secrets, 100 << 30);
            // A link, which has no room of its own.
            few.found.as_mut().expect("a link").volume = None;
            let led_to = few.followed.as_mut().expect("a file");
            led_to.volume = Some(Volume { in_memory: false, free: 100 << 30, inodes: Some(7) });
            f.files = Some(Files { all: vec![few], ..Files::default() });
        }),
    ];
    for (rule, spoil) in bad {
        for network in NetworkMode::ALL {
            let (mut facts, mut now) = (good_facts(), NOW);
            spoil(&mut facts, &mut now);
            let said = by_facts(network, &facts, now);
            let level = rule.rule().level(network);
            let level = (level != Severity::Off).then(|| level.name());
            assert_eq!(said.get(rule.name()).map(String::as_str), level, "{rule}");
        }
    }
}

#[test]
fn where_a_log_is_kept_there_is_room_on_a_disk() {
    const NOW: u64 = 1_790_000_000;
    let said = |network, role, in_memory, free| {
        let mut place = room(role, free);
        let found = place.followed.as_mut().expect("a place");
        (found.kind, found.mode) = (Kind::Directory, 0o700);
        found.volume = Some(Volume { in_memory, free, inodes: None });
        let mut facts = good_facts();
        facts.files = Some(Files { all: vec![place], ..Files::default() });
        by_facts(network, &facts, NOW).get("AUD-002").cloned()
    };
    for (network, memory, full) in [
        (NetworkMode::Mainnet, "error", "warning"),
        (NetworkMode::Testnet, "warning", "warning"),
        (NetworkMode::Devnet, "info", "info"),
    ] {
        for role in [Role::AuditDir, Role::OurLogDir] {
            assert_eq!(said(network, role, false, 64 << 20), None, "{role:?}");
            assert_eq!(said(network, role, true, 64 << 20).as_deref(), Some(memory), "{role:?}");
            let little = said(network, role, false, (64 << 20) - 1);
            assert_eq!(little.as_deref(), Some(full), "{role:?}");
        }
    }
}
