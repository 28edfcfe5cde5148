//! Export an archive as age: for the day on which this tool is not at hand.
//!
//! The archive is opened chunk by chunk on this thread and sealed again on another; nothing of it is ever on a disk in the clear.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver as Taking, SyncSender, sync_channel};

use super::{ArchiveFile, Progress};
use crate::backup::age::{AgeError, ExportFile, Form, To, export as seal};
use crate::backup::unpack::Receiver;
use crate::backup::{ArchiveError, FileEntry, Manifest};
use crate::clock::Timestamp;
use crate::crypto::random::{self, SystemRandom};
use crate::fs::directory::Ownership;
use crate::fs::host::Unnamed;
use crate::fs::{Directory as _, FsError, Place};
use crate::ops::{Desk, OpError};
use crate::parallel;
use crate::secret::SecretBytes;
use crate::store::keyslot::Credentials;

/// What one side hands to the other.
enum Piece {
    Manifest(Vec<FileEntry>),
    Bytes(SecretBytes),
    End,
}

/// How many pieces wait: a chunk each.
const WAITING: usize = 4;

/// Writes what is in an archive to the new age file `out`, which `to` can open. Returns how many files are in it.
pub fn export(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    credentials: &Credentials,
    out: &Path,
    to: &To<'_>,
    progress: Progress<'_>,
) -> Result<usize, OpError> {
    file.require_network(desk)?;
    let place = Place::resolve(out, desk.trust)?;
    place.check_parents(desk.trust.caller)?;
    if place.directory().id(place.name())?.is_some() {
        return Err(FsError::Exists(out.into()).into());
    }
    let open = file.unlock(desk, credentials)?;
    let owner = Ownership { uid: desk.trust.caller, mode: 0o600 };
    let token = random::bytes(desk.random.borrow_mut().as_mut())?;
    let unnamed = place.directory().unnamed(place.name(), owner, token)?;
    let made = file.header().created;
    std::thread::scope(|scope| {
        let (give, taking) = sync_channel(WAITING);
        let sealing = parallel::start(scope, move || seal_pieces(Out(unnamed), taking, made, to))
            .map_err(ArchiveError::Thread)?;
        let mut sender = Sender { give };
        let unpacked = file.unpack(desk, &open, &mut sender, progress);
        drop(sender);
        let sealed = sealing.join().map_err(|_| OpError::Archive(ArchiveError::Content))?;
        let (manifest, out) = match (unpacked, sealed) {
            (Ok(manifest), sealed) => (manifest, sealed?),
            // Nobody took what was opened: the other side failed first, and says of what.
            (Err(OpError::Archive(ArchiveError::Write(_))), Err(error)) => return Err(error.into()),
            (Err(error), _) => return Err(error),
        };
        desk.check_stop()?;
        out.0.finish()?;
        Ok(manifest.files.len())
    })
}

/// An unnamed file, as age's writer wants it.
struct Out<'d>(Unnamed<'d>);

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Sender {
    give: SyncSender<Piece>,
}

impl Sender {
    fn send(&self, piece: Piece) -> Result<(), ArchiveError> {
        self.give.send(piece).map_err(|_| ArchiveError::Write(io::ErrorKind::BrokenPipe.into()))
    }
}

impl Receiver for Sender {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError> {
        self.send(Piece::Manifest(manifest.files.clone()))
    }

    fn begin(&mut self, _number: usize, _manifest: &Manifest) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.send(Piece::Bytes(SecretBytes::copy_from(bytes)))
    }

    fn end(&mut self, _number: usize) -> Result<(), ArchiveError> {
        self.send(Piece::End)
    }
}

/// The pieces of one file, as a reader that ends with it.
struct Content<'t> {
    pieces: &'t RefCell<Taking<Piece>>,
    now: Option<SecretBytes>,
    at: usize,
    ended: bool,
}

impl Read for Content<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(piece) = &self.now {
                let left = &piece.expose()[self.at..];
                if !left.is_empty() {
                    let take = left.len().min(into.len());
                    into[..take].copy_from_slice(&left[..take]);
                    self.at += take;
                    return Ok(take);
                }
            }
            if self.ended {
                return Ok(0);
            }
            match self.pieces.borrow().recv() {
                Ok(Piece::Bytes(bytes)) => {
                    self.at = 0;
                    self.now = Some(bytes);
                }
                Ok(Piece::End) => self.ended = true,
                Ok(Piece::Manifest(_)) | Err(_) => {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
    }
}

fn seal_pieces<'d>(
    out: Out<'d>,
    taking: Taking<Piece>,
    modified: Timestamp,
    to: &To<'_>,
) -> Result<Out<'d>, AgeError> {
    let Ok(Piece::Manifest(entries)) = taking.recv() else {
        return Err(AgeError::Write(io::ErrorKind::BrokenPipe.into()));
    };
    let pieces = RefCell::new(taking);
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.path.as_str().to_owned();
        let size = entry.size.ok_or_else(|| AgeError::Path {
            path: crate::text::escape(&path),
            why: "it came from a pipe, and a tar needs its length beforehand",
        })?;
        let content = Content { pieces: &pieces, now: None, at: 0, ended: false };
        files.push(ExportFile { path, mode: entry.mode, size, modified, content });
    }
    let out = seal(out, files, Form::Tar, to, &mut SystemRandom)?;
    // The whole archive must have authenticated before the export gets its name: its other side says so by going away.
    while pieces.borrow().recv().is_ok() {}
    Ok(out)
}
