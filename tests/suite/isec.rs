//! Igra's `secrets.bin`: files the real service wrote, files nobody should accept, and files of ours read by others.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;
use strongroom::crypto::kdf::KdfParams;
use strongroom::crypto::random::SystemRandom;
use strongroom::isec::{self, DEFAULT_KDF, Damage, Entries, Header, IsecError, Layout, Times};
use strongroom::kind::Kind;
use strongroom::memory::Region;
use strongroom::passphrase::Passphrase;
use strongroom::secret::{DerivedKey, SecretBytes};

use crate::support::{hex, repository, vector, vector_text, write};

/// Costs that keep tests fast; readers have no floor.
const LIGHT: KdfParams = KdfParams::fixed(1024, 1, 1);
const TIMES: Times = Times { created_at: 1_769_353_000_123_456_789, last_rotated_at: 1 };

type Map = BTreeMap<String, Vec<u8>>;

fn manifest() -> toml::Table {
    vector_text("isec/MANIFEST.toml").parse().expect("TOML")
}

fn cases<'a>(manifest: &'a toml::Table, list: &str) -> &'a [toml::Value] {
    manifest[list].as_array().expect("a list")
}

fn text<'a>(case: &'a toml::Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field}"))
}

fn number(case: &toml::Value, field: &str) -> Option<u64> {
    case.get(field).map(|n| n.as_integer().and_then(|n| n.try_into().ok()).expect("a number"))
}

fn passphrase(typed: &str) -> Passphrase {
    Passphrase::new(SecretBytes::copy_from(typed.as_bytes())).expect("a passphrase")
}

fn key_of(file: &[u8], typed: &str) -> DerivedKey {
    let (header, _) = Header::parse(file).expect("a header");
    isec::derive_key(&header, &passphrase(typed)).expect("derived")
}

fn open(file: &[u8], typed: &str) -> Result<Entries, IsecError> {
    let header = isec::inspect(file)?;
    isec::open(file, &isec::derive_key(&header, &passphrase(typed)).expect("derived"))
}

/// A key that no passphrase gave: most tests are about what happens after the derivation.
fn fixed_key() -> DerivedKey {
    let mut key = DerivedKey::zeroed();
    key.expose_mut().fill(0x42);
    key
}

fn fresh() -> Header {
    Header::fresh(LIGHT, TIMES, &mut SystemRandom).expect("random")
}

fn entries(map: &Map) -> Entries {
    let mut entries = Entries::new();
    for (name, value) in map {
        entries.insert(name, SecretBytes::copy_from(value)).expect("within the limits");
    }
    entries
}

fn content(entries: &Entries) -> Map {
    entries.iter().map(|(name, value)| (name.to_owned(), value.to_vec())).collect()
}

/// A file in the old layout, which only tests can make: header and body are sealed with no associated data.
fn legacy_file(map: &Map) -> Vec<u8> {
    let header = Header { times: None, ..fresh() };
    let entries = entries(map);
    let mut body = vec![0; entries.encoded_len()];
    entries.encode_into(&mut body);
    let key = fixed_key();
    let tag = strongroom::crypto::aead::seal(key.expose(), &header.nonce, &[], &mut body);
    [&header.encode()[..], &body, &tag].concat()
}

#[test]
fn every_fixture_holds_exactly_its_names_and_values() {
    let manifest = manifest();
    for case in cases(&manifest, "fixture") {
        let file = vector(&format!("isec/{}", text(case, "file")));
        let name = text(case, "file");
        assert!(isec::recognises(&file), "{name}");
        let (header, len) = Header::parse(&file).expect(name);
        let legacy = text(case, "layout") == "v1-legacy73";
        let layout = if legacy { Layout::Legacy } else { Layout::Current };
        assert_eq!((header.layout(), len), (layout, layout.header_len()), "{name}");
        assert_eq!(header.encode(), file[..len], "{name}");
        assert_eq!(header.salt.to_vec(), hex(text(case, "salt_hex")), "{name}");
        assert_eq!(header.nonce.to_vec(), hex(text(case, "nonce_hex")), "{name}");
        assert_eq!(number(case, "m_cost"), Some(header.kdf.m_kib().into()), "{name}");
        assert_eq!(number(case, "t_cost"), Some(header.kdf.t().into()), "{name}");
        assert_eq!(number(case, "p_cost"), Some(header.kdf.p().into()), "{name}");
        let times = header.times;
        assert_eq!(number(case, "created_at_nanos"), times.map(|t| t.created_at), "{name}");
        assert_eq!(
            number(case, "last_rotated_at_nanos"),
            times.map(|t| t.last_rotated_at),
            "{name}"
        );

        let key = key_of(&file, text(case, "passphrase"));
        assert_eq!(key.expose().to_vec(), hex(text(case, "key_hex")), "{name}");
        let expected: Map = cases(case.as_table().expect("a table"), "secret")
            .iter()
            .map(|s| (text(s, "name").to_owned(), hex(text(s, "value_hex"))))
            .collect();
        let opened = isec::open(&file, &key).expect(name);
        assert_eq!(content(&opened), expected, "{name}");
        assert_eq!(number(case, "count"), Some(opened.len() as u64), "{name}");
        for (secret, value) in &expected {
            assert_eq!(opened.value(secret), Some(&value[..]), "{name}");
        }
    }
}

#[test]
fn sealing_a_fixture_again_gives_the_same_file() {
    // One entry, so the order that Igra leaves to chance has no part in it.
    let file = vector("isec/02-one-light-kat.bin");
    let (header, _) = Header::parse(&file).expect("a header");
    let key = key_of(&file, "test-passphrase");
    let opened = isec::open(&file, &key).expect("opens");
    assert_eq!(isec::seal(&header, &key, &opened).expect("sealed")[..], file);

    let mut typed = Entries::new();
    typed.insert("a.b", SecretBytes::copy_from(b"xyz")).expect("within the limits");
    assert_eq!(isec::seal(&header, &key, &typed).expect("sealed")[..], file);
}

#[test]
fn what_the_service_refuses_is_refused() {
    let manifest = manifest();
    for case in cases(&manifest, "reject") {
        let file = vector(&format!("isec/{}", text(case, "file")));
        let note = text(case, "note");
        let error = open(&file, text(case, "passphrase")).err().expect(note);
        let expected = match note {
            "version byte 2" => IsecError::Damaged(Damage::Version(2)),
            "72 bytes" => IsecError::Damaged(Damage::TooShort { len: 72, needed: 73 }),
            _ => IsecError::AuthenticationFailed,
        };
        assert_eq!(error, expected, "{note}");
    }
    let rotated = vector("isec/08-rotated-default.bin");
    assert_eq!(open(&rotated, "old passphrase 2025").err(), Some(IsecError::AuthenticationFailed));
}

#[test]
fn a_name_that_stands_twice_is_refused_though_the_service_picks_one() {
    let manifest = manifest();
    for case in cases(&manifest, "quirk") {
        let file = vector(&format!("isec/{}", text(case, "file")));
        let error = open(&file, text(case, "passphrase")).err();
        assert_eq!(error, Some(IsecError::Damaged(Damage::DuplicateName)));
    }
}

#[test]
fn a_file_cut_or_extended_anywhere_is_refused() {
    let file = vector("isec/02-one-light-kat.bin");
    let key = key_of(&file, "test-passphrase");
    for len in 0..file.len() {
        let error = isec::open(&file[..len], &key).err().unwrap_or_else(|| panic!("{len} bytes"));
        let short = matches!(error, IsecError::Damaged(Damage::TooShort { .. }));
        assert_eq!(isec::inspect(&file[..len]).is_err(), short, "{len}");
        assert!(
            short || (len >= 117 && error == IsecError::AuthenticationFailed),
            "{len}: {error}"
        );
    }
    for tail in [&[0][..], &[0xff], &[0; 4096]] {
        let longer = [&file, tail].concat();
        assert_eq!(isec::open(&longer, &key).err(), Some(IsecError::AuthenticationFailed));
    }
}

#[test]
fn every_single_bit_flip_is_refused_with_the_error_of_its_place() {
    let file = vector("isec/02-one-light-kat.bin");
    let typed = passphrase("test-passphrase");
    let key = key_of(&file, "test-passphrase");
    for bit in 0..file.len() * 8 {
        let at = bit / 8;
        let mut changed = file.clone();
        changed[at] ^= 1 << (bit % 8);
        let error = match (at, Header::parse(&changed)) {
            (0..4, parsed) => {
                assert_eq!(parsed, Err(Damage::Magic), "bit {bit}");
                continue;
            }
            (4, parsed) => {
                assert!(matches!(parsed, Err(Damage::Version(_))), "bit {bit}");
                continue;
            }
            (5..17, Err(error)) => {
                assert!(matches!(error, Damage::Kdf(_)), "bit {bit}");
                continue;
            }
            // Affordable costs are paid; the others would only show that Argon2 is slow.
            (5..49, Ok((header, _))) => {
                if header.kdf.m_kib() > 64 << 10 || header.kdf.t() > 4 {
                    continue;
                }
                let key = isec::derive_key(&header, &typed).expect("derived");
                isec::open(&changed, &key).err()
            }
            _ => isec::open(&changed, &key).err(),
        };
        assert_eq!(error, Some(IsecError::AuthenticationFailed), "bit {bit}");
    }
}

#[test]
fn hostile_costs_are_refused_without_paying_them() {
    let file = vector("isec/02-one-light-kat.bin");
    let hostile = [
        (5, u32::MAX),
        (9, u32::MAX),
        (9, 0),
        (13, 0),
        (13, 1 << 24),
        (13, 17),
        (5, (4 << 20) + 1),
    ];
    for (at, cost) in hostile {
        let mut changed = file.clone();
        changed[at..at + 4].copy_from_slice(&cost.to_le_bytes());
        let error = isec::open(&changed, &fixed_key()).err().expect("refused");
        assert!(matches!(error, IsecError::Damaged(Damage::Kdf(_))), "{cost} at {at}");
        assert_eq!(error.kind(), Kind::Integrity);
    }
}

#[test]
fn the_old_layout_is_read_and_never_written() {
    let map = Map::from([("a".to_owned(), b"1".to_vec()), (String::new(), Vec::new())]);
    let file = legacy_file(&map);
    let opened = isec::open(&file, &fixed_key()).expect("opens");
    assert_eq!(content(&opened), map);

    let (header, _) = Header::parse(&file).expect("a header");
    let error = isec::seal(&header, &fixed_key(), &opened).err().expect("refused");
    assert_eq!(error, IsecError::LegacyLayout);
    assert_eq!(error.kind(), Kind::Unsupported);

    let header = fresh();
    let converted = isec::seal(&header, &fixed_key(), &opened).expect("sealed");
    assert_eq!(content(&isec::open(&converted, &fixed_key()).expect("opens")), map);
}

#[test]
fn an_empty_file_has_the_size_the_service_gives_it() {
    let file = isec::seal(&fresh(), &fixed_key(), &Entries::new()).expect("sealed");
    assert_eq!(file.len(), 117);
    assert!(isec::open(&file, &fixed_key()).expect("opens").is_empty());
}

#[test]
fn the_digest_tells_two_writes_of_the_same_entries_apart() {
    let write = || isec::seal(&fresh(), &fixed_key(), &Entries::new()).expect("sealed");
    let (one, two) = (write(), write());
    assert_ne!(isec::digest(&one), isec::digest(&two));
    let expected = strongroom::crypto::mac::sha256(&[&one[..93], &one[one.len() - 16..]]);
    assert_eq!(isec::digest(&one), Ok(expected));
    assert!(isec::digest(&one[..116]).is_err());
}

#[test]
fn no_error_repeats_a_name_or_a_value() {
    let twice = [
        &2_u64.to_le_bytes()[..],
        &[6, 0, 0, 0, 0, 0, 0, 0],
        b"canary",
        &[6, 0, 0, 0, 0, 0, 0, 0],
        b"kanari",
    ]
    .concat();
    let plaintext = [&twice[..], &twice[8..]].concat();
    let mut region = Region::secret(plaintext.len());
    region.copy_from_slice(&plaintext);
    let error = isec::entries::decode(region).err().expect("refused");
    let said = format!("{error} {error:?}");
    assert!(!said.contains("canary") && !said.contains("kanari"), "{said}");
}

/// Names of any UTF-8, and values of any bytes.
fn any_map() -> impl Strategy<Value = Map> {
    btree_map(any::<String>(), vec(any::<u8>(), 0..200), 0..20)
}

proptest! {
    #[test]
    fn what_is_sealed_comes_back(map in any_map()) {
        let file = isec::seal(&fresh(), &fixed_key(), &entries(&map)).expect("sealed");
        let opened = isec::open(&file, &fixed_key()).expect("opens");
        prop_assert_eq!(content(&opened), map.clone());
        let file = legacy_file(&map);
        let opened = isec::open(&file, &fixed_key()).expect("opens");
        prop_assert_eq!(content(&opened), map);
    }

    #[test]
    fn edits_do_what_a_map_does(
        mut map in btree_map("[a-e]{0,2}", vec(any::<u8>(), 0..9), 0..9),
        edits in vec(("[a-e]{0,2}", proptest::option::of(vec(any::<u8>(), 0..9))), 0..40),
    ) {
        let file = isec::seal(&fresh(), &fixed_key(), &entries(&map)).expect("sealed");
        let mut opened = isec::open(&file, &fixed_key()).expect("opens");
        for (name, value) in edits {
            if let Some(value) = value {
                let secret = SecretBytes::copy_from(&value);
                let replaced = opened.insert(&name, secret).expect("within the limits");
                prop_assert_eq!(replaced, map.insert(name, value).is_some());
            } else {
                prop_assert_eq!(opened.remove(&name), map.remove(&name).is_some());
            }
            prop_assert_eq!(opened.len(), map.len());
        }
        let pairs: Vec<_> = map.iter().map(|(name, value)| (name.as_str(), &value[..])).collect();
        prop_assert_eq!(opened.iter().collect::<Vec<_>>(), pairs);
        let file = isec::seal(&fresh(), &fixed_key(), &opened).expect("sealed");
        prop_assert_eq!(content(&isec::open(&file, &fixed_key()).expect("opens")), map);
    }

    #[test]
    fn a_decoded_map_encodes_to_the_same_entries_and_no_bytes_make_it_panic(
        bytes in vec(prop_oneof![3 => Just(0_u8), 2 => 0..4_u8, 1 => any::<u8>()], 0..120),
    ) {
        let mut region = Region::secret(bytes.len());
        region.copy_from_slice(&bytes);
        if let Ok(entries) = isec::entries::decode(region) {
            // Sorting changes the order and nothing else.
            prop_assert_eq!(entries.encoded_len(), bytes.len());
            let mut again = Region::secret(bytes.len());
            entries.encode_into(&mut again);
            let again = isec::entries::decode(again).expect("valid");
            prop_assert_eq!(content(&again), content(&entries));
        }
    }
}

/// What the independent reader says `file` holds.
fn read_in_python(file: &[u8], typed: &str) -> Value {
    let reader = repository("tests/readers/read_isec.py");
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let (path, secret) = (scratch.path().join("secrets.bin"), scratch.path().join("passphrase"));
    write(&path, file);
    write(&secret, typed.as_bytes());
    let output = Command::new("python3").arg(&reader).arg(&path).arg(&secret).output().expect(
        "python3 is needed, with the modules of tests/readers/requirements.txt, to prove interoperability",
    );
    assert!(
        output.status.success(),
        "{} failed; it needs the modules of tests/readers/requirements.txt (argon2-cffi, pycryptodome):\n{}",
        reader.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn an_independent_reader_agrees_on_what_we_write() {
    let hex_of = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let map = Map::from([
        ("igra.signer.private_key_signer-01".to_owned(), (0..=255).collect()),
        ("ключ".to_owned(), b"\xff\x00".to_vec()),
        (String::new(), Vec::new()),
    ]);
    for kdf in [LIGHT, KdfParams::fixed(2048, 3, 2), DEFAULT_KDF] {
        let typed = "as typed: ﬁ, not fi";
        let header = Header::fresh(kdf, TIMES, &mut SystemRandom).expect("random");
        let key = isec::derive_key(&header, &passphrase(typed)).expect("derived");
        let file = isec::seal(&header, &key, &entries(&map)).expect("sealed");
        let said = read_in_python(&file, typed);
        assert_eq!(said["layout"], "current");
        assert_eq!(said["m"], kdf.m_kib());
        assert_eq!(said["t"], kdf.t());
        assert_eq!(said["p"], kdf.p());
        assert_eq!(said["created_at"], TIMES.created_at);
        assert_eq!(said["last_rotated_at"], TIMES.last_rotated_at);
        let secrets: serde_json::Map<_, _> = map
            .iter()
            .map(|(name, value)| (hex_of(name.as_bytes()), Value::from(hex_of(value))))
            .collect();
        assert_eq!(said["secrets"], Value::Object(secrets));
    }
}

#[test]
fn an_independent_reader_agrees_on_both_layouts_of_the_service() {
    let manifest = manifest();
    for case in cases(&manifest, "fixture") {
        let file = vector(&format!("isec/{}", text(case, "file")));
        let typed = text(case, "passphrase");
        let said = read_in_python(&file, typed);
        let opened = open(&file, typed).expect("opens");
        let secrets: Map = said["secrets"]
            .as_object()
            .expect("an object")
            .iter()
            .map(|(name, value)| {
                (String::from_utf8(hex(name)).expect("UTF-8"), hex(value.as_str().expect("text")))
            })
            .collect();
        assert_eq!(secrets, content(&opened), "{}", text(case, "file"));
    }
}
