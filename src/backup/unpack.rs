//! From an opened stream to files.

use super::{ArchiveError, Manifest, limits};

/// Takes what is in an archive, in order.
pub trait Receiver: Send {
    /// The manifest, before any content.
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError>;
    /// File `number` of the manifest begins.
    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError>;
    /// Its next bytes.
    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError>;
    /// It ends.
    fn end(&mut self, number: usize) -> Result<(), ArchiveError>;
}

/// Cuts a stream into the manifest and the files.
pub struct Unpacker<'r> {
    receiver: &'r mut dyn Receiver,
    /// Length and manifest as far as they have come.
    start: Vec<u8>,
    manifest: Option<Manifest>,
    /// The file that is under way, and how much of it is missing; none for one of unknown size.
    file: usize,
    left: Option<u64>,
}

impl<'r> Unpacker<'r> {
    /// One that hands everything to `receiver`.
    pub fn new(receiver: &'r mut dyn Receiver) -> Self {
        Self { receiver, start: Vec::new(), manifest: None, file: 0, left: Some(0) }
    }

    /// Takes the next bytes of the stream.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<(), ArchiveError> {
        if self.manifest.is_none() {
            self.start_with(&mut bytes)?;
        }
        let Some(manifest) = &self.manifest else { return Ok(()) };
        while !bytes.is_empty() {
            if self.file == manifest.files.len() {
                return Err(ArchiveError::Content);
            }
            let room = self.left.map_or(bytes.len(), |left| {
                usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()))
            });
            let (now, later) = bytes.split_at(room);
            self.receiver.content(now)?;
            bytes = later;
            self.left = self.left.map(|left| left - now.len() as u64);
            if self.left == Some(0) {
                self.receiver.end(self.file)?;
                self.file += 1;
                begin(&mut *self.receiver, manifest, &mut self.file, &mut self.left)?;
            }
        }
        Ok(())
    }

    fn start_with(&mut self, bytes: &mut &[u8]) -> Result<(), ArchiveError> {
        let mut fill = |until: usize, start: &mut Vec<u8>| {
            let missing = until.saturating_sub(start.len());
            let (now, later) = bytes.split_at(missing.min(bytes.len()));
            start.extend_from_slice(now);
            *bytes = later;
            start.len() == until
        };
        if self.start.len() < 4 && !fill(4, &mut self.start) {
            return Ok(());
        }
        let len = self.start.first_chunk().map_or(0, |len| u32::from_le_bytes(*len));
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        if len > limits::MANIFEST {
            return Err(ArchiveError::Limit("the manifest (64 MiB)"));
        }
        if !fill(4 + len, &mut self.start) {
            return Ok(());
        }
        let manifest = Manifest::decode(&self.start[4..])?;
        self.start = Vec::new();
        self.receiver.manifest(&manifest)?;
        begin(&mut *self.receiver, &manifest, &mut self.file, &mut self.left)?;
        self.manifest = Some(manifest);
        Ok(())
    }

    /// The manifest, if everything that it names has come.
    pub fn finish(mut self) -> Result<Manifest, ArchiveError> {
        let manifest = self.manifest.take().ok_or(ArchiveError::Content)?;
        let open_ended = self.left.is_none() && self.file + 1 == manifest.files.len();
        if open_ended {
            self.receiver.end(self.file)?;
        } else if self.file < manifest.files.len() {
            return Err(ArchiveError::Content);
        }
        Ok(manifest)
    }
}

/// Begins the next file that has content, and ends the empty ones before it.
fn begin(
    receiver: &mut dyn Receiver,
    manifest: &Manifest,
    file: &mut usize,
    left: &mut Option<u64>,
) -> Result<(), ArchiveError> {
    while let Some(entry) = manifest.files.get(*file) {
        receiver.begin(*file, manifest)?;
        *left = entry.size;
        if *left != Some(0) {
            break;
        }
        receiver.end(*file)?;
        *file += 1;
    }
    Ok(())
}

/// Looks at nothing but the structure.
#[derive(Default)]
pub struct Discard {
    /// Bytes of content that came by.
    pub bytes: u64,
}

impl Receiver for Discard {
    fn manifest(&mut self, _manifest: &Manifest) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn begin(&mut self, _number: usize, _manifest: &Manifest) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn end(&mut self, _number: usize) -> Result<(), ArchiveError> {
        Ok(())
    }
}
