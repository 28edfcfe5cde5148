//! Passphrases: what was typed, and the form that keys are derived from.
//!
//! Our own formats derive from the NFKC form, so that a passphrase typed on another keyboard or system still opens the
//! store; Igra's format derives from the bytes as typed. [`strength`] judges a passphrase when it is chosen and never when
//! a store is opened; [`generate`] makes one that always passes.

mod blocklist;
mod context;
mod folding;
pub mod generate;
mod measure;
pub mod strength;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::secret::SecretBytes;

/// Longest passphrase, in bytes, before and after normalisation.
pub const MAX_BYTES: usize = 1024;

/// A passphrase as it was given.
pub struct Passphrase(SecretBytes);

/// Why bytes cannot be a passphrase. The text never repeats them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Nothing was given.
    #[error("the passphrase is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the passphrase is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("the passphrase is not valid UTF-8")]
    NotUtf8,
    /// A control character, which no prompt could reproduce.
    #[error("the passphrase contains a control character")]
    Control,
}

impl Passphrase {
    /// Takes the bytes as typed. Refuses empty, over-long and non-UTF-8 input, and NUL.
    pub fn new(typed: SecretBytes) -> Result<Self, PassphraseError> {
        if typed.is_empty() {
            return Err(PassphraseError::Empty);
        }
        if typed.len() > MAX_BYTES {
            return Err(PassphraseError::TooLong);
        }
        if std::str::from_utf8(typed.expose()).is_err() {
            return Err(PassphraseError::NotUtf8);
        }
        if typed.expose().contains(&0) {
            return Err(PassphraseError::Control);
        }
        Ok(Self(typed))
    }

    /// The bytes as typed: what Igra's format derives its key from.
    pub fn as_typed(&self) -> &SecretBytes {
        &self.0
    }

    /// The text as typed.
    pub fn expose_str(&self) -> &str {
        // Checked in `new`.
        std::str::from_utf8(self.0.expose()).unwrap_or_default()
    }

    /// The NFKC form: what our formats derive from, and what the strength gate measures.
    ///
    /// Refuses control characters, and text that grows past [`MAX_BYTES`].
    pub fn normalised(&self) -> Result<SecretBytes, PassphraseError> {
        let text = self.expose_str();
        if text.chars().any(char::is_control) {
            return Err(PassphraseError::Control);
        }
        if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
            return Ok(SecretBytes::copy_from(text.as_bytes()));
        }
        let mut normal = SecretBytes::zeroed(MAX_BYTES);
        let mut len = 0;
        for c in text.nfkc() {
            let end = len + c.len_utf8();
            let Some(room) = normal.expose_mut().get_mut(len..end) else {
                return Err(PassphraseError::TooLong);
            };
            c.encode_utf8(room);
            len = end;
        }
        normal.truncate(len);
        Ok(normal)
    }

    /// True when both were typed the same.
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.same_as(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Result<Passphrase, PassphraseError> {
        Passphrase::new(SecretBytes::copy_from(text.as_bytes()))
    }

    #[test]
    fn compatibility_forms_open_the_same_store() {
        let fold = |text| typed(text).and_then(|p| p.normalised()).expect("valid");
        assert_eq!(fold("ﬁre Å①").expose(), "fire Å1".as_bytes());
        assert_eq!(fold("A\u{30a}").expose(), "Å".as_bytes());
        assert_eq!(fold("plain ascii").expose(), b"plain ascii");
    }

    #[test]
    fn what_no_prompt_can_reproduce_is_refused() {
        assert_eq!(typed("").err(), Some(PassphraseError::Empty));
        assert_eq!(typed("a\0b").err(), Some(PassphraseError::Control));
        assert_eq!(typed(&"x".repeat(1025)).err(), Some(PassphraseError::TooLong));
        assert_eq!(
            Passphrase::new(SecretBytes::copy_from(b"\xff")).err(),
            Some(PassphraseError::NotUtf8)
        );
        assert_eq!(
            typed("a\tb").and_then(|p| p.normalised()).err(),
            Some(PassphraseError::Control)
        );
        // U+FDFA grows from 3 bytes to 33 under NFKC.
        let growing = typed(&"\u{fdfa}".repeat(300)).and_then(|p| p.normalised());
        assert_eq!(growing.err(), Some(PassphraseError::TooLong));
    }
}
