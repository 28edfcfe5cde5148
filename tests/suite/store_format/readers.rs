//! The independent reader (P16): `tests/readers/read_store.py` opens what we write and finds in it what we put there.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use strongroom::clock::Timestamp;
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::secret::SecretBytes;
use strongroom::store::OpenStore;
use strongroom::store::header::AuditHead;
use strongroom::store::open::{NewValue, SlotFacts};
use strongroom::store::value::ValueKind;

use super::forge::{CHEAP, Counting, Parts, Repair, credentials, open};
use super::golden::{KEYFILE, PASSPHRASE, RECOVERY, contents, stores};
use super::refusals::with_reserved;
use crate::support::{repository, vector, write};

/// Runs the reader over `files`; one answer for each, or what it says against the first that it refuses.
fn read_in_python(
    files: &[Vec<u8>],
    passphrase: &str,
    more: &[&str],
) -> Result<Vec<Value>, String> {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let put = |name: &str, bytes: &[u8]| {
        let path = scratch.path().join(name);
        write(&path, bytes);
        path
    };
    let secret = put("passphrase", passphrase.as_bytes());
    put("keyfile", KEYFILE);
    let paths = files.iter().enumerate().map(|(i, file)| put(&format!("{i}.store"), file));
    let output = Command::new("python3")
        .current_dir(scratch.path())
        .arg(repository("tests/readers/read_store.py"))
        .args(more)
        .arg(Path::new(&secret))
        .args(paths)
        .output()
        .expect("python3 is needed, with the modules of tests/readers/requirements.txt");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).expect("text");
    Ok(text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

#[test]
fn an_independent_reader_finds_the_same_in_every_golden_store() {
    let manifest = crate::support::vector_json("store/MANIFEST.json");
    let names: Vec<&str> = stores().into_iter().map(|(name, _)| name).collect();
    let files: Vec<_> = names.iter().map(|name| vector(&format!("store/{name}.store"))).collect();
    let answers = read_in_python(&files, PASSPHRASE, &[]).expect("read");
    for (name, answer) in names.iter().zip(answers) {
        assert_eq!(answer, manifest["stores"][name], "{name}");
    }
}

#[test]
fn an_independent_reader_takes_a_keyfile_and_folds_a_passphrase() {
    let file = vector("store/two-slots.store");
    let more = ["--dek", "--keyfile", "keyfile"];
    let answer = &read_in_python(std::slice::from_ref(&file), RECOVERY, &more).expect("read")[0];
    assert_eq!(answer["slot"], 1);
    let dek = data_encoding::HEXLOWER.encode(&Parts::of(&file, PASSPHRASE).dek);
    assert_eq!(answer["dek"], Value::from(dek));
    let refused = read_in_python(&[file], RECOVERY, &[]).expect_err("no keyfile");
    assert!(refused.contains("no keyslot opens"), "{refused}");
}

#[test]
fn an_independent_reader_refuses_what_we_refuse() {
    let file = vector("store/one-secret.store");
    let parts = Parts::of(&file, PASSPHRASE);
    let (header, payload) = with_reserved(&parts);
    let reserved = parts.assemble(&header, &payload, Repair::Everything);
    assert!(read_in_python(&[reserved], PASSPHRASE, &[]).is_ok());
    for at in [8, 40, 500, 2000, file.len() - 70, file.len() - 1] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert!(read_in_python(&[changed], PASSPHRASE, &[]).is_err(), "{at}");
    }
    let mut payload = parts.payload.clone();
    *payload.at_mut(1) = super::tree::Item::Uint(0);
    let forged = parts.assemble(&parts.header, &payload, Repair::Everything);
    assert!(open(&forged, &credentials(PASSPHRASE, None)).is_err());
    assert!(read_in_python(&[forged], PASSPHRASE, &[]).is_err());
}

#[test]
fn backup_and_drill_facts_are_read_by_both_and_refused_by_both() {
    use super::tree::Item;
    let parts = Parts::of(&vector("store/one-secret.store"), PASSPHRASE);
    let id = |len| Item::Bytes(vec![7; len]);
    let time = || Item::Uint(1_790_000_000);
    for (backup, drill, is_good) in [
        (
            vec![time(), Item::Uint(1), id(16)],
            vec![time(), Item::Uint(9), Item::Uint(1), id(16)],
            true,
        ),
        (
            vec![time(), Item::Uint(1), id(16), time(), id(16)],
            vec![time(), Item::Uint(9), Item::Uint(2), id(16)],
            true,
        ),
        (vec![time(), Item::Uint(1)], vec![time(), Item::Uint(9), Item::Uint(1), id(16)], false),
        (
            vec![time(), Item::Uint(1), id(15)],
            vec![time(), Item::Uint(9), Item::Uint(1), id(16)],
            false,
        ),
        (
            vec![time(), Item::Uint(1), id(16)],
            vec![time(), Item::Uint(9), Item::Uint(3), id(16)],
            false,
        ),
        (vec![time(), Item::Uint(1), id(16)], vec![time(), Item::Uint(9), Item::Uint(1)], false),
    ] {
        let mut header = parts.header.clone();
        header.at_mut(13).push(6, Item::Array(backup));
        header.at_mut(13).push(7, Item::Array(drill));
        let file = parts.assemble(&header, &parts.payload, Repair::Everything);
        assert_eq!(open(&file, &credentials(PASSPHRASE, None)).is_ok(), is_good);
        assert_eq!(read_in_python(&[file], PASSPHRASE, &[]).is_ok(), is_good);
    }
}

/// A store that nobody chose: up to 60 secrets with up to 6 versions, up to three slots, perhaps another data key.
fn random_store(random: &mut Counting) -> Vec<u8> {
    let at = |random: &mut Counting| Timestamp::from_unix(random.number() >> random.below(64));
    let facts =
        |random: &mut Counting| SlotFacts { chosen: at(random), strong: random.below(2) == 0 };
    let first = credentials(PASSPHRASE, None);
    let secret = first.slot_secret(first.slot_kind(), CHEAP, random).expect("derived");
    let network = NetworkMode::ALL[random.below(3)];
    let chosen = facts(random);
    let mut store = OpenStore::create(network, secret, chosen, random).expect("made");
    for _ in 0..random.below(60) {
        let name = format!("{}{}", ["a", "B.", "c-", "9_"][random.below(4)], random.below(40));
        let name = SecretName::parse(&name).expect("a name");
        if random.below(10) == 0 {
            store.remove(&name);
            continue;
        }
        // Mostly short, now and then enough to leave the 4 KiB steps of the padding.
        let len = if random.below(40) == 0 { random.below(100_000) } else { random.below(100) };
        let mut value = SecretBytes::zeroed(len);
        strongroom::crypto::random::Random::fill(random, value.expose_mut()).expect("counted");
        let kinds = [ValueKind::Opaque, ValueKind::Utf8, ValueKind::Hex32, ValueKind::Bip39];
        let note = (random.below(4) == 0).then(|| "é ".repeat(random.below(340)));
        let expires = (random.below(4) == 0).then(|| at(random));
        let keep = 1 + random.below(6);
        let new = NewValue { value: &value, kind: kinds[random.below(4)], note, expires, keep };
        let now = at(random);
        store.set(&name, new, now, random).expect("set");
    }
    for i in 0..random.below(3) {
        let more = credentials(RECOVERY, Some(KEYFILE));
        let secret = more.slot_secret(more.slot_kind(), CHEAP, random).expect("derived");
        let chosen = facts(random);
        store.add_slot(&secret, Some(format!("slot {i}")), chosen, random).expect("added");
    }
    store.raise_generation(random.number() >> (1 + random.below(63)));
    if random.below(3) == 0 {
        store.raise_key_epoch(u32::try_from(random.below(1 << 30)).expect("small"));
        store.rotate_data_key(&std::collections::BTreeMap::new(), random).expect("rotated");
    }
    let head = AuditHead { seq: random.number(), mac: [3; 32] };
    let now = at(random);
    store.seal(now, head, random).expect("sealed").bytes.to_vec()
}

fn agree_on(count: usize) {
    let mut random = Counting(1 << 50);
    let files: Vec<Vec<u8>> = (0..count).map(|_| random_store(&mut random)).collect();
    for files in files.chunks(100) {
        let answers = read_in_python(files, PASSPHRASE, &[]).expect("read");
        assert_eq!(answers.len(), files.len());
        for (file, answer) in files.iter().zip(answers) {
            let store = open(file, &credentials(PASSPHRASE, None)).expect("opens");
            assert_eq!(answer, contents(&store));
        }
    }
}

#[test]
fn an_independent_reader_agrees_on_random_stores() {
    agree_on(10);
}

#[test]
#[ignore = "P16, the long form: cargo nextest run --run-ignored only a_thousand"]
fn an_independent_reader_agrees_on_a_thousand_random_stores() {
    agree_on(1000);
}
