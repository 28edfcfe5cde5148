//! Work on a second processor, where the host lends one.
//!
//! A host may refuse a thread: `TasksMax=` of a unit, `pids.max` of a container, `ulimit -u`. No work here needs one to be done,
//! only to be done sooner, so a refusal is no failure: whoever asked does the work alone.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

/// Starts `work` on a thread of `scope`; an error where the host refuses one, and then `work` was not called.
///
/// `Scope::spawn` of the standard library panics instead.
pub fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    Builder::new().spawn_scoped(scope, work)
}

/// Does both, at the same time if the host lends a thread for `other`, else one after the other. The second result is an error
/// when `other` panicked, wherever it ran.
pub fn both<A, B: Send>(
    own: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, thread::Result<B>) {
    both_with(true, own, other)
}

fn both_with<A, B: Send>(
    asks: bool,
    own: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, thread::Result<B>) {
    // Kept where a refused thread leaves it.
    let other = Mutex::new(Some(other));
    let run = || {
        let other = other.lock().unwrap_or_else(PoisonError::into_inner).take();
        other.map(|other| other())
    };
    thread::scope(|scope| {
        let started = asks.then(|| start(scope, run).ok()).flatten();
        let own = own();
        let other = match started {
            Some(thread) => thread.join(),
            None => panic::catch_unwind(AssertUnwindSafe(run)),
        };
        // Either it ran here or it ran there.
        (own, other.and_then(|done| done.ok_or_else(|| Box::new("never run") as _)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_with_a_thread_and_without() {
        for asks in [true, false] {
            let mut words = vec!["a"];
            let (own, other) = both_with(asks, || 7, || words.push("b"));
            assert!(other.is_ok());
            assert_eq!((own, words), (7, vec!["a", "b"]));
        }
    }

    #[test]
    fn a_panic_of_the_other_is_an_error_and_ones_own_work_is_done() {
        for asks in [true, false] {
            let (own, other) = both_with(asks, || 7, || panic!("on purpose"));
            assert!(other.is_err());
            assert_eq!(own, 7);
        }
    }
}
