//! Rotation policy: a pure function from facts, limits and time to a decision.
//!
//! A key is due when it was used as often as it may be, **or** when its age in whole days is the greatest it may have. Limits come
//! from one table of defaults by role (NIST SP 800-57 part 1, section 5.3.6, and the schedules of Codomyrmex and Talos), which a
//! configuration may change within bounds: on mainnet it may make limits stricter and not wider. Time decides nothing against an
//! operator whose clock is wrong: before the beginning of a key there is no age, and the answer is that nobody knows.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::keyring::{KeyFacts, KeyId, Limits, Role};
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::rotation::secrets::SecretRotation;

/// Seconds of a day.
pub const DAY: u64 = 86_400;
/// Longest age that any network allows, in days.
pub const MAX_AGE_DAYS: u64 = 3650;
/// Most uses that any network allows.
pub const MAX_USES: u64 = 1 << 40;
/// Longest grace period, in days.
pub const MAX_GRACE_DAYS: u64 = 90;

/// The whole policy of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Age in whole days at which it is replaced; none when age does not matter.
    pub max_age_days: Option<u64>,
    /// Uses after which it is replaced; none when they do not matter.
    pub max_uses: Option<u64>,
    /// Days before the end of its age at which it is announced.
    pub warn_days: u64,
    /// Whether an unattended run replaces it.
    pub auto_rotate: bool,
    /// Days for which the private half of a replaced version is kept.
    pub grace_days: u64,
}

impl Policy {
    /// What holds for keys of `role` when nothing is configured.
    pub const fn default_of(role: Role) -> Self {
        let (max_age_days, max_uses) = match role {
            Role::Identity | Role::Recovery => (Some(365), Some(10_000)),
            Role::SignedPrekey => (Some(30), Some(10_000)),
            Role::Wrap => (Some(730), Some(10_000)),
            // Its age does not matter, and its first use is its last.
            Role::OneTimePrekey => (None, Some(1)),
            Role::Encryption | Role::Signing | Role::Wallet | Role::Mac => (Some(90), Some(10_000)),
        };
        Self { max_age_days, max_uses, warn_days: 7, auto_rotate: false, grace_days: 7 }
    }

    /// The part of it that is written down in the inventory.
    pub const fn limits(&self) -> Limits {
        Limits {
            max_age: match self.max_age_days {
                Some(days) => Some(days * DAY),
                None => None,
            },
            max_uses: self.max_uses,
            warn: self.warn_days * DAY,
        }
    }

    /// When the private half of a version that is replaced at `now` is removed.
    pub const fn keep_until(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_unix(now.as_unix().saturating_add(self.grace_days * DAY))
    }
}

/// What a configuration changes of a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Seconds.
    pub max_age: Option<u64>,
    /// Number of uses.
    pub max_uses: Option<u64>,
    /// Seconds.
    pub warn: Option<u64>,
    /// Whether an unattended run replaces the key.
    pub auto_rotate: Option<bool>,
    /// Seconds.
    pub grace: Option<u64>,
}

/// Why a value of a policy is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Zero, a part of a day, or beyond all bounds.
    #[error("is a whole number of days from 1 to {MAX_AGE_DAYS}")]
    Age,
    /// Zero, or beyond all bounds.
    #[error("is a whole number from 1 to {MAX_USES}")]
    Uses,
    /// Not below the age that it announces the end of.
    #[error("is a whole number of days, below the age that it warns of")]
    Warn,
    /// Beyond all bounds.
    #[error("is a whole number of days from 0 to {MAX_GRACE_DAYS}")]
    Grace,
    /// Wider than the default on a network that allows stricter ones only.
    #[error("may be stricter on {network}, not wider: at most {most}")]
    Wider {
        /// The network.
        network: NetworkMode,
        /// The widest value, with its unit.
        most: Most,
    },
}

/// A greatest value, with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Most {
    /// Days.
    Days(u64),
    /// Uses.
    Uses(u64),
}

impl std::fmt::Display for Most {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days} days"),
            Self::Uses(uses) => write!(f, "{uses}"),
        }
    }
}

/// Which value of a policy is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `max_age`
    MaxAge,
    /// `max_uses`
    MaxUses,
    /// `warn`
    Warn,
    /// `grace`
    Grace,
}

impl Field {
    /// Its name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MaxAge => "max_age",
            Self::MaxUses => "max_uses",
            Self::Warn => "warn",
            Self::Grace => "grace",
        }
    }
}

impl Overrides {
    /// The values of `self`, and for those it has not, the ones of `general`.
    #[must_use]
    pub fn or(self, general: Self) -> Self {
        Self {
            max_age: self.max_age.or(general.max_age),
            max_uses: self.max_uses.or(general.max_uses),
            warn: self.warn.or(general.warn),
            auto_rotate: self.auto_rotate.or(general.auto_rotate),
            grace: self.grace.or(general.grace),
        }
    }

    /// Everything that is wrong with these values for keys of `role` on `network`.
    pub fn faults(self, role: Role, network: NetworkMode) -> Vec<(Field, PolicyError)> {
        let default = Policy::default_of(role);
        let mut faults = Vec::new();
        let tighten = network.policy().widen_rotation == Verdict::Refuse;
        if let Some(age) = self.max_age {
            match days(age) {
                Some(found) if (1..=MAX_AGE_DAYS).contains(&found) => {
                    if let Some(most) = default.max_age_days.filter(|most| tighten && found > *most)
                    {
                        let most = Most::Days(most);
                        faults.push((Field::MaxAge, PolicyError::Wider { network, most }));
                    }
                }
                _ => faults.push((Field::MaxAge, PolicyError::Age)),
            }
        }
        if let Some(uses) = self.max_uses {
            if !(1..=MAX_USES).contains(&uses) {
                faults.push((Field::MaxUses, PolicyError::Uses));
            } else if let Some(most) = default.max_uses.filter(|most| tighten && uses > *most) {
                let most = Most::Uses(most);
                faults.push((Field::MaxUses, PolicyError::Wider { network, most }));
            }
        }
        if let Some(warn) = self.warn {
            let age = self.max_age.and_then(days).or(default.max_age_days);
            if days(warn).is_none_or(|warn| age.is_some_and(|age| warn >= age)) {
                faults.push((Field::Warn, PolicyError::Warn));
            }
        }
        if let Some(grace) = self.grace
            && days(grace).is_none_or(|grace| grace > MAX_GRACE_DAYS)
        {
            faults.push((Field::Grace, PolicyError::Grace));
        }
        faults
    }

    /// The policy of a key of `role` under these values. Values that [`faults`](Self::faults) refuses are as if they were not
    /// there, so that a mistake never widens a limit.
    pub fn policy(self, role: Role, network: NetworkMode) -> Policy {
        let faults = self.faults(role, network);
        let sound = |field| !faults.iter().any(|(found, _)| *found == field);
        let default = Policy::default_of(role);
        let max_age_days =
            self.max_age.filter(|_| sound(Field::MaxAge)).and_then(days).or(default.max_age_days);
        let warn = self.warn.filter(|_| sound(Field::Warn)).and_then(days);
        let warn_days = warn.unwrap_or(default.warn_days);
        Policy {
            max_age_days,
            max_uses: self.max_uses.filter(|_| sound(Field::MaxUses)).or(default.max_uses),
            // A limit shorter than the usual warning is announced from its second day on.
            warn_days: max_age_days.map_or(warn_days, |age| warn_days.min(age.saturating_sub(1))),
            auto_rotate: self.auto_rotate.unwrap_or(default.auto_rotate),
            grace_days: self
                .grace
                .filter(|_| sound(Field::Grace))
                .and_then(days)
                .unwrap_or(default.grace_days),
        }
    }
}

/// The policies of all keys: what a configuration changes of the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policies {
    /// For every key. Its age counts for roles that have none of their own: encryption, signing, wallet and MAC.
    pub general: Overrides,
    /// Ages of roles, in seconds.
    pub roles: BTreeMap<Role, u64>,
    /// For single keys.
    pub keys: BTreeMap<KeyId, Overrides>,
    /// Secrets that are replaced, by their labels.
    pub secrets: BTreeMap<KeyId, SecretRotation>,
}

impl Policies {
    /// What is configured for a key.
    pub fn overrides(&self, id: &str, role: Role) -> Overrides {
        let plain = matches!(role, Role::Encryption | Role::Signing | Role::Wallet | Role::Mac);
        let age = self.roles.get(&role).copied();
        let mut general = self.general;
        general.max_age = if plain { age.or(general.max_age) } else { age };
        if role == Role::OneTimePrekey {
            general.max_uses = None;
        }
        self.keys.get(id).copied().unwrap_or_default().or(general)
    }

    /// The policy of a key.
    pub fn policy(&self, id: &str, role: Role, network: NetworkMode) -> Policy {
        self.overrides(id, role).policy(role, network)
    }

    /// What is configured for a secret: its own values, then the general ones. Nobody counts its uses.
    fn secret_overrides(&self, rotation: &SecretRotation) -> Overrides {
        Overrides { max_uses: None, ..rotation.overrides.or(self.general) }
    }

    /// The policy of a secret.
    pub fn secret_policy(&self, rotation: &SecretRotation, network: NetworkMode) -> Policy {
        let policy = self.secret_overrides(rotation).policy(Role::Signing, network);
        Policy { max_uses: None, ..policy }
    }

    /// Whether anything is configured that a decision depends on.
    pub fn is_configured(&self) -> bool {
        *self != Self::default()
    }

    /// What of the configuration `network` refuses: the name of the value, and why. What the keys of a store are for is not known
    /// here, so a value for one key is judged as one for a signing key.
    pub fn faults(&self, network: NetworkMode) -> Vec<(String, PolicyError)> {
        let mut found = Vec::new();
        for role in Role::ALL {
            for (field, fault) in self.overrides("", role).faults(role, network) {
                let name = match (field, role) {
                    (Field::MaxUses, _) => "max_signatures".to_owned(),
                    (Field::MaxAge, Role::Identity | Role::SignedPrekey | Role::Wrap) => {
                        format!("{}_max_age", role.name().replace('-', "_"))
                    }
                    (field, _) => field.name().to_owned(),
                };
                if !found.iter().any(|(known, _)| *known == name) {
                    found.push((name, fault));
                }
            }
        }
        for (id, overrides) in &self.keys {
            for (field, fault) in overrides.faults(Role::Signing, network) {
                // A long age may be right for an identity; which it is shows when the store is open.
                if field != Field::MaxAge || overrides.max_age > Some(730 * DAY) {
                    found.push((format!("keys.{id}.{}", field.name()), fault));
                }
            }
        }
        for (label, rotation) in &self.secrets {
            for (field, fault) in self.secret_overrides(rotation).faults(Role::Signing, network) {
                let name = format!("secrets.{label}.{}", field.name());
                // What is wrong with the general values was told.
                if !found.iter().any(|(known, _)| *known == field.name()) {
                    found.push((name, fault));
                }
            }
        }
        found
    }
}

/// Whole days; none for a part of one.
const fn days(seconds: u64) -> Option<u64> {
    if seconds.is_multiple_of(DAY) { Some(seconds / DAY) } else { None }
}

/// How urgent a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// Not yet.
    No,
    /// Within the warning window.
    Soon,
    /// Now, or since a while.
    Overdue,
    /// Others may have a private half that is still in the store.
    Compromised,
}

impl Due {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Soon => "soon",
            Self::Overdue => "overdue",
            Self::Compromised => "compromised",
        }
    }
}

/// What makes a key urgent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its age in whole days, and the greatest it may have.
    Age {
        /// Whole days.
        days: u64,
        /// The limit.
        max: u64,
    },
    /// How often it was used, and how often it may be.
    Uses {
        /// Uses.
        count: u64,
        /// The limit.
        max: u64,
    },
    /// A version that others may have is still there.
    Compromised,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Age { days, max } => write!(f, "{days} of {max} days old"),
            Self::Uses { count, max } => write!(f, "used {count} of {max} times"),
            Self::Compromised => f.write_str("a compromised version is still in the store"),
        }
    }
}

/// What the policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// When the active version began to be used.
    pub since: Timestamp,
    /// How often it was used.
    pub uses: u64,
    /// Whether others may have a version whose private half is still in the store.
    pub compromised: bool,
}

impl Facts {
    /// The facts that an inventory shows of a key; none for a retired one, which is due never.
    pub fn of(key: &KeyFacts) -> Option<Self> {
        let (_, since) = key.active?;
        Some(Self { since, uses: key.uses, compromised: key.is_compromised() })
    }
}

/// What the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How urgent the key is.
    pub due: Due,
    /// Why; empty when it is not.
    pub reasons: Vec<Reason>,
    /// When its age is up; none when age does not matter.
    pub due_at: Option<Timestamp>,
    /// Age in whole days; none when the clock stands before the key's beginning, and nothing can be said of its age.
    pub age_days: Option<u64>,
}

/// Decides whether a key is due.
pub fn decide(facts: &Facts, limits: &Limits, now: Timestamp) -> Decision {
    let age = now.as_unix().checked_sub(facts.since.as_unix());
    let due_at =
        limits.max_age.map(|max| Timestamp::from_unix(facts.since.as_unix().saturating_add(max)));
    let mut reasons = Vec::new();
    let mut due = Due::No;
    if facts.compromised {
        reasons.push(Reason::Compromised);
        due = Due::Compromised;
    }
    if let (Some(age), Some(max)) = (age, limits.max_age) {
        let reason = Reason::Age { days: age / DAY, max: max / DAY };
        if age / DAY >= max / DAY {
            reasons.push(reason);
            due = due.max(Due::Overdue);
        } else if max - age <= limits.warn {
            reasons.push(reason);
            due = due.max(Due::Soon);
        }
    }
    if let Some(max) = limits.max_uses {
        let reason = Reason::Uses { count: facts.uses, max };
        if facts.uses >= max {
            reasons.push(reason);
            due = due.max(Due::Overdue);
        } else if max > 1 && max - facts.uses <= max / 10 {
            reasons.push(reason);
            due = due.max(Due::Soon);
        }
    }
    Decision { due, reasons, due_at, age_days: age.map(|age| age / DAY) }
}

/// How many one-time prekeys are kept ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrekeyPolicy {
    /// Below this number they are filled up.
    pub refill_below: u32,
    /// To this number.
    pub fill_to: u32,
}

impl Default for PrekeyPolicy {
    fn default() -> Self {
        Self { refill_below: 10, fill_to: 100 }
    }
}

impl PrekeyPolicy {
    /// How many to make when `left` are left; none when there are enough.
    pub const fn refill(&self, left: u32) -> Option<u32> {
        if left < self.refill_below && left < self.fill_to {
            Some(self.fill_to - left)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: u64 = 1_700_000_000;
    const HOUR: u64 = 3600;
    const MINUTE: u64 = 60;

    fn facts(uses: u64) -> Facts {
        Facts { since: Timestamp::from_unix(BEGIN), uses, compromised: false }
    }

    fn after(seconds: u64) -> Timestamp {
        Timestamp::from_unix(BEGIN + seconds)
    }

    #[test]
    fn a_key_is_due_at_its_last_whole_day_or_its_last_use() {
        let limits = Policy::default_of(Role::Signing).limits();
        let table = [
            (0, 0, Due::No),
            (82 * DAY + 23 * HOUR + 59 * MINUTE + 59, 0, Due::No),
            (83 * DAY, 0, Due::Soon),
            (89 * DAY + 23 * HOUR + 59 * MINUTE, 0, Due::Soon),
            (90 * DAY - 1, 0, Due::Soon),
            (90 * DAY, 0, Due::Overdue),
            (90 * DAY + HOUR, 0, Due::Overdue),
            (4000 * DAY, 0, Due::Overdue),
            (0, 8_999, Due::No),
            (0, 9_000, Due::Soon),
            (0, 9_999, Due::Soon),
            (0, 10_000, Due::Overdue),
            (0, 10_001, Due::Overdue),
            (0, u64::MAX, Due::Overdue),
            (83 * DAY, 10_000, Due::Overdue),
        ];
        for (age, uses, expected) in table {
            let decision = decide(&facts(uses), &limits, after(age));
            assert_eq!(decision.due, expected, "{age} s, {uses} uses");
            assert_eq!(decision.reasons.is_empty(), expected == Due::No);
            assert_eq!(decision.due_at, Some(after(90 * DAY)));
        }
    }

    #[test]
    fn defaults_are_those_of_the_documents() {
        for (role, age, uses) in [
            (Role::Identity, Some(365), 10_000),
            (Role::Recovery, Some(365), 10_000),
            (Role::Encryption, Some(90), 10_000),
            (Role::Signing, Some(90), 10_000),
            (Role::Wallet, Some(90), 10_000),
            (Role::Mac, Some(90), 10_000),
            (Role::Wrap, Some(730), 10_000),
            (Role::SignedPrekey, Some(30), 10_000),
            (Role::OneTimePrekey, None, 1),
        ] {
            let policy = Policy::default_of(role);
            assert_eq!((policy.max_age_days, policy.max_uses), (age, Some(uses)), "{role:?}");
            assert!(!policy.auto_rotate);
        }
        let prekeys = PrekeyPolicy::default();
        for (left, refill) in [(0, Some(100)), (9, Some(91)), (10, None), (100, None)] {
            assert_eq!(prekeys.refill(left), refill);
        }
    }

    #[test]
    fn a_clock_before_the_beginning_knows_no_age() {
        let limits = Policy::default_of(Role::Signing).limits();
        let decision = decide(&facts(0), &limits, Timestamp::from_unix(BEGIN - 1));
        assert_eq!((decision.due, decision.age_days), (Due::No, None));
        let worn = decide(&facts(10_000), &limits, Timestamp::EPOCH);
        assert_eq!(worn.due, Due::Overdue);
    }

    #[test]
    fn a_compromised_version_comes_before_everything() {
        let limits = Policy::default_of(Role::Signing).limits();
        let facts = Facts { compromised: true, ..facts(10_000) };
        let decision = decide(&facts, &limits, after(100 * DAY));
        assert_eq!(decision.due, Due::Compromised);
        assert_eq!(decision.reasons.len(), 3);
    }

    #[test]
    fn mainnet_may_be_stricter_and_not_wider() {
        let set = |max_age, max_uses| Overrides { max_age, max_uses, ..Overrides::default() };
        for (network, tight) in [
            (NetworkMode::Mainnet, true),
            (NetworkMode::Testnet, false),
            (NetworkMode::Devnet, false),
        ] {
            let stricter = set(Some(30 * DAY), Some(100));
            assert_eq!(stricter.faults(Role::Signing, network), []);
            let policy = stricter.policy(Role::Signing, network);
            assert_eq!((policy.max_age_days, policy.max_uses), (Some(30), Some(100)));
            let wider = set(Some(91 * DAY), Some(10_001));
            let policy = wider.policy(Role::Signing, network);
            if tight {
                assert_eq!(wider.faults(Role::Signing, network).len(), 2);
                assert_eq!((policy.max_age_days, policy.max_uses), (Some(90), Some(10_000)));
            } else {
                assert_eq!(wider.faults(Role::Signing, network), []);
                assert_eq!((policy.max_age_days, policy.max_uses), (Some(91), Some(10_001)));
            }
            // What is wide for one role is not for another.
            assert_eq!(set(Some(365 * DAY), None).faults(Role::Identity, network), []);
        }
    }

    #[test]
    fn hostile_values_are_named_and_have_no_effect() {
        let role = Role::Signing;
        for network in NetworkMode::ALL {
            for (overrides, field) in [
                (Overrides { max_age: Some(0), ..Default::default() }, Field::MaxAge),
                (Overrides { max_age: Some(DAY / 2), ..Default::default() }, Field::MaxAge),
                (Overrides { max_age: Some(3651 * DAY), ..Default::default() }, Field::MaxAge),
                (Overrides { max_age: Some(u64::MAX), ..Default::default() }, Field::MaxAge),
                (Overrides { max_uses: Some(0), ..Default::default() }, Field::MaxUses),
                (Overrides { max_uses: Some(u64::MAX), ..Default::default() }, Field::MaxUses),
                (Overrides { warn: Some(90 * DAY), ..Default::default() }, Field::Warn),
                (Overrides { warn: Some(1), ..Default::default() }, Field::Warn),
                (Overrides { grace: Some(91 * DAY), ..Default::default() }, Field::Grace),
                (Overrides { grace: Some(7), ..Default::default() }, Field::Grace),
            ] {
                let faults = overrides.faults(role, network);
                assert_eq!(faults.len(), 1, "{overrides:?} {faults:?}");
                assert_eq!(faults[0].0, field);
                assert_eq!(overrides.policy(role, network), Policy::default_of(role));
            }
        }
    }

    #[test]
    fn a_short_limit_is_announced_and_not_before_it_begins() {
        let short = Overrides { max_age: Some(DAY), ..Default::default() };
        let limits = short.policy(Role::Signing, NetworkMode::Mainnet).limits();
        assert_eq!(decide(&facts(0), &limits, after(0)).due, Due::No);
        assert_eq!(decide(&facts(0), &limits, after(DAY)).due, Due::Overdue);
    }
}
