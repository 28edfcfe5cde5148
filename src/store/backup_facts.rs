//! Facts about backups in the inventory: what cron may read of them without a passphrase.
//!
//! They are written by a commit that had the store open, from what the tools of this host did. They say what was done, not that
//! the files are still there. The bytes are specified in `docs/formats/store-v1.md`.

use super::StoreError;
use crate::cbor::{self, CborError, Reader};
use crate::clock::Timestamp;

/// The id of an archive.
pub type ArchiveRef = [u8; 16];

/// The last backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupFacts {
    /// When it was made.
    pub at: Timestamp,
    /// The generation of the secrets in it: a store that has a higher one has moved on.
    pub content_generation: u64,
    /// Which archive it is.
    pub archive: ArchiveRef,
    /// When every byte of an archive of this store was last authenticated, and of which.
    pub verified: Option<(Timestamp, ArchiveRef)>,
}

/// How far a drill went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrillKind {
    /// The archive was restored and its public keys compared; no secret in it was opened.
    ArchiveOnly = 1,
    /// Every entry of the restored store was opened too.
    EveryEntry = 2,
}

impl DrillKind {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ArchiveOnly => "archive_only",
            Self::EveryEntry => "every_entry",
        }
    }

    const fn from_code(code: u64) -> Option<Self> {
        match code {
            1 => Some(Self::ArchiveOnly),
            2 => Some(Self::EveryEntry),
            _ => None,
        }
    }
}

/// The last drill that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrillFacts {
    /// When it ended.
    pub at: Timestamp,
    /// How long it took, in milliseconds: what a real restore will take at least.
    pub duration_ms: u64,
    /// How far it went.
    pub kind: DrillKind,
    /// Which archive was restored.
    pub archive: ArchiveRef,
}

impl BackupFacts {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        cbor::array(out, if self.verified.is_some() { 5 } else { 3 });
        cbor::uint(out, self.at.as_unix());
        cbor::uint(out, self.content_generation);
        cbor::bytes(out, &self.archive);
        if let Some((at, archive)) = &self.verified {
            cbor::uint(out, at.as_unix());
            cbor::bytes(out, archive);
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let at = StoreError::encoding("inventory");
        let fields = reader.array().map_err(&at)?;
        let mut facts = Self {
            at: time(reader).map_err(&at)?,
            content_generation: reader.uint().map_err(&at)?,
            archive: reader.fixed().map_err(&at)?,
            verified: None,
        };
        match fields {
            3 => {}
            5 => {
                facts.verified = Some((time(reader).map_err(&at)?, reader.fixed().map_err(&at)?));
            }
            _ => return Err(StoreError::Field("backup facts")),
        }
        Ok(facts)
    }
}

impl DrillFacts {
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        cbor::array(out, 4);
        cbor::uint(out, self.at.as_unix());
        cbor::uint(out, self.duration_ms);
        cbor::uint(out, self.kind as u64);
        cbor::bytes(out, &self.archive);
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        let at = StoreError::encoding("inventory");
        reader.array_of(4).map_err(&at)?;
        Ok(Self {
            at: time(reader).map_err(&at)?,
            duration_ms: reader.uint().map_err(&at)?,
            kind: DrillKind::from_code(reader.uint().map_err(&at)?)
                .ok_or(StoreError::Field("drill facts"))?,
            archive: reader.fixed().map_err(&at)?,
        })
    }
}

fn time(reader: &mut Reader<'_>) -> Result<Timestamp, CborError> {
    reader.uint().map(Timestamp::from_unix)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backup(verified: bool) -> (BackupFacts, Vec<u8>) {
        let facts = BackupFacts {
            at: Timestamp::from_unix(0x6a00_0000),
            content_generation: 41,
            archive: [0xaa; 16],
            verified: verified.then_some((Timestamp::from_unix(0x6a00_0001), [0xbb; 16])),
        };
        let mut bytes = vec![0x83, 0x1a, 0x6a, 0, 0, 0, 0x18, 41, 0x50];
        bytes.extend([0xaa; 16]);
        if verified {
            bytes[0] = 0x85;
            bytes.extend([0x1a, 0x6a, 0, 0, 1, 0x50]);
            bytes.extend([0xbb; 16]);
        }
        (facts, bytes)
    }

    #[test]
    fn backup_facts_have_these_bytes() {
        for verified in [false, true] {
            let (facts, bytes) = backup(verified);
            let mut out = Vec::new();
            facts.encode(&mut out);
            assert_eq!(out, bytes);
            assert_eq!(BackupFacts::decode(&mut Reader::new(&bytes)).unwrap(), facts);
            for end in 0..bytes.len() {
                assert!(BackupFacts::decode(&mut Reader::new(&bytes[..end])).is_err(), "{end}");
            }
        }
    }

    #[test]
    fn drill_facts_have_these_bytes() {
        let facts = DrillFacts {
            at: Timestamp::from_unix(0x6a00_0000),
            duration_ms: 1500,
            kind: DrillKind::EveryEntry,
            archive: [0xcc; 16],
        };
        let mut bytes = vec![0x84, 0x1a, 0x6a, 0, 0, 0, 0x19, 0x05, 0xdc, 2, 0x50];
        bytes.extend([0xcc; 16]);
        let mut out = Vec::new();
        facts.encode(&mut out);
        assert_eq!(out, bytes);
        assert_eq!(DrillFacts::decode(&mut Reader::new(&bytes)).unwrap(), facts);
        for kind in [0, 3] {
            bytes[9] = kind;
            assert!(DrillFacts::decode(&mut Reader::new(&bytes)).is_err(), "{kind}");
        }
    }

    #[test]
    fn another_number_of_fields_is_refused() {
        let (_, bytes) = backup(true);
        for fields in [0x80, 0x82, 0x84, 0x86] {
            let mut bad = bytes.clone();
            bad[0] = fields;
            bad.extend([0; 2]);
            assert!(BackupFacts::decode(&mut Reader::new(&bad)).is_err(), "{fields:x}");
        }
    }
}
