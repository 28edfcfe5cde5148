//! Check every byte of a file without changing anything, on disk or in memory of this host.

use super::contents::Contents;
use super::locate::Sealed;
use super::{Desk, Notice, OpError, StoreFile};
use crate::isec;
use crate::store::keyslot::Credentials;

/// What was checked.
pub struct Verified {
    /// The store's generation; none for an Igra file.
    pub generation: Option<u64>,
    /// How many secrets it holds.
    pub secrets: usize,
    /// How many values, older versions included, were opened.
    pub values: usize,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Checks what needs no passphrase.
pub fn structure(file: &StoreFile) -> Result<(), OpError> {
    match file.sealed() {
        Sealed::Native(store) => store.verify().map(drop).map_err(Into::into),
        Sealed::Igra { bytes, .. } => isec::inspect(bytes).map(drop).map_err(Into::into),
    }
}

/// Checks everything.
pub fn whole(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
) -> Result<Verified, OpError> {
    let opening = file.unlock(desk, credentials)?;
    let (generation, values) = match &opening.contents {
        Contents::Native(store) => (Some(store.header().generation), store.open_all()?),
        Contents::Igra(file) => (None, file.entries.len()),
    };
    let secrets = opening.contents.len();
    Ok(Verified { generation, secrets, values, notices: opening.notices })
}
