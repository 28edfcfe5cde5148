//! CBOR as a tree, read leniently and written with every fault there is: the second account of the encoding that the strict
//! reader is held against, and the tool that mutants are made with.

use std::collections::BTreeMap;

/// One item. `width` is the number of argument bytes to write: 0 inside the first byte, else 1, 2, 4 or 8; none for the
/// shortest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    Uint(u64),
    Bytes(Vec<u8>),
    Text(Vec<u8>),
    Array(Vec<Item>),
    Map(Vec<(Item, Item)>),
    /// `false`, `true`, `null` by their byte.
    Simple(u8),
    /// The item with its head in `width` bytes.
    Wide(Box<Item>, u8),
    /// Bytes that are written as they are.
    Verbatim(Vec<u8>),
}

/// Deeper than any structure of ours with the deepest reserved item in it.
const DEEP: u8 = 32;

use Item::{Array, Bytes, Map, Simple, Text, Uint, Verbatim, Wide};

fn head(out: &mut Vec<u8>, major: u8, argument: u64, width: Option<u8>) {
    let shortest = match argument {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    };
    let width = width.map_or(shortest, |width| width.max(shortest));
    let first = major << 5;
    if width == 0 {
        out.push(first | argument.to_le_bytes()[0]);
    } else {
        out.push(first | (24 + width.trailing_zeros().to_le_bytes()[0]));
        out.extend_from_slice(&argument.to_be_bytes()[8 - usize::from(width)..]);
    }
}

impl Item {
    pub fn text(text: &str) -> Self {
        Text(text.as_bytes().to_vec())
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out, None);
        out
    }

    fn write(&self, out: &mut Vec<u8>, width: Option<u8>) {
        match self {
            Uint(n) => head(out, 0, *n, width),
            Bytes(bytes) => {
                head(out, 2, bytes.len() as u64, width);
                out.extend_from_slice(bytes);
            }
            Text(text) => {
                head(out, 3, text.len() as u64, width);
                out.extend_from_slice(text);
            }
            Array(items) => {
                head(out, 4, items.len() as u64, width);
                for item in items {
                    item.write(out, None);
                }
            }
            Map(pairs) => {
                head(out, 5, pairs.len() as u64, width);
                for (key, value) in pairs {
                    key.write(out, None);
                    value.write(out, None);
                }
            }
            Simple(byte) => out.push(*byte),
            Wide(item, width) => item.write(out, Some(*width)),
            Verbatim(bytes) => out.extend_from_slice(bytes),
        }
    }

    /// The tree with map keys sorted and unique, which has one encoding.
    pub fn canonical(&self) -> Self {
        match self {
            Array(items) => Array(items.iter().map(Self::canonical).collect()),
            Map(pairs) => {
                let sorted: BTreeMap<Vec<u8>, (Self, Self)> = pairs
                    .iter()
                    .map(|(key, value)| (key.canonical(), value.canonical()))
                    .map(|(key, value)| (key.encode(), (key, value)))
                    .collect();
                Map(sorted.into_values().collect())
            }
            Wide(item, _) => item.canonical(),
            other => other.clone(),
        }
    }

    /// Reads one item of the subset and nothing behind it: any width, any order of keys.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        Self::decode_within(bytes, DEEP)
    }

    /// As [`decode`](Self::decode), of an item nested at most `depth` levels.
    pub fn decode_within(bytes: &[u8], depth: u8) -> Option<Self> {
        let mut rest = bytes;
        let item = Self::read(&mut rest, depth)?;
        rest.is_empty().then_some(item)
    }

    /// Reads one item in front of other bytes and says how many it takes.
    pub fn decode_prefix(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut rest = bytes;
        let item = Self::read(&mut rest, DEEP)?;
        Some((item, bytes.len() - rest.len()))
    }

    fn read(rest: &mut &[u8], levels: u8) -> Option<Self> {
        let levels = levels.checked_sub(1)?;
        let take = |rest: &mut &[u8], len: u64| {
            let (taken, left) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            *rest = left;
            Some(taken.to_vec())
        };
        let first = take(rest, 1)?[0];
        if matches!(first, 0xf4..=0xf6) {
            return Some(Simple(first));
        }
        let argument = match first & 0x1f {
            short @ 0..=23 => u64::from(short),
            width @ 24..=27 => take(rest, 1 << (width - 24))?
                .iter()
                .fold(0, |value, byte| value << 8 | u64::from(*byte)),
            _ => return None,
        };
        match first >> 5 {
            0 => Some(Uint(argument)),
            2 => take(rest, argument).map(Bytes),
            3 => take(rest, argument).filter(|t| std::str::from_utf8(t).is_ok()).map(Text),
            4 => (0..argument).map(|_| Self::read(rest, levels)).collect::<Option<_>>().map(Array),
            5 => (0..argument)
                .map(|_| Some((Self::read(rest, levels)?, Self::read(rest, levels)?)))
                .collect::<Option<_>>()
                .map(Map),
            _ => None,
        }
    }

    /// The value of `key` of a map.
    pub fn at(&self, key: u64) -> Option<&Self> {
        let Map(pairs) = self else { return None };
        pairs.iter().find(|(found, _)| *found == Uint(key)).map(|(_, value)| value)
    }

    /// The value of `key` of a map, to be changed.
    pub fn at_mut(&mut self, key: u64) -> &mut Self {
        let Map(pairs) = self else { panic!("not a map") };
        let found = pairs.iter_mut().find(|(found, _)| *found == Uint(key));
        found.map_or_else(|| panic!("no key {key}"), |(_, value)| value)
    }

    /// Item `i` of an array, to be changed.
    pub fn item_mut(&mut self, i: usize) -> &mut Self {
        let Array(items) = self else { panic!("not an array") };
        &mut items[i]
    }

    /// Adds a pair to a map, behind the others.
    pub fn push(&mut self, key: u64, value: Self) {
        let Map(pairs) = self else { panic!("not a map") };
        pairs.push((Uint(key), value));
    }

    pub fn uint(&self) -> Option<u64> {
        if let Uint(n) = self { Some(*n) } else { None }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        if let Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// Number of items in the tree.
    pub fn size(&self) -> usize {
        1 + match self {
            Array(items) => items.iter().map(Self::size).sum(),
            Map(pairs) => pairs.iter().map(|(k, v)| k.size() + v.size()).sum(),
            _ => 0,
        }
    }

    /// The `i`th item of the tree, in the order of writing.
    pub fn nth_mut(&mut self, i: usize) -> Option<&mut Self> {
        fn walk<'a>(item: &'a mut Item, left: &mut usize) -> Option<&'a mut Item> {
            if *left == 0 {
                return Some(item);
            }
            *left -= 1;
            match item {
                Array(items) => items.iter_mut().find_map(|item| walk(item, left)),
                Map(pairs) => pairs
                    .iter_mut()
                    .find_map(|(key, value)| walk(key, left).or_else(|| walk(value, left))),
                _ => None,
            }
        }
        walk(self, &mut i.clone())
    }
}
