//! Ids of managed keys.

use std::borrow::Borrow;
use std::fmt;

use super::KeyError;

/// What an operator calls a key: a letter or digit, then letters, digits, `.`, `_` and `-`, at most [`KeyId::MAX_BYTES`]. An id
/// stands in the inventory, which anyone can read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Longest id, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Checks a text against the grammar.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let rest = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if first && rest && text.len() <= Self::MAX_BYTES {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyError::Id)
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for KeyId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_plain_word() {
        for good in ["identity", "a", "9", "signer-01.eu_west", &"k".repeat(64)] {
            assert_eq!(KeyId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-x", ".x", "_x", "a b", "a/b", "../x", "é", "a\n", &"k".repeat(65)] {
            assert_eq!(KeyId::parse(bad), Err(KeyError::Id), "{bad:?}");
        }
    }
}
