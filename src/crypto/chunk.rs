//! ChaCha20-Poly1305 (RFC 8439) of the chunks of a stream: 32-byte key, 12-byte nonce, 16-byte tag.
//!
//! A chunk's nonce is its number and a flag, so it cannot repeat under the key of one stream. With the feature `cli` the
//! primitive is ring's, which takes 0.6 of the time that the portable crate takes; a service that links the library without the
//! command line needs no C compiler and gets the same bytes from the crate. A test holds the two against each other.

use super::aead::OpenError;
pub use super::aead::{TAG_LEN, Tag};

/// Bytes of a nonce.
pub const NONCE_LEN: usize = 12;

/// A nonce.
pub type Nonce = [u8; NONCE_LEN];

/// The nonce of chunk `number`: eleven bytes of counter, most significant first, and whether it is the last.
pub fn nonce(number: u64, last: bool) -> Nonce {
    let mut nonce = [0; NONCE_LEN];
    nonce[3..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce
}

#[cfg(feature = "cli")]
mod imp {
    use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, UnboundKey};

    use super::{Nonce, OpenError, TAG_LEN};

    fn key(key: &[u8; 32]) -> Result<LessSafeKey, OpenError> {
        UnboundKey::new(&CHACHA20_POLY1305, key).map(LessSafeKey::new).map_err(|_| OpenError)
    }

    pub fn seal(
        bytes: &[u8; 32],
        nonce: Nonce,
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<(), OpenError> {
        let nonce = ring::aead::Nonce::assume_unique_for_key(nonce);
        let (text, room) = buffer.split_last_chunk_mut::<TAG_LEN>().ok_or(OpenError)?;
        let tag = key(bytes)?
            .seal_in_place_separate_tag(nonce, Aad::from(aad), text)
            .map_err(|_| OpenError)?;
        room.copy_from_slice(tag.as_ref());
        Ok(())
    }

    pub fn open(
        bytes: &[u8; 32],
        nonce: Nonce,
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<(), OpenError> {
        let nonce = ring::aead::Nonce::assume_unique_for_key(nonce);
        key(bytes)?.open_in_place(nonce, Aad::from(aad), buffer).map(drop).map_err(|_| OpenError)
    }
}

#[cfg(any(test, not(feature = "cli")))]
mod portable {
    use chacha20poly1305::aead::inout::InOutBuf;
    use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};

    use super::{Nonce, OpenError, TAG_LEN};

    pub fn seal(
        key: &[u8; 32],
        nonce: Nonce,
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<(), OpenError> {
        let (text, room) = buffer.split_last_chunk_mut::<TAG_LEN>().ok_or(OpenError)?;
        let tag = ChaCha20Poly1305::new(key.into())
            .encrypt_inout_detached((&nonce).into(), aad, InOutBuf::from(text))
            .map_err(|_| OpenError)?;
        room.copy_from_slice(&tag);
        Ok(())
    }

    pub fn open(
        key: &[u8; 32],
        nonce: Nonce,
        aad: &[u8],
        buffer: &mut [u8],
    ) -> Result<(), OpenError> {
        let (text, tag) = buffer.split_last_chunk_mut::<TAG_LEN>().ok_or(OpenError)?;
        ChaCha20Poly1305::new(key.into())
            .decrypt_inout_detached((&nonce).into(), aad, InOutBuf::from(text), (&*tag).into())
            .map_err(|_| OpenError)
    }
}

#[cfg(not(feature = "cli"))]
use portable as imp;

/// Encrypts all of `buffer` but its last 16 bytes in place, and writes the tag there.
///
/// Fails only when there is no room for the tag. Both implementations keep the key on the stack: the caller scrubs it.
pub fn seal(key: &[u8; 32], nonce: Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<(), OpenError> {
    imp::seal(key, nonce, aad, buffer)
}

/// Checks the tag at the end of `buffer` and decrypts the rest in place. What a failure leaves there is not to be used.
pub fn open(key: &[u8; 32], nonce: Nonce, aad: &[u8], buffer: &mut [u8]) -> Result<(), OpenError> {
    imp::open(key, nonce, aad, buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn text(len: usize) -> Vec<u8> {
        (0..len).map(|i| ((i * 31) >> 3).to_le_bytes()[0]).collect()
    }

    #[test]
    fn both_implementations_write_the_same_bytes_and_open_each_others() {
        let lengths = (0..200).chain([1023, 4096, 65_535, 65_536, 100_001]);
        for len in lengths {
            for (number, last, aad) in
                [(0, false, &b""[..]), (1, true, b"aad"), (u64::MAX, false, &[9; 300])]
            {
                let mut one = text(len + TAG_LEN);
                let mut other = one.clone();
                let nonce = nonce(number, last);
                seal(&KEY, nonce, aad, &mut one).unwrap();
                portable::seal(&KEY, nonce, aad, &mut other).unwrap();
                assert!(one == other, "{len}");
                open(&KEY, nonce, aad, &mut other).unwrap();
                portable::open(&KEY, nonce, aad, &mut one).unwrap();
                assert!(one[..len] == text(len)[..] && one[..len] == other[..len], "{len}");
            }
        }
    }

    #[test]
    fn whatever_is_changed_is_refused() {
        let mut sealed = text(100 + TAG_LEN);
        seal(&KEY, nonce(3, false), b"aad", &mut sealed).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 0x80;
            assert_eq!(open(&KEY, nonce(3, false), b"aad", &mut changed), Err(OpenError));
        }
        for (number, last, aad) in
            [(2, false, &b"aad"[..]), (3, true, b"aad"), (3, false, b"aae"), (3, false, b"")]
        {
            let mut same = sealed.clone();
            assert_eq!(open(&KEY, nonce(number, last), aad, &mut same), Err(OpenError));
        }
        assert_eq!(open(&KEY, nonce(0, false), b"", &mut [0; 15]), Err(OpenError));
        assert_eq!(seal(&KEY, nonce(0, false), b"", &mut [0; 15]), Err(OpenError));
    }

    #[test]
    fn a_nonce_is_the_number_and_the_flag() {
        assert_eq!(nonce(0x0102_0304_0506_0708, true), [0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1]);
        assert_eq!(nonce(1 << 32, false), [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    }
}
