//! What a command hands back: one value, for people and for scripts.

use serde_json::Value;

use crate::kind::Kind;
use crate::secret::SecretBytes;

/// The version of every JSON object that the tools print. Fields may be added under it, never renamed.
pub const SCHEMA_VERSION: u32 = 1;

/// The answer of a command, not yet printed.
pub struct Answer {
    pub(super) kind: Kind,
    pub(super) body: Body,
    pub(super) json: Value,
}

/// The form for people.
pub(super) enum Body {
    /// Lines; escaped when they are printed.
    Text(String),
    /// Bytes exactly as they are, such as the value that `get` prints.
    Raw(SecretBytes),
    /// All is said.
    Printed,
}

impl Answer {
    /// `text` for people, with its line breaks; `json`, an object, for scripts. `schema_version` is added to it later.
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self { kind: Kind::Ok, body: Body::Text(text.into()), json }
    }

    /// Nothing more to print in either mode: help and version have printed themselves.
    pub(super) fn printed() -> Self {
        Self { kind: Kind::Ok, body: Body::Printed, json: Value::Null }
    }

    /// Nothing to say in text mode; an object in JSON mode.
    pub fn silent(json: Value) -> Self {
        Self::new(String::new(), json)
    }

    /// Bytes that text mode prints exactly. On a terminal they are escaped and end in a line break.
    pub fn raw(bytes: SecretBytes, json: Value) -> Self {
        Self { kind: Kind::Ok, body: Body::Raw(bytes), json }
    }

    /// The same answer with another exit code, such as [`Kind::Findings`].
    #[must_use]
    pub fn ending(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// How the command ends once the answer is printed.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The form for scripts, without `schema_version`.
    pub fn json(&self) -> &Value {
        &self.json
    }
}
