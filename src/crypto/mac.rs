//! SHA-256, HMAC-SHA-256 and HKDF-SHA-256.

use std::sync::LazyLock;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

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

/// HKDF-SHA-256 without a salt, extracted once and expanded for two purposes: the same as two calls of [`hkdf`](fn@hkdf) with an empty
/// salt, for a chain of keys that is walked a million times a second.
pub fn hkdf_pair(ikm: &[u8], infos: [&[u8]; 2], outs: [&mut Hash; 2]) {
    // Keyed with the empty salt once, which is a fifth of the work.
    static EXTRACT: LazyLock<Option<Hmac<Sha256>>> =
        LazyLock::new(|| <Hmac<Sha256> as KeyInit>::new_from_slice(&[]).ok());
    let Some(mut extract) = EXTRACT.clone() else { return };
    extract.update(ikm);
    let extracted: Zeroizing<Hash> = Zeroizing::new(extract.finalize().into_bytes().into());
    let Ok(expand) = <Hmac<Sha256> as KeyInit>::new_from_slice(extracted.as_slice()) else {
        return;
    };
    for (info, out) in infos.into_iter().zip(outs) {
        let mut block = expand.clone();
        block.update(info);
        block.update(&[1]);
        out.copy_from_slice(&block.finalize().into_bytes());
    }
}

/// Compares two tags in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
