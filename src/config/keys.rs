//! Every key that may stand in the file: the service's (Igra) and ours.
//!
//! One table with the path, the shape, the default and the meaning of each key. The reader finds unknown keys and wrong types
//! with it, the JSON Schema for editors is made of it, and no rule has a list of its own. In a path `[]` stands for each item of
//! an array of tables and `*` for a name that the operator chooses.

/// What a value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A path of a file or directory.
    Path,
    /// Text that is public by its nature, such as a key to verify with: no search for secrets looks at it.
    Public,
    /// Text that is a secret, and should not stand in a file.
    Secret,
    /// True or false.
    Bool,
    /// A whole number up to this one.
    Whole(u64),
    /// A number.
    Number,
    /// A duration: text with a unit, or whole seconds.
    Duration,
    /// A date, or text that spells one.
    Date,
    /// A list of texts.
    Texts,
    /// A list of public texts.
    Publics,
    /// A list of paths.
    Paths,
    /// A list of commands, each a list of texts.
    Commands,
    /// One of these words, or a table.
    WordOrTable(&'static [&'static str]),
    /// Anything.
    Any,
}

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its path.
    pub path: &'static str,
    /// What its value must look like.
    pub shape: Shape,
    /// What holds without it, in words; empty when nothing does.
    pub default: &'static str,
    /// What it is.
    pub about: &'static str,
}

use Shape::{
    Any, Bool, Commands, Date, Duration, Number, Path, Paths, Public, Publics, Secret, Text, Texts,
    Whole, Word, WordOrTable,
};

const U64: u64 = i64::MAX as u64;
const U32: u64 = u32::MAX as u64;
const U16: u64 = u16::MAX as u64;
const U8: u64 = u8::MAX as u64;

macro_rules! keys {
    ($($path:literal $shape:expr, $default:literal, $about:literal;)*) => {
        /// All keys; those of one table stand together.
        pub const KEYS: &[Key] = &[$(Key { path: $path, shape: $shape, default: $default, about: $about }),*];
    };
}

keys! {
    "service.network" Text, "", "the network this service runs on: mainnet, testnet or devnet";
    "service.active_profile" Text, "", "the profile whose overlay holds";
    "service.allow_remote_rpc" Bool, "false", "let the node be on another host";
    "service.node_rpc_url" Text, "grpc://127.0.0.1:16110", "where the Kaspa node answers";
    "service.data_dir" Path, "the data directory of the command line", "where the service keeps its files";
    "service.allow_schema_wipe" Bool, "false", "let an incompatible database be deleted";
    "service.node_rpc_circuit_breaker.failure_threshold" Whole(U32), "5", "failures that open the breaker";
    "service.node_rpc_circuit_breaker.open_duration_secs" Whole(U64), "30", "seconds it stays open";
    "service.node_rpc_circuit_breaker.success_threshold" Whole(U32), "2", "successes that close it";
    "service.use_encrypted_secrets" Bool, "false", "take secrets from the encrypted file, not from the environment";
    "service.secrets_file" Path, "DATA_DIR/secrets.bin", "the encrypted secrets file";
    "service.key_audit_log_path" Path, "DATA_DIR/key-audit.log", "the log of every use of a key";
    "service.passphrase_rotation_enabled" Bool, "true, on devnet false", "judge the age of the passphrase";
    "service.passphrase_rotation_warn_days" Whole(U64), "60 on mainnet, 90 on testnet, 0 on devnet", "age in days that is worth a warning; 0 = off";
    "service.passphrase_rotation_error_days" Whole(U64), "90 on mainnet, else 0", "age in days at which the service refuses to start; 0 = off";
    "service.pskt.node_rpc_url" Text, "service.node_rpc_url", "the node for transactions";
    "service.pskt.source_addresses" Texts, "derived from the redeem script", "addresses that are spent from";
    "service.pskt.redeem_script_hex" Public, "", "the multisignature script";
    "service.pskt.sig_op_count" Whole(U8), "2", "signature operations of an input";
    "service.pskt.outputs[].address" Text, "", "who is paid";
    "service.pskt.outputs[].amount_sompi" Whole(U64), "", "how much";
    "service.pskt.fee_payment_mode" WordOrTable(&["recipient_pays", "signers_pay", "split"]), "recipient_pays", "who pays the fee";
    "service.pskt.fee_payment_mode.split.recipient_parts" Whole(U32), "", "the recipient's parts of the fee";
    "service.pskt.fee_payment_mode.split.signer_parts" Whole(U32), "", "the signers' parts of the fee";
    "service.pskt.fee_sompi" Whole(U64), "", "a fixed fee";
    "service.pskt.change_address" Text, "the first source address", "where the rest goes";
    "service.hd.key_type" Word(&["hd_mnemonic", "mnemonic", "raw_private_key", "raw", "private_key"]), "hd_mnemonic", "what the wallet secret is";
    "service.hd.xpubs" Publics, "", "public keys of the signers";
    "service.hd.required_sigs" Whole(U32), "0", "signatures that are needed";
    "service.hd.derivation_path" Text, "the master key itself", "from the master key to the signing key";
    "service.hd.mnemonics" Any, "", "removed: phrases in the clear";
    "service.hd.encrypted_mnemonics" Any, "", "removed: phrases in the configuration";
    "runtime.test_mode" Bool, "false", "run a test instead of the service";
    "runtime.test_recipient" Text, "", "who is paid in a test";
    "runtime.test_amount_sompi" Whole(U64), "", "how much";
    "runtime.hd_test_derivation_path" Text, "", "the key of a test";
    "runtime.session_timeout_seconds" Whole(U64), "60", "how long signers have, 1 to 600";
    "runtime.session_expiry_seconds" Whole(U64), "600", "when a session is forgotten";
    "runtime.crdt_gc_interval_seconds" Whole(U64), "600", "how often old state is cleaned";
    "runtime.crdt_gc_ttl_seconds" Whole(U64), "86400", "how long state is kept";
    "signing.backend" Word(&["threshold", "musig2", "mpc"]), "threshold", "how signatures are made";
    "rpc.addr" Text, "127.0.0.1:8088", "where the service answers";
    "rpc.token" Secret, "", "what a caller must show";
    "rpc.enabled" Bool, "false", "answer callers";
    "rpc.rate_limit_rps" Whole(U32), "", "requests a second";
    "rpc.rate_limit_burst" Whole(U32), "", "requests at once";
    "rpc.hyperlane_mailbox_wait_seconds" Whole(U64), "", "how long to wait for a message";
    "policy.allowed_destinations" Texts, "everyone", "addresses that may be paid";
    "policy.min_amount_sompi" Whole(U64), "", "the least amount";
    "policy.max_amount_sompi" Whole(U64), "", "the largest amount";
    "policy.max_daily_volume_sompi" Whole(U64), "", "the largest sum of a day";
    "policy.require_reason" Bool, "false", "every payment says why";
    "group.network_id" Whole(U8), "iroh.network_id", "the number of the network among signers";
    "group.threshold_m" Whole(U16), "0", "signatures that are needed";
    "group.threshold_n" Whole(U16), "0", "signers";
    "group.member_pubkeys" Publics, "", "public keys of the signers, in the order of the script";
    "group.fee_rate_sompi_per_gram" Whole(U64), "0", "fee rate";
    "group.finality_blue_score_threshold" Whole(U64), "0", "depth that counts as final";
    "group.dust_threshold_sompi" Whole(U64), "0", "the least output";
    "group.min_recipient_amount_sompi" Whole(U64), "0", "the least a recipient gets";
    "group.session_timeout_seconds" Whole(U64), "0", "how long signers have, 1 to 600";
    "group.group_metadata.creation_timestamp_nanos" Whole(U64), "0", "when the group was made";
    "group.group_metadata.group_name" Text, "", "its name";
    "group.group_metadata.policy_version" Whole(U32), "1", "version of its policy";
    "group.group_metadata.extra" Any, "", "anything else";
    "two_phase.proposal_timeout_ms" Whole(U64), "5000", "milliseconds for a proposal";
    "two_phase.commit_quorum" Whole(U16), "0", "signers that must agree";
    "two_phase.min_input_score_depth" Whole(U64), "0", "depth of inputs";
    "two_phase.revalidate_inputs_on_commit" Bool, "true", "look at inputs again";
    "two_phase.retry.max_retries" Whole(U32), "3", "tries";
    "two_phase.retry.base_delay_ms" Whole(U64), "5000", "first pause";
    "two_phase.retry.max_delay_ms" Whole(U64), "30000", "longest pause";
    "two_phase.retry.backoff_multiplier" Number, "2.0", "how pauses grow";
    "two_phase.retry.jitter_ms" Whole(U64), "250", "chance in a pause";
    "hyperlane.validators" Publics, "", "validators of messages";
    "hyperlane.threshold" Whole(U8), "", "how many must sign";
    "hyperlane.events_dir" Path, "", "where events come from";
    "hyperlane.poll_secs" Whole(U64), "5", "how often to look";
    "hyperlane.domains[].domain" Whole(U32), "", "a domain's number";
    "hyperlane.domains[].validators" Publics, "", "its validators";
    "hyperlane.domains[].threshold" Whole(U8), "", "how many must sign";
    "hyperlane.domains[].mode" Word(&["message_id_multisig", "merkle_root_multisig"]), "", "what they sign";
    "layerzero.endpoint_pubkeys" Publics, "", "keys of endpoints";
    "iroh.peer_id" Public, "", "the name of this peer";
    "iroh.signer_seed_hex" Secret, "", "the seed of this peer's key";
    "iroh.verifier_keys" Publics, "", "keys of the other peers";
    "iroh.group_id" Public, "", "the group's id";
    "iroh.network_id" Whole(U8), "0", "the number of the network among signers";
    "iroh.bootstrap" Publics, "", "peers to start from";
    "iroh.bootstrap_addrs" Publics, "", "their addresses";
    "iroh.bind_port" Whole(U16), "", "the port to listen on";
    "iroh.discovery.enable_pkarr" Bool, "false", "find peers by pkarr";
    "iroh.discovery.enable_dns" Bool, "false", "find peers by DNS";
    "iroh.discovery.dns_domain" Text, "", "under this domain";
    "iroh.relay.enable" Bool, "false", "use a relay";
    "iroh.relay.custom_url" Text, "", "this one";
    "profiles.*" Any, "", "an overlay: any table above, and hd and pskt for those of [service]";

    "strongroom.config_version" Whole(U32), "1", "version of our tables in this file";
    "security.network" Text, "", "the network whose rules hold";
    "security.store" Path, "", "the store of secrets-admin when none is named";
    "security.secret_cache_ttl" Duration, "", "how long a service may keep secrets in memory; 0 = not at all";
    "security.required_secrets" Texts, "", "names that must be in the store";
    "security.payment_secret_names" Texts, "", "further names that mean the payment secret";
    "security.wallet_secret_names" Texts, "", "further names that mean the wallet secret";
    "security.store_keys" Publics, "", "keys that may have signed the store";
    "security.min_generation" Whole(U64), "", "the lowest generation of the store that is accepted";
    "security.state_dir" Path, "the host's", "where rollback state is kept";
    "security.state" Word(&["dir", "none"]), "dir", "none gives up rollback detection";
    "security.inventory" Word(&["full", "keys", "none"]), "full", "what a store shows without a passphrase";
    "security.max_kdf_mem_mib" Whole(4_194_303), "1024", "most memory a keyslot may ask for";
    "security.env_secrets" Bool, "false", "take secrets from the environment";
    "security.use_env_secrets" Bool, "false", "the same, in the spelling of Igra's guide";
    "security.env_files" Paths, "", "files of environment variables that the service is started with";
    "security.passphrase_min_length" Whole(64), "the network's", "least length of a new passphrase in code points; what lies above the network's is demanded on every network";
    "security.passphrase_min_score" Whole(4), "the network's", "least zxcvbn score of a new passphrase; as above";
    "security.passphrase_require_upper" Bool, "false", "a composition rule, which NIST SP 800-63B-4 forbids";
    "security.passphrase_require_lower" Bool, "false", "a composition rule";
    "security.passphrase_require_digit" Bool, "false", "a composition rule";
    "security.passphrase_require_symbol" Bool, "false", "a composition rule";
    "security.passphrase_max_age" Duration, "", "a calendar rule for passphrases, which NIST SP 800-63B-4 forbids";
    "security.levels.*" Word(&["error", "warning", "info"]), "", "a rule's severity, raised";
    "security.waive[].rule" Text, "", "the rule that is waived";
    "security.waive[].until" Date, "", "the last day of the waiver";
    "security.waive[].reason" Text, "", "why";
    "audit.path" Path, "STORE.audit.jsonl", "the audit log";
    "audit.mode" Word(&["enforce", "warn"]), "enforce on mainnet, else warn", "what becomes of an action that cannot be recorded";
    "rotation.identity_max_age" Duration, "365d", "age at which an identity key is replaced";
    "rotation.signed_prekey_max_age" Duration, "30d", "age at which a signed prekey is replaced";
    "rotation.wrap_max_age" Duration, "730d", "age at which a wrapping key is replaced";
    "rotation.max_signatures" Whole(U64), "10000", "uses after which a key is replaced";
    "rotation.max_age" Duration, "90d", "age at which an encryption, signing, wallet or MAC key is replaced";
    "rotation.warn" Duration, "7d", "how long before its end an age is announced";
    "rotation.grace" Duration, "7d", "how long the private half of a replaced version is kept";
    "rotation.auto_rotate" Bool, "false", "key-rotate run-due replaces keys that are due";
    "rotation.keys.*.max_age" Duration, "its role's", "for one key: age at which it is replaced";
    "rotation.keys.*.max_uses" Whole(U64), "rotation.max_signatures", "for one key: uses after which it is replaced";
    "rotation.keys.*.warn" Duration, "rotation.warn", "for one key: how long before its end an age is announced";
    "rotation.keys.*.grace" Duration, "rotation.grace", "for one key: how long the private half of a replaced version is kept";
    "rotation.keys.*.auto_rotate" Bool, "rotation.auto_rotate", "for one key: run-due replaces it when it is due";
    "rotation.secrets.*.secret" Text, "", "for one label: the name of the secret that is replaced";
    "rotation.secrets.*.generate" Text, "", "how a new value is made: base64:BYTES, hex:BYTES or passphrase:WORDS";
    "rotation.secrets.*.hook" Texts, "", "the program that prints a new value, and its arguments";
    "rotation.secrets.*.max_age" Duration, "rotation.max_age", "age at which the value is replaced";
    "rotation.secrets.*.warn" Duration, "rotation.warn", "how long before its end an age is announced";
    "rotation.secrets.*.grace" Duration, "rotation.grace", "how long a replaced value is kept";
    "rotation.secrets.*.auto_rotate" Bool, "rotation.auto_rotate", "run-due replaces the value when it is due";
    "rotation.pre_hooks" Commands, "", "programs that run before a rotation; each may veto";
    "rotation.post_hooks" Commands, "", "programs that run after a rotation";
    "rotation.hook_timeout" Duration, "30s", "how long each of these programs may take, 1s to 1h";
    "backup.max_age" Duration, "7d", "age of the last backup";
    "backup.max_drill_age" Duration, "30d", "age of the last restored backup";
    "backup.dirs" Paths, "", "where backups are kept; new ones are made in the first";
    "backup.keep_last" Whole(65535), "0", "prune keeps the newest so many";
    "backup.keep_daily" Whole(65535), "0", "prune keeps the newest of each of so many days";
    "backup.keep_weekly" Whole(65535), "0", "prune keeps the newest of each of so many weeks";
    "backup.keep_monthly" Whole(65535), "0", "prune keeps the newest of each of so many months";
    "recovery.max_attempts" Whole(1000), "5", "failed attempts until a ceremony is locked";
    "recovery.delay" Duration, "", "pause after a failed attempt";
    "backend.kind" Word(&["file", "env"]), "file", "where secrets come from";
}

/// Keys that were known once.
pub const REMOVED: &[&str] = &["service.hd.mnemonics", "service.hd.encrypted_mnemonics"];

/// The key at a pattern, such as `hyperlane.domains[].mode`.
pub fn key(pattern: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == pattern)
}

/// Whose keys a table of the file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// These, which stand together, where their paths have so many bytes in common.
    Keys(&'static [Key], usize),
    /// The overlay of a profile: every table of the file, and two of those in `service`.
    Overlay,
}

/// What may stand under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// A value.
    pub key: Option<&'static Key>,
    /// A table.
    pub table: Option<Level>,
    /// An array of tables.
    pub items: Option<Level>,
}

impl Level {
    /// The whole file.
    pub const FILE: Self = Self::Keys(KEYS, 0);
    /// The tables of `service` that an overlay has beside the others.
    const OF_SERVICE: [&'static str; 2] = ["hd", "pskt"];

    /// What may stand under `name` here; none when nobody knows it.
    pub fn named(self, name: &str) -> Option<Named> {
        let (keys, at) = match self {
            Self::Keys(keys, at) => (keys, at),
            Self::Overlay if Self::OF_SERVICE.contains(&name) => {
                return Self::FILE.named("service")?.table?.named(name);
            }
            Self::Overlay => (KEYS, 0),
        };
        if name.contains(['.', '[']) && !self.takes_any_name() {
            return None;
        }
        let name = if self.takes_any_name() { "*" } else { name };
        let (end, first) = (at + name.len(), name.bytes().next());
        let after = |key: &Key| key.path.as_bytes().get(end).copied();
        let is_under = |key: &Key| {
            key.path.as_bytes().get(at).copied() == first
                && matches!(after(key), None | Some(b'.' | b'['))
                && key.path.get(at..end) == Some(name)
        };
        let first = keys.iter().position(is_under)?;
        let count = keys[first..].iter().take_while(|key| is_under(key)).count();
        let keys = &keys[first..first + count];
        // The value itself stands first, then the keys of a table or those of an array of them, never both.
        let below = |sign: u8, len: usize| {
            let first = keys.iter().position(|key| after(key) == Some(sign))?;
            Some(Self::Keys(&keys[first..], end + len))
        };
        let key = keys.iter().find(|key| after(key).is_none());
        let is_profile = key.is_some_and(|key| key.path == "profiles.*");
        let table = if is_profile { Some(Self::Overlay) } else { below(b'.', ".".len()) };
        Some(Named { key, table, items: below(b'[', "[].".len()) })
    }

    /// True where the operator chooses the names.
    pub fn takes_any_name(self) -> bool {
        matches!(self, Self::Keys([key, ..], at) if key.path[at..].starts_with('*'))
    }

    /// The names that may stand here, in the order of the table above.
    pub fn names(self) -> Vec<&'static str> {
        let (keys, at) = match self {
            Self::Keys(keys, at) => (keys, at),
            Self::Overlay => return [Self::FILE.names(), Self::OF_SERVICE.to_vec()].concat(),
        };
        let mut names: Vec<&'static str> = Vec::new();
        for key in keys {
            let name = key.path[at..].split(['.', '[']).next().unwrap_or_default();
            if names.last() != Some(&name) {
                names.push(name);
            }
        }
        names
    }
}

impl Shape {
    /// What a value must be, to follow a key's name.
    pub fn expected(self) -> String {
        match self {
            Self::Text | Self::Public | Self::Secret | Self::Path => "is a string".to_owned(),
            Self::Word(words) => format!("is one of {}", words.join(", ")),
            Self::WordOrTable(words) => format!("is one of {}, or a table", words.join(", ")),
            Self::Bool => "is true or false".to_owned(),
            Self::Whole(max) if max >= U64 => "is a whole number from 0".to_owned(),
            Self::Whole(max) => format!("is a whole number from 0 to {max}"),
            Self::Number => "is a number".to_owned(),
            Self::Duration => "is a number with a unit, such as \"300s\" or \"5m\"".to_owned(),
            Self::Date => "is a date, such as 2027-01-31".to_owned(),
            Self::Texts | Self::Publics | Self::Paths => "is a list of strings".to_owned(),
            Self::Commands => "is a list of commands, each a list of strings".to_owned(),
            Self::Any => "is a value".to_owned(),
        }
    }

    /// Whether a value may be shown: it can be no secret that somebody pasted.
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::Bool | Self::Whole(_) | Self::Number | Self::Date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_stands_once_and_says_what_it_is() {
        for (n, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..n].iter().all(|other| other.path != key.path), "{}", key.path);
            assert!(!key.about.is_empty() && !key.about.ends_with('.'), "{}", key.path);
        }
    }

    fn at(path: &[&str]) -> Named {
        let (last, tables) = path.split_last().expect("a name");
        let inside = |level: Level, name: &&str| {
            let named = level.named(name).expect(name);
            named.table.or(named.items).expect(name)
        };
        tables.iter().fold(Level::FILE, inside).named(last).expect(last)
    }

    #[test]
    fn the_keys_of_one_table_stand_together() {
        fn count(level: Level) -> usize {
            let own = |name: &&str| {
                let named = level.named(name).expect(name);
                let below: usize = [named.table, named.items]
                    .into_iter()
                    .flatten()
                    .filter(|level| *level != Level::Overlay)
                    .map(count)
                    .sum();
                below + usize::from(named.key.is_some())
            };
            level.names().iter().map(own).sum()
        }
        // Each is met on the way down, and none twice.
        assert_eq!(count(Level::FILE), KEYS.len());
    }

    #[test]
    fn names_are_found_at_every_depth() {
        assert!(Level::FILE.names().starts_with(&["service", "runtime"]));
        let domains = at(&["hyperlane", "domains"]);
        assert_eq!((domains.key, domains.table), (None, None));
        let inside = domains.items.expect("an array");
        assert_eq!(inside.names(), ["domain", "validators", "threshold", "mode"]);
        assert!(at(&["security", "levels"]).table.expect("a table").takes_any_name());
        let mode = at(&["service", "pskt", "fee_payment_mode"]);
        assert_eq!(mode.table.expect("a table").names(), ["split"]);
        assert!(matches!(mode.key.expect("a value").shape, WordOrTable(_)));
        let of_one = at(&["rotation", "keys", "anything", "max_age"]).key.expect("a key");
        assert_eq!(of_one.path, "rotation.keys.*.max_age");
        let overlay = at(&["profiles", "a.b"]).table.expect("a table");
        assert!(overlay.names().ends_with(&["hd", "pskt"]));
        let in_service = overlay.named("hd").and_then(|hd| hd.table?.named("key_type")?.key);
        assert_eq!(in_service.expect("a key").path, "service.hd.key_type");
        assert_eq!(key("group.threshold_m").map(|key| key.shape), Some(Whole(65535)));
        for stranger in ["servic", "service.hd", "hyperlane[]", "*", "", "service.hd.key_type"] {
            assert_eq!(Level::FILE.named(stranger), None, "{stranger}");
        }
    }
}
