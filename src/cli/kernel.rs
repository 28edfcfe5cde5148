//! Two requests to the kernel that no safe crate makes.
//!
//! `/proc` can answer both, which costs more than all the rest of the start and needs `/proc` to be there.
#![allow(unsafe_code, reason = "system calls on plain numbers; each is justified where it stands")]

use std::mem::MaybeUninit;
use std::{io, ptr};

/// Has every descriptor from `first` up closed in programs that are started: `close_range(2)`, Linux 5.11. Fails with `ENOSYS` or
/// `EINVAL` on an older kernel, and where a filter of system calls does not know it with the error of that filter, or the process
/// ends: a unit has `SystemCallErrorNumber=EPERM`.
pub fn close_on_exec_from(first: libc::c_uint) -> io::Result<()> {
    // SAFETY: the call takes three numbers and no memory; with this flag it closes nothing, so that nobody's descriptor ends.
    let done = unsafe {
        libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC)
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// True when `signal` is ignored; false for what is no signal.
pub fn is_ignored(signal: libc::c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: without a new action nothing is changed. The old one is written into memory of its type, all of which is valid when
    // it is zero, as it stays where the call fails.
    let action = unsafe {
        libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
        action.assume_init()
    };
    action.sa_sigaction == libc::SIG_IGN
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd as _;

    use rustix::io::{FdFlags, fcntl_getfd};

    use super::*;

    #[test]
    fn what_is_ignored_is_told() {
        assert!(!is_ignored(libc::SIGUSR2));
        // SAFETY: no handler is installed, and no other test uses this signal.
        unsafe { libc::signal(libc::SIGUSR2, libc::SIG_IGN) };
        assert!(is_ignored(libc::SIGUSR2));
        assert!(!is_ignored(-1) && !is_ignored(10_000));
    }

    #[test]
    fn descriptors_are_closed_in_programs_and_stay_open_here() {
        let (read, write) = rustix::pipe::pipe().expect("a pipe");
        let number = u32::try_from(read.as_raw_fd()).expect("a number");
        let flags = match close_on_exec_from(number).map_err(|error| error.raw_os_error()) {
            Ok(()) => FdFlags::CLOEXEC,
            // Nothing else is an excuse.
            Err(Some(libc::ENOSYS | libc::EINVAL | libc::EPERM)) => FdFlags::empty(),
            Err(error) => panic!("{error:?}"),
        };
        assert_eq!(fcntl_getfd(&read), Ok(flags));
        rustix::io::write(&write, b"x").expect("written");
        assert_eq!(rustix::io::read(&read, &mut [0; 2]), Ok(1));
    }
}
