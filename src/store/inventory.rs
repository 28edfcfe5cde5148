//! The inventory: what cron, monitoring and the pre-deploy gate may read without a passphrase.
//!
//! It stands in the header and is covered by the file's signature. It holds *positive* claims only: a claim says that
//! something was found to be so by a command that had the store open, and at which generation; what could not be shown is
//! simply absent. Names and values of secrets never appear.
//!
//! The key for prekeys is reserved: its item is carried along byte for byte, so
//! that a build that knows them and one that does not can work on the same store.

use std::collections::BTreeMap;

use super::backup_facts::{BackupFacts, DrillFacts};
use super::secret_facts::{self, SecretFacts};
use super::{StoreError, limits};
use crate::cbor::{self, Reader};
use crate::keyring::facts::{self, KeyFacts};

/// How much the inventory shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    None,
    /// Managed keys only.
    Keys,
    /// Everything.
    #[default]
    Full,
}

impl Level {
    /// The number that stands for the level in the format.
    const fn code(self) -> u64 {
        self as u64
    }

    const fn from_code(code: u64) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Keys),
            2 => Some(Self::Full),
            _ => None,
        }
    }

    /// Its name in the configuration and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Keys => "keys",
            Self::Full => "full",
        }
    }
}

/// A fact about the secrets in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// A payment secret is there, and it is not empty or blank.
    PaymentSecretSet = 1,
    /// Every payment secret meets the network's strength policy.
    PaymentSecretStrong = 2,
    /// No payment secret equals a wallet secret.
    PaymentDiffersFromWallet = 3,
    /// A wallet secret is there, and it is not empty or blank.
    WalletSecretSet = 4,
    /// No payment secret equals the passphrase of the slot that opened the store then.
    PaymentDiffersFromPassphrase = 5,
}

impl Claim {
    /// All claims, by number.
    pub const ALL: [Self; 5] = [
        Self::PaymentSecretSet,
        Self::PaymentSecretStrong,
        Self::PaymentDiffersFromWallet,
        Self::WalletSecretSet,
        Self::PaymentDiffersFromPassphrase,
    ];

    fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|claim| *claim as u64 == code)
    }

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaymentSecretSet => "payment_secret_set",
            Self::PaymentSecretStrong => "payment_secret_strong",
            Self::PaymentDiffersFromWallet => "payment_secret_differs_from_wallet_secret",
            Self::WalletSecretSet => "wallet_secret_set",
            Self::PaymentDiffersFromPassphrase => "payment_secret_differs_from_passphrase",
        }
    }
}

/// Signed facts about a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// How much is shown.
    pub level: Level,
    /// Each claim with the generation it was last shown at.
    pub claims: BTreeMap<Claim, u64>,
    /// Keyslots whose passphrase met the network's policy when it was chosen, with the generation of that choice.
    pub strong_slots: BTreeMap<u16, u64>,
    /// Managed keys, by ascending id; none when there are none, or when nothing is shown.
    pub keys: Vec<KeyFacts>,
    /// The last backup and verification.
    pub backup: Option<BackupFacts>,
    /// The last drill.
    pub drill: Option<DrillFacts>,
    /// Secrets that are rotated, by ascending label; none when there are none, or when nothing is shown.
    pub secrets: Vec<SecretFacts>,
    /// Reserved items by key, as raw canonical CBOR.
    reserved: BTreeMap<u64, Vec<u8>>,
}

const LEVEL: u64 = 1;
const CLAIMS: u64 = 2;
const STRONG_SLOTS: u64 = 3;
const KEYS: u64 = 4;
/// Prekeys.
const RESERVED: u64 = 5;
const BACKUP: u64 = 6;
const DRILL: u64 = 7;
const SECRETS: u64 = 8;

impl Inventory {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let facts = [
            !self.keys.is_empty(),
            self.backup.is_some(),
            self.drill.is_some(),
            !self.secrets.is_empty(),
        ];
        let facts = facts.into_iter().filter(|there| *there).count();
        cbor::map(out, 3 + self.reserved.len() + facts);
        cbor::uint(out, LEVEL);
        cbor::uint(out, self.level.code());
        cbor::uint(out, CLAIMS);
        cbor::map(out, self.claims.len());
        for (claim, generation) in &self.claims {
            cbor::uint(out, *claim as u64);
            cbor::uint(out, *generation);
        }
        cbor::uint(out, STRONG_SLOTS);
        cbor::map(out, self.strong_slots.len());
        for (slot, generation) in &self.strong_slots {
            cbor::uint(out, u64::from(*slot));
            cbor::uint(out, *generation);
        }
        if !self.keys.is_empty() {
            cbor::uint(out, KEYS);
            facts::encode(&self.keys, out);
        }
        for (key, raw) in &self.reserved {
            cbor::uint(out, *key);
            out.extend_from_slice(raw);
        }
        if let Some(backup) = &self.backup {
            cbor::uint(out, BACKUP);
            backup.encode(out);
        }
        if let Some(drill) = &self.drill {
            cbor::uint(out, DRILL);
            drill.encode(out);
        }
        if !self.secrets.is_empty() {
            cbor::uint(out, SECRETS);
            secret_facts::encode(&self.secrets, out);
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let at = StoreError::encoding("inventory");
        let mut found = Self::default();
        let mut seen = 0;
        let mut keys = reader.map().map_err(&at)?;
        while let Some(key) = keys.next(reader).map_err(&at)? {
            match key {
                LEVEL => {
                    found.level = Level::from_code(reader.uint().map_err(&at)?)
                        .ok_or(StoreError::Field("unknown inventory level"))?;
                }
                CLAIMS => {
                    let mut claims = reader.map().map_err(&at)?;
                    while let Some(code) = claims.next(reader).map_err(&at)? {
                        let claim =
                            Claim::from_code(code).ok_or(StoreError::Field("unknown claim"))?;
                        found.claims.insert(claim, reader.uint().map_err(&at)?);
                    }
                }
                STRONG_SLOTS => {
                    let mut slots = reader.map().map_err(&at)?;
                    while let Some(id) = slots.next(reader).map_err(&at)? {
                        let id = u16::try_from(id).map_err(|_| StoreError::Field("slot id"))?;
                        found.strong_slots.insert(id, reader.uint().map_err(&at)?);
                    }
                    if found.strong_slots.len() > limits::SLOTS {
                        return Err(StoreError::Limit("the number of keyslots (16)"));
                    }
                }
                KEYS => {
                    found.keys = facts::decode(reader).map_err(&at)?;
                    continue;
                }
                key if key == RESERVED => {
                    found.reserved.insert(key, reader.raw().map_err(&at)?.to_vec());
                    continue;
                }
                BACKUP => {
                    found.backup = Some(BackupFacts::decode(reader)?);
                    continue;
                }
                DRILL => {
                    found.drill = Some(DrillFacts::decode(reader)?);
                    continue;
                }
                SECRETS => {
                    found.secrets = secret_facts::decode(reader).map_err(&at)?;
                    continue;
                }
                _ => return Err(StoreError::Field("unknown inventory key")),
            }
            seen += 1;
        }
        if seen == 3 { Ok(found) } else { Err(StoreError::Field("incomplete inventory")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_items_are_carried_along() {
        let mut inventory = Inventory::default();
        inventory.claims.insert(Claim::WalletSecretSet, 41);
        inventory.strong_slots.insert(0, 1);
        inventory.reserved.insert(5, vec![0x82, 0x01, 0x61, b'x']);
        let at = crate::clock::Timestamp::from_unix(7);
        inventory.backup =
            Some(BackupFacts { at, content_generation: 3, archive: [1; 16], verified: None });
        let mut bytes = Vec::new();
        inventory.encode(&mut bytes);
        assert_eq!(Inventory::decode(&mut Reader::new(&bytes)).unwrap(), inventory);
    }

    #[test]
    fn unknown_keys_and_claims_are_refused() {
        for bytes in [
            &[0xa4, 1, 2, 2, 0xa0, 3, 0xa0, 9, 0][..],
            &[0xa3, 1, 3, 2, 0xa0, 3, 0xa0],
            &[0xa3, 1, 2, 2, 0xa1, 6, 1, 3, 0xa0],
            &[0xa2, 1, 2, 2, 0xa0],
        ] {
            assert!(Inventory::decode(&mut Reader::new(bytes)).is_err(), "{bytes:02x?}");
        }
    }
}
