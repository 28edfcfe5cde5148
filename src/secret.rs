//! Secret types: what may not be printed, cloned, compared in variable time or left in memory.
//!
//! All of them are thin names over [`SecretBytes`], a wiped and locked [`Region`]. None implements `Debug`, `Display`,
//! `Clone` or `Serialize`; the content is reached only through the visible word `expose`. They are built in place, so that
//! no copy on the stack or in a growing `String` is left behind.
//!
//! ```compile_fail
//! let secret = strongroom::secret::SecretBytes::copy_from(b"hunter2");
//! println!("{secret:?}");
//! ```

use subtle::ConstantTimeEq;

use crate::memory::Region;

/// A run of secret bytes, wiped on drop.
pub struct SecretBytes(Region);

impl SecretBytes {
    /// `len` zero bytes, to be filled through [`expose_mut`](Self::expose_mut).
    pub fn zeroed(len: usize) -> Self {
        Self(Region::secret(len))
    }

    /// A copy of `bytes`. The caller still has to wipe its own.
    pub fn copy_from(bytes: &[u8]) -> Self {
        let mut copy = Self::zeroed(bytes.len());
        copy.0.copy_from_slice(bytes);
        copy
    }

    /// The parts, one after the other.
    pub fn concat(parts: &[&[u8]]) -> Self {
        let mut whole = Self::zeroed(parts.iter().map(|part| part.len()).sum());
        let mut rest: &mut [u8] = &mut whole.0;
        for part in parts {
            let (head, tail) = rest.split_at_mut(part.len());
            head.copy_from_slice(part);
            rest = tail;
        }
        whole
    }

    /// The content.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The content, to be changed in place.
    pub fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Shortens the content and wipes what is cut off.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// True when both hold the same bytes; takes the same time wherever they differ.
    pub fn same_as(&self, other: &Self) -> bool {
        self.expose().ct_eq(other.expose()).into()
    }

    /// True when both are the same but for ASCII blanks and line breaks around them: what a person would call the same secret.
    pub fn same_but_blanks(&self, other: &Self) -> bool {
        self.expose().trim_ascii().ct_eq(other.expose().trim_ascii()).into()
    }

    /// True when the content is empty or, read as UTF-8, only characters that show nothing.
    pub fn is_blank(&self) -> bool {
        std::str::from_utf8(self.expose())
            .is_ok_and(|text| text.chars().all(crate::text::is_invisible))
    }

    /// Itself, unless it is blank: what stands for a secret that is set.
    pub fn unless_blank(self) -> Option<Self> {
        (!self.is_blank()).then_some(self)
    }
}

/// Defines a 32-byte key type over [`SecretBytes`].
macro_rules! key_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(SecretBytes);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = 32;

            /// An all-zero key, to be filled in place.
            pub fn zeroed() -> Self {
                Self(SecretBytes::zeroed(Self::LEN))
            }

            /// The key bytes.
            pub fn expose(&self) -> &[u8; 32] {
                // The only constructor makes exactly 32 bytes.
                self.0.expose().first_chunk().unwrap_or(&[0; 32])
            }

            /// The key bytes, to be filled in place.
            pub fn expose_mut(&mut self) -> &mut [u8] {
                self.0.expose_mut()
            }
        }
    };
}

key_type! {
    /// The data encryption key (DEK) of a store: everything else in it is derived from this key.
    DataKey
}
key_type! {
    /// A key encryption key (KEK): wraps the data key in one keyslot.
    WrappingKey
}
key_type! {
    /// A key derived for one purpose with HKDF; the label in its derivation says which.
    DerivedKey
}
key_type! {
    /// The 32-byte seed of an Ed25519 signing key (RFC 8032, section 5.1.5).
    SigningSeed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_in_order() {
        let joined = SecretBytes::concat(&[b"ab", b"", b"c"]);
        assert_eq!(joined.expose(), b"abc");
    }

    #[test]
    fn blank_means_nothing_a_person_would_call_a_secret() {
        for blank in
            ["", " ", "\t\n", "\u{a0}\u{2003}", "\0\0", "\u{200b}\u{feff}", "\u{3164} \u{2800}"]
        {
            assert!(SecretBytes::copy_from(blank.as_bytes()).is_blank(), "{blank:?}");
        }
        for solid in [&b"x"[..], b" x ", b"\xff", b"\0\x01\xff"] {
            assert!(!SecretBytes::copy_from(solid).is_blank());
        }
    }

    #[test]
    fn comparison_looks_at_length_and_content() {
        let a = SecretBytes::copy_from(b"same");
        assert!(a.same_as(&SecretBytes::copy_from(b"same")));
        assert!(!a.same_as(&SecretBytes::copy_from(b"sama")));
        assert!(!a.same_as(&SecretBytes::copy_from(b"same ")));
    }
}
