//! Does a store meet the policy of its network?
//!
//! The rules are one table: id, severity per network, reason, fix. The same ids stand in the pre-deploy gate.

use super::claims::Facts;
use super::contents::Contents;
use super::locate::Sealed;
use super::signed::{self, Freshness, Pin};
use super::{Desk, Notice, OpError, StoreFile, gate};
use crate::crypto::kdf::KdfParams;
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::store::Header;
use crate::store::inventory::Claim;
use crate::store::keyslot::Credentials;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Must not be deployed.
    Error,
    /// Should be mended.
    Warning,
    /// Worth knowing.
    Info,
    /// Not checked on this network.
    Off,
}

impl Severity {
    /// Its name in text and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info | Self::Off => "info",
        }
    }
}

use Severity::{Error, Info, Off, Warning};

/// A rule: id, severity on mainnet, testnet and devnet, reason, fix, references.
struct Rule(&'static str, [Severity; 3], &'static str, &'static str, &'static [&'static str]);

const RULES: &[Rule] = &[
    Rule(
        "SEC-003",
        [Error, Error, Warning],
        "without it nothing can be signed",
        "secrets-admin set FILE igra.hd.wallet_secret",
        &["CWE-311"],
    ),
    Rule(
        "SEC-004",
        [Error, Warning, Off],
        "the second layer in front of the wallet",
        "secrets-admin set FILE igra.hd.payment_secret",
        &["CWE-308", "CCSS 1.03.1"],
    ),
    Rule(
        "SEC-005",
        [Error, Warning, Off],
        "one leak would give both",
        "set another payment_secret",
        &["CWE-1391"],
    ),
    Rule(
        "SEC-006",
        [Error, Warning, Off],
        "a guessable payment secret is no second layer",
        "set a generated payment_secret",
        &["CWE-521"],
    ),
    Rule(
        "SEC-008",
        [Warning, Warning, Off],
        "a forgotten passphrase would lose everything",
        "secrets-admin keyslot add FILE --label recovery (an Igra file: convert it first)",
        &["CCSS 1.03.2"],
    ),
    Rule(
        "SEC-010",
        [Error, Warning, Info],
        "unknown is not OK",
        "secrets-admin check FILE (it will ask for the passphrase)",
        &["CWE-636"],
    ),
    Rule(
        "SEC-011",
        [Error, Error, Warning],
        "the service would not start without it",
        "secrets-admin set FILE NAME",
        &["CWE-1188"],
    ),
    Rule(
        "KDF-001",
        [Error, Warning, Warning],
        "a cheap derivation makes guessing cheap",
        "secrets-admin passphrase change FILE --kdf m=KIB,t=N,p=1",
        &["CWE-916", "RFC 9106"],
    ),
    Rule(
        "KDF-002",
        [Warning, Info, Off],
        "hardware moves",
        "secrets-admin passphrase change FILE",
        &["CWE-916"],
    ),
    Rule(
        "STA-001",
        [Warning, Info, Off],
        "an older copy of the store would not be noticed",
        "secrets-admin inventory pin FILE",
        &["CWE-354"],
    ),
    Rule(
        "HOST-009",
        [Warning, Info, Off],
        "checks that depend on time are wrong",
        "set the clock, or secrets-admin state accept-clock FILE REASON",
        &["CWE-367"],
    ),
    Rule(
        "PWD-001",
        [Error, Error, Off],
        "a short passphrase opens everything",
        "secrets-admin passphrase change FILE --generate",
        &["CWE-521", "NIST SP 800-63B-4"],
    ),
    Rule(
        "PWD-003",
        [Error, Warning, Off],
        "too few guesses find it",
        "secrets-admin passphrase change FILE --generate",
        &["CWE-521"],
    ),
    Rule(
        "PWD-004",
        [Error, Warning, Off],
        "it is a famous phrase",
        "secrets-admin passphrase change FILE --generate",
        &["ASVS 6.2.4"],
    ),
    Rule(
        "PWD-002",
        [Error, Warning, Off],
        "a guessable passphrase opens everything",
        "secrets-admin passphrase change FILE --generate",
        &["CWE-521", "NIST SP 800-63B-4"],
    ),
];

/// A rule that is not met.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its id.
    pub rule: &'static str,
    /// How bad it is on this network.
    pub severity: Severity,
    /// What was found.
    pub message: String,
    /// Why it matters.
    pub why: &'static str,
    /// What mends it: a command where there is one.
    pub fix: &'static str,
    /// Where the rule comes from.
    pub refs: &'static [&'static str],
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
    network: NetworkMode,
    basis: String,
    found: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, id: &str, message: impl Into<String>) {
        let Some(Rule(rule, severities, why, fix, refs)) = RULES.iter().find(|rule| rule.0 == id)
        else {
            return;
        };
        let column = NetworkMode::ALL.iter().position(|mode| *mode == self.network).unwrap_or(0);
        let severity = severities[column];
        if severity != Off {
            let (message, basis) = (message.into(), self.basis.clone());
            self.found.push(Finding { rule, severity, message, why, fix, refs, basis });
        }
    }

    /// As `add`, but where nothing is known to be wrong: no worse than a warning.
    fn warn(&mut self, id: &str, message: impl Into<String>) {
        let before = self.found.len();
        self.add(id, message);
        for finding in &mut self.found[before..] {
            if finding.severity == Error {
                finding.severity = Warning;
            }
        }
    }

    fn unless(&mut self, met: bool, id: &str, message: &str) {
        if !met {
            self.add(id, message);
        }
    }
}

/// Checks a store: looks inside when there are credentials, else relies on the signed claims.
pub fn check(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: Option<&Credentials>,
) -> Result<Report, OpError> {
    let mut findings =
        Findings { network: file.network(), basis: String::new(), found: Vec::new() };
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
    findings.found.sort_by_key(|finding| finding.rule);
    Ok(Report { findings: findings.found, notices })
}

/// Rollback detection needs a memory, or a least generation that somebody configured.
fn memory(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) {
    let native = matches!(file.sealed(), Sealed::Native(_));
    if native && file.remembered().is_none() && desk.settings.min_generation == 0 {
        "state directory".clone_into(&mut findings.basis);
        findings.add("STA-001", "this host remembers nothing of the store");
    }
}

/// A clock before a time that this host has seen makes every answer about time worthless.
fn clock(desk: &Desk<'_>, file: &StoreFile, findings: &mut Findings) {
    let now = desk.clock.now();
    if let Some(seen) =
        file.remembered().map(|state| state.max_seen_time).filter(|seen| *seen > now)
    {
        "state file".clone_into(&mut findings.basis);
        findings.add("HOST-009", format!("the clock says {now}, but this host has seen {seen}"));
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
            findings.add("KDF-001", format!("keyslot {id} has {params}, the floor is {floor}"));
        } else if !params.meets(policy.kdf_default) {
            let default = policy.kdf_default;
            findings.add("KDF-002", format!("keyslot {id} has {params}, new ones get {default}"));
        }
    }
}

fn second_slot(findings: &mut Findings, slots: usize) {
    findings.unless(slots > 1, "SEC-008", "there is only one keyslot");
}

fn weak_slots(findings: &mut Findings, header: &Header) {
    if findings.network.policy().passphrase.on_weakness == Verdict::Allow {
        return;
    }
    for slot in &header.slots {
        if !header.inventory.strong_slots.contains_key(&slot.info.id) && slot.info.kdf.is_some() {
            let id = slot.info.id;
            findings.add(
                "PWD-002",
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
    findings.unless(!facts.wallet.is_empty(), "SEC-003", "no wallet_secret is set");
    findings.unless(payment, "SEC-004", "no payment_secret is set");
    if payment {
        findings.unless(
            facts.payment_differs_from_wallet(),
            "SEC-005",
            "payment_secret is the same as wallet_secret",
        );
        findings.unless(
            facts.payment_differs_from(&credentials.passphrase),
            "SEC-005",
            "payment_secret is the same as the passphrase of the store",
        );
    }
    for (name, why) in &facts.weak {
        findings
            .add("SEC-006", format!("the value of {} is weak: {why}", crate::text::escape(name)));
    }
    for name in &desk.settings.required {
        findings.unless(
            opening.contents.contains(name.as_str()),
            "SEC-011",
            &format!("the required secret {name} is missing"),
        );
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
                    "SEC-005",
                    "payment_secret was not shown to differ from the passphrases of all keyslots",
                );
            }
            second_slot(findings, store.header().slots.len());
            weak_slots(findings, store.header());
        }
        Contents::Igra(_) => {
            findings.add("SEC-008", "an Igra file has one passphrase and no second keyslot");
            // Nobody recorded a verdict when it was chosen, so it is measured now.
            let text = credentials.passphrase.normalised()?;
            for finding in gate::measure(desk, network, &path, &text).findings {
                let what = finding.message.split_once(": ").map_or("", |(_, what)| what);
                findings.add(finding.rule.id(), what);
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
        findings.add("SEC-010", "the secrets and the passphrase were not examined");
        return Ok(Vec::new());
    };
    let report = signed::examine(desk, file)?;
    let header = store.header();
    findings.basis = format!("claims signed, key {}", report.pin.name());
    if report.pin != Pin::Trusted || report.freshness != Freshness::Current {
        findings.add(
            "SEC-010",
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
        "SEC-003",
        "no claim that wallet_secret is set",
    );
    let payment = claimed(Claim::PaymentSecretSet);
    findings.unless(payment, "SEC-004", "no claim that payment_secret is set");
    if payment {
        findings.unless(
            claimed(Claim::PaymentDiffersFromWallet),
            "SEC-005",
            "no claim that payment_secret differs from wallet_secret",
        );
        if !claimed(Claim::PaymentDiffersFromPassphrase) {
            let what = "no claim that payment_secret differs from the passphrases of all keyslots";
            match header.slots.len() {
                1 => findings.add("SEC-005", what),
                _ => findings.warn("SEC-005", what),
            }
        }
        findings.unless(
            claimed(Claim::PaymentSecretStrong),
            "SEC-006",
            "no claim that payment_secret meets the strength policy",
        );
    }
    if !desk.settings.required.is_empty() {
        findings.add("SEC-010", "required_secrets were not examined: names are encrypted");
    }
    second_slot(findings, header.slots.len());
    weak_slots(findings, header);
    Ok(Vec::new())
}
