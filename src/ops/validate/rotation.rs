//! Facts about managed keys and rotated secrets: what the signed inventory shows of them.

use crate::config::rules::facts::RotatedItem;
use crate::keyring::State;
use crate::ops::keys::rotate::Item;
use crate::store::Header;
use crate::store::inventory::Level;

/// What the inventory shows; nothing when the store shows nothing.
pub fn rotated(header: &Header) -> Option<Vec<RotatedItem>> {
    let inventory = &header.inventory;
    if inventory.level == Level::None {
        return None;
    }
    let keys = inventory.keys.iter().map(|key| {
        let replaced = key.versions.iter().filter(|v| v.state == State::Deactivated);
        RotatedItem {
            name: key.id.to_string(),
            role: Some(key.role),
            since: key.active.map(|(_, since)| since),
            uses: key.uses,
            limits: key.limits,
            compromised: key.is_compromised(),
            left_over: replaced.filter_map(|version| version.keep_until).min(),
        }
    });
    let secrets = inventory.secrets.iter().map(|secret| RotatedItem {
        name: Item::Secret(secret.label.clone()).to_string(),
        role: None,
        since: Some(secret.since),
        uses: 0,
        limits: secret.limits,
        compromised: false,
        left_over: secret.keep_until,
    });
    Some(keys.chain(secrets).collect())
}
