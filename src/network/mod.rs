//! Network modes: which network the keys of a store are worth money on.
//!
//! A mode is chosen once, stands in every file, and decides how strict the tools are. What each mode requires is one table
//! in [`policy`]; no other code compares modes.

pub mod policy;

use std::fmt;
use std::str::FromStr;

pub use policy::{NetworkPolicy, Verdict};

/// The network a store belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NetworkMode {
    /// Real value: every rule is enforced.
    #[default]
    Mainnet,
    /// Rehearsal: the same checks, most of them as warnings.
    Testnet,
    /// A developer's machine: rules that get in the way are off.
    Devnet,
}

/// The text names no network mode.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a network is one of mainnet, testnet, devnet")]
pub struct UnknownNetwork;

impl NetworkMode {
    /// All modes, strictest first.
    pub const ALL: [Self; 3] = [Self::Mainnet, Self::Testnet, Self::Devnet];

    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Testnet => "testnet",
            Self::Devnet => "devnet",
        }
    }

    /// The byte that stands for the mode in every format.
    pub const fn code(self) -> u8 {
        match self {
            Self::Mainnet => 1,
            Self::Testnet => 2,
            Self::Devnet => 3,
        }
    }

    /// The mode of a byte read from a file.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Mainnet),
            2 => Some(Self::Testnet),
            3 => Some(Self::Devnet),
            _ => None,
        }
    }

    /// What this mode requires.
    pub const fn policy(self) -> &'static NetworkPolicy {
        policy::of(self)
    }
}

impl fmt::Display for NetworkMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for NetworkMode {
    type Err = UnknownNetwork;

    /// Accepts the names in any case, with blanks around them, as Igra does.
    fn from_str(text: &str) -> Result<Self, UnknownNetwork> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
            .ok_or(UnknownNetwork)
    }
}
