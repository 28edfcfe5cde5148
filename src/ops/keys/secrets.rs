//! Secrets that are replaced in time, in the same commit as keys: `[rotation.secrets]`.
//!
//! A new value comes from a generator, inside the transaction, or from a program, which runs outside all locks and whose output goes
//! straight into locked memory. All that could refuse the rotation is tried before; what a program printed may still be lost, by another
//! program that fails, a full disk or a power cut: it only makes values, and what uses one up is for a post-hook, which runs when the
//! value is durable. The value that is replaced stays in the history of the secret until its grace period is over. What is known without a passphrase stands in the inventory under the label of the rotation, never under the secret's name.
//!
//! A payment or a wallet secret is what funds are derived from. No generator replaces one, only a program, for where there is one
//! somebody has thought of moving the funds; and no replaced value of one is ever removed, since they lie under it until then.

use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};

use super::hooked::record;
use super::look::Looked;
use super::rotate::{Item, Which, rehearse};
use crate::clock::Timestamp;
use crate::config::HookCommands;
use crate::crypto::random::Random;
use crate::keyring::KeyId;
use crate::kind::Kind;
use crate::name::SecretName;
use crate::network::policy::Verdict;
use crate::ops::claims::{self, Payment};
use crate::ops::hooks::{Facts, HookError, Hooks};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::passphrase::generate::{self, GenerateError};
use crate::rotation::policy::{self, Due, Policy, decide};
use crate::rotation::secrets::{Maker, PREFIX, SecretRotation};
use crate::secret::SecretBytes;
use crate::store::OpenStore;
use crate::store::keyslot::Credentials;
use crate::store::open::NewValue;
use crate::store::secret_facts::SecretFacts;
use crate::store::{StoreError, limits};
use crate::text::quote_path;

/// A secret cannot be replaced; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The label is not configured.
    #[error("[rotation.secrets] has no such label")]
    NoLabel,
    /// There is nothing to replace.
    #[error("the secret of {PREFIX}{0} is not in the store")]
    Missing(KeyId),
    /// Funds would be lost.
    #[error(
        "{PREFIX}{0} is a payment or wallet secret, which only a hook may replace: funds lie under what it was until a post-hook moves them"
    )]
    Funds(KeyId),
    /// The program printed nothing, or too much.
    #[error("the hook of {PREFIX}{0} printed no value, or one of more than 1 MiB")]
    NoValue(KeyId),
    /// The program printed what is already there.
    #[error("the hook of {PREFIX}{0} printed the value that is there")]
    Same(KeyId),
    /// The network wants a better one.
    #[error("the new value of {PREFIX}{0} is too weak for a payment secret: {1}")]
    Weak(KeyId, String),
}

impl SecretError {
    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NoLabel | Self::Missing(_) => Kind::NotFound,
            Self::Funds(_) | Self::Weak(..) => Kind::Policy,
            Self::NoValue(_) | Self::Same(_) => Kind::Findings,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Missing(_) => vec!["set it first: secrets-admin set STORE NAME".to_owned()],
            Self::Funds(label) => {
                vec![format!("name a program: [rotation.secrets.{label}] hook = [\"/PATH\"]")]
            }
            _ => Vec::new(),
        }
    }
}

/// Values that programs gave, by label.
#[derive(Default)]
pub struct Brought(Vec<(KeyId, SecretBytes)>);

/// Runs the programs of the secrets among `which`, in the order of their labels, and takes what they print. Nobody is asked under a dry
/// run, nor when the rotation would be refused anyway. No lock is held while they run.
pub fn bring(
    desk: &Desk<'_>,
    file: &StoreFile,
    credentials: &Credentials,
    commands: &HookCommands,
    which: &Which,
    notices: &mut Vec<Notice>,
) -> Result<Brought, OpError> {
    let mut brought = Brought::default();
    let is_hook = |rotation: &SecretRotation| matches!(rotation.maker, Maker::Hook(_));
    if desk.settings.dry_run || !desk.settings.rotation.secrets.values().any(is_hook) {
        return Ok(brought);
    }
    let network = file.network();
    let looked = super::look::look(desk, file)?;
    let mut programs = Vec::new();
    for (label, rotation) in &desk.settings.rotation.secrets {
        let Maker::Hook(argv) = &rotation.maker else { continue };
        if wanted(desk, &looked, which, label) {
            let pre = vec![argv.clone()];
            let alone = HookCommands { pre, post: Vec::new(), timeout: commands.timeout };
            let hooks = Hooks::admit(&alone, network, file.owner(), desk.trust, notices)?;
            programs.push((label, hooks));
        }
    }
    let path = &file.site().path;
    if !programs.is_empty() {
        rehearse(desk, StoreFile::find(desk, path)?, credentials, which)?;
    }
    for (label, hooks) in programs {
        let known = looked.secrets.iter().find(|judged| judged.facts.label == *label);
        let name = format!("{PREFIX}{label}");
        let facts = Facts {
            key: &name,
            old_version: known.map_or(0, |judged| judged.facts.n),
            new_version: 0,
            network,
            store: path,
        };
        let value = hooks.value(&facts, desk.stop).inspect_err(|error| {
            if let HookError::Vetoed(ran) = error {
                record(desk, path, "key.value-hook", &name, ran);
            }
        })?;
        let value = value.filter(|value| !value.is_blank());
        brought.0.push((label.clone(), value.ok_or(SecretError::NoValue(label.clone()))?));
    }
    Ok(brought)
}

/// Whether a secret is among `which`, as far as the inventory knows.
fn wanted(desk: &Desk<'_>, looked: &Looked, which: &Which, label: &KeyId) -> bool {
    let judged = looked.secrets.iter().find(|judged| judged.facts.label == *label);
    let due = judged.is_some_and(|judged| judged.decision.due >= Due::Overdue);
    match which {
        Which::Named(items) => items.contains(&Item::Secret(label.clone())),
        Which::Due => due,
        Which::DueUnattended => due && is_unattended(desk, looked.network, label),
        Which::All => true,
    }
}

/// Whether `run-due` may replace the secret.
pub fn is_unattended(desk: &Desk<'_>, network: crate::network::NetworkMode, label: &KeyId) -> bool {
    let policies = &desk.settings.rotation;
    let rotation = policies.secrets.get(label);
    rotation.is_some_and(|rotation| policies.secret_policy(rotation, network).auto_rotate)
}

/// What there is to say of every secret that is rotated and that the store has.
pub fn facts(desk: &Desk<'_>, store: &OpenStore) -> Result<Vec<SecretFacts>, StoreError> {
    let policies = &desk.settings.rotation;
    let network = store.header().network;
    let mut all = Vec::new();
    for (label, rotation) in &policies.secrets {
        let Some(entry) = store.entry(rotation.secret.as_str())? else { continue };
        let Some(newest) = entry.versions.first() else { continue };
        let policy = policies.secret_policy(rotation, network);
        let keeps_all = means_funds(desk, &rotation.secret);
        let ends = entry.versions.windows(2).map(|pair| policy.keep_until(pair[0].created));
        all.push(SecretFacts {
            label: label.clone(),
            n: newest.n,
            since: newest.created,
            limits: policy.limits(),
            keep_until: ends.min().filter(|_| !keeps_all),
        });
    }
    Ok(all)
}

/// A word on each secret that is configured and not there: nobody can say when it is due, so every check says that it cannot tell.
pub(super) fn absent(desk: &Desk<'_>, store: &OpenStore, file: &Path) -> Vec<Notice> {
    let rotations = desk.settings.rotation.secrets.iter();
    let missing = rotations.filter(|(_, rotation)| !store.contains(rotation.secret.as_str()));
    missing
        .map(|(label, rotation)| {
            let (error, file) = (SecretError::Missing(label.clone()), quote_path(file));
            Notice::Note(format!(
                "{error}, so nothing tells when it is due: secrets-admin set {file} {}",
                rotation.secret.as_str()
            ))
        })
        .collect()
}

/// Tells the inventory, if whoever runs this knows what is rotated. Others leave what stands there: a time that is too old makes a check
/// speak up early, and never late.
pub fn publish(desk: &Desk<'_>, store: &mut OpenStore) -> Result<(), StoreError> {
    if desk.settings.rotation.is_configured() {
        let facts = facts(desk, store)?;
        store.show_secrets(facts);
    }
    Ok(())
}

fn means_funds(desk: &Desk<'_>, name: &SecretName) -> bool {
    let roles = &desk.settings.roles;
    roles.is_payment(name.as_str()) || roles.is_wallet(name.as_str())
}

/// Labels of the secrets that are meant, in order. One whose program was not asked is left out unless it is named.
pub(super) fn choose(
    desk: &Desk<'_>,
    store: &OpenStore,
    which: &Which,
    brought: &Brought,
) -> Result<Vec<KeyId>, OpError> {
    let policies = &desk.settings.rotation;
    let now = desk.clock.now();
    if let Which::Named(items) = which {
        let labels = items.iter().filter_map(|item| match item {
            Item::Secret(label) => Some(label.clone()),
            Item::Key(_) => None,
        });
        let mut labels: Vec<KeyId> = labels.collect();
        labels.sort();
        labels.dedup();
        for label in &labels {
            let rotation = policies.secrets.get(label).ok_or(SecretError::NoLabel)?;
            if !store.contains(rotation.secret.as_str()) {
                return Err(SecretError::Missing(label.clone()).into());
            }
        }
        return Ok(labels);
    }
    let network = store.header().network;
    let due = |facts: &SecretFacts| judge(facts, now).due >= Due::Overdue;
    let has_value = |label: &KeyId| match policies.secrets.get(label).map(|r| &r.maker) {
        Some(Maker::Hook(_)) => {
            desk.settings.dry_run || brought.0.iter().any(|(found, _)| found == label)
        }
        _ => true,
    };
    let found = facts(desk, store)?.into_iter().filter(|facts| match which {
        Which::Due => due(facts),
        Which::DueUnattended => due(facts) && is_unattended(desk, network, &facts.label),
        Which::Named(_) | Which::All => true,
    });
    Ok(found.map(|facts| facts.label).filter(has_value).collect())
}

/// The verdict on a secret.
pub fn judge(facts: &SecretFacts, now: Timestamp) -> policy::Decision {
    let found = policy::Facts { since: facts.since, uses: 0, compromised: false };
    decide(&found, &facts.limits, now)
}

/// Gives each of `labels` a new value. Answers their new versions.
pub(super) fn turn(
    desk: &Desk<'_>,
    store: &mut OpenStore,
    credentials: &Credentials,
    labels: &[KeyId],
    brought: &Brought,
    (now, file): (Timestamp, &Path),
) -> Result<Vec<(KeyId, u64)>, OpError> {
    let mut turned = Vec::new();
    for label in labels {
        let rotations = &desk.settings.rotation.secrets;
        let rotation = rotations.get(label).ok_or(SecretError::NoLabel)?;
        let name = &rotation.secret;
        let missing = || SecretError::Missing(label.clone());
        let entry = store.entry(name.as_str())?.ok_or_else(missing)?;
        let newest = entry.versions.first().ok_or_else(missing)?;
        let funds = means_funds(desk, name);
        let made;
        let value = match &rotation.maker {
            // A dry run asks no program.
            Maker::Hook(_) if desk.settings.dry_run => {
                turned.push((label.clone(), newest.n.saturating_add(1)));
                continue;
            }
            Maker::Hook(_) => brought
                .0
                .iter()
                .find(|(found, _)| found == label)
                .map(|(_, value)| value)
                .ok_or_else(|| SecretError::NoValue(label.clone()))?,
            _ if funds => return Err(SecretError::Funds(label.clone()).into()),
            maker => {
                made = generated(maker, desk.random.borrow_mut().as_mut())?;
                &made
            }
        };
        let old = store.value(name.as_str(), None)?.ok_or_else(missing)?;
        if old.same_but_blanks(value) {
            return Err(SecretError::Same(label.clone()).into());
        }
        // A successor lies behind what it replaces; and the store must not forget that for lack of room.
        let at = now.max(newest.created);
        let keep = limits::VERSIONS;
        let new = NewValue { value, kind: newest.kind, note: None, expires: None, keep };
        let n = store.set(name, new, at, desk.random.borrow_mut().as_mut())?;
        turned.push((label.clone(), n));
        if funds {
            require_strong(desk, file, store, credentials, label)?;
        }
    }
    Ok(turned)
}

/// The claims about payment and wallet secrets, made anew; a weak one is refused where a weak passphrase is, since it was chosen now.
fn require_strong(
    desk: &Desk<'_>,
    file: &Path,
    store: &mut OpenStore,
    credentials: &Credentials,
    label: &KeyId,
) -> Result<(), OpError> {
    let policy = store.header().network.policy().passphrase;
    let found = claims::refresh(desk, file, store, &credentials.passphrase, Payment::Touched)?;
    for notice in found {
        if let Notice::WeakSecret { why, .. } = notice
            && policy.on_weakness == Verdict::Refuse
        {
            return Err(SecretError::Weak(label.clone(), why).into());
        }
    }
    Ok(())
}

fn generated(maker: &Maker, random: &mut dyn Random) -> Result<SecretBytes, OpError> {
    let bytes = |len: usize, random: &mut dyn Random| -> Result<SecretBytes, OpError> {
        let mut bytes = SecretBytes::zeroed(len);
        random.fill(bytes.expose_mut())?;
        Ok(bytes)
    };
    match maker {
        Maker::Hex(len) => {
            let raw = bytes(*len, random)?;
            let mut text = SecretBytes::zeroed(HEXLOWER.encode_len(*len));
            HEXLOWER.encode_mut(raw.expose(), text.expose_mut());
            Ok(text)
        }
        Maker::Base64(len) => {
            let raw = bytes(*len, random)?;
            let mut text = SecretBytes::zeroed(BASE64.encode_len(*len));
            BASE64.encode_mut(raw.expose(), text.expose_mut());
            Ok(text)
        }
        Maker::Words(words) => {
            let passphrase = generate::generate(*words, random).map_err(|error| match error {
                GenerateError::Random(error) => OpError::from(error),
                GenerateError::Passphrase(error) => error.into(),
                GenerateError::Words => SecretError::NoLabel.into(),
            })?;
            Ok(SecretBytes::copy_from(passphrase.as_typed().expose()))
        }
        Maker::Hook(_) => Err(SecretError::NoLabel.into()),
    }
}

/// Removes values whose grace period is over. Answers which.
pub(super) fn end_grace(
    desk: &Desk<'_>,
    store: &mut OpenStore,
    now: Timestamp,
) -> Result<Vec<(KeyId, u64)>, OpError> {
    let policies = &desk.settings.rotation;
    let network = store.header().network;
    let mut ended = Vec::new();
    for (label, rotation) in &policies.secrets {
        if means_funds(desk, &rotation.secret) {
            continue;
        }
        let policy: Policy = policies.secret_policy(rotation, network);
        let Some(entry) = store.entry(rotation.secret.as_str())? else { continue };
        let over: Vec<u64> = entry
            .versions
            .windows(2)
            .filter(|pair| policy.keep_until(pair[0].created) <= now)
            .map(|pair| pair[1].n)
            .collect();
        let gone = store.drop_versions(&rotation.secret, |version| over.contains(&version.n))?;
        ended.extend(gone.into_iter().map(|n| (label.clone(), n)));
    }
    Ok(ended)
}
