//! Hooks around a rotation: asked before anything is locked or unlocked, told after everything is durable.
//!
//! What the hooks are asked about comes from the signed inventory, and a rotation then touches nothing that they were not asked
//! about. A pre-hook that does not agree stops everything; a post-hook cannot undo, and its failure is recorded and shown.

use std::path::PathBuf;

use super::look::{self, Judged};
use super::rotate::{Rotated, Which};
use crate::config::HookCommands;
use crate::keyring::{KeyError, KeyId};
use crate::network::NetworkMode;
use crate::ops::audit::{self, Event, Subject};
use crate::ops::hooks::{Facts, HookError, Hooks, Ran};
use crate::ops::{Desk, Notice, OpError, StoreFile};
use crate::rotation::policy::Due;

/// Hooks that agreed to a rotation.
pub struct Agreed {
    hooks: Hooks,
    keys: Vec<(KeyId, u64)>,
    network: NetworkMode,
    store: PathBuf,
}

impl Agreed {
    /// The keys that were agreed to.
    pub fn keys(&self) -> Vec<KeyId> {
        self.keys.iter().map(|(id, _)| id.clone()).collect()
    }

    /// Tells the post-hooks. Those that failed are in the answer, and in the log.
    pub fn after(&self, desk: &Desk<'_>, rotated: &Rotated) -> Vec<Ran> {
        let mut failed = Vec::new();
        for key in &rotated.keys {
            let new = key.facts.active.map_or(0, |(n, _)| u64::from(n));
            let id = key.facts.id.as_str();
            let facts = self.facts(id, new.saturating_sub(1), new);
            for ran in self.hooks.after(&facts, desk.stop) {
                if !ran.is_done() {
                    record(desk, &self.store, "key.post-hook", id, &ran);
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
    let wanted = |judged: &&Judged| {
        let id = &judged.facts.id;
        let due = judged.decision.as_ref().is_some_and(|decision| decision.due >= Due::Overdue);
        let policies = &desk.settings.rotation;
        let auto = || policies.policy(id.as_str(), judged.facts.role, network).auto_rotate;
        match which {
            Which::Named(ids) => ids.contains(id),
            Which::Due => due,
            Which::DueUnattended => due && auto(),
            Which::All => true,
        }
    };
    let keys: Vec<(KeyId, u64)> = looked
        .keys
        .iter()
        .filter(wanted)
        .filter_map(|judged| Some((judged.facts.id.clone(), u64::from(judged.facts.active?.0))))
        .collect();
    if let Which::Named(ids) = which
        && ids.iter().any(|id| keys.iter().all(|(known, _)| known != id))
    {
        return Err(KeyError::NoKey.into());
    }
    let agreed = Agreed { hooks, keys, network, store: file.site().path.clone() };
    for (id, old) in &agreed.keys {
        let facts = agreed.facts(id.as_str(), *old, old.saturating_add(1));
        if let Err(error) = agreed.hooks.before(&facts, desk.stop) {
            if let HookError::Vetoed(ran) = &error {
                record(desk, &agreed.store, "key.pre-hook", id.as_str(), ran);
            }
            return Err(error.into());
        }
    }
    Ok(Some(agreed))
}

/// Records what a hook did. The store is locked by nobody now, and no key of it is needed.
fn record(desk: &Desk<'_>, store: &std::path::Path, name: &'static str, id: &str, ran: &Ran) {
    let event = Event { reason: Some(format!("{id}: {ran}")), ..Event::new(name, None) };
    let Ok(file) = StoreFile::find(desk, store) else { return };
    let Ok(subject) = Subject::of_file(&file) else { return };
    audit::refused(desk, &subject, &event, &OpError::Hook(HookError::Vetoed(ran.clone())));
}
