//! Rotate keys: any number of them, in one commit or not at all.
//!
//! Private halves are opened, made, and signed with on several processors; everything else is one walk over the keys in the order
//! of their ids, identities first, so that a key which cannot sign is vouched for by the identity that holds from now on.

use super::look::{self, Judged};
use super::secrets::{self, Brought};
use super::{Shown, generate, identity, list, native, publish, require, shown};
use crate::clock::Timestamp;
use crate::crypto::mac;
use crate::keyring::key::Replaced;
use crate::keyring::signer::OwnSigner;
use crate::keyring::{Fresh, Key, KeyError, KeyId, KeyKind, Role};
use crate::network::NetworkMode;
use crate::ops::audit::Event;
use crate::ops::transaction::{Rekey, Transaction};
use crate::ops::{Desk, Notice, OpError, Outcome, StoreFile, finish};
use crate::parallel;
use crate::rotation::continuity::link::{Authority, Signed, Voucher};
use crate::rotation::continuity::{Link, ProofError};
use crate::rotation::policy::Due;
use crate::rotation::secrets::PREFIX;
use crate::secret::PrivateKey;
use crate::store::OpenStore;
use crate::store::keyslot::Credentials;
use crate::store::managed::{Holder, KeySealer};

/// What is rotated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// The managed key of this id.
    Key(KeyId),
    /// The secret of this label in `[rotation.secrets]`.
    Secret(KeyId),
}

impl Item {
    /// An item as it is named: an id, or `secret:` and a label.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        match text.strip_prefix(PREFIX) {
            Some(label) => KeyId::parse(label).map(Self::Secret),
            None => KeyId::parse(text).map(Self::Key),
        }
    }
}

impl std::fmt::Display for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(id) => id.fmt(f),
            Self::Secret(label) => write!(f, "{PREFIX}{label}"),
        }
    }
}

/// Which keys and secrets are rotated.
#[derive(Clone, Debug)]
pub enum Which {
    /// These.
    Named(Vec<Item>),
    /// Those that are due.
    Due,
    /// Those that are due and may be rotated unattended.
    DueUnattended,
    /// All that are not retired.
    All,
}

/// What a rotation did, or would do.
pub struct Rotated {
    /// The commit; no receipt when there was nothing to do.
    pub outcome: Outcome,
    /// Every key that has a new version.
    pub keys: Vec<Shown>,
    /// Versions whose private half was removed since their grace period is over.
    pub ended: Vec<(KeyId, u32)>,
    /// Labels of the secrets that have a new version, and its number.
    pub secrets: Vec<(KeyId, u64)>,
    /// Values that were removed since their grace period is over.
    pub secrets_ended: Vec<(KeyId, u64)>,
}

/// Tries all that could refuse a rotation of `which` short of doing it: the passphrase, the lock, the log, what this host remembers,
/// every id and label. What a program is asked for afterwards is not lost for any of them.
pub fn rehearse(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    which: &Which,
) -> Result<(), OpError> {
    let mut tx =
        Transaction::begin(desk, file, credentials, Rekey::Keep, Event::new("key.rotate", None))?;
    tx.decide(|tx| {
        let store = native(tx)?;
        choose(desk, store, which)?;
        secrets::choose(desk, store, which, &Brought::default()).map(drop)
    })
}

/// What of the secrets a transaction did.
struct Secrets {
    turned: Vec<(KeyId, u64)>,
    ended: Vec<(KeyId, u64)>,
    /// The inventory said something else of them than it says now.
    news: bool,
}

/// Rotates keys and secrets, and removes what their grace period is over for. With `agreed`, only what is among it.
pub fn rotate(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    which: &Which,
    agreed: Option<&[Item]>,
    brought: &Brought,
    reason: &str,
) -> Result<Rotated, OpError> {
    let event = Event { reason: Some(reason.to_owned()), ..Event::new("key.rotate", None) };
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Keep, event)?;
    let seen = tx.remembered().map_or(Timestamp::EPOCH, |state| state.max_seen_time);
    let (ids, ended, secrets) = tx.decide(|tx| {
        let path = tx.site().path.clone();
        let store = native(tx)?;
        let is_agreed = |item: Item| agreed.is_none_or(|agreed| agreed.contains(&item));
        let mut ids = choose(desk, store, which)?;
        ids.retain(|id| is_agreed(Item::Key(id.clone())));
        let mut labels = secrets::choose(desk, store, which, brought)?;
        labels.retain(|label| is_agreed(Item::Secret(label.clone())));
        // Time only ever moves a deadline later: a clock that was put back does not shorten what is left of a grace period.
        let now = desk.clock.now().max(seen);
        if !ids.is_empty() {
            turn(desk, store, &ids, now, reason)?;
        }
        // With a clock that was put forward a grace period would end early; that is seen by `check`, and undone by nothing.
        let ended = end_grace(store, now);
        publish(desk, store);
        let at = (now, path.as_path());
        let turned = secrets::turn(desk, store, credentials, &labels, brought, at)?;
        let secrets_ended = secrets::end_grace(desk, store, now)?;
        let shown = store.header().inventory.secrets.clone();
        secrets::publish(desk, store)?;
        let news = store.header().inventory.secrets != shown;
        Ok((ids, ended, Secrets { turned, ended: secrets_ended, news }))
    })?;
    if !matches!(which, Which::Named(_)) {
        let path = tx.site().path.clone();
        let absent = secrets::absent(desk, native(&mut tx)?, &path);
        tx.notices().extend(absent);
    }
    let store = native(&mut tx)?;
    let mut plan = Vec::new();
    let mut keys = Vec::new();
    for id in &ids {
        let key = store.keyring().key(id.as_str())?;
        let n = key.require_active()?.n;
        plan.push(format!("rotate the key {id} to version {n}"));
        keys.push(shown(desk, store, id.as_str())?);
    }
    for (id, n) in &ended {
        plan.push(format!("remove the private half of version {n} of the key {id}"));
    }
    for (label, n) in &secrets.turned {
        plan.push(format!("rotate {PREFIX}{label} to version {n}"));
    }
    for (label, n) in &secrets.ended {
        plan.push(format!("remove version {n} of {PREFIX}{label}"));
    }
    // A rotation that was configured since is made known, or nothing could tell when it is due.
    let only_news = plan.is_empty() && secrets.news;
    if only_news {
        plan.push("show in the inventory which secrets are rotated".to_owned());
    }
    let Secrets { turned, ended: secrets_ended, .. } = secrets;
    if plan.is_empty() {
        let mut notices = std::mem::take(tx.notices());
        // What only a commit would have made true.
        if notices.iter().any(|notice| matches!(notice, Notice::RollbackAccepted { .. })) {
            return Err(OpError::NothingToAccept);
        }
        notices.retain(|notice| !matches!(notice, Notice::KdfUpgraded { .. }));
        let outcome = Outcome { receipt: None, plan, notices };
        return Ok(Rotated { outcome, keys, ended, secrets: turned, secrets_ended });
    }
    let event = tx.event_mut();
    match (&keys[..], &ended[..]) {
        _ if only_news => event.name = "key.show-secrets",
        _ if !turned.is_empty() || !secrets_ended.is_empty() => {
            let of_keys = keys.iter().filter_map(|key| {
                let (n, _) = key.facts.active?;
                Some((key.facts.id.to_string(), u64::from(n)))
            });
            let of_secrets = turned.iter().map(|(label, n)| (format!("{PREFIX}{label}"), *n));
            let mut all: Vec<(String, u64)> = of_keys.chain(of_secrets).collect();
            if all.is_empty() {
                event.name = "key.end-grace";
                all.extend(ended.iter().map(|(id, n)| (id.to_string(), u64::from(*n))));
                all.extend(secrets_ended.iter().map(|(l, n)| (format!("{PREFIX}{l}"), *n)));
            }
            event.object = Some(list(all.iter().map(|(id, n)| (id.as_str(), *n))));
        }
        ([only], []) => {
            event.object = Some(only.facts.id.to_string());
            event.version = only.facts.active.map(|(n, _)| u64::from(n));
        }
        ([], ended) => {
            event.name = "key.end-grace";
            event.object = Some(list(ended.iter().map(|(id, n)| (id.as_str(), u64::from(*n)))));
        }
        (keys, _) => {
            let version = |key: &Shown| key.facts.active.map_or(0, |(n, _)| u64::from(n));
            let keys = keys.iter().map(|key| (key.facts.id.as_str(), version(key)));
            event.object = Some(list(keys));
        }
    }
    let outcome = finish(tx, plan)?;
    Ok(Rotated { outcome, keys, ended, secrets: turned, secrets_ended })
}

/// The keys that are meant, identities first.
fn choose(desk: &Desk<'_>, store: &OpenStore, which: &Which) -> Result<Vec<KeyId>, OpError> {
    let network = store.header().network;
    let due = |key: &Key, unattended: bool| {
        let policy = desk.settings.rotation.policy(key.id.as_str(), key.role, network);
        let judged = Judged::of(super::facts_of(desk, network, key), desk.clock.now());
        judged.decision.is_some_and(|decision| decision.due >= Due::Overdue)
            && (!unattended || policy.auto_rotate)
    };
    let live = || store.keyring().iter().filter(|key| key.retired.is_none());
    let mut ids: Vec<KeyId> = match which {
        Which::Named(items) => {
            let ids = items.iter().filter_map(|item| match item {
                Item::Key(id) => Some(id.clone()),
                Item::Secret(_) => None,
            });
            let ids: Vec<KeyId> = ids.collect();
            for id in &ids {
                store.keyring().key(require(store, id.as_str())?.as_str())?.require_active()?;
            }
            ids
        }
        Which::Due => live().filter(|key| due(key, false)).map(|key| key.id.clone()).collect(),
        Which::DueUnattended => {
            live().filter(|key| due(key, true)).map(|key| key.id.clone()).collect()
        }
        Which::All => live().map(|key| key.id.clone()).collect(),
    };
    ids.sort();
    ids.dedup();
    let is_identity =
        |id: &KeyId| store.keyring().key(id.as_str()).is_ok_and(|key| key.role == Role::Identity);
    ids.sort_by_key(|id| !is_identity(id));
    Ok(ids)
}

fn end_grace(store: &mut OpenStore, now: Timestamp) -> Vec<(KeyId, u32)> {
    let ids: Vec<KeyId> = store.keyring().iter().map(|key| key.id.clone()).collect();
    let mut ended = Vec::new();
    for id in ids {
        if let Ok(key) = store.keyring_mut().key_mut(id.as_str()) {
            ended.extend(key.end_grace(now).into_iter().map(|n| (id.clone(), n)));
        }
    }
    ended
}

/// A key on its way to its next version.
struct Turn {
    id: KeyId,
    kind: KeyKind,
    n: u32,
    new: PrivateKey,
    /// What its link says, but for the new public half and the voucher; none when nothing is proven.
    link: Option<Link>,
    keep_until: Timestamp,
}

/// What the processors made of it.
struct Made {
    public: Vec<u8>,
    proof: Option<Vec<u8>>,
}

fn turn(
    desk: &Desk<'_>,
    store: &mut OpenStore,
    ids: &[KeyId],
    now: Timestamp,
    reason: &str,
) -> Result<(), OpError> {
    let network = store.header().network;
    let sealer = store.key_sealer();
    let mut turns = Vec::with_capacity(ids.len());
    for id in ids {
        let key = store.keyring().key(id.as_str())?;
        let policy = desk.settings.rotation.policy(id.as_str(), key.role, network);
        // A successor lies behind everything that the key has seen.
        let now = now.max(key.last_seen());
        let keep_until = policy.keep_until(now);
        turns.push(Turn {
            id: id.clone(),
            kind: key.kind,
            n: key.next_number()?,
            new: generate(key.kind, desk.random.borrow_mut().as_mut())?,
            link: next_link(network, key, (now, keep_until), reason)?,
            keep_until,
        });
    }
    // Those that sign for themselves, identities among them, before those that an identity vouches for.
    let (own, vouched): (Vec<Turn>, Vec<Turn>) =
        turns.into_iter().partition(|turn| turn.kind != KeyKind::X25519);
    for group in [own, vouched] {
        let made = make_all(store, &sealer, &group)?;
        for (turn, made) in group.into_iter().zip(made) {
            put(desk, store, &sealer, &turn, made, now)?;
        }
    }
    Ok(())
}

/// What the next link of a key says; none for a symmetric key.
fn next_link(
    network: NetworkMode,
    key: &Key,
    (not_before, window_end): (Timestamp, Timestamp),
    reason: &str,
) -> Result<Option<Link>, OpError> {
    if key.kind == KeyKind::Symmetric32 {
        return Ok(None);
    }
    let active = key.require_active()?;
    // A version that no link leads to begins a chain.
    let before = active.proof.as_deref();
    let seq = match before {
        None => 1,
        Some(link) => Signed::decode(link).map_err(ProofError::from)?.link.seq + 1,
    };
    Ok(Some(Link {
        network,
        key: key.id.clone(),
        kind: key.kind,
        seq,
        old: (active.n, active.public.clone()),
        new: (key.next_number()?, Vec::new()),
        not_before,
        window_end,
        reason: reason.to_owned(),
        previous: before.map(|link| mac::sha256(&[link])),
        voucher: None,
    }))
}

/// Makes public halves and links of all of `turns`, on two processors when there are many.
fn make_all(store: &OpenStore, sealer: &KeySealer, turns: &[Turn]) -> Result<Vec<Made>, OpError> {
    const MANY: usize = 16;
    if turns.len() < MANY {
        return turns.iter().map(|turn| make(store, sealer, turn)).collect();
    }
    let halves = turns.split_at(turns.len() / 2);
    let all = |turns: &[Turn]| -> Result<Vec<Made>, OpError> {
        let made = turns.iter().map(|turn| make(store, sealer, turn)).collect();
        crate::memory::scrub_stack();
        made
    };
    let (first, second) = parallel::both(|| all(halves.0), || all(halves.1));
    let mut made = first?;
    made.extend(second.map_err(|_| KeyError::NotAPrivateKey("any"))??);
    Ok(made)
}

fn make(store: &OpenStore, sealer: &KeySealer, turn: &Turn) -> Result<Made, OpError> {
    let mut link = turn.link.clone();
    if let Some(link) = link.as_mut().filter(|_| turn.kind.signs()) {
        let old = store.own_signer(sealer, turn.id.as_str(), link.old.0)?;
        let new = OwnSigner::new(turn.kind, &turn.new)?;
        let public = new.public().to_vec();
        link.new.1.clone_from(&public);
        let proof = link.clone().sign(&Authority::Own { old: &old, new: &new })?;
        return Ok(Made { public, proof: Some(proof) });
    }
    let public = turn.kind.public_half(&turn.new)?;
    // Where nobody vouches for it, nothing is proven.
    let (Some(mut link), Some(identity)) = (link, identity(store)) else {
        return Ok(Made { public, proof: None });
    };
    let active = identity.require_active()?;
    let key = store.own_signer(sealer, identity.id.as_str(), active.n)?;
    link.new.1.clone_from(&public);
    link.voucher = Some(Voucher {
        id: identity.id.clone(),
        n: active.n,
        kind: identity.kind,
        public: active.public.clone(),
    });
    Ok(Made { public, proof: Some(link.sign(&Authority::Voucher(&key))?) })
}

fn put(
    desk: &Desk<'_>,
    store: &mut OpenStore,
    sealer: &KeySealer,
    turn: &Turn,
    made: Made,
    now: Timestamp,
) -> Result<(), OpError> {
    let holder = Holder { id: &turn.id, n: turn.n, kind: turn.kind, public: &made.public };
    let mut random = desk.random.borrow_mut();
    let bytes = sealer.seal(holder, &turn.new, random.as_mut())?;
    let fresh = Fresh { public: made.public, sealed: bytes, proof: made.proof };
    let key = store.keyring_mut().key_mut(turn.id.as_str())?;
    key.rotate(fresh, Replaced::InTurn, now, turn.keep_until)?;
    Ok(())
}

/// Rotates what is due and may be rotated unattended. Without anything to do nothing is unlocked: the signed inventory says so, if
/// it can be believed.
pub fn nothing_to_do(desk: &Desk<'_>, file: &StoreFile) -> Result<bool, OpError> {
    let looked = look::look(desk, file)?;
    if looked.doubts().next().is_some() {
        return Ok(false);
    }
    let now = desk.clock.now();
    let waits = |judged: &Judged| {
        let id = judged.facts.id.as_str();
        let policy = desk.settings.rotation.policy(id, judged.facts.role, looked.network);
        let due = judged.decision.as_ref().is_some_and(|d| d.due >= Due::Overdue);
        let over = |until: Option<Timestamp>| until.is_some_and(|until| until <= now);
        let ended = judged.facts.versions.iter().any(|version| {
            version.state == crate::keyring::State::Deactivated && over(version.keep_until)
        });
        (due && policy.auto_rotate) || ended
    };
    let secret_waits = |judged: &look::JudgedSecret| {
        let due = judged.decision.due >= Due::Overdue;
        (due && secrets::is_unattended(desk, looked.network, &judged.facts.label))
            || judged.facts.keep_until.is_some_and(|until| until <= now)
    };
    Ok(!looked.keys.iter().any(waits) && !looked.secrets.iter().any(secret_waits))
}
