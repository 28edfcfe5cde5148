//! SHA-256, HMAC-SHA-256 and HKDF-SHA-256.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// A SHA-256 digest or an HMAC-SHA-256 tag.
pub type Hash = [u8; 32];
/// Bytes of the label of a [`step`]: what one block of SHA-256 can take beside a key.
pub const STEP_LABEL: usize = 64 - 32 - 9;

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

/// A key from another: SHA-256 of the key and a label, in a single compression. `out` has 32 bytes.
///
/// A fixed length leaves nothing to extend, and a label that fills the block makes every purpose another input.
pub fn step(key: &[u8; 32], label: &[u8; STEP_LABEL], out: &mut [u8]) {
    let mut text = [0; 32 + STEP_LABEL];
    text[..32].copy_from_slice(key);
    text[32..].copy_from_slice(label);
    out.copy_from_slice(&Sha256::digest(text));
}

/// Compares two tags in constant time.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    // Eight bytes at a time: that the optimiser must see no comparison costs more than the comparison.
    let ((words, rest), (other_words, other_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let pairs = words.iter().zip(other_words);
    let equal =
        |(a, b): (&[u8; 8], &[u8; 8])| u64::from_ne_bytes(*a).ct_eq(&u64::from_ne_bytes(*b));
    let whole = pairs.map(equal).fold(Choice::from(1), |all, one| all & one);
    a.len() == b.len() && bool::from(whole & rest.ct_eq(other_rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_the_same_only_if_every_bit_is() {
        for len in 0..=40 {
            let tag: Vec<u8> = (0..len).map(|n: u8| n.wrapping_mul(37)).collect();
            assert!(same(&tag, &tag.clone()), "{len}");
            for bit in 0..tag.len() * 8 {
                let mut other = tag.clone();
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!same(&tag, &other), "{len} {bit}");
            }
            let longer = [&tag[..], &[0]].concat();
            assert!(!same(&tag, &longer) && !same(&longer, &tag), "{len}");
        }
    }

    #[test]
    fn a_step_is_the_digest_of_key_and_label() {
        let (key, label) = ([7; 32], b"strongroom/v1 log next\0");
        let mut out = [0; 32];
        step(&key, label, &mut out);
        assert_eq!(out, sha256(&[&key, label]));
        // One block: with the bit that ends the text and its length in eight bytes.
        assert_eq!(key.len() + label.len() + 9, 64);
    }
}
