//! Is the log what was written?

use std::path::PathBuf;

use super::files::{LogFiles, OpenFiles};
use super::{LogError, stopped};
use crate::audit::verify::{Question, Report, Verdict, Witness, verify};
use crate::audit::{self, AuditError, Setting};
use crate::fs::FsError;
use crate::ops::contents::Contents;
use crate::ops::locate::Sealed;
use crate::ops::{Desk, StoreFile};
use crate::secret::DerivedKey;
use crate::store::header::AuditHead;
use crate::store::keyslot::Credentials;

/// The heads that are known, and to whom. Gathered before the log is read, which is written before any of them is raised.
#[derive(Clone, Debug, Default)]
pub struct Known {
    store: Option<AuditHead>,
    host: Option<AuditHead>,
    state: Option<AuditHead>,
    anchors: Vec<AuditHead>,
}

impl Known {
    /// By the header of `store`, by what this host remembers of it, and by the state beside the log.
    pub fn of(log: &LogFiles, store: &StoreFile) -> Result<Self, LogError> {
        let some = |head: AuditHead| Some(head).filter(|head| head.seq > 0);
        Ok(Self {
            store: match store.sealed() {
                Sealed::Native(sealed) => some(sealed.header().audit_head),
                Sealed::Igra { .. } => None,
            },
            host: store
                .remembered()
                .and_then(|state| some(AuditHead { seq: state.audit_seq, mac: state.audit_mac })),
            state: if log.is_named() {
                None
            } else {
                audit::noted(log.directory(), log.name(), log.setting().machine)
                    .map_err(|error| log.trouble(error))?
            },
            anchors: Vec::new(),
        })
    }

    /// And by anchors.
    #[must_use]
    pub fn with_anchors(self, anchors: Vec<AuditHead>) -> Self {
        Self { anchors, ..self }
    }

    /// The head that the store knows.
    pub const fn store(&self) -> Option<AuditHead> {
        self.store
    }

    /// The head that this host knows from elsewhere than the log.
    pub const fn host(&self) -> Option<AuditHead> {
        self.host
    }

    /// All of them.
    pub fn all(&self) -> Vec<(Witness, AuditHead)> {
        let store = self.store.map(|head| (Witness::Store, head));
        let host = self.host.into_iter().chain(self.state).map(|head| (Witness::Host, head));
        let anchors = self.anchors.iter().map(|head| (Witness::Anchor, *head));
        store.into_iter().chain(host).chain(anchors).collect()
    }
}

/// The roots that no passphrase is needed for: an Igra file has no place for one, so this host keeps it.
pub fn roots_at_hand(desk: &Desk<'_>, store: &StoreFile) -> Result<Vec<DerivedKey>, LogError> {
    match store.sealed() {
        Sealed::Native(_) => Ok(Vec::new()),
        Sealed::Igra { .. } => {
            Ok(desk.state.known_igra_root(store.store_id())?.into_iter().collect())
        }
    }
}

/// The roots in `store`, oldest first.
pub fn roots(
    desk: &Desk<'_>,
    store: StoreFile,
    credentials: &Credentials,
) -> Result<Vec<DerivedKey>, LogError> {
    let opening = store.unlock(desk, credentials)?;
    let copy = |root: &DerivedKey| {
        let mut copy = DerivedKey::zeroed();
        copy.expose_mut().copy_from_slice(root.expose());
        copy
    };
    Ok(match &opening.contents {
        Contents::Native(store) => store.audit_roots().iter().map(copy).collect(),
        Contents::Igra(_) => Vec::new(),
    })
}

/// What was found.
pub struct Verified {
    /// The answer.
    pub report: Report,
    /// The files that were read, oldest first.
    pub files: Vec<PathBuf>,
    /// Files to which group or others have access.
    pub widened: Vec<FsError>,
    /// A file beside the log that holds what is missing: somebody copied the log and then emptied it.
    pub copy: Option<PathBuf>,
}

/// Verifies the whole log under `roots`; without any, its structure. `progress` is told how many bytes of how many were read.
pub fn whole(
    desk: &Desk<'_>,
    log: &LogFiles,
    known: &Known,
    roots: &[DerivedKey],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, LogError> {
    // What another command appends meanwhile may be read half.
    const TRIES: usize = 5;
    let mut tries = 0;
    loop {
        tries += 1;
        let files = log.open()?;
        let bytes = files.bytes()?;
        let report = run(desk, log, &files, known, roots, &mut |read| progress(read, bytes))?;
        let grew = files.may_grow() && files.bytes()? != bytes;
        if report.verdict == Verdict::TornTail && grew && tries < TRIES {
            continue;
        }
        if files.is_empty() && report.break_count == 0 {
            return Err(LogError::NoLog(log.path().into()));
        }
        let lost = matches!(report.verdict, Verdict::Truncated | Verdict::Missing);
        return Ok(Verified {
            files: files.paths().map(PathBuf::from).collect(),
            widened: files.widened()?,
            copy: if lost { copy(log, known) } else { None },
            report,
        });
    }
}

fn run(
    desk: &Desk<'_>,
    log: &LogFiles,
    files: &OpenFiles,
    known: &Known,
    roots: &[DerivedKey],
    progress: &mut dyn FnMut(u64),
) -> Result<Report, LogError> {
    let question = Question { roots, known: &known.all() };
    verify(files.contents(), &question, &mut |read| {
        progress(read);
        (desk.stop)().is_none()
    })
    .map_err(|error| stopped(desk, error, log.path()))
}

/// The file that logrotate's `copytruncate` left, if that is what happened.
fn copy(log: &LogFiles, known: &Known) -> Option<PathBuf> {
    let setting = Setting { head: known.store, remembered: known.host, ..log.setting() };
    match audit::look(log.directory(), log.path(), &setting) {
        Err(AuditError::Truncated { copy: Some(copy), .. }) => {
            Some(log.path().with_file_name(copy))
        }
        _ => None,
    }
}
