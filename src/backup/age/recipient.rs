//! Recipients: X25519 public keys in age's spelling, `age1…`, which is Bech32 (BIP 173) of 32 bytes.

use std::fmt;
use std::str::FromStr;

use crate::crypto::exchange;

/// A public key to which a file is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Recipient(pub(super) [u8; 32]);

/// Why a text is no recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipientError {
    /// The secret half was given: whoever sees the command line now has it.
    #[error("this is a secret key (AGE-SECRET-KEY-1…), not a recipient; make a new one")]
    SecretKey,
    /// A recipient of another kind.
    #[error(
        "only recipients of the form age1… (X25519) are supported, neither SSH keys nor plugins"
    )]
    Unsupported,
    /// Mistyped or cut off.
    #[error("not a recipient: an age1… key has 62 characters and a checksum")]
    Malformed,
    /// A point with which no secret can be agreed upon.
    #[error("not a recipient: anybody could open what is encrypted to this key")]
    Weak,
}

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const LEN: usize = 62;
const CHECKSUM: usize = 6;

impl FromStr for Recipient {
    type Err = RecipientError;

    /// Takes all lower or all upper case, as Bech32 does.
    fn from_str(text: &str) -> Result<Self, RecipientError> {
        let lower = text.to_ascii_lowercase();
        if lower.starts_with("age-secret-key-") {
            return Err(RecipientError::SecretKey);
        }
        if lower.starts_with("ssh-") || (lower.starts_with("age1") && lower[4..].contains('1')) {
            return Err(RecipientError::Unsupported);
        }
        if text.len() != LEN || (text != lower && text != text.to_ascii_uppercase()) {
            return Err(RecipientError::Malformed);
        }
        let key = lower.strip_prefix("age1").and_then(decode).ok_or(RecipientError::Malformed)?;
        // With a point of low order the agreed secret is zero, and the file key lies open.
        if exchange::is_usable(&key) { Ok(Self(key)) } else { Err(RecipientError::Weak) }
    }
}

/// 32 bytes out of the part behind `age1`.
fn decode(text: &str) -> Option<[u8; 32]> {
    let values: Option<Vec<u8>> = text
        .bytes()
        .map(|b| ALPHABET.iter().position(|c| *c == b).and_then(|at| u8::try_from(at).ok()))
        .collect();
    let values = values?;
    let prefix = b"age";
    let expanded = prefix.iter().map(|b| b >> 5).chain([0]).chain(prefix.iter().map(|b| b & 31));
    if checksum(expanded.chain(values.iter().copied())) != 1 {
        return None;
    }
    let (data, _) = values.split_at_checked(values.len().checked_sub(CHECKSUM)?)?;
    let mut key = [0; 32];
    let (mut bits, mut held, mut at) = (0_u32, 0_u32, 0);
    for value in data {
        bits = bits << 5 | u32::from(*value);
        held += 5;
        if held >= 8 {
            held -= 8;
            *key.get_mut(at)? = u8::try_from(bits >> held & 0xff).ok()?;
            at += 1;
        }
    }
    // What is left over must be padding: fewer than five bits, all zero.
    (at == key.len() && held < 5 && bits & ((1 << held) - 1) == 0).then_some(key)
}

/// The Bech32 checksum of expanded prefix and values; 1 when it holds.
fn checksum(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x1ff_ffff) << 5 ^ u32::from(value);
        let bits = GENERATOR.iter().enumerate().filter(|(n, _)| top >> n & 1 == 1);
        bits.fold(shifted, |sum, (_, generator)| sum ^ generator)
    })
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recipient in age's own manual page.
    const GOOD: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    #[test]
    fn a_recipient_is_read_in_both_cases_and_in_no_mix() {
        let recipient: Recipient = GOOD.parse().unwrap();
        assert_eq!(GOOD.to_uppercase().parse(), Ok(recipient));
        let mixed = GOOD.replacen('q', "Q", 1);
        assert_eq!(mixed.parse::<Recipient>(), Err(RecipientError::Malformed));
    }

    #[test]
    fn every_mistyped_character_is_found() {
        for at in 4..GOOD.len() {
            for c in ALPHABET {
                let mut bytes = GOOD.as_bytes().to_vec();
                if bytes[at] != *c {
                    bytes[at] = *c;
                    let text = String::from_utf8(bytes).unwrap();
                    assert_eq!(text.parse::<Recipient>(), Err(RecipientError::Malformed), "{text}");
                }
            }
        }
        for end in 0..GOOD.len() {
            assert_eq!(GOOD[..end].parse::<Recipient>(), Err(RecipientError::Malformed));
        }
    }

    #[test]
    fn other_kinds_are_named() {
        for (text, error) in [
            ("AGE-SECRET-KEY-1QQQ", RecipientError::SecretKey),
            ("ssh-ed25519 AAAA", RecipientError::Unsupported),
            ("age1yubikey1qqq", RecipientError::Unsupported),
            ("é", RecipientError::Malformed),
            ("age1é", RecipientError::Malformed),
        ] {
            assert_eq!(text.parse::<Recipient>(), Err(error), "{text}");
        }
    }
}
