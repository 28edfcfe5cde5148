//! Hooks around a rotation: asked before anything is locked or unlocked, told after everything is durable.
//!
//! What the hooks are asked about comes from the signed inventory, and a rotation then touches nothing that they were not asked
//! about. A pre-hook that does not agree stops everything; a post-hook cannot undo, and its failure is recorded and shown.

use std::path::PathBuf;

use super::look::{self, Judged, JudgedSecret};
use super::rotate::{Item, Rotated, Which};
use super::secrets::{self, SecretError};
use crate::config::HookCommands;
use crate::keyring::KeyError;
use crate::network::NetworkMode;
use crate::ops::audit::{self, Event, Subject};
use crate::ops::hooks::{Facts, HookError, Hooks, Ran};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::rotation::policy::{Decision, Due};

/// Hooks that agreed to a rotation.
pub struct Agreed {
    hooks: Hooks,
    items: Vec<(Item, u64)>,
    network: NetworkMode,
    store: PathBuf,
}

impl Agreed {
    /// The keys and secrets that were agreed to.
    pub fn items(&self) -> Vec<Item> {
        self.items.iter().map(|(item, _)| item.clone()).collect()
    }

    /// Tells the post-hooks. Those that failed are in the answer, and in the log.
    pub fn after(&self, desk: &Desk<'_>, rotated: &Rotated) -> Vec<Ran> {
        let mut failed = Vec::new();
        let keys = rotated.keys.iter().map(|key| {
            let new = key.facts.active.map_or(0, |(n, _)| u64::from(n));
            (Item::Key(key.facts.id.clone()), new)
        });
        let secrets = rotated.secrets.iter().map(|(label, n)| (Item::Secret(label.clone()), *n));
        for (item, new) in keys.chain(secrets) {
            let known = self.items.iter().find(|(found, _)| *found == item).map(|(_, old)| *old);
            let id = item.to_string();
            let facts = self.facts(&id, known.unwrap_or(new.saturating_sub(1)), new);
            for ran in self.hooks.after(&facts, desk.stop) {
                if !ran.is_done() {
                    record(desk, &self.store, "key.post-hook", &id, &ran);
                    failed.push(ran);
                }
            }
        }
        failed
    }

    fn facts<'a>(&'a self, key: &'a str, old_version: u64, new_version: u64) -> Facts<'a> {
        Facts { key, old_version, new_version, network: self.network, store: &self.store }
    }
}

/// Asks the pre-hooks about the rotation of `which`; none when no hooks are configured. A dry run asks nobody.
pub fn before(
    desk: &Desk<'_>,
    file: &StoreFile,
    commands: &HookCommands,
    which: &Which,
    notices: &mut Vec<Notice>,
) -> Result<Option<Agreed>, OpError> {
    if (commands.pre.is_empty() && commands.post.is_empty()) || desk.settings.dry_run {
        return Ok(None);
    }
    let network = file.network();
    let hooks = Hooks::admit(commands, network, file.owner(), desk.trust, notices)?;
    let looked = look::look(desk, file)?;
    let policies = &desk.settings.rotation;
    let wanted = |item: &Item, decision: Option<&Decision>, auto: bool| {
        let due = decision.is_some_and(|decision| decision.due >= Due::Overdue);
        match which {
            Which::Named(items) => items.contains(item),
            Which::Due => due,
            Which::DueUnattended => due && auto,
            Which::All => true,
        }
    };
    let mut items: Vec<(Item, u64)> = Vec::new();
    for Judged { facts, decision } in &looked.keys {
        let Some((n, _)) = facts.active else { continue };
        let auto = policies.policy(facts.id.as_str(), facts.role, network).auto_rotate;
        let item = Item::Key(facts.id.clone());
        if wanted(&item, decision.as_ref(), auto) {
            items.push((item, u64::from(n)));
        }
    }
    for JudgedSecret { facts, decision } in &looked.secrets {
        let auto = secrets::is_unattended(desk, network, &facts.label);
        let item = Item::Secret(facts.label.clone());
        if wanted(&item, Some(decision), auto) {
            items.push((item, facts.n));
        }
    }
    // One that was configured since the last commit is not in the inventory yet.
    if let Which::Named(named) = which {
        let known = |item: &Item| items.iter().any(|(known, _)| known == item);
        let new = named.iter().filter(|item| match item {
            Item::Secret(label) => policies.secrets.contains_key(label) && !known(item),
            Item::Key(_) => false,
        });
        let new: Vec<_> = new.map(|item| (item.clone(), 0)).collect();
        items.extend(new);
    }
    if let Which::Named(named) = which
        && let Some(unknown) =
            named.iter().find(|item| items.iter().all(|(known, _)| known != *item))
    {
        return Err(match unknown {
            Item::Key(_) => KeyError::NoKey.into(),
            Item::Secret(_) => SecretError::NoLabel.into(),
        });
    }
    let agreed = Agreed { hooks, items, network, store: file.site().path.clone() };
    for (item, old) in &agreed.items {
        let id = item.to_string();
        let new = match item {
            Item::Key(_) => old.saturating_add(1),
            // The number comes from a counter of the whole store.
            Item::Secret(_) => 0,
        };
        let facts = agreed.facts(&id, *old, new);
        if let Err(error) = agreed.hooks.before(&facts, desk.stop) {
            if let HookError::Vetoed(ran) = &error {
                record(desk, &agreed.store, "key.pre-hook", &id, ran);
            }
            return Err(error.into());
        }
    }
    Ok(Some(agreed))
}

/// Records what a hook did. The store is locked by nobody now, and no key of it is needed.
pub(super) fn record(
    desk: &Desk<'_>,
    store: &std::path::Path,
    name: &'static str,
    id: &str,
    ran: &Ran,
) {
    let event = Event { reason: Some(format!("{id}: {ran}")), ..Event::new(name, None) };
    let Ok(file) = StoreFile::find(desk, store) else { return };
    let Ok(subject) = Subject::of_file(&file) else { return };
    audit::refused(desk, &subject, &event, &OpError::Hook(HookError::Vetoed(ran.clone())));
}
