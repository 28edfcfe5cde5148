//! Verbs over the audit log of a store: verify, look, search, anchor, watch, rotate, repair.
//!
//! What only looks takes no lock, writes nothing and needs no write access. What is read while another command appends may end
//! in the middle of a line; whoever judges it looks again before he says so.
//!
//! | module | verb |
//! |---|---|
//! | [`files`] | find the log of a store, with its archived files |
//! | [`mod@verify`] | every line against the roots, the store, this host and anchors |
//! | [`anchor`] | the head, to be kept outside the host |
//! | [`detect`] | what records say of misuse |
//! | [`change`] | rotate; go on after a loss |

pub mod anchor;
pub mod change;
pub mod detect;
pub mod files;
pub mod verify;

pub use files::LogFiles;

use std::path::{Path, PathBuf};

use super::audit::{LogTrouble, log_beside};
use super::{Desk, OpError};
use crate::audit;
use crate::audit::watch::Watch;
use crate::audit::{Newest, Setting};
use crate::fs::FsError;
use crate::kind::Kind;
use crate::secret::DerivedKey;

/// Nothing can be said of the log, or it is not what is known of it.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store, or a file.
    #[error(transparent)]
    Op(#[from] OpError),
    /// The log is out of step.
    #[error(transparent)]
    Audit(#[from] LogTrouble),
    /// There is no log.
    #[error("no such audit log: {}", crate::text::escape(&.0.display().to_string()))]
    NoLog(PathBuf),
}

impl From<FsError> for LogError {
    fn from(error: FsError) -> Self {
        Self::Op(error.into())
    }
}

impl LogError {
    /// The kind of outcome.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Op(error) => error.kind(),
            Self::Audit(error) => error.kind(),
            Self::NoLog(_) => Kind::NotInitialised,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Op(error) => error.hints(),
            Self::Audit(error) => error.hints(),
            Self::NoLog(_) => vec!["name it: --log FILE".to_owned()],
        }
    }
}

/// Why a walk over the lines of the log at `path` stopped.
pub fn stopped(desk: &Desk<'_>, error: std::io::Error, path: &Path) -> LogError {
    match (desk.stop)() {
        Some(kind) => OpError::Stopped(kind).into(),
        None => audit::unreadable(error, path).into(),
    }
}

/// The last record of the log, held against what the store and this host know. Nothing else of the log is read.
pub fn head(log: &LogFiles, known: &verify::Known) -> Result<Newest, LogError> {
    let directory = log.directory();
    let setting = Setting { head: known.store(), remembered: known.host(), ..log.setting() };
    let trouble = |error| log.trouble(error);
    audit::look(directory, log.path(), &setting).map_err(trouble)?;
    let newest = audit::newest(directory, log.path()).map_err(trouble)?;
    newest.ok_or_else(|| LogError::NoLog(log.path().into()))
}

/// A watch over the log, for as long as it is wanted.
pub fn watch(log: LogFiles, known: &verify::Known, roots: Vec<DerivedKey>) -> Watch {
    let setting = Setting { head: known.store(), remembered: known.host(), ..log.setting() };
    let (directory, path) = log.into_parts();
    Watch::new(directory, &path, setting, roots)
}

/// The path of the log of the store at `store`.
pub(super) fn path_of(desk: &Desk<'_>, store: &Path) -> PathBuf {
    let recorded = desk.audit.as_ref().and_then(|recording| recording.path.clone());
    recorded.or_else(|| desk.settings.audit_path.clone()).unwrap_or_else(|| log_beside(store))
}
