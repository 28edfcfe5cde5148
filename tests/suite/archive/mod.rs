//! The archive format: what every promise about its bytes rests on (P10, P15, P16).
//!
//! | module | promise |
//! |---|---|
//! | [`damage`] | no bit, chunk or length of an archive can change unnoticed, and nothing of a damaged one is released |
//! | [`vectors`] | committed archives, good and bad, each with what is expected of it |
//! | [`readers`] | an independent reader agrees |

mod damage;
pub mod forge;
mod readers;
mod vectors;

use std::sync::Mutex;

use strongroom::backup::header::StoreFacts;
use strongroom::backup::manifest::KnownKey;
use strongroom::backup::path::ArchivePath;
use strongroom::backup::seal::NewArchive;
use strongroom::backup::stream::{Pace, Proof};
use strongroom::backup::unpack::{Receiver, Unpacker};
use strongroom::backup::{
    ArchiveError, ArchiveHeader, ArchiveId, FileEntry, FileKind, Manifest, SealedArchive,
};
use strongroom::clock::Timestamp;
use strongroom::crypto::kdf::{Ceiling, KdfParams};
use strongroom::crypto::sign::PublicKey;
use strongroom::network::NetworkMode;
use strongroom::store::StoreId;
use strongroom::store::keyslot::Credentials;

use super::store_format::forge::{CHEAP, Counting, credentials};

pub const PASSPHRASE: &str = "an archive of its own";
/// 2026-01-24T09:30:00Z.
const NOW: Timestamp = Timestamp::from_unix(1_769_247_000);

pub fn file(path: &str, kind: FileKind, size: Option<u64>) -> FileEntry {
    FileEntry { path: ArchivePath::parse(path).expect("a path"), kind, mode: 0o600, size }
}

pub fn facts() -> StoreFacts {
    StoreFacts {
        store_id: StoreId(*b"the store's id!!"),
        network: NetworkMode::Devnet,
        generation: 41,
        content_generation: 40,
        key_epoch: 2,
    }
}

pub fn manifest(files: Vec<FileEntry>) -> Manifest {
    Manifest {
        tool: "wallet-backup 0.1.0".to_owned(),
        host: "signer-1".to_owned(),
        reason: "weekly".to_owned(),
        previous: Some(ArchiveId(*b"the one before!!")),
        store_digest: [0x5a; 32],
        store_key: Some(PublicKey([0xa5; 32])),
        keys: vec![KnownKey {
            id: "identity".to_owned(),
            version: 3,
            kind: "ed25519".to_owned(),
            public: vec![7; 32],
        }],
        files,
    }
}

/// An archive of files with these contents; the first is the store.
pub fn archive(seed: u64, passphrases: &[&str], files: &[(&str, FileKind, &[u8])]) -> Vec<u8> {
    let entries = files
        .iter()
        .map(|(path, kind, content)| file(path, *kind, Some(content.len() as u64)))
        .collect();
    let content: Vec<u8> = files.iter().flat_map(|(_, _, content)| content.to_vec()).collect();
    sealed(seed, passphrases, &manifest(entries), &content)
}

pub fn sealed(seed: u64, passphrases: &[&str], manifest: &Manifest, content: &[u8]) -> Vec<u8> {
    sealed_at(CHEAP, seed, passphrases, manifest, content)
}

/// At these costs.
pub fn sealed_at(
    costs: KdfParams,
    seed: u64,
    passphrases: &[&str],
    manifest: &Manifest,
    content: &[u8],
) -> Vec<u8> {
    let random = &mut Counting(seed);
    let secrets: Vec<_> = passphrases
        .iter()
        .map(|passphrase| {
            let credentials = credentials(passphrase, None);
            credentials.slot_secret(credentials.slot_kind(), costs, random).expect("derived")
        })
        .collect();
    let new = NewArchive::begin(facts(), NOW, &secrets, manifest, random).expect("begun");
    let expected = new.len_with(content.len() as u64);
    let (mut out, mut input) = (Vec::new(), reader(content));
    let mut output = |bytes: &[u8]| {
        out.extend_from_slice(bytes);
        Ok(())
    };
    let pace = Pace { workers: 2, tick: &mut || Ok(()) };
    new.write(&mut input, &mut output, Proof::Opened, pace).expect("sealed");
    assert_eq!(out.len() as u64, expected);
    out
}

pub fn reader(bytes: &[u8]) -> impl FnMut(&mut [u8]) -> Result<usize, ArchiveError> + Send + '_ {
    let mut rest = bytes;
    move |room| {
        let take = room.len().min(rest.len());
        let (now, later) = rest.split_at(take);
        room[..take].copy_from_slice(now);
        rest = later;
        Ok(take)
    }
}

/// What came out of an archive: complete files, and how many bytes were handed over in all.
#[derive(Default)]
pub struct Contents {
    pub manifest: Option<Manifest>,
    pub files: Vec<Vec<u8>>,
    pub ended: usize,
    pub released: usize,
}

impl Receiver for Contents {
    fn manifest(&mut self, manifest: &Manifest) -> Result<(), ArchiveError> {
        self.manifest = Some(manifest.clone());
        Ok(())
    }

    fn begin(&mut self, number: usize, manifest: &Manifest) -> Result<(), ArchiveError> {
        assert_eq!((number, self.files.len()), (self.ended, self.ended));
        assert!(number < manifest.files.len());
        self.files.push(Vec::new());
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.released += bytes.len();
        self.files.last_mut().expect("begun").extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, number: usize) -> Result<(), ArchiveError> {
        assert_eq!(number, self.ended);
        self.ended += 1;
        Ok(())
    }
}

/// Opens an archive as the tools do; what was handed over before a failure comes too.
pub fn open_with(
    bytes: &[u8],
    credentials: &Credentials,
) -> (Result<ArchiveHeader, ArchiveError>, Contents) {
    let mut contents = Contents::default();
    let mut input = reader(bytes);
    let opened = (|| {
        let sealed = SealedArchive::read(&mut input)?;
        let open = sealed.unlock(credentials, None, Ceiling::default())?;
        let unpacker = Mutex::new(Some(Unpacker::new(&mut contents)));
        let mut output =
            |bytes: &[u8]| unpacker.lock().expect("held").as_mut().expect("there").take(bytes);
        let pace = Pace { workers: 1, tick: &mut || Ok(()) };
        open.stream(&mut input, &mut output, pace)?;
        unpacker.into_inner().expect("held").expect("there").finish()?;
        Ok(open.header().clone())
    })();
    (opened, contents)
}

pub fn open(bytes: &[u8]) -> (Result<ArchiveHeader, ArchiveError>, Contents) {
    open_with(bytes, &credentials(PASSPHRASE, None))
}

/// Pseudo-random content.
pub fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 2_654_435_761) >> 7).to_le_bytes()[0]).collect()
}
