//! Check every byte of an archive, without writing anything but when that was.

use std::path::Path;

use super::memory::{self, Known, Memory};
use super::{ArchiveFile, Progress, agreement};
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, ArchiveHeader, Manifest};
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::ops::locate::Sealed;
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::store::keyslot::Credentials;
use crate::store::{self, Header, StoreId, sealed};

/// What an archive is found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every byte is genuine.
    Valid,
    /// Genuine, and the store has changed since.
    Stale,
    /// Only what needs no passphrase was looked at.
    StructureOnly,
    /// No slot opens.
    WrongPassphrase,
    /// Of another store, or of another network.
    Foreign,
    /// It could not be read to the end: nobody can tell.
    Unreadable,
    /// Damaged, cut or changed.
    Corrupt,
}

impl Verdict {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Stale => "stale",
            Self::StructureOnly => "structure_only",
            Self::WrongPassphrase => "wrong_passphrase",
            Self::Foreign => "foreign",
            Self::Unreadable => "unreadable",
            Self::Corrupt => "corrupt",
        }
    }

    /// How a command ends that found it.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Valid => Kind::Ok,
            Self::Stale | Self::StructureOnly => Kind::Findings,
            Self::WrongPassphrase => Kind::WrongPassphrase,
            Self::Foreign => Kind::Policy,
            Self::Unreadable => Kind::Io,
            Self::Corrupt => Kind::Integrity,
        }
    }

    /// The worse of two: damage before what cannot be read, that before a stranger, a stranger before a wrong passphrase.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        let rank = |verdict| match verdict {
            Self::Valid => 0,
            Self::StructureOnly => 1,
            Self::Stale => 2,
            Self::WrongPassphrase => 3,
            Self::Foreign => 4,
            Self::Unreadable => 5,
            Self::Corrupt => 6,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

/// The store that archives are held against.
#[derive(Clone, Copy, Debug)]
pub struct Live {
    /// Its id.
    pub store_id: StoreId,
    /// Its network.
    pub network: NetworkMode,
    /// Its generation.
    pub generation: u64,
    /// Generation of its last change of secrets or keys.
    pub content_generation: u64,
    /// Epoch of its data key.
    pub key_epoch: u32,
}

impl Live {
    /// What a store that was found says of itself. An Igra file has no generations: nothing of it is ever stale.
    pub fn of(file: &StoreFile) -> Self {
        let (store_id, network) = (file.store_id(), file.network());
        match file.sealed() {
            Sealed::Native(store) => Self::of_header(store.header()),
            Sealed::Igra { .. } => {
                Self { store_id, network, generation: 0, content_generation: 0, key_epoch: 0 }
            }
        }
    }

    /// What the header of a store says of it.
    pub const fn of_header(header: &Header) -> Self {
        Self {
            store_id: header.store_id,
            network: header.network,
            generation: header.generation,
            content_generation: header.content_generation,
            key_epoch: header.key_epoch,
        }
    }

    /// Whether an archive is of this store.
    pub fn owns(&self, header: &ArchiveHeader) -> bool {
        header.store.store_id == self.store_id && header.store.network == self.network
    }

    /// Whether the store has changed since the archive. Bookkeeping does not age one.
    pub const fn has_moved_on(&self, content_generation: u64) -> bool {
        content_generation < self.content_generation
    }
}

/// What was found.
pub struct Verified {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is no better.
    pub why: Option<String>,
    /// The header, if there is one; genuine when a slot was opened.
    pub header: Option<ArchiveHeader>,
    /// The manifest, if every byte was checked.
    pub manifest: Option<Manifest>,
    /// Length of the file.
    pub len: u64,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

impl Verified {
    /// Of an archive that could not be read.
    pub fn unreadable(why: String) -> Self {
        Self::new(Verdict::Unreadable, Some(why))
    }

    fn new(verdict: Verdict, why: Option<String>) -> Self {
        Self { verdict, why, header: None, manifest: None, len: 0, notices: Vec::new() }
    }
}

/// Checks the archive at `path`, with `credentials` all of it. What is wrong with the file is a verdict; only what prevents a verdict
/// is an error.
pub fn verify(
    desk: &Desk<'_>,
    path: &Path,
    credentials: Option<&Credentials>,
    live: Option<&Live>,
    progress: Progress<'_>,
) -> Result<Verified, OpError> {
    let file = match ArchiveFile::find(desk, path) {
        Ok(file) => file,
        Err(OpError::Archive(error)) => {
            return Ok(Verified::new(verdict_of(&error)?, Some(error.to_string())));
        }
        Err(error) => return Err(error),
    };
    let mut found = Verified {
        header: Some(file.header().clone()),
        len: file.len,
        ..Verified::new(Verdict::StructureOnly, None)
    };
    let wrong_network = file.require_network(desk).err().map(|error| error.to_string());
    let foreign = live.is_some_and(|live| !live.owns(file.header()));
    if foreign || wrong_network.is_some() {
        found.verdict = Verdict::Foreign;
        found.why = wrong_network.or_else(|| Some("it is of another store".to_owned()));
        return Ok(found);
    }
    let Some(credentials) = credentials else { return Ok(found) };
    let opened = file.unlock(desk, credentials).and_then(|open| {
        let mut front = Front::default();
        let manifest = file.unpack(desk, &open, &mut front, progress)?;
        Ok((open.header().clone(), manifest, front.bytes))
    });
    match opened {
        Ok((header, manifest, front)) => {
            if let Some(why) = contradiction(&header, &manifest, &front) {
                found.verdict = Verdict::Corrupt;
                found.why = Some(why);
                condemn(desk, &file, &mut found.notices);
                return Ok(found);
            }
            found.verdict = Verdict::Valid;
            if live.is_some_and(|live| live.has_moved_on(header.store.content_generation)) {
                found.verdict = Verdict::Stale;
                found.why = Some("the store has changed since".to_owned());
            }
            remember(desk, &file, &mut found.notices, |known, now| known.verified = Some(now));
            found.manifest = Some(manifest);
        }
        Err(OpError::Archive(error)) => {
            found.verdict = verdict_of(&error)?;
            found.why = Some(error.to_string());
            if found.verdict == Verdict::Corrupt {
                condemn(desk, &file, &mut found.notices);
            }
        }
        Err(error) => return Err(error),
    }
    Ok(found)
}

/// What the store in an archive says against the archive.
fn contradiction(archive: &ArchiveHeader, manifest: &Manifest, front: &[u8]) -> Option<String> {
    if !front.starts_with(&sealed::MAGIC) {
        return None;
    }
    let header = front
        .get(10..14)
        .and_then(|len| len.try_into().ok())
        .and_then(|len| usize::try_from(u32::from_le_bytes(len)).ok())
        .and_then(|len| front.get(14..14_usize.checked_add(len)?));
    match header.map(Header::decode) {
        Some(Ok(header)) => agreement::contradiction(archive, manifest, &header).map(str::to_owned),
        Some(Err(error)) => Some(format!("the store in it is damaged: {error}")),
        None => Some("the store in it ends within its header".to_owned()),
    }
}

/// Keeps the front of the store, where its header stands; all of it could be 256 MiB.
#[derive(Default)]
struct Front {
    is_store: bool,
    bytes: Vec<u8>,
}

impl Receiver for Front {
    fn manifest(&mut self, _manifest: &Manifest) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn begin(&mut self, number: usize, _manifest: &Manifest) -> Result<(), ArchiveError> {
        self.is_store = number == 0;
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let room = (14 + store::limits::HEADER).saturating_sub(self.bytes.len());
        if self.is_store {
            self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        Ok(())
    }

    fn end(&mut self, _number: usize) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// What an error says of the archive; or the error, if it says nothing of it.
fn verdict_of(error: &ArchiveError) -> Result<Verdict, OpError> {
    match (error, error.kind()) {
        (_, Kind::Integrity) => Ok(Verdict::Corrupt),
        (_, Kind::WrongPassphrase) => Ok(Verdict::WrongPassphrase),
        (ArchiveError::Slot(slot), kind) => Err(OpError::ArchiveSlot(slot.to_string(), kind)),
        (_, kind) => Err(OpError::ArchiveSlot(error.to_string(), kind)),
    }
}

/// Remembers something about an archive whose key was at hand. That it cannot be remembered changes nothing about it.
pub(super) fn remember(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    notices: &mut Vec<Notice>,
    change: impl FnOnce(&mut Known, crate::clock::Timestamp),
) {
    let now = desk.clock.now();
    record(desk, file, notices, |memory, path| {
        change(memory.meet(Known::of(file.header(), path, file.len)), now);
    });
}

/// Remembers that an archive is damaged, so that `status` does not count it. The header that names the archive is not authenticated
/// then; nobody but who can write the file can have another one condemned than the one that lies there.
pub(super) fn condemn(desk: &Desk<'_>, file: &ArchiveFile, notices: &mut Vec<Notice>) {
    record(desk, file, notices, |memory, path| memory.condemn(file.header().id, &path));
}

fn record(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    notices: &mut Vec<Notice>,
    change: impl FnOnce(&mut Memory, String),
) {
    let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
    let path = path.display().to_string();
    let store = file.header().store.store_id;
    if let Err(error) = memory::record(desk, store, |memory| change(memory, path)) {
        notices.push(Notice::Note(format!("this could not be remembered: {error}")));
    }
}
