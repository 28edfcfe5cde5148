//! What holds for any configuration: a protection added never adds an error, a file made worse never loses one, nothing panics.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use proptest::prelude::*;
use strongroom::clock::Timestamp;
use strongroom::config::Reading;
use strongroom::config::rules::{Case, Facts, Report, Severity, run};
use strongroom::config::service::{Service, Start};
use strongroom::network::NetworkMode;

use super::image::{Image, Made, make_store};

fn judge(text: &str, network: NetworkMode) -> Option<Report> {
    let reading = Reading::of(text.as_bytes(), Path::new("c.toml")).ok()?;
    let start = Start::default();
    let facts = Facts::default();
    let service = Service::of(&reading.tree, network, &start);
    let case = Case {
        network,
        reading: &reading,
        tree: &reading.tree,
        service: &service,
        start: &start,
        facts: &facts,
        now: Timestamp::from_unix(1_790_000_000),
        config_only: true,
    };
    Some(run(&case))
}

fn errors(text: &str, network: NetworkMode) -> BTreeSet<&'static str> {
    let report = judge(text, network).expect("text");
    let errors = report.findings.iter().filter(|f| f.severity == Severity::Error);
    errors.map(|finding| finding.rule.name()).collect()
}

/// Settings in a safe and an unsafe form. The safe one protects; the unsafe one is what a mistake makes of it.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("service", "network = \"NET\"", "network = \"nowhere\""),
    ("service", "use_encrypted_secrets = true", "use_encrypted_secrets = false"),
    ("service", "node_rpc_url = \"grpc://127.0.0.1:1\"", "node_rpc_url = \"grpc://10.0.0.1:1\""),
    ("service", "allow_schema_wipe = false", "allow_schema_wipe = true"),
    ("service", "data_dir = \"/var/lib/igra\"", "data_dir = \"/srv/test\""),
    ("service.hd", "key_type = \"raw_private_key\"", "key_type = \"hd_mnemonic\""),
    ("service.hd", "derivation_path = \"m\"", "derivation_path = \"m/44'/0'\""),
    ("group", "threshold_m = 2", "threshold_m = 1"),
    ("group", "threshold_n = 3", "threshold_n = 0"),
    ("rpc", "enabled = false", "enabled = true"),
    ("rpc", "addr = \"127.0.0.1:1\"", "addr = \"0.0.0.0:1\""),
    ("rpc", "rate_limit_rps = 5", "token = \"x\""),
    ("security", "secret_cache_ttl = \"5m\"", "secret_cache_ttl = \"1d\""),
    ("security", "env_secrets = false", "env_secrets = true"),
    ("audit", "mode = \"enforce\"", "mode = \"warn\""),
    ("audit", "path = \"/var/log/keys/a.jsonl\"", "path = \"a.jsonl\""),
];

/// A file of the settings: each is left out, safe or unsafe.
fn file(choices: &[u8], network: NetworkMode) -> String {
    let mut text = String::new();
    let mut tables: Vec<&str> = SETTINGS.iter().map(|(table, _, _)| *table).collect();
    tables.dedup();
    for table in tables {
        text += "[";
        text += table;
        text += "]\n";
        for ((of, safe, bad), choice) in SETTINGS.iter().zip(choices) {
            if of == &table && *choice > 0 {
                text += if *choice == 1 { safe } else { bad };
                text.push('\n');
            }
        }
    }
    text.replace("NET", network.name())
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0..3_u8, SETTINGS.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_protection_adds_no_error_and_a_mistake_removes_none(
        choices in choices(),
        at in 0..SETTINGS.len(),
        mode in 0..3_usize,
    ) {
        let network = NetworkMode::ALL[mode];
        let with = |choice: u8| {
            let mut changed = choices.clone();
            changed[at] = choice;
            errors(&file(&changed, network), network)
        };
        let (without, safe, bad) = (with(0), with(1), with(2));
        prop_assert!(safe.is_subset(&without), "safe {at}: {safe:?} {without:?}");
        prop_assert!(safe.is_subset(&bad), "bad {at}: {safe:?} {bad:?}");
    }

    #[test]
    fn any_text_is_judged_and_the_same_text_alike(text in "\\PC{0,200}", keys in "[a-z_.=\\[\\]\"' \n0-9]{0,200}") {
        for text in [text, keys] {
            let show = |report: Option<Report>| format!("{report:?}");
            prop_assert_eq!(
                show(judge(&text, NetworkMode::Mainnet)),
                show(judge(&text, NetworkMode::Mainnet))
            );
        }
    }
}

type Spoil = fn(&mut Image);

/// What can go wrong beside the configuration, one thing at a time.
const MISTAKES: &[(&str, Spoil)] = &[
    ("a store that others can read", |i| i.chmod("var/lib/igra/secrets.bin", 0o644)),
    ("a directory above that others can change", |i| i.chmod("var/lib", 0o777)),
    ("a second name", |i| {
        let store = i.path("var/lib/igra/secrets.bin");
        std::fs::hard_link(store, i.path("var/lib/igra/second")).expect("link");
    }),
    ("no payment secret", |i| {
        static MADE: OnceLock<Made> = OnceLock::new();
        let set = "set %s igra.hd.wallet_secret --from file:%g/wallet";
        i.store(MADE.get_or_init(|| make_store(NetworkMode::Mainnet, &[set])));
    }),
    ("a configuration that others can change", |i| i.write("config.toml", b"", 0o666)),
    ("a log that others can read", |i| i.chmod("var/lib/igra/secrets.bin.audit.jsonl", 0o644)),
    ("no log directory", |i| i.remove("var/log/igra")),
    ("a variable", |i| i.env.push(("IGRA_SECRET__a".into(), "x".into()))),
    ("a unit", |i| i.unit.push_str("Environment=RUST_LOG=debug\n")),
];

#[test]
fn a_host_that_gets_worse_keeps_its_errors() {
    let errors = |which: &[usize]| -> BTreeSet<String> {
        let mut image = Image::good(NetworkMode::Mainnet);
        // The store first: another one in its place has modes of its own.
        let mut which = which.to_vec();
        which.sort_by_key(|at| *at != 3);
        for at in which {
            (MISTAKES[at].1)(&mut image);
        }
        image.judge().errors().into_iter().collect()
    };
    let alone: Vec<BTreeSet<String>> = (0..MISTAKES.len()).map(|at| errors(&[at])).collect();
    for (a, of_a) in alone.iter().enumerate() {
        assert!(!of_a.is_empty(), "{}", MISTAKES[a].0);
        for (b, of_b) in alone.iter().enumerate().skip(a + 1) {
            let both = errors(&[a, b]);
            let (a, b) = (MISTAKES[a].0, MISTAKES[b].0);
            assert!(of_a.is_subset(&both) && of_b.is_subset(&both), "{a}, {b}: {both:?}");
        }
    }
}
