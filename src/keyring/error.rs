//! Why something cannot be done with a managed key.

use super::state::State;
use crate::kind::Kind;

/// A managed key cannot be what it would have to be; nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is no id. It is not repeated: somebody may have pasted a key.
    #[error("a key's id is 1 to {max} letters, digits, '.', '_' and '-', and starts with a letter or a digit", max = super::KeyId::MAX_BYTES)]
    Id,
    /// The kind cannot have the role.
    #[error("a key of kind {kind} cannot have the role {role}")]
    RoleOfKind {
        /// The kind.
        kind: &'static str,
        /// The role.
        role: &'static str,
    },
    /// There is no such key.
    #[error("no managed key has that id")]
    NoKey,
    /// There is no such version.
    #[error("the key has no version {0}")]
    NoVersion(u32),
    /// The id was given to a key before.
    #[error("a managed key of that id exists, or existed: an id is never given twice")]
    Exists,
    /// The key was retired.
    #[error("the key is retired")]
    Retired,
    /// NIST SP 800-57 has no such step.
    #[error("a version that is {from} cannot become {to}")]
    Transition {
        /// What it is.
        from: State,
        /// What it was to be.
        to: State,
    },
    /// Without a successor there would be no active version.
    #[error("version {0} is the active one: it needs a successor first")]
    NeedsSuccessor(u32),
    /// The private half is gone.
    #[error("the private half of version {0} was removed")]
    NoPrivateHalf(u32),
    /// The kind, or the role, does not do this.
    #[error("a key of kind {kind} with the role {role} cannot {what}")]
    Purpose {
        /// The kind.
        kind: &'static str,
        /// The role.
        role: &'static str,
        /// What was asked.
        what: &'static str,
    },
    /// A text that could pass for one of our own.
    #[error("the message starts like a text of strongroom's own, which only strongroom signs")]
    OwnText,
    /// Bytes that are no private key of this kind.
    #[error("these bytes are no private key of kind {0}")]
    NotAPrivateKey(&'static str),
    /// The private half does not belong to the public one.
    #[error("the private half of version {0} does not belong to its public key")]
    Mismatch(u32),
    /// The label was used before.
    #[error("the label was used before for a key derived from this one")]
    LabelUsed,
    /// More than the format holds.
    #[error("{0} exceeds what a store can hold")]
    TooMuch(&'static str),
}

impl KeyError {
    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Id | Self::RoleOfKind { .. } | Self::NotAPrivateKey(_) | Self::TooMuch(_) => {
                Kind::Usage
            }
            Self::NoKey | Self::NoVersion(_) | Self::NoPrivateHalf(_) => Kind::NotFound,
            Self::Exists | Self::LabelUsed => Kind::Exists,
            Self::Retired
            | Self::Transition { .. }
            | Self::NeedsSuccessor(_)
            | Self::Purpose { .. }
            | Self::OwnText => Kind::Policy,
            Self::Mismatch(_) => Kind::Integrity,
        }
    }
}
