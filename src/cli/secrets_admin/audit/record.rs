//! A record for people and for scripts, and in the words of an Igra service.

use serde_json::{Map, Value, json};

use crate::audit::line::{Line, text};
use crate::audit::record::Phase;
use crate::audit::select::Spot;
use crate::ops::audit_log::detect::actor;

/// Every field of a record, and where it stands.
pub fn full(spot: Spot<'_>, line: &Line<'_>) -> Value {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            fields.insert(key.to_owned(), value);
        }
    };
    let words = |raw: &str| Value::from(text(raw).into_owned());
    put("seq", line.at.seq.into());
    put("ts", line.ts.into());
    put("event", words(line.event));
    put("phase", line.phase.name().into());
    put("object", line.object.map(words).into());
    put("object_version", line.object_version.into());
    put("exit", line.exit.into());
    put("actor", actor(line).into());
    put("uid", line.uid.into());
    put("loginuid", line.loginuid.into());
    put("user", line.user.map(words).into());
    put("tty", line.tty.map(words).into());
    put("pid", line.pid.into());
    put("host", words(line.host));
    put("boot", line.boot.into());
    put("tool", words(line.tool));
    put("version", words(line.version));
    put("network", line.net.into());
    put("store_id", line.store_id.into());
    put("generation", line.generation.into());
    put("digest", line.digest.into());
    put("corr", line.corr.into());
    put("reason", line.reason.map(words).into());
    put("log_id", hex(&line.at.log_id).into());
    put("segment", hex(&line.at.segment).into());
    put("prev", hex(&line.at.prev).into());
    put("mac", hex(&line.mac).into());
    put("file", spot.file.into());
    put("offset", spot.offset.into());
    Value::Object(fields)
}

/// The envelope of Igra's own key log, whose field names existing filters know. `None` for what that log has no word for: what
/// is only intended, what concerns the store as a whole, and the log about itself.
pub fn igra(line: &Line<'_>) -> Option<Value> {
    let nanos = line.ts.parse::<jiff::Timestamp>().ok()?.as_nanosecond();
    let timestamp = u64::try_from(nanos).ok()?;
    let event = text(line.event);
    if line.phase == Phase::Intent {
        return None;
    }
    let result = match line.phase {
        Phase::Done => json!({ "result": "Success" }),
        _ => json!({ "result": "Failure", "error": line.exit.unwrap_or("ERROR") }),
    };
    let access = |operation: &str| {
        let name = line.object.map_or_else(|| "*".to_owned(), |name| text(name).into_owned());
        Some(json!({ "event_type": "secret_access", "event": {
            "timestamp": timestamp,
            "request_id": line.at.seq,
            "secret_name": name,
            "backend": "file",
            "operation": operation,
            "result": result,
            "caller_module": text(line.tool),
        }}))
    };
    let lifecycle = |operation: &str| {
        // This envelope has no result, so only what was done is an event.
        (line.phase == Phase::Done).then(|| {
            json!({ "event_type": "lifecycle", "event": {
                "timestamp": timestamp,
                "key_ref": line.object.map(|name| text(name).into_owned()).unwrap_or_default(),
                "operation": operation,
                "operator": actor(line),
            }})
        })
    };
    match &*event {
        "secret.get" => access("Get"),
        "secret.list" => access("List"),
        "secret.set" => lifecycle(match line.object_version {
            None | Some(1) => "Created",
            Some(_) => "Rotated",
        }),
        "secret.remove" => lifecycle("Deleted"),
        "key.create" => lifecycle("Created"),
        "key.rotate" => lifecycle("Rotated"),
        "key.revoke" | "keyslot.revoke" => lifecycle("Revoked"),
        _ => None,
    }
}
