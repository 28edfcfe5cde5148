//! Rules on managed keys and rotated secrets: what is overdue, used up, left behind or known to others.
//!
//! They look at the signed inventory of the store, as `key-rotate check` does, and judge by the limits of the configuration in hand; where
//! it has none, by those that the store was written under. They hold where the store has a managed key or a rotated secret.

use std::path::Path;

use super::Case;
use super::facts::{RotatedItem, Store};
use super::finding::{Finding, Findings};
use super::table::{Id, Severity};
use crate::clock::Timestamp;
use crate::keyring::{Limits, Role};
use crate::rotation::policy::{DAY, Facts, decide};

/// Fewer one-time prekeys than this are a warning, none an error.
const FEW_PREKEYS: usize = 10;
/// Days that whatever runs `run-due` may be late to remove what a rotation left behind.
const LATE_DAYS: u64 = 7;

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    let Some((store, items)) = subject(case) else { return };
    let items = limited(case, items);
    for (rule, most, text) in judge(&items, case.now) {
        let finding = Finding::new(rule, text).path(store.path.clone());
        found.add(finding.about(Path::new(&store.path)).basis(store.basis.clone()).at_most(most));
    }
}

/// The store and what in it is rotated, where there is any of it.
fn subject<'c>(case: &'c Case<'_>) -> Option<(&'c Store, &'c [RotatedItem])> {
    let store = case.facts.store.as_ref()?;
    let items = store.rotated.as_deref().filter(|items| !items.is_empty())?;
    Some((store, items))
}

/// Why a rule has nothing to look at here; none when it has.
pub(super) fn not_applicable(case: &Case<'_>, rule: Id) -> Option<&'static str> {
    let is_ours =
        matches!(rule, Id::Rot001 | Id::Rot002 | Id::Rot003 | Id::Rot004 | Id::Rot005 | Id::Rot006);
    let store = case.facts.store.as_ref().filter(|_| is_ours)?;
    match &store.rotated {
        None => Some("the store does not tell, or cannot be relied on"),
        Some(items) if items.is_empty() => Some("the store has no managed key"),
        Some(items) if rule == Id::Rot003 && prekeys(items) == 0 => {
            Some("the store has no one-time prekeys")
        }
        Some(_) => None,
    }
}

/// The items under the limits of the configuration, if it has any.
fn limited(case: &Case<'_>, items: &[RotatedItem]) -> Vec<RotatedItem> {
    let policies = &case.reading.config.rotation;
    let limits = |item: &RotatedItem| -> Limits {
        if !policies.is_configured() {
            return item.limits;
        }
        let secret = || {
            let label = item.name.strip_prefix(crate::rotation::secrets::PREFIX)?;
            let rotation = policies.secrets.get(label)?;
            Some(policies.secret_policy(rotation, case.network).limits())
        };
        match item.role {
            Some(role) => policies.policy(&item.name, role, case.network).limits(),
            None => secret().unwrap_or(item.limits),
        }
    };
    items.iter().map(|item| RotatedItem { limits: limits(item), ..item.clone() }).collect()
}

fn prekeys(items: &[RotatedItem]) -> usize {
    items.iter().filter(|item| item.role == Some(Role::OneTimePrekey)).count()
}

/// What is wrong, and how bad it can be at most.
fn judge(items: &[RotatedItem], now: Timestamp) -> Vec<(Id, Severity, String)> {
    let mut wrong = Vec::new();
    for item in items {
        let name = &item.name;
        if item.compromised {
            let text = format!("a compromised version of {name} is still in the store");
            wrong.push((Id::Rot005, Severity::Error, text));
        }
        if let Some(until) = item.left_over
            && let Some(late) = now.as_unix().checked_sub(until.as_unix() + DAY)
        {
            let most = if late >= LATE_DAYS * DAY { Severity::Error } else { Severity::Warning };
            let text =
                format!("what {name} was before its rotation should have been removed on {until}");
            wrong.push((Id::Rot004, most, text));
        }
        let Some(since) = item.since.filter(|_| item.role != Some(Role::OneTimePrekey)) else {
            continue;
        };
        let decision =
            decide(&Facts { since, uses: item.uses, compromised: false }, &item.limits, now);
        match (decision.age_days, item.limits.max_age.map(|max| max / DAY)) {
            (None, _) => {
                let text = format!("{name} is dated {since}, which is in the future");
                wrong.push((Id::Rot001, Severity::Error, text));
            }
            (Some(days), Some(max)) if days >= max => {
                let most = if days > 2 * max { Severity::Error } else { Severity::Warning };
                let text = format!("{name} is {days} days old, the limit is {max}");
                wrong.push((Id::Rot001, most, text));
            }
            _ => {}
        }
        if let Some(max) = item.limits.max_uses.filter(|max| item.uses >= *max) {
            let text = format!("{name} was used {} times, the limit is {max}", item.uses);
            wrong.push((Id::Rot002, Severity::Error, text));
        }
    }
    if prekeys(items) > 0 {
        let unused = |item: &&RotatedItem| {
            item.role == Some(Role::OneTimePrekey) && item.since.is_some() && item.uses == 0
        };
        let left = items.iter().filter(unused).count();
        if left < FEW_PREKEYS {
            let most = if left == 0 { Severity::Error } else { Severity::Warning };
            wrong.push((Id::Rot003, most, format!("{left} one-time prekeys are left")));
        }
    }
    let is_there = |role: Role| items.iter().any(|i| i.role == Some(role) && i.since.is_some());
    if is_there(Role::Identity) && !is_there(Role::Recovery) {
        let text = "there is an identity key, and no recovery key for the day it is stolen";
        wrong.push((Id::Rot006, Severity::Error, text.to_owned()));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix(1_790_000_000);

    fn days_ago(days: u64) -> Timestamp {
        Timestamp::from_unix(NOW.as_unix() - days * DAY)
    }

    fn item(role: Role) -> RotatedItem {
        RotatedItem {
            name: "k".to_owned(),
            role: Some(role),
            since: Some(days_ago(1)),
            uses: 0,
            limits: Limits { max_age: Some(90 * DAY), max_uses: Some(100), warn: 7 * DAY },
            compromised: false,
            left_over: None,
        }
    }

    fn found(items: &[RotatedItem]) -> Vec<(Id, Severity)> {
        judge(items, NOW).into_iter().map(|(rule, most, _)| (rule, most)).collect()
    }

    #[test]
    fn every_fault_has_its_rule_and_how_bad_it_is() {
        use Severity::{Error, Warning};
        let good = item(Role::Signing);
        let ahead = Timestamp::from_unix(NOW.as_unix() + 1);
        for (item, expected) in [
            (good.clone(), None),
            (RotatedItem { since: Some(days_ago(89)), ..good.clone() }, None),
            (
                RotatedItem { since: Some(days_ago(90)), ..good.clone() },
                Some((Id::Rot001, Warning)),
            ),
            (
                RotatedItem { since: Some(days_ago(180)), ..good.clone() },
                Some((Id::Rot001, Warning)),
            ),
            (RotatedItem { since: Some(days_ago(181)), ..good.clone() }, Some((Id::Rot001, Error))),
            (RotatedItem { since: Some(ahead), ..good.clone() }, Some((Id::Rot001, Error))),
            (RotatedItem { uses: 99, ..good.clone() }, None),
            (RotatedItem { uses: 100, ..good.clone() }, Some((Id::Rot002, Error))),
            (RotatedItem { left_over: Some(NOW), ..good.clone() }, None),
            (
                RotatedItem { left_over: Some(days_ago(1)), ..good.clone() },
                Some((Id::Rot004, Warning)),
            ),
            (
                RotatedItem { left_over: Some(days_ago(8)), ..good.clone() },
                Some((Id::Rot004, Error)),
            ),
            (RotatedItem { compromised: true, ..good.clone() }, Some((Id::Rot005, Error))),
            // A retired key grows no older.
            (RotatedItem { since: None, uses: 500, ..good.clone() }, None),
            (item(Role::Identity), Some((Id::Rot006, Error))),
        ] {
            assert_eq!(found(std::slice::from_ref(&item)), Vec::from_iter(expected), "{item:?}");
        }
        assert_eq!(found(&[item(Role::Identity), item(Role::Recovery)]), []);
    }

    #[test]
    fn one_time_prekeys_run_out() {
        let prekey = item(Role::OneTimePrekey);
        let used = RotatedItem { uses: 1, ..prekey.clone() };
        for (left, expected) in [
            (10, None),
            (9, Some(Severity::Warning)),
            (1, Some(Severity::Warning)),
            (0, Some(Severity::Error)),
        ] {
            let mut items = vec![used.clone(); 3];
            items.extend(vec![prekey.clone(); left]);
            let expected = Vec::from_iter(expected.map(|most| (Id::Rot003, most)));
            assert_eq!(found(&items), expected, "{left}");
        }
    }
}
