//! Time: the one place that asks the system what time it is.
//!
//! Everything else takes a [`Clock`] or a [`Timestamp`], so that a test can hold time still and no environment variable can
//! move it in production. Inside a store, *generation* decides what is newer; a timestamp is information.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The start of Unix time.
    pub const EPOCH: Self = Self(0);

    /// A timestamp from seconds since the epoch.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn as_unix(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for Timestamp {
    /// RFC 3339 in UTC, such as `2026-01-24T09:30:00Z`; a number of seconds when the year has more than four digits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match i64::try_from(self.0).ok().and_then(|s| jiff::Timestamp::from_second(s).ok()) {
            Some(time) => write!(f, "{}", time.strftime("%Y-%m-%dT%H:%M:%SZ")),
            None => write!(f, "@{}", self.0),
        }
    }
}

/// A source of the current time.
pub trait Clock {
    /// Nanoseconds since the epoch; zero when the system clock stands before it.
    fn now_nanos(&self) -> u64;

    /// The current time in whole seconds.
    fn now(&self) -> Timestamp {
        Timestamp(self.now_nanos() / 1_000_000_000)
    }
}

/// The clock of the host.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one home of the system clock")]
    fn now_nanos(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// A clock that stands still, for tests and what-if questions.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now_nanos(&self) -> u64 {
        self.0.0.saturating_mul(1_000_000_000)
    }
}

/// A source of time that only moves forward: what a deadline is measured with.
pub trait Monotonic: Send + Sync {
    /// Time since a fixed moment in the past.
    fn elapsed(&self) -> Duration;
}

/// Time since the host was started, the time it slept included: a secret does not live longer because a lid was closed.
#[derive(Clone, Copy, Debug, Default)]
pub struct BootClock;

impl Monotonic for BootClock {
    fn elapsed(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let part = |n: i64| u64::try_from(n).unwrap_or(0);
        Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_shown_in_utc() {
        assert_eq!(Timestamp::from_unix(1_769_247_000).to_string(), "2026-01-24T09:30:00Z");
        assert_eq!(Timestamp::EPOCH.to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_unix(u64::MAX).to_string(), "@18446744073709551615");
    }

    #[test]
    fn the_boot_clock_moves_forward() {
        let first = BootClock.elapsed();
        assert!(first > Duration::ZERO);
        assert!(BootClock.elapsed() >= first);
    }
}
