//! Names of secrets: what a name may look like, and which names carry a role.
//!
//! A name is an identifier, not free text: it is printed in lists, plans and findings, so nothing that could drive a
//! terminal or be mistaken for an option is a name. [`SecretRoles`] says which names mean *the* payment secret and *the*
//! wallet secret; every tool asks it, and none compares names itself.
//!
//! A text that is refused is never repeated: an operator may have pasted the secret where its name belongs.

use std::fmt;

use crate::kind::Kind;

/// The name of a secret: a letter or digit, then letters, digits, `.`, `_` and `-`, at most [`SecretName::MAX_BYTES`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(String);

/// Which rule of the grammar a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a secret's name cannot be empty")]
    Empty,
    /// More than [`SecretName::MAX_BYTES`].
    #[error("a secret's name has at most {} bytes", SecretName::MAX_BYTES)]
    TooLong,
    /// `-x` would read as an option, `.x` as a hidden file.
    #[error("a secret's name starts with a letter or a digit")]
    Start,
    /// Anything else than the characters of the grammar.
    #[error("a secret's name has only letters, digits, '.', '_' and '-'")]
    Character,
}

impl NameError {
    /// How a command ends that meets this error.
    pub fn kind(&self) -> Kind {
        Kind::Usage
    }
}

/// Which bytes a name may have.
static GRAMMAR: [bool; 256] = {
    let (mut allowed, mut byte) = ([false; 256], 0_u8);
    while byte.is_ascii() {
        allowed[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        byte += 1;
    }
    allowed
};

impl SecretName {
    /// Longest name, in bytes.
    pub const MAX_BYTES: usize = 128;

    /// Checks a text against the grammar.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        Self::check(text).map(|()| Self(text.to_owned()))
    }

    /// Whether a text is a name.
    pub fn is_valid(text: &str) -> bool {
        Self::check(text).is_ok()
    }

    fn check(text: &str) -> Result<(), NameError> {
        let Some(first) = text.bytes().next() else {
            return Err(NameError::Empty);
        };
        if text.len() > Self::MAX_BYTES {
            return Err(NameError::TooLong);
        }
        // Every byte is looked up, without a branch between: a store of a hundred thousand names is checked at each opening.
        if !text.bytes().fold(true, |good, byte| good & GRAMMAR[usize::from(byte)]) {
            return Err(NameError::Character);
        }
        if !first.is_ascii_alphanumeric() {
            return Err(NameError::Start);
        }
        Ok(())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for SecretName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for SecretName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Which names mean the payment secret and the wallet secret, next to the built-in ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretRoles {
    /// Names from `[security] payment_secret_names`.
    pub payment_names: Vec<SecretName>,
    /// Names from `[security] wallet_secret_names`.
    pub wallet_names: Vec<SecretName>,
}

impl SecretRoles {
    /// True for `igra.hd.payment_secret`, `payment_secret`, `igra.signer.payment_secret_<profile>` and the configured names.
    pub fn is_payment(&self, name: &str) -> bool {
        has_role(name, "payment_secret", &self.payment_names)
    }

    /// The names that [`is_payment`](Self::is_payment) is true for.
    pub fn payment(&self) -> RoleNames<'_> {
        RoleNames { role: "payment_secret", configured: &self.payment_names }
    }

    /// The names that [`is_wallet`](Self::is_wallet) is true for.
    pub fn wallet(&self) -> RoleNames<'_> {
        RoleNames { role: "wallet_secret", configured: &self.wallet_names }
    }

    /// True for `igra.hd.wallet_secret`, `wallet_secret`, `igra.signer.wallet_secret_<profile>` and the configured names.
    pub fn is_wallet(&self, name: &str) -> bool {
        has_role(name, "wallet_secret", &self.wallet_names)
    }
}

/// The names that have a role, as what to look up in a sorted list instead of asking of each name what it is.
#[derive(Clone, Copy, Debug)]
pub struct RoleNames<'a> {
    role: &'static str,
    configured: &'a [SecretName],
}

impl RoleNames<'_> {
    /// Whole names.
    pub fn exact(&self) -> impl Iterator<Item = String> {
        [self.role.to_owned(), format!("igra.hd.{}", self.role)]
            .into_iter()
            .chain(self.configured.iter().map(ToString::to_string))
    }

    /// What the name of every profile's secret starts with; the profile follows.
    pub fn prefix(&self) -> String {
        format!("igra.signer.{}_", self.role)
    }

    /// Whether `name` is one of them.
    pub fn contains(&self, name: &str) -> bool {
        has_role(name, self.role, self.configured)
    }
}

/// The name of the payment secret of one signer's profile, such as `signer-01`.
pub fn payment_secret_of(profile: &str) -> String {
    format!("igra.signer.payment_secret_{profile}")
}

/// The profile that a name of the role `payment_secret` belongs to; `None` when it is not one profile's.
pub fn profile_of_payment_secret(name: &str) -> Option<&str> {
    profile(name, "payment_secret")
}

fn profile<'a>(name: &'a str, role: &str) -> Option<&'a str> {
    name.strip_prefix("igra.signer.")?
        .strip_prefix(role)?
        .strip_prefix('_')
        .filter(|profile| !profile.is_empty())
}

fn has_role(name: &str, role: &str, configured: &[SecretName]) -> bool {
    name == role
        || name.strip_prefix("igra.hd.") == Some(role)
        || profile(name, role).is_some()
        || configured.iter().any(|other| other.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers() {
        for good in ["a", "7", "igra.hd.payment_secret", "A-b_c.d", &"n".repeat(128)] {
            assert_eq!(SecretName::parse(good).expect("valid").to_string(), good);
        }
        for (bad, why) in [
            ("", NameError::Empty),
            (&*"n".repeat(129), NameError::TooLong),
            ("-rf", NameError::Start),
            (".hidden", NameError::Start),
            ("_x", NameError::Start),
            ("a b", NameError::Character),
            ("a\u{1b}[2J", NameError::Character),
            ("schlüssel", NameError::Character),
            ("a/b", NameError::Character),
            (" ", NameError::Character),
        ] {
            assert_eq!(SecretName::parse(bad), Err(why), "{bad:?}");
            assert_eq!(why.kind(), Kind::Usage);
        }
    }

    #[test]
    fn every_character_is_allowed_or_refused_as_the_grammar_says() {
        for character in ('\0'..='\u{17f}').chain(['\u{212a}', '\u{ff21}']) {
            let allowed = character.is_ascii_alphanumeric() || "._-".contains(character);
            let named = SecretName::is_valid(&format!("a{character}"));
            assert_eq!(named, allowed, "{character:?}");
        }
    }

    #[test]
    fn a_refused_name_is_not_repeated() {
        let error = SecretName::parse("hunter2 hunter2").expect_err("has a blank");
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn roles_follow_the_built_in_and_the_configured_names() {
        let roles = SecretRoles {
            payment_names: vec![SecretName::parse("second-layer").expect("valid")],
            wallet_names: vec![],
        };
        for name in
            ["igra.hd.payment_secret", "payment_secret", "igra.signer.payment_secret_signer-01"]
        {
            assert!(roles.is_payment(name) && !roles.is_wallet(name), "{name}");
        }
        assert!(roles.is_payment("second-layer"));
        for name in ["igra.hd.wallet_secret", "wallet_secret", "igra.signer.wallet_secret_a"] {
            assert!(roles.is_wallet(name) && !roles.is_payment(name), "{name}");
        }
        for name in [
            "igra.signer.payment_secret_",
            "igra.signer.payment_secret",
            "Payment_Secret",
            "igra.hd.payment_secret2",
            "my.payment_secret",
            "",
        ] {
            assert!(!roles.is_payment(name), "{name}");
        }
    }
}
