//! An opened store: read values, change secrets and slots, seal the next generation.
//!
//! Two rules hold at every point where a method returns: at least one slot can be opened, and a version number once given is
//! never given again.

mod managed;
mod slots;

pub use managed::PrivateHalfError;

use super::entry::{Entry, EntryView, Version};
use super::header::{AuditHead, Header};
use super::inventory::{Claim, Inventory};
use super::keyslot::{OpenedSlot, SlotIdentity, SlotSecret};
use super::payload::{Payload, Secrets};
use super::sealed::{self, SealedFile, Unsigned};
use super::value::{Binding, ValueKeys, ValueKind};
use super::{StoreError, StoreId, limits};
use crate::clock::Timestamp;
use crate::crypto::mac::{self, Hash};
use crate::crypto::random::Random;
use crate::crypto::sign::SIGNATURE_LEN;
use crate::memory::Region;
use crate::name::SecretName;
use crate::network::NetworkMode;
use crate::secret::{DataKey, DerivedKey, SecretBytes, SigningSeed};

/// A store whose data key is known.
pub struct OpenStore {
    header: Header,
    payload: Payload,
    dek: DataKey,
    values: ValueKeys,
    unlocked: (u16, SlotSecret),
    file_hash: Hash,
    /// Hash of the file that the payload was read from; what was changed since lies beside it.
    base: Hash,
    spare: Option<Region>,
    /// Whether secrets, keys or slots changed since it was opened, and not only bookkeeping.
    content_changed: bool,
}

/// What a new value is.
pub struct NewValue<'a> {
    /// The value.
    pub value: &'a SecretBytes,
    /// What it is declared to be.
    pub kind: ValueKind,
    /// A remark; `None` keeps the one there is.
    pub note: Option<String>,
    /// When it should no longer be used; `None` keeps what there is.
    pub expires: Option<Timestamp>,
    /// How many versions to keep, the new one included.
    pub keep: usize,
}

/// What a slot was before, and what it is bound to.
#[derive(Clone, Copy, Debug)]
pub struct SlotFacts {
    /// When its secret was chosen.
    pub chosen: Timestamp,
    /// Whether the passphrase met the network's policy when it was chosen.
    pub strong: bool,
}

impl OpenStore {
    pub(super) fn new(
        header: Header,
        payload: Payload,
        slot: OpenedSlot,
        file_hash: Hash,
    ) -> Result<Self, StoreError> {
        let values = ValueKeys::new(&slot.dek, header.store_id);
        if header.slots.iter().any(|s| s.info.id >= payload.secrets.next_slot) {
            return Err(StoreError::Field("a keyslot id from the future"));
        }
        Ok(Self {
            header,
            payload,
            dek: slot.dek,
            values,
            unlocked: (slot.id, slot.secret),
            file_hash,
            base: file_hash,
            spare: slot.spare,
            content_changed: false,
        })
    }

    /// A new store at generation 0, with one slot; sealing it makes generation 1.
    pub fn create(
        network: NetworkMode,
        secret: SlotSecret,
        facts: SlotFacts,
        random: &mut dyn Random,
    ) -> Result<Self, StoreError> {
        let mut id = StoreId([0; 16]);
        random.fill(&mut id.0)?;
        let dek = fresh_dek(random)?;
        let (seed, root) = fresh_roots(random)?;
        let mut secrets = Secrets::new(seed, root);
        secrets.next_slot = 1;
        let mut header = Header {
            store_id: id,
            network,
            generation: 0,
            content_generation: 0,
            key_epoch: 1,
            written_at: facts.chosen,
            payload_len: 0,
            payload_salt: [0; 32],
            audit_head: AuditHead::default(),
            store_key: crate::crypto::sign::public_key(&secrets.signing_seed),
            slots: Vec::new(),
            inventory: Inventory::default(),
        };
        let identity = SlotIdentity { id: 0, created: facts.chosen, key_epoch: 1 };
        header.slots.push(secret.wrap(&header.slot_context(), identity, &dek, random)?);
        if facts.strong {
            header.inventory.strong_slots.insert(0, 1);
        }
        Ok(Self {
            values: ValueKeys::new(&dek, id),
            payload: Payload::new(secrets),
            header,
            dek,
            unlocked: (0, secret),
            file_hash: [0; 32],
            base: [0; 32],
            spare: None,
            content_changed: true,
        })
    }

    /// The header as it was read; slots and inventory with the changes made since.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The root that the audit log's next segment begins with.
    pub fn audit_root(&self) -> Option<&DerivedKey> {
        self.payload.secrets.audit_roots.last()
    }

    /// All audit roots, newest last: each verifies the segments that began with it.
    pub fn audit_roots(&self) -> &[DerivedKey] {
        &self.payload.secrets.audit_roots
    }

    /// Hash of the file it was read from: the digest that the state file remembers.
    pub const fn file_hash(&self) -> Hash {
        self.file_hash
    }

    /// The slot that opened it.
    pub const fn unlocked_slot(&self) -> u16 {
        self.unlocked.0
    }

    /// What the operator calls a slot.
    pub fn slot_label(&self, id: u16) -> Option<&str> {
        self.payload.secrets.slot_labels.get(&id).map(String::as_str)
    }

    /// Number of secrets.
    pub fn len(&self) -> usize {
        self.payload.len()
    }

    /// True when it holds no secret.
    pub fn is_empty(&self) -> bool {
        self.payload.is_empty()
    }

    /// Every name, sorted bytewise.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.payload.names()
    }

    /// Every name that does not sort before `start`, sorted bytewise.
    pub fn names_from(&self, start: &str) -> impl Iterator<Item = &str> {
        self.payload.names_from(start)
    }

    /// Calls `see` with every secret, sorted bytewise by name. No value is opened.
    pub fn for_each(
        &self,
        see: impl FnMut(&EntryView<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.payload.for_each(see)
    }

    /// Whether there is a secret called `name`.
    pub fn contains(&self, name: &str) -> bool {
        self.payload.contains(name)
    }

    /// Everything about a secret but its values.
    pub fn entry(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        self.payload.entry(name)
    }

    /// Opens the value of version `n` of a secret, or of its newest; `None` when there is no such secret or version.
    pub fn value(&self, name: &str, n: Option<u64>) -> Result<Option<SecretBytes>, StoreError> {
        let Some(entry) = self.payload.entry(name)? else { return Ok(None) };
        let Some(version) = entry.versions.iter().find(|v| n.is_none_or(|n| v.n == n)) else {
            return Ok(None);
        };
        self.open_version(name, version).map(Some)
    }

    /// Opens every version of every secret and of every managed key, and forgets them. Answers how many there are.
    pub fn open_all(&self) -> Result<usize, StoreError> {
        let mut opened = self.open_private_halves()?;
        self.for_each(|entry| {
            for version in entry.versions() {
                let binding = Binding {
                    store: self.header.store_id,
                    name: entry.name,
                    n: version.n,
                    kind: version.kind,
                    created: version.created,
                };
                self.values.open(binding, version.sealed)?;
                opened += 1;
            }
            Ok(())
        })?;
        Ok(opened)
    }

    fn open_version(&self, name: &str, version: &Version) -> Result<SecretBytes, StoreError> {
        self.values.open(self.binding(name, version), &version.sealed)
    }

    const fn binding<'a>(&self, name: &'a str, version: &Version) -> Binding<'a> {
        Binding {
            store: self.header.store_id,
            name,
            n: version.n,
            kind: version.kind,
            created: version.created,
        }
    }

    /// Gives a secret a new version, or makes it. Returns the version's number.
    pub fn set(
        &mut self,
        name: &SecretName,
        new: NewValue<'_>,
        now: Timestamp,
        random: &mut dyn Random,
    ) -> Result<u64, StoreError> {
        if new.note.as_ref().is_some_and(|note| note.len() > limits::TEXT) {
            return Err(StoreError::TooMuch("the note (1 KiB)"));
        }
        let n = self.payload.secrets.next_version;
        let after = n.checked_add(1).ok_or(StoreError::Limit("the number of versions"))?;
        let mut entry = self.payload.entry(name.as_str())?.unwrap_or_else(|| Entry {
            name: name.clone(),
            created: now,
            updated: now,
            note: None,
            tags: Vec::new(),
            expires: None,
            versions: Vec::new(),
        });
        let mut version = Version { n, created: now, kind: new.kind, sealed: Vec::new() };
        version.sealed =
            self.values.seal(self.binding(name.as_str(), &version), new.value, random)?;
        entry.versions.insert(0, version);
        entry.versions.truncate(new.keep.clamp(1, limits::VERSIONS));
        entry.updated = now;
        entry.note = new.note.or(entry.note);
        entry.expires = new.expires.or(entry.expires);
        self.payload.put(entry)?;
        self.payload.secrets.next_version = after;
        self.content_changed = true;
        Ok(n)
    }

    /// Removes versions of a secret, of which the newest is kept whatever is asked. Answers which went.
    pub fn drop_versions(
        &mut self,
        name: &SecretName,
        mut goes: impl FnMut(&Version) -> bool,
    ) -> Result<Vec<u64>, StoreError> {
        let Some(mut entry) = self.payload.entry(name.as_str())? else { return Ok(Vec::new()) };
        let newest = entry.versions.first().map(|version| version.n);
        let mut gone = Vec::new();
        entry.versions.retain(|version| {
            let goes = Some(version.n) != newest && goes(version);
            if goes {
                gone.push(version.n);
            }
            !goes
        });
        if !gone.is_empty() {
            self.payload.put(entry)?;
            self.content_changed = true;
        }
        Ok(gone)
    }

    /// Removes a secret with its history; false when there is none.
    pub fn remove(&mut self, name: &SecretName) -> bool {
        let removed = self.payload.remove(name);
        self.content_changed |= removed;
        removed
    }

    /// The inventory, to be changed before sealing.
    pub const fn inventory_mut(&mut self) -> &mut Inventory {
        &mut self.header.inventory
    }

    /// Records whether `claim` was shown to hold; the next generation is the one it is shown at.
    pub fn claim(&mut self, claim: Claim, holds: bool) {
        let generation = self.header.generation.saturating_add(1);
        let claims = &mut self.header.inventory.claims;
        if holds {
            claims.insert(claim, generation);
        } else {
            claims.remove(&claim);
        }
    }

    /// Makes sure that the next generation is above `floor`: how a store from a backup is accepted again.
    pub fn raise_generation(&mut self, floor: u64) {
        self.header.generation = self.header.generation.max(floor);
    }

    /// Makes sure that the next key epoch is above `floor`; the caller rotates the data key right after.
    pub fn raise_key_epoch(&mut self, floor: u32) {
        self.header.key_epoch = self.header.key_epoch.max(floor);
    }

    /// Notes that what was sealed is now the file, so that what is told of the store is what is on disk.
    pub const fn mark_committed(&mut self, generation: u64, file_hash: Hash) {
        self.header.generation = generation;
        self.file_hash = file_hash;
        self.content_changed = false;
    }

    /// Gives back the memory that was kept for sealing: nothing will be sealed soon.
    pub fn settle(&mut self) {
        self.spare = None;
    }

    /// Seals and signs the next generation.
    pub fn seal(
        &mut self,
        now: Timestamp,
        audit_head: AuditHead,
        random: &mut dyn Random,
    ) -> Result<SealedFile, StoreError> {
        let unsigned = self.seal_unsigned(now, audit_head, random)?;
        let hash = unsigned.hash();
        Ok(unsigned.finish(hash, &self.payload.secrets.signing_seed))
    }

    /// Signs a file of [`seal_unsigned`](Self::seal_unsigned), whose hash is `file_hash`, and checks the signature.
    pub fn sign(
        &self,
        unsigned: &Unsigned,
        file_hash: &Hash,
    ) -> Result<[u8; SIGNATURE_LEN], StoreError> {
        let signature = unsigned.signature(file_hash, &self.payload.secrets.signing_seed);
        unsigned.verify(file_hash, &signature)?;
        Ok(signature)
    }

    /// Seals the next generation. Hashing and signing it are left, so that they can be done while it is being written.
    pub fn seal_unsigned(
        &mut self,
        now: Timestamp,
        audit_head: AuditHead,
        random: &mut dyn Random,
    ) -> Result<Unsigned, StoreError> {
        if self.payload.secrets.slot_labels.values().any(|label| label.len() > limits::TEXT) {
            return Err(StoreError::TooMuch("the label of a keyslot (1 KiB)"));
        }
        let mut header = self.header.clone();
        header.generation = header
            .generation
            .checked_add(1)
            .ok_or(StoreError::Limit("the number of generations"))?;
        if self.content_changed {
            header.content_generation = header.generation;
        }
        header.written_at = now;
        header.audit_head = audit_head;
        sealed::seal(header, &self.payload, &self.base, &self.dek, random, &mut self.spare)
    }

    /// Opens a file just sealed, where it stands in memory: it must open with this store's keys, all the way. Returns the header
    /// that a reader will see.
    pub fn check_sealed(&self, unsigned: Unsigned) -> Result<Header, StoreError> {
        let file = sealed::SealedStore::parse(unsigned.bytes)?;
        let at = file.header().slot_context();
        // Whoever wrote this must be able to open it again, through the slot, with the secret in hand.
        let (id, secret) = &self.unlocked;
        let slot = file.header().slot(*id).ok_or(StoreError::NoSuchSlot(*id))?;
        match secret.unwrap(&at, slot) {
            Some(dek) if mac::same(dek.expose(), self.dek.expose()) => {}
            _ => return Err(StoreError::Unauthentic("the keyslot just written")),
        }
        file.check_with(&self.dek)
    }
}

fn fresh_dek(random: &mut dyn Random) -> Result<DataKey, StoreError> {
    let mut dek = DataKey::zeroed();
    random.fill(dek.expose_mut())?;
    Ok(dek)
}

fn fresh_roots(random: &mut dyn Random) -> Result<(SigningSeed, DerivedKey), StoreError> {
    let mut seed = SigningSeed::zeroed();
    random.fill(seed.expose_mut())?;
    let mut root = DerivedKey::zeroed();
    random.fill(root.expose_mut())?;
    Ok((seed, root))
}
