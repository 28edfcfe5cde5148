//! Ed25519 (RFC 8032): the signature over a whole store, and those of managed keys.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::secret::{PrivateKey, SigningSeed};

/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// The public half of a store signing key. Its lower-case hexadecimal form is what operators pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = data_encoding::DecodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut key = [0; 32];
        if data_encoding::HEXLOWER_PERMISSIVE.decode_len(text.len())? != key.len() {
            return Err(data_encoding::DecodeError {
                position: text.len(),
                kind: data_encoding::DecodeKind::Length,
            });
        }
        data_encoding::HEXLOWER_PERMISSIVE
            .decode_mut(text.as_bytes(), &mut key)
            .map_err(|partial| partial.error)?;
        Ok(Self(key))
    }
}

/// The public key of `seed`.
pub fn public_key(seed: &SigningSeed) -> PublicKey {
    PublicKey(SigningKey::from_bytes(seed.expose()).verifying_key().to_bytes())
}

/// Signs `message`.
pub fn sign(seed: &SigningSeed, message: &[u8]) -> [u8; SIGNATURE_LEN] {
    SigningKey::from_bytes(seed.expose()).sign(message).to_bytes()
}

/// A managed key ready to sign. In a box, so that a move leaves no copy behind.
pub struct Signing(Box<SigningKey>);

impl Signing {
    /// Prepares `key`.
    pub fn new(key: &PrivateKey) -> Self {
        Self(Box::new(SigningKey::from_bytes(key.expose())))
    }

    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_LEN] {
        self.0.sign(message).to_bytes()
    }

    /// Signs `message`; none if the signature does not hold. Of one's own signature no strict form has to be asked.
    pub fn sign_and_verify(&self, message: &[u8]) -> Option<[u8; SIGNATURE_LEN]> {
        let signature = self.0.sign(message);
        self.0.verify(message, &signature).ok().map(|()| signature.to_bytes())
    }
}

/// Verifies strictly: canonical encodings only, no small-order keys, so that one file has one signature.
pub fn verify(key: &PublicKey, message: &[u8], signature: &[u8; SIGNATURE_LEN]) -> bool {
    VerifyingKey::from_bytes(&key.0)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}
