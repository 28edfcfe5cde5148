//! The head of a log, written down where whoever has this host cannot change it.
//!
//! Whoever can unlock the store can write its log anew; only a copy of the head outside binds him too.

use std::path::Path;

use crate::audit::Newest;
use crate::fs::directory::Ownership;
use crate::fs::in_place::Access;
use crate::fs::{Directory as _, FsError, Place};
use crate::ops::{Desk, OpError};

/// Largest file of anchors that is read.
pub const MAX_FILE: u64 = 16 << 20;

/// One line of JSON about `newest`, as it was at `now`, with its end.
pub fn line(newest: &Newest, now: &str) -> String {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    // All of it is digits, hexadecimal, or a time.
    format!(
        "{{\"schema_version\":1,\"log_id\":\"{}\",\"seq\":{},\"mac\":\"{}\",\"time\":\"{}\",\"store_id\":\"{}\",\"anchored\":\"{now}\"}}\n",
        hex(&newest.log_id),
        newest.head.seq,
        hex(&newest.head.mac),
        newest.ts,
        newest.store_id,
    )
}

/// Adds `line` to the file at `path`, durably; a new file has mode 0600. Under `--dry-run` only checks that it could.
pub fn append(desk: &Desk<'_>, path: &Path, line: &str) -> Result<(), OpError> {
    let place = Place::resolve(path, desk.trust)?;
    let owner = Ownership { uid: desk.trust.caller, mode: 0o600 };
    place.check_parents(owner.uid)?;
    if desk.settings.dry_run {
        return Ok(());
    }
    let directory = place.directory();
    let file = directory
        .in_place(place.name(), Access::Create(owner))?
        .ok_or_else(|| FsError::NotFound(path.into()))?;
    let before = file.facts()?;
    if before.mode & 0o022 != 0 {
        return Err(FsError::Writable { path: path.into(), mode: before.mode }.into());
    }
    let appended = file.append(line.as_bytes()).and_then(|()| file.sync_data());
    if let Err(error) = appended {
        // Half a line would make every later one unreadable.
        let _ = file.truncate(before.len);
        return Err(error.into());
    }
    if before.len == 0 {
        directory.sync()?;
    }
    Ok(())
}

/// Sends `line` to the syslog of this host, as a notice of the facility for security.
pub fn syslog(line: &str) -> std::io::Result<()> {
    const AUTHPRIV_NOTICE: u8 = 10 * 8 + 5;
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    let message = format!("<{AUTHPRIV_NOTICE}>secrets-admin: {}", line.trim_end());
    let sent = socket.send_to(message.as_bytes(), "/dev/log")?;
    if sent == message.len() { Ok(()) } else { Err(std::io::ErrorKind::WriteZero.into()) }
}
