//! Does a store meet the policy of its network?
//!
//! The rules are in [`rules`](super::rules), what each is worth on a network in the table of the networks.

use std::path::PathBuf;

use super::claims::Facts;
use super::contents::Contents;
use super::locate::Sealed;
pub use super::rules::Rule;
use super::rules::Subject;
use super::signed::{self, Freshness, Pin};
use super::{Desk, Notice, OpError, StoreFile, gate};
use crate::crypto::kdf::KdfParams;
use crate::network::NetworkMode;
pub use crate::network::policy::Severity;
use crate::passphrase::strength;
use crate::store::Header;
use crate::store::inventory::Claim;
use crate::store::keyslot::Credentials;

/// A rule that is not met.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which.
    pub rule: Rule,
    /// How bad it is on this network.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// The command that mends it.
    pub fix: String,
    /// What the verdict rests on.
    pub basis: String,
}

/// The answer.
pub struct Report {
    /// What is not met, in the order of the rules.
    pub findings: Vec<Finding>,
    /// What the operator should know besides.
    pub notices: Vec<Notice>,
}

struct Findings {
    path: PathBuf,
    network: NetworkMode,
    native: bool,
    basis: String,
    found: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, rule: Rule, message: impl Into<String>) {
        self.add_about(rule, None, message);
    }

    /// As `add`, about the secret `name`.
    fn add_about(&mut self, rule: Rule, name: Option<&str>, message: impl Into<String>) {
        let severity = rule.severity(self.network.policy());
        if severity != Severity::Off {
            let store = Subject { path: &self.path, network: self.network, native: self.native };
            let fix = rule.fix(&store, name);
            let (message, basis) = (message.into(), self.basis.clone());
            self.found.push(Finding { rule, severity, message, fix, basis });
        }
    }

    /// As `add`, but where nothing is known to be wrong: no worse than a warning.
    fn warn(&mut self, rule: Rule, message: impl Into<String>) {
        let before = self.found.len();
        self.add(rule, message);
        for finding in &mut self.found[before..] {
            if finding.severity == Severity::Error {
                finding.severity = Severity::Warning;
            }
        }
    }

    fn unless(&mut self, met: bool, rule: Rule, message: &str) {
        if !met {
            self.add(rule, message);
        }
    }
}

/// Checks a store: looks inside when there are credentials, else relies on the signed claims.
pub fn check(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: Option<&Credentials>,
) -> Result<Report, OpError> {
    let mut findings = Findings {
        path: file.site().path.clone(),
        network: file.network(),
        native: matches!(file.sealed(), Sealed::Native(_)),
        basis: String::new(),
        found: Vec::new(),
    };
    match &file.snapshot.sealed {
        Sealed::Native(store) => costs(&mut findings, slot_costs(store.header())),
        Sealed::Igra { header, .. } => costs(&mut findings, vec![(0, header.kdf)]),
    }
    clock(desk, &file, &mut findings);
    let notices = match credentials {
        Some(credentials) => {
            memory(desk, &file, &mut findings);
            look_inside(desk, file, credentials, &mut findings)?
        }
        None => rely_on_claims(desk, &file, &mut findings)?,
    };
    findings.found.sort_by_key(|finding| finding.rule.id());
    Ok(Report { findings: findings.found, notices })
}

/// Rollback detection needs a memory, or a least generation that somebody configured.
fn memory(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) {
    if findings.native && file.remembered().is_none() && desk.settings.min_generation == 0 {
        "state directory".clone_into(&mut findings.basis);
        findings.add(Rule::Remembered, "this host remembers nothing of the store");
    }
}

/// A clock before a time that this host has seen makes every answer about time worthless.
fn clock(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) {
    let now = desk.clock.now();
    if let Some(seen) =
        file.remembered().map(|state| state.max_seen_time).filter(|seen| *seen > now)
    {
        "state file".clone_into(&mut findings.basis);
        findings.add(Rule::Clock, format!("the clock says {now}, but this host has seen {seen}"));
    }
}

fn slot_costs(header: &Header) -> Vec<(u16, KdfParams)> {
    let costs =
        |slot: &crate::store::keyslot::Slot| slot.info.kdf.map(|kdf| (slot.info.id, kdf.params));
    header.slots.iter().filter_map(costs).collect()
}

/// The rules on key derivation, which stands in the clear.
fn costs(findings: &mut Findings, slots: Vec<(u16, KdfParams)>) {
    let policy = findings.network.policy();
    "header".clone_into(&mut findings.basis);
    for (id, params) in slots {
        if !params.meets(policy.kdf_floor) {
            let floor = policy.kdf_floor;
            findings
                .add(Rule::KdfFloor, format!("keyslot {id} has {params}, the floor is {floor}"));
        } else if !params.meets(policy.kdf_default) {
            let default = policy.kdf_default;
            findings.add(
                Rule::KdfDefault,
                format!("keyslot {id} has {params}, new ones get {default}"),
            );
        }
    }
}

fn second_slot(findings: &mut Findings, slots: usize) {
    findings.unless(slots > 1, Rule::SecondSlot, "there is only one keyslot");
}

fn weak_slots(findings: &mut Findings, header: &Header) {
    for slot in &header.slots {
        if !header.inventory.strong_slots.contains_key(&slot.info.id) && slot.info.kdf.is_some() {
            let id = slot.info.id;
            findings.add(
                Rule::Passphrase(strength::Rule::Score),
                format!("the passphrase of keyslot {id} was not shown to meet the policy when it was chosen"),
            );
        }
    }
}

fn look_inside(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    findings: &mut Findings,
) -> Result<Vec<Notice>, OpError> {
    let opening = file.unlock(desk, credentials)?;
    "looked inside".clone_into(&mut findings.basis);
    let (network, path) = (opening.site.network, opening.site.path.clone());
    let roles = &desk.settings.roles;
    let names =
        opening.contents.names_where(|name| roles.is_payment(name) || roles.is_wallet(name));
    let facts =
        Facts::gather(desk, network, &path, &names, |name| opening.contents.value(name, None))?;
    let payment = !facts.payment.is_empty();
    findings.unless(!facts.wallet.is_empty(), Rule::WalletSecret, "no wallet_secret is set");
    findings.unless(payment, Rule::PaymentSecret, "no payment_secret is set");
    if let Some((name, _)) = facts.payment.first() {
        for (differs, other) in [
            (facts.payment_differs_from_wallet(), "wallet_secret"),
            (facts.payment_differs_from(&credentials.passphrase), "the passphrase of the store"),
        ] {
            if !differs {
                let message = format!("payment_secret is the same as {other}");
                findings.add_about(Rule::PaymentDiffers, Some(name), message);
            }
        }
    }
    for (name, why) in &facts.weak {
        let message = format!("the value of {} is weak: {why}", crate::text::escape(name));
        findings.add_about(Rule::PaymentStrong, Some(name), message);
    }
    for name in &desk.settings.required {
        if !opening.contents.contains(name.as_str()) {
            let message = format!("the required secret {name} is missing");
            findings.add_about(Rule::RequiredSecret, Some(name.as_str()), message);
        }
    }
    match &opening.contents {
        Contents::Native(store) => {
            let claims = &store.header().inventory.claims;
            // Only a command that had both at hand could compare; the slot that opened just now was compared above.
            if payment
                && claims.contains_key(&Claim::PaymentSecretSet)
                && !claims.contains_key(&Claim::PaymentDiffersFromPassphrase)
            {
                findings.warn(
                    Rule::PaymentDiffers,
                    "payment_secret was not shown to differ from the passphrases of all keyslots",
                );
            }
            second_slot(findings, store.header().slots.len());
            weak_slots(findings, store.header());
        }
        Contents::Igra(_) => {
            findings.add(Rule::SecondSlot, "an Igra file has one passphrase and no second keyslot");
            // Nobody recorded a verdict when it was chosen, so it is measured now.
            let text = credentials.passphrase.normalised()?;
            for finding in gate::measure(desk, network, &path, &text).findings {
                let what = finding.message.split_once(": ").map_or("", |(_, what)| what);
                findings.add(Rule::Passphrase(finding.rule), what);
            }
        }
    }
    Ok(opening.notices)
}

fn rely_on_claims(
    desk: &Desk<'_>,
    file: &StoreFile,
    findings: &mut Findings,
) -> Result<Vec<Notice>, OpError> {
    let Sealed::Native(store) = file.sealed() else {
        "an Igra file carries no claims".clone_into(&mut findings.basis);
        findings.add(Rule::Examined, "the secrets and the passphrase were not examined");
        return Ok(Vec::new());
    };
    let report = signed::examine(desk, file)?;
    let header = store.header();
    findings.basis = format!("claims signed, key {}", report.pin.name());
    if report.pin != Pin::Trusted || report.freshness != Freshness::Current {
        findings.add(
            Rule::Examined,
            format!(
                "the signed claims cannot be relied on: key {}, freshness {}",
                report.pin.name(),
                report.freshness.name()
            ),
        );
    }
    let claimed = |claim| header.inventory.claims.contains_key(&claim);
    findings.unless(
        claimed(Claim::WalletSecretSet),
        Rule::WalletSecret,
        "no claim that wallet_secret is set",
    );
    let payment = claimed(Claim::PaymentSecretSet);
    findings.unless(payment, Rule::PaymentSecret, "no claim that payment_secret is set");
    if payment {
        findings.unless(
            claimed(Claim::PaymentDiffersFromWallet),
            Rule::PaymentDiffers,
            "no claim that payment_secret differs from wallet_secret",
        );
        if !claimed(Claim::PaymentDiffersFromPassphrase) {
            let what = "no claim that payment_secret differs from the passphrases of all keyslots";
            match header.slots.len() {
                1 => findings.add(Rule::PaymentDiffers, what),
                _ => findings.warn(Rule::PaymentDiffers, what),
            }
        }
        findings.unless(
            claimed(Claim::PaymentSecretStrong),
            Rule::PaymentStrong,
            "no claim that payment_secret meets the strength policy",
        );
    }
    if !desk.settings.required.is_empty() {
        findings.add(Rule::Examined, "required_secrets were not examined: names are encrypted");
    }
    second_slot(findings, header.slots.len());
    weak_slots(findings, header);
    Ok(Vec::new())
}
