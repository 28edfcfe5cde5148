//! XChaCha20-Poly1305 of large buffers, on several processors.
//!
//! The construction is that of RFC 8439, section 2.8, with the key and nonce of draft-irtf-cfrg-xchacha: the first 32 bytes of
//! the key stream are the one-time key of Poly1305, the text begins at block 1, and what is authenticated is
//! `aad || pad || ciphertext || pad || u64 length of aad || u64 length of ciphertext`. Cipher and authenticator are the crates'
//! own; only who works on which piece, and when, is decided here: the pieces go in turn to up to two ciphers, each of which sets itself to
//! the piece's place in the key stream, and all of them in order to the authenticator. A host that lends one thread, or none, gets
//! the same bytes later.

use std::sync::mpsc;

use chacha20::XChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use poly1305::Poly1305;
use poly1305::universal_hash::{KeyInit, UniversalHash};
use zeroize::Zeroize;

use super::aead::{Nonce, OpenError, Tag};
use super::mac;
use crate::{memory, parallel};

/// Bytes that are handed over at a time: a multiple of both block lengths, and within a processor's own cache.
const PIECE: usize = 64 << 10;
/// How many ciphers work at a time. The authenticator is about as fast as two of them.
const CIPHERS: usize = 2;
/// Where the text begins in the key stream.
const TEXT: u64 = 64;

/// The authenticator, with `aad` in it.
fn authenticator(key: &[u8; 32], nonce: &Nonce, aad: &[u8]) -> Poly1305 {
    let mut once = poly1305::Key::default();
    XChaCha20::new(key.into(), nonce.into()).apply_keystream(&mut once);
    let mut mac = Poly1305::new(&once);
    once.zeroize();
    mac.update_padded(aad);
    mac
}

/// The pieces of a buffer, each with its number.
fn pieces(buffer: &mut [u8]) -> impl Iterator<Item = (usize, &mut [u8])> {
    buffer.chunks_mut(PIECE).enumerate()
}

/// Runs the cipher over `pieces`, each with its number, and hands them on. Its state never leaves the stack of this call, which
/// is wiped.
fn encipher<'a>(
    key: &[u8; 32],
    nonce: &Nonce,
    pieces: impl IntoIterator<Item = (usize, &'a mut [u8])>,
    mut done: impl FnMut(&'a [u8]),
) {
    let mut cipher = XChaCha20::new(key.into(), nonce.into());
    for (number, piece) in pieces {
        cipher.seek(TEXT + (number * PIECE) as u64);
        cipher.apply_keystream(piece);
        done(piece);
    }
    drop(cipher);
    memory::scrub_stack();
}

/// Closes the authenticator over the two lengths.
fn finish(mut mac: Poly1305, aad: &[u8], text: usize) -> Tag {
    let mut lengths = poly1305::Block::default();
    lengths[..8].copy_from_slice(&(aad.len() as u64).to_le_bytes());
    lengths[8..].copy_from_slice(&(text as u64).to_le_bytes());
    mac.update(&[lengths]);
    mac.finalize().into()
}

/// Encrypts `buffer` in place and returns its tag.
pub(super) fn seal(key: &[u8; 32], nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Tag {
    seal_with(CIPHERS, key, nonce, aad, buffer)
}

/// The same with at most so many ciphers beside this thread.
fn seal_with(most: usize, key: &[u8; 32], nonce: &Nonce, aad: &[u8], buffer: &mut [u8]) -> Tag {
    let len = buffer.len();
    let mut mac = authenticator(key, nonce, aad);
    std::thread::scope(|scope| {
        let (mut turns, mut encrypted) = (Vec::new(), Vec::new());
        for _ in 0..most {
            let (give, plain) = mpsc::channel();
            let (hand_over, done) = mpsc::channel();
            let work = move || {
                encipher(key, nonce, plain, |piece| {
                    // The other side takes all that it is given.
                    let _ = hand_over.send(piece);
                });
            };
            if parallel::start(scope, work).is_ok() {
                turns.push(give);
                encrypted.push(done);
            }
        }
        if turns.is_empty() {
            return encipher(key, nonce, pieces(buffer), |piece| mac.update_padded(piece));
        }
        for (piece, turn) in pieces(buffer).zip(turns.iter().cycle()) {
            let _ = turn.send(piece);
        }
        drop(turns);
        for piece in encrypted.iter().cycle().map_while(|turn| turn.recv().ok()) {
            // Only the last piece is shorter than a whole number of blocks, so only that one is padded.
            mac.update_padded(piece);
        }
    });
    finish(mac, aad, len)
}

/// Checks the tag and decrypts `buffer` in place. On failure the buffer holds the ciphertext again.
pub(super) fn open(
    key: &[u8; 32],
    nonce: &Nonce,
    aad: &[u8],
    buffer: &mut [u8],
    tag: &Tag,
) -> Result<(), OpenError> {
    open_with(CIPHERS, key, nonce, aad, buffer, tag)
}

/// The same with at most so many ciphers beside this thread.
fn open_with(
    most: usize,
    key: &[u8; 32],
    nonce: &Nonce,
    aad: &[u8],
    buffer: &mut [u8],
    tag: &Tag,
) -> Result<(), OpenError> {
    let len = buffer.len();
    let mut mac = authenticator(key, nonce, aad);
    std::thread::scope(|scope| {
        let mut turns = Vec::new();
        for _ in 0..most {
            let (give, authenticated) = mpsc::channel();
            if parallel::start(scope, move || encipher(key, nonce, authenticated, |_| {})).is_ok() {
                turns.push(give);
            }
        }
        if turns.is_empty() {
            mac.update_padded(buffer);
            return encipher(key, nonce, pieces(buffer), |_| {});
        }
        for ((number, piece), turn) in pieces(buffer).zip(turns.iter().cycle()) {
            mac.update_padded(piece);
            let _ = turn.send((number, piece));
        }
    });
    if mac::same(&finish(mac, aad, len), tag) {
        return Ok(());
    }
    // Nobody may see what does not authenticate. The cipher undoes itself.
    encipher(key, nonce, [(0, buffer)], |_| {});
    Err(OpenError)
}

#[cfg(test)]
mod tests {
    use chacha20poly1305::aead::inout::InOutBuf;
    use chacha20poly1305::{AeadInOut, XChaCha20Poly1305};

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const NONCE: Nonce = [9; 24];

    fn text(len: usize) -> Vec<u8> {
        (0..len).map(|i| ((i * 31) >> 3).to_le_bytes()[0]).collect()
    }

    #[test]
    fn it_is_the_construction_of_the_crate_at_every_kind_of_length() {
        let around = |at: usize| [at - 17, at - 16, at - 1, at, at + 1, at + 15, at + 16, at + 17];
        let lengths = [0, 1, 15, 16, 17, 63, 64, 65]
            .into_iter()
            .chain(around(PIECE))
            .chain(around(2 * PIECE))
            .chain([10 * PIECE + 5]);
        let whole = <XChaCha20Poly1305 as KeyInit>::new((&KEY).into());
        for len in lengths {
            for aad in [&b""[..], b"a", &[3; 16], &[4; 1000]] {
                let mut expected = text(len);
                let tag: Tag = whole
                    .encrypt_inout_detached((&NONCE).into(), aad, InOutBuf::from(&mut expected[..]))
                    .expect("short enough")
                    .into();
                for most in 0..=CIPHERS {
                    let mut buffer = text(len);
                    assert_eq!(seal_with(most, &KEY, &NONCE, aad, &mut buffer), tag, "{len}");
                    assert_eq!(buffer, expected, "{len}");
                    open_with(most, &KEY, &NONCE, aad, &mut buffer, &tag).expect("opens");
                    assert_eq!(buffer, text(len), "{len}");
                }
            }
        }
    }

    #[test]
    fn whatever_is_changed_is_refused_and_stays_encrypted() {
        let len = 3 * PIECE + 11;
        let mut sealed = text(len);
        let tag = seal(&KEY, &NONCE, b"aad", &mut sealed);
        for at in [0, PIECE - 1, PIECE, 2 * PIECE + 7, len - 1] {
            for most in 0..=CIPHERS {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                let before = changed.clone();
                let opened = open_with(most, &KEY, &NONCE, b"aad", &mut changed, &tag);
                assert_eq!(opened, Err(OpenError), "{at}");
                assert!(changed == before, "{at}");
            }
        }
        let other_tag: Tag = std::array::from_fn(|i| tag[i] ^ u8::from(i == 15));
        let wrong: [(&[u8; 32], &Nonce, &[u8], &Tag); 4] = [
            (&[8; 32], &NONCE, b"aad", &tag),
            (&KEY, &[1; 24], b"aad", &tag),
            (&KEY, &NONCE, b"aae", &tag),
            (&KEY, &NONCE, b"aad", &other_tag),
        ];
        for (key, nonce, aad, tag) in wrong {
            let mut buffer = sealed.clone();
            assert_eq!(open(key, nonce, aad, &mut buffer, tag), Err(OpenError));
            assert!(buffer == sealed);
        }
        // Shortened to a whole number of pieces, with the rest cut off.
        assert_eq!(open(&KEY, &NONCE, b"aad", &mut sealed[..3 * PIECE], &tag), Err(OpenError));
    }
}
