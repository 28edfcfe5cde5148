//! `--exit-codes`: the frozen table, from the one place that defines it.

use std::fmt::Write as _;

use serde_json::json;

use super::answer::Answer;
use crate::kind::{Kind, Retry};

/// All exit codes, by number.
pub fn table() -> Answer {
    let retry = |kind: Kind| match kind.retry() {
        Retry::No => "no",
        Retry::Yes => "yes",
        Retry::Later => "later",
        Retry::Maybe => "maybe",
    };
    let mut text = String::from("CODE  NAME              RETRY  MEANING\n");
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let (code, name, meaning) = (kind.code(), kind.name(), kind.meaning());
        let _ = writeln!(text, "{code:>4}  {name:<16}  {:<5}  {meaning}", retry(kind));
        rows.push(json!({"code": code, "name": name, "retry": retry(kind), "meaning": meaning}));
    }
    Answer::new(text, json!({ "exit_codes": rows }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        let answer = table();
        let rows = answer.json()["exit_codes"].as_array().unwrap();
        assert_eq!(rows.len(), Kind::ALL.len());
        assert_eq!(rows[5]["code"], 12);
        assert_eq!(rows[5]["name"], "WRONG_PASSPHRASE");
        assert_eq!(rows[4]["retry"], "yes");
    }
}
