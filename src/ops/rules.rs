//! The rules of `check`: id, reason, references, and the command that mends what is found.
//!
//! How bad a broken rule is stands in the table of the networks and nowhere else. The ids are stable, and the same in the
//! pre-deploy gate.

use std::path::Path;

use crate::network::NetworkMode;
use crate::network::policy::{NetworkPolicy, Severity};
use crate::passphrase::strength;
use crate::text::{quote_path, shell_quote};

/// What a store is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// SEC-003: a wallet secret is set.
    WalletSecret,
    /// SEC-004: a payment secret is set.
    PaymentSecret,
    /// SEC-005: the payment secret is neither the wallet secret nor a passphrase.
    PaymentDiffers,
    /// SEC-006: the payment secret is strong.
    PaymentStrong,
    /// SEC-008: there is a second way in.
    SecondSlot,
    /// SEC-010: everything could be examined.
    Examined,
    /// SEC-011: the secrets that the configuration requires are set.
    RequiredSecret,
    /// KDF-001: no keyslot is below the floor.
    KdfFloor,
    /// KDF-002: no keyslot is below what new ones get.
    KdfDefault,
    /// STA-001: this host would notice an older copy.
    Remembered,
    /// HOST-009: the clock does not stand before a time that was seen.
    Clock,
    /// PWD-001 to PWD-004: the passphrases meet the policy.
    Passphrase(strength::Rule),
}

/// The store that a finding is about, for the command that mends it.
pub struct Subject<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// Whose rules hold.
    pub network: NetworkMode,
    /// Of our own format or Igra's.
    pub native: bool,
}

impl Rule {
    /// The stable id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::WalletSecret => "SEC-003",
            Self::PaymentSecret => "SEC-004",
            Self::PaymentDiffers => "SEC-005",
            Self::PaymentStrong => "SEC-006",
            Self::SecondSlot => "SEC-008",
            Self::Examined => "SEC-010",
            Self::RequiredSecret => "SEC-011",
            Self::KdfFloor => "KDF-001",
            Self::KdfDefault => "KDF-002",
            Self::Remembered => "STA-001",
            Self::Clock => "HOST-009",
            Self::Passphrase(rule) => rule.id(),
        }
    }

    /// How bad it is to break it.
    pub const fn severity(self, policy: &NetworkPolicy) -> Severity {
        match self {
            Self::WalletSecret => policy.missing_wallet_secret,
            Self::PaymentSecret => policy.missing_payment_secret.severity(),
            Self::PaymentDiffers => policy.reused_payment_secret,
            Self::SecondSlot => policy.single_keyslot.severity(),
            Self::Examined => policy.not_examined,
            Self::RequiredSecret => policy.missing_required_secret,
            Self::KdfFloor => policy.kdf_below_floor,
            Self::KdfDefault => policy.kdf_below_default,
            Self::Remembered => policy.not_remembered,
            Self::Clock => policy.clock_behind,
            Self::Passphrase(strength::Rule::Length) => policy.passphrase.on_length.severity(),
            Self::PaymentStrong | Self::Passphrase(_) => policy.passphrase.on_weakness.severity(),
        }
    }

    /// Why it matters.
    pub const fn why(self) -> &'static str {
        use strength::Rule::{Blocklist, Guesses, Length, Score};
        match self {
            Self::WalletSecret => "without it nothing can be signed",
            Self::PaymentSecret => "the second layer in front of the wallet",
            Self::PaymentDiffers => "one leak would give both",
            Self::PaymentStrong => "a guessable payment secret is no second layer",
            Self::SecondSlot => "a forgotten passphrase would lose everything",
            Self::Examined => "unknown is not OK",
            Self::RequiredSecret => "the service would not start without it",
            Self::KdfFloor => "a cheap derivation makes guessing cheap",
            Self::KdfDefault => "hardware moves",
            Self::Remembered => "an older copy of the store would not be noticed",
            Self::Clock => "checks that depend on time are wrong",
            Self::Passphrase(Length) => "a short passphrase opens everything",
            Self::Passphrase(Score) => "a guessable passphrase opens everything",
            Self::Passphrase(Guesses) => "too few guesses find it",
            Self::Passphrase(Blocklist) => "it is a famous phrase",
        }
    }

    /// Where it comes from.
    pub const fn refs(self) -> &'static [&'static str] {
        use strength::Rule::{Blocklist, Guesses, Length, Score};
        match self {
            Self::WalletSecret => &["CWE-311"],
            Self::PaymentSecret => &["CWE-308", "CCSS 1.03.1"],
            Self::PaymentDiffers => &["CWE-1391"],
            Self::PaymentStrong | Self::Passphrase(Guesses) => &["CWE-521"],
            Self::SecondSlot => &["CCSS 1.03.2"],
            Self::Examined => &["CWE-636"],
            Self::RequiredSecret => &["CWE-1188"],
            Self::KdfFloor => &["CWE-916", "RFC 9106"],
            Self::KdfDefault => &["CWE-916"],
            Self::Remembered => &["CWE-354"],
            Self::Clock => &["CWE-367"],
            Self::Passphrase(Length | Score) => &["CWE-521", "NIST SP 800-63B-4"],
            Self::Passphrase(Blocklist) => &["ASVS 6.2.4"],
        }
    }

    /// The command that mends `store`; `secret` is the one that the finding is about.
    pub fn fix(self, store: &Subject<'_>, secret: Option<&str>) -> String {
        let file = quote_path(store.path);
        // An Igra file does not say of which network it is, so every command on it has to.
        let stated = match store.network {
            NetworkMode::Testnet | NetworkMode::Devnet if !store.native => {
                format!(" --network {}", store.network)
            }
            _ => String::new(),
        };
        let run = |verb: &str, rest: &str| format!("secrets-admin {verb} {file}{rest}{stated}");
        let set = |name: &str| run("set", &format!(" {}", shell_quote(name)));
        match self {
            Self::WalletSecret => set("igra.hd.wallet_secret"),
            Self::PaymentSecret | Self::PaymentDiffers | Self::PaymentStrong => {
                set(secret.unwrap_or("igra.hd.payment_secret"))
            }
            Self::RequiredSecret => set(secret.unwrap_or("NAME")),
            Self::SecondSlot if store.native => run("keyslot add", " --label recovery"),
            Self::SecondSlot => run("convert", &format!(" {file}.strongroom --to strongroom")),
            Self::Examined => run("check", ""),
            Self::KdfFloor | Self::KdfDefault if store.native => run("passphrase change", ""),
            // The costs of an Igra file stay as they are unless others are named.
            Self::KdfFloor | Self::KdfDefault => {
                let costs = store.network.policy().kdf_default;
                run("passphrase change", &format!(" --kdf {costs}"))
            }
            Self::Remembered => run("inventory pin", ""),
            Self::Clock => {
                let accept = run("state accept-clock", " 'the clock was wrong'");
                format!("set the clock; if it is right now: {accept}")
            }
            Self::Passphrase(_) => run("passphrase change", " --generate"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fix_is_a_command_with_the_real_path_in_it() {
        let path = Path::new("/srv/my store.bin");
        let at = |network, native| Subject { path, network, native };
        for (rule, native, command) in [
            (Rule::SecondSlot, true, "keyslot add '/srv/my store.bin' --label recovery"),
            (
                Rule::SecondSlot,
                false,
                "convert '/srv/my store.bin' '/srv/my store.bin'.strongroom --to strongroom --network testnet",
            ),
            (Rule::PaymentSecret, true, "set '/srv/my store.bin' igra.hd.payment_secret"),
            (
                Rule::KdfFloor,
                false,
                "passphrase change '/srv/my store.bin' --kdf m=65536,t=3,p=1 --network testnet",
            ),
            (
                Rule::Passphrase(strength::Rule::Score),
                true,
                "passphrase change '/srv/my store.bin' --generate",
            ),
        ] {
            let fix = rule.fix(&at(NetworkMode::Testnet, native), None);
            assert_eq!(fix, format!("secrets-admin {command}"));
        }
        let fix = Rule::RequiredSecret.fix(&at(NetworkMode::Mainnet, false), Some("it's"));
        assert_eq!(fix, r"secrets-admin set '/srv/my store.bin' 'it'\''s'");
    }
}
