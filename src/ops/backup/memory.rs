//! What this host remembers of a store's archives.
//!
//! Information, not evidence: it lies beside the state file, is trusted as far as that directory, and says where archives were put
//! and when they were last proven. A torn file is an absent one.
//!
//! ```text
//! label | CBOR | SHA-256(everything before)
//! ```

use std::ffi::OsString;

use crate::backup::{ArchiveHeader, ArchiveId};
use crate::cbor::{self, CborError, Reader};
use crate::clock::Timestamp;
use crate::crypto::{labels, mac, random};
use crate::fs::Replace;
use crate::fs::directory::{Ownership, lock_name, remove_leftovers, temp_name};
use crate::ops::{Desk, OpError, StateHome};
use crate::store::backup_facts::{BackupFacts, DrillFacts, DrillKind};
use crate::store::inventory::Level;
use crate::store::{OpenStore, StoreId};

/// More are forgotten, oldest first.
const MOST: usize = 256;
/// Longest file that is read.
const LONGEST: u64 = 4 << 20;

/// A restore that was rehearsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drill {
    /// When.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Whether every entry was opened too, and not the archive alone.
    pub opened: bool,
}

/// One archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: ArchiveId,
    /// When it was made.
    pub created: Timestamp,
    /// Generation of the store in it.
    pub generation: u64,
    /// Generation of the last change of secrets or keys in it.
    pub content_generation: u64,
    /// Epoch of the data key in it.
    pub key_epoch: u32,
    /// Where it was last seen; empty for one that went into a pipe.
    pub path: String,
    /// Its length.
    pub len: u64,
    /// When every byte of it was last checked.
    pub verified: Option<Timestamp>,
    /// The last rehearsal with it.
    pub drill: Option<Drill>,
    /// Whether it was pruned, or found damaged; what was proven with it stays known.
    pub removed: bool,
}

/// A commit that reaches into no copy of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A passphrase was changed.
    Passphrase = 1,
    /// A keyslot was revoked.
    Keyslot = 2,
    /// The data key was replaced.
    DataKey = 3,
    /// Managed keys were rotated, or given up.
    Key = 4,
}

impl Turn {
    /// The turn that an event of the audit log is, if it is one.
    pub fn of_event(name: &str) -> Option<Self> {
        match name {
            "passphrase.change" => Some(Self::Passphrase),
            "keyslot.revoke" => Some(Self::Keyslot),
            "data-key.rotate" => Some(Self::DataKey),
            "key.rotate" | "key.compromise" | "key.destroy" | "key.retire" => Some(Self::Key),
            _ => None,
        }
    }

    fn from_code(code: u64) -> Option<Self> {
        let all = [Self::Passphrase, Self::Keyslot, Self::DataKey, Self::Key];
        all.into_iter().find(|turn| *turn as u64 == code)
    }
}

impl Known {
    /// What is known of an archive that was found at `path`.
    pub fn of(header: &ArchiveHeader, path: String, len: u64) -> Self {
        Self {
            id: header.id,
            created: header.created,
            generation: header.store.generation,
            content_generation: header.store.content_generation,
            key_epoch: header.store.key_epoch,
            path,
            len,
            verified: None,
            drill: None,
            removed: false,
        }
    }
}

/// All that is remembered of one store's archives, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The archives.
    pub archives: Vec<Known>,
    /// Commits after which older archives open the old way, with their generations, oldest first.
    pub turns: Vec<(u64, Turn)>,
}

impl Memory {
    /// The entry of an archive.
    pub fn get(&self, id: ArchiveId) -> Option<&Known> {
        self.archives.iter().find(|known| known.id == id)
    }

    /// The entry of `known`, which is made if it is not there, and told where the archive is now.
    pub fn meet(&mut self, known: Known) -> &mut Known {
        let at = if let Some(at) = self.archives.iter().position(|old| old.id == known.id) {
            self.archives[at].path = known.path;
            self.archives[at].removed = false;
            at
        } else {
            let at = self.archives.partition_point(|old| old.created <= known.created);
            self.archives.insert(at, known);
            at
        };
        &mut self.archives[at]
    }

    /// The archive that was made last.
    pub fn newest(&self) -> Option<&Known> {
        self.archives.last()
    }

    /// The rehearsals, each with its archive.
    pub fn drills(&self) -> impl Iterator<Item = (&Known, Drill)> {
        self.archives.iter().filter_map(|known| Some((known, known.drill?)))
    }

    /// The rehearsal that was made last, and with which archive.
    pub fn last_drill(&self) -> Option<(&Known, Drill)> {
        self.drills().max_by_key(|(_, drill)| drill.at)
    }

    /// The store was turned at `generation`. Of each kind the last one is enough: what is older than an earlier one is older than it too.
    pub fn turn(&mut self, generation: u64, turn: Turn) {
        self.turns.retain(|(_, other)| *other != turn);
        self.turns.push((generation, turn));
    }

    /// An archive was removed.
    pub fn lose(&mut self, id: ArchiveId) {
        for known in self.archives.iter_mut().filter(|known| known.id == id) {
            known.removed = true;
        }
    }

    /// The archive at `path` was found damaged: it is no backup, until it is found whole again.
    pub fn condemn(&mut self, id: ArchiveId, path: &str) {
        let at_path = |known: &&mut Known| known.id == id && known.path == path;
        for known in self.archives.iter_mut().filter(at_path) {
            known.removed = true;
        }
    }

    fn encode(&self, id: StoreId) -> Vec<u8> {
        let mut out = labels::ARCHIVE_MEMORY.to_vec();
        cbor::array(&mut out, 3);
        cbor::bytes(&mut out, &id.0);
        let kept = &self.archives[self.archives.len().saturating_sub(MOST)..];
        cbor::array(&mut out, kept.len());
        for known in kept {
            cbor::array(&mut out, 10);
            cbor::bytes(&mut out, &known.id.0);
            cbor::uint(&mut out, known.created.as_unix());
            cbor::uint(&mut out, known.generation);
            cbor::uint(&mut out, known.content_generation);
            cbor::uint(&mut out, u64::from(known.key_epoch));
            cbor::text(&mut out, &known.path);
            cbor::uint(&mut out, known.len);
            match known.verified {
                Some(at) => cbor::uint(&mut out, at.as_unix()),
                None => cbor::null(&mut out),
            }
            match known.drill {
                Some(drill) => {
                    cbor::array(&mut out, 3);
                    cbor::uint(&mut out, drill.at.as_unix());
                    cbor::uint(&mut out, drill.millis);
                    cbor::uint(&mut out, u64::from(drill.opened));
                }
                None => cbor::null(&mut out),
            }
            cbor::uint(&mut out, u64::from(known.removed));
        }
        cbor::array(&mut out, self.turns.len());
        for (generation, turn) in &self.turns {
            cbor::array(&mut out, 2);
            cbor::uint(&mut out, *generation);
            cbor::uint(&mut out, *turn as u64);
        }
        let digest = mac::sha256(&[&out]);
        out.extend_from_slice(&digest);
        out
    }

    fn decode(bytes: &[u8], id: StoreId) -> Option<Self> {
        let (content, digest) = bytes.split_last_chunk::<32>()?;
        if mac::sha256(&[content]) != *digest {
            return None;
        }
        Self::read(content.strip_prefix(labels::ARCHIVE_MEMORY)?, id).ok()
    }

    fn read(body: &[u8], id: StoreId) -> Result<Self, CborError> {
        let mut reader = Reader::new(body);
        let r = &mut reader;
        // An earlier build wrote neither what was removed nor what was turned.
        let parts = r.array()?;
        if r.fixed()? != id.0 || !(2..=3).contains(&parts) {
            return Err(CborError::Unexpected("another store"));
        }
        let count = r.array()?;
        let mut archives = Vec::new();
        for _ in 0..count {
            let fields = r.array()?;
            archives.push(Known {
                id: ArchiveId(r.fixed()?),
                created: Timestamp::from_unix(r.uint()?),
                generation: r.uint()?,
                content_generation: r.uint()?,
                key_epoch: r.int("a key epoch")?,
                path: r.text()?.to_owned(),
                len: r.uint()?,
                verified: if r.null() { None } else { Some(Timestamp::from_unix(r.uint()?)) },
                drill: if r.null() {
                    None
                } else {
                    r.array_of(3)?;
                    let (at, millis) = (Timestamp::from_unix(r.uint()?), r.uint()?);
                    Some(Drill { at, millis, opened: r.uint()? != 0 })
                },
                removed: match fields {
                    9 => false,
                    10 => r.uint()? != 0,
                    _ => return Err(CborError::Unexpected("another number of fields")),
                },
            });
        }
        let mut turns = Vec::new();
        for _ in 0..if parts == 3 { r.array()? } else { 0 } {
            r.array_of(2)?;
            let (generation, code) = (r.uint()?, r.uint()?);
            let turn = Turn::from_code(code).ok_or(CborError::Unexpected("an unknown turn"))?;
            turns.push((generation, turn));
        }
        r.finish()?;
        Ok(Self { archives, turns })
    }
}

fn file_name(id: StoreId) -> OsString {
    format!("{id}.backups").into()
}

/// What is remembered of the archives of `id`; nothing where nothing is kept or can be read.
pub fn recall(desk: &Desk<'_>, id: StoreId) -> Result<Memory, OpError> {
    let StateHome::Directory(directory) = &desk.state else { return Ok(Memory::default()) };
    let bytes = directory.read(&file_name(id), LONGEST)?;
    Ok(bytes.and_then(|bytes| Memory::decode(&bytes, id)).unwrap_or_default())
}

/// Changes what is remembered. Says whether there is a place for it.
pub fn record(
    desk: &Desk<'_>,
    id: StoreId,
    change: impl FnOnce(&mut Memory),
) -> Result<bool, OpError> {
    let StateHome::Directory(directory) = &desk.state else { return Ok(false) };
    if desk.settings.dry_run {
        return Ok(true);
    }
    let name = file_name(id);
    let owner = Ownership { uid: desk.trust.caller, mode: 0o600 };
    let timeout = desk.settings.lock_timeout;
    let _lock = directory.lock(&lock_name(&name), owner, timeout, desk.stop)?;
    remove_leftovers(directory.as_ref(), &name)?;
    let mut memory = recall(desk, id)?;
    change(&mut memory);
    let temp = temp_name(&name, random::bytes(desk.random.borrow_mut().as_mut())?);
    let mut file = directory.create(&temp, owner)?;
    let written = file.append(&memory.encode(id)).and_then(|()| file.sync());
    drop(file);
    let placed = written.and_then(|()| directory.rename(&temp, &name, Replace::Yes));
    if let Err(error) = placed {
        // What cannot be removed now, the next command removes.
        let _ = directory.remove(&temp);
        return Err(error.into());
    }
    directory.sync()?;
    Ok(true)
}

/// Carries what this host remembers into the inventory of a store that is about to be committed, so that a reader without this
/// host's memory finds it there. Older news never replaces newer.
pub(in crate::ops) fn tell(desk: &Desk<'_>, store: &mut OpenStore) -> Result<(), OpError> {
    let inventory = &store.header().inventory;
    if inventory.level != Level::Full {
        return Ok(());
    }
    let memory = recall(desk, store.header().store_id)?;
    if let Some(known) = memory.newest()
        && inventory.backup.is_none_or(|said| said.at <= known.created)
    {
        let proven = memory.archives.iter().filter_map(|known| Some((known.verified?, known.id.0)));
        let verified = proven.max_by_key(|(at, _)| *at);
        store.inventory_mut().backup = Some(BackupFacts {
            at: known.created,
            content_generation: known.content_generation,
            archive: known.id.0,
            verified,
        });
    }
    if let Some((known, drill)) = memory.last_drill()
        && store.header().inventory.drill.is_none_or(|said| said.at <= drill.at)
    {
        let kind = if drill.opened { DrillKind::EveryEntry } else { DrillKind::ArchiveOnly };
        let (at, duration_ms, archive) = (drill.at, drill.millis, known.id.0);
        store.inventory_mut().drill = Some(DrillFacts { at, duration_ms, kind, archive });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: u8, created: u64) -> Known {
        Known {
            id: ArchiveId([id; 16]),
            created: Timestamp::from_unix(created),
            generation: 3,
            content_generation: 2,
            key_epoch: 1,
            path: "/b/x.strongroom-backup".to_owned(),
            len: 700,
            verified: Some(Timestamp::from_unix(9)),
            drill: Some(Drill { at: Timestamp::from_unix(8), millis: 7, opened: true }),
            removed: false,
        }
    }

    #[test]
    fn what_is_remembered_comes_back_and_a_torn_file_is_an_absent_one() {
        let id = StoreId([7; 16]);
        let mut memory = Memory::default();
        memory.meet(known(1, 20));
        memory.meet(Known { drill: None, verified: None, ..known(2, 10) });
        memory.lose(ArchiveId([2; 16]));
        memory.turn(4, Turn::Passphrase);
        memory.turn(5, Turn::Key);
        memory.turn(6, Turn::Key);
        assert_eq!(memory.turns, [(4, Turn::Passphrase), (6, Turn::Key)]);
        assert_eq!(memory.newest().map(|known| known.id), Some(ArchiveId([1; 16])));
        assert_eq!(memory.last_drill().map(|(_, drill)| drill.millis), Some(7));
        let bytes = memory.encode(id);
        assert_eq!(Memory::decode(&bytes, id), Some(memory));
        assert_eq!(Memory::decode(&bytes, StoreId([8; 16])), None);
        for at in 0..bytes.len() {
            let mut torn = bytes.clone();
            torn[at] ^= 1;
            assert_eq!(Memory::decode(&torn, id), None, "{at}");
            assert_eq!(Memory::decode(&bytes[..at], id), None, "{at}");
        }
    }

    #[test]
    fn an_archive_is_one_however_often_it_is_met_and_the_oldest_are_forgotten() {
        let id = StoreId([7; 16]);
        let mut memory = Memory::default();
        for number in 0..300_u16 {
            let mut new = known(0, u64::from(number));
            new.id.0[..2].copy_from_slice(&number.to_le_bytes());
            memory.meet(new.clone());
            memory.meet(Known { path: "/moved".to_owned(), ..new });
        }
        assert_eq!(memory.archives.len(), 300);
        let kept = Memory::decode(&memory.encode(id), id).unwrap();
        assert_eq!(kept.archives.len(), MOST);
        assert_eq!(kept.newest(), memory.newest());
        assert_eq!(kept.newest().map(|known| known.path.as_str()), Some("/moved"));
    }
}
