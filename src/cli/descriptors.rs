//! Descriptors that the caller left open stay with this process.
//!
//! A passphrase that comes as `fd:N` can be read again from the start through `/proc/self/fd/N`, if it is a file, by every program
//! that inherits N: a hook, or the program of another source. So before a command is even parsed it is arranged that nothing but
//! the three streams is inherited. Our own descriptors are opened that way.
#![allow(unsafe_code, reason = "numbers that the kernel has just named; justified where it stands")]

use std::os::fd::BorrowedFd;

use rustix::fs::{Dir, Mode, OFlags};
use rustix::io::{Errno, FdFlags};

/// Numbers that are tried where `/proc` cannot be read.
const TRIED: i32 = 1024;

/// Has every descriptor from 3 up closed in programs that are started. To be called before there is another thread.
pub fn keep() -> Result<(), Errno> {
    for number in open_numbers().unwrap_or_else(|_| (3..TRIED).collect()) {
        // SAFETY: the number is borrowed for one call that changes a flag and reads or writes nothing, while no other thread is
        // there to close it or to open another file under it. A number that is not open is refused by the kernel.
        let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
        match rustix::io::fcntl_setfd(descriptor, FdFlags::CLOEXEC) {
            Ok(()) | Err(Errno::BADF) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn open_numbers() -> Result<Vec<i32>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let listed = rustix::fs::open("/proc/self/fd", flags, Mode::empty())?;
    let mut numbers = Vec::new();
    for entry in Dir::new(listed)? {
        let number = entry?.file_name().to_str().ok().and_then(|name| name.parse::<i32>().ok());
        numbers.extend(number.filter(|number| *number > 2));
    }
    Ok(numbers)
}
