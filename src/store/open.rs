//! An opened store: read values, change secrets and slots, seal the next generation.
//!
//! Two rules hold at every point where a method returns: at least one slot can be opened, and a version number once given is
//! never given again.

use std::collections::BTreeMap;

use super::entry::{Entry, EntryView, Version};
use super::header::{AuditHead, Header};
use super::inventory::{Claim, Inventory};
use super::keyslot::{OpenedSlot, Slot, SlotIdentity, SlotSecret};
use super::payload::{Payload, Secrets};
use super::sealed::{self, SealedFile};
use super::value::{Binding, ValueKeys, ValueKind};
use super::{StoreError, StoreId, keys, limits};
use crate::clock::Timestamp;
use crate::crypto::mac::Hash;
use crate::crypto::random::Random;
use crate::name::SecretName;
use crate::network::NetworkMode;
use crate::secret::{DataKey, SecretBytes};

/// A store whose data key is known.
pub struct OpenStore {
    header: Header,
    payload: Payload,
    dek: DataKey,
    values: ValueKeys,
    unlocked: (u16, SlotSecret),
    file_hash: Hash,
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
        let dek = keys::fresh_data_key(random)?;
        let (seed, root) = keys::fresh_roots(random)?;
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
            content_changed: true,
        })
    }

    /// The header as it was read; slots and inventory with the changes made since.
    pub const fn header(&self) -> &Header {
        &self.header
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

    /// Opens every version of every secret, and forgets them. Answers how many there are.
    pub fn open_all(&self) -> Result<usize, StoreError> {
        let mut opened = 0;
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
        let n = self.payload.secrets.next_version;
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
        self.payload.secrets.next_version = n + 1;
        self.content_changed = true;
        Ok(n)
    }

    /// Removes a secret with its history; false when there is none.
    pub fn remove(&mut self, name: &SecretName) -> bool {
        let removed = self.payload.remove(name);
        self.content_changed |= removed;
        removed
    }

    /// Adds a slot and returns its number.
    pub fn add_slot(
        &mut self,
        secret: &SlotSecret,
        label: Option<String>,
        facts: SlotFacts,
        random: &mut dyn Random,
    ) -> Result<u16, StoreError> {
        if self.header.slots.len() >= limits::SLOTS {
            return Err(StoreError::Limit("the number of keyslots (16)"));
        }
        let id = self.payload.secrets.next_slot;
        self.payload.secrets.next_slot =
            id.checked_add(1).ok_or(StoreError::Limit("the number of keyslot ids (65535)"))?;
        self.put_slot(id, secret, facts.chosen, random)?;
        self.note_strength(id, facts.strong);
        self.label_slot(id, label);
        self.content_changed = true;
        Ok(id)
    }

    /// Gives the slot that opened the store another secret, and keeps its number and label.
    pub fn replace_unlocked_slot(
        &mut self,
        secret: SlotSecret,
        facts: SlotFacts,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        let id = self.unlocked.0;
        self.put_slot(id, &secret, facts.chosen, random)?;
        self.note_strength(id, facts.strong);
        self.unlocked.1 = secret;
        self.content_changed = true;
        Ok(())
    }

    /// Derives the slot that opened the store anew at other costs: the passphrase, its date and its verdict stay.
    pub fn upgrade_slot(
        &mut self,
        secret: SlotSecret,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        let id = self.unlocked.0;
        let chosen = self.header.slot(id).ok_or(StoreError::NoSuchSlot(id))?.info.created;
        self.put_slot(id, &secret, chosen, random)?;
        self.unlocked.1 = secret;
        Ok(())
    }

    /// The slot of a later file of the same store, opened with the secret in hand; `None` when that slot was given another
    /// secret or is gone.
    pub fn into_slot_for(self, later: &Header) -> Option<OpenedSlot> {
        let (id, secret) = self.unlocked;
        let slot = later.slot(id).filter(|slot| slot.info.kdf.as_ref() == Some(secret.kdf()))?;
        let dek = secret.unwrap(&later.slot_context(), slot)?;
        Some(OpenedSlot { id, secret, dek })
    }

    fn put_slot(
        &mut self,
        id: u16,
        secret: &SlotSecret,
        created: Timestamp,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        let identity = SlotIdentity { id, created, key_epoch: self.header.key_epoch };
        let slot = secret.wrap(&self.header.slot_context(), identity, &self.dek, random)?;
        let slots = &mut self.header.slots;
        match slots.binary_search_by_key(&id, |slot| slot.info.id) {
            Ok(at) => slots[at] = slot,
            Err(at) => slots.insert(at, slot),
        }
        Ok(())
    }

    fn note_strength(&mut self, id: u16, strong: bool) {
        let slots = &mut self.header.inventory.strong_slots;
        if strong {
            slots.insert(id, self.header.generation + 1);
        } else {
            slots.remove(&id);
        }
    }

    /// Names a slot; `None` takes the name away.
    pub fn label_slot(&mut self, id: u16, label: Option<String>) {
        let labels = &mut self.payload.secrets.slot_labels;
        match label {
            Some(label) => drop(labels.insert(id, label)),
            None => drop(labels.remove(&id)),
        }
    }

    /// Removes slot `id`. The last one cannot be removed.
    pub fn remove_slot(&mut self, id: u16) -> Result<(), StoreError> {
        let slots = &mut self.header.slots;
        let at = slots.iter().position(|slot| slot.info.id == id);
        let at = at.ok_or(StoreError::NoSuchSlot(id))?;
        if slots.len() == 1 {
            return Err(StoreError::LastSlot(id));
        }
        slots.remove(at);
        self.header.inventory.strong_slots.remove(&id);
        self.payload.secrets.slot_labels.remove(&id);
        self.content_changed = true;
        Ok(())
    }

    /// Takes a new data key: every value is opened and sealed again. The slot that opened the store and those in `others` are
    /// wrapped again; the rest are dropped.
    pub fn rotate_data_key(
        &mut self,
        others: &BTreeMap<u16, SlotSecret>,
        random: &mut dyn Random,
    ) -> Result<(), StoreError> {
        let next_epoch = self.header.key_epoch.checked_add(1);
        let key_epoch = next_epoch.ok_or(StoreError::Limit("the number of key epochs"))?;
        let dek = keys::fresh_data_key(random)?;
        let values = ValueKeys::new(&dek, self.header.store_id);
        let names: Vec<String> = self.payload.names().map(str::to_owned).collect();
        for name in names {
            let Some(mut entry) = self.payload.entry(&name)? else { continue };
            for version in &mut entry.versions {
                let value = self.open_version(&name, version)?;
                version.sealed = values.seal(self.binding(&name, version), &value, random)?;
            }
            self.payload.put(entry)?;
        }
        let at = self.header.slot_context();
        let mut slots: Vec<Slot> = Vec::with_capacity(1 + others.len());
        for slot in &self.header.slots {
            let own = (slot.info.id == self.unlocked.0).then_some(&self.unlocked.1);
            if let Some(secret) = own.or_else(|| others.get(&slot.info.id)) {
                let identity =
                    SlotIdentity { id: slot.info.id, created: slot.info.created, key_epoch };
                slots.push(secret.wrap(&at, identity, &dek, random)?);
            } else {
                self.header.inventory.strong_slots.remove(&slot.info.id);
                self.payload.secrets.slot_labels.remove(&slot.info.id);
            }
        }
        if slots.is_empty() {
            return Err(StoreError::LastSlot(self.unlocked.0));
        }
        self.header.slots = slots;
        self.header.key_epoch = key_epoch;
        self.dek = dek;
        self.values = values;
        self.content_changed = true;
        Ok(())
    }

    /// Takes a new store signing key and audit root, so that whoever held the data key before can no longer sign for the
    /// store. The old root is kept for verifying what it covered.
    pub fn renew_roots(&mut self, random: &mut dyn Random) -> Result<(), StoreError> {
        let (seed, root) = keys::fresh_roots(random)?;
        self.header.store_key = crate::crypto::sign::public_key(&seed);
        self.payload.secrets.signing_seed = seed;
        self.payload.secrets.audit_roots.push(root);
        self.content_changed = true;
        Ok(())
    }

    /// The secret of the slot that opened the store, for wrapping it again.
    pub const fn unlocked_secret(&self) -> &SlotSecret {
        &self.unlocked.1
    }

    /// The inventory, to be changed before sealing.
    pub const fn inventory_mut(&mut self) -> &mut Inventory {
        &mut self.header.inventory
    }

    /// Records whether `claim` was shown to hold; the next generation is the one it is shown at.
    pub fn claim(&mut self, claim: Claim, holds: bool) {
        let generation = self.header.generation + 1;
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

    /// Seals the next generation.
    pub fn seal(
        &self,
        now: Timestamp,
        audit_head: AuditHead,
        random: &mut dyn Random,
    ) -> Result<SealedFile, StoreError> {
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
        sealed::seal(header, &self.payload, &self.dek, random)
    }

    /// Checks that a file just written is whole, signed, and opens with this store's keys.
    pub fn check_written(&self, file: sealed::SealedStore, hash: &Hash) -> Result<(), StoreError> {
        if file.verify()? != *hash {
            return Err(StoreError::Unauthentic("the file just written"));
        }
        let at = file.header().slot_context();
        // The slot was wrapped in this run or is unchanged; its commitment is checked either way.
        let secret = &self.unlocked.1;
        let slot = file.header().slots.iter().find(|slot| slot.info.id == self.unlocked.0);
        if let Some(slot) = slot
            && slot.info.kdf.as_ref() == Some(secret.kdf())
            && secret.unwrap(&at, slot).is_none()
        {
            return Err(StoreError::Unauthentic("the keyslot just written"));
        }
        file.check_with(&self.dek)
    }
}
