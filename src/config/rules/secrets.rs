//! Rules on where secrets come from and how long they stay: variables, command lines, passphrase policy, cache, audit, logs.

use std::path::Path;

use super::Case;
use super::facts::{SECRET_VALUE, Unit, Variable};
use super::finding::{Finding, Findings, Place};
use super::general::table_of;
use super::leak;
use super::table::{Id, Severity};
use crate::config::endpoint::Endpoint;
use crate::config::tree::{Node, Value};
use crate::network::Verdict;

/// Where an Igra service finds its passphrase.
const IGRA_PASSPHRASE: &str = "IGRA_SECRETS_PASSPHRASE";

/// Ends of names that usually hold a secret.
const SECRET_ENDS: [&str; 6] =
    ["_PASSWORD", "_PASSPHRASE", "_SECRET", "_MNEMONIC", "_KEY", "_SEED"];

/// Options of any program that take a secret as their value.
const SECRET_OPTIONS: [&str; 12] = [
    "--passphrase",
    "--old-passphrase",
    "--new-passphrase",
    "--password",
    "--phrase",
    "--mnemonic",
    "--secret",
    "--private-key",
    "--seed",
    "--token",
    "--rpc-token",
    "--wallet-secret",
];

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    backend(case, found);
    variables(case, found);
    for unit in &case.facts.units {
        for (line, words) in &unit.commands {
            command(unit, *line, words, found);
        }
    }
    passphrase_rules(case, found);
    cache(case, found);
    audit(case, found);
    logs(case, found);
    recovery(case, found);
    rotation(case, found);
}

fn place(variable: &Variable) -> Place {
    match &variable.line {
        Some((file, line)) => Place::Line(file.clone(), *line),
        None => Place::Variable(variable.name.clone()),
    }
}

/// How a variable goes: by a command from this process, by hand from a unit.
fn unset(variable: &Variable) -> String {
    match &variable.line {
        Some((file, line)) => format!("take {} out of {file}, line {line}", variable.name),
        None => format!("unset {}", variable.name),
    }
}

/// Every variable that the service may see: of this process, and of the units.
pub(super) fn all_variables<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Variable> {
    let units = case.facts.units.iter().flat_map(|unit| &unit.variables);
    case.facts.process.iter().chain(units)
}

fn backend(case: &Case<'_>, found: &mut Findings) {
    if case.service.is_there && !case.service.encrypted {
        let node = case.tree.at("service.use_encrypted_secrets");
        let finding = match (node, table_of(case, "service")) {
            (Some(node), _) => Finding::new(Id::Env002, "secrets come from the environment").at(node),
            (None, Some(span)) => Finding::new(
                Id::Env002,
                "secrets come from the environment: use_encrypted_secrets is not set, and its default is false",
            )
            .span(&span),
            (None, None) => Finding::new(Id::Env002, "secrets come from the environment"),
        };
        found.add(finding);
    }
    for path in ["security.env_secrets", "security.use_env_secrets"] {
        if case.tree.flag(path) == Some(true) {
            let finding = Finding::new(Id::Env002, format!("`{path}` is true"));
            found.add(finding.at_maybe(case.tree.at(path)).fix(format!("remove {path}")));
        }
    }
    if case.tree.text("backend.kind") == Some("env") {
        let finding = Finding::new(Id::Env002, "the backend is the environment");
        found
            .add(finding.at_maybe(case.tree.at("backend.kind")).fix("set backend.kind = \"file\""));
    }
}

fn variables(case: &Case<'_>, found: &mut Findings) {
    for variable in all_variables(case) {
        let name = &variable.name;
        let upper = name.to_ascii_uppercase();
        let in_unit = variable.line.is_some();
        let add = |found: &mut Findings, rule: Id, text: &str| {
            let finding = Finding::new(rule, format!("{name} {text}")).place(place(variable));
            found.add(if rule == Id::Host007 { finding.fix(unset(variable)) } else { finding });
        };
        if variable.carrier {
            let finding = Finding::new(Id::Env001, format!("{name} carries a secret"));
            let fix = format!("put the value into the store, change it, and: {}", unset(variable));
            found.add(finding.place(place(variable)).fix(fix));
            if in_unit {
                add(found, Id::Env004, "is set in the unit");
            }
        } else if in_unit && upper == IGRA_PASSPHRASE {
            // The service demands it and the operator cannot change the service.
            let finding = Finding::new(Id::Env004, format!("{name} is set in the unit"));
            found.add(finding.place(place(variable)).at_most(Severity::Warning));
        } else if in_unit && SECRET_ENDS.iter().any(|end| upper.ends_with(end)) {
            add(found, Id::Env003, "looks like a secret");
        }
        if in_unit && variable.value.as_deref() == Some(SECRET_VALUE) {
            add(found, Id::Env004, "has a value that looks like a secret");
        }
        if matches!(upper.as_str(), "LD_PRELOAD" | "LD_LIBRARY_PATH" | "LD_AUDIT") {
            add(found, Id::Host007, "is set");
        }
    }
}

/// Words of one command line. Only the option's name is ever told.
fn command(unit: &Unit, line: usize, words: &[String], found: &mut Findings) {
    let mut add = |rule: Id, text: String| {
        found.add(Finding::new(rule, text).place(Place::Line(unit.path.clone(), line)));
    };
    for (n, word) in words.iter().enumerate() {
        let (option, value) = word.split_once('=').unwrap_or((word.as_str(), ""));
        let lower = option.to_ascii_lowercase();
        let next = words.get(n + 1).map_or("", String::as_str);
        if SECRET_OPTIONS.contains(&lower.as_str()) && !(value.is_empty() && next.is_empty()) {
            add(Id::Arg001, format!("{lower} takes a secret on the command line"));
        }
        let upper = option.to_ascii_uppercase();
        let assigns = !value.is_empty() && !option.starts_with('-');
        if assigns
            && (SECRET_ENDS.iter().any(|end| upper.ends_with(end)) || upper == IGRA_PASSPHRASE)
        {
            let name = crate::text::escape(option);
            add(Id::Arg001, format!("{name} is assigned on the command line"));
        }
        for part in [word.as_str(), value] {
            if leak::kind_of(part).is_some() {
                add(Id::Arg001, "an argument looks like a secret".to_owned());
                break;
            }
        }
        if Endpoint::parse(word).or_else(|| Endpoint::parse(value)).is_some_and(|e| e.has_user) {
            add(Id::Net008, "an argument is a URL that holds a credential".to_owned());
        }
        let program = word.rsplit('/').next().unwrap_or_default();
        if program == "secrets-admin" && words.get(n + 1).is_some_and(|verb| verb == "set") {
            let rest = &words[n + 2..];
            let mut positional = 0;
            let mut skip = false;
            for word in rest {
                match word.as_str() {
                    _ if skip => skip = false,
                    "|" | ";" | "&&" | "||" | ">" | "<" => break,
                    flag if flag.starts_with("--") && !flag.contains('=') => {
                        let flags =
                            ["--yes", "--json", "--quiet", "--non-interactive", "--strip-newline"];
                        skip = !flags.contains(&flag);
                    }
                    flag if flag.starts_with('-') => {}
                    _ => positional += 1,
                }
            }
            if positional > 2 {
                add(
                    Id::Arg001,
                    "secrets-admin set is given a value on the command line".to_owned(),
                );
            }
        }
    }
    let phrase = words.join(" ");
    if leak::kind_in(&phrase).is_some() {
        add(Id::Arg001, "the command line looks as if it held a secret".to_owned());
    }
}

fn passphrase_rules(case: &Case<'_>, found: &mut Findings) {
    for part in ["upper", "lower", "digit", "symbol"] {
        let path = format!("security.passphrase_require_{part}");
        if case.tree.flag(&path) == Some(true) {
            let finding = Finding::new(Id::Pwd005, format!("`{path}` is a composition rule"));
            found.add(finding.at_maybe(case.tree.at(&path)));
        }
    }
    if let Some(node) = case.tree.at("security.passphrase_max_age") {
        let text = "`security.passphrase_max_age` is a calendar rule";
        found.add(Finding::new(Id::Pwd006, text).at(node));
    }
    let policy = case.network.policy().passphrase;
    for (path, least, verdict) in [
        ("security.passphrase_min_length", policy.min_length as u64, policy.on_length),
        ("security.passphrase_min_score", u64::from(policy.min_score), policy.on_weakness),
    ] {
        // Where the network only warns, less than its own limit is refused all the same.
        let without_effect = |stated: &u64| *stated < least && verdict == Verdict::Refuse;
        if let Some(stated) = case.tree.whole(path).filter(without_effect) {
            let text = format!(
                "`{path}` is {stated}, below the {least} of {}; it has no effect",
                case.network
            );
            let finding = Finding::new(Id::Wvr001, text).at_maybe(case.tree.at(path));
            found.add(finding.fix(format!("remove {path}, or raise it")));
        }
    }
}

/// Seconds of a duration that passed the check of its shape.
fn seconds(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Text(text) => crate::config::duration(text).map(|duration| duration.as_secs()),
        Value::Whole(seconds) => u64::try_from(*seconds).ok(),
        _ => None,
    }
}

fn cache(case: &Case<'_>, found: &mut Findings) {
    const LONG: u64 = 300;
    const TOO_LONG: u64 = 900;
    let Some(node) = case.tree.at("security.secret_cache_ttl") else { return };
    let Some(ttl) = seconds(node).filter(|ttl| *ttl > LONG) else { return };
    let finding = Finding::new(Id::Cac001, format!("secrets stay in memory for {ttl} s")).at(node);
    found.add(if ttl > TOO_LONG { finding } else { finding.at_most(Severity::Warning) });
}

/// What is wrong with one log for two writers.
pub const SHARED_LOG: &str = "the audit log of the stores is the service's own log of key use";

fn audit(case: &Case<'_>, found: &mut Findings) {
    let path = "service.key_audit_log_path";
    if case.tree.text(path).is_some_and(|text| text.trim().is_empty()) {
        found.add(
            Finding::new(Id::Aud001, format!("`{path}` is blank")).at_maybe(case.tree.at(path)),
        );
    }
    // The tools refuse to run with it.
    let blank = case.tree.text("audit.path").is_some_and(|text| text.trim().is_empty());
    if blank && case.reading.config.audit_path.is_none() {
        let finding = Finding::new(Id::Aud001, "`audit.path` is blank");
        found.add(finding.at_maybe(case.tree.at("audit.path")));
    }
    // The service appends lines of its own, after which neither of the two can read the file.
    if let (Some(ours), Some(its)) = (case.tree.text("audit.path"), &case.service.audit_log)
        && Path::new(ours) == its
    {
        let finding = Finding::new(Id::Aud002, SHARED_LOG).at_maybe(case.tree.at("audit.path"));
        found.add(finding.fix("name another file in audit.path"));
    }
    if case.tree.text("audit.mode") == Some("warn") {
        let finding =
            Finding::new(Id::Aud006, "an action that cannot be recorded happens all the same");
        found.add(finding.at_maybe(case.tree.at("audit.mode")));
    }
}

/// Whether a level prints what must not be in a log.
fn is_verbose(level: &str) -> bool {
    let level = level.to_ascii_lowercase();
    level.contains("debug") || level.contains("trace")
}

/// The values that command lines of a unit give an option, with their lines.
pub(super) fn options<'a>(unit: &'a Unit, names: &[&str]) -> Vec<(usize, &'a str)> {
    let mut all = Vec::new();
    for (line, words) in &unit.commands {
        for (n, word) in words.iter().enumerate() {
            let value = match word.split_once('=') {
                Some((name, value)) if names.contains(&name) => value,
                None if names.contains(&word.as_str()) => {
                    words.get(n + 1).map_or("", String::as_str)
                }
                _ => continue,
            };
            all.push((*line, value));
        }
    }
    all
}

fn logs(case: &Case<'_>, found: &mut Findings) {
    for unit in &case.facts.units {
        for (line, level) in options(unit, &["--log-level", "-l"]) {
            if is_verbose(level) {
                let finding = Finding::new(Id::Log001, "the log level is debug or trace");
                found.add(finding.place(Place::Line(unit.path.clone(), line)));
            }
        }
    }
    if !found.has(Id::Log001) && case.start.log_level.as_deref().is_some_and(is_verbose) {
        found.add(Finding::new(Id::Log001, "--log-level is debug or trace"));
    }
    for variable in all_variables(case) {
        let value = variable.value.as_deref().unwrap_or_default();
        match variable.name.as_str() {
            "RUST_LOG" if is_verbose(value) => {
                let finding = Finding::new(Id::Log001, "RUST_LOG is debug or trace");
                found.add(finding.place(place(variable)).fix(unset(variable)));
                if value.to_ascii_lowercase().contains("trace") {
                    let finding = Finding::new(Id::Log002, "RUST_LOG traces");
                    found.add(finding.place(place(variable)).fix(unset(variable)));
                }
            }
            "RUST_BACKTRACE" if value == "full" => {
                let finding = Finding::new(Id::Log002, "RUST_BACKTRACE is full");
                found.add(finding.place(place(variable)).fix(unset(variable)));
            }
            _ => {}
        }
    }
}

fn rotation(case: &Case<'_>, found: &mut Findings) {
    for (name, fault) in case.reading.config.rotation.faults(case.network) {
        let finding = Finding::new(Id::Rot007, format!("`rotation.{name}` {fault}"));
        found.add(match case.tree.at(&format!("rotation.{name}")) {
            Some(node) => finding.at(node),
            None => finding,
        });
    }
}

fn recovery(case: &Case<'_>, found: &mut Findings) {
    if case.tree.at("recovery").is_none() {
        return;
    }
    if let Some(node) = case.tree.at("recovery.max_attempts")
        && !case.tree.whole("recovery.max_attempts").is_some_and(|n| (1..=10).contains(&n))
    {
        found.add(Finding::new(Id::Rec002, "`recovery.max_attempts` is not 1 to 10").at(node));
    }
    if let Some(node) = case.tree.at("recovery.delay").filter(|node| seconds(node) == Some(0)) {
        found.add(Finding::new(Id::Rec002, "`recovery.delay` is zero").at(node));
    }
}
