//! The commit itself: everything that touches the disk, in the order that was model-checked.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::audit::Trail;
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
use crate::parallel;
use crate::store::header::AuditHead;
use crate::store::sealed::Unsigned;
use crate::store::state::State;
use crate::store::{StoreError, StoreId};

/// Bytes from which a file is large: below, what its pages cost is lost in the rest.
const LARGE: usize = 1 << 20;

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

    /// Bytes of the file.
    fn len(&self) -> usize {
        match &self.file {
            Next::Native(unsigned) => unsigned.file_len(),
            Next::Igra(bytes) => bytes.len(),
        }
    }

    /// Writes the file, makes it durable, and reads it back; opens it meanwhile as a reader would. Whether it opens is a
    /// matter of the bytes, whether the disk has the bytes is one of the disk.
    ///
    /// Once it is written only its hash is needed to tell what the disk has, so that it can be opened in the memory in which it
    /// was sealed: a third copy of a large store costs more than all the rest.
    fn write(
        self,
        contents: &mut Contents,
        id: StoreId,
        file: &mut dyn NewFile,
        path: &Path,
    ) -> Result<State, OpError> {
        let not_sealed = || OpError::from(StoreError::Unauthentic("the file just sealed"));
        let (state, held) = match (self.file, contents) {
            (Next::Native(unsigned), Contents::Native(store)) => {
                file.reserve(unsigned.file_len() as u64)?;
                let (written, hash) =
                    parallel::both(|| file.append(unsigned.signed()), || unsigned.hash());
                written?;
                let hash = hash.map_err(|_| not_sealed())?;
                let signature = store.sign(&unsigned, &hash)?;
                file.append(&signature)?;
                let signed = unsigned.signed().len();
                let (held, opened) = parallel::both(
                    || {
                        file.sync()?;
                        disk_has(file, signed, &hash, &signature)
                    },
                    || store.check_sealed(unsigned),
                );
                let header = opened.map_err(|_| not_sealed())??;
                (State::of(&header, hash, self.now), held?)
            }
            (Next::Igra(bytes), Contents::Igra(contents)) => {
                let (_, key) = contents.next.as_ref().ok_or(IsecError::LegacyLayout)?;
                if !isec::open(&bytes, key)?.iter().eq(contents.entries.iter()) {
                    return Err(IsecError::AuthenticationFailed.into());
                }
                file.reserve(bytes.len() as u64)?;
                file.append(&bytes)?;
                file.sync()?;
                (igra_state(id, isec::digest(&bytes)?, self.now, self.head), file.holds(&bytes)?)
            }
            _ => return Err(not_sealed()),
        };
        if held { Ok(state) } else { Err(FsError::NotWritten(path.to_owned()).into()) }
    }
}

/// Whether the disk has a file of `signed` bytes with this `hash`, `signature` behind them, and nothing more.
fn disk_has(
    file: &mut dyn NewFile,
    signed: usize,
    hash: &Hash,
    signature: &[u8],
) -> Result<bool, FsError> {
    let (mut found, mut left, mut end) = (Sha256::new(), signed, Some(signature));
    file.read_back(&mut |piece| {
        let (now, later) = piece.split_at(left.min(piece.len()));
        left -= now.len();
        found.update(now);
        end = end.and_then(|end| end.strip_prefix(later));
    })?;
    let ended = left == 0 && end.is_some_and(<[u8]>::is_empty);
    Ok(ended && Hash::from(found.finalize()) == *hash)
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

    // New memory is what a large file costs most.
    if replace == Replace::Yes && built.len() >= LARGE {
        directory.expect_replacement(&site.name);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is on the disk as it is, and comes back in pieces.
    struct OnDisk<'a>(&'a [u8], usize);

    impl NewFile for OnDisk<'_> {
        fn reserve(&mut self, _len: u64) -> Result<(), FsError> {
            Ok(())
        }

        fn append(&mut self, _bytes: &[u8]) -> Result<(), FsError> {
            Ok(())
        }

        fn sync(&mut self) -> Result<(), FsError> {
            Ok(())
        }

        fn read_back(&mut self, take: &mut dyn FnMut(&[u8])) -> Result<(), FsError> {
            self.0.chunks(self.1).for_each(take);
            Ok(())
        }
    }

    #[test]
    fn what_differs_anywhere_from_what_was_written_is_not_on_the_disk() {
        let signed: Vec<u8> = (0..200).collect();
        let signature = [7; 64];
        let hash = crate::crypto::mac::sha256(&[&signed]);
        let written = [&signed[..], &signature].concat();
        let has = |bytes: &[u8], piece| {
            let mut file = OnDisk(bytes, piece);
            let held = file.holds(&written).expect("no error");
            let found = disk_has(&mut file, signed.len(), &hash, &signature).expect("no error");
            assert_eq!(held, found);
            found
        };
        for piece in [1, 3, 63, 64, 199, 200, 201, 264, 300] {
            assert!(has(&written, piece), "{piece}");
            for at in 0..written.len() {
                let mut other = written.clone();
                other[at] ^= 1;
                assert!(!has(&other, piece), "{piece} {at}");
                assert!(!has(&written[..at], piece), "{piece} {at}");
            }
            assert!(!has(&[&written[..], b"x"].concat(), piece), "{piece}");
        }
        assert!(OnDisk(b"", 1).holds(b"").expect("no error"));
        assert!(!OnDisk(b"x", 1).holds(b"").expect("no error"));
    }
}
