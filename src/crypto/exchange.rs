//! X25519 (RFC 7748): the public key of a private one, and the secret that two of them agree on.

use x25519_dalek::{PublicKey, StaticSecret};

use crate::secret::PrivateKey;

/// A public key: the u-coordinate, little-endian.
pub type Public = [u8; 32];

/// The public key of `key`.
pub fn public_key(key: &PrivateKey) -> Public {
    PublicKey::from(&StaticSecret::from(*key.expose())).to_bytes()
}

/// The secret that the owners of `key` and of `theirs` share. None where it would be zero, whatever `key` is (RFC 7748,
/// section 6.1): `theirs` is a point of low order, and all the world knows the secret.
pub fn agree(key: &PrivateKey, theirs: &Public) -> Option<PrivateKey> {
    let shared = StaticSecret::from(*key.expose()).diffie_hellman(&PublicKey::from(*theirs));
    let mut agreed = PrivateKey::zeroed();
    agreed.expose_mut().copy_from_slice(shared.as_bytes());
    shared.was_contributory().then_some(agreed)
}

/// Whether any secret can be agreed on with the owner of `theirs`.
pub fn is_usable(theirs: &Public) -> bool {
    agree(&PrivateKey::zeroed(), theirs).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7748, section 6.1: Bob's key.
    #[test]
    fn a_public_key_is_that_of_the_rfc() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let mut key = PrivateKey::zeroed();
        let private = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        key.expose_mut().copy_from_slice(&hex(private));
        let public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        assert_eq!(public_key(&key)[..], hex(public));
    }
}
