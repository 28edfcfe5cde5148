//! One sealed value: `nonce(24) || ciphertext || tag(16)`.
//!
//! The associated data ties a value to its store, name, version, kind and time, so values cannot be swapped between names or
//! stores, and an old version cannot pose as a new one.

use super::{StoreError, StoreId, keys, limits, padding};
use crate::cbor;
use crate::clock::Timestamp;
use crate::crypto::aead::{self, NONCE_LEN, TAG_LEN};
use crate::crypto::labels;
use crate::crypto::random::Random;
use crate::secret::{DataKey, DerivedKey, SecretBytes};

/// What a value is, as its writer declared it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueKind {
    /// Bytes of no declared form.
    #[default]
    Opaque,
    /// Text.
    Utf8,
    /// 32 bytes, given as hexadecimal.
    Hex32,
    /// A BIP-39 mnemonic.
    Bip39,
}

impl ValueKind {
    const ALL: [Self; 4] = [Self::Opaque, Self::Utf8, Self::Hex32, Self::Bip39];

    /// The number that stands for the kind in the format.
    pub const fn code(self) -> u64 {
        self as u64
    }

    /// The kind of a number read from a file.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Its name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Utf8 => "utf8",
            Self::Hex32 => "hex32",
            Self::Bip39 => "bip39",
        }
    }
}

/// What a sealed value is bound to.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// The store.
    pub store: StoreId,
    /// The secret's name.
    pub name: &'a str,
    /// The version, from a counter of the store that never goes back.
    pub n: u64,
    /// The declared kind.
    pub kind: ValueKind,
    /// When this version was made.
    pub created: Timestamp,
}

impl Binding<'_> {
    fn aad(&self) -> Vec<u8> {
        let mut aad = Vec::with_capacity(64 + self.name.len());
        cbor::array(&mut aad, 6);
        cbor::bytes(&mut aad, labels::VALUE);
        cbor::bytes(&mut aad, &self.store.0);
        cbor::text(&mut aad, self.name);
        cbor::uint(&mut aad, self.n);
        cbor::uint(&mut aad, self.kind.code());
        cbor::uint(&mut aad, self.created.as_unix());
        aad
    }
}

/// The keys that values are sealed with; derived once per command.
pub struct ValueKeys {
    seal: DerivedKey,
    hedge: DerivedKey,
}

/// Bytes that sealing adds around the padded value.
const OVERHEAD: usize = NONCE_LEN + TAG_LEN;

/// Whether `len` is a length that a sealed value can have.
pub(super) const fn plausible_len(len: usize) -> bool {
    len >= OVERHEAD + padding::padded_value(0)
        && len <= OVERHEAD + padding::padded_value(limits::VALUE)
        && (len - OVERHEAD).is_multiple_of(32)
}

impl ValueKeys {
    /// Derives the keys of a store.
    pub fn new(dek: &DataKey, store: StoreId) -> Self {
        Self { seal: keys::values(dek, store), hedge: keys::hedge(dek, store) }
    }

    /// Seals `value`.
    pub fn seal(
        &self,
        binding: Binding<'_>,
        value: &SecretBytes,
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, StoreError> {
        if value.len() > limits::VALUE {
            return Err(StoreError::TooMuch("the value (1 MiB)"));
        }
        let aad = binding.aad();
        let nonce = aead::hedged_nonce(&self.hedge, &aad, value.expose(), random)?;
        let mut padded = SecretBytes::zeroed(padding::padded_value(value.len()));
        let (length, rest) = padded.expose_mut().split_at_mut(4);
        // At most 1 MiB, checked above.
        length.copy_from_slice(&u32::try_from(value.len()).unwrap_or(0).to_le_bytes());
        rest[..value.len()].copy_from_slice(value.expose());
        let tag = aead::seal(self.seal.expose(), &nonce, &aad, padded.expose_mut());
        Ok([&nonce[..], padded.expose(), &tag].concat())
    }

    /// Opens a sealed value.
    pub fn open(&self, binding: Binding<'_>, sealed: &[u8]) -> Result<SecretBytes, StoreError> {
        let broken = StoreError::Unauthentic("a sealed value");
        if !plausible_len(sealed.len()) {
            return Err(broken);
        }
        let Some((nonce, rest)) = sealed.split_first_chunk() else { return Err(broken) };
        let Some((text, tag)) = rest.split_last_chunk() else { return Err(broken) };
        let mut padded = SecretBytes::copy_from(text);
        aead::open(self.seal.expose(), nonce, &binding.aad(), padded.expose_mut(), tag)
            .map_err(|_| StoreError::Unauthentic("a sealed value"))?;
        let content = padded.expose();
        let Some((length, rest)) = content.split_first_chunk() else { return Err(broken) };
        let len = u32::from_le_bytes(*length) as usize;
        let exact = rest.len() >= len
            && padding::padded_value(len) == content.len()
            && rest[len..].iter().all(|&byte| byte == 0);
        if !exact {
            return Err(StoreError::Field("the padding of a value is not exact"));
        }
        Ok(SecretBytes::copy_from(&rest[..len]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::SystemRandom;

    #[test]
    fn a_value_opens_only_where_it_was_sealed() {
        let (store, other) = (StoreId([1; 16]), StoreId([2; 16]));
        let keys = ValueKeys::new(&DataKey::zeroed(), store);
        let binding =
            Binding { store, name: "a", n: 7, kind: ValueKind::Utf8, created: Timestamp::EPOCH };
        let value = SecretBytes::copy_from(b"secret value");
        let sealed = keys.seal(binding, &value, &mut SystemRandom).unwrap();
        assert_eq!(keys.open(binding, &sealed).unwrap().expose(), b"secret value");
        for wrong in [
            Binding { store: other, ..binding },
            Binding { name: "b", ..binding },
            Binding { n: 8, ..binding },
            Binding { kind: ValueKind::Opaque, ..binding },
            Binding { created: Timestamp::from_unix(1), ..binding },
        ] {
            assert!(keys.open(wrong, &sealed).is_err(), "{wrong:?}");
        }
        for len in 0..sealed.len() {
            assert!(keys.open(binding, &sealed[..len]).is_err());
        }
    }

    #[test]
    fn the_nonce_differs_with_the_content_even_when_the_generator_repeats() {
        struct Stuck;
        impl Random for Stuck {
            fn fill(&mut self, out: &mut [u8]) -> Result<(), crate::crypto::random::RandomError> {
                out.fill(9);
                Ok(())
            }
        }
        let store = StoreId([1; 16]);
        let keys = ValueKeys::new(&DataKey::zeroed(), store);
        let binding =
            Binding { store, name: "a", n: 7, kind: ValueKind::Utf8, created: Timestamp::EPOCH };
        let nonce = |text: &[u8]| {
            keys.seal(binding, &SecretBytes::copy_from(text), &mut Stuck).unwrap()[..24].to_vec()
        };
        assert_eq!(nonce(b"one"), nonce(b"one"));
        assert_ne!(nonce(b"one"), nonce(b"two"));
    }
}
