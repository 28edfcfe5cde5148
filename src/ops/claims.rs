//! What the inventory may say about the payment and the wallet secret.
//!
//! A claim is made by a command that had the store open and looked; one that cannot be shown is taken back. So a reader without
//! a passphrase can rely on a claim that is there, and must treat one that is missing as unknown.

use std::path::Path;

use super::{Desk, Notice, OpError, gate};
use crate::network::NetworkMode;
use crate::passphrase::Passphrase;
use crate::secret::SecretBytes;
use crate::store::OpenStore;
use crate::store::inventory::{Claim, Level};

/// What was found about the secrets that matter.
#[derive(Default)]
pub struct Facts {
    /// Payment secrets that are set and not blank.
    pub payment: Vec<(String, SecretBytes)>,
    /// Wallet secrets that are set and not blank.
    pub wallet: Vec<(String, SecretBytes)>,
    /// Payment secrets that do not meet the network's strength policy, with the reason.
    pub weak: Vec<(String, String)>,
}

impl Facts {
    /// Looks at the values whose names have a role. `value` opens one.
    pub fn gather(
        desk: &Desk<'_>,
        network: NetworkMode,
        file: &Path,
        names: &[String],
        mut value: impl FnMut(&str) -> Result<Option<SecretBytes>, OpError>,
    ) -> Result<Self, OpError> {
        let roles = &desk.settings.roles;
        let mut facts = Self::default();
        for name in names {
            let list = if roles.is_payment(name) {
                &mut facts.payment
            } else if roles.is_wallet(name) {
                &mut facts.wallet
            } else {
                continue;
            };
            if let Some(value) = value(name)?.and_then(SecretBytes::unless_blank) {
                list.push((name.clone(), value));
            }
        }
        for (name, value) in &facts.payment {
            if let Some(why) = weakness(desk, network, file, value) {
                facts.weak.push((name.clone(), why));
            }
        }
        Ok(facts)
    }

    /// True when no payment secret equals a wallet secret.
    pub fn payment_differs_from_wallet(&self) -> bool {
        !self.payment.iter().any(|(_, p)| self.wallet.iter().any(|(_, w)| p.same_but_blanks(w)))
    }

    /// True when no payment secret equals `passphrase`.
    pub fn payment_differs_from(&self, passphrase: &Passphrase) -> bool {
        !self.payment.iter().any(|(_, value)| value.same_but_blanks(passphrase.as_typed()))
    }
}

/// Why a payment secret does not meet the network's policy. Binary secrets are measured by their length alone.
fn weakness(
    desk: &Desk<'_>,
    network: NetworkMode,
    file: &Path,
    value: &SecretBytes,
) -> Option<String> {
    let policy = network.policy().passphrase;
    if std::str::from_utf8(value.expose()).is_err() {
        let short = value.len() < policy.min_length;
        return short.then(|| format!("{} bytes, fewer than {}", value.len(), policy.min_length));
    }
    let judgement = gate::measure(desk, network, file, value);
    (!judgement.meets_policy()).then(|| {
        let findings: Vec<_> = judgement.findings.iter().map(|f| f.message.as_str()).collect();
        findings.join("; ").replace("the passphrase", "the value")
    })
}

/// Whether a command may have changed a payment secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payment {
    /// It may.
    Touched,
    /// It left them alone.
    Untouched,
}

/// Looks at the secrets that matter and writes into the inventory what was shown; says what the operator should know.
pub fn refresh(
    desk: &Desk<'_>,
    file: &Path,
    store: &mut OpenStore,
    passphrase: &Passphrase,
    payment: Payment,
) -> Result<Vec<Notice>, OpError> {
    let network = store.header().network;
    let names: Vec<String> = role_names(desk, store.names());
    let facts = Facts::gather(desk, network, file, &names, |name| Ok(store.value(name, None)?))?;
    let untouched = payment == Payment::Untouched;
    let payment = !facts.payment.is_empty();
    let level = desk.settings.inventory;
    let inventory = store.inventory_mut();
    inventory.level = level;
    if level != Level::Full {
        (inventory.backup, inventory.drill) = (None, None);
    }
    let differs_from_wallet = payment && facts.payment_differs_from_wallet();
    let differs_from_passphrase = payment && facts.payment_differs_from(passphrase);
    // The passphrases of other slots are not at hand: what was shown of them holds only for a value that did not change.
    let header = store.header();
    let others_shown = header.slots.len() == 1
        || untouched && header.inventory.claims.contains_key(&Claim::PaymentDiffersFromPassphrase);
    for (claim, holds) in [
        (Claim::PaymentSecretSet, payment),
        (Claim::PaymentSecretStrong, payment && facts.weak.is_empty()),
        (Claim::PaymentDiffersFromWallet, differs_from_wallet),
        (Claim::WalletSecretSet, !facts.wallet.is_empty()),
        (Claim::PaymentDiffersFromPassphrase, differs_from_passphrase && others_shown),
    ] {
        store.claim(claim, holds && level == Level::Full);
    }
    let mut notices: Vec<Notice> = facts
        .weak
        .iter()
        .map(|(name, why)| Notice::WeakSecret { name: name.clone(), why: why.clone() })
        .collect();
    for (differs, other) in
        [(differs_from_wallet, "the wallet secret"), (differs_from_passphrase, "the passphrase")]
    {
        if payment && !differs {
            notices.push(Notice::WeakSecret {
                name: "payment secret".to_owned(),
                why: format!("it is the same as {other}"),
            });
        }
    }
    Ok(notices)
}

/// Takes the claim back that no payment secret equals a passphrase, if one equals `passphrase`: that of a slot being added.
pub fn withdraw_if_payment_is(
    desk: &Desk<'_>,
    store: &mut OpenStore,
    passphrase: &Passphrase,
) -> Result<Option<Notice>, OpError> {
    for name in role_names(desk, store.names()) {
        if desk.settings.roles.is_payment(&name)
            && store
                .value(&name, None)?
                .is_some_and(|value| value.same_but_blanks(passphrase.as_typed()))
        {
            store.claim(Claim::PaymentDiffersFromPassphrase, false);
            let why = "it is the same as the new passphrase".to_owned();
            return Ok(Some(Notice::WeakSecret { name, why }));
        }
    }
    Ok(None)
}

/// The names among `names` that mean a payment or a wallet secret.
pub fn role_names<'a>(desk: &Desk<'_>, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let roles = &desk.settings.roles;
    names
        .filter(|name| roles.is_payment(name) || roles.is_wallet(name))
        .map(str::to_owned)
        .collect()
}
