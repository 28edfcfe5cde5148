//! XChaCha20-Poly1305 in place: 32-byte key, 24-byte nonce, 16-byte detached tag.
//!
//! What is small goes through the crate as it is. What is large (`BULK`) takes the same two primitives on two processors; see
//! `bulk`.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305};

use super::random::{self, Random, RandomError};
use super::{bulk, mac};
use crate::secret::DerivedKey;

/// Bytes of a nonce.
pub const NONCE_LEN: usize = 24;
/// Bytes of a tag.
pub const TAG_LEN: usize = 16;

/// A nonce. Unique per key: see the callers for how each kind is made.
pub type Nonce = [u8; NONCE_LEN];
/// An authentication tag.
pub type Tag = [u8; TAG_LEN];

/// From this length on the cipher and the authenticator run beside each other.
const BULK: usize = 1 << 20;

/// The ciphertext or the associated data is not what was sealed under this key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("authentication failed")]
pub struct OpenError;

/// A random nonce that differs, even under a broken generator, wherever what it is for differs: `HMAC(hedge, random || bound || SHA-256(text))`,
/// cut. `bound` is what the ciphertext is bound to, and has one length for one meaning.
pub fn hedged_nonce(
    hedge: &DerivedKey,
    bound: &[u8],
    text: &[u8],
    random: &mut dyn Random,
) -> Result<Nonce, RandomError> {
    let fresh: [u8; 32] = random::bytes(random)?;
    let hashed = mac::sha256(&[text]);
    let hedged = mac::hmac(hedge.expose(), &[&fresh, bound, &hashed]);
    let mut nonce = [0; NONCE_LEN];
    nonce.copy_from_slice(&hedged[..NONCE_LEN]);
    Ok(nonce)
}

/// Encrypts `buffer` in place and returns its tag.
pub fn seal(key: &[u8; 32], nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Tag {
    if buffer.len() >= BULK {
        return bulk::seal(key, nonce, aad, buffer);
    }
    XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(nonce.into(), aad, InOutBuf::from(buffer))
        // Fails only for inputs above 256 GiB; every caller's cap is far below.
        .map_or([0; TAG_LEN], Into::into)
}

/// Checks the tag, then decrypts `buffer` in place. On failure the buffer still holds the ciphertext.
pub fn open(
    key: &[u8; 32],
    nonce: &Nonce,
    aad: &[u8],
    buffer: &mut [u8],
    tag: &Tag,
) -> Result<(), OpenError> {
    if buffer.len() >= BULK {
        return bulk::open(key, nonce, aad, buffer, tag);
    }
    XChaCha20Poly1305::new(key.into())
        .decrypt_inout_detached(nonce.into(), aad, InOutBuf::from(buffer), tag.into())
        .map_err(|_| OpenError)
}
