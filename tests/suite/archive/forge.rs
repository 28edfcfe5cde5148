//! Archives taken apart and put together again by somebody who has every key: how faults are made that no tag stops.
//!
//! The derivations stand here a second time, from `docs/formats/archive-v1.md` and the primitives alone.

use strongroom::backup::SealedArchive;
use strongroom::crypto::chunk::{self, TAG_LEN};
use strongroom::crypto::{labels, mac};

use super::{PASSPHRASE, reader};
use crate::store_format::forge::{credentials, hkdf};
use crate::store_format::tree::Item;

pub const PREFIX: usize = 14;
const CHUNK: usize = 64 << 10;

/// The parts of an archive, and its file key.
#[derive(Clone)]
pub struct Parts {
    pub header: Vec<u8>,
    file_key: [u8; 32],
    /// Length, manifest and content.
    pub plain: Vec<u8>,
}

impl Parts {
    pub fn of(bytes: &[u8]) -> Self {
        let sealed = SealedArchive::read(&mut reader(bytes)).expect("an archive");
        let header = sealed.header();
        let at = header.slot_context();
        let slot = &header.slots[0];
        let secret = credentials(PASSPHRASE, None).open_slot(&at, slot).expect("opens");
        let file_key = *secret.unwrap(&at, slot).expect("unwraps").expose();
        let start = usize::try_from(sealed.front_len()).expect("short");
        let mut parts = Self { header: header.encode(), file_key, plain: Vec::new() };
        let (key, front) = (parts.stream_key(), &bytes[..start]);
        let chunks: Vec<&[u8]> = bytes[start..].chunks(CHUNK + TAG_LEN).collect();
        for (number, sealed) in chunks.iter().enumerate() {
            let mut chunk = sealed.to_vec();
            let nonce = chunk::nonce(number as u64, number + 1 == chunks.len());
            let aad = if number == 0 { front } else { b"" };
            chunk::open(&key, nonce, aad, &mut chunk).expect("opens");
            parts.plain.extend_from_slice(&chunk[..chunk.len() - TAG_LEN]);
        }
        parts
    }

    fn stream_key(&self) -> [u8; 32] {
        let Some(Item::Map(pairs)) = Item::decode(&self.header) else { return [0; 32] };
        let field = |key| pairs.iter().find(|(k, _)| *k == Item::Uint(key)).map(|(_, v)| v);
        match (field(2), field(9)) {
            (Some(Item::Bytes(id)), Some(Item::Bytes(salt))) => {
                hkdf(&self.file_key, salt, &[labels::ARCHIVE_STREAM, id])
            }
            // A header that lacks them is refused long before the key is needed.
            _ => [0; 32],
        }
    }

    /// The header as a tree, to be changed.
    pub fn edit_header(&self, change: impl FnOnce(&mut Vec<(Item, Item)>)) -> Self {
        let Some(Item::Map(mut pairs)) = Item::decode(&self.header) else { unreachable!() };
        change(&mut pairs);
        Self { header: Item::Map(pairs).encode(), ..self.clone() }
    }

    pub fn manifest(&self) -> &[u8] {
        let len = u32::from_le_bytes(*self.plain.first_chunk().expect("a length"));
        &self.plain[4..4 + usize::try_from(len).expect("short")]
    }

    /// The manifest as a tree, to be changed.
    pub fn edit_manifest(&self, change: impl FnOnce(&mut Vec<(Item, Item)>)) -> Self {
        let Some(Item::Map(mut pairs)) = Item::decode(self.manifest()) else { unreachable!() };
        change(&mut pairs);
        self.with_manifest(&Item::Map(pairs).encode())
    }

    pub fn with_manifest(&self, manifest: &[u8]) -> Self {
        let content = &self.plain[4 + self.manifest().len()..];
        let len = u32::try_from(manifest.len()).expect("short").to_le_bytes();
        Self { plain: [&len[..], manifest, content].concat(), ..self.clone() }
    }

    /// A whole archive whose MAC and tags hold.
    pub fn build(&self) -> Vec<u8> {
        let len = u32::try_from(self.header.len()).expect("short").to_le_bytes();
        let magic = [0x89, b'S', b'R', b'B', 0x0d, 0x0a, 0x1a, 0x0a, 1, 0];
        let mut out = [&magic[..], &len, &self.header].concat();
        let id = match Item::decode(&self.header) {
            Some(Item::Map(pairs)) => pairs.into_iter().find_map(|(key, value)| match value {
                Item::Bytes(id) if key == Item::Uint(2) => Some(id),
                _ => None,
            }),
            _ => None,
        };
        let mac_key = hkdf(&self.file_key, &id.unwrap_or_default(), &[labels::ARCHIVE_HEADER]);
        let header_mac = mac::hmac(&mac_key, &[&out]);
        out.extend_from_slice(&header_mac);
        let (front, key) = (out.clone(), self.stream_key());
        let chunks: Vec<&[u8]> = self.plain.chunks(CHUNK).collect();
        for (number, text) in chunks.iter().enumerate() {
            let mut chunk = [text, &[0; TAG_LEN][..]].concat();
            let nonce = chunk::nonce(number as u64, number + 1 == chunks.len());
            let aad = if number == 0 { &front[..] } else { b"" };
            chunk::seal(&key, nonce, aad, &mut chunk).expect("sealed");
            out.extend_from_slice(&chunk);
        }
        out
    }
}
