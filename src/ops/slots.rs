//! Passphrases, keyslots and the data key.
//!
//! Giving up a secret that opened the store takes a new data key: the old one could still be unwrapped from an older copy of the
//! file. A new data key can only be wrapped for slots whose secrets are at hand, so the others are dropped, and the plan says
//! which.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::audit::Event;
use super::contents::Contents;
use super::init::{igra_file, kdf_params};
use super::transaction::Rekey;
use super::{Desk, Notice, OpError, Outcome, StoreFile, Transaction, claims, finish, gate};
use crate::crypto::kdf::KdfParams;
use crate::isec;
use crate::network::policy::Verdict;
use crate::store::OpenStore;
use crate::store::keyslot::{Credentials, SlotSecret};
use crate::store::open::SlotFacts;

/// What is known about the slots that the operator did not open.
#[derive(Default)]
pub struct Others<'a> {
    /// Slots whose passphrases were presented too.
    pub presented: BTreeMap<u16, &'a Credentials>,
    /// Slots that may be dropped.
    pub may_drop: BTreeSet<u16>,
}

/// Slot secrets derived before the lock was taken.
type Derived = BTreeMap<u16, SlotSecret>;

impl Others<'_> {
    /// Derives the secrets of the presented slots.
    fn derive(&self, desk: &Desk<'_>, file: &StoreFile) -> Result<Derived, OpError> {
        let header = file.require_native("a keyslot")?.header();
        let slots: Vec<_> = self
            .presented
            .iter()
            .map(|(id, credentials)| match header.slot(*id) {
                Some(slot) => Ok((slot, *credentials)),
                None => Err(crate::store::StoreError::NoSuchSlot(*id)),
            })
            .collect::<Result<_, _>>()?;
        desk.settings
            .ceiling
            .admit(slots.iter().filter_map(|(slot, _)| slot.info.kdf.map(|kdf| kdf.params)))?;
        let at = header.slot_context();
        slots
            .into_iter()
            .map(|(slot, credentials)| Ok((slot.info.id, credentials.open_slot(&at, slot)?)))
            .collect()
    }
}

/// What a new passphrase is to be.
pub struct NewSecret<'a> {
    /// The passphrase, and keyfile if any.
    pub credentials: &'a Credentials,
    /// At which costs; none takes the network's default, or keeps an Igra file's.
    pub kdf: Option<KdfParams>,
}

/// Gives the slot that opens with `old` the secret `new`.
pub fn change_passphrase(
    desk: &Desk<'_>,
    file: StoreFile,
    old: &Credentials,
    new: &NewSecret<'_>,
    others: &Others<'_>,
    compromised: bool,
) -> Result<Outcome, OpError> {
    // A keyfile more or less is no new passphrase: the old one would still be half of what opens the slot.
    if old.passphrase.same_as(&new.credentials.passphrase) {
        return Err(OpError::SamePassphrase);
    }
    let network = file.network();
    let path = file.site().path.clone();
    let passed = gate::admit(desk, network, &path, &new.credentials.passphrase)?;
    if let super::locate::Sealed::Igra { header, .. } = file.sealed() {
        let header = *header;
        return change_igra_passphrase(desk, file, header, old, new, passed);
    }
    let derived = others.derive(desk, &file)?;
    let secret = new_slot_secret(desk, network, new)?;
    let event = Event::new("passphrase.change", None);
    let mut tx = Transaction::begin(desk, file, old, Rekey::Caller, event)?;
    let plan = tx.decide(|tx| {
        let change = Change { secret, new, passed, derived: &derived, others, compromised };
        replace_passphrase(tx, &path, change)
    })?;
    finish(tx, plan)
}

/// A new passphrase for the slot that opened the store, with all that was derived before.
struct Change<'a> {
    secret: SlotSecret,
    new: &'a NewSecret<'a>,
    passed: gate::Passed,
    derived: &'a Derived,
    others: &'a Others<'a>,
    compromised: bool,
}

fn replace_passphrase(
    tx: &mut Transaction<'_, '_>,
    path: &Path,
    change: Change<'_>,
) -> Result<Vec<String>, OpError> {
    let Change { secret, new, passed, derived, others, compromised } = change;
    let desk = tx.desk();
    let Contents::Native(store) = tx.contents_mut() else { return Err(OpError::NoSecret) };
    let slot = store.unlocked_slot();
    let facts = SlotFacts { chosen: desk.clock.now(), strong: passed.strong };
    let all_at_hand =
        store.header().slots.iter().all(|s| s.info.id == slot || derived.contains_key(&s.info.id));
    let mut plan = vec![format!("give keyslot {slot} the new passphrase")];
    let mut notices = passed.notices;
    let (was, will_be) = (store.unlocked_secret().kind(), secret.kind());
    if was != will_be {
        let (was, will_be) = (was.name(), will_be.name());
        plan.push(format!("open keyslot {slot} with {will_be} instead of {was}"));
        notices.push(Notice::Note(format!("keyslot {slot} opens with {will_be} now, not {was}")));
    }
    store.replace_unlocked_slot(secret, facts, desk.random.borrow_mut().as_mut())?;
    if all_at_hand || compromised {
        plan.extend(rekey(desk, store, derived, others, &mut notices)?);
    } else {
        notices.push(Notice::OldPassphraseStillReads);
    }
    if compromised {
        store.renew_roots(desk.random.borrow_mut().as_mut())?;
        plan.push("make a new store signing key and audit root".to_owned());
    }
    notices.extend(claims::refresh(
        desk,
        path,
        store,
        &new.credentials.passphrase,
        claims::Payment::Untouched,
    )?);
    tx.notices().extend(notices);
    tx.event_mut().object = Some(format!("slot {slot}"));
    Ok(plan)
}

fn new_slot_secret(
    desk: &Desk<'_>,
    network: crate::network::NetworkMode,
    new: &NewSecret<'_>,
) -> Result<SlotSecret, OpError> {
    let params = kdf_params(network, new.kdf, network.policy().kdf_default)?;
    desk.settings.ceiling.admit([params])?;
    let kind = new.credentials.slot_kind();
    Ok(new.credentials.slot_secret(kind, params, desk.random.borrow_mut().as_mut())?)
}

/// An Igra file has one passphrase; changing it re-encrypts the whole file, as Igra's own tool does.
fn change_igra_passphrase(
    desk: &Desk<'_>,
    file: StoreFile,
    header: isec::Header,
    old: &Credentials,
    new: &NewSecret<'_>,
    passed: gate::Passed,
) -> Result<Outcome, OpError> {
    gate::admit_for_igra(&new.credentials.passphrase)?;
    let path = &file.site().path;
    let times = header.times.ok_or_else(|| OpError::LegacyLayout(path.clone()))?;
    let times = isec::Times { last_rotated_at: desk.clock.now_nanos(), ..times };
    let params = kdf_params(file.network(), new.kdf, header.kdf)?;
    let fresh = {
        let mut random = desk.random.borrow_mut();
        let (passphrase, none) = (&new.credentials.passphrase, isec::Entries::new());
        igra_file(desk, params, times, passphrase, none, random.as_mut())?
    };
    let event = Event::new("passphrase.change", None);
    let mut tx = Transaction::begin(desk, file, old, Rekey::Caller, event)?;
    let (Contents::Igra(file), Contents::Igra(fresh)) = (tx.contents_mut(), fresh) else {
        return Err(OpError::NoSecret);
    };
    file.next = fresh.next;
    tx.notices().extend(passed.notices);
    let plan = vec!["encrypt the file anew under the new passphrase".to_owned()];
    finish(tx, plan)
}

/// Adds a slot.
pub fn add(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    new: &NewSecret<'_>,
    label: Option<String>,
) -> Result<(Outcome, u16), OpError> {
    file.require_native("a second keyslot")?;
    if credentials.passphrase.same_as(&new.credentials.passphrase)
        && credentials.keyfile == new.credentials.keyfile
    {
        return Err(OpError::SamePassphrase);
    }
    let network = file.network();
    let passed = gate::admit(desk, network, &file.site().path, &new.credentials.passphrase)?;
    let secret = new_slot_secret(desk, network, new)?;
    let event = Event::new("keyslot.add", None);
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let id = tx.decide(|tx| {
        let Contents::Native(store) = tx.contents_mut() else { return Err(OpError::NoSecret) };
        let facts = SlotFacts { chosen: desk.clock.now(), strong: passed.strong };
        let id = store.add_slot(&secret, label, facts, desk.random.borrow_mut().as_mut())?;
        let doubled = claims::withdraw_if_payment_is(desk, store, &new.credentials.passphrase)?;
        tx.notices().extend(passed.notices);
        tx.notices().extend(doubled);
        tx.event_mut().object = Some(format!("slot {id}"));
        Ok(id)
    })?;
    Ok((finish(tx, vec![format!("add keyslot {id}")])?, id))
}

/// Revokes slot `id`: it is removed, and so that an older copy of it is worth nothing for what comes, the store gets a new
/// data key, a new signing key and a new audit root.
pub fn revoke(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    id: u16,
    others: &Others<'_>,
) -> Result<Outcome, OpError> {
    let header = file.require_native("revoking a keyslot")?.header();
    let store_error = crate::store::StoreError::NoSuchSlot(id);
    header.slot(id).ok_or(store_error)?;
    if header.slots.len() == 1 {
        return Err(OpError::LastSlot { id, file: file.site().path.clone() });
    }
    let derived = others.derive(desk, &file)?;
    let event = Event::new("keyslot.revoke", Some(format!("slot {id}")));
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Caller, event)?;
    let plan = tx.decide(|tx| {
        let Contents::Native(store) = tx.contents_mut() else { return Err(OpError::NoSecret) };
        if store.unlocked_slot() == id {
            return Err(OpError::OwnSlot(id));
        }
        store.remove_slot(id)?;
        let mut plan = vec![format!("revoke keyslot {id}")];
        let mut notices = Vec::new();
        plan.extend(rekey(desk, store, &derived, others, &mut notices)?);
        store.renew_roots(desk.random.borrow_mut().as_mut())?;
        plan.push("make a new store signing key and audit root".to_owned());
        tx.notices().extend(notices);
        Ok(plan)
    })?;
    finish(tx, plan)
}

/// Gives the store a new data key, and with `new_store_key` a new signing key and audit root.
pub fn rotate_data_key(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    others: &Others<'_>,
    new_store_key: bool,
) -> Result<Outcome, OpError> {
    file.require_native("a data key of its own")?;
    let derived = others.derive(desk, &file)?;
    let event = Event::new("data-key.rotate", None);
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Caller, event)?;
    let plan = tx.decide(|tx| {
        let Contents::Native(store) = tx.contents_mut() else { return Err(OpError::NoSecret) };
        let mut notices = Vec::new();
        let mut plan = rekey(desk, store, &derived, others, &mut notices)?;
        if new_store_key {
            store.renew_roots(desk.random.borrow_mut().as_mut())?;
            plan.push("make a new store signing key and audit root".to_owned());
        }
        tx.notices().extend(notices);
        Ok(plan)
    })?;
    finish(tx, plan)
}

/// Takes a new data key for the slots whose secrets are at hand, and drops the rest if that is allowed.
fn rekey(
    desk: &Desk<'_>,
    store: &mut OpenStore,
    derived: &Derived,
    others: &Others<'_>,
    notices: &mut Vec<Notice>,
) -> Result<Vec<String>, OpError> {
    let own = store.unlocked_slot();
    let header = store.header();
    let dropped: Vec<_> = header
        .slots
        .iter()
        .filter(|slot| slot.info.id != own && !derived.contains_key(&slot.info.id))
        .collect();
    let describe = |slot: &&crate::store::keyslot::Slot| {
        let label = store.slot_label(slot.info.id).map(crate::text::escape);
        let label = label.map(|label| format!(" \"{label}\"")).unwrap_or_default();
        format!("keyslot {}{label} ({})", slot.info.id, slot.info.kind.name())
    };
    let named: Vec<String> = dropped.iter().map(describe).collect();
    let unnamed = dropped.iter().any(|slot| !others.may_drop.contains(&slot.info.id));
    let leaves_one = header.slots.len() - dropped.len() == 1;
    let verdict = header.network.policy().drop_to_one_slot;
    if unnamed && leaves_one && verdict == Verdict::Refuse {
        return Err(OpError::WouldDropSlots(named.join(", ")));
    }
    let mut plan = vec!["make a new data key and seal every value under it".to_owned()];
    plan.extend(named.iter().map(|slot| format!("drop {slot}: its secret is not at hand")));
    if !named.is_empty() {
        notices.push(Notice::SlotsDropped(named));
    }
    store.rotate_data_key(derived, desk.random.borrow_mut().as_mut())?;
    Ok(plan)
}
