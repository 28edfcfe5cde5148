//! Write one whole file: a new one that is private, or one for readers in the place of its predecessor.

use super::{Desk, OpError};
use crate::crypto::random::{self, Random};
use crate::fs::directory::Ownership;
use crate::fs::{Directory as _, FsError, Place};

/// Writes `bytes` to `place`, which must not exist yet: all of it, durable, mode 0600, or nothing. Under `--dry-run` only
/// checks that it could.
pub fn write_new(desk: &Desk<'_>, place: &Place, bytes: &[u8]) -> Result<(), OpError> {
    // Not the directory's owner, as for a store: what is released belongs to whoever asked for it.
    let owner = Ownership { uid: desk.trust.caller, mode: 0o600 };
    place.check_parents(owner.uid)?;
    let directory = place.directory();
    if directory.id(place.name())?.is_some() {
        return Err(FsError::Exists(place.path().into()).into());
    }
    if !desk.settings.dry_run {
        directory.write_new(place.name(), owner, bytes)?;
    }
    Ok(())
}

/// Puts a file of mode 0644 with `bytes` at `place`, atomically. It holds nothing secret, and other programs read it.
///
/// The directory may be one that others write to as well, as collectors of metrics have it; what already stands under the name
/// must be a plain file of ours.
pub fn replace_public(random: &mut dyn Random, place: &Place, bytes: &[u8]) -> Result<(), OpError> {
    let token = random::bytes(random)?;
    Ok(place.directory().replace_public(place.name(), token, bytes)?)
}
