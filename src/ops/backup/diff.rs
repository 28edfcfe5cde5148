//! What has changed in a store since an archive of it was made.
//!
//! The archive is opened and its copy of the store restored into memory that is wiped. With the archive's passphrase alone the two
//! signed inventories are compared; with the store's as well, every entry. The answer names things: no value, no length and no
//! digest of one ever leaves. Nothing is written anywhere, and what this host remembers stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::drill::Restored;
use super::verify::Live;
use super::{ArchiveFile, Progress, agreement};
use crate::backup::{ArchiveError, ArchiveHeader, FileEntry, FileKind, Manifest};
use crate::crypto::mac::{self, Hash};
use crate::fs::{FsError, Place};
use crate::isec;
use crate::keyring::facts::{KeyFacts, Limits};
use crate::kind::Kind;
use crate::ops::contents::Contents;
use crate::ops::locate::Sealed;
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::store::keyslot::{Credentials, Slot};
use crate::store::{Header, OpenStore, SealedStore, StoreError, sealed};

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The store as a whole: its generations and the key that signs it.
    Store,
    /// A secret.
    Secret,
    /// A managed key.
    Key,
    /// A keyslot.
    Keyslot,
    /// A claim of the inventory.
    Claim,
    /// A limit, or what the inventory shows.
    Policy,
    /// The configuration, or a file that was named.
    File,
}

impl Part {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Secret => "secret",
            Self::Key => "key",
            Self::Keyslot => "keyslot",
            Self::Claim => "claim",
            Self::Policy => "policy",
            Self::File => "file",
        }
    }
}

/// What became of it since the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It is in the live store only.
    Added,
    /// It is in the archive only.
    Removed,
    /// It is in both, and not the same.
    Changed,
}

impl How {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it is about.
    pub part: Part,
    /// Its name; comes from files and has to be escaped.
    pub name: String,
    /// What became of it.
    pub how: How,
    /// More about that, where it can be said; never anything that depends on a value.
    pub detail: Option<String>,
}

/// How far the comparison went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What the signed inventories say.
    Inventories,
    /// Every entry.
    Entries,
}

/// What opens the two copies of a store.
pub struct Keys<'a> {
    /// The live one.
    pub live: &'a Credentials,
    /// The archived one, if its passphrase was another.
    pub archived: Option<&'a Credentials>,
}

/// What was found.
pub struct Compared {
    /// The archive.
    pub header: ArchiveHeader,
    /// The live store.
    pub live: Live,
    /// How far it went.
    pub scope: Scope,
    /// Every difference, in order.
    pub changes: Vec<Change>,
    /// Whether neither can have become the other.
    pub forked: bool,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Compares the archive with the live store.
pub fn diff(
    desk: &Desk<'_>,
    file: &ArchiveFile,
    archive: &Credentials,
    live: StoreFile,
    keys: Option<&Keys<'_>>,
    progress: Progress<'_>,
) -> Result<Compared, OpError> {
    file.require_network(desk)?;
    let facts = Live::of(&live);
    if !facts.owns(file.header()) {
        return Err(OpError::ArchiveForeign);
    }
    let open = file.unlock(desk, archive)?;
    let mut restored = Restored::with_digests();
    let manifest = file.unpack(desk, &open, &mut restored, progress)?;
    let header = open.header().clone();
    let digests = restored.digests.unwrap_or_default();
    let bytes = restored.store.ok_or(ArchiveError::Content)?;
    let mut found = Compared {
        header,
        live: facts,
        scope: if keys.is_some() { Scope::Entries } else { Scope::Inventories },
        changes: Vec::new(),
        forked: false,
        notices: Vec::new(),
    };
    if bytes.starts_with(&sealed::MAGIC) {
        found.of_ours(desk, SealedStore::parse(bytes)?, &manifest, live, keys)?;
    } else {
        found.of_igra(desk, &bytes, live, keys)?;
    }
    files(desk, &manifest, &digests, &mut found.changes);
    found.changes.sort();
    Ok(found)
}

impl Compared {
    fn add(&mut self, part: Part, how: How, name: impl Into<String>, detail: Option<String>) {
        self.changes.push(Change { part, name: name.into(), how, detail });
    }

    fn turned(&mut self, name: &str, then: u64, now: u64) {
        if then != now {
            self.add(Part::Store, How::Changed, name, Some(format!("{then} -> {now}")));
        }
    }

    fn of_ours(
        &mut self,
        desk: &Desk<'_>,
        archived: SealedStore,
        manifest: &Manifest,
        live: StoreFile,
        keys: Option<&Keys<'_>>,
    ) -> Result<(), OpError> {
        let hash = archived.verify()?;
        let then = archived.header().clone();
        let other = "the store is not the one that the manifest names";
        let digest = (manifest.store_digest != hash).then_some(other);
        let contradiction = agreement::contradiction(&self.header, manifest, &then).or(digest);
        if let Some(what) = contradiction {
            return Err(OpError::DrillDiffers(what));
        }
        let Sealed::Native(store) = live.sealed() else { return Err(OpError::ArchiveForeign) };
        let live_hash = store.verify()?;
        let now = store.header().clone();
        self.forked = match now.generation.cmp(&then.generation) {
            std::cmp::Ordering::Equal => hash != live_hash,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Greater => now.content_generation < then.content_generation,
        };
        if self.forked {
            let detail = "both are of the same generation, or neither comes after the other";
            self.add(Part::Store, How::Changed, "content", Some(detail.to_owned()));
        }
        self.turned("generation", then.generation, now.generation);
        self.turned("content_generation", then.content_generation, now.content_generation);
        self.turned("key_epoch", then.key_epoch.into(), now.key_epoch.into());
        if then.store_key != now.store_key {
            self.add(Part::Store, How::Changed, "store_key", None);
        }
        self.slots(&then.slots, &now.slots);
        self.inventories(&then, &now);
        let Some(keys) = keys else {
            self.keys(&then.inventory.keys, &now.inventory.keys);
            return Ok(());
        };
        let credentials = keys.archived.unwrap_or(keys.live);
        let (slot, hash) = archived
            .unlock(credentials, None, desk.settings.ceiling)
            .map_err(|error| of_the_archived(error, keys))?;
        let then = archived.open(slot, hash)?;
        desk.check_stop()?;
        let opening = live.unlock(desk, keys.live)?;
        self.notices.extend(opening.notices);
        let Contents::Native(now) = &opening.contents else { return Err(OpError::ArchiveForeign) };
        let facts = |store: &OpenStore| -> Vec<KeyFacts> {
            store.keyring().iter().map(|key| KeyFacts::of(key, Limits::default())).collect()
        };
        self.keys(&facts(&then), &facts(now));
        self.secrets(&then, now)
    }

    fn slots(&mut self, then: &[Slot], now: &[Slot]) {
        let by_id = |slots: &[Slot]| -> BTreeMap<u16, crate::store::keyslot::SlotInfo> {
            slots.iter().map(|slot| (slot.info.id, slot.info.clone())).collect()
        };
        for (id, was, is) in both(&by_id(then), &by_id(now)) {
            let how = match (was, is) {
                // A new data key wraps every slot anew; its secret is what it was.
                (Some(was), Some(is)) => {
                    let same = (was.kind, was.created, was.kdf) == (is.kind, is.created, is.kdf)
                        && was.backend == is.backend;
                    if same {
                        continue;
                    }
                    How::Changed
                }
                (None, _) => How::Added,
                (_, None) => How::Removed,
            };
            let kind = is.or(was).map(|slot| slot.kind.name().to_owned());
            self.add(Part::Keyslot, how, id.to_string(), kind);
        }
    }

    /// What is signed and readable by everybody, but for the keys.
    fn inventories(&mut self, then: &Header, now: &Header) {
        let (was, is) = (&then.inventory, &now.inventory);
        for (claim, before, after) in both(&was.claims, &is.claims) {
            let how = match (before, after) {
                (None, _) => How::Added,
                (_, None) => How::Removed,
                _ => continue,
            };
            self.add(Part::Claim, how, claim.name(), None);
        }
        for (slot, before, after) in both(&was.strong_slots, &is.strong_slots) {
            let how = match (before, after) {
                (None, _) => How::Added,
                (_, None) => How::Removed,
                _ => continue,
            };
            self.add(Part::Claim, how, format!("keyslot_{slot}_strong"), None);
        }
        if was.level != is.level {
            let detail = format!("{} -> {}", was.level.name(), is.level.name());
            self.add(Part::Policy, How::Changed, "inventory", Some(detail));
        }
        let limits = |keys: &[KeyFacts]| -> BTreeMap<String, Limits> {
            keys.iter().map(|key| (key.id.to_string(), key.limits)).collect()
        };
        for (id, before, after) in both(&limits(&was.keys), &limits(&is.keys)) {
            if before.is_some() && after.is_some() && before != after {
                self.add(Part::Policy, How::Changed, format!("limits of the key {id}"), None);
            }
        }
    }

    fn keys(&mut self, then: &[KeyFacts], now: &[KeyFacts]) {
        let by_id = |keys: &[KeyFacts]| -> BTreeMap<String, KeyFacts> {
            keys.iter().map(|key| (key.id.to_string(), key.clone())).collect()
        };
        for (id, was, is) in both(&by_id(then), &by_id(now)) {
            let kind = |key: &KeyFacts| Some(format!("{}, {}", key.kind.name(), key.role.name()));
            match (was, is) {
                (None, Some(is)) => self.add(Part::Key, How::Added, id, kind(is)),
                (Some(was), None) => self.add(Part::Key, How::Removed, id, kind(was)),
                (Some(was), Some(is)) => {
                    if let Some(detail) = of_key(was, is) {
                        self.add(Part::Key, How::Changed, id, Some(detail));
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn secrets(&mut self, then: &OpenStore, now: &OpenStore) -> Result<(), OpError> {
        let names = |store: &OpenStore| store.names().map(str::to_owned).collect();
        for (name, how) in either(&names(then), &names(now)) {
            if let Some(how) = how {
                self.add(Part::Secret, how, name, None);
            } else if let Some(detail) = of_secret(then, now, &name)? {
                self.add(Part::Secret, How::Changed, name, Some(detail.to_owned()));
            }
        }
        Ok(())
    }

    /// A file of Igra's has no generations and no inventory: without its passphrase it is the same, or it is not.
    fn of_igra(
        &mut self,
        desk: &Desk<'_>,
        archived: &[u8],
        live: StoreFile,
        keys: Option<&Keys<'_>>,
    ) -> Result<(), OpError> {
        let header = isec::inspect(archived)?;
        let Sealed::Igra { bytes, .. } = live.sealed() else { return Err(OpError::ArchiveForeign) };
        if isec::digest(archived)? != isec::digest(bytes)? {
            self.add(Part::Store, How::Changed, "content", None);
        }
        let Some(keys) = keys else { return Ok(()) };
        let credentials = keys.archived.unwrap_or(keys.live);
        desk.settings.ceiling.admit([header.kdf])?;
        let key = isec::derive_key(&header, &credentials.passphrase)?;
        let then = isec::open(archived, &key)?;
        let opening = live.unlock(desk, keys.live)?;
        let Contents::Igra(now) = &opening.contents else { return Err(OpError::ArchiveForeign) };
        let names = |entries: &isec::Entries| -> BTreeSet<String> {
            entries.iter().map(|(name, _)| name.to_owned()).collect()
        };
        for (name, how) in either(&names(&then), &names(&now.entries)) {
            let value = |entries: &isec::Entries| entries.value(&name).map(Sha256::digest);
            match how {
                Some(how) => self.add(Part::Secret, how, name, None),
                None if value(&then) == value(&now.entries) => {}
                None => self.add(Part::Secret, How::Changed, name, None),
            }
        }
        Ok(())
    }
}

/// The archived copy may be older than the passphrase.
fn of_the_archived(error: StoreError, keys: &Keys<'_>) -> OpError {
    if error.kind() == Kind::WrongPassphrase && keys.archived.is_none() {
        OpError::ArchivedPassphrase
    } else {
        error.into()
    }
}

/// Everything that is in one of two maps, in order.
fn both<'a, K: Ord + Clone, V>(
    then: &'a BTreeMap<K, V>,
    now: &'a BTreeMap<K, V>,
) -> Vec<(K, Option<&'a V>, Option<&'a V>)> {
    let mut keys: Vec<&K> = then.keys().chain(now.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| (key.clone(), then.get(key), now.get(key))).collect()
}

/// Every name that is in one of two sets, in order; what became of it, unless it is in both.
fn either(then: &BTreeSet<String>, now: &BTreeSet<String>) -> Vec<(String, Option<How>)> {
    let how = |name: &String| match (then.contains(name), now.contains(name)) {
        (false, _) => Some(How::Added),
        (_, false) => Some(How::Removed),
        _ => None,
    };
    then.union(now).map(|name| (name.clone(), how(name))).collect()
}

/// What has changed about a key; uses are counted and not compared.
fn of_key(was: &KeyFacts, is: &KeyFacts) -> Option<String> {
    if (was.kind, was.role) != (is.kind, is.role) {
        return Some("another kind or role".to_owned());
    }
    let remade = was.versions.iter().any(|before| {
        is.versions.iter().any(|after| after.n == before.n && after.public != before.public)
    });
    if remade {
        return Some("another public half under the same version".to_owned());
    }
    let active = |key: &KeyFacts| key.active.map(|(n, _)| n);
    match (active(was), active(is)) {
        (Some(before), Some(after)) if before != after => {
            return Some(format!("rotated: version {before} -> {after}"));
        }
        (Some(_), None) => return Some("retired".to_owned()),
        (None, Some(_)) => return Some("active again".to_owned()),
        _ => {}
    }
    let states = |key: &KeyFacts| -> Vec<_> {
        key.versions.iter().map(|version| (version.n, version.state)).collect()
    };
    let (before, after) = (states(was), states(is));
    let changed: Vec<String> = after
        .iter()
        .filter(|state| !before.contains(state))
        .map(|(n, state)| format!("version {n} is {}", state.name()))
        .collect();
    if !changed.is_empty() {
        return Some(changed.join(", "));
    }
    (before != after || was.total != is.total).then(|| "other versions".to_owned())
}

/// What has changed about a secret that is in both.
fn of_secret(
    then: &OpenStore,
    now: &OpenStore,
    name: &str,
) -> Result<Option<&'static str>, OpError> {
    let (Some(was), Some(is)) = (then.entry(name)?, now.entry(name)?) else { return Ok(None) };
    let numbers = |entry: &crate::store::entry::Entry| -> Vec<_> {
        entry.versions.iter().map(|v| (v.n, v.created, v.kind)).collect()
    };
    if numbers(&was).first() != numbers(&is).first() {
        return Ok(Some("another version"));
    }
    let (before, after) = (then.value(name, None)?, now.value(name, None)?);
    let same = before.zip(after).is_some_and(|(a, b)| mac::same(a.expose(), b.expose()));
    if !same {
        return Ok(Some("another value under the same version"));
    }
    if numbers(&was) != numbers(&is) {
        return Ok(Some("another history"));
    }
    let about = (&was.note, &was.tags, was.expires) == (&is.note, &is.tags, is.expires);
    Ok((!about).then_some("another note, other tags or another date"))
}

/// Holds the configuration and the named files against those of this host.
fn files(desk: &Desk<'_>, manifest: &Manifest, digests: &[Hash], changes: &mut Vec<Change>) {
    for (entry, digest) in manifest.files.iter().zip(digests) {
        let Some(path) = origin(entry) else { continue };
        let (how, detail) = match digest_of(desk, &path) {
            Ok(Some(found)) if found == *digest => continue,
            Ok(Some(_)) => (How::Changed, None),
            Ok(None) => (How::Removed, None),
            Err(error) => (How::Changed, Some(format!("it cannot be read: {error}"))),
        };
        let name = path.display().to_string();
        changes.push(Change { part: Part::File, name, how, detail });
    }
}

/// Where a file of an archive came from; none for those that belong to the store, and for what came from a pipe.
fn origin(entry: &FileEntry) -> Option<PathBuf> {
    let directory = match entry.kind {
        FileKind::Config => "config/",
        FileKind::Extra => "files/",
        FileKind::Store | FileKind::AuditLog | FileKind::AuditRoot => return None,
    };
    entry.size?;
    Some(Path::new("/").join(entry.path.as_str().strip_prefix(directory)?))
}

/// SHA-256 of a file of this host; none when it is not there.
fn digest_of(desk: &Desk<'_>, path: &Path) -> Result<Option<Hash>, FsError> {
    let place = match Place::resolve(path, desk.trust) {
        Err(FsError::NotFound(_)) => return Ok(None),
        place => place?,
    };
    let Some(opened) = place.directory().open_plain(place.name(), true)? else { return Ok(None) };
    let (mut hasher, mut at, mut room) = (Sha256::new(), 0, vec![0; 1 << 16]);
    while at < opened.id.len {
        let left = usize::try_from(opened.id.len - at).unwrap_or(usize::MAX);
        let take = left.min(room.len());
        opened.content.read_at(at, &mut room[..take])?;
        hasher.update(&room[..take]);
        at += take as u64;
    }
    opened.content.unchanged()?;
    Ok(Some(hasher.finalize().into()))
}
