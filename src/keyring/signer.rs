//! Signing and verifying with managed keys.
//!
//! A [`Signer`] holds a private half ready for use, and cannot be asked for it. What an operator or a service brings is signed as
//! it is (Ed25519), or as its SHA-256 digest (secp256k1); what strongroom itself says (a continuity proof) starts with a label,
//! and no text that an operator brings may, so that nobody can have a proof signed as a message. On secp256k1 the two differ in
//! length as well: a digest has 32 bytes, a text with a label has more.

use super::{KeyError, KeyKind, Role};
use crate::crypto::hash::{self, Algorithm};
use crate::crypto::sign::{self, PublicKey};
use crate::crypto::{labels, mac, secp};
use crate::secret::PrivateKey;

/// How something is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Ed25519 (RFC 8032) over the message.
    Ed25519,
    /// Schnorr (BIP-340) over the digest.
    Schnorr,
    /// ECDSA with low S over the digest.
    Ecdsa,
    /// HMAC over the message: for those who share the key, not for third parties.
    Hmac(Algorithm),
}

impl Scheme {
    /// Its name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Schnorr => "schnorr",
            Self::Ecdsa => "ecdsa",
            Self::Hmac(Algorithm::Sha256) => "hmac-sha256",
            Self::Hmac(Algorithm::Sha384) => "hmac-sha384",
            Self::Hmac(Algorithm::Sha512) => "hmac-sha512",
        }
    }

    /// All schemes.
    pub const ALL: [Self; 6] = [
        Self::Ed25519,
        Self::Schnorr,
        Self::Ecdsa,
        Self::Hmac(Algorithm::Sha256),
        Self::Hmac(Algorithm::Sha384),
        Self::Hmac(Algorithm::Sha512),
    ];

    /// The scheme called `name`.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.name() == name)
    }

    /// The scheme that a key of `kind` and `role` uses unless told otherwise, or `asked` if it can. Keys that agree, wrap or stand
    /// by for an emergency sign nothing.
    pub fn choose(kind: KeyKind, role: Role, asked: Option<Self>) -> Result<Self, KeyError> {
        let usual = match (kind, role) {
            (KeyKind::Ed25519, Role::Identity | Role::Signing) => Some(Self::Ed25519),
            (KeyKind::Secp256k1, Role::Wallet | Role::Signing) => Some(Self::Schnorr),
            (KeyKind::Symmetric32, Role::Mac) => Some(Self::Hmac(Algorithm::Sha256)),
            _ => None,
        };
        let refused = KeyError::Purpose {
            kind: kind.name(),
            role: role.name(),
            what: asked.map_or("sign", Self::name),
        };
        let usual = usual.ok_or(refused.clone())?;
        match (usual, asked) {
            (usual, None) => Ok(usual),
            (Self::Schnorr, Some(scheme @ (Self::Schnorr | Self::Ecdsa)))
            | (Self::Hmac(_), Some(scheme @ Self::Hmac(_))) => Ok(scheme),
            (usual, Some(scheme)) if usual == scheme => Ok(usual),
            _ => Err(refused),
        }
    }
}

/// What is to be signed.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// A message of any length.
    Whole(&'a [u8]),
    /// The SHA-256 digest of one, or another digest of 32 bytes that the other side expects.
    Digest(&'a [u8; 32]),
}

enum Prepared {
    Ed25519(sign::Signing),
    Schnorr(secp::Schnorr),
    Ecdsa(secp::Ecdsa),
    Hmac(Algorithm, PrivateKey),
}

/// A private half ready to sign.
pub struct Signer {
    prepared: Prepared,
    kind: KeyKind,
    role: Role,
}

impl Signer {
    /// Prepares `key` for `scheme`, which [`Scheme::choose`] gave.
    pub fn new(
        kind: KeyKind,
        role: Role,
        scheme: Scheme,
        key: PrivateKey,
    ) -> Result<Self, KeyError> {
        let invalid = KeyError::NotAPrivateKey(kind.name());
        let prepared = match scheme {
            Scheme::Ed25519 => Prepared::Ed25519(sign::Signing::new(&key)),
            Scheme::Schnorr => Prepared::Schnorr(secp::Schnorr::new(&key).ok_or(invalid)?),
            Scheme::Ecdsa => Prepared::Ecdsa(secp::Ecdsa::new(&key).ok_or(invalid)?),
            Scheme::Hmac(algorithm) => Prepared::Hmac(algorithm, key),
        };
        Ok(Self { prepared, kind, role })
    }

    /// Signs what somebody brought.
    pub fn sign(&self, message: Message<'_>) -> Result<Vec<u8>, KeyError> {
        if let Message::Whole(text) = message
            && labels::is_own(text)
        {
            return Err(KeyError::OwnText);
        }
        let failed = KeyError::NotAPrivateKey(self.kind.name());
        match (&self.prepared, message) {
            (Prepared::Ed25519(key), Message::Whole(text)) => Ok(key.sign(text).to_vec()),
            (Prepared::Schnorr(key), message) => {
                key.sign(&digest(message)).map(Vec::from).ok_or(failed)
            }
            (Prepared::Ecdsa(key), message) => {
                key.sign(&digest(message)).map(Vec::from).ok_or(failed)
            }
            (Prepared::Hmac(algorithm, key), Message::Whole(text)) => {
                Ok(hash::hmac(*algorithm, key.expose(), &[text]))
            }
            (Prepared::Ed25519(_) | Prepared::Hmac(..), Message::Digest(_)) => {
                Err(KeyError::Purpose {
                    kind: self.kind.name(),
                    role: self.role.name(),
                    what: "sign a digest",
                })
            }
        }
    }
}

fn digest(message: Message<'_>) -> [u8; 32] {
    match message {
        Message::Whole(text) => mac::sha256(&[text]),
        Message::Digest(digest) => *digest,
    }
}

/// Verifies a signature with a public key. False for a scheme that has none.
pub fn verify(scheme: Scheme, public: &[u8], message: Message<'_>, signature: &[u8]) -> bool {
    let Ok(signature) = <&[u8; 64]>::try_from(signature) else { return false };
    match (scheme, message) {
        (Scheme::Ed25519, Message::Whole(text)) => <[u8; 32]>::try_from(public)
            .is_ok_and(|public| sign::verify(&PublicKey(public), text, signature)),
        (Scheme::Schnorr, message) => <&[u8; 33]>::try_from(public)
            .is_ok_and(|public| secp::verify_schnorr(public, &digest(message), signature)),
        (Scheme::Ecdsa, message) => <&[u8; 33]>::try_from(public)
            .is_ok_and(|public| secp::verify_ecdsa(public, &digest(message), signature)),
        (Scheme::Ed25519 | Scheme::Hmac(_), _) => false,
    }
}

/// A private half that is ready to sign texts of strongroom's own, each of which starts with a label. Made once: the public half
/// costs as much as a signature.
pub struct OwnSigner {
    public: Vec<u8>,
    ready: Ready,
}

enum Ready {
    Ed25519(sign::Signing),
    Schnorr(secp::Schnorr),
}

impl OwnSigner {
    /// Prepares `key`; refuses a kind that does not sign.
    pub fn new(kind: KeyKind, key: &PrivateKey) -> Result<Self, KeyError> {
        let failed = KeyError::NotAPrivateKey(kind.name());
        match kind {
            KeyKind::Ed25519 => {
                let ready = sign::Signing::new(key);
                Ok(Self { public: ready.public_key().0.to_vec(), ready: Ready::Ed25519(ready) })
            }
            KeyKind::Secp256k1 => {
                let ready = secp::Schnorr::new(key).ok_or(failed)?;
                Ok(Self { public: kind.public_half(key)?, ready: Ready::Schnorr(ready) })
            }
            KeyKind::X25519 | KeyKind::Symmetric32 => Err(failed),
        }
    }

    /// The public half.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Signs `text`, and verifies what came out: a signature that a faulty processor made may give the key away, and would break
    /// a chain for ever.
    pub(crate) fn sign(&self, text: &[u8]) -> Result<[u8; 64], KeyError> {
        let (kind, signature) = match &self.ready {
            Ready::Ed25519(key) => (KeyKind::Ed25519, key.sign_and_verify(text)),
            Ready::Schnorr(key) => {
                let made = key.sign(text);
                let holds =
                    |made: &[u8; 64]| verify_own(KeyKind::Secp256k1, &self.public, text, made);
                (KeyKind::Secp256k1, made.filter(holds))
            }
        };
        signature.ok_or(KeyError::NotAPrivateKey(kind.name()))
    }
}

/// Verifies a signature of an [`OwnSigner`].
pub(crate) fn verify_own(kind: KeyKind, public: &[u8], text: &[u8], signature: &[u8; 64]) -> bool {
    match kind {
        KeyKind::Ed25519 => <[u8; 32]>::try_from(public)
            .is_ok_and(|public| sign::verify(&PublicKey(public), text, signature)),
        KeyKind::Secp256k1 => <&[u8; 33]>::try_from(public)
            .is_ok_and(|public| secp::verify_schnorr(public, text, signature)),
        KeyKind::X25519 | KeyKind::Symmetric32 => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> PrivateKey {
        let mut key = PrivateKey::zeroed();
        key.expose_mut().fill(byte);
        key
    }

    #[test]
    fn every_scheme_signs_and_verifies() {
        for (kind, role, asked) in [
            (KeyKind::Ed25519, Role::Identity, None),
            (KeyKind::Secp256k1, Role::Wallet, None),
            (KeyKind::Secp256k1, Role::Signing, Some(Scheme::Ecdsa)),
        ] {
            let scheme = Scheme::choose(kind, role, asked).unwrap();
            let public = kind.public_half(&key(7)).unwrap();
            let signer = Signer::new(kind, role, scheme, key(7)).unwrap();
            let signature = signer.sign(Message::Whole(b"hello")).unwrap();
            assert!(verify(scheme, &public, Message::Whole(b"hello"), &signature));
            assert!(!verify(scheme, &public, Message::Whole(b"hellp"), &signature));
            assert!(!verify(scheme, &public, Message::Whole(b"hello"), &signature[1..]));
            let other = kind.public_half(&key(8)).unwrap();
            assert!(!verify(scheme, &other, Message::Whole(b"hello"), &signature));
            if scheme != Scheme::Ed25519 {
                let digest = mac::sha256(&[b"hello"]);
                assert!(verify(scheme, &public, Message::Digest(&digest), &signature));
            }
        }
    }

    #[test]
    fn a_text_of_our_own_is_signed_for_nobody_and_is_no_message() {
        for (kind, role) in [(KeyKind::Ed25519, Role::Signing), (KeyKind::Secp256k1, Role::Signing)]
        {
            let scheme = Scheme::choose(kind, role, None).unwrap();
            let text =
                [&b"strongroom/v1 continuity\0"[..], b"body of a proof, of some length"].concat();
            let signer = Signer::new(kind, role, scheme, key(7)).unwrap();
            assert_eq!(signer.sign(Message::Whole(&text)), Err(KeyError::OwnText));
            let public = kind.public_half(&key(7)).unwrap();
            let own = OwnSigner::new(kind, &key(7)).unwrap().sign(&text).unwrap();
            assert!(verify_own(kind, &public, &text, &own));
            let digest = mac::sha256(&[&text]);
            if kind == KeyKind::Secp256k1 {
                // A digest of the text can be had; it is another message.
                let brought = signer.sign(Message::Digest(&digest)).unwrap();
                assert!(!verify_own(kind, &public, &text, &brought.try_into().unwrap()));
            } else {
                assert!(signer.sign(Message::Digest(&digest)).is_err());
            }
        }
    }

    #[test]
    fn keys_that_do_not_sign_sign_nothing() {
        for (kind, role) in [
            (KeyKind::X25519, Role::Encryption),
            (KeyKind::X25519, Role::SignedPrekey),
            (KeyKind::Symmetric32, Role::Wrap),
            (KeyKind::Ed25519, Role::Recovery),
        ] {
            assert!(Scheme::choose(kind, role, None).is_err(), "{kind:?} {role:?}");
        }
        let ecdsa = Scheme::choose(KeyKind::Ed25519, Role::Signing, Some(Scheme::Ecdsa));
        assert!(matches!(ecdsa, Err(KeyError::Purpose { .. })));
    }
}
