//! Descriptors that the caller left open stay with this process.
//!
//! A passphrase that comes as `fd:N` can be read again from the start through `/proc/self/fd/N`, if it is a file, by every program
//! that inherits N: a hook, or the program of another source. So before a command is even parsed it is arranged that nothing but
//! the three streams is inherited. Our own descriptors are opened that way.
#![allow(unsafe_code, reason = "numbers that the kernel has just named; justified where it stands")]

use std::os::fd::BorrowedFd;

use rustix::fs::{Dir, Mode, OFlags};
use rustix::io::{Errno, FdFlags};

use super::kernel;

/// Numbers that are tried where `/proc` cannot be read.
const TRIED: i32 = 1024;

/// Has every descriptor from 3 up closed in programs that are started. To be called before there is another thread.
pub fn keep() -> Result<(), Errno> {
    if kernel::close_on_exec_from(3).is_ok() {
        return Ok(());
    }
    keep_each(open_numbers().unwrap_or_else(|_| (3..TRIED).collect()))
}

/// The same, one by one, for a kernel that does not do it at once.
fn keep_each(numbers: Vec<i32>) -> Result<(), Errno> {
    for number in numbers {
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

#[cfg(test)]
mod tests {
    use rustix::io::fcntl_getfd;

    use super::*;

    #[test]
    fn they_are_kept_one_by_one_where_they_cannot_be_kept_at_once() {
        let all = || (3..TRIED).collect();
        for numbers in [|| open_numbers().expect("/proc"), all] {
            let (read, write) = rustix::pipe::pipe().expect("a pipe");
            assert_eq!(fcntl_getfd(&read), Ok(FdFlags::empty()));
            keep_each(numbers()).expect("kept");
            assert_eq!([&read, &write].map(fcntl_getfd), [Ok(FdFlags::CLOEXEC); 2]);
        }
    }
}
