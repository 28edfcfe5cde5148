//! Judge the managed keys of a store by its signed inventory: no passphrase, no lock, nothing written.
//!
//! What an inventory says counts only if its signature holds, its key is one that somebody trusts, it is not older than what this
//! host has seen, and the clock stands behind everything in it. Each of these that fails is a [`Doubt`], and an answer with a
//! doubt is that nobody knows.

use super::rotate::Item;
use super::secrets::judge as judge_secret;
use crate::clock::Timestamp;
use crate::crypto::sign::PublicKey;
use crate::keyring::public::Named;
use crate::keyring::{KeyFacts, PublicHalf};
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::ops::signed::{self, Freshness, Pin, Report};
use crate::ops::{Desk, OpError, StoreFile};
use crate::rotation::policy::{Decision, Due, Facts, decide};
use crate::store::Header;
use crate::store::inventory::Level;
use crate::store::sealed::Exported;
use crate::store::secret_facts::SecretFacts;
use crate::store::state::State;

/// A key with the verdict on it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What the inventory says of it.
    pub facts: KeyFacts,
    /// The verdict; none for a retired key.
    pub decision: Option<Decision>,
}

impl Judged {
    /// Judges a key by the limits in `facts`.
    pub fn of(facts: KeyFacts, now: Timestamp) -> Self {
        let decision = Facts::of(&facts).map(|found| decide(&found, &facts.limits, now));
        Self { facts, decision }
    }
}

/// A rotated secret with the verdict on it.
#[derive(Clone, Debug)]
pub struct JudgedSecret {
    /// What the inventory says of it.
    pub facts: SecretFacts,
    /// The verdict.
    pub decision: Decision,
}

/// Why an answer cannot be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// Nobody has named the key that signed it.
    #[error("the signature holds, and nobody has said that its key is the right one")]
    NotPinned,
    /// Another key is trusted.
    #[error("the signing key is NOT the one that is trusted")]
    WrongKey,
    /// It is older than what was seen.
    #[error("the store is OLDER than this host has seen")]
    Older,
    /// This host has never seen the store, on a network that minds.
    #[error("this host remembers nothing of the store, and no min_generation is configured")]
    NeverSeen,
    /// The clock stands before the last rotation.
    #[error("the clock stands before the last rotation")]
    BeforeRotation,
    /// The clock stands before a time that this host has seen.
    #[error("the clock stands before a time that this host has seen")]
    BeforeSeen,
    /// The store shows nothing of its keys.
    #[error("the store shows nothing of its keys ([security] inventory = \"none\")")]
    Hidden,
    /// A secret is to be rotated, and the store says nothing of it.
    #[error(
        "the store says nothing of a secret that [rotation.secrets] names: key-rotate run-due, once it is set"
    )]
    UnseenSecret,
}

/// What was seen.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The network of the store.
    pub network: NetworkMode,
    /// The generation that was looked at.
    pub generation: u64,
    /// The key that signed it.
    pub store_key: PublicKey,
    /// The managed keys, by ascending id.
    pub keys: Vec<Judged>,
    /// The secrets that are rotated, by ascending label.
    pub secrets: Vec<JudgedSecret>,
    /// The latest beginning of a version.
    pub last_rotation: Option<Timestamp>,
    /// When it was looked at.
    pub now: Timestamp,
    doubts: Vec<Doubt>,
}

impl Looked {
    /// Why none of it can be relied on; nothing when it can.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt> {
        self.doubts.iter().copied()
    }

    /// Whether all of it can be relied on.
    pub const fn is_certain(&self) -> bool {
        self.doubts.is_empty()
    }

    /// Takes `named` for the right key, or the right key for another than the one that signed.
    pub fn trust(&mut self, named: &Named) {
        if is_store_key(named, &self.store_key) {
            self.doubts.retain(|doubt| *doubt != Doubt::NotPinned);
        } else {
            self.doubts.push(Doubt::WrongKey);
        }
    }

    /// Everything that can be due, with its name: keys, then secrets.
    pub fn decisions(&self) -> impl Iterator<Item = (Item, &Decision)> {
        let keys = self
            .keys
            .iter()
            .filter_map(|key| Some((Item::Key(key.facts.id.clone()), key.decision.as_ref()?)));
        let secrets = self
            .secrets
            .iter()
            .map(|secret| (Item::Secret(secret.facts.label.clone()), &secret.decision));
        keys.chain(secrets)
    }

    /// How many keys and secrets are exactly this urgent.
    pub fn count(&self, due: Due) -> usize {
        self.decisions().filter(|(_, decision)| decision.due == due).count()
    }

    /// The greatest age of an active version, in whole days.
    pub fn oldest_days(&self) -> u64 {
        self.decisions().filter_map(|(_, decision)| decision.age_days).max().unwrap_or(0)
    }
}

/// Looks at a store. A signature that does not hold is an error.
pub fn look(desk: &Desk<'_>, file: &StoreFile) -> Result<Looked, OpError> {
    let store = file.require_native("a managed key")?;
    let report = signed::examine(desk, file)?;
    let header = store.header();
    let state = file.remembered();
    let doubts = doubts(desk, header, &report, state);
    Ok(judge(desk, header, doubts))
}

/// Looks at an exported inventory: header, file hash and signature. What this host remembers of the store counts as for the store.
pub fn look_at_export(desk: &Desk<'_>, bytes: &[u8]) -> Result<Looked, OpError> {
    let exported = Exported::parse(bytes)?;
    let header = &exported.header;
    let stated = desk.settings.network.filter(|stated| *stated != header.network);
    if let Some(stated) = stated {
        return Err(OpError::WrongNetwork { store: header.network, stated });
    }
    let state = desk.state.recall(header.store_id)?;
    let report = signed::report(desk, header, exported.file_hash, state.as_ref());
    let doubts = doubts(desk, header, &report, state.as_ref());
    Ok(judge(desk, header, doubts))
}

/// Why an answer that rests on this header may not be counted on.
fn doubts(desk: &Desk<'_>, header: &Header, report: &Report, state: Option<&State>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    match report.pin {
        Pin::Trusted => {}
        Pin::Unknown => doubts.push(Doubt::NotPinned),
        Pin::Mismatch => doubts.push(Doubt::WrongKey),
    }
    let minds = header.network.policy().unknown_freshness == Verdict::Refuse;
    match report.freshness {
        Freshness::Older => doubts.push(Doubt::Older),
        Freshness::Unknown if minds => doubts.push(Doubt::NeverSeen),
        Freshness::Current | Freshness::Unknown => {}
    }
    if state.is_some_and(|state| desk.clock.now() < state.max_seen_time) {
        doubts.push(Doubt::BeforeSeen);
    }
    doubts
}

fn judge(desk: &Desk<'_>, header: &Header, mut doubts: Vec<Doubt>) -> Looked {
    let now = desk.clock.now();
    let policies = &desk.settings.rotation;
    let keys: Vec<Judged> = header
        .inventory
        .keys
        .iter()
        .map(|facts| {
            let mut facts = facts.clone();
            // What is configured where the question is asked counts; without it, what was configured where the store was written.
            if policies.is_configured() {
                let policy = policies.policy(facts.id.as_str(), facts.role, header.network);
                facts.limits = policy.limits();
            }
            Judged::of(facts, now)
        })
        .collect();
    let mut secrets = header.inventory.secrets.clone();
    if policies.is_configured() {
        secrets.retain(|facts| policies.secrets.contains_key(&facts.label));
        for facts in &mut secrets {
            if let Some(rotation) = policies.secrets.get(&facts.label) {
                facts.limits = policies.secret_policy(rotation, header.network).limits();
            }
        }
        // Both are in the order of their labels, and each label stands once.
        if secrets.len() < policies.secrets.len() && header.inventory.level != Level::None {
            doubts.push(Doubt::UnseenSecret);
        }
    }
    let secrets: Vec<JudgedSecret> = secrets
        .into_iter()
        .map(|facts| JudgedSecret { decision: judge_secret(&facts, now), facts })
        .collect();
    let begun = keys.iter().filter_map(|key| key.facts.active.map(|(_, at)| at));
    let last_rotation = begun.chain(secrets.iter().map(|secret| secret.facts.since)).max();
    if last_rotation.is_some_and(|last| now < last) {
        doubts.push(Doubt::BeforeRotation);
    }
    if header.inventory.level == Level::None {
        doubts.push(Doubt::Hidden);
    }
    Looked {
        network: header.network,
        generation: header.generation,
        store_key: header.store_key,
        keys,
        secrets,
        last_rotation,
        now,
        doubts,
    }
}

/// Whether `named` is the key that signs a store: how `--trust` pins without a configuration or a state.
fn is_store_key(named: &Named, key: &PublicKey) -> bool {
    named.names(PublicHalf { kind: crate::keyring::KeyKind::Ed25519, bytes: &key.0 })
}
