//! Keys from keys: HKDF with a label for each purpose.
//!
//! What enters is [`KeyMaterial`], which no passphrase can become: HKDF is fast, so a guess costs nothing, and the only way from
//! a passphrase to a key is [`kdf`](super::kdf). What comes out depends on a [`Label`], which the caller's registry gives out once.

use super::hash::{self, Algorithm};
use super::labels;
use crate::secret::{PrivateKey, SecretBytes};

/// Input that has the entropy of a key.
pub struct KeyMaterial<'a>(&'a [u8]);

/// Why a derivation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeriveError {
    /// Fewer bytes than a key has.
    #[error("key material has at least {} bytes", KeyMaterial::MIN)]
    Short,
    /// Text that somebody typed, or all bytes the same.
    #[error("this is text or a pattern, not key material: a passphrase goes through Argon2id")]
    Passphrase,
    /// A label outside the grammar.
    #[error(
        "a label is 1 to {} letters, digits, '.', '_' and '-', and starts with a letter",
        Label::MAX
    )]
    Label,
    /// Nothing, or more than HKDF can expand to.
    #[error("a derived key has 16 bytes to 255 digests")]
    Length,
}

impl<'a> KeyMaterial<'a> {
    /// Fewest bytes.
    pub const MIN: usize = 32;

    /// Takes `bytes` for key material. Refuses fewer than 32 of them, printable text, and one byte repeated. Random bytes are
    /// taken for text less than once in 10^13 times.
    pub fn new(bytes: &'a [u8]) -> Result<Self, DeriveError> {
        if bytes.len() < Self::MIN {
            return Err(DeriveError::Short);
        }
        let text = std::str::from_utf8(bytes)
            .is_ok_and(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()));
        if text || bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(DeriveError::Passphrase);
        }
        Ok(Self(bytes))
    }
}

/// What a derived key is for: a name that stands in the registry of its parent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(String);

impl Label {
    /// Longest label, in bytes.
    pub const MAX: usize = 64;

    /// Checks a text against the grammar.
    pub fn parse(text: &str) -> Result<Self, DeriveError> {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        let rest = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if first && rest && text.len() <= Self::MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(DeriveError::Label)
        }
    }

    /// The label as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Derives `len` bytes for the purpose `label`, bound to `context`.
///
/// `HKDF(material, salt empty, "…derived key" || u32 length of label || label || context)`.
pub fn derive(
    algorithm: Algorithm,
    material: &KeyMaterial<'_>,
    label: &Label,
    context: &[u8],
    len: usize,
) -> Result<SecretBytes, DeriveError> {
    if len < 16 {
        return Err(DeriveError::Length);
    }
    let mut out = SecretBytes::zeroed(len);
    let length = u32::try_from(label.0.len()).unwrap_or(u32::MAX).to_le_bytes();
    let info = [labels::DERIVED_KEY, &length, label.0.as_bytes(), context];
    if hash::hkdf(algorithm, material.0, b"", &info, out.expose_mut()) {
        Ok(out)
    } else {
        Err(DeriveError::Length)
    }
}

/// Derives the private half of a managed key.
pub fn derive_key(
    algorithm: Algorithm,
    material: &KeyMaterial<'_>,
    label: &Label,
    context: &[u8],
) -> Result<PrivateKey, DeriveError> {
    let bytes = derive(algorithm, material, label, context, PrivateKey::LEN)?;
    let mut key = PrivateKey::zeroed();
    key.expose_mut().copy_from_slice(bytes.expose());
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passphrases_and_short_input_are_no_key_material() {
        for text in ["correct horse battery staple and then some", "päss wörd päss wörd päss wörd"]
        {
            assert_eq!(
                KeyMaterial::new(text.as_bytes()).err(),
                Some(DeriveError::Passphrase),
                "{text}"
            );
        }
        assert_eq!(KeyMaterial::new(&[7; 32]).err(), Some(DeriveError::Passphrase));
        assert_eq!(KeyMaterial::new(&[0xff; 31]).err(), Some(DeriveError::Short));
        assert_eq!(KeyMaterial::new(b"").err(), Some(DeriveError::Short));
        let random: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(37) ^ 0x91).collect();
        assert!(KeyMaterial::new(&random).is_ok());
    }

    #[test]
    fn every_input_of_a_derivation_counts() {
        let material: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(37) ^ 0x91).collect();
        let material = KeyMaterial::new(&material).unwrap();
        let make = |algorithm, label, context| {
            let label = Label::parse(label).unwrap();
            derive(algorithm, &material, &label, context, 32).unwrap().expose().to_vec()
        };
        let first = make(Algorithm::Sha256, "a", b"x");
        assert_eq!(first, make(Algorithm::Sha256, "a", b"x"));
        for other in [
            make(Algorithm::Sha384, "a", b"x"),
            make(Algorithm::Sha256, "b", b"x"),
            make(Algorithm::Sha256, "a", b"y"),
            make(Algorithm::Sha256, "ax", b""),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn labels_and_lengths_have_limits() {
        for bad in ["", "1a", ".a", "a b", "a/b", &"a".repeat(65)] {
            assert_eq!(Label::parse(bad), Err(DeriveError::Label), "{bad}");
        }
        let label = Label::parse("backup.2026").unwrap();
        let material: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(37) ^ 0x91).collect();
        let material = KeyMaterial::new(&material).unwrap();
        for len in [0, 15, 255 * 32 + 1] {
            let made = derive(Algorithm::Sha256, &material, &label, b"", len);
            assert_eq!(made.err(), Some(DeriveError::Length), "{len}");
        }
    }
}
