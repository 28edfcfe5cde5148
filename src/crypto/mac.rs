//! SHA-256, HMAC-SHA-256 and HKDF-SHA-256.

use std::sync::LazyLock;

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

/// HKDF-SHA-256 without a salt, extracted once and expanded for two purposes: the same as two calls of [`hkdf`](fn@hkdf) with
/// an empty salt, for a chain of keys that is walked a long way.
pub fn hkdf_pair(ikm: &[u8], infos: [&[u8]; 2], outs: [&mut Hash; 2]) {
    // To extract without a salt is HMAC under 32 zero bytes (RFC 5869, 2.2). The state after that key is always the same, and is
    // no secret: two of the six compressions of an extraction are done once.
    static NO_SALT: LazyLock<Option<Hmac<Sha256>>> =
        LazyLock::new(|| <Hmac<Sha256> as KeyInit>::new_from_slice(&[0; 32]).ok());
    let Some(mut extract) = NO_SALT.clone() else { return };
    extract.update(ikm);
    // A key of 32 bytes is never too short.
    let Ok(extracted) = Hkdf::<Sha256>::from_prk(&extract.finalize().into_bytes()) else { return };
    for (info, out) in infos.into_iter().zip(outs) {
        // 32 bytes is far below what HKDF can expand to.
        let _expanded = extracted.expand(info, out);
    }
}

/// Compares two tags in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_two_expansions_with_an_empty_salt() {
        let (mut first, mut second) = ([0; 32], [0; 32]);
        hkdf_pair(&[7; 32], [b"one", b"two"], [&mut first, &mut second]);
        for (info, found) in [(&b"one"[..], first), (b"two", second)] {
            let mut out = [0; 32];
            assert!(hkdf(&[7; 32], b"", &[info], &mut out));
            assert_eq!(out, found);
        }
    }
}
