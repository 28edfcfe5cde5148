//! What secrets leave behind on the stack, and when it is overwritten.
//!
//! Functions return without clearing what they had there. What was held is counted, so that a command that had no secret, or none since it
//! was [`scrubbed`], need not touch pages for nothing.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(test)]
use super::PAGE;
use super::wipe;

/// Memory for a secret: a key, a passphrase, a value. What a configuration holds in clear is none of it; nothing is computed from such
/// a text.
static HELD: Held = Held(AtomicUsize::new(0));

/// How often something was held, but for what was held for a short work.
struct Held(AtomicUsize);

thread_local! {
    /// How often this thread did.
    static MINE: Cell<usize> = const { Cell::new(0) };
}

impl Held {
    fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        MINE.set(MINE.get() + 1);
    }

    fn is_any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }

    /// Does not count what this thread holds while it does `work`, if it comes to its end.
    fn but_for<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = MINE.get();
        let done = work();
        self.0.fetch_sub(MINE.replace(before) - before, Ordering::Relaxed);
        done
    }
}

/// Counts one more.
pub(super) fn held_one() {
    HELD.add();
}

/// Overwrites the part of the stack that calls made so far have used and left.
///
/// Hash functions keep the passphrase in a block buffer on the stack and return without clearing it; 128 KiB is twice what the
/// deepest command uses.
pub fn scrub_stack() {
    overwrite_stack::<{ 128 << 10 }>();
}

/// As [`scrub_stack`], at the end of a command, which may have held no secret at all, or none since it was [`scrubbed`]: most of that
/// stack was never touched, and a page costs more to touch than to overwrite.
pub fn scrub_stack_after_secrets() {
    if HELD.is_any() {
        scrub_stack();
    }
}

/// Most of the stack that `work` of [`scrubbed`] may use. What does the most uses 8 KiB, and 28 KiB without optimisation, which goes with
/// debug assertions unless somebody parts them.
pub const SHALLOW: usize = if cfg!(debug_assertions) { 32 << 10 } else { 16 << 10 };

/// Does some short `work` with secrets of its own, and overwrites the [stack](SHALLOW) that it has used at once: for a command that has
/// nothing else to hide. What comes out of it is no secret.
pub fn scrubbed<T>(work: impl FnOnce() -> T) -> T {
    HELD.but_for(|| {
        let done = apart(work);
        overwrite_stack::<SHALLOW>();
        done
    })
}

/// Does it in a frame of its own, below that of the caller.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite_stack<const LEN: usize>() {
    let mut used = [0_u8; LEN];
    wipe(&mut used);
}

/// Bytes of the stack that `work` uses, up to 128 KiB and to a page.
#[cfg(test)]
pub fn stack_used<T>(work: impl FnOnce() -> T) -> usize {
    const MOST: usize = 128 << 10;
    const PAINT: u8 = 0xa5;
    #[inline(never)]
    #[expect(clippy::large_stack_arrays, reason = "the stack is what is painted")]
    fn paint() {
        // More than is looked at, wherever that comes to lie.
        let mut stack = [PAINT; 4 * MOST];
        std::hint::black_box(&mut stack);
    }
    #[inline(never)]
    fn unpainted() -> usize {
        let mut stack = std::mem::MaybeUninit::<[u8; MOST]>::uninit();
        // SAFETY: no instruction; the compiler must assume that this fills the array. Its bytes are those that were there.
        let stack = unsafe {
            std::arch::asm!("/* {} */", in(reg) stack.as_mut_ptr(), options(nostack, preserves_flags));
            stack.assume_init_ref()
        };
        // A frame of many pages touches each of them with a word.
        let is_painted = |page: &&[u8]| page.iter().filter(|byte| **byte != PAINT).count() <= 16;
        MOST - PAGE * stack.chunks(PAGE).take_while(is_painted).count()
    }
    paint();
    apart(work);
    unpainted()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]

    use super::*;
    use crate::memory::Region;

    #[test]
    fn the_stack_that_is_used_is_measured() {
        #[inline(never)]
        fn use_some() {
            std::hint::black_box(&mut [1_u8; 12 << 10]);
        }
        let (some, little) = (stack_used(use_some), stack_used(|| {}));
        assert!((12 << 10..20 << 10).contains(&some), "{some}");
        assert!(little <= 2 * PAGE, "{little}");
    }

    #[test]
    fn the_stack_of_what_was_scrubbed_is_overwritten() {
        let used = stack_used(|| scrubbed(|| drop(Region::secret(1))));
        assert!((SHALLOW..SHALLOW + (8 << 10)).contains(&used), "{used}");
    }

    #[test]
    fn what_was_held_for_a_short_work_is_not_counted_and_all_else_is() {
        let held = Held(AtomicUsize::new(0));
        let count = || held.0.load(Ordering::Relaxed);
        held.but_for(|| {
            held.add();
            held.but_for(|| held.add());
            held.add();
        });
        assert!(!held.is_any());
        held.add();
        held.but_for(|| held.add());
        assert_eq!(count(), 1);
        // What another thread holds meanwhile is not this one's.
        held.but_for(|| {
            held.add();
            std::thread::scope(|scope| {
                scope.spawn(|| held.add());
            });
        });
        assert_eq!(count(), 2);
        // Whatever a work that came to no end has left is still to be overwritten.
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            held.but_for(|| {
                held.add();
                std::panic::resume_unwind(Box::new(()));
            });
        }));
        assert!(ended.is_err());
        assert_eq!(count(), 3);
        held.but_for(|| held.add());
        assert_eq!(count(), 3);
    }
}
