//! The entries of a file: names and values in wiped memory, in the order of their names.
//!
//! What was read stays where it was decrypted, in one [`Region`], with an index of where each entry stands; what changes
//! since lies over it as `Edits`. So opening a file copies no value, and a change costs the same in a large file as in a
//! small one. Dropping the entries wipes both.
//!
//! [`decode`] is stricter than Igra's reader: trailing bytes and a name that stands twice are refused. Names are any UTF-8,
//! even empty: Igra has no grammar for them.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::ops::Range;

use super::edits::{Edit, Edits};
use super::{Damage, IsecError, MAX_ENTRIES, MAX_NAME, MAX_VALUE};
use crate::memory::Region;
use crate::secret::SecretBytes;

/// Bytes of the count that starts the map.
pub const COUNT_LEN: usize = 8;
/// Bytes of the two lengths of an entry: what an entry with empty name and value takes.
const LENGTHS: usize = 16;

/// Names and values, unique and sorted bytewise by name.
#[derive(Default)]
pub struct Entries {
    read: Option<Region>,
    /// Sorted by name.
    index: Vec<Record>,
    edits: Edits,
    len: usize,
}

/// Where one entry stands in the decrypted map. 32 bits are enough: see [`MAX_FILE`](super::MAX_FILE).
struct Record {
    name: Range<u32>,
    value: Range<u32>,
}

impl Entries {
    /// No entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Every name with its value, sorted bytewise by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let read = self.index.iter().map(|record| (self.name_of(record), self.value_of(record)));
        Merged { read: read.peekable(), edits: self.edits.iter().peekable() }
    }

    /// The value of `name`.
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        match self.edits.find(name) {
            Some(Edit::Set(value)) => Some(value),
            Some(Edit::Removed) => None,
            None => self.find_read(name).map(|record| self.value_of(record)),
        }
    }

    /// Stores `value` under `name`; true when it replaces another.
    ///
    /// Refused, with nothing changed, when name or value is longer than the format's limits or the entries are too many.
    /// The name may be empty.
    #[expect(clippy::needless_pass_by_value, reason = "the caller's copy is wiped here")]
    pub fn insert(&mut self, name: &str, value: SecretBytes) -> Result<bool, IsecError> {
        if name.len() > MAX_NAME {
            return Err(IsecError::NameTooLong { len: name.len() });
        }
        if value.len() > MAX_VALUE {
            return Err(IsecError::ValueTooLong { len: value.len() });
        }
        let replaced = self.value(name).is_some();
        if !replaced && self.len >= MAX_ENTRIES {
            return Err(IsecError::TooManyEntries);
        }
        self.edits.insert(name, value.expose())?;
        self.len += usize::from(!replaced);
        Ok(replaced)
    }

    /// Removes `name` and its value; false when there is none.
    pub fn remove(&mut self, name: &str) -> bool {
        if self.value(name).is_none() {
            return false;
        }
        // Only a name that was read needs a mark that hides it.
        let hide = self.find_read(name).is_some();
        self.edits.remove(name, hide);
        self.len -= 1;
        true
    }

    /// Bytes that [`encode_into`](Self::encode_into) fills.
    pub fn encoded_len(&self) -> usize {
        self.iter().fold(COUNT_LEN, |len, (name, value)| len + LENGTHS + name.len() + value.len())
    }

    /// Writes the map into `out`, which has [`encoded_len`](Self::encoded_len) bytes.
    pub fn encode_into(&self, out: &mut [u8]) {
        let mut rest = put(out, &length(self.len));
        for (name, value) in self.iter() {
            rest = put(rest, &length(name.len()));
            rest = put(rest, name.as_bytes());
            rest = put(rest, &length(value.len()));
            rest = put(rest, value);
        }
        debug_assert!(rest.is_empty());
    }

    fn find_read(&self, name: &str) -> Option<&Record> {
        let at = self
            .index
            .binary_search_by(|record| self.slice(&record.name).cmp(name.as_bytes()))
            .ok()?;
        self.index.get(at)
    }

    fn name_of(&self, record: &Record) -> &str {
        // Checked in `decode`.
        std::str::from_utf8(self.slice(&record.name)).unwrap_or_default()
    }

    fn value_of(&self, record: &Record) -> &[u8] {
        self.slice(&record.value)
    }

    fn slice(&self, range: &Range<u32>) -> &[u8] {
        self.read.as_deref().and_then(|read| cut(read, range)).unwrap_or_default()
    }
}

/// Reads a decrypted map, and keeps it.
pub fn decode(plaintext: Region) -> Result<Entries, Damage> {
    let mut reader = Reader { bytes: &plaintext, at: 0 };
    let count = reader.length()?;
    let room = plaintext.len().saturating_sub(COUNT_LEN) / LENGTHS;
    let count = usize::try_from(count)
        .ok()
        .filter(|&count| count <= MAX_ENTRIES && count <= room)
        .ok_or(Damage::Count(count))?;
    let mut index = Vec::with_capacity(count);
    for _ in 0..count {
        let name = reader.field(MAX_NAME, Damage::NameLength)?;
        let text = cut(&plaintext, &name).ok_or(Damage::MapTruncated)?;
        std::str::from_utf8(text).map_err(|_| Damage::NameNotUtf8)?;
        let value = reader.field(MAX_VALUE, Damage::ValueLength)?;
        index.push(Record { name, value });
    }
    let left = plaintext.len() - reader.at;
    if left > 0 {
        return Err(Damage::TrailingBytes(left));
    }
    // Igra writes in no order at all.
    index.sort_unstable_by(|a, b| cut(&plaintext, &a.name).cmp(&cut(&plaintext, &b.name)));
    let twice = |pair: &[Record]| matches!(pair, [a, b] if cut(&plaintext, &a.name) == cut(&plaintext, &b.name));
    if index.windows(2).any(twice) {
        return Err(Damage::DuplicateName);
    }
    Ok(Entries { len: index.len(), read: Some(plaintext), index, edits: Edits::default() })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn length(&mut self) -> Result<u64, Damage> {
        let field = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk());
        let field = field.ok_or(Damage::MapTruncated)?;
        self.at += field.len();
        Ok(u64::from_le_bytes(*field))
    }

    /// The range of a length-prefixed field of at most `limit` bytes.
    fn field(&mut self, limit: usize, too_long: fn(u64) -> Damage) -> Result<Range<u32>, Damage> {
        let claimed = self.length()?;
        let len = usize::try_from(claimed)
            .ok()
            .filter(|&len| len <= limit)
            .ok_or_else(|| too_long(claimed))?;
        let end = self.at + len;
        let range = u32::try_from(self.at)
            .and_then(|start| Ok(start..u32::try_from(end)?))
            .map_err(|_| Damage::MapTruncated)?;
        if end > self.bytes.len() {
            return Err(Damage::MapTruncated);
        }
        self.at = end;
        Ok(range)
    }
}

fn cut<'a>(bytes: &'a [u8], range: &Range<u32>) -> Option<&'a [u8]> {
    let index = |at: u32| usize::try_from(at).ok();
    bytes.get(index(range.start)?..index(range.end)?)
}

fn length(len: usize) -> [u8; 8] {
    // Lossless: no platform has lengths above 64 bits.
    (len as u64).to_le_bytes()
}

/// Copies `bytes` to the start of `out` and answers the rest of it.
fn put<'a>(out: &'a mut [u8], bytes: &[u8]) -> &'a mut [u8] {
    let Some((head, rest)) = out.split_at_mut_checked(bytes.len()) else { return &mut [] };
    head.copy_from_slice(bytes);
    rest
}

/// Two sequences sorted by name as one; an edit hides what was read under its name.
struct Merged<R: Iterator, E: Iterator> {
    read: Peekable<R>,
    edits: Peekable<E>,
}

impl<'a, R, E> Iterator for Merged<R, E>
where
    R: Iterator<Item = (&'a str, &'a [u8])>,
    E: Iterator<Item = (&'a str, Edit<'a>)>,
{
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.read.peek(), self.edits.peek()) {
                (_, None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((read, _)), Some((edited, _))) => read.cmp(edited),
            };
            if order == Ordering::Less {
                return self.read.next();
            }
            if order == Ordering::Equal {
                self.read.next();
            }
            if let (name, Edit::Set(value)) = self.edits.next()? {
                return Some((name, value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(parts: &[&[u8]]) -> Region {
        let bytes = parts.concat();
        let mut region = Region::secret(bytes.len());
        region.copy_from_slice(&bytes);
        region
    }

    fn n(len: u64) -> [u8; 8] {
        len.to_le_bytes()
    }

    fn refused(parts: &[&[u8]]) -> Damage {
        decode(map(parts)).err().expect("refused")
    }

    #[test]
    fn entries_come_in_the_order_of_their_names_whatever_the_file_has() {
        let entries =
            decode(map(&[&n(2), &n(1), b"b", &n(1), b"2", &n(1), b"a", &n(0)])).expect("valid");
        assert_eq!(entries.iter().collect::<Vec<_>>(), [("a", &b""[..]), ("b", b"2")]);
        assert_eq!(entries.value("b"), Some(&b"2"[..]));
        assert_eq!(entries.value("c"), None);
    }

    #[test]
    fn each_way_a_map_can_be_wrong_has_its_own_error() {
        assert_eq!(refused(&[]), Damage::MapTruncated);
        assert_eq!(refused(&[&n(1)]), Damage::Count(1));
        assert_eq!(refused(&[&n(u64::MAX), &n(0), &n(0)]), Damage::Count(u64::MAX));
        assert_eq!(refused(&[&n(0), b"x"]), Damage::TrailingBytes(1));
        assert_eq!(refused(&[&n(1), &n(1), b"\xff", &n(0)]), Damage::NameNotUtf8);
        assert_eq!(refused(&[&n(1), &n(4097), &n(0)]), Damage::NameLength(4097));
        assert_eq!(refused(&[&n(1), &n(0), &n(1 << 40)]), Damage::ValueLength(1 << 40));
        assert_eq!(refused(&[&n(1), &n(0), &n(1)]), Damage::MapTruncated);
        assert_eq!(refused(&[&n(1), &n(0), &n(0)[..7], b"\0\0"]), Damage::TrailingBytes(1));
        let twice: [&[u8]; 9] = [&n(2), &n(1), b"a", &n(1), b"1", &n(1), b"a", &n(1), b"2"];
        assert_eq!(refused(&twice), Damage::DuplicateName);
    }

    #[test]
    fn a_count_is_checked_against_the_limit_even_when_the_bytes_are_there() {
        let claimed = MAX_ENTRIES + 1;
        let mut region = Region::bulk(COUNT_LEN + claimed * LENGTHS).expect("memory");
        region[..8].copy_from_slice(&length(claimed));
        assert_eq!(decode(region).err(), Some(Damage::Count(claimed as u64)));
    }

    #[test]
    fn edits_hide_what_was_read_and_count_once() {
        let mut entries = decode(map(&[&n(2), &n(1), b"a", &n(1), b"1", &n(1), b"c", &n(1), b"3"]))
            .expect("valid");
        let value = |text: &str| SecretBytes::copy_from(text.as_bytes());
        assert_eq!(entries.insert("b", value("2")), Ok(false));
        assert_eq!(entries.insert("c", value("three")), Ok(true));
        assert_eq!(entries.insert("c", value("III")), Ok(true));
        assert!(entries.remove("a"));
        assert!(!entries.remove("a"));
        assert!(!entries.remove("nothing"));
        assert_eq!(entries.len(), 2);
        assert_eq!(entries.iter().collect::<Vec<_>>(), [("b", &b"2"[..]), ("c", b"III")]);
        assert!(entries.remove("b"));
        assert!(entries.remove("c"));
        assert!(entries.is_empty());
        assert_eq!(entries.iter().count(), 0);
        assert_eq!(entries.insert("a", value("again")), Ok(false));
        assert_eq!(entries.value("a"), Some(&b"again"[..]));
    }

    #[test]
    fn what_no_reader_of_ours_accepts_is_not_stored() {
        let mut entries = Entries::new();
        let name = "n".repeat(MAX_NAME);
        assert_eq!(entries.insert(&name, SecretBytes::zeroed(MAX_VALUE)), Ok(false));
        let longer = "n".repeat(MAX_NAME + 1);
        assert_eq!(
            entries.insert(&longer, SecretBytes::zeroed(0)),
            Err(IsecError::NameTooLong { len: MAX_NAME + 1 })
        );
        assert_eq!(
            entries.insert("v", SecretBytes::zeroed(MAX_VALUE + 1)),
            Err(IsecError::ValueTooLong { len: MAX_VALUE + 1 })
        );
        assert_eq!(entries.len(), 1);
    }
}
