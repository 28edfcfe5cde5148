//! Signals as a flag that is asked, never as code that runs in between.
//!
//! SIGINT, SIGTERM, SIGHUP and SIGQUIT set one flag. Whoever waits (a prompt, a pipe, a lock) looks at the flag, and the
//! command then ends through its ordinary path: the terminal is restored, secrets are wiped, a half-made file is removed.
//!
//! Handlers restart system calls, so a blocking `read` would sleep through a signal. Waiting is therefore done with
//! `poll(2)`, which is never restarted, and in short turns: a signal that arrives just before the call is seen after it.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::kernel;
use super::report::Failure;
use crate::kind::Kind;

/// The longest turn of one wait.
const TURN: Duration = Duration::from_millis(100);

/// The signals that end a command.
const HANDLED: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

/// Which signal has arrived, if any. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Signals {
    seen: Arc<AtomicUsize>,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// There is something to read, or the other end is gone.
    Ready,
    /// A signal arrived.
    Stopped(Kind),
    /// The deadline has passed.
    TimedOut,
}

impl Signals {
    /// Takes over the four signals, except those that the caller of the program told it to ignore (`nohup`, `trap ''`).
    pub fn install() -> io::Result<Self> {
        let signals = Self::default();
        for signal in HANDLED {
            if !kernel::is_ignored(signal) {
                let number = usize::try_from(signal).unwrap_or_default();
                signal_hook::flag::register_usize(signal, Arc::clone(&signals.seen), number)?;
            }
        }
        Ok(signals)
    }

    /// A flag without handlers: it is set by [`raise`](Self::raise) only.
    pub fn detached() -> Self {
        Self::default()
    }

    /// Sets the flag as the signal of `kind` would.
    pub fn raise(&self, kind: Kind) {
        let signal = if kind == Kind::Terminated { SIGTERM } else { SIGINT };
        self.seen.store(usize::try_from(signal).unwrap_or_default(), Ordering::SeqCst);
    }

    /// The flag itself, for code that waits elsewhere: zero, or the number of the signal that arrived last.
    pub fn flag(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.seen)
    }

    /// How the command has to end, once a signal has arrived.
    pub fn interrupted(&self) -> Option<Kind> {
        match i32::try_from(self.seen.load(Ordering::SeqCst)).unwrap_or_default() {
            0 => None,
            SIGINT | SIGQUIT => Some(Kind::Interrupted),
            _ => Some(Kind::Terminated),
        }
    }

    /// Fails once a signal has arrived. Called between the steps of long work and before each commit.
    pub fn check(&self) -> Result<(), Failure> {
        self.interrupted().map_or(Ok(()), |kind| Err(Failure::stopped(kind)))
    }

    /// Waits until `fd` can be read, a signal arrives or the deadline passes.
    pub fn wait_readable(&self, fd: BorrowedFd<'_>, deadline: Option<Instant>) -> io::Result<Wake> {
        loop {
            if let Some(kind) = self.interrupted() {
                return Ok(Wake::Stopped(kind));
            }
            let turn = match deadline.map(|at| at.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return Ok(Wake::TimedOut),
                left => left.unwrap_or(TURN).min(TURN),
            };
            let turn = Timespec::try_from(turn).map_err(io::Error::other)?;
            match poll(&mut [PollFd::from_borrowed_fd(fd, PollFlags::IN)], Some(&turn)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // A bad descriptor is ready too: the read that follows reports it.
                Ok(_) => return Ok(Wake::Ready),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]

    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn each_signal_has_its_exit_code() {
        for (signal, kind) in [
            (SIGINT, Kind::Interrupted),
            (SIGQUIT, Kind::Interrupted),
            (SIGTERM, Kind::Terminated),
            (SIGHUP, Kind::Terminated),
        ] {
            let signals = Signals::detached();
            assert_eq!(signals.interrupted(), None);
            signals.flag().store(usize::try_from(signal).unwrap(), Ordering::SeqCst);
            assert_eq!(signals.check().unwrap_err().kind(), kind);
        }
    }

    #[test]
    fn a_wait_ends_by_data_by_deadline_and_by_signal() {
        let (read, write) = rustix::pipe::pipe().unwrap();
        let signals = Signals::detached();
        let soon = || Some(Instant::now() + Duration::from_millis(20));
        assert_eq!(signals.wait_readable(read.as_fd(), soon()).unwrap(), Wake::TimedOut);
        let raiser = signals.clone();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(30));
            raiser.raise(Kind::Interrupted);
        });
        let wake = signals.wait_readable(read.as_fd(), None).unwrap();
        assert_eq!(wake, Wake::Stopped(Kind::Interrupted));
        thread.join().unwrap();
        rustix::io::write(&write, b"x").unwrap();
        let wake = Signals::detached().wait_readable(read.as_fd(), soon()).unwrap();
        assert_eq!(wake, Wake::Ready);
    }
}
