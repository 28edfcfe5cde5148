//! JSON answers against `schemas/*.json`.
//!
//! The schemas leave room for new fields, as the contract does. The tests do not: a field that is answered and not described is
//! a gap in the schema, so every object is closed here before the answer is held against it.

use std::ffi::OsString;

use serde_json::{Value, json};

use super::repository;

/// Checks both streams of a command that was run with `--json`.
pub fn check(args: &[OsString], stdout: &[u8], stderr: &str) {
    if !stdout.is_empty() {
        let answer = serde_json::from_slice(stdout).expect("standard output is one JSON object");
        validate(name(args), &answer);
    }
    for line in stderr.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("prose: {line}"));
        validate(if value.get("error").is_some() { "error" } else { "remark" }, &value);
    }
}

/// The schema of a command's answer.
fn name(args: &[OsString]) -> &'static str {
    let words: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    if words.iter().any(|word| word == "--exit-codes") {
        return "exit-codes";
    }
    if words[0] == "key-rotate" {
        return key_rotate(&words);
    }
    if words[0] == "wallet-backup" {
        return match &*words[1] {
            "create" => "backup-create",
            "verify" => "backup-verify",
            "drill" => "backup-drill",
            "diff" => "backup-diff",
            "restore" => "backup-restore",
            "list" => "backup-list",
            "inspect" => "backup-inspect",
            "prune" => "backup-prune",
            "status" => "backup-status",
            "export" => "backup-export",
            "import" => "backup-import",
            other => panic!("{other} has no schema"),
        };
    }
    match (&*words[1], words.get(2).map(|word| &**word)) {
        ("list", _) => "list",
        ("get", _) if words.iter().any(|word| word == "--out") => "written",
        ("get", _) => "get",
        ("info", _) => "info",
        ("check", _) => "check",
        ("verify", _) => "verify",
        ("keyslot", Some("list")) => "keyslot-list",
        ("inventory", Some("export")) => "inventory-export",
        ("inventory", _) => "inventory-pin",
        ("state", _) => "state-accept-clock",
        ("audit", Some("verify")) => "audit-verify",
        ("audit", Some("show")) => "audit-show",
        ("audit", Some("head")) => "audit-head",
        ("audit", Some("export")) => "audit-export",
        ("audit", Some("anchor")) => "audit-anchor",
        ("audit", Some("rotate")) => "audit-rotate",
        ("audit", Some("repair")) => "audit-repair",
        ("audit", Some("watch")) => "audit-watch",
        ("audit", Some("detect")) => "audit-detect",
        _ => "change",
    }
}

fn key_rotate(words: &[std::borrow::Cow<'_, str>]) -> &'static str {
    match (&*words[1], words.get(2).map(|word| &**word)) {
        ("status", _) => "key-status",
        ("check", _) => "key-check",
        ("due", _) => "key-due",
        ("plan", _) => "key-plan",
        ("history", _) => "key-history",
        ("proof", Some("export")) => "key-proof-export",
        ("proof", _) => "key-proof-verify",
        ("key", Some("list")) => "key-list",
        ("key", Some("show")) => "key-show",
        ("key", Some("tree")) => "key-tree",
        ("key", Some("export")) => "key-export",
        ("key", Some("export-public")) => "key-public",
        ("key", Some("sign")) => "key-sign",
        ("key", Some("verify")) => "key-verify",
        _ => "key-change",
    }
}

/// Holds `value` against `schemas/<name>.json`.
pub fn validate(name: &str, value: &Value) {
    let mut schema = read(name);
    close(&mut schema);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:?} in {value}");
}

/// A committed schema.
#[expect(clippy::disallowed_methods, reason = "a schema is no secret and sets no trap")]
pub fn read(name: &str) -> Value {
    let path = repository("schemas").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Refuses fields that a schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
