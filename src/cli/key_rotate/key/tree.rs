//! `key-rotate key tree`: which key comes from which, and which vouches for which.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::reading;
use crate::cli::key_rotate::words;
use crate::cli::{Answer, Context, Failure};
use crate::keyring::{Key, KeyKind, Keyring, PublicHalf, Role};
use crate::ops::audit::Event;

/// Show which key comes from which, and which vouches for which
#[derive(clap::Args)]
#[command(override_usage = "key-rotate key tree [OPTIONS] [STORE]")]
pub struct Args {
    /// The store
    #[arg(value_name = "STORE")]
    words: Vec<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let store = words::store_alone(context, &args.words)?;
    let (ring, network) =
        reading(context, store, Event::new("key.list", None), |store, network| {
            Ok((store.keyring().clone(), network))
        })?;
    let mut text = String::new();
    let mut rows = Vec::new();
    for key in ring.iter().filter(|key| parent(&ring, key).is_none()) {
        branch(&ring, key, 0, &mut text, &mut rows);
    }
    Ok(Answer::new(text, json!({ "network": network.name(), "keys": rows })))
}

/// The key that this one stands below, and how.
fn parent<'a>(ring: &'a Keyring, key: &'a Key) -> Option<(&'a str, &'static str)> {
    if let Some(origin) = &key.origin {
        return Some((origin.parent.as_str(), "derived from"));
    }
    if key.kind != KeyKind::X25519 {
        return None;
    }
    let identity = ring.iter().find(|key| key.role == Role::Identity && key.retired.is_none())?;
    Some((identity.id.as_str(), "vouched for by"))
}

fn branch(ring: &Keyring, key: &Key, depth: usize, text: &mut String, rows: &mut Vec<Value>) {
    let above = parent(ring, key);
    let public = key.active().map(|v| PublicHalf { kind: key.kind, bytes: &v.public });
    let name = public.and_then(PublicHalf::fingerprint);
    let label = key.origin.as_ref().map(|origin| origin.label.as_str());
    let indent = "  ".repeat(depth);
    let _ = write!(text, "{indent}{}  {}  {}", key.id, key.kind.name(), key.role.name());
    match (above, label) {
        (Some((_, how)), Some(label)) => drop(write!(text, "  ({how} it for {label})")),
        (Some((_, how)), None) => drop(write!(text, "  ({how} it)")),
        (None, _) => {}
    }
    let _ = writeln!(text, "  {}", name.as_deref().unwrap_or("-"));
    rows.push(json!({
        "id": key.id.as_str(),
        "kind": key.kind.name(),
        "role": key.role.name(),
        "parent": above.map(|(parent, _)| parent),
        "relation": above.map(|(_, how)| how),
        "label": label,
        "fingerprint": name,
        "retired": key.retired.is_some(),
    }));
    // A key stands below one that was there before it, so this comes to an end.
    for child in ring.iter() {
        if child.id != key.id
            && parent(ring, child).is_some_and(|(above, _)| above == key.id.as_str())
        {
            branch(ring, child, depth + 1, text, rows);
        }
    }
}
