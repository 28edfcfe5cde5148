//! Failures as the operator sees them: what went wrong, and what to run next.
//!
//! Every typed error of the library becomes one [`Failure`] here, and this is the only place that renders one. The message is
//! one line, lowercase, without a final period; it names the object, never the secret and never what was typed. A hint is
//! a command one can run, or the flag that is missing.

use std::error::Error;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::escape::{escape, json_line};
use crate::kind::Kind;

/// Why a command ends without its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    kind: Kind,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// A failure of `kind`. `message` may hold text from files: it is escaped when it is rendered.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// A wrong command line or configuration (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// A refusal by the network mode (exit 16).
    pub fn policy(message: impl Into<String>) -> Self {
        Self::new(Kind::Policy, message)
    }

    /// A question that nobody is there to answer (exit 19).
    pub fn input_needed(message: impl Into<String>) -> Self {
        Self::new(Kind::InputNeeded, message)
    }

    /// A failed system call: `what` says on which object, in the form `cannot read /path` (exit 21).
    pub fn io(what: impl std::fmt::Display, cause: impl Into<std::io::Error>) -> Self {
        Self::new(Kind::Io, format!("{what}: {}", plain(&cause.into())))
    }

    /// Stopped by a signal: `kind` is [`Kind::Interrupted`] or [`Kind::Terminated`].
    pub fn stopped(kind: Kind) -> Self {
        Self::new(kind, kind.meaning())
    }

    /// A typed error with its causes, outermost first. A cause that the text before it already states is left out.
    pub fn from_error(kind: Kind, error: &dyn Error, hints: Vec<String>) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !message.contains(&text) {
                let _ = write!(message, ": {text}");
            }
            cause = inner.source();
        }
        Self { kind, message, hints }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same failure, with more behind its message.
    #[must_use]
    pub fn adding(mut self, text: &str) -> Self {
        self.message += text;
        self
    }

    /// The same failure, told in one line.
    #[must_use]
    pub fn without_hints(mut self) -> Self {
        self.hints.clear();
        self
    }

    /// The same failure as one of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// What the exit code is made of.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The message, not yet escaped.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The hints, not yet escaped.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The lines for people: one `TOOL: error:`, then a `TOOL: hint:` for each hint.
    pub fn to_text(&self, tool: &str) -> String {
        let mut text = format!("{tool}: error: {}\n", escape(&self.message));
        for hint in &self.hints {
            let _ = writeln!(text, "{tool}: hint: {}", escape(hint));
        }
        text
    }

    /// The line for scripts. `hint` is the first hint or null; `hints` holds all of them.
    pub fn to_json(&self) -> String {
        json_line(&json!({ "error": {
            "code": self.kind.code(),
            "name": self.kind.name(),
            "message": self.message,
            "hint": self.hints.first().map_or(Value::Null, |hint| Value::from(hint.as_str())),
            "hints": self.hints,
        }}))
    }
}

impl From<crate::crypto::random::RandomError> for Failure {
    fn from(error: crate::crypto::random::RandomError) -> Self {
        Self::from_error(Kind::Io, &error, Vec::new())
    }
}

/// The system's words for an error, lowercase and without Rust's `(os error N)`.
fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last_slot() -> Failure {
        Failure::policy("keyslot 0 is the last one that can open this store")
            .hint("add a second keyslot first: secrets-admin keyslot add")
    }

    #[test]
    fn text_is_one_error_line_and_one_line_for_each_hint() {
        assert_eq!(
            last_slot().to_text("secrets-admin"),
            "secrets-admin: error: keyslot 0 is the last one that can open this store\n\
             secrets-admin: hint: add a second keyslot first: secrets-admin keyslot add\n"
        );
    }

    #[test]
    fn json_carries_code_name_message_and_hint() {
        let value: Value = serde_json::from_str(&last_slot().to_json()).unwrap();
        assert_eq!(value["error"]["code"], 16);
        assert_eq!(value["error"]["name"], "POLICY");
        assert_eq!(value["error"]["message"], last_slot().message());
        assert_eq!(value["error"]["hint"], last_slot().hints()[0]);
        let bare: Value = serde_json::from_str(&Failure::usage("no").to_json()).unwrap();
        assert_eq!(bare["error"]["hint"], Value::Null);
    }

    #[test]
    fn hostile_text_stays_on_its_line() {
        let text = Failure::usage("no secret a\nsecrets-admin: ok\x1b[2J").to_text("t");
        assert_eq!(text, "t: error: no secret a\\u{a}secrets-admin: ok\\u{1b}[2J\n");
    }

    #[test]
    fn causes_are_told_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read the state")]
        struct Outer(#[source] std::io::Error);
        let failure =
            Failure::from_error(Kind::Io, &Outer(std::io::Error::other("disk on fire")), vec![]);
        assert_eq!(failure.message(), "cannot read the state: disk on fire");
    }

    #[test]
    fn system_errors_read_like_our_own() {
        let failure = Failure::io("cannot open a", std::io::Error::from_raw_os_error(13));
        assert_eq!(failure.message(), "cannot open a: permission denied");
    }
}
