//! What the service itself will do: its own static validator, rule by rule, with its faults.
//!
//! Where one of our rules says the same, the finding of ours carries the forecast. Where none does, a finding `SVC-nn` stands
//! for it: as bad as the service takes it, or a warning where the service's rule is faulty and nothing is wrong. The numbers are
//! the order in which the service checks.

mod ours;

use std::path::{Path, PathBuf};

use super::Case;
use super::facts::{FileFact, Kind, Role};
use super::finding::{Finding, Findings, Forecast, Place};
use super::general::table_of;
use super::money::{addresses, coin_type};
use super::shape::script;
use super::table::{Id, Severity};
use crate::config::endpoint::{Endpoint, ServiceView};
use crate::kaspa::{Address, Multisig, Prefix};
use crate::network::NetworkMode;

use Severity::{Error as E, Off as O, Warning as W};
use ours::Firsts;

/// One thing that the service's static validator will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    /// Which of its rules.
    pub rule: Id,
    /// How bad it takes it.
    pub severity: Severity,
}

/// A rule of the service's that is broken.
struct Broken {
    rule: Id,
    levels: [Severity; 3],
    message: String,
    place: Place,
    /// True when nothing is wrong but the service's rule.
    faulty: bool,
}

/// Rules of the service's that need more than the file.
pub(super) fn needs_the_host(rule: Id) -> bool {
    use Id::{Svc03, Svc06, Svc07, Svc08, Svc10, Svc11, Svc12, Svc13};
    use Id::{Svc21, Svc22, Svc23, Svc24, Svc25, Svc26, Svc27, Svc28};
    matches!(
        rule,
        Svc03
            | Svc06
            | Svc07
            | Svc08
            | Svc10
            | Svc11
            | Svc12
            | Svc13
            | Svc21
            | Svc22
            | Svc23
            | Svc24
            | Svc25
            | Svc26
            | Svc27
            | Svc28
    )
}

/// Adds what the service will say. The list is complete only if files were looked at.
pub(super) fn look(case: &Case<'_>, found: &mut Findings) -> Option<Vec<Prediction>> {
    let mut broken = Vec::new();
    network(case, &mut broken);
    if !case.config_only {
        secrets(case, &mut broken);
    }
    encryption(case, &mut broken);
    endpoint(case, &mut broken);
    if !case.config_only {
        files(case, &mut broken);
    }
    configuration(case, &mut broken);
    let column = NetworkMode::ALL.iter().position(|mode| *mode == case.network).unwrap_or(0);
    let ours = Firsts::of(&found.all);
    let mut predictions = Vec::new();
    for one in broken {
        let severity = one.levels[column];
        if severity == O {
            continue;
        }
        predictions.push(Prediction { rule: one.rule, severity });
        let forecast = match severity {
            E if case.network == NetworkMode::Mainnet => Forecast::Refuses,
            E => Forecast::Complains,
            _ => Forecast::Warns,
        };
        if let Some(finding) = ours.saying(&one, severity).and_then(|at| found.all.get_mut(at)) {
            finding.service = finding.service.max(Some(forecast));
            continue;
        }
        let mut finding = Finding::new(one.rule, one.message).place(one.place);
        if let Some(path) = subject(case, one.rule) {
            finding = finding.about(&path);
        }
        finding.service = Some(forecast);
        if one.faulty {
            "the rule is the service's, and faulty here".clone_into(&mut finding.basis);
        }
        found.force(finding, if one.faulty { W } else { severity });
    }
    case.facts.files.is_some().then_some(predictions)
}

/// The file or directory that a rule is about.
fn subject(case: &Case<'_>, rule: Id) -> Option<PathBuf> {
    let of = match rule {
        Id::Svc06 => Role::AuditDir,
        Id::Svc22 | Id::Svc28 => Role::LogDir,
        Id::Svc23 | Id::Svc24 => Role::DataDir,
        Id::Svc25 => Role::Config,
        Id::Svc27 => Role::AuditLog,
        _ => Role::Secrets,
    };
    case.facts.files.as_ref()?.of(of).map(|fact| fact.path.clone())
}

/// The place of a key, or of the table that it would stand in.
fn key(case: &Case<'_>, path: &str) -> Place {
    let table = path.split('.').next().unwrap_or_default();
    match case.tree.at(path) {
        Some(node) => Finding::new(Id::Svc01, "").at(node).place,
        None => {
            table_of(case, table).map_or(Place::None, |span| Place::Config(span.start, span.end))
        }
    }
}

fn add(
    all: &mut Vec<Broken>,
    rule: Id,
    levels: [Severity; 3],
    place: Place,
    message: impl Into<String>,
) {
    all.push(Broken { rule, levels, message: message.into(), place, faulty: false });
}

fn add_faulty(
    all: &mut Vec<Broken>,
    rule: Id,
    levels: [Severity; 3],
    place: Place,
    message: impl Into<String>,
    faulty: bool,
) {
    all.push(Broken { rule, levels, message: message.into(), place, faulty });
}

fn network(case: &Case<'_>, all: &mut Vec<Broken>) {
    let place = key(case, "service.network");
    match &case.service.network {
        None => add(all, Id::Svc01, [E, W, O], place, "the service finds no service.network"),
        Some(stated) if stated != case.network.name() => {
            let by_case = stated.eq_ignore_ascii_case(case.network.name());
            let text = if by_case {
                "the service compares service.network letter by letter, and it is not in lower case"
            } else {
                "service.network is another network than the one that is checked"
            };
            add_faulty(all, Id::Svc02, [E, W, W], place, text, by_case);
        }
        Some(_) => {}
    }
}

fn secrets(case: &Case<'_>, all: &mut Vec<Broken>) {
    let legacy = super::secrets::all_variables(case)
        .find(|v| v.name == "KASPA_IGRA_WALLET_SECRET" && !v.blank);
    if let Some(variable) = legacy {
        let place = Place::Variable(variable.name.clone());
        if variable.utf8 {
            add(all, Id::Svc03, [E, W, O], place, "KASPA_IGRA_WALLET_SECRET is set");
        } else {
            // Its rule 3b: what it cannot read it takes for less.
            let text = "KASPA_IGRA_WALLET_SECRET is set, and is no UTF-8";
            add(all, Id::Svc03, [W, W, W], place, text);
        }
    }
    let service = case.service;
    let Some(files) = &case.facts.files else { return };
    let blank = case.tree.text("service.key_audit_log_path").is_some_and(|t| t.trim().is_empty());
    if !blank && files.of(Role::AuditDir).is_some_and(is_missing) {
        let place = key(case, "service.key_audit_log_path");
        add(all, Id::Svc06, [E, W, O], place, "the directory of the audit log is missing");
    }
    if !service.encrypted {
        return;
    }
    let place = key(case, "service.secrets_file");
    let missing = files.of(Role::Secrets).is_some_and(is_missing);
    if missing {
        add(all, Id::Svc07, [E, E, E], place.clone(), "the secrets file is missing");
    }
    if !case.start.has_passphrase {
        let text =
            "IGRA_SECRETS_PASSPHRASE is not set for the service, which asks nobody on mainnet";
        add_faulty(all, Id::Svc08, [E, W, O], Place::None, text, true);
    }
    let explicit = case.tree.flag("service.passphrase_rotation_enabled");
    if explicit == Some(false) {
        let place = key(case, "service.passphrase_rotation_enabled");
        add(all, Id::Svc09, [W, O, O], place, "the age of the passphrase is not judged");
    }
    let devnet_too = service.warn_days > 0 || service.error_days > 0;
    if missing || !service.rotation || (case.network == NetworkMode::Devnet && !devnet_too) {
        return;
    }
    let Some(igra) = &files.igra else { return };
    if !igra.readable {
        add(all, Id::Svc10, [E, E, E], place, "the secrets file cannot be read");
    } else if igra.is_ours {
        // A service that links this library reads it; a store has no calendar rule.
    } else if let Some(rotated) = igra.rotated {
        let age = case.now.as_unix().saturating_sub(rotated.as_unix()) / 86_400;
        let (warn, error) = (service.warn_days, service.error_days);
        if error > 0 && age >= error {
            let text = format!("the passphrase is {age} days old, the service allows {error}");
            add(all, Id::Svc13, [E, W, O], place.clone(), text);
        }
        if warn > 0 && age >= warn {
            let text = format!("the passphrase is {age} days old, the service warns from {warn}");
            add(all, Id::Svc12, [W, W, W], place, text);
        }
    } else {
        add(all, Id::Svc11, [E, W, O], place, "the header of the secrets file holds no age");
    }
}

fn is_missing(fact: &FileFact) -> bool {
    fact.followed.is_none() && fact.unreadable.is_none()
}

fn encryption(case: &Case<'_>, all: &mut Vec<Broken>) {
    let place = key(case, "service.use_encrypted_secrets");
    if !case.service.encrypted {
        add(all, Id::Svc04, [E, W, O], place.clone(), "secrets are not encrypted");
        add(all, Id::Svc14, [W, O, O], place, "secrets come from the environment");
    }
    let path = "service.key_audit_log_path";
    if case.tree.text(path).is_some_and(|text| text.trim().is_empty()) {
        add(all, Id::Svc05, [E, E, E], key(case, path), "service.key_audit_log_path is blank");
    }
}

fn endpoint(case: &Case<'_>, all: &mut Vec<Broken>) {
    let url = &case.service.rpc_url;
    let place = key(case, "service.node_rpc_url");
    let Some(view) = ServiceView::of(url) else {
        return add(all, Id::Svc15, [E, E, E], place, "service.node_rpc_url names no host");
    };
    if view.is_local {
        return;
    }
    let faulty = Endpoint::parse(url).is_some_and(|endpoint| endpoint.is_loopback());
    let words = |right: &str| {
        if faulty {
            "the service does not see that node_rpc_url is this host".to_owned()
        } else {
            right.to_owned()
        }
    };
    if !case.service.allow_remote_rpc {
        let text = words("the node is on another host, which is not allowed explicitly");
        add_faulty(all, Id::Svc16, [E, O, O], place.clone(), text, faulty);
        // Only there it looks no further.
        if case.network == NetworkMode::Mainnet {
            return;
        }
    }
    if !matches!(view.scheme.as_str(), "grpcs" | "https") {
        let text = words("the node is on another host without TLS");
        add_faulty(all, Id::Svc17, [E, W, O], place.clone(), text, faulty);
    }
    if !view.has_user {
        let text = words("the URL of a node on another host has no user information");
        add_faulty(all, Id::Svc18, [E, O, O], place.clone(), text, faulty);
    }
    let text = "the service writes the URL of the node, with its credential, to its log";
    add_faulty(all, Id::Svc19, [W, O, O], place, text, faulty);
}

fn files(case: &Case<'_>, all: &mut Vec<Broken>) {
    let verbose = case.start.log_level.as_deref().map(str::to_ascii_lowercase);
    if verbose.is_some_and(|level| level.contains("debug") || level.contains("trace")) {
        add(all, Id::Svc20, [E, O, O], Place::None, "the log level is debug or trace");
    }
    let Some(files) = &case.facts.files else { return };
    match (&case.start.log_dir, files.of(Role::LogDir)) {
        (None, _) => {
            let text = "KASPA_IGRA_LOG_DIR is not set for the service";
            add(all, Id::Svc21, [E, O, O], Place::None, text);
        }
        (Some(_), Some(fact)) if is_missing(fact) => {
            add(all, Id::Svc22, [E, O, O], at(fact), "the log directory is missing");
        }
        _ => {}
    }
    let mode = |fact: &FileFact| fact.followed.map(|stat| stat.mode & 0o777);
    if let Some(dir) = files.of(Role::DataDir) {
        if is_missing(dir) {
            return add(all, Id::Svc23, [E, W, O], at(dir), "the data directory is missing");
        }
        if dir.followed.is_some_and(|stat| stat.kind == Kind::Directory) && mode(dir) != Some(0o700)
        {
            add(all, Id::Svc24, [E, O, O], at(dir), "the data directory is not 0700");
        }
    }
    for (role, rule, what) in [
        (Role::Config, Id::Svc25, "the configuration"),
        (Role::Secrets, Id::Svc26, "the secrets file"),
        (Role::AuditLog, Id::Svc27, "the audit log"),
    ] {
        let Some((fact, mode)) = files.of(role).and_then(|fact| Some((fact, mode(fact)?))) else {
            continue;
        };
        let exact = case.network == NetworkMode::Mainnet && mode != 0o600;
        if exact || mode & 0o077 != 0 {
            let text = format!("{what} has mode {mode:04o}, not 0600");
            add(all, rule, [E, W, O], at(fact), text);
        }
    }
    if let Some(dir) = files.of(Role::LogDir)
        && mode(dir).is_some_and(|mode| mode & 0o077 != 0)
    {
        add(all, Id::Svc28, [E, O, O], at(dir), "the log directory is not 0700");
    }
}

fn at(fact: &FileFact) -> Place {
    Place::Path(super::facts::display(&fact.path))
}

fn configuration(case: &Case<'_>, all: &mut Vec<Broken>) {
    if let Some(dir) = &case.service.data_dir {
        let text = dir.to_string_lossy().to_lowercase();
        if text.contains("devnet") || text.contains("test") {
            let faulty = !names_a_test(dir);
            let text = if faulty {
                "the service takes data_dir for that of a test, since the word is a part of its name"
            } else {
                "data_dir is that of a test network"
            };
            let place = key(case, "service.data_dir");
            add_faulty(all, Id::Svc29, [E, W, O], place, text, faulty);
        }
    }
    money(case, all);
    let place = key(case, "group.threshold_m");
    if case.tree.at("group").is_some() {
        let m = case.tree.whole("group.threshold_m").unwrap_or(0);
        let n = case.tree.whole("group.threshold_n").unwrap_or(0);
        if m == 0 || n == 0 || m > n {
            add(all, Id::Svc32, [E, E, E], place.clone(), format!("{m} of {n} signers"));
        }
        if m < 2 {
            add(all, Id::Svc33, [E, W, O], place, "fewer than two signers are enough");
        }
    } else {
        add(all, Id::Svc34, [E, O, O], Place::None, "there is no [group]");
    }
    if case.service.is_mnemonic {
        let place = match case.tree.at("service.hd.key_type") {
            Some(_) => key(case, "service.hd.key_type"),
            None => key(case, "service.hd"),
        };
        add(all, Id::Svc35, [E, O, O], place, "service.hd.key_type is hd_mnemonic");
    }
    let path = case.tree.text("service.hd.derivation_path").unwrap_or_default().trim();
    if !matches!(path, "" | "m") && !path.contains(&coin_type(case.network).to_string()) {
        let place = key(case, "service.hd.derivation_path");
        add(all, Id::Svc36, [E, E, O], place, "the derivation path has not the coin type's digits");
    }
}

/// True when a name on the path is made of the word, not only of its letters.
fn names_a_test(path: &Path) -> bool {
    let text = path.to_string_lossy().to_lowercase();
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| matches!(word, "test" | "tests" | "testing" | "testnet" | "devnet"))
}

const fn prefix_of(network: NetworkMode) -> Prefix {
    match network {
        NetworkMode::Mainnet => Prefix::Mainnet,
        NetworkMode::Testnet => Prefix::Testnet,
        NetworkMode::Devnet => Prefix::Devnet,
    }
}

fn money(case: &Case<'_>, all: &mut Vec<Broken>) {
    let prefix = prefix_of(case.network);
    let sources: Vec<_> = addresses(case)
        .into_iter()
        .filter(|(path, _)| path.starts_with("service.pskt.source_addresses"))
        .filter_map(|(_, node)| Some((node, node.text()?.trim())))
        .collect();
    if let Some((node, text)) = script(case).filter(|_| !sources.is_empty()) {
        let place = Finding::new(Id::Svc30, "").at(node).place;
        let text = match Multisig::parse_hex(text) {
            Err(error) => Some(format!("the redeem script is none: {error}")),
            Ok((_, bytes)) => {
                let own = Address::of_script(prefix, &bytes).to_string();
                let differs = sources.iter().any(|(_, address)| *address != own);
                differs.then(|| "a source address is not that of the redeem script".to_owned())
            }
        };
        if let Some(text) = text {
            add(all, Id::Svc30, [E, E, E], place, text);
        }
    }
    // Without source addresses the service derives one from the script, for the network that it finds in the file.
    if let (true, Some((node, text)), Some(stated)) =
        (sources.is_empty(), script(case), &case.service.network)
        && Multisig::parse_hex(text).is_ok()
        && stated
            .to_ascii_lowercase()
            .parse::<NetworkMode>()
            .is_ok_and(|of| prefix_of(of) != prefix)
    {
        let place = Finding::new(Id::Svc31, "").at(node).place;
        let text =
            "the source address that the service derives from the redeem script has another prefix";
        add(all, Id::Svc31, [E, E, O], place, text);
    }
    for (node, address) in sources {
        if !address.starts_with(&format!("{}:", prefix.name())) {
            let place = Finding::new(Id::Svc31, "").at(node).place;
            add(all, Id::Svc31, [E, E, O], place, "a source address has another prefix");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_more_than_its_letters() {
        for path in ["/srv/test/igra", "/srv/igra-devnet", "/var/lib/testnet10", "/srv/x_test"] {
            assert!(names_a_test(Path::new(path)), "{path}");
        }
        for path in ["/srv/latest", "/home/contest/igra", "/srv/attested", "/srv/igra"] {
            assert!(!names_a_test(Path::new(path)), "{path}");
        }
    }
}
