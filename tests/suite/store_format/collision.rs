//! One XChaCha20-Poly1305 ciphertext that opens under two keys: the attack that key commitment is there to stop.
//!
//! Poly1305 is a polynomial modulo 2^130 - 5 in a point that depends on the key. Two free blocks of ciphertext and a tag make two
//! linear equations; a tag is tried until both solutions are blocks of 16 bytes, which one in sixteen is.

use super::forge::Counting;

const LIMB: u64 = (1 << 26) - 1;

/// A number modulo 2^130 - 5, in five limbs of 26 bits.
#[derive(Clone, Copy)]
struct Number([u64; 5]);

impl Number {
    const ZERO: Self = Self([0; 5]);

    fn new(low: u128, high: u64) -> Self {
        let limb = |shift: u32| u64::try_from(low >> shift & u128::from(LIMB)).expect("26 bits");
        Self([limb(0), limb(26), limb(52), limb(78), limb(104) | high << 24])
    }

    fn carried(mut self) -> Self {
        for _ in 0..3 {
            for i in 0..5 {
                let carry = self.0[i] >> 26;
                self.0[i] &= LIMB;
                self.0[(i + 1) % 5] += if i == 4 { carry * 5 } else { carry };
            }
        }
        self
    }

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|i| self.0[i] + other.0[i])).carried()
    }

    fn sub(self, other: Self) -> Self {
        // Four times the modulus first, so that no limb goes below zero.
        let modulus = |i: usize| if i == 0 { LIMB - 4 } else { LIMB };
        Self(std::array::from_fn(|i| self.0[i] + 4 * modulus(i) - other.0[i])).carried()
    }

    fn times(self, other: Self) -> Self {
        let mut product = [0_u64; 5];
        for i in 0..5 {
            for j in 0..5 {
                let wrap = if i + j >= 5 { 5 } else { 1 };
                product[(i + j) % 5] += self.0[i] * other.0[j] * wrap;
            }
        }
        Self(product).carried()
    }

    fn power(self, exponent: usize) -> Self {
        (0..exponent).fold(Self::new(1, 0), |power, _| power.times(self))
    }

    /// By Fermat: the exponent 2^130 - 7 has all of its 130 bits set but bits 1 and 2.
    fn inverse(self) -> Self {
        (0..130).rev().fold(Self::new(1, 0), |power, bit| {
            let power = power.times(power);
            if matches!(bit, 1 | 2) { power } else { power.times(self) }
        })
    }

    /// The least representative: its low 128 bits and what is above them.
    fn parts(self) -> (u128, u64) {
        let mut n = self.carried();
        let at_least_modulus = n.0[0] >= LIMB - 4 && n.0[1..].iter().all(|limb| *limb == LIMB);
        if at_least_modulus {
            n = Self([n.0[0] - (LIMB - 4), 0, 0, 0, 0]);
        }
        let low = |i: usize, shift: u32| u128::from(n.0[i]) << shift;
        let top = u128::from(n.0[4] & 0xff_ffff) << 104;
        (low(0, 0) | low(1, 26) | low(2, 52) | low(3, 78) | top, n.0[4] >> 24)
    }
}

fn rounds(state: [u32; 16]) -> [u32; 16] {
    let mut x = state;
    let mut quarter = |a: usize, b: usize, c: usize, d: usize| {
        for (from, into, with, turn) in [(b, a, d, 16), (d, c, b, 12), (b, a, d, 8), (d, c, b, 7)] {
            x[into] = x[into].wrapping_add(x[from]);
            x[with] = (x[with] ^ x[into]).rotate_left(turn);
        }
    };
    for _ in 0..10 {
        for i in 0..4 {
            quarter(i, 4 + i, 8 + i, 12 + i);
        }
        for i in 0..4 {
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }
    x
}

fn state(key: &[u8], tail: &[u8]) -> [u32; 16] {
    let all = [b"expand 32-byte k", key, tail].concat();
    std::array::from_fn(|i| u32::from_le_bytes(all[4 * i..4 * i + 4].try_into().expect("four")))
}

/// The point and the pad that Poly1305 has under a key and nonce of `XChaCha20`.
fn one_time_key(key: &[u8; 32], nonce: &[u8; 24]) -> (Number, u128) {
    let hashed = rounds(state(key, &nonce[..16]));
    let subkey: Vec<u8> =
        hashed[..4].iter().chain(&hashed[12..]).flat_map(|word| word.to_le_bytes()).collect();
    let first = state(&subkey, &[&[0; 8], &nonce[16..]].concat());
    let stream = rounds(first);
    let block: Vec<u8> =
        first.iter().zip(stream).flat_map(|(a, b)| a.wrapping_add(b).to_le_bytes()).collect();
    let half = |at: usize| u128::from_le_bytes(block[at..at + 16].try_into().expect("16"));
    (Number::new(half(0) & 0x0fff_fffc_0fff_fffc_0fff_fffc_0fff_ffff, 0), half(16))
}

fn blocks(bytes: &[u8]) -> impl Iterator<Item = Number> {
    bytes.chunks(16).map(|chunk| {
        let mut block = [0; 16];
        block[..chunk.len()].copy_from_slice(chunk);
        Number::new(u128::from_le_bytes(block), 1)
    })
}

/// Changes blocks `free` and `free + 1` of `text`, whose length is a multiple of 16, and returns a tag under which it
/// authenticates for both keys.
pub fn collide(
    keys: [&[u8; 32]; 2],
    nonce: &[u8; 24],
    aad: &[u8],
    text: &mut [u8],
    free: usize,
    random: &mut Counting,
) -> [u8; 16] {
    assert!(text.len().is_multiple_of(16));
    text[free * 16..free * 16 + 32].fill(0);
    let one_time = keys.map(|key| one_time_key(key, nonce));
    let lengths = u128::try_from(aad.len()).expect("short")
        | u128::try_from(text.len()).expect("short") << 64;
    let all: Vec<Number> =
        blocks(aad).chain(blocks(text)).chain([Number::new(lengths, 1)]).collect();
    let at = aad.len().div_ceil(16) + free;
    // What the fixed blocks come to, and the factors of the free ones.
    let equations = one_time.map(|(point, pad)| {
        let sum = all.iter().fold(Number::ZERO, |sum, block| sum.add(*block).times(point));
        let second = point.power(all.len() - at - 1);
        (sum, second.times(point), second, pad)
    });
    let [(sum_a, a1, a2, pad_a), (sum_b, b1, b2, pad_b)] = equations;
    let scale = a1.times(b2).sub(a2.times(b1)).inverse();
    loop {
        let tag = u128::from(random.number()) << 64 | u128::from(random.number());
        let right_a = Number::new(tag.wrapping_sub(pad_a), 0).sub(sum_a);
        let right_b = Number::new(tag.wrapping_sub(pad_b), 0).sub(sum_b);
        let first = right_a.times(b2).sub(right_b.times(a2)).times(scale);
        let second = a1.times(right_b).sub(b1.times(right_a)).times(scale);
        if let ((first, 0), (second, 0)) = (first.parts(), second.parts()) {
            text[free * 16..free * 16 + 16].copy_from_slice(&first.to_le_bytes());
            text[free * 16 + 16..free * 16 + 32].copy_from_slice(&second.to_le_bytes());
            return tag.to_le_bytes();
        }
    }
}
