//! Mutants (P12): 100,000 stores with one fault in their structure, most of them signed and sealed again with the real keys,
//! so that the fault is met by the check that is meant for it and not by the signature in front of it.

use std::collections::BTreeMap;

use strongroom::crypto::kdf::Ceiling;
use strongroom::kind::Kind;
use strongroom::store::keyslot::{self, Credentials};
use strongroom::store::payload::Payload;
use strongroom::store::{OpenStore, SealedStore, StoreError};

use super::forge::{Counting, PREFIX, Parts, Repair, credentials, pad, region};
use super::golden::{PASSPHRASE, several};
use super::refusals::with_reserved;
use super::tree::Item;
use super::{documented_as, specification};

const THREADS: u64 = 2;

/// What must not appear in a message: names, values, notes, labels, the passphrase.
const CANARIES: [&str; 9] = [
    "api-token",
    "wallet_secret",
    "newest",
    "abandon",
    "billing",
    "zug",
    "the operator's own",
    "correct horse",
    "f3df896830df06dd", // the data key
];

const NUMBERS: [u64; 12] =
    [0, 1, 23, 24, 255, 256, 65535, 65536, u32::MAX as u64, 1 << 32, i64::MAX as u64, u64::MAX];

fn nested(depth: usize) -> Item {
    (0..depth).fold(Item::Uint(0), |inner, _| Item::Array(vec![inner]))
}

/// Anything in the place of `item`.
fn replace(item: &mut Item, random: &mut Counting) {
    *item = match random.below(12) {
        0 => Item::Simple(0xf4 + u8::try_from(random.below(3)).expect("small")),
        1 => Item::Uint(NUMBERS[random.below(NUMBERS.len())]),
        2 => Item::Bytes(vec![0; random.below(70)]),
        3 => Item::Text(vec![b'a'; random.below(40)]),
        4 => nested(random.below(12)),
        5 => Item::Map(Vec::new()),
        6 => Item::Array(Vec::new()),
        7 => Item::Verbatim(vec![0x9f, 0xff]),
        8 => Item::Verbatim([&[0xc1][..], &item.encode()].concat()),
        9 => Item::Verbatim(vec![0xf9, 0x3c, 0]),
        10 => Item::Verbatim(Vec::new()),
        _ => Item::Wide(Box::new(item.clone()), 1 << random.below(4)),
    };
}

fn mutate_bytes(bytes: &mut Vec<u8>, random: &mut Counting) {
    match random.below(5) {
        0 => bytes.push(0),
        1 => drop(bytes.pop()),
        2 => bytes.clear(),
        3 => bytes.extend(vec![0; 1 << random.below(12)]),
        _ if bytes.is_empty() => bytes.push(1),
        _ => {
            let at = random.below(bytes.len());
            bytes[at] ^= 1 << random.below(8);
        }
    }
}

fn mutate_list<T: Clone>(items: &mut Vec<T>, random: &mut Counting) {
    let (a, b) = (random.below(items.len()), random.below(items.len()));
    match random.below(4) {
        _ if items.is_empty() => {}
        0 => items.swap(a, b),
        1 => items.insert(a, items[b].clone()),
        2 => drop(items.remove(a)),
        _ => items.truncate(a),
    }
}

/// One fault somewhere in the tree.
fn mutate(tree: &mut Item, random: &mut Counting) {
    let at = random.below(tree.size());
    let Some(item) = tree.nth_mut(at) else { return };
    if random.below(3) == 0 {
        return replace(item, random);
    }
    match item {
        Item::Uint(n) => {
            *n = match random.below(4) {
                0 => n.wrapping_add(1),
                1 => n.wrapping_sub(1),
                2 => *n ^ (1 << random.below(64)),
                _ => NUMBERS[random.below(NUMBERS.len())],
            }
        }
        Item::Bytes(bytes) | Item::Text(bytes) => mutate_bytes(bytes, random),
        Item::Array(items) => mutate_list(items, random),
        Item::Map(pairs) if random.below(4) == 0 => pairs.push((Item::Uint(8), Item::Uint(0))),
        Item::Map(pairs) => mutate_list(pairs, random),
        other => replace(other, random),
    }
}

/// Makes one mutant, and says how it was repaired.
fn mutant(parts: &Parts, random: &mut Counting) -> (Vec<u8>, Repair) {
    let repair = match random.below(8) {
        0 => Repair::Nothing,
        1 => Repair::Signature,
        _ => Repair::Everything,
    };
    let (mut header, mut payload) = (parts.header.clone(), parts.payload.clone());
    match random.below(5) {
        0 | 1 => mutate(&mut header, random),
        2 => {
            let Item::Array(fields) = &*header.at_mut(12).item_mut(0) else { panic!("a slot") };
            let mut info = Item::decode(fields[0].bytes().expect("bytes")).expect("slot info");
            mutate(&mut info, random);
            parts.wrap_slot(&mut header, 0, info.encode(), &parts.dek);
        }
        _ => {
            mutate(&mut payload, random);
            let mut plain = pad(payload.encode());
            match random.below(20) {
                0 => plain.extend(vec![0; 4096]),
                1 => *plain.last_mut().expect("not empty") = 1,
                _ => {}
            }
            *header.at_mut(8) = Item::Uint(plain.len() as u64);
            let file = parts.assemble_raw(&header, Some(plain), Repair::Everything);
            return (file, Repair::Everything);
        }
    }
    (parts.assemble(&header, &payload, repair), repair)
}

fn open(file: &[u8], credentials: &Credentials) -> Result<OpenStore, StoreError> {
    let sealed = SealedStore::parse(region(file))?;
    let hash = sealed.verify()?;
    let header = sealed.header();
    let at = header.slot_context();
    // Enough for the slot as it was; hostile costs have tests of their own.
    let ceiling = Ceiling { memory_kib: 64 };
    let slot = keyslot::unlock(&header.slots, &at, credentials, None, ceiling)?;
    sealed.open(slot, hash)
}

/// A store that opens although it was changed was changed by somebody with every key: it must then be the one encoding of
/// what it says.
fn is_canonical(file: &[u8], parts: &Parts) -> bool {
    let header_len = u32::from_le_bytes(file[10..14].try_into().expect("four")) as usize;
    let front = &file[PREFIX..PREFIX + header_len];
    let sealed = SealedStore::parse(region(file)).expect("opened");
    let header = Item::decode(front).expect("opened");
    let key = super::forge::payload_key(&parts.dek, &header, &parts.header).expect("complete");
    let (start, end) = (PREFIX + header_len + 32, file.len() - 80);
    let mut plain = file[start..end].to_vec();
    let tag = file[end..end + 16].try_into().expect("16");
    strongroom::crypto::aead::open(&key, &[0; 24], &file[..start], &mut plain, tag)
        .expect("opened");
    let payload = Payload::decode(region(&plain), 0..plain.len()).expect("opened");
    let mut again = Vec::new();
    payload.encode(&mut again);
    sealed.header().encode() == front && pad(again) == plain
}

fn check_error(error: &StoreError, documented: &str, seen: &mut BTreeMap<String, usize>) {
    let kinds = [Kind::Integrity, Kind::WrongPassphrase, Kind::InputNeeded, Kind::Unsupported];
    assert!(kinds.contains(&error.kind()), "{error:?}");
    let name = documented_as(error);
    assert!(documented.contains(&name), "not in the specification: {name}");
    let shown = format!("{error} {error:?} {:?}", error.hints());
    for canary in CANARIES {
        assert!(!shown.contains(canary), "{shown}");
    }
    *seen.entry(name).or_default() += 1;
}

fn run(thread: u64, wanted: usize) -> BTreeMap<String, usize> {
    let documented = specification();
    let base = Parts::of(&several(), PASSPHRASE);
    let (header, payload) = with_reserved(&base);
    let file = base.assemble(&header, &payload, Repair::Everything);
    let parts = Parts::of(&file, PASSPHRASE);
    let credentials = credentials(PASSPHRASE, None);
    let mut random = Counting(1 << 40 | thread << 32);
    let mut seen = BTreeMap::new();
    let (mut refused, mut opened) = (0, 0);
    while refused < wanted {
        let (changed, repair) = mutant(&parts, &mut random);
        if changed == parts.file {
            continue;
        }
        match open(&changed, &credentials) {
            Err(error) => {
                check_error(&error, &documented, &mut seen);
                refused += 1;
            }
            Ok(store) => {
                assert_eq!(repair, Repair::Everything, "opened without the keys");
                assert!(is_canonical(&changed, &parts));
                for name in store.names() {
                    if let Err(error) = store.value(name, None) {
                        check_error(&error, &documented, &mut BTreeMap::new());
                    }
                }
                opened += 1;
            }
        }
    }
    assert!(opened < refused, "{opened} of {refused}");
    seen
}

#[expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]
fn refuse(count: usize) {
    let each = count / usize::try_from(THREADS).expect("few");
    let mut seen = BTreeMap::new();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|i| scope.spawn(move || run(i, each))).collect();
        for thread in threads {
            for (name, count) in thread.join().expect("no panic") {
                *seen.entry(name).or_insert(0) += count;
            }
        }
    });
    // The faults must have reached every layer.
    for layer in [
        "Signature",
        "HeaderMac",
        "WrongPassphrase",
        "damaged header",
        "damaged keyslot",
        "damaged inventory",
        "damaged payload",
        "damaged entry",
        "a version from the future",
        "the padding of the payload is not exact",
        "the store key does not belong to the signing key",
    ] {
        assert!(seen.contains_key(layer), "{layer} was never met: {seen:#?}");
    }
}

#[test]
fn mutants_are_refused_with_documented_errors_that_show_no_secret() {
    refuse(4_000);
}

#[test]
#[ignore = "P12, the long form: cargo nextest run --run-ignored only a_hundred_thousand"]
fn a_hundred_thousand_mutants_are_refused_with_documented_errors() {
    refuse(100_000);
}
