//! What can be told of a public key: its fingerprint, its did:key, its Kaspa address.

use super::{KeyKind, Role};
use crate::crypto::{mac, secp};
use crate::kaspa::address::{Address, Prefix};
use crate::network::NetworkMode;

/// The Bitcoin alphabet of base 58.
const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Multicodec `ed25519-pub`, as an unsigned variable-length integer.
const ED25519_PUB: [u8; 2] = [0xed, 0x01];
/// What a did:key of a base-58 multibase starts with.
const DID_KEY: &str = "did:key:z";
/// What a fingerprint starts with.
const SHA256: &str = "sha256:";

/// A public key and its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicHalf<'a> {
    /// Its kind.
    pub kind: KeyKind,
    /// Its bytes.
    pub bytes: &'a [u8],
}

impl PublicHalf<'_> {
    /// The bytes in lower-case hexadecimal.
    pub fn hex(self) -> String {
        data_encoding::HEXLOWER.encode(self.bytes)
    }

    /// `sha256:` and the SHA-256 of the public key in lower-case hexadecimal; none for a symmetric key, which has none.
    pub fn fingerprint(self) -> Option<String> {
        (!self.bytes.is_empty()).then(|| fingerprint(self.bytes))
    }

    /// The did:key of an Ed25519 key.
    pub fn did_key(self) -> Option<String> {
        (self.kind == KeyKind::Ed25519).then(|| did_key(self.bytes))
    }

    /// The address that a wallet key is paid at: that of a Schnorr key.
    pub fn address(self, role: Role, network: NetworkMode) -> Option<String> {
        let public: &[u8; secp::PUBLIC_LEN] = self.bytes.try_into().ok()?;
        let prefix = match network {
            NetworkMode::Mainnet => Prefix::Mainnet,
            NetworkMode::Testnet => Prefix::Testnet,
            NetworkMode::Devnet => Prefix::Devnet,
        };
        (self.kind == KeyKind::Secp256k1 && role == Role::Wallet)
            .then(|| Address::of_key(prefix, &secp::x_only(public)).to_string())
    }
}

/// `sha256:` and the SHA-256 of a public key.
pub fn fingerprint(public: &[u8]) -> String {
    format!("{SHA256}{}", data_encoding::HEXLOWER.encode(&mac::sha256(&[public])))
}

fn did_key(public: &[u8]) -> String {
    format!("{DID_KEY}{}", base58(&[&ED25519_PUB[..], public].concat()))
}

/// A public key as a person names it: its hexadecimal digits, its fingerprint, or its did:key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named(String);

impl Named {
    /// Reads a name; none when it is of no form.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |digits: &str, lengths: &[usize]| {
            lengths.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit())
        };
        if let Some(digits) = text.strip_prefix(SHA256) {
            return hex(digits, &[64]).then(|| Self(text.to_ascii_lowercase()));
        }
        if let Some(rest) = text.strip_prefix(DID_KEY) {
            // 34 bytes take 46 to 48 characters.
            let known = rest.len() < 64 && rest.bytes().all(|b| BASE58.contains(&b));
            return known.then(|| Self(text.to_owned()));
        }
        hex(text, &[64, 66]).then(|| Self(text.to_ascii_lowercase()))
    }

    /// Whether this names the key `public`.
    pub fn names(&self, public: PublicHalf<'_>) -> bool {
        self.0 == public.hex()
            || Some(&self.0) == public.fingerprint().as_ref()
            || Some(&self.0) == public.did_key().as_ref()
    }
}

/// Base 58 without a checksum: the bytes as one number, a `1` for each leading zero byte.
fn base58(bytes: &[u8]) -> String {
    let mut digits: Vec<u8> = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) << 8;
            *digit = u8::try_from(carry % 58).unwrap_or(0);
            carry /= 58;
        }
        while carry > 0 {
            digits.push(u8::try_from(carry % 58).unwrap_or(0));
            carry /= 58;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let zeros = std::iter::repeat_n('1', zeros);
    zeros.chain(digits.iter().rev().map(|d| char::from(BASE58[usize::from(*d)]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    /// The known answer of the Talos contracts, `test_vectors/sdk/signing_verify.json`.
    const PUBLIC: &str = "4cb5abf6ad79fbf5abbccafcc269d85cd2651ed4b885b5869f241aedf0a5ba29";
    const DID: &str = "did:key:z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG";

    #[test]
    fn a_did_key_is_that_of_other_programs() {
        let public = hex(PUBLIC);
        let public = PublicHalf { kind: KeyKind::Ed25519, bytes: &public };
        assert_eq!(public.did_key().unwrap(), DID);
        assert_eq!(PublicHalf { kind: KeyKind::X25519, ..public }.did_key(), None);
        assert_eq!(base58(&[0, 0, 1]), "112");
        assert_eq!(base58(b"hello world"), "StV1DL6CwTryKyV");
    }

    #[test]
    fn a_key_is_named_by_its_digits_its_fingerprint_or_its_did() {
        let bytes = hex(PUBLIC);
        let public = PublicHalf { kind: KeyKind::Ed25519, bytes: &bytes };
        let other = PublicHalf { kind: KeyKind::Ed25519, bytes: &[7; 32] };
        for name in [PUBLIC, &PUBLIC.to_uppercase(), DID, &public.fingerprint().unwrap()] {
            let named = Named::parse(name).unwrap();
            assert!(named.names(public) && !named.names(other), "{name}");
        }
        for wrong in ["", "ab", "sha256:ab", "did:key:z0", "did:web:x", &"g".repeat(64)] {
            assert_eq!(Named::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_wallet_key_has_an_address() {
        let mut bytes = hex("f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9");
        bytes.insert(0, 2);
        let public = PublicHalf { kind: KeyKind::Secp256k1, bytes: &bytes };
        for (network, prefix) in [
            (NetworkMode::Mainnet, "kaspa:q"),
            (NetworkMode::Testnet, "kaspatest:q"),
            (NetworkMode::Devnet, "kaspadev:q"),
        ] {
            let address = public.address(Role::Wallet, network).unwrap();
            assert!(address.starts_with(prefix), "{address}");
            assert_eq!(Address::parse(&address).unwrap().payload, bytes[1..]);
            assert_eq!(public.address(Role::Signing, network), None);
        }
    }
}
