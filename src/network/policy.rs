//! What each network mode requires: one table, read by every tool.
//!
//! A row is a rule, a column a mode. Code asks a row for its [`Verdict`] or its number and never looks at the mode itself,
//! so a rule changes in one place and the run-time tools and the pre-deploy gate cannot disagree: where a tool enforces what the
//! gate finds, the row of the rule takes its severities from here.

use super::NetworkMode;
use crate::crypto::kdf::KdfParams;

/// What happens when a rule is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The command stops (exit 16, POLICY).
    Refuse,
    /// One line on stderr, and the command goes on.
    Warn,
    /// Nothing is said.
    Allow,
}

impl Verdict {
    /// How bad it is to find a broken rule afterwards.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Refuse => Severity::Error,
            Self::Warn => Severity::Warning,
            Self::Allow => Severity::Off,
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Not checked on this network.
    Off,
    /// Worth knowing.
    Info,
    /// Should be mended.
    Warning,
    /// Must not be deployed.
    Error,
}

impl Severity {
    /// Its name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Off => "off",
        }
    }
}

/// Requirements on a passphrase that is being chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassphrasePolicy {
    /// Least length in code points after NFKC; 0 = none.
    pub min_length: usize,
    /// What a shorter one meets.
    pub on_length: Verdict,
    /// Least zxcvbn score, 0 to 4.
    pub min_score: u8,
    /// Least guesses, as a power of ten.
    pub min_guesses_log10: u8,
    /// What a lower score, fewer guesses or a listed phrase meets.
    pub on_weakness: Verdict,
}

/// What a configuration demands of a passphrase that is being chosen, beyond the network: less is refused on every network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassphraseDemands {
    /// Least length in code points.
    pub min_length: Option<usize>,
    /// Least zxcvbn score.
    pub min_score: Option<u8>,
}

impl PassphraseDemands {
    /// True when nothing is demanded.
    pub fn is_nothing(&self) -> bool {
        self.min_length.unwrap_or(0) == 0 && self.min_score.unwrap_or(0) == 0
    }
}

impl PassphrasePolicy {
    /// True when nothing that could be found would matter.
    pub fn minds_nothing(&self) -> bool {
        [self.on_length, self.on_weakness] == [Allow; 2]
    }
}

/// Everything one mode requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Secrets or passphrases in environment variables.
    pub env_secrets: Verdict,
    /// A store without a payment secret.
    pub missing_payment_secret: Verdict,
    /// Passphrases at the moment they are chosen.
    pub passphrase: PassphrasePolicy,
    /// Lowest Argon2id costs a writer may use for its own format.
    pub kdf_floor: KdfParams,
    /// Costs of a new store when none are given.
    pub kdf_default: KdfParams,
    /// A second keyslot missing.
    pub single_keyslot: Verdict,
    /// Dropping keyslots until only one is left, without naming them.
    pub drop_to_one_slot: Verdict,
    /// A writer without a usable state directory (no rollback detection).
    pub missing_state: Verdict,
    /// A forced action (`--accept-rollback`) that nobody confirmed.
    pub unconfirmed_override: Verdict,
    /// A `cmd:` passphrase program that others could replace.
    pub untrusted_command: Verdict,
    /// A value shown on a terminal, where it stays in the scrollback.
    pub reveal_on_terminal: Verdict,
    /// A value asked to be shown without a reason for the audit log.
    pub unexplained_reveal: Verdict,
    /// A store below a sticky, world-writable directory such as `/tmp`.
    pub sticky_parent: Verdict,
    /// An action that the audit log could not record.
    pub audit_unavailable: Verdict,
    /// A check by a host that remembers nothing of the store.
    pub unknown_freshness: Verdict,
    /// A rotation policy wider than the default of its role.
    pub widen_rotation: Verdict,
    /// An archive that the passphrase of its store opens.
    pub shared_archive_passphrase: Verdict,
    /// A store brought back while another instance of it may still run, and nobody confirmed that it does not.
    pub unconfirmed_restore: Verdict,
}

use Verdict::{Allow, Refuse, Warn};

const MAINNET: NetworkPolicy = NetworkPolicy {
    env_secrets: Refuse,
    missing_payment_secret: Refuse,
    passphrase: PassphrasePolicy {
        min_length: 16,
        on_length: Refuse,
        min_score: 4,
        min_guesses_log10: 14,
        on_weakness: Refuse,
    },
    kdf_floor: KdfParams::fixed(64 << 10, 3, 1),
    kdf_default: KdfParams::fixed(256 << 10, 3, 1),
    single_keyslot: Warn,
    drop_to_one_slot: Refuse,
    missing_state: Refuse,
    unconfirmed_override: Refuse,
    untrusted_command: Refuse,
    reveal_on_terminal: Warn,
    unexplained_reveal: Refuse,
    sticky_parent: Warn,
    audit_unavailable: Refuse,
    unknown_freshness: Refuse,
    widen_rotation: Refuse,
    shared_archive_passphrase: Refuse,
    unconfirmed_restore: Refuse,
};

const TESTNET: NetworkPolicy = NetworkPolicy {
    env_secrets: Warn,
    missing_payment_secret: Warn,
    passphrase: PassphrasePolicy {
        min_length: 12,
        on_length: Refuse,
        min_score: 3,
        min_guesses_log10: 11,
        on_weakness: Warn,
    },
    kdf_floor: KdfParams::fixed(46 << 10, 1, 1),
    kdf_default: KdfParams::fixed(64 << 10, 3, 1),
    single_keyslot: Warn,
    drop_to_one_slot: Warn,
    missing_state: Warn,
    unconfirmed_override: Allow,
    untrusted_command: Warn,
    reveal_on_terminal: Warn,
    unexplained_reveal: Allow,
    sticky_parent: Allow,
    audit_unavailable: Warn,
    unknown_freshness: Allow,
    widen_rotation: Allow,
    shared_archive_passphrase: Warn,
    unconfirmed_restore: Allow,
};

const DEVNET: NetworkPolicy = NetworkPolicy {
    env_secrets: Allow,
    missing_payment_secret: Allow,
    passphrase: PassphrasePolicy {
        min_length: 0,
        on_length: Allow,
        min_score: 0,
        min_guesses_log10: 0,
        on_weakness: Allow,
    },
    kdf_floor: KdfParams::fixed(19 << 10, 2, 1),
    kdf_default: KdfParams::fixed(19 << 10, 2, 1),
    single_keyslot: Allow,
    drop_to_one_slot: Warn,
    missing_state: Warn,
    unconfirmed_override: Allow,
    untrusted_command: Allow,
    reveal_on_terminal: Allow,
    unexplained_reveal: Allow,
    sticky_parent: Allow,
    audit_unavailable: Warn,
    unknown_freshness: Allow,
    widen_rotation: Allow,
    shared_archive_passphrase: Allow,
    unconfirmed_restore: Allow,
};

/// The column of a mode.
pub(super) const fn of(mode: NetworkMode) -> &'static NetworkPolicy {
    match mode {
        NetworkMode::Mainnet => &MAINNET,
        NetworkMode::Testnet => &TESTNET,
        NetworkMode::Devnet => &DEVNET,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three mainnet rules, as the command-line contract states them.
    #[test]
    fn the_three_mainnet_rules_are_refused_warned_and_allowed() {
        for (mode, verdict) in NetworkMode::ALL.into_iter().zip([Refuse, Warn, Allow]) {
            assert_eq!(mode.policy().env_secrets, verdict);
            assert_eq!(mode.policy().missing_payment_secret, verdict);
            assert_eq!(mode.policy().passphrase.on_weakness, verdict);
        }
        let of = |mode: NetworkMode| {
            let p = mode.policy().passphrase;
            (p.min_length, p.min_score, p.min_guesses_log10, p.on_length)
        };
        assert_eq!(of(NetworkMode::Mainnet), (16, 4, 14, Refuse));
        assert_eq!(of(NetworkMode::Testnet), (12, 3, 11, Refuse));
        assert_eq!(of(NetworkMode::Devnet), (0, 0, 0, Allow));
    }

    #[test]
    fn a_default_never_lies_below_its_floor() {
        for mode in NetworkMode::ALL {
            assert!(mode.policy().kdf_default.meets(mode.policy().kdf_floor), "{mode}");
        }
    }
}
