//! Work on a second processor, where the host lends one.
//!
//! A host may refuse a thread: `TasksMax=` of a unit, `pids.max` of a container, `ulimit -u`. No work here needs one to be done,
//! only to be done sooner, so a refusal is no failure: whoever asked does the work alone.

use std::io;
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

/// Does both, at the same time if the host lends a thread for `other`, else `other` after `own`. The first result is an error
/// when `other` panicked on its thread.
pub fn both<A: Send, B>(
    other: impl FnOnce() -> A + Send,
    own: impl FnOnce() -> B,
) -> (thread::Result<A>, B) {
    // Kept where a refused thread leaves it.
    let other = Mutex::new(Some(other));
    let take = || other.lock().unwrap_or_else(PoisonError::into_inner).take();
    thread::scope(|scope| {
        let started = start(scope, || take().map(|other| other()));
        let own = own();
        let other = match started {
            Ok(thread) => thread.join(),
            Err(_) => Ok(take().map(|other| other())),
        };
        // Either it ran here or it ran there.
        (other.and_then(|done| done.ok_or_else(|| Box::new("never run") as _)), own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_and_both_may_borrow() {
        let mut words = vec!["a"];
        let (other, own) = both(|| words.push("b"), || 7);
        assert!(other.is_ok());
        assert_eq!((own, words), (7, vec!["a", "b"]));
    }

    #[test]
    fn a_panic_of_the_other_is_an_error_and_ones_own_work_is_done() {
        let (other, own) = both(|| panic!("on purpose"), || 7);
        assert!(other.is_err());
        assert_eq!(own, 7);
    }
}
