//! Deterministic CBOR (RFC 8949, section 4.2.1), read and written in one pass.
//!
//! Every structure of the file formats has exactly one encoding, so that a signature over bytes is a signature over meaning
//! and no two files say the same thing differently. General CBOR libraries accept longer integer forms, unsorted maps and
//! indefinite lengths and would have to be checked by encoding everything again; this reader refuses them where it meets
//! them, borrows from its input and allocates nothing.
//!
//! The subset: unsigned integers, byte strings, text, arrays, maps, `false`, `true` and `null`; maps of our own structures
//! have unsigned keys; nesting up to [`MAX_DEPTH`].

/// Deepest nesting that is read.
pub const MAX_DEPTH: u8 = 8;

const UINT: u8 = 0;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const FALSE: u8 = 0xf4;
const TRUE: u8 = 0xf5;
const NULL: u8 = 0xf6;

/// Why bytes are not the one encoding of an expected structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CborError {
    /// The input ends inside an item.
    #[error("the encoding ends early")]
    Truncated,
    /// Another type, value or key than the structure has there.
    #[error("the encoding holds something else than expected: {0}")]
    Unexpected(&'static str),
    /// A longer form than necessary, an unsorted or repeated key, an indefinite length.
    #[error("the encoding is not canonical")]
    NotCanonical,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("the encoding is nested too deeply")]
    TooDeep,
    /// Bytes after the last item.
    #[error("the encoding has trailing bytes")]
    Trailing,
}

use CborError::{NotCanonical, TooDeep, Trailing, Truncated, Unexpected};

/// Reads items from a slice.
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Moves to offset `at`, for items that lie in the middle of a larger buffer.
    pub const fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Offset of the next item.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// Succeeds only when nothing is left.
    pub const fn finish(&self) -> Result<(), CborError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(Trailing) }
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], CborError> {
        let end = self.at.checked_add(len).ok_or(Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(Truncated)?;
        self.at = end;
        Ok(taken)
    }

    /// The next `N` bytes as a number, most significant first.
    #[inline]
    fn number<const N: usize>(&mut self) -> Result<u64, CborError> {
        let bytes: [u8; N] = self.take(N)?.try_into().map_err(|_| Truncated)?;
        Ok(bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    /// Major type and argument of the next item.
    #[inline]
    fn head(&mut self) -> Result<(u8, u64), CborError> {
        let &first = self.bytes.get(self.at).ok_or(Truncated)?;
        self.at += 1;
        let (major, short) = (first >> 5, first & 0x1f);
        let argument = if short < 24 { u64::from(short) } else { self.long_argument(short)? };
        Ok((major, argument))
    }

    /// An argument that does not fit the first byte.
    fn long_argument(&mut self, short: u8) -> Result<u64, CborError> {
        let (value, least) = match short {
            24 => (self.number::<1>()?, 24),
            25 => (self.number::<2>()?, 1 << 8),
            26 => (self.number::<4>()?, 1 << 16),
            27 => (self.number::<8>()?, 1 << 32),
            _ => return Err(NotCanonical),
        };
        if value < least { Err(NotCanonical) } else { Ok(value) }
    }

    #[inline]
    fn expect(&mut self, major: u8, what: &'static str) -> Result<u64, CborError> {
        match self.head()? {
            (found, argument) if found == major => Ok(argument),
            _ => Err(Unexpected(what)),
        }
    }

    /// A length that the remaining input could hold at one byte an item.
    #[inline]
    fn length(&mut self, major: u8, what: &'static str) -> Result<usize, CborError> {
        let len = usize::try_from(self.expect(major, what)?).map_err(|_| Truncated)?;
        if len > self.bytes.len().saturating_sub(self.at) { Err(Truncated) } else { Ok(len) }
    }

    /// An unsigned integer.
    #[inline]
    pub fn uint(&mut self) -> Result<u64, CborError> {
        self.expect(UINT, "an unsigned integer")
    }

    /// An unsigned integer that fits `T`.
    pub fn int<T: TryFrom<u64>>(&mut self, what: &'static str) -> Result<T, CborError> {
        T::try_from(self.uint()?).map_err(|_| Unexpected(what))
    }

    /// A byte string.
    #[inline]
    pub fn bytes(&mut self) -> Result<&'a [u8], CborError> {
        let len = self.length(BYTES, "a byte string")?;
        self.take(len)
    }

    /// A byte string of exactly `N` bytes.
    pub fn fixed<const N: usize>(&mut self) -> Result<[u8; N], CborError> {
        self.bytes()?.try_into().map_err(|_| Unexpected("a byte string of another length"))
    }

    /// A text string.
    #[inline]
    pub fn text(&mut self) -> Result<&'a str, CborError> {
        let len = self.length(TEXT, "a text string")?;
        std::str::from_utf8(self.take(len)?).map_err(|_| Unexpected("text that is valid UTF-8"))
    }

    /// Number of items of an array, which follow.
    #[inline]
    pub fn array(&mut self) -> Result<usize, CborError> {
        self.length(ARRAY, "an array")
    }

    /// The array must have exactly `len` items.
    #[inline]
    pub fn array_of(&mut self, len: usize) -> Result<(), CborError> {
        if self.array()? == len { Ok(()) } else { Err(Unexpected("an array of another length")) }
    }

    /// A map with unsigned keys, which follow.
    #[inline]
    pub fn map(&mut self) -> Result<MapKeys, CborError> {
        Ok(MapKeys { left: self.length(MAP, "a map")?, last: None })
    }

    /// Consumes a `null` if one is next.
    pub fn null(&mut self) -> bool {
        let found = self.bytes.get(self.at) == Some(&NULL);
        self.at += usize::from(found);
        found
    }

    /// Any one item, checked to be canonical, as raw bytes.
    pub fn raw(&mut self) -> Result<&'a [u8], CborError> {
        let start = self.at;
        self.skip(0)?;
        Ok(&self.bytes[start..self.at])
    }

    fn skip(&mut self, depth: u8) -> Result<(), CborError> {
        if depth >= MAX_DEPTH {
            return Err(TooDeep);
        }
        let start = self.at;
        let (major, argument) = self.head()?;
        let count = usize::try_from(argument).map_err(|_| Truncated)?;
        match major {
            UINT => Ok(()),
            BYTES => self.take(count).map(drop),
            TEXT => {
                let text = self.take(count)?;
                std::str::from_utf8(text).map(drop).map_err(|_| Unexpected("valid UTF-8"))
            }
            ARRAY => (0..count).try_for_each(|_| self.skip(depth + 1)),
            MAP => {
                let mut last: &[u8] = &[];
                for _ in 0..count {
                    let key_at = self.at;
                    self.skip(depth + 1)?;
                    let key = &self.bytes[key_at..self.at];
                    if key <= last {
                        return Err(NotCanonical);
                    }
                    last = key;
                    self.skip(depth + 1)?;
                }
                Ok(())
            }
            _ if matches!(self.bytes[start], FALSE | TRUE | NULL) => Ok(()),
            _ => Err(Unexpected("a type of the subset")),
        }
    }
}

/// Walks the keys of a map and holds them to strictly ascending order.
pub struct MapKeys {
    left: usize,
    last: Option<u64>,
}

impl MapKeys {
    /// The next key, or none at the end. The caller reads the value before asking again.
    #[inline]
    pub fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<u64>, CborError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let key = reader.uint()?;
        if self.last.is_some_and(|last| key <= last) {
            return Err(NotCanonical);
        }
        self.last = Some(key);
        Ok(Some(key))
    }

    /// The next key must be `key`.
    #[inline]
    pub fn require(&mut self, reader: &mut Reader<'_>, key: u64) -> Result<(), CborError> {
        match self.next(reader)? {
            Some(found) if found == key => Ok(()),
            _ => Err(Unexpected("another key")),
        }
    }
}

/// Where encoded bytes go.
pub trait Sink {
    /// Appends `bytes`.
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts what would be written, so that a buffer of the exact size can be made first.
#[derive(Default)]
pub struct Measure(pub usize);

impl Sink for Measure {
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// Writes into memory that does not grow, so that no half-filled copy of a secret is left behind by a reallocation.
pub struct Fill<'a> {
    room: &'a mut [u8],
    at: usize,
}

impl<'a> Fill<'a> {
    /// Writes from the start of `room`.
    pub const fn new(room: &'a mut [u8]) -> Self {
        Self { room, at: 0 }
    }
}

impl Sink for Fill<'_> {
    fn put(&mut self, bytes: &[u8]) {
        // The room was measured with the same calls; `at` still counts, so that a mistake shows as a wrong length.
        if let Some(room) = self.room.get_mut(self.at..self.at + bytes.len()) {
            room.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }
}

#[expect(clippy::decimal_bitwise_operands, reason = "the numbers of RFC 8949, section 3")]
fn head<S: Sink + ?Sized>(sink: &mut S, major: u8, argument: u64) {
    let major = major << 5;
    let be = argument.to_be_bytes();
    match argument {
        0..=23 => sink.put(&[major | be[7]]),
        24..=0xff => sink.put(&[major | 24, be[7]]),
        0x100..=0xffff => sink.put(&[major | 25, be[6], be[7]]),
        0x1_0000..=0xffff_ffff => sink.put(&[major | 26, be[4], be[5], be[6], be[7]]),
        _ => {
            sink.put(&[major | 27]);
            sink.put(&be);
        }
    }
}

/// Writes an unsigned integer.
pub fn uint<S: Sink + ?Sized>(sink: &mut S, value: u64) {
    head(sink, UINT, value);
}

/// Writes a byte string.
pub fn bytes<S: Sink + ?Sized>(sink: &mut S, value: &[u8]) {
    head(sink, BYTES, value.len() as u64);
    sink.put(value);
}

/// Writes a text string.
pub fn text<S: Sink + ?Sized>(sink: &mut S, value: &str) {
    head(sink, TEXT, value.len() as u64);
    sink.put(value.as_bytes());
}

/// Starts an array of `len` items.
pub fn array<S: Sink + ?Sized>(sink: &mut S, len: usize) {
    head(sink, ARRAY, len as u64);
}

/// Starts a map of `len` pairs; keys must be written in ascending order.
pub fn map<S: Sink + ?Sized>(sink: &mut S, len: usize) {
    head(sink, MAP, len as u64);
}

/// Writes `null`.
pub fn null<S: Sink + ?Sized>(sink: &mut S) {
    sink.put(&[NULL]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_one_form() {
        for value in [0, 23, 24, 255, 256, 65535, 65536, u64::from(u32::MAX), 1 << 32, u64::MAX] {
            let mut out = Vec::new();
            uint(&mut out, value);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.uint(), Ok(value));
            assert_eq!(reader.finish(), Ok(()));
        }
        for long in [
            &[0x18, 23][..],
            &[0x19, 0, 255],
            &[0x1a, 0, 0, 255, 255],
            &[0x1b, 0, 0, 0, 0, 255, 255, 255, 255],
        ] {
            assert_eq!(Reader::new(long).uint(), Err(NotCanonical));
        }
    }

    #[test]
    fn indefinite_lengths_tags_and_floats_are_refused() {
        for item in [&[0x5f, 0xff][..], &[0x9f, 0xff], &[0xbf, 0xff], &[0x7f, 0xff], &[0x1c]] {
            assert_eq!(Reader::new(item).raw(), Err(NotCanonical));
        }
        for item in [&[0xc0, 0x00][..], &[0x20], &[0xf7], &[0xf9, 0, 0], &[0xf8, 0x20]] {
            assert!(Reader::new(item).raw().is_err(), "{item:02x?}");
        }
        for item in [FALSE, TRUE, NULL] {
            assert_eq!(Reader::new(&[item]).raw(), Ok(&[item][..]));
        }
    }

    #[test]
    fn keys_must_ascend_and_differ() {
        for keys in [[1, 1], [2, 1]] {
            let bytes = [0xa2, keys[0], 0, keys[1], 0];
            let mut reader = Reader::new(&bytes);
            let mut map = reader.map().unwrap();
            map.next(&mut reader).unwrap();
            reader.uint().unwrap();
            assert_eq!(map.next(&mut reader), Err(NotCanonical));
            assert_eq!(Reader::new(&bytes).raw(), Err(NotCanonical));
        }
    }

    #[test]
    fn lengths_are_checked_before_anything_is_taken() {
        for item in [&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], &[0x42, 0]] {
            assert_eq!(Reader::new(item).bytes(), Err(Truncated));
        }
        assert_eq!(Reader::new(&[0x9a, 0, 1, 0, 0]).array(), Err(Truncated));
        assert_eq!(Reader::new(&[0x81; 9]).raw(), Err(TooDeep));
        let mut deep = vec![0x81; 7];
        deep.push(0);
        assert!(Reader::new(&deep).raw().is_ok());
    }

    #[test]
    fn a_measured_buffer_is_filled_exactly() {
        let write = |sink: &mut dyn Sink| {
            array(sink, 3);
            uint(sink, 70000);
            bytes(sink, &[1, 2, 3]);
            text(sink, "né");
        };
        let mut measure = Measure::default();
        write(&mut measure);
        let mut room = vec![0; measure.0];
        write(&mut Fill::new(&mut room));
        let mut grown = Vec::new();
        write(&mut grown);
        assert_eq!(room, grown);
    }
}
