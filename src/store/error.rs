//! What can be wrong with a store's bytes, or with opening them.

use crate::cbor::CborError;
use crate::crypto::kdf::KdfError;
use crate::crypto::random::RandomError;
use crate::kind::Kind;
use crate::passphrase::PassphraseError;

/// A store cannot be read, opened or sealed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The first bytes are not those of a store.
    #[error("not a strongroom store")]
    NotAStore,
    /// The first bytes are not those of a wrapped key.
    #[error("not a wrapped key of key-rotate key export")]
    NotAWrappedKey,
    /// A version this build does not know.
    #[error("store format version {0} is not known to this build")]
    UnknownVersion(u16),
    /// Shorter than its own lengths say, or with bytes after the end.
    #[error("the file is truncated or has trailing bytes")]
    Length,
    /// A length or count above the limit of the format.
    #[error("{0} exceeds the limit of the format")]
    Limit(&'static str),
    /// What is to be stored is longer, or more, than the format holds.
    #[error("{0} exceeds what a store can hold")]
    TooMuch(&'static str),
    /// The encoding is not the canonical one.
    #[error("damaged {part}: {source}")]
    Encoding {
        /// Which part.
        part: &'static str,
        /// What is wrong with it.
        source: CborError,
    },
    /// A field holds what no writer writes.
    #[error("damaged store: {0}")]
    Field(&'static str),
    /// The signature over the file does not hold.
    #[error("the file's signature does not hold: it is damaged or was changed")]
    Signature,
    /// The header does not belong to the data key.
    #[error("the header was changed by somebody without the data key")]
    HeaderMac,
    /// The payload or a value does not authenticate.
    #[error("{0} does not authenticate: it is damaged or was changed")]
    Unauthentic(&'static str),
    /// No keyslot that was tried opens. One message for a wrong passphrase, a wrong slot and a changed slot.
    #[error("no keyslot opens with this passphrase")]
    WrongPassphrase,
    /// `--slot` names no slot.
    #[error("keyslot {0} does not exist")]
    NoSuchSlot(u16),
    /// Another command gave the slot another secret, or removed it.
    #[error("keyslot {0} was changed by another command meanwhile")]
    SlotChanged(u16),
    /// The last slot cannot go.
    #[error("keyslot {0} is the last one that can open this store")]
    LastSlot(u16),
    /// The slots that could open need a keyfile.
    #[error("every keyslot of this store needs a keyfile beside the passphrase")]
    KeyfileNeeded,
    /// The slots that could open are of kinds this build cannot use.
    #[error("keyslot {id} is of kind {kind}, which this build cannot use")]
    UnsupportedSlot {
        /// The first such slot.
        id: u16,
        /// Its kind.
        kind: &'static str,
    },
    /// The passphrase itself is unusable.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// The key derivation is refused or failed.
    #[error(transparent)]
    Kdf(#[from] KdfError),
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The file cannot be read. What its owner says of it is inside.
    #[error("the store cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// Not enough memory for the file.
    #[error("the host cannot give {0} bytes of memory for the store")]
    Memory(usize),
}

impl StoreError {
    /// Maps an encoding error of `part`.
    pub(super) const fn encoding(part: &'static str) -> impl Fn(CborError) -> Self {
        move |source| Self::Encoding { part, source }
    }

    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::WrongPassphrase => Kind::WrongPassphrase,
            Self::NoSuchSlot(_) => Kind::NotFound,
            Self::LastSlot(_) => Kind::Policy,
            Self::SlotChanged(_) => Kind::Locked,
            Self::KeyfileNeeded => Kind::InputNeeded,
            Self::UnsupportedSlot { .. } => Kind::Unsupported,
            Self::Passphrase(_) | Self::TooMuch(_) => Kind::Usage,
            Self::Kdf(error) => kdf_kind(error),
            Self::Random(_) | Self::Read(_) | Self::Memory(_) => Kind::Io,
            _ => Kind::Integrity,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Kdf(KdfError::TooMuchMemory { needed_kib, .. }) => {
                vec![format!("if you trust this file, add --max-kdf-mem {}", needed_kib >> 10)]
            }
            Self::Kdf(KdfError::TooMuchWork) => vec!["try one keyslot: add --slot N".to_owned()],
            Self::SlotChanged(_) => vec!["run the same command again".to_owned()],
            Self::KeyfileNeeded => vec!["add --keyfile FILE".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// The kind of a refused or failed key derivation.
pub const fn kdf_kind(error: &KdfError) -> Kind {
    match error {
        KdfError::OutOfRange { .. } | KdfError::TooMuchWork | KdfError::TooMuchMemory { .. } => {
            Kind::Integrity
        }
        KdfError::OutOfMemory(_) | KdfError::Input => Kind::Io,
    }
}
