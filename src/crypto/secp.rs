//! secp256k1: Schnorr signatures (BIP-340) and ECDSA with low S (SEC 1, RFC 6979).
//!
//! A public key is the compressed point of 33 bytes; Schnorr uses its x coordinate alone. Both kinds of signature have 64 bytes and
//! are deterministic, so that no generator can give a key away. A Schnorr message may have any length: what has 32 bytes is a digest
//! that somebody brought, what is longer is a text of ours, and the two can never be one another.

use k256::ecdsa;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::schnorr;
use k256::schnorr::signature::hazmat::{PrehashSigner, PrehashVerifier};

use crate::secret::PrivateKey;

/// Bytes of a compressed public key.
pub const PUBLIC_LEN: usize = 33;
/// Bytes of a signature.
pub const SIGNATURE_LEN: usize = 64;

/// The compressed public key of `key`; none when the bytes are zero or not below the order of the group.
pub fn public_key(key: &PrivateKey) -> Option<[u8; PUBLIC_LEN]> {
    let secret = k256::SecretKey::from_bytes(key.expose().into()).ok()?;
    secret.public_key().to_sec1_point(true).as_bytes().try_into().ok()
}

/// Whether `public` is the compressed form of a point on the curve.
pub fn is_public_key(public: &[u8; PUBLIC_LEN]) -> bool {
    // The crate would read the compact form (05) too, and a key has one form.
    matches!(public[0], 2 | 3) && k256::PublicKey::from_sec1_bytes(public).is_ok()
}

/// The 32 bytes that Schnorr signatures and Kaspa's addresses use of a public key.
pub fn x_only(public: &[u8; PUBLIC_LEN]) -> [u8; 32] {
    let mut x = [0; 32];
    x.copy_from_slice(&public[1..]);
    x
}

/// A key ready to make Schnorr signatures. In a box, so that a move leaves no copy behind.
pub struct Schnorr(Box<schnorr::SigningKey>);

impl Schnorr {
    /// Prepares `key`; none when it is no key of this curve.
    pub fn new(key: &PrivateKey) -> Option<Self> {
        schnorr::SigningKey::from_bytes(key.expose().into()).ok().map(|key| Self(Box::new(key)))
    }

    /// Signs `message` as it is. None in a case that nobody will ever see.
    pub fn sign(&self, message: &[u8]) -> Option<[u8; SIGNATURE_LEN]> {
        self.0.sign_prehash(message).ok().map(|signature| signature.to_bytes())
    }
}

/// A key ready to make ECDSA signatures. In a box, so that a move leaves no copy behind.
pub struct Ecdsa(Box<ecdsa::SigningKey>);

impl Ecdsa {
    /// Prepares `key`; none when it is no key of this curve.
    pub fn new(key: &PrivateKey) -> Option<Self> {
        ecdsa::SigningKey::from_bytes(key.expose().into()).ok().map(|key| Self(Box::new(key)))
    }

    /// Signs a digest: `r || s`, with the lower of the two possible `s`. None in a case that nobody will ever see.
    pub fn sign(&self, digest: &[u8; 32]) -> Option<[u8; SIGNATURE_LEN]> {
        let signature: ecdsa::Signature = self.0.sign_prehash(digest).ok()?;
        Some(signature.normalize_s().to_bytes().into())
    }
}

/// Verifies a Schnorr signature over `message` as it is.
pub fn verify_schnorr(
    public: &[u8; PUBLIC_LEN],
    message: &[u8],
    signature: &[u8; SIGNATURE_LEN],
) -> bool {
    let key = schnorr::VerifyingKey::from_bytes(&x_only(public).into());
    let signature = schnorr::Signature::try_from(&signature[..]);
    is_public_key(public)
        && matches!((key, signature), (Ok(key), Ok(signature)) if key.verify_prehash(message, &signature).is_ok())
}

/// Verifies an ECDSA signature over `digest`. One with the higher `s` is none, so that a signature has one form.
pub fn verify_ecdsa(
    public: &[u8; PUBLIC_LEN],
    digest: &[u8; 32],
    signature: &[u8; SIGNATURE_LEN],
) -> bool {
    let key = ecdsa::VerifyingKey::from_sec1_bytes(public);
    let signature = ecdsa::Signature::from_slice(signature);
    is_public_key(public)
        && matches!((key, signature), (Ok(key), Ok(signature))
        if signature.normalize_s() == signature && key.verify_prehash(digest, &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).unwrap()
    }

    fn key(bytes: &[u8]) -> PrivateKey {
        let mut key = PrivateKey::zeroed();
        key.expose_mut().copy_from_slice(bytes);
        key
    }

    const THREE: &str = "0000000000000000000000000000000000000000000000000000000000000003";
    const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

    /// BIP-340, test vector 0: key 3, no auxiliary randomness, a message of zeros.
    #[test]
    fn a_schnorr_signature_is_that_of_the_bip() {
        let key = key(&hex(THREE));
        let public = public_key(&key).unwrap();
        let x = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
        assert_eq!(x_only(&public)[..], hex(x));
        let signature = Schnorr::new(&key).unwrap().sign(&[0; 32]).unwrap();
        assert_eq!(
            signature[..],
            hex(
                "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca821525f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0"
            )
        );
        assert!(verify_schnorr(&public, &[0; 32], &signature));
        // A longer text is another message, also where it starts with the same bytes.
        assert!(!verify_schnorr(&public, &[0; 33], &signature));
    }

    #[test]
    fn an_ecdsa_signature_has_a_low_s_and_no_other_is_taken() {
        let key = key(&hex(THREE));
        let public = public_key(&key).unwrap();
        let signer = Ecdsa::new(&key).unwrap();
        for byte in 0..20 {
            let digest = [byte; 32];
            let signature = signer.sign(&digest).unwrap();
            assert!(signature[32] < 0x80);
            assert!(verify_ecdsa(&public, &digest, &signature));
            let mut high = ecdsa::Signature::from_slice(&signature).unwrap();
            high = ecdsa::Signature::from_scalars(*high.r(), -*high.s()).unwrap();
            assert!(!verify_ecdsa(&public, &digest, &high.to_bytes().into()));
            for at in 0..64 {
                let mut changed = signature;
                changed[at] ^= 1;
                assert!(!verify_ecdsa(&public, &digest, &changed));
            }
        }
    }

    #[test]
    fn what_is_no_key_of_the_curve_is_refused() {
        for bytes in [hex(&"00".repeat(32)), hex(ORDER), vec![0xff; 32]] {
            let key = key(&bytes);
            assert!(public_key(&key).is_none());
            assert!(Schnorr::new(&key).is_none() && Ecdsa::new(&key).is_none());
        }
        for first in [0, 4, 5] {
            let mut public = [1; PUBLIC_LEN];
            public[0] = first;
            assert!(!is_public_key(&public));
            assert!(!verify_schnorr(&public, b"x", &[1; 64]));
            assert!(!verify_ecdsa(&public, &[0; 32], &[1; 64]));
        }
    }
}
