//! Memory that secrets live in: private mappings that are wiped before they are given back.
//!
//! A [`Region`] is an anonymous mapping of whole pages, zeroed, left out of core dumps, and wiped when it is dropped.
//! Small regions hold keys and passphrases and are locked into RAM as far as `RLIMIT_MEMLOCK` allows; large ones hold the
//! payload of a store or the Argon2 matrix and ask for huge pages, which halves the cost of a key derivation. What is left of
//! them on the stack is for `stack`.
//!
//! With `cli::kernel` and `cli::descriptors`, which make a few system calls, this is the only module of the crate that contains
//! `unsafe`. Each block states why it is sound, and nothing but safe types leaves the module.
#![allow(unsafe_code, reason = "raw mappings; every block is justified where it stands")]

use std::alloc::{Layout, handle_alloc_error};
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{io, slice};

use rustix::mm::{self, Advice, MapFlags, ProtFlags};

mod stack;

#[cfg(test)]
pub use stack::stack_used;
pub use stack::{SHALLOW, scrub_stack, scrub_stack_after_secrets, scrubbed};

const PAGE: usize = 4096;
const HUGE_PAGE: usize = 2 << 20;
/// Room for one key, passphrase or token.
const SLOT: usize = 512;
/// How much is mapped and locked at once for slots: first this, and each time twice as much, up to that.
const SLABS: [usize; 2] = [PAGE, 16 * PAGE];
/// How many pages for larger secrets, and how many for small files, are kept for the next ones.
const IDLE_PAGES: usize = 16;
/// How many pages for small files are mapped at once.
const PAGES: usize = 4;

/// Memory that nothing points to any more, wiped: a command holds some thirty secrets and small files one after the other, a
/// rotation thousands of keys, and four system calls for each would be a part of their time that can be seen.
static IDLE: Mutex<Idle> = Mutex::new(Idle {
    slots: Vec::new(),
    slab: SLABS[0],
    locked: Vec::new(),
    unlocked: Vec::new(),
});

struct Idle {
    /// Slots of slabs, which are locked and stay mapped until the process ends.
    slots: Vec<Piece>,
    /// Length of the next slab.
    slab: usize,
    /// Pages for secrets.
    locked: Vec<Piece>,
    /// Pages for everything else.
    unlocked: Vec<Piece>,
}

/// Memory that belongs to whoever holds the value.
struct Piece(NonNull<u8>);

// SAFETY: nobody else has a pointer to it.
unsafe impl Send for Piece {}

fn idle() -> MutexGuard<'static, Idle> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a region is for, and so how the kernel is asked to treat it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A key, passphrase or token: a slot of a locked slab.
    Slot,
    /// Larger single values: locked into RAM when the limit allows it.
    Secret,
    /// A whole payload or a KDF matrix: huge pages, not locked (locking gigabytes would fail or starve the host).
    Bulk,
}

/// A zeroed private mapping, excluded from core dumps and wiped on drop.
pub struct Region {
    start: NonNull<u8>,
    mapped: usize,
    len: usize,
    purpose: Purpose,
}

// SAFETY: a region owns its mapping exclusively, and hands out access only through `&self` and `&mut self`.
unsafe impl Send for Region {}
// SAFETY: as above; shared access is read-only.
unsafe impl Sync for Region {}

impl Region {
    /// A locked region of `len` bytes for keys, passphrases and single values.
    ///
    /// Aborts like any failed small allocation when the kernel has no memory left. Memory for small ones stays mapped and locked
    /// until the process ends.
    pub fn secret(len: usize) -> Self {
        stack::held_one();
        let made = if len <= SLOT {
            Self::slot(len)
        } else {
            let kept = if len <= PAGE { idle().locked.pop() } else { None };
            match kept {
                Some(Piece(start)) => {
                    Ok(Self { start, mapped: PAGE, len, purpose: Purpose::Secret })
                }
                None => Self::map(len, Purpose::Secret),
            }
        };
        made.unwrap_or_else(|_| {
            handle_alloc_error(Layout::array::<u8>(len).unwrap_or(Layout::new::<u8>()))
        })
    }

    /// An unlocked region of `len` bytes, with huge pages where they help.
    pub fn bulk(len: usize) -> io::Result<Self> {
        if len > PAGE {
            return Self::map(len, Purpose::Bulk);
        }
        let mut idle = idle();
        if idle.unlocked.is_empty() {
            // A command that reads one small file reads others.
            let pages = ManuallyDrop::new(Self::map(PAGES * PAGE, Purpose::Bulk)?);
            // SAFETY: each page lies inside the mapping, and is unmapped by itself if at all.
            let page = |n: usize| Piece(unsafe { pages.start.add(n * PAGE) });
            idle.unlocked.extend((0..PAGES).rev().map(page));
        }
        let Piece(start) = idle.unlocked.pop().ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, mapped: PAGE, len, purpose: Purpose::Bulk })
    }

    /// A slot of a slab; of a new one when none is free.
    fn slot(len: usize) -> io::Result<Self> {
        let mut idle = idle();
        if idle.slots.is_empty() {
            // It is never dropped: its memory is in the slots from here on.
            let slab = ManuallyDrop::new(Self::map(idle.slab, Purpose::Secret)?);
            idle.slab = (2 * slab.len).min(SLABS[1]);
            for at in (0..slab.len).step_by(SLOT).rev() {
                // SAFETY: `at` lies inside the mapping.
                idle.slots.push(Piece(unsafe { slab.start.add(at) }));
            }
        }
        let Piece(start) = idle.slots.pop().ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, mapped: SLOT, len, purpose: Purpose::Slot })
    }

    fn map(len: usize, purpose: Purpose) -> io::Result<Self> {
        let mapped = len.max(1).checked_next_multiple_of(PAGE).ok_or(io::ErrorKind::OutOfMemory)?;
        // SAFETY: a fresh anonymous private mapping at an address of the kernel's choice aliases nothing.
        let map = |flags| unsafe {
            let access = ProtFlags::READ | ProtFlags::WRITE;
            mm::mmap_anonymous(ptr::null_mut(), mapped, access, MapFlags::PRIVATE | flags)
        };
        // A small RLIMIT_MEMLOCK must not stop an operator; what a lock protects against (swap) is covered a second time by wiping.
        let raw = match purpose {
            Purpose::Bulk => map(MapFlags::empty())?,
            Purpose::Secret | Purpose::Slot => {
                map(MapFlags::LOCKED).or_else(|_| map(MapFlags::empty()))?
            }
        };
        let Some(start) = NonNull::new(raw.cast::<u8>()) else {
            return Err(io::ErrorKind::OutOfMemory.into());
        };
        // Advice is best effort: an old kernel must not stop an operator either. Core files are ruled out by RLIMIT_CORE = 0 too.
        //
        // SAFETY: the range is exactly the mapping made above.
        unsafe {
            let _ = mm::madvise(raw, mapped, Advice::LinuxDontDump);
            if purpose == Purpose::Bulk && mapped >= HUGE_PAGE {
                let _ = mm::madvise(raw, mapped, Advice::LinuxHugepage);
            }
        }
        Ok(Self { start, mapped, len, purpose })
    }

    /// A bulk region of `len` bytes, out of `spare` if that has room: pages that the host has given once are cheaper than new
    /// ones, which it may have to find and clear.
    pub fn bulk_from(spare: &mut Option<Self>, len: usize) -> io::Result<Self> {
        match spare.as_mut().and_then(|spare| spare.split_off(len)) {
            Some(region) => Ok(region),
            None => Self::bulk(len),
        }
    }

    /// Takes pages for `len` bytes off the end of the mapping; `None` when they are not all there or not all wiped.
    fn split_off(&mut self, len: usize) -> Option<Self> {
        let mapped = len.max(1).checked_next_multiple_of(PAGE)?;
        let rest = self.mapped.checked_sub(mapped).filter(|rest| *rest >= PAGE)?;
        if self.len > 0 {
            return None;
        }
        self.mapped = rest;
        // SAFETY: `rest` lies inside the mapping, on a page boundary. From here on `self` ends there, so that both own, use
        // and unmap pages of their own.
        let start = unsafe { self.start.add(rest) };
        Some(Self { start, mapped, len, purpose: self.purpose })
    }

    /// Gives back all pages of a wiped region but the first `keep` bytes.
    pub fn shrink(&mut self, keep: usize) {
        if self.len == 0
            && let Some(keep) = keep.max(1).checked_next_multiple_of(PAGE)
            && let Some(rest) = self.mapped.checked_sub(keep).filter(|rest| *rest > 0)
            && let Some(mut cut) = self.split_off(rest)
        {
            // It was wiped with the rest.
            cut.len = 0;
        }
    }

    /// Shortens the region and wipes what is cut off. Does nothing when it is already that short.
    pub fn truncate(&mut self, len: usize) {
        if let Some(tail) = self.get_mut(len..) {
            wipe(tail);
            self.len = len;
        }
    }

    /// Wipes the region and leaves it empty, as room for others; see [`bulk_from`](Self::bulk_from).
    #[must_use]
    pub fn into_spare(mut self) -> Self {
        self.truncate(0);
        self
    }

    /// The region as Argon2 blocks; a remainder shorter than a block is left out.
    pub fn as_argon2_blocks(&mut self) -> &mut [argon2::Block] {
        let count = self.len / size_of::<argon2::Block>();
        // SAFETY: a page boundary satisfies the block's alignment (64), `count` blocks fit the mapping, every bit pattern
        // is a valid block (an array of u64), and the borrow is exclusive.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr().cast(), count) }
    }
}

impl Deref for Region {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: `len <= mapped` initialised bytes (the kernel zeroes them) that live as long as `self`.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl DerefMut for Region {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `deref`, and the borrow is exclusive.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // Pages that were never touched stay untouched: only `len` bytes can hold anything, since `truncate` wipes.
        wipe(self);
        let piece = Piece(self.start);
        let mut idle = idle();
        match self.purpose {
            Purpose::Slot => return idle.slots.push(piece),
            Purpose::Secret if self.mapped == PAGE && idle.locked.len() < IDLE_PAGES => {
                return idle.locked.push(piece);
            }
            Purpose::Bulk if self.mapped == PAGE && idle.unlocked.len() < IDLE_PAGES => {
                return idle.unlocked.push(piece);
            }
            Purpose::Secret | Purpose::Bulk => {}
        }
        drop(idle);
        // SAFETY: the mapping is owned by `self` and nothing borrows it any more.
        unsafe {
            let _ = mm::munmap(self.start.as_ptr().cast(), self.mapped);
        }
    }
}

/// Overwrites `bytes` with zeros in a way the optimiser cannot drop, at the speed of `memset`.
///
/// `zeroize` stores one byte at a time, which costs as much as a pass of Argon2 on a large matrix.
pub fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    // SAFETY: no instruction; only a promise broken: the compiler must assume that this reads the bytes, so the fill above is
    // not a dead store.
    unsafe {
        std::arch::asm!("/* {} */", in(reg) bytes.as_mut_ptr(), options(nostack, preserves_flags));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_zeroed_and_has_the_length_asked_for() {
        for len in [0, 1, 4095, 4096, 4097, 3 << 20] {
            let region = Region::bulk(len).expect("memory");
            assert_eq!(region.len(), len);
            assert!(region.iter().all(|&b| b == 0));
        }
    }

    #[test]
    fn what_comes_back_is_empty() {
        for len in [1, 64, SLOT, SLOT + 1, PAGE] {
            let room = if len <= SLOT { SLOT } else { PAGE };
            for make in [Region::secret, |len| Region::bulk(len).expect("memory")] {
                let mut region = make(len);
                assert!(region.iter().all(|&b| b == 0));
                region.fill(7);
                region.truncate(len / 2);
                drop(region);
                assert!(make(room).iter().all(|&b| b == 0));
            }
        }
        // Larger ones go their own ways.
        drop(Region::secret(PAGE + 1));
        drop(Region::bulk(PAGE + 1).expect("memory"));
        let idle = idle();
        assert!(idle.locked.len() <= IDLE_PAGES && idle.unlocked.len() <= IDLE_PAGES);
    }

    #[test]
    fn slots_are_disjoint_and_stay_mapped() {
        let mut all: Vec<Region> = (0..3 * SLABS[1] / SLOT).map(|_| Region::secret(SLOT)).collect();
        for (n, region) in all.iter_mut().enumerate() {
            region.fill(u8::try_from(n % 251).expect("small"));
        }
        // Every other one goes and takes none of its neighbours with it.
        let kept: Vec<(usize, Region)> =
            all.into_iter().enumerate().filter(|(n, _)| n % 2 == 0).collect();
        for (n, region) in &kept {
            assert!(region.iter().all(|&b| usize::from(b) == n % 251), "{n}");
        }
    }

    #[test]
    fn truncating_wipes_the_tail_and_never_grows() {
        let mut region = Region::secret(64);
        region.fill(7);
        region.truncate(100);
        assert_eq!(region.len(), 64);
        region.truncate(10);
        assert_eq!(&region[..], &[7; 10]);
        // The mapping is still there behind the shortened region.
        // SAFETY: 64 bytes of the same live mapping.
        let whole = unsafe { slice::from_raw_parts(region.start.as_ptr(), 64) };
        assert!(whole[10..].iter().all(|&b| b == 0));
    }

    #[test]
    fn a_spare_region_is_cut_up_page_by_page_and_only_when_it_is_wiped() {
        let mut region = Region::bulk(8 * PAGE).expect("memory");
        region.fill(7);
        assert!(region.split_off(1).is_none(), "it still holds something");
        let mut spare = Some(region.into_spare());
        let mut cuts = Vec::new();
        for (len, mapped_left) in [(1, 7), (PAGE + 1, 5), (4 * PAGE, 1), (1, 1)] {
            let mut cut = Region::bulk_from(&mut spare, len).expect("memory");
            assert_eq!(cut.len(), len);
            assert!(cut.iter().all(|&b| b == 0));
            cut.fill(9);
            cuts.push(cut);
            assert_eq!(spare.as_ref().map(|spare| spare.mapped), Some(mapped_left * PAGE));
        }
        drop(spare);
        assert!(cuts.iter().all(|cut| cut.iter().all(|&b| b == 9)));
    }

    #[test]
    fn shrinking_gives_pages_back_and_keeps_at_least_one() {
        let mut spare = Region::bulk(8 * PAGE).expect("memory").into_spare();
        for all in [9 * PAGE, 8 * PAGE, 8 * PAGE - 1] {
            spare.shrink(all);
            assert_eq!(spare.mapped, 8 * PAGE);
        }
        spare.shrink(2 * PAGE + 1);
        assert_eq!(spare.mapped, 3 * PAGE);
        spare.shrink(0);
        assert_eq!(spare.mapped, PAGE);
    }

    #[test]
    fn argon2_blocks_cover_the_region() {
        let mut region = Region::bulk(64 * 1024 + 5).expect("memory");
        assert_eq!(region.as_argon2_blocks().len(), 64);
    }
}
