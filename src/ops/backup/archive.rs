//! An archive on disk: opened once, read as often as it takes.
//!
//! Whose it is and who may read it does not matter: its content authenticates itself, and a copy may come back from any medium.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Progress, reading};
use crate::backup::stream::{self, Pace};
use crate::backup::unpack::{Receiver, Unpacker};
use crate::backup::{ArchiveError, ArchiveHeader, Manifest, OpenArchive, SealedArchive};
use crate::crypto::mac::{self, Hash};
use crate::fs::directory::FileId;
use crate::fs::{Content, FsError, Place};
use crate::ops::{Desk, OpError};
use crate::store::keyslot::Credentials;

/// An archive that was found and whose front was read.
pub struct ArchiveFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// Bytes.
    pub len: u64,
    /// Which file it is.
    pub id: FileId,
    content: Box<dyn Content>,
    header: ArchiveHeader,
    /// Bytes before the first chunk.
    front: u64,
}

/// Reads `content` from `at` to `end`.
pub(super) fn from(
    content: &dyn Content,
    mut at: u64,
    end: u64,
) -> impl FnMut(&mut [u8]) -> Result<usize, ArchiveError> + Send + '_ {
    move |room| {
        let left = usize::try_from(end - at).unwrap_or(usize::MAX);
        let take = room.len().min(left);
        content.read_at(at, &mut room[..take]).map_err(reading)?;
        at += take as u64;
        Ok(take)
    }
}

impl ArchiveFile {
    /// Finds the archive at `path` and reads its front.
    pub fn find(desk: &Desk<'_>, path: &Path) -> Result<Self, OpError> {
        let place = Place::resolve(path, desk.trust)?;
        let opened = place
            .directory()
            .open_plain(place.name(), false)?
            .ok_or_else(|| FsError::NotFound(path.into()))?;
        let (content, id) = (opened.content, opened.id);
        let len = id.len;
        let sealed = SealedArchive::read(&mut from(content.as_ref(), 0, len))?;
        let header = sealed.header().clone();
        let front = sealed.front_len();
        Ok(Self { path: path.into(), len, id, content, header, front })
    }

    /// The header; a claim until the archive was unlocked.
    pub const fn header(&self) -> &ArchiveHeader {
        &self.header
    }

    /// SHA-256 of everything before the first chunk.
    pub(super) fn front_digest(&self) -> Result<Hash, OpError> {
        let mut front = vec![0; usize::try_from(self.front).unwrap_or(0)];
        self.content.read_at(0, &mut front)?;
        Ok(mac::sha256(&[&front]))
    }

    /// Fails when the stated network is another.
    pub fn require_network(&self, desk: &Desk<'_>) -> Result<(), OpError> {
        let network = self.header.store.network;
        match desk.settings.network {
            Some(stated) if stated != network => {
                Err(OpError::ArchiveNetwork { archive: network, stated })
            }
            _ => Ok(()),
        }
    }

    /// Derives the key of a slot.
    pub fn unlock(
        &self,
        desk: &Desk<'_>,
        credentials: &Credentials,
    ) -> Result<OpenArchive, OpError> {
        desk.check_stop()?;
        let sealed = SealedArchive::read(&mut from(self.content.as_ref(), 0, self.len))?;
        let settings = &desk.settings;
        let open = sealed.unlock(credentials, settings.slot, settings.ceiling)?;
        desk.check_stop()?;
        Ok(open)
    }

    /// Opens the whole stream and hands what is in it to `receiver`.
    pub fn unpack(
        &self,
        desk: &Desk<'_>,
        open: &OpenArchive,
        receiver: &mut dyn Receiver,
        progress: Progress<'_>,
    ) -> Result<Manifest, OpError> {
        let (done, total) = (AtomicU64::new(open.front_len()), self.len);
        let mut read = from(self.content.as_ref(), open.front_len(), self.len);
        let mut input = |room: &mut [u8]| {
            let found = read(room)?;
            done.fetch_add(found as u64, Ordering::Relaxed);
            Ok(found)
        };
        let unpacker = Mutex::new(Unpacker::new(receiver));
        let mut output = |bytes: &[u8]| match unpacker.lock() {
            Ok(mut unpacker) => unpacker.take(bytes),
            Err(_) => Err(ArchiveError::Content),
        };
        let mut tick = || {
            progress(done.load(Ordering::Relaxed), total);
            (desk.stop)().map_or(Ok(()), |kind| Err(ArchiveError::Stopped(kind)))
        };
        let pace = Pace { workers: stream::workers_for(self.len), tick: &mut tick };
        open.stream(&mut input, &mut output, pace)?;
        self.content.unchanged()?;
        let unpacker = unpacker.into_inner().map_err(|_| ArchiveError::Content)?;
        Ok(unpacker.finish()?)
    }
}
