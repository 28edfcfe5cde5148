//! The configuration file: what an operator has decided for a host.
//!
//! Strongroom shares its TOML file with the service it stands beside. [`OUR_TABLES`] are ours and are read strictly: an
//! unknown key is an error, because a misspelt protection is a missing one. All other tables belong to the service and are
//! left alone by everything but the pre-deploy gate, whose [`Reading`] holds the whole file against [`keys`]. The raw shape of
//! a table is in `schema`, with the place of every value; [`Config`] is what it means.
//!
//! [`parse`] is pure and total. Its errors name file, line and column, and repeat keys, escaped, but never values: the file
//! is next to secrets, and somebody will paste one into it.

mod backup;
pub mod endpoint;
mod error;
pub mod hooks;
pub mod keys;
pub mod reading;
mod rotation;
pub mod rules;
mod schema;
pub mod service;
mod source;
pub mod tree;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use backup::{Backups, Keep};
pub use error::ConfigError;
pub use hooks::HookCommands;
pub use reading::{Position, Reading};
pub(crate) use schema::duration;
use source::Source;

use crate::name::{SecretName, SecretRoles};
use crate::network::NetworkMode;
use crate::network::policy::PassphraseDemands;
use crate::rotation::policy::Policies;

/// The file that is read when none is named, if it exists.
pub const DEFAULT_PATH: &str = "/etc/strongroom/config.toml";

/// Largest file.
pub const MAX_BYTES: usize = 10 << 20;

/// Most pinned store keys.
pub const MAX_STORE_KEYS: usize = 4;

/// The tables that are ours.
pub const OUR_TABLES: [&str; 7] =
    ["strongroom", "security", "audit", "rotation", "backup", "recovery", "backend"];

/// Where rollback state is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StateChoice {
    /// In the directory that the environment gives.
    #[default]
    Default,
    /// In this directory.
    Directory(PathBuf),
    /// Nowhere: the operator does without rollback detection.
    None,
}

/// What a store shows of itself without a passphrase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InventoryDetail {
    /// Keys, key derivation, backups and claims about secrets.
    #[default]
    Full,
    /// Keys only.
    Keys,
    /// Nothing.
    None,
}

/// What becomes of an action that the audit log cannot record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditMode {
    /// It does not happen.
    Enforce,
    /// It happens, and stderr says so.
    Warn,
}

/// The checked configuration. An empty file gives the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The network, when the file states one.
    pub network: Option<NetworkMode>,
    /// The store that commands use when none is named; absolute.
    pub store: Option<PathBuf>,
    /// How long a service may keep secrets in memory; zero means not at all.
    pub secret_cache_ttl: Option<Duration>,
    /// Secrets that must be in the store.
    pub required_secrets: Vec<SecretName>,
    /// Which names mean the payment and the wallet secret.
    pub roles: SecretRoles,
    /// Pinned store signing keys.
    pub store_keys: Vec<[u8; 32]>,
    /// The lowest generation of the store that is accepted.
    pub min_generation: Option<u64>,
    /// What is demanded of new passphrases beyond the network.
    pub passphrase: PassphraseDemands,
    /// Where rollback state is kept.
    pub state: StateChoice,
    /// What the store shows without a passphrase.
    pub inventory: InventoryDetail,
    /// Most memory a keyslot may ask for, in MiB.
    pub max_kdf_mem_mib: Option<u32>,
    /// The audit log, absolute; none for one beside each store.
    pub audit_path: Option<PathBuf>,
    /// What becomes of an action that cannot be recorded; none for the network's rule.
    pub audit_mode: Option<AuditMode>,
    /// When managed keys are replaced.
    pub rotation: Policies,
    /// What runs before and after a rotation.
    pub hooks: HookCommands,
    /// How backups are made and kept.
    pub backups: Backups,
}

/// Reads our tables from the bytes of a file. `path` is for messages only.
///
/// A byte order mark is skipped.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Config, ConfigError> {
    let source = Source::new(bytes, path)?;
    let document = source.document()?;
    let tables = source.our_tables(document)?;
    let security = tables.security.map(|table| source.raw(table, schema::KEYS)).transpose()?;
    let audit = tables.audit.map(|table| source.raw(table, schema::AUDIT_KEYS)).transpose()?;
    let policies =
        tables.rotation.clone().map(|table| source.raw(table, rotation::KEYS)).transpose()?;
    let hooks =
        tables.rotation.map(|table| source.raw(table, schema::ROTATION_KEYS)).transpose()?;
    let backups = tables.backup.map(|table| source.raw(table, backup::KEYS)).transpose()?;
    let (mut config, mut wrong) = schema::check(
        &security.unwrap_or_default(),
        &audit.unwrap_or_default(),
        &hooks.unwrap_or_default(),
    );
    if let Some(policies) = policies {
        config.rotation = rotation::check(&policies, &mut wrong);
    }
    if let Some(backups) = backups {
        config.backups = backup::check(&backups, &mut wrong);
    }
    match wrong.into_iter().min_by_key(|(at, _)| at.start) {
        Some((at, problem)) => Err(source.error(at.start, problem)),
        None => Ok(config),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::{KeyId, Role};
    use crate::kind::Kind;
    use crate::rotation::policy::{DAY, Overrides};

    fn read(text: &str) -> Result<Config, ConfigError> {
        parse(text.as_bytes(), Path::new("/etc/strongroom/config.toml"))
    }

    fn message(text: &str) -> String {
        let error = read(text).expect_err(text);
        assert_eq!(error.kind(), Kind::Usage);
        let message = error.to_string();
        assert!(!message.contains(['\n', '\u{1b}']) && !message.ends_with('.'), "{message}");
        message.strip_prefix("/etc/strongroom/config.toml:").expect("names the file").to_owned()
    }

    #[test]
    fn every_key_is_read() {
        let hex = "ab".repeat(32);
        let config = read(&format!(
            r#"
            [security]
            network = "testnet"
            store = "/srv/keys/secrets.bin"
            secret_cache_ttl = "5m"
            required_secrets = ["igra.hd.wallet_secret", "api"]
            payment_secret_names = ["second-layer"]
            wallet_secret_names = ["w1", "w2"]
            store_keys = ["{hex}", "{}"]
            min_generation = 41
            passphrase_min_length = 20
            passphrase_min_score = 4
            state_dir = "/var/lib/x"
            state = "dir"
            inventory = "keys"
            max_kdf_mem_mib = 1024
            [audit]
            path = "/var/log/keys/audit.jsonl"
            mode = "warn"
            [rotation]
            post_hooks = [["/bin/true"]]
            max_age = "30d"
            max_signatures = 500
            identity_max_age = "180d"
            auto_rotate = true
            [rotation.keys.treasury]
            max_age = "10d"
            [backup]
            max_age = "2d"
            dirs = ["/backup", "/mnt/safe", "/backup"]
            keep_weekly = 8
            "#,
            hex.to_uppercase()
        ))
        .expect("valid");
        let name = |text| SecretName::parse(text).expect("valid");
        assert_eq!(
            config,
            Config {
                network: Some(NetworkMode::Testnet),
                store: Some("/srv/keys/secrets.bin".into()),
                secret_cache_ttl: Some(Duration::from_mins(5)),
                required_secrets: vec![name("igra.hd.wallet_secret"), name("api")],
                roles: SecretRoles {
                    payment_names: vec![name("second-layer")],
                    wallet_names: vec![name("w1"), name("w2")],
                },
                store_keys: vec![[0xab; 32]; 2],
                min_generation: Some(41),
                passphrase: PassphraseDemands { min_length: Some(20), min_score: Some(4) },
                state: StateChoice::Directory("/var/lib/x".into()),
                inventory: InventoryDetail::Keys,
                max_kdf_mem_mib: Some(1024),
                audit_path: Some("/var/log/keys/audit.jsonl".into()),
                audit_mode: Some(AuditMode::Warn),
                rotation: Policies {
                    general: Overrides {
                        max_age: Some(30 * DAY),
                        max_uses: Some(500),
                        auto_rotate: Some(true),
                        ..Overrides::default()
                    },
                    roles: [(Role::Identity, 180 * DAY)].into(),
                    keys: [(
                        KeyId::parse("treasury").expect("an id"),
                        Overrides { max_age: Some(10 * DAY), ..Overrides::default() },
                    )]
                    .into(),
                    secrets: [].into(),
                },
                hooks: HookCommands {
                    post: vec![vec!["/bin/true".to_owned()]],
                    ..HookCommands::default()
                },
                backups: Backups {
                    max_age: Some(Duration::from_hours(48)),
                    max_drill_age: None,
                    dirs: vec!["/backup".into(), "/mnt/safe".into()],
                    keep: Keep { weekly: 8, ..Keep::default() },
                },
            }
        );
        assert_eq!(read("security.state = 'none'").expect("valid").state, StateChoice::None);
    }

    #[test]
    fn tables_of_the_service_are_left_alone() {
        for text in [
            "",
            "\u{feff}# mark\n",
            "[service]\nnode_rpc_url = 5\nstore = 7\n[iroh]\nsigner_seed_hex = \"x\"\n[[hyperlane]]\nsecurity = 1",
            "top = 1\n[service.security]\nnetwork = 5",
            "[security]\n[audit]\n",
        ] {
            assert_eq!(read(text).expect(text), Config::default());
        }
    }

    #[test]
    fn an_unknown_key_names_its_place_and_the_likely_one() {
        assert_eq!(
            message("# x\n[security]\n  netwrok = \"mainnet\""),
            "3:3: unknown key `netwrok` in [security], did you mean `network`?"
        );
        assert_eq!(message("[security]\ncolour = 1"), "2:1: unknown key `colour` in [security]");
        assert_eq!(message("[audit]\npath = \"a.jsonl\""), "2:8: `path` is an absolute path");
        assert_eq!(message("[audit]\nmode = \"open\""), "2:8: `mode` is one of enforce, warn");
        assert_eq!(message("[audit]\nmode = true"), "2:8: `mode` is a string");
        assert_eq!(message("[audit]\ncolour = true"), "2:1: unknown key `colour` in [audit]");
        assert_eq!(message("[backend.pkcs11]\nx = 1"), "1:10: unknown key `pkcs11` in [backend]");
        assert_eq!(message("security = 5"), "1:1: [security] is a table");
        assert_eq!(message("[[rotation]]\nx = 1"), "1:3: [rotation] is a table");
        assert_eq!(
            message("[security]\n\"a\\u001b[2J\\n\" = 1"),
            "2:1: unknown key `a\\u{1b}[2J\\n` in [security]"
        );
        let long = message(&format!("[security]\n{} = 1", "k".repeat(5000)));
        assert!(long.len() < 150, "{long}");
    }

    #[test]
    fn a_wrong_value_is_placed_and_never_repeated() {
        for (line, expected) in [
            ("network = \"hunter2\"", "2:11: `network` is one of mainnet, testnet, devnet"),
            ("network = 1", "2:11: `network` is a string"),
            ("store = \"hunter2\"", "2:9: `store` is an absolute path"),
            ("store = \"/a\\u0007\"", "2:9: `store` is an absolute path"),
            (
                "secret_cache_ttl = \"300\"",
                "2:20: `secret_cache_ttl` is a number with a unit, such as \"300s\" or \"5m\"",
            ),
            (
                "secret_cache_ttl = -1",
                "2:20: `secret_cache_ttl` is a number with a unit, such as \"300s\" or \"5m\"",
            ),
            ("required_secrets = \"a\"", "2:20: `required_secrets` is a list of strings"),
            ("required_secrets = [1]", "2:21: `required_secrets` is a list of strings"),
            (
                "required_secrets = [\"a\", \"hunter2 hunter2\"]",
                "2:26: `required_secrets`: a secret's name has only letters, digits, '.', '_' and '-'",
            ),
            (
                "payment_secret_names = [\"\"]",
                "2:25: `payment_secret_names`: a secret's name cannot be empty",
            ),
            (
                "store_keys = [\"hunter2\"]",
                "2:15: `store_keys` is a list of keys of 64 hexadecimal digits",
            ),
            ("min_generation = -1", "2:18: `min_generation` is a whole number from 0"),
            ("min_generation = \"hunter2\"", "2:18: `min_generation` is a whole number from 0"),
            (
                "passphrase_min_length = 65",
                "2:25: `passphrase_min_length` is a whole number from 0 to 64",
            ),
            (
                "passphrase_min_score = 5",
                "2:24: `passphrase_min_score` is a whole number from 0 to 4",
            ),
            ("state = \"hunter2\"", "2:9: `state` is one of dir, none"),
            ("inventory = \"hunter2\"", "2:13: `inventory` is one of full, keys, none"),
            ("max_kdf_mem_mib = 0", "2:19: `max_kdf_mem_mib` is a whole number from 1 to 4194303"),
            ("state_dir = \"rel\"", "2:13: `state_dir` is an absolute path"),
            (
                "state_dir = \"/a\"\nstate = \"none\"",
                "3:9: `state` = \"none\" contradicts `state_dir`",
            ),
        ] {
            let text = format!("[security]\n{line}");
            assert_eq!(message(&text), expected);
        }
        let five =
            format!("[security]\nstore_keys = [{}]", format!("\"{}\",", "00".repeat(32)).repeat(5));
        assert_eq!(message(&five), "2:14: `store_keys` has at most 4 keys");
    }

    #[test]
    fn durations_need_a_unit_unless_they_are_integers() {
        let ttl = |value: &str| {
            read(&format!("[security]\nsecret_cache_ttl = {value}"))
                .ok()
                .and_then(|config| config.secret_cache_ttl)
                .map(|ttl| ttl.as_secs())
        };
        for (value, seconds) in [
            ("'0s'", 0),
            ("'300s'", 300),
            ("'5m'", 300),
            ("'2h'", 7200),
            ("'1d'", 86400),
            ("300", 300),
        ] {
            assert_eq!(ttl(value), Some(seconds), "{value}");
        }
        for value in [
            "'5'",
            "'m'",
            "''",
            "'5 m'",
            "'-5m'",
            "'+5m'",
            "'5mm'",
            "'1.5h'",
            "'99999999999999999999s'",
            "'999999999999999999d'",
            "1.5",
            "true",
        ] {
            assert_eq!(ttl(value), None, "{value}");
        }
    }

    #[test]
    fn a_broken_file_is_placed_and_not_shown() {
        for (text, expected) in [
            ("a = \"hunter2", "1:13: invalid basic string, expected `\"`"),
            ("a = hunter2 hunter2", "1:5: string values must be quoted, expected literal string"),
            ("[hunter2 hunter2]", "1:9: unclosed table, expected `]`"),
            ("a = 1\n\u{1b}hunter2[2J = 1", "2:9: key with no value, expected `=`"),
            ("hunter2", "1:8: key with no value, expected `=`"),
            ("security.state = 'none'\n security.state = 'none'", "2:11: duplicate key"),
        ] {
            assert_eq!(message(text), expected);
        }
        assert!(message(&format!("x = {}", "[".repeat(10_000))).starts_with("1:"));
        assert_eq!(
            message("a = 1\u{e9}\u{e9} = \"\u{7}\""),
            message("a = 1\u{e9}\u{e9} = \"\u{7}\"")
        );
        let path = Path::new("c\u{1b}[2J.toml");
        let not_text = parse(b"a = 1\nb = \"\xff\"", path).expect_err("not UTF-8");
        assert_eq!(not_text.to_string(), "c\\u{1b}[2J.toml:2:6: not valid UTF-8");
        let large = parse(&vec![b'#'; MAX_BYTES + 1], path).expect_err("too large");
        assert_eq!(large.to_string(), "c\\u{1b}[2J.toml: larger than 10 MiB");
        assert!(parse(&vec![b' '; MAX_BYTES], path).is_ok());
    }

    #[test]
    fn any_cut_of_a_file_is_answered() {
        let text = "\u{feff}[security]\nnetwork = \"mainnet\"\nstore_keys = [\"é\", 1]\n[a.b]\nc = { d = 1979-05-27 }\n";
        for end in 0..text.len() {
            let _ = parse(&text.as_bytes()[..end], Path::new("x"));
        }
    }
}
