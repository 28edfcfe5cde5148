//! P10: an archive of three chunks, changed in every way that needs no key.

use std::sync::LazyLock;

use strongroom::backup::{ArchiveError, FileKind};
use strongroom::kind::Kind;
use strongroom::store::StoreError;

use super::{PASSPHRASE, archive, content, open};

const CHUNK: usize = 64 << 10;
const SEALED: usize = CHUNK + 16;

fn three(seed: u64) -> Vec<u8> {
    let (store, extra) = (content(5000), content(2 * CHUNK));
    archive(
        seed,
        &[PASSPHRASE],
        &[
            ("signer.store", FileKind::Store, &store),
            ("signer.store.audit.jsonl", FileKind::AuditLog, b"{}\n"),
            ("files/etc/igra.toml", FileKind::Extra, &extra),
        ],
    )
}

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| three(1));

fn front() -> usize {
    let len = u32::from_le_bytes(GOOD[10..14].try_into().expect("four bytes"));
    14 + usize::try_from(len).expect("short") + 32
}

/// Refused, for a documented reason, and nothing was handed over.
fn refused(bytes: &[u8], what: &str) {
    let (done, contents) = open(bytes);
    let error = done.err().unwrap_or_else(|| panic!("{what} is accepted"));
    let documented = error.kind() == Kind::Integrity
        || matches!(
            error,
            ArchiveError::Slot(
                StoreError::WrongPassphrase
                    | StoreError::KeyfileNeeded
                    | StoreError::UnsupportedSlot { .. }
            )
        );
    assert!(documented, "{what}: {error}");
    assert_eq!(contents.released, 0, "{what}: something was released");
    assert!(contents.manifest.is_none(), "{what}: the manifest was released");
}

/// Runs `check` over every number below `end`, on two threads.
#[expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]
fn everywhere(end: usize, check: impl Fn(usize) + Sync) {
    let check = &check;
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || (half..end).step_by(2).for_each(check));
        }
    });
}

#[test]
fn the_good_one_opens_and_has_three_chunks() {
    let (done, contents) = open(&GOOD);
    done.expect("opens");
    assert_eq!(contents.files.iter().map(Vec::len).collect::<Vec<_>>(), [5000, 3, 2 * CHUNK]);
    assert!(contents.files[2] == content(2 * CHUNK));
    assert_eq!(contents.ended, 3);
    assert_eq!((GOOD.len() - front()).div_ceil(SEALED), 3);
}

fn flip(at: usize, bits: impl Iterator<Item = u8>) {
    let mut changed = GOOD.clone();
    for bit in bits {
        changed[at] ^= 1 << bit;
        // Costs of a derivation that a flip made enormous are refused by the ceiling; see the KDF tests.
        refused(&changed, &format!("bit {bit} of byte {at}"));
        changed[at] ^= 1 << bit;
    }
}

#[test]
fn every_bit_of_the_header_and_one_bit_of_every_byte_behind_it_counts() {
    everywhere(front(), |at| flip(at, 0..8));
    let rest = GOOD.len() - front();
    // The whole sweep is the next test; here every byte of the tags and the ends of chunks, and a sample of the others.
    everywhere(rest, |at| {
        let in_chunk = at % SEALED;
        if !(64..CHUNK - 16).contains(&in_chunk) || at % 29 == 0 {
            flip(front() + at, std::iter::once((at % 8).to_le_bytes()[0]));
        }
    });
}

#[test]
#[ignore = "a million flips, minutes: cargo nextest run --run-ignored only every_bit_counts"]
fn every_bit_counts() {
    everywhere(GOOD.len(), |at| flip(at, 0..8));
}

#[test]
fn it_cannot_be_cut_or_lengthened() {
    let good = &*GOOD;
    everywhere(good.len(), |len| {
        let behind = (len.saturating_sub(front())) % SEALED;
        if len < front() + 64 || !(64..SEALED - 64).contains(&behind) || len % 101 == 0 {
            refused(&good[..len], &format!("cut to {len}"));
        }
    });
    for more in [1, 15, 16, 17, SEALED - 1, SEALED, SEALED + 1] {
        refused(&[good, &vec![0; more][..]].concat(), &format!("{more} zeros more"));
        refused(&[&good[..], &good[good.len() - more..]].concat(), &format!("{more} bytes twice"));
    }
}

#[test]
fn chunks_cannot_be_reordered_dropped_doubled_or_taken_from_another_archive() {
    let good = &*GOOD;
    let other = three(2);
    let (front, chunks): (&[u8], Vec<&[u8]>) =
        (&good[..front()], good[front()..].chunks(SEALED).collect());
    let others: Vec<&[u8]> = other[front.len()..].chunks(SEALED).collect();
    let of = |order: &[&[u8]]| [front, &order.concat()].concat();
    let [a, b, c] = chunks[..] else { panic!("three chunks") };
    for (number, order) in [
        &[b, a, c][..],
        &[a, c, b],
        &[c, b, a],
        &[b, c, a],
        &[c, a, b],
        &[a, b],
        &[a, c],
        &[b, c],
        &[a],
        &[b],
        &[c],
        &[],
        &[a, a, b, c],
        &[a, b, b, c],
        &[a, b, c, c],
        &[a, b, c, a],
        &[others[0], b, c],
        &[a, others[1], c],
        &[a, b, others[2]],
    ]
    .iter()
    .enumerate()
    {
        refused(&of(order), &format!("order {number}"));
    }
    refused(&[&other[..front.len()], &good[front.len()..]].concat(), "another header");
    // 512-byte blocks, as a disk swaps them.
    for at in (0..good.len() - 1024).step_by(512 * 13) {
        let mut swapped = good.clone();
        let (one, two) = swapped[at..at + 1024].split_at_mut(512);
        one.swap_with_slice(two);
        refused(&swapped, &format!("blocks at {at}"));
    }
}
