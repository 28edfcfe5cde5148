//! Open an archive: sizes, limits, slot commitment, file key, header MAC; then its stream.

use super::header::{MAC_LEN, PREFIX, header_len};
use super::stream::{self, Cipher, Input, Output, Pace};
use super::{ArchiveError, ArchiveHeader, keys};
use crate::crypto::kdf::Ceiling;
use crate::crypto::mac;
use crate::secret::DerivedKey;
use crate::store::keyslot::{self, Credentials};

/// The front of an archive whose structure is sound; nothing in it is trusted yet.
pub struct SealedArchive {
    header: ArchiveHeader,
    /// Everything before the first chunk.
    front: Vec<u8>,
}

impl SealedArchive {
    /// Reads the front of an archive. What follows in `input` is its stream.
    pub fn read(input: Input<'_>) -> Result<Self, ArchiveError> {
        let mut prefix = [0; PREFIX];
        let found = input(&mut prefix)?;
        if found < PREFIX {
            let is_short = prefix[..found].starts_with(&super::header::MAGIC);
            return Err(if is_short {
                ArchiveError::Truncated
            } else {
                ArchiveError::NotAnArchive
            });
        }
        let len = header_len(&prefix)?;
        let mut front = prefix.to_vec();
        front.resize(PREFIX + len + MAC_LEN, 0);
        let rest = &mut front[PREFIX..];
        if input(rest)? < rest.len() {
            return Err(ArchiveError::Truncated);
        }
        let header = ArchiveHeader::decode(&front[PREFIX..PREFIX + len])?;
        Ok(Self { header, front })
    }

    /// The header; a claim until a slot was opened.
    pub const fn header(&self) -> &ArchiveHeader {
        &self.header
    }

    /// Bytes before the first chunk.
    pub fn front_len(&self) -> u64 {
        self.front.len() as u64
    }

    /// Opens a slot and checks that the header belongs to its key.
    pub fn unlock(
        self,
        credentials: &Credentials,
        slot: Option<u16>,
        ceiling: Ceiling,
    ) -> Result<OpenArchive, ArchiveError> {
        let at = self.header.slot_context();
        let opened = keyslot::unlock(&self.header.slots, &at, credentials, slot, ceiling)?;
        let (signed, stored) =
            self.front.split_last_chunk::<MAC_LEN>().ok_or(ArchiveError::Truncated)?;
        let id = self.header.id;
        let expected = mac::hmac(keys::header(&opened.dek, id).expose(), &[signed]);
        if !mac::same(&expected, stored) {
            return Err(ArchiveError::HeaderMac);
        }
        let key = keys::stream(&opened.dek, &self.header.stream_salt, id);
        Ok(OpenArchive { header: self.header, front: self.front, key })
    }
}

/// An archive whose header is genuine and whose stream can be opened.
pub struct OpenArchive {
    header: ArchiveHeader,
    front: Vec<u8>,
    key: DerivedKey,
}

impl OpenArchive {
    /// One that was just sealed.
    pub(super) const fn sealed(header: ArchiveHeader, front: Vec<u8>, key: DerivedKey) -> Self {
        Self { header, front, key }
    }

    /// Everything before the first chunk.
    pub fn front(&self) -> &[u8] {
        &self.front
    }

    /// The header.
    pub const fn header(&self) -> &ArchiveHeader {
        &self.header
    }

    /// Bytes before the first chunk.
    pub fn front_len(&self) -> u64 {
        self.front.len() as u64
    }

    /// Opens the stream, which `input` gives from its first chunk.
    pub fn stream(
        &self,
        input: Input<'_>,
        output: Output<'_>,
        pace: Pace<'_>,
    ) -> Result<(), ArchiveError> {
        let cipher = Cipher { key: &self.key, front: &self.front, first: 0 };
        stream::open(cipher, input, output, pace)
    }
}
