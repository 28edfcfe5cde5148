//! The commit itself: everything that touches the disk, in the order that was model-checked.

use super::contents::Contents;
use super::opening::{Opening, igra_state};
use super::{Desk, OpError};
use crate::clock::Timestamp;
use crate::crypto::mac::Hash;
use crate::crypto::random;
use crate::fs::directory::temp_name;
use crate::fs::{Directory, FsError, NewFile, Replace};
use crate::isec::{self, IsecError};
use crate::kind::Kind;
use crate::memory::Region;
use crate::store::header::AuditHead;
use crate::store::sealed::Unsigned;
use crate::store::state::State;
use crate::store::{SealedStore, StoreError, StoreId};

/// The next file, sealed.
pub(super) struct Built {
    file: Next,
    now: Timestamp,
}

enum Next {
    /// It is hashed and signed while it is being written.
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
        Ok(Self { file, now })
    }

    /// Writes the file, and meanwhile computes what is left: the hash, and the signature that goes last.
    fn write(self, contents: &Contents, file: &mut dyn NewFile) -> Result<Written, OpError> {
        let now = self.now;
        match (self.file, contents) {
            (Next::Native(unsigned), Contents::Native(store)) => {
                let (written, hash) = std::thread::scope(|scope| {
                    let hash = scope.spawn(|| unsigned.hash());
                    let written = file
                        .reserve(unsigned.file_len() as u64)
                        .and_then(|()| file.append(unsigned.signed()));
                    (written, hash.join())
                });
                written?;
                let hash =
                    hash.map_err(|_| StoreError::Unauthentic("the hash of the file just sealed"))?;
                let at = unsigned.signed().len();
                let sealed = store.sign(unsigned, hash);
                file.append(&sealed.bytes[at..])?;
                Ok(Written { bytes: sealed.bytes, hash, now })
            }
            (Next::Igra(bytes), _) => {
                file.reserve(bytes.len() as u64)?;
                file.append(&bytes)?;
                let hash = isec::digest(&bytes)?;
                Ok(Written { bytes, hash, now })
            }
            (Next::Native(_), Contents::Igra(_)) => Err(IsecError::LegacyLayout.into()),
        }
    }
}

/// What stands in the temporary file, and not yet for certain on the disk.
struct Written {
    bytes: Region,
    hash: Hash,
    now: Timestamp,
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
) -> Result<State, OpError> {
    let id = opening.remembered_as();
    let Opening { site, contents, tag, .. } = opening;
    let directory = site.directory.as_ref();

    let token = random::bytes(desk.random.borrow_mut().as_mut())?;
    let mut temp = Temp { directory, name: temp_name(&site.name, token) };
    let mut file = directory.create(&temp.name, tag.owner)?;
    let written = built.write(contents, file.as_mut())?;
    let copy = match contents {
        Contents::Native(store) => Some(store.copy_of(&written.bytes)?),
        Contents::Igra(_) => None,
    };
    // Whether it opens is a matter of the bytes, whether the disk has the bytes is one of the disk: both at the same time.
    let (held, opens) = std::thread::scope(|scope| {
        let opens = scope.spawn(|| verify(contents, id, &written, copy));
        let held = file.sync().and_then(|()| file.holds(&written.bytes));
        (held, opens.join())
    });
    let held = held?;
    let state = opens.unwrap_or(Err(StoreError::Unauthentic("the file just sealed").into()))?;
    if !held {
        return Err(FsError::NotWritten(site.path.clone()).into());
    }
    drop(file);
    drop(written);

    let token = random::bytes(desk.random.borrow_mut().as_mut())?;
    let prepared = desk.state.prepare(&state, &site.path, token, desk.trust.caller)?;
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

/// Opens what was written, all the way. `copy` is a copy of it that may be decrypted in place.
fn verify(
    contents: &Contents,
    id: StoreId,
    written: &Written,
    copy: Option<Region>,
) -> Result<State, OpError> {
    let Written { bytes, hash, now } = written;
    match (contents, copy) {
        (Contents::Native(store), Some(copy)) => {
            let file = SealedStore::parse(copy)?;
            let state = State::of(file.header(), *hash, *now);
            store.check_written(file, hash)?;
            Ok(state)
        }
        (Contents::Igra(file), _) => {
            let (_, key) = file.next.as_ref().ok_or(IsecError::LegacyLayout)?;
            if !isec::open(bytes, key)?.iter().eq(file.entries.iter()) {
                return Err(IsecError::AuthenticationFailed.into());
            }
            Ok(igra_state(id, *hash, *now))
        }
        (Contents::Native(_), None) => Err(StoreError::Length.into()),
    }
}
