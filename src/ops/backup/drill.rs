//! Rehearse a restore: everything of an archive, opened as after a loss, in memory that is wiped.
//!
//! The store is restored into private memory, not into a file: no name, no disk, no swap of a name. It is parsed and its signature
//! checked as by every reader; with its passphrase every value is opened. What it gives is compared with the manifest and, if
//! there is one, with the live store.

use std::time::Instant;

use sha2::{Digest as _, Sha256};

use super::agreement::{self, Against};
use super::memory::Drill;
use super::verify::{condemn, remember};
use super::{ArchiveFile, Progress};
use crate::audit::line::Line;
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, ArchiveHeader, FileKind, Manifest};
use crate::crypto::mac::Hash;
use crate::isec;
use crate::kind::Kind;
use crate::memory::Region;
use crate::ops::{Desk, Notice, OpError};
use crate::store::header::AuditHead;
use crate::store::keyslot::Credentials;
use crate::store::{SealedStore, sealed};

/// What a rehearsal proved.
pub struct Drilled {
    /// The archive.
    pub header: ArchiveHeader,
    /// What is in it.
    pub manifest: Manifest,
    /// How many values of the store were opened; none when only the archive was.
    pub opened: Option<usize>,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Whether the store has changed since the archive; none without a live store.
    pub stale: Option<bool>,
    /// Where the log in the archive ends.
    pub last_use: Option<LastUse>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// The last record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    /// On which host.
    pub host: String,
    /// When.
    pub at: String,
}

/// Restores an archive into memory and compares.
pub fn drill(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    archive: &Credentials,
    store: Option<&Credentials>,
    against: Option<&Against>,
    progress: Progress<'_>,
) -> Result<Drilled, OpError> {
    let drilled = rehearse(desk, file, archive, store, against, progress);
    if let Err(OpError::Archive(error)) = &drilled
        && error.kind() == Kind::Integrity
    {
        // That it cannot be remembered changes nothing about the answer, which is a failure.
        condemn(desk, file, &mut Vec::new());
    }
    drilled
}

fn rehearse(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    archive: &Credentials,
    store: Option<&Credentials>,
    against: Option<&Against>,
    progress: Progress<'_>,
) -> Result<Drilled, OpError> {
    let began = Instant::now();
    file.require_network(desk)?;
    if against.is_some_and(|against| !against.live.owns(file.header())) {
        return Err(OpError::ArchiveForeign);
    }
    let open = file.unlock(desk, archive)?;
    let mut restored = Restored::default();
    let manifest = file.unpack(desk, &open, &mut restored, progress)?;
    let header = open.header().clone();
    let Restored { store: bytes, log, .. } = restored;
    let bytes = bytes.ok_or(ArchiveError::Content)?;
    let differs = |what| OpError::DrillDiffers(what);
    let opened = if bytes.starts_with(&sealed::MAGIC) {
        let sealed = SealedStore::parse(bytes)?;
        let hash = sealed.verify()?;
        require_agreement(&header, &manifest, sealed.header(), &hash)?;
        if let Some(what) = against.and_then(|against| against.contradiction(sealed.header())) {
            return Err(differs(what));
        }
        require_head(&manifest, &log, sealed.header().audit_head)?;
        match store {
            Some(credentials) => {
                let settings = &desk.settings;
                let (slot, hash) = sealed.unlock(credentials, None, settings.ceiling)?;
                Some(sealed.open(slot, hash)?.open_all()?)
            }
            None => None,
        }
    } else {
        let igra = isec::inspect(&bytes)?;
        if isec::digest(&bytes)? != manifest.store_digest {
            return Err(differs("the store is not the one that the manifest names"));
        }
        match store {
            Some(credentials) => {
                desk.settings.ceiling.admit([igra.kdf])?;
                let key = isec::derive_key(&igra, &credentials.passphrase)?;
                Some(isec::open(&bytes, &key)?.len())
            }
            None => None,
        }
    };
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut notices = Vec::new();
    remember(desk, file, &mut notices, |known, now| {
        known.verified = Some(now);
        known.drill = Some(Drill { at: now, millis, opened: opened.is_some() });
    });
    let stale = against.map(|against| against.live.has_moved_on(header.store.content_generation));
    Ok(Drilled { header, manifest, opened, millis, stale, last_use: log.last, notices })
}

/// The store must be the one that header and manifest speak of.
fn require_agreement(
    archive: &ArchiveHeader,
    manifest: &Manifest,
    store: &crate::store::Header,
    hash: &Hash,
) -> Result<(), OpError> {
    let other = "the store is not the one that the manifest names";
    let digest = (manifest.store_digest != *hash).then_some(other);
    match agreement::contradiction(archive, manifest, store).or(digest) {
        Some(what) => Err(OpError::DrillDiffers(what)),
        None => Ok(()),
    }
}

/// The log must hold the record that the store's last commit points to, unless that was rotated away.
fn require_head(manifest: &Manifest, log: &Log, head: AuditHead) -> Result<(), OpError> {
    let has_log = manifest.files.iter().any(|file| file.kind == FileKind::AuditLog);
    match log.macs.iter().find(|(seq, _)| *seq == head.seq) {
        Some((_, mac)) if *mac != head.mac => Err(OpError::DrillDiffers(
            "the log has another record where the store's last one stands",
        )),
        None if has_log && head.seq > 0 && log.first.is_none_or(|first| first <= head.seq) => {
            Err(OpError::DrillDiffers("the log lacks the record of the store's last commit"))
        }
        _ => Ok(()),
    }
}

/// What is kept of a log that goes by.
#[derive(Default)]
pub(super) struct Log {
    /// The line that is under way.
    line: Vec<u8>,
    first: Option<u64>,
    /// The newest records, by number.
    macs: std::collections::VecDeque<(u64, Hash)>,
    pub(super) last: Option<LastUse>,
}

/// So many records may follow the one that a commit points to: its outcome, releases and refusals since.
const RECORDS: usize = 1 << 16;

impl Log {
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), ArchiveError> {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&bytes[..=end]);
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            self.record(&line)?;
        }
        self.line.extend_from_slice(bytes);
        if self.line.len() > crate::audit::MAX_LINE {
            return Err(ArchiveError::Field("a line of the audit log is too long"));
        }
        Ok(())
    }

    fn record(&mut self, line: &[u8]) -> Result<(), ArchiveError> {
        let line = Line::parse(line)
            .map_err(|_| ArchiveError::Field("a line of the audit log is malformed"))?;
        let seq = line.at.seq;
        self.first.get_or_insert(seq);
        if self.macs.len() == RECORDS {
            self.macs.pop_front();
        }
        self.macs.push_back((seq, line.mac));
        let host = crate::audit::line::text(line.host).into_owned();
        self.last = Some(LastUse { host, at: line.ts.to_owned() });
        Ok(())
    }
}

/// Takes the store into memory and looks at the log.
#[derive(Default)]
pub(super) struct Restored {
    kind: Option<FileKind>,
    pub(super) store: Option<Region>,
    filled: usize,
    log: Log,
    /// The digests of the files in their order, if they are asked for. They never leave this process: one of a file with little
    /// entropy is an oracle.
    pub(super) digests: Option<Vec<Hash>>,
    hasher: Sha256,
}

impl Restored {
    /// One that takes the digests of all files.
    pub(super) fn with_digests() -> Self {
        Self { digests: Some(Vec::new()), ..Self::default() }
    }
}

impl Receiver for Restored {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError> {
        let size = manifest.files.first().and_then(|file| file.size).unwrap_or(0);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        self.store = Some(Region::bulk(size).map_err(|_| ArchiveError::Memory(size))?);
        Ok(())
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        self.kind = manifest.files.get(number).map(|file| file.kind);
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        if self.digests.is_some() {
            self.hasher.update(bytes);
        }
        match (self.kind, &mut self.store) {
            (Some(FileKind::Store), Some(store)) => {
                let end = self.filled + bytes.len();
                let room = store.get_mut(self.filled..end).ok_or(ArchiveError::Content)?;
                room.copy_from_slice(bytes);
                self.filled = end;
                Ok(())
            }
            (Some(FileKind::AuditLog), _) => self.log.take(bytes),
            _ => Ok(()),
        }
    }

    fn end(&mut self, _number: usize) -> Result<(), ArchiveError> {
        if let Some(digests) = &mut self.digests {
            digests.push(self.hasher.finalize_reset().into());
        }
        Ok(())
    }
}
