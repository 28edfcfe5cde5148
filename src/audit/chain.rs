//! The chain of keys: one key for each record, each the only way to the next, none the way back.
//!
//! ```text
//! A_start = HKDF(audit root, salt = segment id, "…audit segment" || log id || start seq || prev)
//! mac_n   = HMAC(SHA-256(A_n || "…log line"), line without mac)
//! A_n+1   = SHA-256(A_n || "…log next")
//! ```
//!
//! A step is SHA-256 and not HKDF, because a verifier takes as many as the log has records, and one compression each is a quarter of
//! what HKDF takes. `docs/formats/audit-v1.md` says why that is enough.

use crate::crypto::labels;
use crate::crypto::mac::{self, Hash};
use crate::memory;
use crate::secret::DerivedKey;

/// Tells a log, or a segment of one, from others.
pub type Id = [u8; 16];

/// Where a segment begins. Everything in it goes into its first key, so none of it can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentStart {
    /// The log.
    pub log_id: Id,
    /// The segment: fresh random bytes.
    pub segment: Id,
    /// Sequence number of its first record.
    pub seq: u64,
    /// MAC of the record before it; zeros when there is none.
    pub prev: Hash,
}

/// The key of the next record.
pub struct Chain {
    key: DerivedKey,
    next: DerivedKey,
    record: DerivedKey,
}

impl Chain {
    /// The first key of a segment.
    pub fn start(root: &DerivedKey, start: &SegmentStart) -> Self {
        let mut chain = Self::empty();
        let seq = start.seq.to_le_bytes();
        let info = [labels::AUDIT_SEGMENT, &start.log_id, &seq, &start.prev];
        // Fails only for more than 8160 bytes.
        let _ = mac::hkdf(root.expose(), &start.segment, &info, chain.key.expose_mut());
        chain
    }

    /// A chain that goes on with `key`.
    pub fn resume(key: &[u8; 32]) -> Self {
        let mut chain = Self::empty();
        chain.key.expose_mut().copy_from_slice(key);
        chain
    }

    /// A second chain at the same point, to try what may have to be given up.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::resume(self.key.expose())
    }

    fn empty() -> Self {
        Self { key: DerivedKey::zeroed(), next: DerivedKey::zeroed(), record: DerivedKey::zeroed() }
    }

    /// The MAC of the next record, whose line without the MAC is `body`. Moves on; the key is gone.
    pub fn seal(&mut self, body: &[u8]) -> Hash {
        let mac = self.mac(body);
        std::mem::swap(&mut self.key, &mut self.next);
        mac
    }

    /// Whether `mac` is that of the next record. Moves on only if it is.
    #[must_use]
    pub fn accept(&mut self, body: &[u8], mac: &Hash) -> bool {
        let accepted = mac::same(&self.mac(body), mac);
        if accepted {
            std::mem::swap(&mut self.key, &mut self.next);
        }
        accepted
    }

    /// Passes over one record.
    pub fn skip(&mut self) {
        mac::step(self.key.expose(), labels::AUDIT_NEXT, self.next.expose_mut());
        std::mem::swap(&mut self.key, &mut self.next);
    }

    /// The key, for the state file.
    pub const fn key(&self) -> &DerivedKey {
        &self.key
    }

    /// The MAC of `body` as the next record. The old key is overwritten when the step after the next one is derived, at the latest when
    /// the chain is dropped.
    fn mac(&mut self, body: &[u8]) -> Hash {
        mac::step(self.key.expose(), labels::AUDIT_RECORD, self.record.expose_mut());
        mac::step(self.key.expose(), labels::AUDIT_NEXT, self.next.expose_mut());
        mac::hmac(self.record.expose(), &[body])
    }

    /// Wipes what the derivations left behind: the key that was, and the stack they ran on.
    pub fn forget(&mut self) {
        self.next.expose_mut().fill(0);
        self.record.expose_mut().fill(0);
        memory::scrub_stack();
    }
}

/// What tells one audit root from another without giving it away.
pub fn root_id(root: &DerivedKey) -> Id {
    let hash = mac::sha256(&[labels::AUDIT_ROOT, root.expose()]);
    std::array::from_fn(|i| hash[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Chain {
        let start = SegmentStart { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
        Chain::start(&DerivedKey::zeroed(), &start)
    }

    #[test]
    fn a_record_is_accepted_in_its_place_and_nowhere_else() {
        let mut writer = chain();
        let macs = [writer.seal(b"one"), writer.seal(b"two")];
        let mut reader = chain();
        assert!(!reader.accept(b"two", &macs[1]));
        assert!(!reader.accept(b"onf", &macs[0]));
        assert!(reader.accept(b"one", &macs[0]));
        assert!(!reader.accept(b"one", &macs[0]));
        assert!(reader.accept(b"two", &macs[1]));
        let mut late = chain();
        late.skip();
        assert!(late.accept(b"two", &macs[1]));
    }

    #[test]
    fn both_keys_are_plain_sha_256() {
        let mut walker = chain();
        let key = *walker.key.expose();
        let record = mac::sha256(&[&key, b"strongroom/v1 log line\0"]);
        let next = mac::sha256(&[&key, b"strongroom/v1 log next\0"]);
        assert_eq!(walker.seal(b"text"), mac::hmac(&record, &[b"text"]));
        assert_eq!(walker.key.expose(), &next);
        walker.forget();
        assert_eq!(walker.next.expose(), &[0; 32]);
    }

    #[test]
    fn everything_about_a_segment_goes_into_its_first_key() {
        let root = DerivedKey::zeroed();
        let start = SegmentStart { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
        let other = [
            SegmentStart { log_id: [9; 16], ..start },
            SegmentStart { segment: [9; 16], ..start },
            SegmentStart { seq: 2, ..start },
            SegmentStart { prev: [9; 32], ..start },
        ];
        let first = *Chain::start(&root, &start).key.expose();
        for other in other {
            assert_ne!(*Chain::start(&root, &other).key.expose(), first, "{other:?}");
        }
    }
}
