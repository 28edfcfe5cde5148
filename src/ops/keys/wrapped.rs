//! A managed key into a file of its own, and out of one: the only way in which a private half leaves a store.
//!
//! The file has a passphrase of its own, which is judged as one of an archive is: strong enough for the network, and not one that
//! opens the store. What is released is recorded before anybody gets it. The network of the file holds: a key of a devnet does not
//! become one of mainnet by a detour.

use super::{Shown, native, opened, publish, shown};
use crate::crypto::kdf::KdfParams;
use crate::keyring::{KeyError, KeyId};
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::ops::audit::Event;
use crate::ops::backup::slots::opens;
use crate::ops::init::kdf_params;
use crate::ops::transaction::{Rekey, Transaction, open_for_reading};
use crate::ops::{Desk, Notice, OpError, Outcome, StoreFile, finish, gate};
use crate::rotation::continuity::ProofError;
use crate::rotation::continuity::link::Signed;
use crate::store::keyslot::Credentials;
use crate::store::wrapped::{self, Unwrapped, WrappedKey};

/// A key in a file of its own, yet to be written.
pub struct Exported {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// The key that is in it.
    pub key: Shown,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Refuses a release that nobody explains, on a network that minds.
pub fn require_reason(desk: &Desk<'_>, network: NetworkMode) -> Result<(), OpError> {
    match network.policy().unexplained_reveal {
        Verdict::Refuse if desk.settings.reason.is_none() => Err(OpError::ReasonNeeded),
        _ => Ok(()),
    }
}

/// Wraps the key `id` under `secret`, with all its versions. On a network that minds it takes a reason.
pub fn export(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    id: &KeyId,
    secret: &Credentials,
    kdf: Option<KdfParams>,
) -> Result<Exported, OpError> {
    let network = file.network();
    let policy = network.policy();
    require_reason(desk, network)?;
    let mut notices = gate::admit(desk, network, &file.site().path, &secret.passphrase)?.notices;
    if policy.shared_archive_passphrase != Verdict::Allow
        && opens(desk, &file, Some(credentials), secret)?
    {
        if policy.shared_archive_passphrase == Verdict::Refuse {
            return Err(OpError::SharedPassphrase);
        }
        let text = "the passphrase of the wrapped key opens the store too";
        notices.push(Notice::Note(text.to_owned()));
    }
    let event = Event::new("key.export", Some(id.to_string()));
    let mut opening = open_for_reading(desk, file, credentials, &event)?;
    let made = opened(&opening).and_then(|store| {
        store.keyring().key(id.as_str())?.require_active()?;
        let kdf = kdf_params(network, kdf, policy.kdf_default)?;
        let mut random = desk.random.borrow_mut();
        let secret = secret.slot_secret(secret.slot_kind(), kdf, random.as_mut())?;
        let now = desk.clock.now();
        let bytes = wrapped::wrap(store, id.as_str(), &secret, now, random.as_mut())?;
        Ok((bytes, shown(desk, store, id.as_str())?))
    });
    match made {
        Ok((bytes, key)) => {
            let version = key.facts.active.map(|(n, _)| u64::from(n));
            // A dry run hands nothing out.
            if !desk.settings.dry_run {
                opening.release(desk, &Event { version, ..event })?;
            }
            notices.append(&mut opening.notices);
            Ok(Exported { bytes, key, notices })
        }
        // An id that the store does not know may be something else that was pasted.
        Err(error) => {
            let unknown = matches!(error, OpError::Key(KeyError::NoKey));
            let event = Event { object: event.object.clone().filter(|_| !unknown), ..event };
            Err(opening.failed(desk, &event, error))
        }
    }
}

/// Refuses a key of another network.
pub fn require_network(file: &StoreFile, wrapped: &WrappedKey) -> Result<(), OpError> {
    let (store, archive) = (file.network(), wrapped.network());
    if archive == store { Ok(()) } else { Err(OpError::WrappedNetwork { store, key: archive }) }
}

/// A wrapped key that is opened and checked, before the store is touched.
pub fn unwrap(
    desk: &Desk<'_>,
    file: &StoreFile,
    wrapped: &WrappedKey,
    secret: &Credentials,
) -> Result<Unwrapped, OpError> {
    require_network(file, wrapped)?;
    let store = file.network();
    let unwrapped = wrapped.open(secret, desk.settings.ceiling)?;
    // A link that leads nowhere would stop the next rotation.
    let key = unwrapped.key();
    for version in key.versions() {
        let Some(bytes) = &version.proof else { continue };
        let link = Signed::decode(bytes).map_err(ProofError::from)?.link;
        let new = (version.n, version.public.clone());
        if (link.network, &link.key, link.kind, &link.new) != (store, &key.id, key.kind, &new) {
            return Err(KeyError::Mismatch(version.n).into());
        }
    }
    Ok(unwrapped)
}

/// Puts an unwrapped key into the store, with its versions, states, counts and proofs.
pub fn import(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    unwrapped: Unwrapped,
) -> Result<(Outcome, Shown), OpError> {
    let key = unwrapped.key();
    let (id, kind, role) = (key.id.clone(), key.kind, key.role);
    let n = key.require_active()?.n;
    let event =
        Event { version: Some(u64::from(n)), ..Event::new("key.import", Some(id.to_string())) };
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let made = tx.decide(|tx| {
        let store = native(tx)?;
        unwrapped.put(store, desk.random.borrow_mut().as_mut())?;
        publish(desk, store);
        shown(desk, store, id.as_str())
    })?;
    let plan = format!("take the {} key {id} ({}), version {n}", kind.name(), role.name());
    Ok((finish(tx, vec![plan])?, made))
}
