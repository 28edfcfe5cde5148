//! Go on with a verification of many archives where it was interrupted.
//!
//! A file of state names the archives of which every byte was found genuine, and exactly which files those were. It is authenticated
//! under the passphrase of the archives, at no less than their costs: who could write it and does not know the passphrase cannot have a
//! damaged archive called good, nor guess it more cheaply here. Only good verdicts stand in it, a file that was touched since is verified
//! again, and so is everything after a week: a disk that rots changes no time of a file. When all archives were looked at the file is
//! removed; a copy of it that is put back counts until its week is over.
//!
//! ```text
//! label | costs and salt of Argon2id | archives | HMAC-SHA-256(everything before)
//! ```

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::verify::{Live, Verdict, Verified, verify};
use super::{ArchiveFile, Progress};
use crate::backup::ArchiveHeader;
use crate::cbor::{self, CborError, Reader};
use crate::clock::Timestamp;
use crate::crypto::kdf::KdfParams;
use crate::crypto::mac::{self, Hash};
use crate::crypto::random::Random;
use crate::crypto::{labels, random};
use crate::fs::directory::{FileId, Ownership, remove_leftovers, temp_name};
use crate::fs::{Directory as _, FsError, Place, Replace};
use crate::ops::{Desk, OpError};
use crate::store::keyslot::{Credentials, SlotKdf, SlotSecret};

/// Longest file that is read.
const LONGEST: u64 = 64 << 20;
/// Most archives in it.
const MOST: usize = 100_000;
/// Seconds after which an archive is verified again.
const GOOD_FOR: u64 = 7 * 86_400;

/// Which file it was, to the byte as far as that can be told without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    file: FileId,
    /// SHA-256 of everything before the first chunk.
    front: Hash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    identity: Identity,
    /// When it was verified.
    at: Timestamp,
    /// Whether the store had changed since the archive was made.
    stale: bool,
}

/// What was verified so far.
pub struct Resume {
    place: Place,
    /// What authenticates it; none before the first good archive says how costly that has to be.
    secret: Option<SlotSecret>,
    entries: Entries,
}

/// By absolute path.
type Entries = BTreeMap<Vec<u8>, Entry>;

impl Resume {
    /// Reads the state at `path`, if there is one. A file that is none of ours, or was not written with these credentials, is refused
    /// and left alone.
    pub fn open(desk: &Desk<'_>, path: &Path, credentials: &Credentials) -> Result<Self, OpError> {
        let place = Place::resolve(path, desk.trust)?;
        place.check_parents(desk.trust.caller)?;
        if !desk.settings.dry_run {
            remove_leftovers(place.directory(), place.name())?;
        }
        let Some(bytes) = place.directory().read(place.name(), LONGEST)? else {
            return Ok(Self { place, secret: None, entries: Entries::new() });
        };
        if !bytes.starts_with(labels::ARCHIVE_RESUME) {
            return Err(FsError::Exists(path.into()).into());
        }
        let foreign = || OpError::ResumeOfAnother(path.into());
        let (content, tag) = bytes.split_last_chunk::<32>().ok_or_else(foreign)?;
        let (kdf, entries) = read(content).map_err(|_| foreign())?;
        // No archive was opened at such costs.
        desk.settings.ceiling.admit([kdf.params]).map_err(|_| foreign())?;
        let secret = credentials.secret_with(&kdf)?;
        if !mac::same(&secret.mac(labels::ARCHIVE_RESUME, content), tag) {
            return Err(foreign());
        }
        Ok(Self { place, secret: Some(secret), entries })
    }

    /// How many archives need no second look, as long as they are what they were.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was verified yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Verifies the archive at `path`, unless that was done. Says which.
    pub fn verify(
        &mut self,
        desk: &Desk<'_>,
        path: &Path,
        credentials: &Credentials,
        live: Option<&Live>,
        progress: Progress<'_>,
    ) -> Result<(Verified, bool), OpError> {
        desk.check_stop()?;
        let before = identity(desk, path)?;
        let now = desk.clock.now();
        if let (Some(before), Some(entry)) = (before, self.entries.get(&key(path)))
            && entry.identity == before
            && now.as_unix().checked_sub(entry.at.as_unix()).is_some_and(|age| age <= GOOD_FOR)
        {
            let stale = entry.stale;
            return Ok((again(desk, path, live, stale)?, true));
        }
        let found = verify(desk, path, Some(credentials), live, progress)?;
        // What changed while it was read is verified again.
        let after = identity(desk, path)?;
        let good = matches!(found.verdict, Verdict::Valid | Verdict::Stale);
        let (true, Some(identity), Some(header)) =
            (good, after.filter(|_| before == after), &found.header)
        else {
            if self.entries.remove(&key(path)).is_some() {
                self.save(desk)?;
            }
            return Ok((found, false));
        };
        self.raise_to(costs(desk, header), credentials, desk.random.borrow_mut().as_mut())?;
        let stale = found.verdict == Verdict::Stale;
        self.entries.insert(key(path), Entry { identity, at: now, stale });
        self.save(desk)?;
        Ok((found, false))
    }

    /// A passphrase must not be cheaper to guess here than where it opens something.
    fn raise_to(
        &mut self,
        costs: KdfParams,
        credentials: &Credentials,
        random: &mut dyn Random,
    ) -> Result<(), OpError> {
        let now = self.secret.as_ref().map(|secret| secret.kdf().params);
        if now.is_some_and(|now| now.meets(costs)) {
            return Ok(());
        }
        let params = now.map_or(costs, |now| now.raised_to(costs));
        self.secret = Some(credentials.slot_secret(credentials.slot_kind(), params, random)?);
        Ok(())
    }

    /// Everything was looked at: there is nothing to go on with.
    pub fn finish(self, desk: &Desk<'_>) -> Result<(), OpError> {
        let directory = self.place.directory();
        if !desk.settings.dry_run && directory.id(self.place.name())?.is_some() {
            directory.remove(self.place.name())?;
            directory.sync()?;
        }
        Ok(())
    }

    fn save(&self, desk: &Desk<'_>) -> Result<(), OpError> {
        let Some(secret) = self.secret.as_ref().filter(|_| !desk.settings.dry_run) else {
            return Ok(());
        };
        let (directory, name) = (self.place.directory(), self.place.name());
        let temp = temp_name(name, random::bytes(desk.random.borrow_mut().as_mut())?);
        let owner = Ownership { uid: desk.trust.caller, mode: 0o600 };
        let mut file = directory.create(&temp, owner)?;
        let written = file.append(&encode(secret, &self.entries)).and_then(|()| file.sync());
        drop(file);
        let placed = written.and_then(|()| directory.rename(&temp, name, Replace::Yes));
        if let Err(error) = placed {
            // What cannot be removed now, the next run removes.
            let _ = directory.remove(&temp);
            return Err(error.into());
        }
        Ok(directory.sync()?)
    }
}

/// The verdict on an archive that was found genuine before: only what the store has done since can change it, and never for the better.
fn again(
    desk: &Desk<'_>,
    path: &Path,
    live: Option<&Live>,
    stale: bool,
) -> Result<Verified, OpError> {
    let mut found = verify(desk, path, None, live, &mut |_, _| ())?;
    if found.verdict == Verdict::StructureOnly {
        let content = found.header.as_ref().map_or(0, |header| header.store.content_generation);
        let moved = stale || live.is_some_and(|live| live.has_moved_on(content));
        found.verdict = if moved { Verdict::Stale } else { Verdict::Valid };
        found.why = moved.then(|| "the store has changed since".to_owned());
    }
    Ok(found)
}

/// What its slots and its network ask for, as far as this run may.
fn costs(desk: &Desk<'_>, header: &ArchiveHeader) -> KdfParams {
    let policy = header.store.network.policy();
    let slots = header.slots.iter().filter_map(|slot| slot.info.kdf.map(|kdf| kdf.params));
    let admitted = slots.filter(|params| desk.settings.ceiling.admit([*params]).is_ok());
    let least = policy.kdf_default.raised_to(policy.kdf_floor);
    let least = if desk.settings.ceiling.admit([least]).is_ok() { Some(least) } else { None };
    let all = least.into_iter().chain(admitted);
    all.reduce(KdfParams::raised_to).unwrap_or(policy.kdf_floor)
}

fn key(path: &Path) -> Vec<u8> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    path.as_os_str().as_bytes().to_vec()
}

/// Which file is there; none for what is no archive.
fn identity(desk: &Desk<'_>, path: &Path) -> Result<Option<Identity>, OpError> {
    match ArchiveFile::find(desk, path) {
        Ok(file) => Ok(Some(Identity { file: file.id, front: file.front_digest()? })),
        Err(OpError::Archive(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn encode(secret: &SlotSecret, entries: &Entries) -> Vec<u8> {
    let mut out = labels::ARCHIVE_RESUME.to_vec();
    let SlotKdf { params, salt } = secret.kdf();
    cbor::array(&mut out, 4);
    cbor::uint(&mut out, u64::from(params.m_kib()));
    cbor::uint(&mut out, u64::from(params.t()));
    cbor::uint(&mut out, u64::from(params.p()));
    cbor::bytes(&mut out, salt);
    cbor::array(&mut out, entries.len());
    for (path, Entry { identity: Identity { file, front }, at, stale }) in entries {
        cbor::array(&mut out, 9);
        cbor::bytes(&mut out, path);
        cbor::uint(&mut out, file.inode.0);
        cbor::uint(&mut out, file.inode.1);
        cbor::uint(&mut out, file.len);
        // A time before 1970 is as good as any other: it has to be the same again.
        cbor::uint(&mut out, file.changed.0.cast_unsigned());
        cbor::uint(&mut out, file.changed.1);
        cbor::bytes(&mut out, front);
        cbor::uint(&mut out, at.as_unix());
        cbor::uint(&mut out, u64::from(*stale));
    }
    let tag = secret.mac(labels::ARCHIVE_RESUME, &out);
    out.extend_from_slice(&tag);
    out
}

fn read(content: &[u8]) -> Result<(SlotKdf, Entries), CborError> {
    let mut reader = Reader::new(content.strip_prefix(labels::ARCHIVE_RESUME).unwrap_or_default());
    let r = &mut reader;
    r.array_of(4)?;
    let (m, t, p) = (r.int("memory")?, r.int("passes")?, r.int("lanes")?);
    let params = KdfParams::new(m, t, p).map_err(|_| CborError::Unexpected("costs"))?;
    let kdf = SlotKdf { params, salt: r.fixed()? };
    let mut entries = Entries::new();
    let count = r.array()?;
    if count > MOST {
        return Err(CborError::Unexpected("too many archives"));
    }
    for _ in 0..count {
        r.array_of(9)?;
        let path = r.bytes()?.to_vec();
        let inode = (r.uint()?, r.uint()?);
        let file = FileId { inode, len: r.uint()?, changed: (r.uint()?.cast_signed(), r.uint()?) };
        let identity = Identity { file, front: r.fixed()? };
        let (at, stale) = (Timestamp::from_unix(r.uint()?), r.uint()? != 0);
        entries.insert(path, Entry { identity, at, stale });
    }
    r.finish()?;
    Ok((kdf, entries))
}

/// Whether `path` may be one of `files`: a state that replaced an archive would be the end of it.
pub fn is_one_of<'a>(path: &Path, files: impl IntoIterator<Item = &'a Path>) -> bool {
    let mine = key(path);
    files.into_iter().any(|file| key(file) == mine || OsStr::from_bytes(&mine) == file.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::random::SystemRandom;
    use crate::fs::Trust;
    use crate::passphrase::Passphrase;
    use crate::secret::SecretBytes;

    fn credentials() -> Credentials {
        let passphrase = Passphrase::new(SecretBytes::copy_from(b"only here")).unwrap();
        Credentials { passphrase, keyfile: None }
    }

    #[test]
    fn it_costs_as_much_to_guess_as_the_dearest_archive() {
        let dir = tempfile::tempdir().unwrap();
        let place = Place::resolve(&dir.path().join("state"), Trust::of_process()).unwrap();
        let mut state = Resume { place, secret: None, entries: Entries::new() };
        let mut after = |m, t| {
            let costs = KdfParams::fixed(m, t, 1);
            state.raise_to(costs, &credentials(), &mut SystemRandom).unwrap();
            *state.secret.as_ref().unwrap().kdf()
        };
        let first = after(16, 1);
        assert_eq!(first.params, KdfParams::fixed(16, 1, 1));
        assert_eq!(after(8, 1), first, "nothing to raise");
        assert_eq!(after(8, 3).params, KdfParams::fixed(16, 3, 1));
        assert_eq!(after(32, 1).params, KdfParams::fixed(32, 3, 1));
    }

    #[test]
    fn what_was_verified_comes_back_and_a_changed_file_does_not() {
        let credentials = credentials();
        let params = KdfParams::fixed(8, 1, 1);
        let secret = credentials
            .slot_secret(credentials.slot_kind(), params, &mut SystemRandom)
            .expect("derived");
        let entry = |inode, stale| Entry {
            identity: Identity {
                file: FileId { inode: (1, inode), len: 700, changed: (-3, 7) },
                front: [9; 32],
            },
            at: Timestamp::from_unix(5),
            stale,
        };
        let entries: Entries =
            [(b"/a".to_vec(), entry(2, false)), (b"/b\xff".to_vec(), entry(3, true))].into();
        let bytes = encode(&secret, &entries);
        let genuine = |bytes: &[u8]| {
            let (content, tag) = bytes.split_last_chunk::<32>()?;
            let known = mac::same(&secret.mac(labels::ARCHIVE_RESUME, content), tag);
            known.then(|| read(content).expect("as it was written"))
        };
        assert_eq!(genuine(&bytes), Some((*secret.kdf(), entries)));
        for at in 0..bytes.len() {
            let mut torn = bytes.clone();
            torn[at] ^= 1;
            assert!(genuine(&torn).is_none(), "{at}");
            assert!(genuine(&bytes[..at]).is_none(), "{at}");
        }
    }
}
