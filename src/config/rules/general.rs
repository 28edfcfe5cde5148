//! Rules on the file itself: keys, types, paths, versions, the stated network.

use super::finding::{Finding, Findings, Place};
use super::table::{Id, Severity};
use super::{Case, leak};
use crate::config::keys::Shape;
use crate::config::tree::{Origin, Trouble, Value};
use crate::network::NetworkMode;

/// The newest version of our tables that this tool knows.
const CONFIG_VERSION: u64 = 1;

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    problems(case, found);
    let reading = case.reading;
    if reading.broken {
        return;
    }
    if reading.is_empty() {
        // On no network can a file that says nothing have been meant.
        let finding = Finding::new(Id::Cfg001, "the file is empty: nothing is configured");
        found.force(finding.fix("name the file that the service reads"), Severity::Error);
    }
    if reading.marked {
        found.add(Finding::new(Id::Cfg006, "the file starts with a byte order mark").span(&(0..0)));
    }
    if let Some(at) = reading.carriage_return {
        let finding = Finding::new(Id::Cfg006, "lines end in carriage return and line feed");
        found.add(finding.span(&(at..at)));
    }
    layer(case, found);
    network(case, found);
    version(case, found);
    values(case, found);
}

fn problems(case: &Case<'_>, found: &mut Findings) {
    for problem in &case.reading.problems {
        let rule = if problem.what == Trouble::Removed { Id::Cfg002 } else { Id::Cfg001 };
        let finding = Finding::new(rule, problem.text.clone()).span(&problem.at);
        if problem.what == Trouble::Syntax {
            // The service could not read it either, whatever the network.
            found.force(finding.fix("correct the line"), Severity::Error);
        } else {
            found.add(finding);
        }
    }
}

/// Variables that the service would not understand, or not see.
fn layer(case: &Case<'_>, found: &mut Findings) {
    for (name, text, worst) in &case.facts.layer {
        let finding = Finding::new(Id::Cfg001, text.clone()).at_most(*worst);
        let place = Place::Variable(name.clone());
        found.add(finding.place(place).fix("correct the name or the value of the variable"));
    }
}

fn network(case: &Case<'_>, found: &mut Findings) {
    let service = case.tree.at("service.network");
    let ours = case.tree.at("security.network");
    let stated = [service, ours]
        .into_iter()
        .flatten()
        .filter(|node| node.text().is_some_and(|text| !text.trim().is_empty()));
    let mut any = false;
    for node in stated {
        any = true;
        match node.text().unwrap_or_default().parse::<NetworkMode>() {
            Ok(network) if network == case.network => {}
            Ok(network) => {
                let text = format!("the file is for {network}, it is checked for {}", case.network);
                let fix = format!("validate-config CONFIG --network {network}");
                // Our own key is read by our own tools, which would work on another network.
                found.add(Finding::new(Id::Net001, text).at(node).fix(fix));
            }
            Err(_) => {
                let text = "the network is none of mainnet, testnet, devnet";
                found.add(Finding::new(Id::Net001, text).at(node));
            }
        }
    }
    for unit in &case.facts.units {
        for (line, word) in super::secrets::options(unit, &["--network"]) {
            // Other programs have networks of their own.
            let Ok(network) = word.parse::<NetworkMode>() else { continue };
            if network != case.network {
                let text = format!("the unit is for {network}, it is checked for {}", case.network);
                let finding = Finding::new(Id::Net001, text);
                let fix = format!("set --network {} in the unit", case.network);
                found.add(finding.place(Place::Line(unit.path.clone(), line)).fix(fix));
            }
        }
    }
    if !any {
        found.add(Finding::new(Id::Net001, "no network is stated in the file").at_maybe(service));
    }
}

fn version(case: &Case<'_>, found: &mut Findings) {
    let node = case.tree.at("strongroom.config_version");
    if let Some(version) = case.tree.whole("strongroom.config_version")
        && version > CONFIG_VERSION
    {
        let text = format!("config_version is {version}, this tool knows up to {CONFIG_VERSION}");
        found.add(Finding::new(Id::Cfg003, text).at_maybe(node));
    }
}

/// Rules on single values, wherever they stand.
fn values(case: &Case<'_>, found: &mut Findings) {
    case.tree.walk(&mut |path, key, node| {
        let shape = key.map(|key| key.shape);
        match &node.value {
            Value::Bool(true) => {
                let name = path.rsplit('.').next().unwrap_or_default();
                let weakens = ["insecure_", "skip_", "allow_"].iter().any(|s| name.starts_with(s));
                // Whether a node elsewhere is a danger is judged where its address is known.
                if weakens && !path.ends_with("service.allow_remote_rpc") {
                    found.add(Finding::new(Id::Cfg004, format!("`{path}` is true")).at(node));
                }
            }
            Value::Text(text) => {
                if matches!(shape, Some(Shape::Path | Shape::Paths)) && !text.trim().is_empty() {
                    let plain = text.starts_with('/') && !text.chars().any(char::is_control);
                    let ours = crate::config::OUR_TABLES
                        .iter()
                        .any(|table| path.split('.').next() == Some(table));
                    if !plain && !ours {
                        let text = format!("`{path}` is no absolute path");
                        found.add(Finding::new(Id::Cfg005, text).at(node));
                    }
                }
                plain_secret(path, shape, text, node, found);
            }
            _ => {}
        }
    });
    remarks(case, found);
}

fn plain_secret(
    path: &str,
    shape: Option<Shape>,
    text: &str,
    node: &crate::config::tree::Node,
    found: &mut Findings,
) {
    let what = match shape {
        Some(Shape::Public | Shape::Publics) => None,
        Some(Shape::Secret) if !text.trim().is_empty() => Some("a secret in the clear"),
        _ if text.is_empty() => None,
        _ => leak::kind_of(text),
    };
    if let Some(what) = what {
        found.add(Finding::new(Id::Sec007, format!("`{path}` holds {what}")).at(node));
    }
}

/// A secret that was commented out is as readable as before; so is one under a key that nobody knows.
fn remarks(case: &Case<'_>, found: &mut Findings) {
    let text = case.reading.text();
    // That there is none is seen sooner in the whole than line by line.
    let lines = if text.contains('#') { text } else { "" };
    let mut at = 0;
    for line in lines.split_inclusive('\n') {
        if let Some(start) = line.find('#')
            && let Some(what) = leak::kind_in(&line[start..])
        {
            let span = at + start..at + start + 1;
            found.add(Finding::new(Id::Sec007, format!("a remark holds {what}")).span(&span));
        }
        at += line.len();
    }
    let unknown = case.reading.problems.iter().filter(|p| p.what == Trouble::Unknown);
    let mut searched = 0;
    for problem in unknown {
        let place = case.reading.position(problem.at.start);
        // What stands in one line is one value for all that stands there, and looked at once.
        if std::mem::replace(&mut searched, place.line) == place.line {
            continue;
        }
        let line = case.reading.line(place);
        let value = line.split_once('=').map(|(_, value)| value.trim().trim_matches(['"', '\'']));
        if let Some(what) = value.and_then(leak::kind_of) {
            let text = format!("an unknown key holds {what}");
            found.add(Finding::new(Id::Sec007, text).span(&problem.at));
        }
    }
    // Over several lines, or where no key of ours leads.
    if !found.has(Id::Sec007)
        && let Some(what) = leak::kind_in(text)
    {
        found.add(Finding::new(Id::Sec007, format!("the file holds {what}")));
    }
}

/// Where a key of the file stands, for findings about its absence: the table that it would stand in.
pub(super) fn table_of(case: &Case<'_>, table: &str) -> Option<std::ops::Range<usize>> {
    match &case.tree.at(table)?.origin {
        Origin::File(key, _) => Some(key.clone()),
        Origin::Variable(_) => None,
    }
}
