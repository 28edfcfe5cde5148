//! One writer at a time: `flock` on a file beside the store.
//!
//! The lock is on a file of its own, since the store is replaced by a rename and a lock on it would stay with the old inode.
//! The kernel releases it when the holder dies, however it dies; there is no PID in it and nothing to clean up.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::{FsError, StopCheck};

/// How long to sleep between two tries: short enough not to be felt, long enough not to burn a core.
const PAUSE: Duration = Duration::from_millis(10);

/// Locks `descriptor`, which was opened from `path`.
///
/// Polls instead of sleeping in the kernel, so that a signal stops the wait at once and the time limit needs no alarm.
pub(super) fn acquire(
    descriptor: OwnedFd,
    path: &Path,
    timeout: Duration,
    stop: StopCheck<'_>,
) -> Result<OwnedFd, FsError> {
    let start = Instant::now();
    loop {
        match rustix::fs::flock(&descriptor, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(descriptor),
            Err(Errno::WOULDBLOCK | Errno::INTR) => {}
            Err(source) => return Err(FsError::io("lock", path, source)),
        }
        if let Some(kind) = stop() {
            return Err(FsError::Stopped(kind));
        }
        if start.elapsed() >= timeout {
            return Err(FsError::Locked { path: path.into(), waited: start.elapsed() });
        }
        std::thread::sleep(PAUSE.min(timeout));
    }
}
