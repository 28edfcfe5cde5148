//! What a finding says to do can be done: a command in it can be pasted, with nothing to fill in.
//!
//! A remedy is a command, or a sentence, or a sentence that ends in a colon and a command.

use std::collections::BTreeSet;

use clap::Command;
use strongroom::cli::{secrets_admin, validate_config, wallet_backup};
use strongroom::config::rules::RULES;
use strongroom::ops::validate::unit::words;

/// Programs that remedies name.
const PROGRAMS: [&str; 17] = [
    "wallet-backup",
    "secrets-admin",
    "validate-config",
    "chmod",
    "chown",
    "rm",
    "mkdir",
    "mv",
    "cp",
    "df",
    "sysctl",
    "systemctl",
    "timedatectl",
    "swapoff",
    "unset",
    "dos2unix",
    "dd",
];

/// Words in capitals that stand for something else in the table of rules.
const PLACEHOLDERS: [&str; 5] = ["FILE", "DIRECTORY", "CONFIG", "NETWORK", "NAME"];

/// Words in capitals that mean themselves.
const WORDS: [&str; 14] = [
    "UTF",
    "TLS",
    "URL",
    "DNS",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "KASPA_IGRA_WALLET_SECRET",
    "KASPA_IGRA_LOG_DIR",
    "CORE",
    "MEMLOCK",
    "NOFILE",
];

/// The command in a remedy.
fn command(fix: &str) -> Option<&str> {
    let is_command = |text: &str| {
        let first = text.split_whitespace().next().unwrap_or_default();
        PROGRAMS.contains(&first).then_some(text.len())
    };
    let tail = fix.rsplit(": ").next().unwrap_or(fix);
    [fix, tail].into_iter().find(|text| is_command(text).is_some())
}

/// Words of capitals only.
fn capitals(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_capital =
        |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    words.filter(is_capital).collect()
}

/// Fails where a person could not do what the remedy says.
#[track_caller]
pub fn check(rule: &str, fix: &str) {
    let left = capitals(fix).into_iter().find(|word| PLACEHOLDERS.contains(word));
    assert_eq!(left, None, "{rule}: {fix}");
    let Some(command) = command(fix) else {
        for tool in ["secrets-admin ", "validate-config ", "wallet-backup "] {
            assert!(!fix.contains(tool), "{rule}: a command inside a sentence: {fix}");
        }
        return;
    };
    assert!(!command.contains(", ") && !command.contains("; "), "{rule}: {fix}");
    let words = words(command);
    let try_parse = |grammar: Command| grammar.try_get_matches_from(&words).map(drop);
    let parsed = match words[0].as_str() {
        "secrets-admin" => try_parse(secrets_admin::TOOL.grammar()),
        "validate-config" => try_parse(validate_config::TOOL.grammar()),
        "wallet-backup" => try_parse(wallet_backup::TOOL.grammar()),
        _ => Ok(()),
    };
    assert!(parsed.is_ok(), "{rule}: {fix}: {parsed:?}");
}

#[test]
fn the_words_that_stand_for_something_are_known() {
    for rule in RULES {
        let odd: Vec<_> = capitals(rule.fix)
            .into_iter()
            .filter(|word| !PLACEHOLDERS.contains(word) && !WORDS.contains(word))
            .collect();
        assert_eq!(odd, Vec::<&str>::new(), "{}: {}", rule.id, rule.fix);
    }
}

#[test]
fn what_cannot_be_pasted_is_noticed() {
    for fix in [
        "chmod 600 FILE",
        "restore it, or secrets-admin init /x",
        "secrets-admin init /x --no-such-flag",
        "chmod 600 /x, and more",
        "validate-config CONFIG --unlock",
    ] {
        assert!(std::panic::catch_unwind(|| check("X", fix)).is_err(), "{fix}");
    }
    for fix in [
        "chmod 600 '/a b'",
        "set service.network to the network of this host",
        "restore it from a backup, or make a new one: secrets-admin init /x --network testnet",
        "validate-config '/my config.toml' --network mainnet --unlock",
    ] {
        check("X", fix);
    }
}
