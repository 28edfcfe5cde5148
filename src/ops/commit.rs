//! The commit itself: everything that touches the disk, in the order that was model-checked.

use super::contents::Contents;
use super::opening::{Opening, igra_state};
use super::{Desk, OpError};
use crate::clock::Timestamp;
use crate::crypto::mac::Hash;
use crate::crypto::random;
use crate::fs::directory::temp_name;
use crate::fs::{Directory, FsError, Replace};
use crate::isec::{self, IsecError};
use crate::kind::Kind;
use crate::memory::Region;
use crate::store::header::AuditHead;
use crate::store::state::State;
use crate::store::{SealedStore, StoreError, StoreId};

/// The next file, sealed, and the state that will describe it.
pub(super) struct Built {
    bytes: Region,
    hash: Hash,
    now: Timestamp,
}

impl Built {
    /// Seals the contents.
    pub fn new(desk: &Desk<'_>, opening: &Opening, head: AuditHead) -> Result<Self, OpError> {
        // Time only ever moves forward in what we write, whatever the clock says.
        let seen =
            opening.remembered.as_ref().map_or(Timestamp::EPOCH, |state| state.max_seen_time);
        let now = desk.clock.now().max(seen);
        let mut random = desk.random.borrow_mut();
        match &opening.contents {
            Contents::Native(store) => {
                let sealed = store.seal(desk.clock.now(), head, random.as_mut())?;
                Ok(Self { bytes: sealed.bytes, hash: sealed.file_hash, now })
            }
            Contents::Igra(file) => {
                let (header, key) = file.next.as_ref().ok_or(IsecError::LegacyLayout)?;
                let bytes = isec::seal(header, key, &file.entries)?;
                let hash = isec::digest(&bytes)?;
                Ok(Self { bytes, hash, now })
            }
        }
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
    opening: &Opening,
    built: Built,
    replace: Replace,
) -> Result<State, OpError> {
    let site = &opening.site;
    let directory = site.directory.as_ref();
    let Built { bytes, hash, now } = built;

    let token = random::bytes(desk.random.borrow_mut().as_mut())?;
    let mut temp = Temp { directory, name: temp_name(&site.name, token) };
    let mut file = directory.create(&temp.name, opening.tag.owner)?;
    let (contents, id) = (&opening.contents, opening.remembered_as());
    // Whether it opens is a matter of the bytes, whether the disk has the bytes is one of the disk: both at the same time.
    let (written, opens) = std::thread::scope(|scope| {
        let opens = scope.spawn(|| verify(contents, id, &bytes, &hash, now));
        let written = file.reserve(bytes.len() as u64).and_then(|()| {
            file.append(&bytes)?;
            file.sync()
        });
        (written, opens.join())
    });
    written?;
    let state = opens.unwrap_or(Err(StoreError::Unauthentic("the file just sealed").into()))?;
    if !file.holds(&bytes)? {
        return Err(FsError::NotWritten(site.path.clone()).into());
    }
    drop(file);
    drop(bytes);

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

/// Opens what is being written, all the way.
fn verify(
    contents: &Contents,
    id: StoreId,
    bytes: &[u8],
    hash: &Hash,
    now: Timestamp,
) -> Result<State, OpError> {
    match contents {
        Contents::Native(store) => {
            let mut copy =
                Region::bulk(bytes.len()).map_err(|_| StoreError::Memory(bytes.len()))?;
            copy.copy_from_slice(bytes);
            let file = SealedStore::parse(copy)?;
            let state = State::of(file.header(), *hash, now);
            store.check_written(file, hash)?;
            Ok(state)
        }
        Contents::Igra(file) => {
            let (_, key) = file.next.as_ref().ok_or(IsecError::LegacyLayout)?;
            if !isec::open(bytes, key)?.iter().eq(file.entries.iter()) {
                return Err(IsecError::AuthenticationFailed.into());
            }
            Ok(igra_state(id, isec::digest(bytes)?, now))
        }
    }
}
