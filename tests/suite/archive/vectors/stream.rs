//! Vectors about chunks: three of them, moved, dropped, doubled, cut and exchanged.

use strongroom::backup::FileKind;

use super::Vector;
use crate::archive::forge::Parts;
use crate::archive::{PASSPHRASE, archive, content};

const CHUNK: usize = 64 << 10;
const SEALED: usize = CHUNK + 16;

fn small(seed: u64) -> Vec<u8> {
    archive(seed, &[PASSPHRASE], &[("s", FileKind::Store, b"the store")])
}

/// Two full chunks and the start of a third.
fn large(seed: u64) -> Vec<u8> {
    let extra = content(2 * CHUNK);
    archive(
        seed,
        &[PASSPHRASE],
        &[("s", FileKind::Store, b"the store"), ("x", FileKind::Extra, &extra)],
    )
}

fn front(bytes: &[u8]) -> usize {
    let len = u32::from_le_bytes(bytes[10..14].try_into().expect("four bytes"));
    14 + usize::try_from(len).expect("short") + 32
}

pub fn vectors() -> Vec<Vector> {
    let mut found = Vec::new();
    let one = small(300);
    let start = front(&one);
    for (name, at) in [
        ("first byte of the chunk", start),
        ("last byte of the text", one.len() - 17),
        ("first byte of the tag", one.len() - 16),
        ("last byte of the tag", one.len() - 1),
    ] {
        let mut bytes = one.clone();
        bytes[at] ^= 0x80;
        found.push(Vector::bad(name, "chunk 0 of the archive does not authenticate", bytes));
    }
    for len in [start + 1, start + 15, start + 16] {
        found.push(Vector::bad(
            format!("one chunk cut to {}", len - start),
            "truncated",
            one[..len].to_vec(),
        ));
    }
    for less in [1, 16] {
        let bytes = one[..one.len() - less].to_vec();
        found.push(Vector::bad(format!("one chunk without {less} bytes"), "chunk 0", bytes));
    }
    for more in [1, 16, 17] {
        let bytes = [&one[..], &vec![0; more]].concat();
        found.push(Vector::bad(format!("{more} bytes behind"), "chunk 0", bytes));
    }
    found.push(Vector::bad("twice in one file", "chunk 0", [&one[..], &one].concat()));
    found.push(Vector::bad("the chunk twice", "chunk 0", [&one[..], &one[start..]].concat()));
    let other = small(301);
    found.push(Vector::bad(
        "the chunk of another archive",
        "chunk 0",
        [&one[..start], &other[front(&other)..]].concat(),
    ));

    let three = large(310);
    let start = front(&three);
    let chunks: Vec<&[u8]> = three[start..].chunks(SEALED).collect();
    let of = |order: &[&[u8]]| [&three[..start], &order.concat()].concat();
    let [a, b, c] = chunks[..] else { panic!("three chunks") };
    found.push(Vector::valid("three chunks", three.clone()));
    found.push(Vector::bad("the second and the last exchanged", "chunk 1", of(&[a, c, b])));
    found.push(Vector::bad("the first twice", "chunk 1", of(&[a, a, b, c])));
    found.push(Vector::bad("without the second", "chunk 1", of(&[a, c])));
    found.push(Vector::bad("without the last", "chunk 1", of(&[a, b])));
    // Exactly two chunks: the last one is full.
    let parts = Parts::of(&three);
    let mut full = parts.clone();
    let spare = full.plain.len() - 2 * CHUNK;
    let manifest_len = full.manifest().len();
    let shorter = parts.edit_manifest(|p| {
        let files = super::items(super::value(p, 8));
        let size = 2 * CHUNK - spare;
        super::items(&mut files[1])[3] = crate::store_format::tree::Item::Uint(size as u64);
    });
    assert_eq!(shorter.manifest().len(), manifest_len, "the length of the size stays");
    full.plain = shorter.plain[..2 * CHUNK].to_vec();
    let two = full.build();
    found.push(Vector::valid("a full last chunk", two.clone()));
    found.push(Vector::bad(
        "an empty chunk behind a full last one",
        "chunk 1",
        [&two[..], &two[two.len() - 16..]].concat(),
    ));
    found
}
