//! One thing held until its time is up, and then dropped, whether or not anybody asks for it again.
//!
//! A thread sleeps until the deadline and drops what is held. There is none when the time to live is zero, since then nothing
//! is held. Dropping the cache ends the thread and what it held.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock::Monotonic;

/// Longest sleep of the thread. A condition variable does not count the time that the host sleeps, our clock does.
const NAP: Duration = Duration::from_secs(30);

/// Holds at most one `T`.
pub(super) struct Cache<T> {
    shared: Arc<Shared<T>>,
    ttl: Duration,
    sweeper: Option<JoinHandle<()>>,
}

struct Shared<T> {
    inside: Mutex<Inside<T>>,
    wake: Condvar,
    clock: Arc<dyn Monotonic>,
}

struct Inside<T> {
    held: Option<(T, Duration)>,
    closing: bool,
}

impl<T: Send + 'static> Cache<T> {
    /// An empty cache. Fails when no thread can be started.
    pub(super) fn new(ttl: Duration, clock: Arc<dyn Monotonic>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            inside: Mutex::new(Inside { held: None, closing: false }),
            wake: Condvar::new(),
            clock,
        });
        let sweeper = if ttl.is_zero() {
            None
        } else {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name("strongroom-sweep".to_owned());
            Some(thread.spawn(move || shared.sweep())?)
        };
        Ok(Self { shared, ttl, sweeper })
    }

    /// Uses what is held, if its time is not up and `is_current` agrees, else what `open` makes.
    ///
    /// What is no longer good is dropped before `open` is called. Threads take turns.
    pub(super) fn with<R, E>(
        &self,
        is_current: impl FnOnce(&T) -> Result<bool, E>,
        open: impl FnOnce() -> Result<T, E>,
        act: impl FnOnce(&T) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut inside = self.shared.lock();
        inside.drop_expired(self.shared.clock.elapsed());
        if let Some((held, _)) = &inside.held {
            match is_current(held) {
                Ok(true) => return act(held),
                Ok(false) => inside.held = None,
                Err(error) => {
                    inside.held = None;
                    return Err(error);
                }
            }
        }
        let opened = open()?;
        if self.ttl.is_zero() {
            return act(&opened);
        }
        // The time counts from here: a person may have taken long to type.
        let deadline = self.shared.clock.elapsed().saturating_add(self.ttl);
        let (held, _) = inside.held.insert((opened, deadline));
        self.shared.wake.notify_all();
        act(held)
    }

    /// Whether something is held right now.
    pub(super) fn is_filled(&self) -> bool {
        self.shared.lock().held.is_some()
    }

    /// Drops what is held.
    pub(super) fn clear(&self) {
        self.shared.lock().held = None;
    }
}

impl<T> Shared<T> {
    /// A thread that panicked with the lock held left nothing half-done: what is held is replaced whole.
    fn lock(&self) -> MutexGuard<'_, Inside<T>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until a deadline and drops what expired, until the cache is closed.
    fn sweep(&self) {
        let mut inside = self.lock();
        while !inside.closing {
            let now = self.clock.elapsed();
            inside.drop_expired(now);
            inside = match &inside.held {
                None => self.wake.wait(inside).unwrap_or_else(PoisonError::into_inner),
                Some((_, deadline)) => {
                    let nap = deadline.saturating_sub(now).min(NAP);
                    let woken = self.wake.wait_timeout(inside, nap);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl<T> Inside<T> {
    fn drop_expired(&mut self, now: Duration) {
        if self.held.as_ref().is_some_and(|(_, deadline)| now >= *deadline) {
            self.held = None;
        }
    }
}

impl<T> Drop for Cache<T> {
    fn drop(&mut self) {
        {
            let mut inside = self.shared.lock();
            inside.held = None;
            inside.closing = true;
        }
        self.shared.wake.notify_all();
        if let Some(sweeper) = self.sweeper.take() {
            // It cannot panic; were it to, what it held is gone all the same.
            let _ = sweeper.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::BootClock;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    use std::time::Instant;

    /// A clock that is set by hand.
    #[derive(Default)]
    struct Hand(AtomicU64);

    impl Monotonic for Hand {
        fn elapsed(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::SeqCst))
        }
    }

    /// Counts how many live.
    struct Counted(Arc<AtomicUsize>);

    impl Counted {
        fn new(count: &Arc<AtomicUsize>) -> Self {
            count.fetch_add(1, Ordering::SeqCst);
            Self(Arc::clone(count))
        }
    }

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn ask(cache: &Cache<u32>, fresh: u32) -> u32 {
        let asked: Result<u32, Infallible> =
            cache.with(|_| Ok(true), || Ok(fresh), |held| Ok(*held));
        asked.unwrap_or_default()
    }

    #[test]
    fn what_is_held_lasts_until_its_deadline_and_not_longer() {
        let hand = Arc::new(Hand::default());
        let cache = Cache::new(Duration::from_mins(5), hand.clone()).expect("a thread");
        assert_eq!(ask(&cache, 1), 1);
        hand.0.store(299, Ordering::SeqCst);
        assert_eq!(ask(&cache, 2), 1, "use does not prolong it, nor end it early");
        hand.0.store(300, Ordering::SeqCst);
        assert_eq!(ask(&cache, 3), 3);
        hand.0.store(599, Ordering::SeqCst);
        assert_eq!(ask(&cache, 4), 3);
    }

    #[test]
    fn nothing_is_held_without_a_time_to_live() {
        let cache = Cache::new(Duration::ZERO, Arc::new(BootClock)).expect("no thread");
        assert!(cache.sweeper.is_none());
        assert_eq!((ask(&cache, 1), ask(&cache, 2)), (1, 2));
        assert!(!cache.is_filled());
    }

    #[test]
    fn what_is_held_is_dropped_on_time_though_nobody_asks() {
        let count = Arc::new(AtomicUsize::new(0));
        let ttl = Duration::from_millis(40);
        let cache = Cache::new(ttl, Arc::new(BootClock)).expect("a thread");
        let start = Instant::now();
        let filled: Result<(), Infallible> =
            cache.with(|_| Ok(true), || Ok(Counted::new(&count)), |_| Ok(()));
        assert!(filled.is_ok());
        while count.load(Ordering::SeqCst) > 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "it is still held");
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(start.elapsed() >= ttl);
        assert!(!cache.is_filled());
    }

    #[test]
    fn what_is_outdated_is_dropped_before_another_is_made() {
        let count = Arc::new(AtomicUsize::new(0));
        let cache = Cache::new(Duration::from_mins(5), Arc::new(BootClock)).expect("a thread");
        for _ in 0..3 {
            let alone: Result<usize, Infallible> = cache.with(
                |_| Ok(false),
                || Ok(Counted::new(&count)),
                |_| Ok(count.load(Ordering::SeqCst)),
            );
            assert_eq!(alone, Ok(1));
        }
        let failed = cache.with(|_| Err("unknown"), || Ok(Counted::new(&count)), |_| Ok(()));
        assert_eq!(failed, Err("unknown"));
        assert_eq!(count.load(Ordering::SeqCst), 0, "what cannot be judged is not kept");
    }

    #[test]
    fn dropping_the_cache_drops_what_it_holds_and_ends_its_thread() {
        let count = Arc::new(AtomicUsize::new(0));
        let cache = Cache::new(Duration::from_hours(1), Arc::new(BootClock)).expect("a thread");
        let filled: Result<(), Infallible> =
            cache.with(|_| Ok(true), || Ok(Counted::new(&count)), |_| Ok(()));
        assert!(filled.is_ok());
        let shared = Arc::downgrade(&cache.shared);
        drop(cache);
        assert_eq!(count.load(Ordering::SeqCst), 0);
        assert!(shared.upgrade().is_none(), "the thread has let go of it");
    }

    #[test]
    fn a_panic_of_one_user_does_not_lock_the_others_out() {
        let cache = Cache::new(Duration::from_mins(5), Arc::new(BootClock)).expect("a thread");
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _: Result<u32, Infallible> =
                cache.with(|_| Ok(true), || panic!("the callback fails"), |held| Ok(*held));
        }));
        assert!(outcome.is_err());
        assert_eq!(ask(&cache, 7), 7);
    }
}
