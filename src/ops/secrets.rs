//! Set, get, list and remove secrets.

use super::audit::Event;
use super::claims::Payment;
use super::contents::Contents;
use super::transaction::{Rekey, open_for_reading};
use super::{Desk, Notice, OpError, Opening, Outcome, StoreFile, Transaction, claims, finish};
use crate::clock::Timestamp;
use crate::name::SecretName;
use crate::secret::SecretBytes;
use crate::store::keyslot::Credentials;
use crate::store::open::NewValue;
use crate::store::value::ValueKind;

/// How many versions of a secret are kept unless told otherwise.
pub const KEEP: usize = 5;

/// A value to be stored.
pub struct Set<'a> {
    /// Under which name.
    pub name: &'a SecretName,
    /// The value.
    pub value: &'a SecretBytes,
    /// What it was declared to be.
    pub kind: ValueKind,
    /// A remark.
    pub note: Option<String>,
    /// When it should no longer be used.
    pub expires: Option<Timestamp>,
    /// How many versions to keep.
    pub keep: usize,
    /// Whether a value that keeps no history may be replaced (Igra files only).
    pub overwrite: bool,
}

/// Stores a value. A native store adds a version; an Igra file replaces.
pub fn set(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    set: &Set<'_>,
) -> Result<Outcome, OpError> {
    let name = set.name.as_str();
    let event = Event::new("secret.set", Some(name.to_owned()));
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let plan = tx.decide(|tx| put(tx, credentials, set))?;
    finish(tx, vec![plan])
}

fn put(
    tx: &mut Transaction<'_, '_>,
    credentials: &Credentials,
    set: &Set<'_>,
) -> Result<String, OpError> {
    let desk = tx.desk();
    let name = set.name.as_str();
    let exists = tx.contents().contains(name);
    let network = tx.site().network;
    let path = tx.site().path.clone();
    let mut version = None;
    let notices = match tx.contents_mut() {
        Contents::Native(store) => {
            let new = NewValue {
                value: set.value,
                kind: set.kind,
                note: set.note.clone(),
                expires: set.expires,
                keep: set.keep,
            };
            let n =
                store.set(set.name, new, desk.clock.now(), desk.random.borrow_mut().as_mut())?;
            version = Some(n);
            refresh_if_role(desk, &path, store, name, credentials)?
        }
        Contents::Igra(file) => {
            if set.note.is_some() || set.expires.is_some() {
                let file = path.display().to_string();
                return Err(OpError::NotInIgra { what: "a note or an expiry", file });
            }
            if exists && !set.overwrite {
                return Err(OpError::WouldOverwrite);
            }
            file.entries.insert(name, SecretBytes::copy_from(set.value.expose()))?;
            Vec::new()
        }
    };
    tx.notices().extend(notices);
    let missing = payment_notice(desk, tx.contents(), network)?;
    tx.notices().extend(missing);
    let verb = match (exists, tx.contents().native().is_some()) {
        (false, _) => "add secret",
        (true, true) => "add a version of secret",
        (true, false) => "replace secret",
    };
    tx.event_mut().version = version;
    Ok(format!("{verb} {name}"))
}

/// Removes a secret with its history.
pub fn remove(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    name: &str,
) -> Result<Outcome, OpError> {
    let shown = crate::text::escape(name);
    let event = Event::new("secret.remove", Some(shown.clone()));
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    tx.decide(|tx| take(tx, credentials, name))?;
    finish(tx, vec![format!("remove secret {shown} with its history")])
}

fn take(
    tx: &mut Transaction<'_, '_>,
    credentials: &Credentials,
    name: &str,
) -> Result<(), OpError> {
    let desk = tx.desk();
    if !tx.contents().contains(name) {
        // It may be no name.
        tx.event_mut().object = None;
        return Err(OpError::NoSecret);
    }
    let network = tx.site().network;
    let path = tx.site().path.clone();
    let notices = match tx.contents_mut() {
        Contents::Native(store) => {
            let parsed = SecretName::parse(name).map_err(|_| OpError::NoSecret)?;
            store.remove(&parsed);
            refresh_if_role(desk, &path, store, name, credentials)?
        }
        Contents::Igra(file) => {
            file.entries.remove(name);
            Vec::new()
        }
    };
    tx.notices().extend(notices);
    let missing = payment_notice(desk, tx.contents(), network)?;
    tx.notices().extend(missing);
    Ok(())
}

fn refresh_if_role(
    desk: &Desk<'_>,
    path: &std::path::Path,
    store: &mut crate::store::OpenStore,
    name: &str,
    credentials: &Credentials,
) -> Result<Vec<Notice>, OpError> {
    let roles = &desk.settings.roles;
    if roles.is_payment(name) || roles.is_wallet(name) {
        let payment = if roles.is_payment(name) { Payment::Touched } else { Payment::Untouched };
        claims::refresh(desk, path, store, &credentials.passphrase, payment)
    } else {
        Ok(Vec::new())
    }
}

/// The line that a store without a payment secret ends every command with.
pub fn payment_notice(
    desk: &Desk<'_>,
    contents: &Contents,
    network: crate::network::NetworkMode,
) -> Result<Option<Notice>, OpError> {
    for name in contents.names_of(desk.settings.roles.payment()) {
        if contents.value(&name, None)?.is_some_and(|value| !value.is_blank()) {
            return Ok(None);
        }
    }
    Ok(Some(Notice::PaymentSecretMissing(network)))
}

/// One value, opened.
pub struct Got {
    /// The value.
    pub value: SecretBytes,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Releases the value of version `n` of a secret, or of its newest.
pub fn get(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    name: &str,
    n: Option<u64>,
) -> Result<Got, OpError> {
    let event = Event { version: n, ..Event::new("secret.get", Some(crate::text::escape(name))) };
    let mut opening = open_for_reading(desk, file, credentials, &event)?;
    let found = opening.contents.value(name, n).and_then(|value| {
        value.ok_or_else(|| match n {
            Some(n) if opening.contents.contains(name) => OpError::NoVersion(n),
            _ => OpError::NoSecret,
        })
    });
    let value = match found {
        Ok(value) => value,
        Err(error) => {
            // A name that the store does not know may be no name.
            let known = opening.contents.contains(name);
            let event = Event { object: event.object.filter(|_| known), ..event };
            return Err(opening.failed(desk, &event, error));
        }
    };
    opening.release(desk, &event)?;
    let Opening { mut notices, contents, site, .. } = opening;
    notices.extend(payment_notice(desk, &contents, site.network)?);
    Ok(Got { value, notices })
}
