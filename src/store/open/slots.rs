//! Slots and keys of an opened store: add, replace, remove, and take a new data key.

use std::collections::BTreeMap;

use super::{OpenStore, SlotFacts, fresh_dek, fresh_roots};
use crate::clock::Timestamp;
use crate::crypto::random::Random;
use crate::store::keyslot::{OpenedSlot, Slot, SlotIdentity, SlotSecret};
use crate::store::managed::KeySealer;
use crate::store::value::ValueKeys;
use crate::store::{Header, StoreError, limits};

impl OpenStore {
    /// Adds a slot and returns its number.
    pub fn add_slot(
        &mut self,
        secret: &SlotSecret,
        label: Option<String>,
        facts: SlotFacts,
        random: &mut dyn Random,
    ) -> Result<u16, StoreError> {
        if self.header.slots.len() >= limits::SLOTS {
            return Err(StoreError::TooMuch("another keyslot (16)"));
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
        Some(OpenedSlot { id, secret, dek, spare: None })
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
            slots.insert(id, self.header.generation.saturating_add(1));
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
        // What was presented was opened before the lock was taken; a slot that got another passphrase since then must not be
        // given back the one it lost.
        let context = self.header.slot_context();
        for (id, secret) in others {
            match self.header.slot(*id) {
                Some(slot) if secret.unwrap(&context, slot).is_some() => {}
                _ => return Err(StoreError::SlotChanged(*id)),
            }
        }
        let dek = fresh_dek(random)?;
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
        let sealer = KeySealer::new(&dek, self.header.store_id);
        self.reseal_private_halves(&sealer, random)?;
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
        if self.payload.secrets.audit_roots.len() >= limits::AUDIT_ROOTS {
            return Err(StoreError::Limit("the number of audit roots (1 to 4096)"));
        }
        let (seed, root) = fresh_roots(random)?;
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
}
