//! Sign with managed keys.
//!
//! A [`KeySigner`] is what a service keeps: the private half, ready, and the count of what it signed. Uses are counted *before*
//! they are made, in batches: what a killed process had counted and not used is lost, never the other way round.

use super::{native, publish};
use crate::keyring::signer::{Message, Scheme, Signer};
use crate::keyring::{KeyError, KeyId};
use crate::ops::audit::Event;
use crate::ops::transaction::{Rekey, Transaction};
use crate::ops::{Desk, OpError, StoreFile};
use crate::store::keyslot::Credentials;

/// A signature, with what it was made with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How it was made.
    pub scheme: Scheme,
    /// Version of the key.
    pub n: u32,
    /// Its public half; empty for a symmetric key.
    pub public: Vec<u8>,
}

/// A key of a store, ready to sign.
pub struct KeySigner {
    signer: Signer,
    id: KeyId,
    scheme: Scheme,
    n: u32,
    public: Vec<u8>,
    left: u64,
}

impl KeySigner {
    /// Opens the active version of key `id` and counts `batch` uses of it, in one recorded commit.
    pub fn open(
        desk: &Desk<'_>,
        file: StoreFile,
        credentials: &Credentials,
        id: &KeyId,
        scheme: Option<Scheme>,
        batch: u64,
    ) -> Result<Self, OpError> {
        let event = Event::new("key.use", Some(format!("{id}+{batch}")));
        let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
        let ready = tx.decide(|tx| {
            // An id that the store does not know may be something else that was pasted.
            let object = tx.event_mut().object.take();
            let n = native(tx)?.keyring().key(id.as_str())?.require_active()?.n;
            (tx.event_mut().object, tx.event_mut().version) = (object, Some(u64::from(n)));
            let store = native(tx)?;
            store.keyring_mut().key_mut(id.as_str())?.add_uses(batch)?;
            publish(desk, store);
            let key = store.keyring().key(id.as_str())?;
            let scheme = Scheme::choose(key.kind, key.role, scheme)?;
            let active = key.require_active()?;
            let private = store.private_half(&store.key_sealer(), id.as_str(), active.n)?;
            Ok(Self {
                signer: Signer::new(key.kind, key.role, scheme, private)?,
                id: id.clone(),
                scheme,
                n: active.n,
                public: active.public.clone(),
                left: batch,
            })
        })?;
        if !desk.settings.dry_run {
            tx.commit()?;
        }
        Ok(ready)
    }

    /// Signs `message`. None when the uses that were counted beforehand are used up: open it again.
    pub fn sign(&mut self, message: Message<'_>) -> Result<Option<Vec<u8>>, KeyError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        let signature = self.signer.sign(message)?;
        self.left = left;
        Ok(Some(signature))
    }

    /// How many uses are left of those counted beforehand.
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// The key.
    pub const fn id(&self) -> &KeyId {
        &self.id
    }

    /// Its version and public half.
    pub fn version(&self) -> (u32, &[u8]) {
        (self.n, &self.public)
    }

    /// How it signs.
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }
}

/// Signs one message with the active version of a key, and counts the use first.
pub fn sign(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    id: &KeyId,
    scheme: Option<Scheme>,
    message: Message<'_>,
) -> Result<Signature, OpError> {
    let mut signer = KeySigner::open(desk, file, credentials, id, scheme, 1)?;
    let bytes = signer.sign(message)?.ok_or(KeyError::Retired)?;
    Ok(Signature { bytes, scheme: signer.scheme, n: signer.n, public: signer.public })
}
