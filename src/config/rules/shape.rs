//! What the service checks when it loads the file, on every network alike: warnings here, since its own validator does not run
//! these checks.

use super::Case;
use super::finding::{Finding, Findings, Forecast};
use super::table::Id;
use crate::config::tree::Node;
use crate::kaspa::Multisig;

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    let before = found.all.len();
    look_at_all(case, found);
    // On every network: such a file does not get as far as the rules of one.
    for finding in &mut found.all[before..] {
        finding.service = Some(Forecast::Refuses);
    }
}

fn look_at_all(case: &Case<'_>, found: &mut Findings) {
    let tree = case.tree;
    profile(case, found);
    let text = |path: &str| tree.text(path).map(str::trim).unwrap_or_default();
    if tree.at("service.hd").is_some() && !case.service.is_mnemonic && script(case).is_none() {
        let finding =
            Finding::new(Id::Shp03, "a raw private key needs service.pskt.redeem_script_hex");
        found.add(finding.at_maybe(tree.at("service.hd.key_type")));
    }
    session(case, "runtime.session_timeout_seconds", Id::Shp04, found);
    if tree.at("group").is_some() {
        session(case, "group.session_timeout_seconds", Id::Shp08, found);
        group(case, found);
    }
    if let Some(split) = tree.at("service.pskt.fee_payment_mode.split").and_then(Node::table)
        && [split.whole("recipient_parts"), split.whole("signer_parts")]
            .iter()
            .all(|parts| parts.unwrap_or(0) == 0)
    {
        let finding = Finding::new(Id::Shp10, "a fee split gives nobody a part");
        found.add(finding.at_maybe(tree.at("service.pskt.fee_payment_mode")));
    }
    if let (Some(min), Some(max)) =
        (tree.whole("policy.min_amount_sompi"), tree.whole("policy.max_amount_sompi"))
        && min > max
    {
        let finding = Finding::new(Id::Shp11, "min_amount_sompi is above max_amount_sompi");
        found.add(finding.at_maybe(tree.at("policy.min_amount_sompi")));
    }
    for node in tree.list("layerzero.endpoint_pubkeys") {
        let key = node.text().unwrap_or_default().trim();
        let digits = key.strip_prefix("0x").unwrap_or(key);
        let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !is_hex || !matches!(digits.len(), 66 | 130) {
            found.add(Finding::new(Id::Shp12, "an endpoint's key has not 33 or 65 bytes").at(node));
        }
    }
    let domain = text("iroh.discovery.dns_domain");
    if tree.flag("iroh.discovery.enable_dns") == Some(true)
        && (!domain.contains('.') || domain.contains(' '))
    {
        let finding = Finding::new(Id::Shp14, "DNS discovery has no domain");
        found.add(finding.at_maybe(tree.at("iroh.discovery.enable_dns")));
    }
    if let Some(node) = tree.at("iroh.relay.custom_url") {
        let url = text("iroh.relay.custom_url");
        let web = url.starts_with("http://") || url.starts_with("https://");
        if !web || url.chars().count() > 256 {
            found.add(Finding::new(Id::Shp15, "the relay's URL is none").at(node));
        }
    }
}

/// The service wants to know which of the signers it is.
fn profile(case: &Case<'_>, found: &mut Findings) {
    if !case.service.is_there {
        return;
    }
    let named = case.tree.at("service.active_profile");
    let active = case.start.profile.as_deref().or_else(|| named.and_then(Node::text));
    let profiles = case.tree.at("profiles").and_then(Node::table);
    let text = match active.map(str::trim).filter(|name| !name.is_empty()) {
        None => "no profile is active: neither service.active_profile nor --profile names one",
        Some(name) if profiles.is_none_or(|all| !all.0.contains_key(name)) => {
            "the active profile has no [profiles.] table of its name"
        }
        Some(_) => return,
    };
    let finding = Finding::new(Id::Shp16, text);
    found.add(match (named, super::general::table_of(case, "service")) {
        (Some(node), _) => finding.at(node),
        (None, Some(span)) => finding.span(&span),
        (None, None) => finding,
    });
}

/// The redeem script's text, if there is one.
pub(super) fn script<'a>(case: &Case<'a>) -> Option<(&'a Node, &'a str)> {
    let node = case.tree.at("service.pskt.redeem_script_hex")?;
    node.text().map(str::trim).filter(|text| !text.is_empty()).map(|text| (node, text))
}

fn session(case: &Case<'_>, path: &str, rule: Id, found: &mut Findings) {
    // For the runtime's, zero stands for its default.
    let least = u64::from(rule != Id::Shp04);
    if let Some(seconds) = case.tree.whole(path).filter(|s| *s > 600 || *s < least) {
        let text = format!("`{path}` is {seconds}, not 1 to 600");
        found.add(Finding::new(rule, text).at_maybe(case.tree.at(path)));
    }
}

fn group(case: &Case<'_>, found: &mut Findings) {
    let n = case.tree.whole("group.threshold_n").unwrap_or(0);
    let keys = case.tree.list("group.member_pubkeys");
    if keys.len() as u64 != n || keys.is_empty() {
        let text = format!("group.member_pubkeys has {} keys for {n} signers", keys.len());
        let at = case.tree.at("group.member_pubkeys").or_else(|| case.tree.at("group.threshold_n"));
        found.add(Finding::new(Id::Shp07, text).at_maybe(at));
    }
    let Some((node, text)) = script(case) else { return };
    let finding = |what: String| Finding::new(Id::Shp09, what).at(node);
    match Multisig::parse_hex(text) {
        Err(error) => found.add(finding(format!("the redeem script is none: {error}"))),
        Ok((script, _)) => {
            let m = case.tree.whole("group.threshold_m").unwrap_or(0);
            if u64::from(script.m) != m || script.keys.len() as u64 != n {
                let have = format!("{} of {}", script.m, script.keys.len());
                found.add(finding(format!("the redeem script is {have}, the group is {m} of {n}")));
            }
            let members: Vec<Option<[u8; 32]>> =
                keys.iter().map(|key| x_only(key.text().unwrap_or_default())).collect();
            let scripted: Vec<_> = script.keys.iter().map(|key| Some(*key)).collect();
            if !keys.is_empty() && members != scripted {
                let text =
                    "the keys of the redeem script are not group.member_pubkeys in their order";
                found.add(finding(text.to_owned()));
            }
        }
    }
}

/// The x coordinate of a key of 32 or 33 bytes.
fn x_only(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let text = text.strip_prefix("0x").unwrap_or(text);
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    let x = if bytes.len() == 33 { bytes.get(1..)? } else { &bytes };
    x.try_into().ok()
}
