//! One secret: its name, what is known about it, and its sealed versions, newest first.
//!
//! An [`EntryView`] borrows from the decrypted payload and costs no allocation, so that a store of a hundred thousand secrets
//! is checked in milliseconds; an [`Entry`] is the owned form in which one secret is changed.

use super::value::{self, ValueKind};
use super::{StoreError, limits};
use crate::cbor::{self, CborError, Reader, Sink};
use crate::clock::Timestamp;
use crate::name::SecretName;

const NAME: u64 = 1;
const CREATED: u64 = 2;
const UPDATED: u64 = 3;
const VERSIONS: u64 = 4;
const NOTE: u64 = 5;
const TAGS: u64 = 6;
const EXPIRES: u64 = 7;

/// One sealed version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionView<'a> {
    /// Number from the store's counter; a later version has a higher one.
    pub n: u64,
    /// When it was set.
    pub created: Timestamp,
    /// What its writer declared it to be.
    pub kind: ValueKind,
    /// `nonce || ciphertext || tag`.
    pub sealed: &'a [u8],
}

/// A secret as it lies in the payload.
#[derive(Clone)]
pub struct EntryView<'a> {
    /// Its name.
    pub name: &'a str,
    /// When it was first set.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// A remark of the operator.
    pub note: Option<&'a str>,
    /// When it should no longer be used.
    pub expires: Option<Timestamp>,
    versions: (usize, Reader<'a>),
    newest: u64,
    tags: (usize, Reader<'a>),
}

impl<'a> EntryView<'a> {
    /// Reads one entry and checks everything about it.
    #[inline]
    pub(super) fn decode(reader: &mut Reader<'a>) -> Result<Self, StoreError> {
        let at = StoreError::encoding("entry");
        let mut keys = reader.map().map_err(&at)?;
        keys.require(reader, NAME).map_err(&at)?;
        let name = reader.text().map_err(&at)?;
        if !SecretName::is_valid(name) {
            return Err(StoreError::Field("a secret name outside the grammar"));
        }
        keys.require(reader, CREATED).map_err(&at)?;
        let created = Timestamp::from_unix(reader.uint().map_err(&at)?);
        keys.require(reader, UPDATED).map_err(&at)?;
        let updated = Timestamp::from_unix(reader.uint().map_err(&at)?);
        keys.require(reader, VERSIONS).map_err(&at)?;
        let mut order = Descending { newest: None, last: None };
        let versions = list(reader, limits::VERSIONS, |reader| order.check(reader))?;
        let newest = order.newest.ok_or(StoreError::Field("a secret without a version"))?;
        let mut view = Self {
            name,
            created,
            updated,
            note: None,
            expires: None,
            versions,
            newest,
            tags: (0, Reader::new(&[])),
        };
        while let Some(key) = keys.next(reader).map_err(&at)? {
            match key {
                NOTE => view.note = Some(bounded_text(reader)?),
                TAGS => {
                    view.tags = list(reader, limits::TAGS, |r| bounded_text(r).map(drop))?;
                    if view.tags.0 == 0 || !view.tags().is_sorted_by(|a, b| a < b) {
                        return Err(StoreError::Field("tags are not in order"));
                    }
                }
                EXPIRES => {
                    view.expires = Some(Timestamp::from_unix(reader.uint().map_err(&at)?));
                }
                _ => return Err(StoreError::Field("unknown entry key")),
            }
        }
        Ok(view)
    }

    /// Number of the newest version.
    pub const fn newest(&self) -> u64 {
        self.newest
    }

    /// How many versions are kept.
    pub const fn version_count(&self) -> usize {
        self.versions.0
    }

    /// The versions, newest first.
    pub fn versions(&self) -> impl Iterator<Item = VersionView<'a>> + use<'a> {
        let (count, mut reader) = self.versions.clone();
        (0..count).map_while(move |_| version(&mut reader).ok())
    }

    /// The version with number `n`, or the newest.
    pub fn version(&self, n: Option<u64>) -> Option<VersionView<'a>> {
        self.versions().find(|version| n.is_none_or(|n| version.n == n))
    }

    /// The tags, sorted.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (count, mut reader) = self.tags.clone();
        (0..count).map_while(move |_| reader.text().ok())
    }

    /// An owned copy, to be changed.
    pub fn to_owned(&self) -> Result<Entry, StoreError> {
        Ok(Entry {
            name: SecretName::parse(self.name)
                .map_err(|_| StoreError::Field("a secret name outside the grammar"))?,
            created: self.created,
            updated: self.updated,
            note: self.note.map(str::to_owned),
            tags: self.tags().map(str::to_owned).collect(),
            expires: self.expires,
            versions: self
                .versions()
                .map(|v| Version {
                    n: v.n,
                    created: v.created,
                    kind: v.kind,
                    sealed: v.sealed.to_vec(),
                })
                .collect(),
        })
    }
}

/// Checks an array item by item and returns its length with a reader at its first item.
#[inline]
fn list<'a>(
    reader: &mut Reader<'a>,
    limit: usize,
    mut check: impl FnMut(&mut Reader<'a>) -> Result<(), StoreError>,
) -> Result<(usize, Reader<'a>), StoreError> {
    let count = reader.array().map_err(StoreError::encoding("entry"))?;
    if count > limit {
        return Err(StoreError::Limit("the number of versions or tags of a secret"));
    }
    let start = reader.clone();
    for _ in 0..count {
        check(reader)?;
    }
    Ok((count, start))
}

fn bounded_text<'a>(reader: &mut Reader<'a>) -> Result<&'a str, StoreError> {
    let text = reader.text().map_err(StoreError::encoding("entry"))?;
    if text.len() > limits::TEXT {
        Err(StoreError::Limit("a note or tag (1 KiB)"))
    } else {
        Ok(text)
    }
}

#[inline]
fn version<'a>(reader: &mut Reader<'a>) -> Result<VersionView<'a>, CborError> {
    reader.array_of(4)?;
    Ok(VersionView {
        n: reader.uint()?,
        created: Timestamp::from_unix(reader.uint()?),
        kind: ValueKind::from_code(reader.uint()?)
            .ok_or(CborError::Unexpected("a known kind of value"))?,
        sealed: reader.bytes()?,
    })
}

/// Holds versions, newest first, to strictly descending numbers, and each to what a version can be.
struct Descending {
    newest: Option<u64>,
    last: Option<u64>,
}

impl Descending {
    #[inline]
    fn check(&mut self, reader: &mut Reader<'_>) -> Result<(), StoreError> {
        let found = version(reader).map_err(StoreError::encoding("entry"))?;
        if !value::plausible_len(found.sealed.len()) {
            return Err(StoreError::Field("a sealed value of impossible length"));
        }
        if self.last.is_some_and(|last| last <= found.n) {
            return Err(StoreError::Field("versions are not in order"));
        }
        self.newest = self.newest.or(Some(found.n));
        self.last = Some(found.n);
        Ok(())
    }
}

/// One sealed version, owned.
#[derive(Clone, Debug)]
pub struct Version {
    /// Number from the store's counter.
    pub n: u64,
    /// When it was set.
    pub created: Timestamp,
    /// What its writer declared it to be.
    pub kind: ValueKind,
    /// `nonce || ciphertext || tag`.
    pub sealed: Vec<u8>,
}

/// A secret that is being changed. Its values stay sealed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub name: SecretName,
    /// When it was first set.
    pub created: Timestamp,
    /// When it was last changed.
    pub updated: Timestamp,
    /// A remark of the operator, up to 1 KiB.
    pub note: Option<String>,
    /// Words to find it by, sorted, up to 32 of up to 1 KiB.
    pub tags: Vec<String>,
    /// When it should no longer be used.
    pub expires: Option<Timestamp>,
    /// Its versions, newest first; never empty.
    pub versions: Vec<Version>,
}

impl Entry {
    pub(super) fn encode<S: Sink + ?Sized>(&self, out: &mut S) {
        let optional = [self.note.is_some(), !self.tags.is_empty(), self.expires.is_some()];
        cbor::map(out, 4 + optional.into_iter().filter(|present| *present).count());
        cbor::uint(out, NAME);
        cbor::text(out, self.name.as_str());
        cbor::uint(out, CREATED);
        cbor::uint(out, self.created.as_unix());
        cbor::uint(out, UPDATED);
        cbor::uint(out, self.updated.as_unix());
        cbor::uint(out, VERSIONS);
        cbor::array(out, self.versions.len());
        for version in &self.versions {
            cbor::array(out, 4);
            cbor::uint(out, version.n);
            cbor::uint(out, version.created.as_unix());
            cbor::uint(out, version.kind.code());
            cbor::bytes(out, &version.sealed);
        }
        if let Some(note) = &self.note {
            cbor::uint(out, NOTE);
            cbor::text(out, note);
        }
        if !self.tags.is_empty() {
            cbor::uint(out, TAGS);
            cbor::array(out, self.tags.len());
            for tag in &self.tags {
                cbor::text(out, tag);
            }
        }
        if let Some(expires) = self.expires {
            cbor::uint(out, EXPIRES);
            cbor::uint(out, expires.as_unix());
        }
    }
}
