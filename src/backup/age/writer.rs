//! The encrypting writer: header, then chunks of 64 KiB, each authenticated.

use std::io::{self, Write};

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use data_encoding::BASE64_NOPAD;

use super::{AgeError, To};
use crate::crypto::random::{self, Random};
use crate::crypto::{exchange, mac, scrypt};
use crate::memory;
use crate::secret::{DerivedKey, PrivateKey, SecretBytes};

/// Bytes of plaintext in a chunk.
const CHUNK: usize = 64 << 10;
const TAG: usize = 16;
const FILE_KEY: usize = 16;
/// Body lines of a header have this many characters, and the last one fewer.
const COLUMNS: usize = 64;

/// Encrypts what is written to it. The file is whole only after [`finish`](Self::finish).
pub struct AgeWriter<W> {
    out: W,
    key: DerivedKey,
    /// One chunk of plaintext and room for its tag; sealed in place.
    chunk: SecretBytes,
    filled: usize,
    number: u64,
}

impl<W: Write> AgeWriter<W> {
    /// Writes the header.
    pub fn new(mut out: W, to: &To<'_>, random: &mut dyn Random) -> Result<Self, AgeError> {
        let mut file_key = SecretBytes::zeroed(FILE_KEY);
        random.fill(file_key.expose_mut())?;
        let mut header = b"age-encryption.org/v1\n".to_vec();
        match to {
            To::Passphrase(passphrase, work) => {
                let salt: [u8; 16] = random::bytes(random)?;
                let mut wrap = DerivedKey::zeroed();
                let labelled = [&b"age-encryption.org/v1/scrypt"[..], &salt].concat();
                let typed = passphrase.as_typed().expose();
                scrypt::derive(typed, &labelled, work.log_n(), wrap.expose_mut())?;
                let arguments = format!("scrypt {} {}", BASE64_NOPAD.encode(&salt), work.log_n());
                stanza(&mut header, &arguments, &wrap, &file_key);
            }
            To::Recipients([]) => return Err(AgeError::NoRecipient),
            To::Recipients(recipients) => {
                for recipient in *recipients {
                    let mut ephemeral = PrivateKey::zeroed();
                    random.fill(ephemeral.expose_mut())?;
                    let share = exchange::public_key(&ephemeral);
                    let agreed =
                        exchange::agree(&ephemeral, &recipient.0).ok_or(AgeError::Derivation)?;
                    let mut wrap = DerivedKey::zeroed();
                    let salt = [share, recipient.0].concat();
                    let info: &[&[u8]] = &[b"age-encryption.org/v1/X25519"];
                    if !mac::hkdf(agreed.expose(), &salt, info, wrap.expose_mut()) {
                        return Err(AgeError::Derivation);
                    }
                    let arguments = format!("X25519 {}", BASE64_NOPAD.encode(&share));
                    stanza(&mut header, &arguments, &wrap, &file_key);
                }
            }
        }
        header.extend_from_slice(b"---");
        let tag = header_mac(&file_key, &header)?;
        header.push(b' ');
        header.extend_from_slice(BASE64_NOPAD.encode(&tag).as_bytes());
        header.push(b'\n');

        let nonce: [u8; 16] = random::bytes(random)?;
        header.extend_from_slice(&nonce);
        let mut key = DerivedKey::zeroed();
        if !mac::hkdf(file_key.expose(), &nonce, &[b"payload"], key.expose_mut()) {
            return Err(AgeError::Derivation);
        }
        // Keys went through the stack by value.
        memory::scrub_stack();
        out.write_all(&header).map_err(AgeError::Write)?;
        Ok(Self { out, key, chunk: SecretBytes::zeroed(CHUNK + TAG), filled: 0, number: 0 })
    }

    /// Seals the last chunk and gives the inner writer back, flushed. Syncing is the caller's.
    pub fn finish(mut self) -> Result<W, AgeError> {
        self.seal(true).map_err(AgeError::Write)?;
        self.out.flush().map_err(AgeError::Write)?;
        Ok(self.out)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let failed = || io::Error::other("a chunk could not be sealed");
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        let (text, _) =
            self.chunk.expose_mut().split_at_mut_checked(self.filled).ok_or_else(failed)?;
        let tag = ChaCha20Poly1305::new(self.key.expose().into())
            .encrypt_inout_detached((&nonce).into(), b"", InOutBuf::from(text))
            .map_err(|_| failed())?;
        let end = self.filled + TAG;
        let room = self.chunk.expose_mut().get_mut(self.filled..end).ok_or_else(failed)?;
        room.copy_from_slice(&tag);
        self.out.write_all(self.chunk.expose().get(..end).ok_or_else(failed)?)?;
        self.filled = 0;
        self.number = self.number.checked_add(1).ok_or_else(failed)?;
        Ok(())
    }
}

impl<W: Write> Write for AgeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        // A full chunk is held back until more comes: only then is it known not to be the last.
        if self.filled == CHUNK {
            self.seal(false)?;
        }
        let room = self.chunk.expose_mut().get_mut(self.filled..CHUNK).unwrap_or_default();
        let taken = bytes.len().min(room.len());
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.filled += taken;
        Ok(taken)
    }

    /// Writes nothing early: a chunk that is not full would be the last.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One way to the file key: arguments, and the file key under `wrap`.
fn stanza(header: &mut Vec<u8>, arguments: &str, wrap: &DerivedKey, file_key: &SecretBytes) {
    let mut body = SecretBytes::concat(&[file_key.expose(), &[0; TAG]]);
    let (text, room) = body.expose_mut().split_at_mut(FILE_KEY);
    // The wrapping key is used for this one message, so the nonce is constant.
    let tag = ChaCha20Poly1305::new(wrap.expose().into())
        .encrypt_inout_detached((&[0; 12]).into(), b"", InOutBuf::from(text))
        // Fails only for inputs above 256 GiB.
        .map_or([0; TAG], Into::into);
    room.copy_from_slice(&tag);
    header.extend_from_slice(b"-> ");
    header.extend_from_slice(arguments.as_bytes());
    header.push(b'\n');
    let body = BASE64_NOPAD.encode(body.expose());
    debug_assert!(body.len() < COLUMNS, "one short line");
    header.extend_from_slice(body.as_bytes());
    header.push(b'\n');
}

fn header_mac(file_key: &SecretBytes, header: &[u8]) -> Result<mac::Hash, AgeError> {
    let mut key = DerivedKey::zeroed();
    if !mac::hkdf(file_key.expose(), b"", &[b"header"], key.expose_mut()) {
        return Err(AgeError::Derivation);
    }
    Ok(mac::hmac(key.expose(), &[header]))
}
