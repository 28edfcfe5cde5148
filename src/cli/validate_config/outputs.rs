//! Reports in files: the only thing that the gate writes besides what `--fix` confirmed.

use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;

use crate::cli::Failure;
use crate::cli::escape::escape_os;

/// Writes a report. It is no secret; a link in its place is not followed, so that nobody chooses what is overwritten.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |source: Errno| {
        Failure::io(format!("cannot write the report {}", escape_os(path.as_os_str())), source)
    };
    let flags = OFlags::WRONLY
        | OFlags::CREATE
        | OFlags::TRUNC
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::CLOEXEC;
    let file = rustix::fs::openat(CWD, path, flags, Mode::from_raw_mode(0o644)).map_err(failed)?;
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match rustix::io::write(&file, rest) {
            Ok(n) => rest = &rest[n..],
            Err(Errno::INTR) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}
