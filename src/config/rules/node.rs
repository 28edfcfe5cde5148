//! Rules on connections: where the node is, what listens, credentials in URLs.

use super::Case;
use super::finding::{Finding, Findings, Place};
use super::table::{Id, Severity};
use crate::config::endpoint::{Endpoint, ServiceView, is_everywhere};
use crate::config::tree::Value;

/// Keys that name a node.
const NODES: [&str; 2] = ["service.node_rpc_url", "service.pskt.node_rpc_url"];

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    for path in NODES {
        if let Some(url) = case.tree.text(path).filter(|url| !url.trim().is_empty()) {
            let place = Finding::new(Id::Net005, "").at_maybe(case.tree.at(path)).place;
            node(path, url, &place, found);
        }
    }
    // What the command line says lies over the file.
    for unit in &case.facts.units {
        for (line, url) in super::secrets::options(unit, &["--node-url"]) {
            node("--node-url", url, &Place::Line(unit.path.clone(), line), found);
        }
    }
    if case.tree.flag("rpc.enabled") == Some(true)
        && case.tree.text("rpc.addr").is_some_and(is_everywhere)
    {
        let finding = Finding::new(Id::Net006, "the service answers on every address of the host");
        found.add(finding.at_maybe(case.tree.at("rpc.addr")));
    }
    case.tree.walk(&mut |path, _, node| {
        let Value::Text(text) = &node.value else { return };
        let Some(endpoint) = Endpoint::parse(text).filter(|endpoint| endpoint.has_user) else {
            return;
        };
        let finding = Finding::new(Id::Net008, format!("`{path}` holds a credential")).at(node);
        // The service demands one of a node elsewhere, and the operator cannot change the service.
        let demanded = NODES.contains(&path) && endpoint.is_tls();
        found.add(if demanded { finding.at_most(Severity::Warning) } else { finding });
    });
}

fn node(path: &str, url: &str, place: &Place, found: &mut Findings) {
    if url.starts_with("unix:") || url.starts_with('/') {
        return;
    }
    let Some(endpoint) = Endpoint::parse(url) else {
        // The service's own rule says it where it is the service's key.
        if path != NODES[0] {
            let finding = Finding::new(Id::Net005, format!("`{path}` names no host"));
            found.add(finding.place(place.clone()));
        }
        return;
    };
    if endpoint.is_loopback() {
        return;
    }
    let taken = ServiceView::of(url).is_some_and(|view| view.is_local);
    let finding = if endpoint.is_tls() {
        let text = format!("`{path}` is on another host, reached through TLS");
        Finding::new(Id::Net005, text).at_most(Severity::Warning)
    } else if taken {
        let text = format!(
            "`{path}` is on another host without TLS, though the service takes its name for this host"
        );
        Finding::new(Id::Net005, text)
    } else {
        Finding::new(Id::Net005, format!("`{path}` is on another host without TLS"))
    };
    found.add(finding.place(place.clone()));
}

/// The endpoint for the checklist; no host is named that is not this one.
pub(super) fn in_words(case: &Case<'_>) -> &'static str {
    match Endpoint::parse(&case.service.rpc_url) {
        Some(endpoint) if endpoint.is_loopback() => "localhost",
        Some(endpoint) if endpoint.is_tls() => "another host, through TLS",
        Some(_) => "another host, NOT encrypted",
        None if case.service.rpc_url.starts_with("unix:") => "localhost",
        None => "none",
    }
}
