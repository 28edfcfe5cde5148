//! What may be believed of a store without a passphrase.
//!
//! A signature says that the file is whole and that whoever made it had the signing key. Whether that is *the* key, and whether
//! the file is the latest, only a pin and a memory can tell; both answers are given apart, so that nobody takes the first for
//! the others.

use super::{Desk, OpError, StoreFile};
use crate::crypto::mac::Hash;
use crate::store::Header;
use crate::store::state::State;

/// Whether the key that signed is the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    /// The configuration or this host's state names it.
    Trusted,
    /// Nobody has named a key.
    Unknown,
    /// Another key is named, or two sources name different ones.
    Mismatch,
}

impl Pin {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trusted => "pinned",
            Self::Unknown => "not pinned",
            Self::Mismatch => "NOT the pinned key",
        }
    }
}

/// Whether the file is the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Not below what this host has seen, or not below the configured least.
    Current,
    /// This host remembers nothing, and no least is configured.
    Unknown,
    /// Below what this host has seen, or another line of history.
    Older,
}

impl Freshness {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Unknown => "unknown",
            Self::Older => "OLDER than this host has seen",
        }
    }
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Hash of the file.
    pub file_hash: Hash,
    /// About the key.
    pub pin: Pin,
    /// About the generation.
    pub freshness: Freshness,
}

/// Checks the signature of a native store and holds it against what is pinned and remembered. A signature that does not hold
/// is an error.
pub fn examine(desk: &Desk<'_>, file: &StoreFile) -> Result<Report, OpError> {
    let store = file.require_native("a signature")?;
    let file_hash = store.verify()?;
    Ok(report(desk, store.header(), file_hash, file.remembered()))
}

/// Holds a header whose signature was checked against what is pinned and remembered.
pub(super) fn report(
    desk: &Desk<'_>,
    header: &Header,
    file_hash: Hash,
    state: Option<&State>,
) -> Report {
    let configured = &desk.settings.store_keys;
    let by_config = (!configured.is_empty()).then(|| configured.contains(&header.store_key));
    let by_state = state.map(|state| state.store_key == header.store_key);
    let pin = match (by_config, by_state) {
        (None, None) => Pin::Unknown,
        (Some(false), _) | (_, Some(false)) => Pin::Mismatch,
        _ => Pin::Trusted,
    };
    let min = desk.settings.min_generation;
    let freshness = match state {
        Some(state)
            if header.generation < state.max_generation
                || header.key_epoch < state.key_epoch
                || (header.generation == state.max_generation && file_hash != state.digest) =>
        {
            Freshness::Older
        }
        _ if header.generation < min => Freshness::Older,
        None if min == 0 => Freshness::Unknown,
        _ => Freshness::Current,
    };
    Report { file_hash, pin, freshness }
}
