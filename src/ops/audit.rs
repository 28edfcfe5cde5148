//! The hooks of the audit log: where a transaction says what it is about to do, and what became of it.
//!
//! The order of a commit is fixed around these calls; see [`transaction`](super::transaction). [`Unaudited`] fills them while
//! no log is kept.

use crate::kind::Kind;
use crate::store::header::AuditHead;

/// What a command does, as a record names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The verb, such as `secret.set`.
    pub name: &'static str,
    /// What it is done to: a secret's name, a slot's number. Never a value.
    pub object: Option<String>,
    /// The operator's reason.
    pub reason: Option<String>,
}

impl Event {
    /// An event about `object`.
    pub fn new(name: &'static str, object: Option<String>) -> Self {
        Self { name, object, reason: None }
    }
}

/// The record cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the audit log cannot be written: {0}")]
pub struct AuditError(pub String);

/// A log that actions are recorded in.
pub trait Audit {
    /// Records, durably, that `event` is about to change `generation`. The head goes into the new header.
    fn intent(&self, event: &Event, generation: u64) -> Result<AuditHead, AuditError>;
    /// Records that the last intent was carried out.
    fn done(&self, event: &Event, generation: u64) -> Result<(), AuditError>;
    /// Records that a secret is about to be released.
    fn release(&self, event: &Event) -> Result<(), AuditError>;
    /// Records a refusal or a failure.
    fn failed(&self, event: &Event, kind: Kind) -> Result<(), AuditError>;
}

/// Keeps no log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unaudited;

impl Audit for Unaudited {
    fn intent(&self, _: &Event, _: u64) -> Result<AuditHead, AuditError> {
        Ok(AuditHead::default())
    }

    fn done(&self, _: &Event, _: u64) -> Result<(), AuditError> {
        Ok(())
    }

    fn release(&self, _: &Event) -> Result<(), AuditError> {
        Ok(())
    }

    fn failed(&self, _: &Event, _: Kind) -> Result<(), AuditError> {
        Ok(())
    }
}
