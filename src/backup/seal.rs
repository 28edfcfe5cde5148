//! Begin an archive: file key, slots, header; then its stream is sealed.

use super::header::{MAGIC, StoreFacts, VERSION};
use super::stream::{self, Cipher, Input, Output, Pace, Proof};
use super::{ArchiveError, ArchiveHeader, ArchiveId, Manifest, OpenArchive, keys, limits};
use crate::clock::Timestamp;
use crate::crypto::mac;
use crate::crypto::random::{self, Random};
use crate::secret::{DataKey, DerivedKey};
use crate::store::StoreId;
use crate::store::keyslot::{SlotContext, SlotIdentity, SlotSecret};

/// An archive whose header stands and whose stream is yet to be sealed.
pub struct NewArchive {
    header: ArchiveHeader,
    /// Everything before the first chunk.
    front: Vec<u8>,
    key: DerivedKey,
    /// Length and manifest: the start of the stream.
    start: Vec<u8>,
}

impl NewArchive {
    /// Makes the header of an archive of `store` that each of `secrets` will open.
    pub fn begin(
        store: StoreFacts,
        created: Timestamp,
        secrets: &[SlotSecret],
        manifest: &Manifest,
        random: &mut dyn Random,
    ) -> Result<Self, ArchiveError> {
        manifest.check()?;
        let manifest = manifest.encode();
        let len = u32::try_from(manifest.len())
            .ok()
            .filter(|_| manifest.len() <= limits::MANIFEST)
            .ok_or(ArchiveError::Limit("the manifest (64 MiB)"))?;
        let id = ArchiveId(random::bytes(random)?);
        let mut file_key = DataKey::zeroed();
        random.fill(file_key.expose_mut())?;
        let fresh: [u8; 32] = random::bytes(random)?;
        let time = created.as_unix().to_le_bytes();
        let hedge = keys::hedge(&file_key, id);
        let stream_salt = mac::hmac(hedge.expose(), &[&fresh, &time, &manifest]);

        let at = SlotContext { store: StoreId(id.0), network: store.network };
        let slots = (0..)
            .zip(secrets)
            .map(|(id, secret)| {
                let identity = SlotIdentity { id, created, key_epoch: 1 };
                secret.wrap(&at, identity, &file_key, random)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let header = ArchiveHeader { id, store, created, stream_salt, slots };
        let text = header.encode();
        // The reader is asked at once: what it would refuse is never written.
        ArchiveHeader::decode(&text)?;
        let text_len = u32::try_from(text.len())
            .map_err(|_| ArchiveError::Limit("the header (1 MiB)"))?
            .to_le_bytes();
        let mut front = [&MAGIC[..], &VERSION.to_le_bytes(), &text_len, &text].concat();
        let mac = mac::hmac(keys::header(&file_key, id).expose(), &[&front]);
        front.extend_from_slice(&mac);
        let key = keys::stream(&file_key, &stream_salt, id);
        Ok(Self { header, front, key, start: [&len.to_le_bytes()[..], &manifest].concat() })
    }

    /// The header.
    pub const fn header(&self) -> &ArchiveHeader {
        &self.header
    }

    /// Bytes of the whole archive, if `content` bytes of files follow the manifest.
    pub fn len_with(&self, content: u64) -> u64 {
        let stream = self.start.len() as u64 + content;
        let tags = stream.div_ceil(stream::CHUNK as u64) * crate::crypto::chunk::TAG_LEN as u64;
        self.front.len() as u64 + stream + tags
    }

    /// Writes the whole archive; `content` gives the files, one after the other. What comes back can read it again.
    pub fn write(
        self,
        content: Input<'_>,
        output: Output<'_>,
        proof: Proof,
        pace: Pace<'_>,
    ) -> Result<OpenArchive, ArchiveError> {
        output(&self.front)?;
        let mut start = &self.start[..];
        let mut input = |room: &mut [u8]| {
            let take = start.len().min(room.len());
            let (now, later) = start.split_at(take);
            room[..take].copy_from_slice(now);
            start = later;
            Ok(take + content(&mut room[take..])?)
        };
        let cipher = Cipher { key: &self.key, front: &self.front, first: 0 };
        stream::seal(cipher, &mut input, output, proof, pace)?;
        Ok(OpenArchive::sealed(self.header, self.front, self.key))
    }
}
