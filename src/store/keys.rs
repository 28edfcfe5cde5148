//! Keys derived from the data key: one per purpose, each with its own label.

use super::StoreId;
use crate::crypto::{labels, mac};
use crate::secret::{DataKey, DerivedKey};

/// Derives a key from the data key of store `id`.
fn derive(dek: &DataKey, salt: &[u8], info: &[&[u8]]) -> DerivedKey {
    let mut key = DerivedKey::zeroed();
    // 32 bytes is far below what HKDF can expand to.
    let _expanded = mac::hkdf(dek.expose(), salt, info, key.expose_mut());
    key
}

/// Key of the header MAC.
pub(super) fn header(dek: &DataKey, id: StoreId) -> DerivedKey {
    derive(dek, &id.0, &[labels::HEADER])
}

/// Key that mixes secret state into salts and nonces: with a broken or cloned generator they still differ wherever the
/// content differs.
pub(super) fn hedge(dek: &DataKey, id: StoreId) -> DerivedKey {
    derive(dek, &id.0, &[labels::HEDGE])
}

/// Key that seals single values.
pub(super) fn values(dek: &DataKey, id: StoreId) -> DerivedKey {
    derive(dek, &id.0, &[labels::VALUES])
}

/// Key that seals the private halves of managed keys.
pub(super) fn managed(dek: &DataKey, id: StoreId) -> DerivedKey {
    derive(dek, &id.0, &[labels::MANAGED_KEYS])
}

/// Key of a wrapped key's file; that file is written once.
pub(super) fn wrapped(dek: &DataKey, id: StoreId) -> DerivedKey {
    derive(dek, &id.0, &[labels::WRAPPED_KEY])
}

/// Key of one commit's payload; never used again, which is why its nonce may be zero.
pub(super) fn payload(dek: &DataKey, id: StoreId, salt: &[u8; 32], generation: u64) -> DerivedKey {
    derive(dek, salt, &[labels::PAYLOAD, &id.0, &generation.to_le_bytes()])
}
