//! The life of a key version: the states of NIST SP 800-57 part 1, and which may follow which.
//!
//! There is no *suspended* state: a key with a suspended version would have no active one, and nobody could use it. What has to
//! be stopped is deactivated, and its successor takes over in the same commit.

use std::fmt;

/// A state of a key version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Made, and not used yet.
    PreActivation,
    /// In use.
    Active,
    /// Replaced: its private half opens and verifies what is old, and makes nothing new.
    Deactivated,
    /// Others have, or may have, the private half.
    Compromised,
    /// The private half was removed from the store.
    Destroyed,
    /// Removed, and others may have it.
    DestroyedCompromised,
}

impl State {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::PreActivation,
        Self::Active,
        Self::Deactivated,
        Self::Compromised,
        Self::Destroyed,
        Self::DestroyedCompromised,
    ];

    /// Its name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreActivation => "pre-activation",
            Self::Active => "active",
            Self::Deactivated => "deactivated",
            Self::Compromised => "compromised",
            Self::Destroyed => "destroyed",
            Self::DestroyedCompromised => "destroyed-compromised",
        }
    }

    /// The number that stands for it in the formats.
    pub const fn code(self) -> u64 {
        self as u64 + 1
    }

    /// The state of a number read from a file.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the private half is in the store.
    pub const fn has_private_half(self) -> bool {
        !matches!(self, Self::Destroyed | Self::DestroyedCompromised)
    }

    /// Whether a version in this state may next be in state `to`.
    pub const fn may_become(self, to: Self) -> bool {
        use State::{
            Active, Compromised, Deactivated, Destroyed, DestroyedCompromised, PreActivation,
        };
        matches!(
            (self, to),
            (PreActivation, Active | Compromised | Destroyed)
                | (Active, Deactivated | Compromised)
                | (Deactivated, Compromised | Destroyed)
                | (Compromised | Destroyed, DestroyedCompromised)
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows from, columns to, in the order of the enumeration.
    const TABLE: [&str; 6] = [
        "·x·xx·", // pre-activation
        "··xx··", // active
        "···xx·", // deactivated
        "·····x", // compromised
        "·····x", // destroyed
        "······", // destroyed-compromised
    ];

    #[test]
    fn transitions_are_those_of_the_table() {
        for (from, row) in State::ALL.into_iter().zip(TABLE) {
            for (to, mark) in State::ALL.into_iter().zip(row.chars()) {
                assert_eq!(from.may_become(to), mark == 'x', "{from} to {to}");
            }
        }
    }

    #[test]
    fn nothing_becomes_active_again_and_nothing_is_undone() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
            assert!(!state.may_become(state));
            assert!(!state.may_become(State::PreActivation));
            assert!(state == State::PreActivation || !state.may_become(State::Active));
            for next in State::ALL {
                let returns = !state.has_private_half() && next.has_private_half();
                assert!(!(returns && state.may_become(next)), "{state} to {next}");
            }
        }
    }
}
