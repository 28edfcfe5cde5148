//! Kinds of keys, and the roles they may have.

use super::KeyError;
use crate::crypto::{exchange, secp, sign};
use crate::secret::PrivateKey;

/// The algorithm of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// Ed25519 signatures.
    Ed25519,
    /// X25519 agreement.
    X25519,
    /// Schnorr and ECDSA signatures on secp256k1.
    Secp256k1,
    /// 32 random bytes.
    Symmetric32,
}

impl KeyKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Ed25519, Self::X25519, Self::Secp256k1, Self::Symmetric32];

    /// Its name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::X25519 => "x25519",
            Self::Secp256k1 => "secp256k1",
            Self::Symmetric32 => "symmetric-32",
        }
    }

    /// The kind called `name`.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The number that stands for it in the formats.
    pub const fn code(self) -> u64 {
        match self {
            Self::Ed25519 => 1,
            Self::X25519 => 2,
            Self::Secp256k1 => 3,
            Self::Symmetric32 => 4,
        }
    }

    /// The kind of a number read from a file.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Bytes of a public key; none for a symmetric one.
    pub const fn public_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::X25519 => 32,
            Self::Secp256k1 => secp::PUBLIC_LEN,
            Self::Symmetric32 => 0,
        }
    }

    /// Whether a key of this kind can sign, and so vouch for its own successor.
    pub const fn signs(self) -> bool {
        matches!(self, Self::Ed25519 | Self::Secp256k1)
    }

    /// Whether `key` is a private key of this kind; on all but secp256k1 any 32 bytes are.
    pub fn takes(self, key: &PrivateKey) -> bool {
        self != Self::Secp256k1 || secp::public_key(key).is_some()
    }

    /// The public half of `key`; empty for a symmetric one.
    pub fn public_half(self, key: &PrivateKey) -> Result<Vec<u8>, KeyError> {
        match self {
            Self::Ed25519 => Ok(sign::Signing::new(key).public_key().0.to_vec()),
            Self::X25519 => Ok(exchange::public_key(key).to_vec()),
            Self::Secp256k1 => secp::public_key(key)
                .map(|public| public.to_vec())
                .ok_or(KeyError::NotAPrivateKey(self.name())),
            Self::Symmetric32 => Ok(Vec::new()),
        }
    }

    /// The roles that a key of this kind may have, the usual one first.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Ed25519 => &[Role::Signing, Role::Identity, Role::Recovery],
            Self::X25519 => &[Role::Encryption, Role::SignedPrekey, Role::OneTimePrekey],
            Self::Secp256k1 => &[Role::Wallet, Role::Signing],
            Self::Symmetric32 => &[Role::Wrap, Role::Mac],
        }
    }
}

/// What a key is for. One key has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Says who somebody is, and vouches for other keys.
    Identity,
    /// Others encrypt to it.
    Encryption,
    /// Signs messages.
    Signing,
    /// Signs transactions; has an address.
    Wallet,
    /// An agreement key that an identity vouches for, used for some weeks.
    SignedPrekey,
    /// An agreement key that is used once.
    OneTimePrekey,
    /// Wraps other keys, or has keys derived from it.
    Wrap,
    /// Authenticates messages between those who share it.
    Mac,
    /// Vouches for a successor when another key was stolen.
    Recovery,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 9] = [
        Self::Identity,
        Self::Encryption,
        Self::Signing,
        Self::Wallet,
        Self::SignedPrekey,
        Self::OneTimePrekey,
        Self::Wrap,
        Self::Mac,
        Self::Recovery,
    ];

    /// Its name on the command line, in the configuration and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Encryption => "encryption",
            Self::Signing => "signing",
            Self::Wallet => "wallet",
            Self::SignedPrekey => "signed-prekey",
            Self::OneTimePrekey => "one-time-prekey",
            Self::Wrap => "wrap",
            Self::Mac => "mac",
            Self::Recovery => "recovery",
        }
    }

    /// The role called `name`.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// The number that stands for it in the formats.
    pub const fn code(self) -> u64 {
        self as u64 + 1
    }

    /// The role of a number read from a file.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Refuses a role that keys of `kind` do not have.
    pub fn require(self, kind: KeyKind) -> Result<(), KeyError> {
        if kind.roles().contains(&self) {
            Ok(())
        } else {
            Err(KeyError::RoleOfKind { kind: kind.name(), role: self.name() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_back() {
        for kind in KeyKind::ALL {
            assert_eq!(KeyKind::of(kind.name()), Some(kind));
            assert_eq!(KeyKind::from_code(kind.code()), Some(kind));
        }
        for role in Role::ALL {
            assert_eq!(Role::of(role.name()), Some(role));
            assert_eq!(Role::from_code(role.code()), Some(role));
            assert!(KeyKind::ALL.iter().any(|kind| role.require(*kind).is_ok()), "{role:?}");
        }
        assert_eq!((KeyKind::from_code(0), KeyKind::from_code(5)), (None, None));
        assert_eq!((Role::from_code(0), Role::from_code(10)), (None, None));
    }

    #[test]
    fn a_role_belongs_to_a_kind() {
        assert!(Role::Identity.require(KeyKind::Ed25519).is_ok());
        for (role, kind) in [
            (Role::Identity, KeyKind::X25519),
            (Role::Wallet, KeyKind::Ed25519),
            (Role::Mac, KeyKind::Secp256k1),
            (Role::Signing, KeyKind::Symmetric32),
        ] {
            assert!(role.require(kind).is_err(), "{role:?} {kind:?}");
        }
    }
}
