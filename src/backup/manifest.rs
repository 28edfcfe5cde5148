//! The manifest: what is in an archive, sealed in front of it.
//!
//! It holds no hashes of contents: the chunks authenticate them, and a hash of a low-entropy secret would be an oracle for
//! whoever finds one.

use super::path::{self, ArchivePath};
use super::{ArchiveError, ArchiveId, limits};
use crate::cbor::{self, Reader};
use crate::crypto::mac::Hash;
use crate::crypto::sign::PublicKey;

/// What a file is to the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileKind {
    /// The store; exactly one, and the first.
    Store = 1,
    /// Its audit log.
    AuditLog = 2,
    /// A configuration.
    Config = 3,
    /// A file that was named.
    Extra = 4,
    /// The audit root of an Igra file, which has no place for one.
    AuditRoot = 5,
}

impl FileKind {
    const ALL: [Self; 5] =
        [Self::Store, Self::AuditLog, Self::Config, Self::Extra, Self::AuditRoot];

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::AuditLog => "audit_log",
            Self::Config => "config",
            Self::Extra => "extra",
            Self::AuditRoot => "audit_root",
        }
    }

    /// Whether it belongs to the store and not only beside it.
    pub const fn is_of_the_store(self) -> bool {
        matches!(self, Self::Store | Self::AuditLog | Self::AuditRoot)
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Where a restore puts it.
    pub path: ArchivePath,
    /// What it is.
    pub kind: FileKind,
    /// Permission bits, of which the owner's are restored.
    pub mode: u32,
    /// Bytes; none for what came from a pipe, which can only be the last one.
    pub size: Option<u64>,
}

/// A public key that the store must give again after a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// Id of the key, such as `store`.
    pub id: String,
    /// Its version; 0 where there are none.
    pub version: u64,
    /// Its kind, such as `ed25519`.
    pub kind: String,
    /// Its public half.
    pub public: Vec<u8>,
}

/// What is in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The program that made it, with its version.
    pub tool: String,
    /// The host that made it.
    pub host: String,
    /// Why.
    pub reason: String,
    /// The archive of the same store that was made before it, if that is known.
    pub previous: Option<ArchiveId>,
    /// Digest of the sealed store: SHA-256 over ciphertext and tags.
    pub store_digest: Hash,
    /// The key that signs the store; none for an Igra file.
    pub store_key: Option<PublicKey>,
    /// Public keys of the inventory.
    pub keys: Vec<KnownKey>,
    /// The files, the store first.
    pub files: Vec<FileEntry>,
}

const FIELDS: usize = 8;
/// Bytes of a public key of any kind.
const LONGEST_KEY: usize = 256;

impl Manifest {
    /// The one encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        let out = &mut out;
        cbor::map(out, FIELDS);
        for (key, text) in (1..).zip([&self.tool, &self.host, &self.reason]) {
            cbor::uint(out, key);
            cbor::text(out, text);
        }
        cbor::uint(out, 4);
        match &self.previous {
            Some(id) => cbor::bytes(out, &id.0),
            None => cbor::null(out),
        }
        cbor::uint(out, 5);
        cbor::bytes(out, &self.store_digest);
        cbor::uint(out, 6);
        match &self.store_key {
            Some(key) => cbor::bytes(out, &key.0),
            None => cbor::null(out),
        }
        cbor::uint(out, 7);
        cbor::array(out, self.keys.len());
        for key in &self.keys {
            cbor::array(out, 4);
            cbor::text(out, &key.id);
            cbor::uint(out, key.version);
            cbor::text(out, &key.kind);
            cbor::bytes(out, &key.public);
        }
        cbor::uint(out, 8);
        cbor::array(out, self.files.len());
        for file in &self.files {
            cbor::array(out, 4);
            cbor::text(out, file.path.as_str());
            cbor::uint(out, file.kind as u64);
            cbor::uint(out, u64::from(file.mode));
            match file.size {
                Some(size) => cbor::uint(out, size),
                None => cbor::null(out),
            }
        }
        std::mem::take(out)
    }

    /// Reads the one encoding; every other, and every path trick, is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, ArchiveError> {
        if bytes.len() > limits::MANIFEST {
            return Err(ArchiveError::Limit("the manifest (64 MiB)"));
        }
        let at = ArchiveError::encoding("manifest");
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let mut fields = r.map().map_err(&at)?;
        let mut texts = [const { String::new() }; 3];
        for (key, text) in (1..).zip(&mut texts) {
            fields.require(r, key).map_err(&at)?;
            *text = short_text(r)?;
        }
        let [tool, host, reason] = texts;
        fields.require(r, 4).map_err(&at)?;
        let previous = if r.null() { None } else { Some(ArchiveId(r.fixed().map_err(&at)?)) };
        fields.require(r, 5).map_err(&at)?;
        let store_digest = r.fixed().map_err(&at)?;
        fields.require(r, 6).map_err(&at)?;
        let store_key = if r.null() { None } else { Some(PublicKey(r.fixed().map_err(&at)?)) };
        fields.require(r, 7).map_err(&at)?;
        let count = r.array().map_err(&at)?;
        if count > limits::KEYS {
            return Err(ArchiveError::Limit("the number of public keys"));
        }
        let keys = (0..count).map(|_| known_key(r)).collect::<Result<Vec<_>, _>>()?;
        fields.require(r, 8).map_err(&at)?;
        let count = r.array().map_err(&at)?;
        if count > limits::FILES {
            return Err(ArchiveError::Limit("the number of files (100000)"));
        }
        let files = (0..count).map(|_| file(r)).collect::<Result<Vec<_>, _>>()?;
        if fields.next(r).map_err(&at)?.is_some() {
            return Err(ArchiveError::Field("unknown manifest key"));
        }
        r.finish().map_err(&at)?;
        let manifest = Self { tool, host, reason, previous, store_digest, store_key, keys, files };
        manifest.check()?;
        if manifest.encode() == bytes {
            Ok(manifest)
        } else {
            Err(ArchiveError::Field("the manifest is not in its one encoding"))
        }
    }

    /// What every manifest must be, whoever made it.
    pub fn check(&self) -> Result<(), ArchiveError> {
        let is_store = |file: &FileEntry| file.kind == FileKind::Store;
        let (Some((first, rest)), last) = (self.files.split_first(), self.files.len()) else {
            return Err(ArchiveError::Field("an archive without a store"));
        };
        if !is_store(first) || rest.iter().any(is_store) {
            return Err(ArchiveError::Field("an archive holds one store, and it comes first"));
        }
        if last > limits::FILES || self.keys.len() > limits::KEYS {
            return Err(ArchiveError::Limit("the number of files (100000)"));
        }
        let mut total = 0_u64;
        for (number, file) in self.files.iter().enumerate() {
            if file.mode > 0o777 {
                return Err(ArchiveError::Field("a mode with more than permission bits"));
            }
            if file.size.is_none() && (number + 1 < last || number == 0) {
                return Err(ArchiveError::Field("a file of unknown size that is not the last"));
            }
            total = total
                .checked_add(file.size.unwrap_or(0))
                .filter(|total| *total <= limits::CONTENT)
                .ok_or(ArchiveError::Limit("the size of all files"))?;
        }
        if first.size.is_some_and(|size| size > crate::store::limits::FILE) {
            return Err(ArchiveError::Limit("the store (256 MiB)"));
        }
        Ok(path::distinct(self.files.iter().map(|file| &file.path))?)
    }

    /// Bytes of all files whose size is known.
    pub fn content_len(&self) -> u64 {
        self.files.iter().filter_map(|file| file.size).sum()
    }
}

fn short_text(r: &mut Reader<'_>) -> Result<String, ArchiveError> {
    let text = r.text().map_err(ArchiveError::encoding("manifest"))?;
    if text.len() > limits::TEXT {
        return Err(ArchiveError::Limit("a text of the manifest (1024 bytes)"));
    }
    Ok(text.to_owned())
}

fn known_key(r: &mut Reader<'_>) -> Result<KnownKey, ArchiveError> {
    let at = ArchiveError::encoding("manifest");
    r.array_of(4).map_err(&at)?;
    let (id, version) = (short_text(r)?, r.uint().map_err(&at)?);
    let (kind, public) = (short_text(r)?, r.bytes().map_err(&at)?);
    if public.len() > LONGEST_KEY {
        return Err(ArchiveError::Limit("a public key"));
    }
    Ok(KnownKey { id, version, kind, public: public.to_vec() })
}

fn file(r: &mut Reader<'_>) -> Result<FileEntry, ArchiveError> {
    let at = ArchiveError::encoding("manifest");
    r.array_of(4).map_err(&at)?;
    let path = ArchivePath::parse(r.text().map_err(&at)?)?;
    let code = r.uint().map_err(&at)?;
    let kind = FileKind::ALL
        .into_iter()
        .find(|kind| *kind as u64 == code)
        .ok_or(ArchiveError::Field("unknown kind of file"))?;
    let mode = r.int("a mode").map_err(&at)?;
    let size = if r.null() { None } else { Some(r.uint().map_err(&at)?) };
    Ok(FileEntry { path, kind, mode, size })
}
