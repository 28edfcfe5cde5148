//! The shape of `[rotation]` as it stands in the file, and what its values must be.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::schema::{RawDuration, Wrong};
use crate::keyring::{KeyId, Role};
use crate::name::SecretName;
use crate::network::NetworkMode;
use crate::rotation::policy::{Field, Overrides, Policies};
use crate::rotation::secrets::{Maker, SecretRotation};

/// The keys of `[rotation]` that the running tools heed.
pub(super) const KEYS: &[&str] = &[
    "identity_max_age",
    "signed_prekey_max_age",
    "wrap_max_age",
    "max_signatures",
    "max_age",
    "warn",
    "grace",
    "auto_rotate",
    "keys",
    "secrets",
];

/// `[rotation]` as written: types are right, values are unchecked.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRotation {
    identity_max_age: Option<Spanned<RawDuration>>,
    signed_prekey_max_age: Option<Spanned<RawDuration>>,
    wrap_max_age: Option<Spanned<RawDuration>>,
    max_signatures: Option<Spanned<u64>>,
    max_age: Option<Spanned<RawDuration>>,
    warn: Option<Spanned<RawDuration>>,
    grace: Option<Spanned<RawDuration>>,
    auto_rotate: Option<bool>,
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, RawKey>,
    #[serde(default)]
    secrets: BTreeMap<Spanned<String>, RawSecret>,
}

/// `[rotation.secrets.LABEL]` as written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSecret {
    secret: Option<Spanned<String>>,
    generate: Option<Spanned<String>>,
    hook: Option<Spanned<Vec<String>>>,
    max_age: Option<Spanned<RawDuration>>,
    warn: Option<Spanned<RawDuration>>,
    grace: Option<Spanned<RawDuration>>,
    auto_rotate: Option<bool>,
}

/// `[rotation.keys.ID]` as written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    max_age: Option<Spanned<RawDuration>>,
    max_uses: Option<Spanned<u64>>,
    warn: Option<Spanned<RawDuration>>,
    grace: Option<Spanned<RawDuration>>,
    auto_rotate: Option<bool>,
}

type Age<'a> = &'a Option<Spanned<RawDuration>>;

/// Checks every value by what holds on every network; what is stricter on one is for those who know which one it is.
pub(super) fn check(raw: &RawRotation, wrong: &mut Vec<Wrong>) -> Policies {
    let mut seconds = |name: &str, value: Age<'_>, field: Field| {
        let value = value.as_ref()?;
        let found = value.get_ref().0.map(|duration| duration.as_secs());
        // A role without an age of its own takes every bound there is.
        let overrides = match (found, field) {
            (None, _) => None,
            (age, Field::MaxAge) => Some(Overrides { max_age: age, ..Overrides::default() }),
            // Longer ages make longer warnings possible, so only the form is judged here.
            (warn, Field::Warn) => {
                let max_age = Some(crate::rotation::policy::MAX_AGE_DAYS * 86_400);
                Some(Overrides { max_age, warn, ..Overrides::default() })
            }
            (grace, _) => Some(Overrides { grace, ..Overrides::default() }),
        };
        let fault = match overrides {
            None => Some(super::schema::expected("max_age").to_owned()),
            Some(overrides) => overrides
                .faults(Role::Signing, NetworkMode::Devnet)
                .first()
                .map(|(_, fault)| fault.to_string()),
        };
        match fault {
            Some(fault) => {
                wrong.push((value.span(), format!("`{name}` {fault}")));
                None
            }
            None => found,
        }
    };
    let mut roles = BTreeMap::new();
    for (role, name, value) in [
        (Role::Identity, "identity_max_age", &raw.identity_max_age),
        (Role::SignedPrekey, "signed_prekey_max_age", &raw.signed_prekey_max_age),
        (Role::Wrap, "wrap_max_age", &raw.wrap_max_age),
    ] {
        if let Some(age) = seconds(name, value, Field::MaxAge) {
            roles.insert(role, age);
        }
    }
    let mut general = Overrides {
        max_age: seconds("max_age", &raw.max_age, Field::MaxAge),
        max_uses: None,
        warn: seconds("warn", &raw.warn, Field::Warn),
        auto_rotate: raw.auto_rotate,
        grace: seconds("grace", &raw.grace, Field::Grace),
    };
    let mut keys = BTreeMap::new();
    for (id, key) in &raw.keys {
        let overrides = Overrides {
            max_age: seconds("max_age", &key.max_age, Field::MaxAge),
            max_uses: None,
            warn: seconds("warn", &key.warn, Field::Warn),
            auto_rotate: key.auto_rotate,
            grace: seconds("grace", &key.grace, Field::Grace),
        };
        keys.insert(id.get_ref().clone(), overrides);
    }
    let mut of_secrets = BTreeMap::new();
    for (label, raw) in &raw.secrets {
        let overrides = Overrides {
            max_age: seconds("max_age", &raw.max_age, Field::MaxAge),
            max_uses: None,
            warn: seconds("warn", &raw.warn, Field::Warn),
            auto_rotate: raw.auto_rotate,
            grace: seconds("grace", &raw.grace, Field::Grace),
        };
        of_secrets.insert(label.get_ref().clone(), overrides);
    }
    general.max_uses = uses("max_signatures", raw.max_signatures.as_ref(), wrong);
    let mut named = BTreeMap::new();
    for (id, key) in &raw.keys {
        let mut overrides = keys.remove(id.get_ref()).unwrap_or_default();
        overrides.max_uses = uses("max_uses", key.max_uses.as_ref(), wrong);
        match KeyId::parse(id.get_ref()) {
            Ok(id) => drop(named.insert(id, overrides)),
            Err(error) => wrong.push((id.span(), format!("`keys`: {error}"))),
        }
    }
    let secrets = secrets(&raw.secrets, of_secrets, wrong);
    Policies { general, roles, keys: named, secrets }
}

fn secrets(
    raw: &BTreeMap<Spanned<String>, RawSecret>,
    mut overrides: BTreeMap<String, Overrides>,
    wrong: &mut Vec<Wrong>,
) -> BTreeMap<KeyId, SecretRotation> {
    let mut all: BTreeMap<KeyId, SecretRotation> = BTreeMap::new();
    for (label, raw) in raw {
        let mut fault = |at: std::ops::Range<usize>, text: &str| wrong.push((at, text.to_owned()));
        let id = KeyId::parse(label.get_ref());
        if let Err(error) = &id {
            fault(label.span(), &format!("`secrets`: {error}"));
        }
        let name = match raw.secret.as_ref().map(|name| (name, SecretName::parse(name.get_ref()))) {
            Some((_, Ok(name))) => Some(name),
            Some((at, Err(error))) => {
                fault(at.span(), &format!("`secret`: {error}"));
                None
            }
            None => {
                fault(label.span(), "a table of [rotation.secrets] names a `secret`");
                None
            }
        };
        let maker = match (&raw.generate, &raw.hook) {
            (Some(text), None) => {
                let maker = Maker::generator(text.get_ref());
                if maker.is_none() {
                    let expected = "`generate` is base64:BYTES or hex:BYTES of 16 to 1024 bytes, \
                                    or passphrase:WORDS of 7 to 20 words";
                    fault(text.span(), expected);
                }
                maker
            }
            (None, Some(words)) => match super::hooks::command(words.get_ref()) {
                Ok(words) => Some(Maker::Hook(words)),
                Err(error) => {
                    fault(words.span(), &format!("`hook` {error}"));
                    None
                }
            },
            _ => {
                fault(label.span(), "a table of [rotation.secrets] has `generate` or `hook`");
                None
            }
        };
        let (Ok(id), Some(secret), Some(maker)) = (id, name, maker) else { continue };
        if all.values().any(|other| other.secret == secret) {
            fault(label.span(), "two tables of [rotation.secrets] name one secret");
            continue;
        }
        let overrides = overrides.remove(label.get_ref()).unwrap_or_default();
        all.insert(id, SecretRotation { secret, maker, overrides });
    }
    all
}

fn uses(name: &str, value: Option<&Spanned<u64>>, wrong: &mut Vec<Wrong>) -> Option<u64> {
    let value = value?;
    let overrides = Overrides { max_uses: Some(*value.get_ref()), ..Overrides::default() };
    match overrides.faults(Role::Signing, NetworkMode::Devnet).first() {
        Some((_, fault)) => {
            wrong.push((value.span(), format!("`{name}` {fault}")));
            None
        }
        None => Some(*value.get_ref()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config;

    fn message(text: &str) -> String {
        let found = config::parse(text.as_bytes(), Path::new("c"));
        found.expect_err(text).to_string()
    }

    #[test]
    fn hostile_values_are_placed_and_refused() {
        let age = "is a whole number of days from 1 to 3650";
        for (line, expected) in [
            ("max_age = \"0d\"", format!("c:2:11: `max_age` {age}")),
            ("max_age = \"12h\"", format!("c:2:11: `max_age` {age}")),
            ("max_age = \"9999d\"", format!("c:2:11: `max_age` {age}")),
            ("identity_max_age = \"0s\"", format!("c:2:20: `identity_max_age` {age}")),
            (
                "max_age = -1",
                "c:2:11: `max_age` is a number with a unit, such as \"30d\"".to_owned(),
            ),
            (
                "max_signatures = 0",
                "c:2:18: `max_signatures` is a whole number from 1 to 1099511627776".to_owned(),
            ),
            ("max_signatures = -1", "c:2:18: `max_signatures` is a whole number from 0".to_owned()),
            ("grace = \"91d\"", "c:2:9: `grace` is a whole number of days from 0 to 90".to_owned()),
            ("auto_rotate = 1", "c:2:15: `auto_rotate` is true or false".to_owned()),
        ] {
            assert_eq!(message(&format!("[rotation]\n{line}")), expected);
        }
        assert!(message("[rotation.keys.\"a b\"]\nmax_age = \"5d\"").contains("a key's id is"));
        assert!(message("[rotation.keys.a]\nmax_uses = 0").contains("`max_uses` is a whole"));
        assert!(!message("[rotation.keys.a]\nage = 1").is_empty());
        for (lines, expected) in [
            ("generate = \"hex:32\"", "c:1:19: a table of [rotation.secrets] names a `secret`"),
            ("secret = \"a b\"\nhook = [\"/bin/a\"]", "c:2:10: `secret`: a secret's name"),
            ("secret = \"a\"", "c:1:19: a table of [rotation.secrets] has `generate` or `hook`"),
            ("secret = \"a\"\ngenerate = \"hex:8\"", "c:3:12: `generate` is base64:BYTES"),
            ("secret = \"a\"\nhook = [\"a\"]", "c:3:8: `hook` is a list of commands"),
            ("secret = \"a\"\ngenerate = \"hex:32\"\nmax_age = \"0d\"", "c:4:11: `max_age` is"),
        ] {
            let found = message(&format!("[rotation.secrets.t]\n{lines}"));
            assert!(found.starts_with(expected), "{found}");
        }
        let two = "[rotation.secrets.t]\nsecret = \"a\"\ngenerate = \"hex:32\"\n\
                   [rotation.secrets.u]\nsecret = \"a\"\ngenerate = \"hex:32\"";
        assert!(message(two).contains("name one secret"));
    }
}
