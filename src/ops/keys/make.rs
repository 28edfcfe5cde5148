//! Create, import and derive keys; give them up; count their uses.

use super::{Shown, generate, native, publish, require, seal, shown};
use crate::crypto::derive::{self, KeyMaterial, Label};
use crate::crypto::hash::Algorithm;
use crate::keyring::{Key, KeyError, KeyId, KeyKind, Origin, Role};
use crate::ops::audit::Event;
use crate::ops::transaction::{Rekey, Transaction};
use crate::ops::{Desk, OpError, Outcome, StoreFile, finish};
use crate::secret::{PrivateKey, SecretBytes};
use crate::store::keyslot::Credentials;

/// Where a new private half comes from.
pub enum Source<'a> {
    /// Randomness.
    Random,
    /// 32 bytes that were made elsewhere.
    Given(&'a SecretBytes),
    /// The active version of a symmetric key of the store.
    Derived {
        /// Its id.
        parent: &'a KeyId,
        /// The purpose; given once for each parent.
        label: &'a Label,
        /// The hash of HKDF.
        algorithm: Algorithm,
    },
}

/// A key to be made.
pub struct NewKey<'a> {
    /// Its id.
    pub id: &'a KeyId,
    /// Its kind.
    pub kind: KeyKind,
    /// Its role.
    pub role: Role,
    /// Its private half.
    pub source: Source<'a>,
}

/// Makes a key, active from now on.
pub fn create(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    new: &NewKey<'_>,
) -> Result<(Outcome, Shown), OpError> {
    new.role.require(new.kind)?;
    let name = match new.source {
        Source::Random => "key.create",
        Source::Given(_) => "key.import",
        Source::Derived { .. } => "key.derive",
    };
    let event = Event { version: Some(1), ..Event::new(name, Some(new.id.to_string())) };
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let made = tx.decide(|tx| {
        let now = desk.clock.now();
        let store = native(tx)?;
        if store.keyring().key(new.id.as_str()).is_ok() {
            return Err(KeyError::Exists.into());
        }
        let sealer = store.key_sealer();
        let (private, origin) = match &new.source {
            Source::Random => (generate(new.kind, desk.random.borrow_mut().as_mut())?, None),
            Source::Given(bytes) => (given(new.kind, bytes)?, None),
            Source::Derived { parent, label, algorithm } => {
                let parent = store.keyring().key(parent.as_str())?;
                let n = parent.require_active()?.n;
                if (parent.kind, parent.role) != (KeyKind::Symmetric32, Role::Wrap) {
                    let (kind, role) = (parent.kind.name(), parent.role.name());
                    return Err(KeyError::Purpose {
                        kind,
                        role,
                        what: "have keys derived from it",
                    }
                    .into());
                }
                let origin = Origin {
                    parent: parent.id.clone(),
                    n,
                    label: (*label).clone(),
                    algorithm: *algorithm,
                };
                store.keyring().require_unused(&origin)?;
                let material = store.private_half(&sealer, parent.id.as_str(), n)?;
                let material = KeyMaterial::new(material.expose())
                    .map_err(|_| KeyError::NotAPrivateKey(parent.kind.name()))?;
                let code = u8::try_from(new.kind.code()).unwrap_or(0);
                let context = [&[code], new.id.as_str().as_bytes()].concat();
                let private = derive::derive_key(*algorithm, &material, label, &context)
                    .map_err(|_| KeyError::NotAPrivateKey(new.kind.name()))?;
                (private, Some(origin))
            }
        };
        let holder = (new.id, 1, new.kind);
        let fresh = seal(&sealer, holder, &private, desk.random.borrow_mut().as_mut())?;
        let mut key = Key::new(new.id.clone(), new.kind, new.role, fresh, now)?;
        key.origin = origin;
        store.keyring_mut().add(key)?;
        publish(desk, store);
        shown(desk, store, new.id.as_str())
    })?;
    let plan = format!("make the {} key {} ({})", new.kind.name(), new.id, new.role.name());
    Ok((finish(tx, vec![plan])?, made))
}

/// Key bytes that somebody brought. Text is refused: it would be a passphrase, or a key in a form that was not decoded.
fn given(kind: KeyKind, bytes: &SecretBytes) -> Result<PrivateKey, OpError> {
    let refused = KeyError::NotAPrivateKey(kind.name());
    if bytes.len() != PrivateKey::LEN || KeyMaterial::new(bytes.expose()).is_err() {
        return Err(refused.into());
    }
    let mut key = PrivateKey::zeroed();
    key.expose_mut().copy_from_slice(bytes.expose());
    kind.public_half(&key)?;
    Ok(key)
}

/// Gives a key up for good: no version is active any more, and every private half is removed.
pub fn destroy(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    id: &str,
) -> Result<(Outcome, Shown), OpError> {
    let event = Event::new("key.destroy", Some(crate::text::escape(id)));
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let gone = tx.decide(|tx| {
        tx.event_mut().object = None;
        let store = native(tx)?;
        let id = require(store, id)?;
        store.keyring_mut().key_mut(id.as_str())?.retire(desk.clock.now())?;
        publish(desk, store);
        let gone = shown(desk, store, id.as_str())?;
        tx.event_mut().object = Some(id.to_string());
        Ok(gone)
    })?;
    let plan = format!("retire the key {} and remove its private halves", gone.facts.id);
    Ok((finish(tx, vec![plan])?, gone))
}

/// Counts uses, of any number of keys in one commit. A count never goes back.
pub fn count_uses(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    uses: &[(KeyId, u64)],
) -> Result<(Outcome, Vec<Shown>), OpError> {
    let object = uses.iter().map(|(id, n)| format!("{id}+{n}")).collect::<Vec<_>>().join(",");
    let event = Event::new("key.use", Some(object));
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let counted = tx.decide(|tx| {
        // An id that the store does not know may be something else that was pasted.
        let object = tx.event_mut().object.take();
        let store = native(tx)?;
        for (id, n) in uses {
            store.keyring_mut().key_mut(id.as_str())?.add_uses(*n)?;
        }
        publish(desk, store);
        tx.event_mut().object = object;
        let store = native(tx)?;
        uses.iter().map(|(id, _)| shown(desk, store, id.as_str())).collect()
    })?;
    let plan = uses.iter().map(|(id, n)| format!("count {n} more uses of the key {id}")).collect();
    Ok((finish(tx, plan)?, counted))
}
