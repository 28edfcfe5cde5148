//! The head of a log, written down where whoever has this host cannot change it.
//!
//! Whoever can unlock the store can write its log anew; only a copy of the head outside binds him too.

use std::path::Path;

use rustix::io::Errno;

use super::change::newest_root;
use super::verify::Known;
use super::{LogError, LogFiles};
use crate::audit::record::ANCHOR;
use crate::audit::{self, Newest};
use crate::fs::directory::Ownership;
use crate::fs::in_place::Access;
use crate::fs::{Directory as _, FsError, Place};
use crate::ops::audit::{Event, Keys, Subject, Trail};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::store::keyslot::Credentials;

/// Largest file of anchors that is read.
pub const MAX_FILE: u64 = 16 << 20;

/// Hands the head of the log of `file` out to `place`, by `send`, which is given the line. An intent is recorded before and is what is
/// anchored; the outcome follows. Without a record nothing is handed out where the network says so.
pub fn hand_out(
    desk: &Desk<'_>,
    log: &LogFiles,
    file: StoreFile,
    credentials: Option<&Credentials>,
    place: &str,
    send: impl FnOnce(&str) -> Result<(), OpError>,
) -> Result<Anchored, LogError> {
    let known = Known::of(log, &file)?;
    let Some(recording) = desk.recording() else {
        let newest = super::head(log, &known)?;
        let line = line(&newest, &desk.clock.now().to_string());
        send(&line)?;
        return Ok(Anchored { newest, line, notices: Vec::new() });
    };
    // Nothing begins a log but the making of its store.
    super::head(log, &known)?;
    let subject = Subject::of_file(&file)?;
    let root = newest_root(desk, file, credentials)?;
    let keys = Keys { root: root.as_ref(), new_segment: None };
    let mut trail = Trail::open(desk, recording, &subject, keys)?;
    let reason = desk.settings.reason.clone();
    let event = Event { reason, ..Event::new(ANCHOR, Some(place.to_owned())) };
    trail.intent(desk, &event, None, None)?;
    trail.reserve()?;
    let newest = audit::newest(log.directory(), log.path()).map_err(|error| log.trouble(error))?;
    let newest = newest.ok_or_else(|| LogError::NoLog(log.path().into()))?;
    let line = line(&newest, &desk.clock.now().to_string());
    if let Err(error) = send(&line) {
        trail.failed(desk, &event, error.kind());
        return Err(error.into());
    }
    trail.done(desk, &event, None, None)?;
    Ok(Anchored { newest, line, notices: trail.notices })
}

/// What was handed out.
pub struct Anchored {
    /// The record.
    pub newest: Newest,
    /// As a line.
    pub line: String,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

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
pub fn syslog(desk: &Desk<'_>, line: &str) -> Result<(), OpError> {
    const AUTHPRIV_NOTICE: u8 = 10 * 8 + 5;
    const SOCKET: &str = "/dev/log";
    if desk.settings.dry_run {
        return Ok(());
    }
    let message = format!("<{AUTHPRIV_NOTICE}>secrets-admin: {}", line.trim_end());
    let sent = std::os::unix::net::UnixDatagram::unbound()
        .and_then(|socket| socket.send_to(message.as_bytes(), SOCKET));
    match sent {
        Ok(len) if len == message.len() => Ok(()),
        Ok(_) => Err(cannot_write(SOCKET, Errno::MSGSIZE)),
        Err(cause) => Err(cannot_write(SOCKET, Errno::from_io_error(&cause).unwrap_or(Errno::IO))),
    }
}

fn cannot_write(path: &str, source: Errno) -> OpError {
    FsError::Io { action: "write", path: path.into(), source }.into()
}
