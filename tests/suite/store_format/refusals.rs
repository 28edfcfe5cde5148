//! Refusals by somebody who knows the keys: hostile costs (P13), one message for every slot that does not open (P24), old
//! epochs, numbers from the future; and what is carried along unread.

use strongroom::clock::Timestamp;
use strongroom::crypto::kdf::{Ceiling, KdfError};
use strongroom::crypto::mac;
use strongroom::kind::Kind;
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::secret::SecretBytes;
use strongroom::store::header::AuditHead;
use strongroom::store::open::NewValue;
use strongroom::store::state::{Standing, State};
use strongroom::store::value::ValueKind;
use strongroom::store::{SealedStore, StoreError};

use super::forge::{Counting, Parts, Repair, credentials, open, region};
use super::golden::{PASSPHRASE, empty, one_secret, several, two_slots};
use super::tree::Item;

/// A store whose first slot asks for other costs.
fn with_costs(parts: &Parts, header: &mut Item, slot: usize, costs: [u64; 3]) {
    let Item::Array(fields) = &*header.at_mut(12).item_mut(slot) else { panic!("a slot") };
    let mut info = Item::decode(fields[0].bytes().expect("bytes")).expect("slot info");
    for (i, cost) in costs.into_iter().enumerate() {
        *info.item_mut(5).item_mut(i) = Item::Uint(cost);
    }
    parts.wrap_slot(header, slot, info.encode(), &parts.dek);
}

fn unlock_error(file: &[u8], passphrase: &str, slot: Option<u16>) -> StoreError {
    let sealed = SealedStore::parse(region(file)).expect("sound");
    let credentials = credentials(passphrase, None);
    sealed.unlock(&credentials, slot, Ceiling::default()).err().expect("refused")
}

#[test]
fn costs_outside_the_format_are_refused_while_the_header_is_read() {
    let parts = Parts::of(&empty(NetworkMode::Devnet), PASSPHRASE);
    for costs in [
        [(4 << 20) + 1, 1, 1],
        [8, 0, 1],
        [8, 65, 1],
        [8, 1, 0],
        [1 << 10, 1, 17],
        [15, 1, 2],
        [7, 1, 1],
        [u64::from(u32::MAX), u64::from(u32::MAX), u64::from(u32::MAX)],
        [1 << 32 | 8, 1, 1],
        [u64::MAX, 1, 1],
    ] {
        let mut header = parts.header.clone();
        with_costs(&parts, &mut header, 0, costs);
        let file = parts.assemble(&header, &parts.payload, Repair::Everything);
        // Parsing knows no passphrase, so nothing can have been derived.
        let error = SealedStore::parse(region(&file)).err().expect("refused");
        assert_eq!(error.kind(), Kind::Integrity, "{costs:?}: {error}");
    }
}

#[test]
fn costs_above_the_ceiling_are_refused_before_the_first_derivation() {
    let parts = Parts::of(&empty(NetworkMode::Devnet), PASSPHRASE);
    let mut header = parts.header.clone();
    with_costs(&parts, &mut header, 0, [4 << 20, 64, 16]);
    let file = parts.assemble(&header, &parts.payload, Repair::Everything);
    let error = unlock_error(&file, PASSPHRASE, None);
    let too_much = KdfError::TooMuchMemory { needed_kib: 4 << 20, allowed_kib: 1 << 20 };
    assert!(matches!(&error, StoreError::Kdf(found) if *found == too_much), "{error}");
    assert_eq!(error.hints(), ["if you trust this file, add --max-kdf-mem 4096"]);

    // Each slot is admissible, all of them together are hours of work; the cheap first one must not run either.
    let Item::Array(slots) = header.at_mut(12) else { panic!("slots") };
    *slots = vec![slots[0].clone(); 16];
    for i in 0..16 {
        let mut info = {
            let Item::Array(fields) = &*header.at_mut(12).item_mut(i) else { panic!("a slot") };
            Item::decode(fields[0].bytes().expect("bytes")).expect("slot info")
        };
        *info.item_mut(1) = Item::Uint(i as u64);
        parts.wrap_slot(&mut header, i, info.encode(), &parts.dek);
        with_costs(&parts, &mut header, i, if i == 0 { [8, 1, 1] } else { [1 << 20, 64, 1] });
    }
    let file = parts.assemble(&header, &parts.payload, Repair::Everything);
    let error = unlock_error(&file, PASSPHRASE, None);
    assert!(matches!(error, StoreError::Kdf(KdfError::TooMuchWork)), "{error}");
    // The hint works: one slot alone is within the limit.
    let sealed = SealedStore::parse(region(&file)).expect("sound");
    assert!(sealed.unlock(&credentials(PASSPHRASE, None), Some(0), Ceiling::default()).is_ok());
}

#[test]
fn a_wrong_passphrase_a_wrong_slot_and_a_changed_slot_look_the_same() {
    let file = two_slots();
    let parts = Parts::of(&file, PASSPHRASE);
    let mut seen = vec![
        unlock_error(&file, "another passphrase", None),
        unlock_error(&file, "another passphrase", Some(0)),
    ];
    // Slot 1 by the passphrase of slot 0, with a keyfile so that it is tried at all.
    let with_keyfile = credentials(PASSPHRASE, Some(b"any"));
    let sealed = SealedStore::parse(region(&file)).expect("sound");
    seen.push(sealed.unlock(&with_keyfile, Some(1), Ceiling::default()).err().expect("refused"));
    // Time, epoch, salt, commitment, nonce and wrapped key of slot 0, each changed under a genuine signature.
    for (field, part) in [(3, 0), (4, 0), (5, 0), (0, 1), (0, 2), (0, 3)] {
        let mut header = parts.header.clone();
        let slot = header.at_mut(12).item_mut(0);
        if part == 0 {
            let Item::Array(fields) = &*slot else { panic!("a slot") };
            let mut info = Item::decode(fields[0].bytes().expect("bytes")).expect("slot info");
            match info.item_mut(field) {
                Item::Uint(n) => *n += 1,
                costs => {
                    let Item::Bytes(salt) = costs.item_mut(3) else { panic!("a salt") };
                    salt[0] ^= 1;
                }
            }
            *slot.item_mut(0) = Item::Bytes(info.encode());
        } else {
            let Item::Bytes(bytes) = slot.item_mut(part) else { panic!("bytes") };
            bytes[0] ^= 1;
        }
        let forged = parts.assemble(&header, &parts.payload, Repair::Signature);
        seen.push(unlock_error(&forged, PASSPHRASE, None));
    }
    for error in seen {
        assert_eq!(error.to_string(), "no keyslot opens with this passphrase");
        assert_eq!(error.kind(), Kind::WrongPassphrase);
        assert!(error.hints().is_empty());
        assert!(std::error::Error::source(&error).is_none());
    }
}

/// Files and credentials that do not open, each for another reason, with costs that can be measured.
fn failures() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let parts = Parts::of(&one_secret(), PASSPHRASE);
    let mut header = parts.header.clone();
    with_costs(&parts, &mut header, 0, [32 << 10, 1, 1]);
    let good = parts.assemble(&header, &parts.payload, Repair::Everything);
    let mut cases = vec![("a wrong passphrase", good, "another passphrase")];
    for (name, part) in [("commitment", 1), ("nonce", 2), ("wrapped key", 3)] {
        let mut header = header.clone();
        let Item::Bytes(bytes) = header.at_mut(12).item_mut(0).item_mut(part) else {
            panic!("bytes")
        };
        bytes[0] ^= 1;
        cases.push((name, parts.assemble(&header, &parts.payload, Repair::Signature), PASSPHRASE));
    }
    cases
}

#[test]
#[ignore = "P24, the time: cargo nextest run --run-ignored only the_same_work"]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn every_failure_to_open_takes_the_same_work() {
    const ROUNDS: usize = 101;
    let cases = failures();
    let mut times = vec![Vec::new(); cases.len()];
    for round in 0..ROUNDS {
        for at in 0..cases.len() {
            let at = (at + round) % cases.len();
            let (_, file, passphrase) = &cases[at];
            let start = std::time::Instant::now();
            unlock_error(file, passphrase, None);
            times[at].push(start.elapsed().as_secs_f64());
        }
    }
    let medians = times.iter_mut().map(|times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    });
    let medians: Vec<f64> = medians.collect();
    for (median, (name, ..)) in medians.iter().zip(&cases) {
        println!("{name}: {:.2} ms, {:.3} x the first", median * 1e3, median / medians[0]);
        assert!((median / medians[0] - 1.0).abs() < 0.05, "{name} takes another time");
    }
}

fn refused_field(file: &[u8], what: &str) {
    let error = open(file, &credentials(PASSPHRASE, None)).err().expect("refused");
    assert!(matches!(error, StoreError::Field(found) if found == what), "{error:?}");
}

#[test]
fn a_slot_of_an_older_epoch_is_refused_however_well_forged() {
    let parts = Parts::of(&two_slots(), PASSPHRASE);
    let mut header = parts.header.clone();
    *header.at_mut(6) = Item::Uint(2);
    let forged = parts.assemble(&header, &parts.payload, Repair::Everything);
    refused_field(&forged, "keyslot and header are of different key epochs");

    // An old file with a new generation is consistent in itself; the host remembers the epoch.
    let now = SealedStore::parse(region(&super::golden::rotated())).expect("sound");
    let state = State::of(now.header(), now.verify().expect("signed"), Timestamp::EPOCH);
    let mut header = parts.header.clone();
    *header.at_mut(4) = Item::Uint(1000);
    let forged = parts.assemble(&header, &parts.payload, Repair::Everything);
    assert!(open(&forged, &credentials(PASSPHRASE, None)).is_ok());
    let old = SealedStore::parse(region(&forged)).expect("sound");
    let standing = state.judge(old.header(), &old.verify().expect("signed"));
    assert_eq!(standing, Standing::Rollback { seen: 3, found: 1000 });
}

#[test]
fn numbers_from_the_future_are_refused() {
    let parts = Parts::of(&several(), PASSPHRASE);
    let mut payload = parts.payload.clone();
    *payload.at_mut(1) = Item::Uint(99); // the highest version is 99
    let forged = parts.assemble(&parts.header, &payload, Repair::Everything);
    refused_field(&forged, "a version from the future");
    let mut payload = parts.payload.clone();
    *payload.at_mut(2) = Item::Uint(7); // the slot is 7
    let forged = parts.assemble(&parts.header, &payload, Repair::Everything);
    refused_field(&forged, "a keyslot id from the future");
    let mut header = parts.header.clone();
    *header.at_mut(5) = Item::Uint(42); // the generation is 41
    let forged = parts.assemble(&header, &parts.payload, Repair::Everything);
    refused_field(&forged, "generations contradict each other");
}

#[test]
fn counters_at_their_end_are_refused_and_do_not_overflow() {
    let parts = Parts::of(&one_secret(), PASSPHRASE);
    let (mut header, mut payload) = (parts.header.clone(), parts.payload.clone());
    *header.at_mut(4) = Item::Uint(u64::MAX);
    *payload.at_mut(1) = Item::Uint(u64::MAX);
    let forged = parts.assemble(&header, &payload, Repair::Everything);
    let mut store = open(&forged, &credentials(PASSPHRASE, None)).expect("opens");
    let value = SecretBytes::copy_from(b"x");
    let new =
        |note| NewValue { value: &value, kind: ValueKind::Opaque, note, expires: None, keep: 1 };
    let name = SecretName::parse("n").expect("a name");
    let random = &mut Counting(0);
    let full = store.set(&name, new(None), Timestamp::EPOCH, random);
    assert!(matches!(full, Err(StoreError::Limit("the number of versions"))));
    store.claim(strongroom::store::inventory::Claim::WalletSecretSet, true);
    let full = store.seal(Timestamp::EPOCH, AuditHead::default(), random);
    assert!(matches!(full, Err(StoreError::Limit("the number of generations"))));
    let long = store.set(&name, new(Some("n".repeat(1025))), Timestamp::EPOCH, random);
    assert!(matches!(long, Err(StoreError::TooMuch("the note (1 KiB)"))));
}

#[test]
fn a_payload_needs_an_audit_root_and_has_at_most_4096() {
    let parts = Parts::of(&one_secret(), PASSPHRASE);
    for (count, fits) in [(0, false), (1, true), (4096, true), (4097, false)] {
        let (mut header, mut payload) = (parts.header.clone(), parts.payload.clone());
        *payload.at_mut(4) = Item::Array(vec![Item::Bytes(vec![7; 32]); count]);
        *header.at_mut(8) = Item::Uint(super::forge::pad(payload.encode()).len() as u64);
        let forged = parts.assemble(&header, &payload, Repair::Everything);
        assert_eq!(open(&forged, &credentials(PASSPHRASE, None)).is_ok(), fits, "{count}");
    }
}

/// Items that a later build writes: prekeys.
pub fn with_reserved(parts: &Parts) -> (Item, Item) {
    let mut header = parts.header.clone();
    {
        let key = 5;
        let item = Item::Map(vec![
            (Item::Uint(key), Item::Array(vec![Item::Simple(0xf5), Item::text("later")])),
            (Item::text("id"), Item::Bytes(vec![9; 40])),
        ]);
        header.at_mut(13).push(key, item);
    }
    (header, parts.payload.clone())
}

#[test]
fn reserved_items_pass_through_a_rewrite_byte_for_byte() {
    let parts = Parts::of(&one_secret(), PASSPHRASE);
    let (header, payload) = with_reserved(&parts);
    let file = parts.assemble(&header, &payload, Repair::Everything);
    let mut store = open(&file, &credentials(PASSPHRASE, None)).expect("opens");
    let value = SecretBytes::copy_from(b"another");
    let new =
        NewValue { value: &value, kind: ValueKind::Opaque, note: None, expires: None, keep: 1 };
    let random = &mut Counting(77);
    store
        .set(&SecretName::parse("another").expect("a name"), new, Timestamp::EPOCH, random)
        .expect("set");
    store.rotate_data_key(&std::collections::BTreeMap::new(), random).expect("rotated");
    let again = store.seal(Timestamp::EPOCH, AuditHead::default(), random).expect("sealed");
    assert_eq!(again.file_hash, mac::sha256(&[&again.bytes[..again.bytes.len() - 64]]));
    let rewritten = Parts::of(&again.bytes, PASSPHRASE);
    {
        let key = 5;
        let inventory =
            |header: &Item| header.at(13).and_then(|i| i.at(key)).expect("there").encode();
        assert_eq!(inventory(&rewritten.header), inventory(&header), "{key}");
    }
}
