//! Vectors about what is sealed: manifests that somebody with the passphrase made on purpose.

use strongroom::backup::FileKind;

use super::{Vector, items, value};
use crate::archive::forge::Parts;
use crate::archive::{PASSPHRASE, archive, file, manifest, sealed};
use crate::store_format::tree::Item::{
    self, Array, Bytes, Map, Simple, Text, Uint, Verbatim, Wide,
};

type Pairs = Vec<(Item, Item)>;

fn good() -> Vec<u8> {
    archive(
        200,
        &[PASSPHRASE],
        &[
            ("s.store", FileKind::Store, b"the store"),
            ("s.store.audit.jsonl", FileKind::AuditLog, b""),
            ("files/etc/x", FileKind::Extra, b"more"),
        ],
    )
}

/// Sets part `part` of file `number`.
fn set(pairs: &mut Pairs, number: usize, part: usize, to: Item) {
    items(&mut items(value(pairs, 8))[number])[part] = to;
}

fn entry(path: &str, kind: u64, size: u64) -> Item {
    Array(vec![Item::text(path), Uint(kind), Uint(0o600), Uint(size)])
}

/// Path tricks, each in place of the third file's path.
fn paths() -> Vec<(String, Vec<u8>, &'static str)> {
    let trick = |name: &str, path: &[u8], words| (name.to_owned(), path.to_vec(), words);
    let long = [b'x'; 256];
    let deep = [b"x/".repeat(64), b"x".to_vec()].concat();
    let far = [b"0123456789abcde/".repeat(260), b"x".to_vec()].concat();
    vec![
        trick("empty path", b"", "a part of it is"),
        trick("absolute path", b"/etc/passwd", "absolute"),
        trick("two slashes", b"//etc", "absolute"),
        trick("parent", b"..", ". or .."),
        trick("parent in front", b"../x", ". or .."),
        trick("parent inside", b"a/../../x", ". or .."),
        trick("parent at the end", b"a/..", ". or .."),
        trick("dot", b".", ". or .."),
        trick("dot in front", b"./x", ". or .."),
        trick("dot inside", b"a/./x", ". or .."),
        trick("empty part", b"a//x", "a part of it is"),
        trick("slash at the end", b"a/", "a part of it is"),
        trick("zero byte", b"a\0b", "control"),
        trick("escape sequence", b"a\x1b[2Jb", "control"),
        trick("line break", b"a\nb", "control"),
        trick("C1 control", "a\u{9b}b".as_bytes(), "control"),
        trick("name of 256 bytes", &long, "too long"),
        trick("65 levels", &deep, "too long"),
        trick("path above 4096 bytes", &far, "too long"),
        trick("not UTF-8", b"a\xffb", "UTF-8"),
        trick("the store's own path", b"s.store", "the same one"),
        trick("inside the store", b"s.store/x", "the same one"),
    ]
}

type Change = (&'static str, &'static str, fn(&mut Pairs));

const CHANGES: &[Change] = &[
    ("no files", "without a store", |p| *value(p, 8) = Array(Vec::new())),
    ("no store", "it comes first", |p| set(p, 0, 1, Uint(4))),
    ("store second", "it comes first", |p| items(value(p, 8)).swap(0, 1)),
    ("two stores", "it comes first", |p| set(p, 2, 1, Uint(1))),
    ("kind of file 0", "unknown kind of file", |p| set(p, 2, 1, Uint(0))),
    ("kind of file 6", "unknown kind of file", |p| set(p, 2, 1, Uint(6))),
    ("set-user-id", "more than permission bits", |p| set(p, 2, 2, Uint(0o4755))),
    ("a device's mode", "more than permission bits", |p| set(p, 2, 2, Uint(0o60_600))),
    ("a link's mode", "more than permission bits", |p| set(p, 2, 2, Uint(0o120_777))),
    ("mode above u32", "expected: a mode", |p| set(p, 2, 2, Uint(1 << 32))),
    ("unknown size in the middle", "not the last", |p| set(p, 1, 3, Simple(0xf6))),
    ("store of unknown size", "not the last", |p| set(p, 0, 3, Simple(0xf6))),
    ("store above 256 MiB", "the store (256 MiB)", |p| set(p, 0, 3, Uint((256 << 20) + 1))),
    ("a size of 2^64 - 1", "the size of all files", |p| set(p, 2, 3, Uint(u64::MAX))),
    ("sizes that add up to more than 2^64", "the size of all files", |p| {
        set(p, 1, 3, Uint(u64::MAX));
        set(p, 2, 3, Uint(u64::MAX));
    }),
    ("sizes above an exbibyte", "the size of all files", |p| set(p, 2, 3, Uint(1 << 60))),
    ("file longer than the content", "not what its manifest says", |p| set(p, 2, 3, Uint(5))),
    ("file shorter than the content", "not what its manifest says", |p| set(p, 2, 3, Uint(3))),
    ("a file more than there is", "not what its manifest says", |p| {
        items(value(p, 8)).push(entry("z", 4, 1));
    }),
    ("a file less than there is", "not what its manifest says", |p| drop(items(value(p, 8)).pop())),
    ("the same path twice", "the same one", |p| {
        items(value(p, 8)).push(entry("files/etc/x", 4, 0));
    }),
    ("a file that is a directory", "the same one", |p| {
        items(value(p, 8)).push(entry("files", 4, 0));
    }),
    ("file of three parts", "array of another length", |p| {
        items(&mut items(value(p, 8))[0]).truncate(3);
    }),
    ("file of five parts", "array of another length", |p| {
        items(&mut items(value(p, 8))[0]).push(Uint(0));
    }),
    ("100,001 files", "the number of files", |p| {
        // Counted before the first is read; what is there is short enough for a vector.
        let count = [0x9a, 0x00, 0x01, 0x86, 0xa1];
        *value(p, 8) = Verbatim([&count[..], &[0x80; 100_001]].concat());
    }),
    ("a thousand million files", "ends early", |p| {
        *value(p, 8) = Verbatim(vec![0x9a, 0x3b, 0x9a, 0xca, 0x00]);
    }),
    ("2^64 - 1 files", "ends early", |p| {
        *value(p, 8) = Verbatim([&[0x9b][..], &[0xff; 8]].concat());
    }),
    ("a path of 2^63 bytes", "ends early", |p| {
        set(p, 2, 0, Verbatim(vec![0x7b, 0x80, 0, 0, 0, 0, 0, 0, 0]));
    }),
    ("tool above 1024 bytes", "a text of the manifest", |p| *value(p, 1) = Text(vec![b'x'; 1025])),
    ("reason above 1024 bytes", "a text of the manifest", |p| {
        *value(p, 3) = Text(vec![b'x'; 1025]);
    }),
    ("host that is not UTF-8", "UTF-8", |p| *value(p, 2) = Text(vec![0xff])),
    ("previous archive of 15 bytes", "another length", |p| *value(p, 4) = Bytes(vec![0; 15])),
    ("digest of 31 bytes", "another length", |p| *value(p, 5) = Bytes(vec![0; 31])),
    ("store key of 33 bytes", "another length", |p| *value(p, 6) = Bytes(vec![0; 33])),
    ("public key above 256 bytes", "a public key", |p| {
        items(&mut items(value(p, 7))[0])[3] = Bytes(vec![0; 257]);
    }),
    ("public key of three parts", "another length", |p| {
        items(&mut items(value(p, 7))[0]).truncate(3);
    }),
    ("unknown manifest key 9", "unknown manifest key", |p| p.push((Uint(9), Uint(0)))),
    ("manifest keys swapped", "another key", |p| p.swap(0, 1)),
    ("manifest key 3 twice", "not canonical", |p| {
        let again = p[2].clone();
        p.insert(3, again);
    }),
    ("a mode in a longer form", "not canonical", |p| {
        set(p, 0, 2, Wide(Box::new(Uint(0o600)), 8));
    }),
    ("files of indefinite length", "not canonical", |p| {
        *value(p, 8) = Verbatim(vec![0x9f, 0xff]);
    }),
];

pub fn vectors() -> Vec<Vector> {
    let parts = Parts::of(&good());
    let mut found = vec![
        Vector::valid("three files, one of them empty", good()),
        Vector::valid(
            "all permission bits",
            parts.edit_manifest(|p| set(p, 2, 2, Uint(0o777))).build(),
        ),
        Vector::valid(
            "an empty file more",
            parts.edit_manifest(|p| items(value(p, 8)).push(entry("z", 4, 0))).build(),
        ),
        Vector::valid(
            "nothing known but the files",
            parts
                .edit_manifest(|p| {
                    *value(p, 4) = Simple(0xf6);
                    *value(p, 6) = Simple(0xf6);
                    *value(p, 7) = Array(Vec::new());
                })
                .build(),
        ),
    ];
    let open_ended =
        vec![file("s", FileKind::Store, Some(3)), file("files/stdin", FileKind::Extra, None)];
    for (name, content) in
        [("from a pipe", &b"abcfrom a pipe of unknown length"[..]), ("from an empty pipe", b"abc")]
    {
        found.push(Vector::valid(
            name,
            sealed(201, &[PASSPHRASE], &manifest(open_ended.clone()), content),
        ));
    }
    for (name, path, words) in paths() {
        let bytes = parts.edit_manifest(|p| set(p, 2, 0, Text(path))).build();
        found.push(Vector::bad(name, words, bytes));
    }
    for key in 1..=8 {
        let missing = parts.edit_manifest(|p| p.retain(|(k, _)| *k != Uint(key)));
        found.push(Vector::bad(
            format!("without manifest key {key}"),
            "damaged manifest",
            missing.build(),
        ));
        let other = parts.edit_manifest(|p| *value(p, key) = Map(Vec::new()));
        found.push(Vector::bad(
            format!("a map at manifest key {key}"),
            "damaged manifest",
            other.build(),
        ));
    }
    for (name, words, change) in CHANGES {
        found.push(Vector::bad(*name, words, parts.edit_manifest(change).build()));
    }
    let len = u32::try_from(parts.manifest().len()).expect("short");
    for (name, len, words) in [
        ("manifest length 0", 0, "damaged manifest"),
        ("manifest length one less", len - 1, "damaged manifest"),
        ("manifest length one more", len + 1, "trailing bytes"),
        ("manifest longer than the archive", 64 << 20, "not what its manifest says"),
        ("manifest length beyond the limit", (64 << 20) + 1, "the manifest (64 MiB)"),
        ("manifest length of all ones", u32::MAX, "the manifest (64 MiB)"),
    ] {
        let mut wrong = parts.clone();
        wrong.plain[..4].copy_from_slice(&len.to_le_bytes());
        found.push(Vector::bad(name, words, wrong.build()));
    }
    for len in [1, 3, 4] {
        let mut short = parts.clone();
        short.plain.truncate(len);
        found.push(Vector::bad(
            format!("a stream of {len} bytes"),
            "not what its manifest says",
            short.build(),
        ));
    }
    let nested = Item::decode(parts.manifest()).map(|item| Array(vec![item]).encode());
    let nested = parts.with_manifest(&nested.expect("decoded"));
    found.push(Vector::bad("a manifest in an array", "a map", nested.build()));
    found
}
