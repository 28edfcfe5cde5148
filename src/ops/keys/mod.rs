//! Managed keys: make, import, use, rotate, give up; judge what is due; prove.
//!
//! Whatever changes a key goes through one [`Transaction`], however many keys it changes. What only judges reads the signed
//! inventory ([`look`]), needs no passphrase, and writes nothing.
//!
//! | module | verb |
//! |---|---|
//! | [`make`] | create, import, derive, give up, count uses |
//! | [`mod@rotate`] | rotate any number of keys in one commit |
//! | [`hooked`] | hooks before and after a rotation |
//! | [`secrets`] | rotate secrets, in the same commit |
//! | [`signing`] | sign |
//! | [`look`] | check, due, status, plan |
//! | [`history`] | what the audit log says of a key |
//! | [`proof`] | the chain of proofs of a key |
//! | [`wrapped`] | a key into a file of its own, and out of one |

pub mod history;
pub mod hooked;
pub mod look;
pub mod make;
pub mod proof;
pub mod rotate;
pub mod secrets;
pub mod signing;
pub mod wrapped;

use std::fmt::Write as _;

use super::contents::Contents;
use super::transaction::Transaction;
use super::{Desk, OpError, Opening};
use crate::crypto::random::Random;
use crate::keyring::{Fresh, Key, KeyError, KeyFacts, KeyId, KeyKind, Role};
use crate::network::NetworkMode;
use crate::secret::PrivateKey;
use crate::store::OpenStore;
use crate::store::managed::{Holder, KeySealer};

/// A key as it is after a change, for the answer.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What the inventory says of it.
    pub facts: KeyFacts,
    /// The network, which an address depends on.
    pub network: NetworkMode,
}

fn native<'t>(tx: &'t mut Transaction<'_, '_>) -> Result<&'t mut OpenStore, OpError> {
    let file = tx.site().path.display().to_string();
    match tx.contents_mut() {
        Contents::Native(store) => Ok(store),
        Contents::Igra(_) => Err(OpError::NotInIgra { what: "a managed key", file }),
    }
}

fn opened(opening: &Opening) -> Result<&OpenStore, OpError> {
    let file = || opening.site.path.display().to_string();
    opening
        .contents
        .native()
        .ok_or_else(|| OpError::NotInIgra { what: "a managed key", file: file() })
}

/// What there is to say of `key` under the policies of `desk`.
fn facts_of(desk: &Desk<'_>, network: NetworkMode, key: &Key) -> KeyFacts {
    let policy = desk.settings.rotation.policy(key.id.as_str(), key.role, network);
    KeyFacts::of(key, policy.limits())
}

/// Tells the inventory what became of the keys.
fn publish(desk: &Desk<'_>, store: &mut OpenStore) {
    let network = store.header().network;
    store.inventory_mut().level = desk.settings.inventory;
    let facts = store.keyring().iter().map(|key| facts_of(desk, network, key)).collect();
    store.show_keys(facts);
}

fn shown(desk: &Desk<'_>, store: &OpenStore, id: &str) -> Result<Shown, OpError> {
    let network = store.header().network;
    Ok(Shown { facts: facts_of(desk, network, store.keyring().key(id)?), network })
}

/// A private half that nobody has seen.
fn generate(kind: KeyKind, random: &mut dyn Random) -> Result<PrivateKey, OpError> {
    let mut key = PrivateKey::zeroed();
    loop {
        random.fill(key.expose_mut())?;
        // On secp256k1 one in 2^128 is no key.
        if kind.takes(&key) {
            return Ok(key);
        }
    }
}

/// Seals a private half as version `n` of the key `id`.
fn seal(
    sealer: &KeySealer,
    (id, n, kind): (&KeyId, u32, KeyKind),
    private: &PrivateKey,
    random: &mut dyn Random,
) -> Result<Fresh, OpError> {
    let public = kind.public_half(private)?;
    let bytes = sealer.seal(Holder { id, n, kind, public: &public }, private, random)?;
    Ok(Fresh { public, sealed: bytes, proof: None })
}

/// The identity that vouches for keys that cannot sign: the first one that is not retired.
fn identity(store: &OpenStore) -> Option<&Key> {
    store.keyring().iter().find(|key| key.role == Role::Identity && key.retired.is_none())
}

/// The ids of `keys`, and their versions, as a record names them; a long list ends in how many more there are.
fn list<'a>(keys: impl ExactSizeIterator<Item = (&'a str, u64)>) -> String {
    /// A line of the log has 64 KiB.
    const MOST: usize = 32 << 10;
    let mut left = keys.len();
    let mut text = String::new();
    for (id, n) in keys {
        if text.len() > MOST {
            let _ = write!(text, ",and {left} more");
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        let _ = write!(text, "{id}@{n}");
        left -= 1;
    }
    text
}

/// Refuses an id that no key of the store has.
fn require(store: &OpenStore, id: &str) -> Result<KeyId, OpError> {
    let id = KeyId::parse(id).map_err(|_| KeyError::NoKey)?;
    store.keyring().key(id.as_str())?;
    Ok(id)
}
