//! Which archives still open the old way?
//!
//! A changed passphrase, a revoked keyslot or a rotated key reaches into no copy that was made before: whoever has the old one opens
//! that copy for ever. Nothing can be done about it from here but to name the copies, so that somebody makes a new one and
//! destroys them. Two things tell: the epoch of the data key in the header, which everybody can read, and what this host did
//! to the store itself. An archive that neither knows of is not outdated as far as anybody here can say.

use std::path::Path;

use super::list::list;
use super::memory::{self, Known, Turn};
use super::verify::Live;
use super::whereabouts::Whereabouts;
use crate::ops::{Desk, Notice};
use crate::text::quote_path;

/// Of more than so many archives the rest is counted.
const SHOWN: usize = 20;

/// What an archive still gives to whoever has what was given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outdated {
    /// The store in it opens with a passphrase or keyslot that was given up, or under a data key that was.
    pub opens_the_old_way: bool,
    /// It holds managed keys as they were before a rotation.
    pub has_old_keys: bool,
}

impl Outdated {
    /// What is known of an archive that holds `generation` under the data key of `key_epoch`.
    pub fn of(turns: &[(u64, Turn)], live: &Live, generation: u64, key_epoch: u32) -> Self {
        let turned = |wanted: fn(Turn) -> bool| {
            turns.iter().any(|(at, turn)| generation < *at && wanted(*turn))
        };
        Self {
            opens_the_old_way: key_epoch < live.key_epoch || turned(|turn| turn != Turn::Key),
            has_old_keys: turned(|turn| turn == Turn::Key),
        }
    }

    /// Whether anything was given up that it still has.
    pub const fn is_any(self) -> bool {
        self.opens_the_old_way || self.has_old_keys
    }

    /// In words, after the path of the archive.
    pub const fn words(self) -> &'static str {
        match (self.opens_the_old_way, self.has_old_keys) {
            (true, _) => "opens the old way",
            (false, true) => "holds keys of before a rotation",
            (false, false) => "",
        }
    }
}

/// Every archive of the store that is where it was put, or may still be where it went: those that this host remembers, and those in the
/// configured directories. A directory that cannot be listed is left out.
pub fn everywhere(desk: &Desk<'_>, live: &Live) -> Vec<Known> {
    let memory = memory::recall(desk, live.store_id).unwrap_or_default();
    let mut all: Vec<Known> = memory
        .archives
        .into_iter()
        .filter(|known| !known.removed)
        .filter(|known| {
            known.path.is_empty() || !matches!(Whereabouts::of(desk, known), Whereabouts::Gone)
        })
        .collect();
    for directory in &desk.settings.backup_dirs {
        for listed in list(desk, directory, Some(live.store_id)).unwrap_or_default() {
            let Ok(header) = &listed.header else { continue };
            if live.owns(header) && all.iter().all(|known| known.id != header.id) {
                all.push(Known::of(header, listed.path.display().to_string(), listed.len));
            }
        }
    }
    all.sort_by_key(|known| (known.created, known.id));
    all
}

/// Those of them that are outdated, oldest first.
pub fn outdated(desk: &Desk<'_>, live: &Live) -> Vec<(Known, Outdated)> {
    let turns = memory::recall(desk, live.store_id).unwrap_or_default().turns;
    everywhere(desk, live)
        .into_iter()
        .map(|known| {
            let found = Outdated::of(&turns, live, known.generation, known.key_epoch);
            (known, found)
        })
        .filter(|(_, found)| found.is_any())
        .collect()
}

/// After a commit that was `turn`: remembers it, and names the archives of before, each in a line, and what mends it.
pub(in crate::ops) fn after(desk: &Desk<'_>, store: &Path, live: &Live, turn: Turn) -> Vec<Notice> {
    let before: Vec<Known> = everywhere(desk, live)
        .into_iter()
        .filter(|known| known.generation < live.generation)
        .collect();
    if before.is_empty() {
        return Vec::new();
    }
    let mut notices = Vec::new();
    let kept = memory::record(desk, live.store_id, |memory| memory.turn(live.generation, turn));
    if let Err(error) = kept {
        notices.push(Notice::Note(format!("this could not be remembered: {error}")));
    }
    let count = before.len();
    let what = match turn {
        Turn::Key => "hold the keys as they were before",
        _ => "hold the store as it opened before",
    };
    notices.push(Notice::Note(format!("{count} known archives {what}:")));
    for known in before.iter().rev().take(SHOWN) {
        let shown = if known.path.is_empty() {
            format!("archive {}, which went into a pipe", known.id)
        } else {
            quote_path(Path::new(&known.path))
        };
        let word = if turn == Turn::Key { "holds" } else { "opens with" };
        notices.push(Notice::Note(format!(
            "{shown} {word} what was replaced (generation {})",
            known.generation
        )));
    }
    if count > SHOWN {
        notices.push(Notice::Note(format!("and {} more", count - SHOWN)));
    }
    notices.push(Notice::Note(mend(desk, store, turn)));
    notices
}

/// The commands after which no archive opens the old way.
fn mend(desk: &Desk<'_>, store: &Path, turn: Turn) -> String {
    let store = quote_path(store);
    let why = match turn {
        Turn::Passphrase => "'passphrase changed'",
        Turn::Keyslot => "'keyslot revoked'",
        Turn::DataKey => "'data key rotated'",
        Turn::Key => "'keys rotated'",
    };
    match &desk.settings.backup_dirs[..] {
        [] => format!(
            "make a new one, and destroy them if what opened it was given up: wallet-backup create --store {store} --out DIR --reason {why}"
        ),
        [first, ..] => {
            let first = quote_path(first);
            format!(
                "to mend that: wallet-backup create --store {store} --out {first} --reason {why} && wallet-backup prune --store {store} --keep-last 1"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::NetworkMode;
    use crate::store::StoreId;

    #[test]
    fn an_archive_is_outdated_by_what_came_after_it() {
        let live = Live {
            store_id: StoreId([1; 16]),
            network: NetworkMode::Devnet,
            generation: 9,
            content_generation: 9,
            key_epoch: 2,
        };
        let turns = [(5, Turn::Passphrase), (7, Turn::Key)];
        for (generation, epoch, opens, keys) in [
            (4, 2, true, true),
            (5, 2, false, true),
            (6, 2, false, true),
            (7, 2, false, false),
            (8, 1, true, false),
            (9, 2, false, false),
        ] {
            let found = Outdated::of(&turns, &live, generation, epoch);
            let expected = Outdated { opens_the_old_way: opens, has_old_keys: keys };
            assert_eq!(found, expected, "{generation} {epoch}");
            assert_eq!(found.is_any(), opens || keys);
        }
        assert!(!Outdated::of(&[], &live, 1, 2).is_any());
    }
}
