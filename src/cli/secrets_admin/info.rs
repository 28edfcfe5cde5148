//! `secrets-admin info`: what can be said of a store without a passphrase.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::answer;
use crate::backup::ArchiveId;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure};
use crate::clock::Timestamp;
use crate::ops::StoreFile;
use crate::ops::locate::Sealed;
use crate::ops::signed::{self, Freshness, Pin};

/// Show what a store says of itself; needs no passphrase
///
/// The signature over the whole file is checked. Whether the key that made it is the right one is told apart: "pinned" means
/// that this host, or the configuration, knows it.
#[derive(clap::Args)]
pub struct Args {
    /// The store
    file: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let setup = Setup::new(context)?;
    let path = setup.store(args.file.as_ref())?;
    let mut desk = setup.looking_desk();
    // `info` tells, it never refuses: a stated network changes nothing.
    desk.settings.network = None;
    let file = StoreFile::find(&desk, &path)?;
    let (text, json) = match file.sealed() {
        Sealed::Native(store) => {
            let report = signed::examine(&desk, &file)?;
            let header = store.header();
            let mut text = format!(
                "format       strongroom-v1\nnetwork      {}\nstore id     {}\ngeneration   {} (key epoch {})\nwritten      {}\nstore key    {} ({})\nfreshness    {}\n",
                header.network,
                header.store_id,
                header.generation,
                header.key_epoch,
                header.written_at,
                header.store_key,
                report.pin.name(),
                report.freshness.name(),
            );
            for slot in &header.slots {
                let costs = slot.info.kdf.map(|kdf| kdf.params.to_string()).unwrap_or_default();
                let _ =
                    writeln!(text, "keyslot {:<4} {} {costs}", slot.info.id, slot.info.kind.name());
            }
            for (claim, generation) in &header.inventory.claims {
                let _ = writeln!(text, "claim        {} (generation {generation})", claim.name());
            }
            if let Some(backup) = header.inventory.backup {
                let (at, of) = (backup.at, backup.content_generation);
                let verified =
                    backup.verified.map_or(String::new(), |(at, _)| format!(", verified {at}"));
                let _ = writeln!(text, "backup       {at} (content of generation {of}){verified}");
            }
            if let Some(drill) = header.inventory.drill {
                let _ = writeln!(text, "drill        {} ({})", drill.at, drill.kind.name());
            }
            (text, native_json(&file, &report))
        }
        Sealed::Igra { header, bytes } => {
            let times = header.times;
            let shown = |nanos: u64| Timestamp::from_unix(nanos / 1_000_000_000).to_string();
            let mut text = format!(
                "format       {}\nkdf          {}\nsize         {} bytes\n",
                file.format().name(),
                header.kdf,
                bytes.len()
            );
            if let Some(times) = times {
                let _ = write!(
                    text,
                    "created      {}\npassphrase   changed {}\n",
                    shown(times.created_at),
                    shown(times.last_rotated_at)
                );
            }
            text.push_str(
                "freshness    an Igra file has no generation: an older copy cannot be told\n",
            );
            let json = json!({
                "format": file.format().name(),
                "network": null,
                "generation": null,
                "keyslots": [{ "id": 0, "kind": "passphrase", "kdf": answer::kdf_json(header.kdf) }],
                "created_at": times.map(|times| times.created_at),
                "last_rotated_at": times.map(|times| times.last_rotated_at),
                "freshness": "unsupported",
                "inventory": null,
            });
            (text, json)
        }
    };
    Ok(Answer::new(text, json))
}

fn native_json(file: &StoreFile, report: &signed::Report) -> Value {
    let Sealed::Native(store) = file.sealed() else { return Value::Null };
    let header = store.header();
    let slots: Vec<Value> = header
        .slots
        .iter()
        .map(|slot| {
            json!({
                "id": slot.info.id,
                "kind": slot.info.kind.name(),
                "created": slot.info.created.to_string(),
                "kdf": slot.info.kdf.map(|kdf| answer::kdf_json(kdf.params)),
            })
        })
        .collect();
    json!({
        "format": file.format().name(),
        "network": header.network.name(),
        "store_id": header.store_id.to_string(),
        "generation": header.generation,
        "content_generation": header.content_generation,
        "key_epoch": header.key_epoch,
        "written_at": header.written_at.to_string(),
        "store_key": header.store_key.to_string(),
        "keyslots": slots,
        "freshness": report.freshness.name(),
        "inventory": inventory_json(&header.inventory, report),
    })
}

/// The inventory and how far it can be trusted.
pub fn inventory_json(
    inventory: &crate::store::inventory::Inventory,
    report: &signed::Report,
) -> Value {
    let claims: serde_json::Map<String, Value> = inventory
        .claims
        .iter()
        .map(|(claim, generation)| (claim.name().to_owned(), (*generation).into()))
        .collect();
    let slots: serde_json::Map<String, Value> = inventory
        .strong_slots
        .iter()
        .map(|(slot, generation)| (slot.to_string(), (*generation).into()))
        .collect();
    let backup = inventory.backup.map(|backup| {
        json!({
            "at": backup.at.to_string(),
            "content_generation": backup.content_generation,
            "archive": ArchiveId(backup.archive).to_string(),
            "verified": backup.verified.map(|(at, archive)| {
                json!({ "at": at.to_string(), "archive": ArchiveId(archive).to_string() })
            }),
        })
    });
    let drill = inventory.drill.map(|drill| {
        json!({
            "at": drill.at.to_string(),
            "duration_ms": drill.duration_ms,
            "kind": drill.kind.name(),
            "archive": ArchiveId(drill.archive).to_string(),
        })
    });
    json!({
        "level": inventory.level.name(),
        "claims": claims,
        "strong_keyslots": slots,
        "backup": backup,
        "drill": drill,
        "signature": "valid",
        "pin": report.pin.name(),
        "authenticated": report.pin == Pin::Trusted && report.freshness == Freshness::Current,
    })
}
