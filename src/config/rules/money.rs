//! Rules on what money depends on: addresses, derivation paths, thresholds.

use std::collections::BTreeSet;

use super::Case;
use super::finding::{Finding, Findings};
use super::general::table_of;
use super::table::{Id, Severity};
use crate::config::tree::Node;
use crate::kaspa::{Address, Prefix};
use crate::network::NetworkMode;

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    for (path, node) in addresses(case) {
        address(case.network, &path, node, found);
    }
    if let Some(node) = case.tree.at("service.hd.derivation_path") {
        derivation(case.network, node, found);
    }
    for node in case.tree.list("service.hd.xpubs") {
        extended(case.network, node, found);
    }
    threshold(case, found);
}

/// Every value that is an address.
pub(super) fn addresses<'a>(case: &Case<'a>) -> Vec<(String, &'a Node)> {
    let mut all = Vec::new();
    for path in ["service.pskt.change_address", "runtime.test_recipient"] {
        all.extend(case.tree.at(path).map(|node| (path.to_owned(), node)));
    }
    for path in ["service.pskt.source_addresses", "policy.allowed_destinations"] {
        let items = case.tree.list(path).iter().enumerate();
        all.extend(items.map(|(n, node)| (format!("{path}[{n}]"), node)));
    }
    let outputs = case.tree.list("service.pskt.outputs").iter().enumerate();
    all.extend(outputs.filter_map(|(n, output)| {
        let node = output.table()?.at("address")?;
        Some((format!("service.pskt.outputs[{n}].address"), node))
    }));
    all
}

fn address(network: NetworkMode, path: &str, node: &Node, found: &mut Findings) {
    let Some(text) = node.text().map(str::trim).filter(|text| !text.is_empty()) else { return };
    match Address::parse(text) {
        Err(error) => {
            let text = format!("`{path}` is no address: {error}");
            found.add(Finding::new(Id::Net002, text).at(node));
        }
        Ok(address) if !belongs(address.prefix, network) => {
            let text =
                format!("`{path}` is an address of {}:, not of {network}", address.prefix.name());
            found.add(Finding::new(Id::Net002, text).at(node));
        }
        Ok(_) => {}
    }
}

const fn belongs(prefix: Prefix, network: NetworkMode) -> bool {
    match prefix {
        Prefix::Mainnet => matches!(network, NetworkMode::Mainnet),
        Prefix::Testnet => matches!(network, NetworkMode::Testnet),
        Prefix::Devnet | Prefix::Simnet => matches!(network, NetworkMode::Devnet),
    }
}

/// The coin type of a network.
pub(super) const fn coin_type(network: NetworkMode) -> u32 {
    match network {
        NetworkMode::Mainnet => 111_110,
        NetworkMode::Testnet | NetworkMode::Devnet => 111_111,
    }
}

/// The steps of a path; nothing when it is none.
fn steps(path: &str) -> Option<Vec<u32>> {
    let path = path.trim();
    let path = path.strip_prefix("m/").or_else(|| path.strip_prefix("M/")).unwrap_or(path);
    path.split('/')
        .map(|step| {
            let digits = step.strip_suffix(['\'', 'h', 'H']).unwrap_or(step);
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
        })
        .collect()
}

fn derivation(network: NetworkMode, node: &Node, found: &mut Findings) {
    let Some(path) = node.text().map(str::trim).filter(|path| !matches!(*path, "" | "m")) else {
        return;
    };
    let coin = coin_type(network);
    let text = match steps(path) {
        None => "the derivation path is none".to_owned(),
        // Step by step: the digits may be part of another number.
        Some(steps) if !steps.contains(&coin) => {
            format!("the derivation path has no step {coin}, the coin type of {network}")
        }
        Some(_) => return,
    };
    found.add(Finding::new(Id::Net003, text).at(node));
}

fn extended(network: NetworkMode, node: &Node, found: &mut Findings) {
    let Some(key) = node.text().map(str::trim) else { return };
    let of = match key.get(..4) {
        Some("kpub") => Some(true),
        Some("ktub" | "tpub") => Some(false),
        _ => None,
    };
    if of.is_some_and(|is_main| is_main != (coin_type(network) == 111_110)) {
        let text = format!("an extended key has the version of another network than {network}");
        found.add(Finding::new(Id::Net003, text).at(node));
    }
}

fn threshold(case: &Case<'_>, found: &mut Findings) {
    for path in ["group.member_pubkeys", "service.hd.xpubs"] {
        let mut seen = BTreeSet::new();
        for node in case.tree.list(path) {
            let Some(key) = node.text().map(str::trim) else { continue };
            let bare = key.strip_prefix("0x").unwrap_or(key);
            // Hexadecimal in any case is one key; base58 is not.
            let same =
                if path.starts_with("group") { bare.to_lowercase() } else { bare.to_owned() };
            if !same.is_empty() && !seen.insert(same) {
                let text = format!("`{path}` has a key twice");
                found.add(Finding::new(Id::Thr001, text).at(node));
            }
        }
    }
    let Some(group) = table_of(case, "group") else { return };
    let (m, n) = (
        case.tree.whole("group.threshold_m").unwrap_or(0),
        case.tree.whole("group.threshold_n").unwrap_or(0),
    );
    let finding = |text: String| match case.tree.at("group.threshold_m") {
        Some(node) => Finding::new(Id::Thr001, text).at(node),
        None => Finding::new(Id::Thr001, text).span(&group),
    };
    if m == 0 || n == 0 || m > n {
        found.add(finding(format!("{m} of {n} signers can never be enough, or always are")));
    } else if m == 1 {
        let finding = finding(format!("one of {n} signers is enough"));
        let mild = case.network != NetworkMode::Mainnet;
        found.add(if mild { finding.at_most(Severity::Warning) } else { finding });
    } else if m == n {
        let text = format!("all {n} signers are needed: one lost key loses the money");
        found.add(finding(text).at_most(Severity::Warning));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coin_type_is_a_whole_step() {
        for (path, has) in [
            ("m/45'/111110'/0'", true),
            ("m/44h/111110H/0", true),
            ("45'/111110/0", true),
            ("m/45'/1111101'/0'", false),
            ("m/45'/111111'/0'", false),
            ("m/111110x", false),
            ("m//111110", false),
        ] {
            let found = steps(path).is_some_and(|steps| steps.contains(&111_110));
            assert_eq!(found, has, "{path}");
        }
    }
}
