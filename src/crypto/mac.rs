//! SHA-256, HMAC-SHA-256 and HKDF-SHA-256.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A SHA-256 digest or an HMAC-SHA-256 tag.
pub type Hash = [u8; 32];

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// HMAC-SHA-256 of the parts, one after the other. Callers put lengths before variable fields.
pub fn hmac(key: &[u8], parts: &[&[u8]]) -> Hash {
    // HMAC takes a key of any length; the error type is an artefact of the trait.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// HKDF-SHA-256 (RFC 5869): extracts from `ikm` and `salt`, expands with `info` into `out`.
///
/// `out` may have up to 8160 bytes; a longer one stays as it is and answers false.
#[must_use]
pub fn hkdf(ikm: &[u8], salt: &[u8], info: &[&[u8]], out: &mut [u8]) -> bool {
    Hkdf::<Sha256>::new(Some(salt), ikm).expand_multi_info(info, out).is_ok()
}

/// Compares two tags in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
