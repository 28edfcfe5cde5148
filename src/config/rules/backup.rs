//! Rules on backups: the last one, the last drill, and where copies are kept.
//!
//! They hold where backups are configured (`[backup]`) or recorded in the store, and are not examined elsewhere: a service that
//! keeps no store of ours has backups that this tool knows nothing of. What is recorded says what was done, not that the files are
//! still there.

use std::path::Path;
use std::time::Duration;

use super::Case;
use super::facts::{BackupDir, Backups};
use super::finding::{self, Finding, Findings};
use super::table::{Id, Severity};
use crate::clock::Timestamp;
use crate::config::tree::{Node, Value};
use crate::network::NetworkMode;
use crate::text::quote_path;

/// How old things may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limits {
    backup: Duration,
    drill: Duration,
}

impl Limits {
    const DEFAULT: Self =
        Self { backup: Duration::from_hours(7 * 24), drill: Duration::from_hours(30 * 24) };
}

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    let store = case.facts.store.as_ref();
    if let Some((store, backups)) = store.and_then(|s| Some((s, s.backups.as_ref()?)))
        && is_applicable(case)
    {
        let limits = Limits {
            backup: limit(case, "backup.max_age").unwrap_or(Limits::DEFAULT.backup),
            drill: limit(case, "backup.max_drill_age").unwrap_or(Limits::DEFAULT.drill),
        };
        for (rule, text) in judge(backups, limits, case.now) {
            let finding = Finding::new(rule, text).path(store.path.clone());
            found.add(finding.basis(store.basis.clone()).fix(remedy(case, rule)));
        }
    }
    if let Some(files) = &case.facts.files {
        for text in judge_places(&files.backup_dirs) {
            let node = case.tree.at("backup.dirs");
            found.add(Finding::new(Id::Bak003, text).at_maybe(node));
        }
        for dir in &files.backup_dirs {
            for (path, text) in judge_archives(dir, case.network) {
                let finding = Finding::new(Id::Bak004, text).path(path);
                found.add(
                    finding.fix(format!(
                        "make a new one, then destroy it: {}",
                        remedy(case, Id::Bak004)
                    )),
                );
            }
            if let Some(why) = &dir.closed {
                let text = format!("{} could not be looked into: {why}", dir.path);
                let finding = Finding::new(Id::Bak004, text).path(dir.path.clone());
                found.add(
                    finding
                        .fix("let the gate read it, as the user who runs it")
                        .at_most(Severity::Warning),
                );
            }
        }
    }
}

/// The command that mends it, with everything filled in that is known here.
fn remedy(case: &Case<'_>, rule: Id) -> String {
    let path = case.facts.store.as_ref().map(|store| quote_path(Path::new(&store.path)));
    let fix = match path.filter(|path| path != "''") {
        Some(path) => finding::fill(rule.rule().fix, "FILE", &path),
        None => rule.rule().fix.replace(" --store FILE", ""),
    };
    let fix = finding::fill(&fix, "CONFIG", &quote_path(&case.reading.path));
    let fix = finding::fill(&fix, "NETWORK", case.network.name());
    if case.tree.list("backup.dirs").is_empty() {
        format!("name a directory in backup.dirs, then: {fix}")
    } else {
        fix
    }
}

/// Archives that are easier to open than the network allows, and what is no archive at all.
fn judge_archives(dir: &BackupDir, network: NetworkMode) -> Vec<(String, String)> {
    let floor = network.policy().kdf_floor;
    let weak = dir.archives.iter().filter_map(|archive| {
        let weak = archive.costs.iter().find(|costs| !costs.meets(floor))?;
        let text = format!("{} has a keyslot with {weak}, the floor is {floor}", archive.path);
        Some((archive.path.clone(), text))
    });
    let plain = dir.plain.iter().map(|(path, why)| (path.clone(), format!("{path} {why}")));
    weak.chain(plain).collect()
}

/// Whether the rules on backups of the store have a subject here.
pub(super) fn is_applicable(case: &Case<'_>) -> bool {
    let recorded = case.facts.store.as_ref().and_then(|store| store.backups.as_ref());
    case.tree.at("backup").is_some()
        || recorded.is_some_and(|b| b.last.is_some() || b.drilled.is_some())
}

fn limit(case: &Case<'_>, path: &str) -> Option<Duration> {
    duration(case.tree.at(path)?)
}

fn duration(node: &Node) -> Option<Duration> {
    match &node.value {
        Value::Text(text) => crate::config::duration(text),
        Value::Whole(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
        _ => None,
    }
}

/// What is wrong with what was done.
fn judge(backups: &Backups, limits: Limits, now: Timestamp) -> Vec<(Id, String)> {
    let mut wrong = Vec::new();
    match backups.last {
        None => wrong.push((Id::Bak001, "no backup of the store is recorded".to_owned())),
        Some((at, content)) => {
            if let Some(why) = too_old(at, limits.backup, now) {
                wrong.push((Id::Bak001, format!("the last backup {why}")));
            }
            let current = backups.content_generation;
            if content != current {
                let text = format!(
                    "the last backup holds content generation {content}, the store is at {current}"
                );
                wrong.push((Id::Bak001, text));
            }
        }
    }
    if let Some((then, now)) = backups.epochs.filter(|(then, now)| then < now) {
        let text = format!(
            "the newest archive opens with what was given up since: its data key is of epoch {then}, the store's of epoch {now}"
        );
        wrong.push((Id::Bak001, text));
    }
    match backups.drilled {
        None => wrong.push((Id::Bak002, "no backup was ever restored in a drill".to_owned())),
        Some(at) => {
            let why = too_old(at, limits.drill, now);
            wrong.extend(why.map(|why| (Id::Bak002, format!("the last drill {why}"))));
        }
    }
    wrong
}

/// What is wrong with an age. A limit of whole days is told in days.
fn too_old(at: Timestamp, limit: Duration, now: Timestamp) -> Option<String> {
    let Some(age) = now.as_unix().checked_sub(at.as_unix()) else {
        return Some(format!("is dated {at}, which is in the future"));
    };
    (age > limit.as_secs()).then(|| {
        let (age, limit) = (in_words(age), in_words(limit.as_secs()));
        format!("is {age} old, the limit is {limit}")
    })
}

fn in_words(seconds: u64) -> String {
    match seconds {
        172_800.. => format!("{} days", seconds / 86_400),
        7200.. => format!("{} hours", seconds / 3600),
        _ => format!("{} minutes", seconds / 60),
    }
}

/// What is wrong with the directories; nothing is wrong where none is configured.
fn judge_places(dirs: &[BackupDir]) -> Vec<String> {
    let mut wrong: Vec<String> = Vec::new();
    for dir in dirs {
        match dir.beside_the_store {
            None => wrong.push(format!("there is no directory {}", dir.path)),
            Some(true) => wrong.push(format!("{} is on the file system of the store", dir.path)),
            Some(false) => {}
        }
    }
    if let [only] = dirs {
        wrong.push(format!("there is only one place for backups, {}", only.path));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);
    const HOUR: u64 = 3600;

    fn hours_ago(hours: u64) -> Timestamp {
        Timestamp::from_unix(NOW.as_unix() - hours * HOUR)
    }

    fn rules(backups: Backups) -> Vec<Id> {
        judge(&backups, Limits::DEFAULT, NOW).into_iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn what_was_done_is_judged_by_its_age_and_by_what_changed_since() {
        let good = Backups {
            content_generation: 41,
            last: Some((hours_ago(1), 41)),
            drilled: Some(hours_ago(1)),
            epochs: None,
        };
        let later = Timestamp::from_unix(NOW.as_unix() + 1);
        for (backups, expected) in [
            (good, vec![]),
            (Backups { last: Some((hours_ago(7 * 24), 41)), ..good }, vec![]),
            (Backups { last: Some((hours_ago(7 * 24 + 1), 41)), ..good }, vec![Id::Bak001]),
            (Backups { last: Some((NOW, 40)), ..good }, vec![Id::Bak001]),
            // A backup of secrets that this store does not have is none of it.
            (Backups { last: Some((NOW, 42)), ..good }, vec![Id::Bak001]),
            (Backups { last: Some((later, 41)), ..good }, vec![Id::Bak001]),
            (Backups { last: Some((later, 40)), ..good }, vec![Id::Bak001, Id::Bak001]),
            (Backups { last: None, ..good }, vec![Id::Bak001]),
            (Backups { drilled: Some(hours_ago(30 * 24)), ..good }, vec![]),
            (Backups { drilled: Some(hours_ago(30 * 24 + 1)), ..good }, vec![Id::Bak002]),
            (Backups { drilled: Some(later), ..good }, vec![Id::Bak002]),
            (Backups { drilled: None, ..good }, vec![Id::Bak002]),
            (Backups { last: None, drilled: None, ..good }, vec![Id::Bak001, Id::Bak002]),
        ] {
            assert_eq!(rules(backups), expected, "{backups:?}");
        }
    }

    #[test]
    fn an_age_and_its_limit_are_told() {
        let limit = Duration::from_hours(7 * 24);
        assert_eq!(
            too_old(hours_ago(24 * 9), limit, NOW).unwrap(),
            "is 9 days old, the limit is 7 days"
        );
        let hour = Duration::from_hours(1);
        assert_eq!(
            too_old(hours_ago(5), hour, NOW).unwrap(),
            "is 5 hours old, the limit is 60 minutes"
        );
    }

    #[test]
    fn two_places_that_are_not_the_stores_own_are_enough() {
        let dir = |path: &str, beside_the_store| BackupDir {
            path: path.into(),
            beside_the_store,
            ..BackupDir::default()
        };
        let away = Some(false);
        for (dirs, count) in [
            (vec![], 0),
            (vec![dir("/a", away), dir("/b", away)], 0),
            (vec![dir("/a", away)], 1),
            (vec![dir("/a", Some(true))], 2),
            (vec![dir("/a", Some(true)), dir("/b", away)], 1),
            (vec![dir("/a", None), dir("/b", away)], 1),
        ] {
            assert_eq!(judge_places(&dirs).len(), count, "{dirs:?}");
        }
    }
}
