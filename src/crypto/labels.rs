//! Domain separation: every label that enters a derivation, a MAC or a signature.
//!
//! Labels are ASCII, end in one zero byte, and none is a prefix of another, so no input of one purpose can be read as the
//! input of another. A new format version gets new labels.

use super::mac::STEP_LABEL;

/// Whether `text` starts like a label. A text that an operator brings to be signed must not.
pub fn is_own(text: &[u8]) -> bool {
    text.starts_with(b"strongroom/")
}

/// Derives the key that wraps the data key in a slot.
pub const SLOT_WRAP: &[u8] = b"strongroom/v1 slot wrap\0";
/// Derives the commitment key of a slot, and starts the committed text.
pub const SLOT_COMMIT: &[u8] = b"strongroom/v1 slot commit\0";
/// Derives the key of the header MAC.
pub const HEADER: &[u8] = b"strongroom/v1 header\0";
/// Derives the key that hedges salts and nonces against a broken generator.
pub const HEDGE: &[u8] = b"strongroom/v1 hedge\0";
/// Derives the key of one commit's payload.
pub const PAYLOAD: &[u8] = b"strongroom/v1 payload\0";
/// Derives the key that seals single values.
pub const VALUES: &[u8] = b"strongroom/v1 values\0";
/// Starts the associated data of a sealed value.
pub const VALUE: &[u8] = b"strongroom/v1 value\0";
/// Starts the text that the store signing key signs.
pub const STORE_FILE: &[u8] = b"strongroom/v1 store file\0";
/// Starts the state file.
pub const STATE: &[u8] = b"strongroom/v1 state\0";

/// Derives the first key of a segment of an audit log.
pub const AUDIT_SEGMENT: &[u8] = b"strongroom/v1 audit segment\0";
/// Derives the key that authenticates one audit record.
pub const AUDIT_RECORD: &[u8; STEP_LABEL] = b"strongroom/v1 log line\0";
/// Derives the key of the next audit record.
pub const AUDIT_NEXT: &[u8; STEP_LABEL] = b"strongroom/v1 log next\0";
/// Starts the text of the checksum of an audit state.
pub const AUDIT_STATE: &[u8] = b"strongroom/v1 audit state\0";
/// Starts the text that tells audit roots apart.
pub const AUDIT_ROOT: &[u8] = b"strongroom/v1 audit root\0";
/// Starts the text that tells hosts apart.
pub const AUDIT_MACHINE: &[u8] = b"strongroom/v1 audit machine\0";

/// Derives the key that seals the private halves of managed keys.
pub const MANAGED_KEYS: &[u8] = b"strongroom/v1 managed keys\0";
/// Starts the associated data of a sealed private half.
pub const MANAGED_KEY: &[u8] = b"strongroom/v1 managed key\0";
/// Starts the information that a key is derived from another with.
pub const DERIVED_KEY: &[u8] = b"strongroom/v1 derived key\0";
/// Starts the text that a link of a continuity proof signs.
pub const CONTINUITY: &[u8] = b"strongroom/v1 continuity\0";
/// Starts a file of continuity proofs.
pub const PROOF_FILE: &[u8] = b"strongroom/v1 proof file\0";
/// Derives the key of an archive's header MAC.
pub const ARCHIVE_HEADER: &[u8] = b"strongroom/v1 archive header\0";
/// Derives the key that hedges an archive's salt against a broken generator.
pub const ARCHIVE_HEDGE: &[u8] = b"strongroom/v1 archive hedge\0";
/// Derives the key of an archive's chunks.
pub const ARCHIVE_STREAM: &[u8] = b"strongroom/v1 archive stream\0";

/// Derives the key of the file of a wrapped key.
pub const WRAPPED_KEY: &[u8] = b"strongroom/v1 wrapped key\0";
/// Starts what a host remembers of a store's archives.
pub const ARCHIVE_MEMORY: &[u8] = b"strongroom/v1 archive memory\0";

/// Starts the state of a verification that can go on, and derives the key that authenticates it.
pub const ARCHIVE_RESUME: &[u8] = b"strongroom/v1 archive resume\0";

/// Every label, so that a test can hold the rule for all of them.
pub const ALL: &[&[u8]] = &[
    SLOT_WRAP,
    SLOT_COMMIT,
    HEADER,
    HEDGE,
    PAYLOAD,
    VALUES,
    VALUE,
    STORE_FILE,
    STATE,
    AUDIT_SEGMENT,
    AUDIT_RECORD,
    AUDIT_NEXT,
    AUDIT_STATE,
    AUDIT_ROOT,
    AUDIT_MACHINE,
    MANAGED_KEYS,
    MANAGED_KEY,
    DERIVED_KEY,
    CONTINUITY,
    PROOF_FILE,
    ARCHIVE_HEADER,
    ARCHIVE_HEDGE,
    ARCHIVE_STREAM,
    WRAPPED_KEY,
    ARCHIVE_MEMORY,
    ARCHIVE_RESUME,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_ascii_end_in_one_zero_and_none_starts_another() {
        for (i, label) in ALL.iter().enumerate() {
            let (last, text) = label.split_last().expect("not empty");
            assert_eq!(*last, 0);
            assert!(is_own(text));
            assert!(text.iter().all(|b| b.is_ascii_graphic() || *b == b' '));
            for (j, other) in ALL.iter().enumerate() {
                assert!(i == j || !other.starts_with(label), "{label:?} starts {other:?}");
            }
        }
    }
}
