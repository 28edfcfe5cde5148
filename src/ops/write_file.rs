//! Write one file that must not exist yet: all of it, durable, mode 0600, or nothing.

use super::{Desk, OpError};
use crate::fs::directory::Ownership;
use crate::fs::{Directory as _, FsError, Place};

/// Writes `bytes` to `place`. Under `--dry-run` only checks that it could.
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
