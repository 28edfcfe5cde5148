//! Damage (P9): every bit, every length and every order of blocks of the smallest store.

use strongroom::crypto::kdf::Ceiling;
use strongroom::crypto::mac;
use strongroom::kind::Kind;
use strongroom::network::NetworkMode;
use strongroom::store::keyslot::{self, Credentials};
use strongroom::store::{SealedStore, StoreError};

use super::forge::{PREFIX, credentials, region};
use super::golden::{PASSPHRASE, empty};
use super::{documented_as, specification};

fn smallest() -> Vec<u8> {
    empty(NetworkMode::Devnet)
}

/// Structure and signature: what is checked before any key is derived.
fn first_checks(file: &[u8]) -> Result<(), StoreError> {
    SealedStore::parse(region(file))?.verify().map(drop)
}

/// Everything behind the signature.
fn later_checks(file: &[u8], credentials: &Credentials) -> Result<(), StoreError> {
    let sealed = SealedStore::parse(region(file))?;
    let header = sealed.header();
    let at = header.slot_context();
    let ceiling = Ceiling { memory_kib: 64 };
    let slot = keyslot::unlock(&header.slots, &at, credentials, None, ceiling)?;
    let hash = mac::sha256(&[&file[..file.len() - 64]]);
    sealed.open(slot, hash).map(drop)
}

/// Calls `check` for every bit of a file of `len` bytes, on two threads.
#[expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]
fn every_bit(len: usize, check: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for half in 0..2 {
            let check = &check;
            scope.spawn(move || (half..len * 8).step_by(2).for_each(check));
        }
    });
}

fn flipped(file: &[u8], bit: usize) -> Vec<u8> {
    let mut changed = file.to_vec();
    changed[bit / 8] ^= 1 << (bit % 8);
    changed
}

#[test]
fn every_flipped_bit_is_refused_before_a_key_is_derived() {
    let (file, documented) = (smallest(), specification());
    let header_end =
        PREFIX + SealedStore::parse(region(&file)).expect("sound").header().encode().len();
    assert!(first_checks(&file).is_ok());
    every_bit(file.len(), |bit| {
        let error = first_checks(&flipped(&file, bit)).expect_err("a flipped bit");
        assert_eq!(error.kind(), Kind::Integrity, "bit {bit}: {error}");
        assert!(documented.contains(&documented_as(&error)), "bit {bit}: {error:?}");
        if bit / 8 >= header_end {
            assert!(matches!(error, StoreError::Signature), "bit {bit}: {error}");
        }
    });
}

#[test]
fn flipped_bits_are_refused_even_where_no_signature_is_asked_for() {
    let (file, documented) = (smallest(), specification());
    let credentials = credentials(PASSPHRASE, None);
    assert!(later_checks(&file, &credentials).is_ok());
    let payload = file.len() - 64 - 16 - 4096;
    every_bit(file.len() - 64, |bit| {
        // Every bit in front of the payload, one of every byte behind it: one tag covers them all.
        if bit / 8 >= payload && bit % 8 != bit / 8 % 8 {
            return;
        }
        // `later_checks` asks for no signature, as if whoever flipped the bit had the signing key.
        let error = later_checks(&flipped(&file, bit), &credentials).expect_err("a flipped bit");
        let kinds = [Kind::Integrity, Kind::WrongPassphrase, Kind::InputNeeded, Kind::Unsupported];
        assert!(kinds.contains(&error.kind()), "bit {bit}: {error}");
        assert!(documented.contains(&documented_as(&error)), "bit {bit}: {error:?}");
    });
}

#[test]
fn every_truncation_and_extension_is_refused() {
    let file = smallest();
    for len in 0..file.len() {
        let error = first_checks(&file[..len]).expect_err("cut off");
        assert_eq!(error.kind(), Kind::Integrity, "{len}: {error}");
        assert!(matches!(error, StoreError::NotAStore | StoreError::Length), "{len}: {error}");
    }
    for extra in 1..=600 {
        for fill in [0, 0xff] {
            let longer = [&file[..], &vec![fill; extra]].concat();
            assert!(matches!(first_checks(&longer), Err(StoreError::Length)), "{extra}");
            let mut in_front = vec![fill; extra];
            in_front.extend_from_slice(&file);
            assert!(matches!(first_checks(&in_front), Err(StoreError::NotAStore)), "{extra}");
        }
    }
    assert!(matches!(first_checks(&[&file[..], &file].concat()), Err(StoreError::Length)));
}

#[test]
fn every_swap_of_two_blocks_is_refused() {
    let file = smallest();
    let blocks: Vec<&[u8]> = file.chunks(512).collect();
    for a in 0..blocks.len() {
        for b in a + 1..blocks.len() {
            let mut order = blocks.clone();
            order.swap(a, b);
            let error = first_checks(&order.concat()).expect_err("swapped");
            assert_eq!(error.kind(), Kind::Integrity, "{a} and {b}: {error}");
        }
    }
}

#[test]
fn no_part_of_one_store_fits_another() {
    // The same store, one generation apart: everything but the keys differs only in time.
    let (older, newer) = (super::golden::two_slots(), super::golden::rotated());
    for at in (0..older.len().min(newer.len())).step_by(64) {
        for (head, tail) in [(&older, &newer), (&newer, &older)] {
            let spliced = [&head[..at], &tail[at..]].concat();
            assert!(spliced == **tail || first_checks(&spliced).is_err(), "{at}");
        }
    }
}
