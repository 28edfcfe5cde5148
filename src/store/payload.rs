//! The payload: the table of secrets and what only the holder of the data key may know.
//!
//! A decrypted payload stays in the one mapping it was decrypted in. An index of offsets finds entries in it; changes are an
//! overlay beside it. Sealing writes the result once, copying the entries that did not change, so values that nobody asked
//! for are never opened.

use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::entry::{Entry, EntryView};
use super::{StoreError, limits};
use crate::cbor::{self, Measure, Reader, Sink};
use crate::crypto::mac::Hash;
use crate::keyring::Keyring;
use crate::memory::Region;
use crate::name::SecretName;
use crate::secret::{DerivedKey, SigningSeed};

const NEXT_VERSION: u64 = 1;
const NEXT_SLOT: u64 = 2;
const SIGNING_SEED: u64 = 3;
const AUDIT_ROOTS: u64 = 4;
const SLOT_LABELS: u64 = 5;
const ENTRIES: u64 = 6;
const MANAGED_KEYS: u64 = 7;

/// Where one entry lies in the plaintext.
#[derive(Clone)]
struct Span {
    name: Range<u32>,
    whole: Range<u32>,
}

/// What a payload holds beside its entries.
pub struct Secrets {
    /// Number of the next version of any secret; never goes back.
    pub next_version: u64,
    /// Number of the next keyslot; never goes back.
    pub next_slot: u16,
    /// Signs the file.
    pub signing_seed: SigningSeed,
    /// Roots of the audit chain, newest last; older ones verify older segments.
    pub audit_roots: Vec<DerivedKey>,
    /// What the operator calls each slot.
    pub slot_labels: BTreeMap<u16, String>,
    /// Managed keys. Their private halves are sealed one by one.
    pub keyring: Keyring,
}

impl Secrets {
    /// The secrets of a new store.
    pub fn new(signing_seed: SigningSeed, audit_root: DerivedKey) -> Self {
        Self {
            next_version: 1,
            next_slot: 0,
            signing_seed,
            audit_roots: vec![audit_root],
            slot_labels: BTreeMap::new(),
            keyring: Keyring::default(),
        }
    }
}

/// A decrypted payload, with the changes made to it.
pub struct Payload {
    plain: Region,
    index: Vec<Span>,
    changes: BTreeMap<SecretName, Option<Entry>>,
    /// What it holds beside its entries.
    pub secrets: Secrets,
}

impl Payload {
    /// An empty payload.
    pub fn new(secrets: Secrets) -> Self {
        Self { plain: Region::secret(0), index: Vec::new(), changes: BTreeMap::new(), secrets }
    }

    /// Reads the decrypted, padded payload that lies at `range` of `plain`.
    pub fn decode(plain: Region, range: Range<usize>) -> Result<Self, StoreError> {
        let at = StoreError::encoding("payload");
        let bytes = plain.get(..range.end).ok_or(StoreError::Length)?;
        let padded = range.len();
        // Offsets are those of the whole mapping, so that no copy has to be made.
        let mut reader = Reader::new(bytes);
        reader.skip_to(range.start);
        let r = &mut reader;
        let mut keys = r.map().map_err(&at)?;
        keys.require(r, NEXT_VERSION).map_err(&at)?;
        let next_version = r.uint().map_err(&at)?;
        keys.require(r, NEXT_SLOT).map_err(&at)?;
        let next_slot = r.int("a slot id").map_err(&at)?;
        keys.require(r, SIGNING_SEED).map_err(&at)?;
        let mut signing_seed = SigningSeed::zeroed();
        fill_key(r, signing_seed.expose_mut())?;
        keys.require(r, AUDIT_ROOTS).map_err(&at)?;
        let roots = r.array().map_err(&at)?;
        // Each root takes locked memory of its own, of which a process has little.
        if roots == 0 || roots > limits::AUDIT_ROOTS {
            return Err(StoreError::Limit("the number of audit roots (1 to 4096)"));
        }
        let audit_roots = (0..roots)
            .map(|_| {
                let mut root = DerivedKey::zeroed();
                fill_key(r, root.expose_mut())?;
                Ok(root)
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        keys.require(r, SLOT_LABELS).map_err(&at)?;
        let slot_labels = decode_labels(r)?;
        keys.require(r, ENTRIES).map_err(&at)?;
        let index = decode_entries(r, bytes, next_version)?;
        let keyring = match keys.next(r).map_err(&at)? {
            None => Keyring::default(),
            Some(MANAGED_KEYS) => {
                Keyring::decode(r).map_err(StoreError::encoding("managed key"))?
            }
            Some(_) => return Err(StoreError::Field("unknown payload key")),
        };
        if keys.next(r).map_err(&at)?.is_some() {
            return Err(StoreError::Field("unknown payload key"));
        }
        let len = r.position() - range.start;
        let exact = super::padding::padded_payload(len) == padded
            && bytes[r.position()..].iter().all(|&byte| byte == 0);
        if !exact {
            return Err(StoreError::Field("the padding of the payload is not exact"));
        }
        let secrets =
            Secrets { next_version, next_slot, signing_seed, audit_roots, slot_labels, keyring };
        Ok(Self { plain, index, changes: BTreeMap::new(), secrets })
    }

    fn view(&self, span: &Span) -> Option<EntryView<'_>> {
        let bytes = self.plain.get(to_usize(&span.whole))?;
        EntryView::decode(&mut Reader::new(bytes)).ok()
    }

    fn name(&self, span: &Span) -> &str {
        // Checked to be UTF-8 when the payload was read.
        self.plain
            .get(to_usize(&span.name))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// Where an unchanged entry called `name` lies, or would.
    fn find(&self, name: &str) -> Result<usize, usize> {
        self.index.binary_search_by(|span| self.name(span).cmp(name))
    }

    /// Where an unchanged entry called `name` lies.
    fn position(&self, name: &str) -> Option<usize> {
        self.find(name).ok()
    }

    /// The encodings of the unchanged entries number `range`.
    fn run(&self, range: Range<usize>) -> &[u8] {
        match self.index.get(range) {
            Some([first, .., last]) => {
                self.plain.get(first.whole.start as usize..last.whole.end as usize)
            }
            Some([only]) => self.plain.get(to_usize(&only.whole)),
            Some([]) | None => None,
        }
        .unwrap_or_default()
    }

    /// Owned copy of the entry called `name`, as it now is.
    pub fn entry(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        if let Some(change) = self.changes.get(name) {
            return Ok(change.clone());
        }
        let view = self.position(name).and_then(|i| self.view(&self.index[i]));
        view.map(|view| view.to_owned()).transpose()
    }

    /// Puts `entry` in the place of whatever has its name.
    pub fn put(&mut self, entry: Entry) -> Result<(), StoreError> {
        // Counting walks over all changes: only when there may be too many, or a bulk load takes quadratic time.
        let at_most = self.index.len() + self.changes.len();
        if at_most >= limits::ENTRIES
            && !self.contains(entry.name.as_str())
            && self.len() >= limits::ENTRIES
        {
            return Err(StoreError::TooMuch("another secret (1,000,000)"));
        }
        self.changes.insert(entry.name.clone(), Some(entry));
        Ok(())
    }

    /// Removes the entry called `name`; false when there is none.
    pub fn remove(&mut self, name: &SecretName) -> bool {
        let found = self.contains(name.as_str());
        if self.position(name.as_str()).is_some() {
            self.changes.insert(name.clone(), None);
        } else {
            self.changes.remove(name.as_str());
        }
        found
    }

    /// Whether there is an entry called `name`.
    pub fn contains(&self, name: &str) -> bool {
        match self.changes.get(name) {
            Some(change) => change.is_some(),
            None => self.position(name).is_some(),
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        let mut len = self.index.len();
        for (name, change) in &self.changes {
            match (self.position(name.as_str()).is_some(), change.is_some()) {
                (true, false) => len -= 1,
                (false, true) => len += 1,
                _ => {}
            }
        }
        len
    }

    /// True when there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every name, sorted bytewise.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names_from("")
    }

    /// Every name that does not sort before `start`, sorted bytewise.
    pub fn names_from(&self, start: &str) -> impl Iterator<Item = &str> {
        let at = self.find(start).unwrap_or_else(|at| at);
        let kept = self.index.get(at..).unwrap_or_default();
        let changed = self.changes.range::<str, _>((Included(start), Unbounded));
        self.merge(kept.iter(), changed).map(|item| match item {
            Merged::Kept(span) => self.name(span),
            Merged::Changed(entry) => entry.name.as_str(),
        })
    }

    /// Calls `see` with every entry, sorted bytewise by name.
    pub fn for_each(
        &self,
        mut see: impl FnMut(&EntryView<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut encoded = Vec::new();
        for item in self.merged() {
            match item {
                Merged::Kept(span) => match self.view(span) {
                    Some(view) => see(&view)?,
                    None => return Err(StoreError::Field("an entry that was read before")),
                },
                Merged::Changed(entry) => {
                    encoded.clear();
                    entry.encode(&mut encoded);
                    see(&EntryView::decode(&mut Reader::new(&encoded))?)?;
                }
            }
        }
        Ok(())
    }

    /// Kept and changed entries as one sorted sequence.
    fn merged(&self) -> impl Iterator<Item = Merged<'_>> {
        self.merge(self.index.iter(), self.changes.iter())
    }

    fn merge<'a>(
        &'a self,
        kept: impl Iterator<Item = &'a Span>,
        changed: impl Iterator<Item = (&'a SecretName, &'a Option<Entry>)>,
    ) -> impl Iterator<Item = Merged<'a>> {
        let mut kept = kept.peekable();
        let mut changed = changed.peekable();
        std::iter::from_fn(move || {
            loop {
                let order = match (kept.peek(), changed.peek()) {
                    (None, None) => return None,
                    (Some(_), None) => std::cmp::Ordering::Less,
                    (None, Some(_)) => std::cmp::Ordering::Greater,
                    (Some(span), Some((name, _))) => self.name(span).cmp(name.as_str()),
                };
                if order.is_lt() {
                    return kept.next().map(Merged::Kept);
                }
                if order.is_eq() {
                    kept.next();
                }
                if let Some((_, Some(entry))) = changed.next() {
                    return Some(Merged::Changed(entry));
                }
            }
        })
    }

    /// Length of the encoding, without padding.
    pub(super) fn encoded_len(&self) -> usize {
        let mut measure = Measure::default();
        self.encode(&mut measure);
        measure.0
    }

    /// What this payload is, given the file that it was read from: the hash of that file, which entries of it are kept, and
    /// everything else. Two payloads that differ anywhere have different fingerprints, and no value is hashed that did not change.
    pub(super) fn fingerprint(&self, base: &Hash) -> Hash {
        let mut hash = Fingerprint(Sha256::new_with_prefix(base));
        self.encode_with(&mut hash, |hash, kept, _| {
            // No item of an encoding starts with this byte, so that what follows is a run and nothing else.
            hash.put(&[0xff]);
            for place in [kept.start as u64, kept.end as u64] {
                hash.put(&place.to_le_bytes());
            }
        });
        hash.0.finalize().into()
    }

    /// Writes the encoding, without padding.
    pub fn encode<S: Sink + ?Sized>(&self, out: &mut S) {
        self.encode_with(out, |out, _, bytes| out.put(bytes));
    }

    /// Writes the encoding; runs of entries that did not change go through `keep`.
    fn encode_with<S: Sink + ?Sized>(
        &self,
        out: &mut S,
        mut keep: impl FnMut(&mut S, Range<usize>, &[u8]),
    ) {
        let secrets = &self.secrets;
        cbor::map(out, 6 + usize::from(!secrets.keyring.is_empty()));
        cbor::uint(out, NEXT_VERSION);
        cbor::uint(out, secrets.next_version);
        cbor::uint(out, NEXT_SLOT);
        cbor::uint(out, u64::from(secrets.next_slot));
        cbor::uint(out, SIGNING_SEED);
        cbor::bytes(out, secrets.signing_seed.expose());
        cbor::uint(out, AUDIT_ROOTS);
        cbor::array(out, secrets.audit_roots.len());
        for root in &secrets.audit_roots {
            cbor::bytes(out, root.expose());
        }
        cbor::uint(out, SLOT_LABELS);
        cbor::map(out, secrets.slot_labels.len());
        for (id, label) in &secrets.slot_labels {
            cbor::uint(out, u64::from(*id));
            cbor::text(out, label);
        }
        cbor::uint(out, ENTRIES);
        cbor::array(out, self.len());
        // Entries that did not change lie one behind the other in the plaintext: each run of them is copied at once.
        let mut kept_from = 0;
        for (name, change) in &self.changes {
            let (kept_to, next) = match self.find(name.as_str()) {
                Ok(at) => (at, at + 1),
                Err(at) => (at, at),
            };
            keep(out, kept_from..kept_to, self.run(kept_from..kept_to));
            if let Some(entry) = change {
                entry.encode(out);
            }
            kept_from = next;
        }
        keep(out, kept_from..self.index.len(), self.run(kept_from..self.index.len()));
        if !secrets.keyring.is_empty() {
            cbor::uint(out, MANAGED_KEYS);
            secrets.keyring.encode(out);
        }
    }
}

/// Hashes what is written to it.
struct Fingerprint(Sha256);

impl Sink for Fingerprint {
    fn put(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

enum Merged<'a> {
    Kept(&'a Span),
    Changed(&'a Entry),
}

const fn to_usize(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Offsets fit 32 bits: a file has at most 256 MiB.
fn to_u32(range: Range<usize>) -> Result<Range<u32>, StoreError> {
    let narrow = |at| u32::try_from(at).map_err(|_| StoreError::Limit("the file (256 MiB)"));
    Ok(narrow(range.start)?..narrow(range.end)?)
}

fn fill_key(reader: &mut Reader<'_>, key: &mut [u8]) -> Result<(), StoreError> {
    let bytes = reader.bytes().map_err(StoreError::encoding("payload"))?;
    if bytes.len() != key.len() {
        return Err(StoreError::Field("a key of the wrong length"));
    }
    key.copy_from_slice(bytes);
    Ok(())
}

fn decode_labels(reader: &mut Reader<'_>) -> Result<BTreeMap<u16, String>, StoreError> {
    let at = StoreError::encoding("payload");
    let mut labels = BTreeMap::new();
    let mut ids = reader.map().map_err(&at)?;
    while let Some(id) = ids.next(reader).map_err(&at)? {
        let id = u16::try_from(id).map_err(|_| StoreError::Field("slot id"))?;
        let label = reader.text().map_err(&at)?;
        if label.len() > limits::TEXT || labels.len() >= limits::SLOTS {
            return Err(StoreError::Limit("slot labels"));
        }
        labels.insert(id, label.to_owned());
    }
    Ok(labels)
}

fn decode_entries(
    reader: &mut Reader<'_>,
    bytes: &[u8],
    next_version: u64,
) -> Result<Vec<Span>, StoreError> {
    let count = reader.array().map_err(StoreError::encoding("payload"))?;
    if count > limits::ENTRIES {
        return Err(StoreError::Limit("the number of secrets (1,000,000)"));
    }
    // An entry takes far more than 16 bytes, so a hostile count cannot make this larger than the file.
    let mut index: Vec<Span> = Vec::with_capacity(count.min(bytes.len() / 16));
    let mut last = "";
    for _ in 0..count {
        let start = reader.position();
        let entry = EntryView::decode(reader)?;
        if !index.is_empty() && entry.name <= last {
            return Err(StoreError::Field("secret names are not in order"));
        }
        if entry.newest() >= next_version {
            return Err(StoreError::Field("a version from the future"));
        }
        last = entry.name;
        // The name is borrowed from `bytes`, so its offset is the distance between the two starts.
        let name_at = entry.name.as_ptr().addr() - bytes.as_ptr().addr();
        index.push(Span {
            name: to_u32(name_at..name_at + entry.name.len())?,
            whole: to_u32(start..reader.position())?,
        });
    }
    Ok(index)
}
