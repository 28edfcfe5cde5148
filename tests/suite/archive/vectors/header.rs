//! Vectors about the bytes before the first chunk.

use strongroom::backup::FileKind;

use super::{Vector, items, value};
use crate::archive::forge::{PREFIX, Parts};
use crate::archive::{PASSPHRASE, archive};
use crate::store_format::tree::Item::{self, Array, Bytes, Map, Simple, Uint, Verbatim, Wide};

fn good() -> Vec<u8> {
    archive(100, &[PASSPHRASE], &[("s.store", FileKind::Store, b"the store")])
}

fn changed(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    change(&mut bytes);
    bytes
}

/// What no MAC stops: lengths, magic, version.
fn framing(good: &[u8]) -> Vec<Vector> {
    let mut found = Vec::new();
    for at in 0..8 {
        let bytes = changed(good, |b| b[at] ^= 0x20);
        found.push(Vector::bad(format!("magic byte {at}"), "not a strongroom archive", bytes));
    }
    for version in [0_u16, 2, 256, 0xffff] {
        let words = format!("archive format version {version} is not known");
        let bytes = changed(good, |b| b[8..10].copy_from_slice(&version.to_le_bytes()));
        found.push(Vector::bad(format!("version {version}"), &words, bytes));
    }
    let len = u32::from_le_bytes(good[10..14].try_into().expect("four bytes"));
    for (name, len, words) in [
        ("header length 0", 0, "damaged archive header"),
        ("header length one less", len - 1, "the encoding ends early"),
        ("header length one more", len + 1, "trailing bytes"),
        ("header length beyond the file", 1 << 20, "truncated"),
        ("header length beyond the limit", (1 << 20) + 1, "the header (1 MiB) exceeds"),
        ("header length of all ones", u32::MAX, "the header (1 MiB) exceeds"),
    ] {
        let bytes = changed(good, |b| b[10..14].copy_from_slice(&len.to_le_bytes()));
        found.push(Vector::bad(name, words, bytes));
    }
    let header = PREFIX + usize::try_from(len).expect("short");
    for len in [0, 1, 7] {
        found.push(Vector::bad(
            format!("cut to {len}"),
            "not a strongroom archive",
            good[..len].to_vec(),
        ));
    }
    for len in [8, 9, 10, 13, 14, PREFIX + 100, header, header + 31, header + 32] {
        found.push(Vector::bad(format!("cut to {len}"), "truncated", good[..len].to_vec()));
    }
    found.push(Vector::bad(
        "a store's magic",
        "not a strongroom archive",
        changed(good, |b| b[3] = b'S'),
    ));
    found
}

type Pairs = Vec<(Item, Item)>;
type Change = (&'static str, &'static str, fn(&mut Pairs));

/// Headers that are wrong although their MAC holds.
const CHANGES: &[Change] = &[
    ("suite 0", "unknown suite", |p| *value(p, 1) = Uint(0)),
    ("suite 2", "unknown suite", |p| *value(p, 1) = Uint(2)),
    ("network 0", "unknown network", |p| *value(p, 3) = Uint(0)),
    ("network 4", "unknown network", |p| *value(p, 3) = Uint(4)),
    ("network 259", "expected: a network", |p| *value(p, 3) = Uint(259)),
    ("content newer than the generation", "generations contradict", |p| *value(p, 6) = Uint(42)),
    ("key epoch above u32", "expected: a key epoch", |p| *value(p, 7) = Uint(1 << 32)),
    ("archive id of 15 bytes", "byte string of another length", |p| {
        *value(p, 2) = Bytes(vec![1; 15]);
    }),
    ("archive id of 17 bytes", "byte string of another length", |p| {
        *value(p, 2) = Bytes(vec![1; 17]);
    }),
    ("store id of 15 bytes", "byte string of another length", |p| {
        *value(p, 4) = Bytes(vec![1; 15]);
    }),
    ("salt of 31 bytes", "byte string of another length", |p| *value(p, 9) = Bytes(vec![1; 31])),
    ("no slots", "the number of keyslots", |p| *value(p, 10) = Array(Vec::new())),
    ("17 slots", "the number of keyslots", |p| {
        let slots = items(value(p, 10));
        let slot = slots[0].clone();
        slots.resize(17, slot);
    }),
    ("a slot twice", "not in order of their ids", |p| {
        let slots = items(value(p, 10));
        let slot = slots[0].clone();
        slots.push(slot);
    }),
    ("slots in another order", "not in order of their ids", |p| {
        let slots = items(value(p, 10));
        let mut later = slots[0].clone();
        edit_slot(&mut later, |info| info[1] = Uint(5));
        slots.insert(0, later);
    }),
    ("slot of unknown format", "unknown keyslot format", |p| {
        edit_slot(&mut items(value(p, 10))[0], |info| info[0] = Uint(2));
    }),
    ("slot of kind 0", "unknown keyslot kind", |p| {
        edit_slot(&mut items(value(p, 10))[0], |info| info[2] = Uint(0));
    }),
    ("slot of kind 9", "unknown keyslot kind", |p| {
        edit_slot(&mut items(value(p, 10))[0], |info| info[2] = Uint(9));
    }),
    ("passphrase slot without costs", "key derivation disagree", |p| {
        edit_slot(&mut items(value(p, 10))[0], |info| info[5] = Simple(0xf6));
    }),
    ("slot with 5 GiB", "outside the limits", |p| costs(p, 5 << 20, 1, 1)),
    ("slot with 65 passes", "outside the limits", |p| costs(p, 64, 65, 1)),
    ("slot with 17 lanes", "outside the limits", |p| costs(p, 1024, 1, 17)),
    ("slot with no passes", "outside the limits", |p| costs(p, 64, 0, 1)),
    ("slot with 4 GiB", "--max-kdf-mem", |p| costs(p, 4 << 20, 1, 1)),
    ("slot of three parts", "array of another length", |p| {
        items(&mut items(value(p, 10))[0]).truncate(3);
    }),
    ("slot of five parts", "array of another length", |p| {
        items(&mut items(value(p, 10))[0]).push(Uint(0));
    }),
    ("commitment of 31 bytes", "byte string of another length", |p| {
        items(&mut items(value(p, 10))[0])[1] = Bytes(vec![0; 31]);
    }),
    ("wrapped key of 47 bytes", "byte string of another length", |p| {
        items(&mut items(value(p, 10))[0])[3] = Bytes(vec![0; 47]);
    }),
    ("unknown key 0", "another key", |p| p.insert(0, (Uint(0), Uint(0)))),
    ("unknown key 11", "unknown header key", |p| p.push((Uint(11), Uint(0)))),
    ("keys swapped", "another key", |p| p.swap(3, 4)),
    ("key 5 twice", "not canonical", |p| {
        let again = p[4].clone();
        p.insert(5, again);
    }),
    ("a text for a key", "an unsigned integer", |p| p[0].0 = Item::text("1")),
    ("generation in a longer form", "not canonical", |p| {
        *value(p, 5) = Wide(Box::new(Uint(41)), 4);
    }),
    ("id in a longer form", "not canonical", |p| {
        let id = value(p, 2).clone();
        *value(p, 2) = Wide(Box::new(id), 2);
    }),
    ("slots of indefinite length", "not canonical", |p| {
        let slot = items(value(p, 10))[0].encode();
        *value(p, 10) = Verbatim([&[0x9f][..], &slot, &[0xff]].concat());
    }),
    ("a tag", "byte string", |p| {
        let id = value(p, 2).encode();
        *value(p, 2) = Verbatim([&[0xc2][..], &id].concat());
    }),
    ("a negative generation", "unsigned integer", |p| *value(p, 5) = Verbatim(vec![0x20])),
    ("a float", "unsigned integer", |p| *value(p, 8) = Verbatim(vec![0xf9, 0x3c, 0x00])),
];

fn edit_slot(slot: &mut Item, change: impl FnOnce(&mut Vec<Item>)) {
    let part = &mut items(slot)[0];
    let Bytes(info) = part else { panic!("slot info is bytes") };
    let mut info = Item::decode(info).expect("slot info");
    change(items(&mut info));
    *part = Bytes(info.encode());
}

fn costs(pairs: &mut Pairs, m: u64, t: u64, p: u64) {
    edit_slot(&mut items(value(pairs, 10))[0], |info| {
        let kdf = items(&mut info[5]);
        kdf[..3].clone_from_slice(&[Uint(m), Uint(t), Uint(p)]);
    });
}

/// Changes by somebody without the key.
fn unkeyed(good: &[u8]) -> Vec<Vector> {
    let parts = Parts::of(good);
    let with = |change: fn(&mut Pairs)| {
        // The header and its length are new; MAC and chunks are the old ones.
        let edited = parts.edit_header(change);
        let old = PREFIX + parts.header.len();
        let len = u32::try_from(edited.header.len()).expect("short").to_le_bytes();
        [&good[..10], &len, &edited.header, &good[old..]].concat()
    };
    let mut found = Vec::new();
    for (name, change) in [
        ("generation raised", (|p| *value(p, 5) = Uint(99)) as fn(&mut Pairs)),
        ("content generation lowered", |p| *value(p, 6) = Uint(1)),
        ("key epoch raised", |p| *value(p, 7) = Uint(3)),
        ("made later", |p| *value(p, 8) = Uint(2_000_000_000)),
        ("another store", |p| *value(p, 4) = Bytes(b"another store id".to_vec())),
        ("another salt", |p| *value(p, 9) = Bytes(vec![9; 32])),
    ] {
        found.push(Vector::bad(name, "changed by somebody without its key", with(change)));
    }
    for (name, change) in [
        ("another archive id", (|p| *value(p, 2) = Bytes(vec![9; 16])) as fn(&mut Pairs)),
        ("another network", |p| *value(p, 3) = Uint(1)),
        ("another commitment", |p| items(&mut items(value(p, 10))[0])[1] = Bytes(vec![9; 32])),
        ("another slot nonce", |p| items(&mut items(value(p, 10))[0])[2] = Bytes(vec![9; 24])),
        ("another wrapped key", |p| items(&mut items(value(p, 10))[0])[3] = Bytes(vec![9; 48])),
        ("another slot id", |p| edit_slot(&mut items(value(p, 10))[0], |info| info[1] = Uint(7))),
        ("another slot time", |p| edit_slot(&mut items(value(p, 10))[0], |info| info[3] = Uint(7))),
        ("another slot epoch", |p| {
            edit_slot(&mut items(value(p, 10))[0], |info| info[4] = Uint(7));
        }),
        ("other costs", |p| costs(p, 8, 2, 1)),
    ] {
        found.push(Vector::wrong_passphrase(name, with(change)));
    }
    let mac = PREFIX + parts.header.len();
    for at in [0, 31] {
        let bytes = changed(good, |b| b[mac + at] ^= 1);
        found.push(Vector::bad(format!("MAC byte {at}"), "changed by somebody without", bytes));
    }
    found
}

pub fn vectors() -> Vec<Vector> {
    let good = good();
    let parts = Parts::of(&good);
    let two = archive(
        101,
        &[PASSPHRASE, "the recovery code"],
        &[("s.store", FileKind::Store, b"the store")],
    );
    let mut found = vec![
        Vector::valid("one slot", good.clone()),
        Vector::valid("two slots", two.clone()),
        Vector::valid("rebuilt by the forger", parts.build()),
        Vector::valid(
            "generation 0, of an Igra file",
            parts
                .edit_header(|p| {
                    *value(p, 5) = Uint(0);
                    *value(p, 6) = Uint(0);
                })
                .build(),
        ),
        Vector::wrong_passphrase(
            "another passphrase",
            archive(102, &["something else"], &[("s", FileKind::Store, b"x")]),
        ),
    ];
    found.extend(framing(&good));
    for key in 1..=10 {
        let missing = parts.edit_header(|p| p.retain(|(k, _)| *k != Uint(key)));
        found.push(Vector::bad(
            format!("without header key {key}"),
            "damaged archive header",
            missing.build(),
        ));
        let other = parts.edit_header(|p| *value(p, key) = Map(Vec::new()));
        found.push(Vector::bad(
            format!("a map at header key {key}"),
            "damaged archive header",
            other.build(),
        ));
    }
    for (name, words, change) in CHANGES {
        let bytes = parts.edit_header(change).build();
        let words = if *words == "--max-kdf-mem" { "memory" } else { words };
        found.push(Vector::bad(*name, words, bytes));
    }
    found.extend(unkeyed(&good));
    // A slot of one archive in another: its commitment is bound to the archive.
    let foreign = Parts::of(&two);
    let Some(Map(mut pairs)) = Item::decode(&foreign.header) else { unreachable!() };
    let slots = value(&mut pairs, 10).clone();
    let mut bytes = parts.clone();
    bytes = bytes.edit_header(|p| *value(p, 10) = slots);
    found.push(Vector::wrong_passphrase("slots of another archive", bytes.build()));
    found
}
