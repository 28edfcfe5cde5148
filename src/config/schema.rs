//! The shape of `[security]`, `[audit]` and `[rotation]` as they stand in the file, and what their values must be.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use toml::Spanned;

use super::hooks::{self, HookCommands};
use super::{AuditMode, Config, InventoryDetail, MAX_STORE_KEYS, StateChoice};
use crate::name::SecretName;
use crate::network::policy::PassphraseDemands;

/// The keys of `[security]` that the running tools heed.
pub(super) const KEYS: &[&str] = &[
    "network",
    "store",
    "secret_cache_ttl",
    "required_secrets",
    "payment_secret_names",
    "wallet_secret_names",
    "store_keys",
    "min_generation",
    "state_dir",
    "state",
    "inventory",
    "max_kdf_mem_mib",
    "passphrase_min_length",
    "passphrase_min_score",
];

/// The keys of `[audit]`.
pub(super) const AUDIT_KEYS: &[&str] = &["path", "mode"];

/// The keys of `[rotation]` that the running tools heed.
pub(super) const ROTATION_KEYS: &[&str] = &["pre_hooks", "post_hooks", "hook_timeout"];

/// Largest `max_kdf_mem_mib`: Argon2's own limit, 2^32 - 1 KiB.
const MAX_KDF_MIB: u32 = u32::MAX >> 10;

/// `[security]` as written: types are right, values are unchecked.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSecurity {
    network: Option<Spanned<String>>,
    store: Option<Spanned<String>>,
    secret_cache_ttl: Option<Spanned<RawDuration>>,
    #[serde(default)]
    required_secrets: Vec<Spanned<String>>,
    #[serde(default)]
    payment_secret_names: Vec<Spanned<String>>,
    #[serde(default)]
    wallet_secret_names: Vec<Spanned<String>>,
    store_keys: Option<Spanned<Vec<Spanned<String>>>>,
    min_generation: Option<Spanned<u64>>,
    state_dir: Option<Spanned<String>>,
    state: Option<Spanned<String>>,
    inventory: Option<Spanned<String>>,
    max_kdf_mem_mib: Option<Spanned<u32>>,
    passphrase_min_length: Option<Spanned<usize>>,
    passphrase_min_score: Option<Spanned<u8>>,
}

/// `[audit]` as written: types are right, values are unchecked.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAudit {
    path: Option<Spanned<String>>,
    mode: Option<Spanned<String>>,
}

/// `[rotation]` as written: types are right, values are unchecked.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRotation {
    pre_hooks: Option<Spanned<Vec<Spanned<Vec<String>>>>>,
    post_hooks: Option<Spanned<Vec<Spanned<Vec<String>>>>>,
    hook_timeout: Option<Spanned<RawDuration>>,
}

/// A duration: text with a unit, or whole seconds. Nothing when it is neither.
pub(super) struct RawDuration(pub(super) Option<Duration>);

impl<'de> Deserialize<'de> for RawDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = RawDuration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(expected("secret_cache_ttl"))
            }

            fn visit_str<E>(self, text: &str) -> Result<RawDuration, E> {
                Ok(RawDuration(duration(text)))
            }

            fn visit_i64<E>(self, seconds: i64) -> Result<RawDuration, E> {
                Ok(RawDuration(u64::try_from(seconds).ok().map(Duration::from_secs)))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A whole number and one of the units `s`, `m`, `h`, `d`, without blanks.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return None,
    };
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(number.parse::<u64>().ok()?.checked_mul(seconds)?))
}

/// What a key's value must be, to follow its name.
pub(super) fn expected(key: &str) -> &'static str {
    match key {
        "network" | "state" | "inventory" | "mode" => "is a string",
        "store" | "state_dir" | "path" => "is an absolute path",
        "pre_hooks" | "post_hooks" => "is a list of commands, each a list of strings",
        "secret_cache_ttl" | "hook_timeout" => {
            "is a number with a unit, such as \"300s\" or \"5m\""
        }
        "required_secrets" | "payment_secret_names" | "wallet_secret_names" | "dirs" => {
            "is a list of strings"
        }
        "store_keys" => "is a list of keys of 64 hexadecimal digits",
        "min_generation" | "max_signatures" => "is a whole number from 0",
        "identity_max_age"
        | "signed_prekey_max_age"
        | "wrap_max_age"
        | "max_age"
        | "max_drill_age"
        | "warn"
        | "grace" => "is a number with a unit, such as \"30d\"",
        "keep_last" | "keep_daily" | "keep_weekly" | "keep_monthly" => {
            "is a whole number from 0 to 65535"
        }
        "auto_rotate" => "is true or false",
        "keys" => "has tables with max_age, max_uses, warn, grace, auto_rotate",
        "max_kdf_mem_mib" => "is a whole number from 1 to 4194303",
        "passphrase_min_length" => "is a whole number from 0 to 64",
        "passphrase_min_score" => "is a whole number from 0 to 4",
        _ => "has a value of the wrong type",
    }
}

/// Checks every value. What is wrong is left out and told, with its place.
pub(super) fn check(
    raw: &RawSecurity,
    audit: &RawAudit,
    rotation: &RawRotation,
) -> (Config, Vec<Wrong>) {
    let checker = Checker(RefCell::default());
    let mut config = Config {
        network: checker.opt("network", raw.network.as_ref(), |text| {
            text.parse().map_err(|_| "is one of mainnet, testnet, devnet")
        }),
        store: checker.opt("store", raw.store.as_ref(), |text| path("store", text)),
        secret_cache_ttl: checker.opt("secret_cache_ttl", raw.secret_cache_ttl.as_ref(), |d| {
            d.0.ok_or(expected("secret_cache_ttl"))
        }),
        required_secrets: checker.names("required_secrets", &raw.required_secrets),
        store_keys: checker.store_keys(raw.store_keys.as_ref()),
        min_generation: raw.min_generation.as_ref().map(|n| *n.get_ref()),
        max_kdf_mem_mib: checker.opt("max_kdf_mem_mib", raw.max_kdf_mem_mib.as_ref(), |&mib| {
            Some(mib)
                .filter(|mib| (1..=MAX_KDF_MIB).contains(mib))
                .ok_or(expected("max_kdf_mem_mib"))
        }),
        ..Config::default()
    };
    let (length, score) = (raw.passphrase_min_length.as_ref(), raw.passphrase_min_score.as_ref());
    config.passphrase = PassphraseDemands {
        min_length: checker.opt("passphrase_min_length", length, |&least| {
            Some(least).filter(|least| *least <= 64).ok_or(expected("passphrase_min_length"))
        }),
        min_score: checker.opt("passphrase_min_score", score, |&least| {
            Some(least).filter(|least| *least <= 4).ok_or(expected("passphrase_min_score"))
        }),
    };
    config.roles.payment_names = checker.names("payment_secret_names", &raw.payment_secret_names);
    config.roles.wallet_names = checker.names("wallet_secret_names", &raw.wallet_secret_names);
    config.inventory = checker
        .opt("inventory", raw.inventory.as_ref(), |text| match text.as_str() {
            "full" => Ok(InventoryDetail::Full),
            "keys" => Ok(InventoryDetail::Keys),
            "none" => Ok(InventoryDetail::None),
            _ => Err("is one of full, keys, none"),
        })
        .unwrap_or_default();
    if let Some(path) =
        checker.opt("state_dir", raw.state_dir.as_ref(), |text| path("state_dir", text))
    {
        config.state = StateChoice::Directory(path);
    }
    checker.opt("state", raw.state.as_ref(), |text| match (text.as_str(), &config.state) {
        ("dir", _) => Ok(()),
        ("none", StateChoice::Directory(_)) => Err("= \"none\" contradicts `state_dir`"),
        ("none", _) => {
            config.state = StateChoice::None;
            Ok(())
        }
        _ => Err("is one of dir, none"),
    });
    config.audit_path = checker.opt("path", audit.path.as_ref(), |text| path("path", text));
    config.audit_mode = checker.opt("mode", audit.mode.as_ref(), |text| match text.as_str() {
        "enforce" => Ok(AuditMode::Enforce),
        "warn" => Ok(AuditMode::Warn),
        _ => Err("is one of enforce, warn"),
    });
    config.hooks = HookCommands {
        pre: checker.commands("pre_hooks", rotation.pre_hooks.as_ref()),
        post: checker.commands("post_hooks", rotation.post_hooks.as_ref()),
        timeout: checker.opt("hook_timeout", rotation.hook_timeout.as_ref(), |limit| {
            limit.0.ok_or(expected("hook_timeout")).and_then(hooks::timeout)
        }),
    };
    (config, checker.0.into_inner())
}

/// A wrong value: where it stands, and why.
pub(super) type Wrong = (Range<usize>, String);

/// Checks values and keeps what is wrong.
struct Checker(RefCell<Vec<Wrong>>);

impl Checker {
    /// Checks a value that may be missing. The error of `check` follows the key's name.
    fn opt<T, U>(
        &self,
        key: &str,
        value: Option<&Spanned<T>>,
        check: impl FnOnce(&T) -> Result<U, &'static str>,
    ) -> Option<U> {
        let value = value?;
        check(value.get_ref())
            .map_err(|e| self.0.borrow_mut().push((value.span(), format!("`{key}` {e}"))))
            .ok()
    }

    fn names(&self, key: &str, raw: &[Spanned<String>]) -> Vec<SecretName> {
        raw.iter()
            .filter_map(|name| {
                SecretName::parse(name.get_ref())
                    .map_err(|e| self.0.borrow_mut().push((name.span(), format!("`{key}`: {e}"))))
                    .ok()
            })
            .collect()
    }

    fn commands(
        &self,
        key: &str,
        raw: Option<&Spanned<Vec<Spanned<Vec<String>>>>>,
    ) -> Vec<Vec<String>> {
        let Some(commands) = raw else { return Vec::new() };
        if commands.get_ref().len() > hooks::MAX_HOOKS {
            let problem = format!("`{key}` has at most {} commands", hooks::MAX_HOOKS);
            self.0.borrow_mut().push((commands.span(), problem));
        }
        let check = |words: &Vec<String>| hooks::command(words);
        commands
            .get_ref()
            .iter()
            .filter_map(|command| self.opt(key, Some(command), check))
            .collect()
    }

    fn store_keys(&self, raw: Option<&Spanned<Vec<Spanned<String>>>>) -> Vec<[u8; 32]> {
        let Some(keys) = raw else { return Vec::new() };
        if keys.get_ref().len() > MAX_STORE_KEYS {
            let problem = format!("`store_keys` has at most {MAX_STORE_KEYS} keys");
            self.0.borrow_mut().push((keys.span(), problem));
        }
        let decode = |key: &String| {
            data_encoding::HEXLOWER_PERMISSIVE
                .decode(key.as_bytes())
                .ok()
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or(expected("store_keys"))
        };
        keys.get_ref().iter().filter_map(|key| self.opt("store_keys", Some(key), decode)).collect()
    }
}

fn path(key: &str, text: &str) -> Result<PathBuf, &'static str> {
    absolute(text).ok_or(expected(key))
}

/// A path that means the same wherever the command is started, and that can be printed.
pub(super) fn absolute(text: &str) -> Option<PathBuf> {
    (text.starts_with('/') && !text.chars().any(char::is_control)).then(|| PathBuf::from(text))
}
