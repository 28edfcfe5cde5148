//! scrypt (RFC 7914) with r = 8 and p = 1: for files in age's format only. Our own formats derive with Argon2id.
//!
//! The crate takes its memory from the allocator and gives it back as it is. The tools run under an allocator that wipes what is
//! freed; a program that links the library and exports does not, and may leave blocks that are derived from the passphrase.

use scrypt::Params;

use crate::memory;

/// Costs are outside what is written here, or the host has no such memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scrypt with a work factor of {0} is not possible")]
pub struct ScryptError(pub u8);

/// Derives 32 bytes. `log_n` is the work factor: 2^`log_n` rounds over as many KiB of memory; from 1 to 22, which is 4 GiB.
pub fn derive(
    passphrase: &[u8],
    salt: &[u8],
    log_n: u8,
    out: &mut [u8],
) -> Result<(), ScryptError> {
    let error = ScryptError(log_n);
    if !(1..=22).contains(&log_n) {
        return Err(error);
    }
    let params = Params::new(log_n, 8, 1).map_err(|_| error)?;
    let derived = scrypt::scrypt(passphrase, salt, &params, out);
    // The pseudorandom function keeps its key on the stack.
    memory::scrub_stack();
    derived.map_err(|_| error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_that_of_the_rfc() {
        // RFC 7914, section 12, the third vector: N = 16384, r = 8, p = 1; its first 32 bytes.
        let mut key = [0; 32];
        derive(b"pleaseletmein", b"SodiumChloride", 14, &mut key).unwrap();
        let expected = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2";
        assert_eq!(data_encoding::HEXLOWER.encode(&key), expected);
    }

    #[test]
    fn a_cost_that_no_reader_takes_is_refused() {
        for log_n in [0, 23, 255] {
            assert_eq!(derive(b"x", b"y", log_n, &mut [0; 32]), Err(ScryptError(log_n)));
        }
    }
}
