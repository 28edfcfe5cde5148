//! The JSON Schema of the configuration, for editors: made of the table of keys.

use serde_json::{Map, Value, json};

use crate::cli::Answer;
use crate::config::keys::{KEYS, Key, Shape};

/// The schema.
pub fn schema() -> Value {
    let mut root = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Configuration of an Igra service, with strongroom's tables",
        "type": "object",
        "properties": {},
        "additionalProperties": false,
    });
    for key in KEYS {
        place(&mut root, &key.path.split('.').collect::<Vec<_>>(), key);
    }
    // An overlay may hold any table of the service, and two under their short names.
    let tables = root["properties"].clone();
    let mut overlay = Map::new();
    if let Value::Object(all) = &tables {
        let ours = crate::config::OUR_TABLES;
        overlay.extend(
            all.iter()
                .filter(|(name, _)| name.as_str() != "profiles" && !ours.contains(&name.as_str()))
                .map(|(name, table)| (name.clone(), table.clone())),
        );
        for name in ["hd", "pskt"] {
            overlay.insert(name.to_owned(), tables["service"]["properties"][name].clone());
        }
    }
    root["properties"]["profiles"]["additionalProperties"] =
        json!({ "type": "object", "properties": overlay, "additionalProperties": false });
    root
}

/// The answer of `--schema`: JSON in either mode.
pub fn answer() -> Answer {
    let schema = schema();
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n";
    Answer::new(text, schema)
}

/// Puts a key where its path leads, making tables on the way.
fn place(table: &mut Value, path: &[&str], key: &Key) {
    let [name, rest @ ..] = path else { return };
    if *name == "*" {
        if !table["additionalProperties"].is_object() {
            table["additionalProperties"] = value_of(key);
        }
        return;
    }
    let (name, many) = (name.trim_end_matches("[]"), name.ends_with("[]"));
    let entry = &mut table["properties"][name];
    if rest.is_empty() {
        *entry = value_of(key);
        return;
    }
    let object = || json!({ "type": "object", "properties": {}, "additionalProperties": false });
    if many {
        if entry.is_null() {
            *entry = json!({ "type": "array", "items": object() });
        }
        return place(&mut entry["items"], rest, key);
    }
    if entry.is_null() {
        *entry = object();
    }
    // A word or a table: the table is the second choice.
    if entry["anyOf"].is_array() {
        return place(&mut entry["anyOf"][1], rest, key);
    }
    place(entry, rest, key);
}

fn value_of(key: &Key) -> Value {
    let mut value = match key.shape {
        Shape::Text | Shape::Path | Shape::Public | Shape::Secret | Shape::Date => {
            json!({ "type": "string" })
        }
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Whole(max) => json!({ "type": "integer", "minimum": 0, "maximum": max }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Duration => json!({ "anyOf": [
            { "type": "string", "pattern": "^[0-9]+[smhd]$" }, { "type": "integer", "minimum": 0 } ] }),
        Shape::Texts | Shape::Publics | Shape::Paths => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        Shape::Commands => {
            let command = json!({ "type": "array", "minItems": 1, "items": { "type": "string" } });
            json!({ "type": "array", "items": command })
        }
        Shape::WordOrTable(words) => json!({ "anyOf": [
            { "enum": words }, { "type": "object", "properties": {}, "additionalProperties": false } ] }),
        Shape::Any => json!({}),
    };
    if let Value::Object(fields) = &mut value {
        fields.insert("description".to_owned(), key.about.into());
        if !key.default.is_empty() {
            fields.insert(
                "markdownDescription".to_owned(),
                format!("{}. Default: {}", key.about, key.default).into(),
            );
        }
    }
    value
}
