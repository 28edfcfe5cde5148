//! Padding: what the length of a file may tell.
//!
//! The payload is padded with zeros: in steps of 4 KiB up to 64 KiB, above that by the Padmé rule (Nikitin et al., "Reducing
//! Metadata Leakage from Encrypted Files and Communication with PURBs", 2019), which lets at most `log2 log2 n` bits of the
//! length show and costs at most 12 %. Values are padded to 32 bytes.

const STEP: usize = 4 << 10;
const STEPS_END: usize = 64 << 10;

/// Length of the payload of `len` bytes after padding.
pub const fn padded_payload(len: usize) -> usize {
    if len <= STEPS_END {
        let len = if len == 0 { 1 } else { len };
        return len.next_multiple_of(STEP);
    }
    // Padmé: the length is rounded up so that its binary form has its last E - S bits zero, where E is the exponent of the
    // length and S the number of bits needed to write E.
    let exponent = len.ilog2();
    let last_bits = exponent - (exponent.ilog2() + 1);
    len.next_multiple_of(1 << last_bits)
}

/// Bytes that a value of `len` bytes takes before sealing: a 32-bit length, the value, zeros to a multiple of 32.
pub const fn padded_value(len: usize) -> usize {
    (4 + len).next_multiple_of(32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_then_padme() {
        for (len, padded) in [
            (0, 4096),
            (1, 4096),
            (4096, 4096),
            (4097, 8192),
            (65536, 65536),
            (65537, 67584),
            (1_000_000, 1_015_808),
            (40_000_000, 40_894_464),
        ] {
            assert_eq!(padded_payload(len), padded, "{len}");
        }
    }

    #[test]
    fn padding_never_shrinks_is_idempotent_and_costs_at_most_an_eighth_above_the_steps() {
        for len in (0..200_000).step_by(37).chain([1 << 24, (1 << 24) + 1, 268_000_000]) {
            let padded = padded_payload(len);
            assert!(padded >= len);
            assert_eq!(padded_payload(padded), padded);
            assert!(len <= STEPS_END || padded - len <= len / 8);
        }
    }

    #[test]
    fn values_come_in_steps_of_32() {
        assert_eq!([0, 28, 29, 60].map(padded_value), [32, 32, 64, 64]);
    }
}
