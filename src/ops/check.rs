//! Does a store meet the policy of its network?
//!
//! The rules are rows of the one table in [`config::rules`](crate::config::rules), which the pre-deploy gate reads too.

use std::path::PathBuf;

use super::claims::Facts;
use super::contents::Contents;
use super::locate::Sealed;
use super::remedy::{self, Subject};
use super::signed::{self, Freshness, Pin};
use super::{Desk, Notice, OpError, StoreFile, audit, audit_log, backup, gate};
use crate::config::rules::{self, Finding, Id, Severity};
use crate::crypto::kdf::KdfParams;
use crate::fs::Place;
use crate::network::NetworkMode;
use crate::store::Header;
use crate::store::inventory::Claim;
use crate::store::keyslot::Credentials;
use crate::text::quote_path;

/// How much is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What concerns the store alone.
    Store,
    /// Everything that the pre-deploy gate wants to know.
    Gate,
}

/// The answer.
pub struct Report {
    /// What is not met, by the names of the rules.
    pub findings: Vec<Finding>,
    /// What the answers about secrets rest on.
    pub basis: String,
    /// What the operator should know besides.
    pub notices: Vec<Notice>,
}

struct Findings {
    graded: rules::Findings,
    path: PathBuf,
    native: bool,
    basis: String,
}

impl Findings {
    fn add(&mut self, rule: Id, message: impl Into<String>) {
        self.add_about(rule, None, message);
    }

    /// As `add`, about the secret `name`.
    fn add_about(&mut self, rule: Id, name: Option<&str>, message: impl Into<String>) {
        self.graded.add(self.finding(rule, name, message));
    }

    /// As `add`, but where nothing is known to be wrong: no worse than a warning.
    fn warn(&mut self, rule: Id, message: impl Into<String>) {
        self.graded.add(self.finding(rule, None, message).at_most(Severity::Warning));
    }

    fn finding(&self, rule: Id, name: Option<&str>, message: impl Into<String>) -> Finding {
        let store = Subject { path: &self.path, network: self.network(), native: self.native };
        let fix = remedy::of(rule, &store, name);
        Finding::new(rule, message).fix(fix).basis(self.basis.clone())
    }

    const fn network(&self) -> NetworkMode {
        self.graded.network
    }

    fn unless(&mut self, met: bool, rule: Id, message: &str) {
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
    scope: Scope,
) -> Result<Report, OpError> {
    let mut findings = Findings {
        graded: rules::Findings::new(file.network()),
        path: file.site().path.clone(),
        native: matches!(file.sealed(), Sealed::Native(_)),
        basis: String::new(),
    };
    match &file.snapshot.sealed {
        Sealed::Native(store) => {
            costs(&mut findings, slot_costs(store.header()));
            salts(&mut findings, store.header());
        }
        Sealed::Igra { header, .. } => costs(&mut findings, vec![(0, header.kdf)]),
    }
    clock(desk, &file, &mut findings);
    if scope == Scope::Store {
        audit_log(desk, &file, &mut findings)?;
    }
    let old_way = match scope {
        Scope::Store => backup::outdated::outdated(desk, &backup::verify::Live::of(&file)).len(),
        Scope::Gate => 0,
    };
    let store_path = file.site().path.clone();
    let mut notices = match credentials {
        Some(credentials) => {
            memory(desk, &file, &mut findings);
            look_inside(desk, file, credentials, scope, &mut findings)?
        }
        None => rely_on_claims(desk, &file, &mut findings)?,
    };
    if old_way > 0 {
        notices.push(Notice::Note(format!(
            "{old_way} archives hold what was replaced since; which: wallet-backup list --store {}",
            quote_path(&store_path)
        )));
    }
    let Findings { graded: rules::Findings { all: mut found, .. }, basis, .. } = findings;
    // The gate's configuration may raise what does not matter here.
    found.retain(|finding| scope == Scope::Gate || finding.severity != Severity::Off);
    found.sort_by_key(|finding| finding.rule.name());
    Ok(Report { findings: found, basis, notices })
}

/// Rollback detection needs a memory, or a least generation that somebody configured.
fn memory(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) {
    if findings.native && file.remembered().is_none() && desk.settings.min_generation == 0 {
        "state directory".clone_into(&mut findings.basis);
        findings.add(Id::Sta001, "this host remembers nothing of the store");
    }
}

/// The log as it lies beside this store; the gate, whose log may lie in an image, asks for itself.
fn audit_log(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) -> Result<(), OpError> {
    let log = audit_log::path_of(desk, &file.site().path);
    let store =
        Subject { path: &findings.path, network: findings.network(), native: findings.native };
    let place = Place::resolve(&log, desk.trust);
    for finding in audit::judge(desk, file, place, &log, &store)?.findings {
        findings.graded.add(finding);
    }
    Ok(())
}

/// A clock before a time that this host has seen makes every answer about time worthless.
fn clock(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) {
    let now = desk.clock.now();
    if let Some(seen) =
        file.remembered().map(|state| state.max_seen_time).filter(|seen| *seen > now)
    {
        "state file".clone_into(&mut findings.basis);
        findings.add(Id::Host009, format!("the clock says {now}, but this host has seen {seen}"));
    }
}

fn slot_costs(header: &Header) -> Vec<(u16, KdfParams)> {
    let costs =
        |slot: &crate::store::keyslot::Slot| slot.info.kdf.map(|kdf| (slot.info.id, kdf.params));
    header.slots.iter().filter_map(costs).collect()
}

/// The rules on key derivation, which stands in the clear.
fn costs(findings: &mut Findings, slots: Vec<(u16, KdfParams)>) {
    let policy = findings.network().policy();
    "header".clone_into(&mut findings.basis);
    for (id, params) in slots {
        if !params.meets(policy.kdf_floor) {
            let floor = policy.kdf_floor;
            findings.add(Id::Kdf001, format!("keyslot {id} has {params}, the floor is {floor}"));
        } else if !params.meets(policy.kdf_default) {
            let default = policy.kdf_default;
            findings.add(Id::Kdf002, format!("keyslot {id} has {params}, new ones get {default}"));
        }
    }
}

/// A salt that two slots share lets one guess be tried on both.
fn salts(findings: &mut Findings, header: &Header) {
    let mut seen: Vec<[u8; 32]> = Vec::new();
    for kdf in header.slots.iter().filter_map(|slot| slot.info.kdf) {
        if seen.contains(&kdf.salt) {
            findings.add(Id::Kdf003, "two keyslots have the same salt");
        }
        seen.push(kdf.salt);
    }
}

fn second_slot(findings: &mut Findings, slots: usize) {
    findings.unless(slots > 1, Id::Sec008, "there is only one keyslot");
}

fn weak_slots(findings: &mut Findings, header: &Header) {
    for slot in &header.slots {
        if !header.inventory.strong_slots.contains_key(&slot.info.id) && slot.info.kdf.is_some() {
            let id = slot.info.id;
            findings.add(
                Id::Pwd002,
                format!("the passphrase of keyslot {id} was not shown to meet the policy when it was chosen"),
            );
        }
    }
}

fn look_inside(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    scope: Scope,
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
    findings.unless(!facts.wallet.is_empty(), Id::Sec003, "no wallet_secret is set");
    findings.unless(payment, Id::Sec004, "no payment_secret is set");
    if let Some((name, _)) = facts.payment.first() {
        for (differs, other) in [
            (facts.payment_differs_from_wallet(), "wallet_secret"),
            (facts.payment_differs_from(&credentials.passphrase), "the passphrase of the store"),
        ] {
            if !differs {
                let message = format!("payment_secret is the same as {other}");
                findings.add_about(Id::Sec005, Some(name), message);
            }
        }
    }
    for (name, why) in &facts.weak {
        let message = format!("the value of {} is weak: {why}", crate::text::escape(name));
        findings.add_about(Id::Sec006, Some(name), message);
    }
    if scope == Scope::Gate {
        unknown_names(desk, &opening.contents, findings);
    }
    for name in &desk.settings.required {
        if !opening.contents.contains(name.as_str()) {
            let message = format!("the required secret {name} is missing");
            findings.add_about(Id::Sec011, Some(name.as_str()), message);
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
                    Id::Sec005,
                    "payment_secret was not shown to differ from the passphrases of all keyslots",
                );
            }
            second_slot(findings, store.header().slots.len());
            weak_slots(findings, store.header());
        }
        Contents::Igra(_) => {
            findings.add(Id::Sec008, "an Igra file has one passphrase and no second keyslot");
            // Nobody recorded a verdict when it was chosen, so it is measured now.
            let gate = gate::Gate::of(desk, network, &path);
            for finding in gate.judge(&credentials.passphrase)?.findings {
                let what = finding.message.split_once(": ").map_or("", |(_, what)| what);
                findings.add(finding.rule.into(), what);
            }
        }
    }
    Ok(opening.notices)
}

/// A name that nothing reads may be a misspelt one. Names are no values, but they are encrypted: they are counted, not told.
fn unknown_names(desk: &Desk<'_>, contents: &Contents, findings: &mut Findings) {
    let settings = &desk.settings;
    let known = |name: &str| {
        settings.roles.is_payment(name)
            || settings.roles.is_wallet(name)
            || name.starts_with("igra.")
            || settings.required.iter().any(|required| required.as_str() == name)
    };
    let strange = contents.names_where(|name| !known(name));
    if !strange.is_empty() && !settings.required.is_empty() {
        findings.add(
            Id::Sec009,
            format!("{} names in the store are neither required nor the service's", strange.len()),
        );
    }
}

fn rely_on_claims(
    desk: &Desk<'_>,
    file: &StoreFile,
    findings: &mut Findings,
) -> Result<Vec<Notice>, OpError> {
    let Sealed::Native(store) = file.sealed() else {
        "unsigned: an Igra file carries no claims".clone_into(&mut findings.basis);
        findings.add(Id::Sec010, "the secrets and the passphrase were not examined");
        return Ok(Vec::new());
    };
    let report = signed::examine(desk, file)?;
    let header = store.header();
    findings.basis =
        format!("claims signed at generation {}, key {}", header.generation, report.pin.name());
    if report.pin != Pin::Trusted || report.freshness != Freshness::Current {
        findings.add(
            Id::Sec010,
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
        Id::Sec003,
        "no claim that wallet_secret is set",
    );
    let payment = claimed(Claim::PaymentSecretSet);
    findings.unless(payment, Id::Sec004, "no claim that payment_secret is set");
    if payment {
        findings.unless(
            claimed(Claim::PaymentDiffersFromWallet),
            Id::Sec005,
            "no claim that payment_secret differs from wallet_secret",
        );
        if !claimed(Claim::PaymentDiffersFromPassphrase) {
            let what = "no claim that payment_secret differs from the passphrases of all keyslots";
            match header.slots.len() {
                1 => findings.add(Id::Sec005, what),
                _ => findings.warn(Id::Sec005, what),
            }
        }
        findings.unless(
            claimed(Claim::PaymentSecretStrong),
            Id::Sec006,
            "no claim that payment_secret meets the strength policy",
        );
    }
    if !desk.settings.required.is_empty() {
        findings.add(Id::Sec010, "required_secrets were not examined: names are encrypted");
    }
    second_slot(findings, header.slots.len());
    weak_slots(findings, header);
    Ok(Vec::new())
}
