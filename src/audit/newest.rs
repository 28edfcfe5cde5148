//! The last record, and what this host's state says of it, without a key and without reading the rest.

use std::ffi::OsStr;
use std::path::Path;

use super::AuditError;
use super::chain::Id;
use super::ends::{Search, last_line, line_before};
use super::line::Line;
use super::state::{self, AuditState};
use super::tail::{STATE_SUFFIX, beside, file_name};
use crate::fs::Directory;
use crate::fs::in_place::Access;
use crate::secret::SecretBytes;
use crate::store::header::AuditHead;

/// The last whole line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    /// The log.
    pub log_id: Id,
    /// Number and MAC of the record.
    pub head: AuditHead,
    /// When it was written.
    pub ts: String,
    /// The store that it is about, in hexadecimal.
    pub store_id: String,
}

/// The last record of the log at `path`, whose file is in `directory`; none when there is none.
pub fn newest(directory: &dyn Directory, path: &Path) -> Result<Option<Newest>, AuditError> {
    let Some(log) = directory.in_place(file_name(path), Access::Read)? else { return Ok(None) };
    let malformed = |why| AuditError::Modified { log: path.into(), seq: 0, why };
    let last = last_line(log.as_ref(), log.facts()?.len).map_err(|error| match error {
        Search::Fs(error) => error.into(),
        Search::Malformed(why) => malformed(why),
    })?;
    let Some((last, end)) = last else { return Ok(None) };
    let bytes = line_before(log.as_ref(), end)?.unwrap_or_default();
    let line = Line::parse(&bytes).map_err(malformed)?;
    Ok(Some(Newest {
        log_id: last.log_id,
        head: last.head,
        ts: line.ts.to_owned(),
        store_id: line.store_id.to_owned(),
    }))
}

/// The last record that the state beside the log `name` speaks of. None without a state that holds, and for the state of another
/// host than `machine`, which may have gone on elsewhere.
pub fn noted(
    directory: &dyn Directory,
    name: &OsStr,
    machine: Id,
) -> Result<Option<AuditHead>, AuditError> {
    let Some(file) = directory.in_place(&beside(name, STATE_SUFFIX), Access::Read)? else {
        return Ok(None);
    };
    let mut bytes = SecretBytes::zeroed(state::LEN);
    let read = file.read_at(0, bytes.expose_mut())?;
    let state = AuditState::decode(bytes.expose()).filter(|_| read == state::LEN);
    Ok(state
        .filter(|state| state.machine == machine)
        .map(|state| AuditHead { seq: state.seq, mac: state.mac }))
}
