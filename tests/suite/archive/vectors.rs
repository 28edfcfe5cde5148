//! Committed archives, good and bad, each with what is expected of it.
//!
//! They stand in `tests/vectors/archive/*.txt`, whole, in stanzas of `name:`, `expect:` and `base64:`. They are made here from
//! counted bytes and compared byte for byte; `UPDATE_GENERATED=1` writes them anew, which is right only before a release.

mod header;
mod manifest;
mod stream;

use std::fmt::Write as _;

use strongroom::kind::Kind;

use super::open;
use crate::store_format::tree::Item;
use crate::support::{assert_generated, vector_text};

/// What is expected of a vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It opens.
    Valid,
    /// It is refused with this kind, and with these words in the message.
    Refused(Kind, String),
}

pub struct Vector {
    pub name: String,
    pub expect: Expect,
    pub bytes: Vec<u8>,
}

impl Vector {
    fn valid(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), expect: Expect::Valid, bytes }
    }

    fn bad(name: impl Into<String>, words: &str, bytes: Vec<u8>) -> Self {
        let expect = Expect::Refused(Kind::Integrity, words.to_owned());
        Self { name: name.into(), expect, bytes }
    }

    fn wrong_passphrase(name: &str, bytes: Vec<u8>) -> Self {
        let expect = Expect::Refused(Kind::WrongPassphrase, "no keyslot opens".to_owned());
        Self { name: name.to_owned(), expect, bytes }
    }
}

/// The value of key `key` of a map.
fn value(pairs: &mut [(Item, Item)], key: u64) -> &mut Item {
    let found = pairs.iter_mut().find(|(k, _)| *k == Item::Uint(key));
    &mut found.expect("a key of the map").1
}

/// The items of an array.
fn items(item: &mut Item) -> &mut Vec<Item> {
    match item {
        Item::Array(items) => items,
        other => panic!("{other:?} is no array"),
    }
}

type Group = (&'static str, fn() -> Vec<Vector>);

const GROUPS: [Group; 3] =
    [("header", header::vectors), ("manifest", manifest::vectors), ("stream", stream::vectors)];

fn render(vectors: &[Vector]) -> String {
    let mut text = String::new();
    for Vector { name, expect, bytes } in vectors {
        let expect = match expect {
            Expect::Valid => "valid".to_owned(),
            Expect::Refused(kind, words) => format!("{}: {words}", kind.name()),
        };
        write!(text, "name: {name}\nexpect: {expect}\nbase64:\n").expect("text");
        for line in data_encoding::BASE64.encode(bytes).as_bytes().chunks(120) {
            text.push_str(std::str::from_utf8(line).expect("ASCII"));
            text.push('\n');
        }
        text.push('\n');
    }
    text
}

fn parse(text: &str) -> Vec<Vector> {
    let stanza = |text: &str| {
        let mut lines = text.lines();
        let name = lines.next()?.strip_prefix("name: ")?.to_owned();
        let expect = match lines.next()?.strip_prefix("expect: ")? {
            "valid" => Expect::Valid,
            refused => {
                let (kind, words) = refused.split_once(": ")?;
                let kind = Kind::ALL.into_iter().find(|k| k.name() == kind)?;
                Expect::Refused(kind, words.to_owned())
            }
        };
        lines.next()?.strip_prefix("base64:")?;
        let bytes = data_encoding::BASE64.decode(lines.collect::<String>().as_bytes()).ok()?;
        Some(Vector { name, expect, bytes })
    };
    text.split("\n\n")
        .filter(|text| !text.trim().is_empty())
        .map(|text| stanza(text).unwrap_or_else(|| panic!("a stanza of vectors: {text:.60}")))
        .collect()
}

/// Every committed vector.
pub fn all() -> Vec<Vector> {
    GROUPS
        .iter()
        .flat_map(|(name, _)| parse(&vector_text(&format!("archive/{name}.txt"))))
        .collect()
}

#[test]
fn the_committed_vectors_are_those_that_are_made_here() {
    for (name, make) in GROUPS {
        assert_generated(&format!("tests/vectors/archive/{name}.txt"), &render(&make()));
    }
}

#[test]
fn every_vector_is_met_as_it_says() {
    let vectors = all();
    assert!(vectors.len() >= 150, "{} vectors", vectors.len());
    let mut names: Vec<&str> = vectors.iter().map(|vector| vector.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), vectors.len(), "two vectors have one name");
    for Vector { name, expect, bytes } in &vectors {
        let (done, contents) = open(bytes);
        match (expect, done) {
            (Expect::Valid, done) => {
                let error = done.err().map(|error| error.to_string());
                assert_eq!(error, None, "{name}");
                assert_eq!(contents.ended, contents.manifest.expect("there").files.len());
            }
            (Expect::Refused(kind, words), Ok(_)) => panic!("{name} opens, not {kind:?}: {words}"),
            (Expect::Refused(kind, words), Err(error)) => {
                assert_eq!(error.kind(), *kind, "{name}: {error}");
                assert!(error.to_string().contains(words), "{name}: {error}");
            }
        }
    }
}
