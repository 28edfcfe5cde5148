//! Keys derived from the file key: one per purpose, each with its own label.

use super::ArchiveId;
use crate::crypto::{labels, mac};
use crate::secret::{DataKey, DerivedKey};

fn derive(file_key: &DataKey, salt: &[u8], info: &[&[u8]]) -> DerivedKey {
    let mut key = DerivedKey::zeroed();
    // 32 bytes is far below what HKDF can expand to.
    let _expanded = mac::hkdf(file_key.expose(), salt, info, key.expose_mut());
    key
}

/// Key of the header MAC.
pub(super) fn header(file_key: &DataKey, id: ArchiveId) -> DerivedKey {
    derive(file_key, &id.0, &[labels::ARCHIVE_HEADER])
}

/// Key that mixes secret state into the salt: with a cloned generator it still differs wherever the manifest differs.
pub(super) fn hedge(file_key: &DataKey, id: ArchiveId) -> DerivedKey {
    derive(file_key, &id.0, &[labels::ARCHIVE_HEDGE])
}

/// Key of the chunks; used for one archive only, which is why its nonces may count from zero.
pub(super) fn stream(file_key: &DataKey, salt: &[u8; 32], id: ArchiveId) -> DerivedKey {
    derive(file_key, salt, &[labels::ARCHIVE_STREAM, &id.0])
}
