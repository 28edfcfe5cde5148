//! What can be wrong with an Igra file, or with what is to become one.

use super::{MAX_ENTRIES, MAX_FILE, MAX_NAME, MAX_VALUE};
use crate::crypto::kdf::KdfError;
use crate::kind::Kind;

/// Why an Igra file cannot be opened or sealed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum IsecError {
    /// The tag does not match: another passphrase, or another byte anywhere in the file. The two cannot be told apart.
    #[error("wrong passphrase, or the Igra secrets file was changed after it was written")]
    AuthenticationFailed,
    /// The bytes are not a file of this format.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A write in the layout of the first release.
    #[error("the old layout of Igra secrets files (73-byte header) is read only")]
    LegacyLayout,
    /// A name to be stored is longer than any reader of ours accepts.
    #[error("the secret name has {len} bytes; an Igra secrets file may hold up to {MAX_NAME}")]
    NameTooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// A value to be stored is longer than any reader of ours accepts.
    #[error("the value has {len} bytes; an Igra secrets file may hold up to {MAX_VALUE}")]
    ValueTooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// More entries to be stored than any reader of ours accepts.
    #[error("an Igra secrets file may hold up to {MAX_ENTRIES} secrets")]
    TooManyEntries,
    /// The file to be written is larger than any reader of ours accepts.
    #[error("the Igra secrets file would have {len} bytes; the limit is {MAX_FILE}")]
    FileTooLarge {
        /// Its length in bytes.
        len: usize,
    },
    /// The host has no such memory free.
    #[error("the host cannot give {} KiB of memory for the Igra secrets file", .0.div_ceil(1024))]
    OutOfMemory(usize),
}

/// Why bytes are not an Igra file. All are found before or after decryption, never by guessing around a wrong key.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Ends before its header, or before the shortest body.
    #[error("the Igra secrets file is too short: {len} bytes, at least {needed} are needed")]
    TooShort {
        /// Bytes there are.
        len: usize,
        /// Bytes the shortest file of this layout has.
        needed: usize,
    },
    /// Larger than the cap.
    #[error("the Igra secrets file has {len} bytes; the limit is {MAX_FILE}")]
    TooLarge {
        /// Bytes there are.
        len: usize,
    },
    /// Does not start with `ISEC`.
    #[error("not an Igra secrets file: it does not start with ISEC")]
    Magic,
    /// A version byte other than 1.
    #[error("the Igra secrets file has version {0}; only version 1 is known")]
    Version(u8),
    /// Costs outside the limits. Igra's reader has no upper limit, so this is also where a hostile file ends.
    #[error("the Igra secrets file asks for a key derivation that is refused")]
    Kdf(#[source] KdfError),
    /// The map ends inside a length, a name or a value.
    #[error("the decrypted map ends in the middle of an entry")]
    MapTruncated,
    /// A count above the cap, or above what the rest of the map could hold.
    #[error("the decrypted map claims {0} entries, more than the limit or than fit in the file")]
    Count(u64),
    /// A name length above the cap.
    #[error("the decrypted map holds a name of {0} bytes; the limit is {MAX_NAME}")]
    NameLength(u64),
    /// A value length above the cap.
    #[error("the decrypted map holds a value of {0} bytes; the limit is {MAX_VALUE}")]
    ValueLength(u64),
    /// A name that is not UTF-8.
    #[error("the decrypted map holds a name that is not valid UTF-8")]
    NameNotUtf8,
    /// One name twice. Igra's reader silently keeps one of the two values.
    #[error("the decrypted map holds one name twice")]
    DuplicateName,
    /// Bytes after the last entry, which Igra's reader ignores and its next write drops.
    #[error("the decrypted map is followed by {0} bytes that belong to nothing")]
    TrailingBytes(usize),
}

impl IsecError {
    /// How a command that meets this error ends.
    pub fn kind(&self) -> Kind {
        match self {
            Self::AuthenticationFailed => Kind::WrongPassphrase,
            Self::Damaged(_) => Kind::Integrity,
            Self::LegacyLayout => Kind::Unsupported,
            Self::NameTooLong { .. }
            | Self::ValueTooLong { .. }
            | Self::TooManyEntries
            | Self::FileTooLarge { .. } => Kind::Usage,
            Self::OutOfMemory(_) => Kind::Io,
        }
    }
}
