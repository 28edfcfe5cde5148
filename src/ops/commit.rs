//! The commit itself: everything that touches the disk, in the order that was model-checked.

use std::path::Path;

use super::audit::Trail;
use super::contents::Contents;
use super::opening::{Opening, igra_state};
use super::{Desk, OpError};
use crate::clock::Timestamp;
use crate::crypto::random;
use crate::fs::directory::temp_name;
use crate::fs::{Directory, FsError, NewFile, Replace};
use crate::isec::{self, IsecError};
use crate::kind::Kind;
use crate::memory::Region;
use crate::store::header::AuditHead;
use crate::store::sealed::Unsigned;
use crate::store::state::State;
use crate::store::{StoreError, StoreId};

/// The next file, sealed.
pub(super) struct Built {
    file: Next,
    now: Timestamp,
    head: AuditHead,
}

enum Next {
    /// It is hashed, signed and opened while it is being written.
    Native(Unsigned),
    /// Its hash covers header and tag alone.
    Igra(Region),
}

impl Built {
    /// Seals the contents.
    pub fn new(desk: &Desk<'_>, opening: &mut Opening, head: AuditHead) -> Result<Self, OpError> {
        // Time only ever moves forward in what we write, whatever the clock says.
        let seen =
            opening.remembered.as_ref().map_or(Timestamp::EPOCH, |state| state.max_seen_time);
        let now = desk.clock.now().max(seen);
        if let Contents::Native(store) = &mut opening.contents {
            super::backup::memory::tell(desk, store)?;
        }
        let mut random = desk.random.borrow_mut();
        let file = match &mut opening.contents {
            Contents::Native(store) => {
                Next::Native(store.seal_unsigned(desk.clock.now(), head, random.as_mut())?)
            }
            Contents::Igra(file) => {
                let (header, key) = file.next.as_ref().ok_or(IsecError::LegacyLayout)?;
                Next::Igra(isec::seal(header, key, &file.entries)?)
            }
        };
        Ok(Self { file, now, head })
    }

    /// Writes the file, makes it durable, and reads it back; opens it meanwhile as a reader would. Whether it opens is a
    /// matter of the bytes, whether the disk has the bytes is one of the disk.
    fn write(
        self,
        contents: &mut Contents,
        id: StoreId,
        file: &mut dyn NewFile,
        path: &Path,
    ) -> Result<State, OpError> {
        let not_sealed = || OpError::from(StoreError::Unauthentic("the file just sealed"));
        let (state, held) = match (&self.file, contents) {
            (Next::Native(unsigned), Contents::Native(store)) => {
                let room = store.room_for(unsigned)?;
                let store = &**store;
                std::thread::scope(|scope| {
                    let opened = scope.spawn(|| store.check_sealed(unsigned, room));
                    let hashed = scope.spawn(|| unsigned.hash());
                    file.reserve(unsigned.file_len() as u64)?;
                    file.append(unsigned.signed())?;
                    let hash = hashed.join().map_err(|_| not_sealed())?;
                    let signature = store.sign(unsigned, &hash)?;
                    file.append(&signature)?;
                    file.sync()?;
                    let held = file.holds(&[unsigned.signed(), &signature])?;
                    let header = opened.join().map_err(|_| not_sealed())??;
                    Ok::<_, OpError>((State::of(&header, hash, self.now), held))
                })?
            }
            (Next::Igra(bytes), Contents::Igra(contents)) => {
                let (_, key) = contents.next.as_ref().ok_or(IsecError::LegacyLayout)?;
                if !isec::open(bytes, key)?.iter().eq(contents.entries.iter()) {
                    return Err(IsecError::AuthenticationFailed.into());
                }
                file.reserve(bytes.len() as u64)?;
                file.append(bytes)?;
                file.sync()?;
                (igra_state(id, isec::digest(bytes)?, self.now, self.head), file.holds(&[bytes])?)
            }
            _ => return Err(not_sealed()),
        };
        if let Next::Native(unsigned) = self.file {
            unsigned.discard();
        }
        if held { Ok(state) } else { Err(FsError::NotWritten(path.to_owned()).into()) }
    }
}

/// A temporary file that is removed unless it was renamed.
struct Temp<'a> {
    directory: &'a dyn Directory,
    name: std::ffi::OsString,
}

impl Drop for Temp<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            // What cannot be removed now, the next command removes.
            let _ = self.directory.remove(&self.name);
        }
    }
}

/// Writes, verifies, reserves, commits, remembers. Returns the state that is now remembered.
pub(super) fn carry_out(
    desk: &Desk<'_>,
    opening: &mut Opening,
    built: Built,
    replace: Replace,
    trail: &mut Trail,
) -> Result<State, OpError> {
    let id = opening.remembered_as();
    let Opening { site, contents, tag, .. } = opening;
    let directory = site.directory.as_ref();

    let token = random::bytes(desk.random.borrow_mut().as_mut())?;
    let mut temp = Temp { directory, name: temp_name(&site.name, token) };
    let mut file = directory.create(&temp.name, tag.owner)?;
    let state = built.write(contents, id, file.as_mut(), &site.path)?;
    drop(file);

    let token = random::bytes(desk.random.borrow_mut().as_mut())?;
    let prepared = desk.state.prepare(&state, &site.path, token, desk.trust.caller)?;
    trail.reserve()?;
    desk.check_stop()?;

    // COMMIT. From here on nothing needs space, and nothing is undone.
    directory.rename(&temp.name, &site.name, replace)?;
    temp.name.clear();
    let after = |what: &str, error: &FsError| OpError::AfterCommit {
        generation: state.max_generation,
        what: format!("{what}: {error}"),
        kind: if error.kind() == Kind::Locked { Kind::Io } else { error.kind() },
    };
    directory.sync().map_err(|error| after("its directory could not be synced", &error))?;
    prepared.commit().map_err(|error| after("the state file could not be raised", &error))?;
    Ok(state)
}
