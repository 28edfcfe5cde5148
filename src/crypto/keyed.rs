//! HMAC-SHA-256 for a chain of keys, each of which is used once or twice.
//!
//! The general HMAC of the crates is made for few keys and much data: it copies and wipes a hasher with its buffer for every
//! key. A chain has two keys for each line, so here a key is no more than the two states that it leads to. The compression
//! function is that of the `sha2` crate; what is added is padding.

use std::sync::LazyLock;

use sha2::block_api::compress256;
use zeroize::Zeroize as _;

use super::mac::Hash;

const BLOCK: usize = 64;
type State = [u32; 8];

/// FIPS 180-4, 5.3.3.
const START: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A key, as the states that follow from it.
pub struct Keyed {
    inner: State,
    outer: State,
}

impl Drop for Keyed {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl Keyed {
    /// A key of exactly the length of a digest.
    pub fn new(key: &Hash) -> Self {
        let (mut inner, mut outer) = ([0x36; BLOCK], [0x5c; BLOCK]);
        for (at, byte) in key.iter().enumerate() {
            inner[at] ^= byte;
            outer[at] ^= byte;
        }
        let mut keyed = Self { inner: START, outer: START };
        compress256(&mut keyed.inner, &[inner]);
        compress256(&mut keyed.outer, &[outer]);
        keyed
    }

    /// The MAC of `message`.
    pub fn mac(&self, message: &[u8]) -> Hash {
        let mut state = self.inner;
        let (blocks, rest) = message.as_chunks::<BLOCK>();
        compress256(&mut state, blocks);
        let mut last = [[0; BLOCK]; 2];
        last.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
        last.as_flattened_mut()[rest.len()] = 0x80;
        // One bit and eight bytes of length have to fit behind the rest.
        let count = if rest.len() + 9 > BLOCK { 2 } else { 1 };
        let bits = ((BLOCK + message.len()) as u64).wrapping_mul(8);
        last[count - 1][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        compress256(&mut state, &last[..count]);

        let mut block = [0; BLOCK];
        write(state, &mut block);
        block[size_of::<Hash>()] = 0x80;
        let bits = ((BLOCK + size_of::<Hash>()) as u64) * 8;
        block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        state = self.outer;
        compress256(&mut state, &[block]);
        let mut mac = [0; 32];
        write(state, &mut mac);
        mac
    }
}

fn write(state: State, to: &mut [u8]) {
    for (bytes, word) in to.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *bytes = word.to_be_bytes();
    }
}

/// HKDF-SHA-256 without a salt, extracted once and expanded for two purposes: the same as two calls of
/// [`hkdf`](fn@super::mac::hkdf) with an empty salt, for labels of less than 55 bytes.
pub fn hkdf_pair(ikm: &Hash, infos: [&[u8]; 2], outs: [&mut Hash; 2]) {
    static EXTRACT: LazyLock<Keyed> = LazyLock::new(|| Keyed::new(&[0; 32]));
    let mut extracted = EXTRACT.mac(ikm);
    let expand = Keyed::new(&extracted);
    extracted.zeroize();
    for (info, out) in infos.into_iter().zip(outs) {
        let mut block = [0; BLOCK];
        let Some(text) = block.get_mut(..=info.len()) else { continue };
        text[..info.len()].copy_from_slice(info);
        text[info.len()] = 1;
        *out = expand.mac(text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::mac;
    use super::*;

    #[test]
    fn every_length_has_the_mac_of_the_crate() {
        let key: Hash = std::array::from_fn(|at| u8::try_from(at * 7).unwrap());
        let message: Vec<u8> = (0..600_u32).map(|at| at.to_le_bytes()[0]).collect();
        for len in 0..message.len() {
            let message = &message[..len];
            assert_eq!(Keyed::new(&key).mac(message), mac::hmac(&key, &[message]), "{len}");
        }
    }

    #[test]
    fn a_pair_is_two_derivations() {
        let key = [9; 32];
        let infos: [&[u8]; 2] = [b"one", &[7; 54]];
        let mut pair = [[0; 32]; 2];
        let [a, b] = &mut pair;
        hkdf_pair(&key, infos, [a, b]);
        for (info, got) in infos.into_iter().zip(pair) {
            let mut plain = [0; 32];
            assert!(mac::hkdf(&key, &[], &[info], &mut plain));
            assert_eq!(got, plain);
        }
    }
}
