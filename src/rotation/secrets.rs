//! Secrets that are replaced in time: `[rotation.secrets.LABEL]`.
//!
//! A label is what the operator calls the rotation, in the clear: it stands in the signed inventory, in hooks and in the log. The name
//! of the secret stays sealed in the store. A value comes from a generator or from a program.

use super::policy::Overrides;
use crate::name::SecretName;

/// The word before the label of a secret on a command line and wherever keys are named too.
pub const PREFIX: &str = "secret:";
/// Fewest random bytes of a generated value: 128 bits.
const MIN_BYTES: usize = 16;
/// Most random bytes of a generated value.
const MAX_BYTES: usize = 1024;

/// Where a new value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    /// This many random bytes, in Base64.
    Base64(usize),
    /// This many random bytes, in hexadecimal.
    Hex(usize),
    /// This many random words.
    Words(usize),
    /// What a program prints on standard output, byte for byte.
    Hook(Vec<String>),
}

impl Maker {
    /// A generator as it stands in a configuration: `base64:32`, `hex:32` or `passphrase:7`.
    pub fn generator(text: &str) -> Option<Self> {
        let (form, count) = text.split_once(':')?;
        let count: usize = count.parse().ok().filter(|_| !count.starts_with(['+', '0']))?;
        let bytes = (MIN_BYTES..=MAX_BYTES).contains(&count).then_some(count);
        match form {
            "base64" => bytes.map(Self::Base64),
            "hex" => bytes.map(Self::Hex),
            "passphrase" => (7..=20).contains(&count).then_some(Self::Words(count)),
            _ => None,
        }
    }
}

/// How one secret is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRotation {
    /// Its name in the store.
    pub secret: SecretName,
    /// Where new values come from.
    pub maker: Maker,
    /// What is configured of its policy; the rest is that of a signing key, without a count of uses.
    pub overrides: Overrides,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generators_make_at_least_128_bits() {
        for (text, expected) in [
            ("base64:32", Some(Maker::Base64(32))),
            ("hex:16", Some(Maker::Hex(16))),
            ("passphrase:7", Some(Maker::Words(7))),
            ("hex:15", None),
            ("hex:1025", None),
            ("passphrase:6", None),
            ("passphrase:21", None),
            ("hex:032", None),
            ("hex:+32", None),
            ("hex", None),
            ("hex:", None),
            ("base32:32", None),
        ] {
            assert_eq!(Maker::generator(text), expected, "{text}");
        }
    }
}
