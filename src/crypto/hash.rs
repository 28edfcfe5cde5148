//! HMAC and HKDF over the SHA-2 family, for what operators derive and authenticate with managed keys.
//!
//! The store itself stands on SHA-256 alone (`mac`); here the hash is a choice. What reaches the primitives is not judged here:
//! [`derive`](super::derive) is the door that refuses weak input.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Sha256, Sha384, Sha512};

use super::mac;

/// A hash of the SHA-2 family (FIPS 180-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// 32 bytes.
    #[default]
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes.
    Sha512,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    /// Its name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The algorithm called `name`, in any case of letters.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| name.eq_ignore_ascii_case(algorithm.name()))
    }

    /// The number that stands for it in the formats.
    pub const fn code(self) -> u64 {
        match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        }
    }

    /// The algorithm of a number read from a file.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.code() == code)
    }

    /// Bytes of a digest.
    pub const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// Never; a digest has bytes.
    pub const fn is_empty(self) -> bool {
        false
    }
}

/// HMAC (RFC 2104) of the parts, one after the other. Callers put lengths before variable fields.
pub fn hmac(algorithm: Algorithm, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    fn run<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        // HMAC takes a key of any length; the error type is an artefact of the trait.
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
        for part in parts {
            Mac::update(&mut mac, part);
        }
        mac.finalize().into_bytes().to_vec()
    }
    match algorithm {
        Algorithm::Sha256 => run::<Hmac<Sha256>>(key, parts),
        Algorithm::Sha384 => run::<Hmac<Sha384>>(key, parts),
        Algorithm::Sha512 => run::<Hmac<Sha512>>(key, parts),
    }
}

/// Whether `tag` is the whole HMAC of `parts`, compared in constant time. A shortened tag is none.
pub fn verify(algorithm: Algorithm, key: &[u8], parts: &[&[u8]], tag: &[u8]) -> bool {
    tag.len() == algorithm.len() && mac::same(&hmac(algorithm, key, parts), tag)
}

/// HKDF (RFC 5869): extracts from `ikm` and `salt`, expands with `info` into `out`.
///
/// `out` may have up to 255 times the digest's length; a longer one stays as it is and answers false.
#[must_use]
pub fn hkdf(algorithm: Algorithm, ikm: &[u8], salt: &[u8], info: &[&[u8]], out: &mut [u8]) -> bool {
    match algorithm {
        Algorithm::Sha256 => {
            Hkdf::<Sha256>::new(Some(salt), ikm).expand_multi_info(info, out).is_ok()
        }
        Algorithm::Sha384 => {
            Hkdf::<Sha384>::new(Some(salt), ikm).expand_multi_info(info, out).is_ok()
        }
        Algorithm::Sha512 => {
            Hkdf::<Sha512>::new(Some(salt), ikm).expand_multi_info(info, out).is_ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_whole_or_it_is_none() {
        for algorithm in Algorithm::ALL {
            let tag = hmac(algorithm, b"key", &[b"te", b"xt"]);
            assert_eq!(tag.len(), algorithm.len());
            assert!(verify(algorithm, b"key", &[b"text"], &tag));
            for wrong in [&tag[..16], &[], &[&tag[..], &[0]].concat()] {
                assert!(!verify(algorithm, b"key", &[b"text"], wrong));
            }
            let mut flipped = tag.clone();
            flipped[0] ^= 1;
            assert!(!verify(algorithm, b"key", &[b"text"], &flipped));
            assert!(!verify(algorithm, b"kez", &[b"text"], &tag));
        }
    }

    #[test]
    fn too_long_an_expansion_is_refused() {
        for algorithm in Algorithm::ALL {
            assert!(hkdf(algorithm, b"ikm", b"", &[], &mut vec![0; 255 * algorithm.len()]));
            assert!(!hkdf(algorithm, b"ikm", b"", &[], &mut vec![0; 255 * algorithm.len() + 1]));
        }
    }

    #[test]
    fn names_and_numbers_are_read_back() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::of(&algorithm.name().to_uppercase()), Some(algorithm));
            assert_eq!(Algorithm::from_code(algorithm.code()), Some(algorithm));
        }
        for unknown in ["md5", "sha1", "sha-256", ""] {
            assert_eq!(Algorithm::of(unknown), None);
        }
    }
}
