//! The state beside a log: the key of the next record, and where the log ended when it was last written.
//!
//! A file of 512 bytes with two slots. They are written in turn, so a torn write leaves the other one; the one with the higher
//! count of valid ones holds; the one that does not is zeroed, since its key would open records that are already written. It is
//! overwritten in place: recording a refusal needs neither free space nor a passphrase.

use super::chain::Id;
use crate::crypto::labels;
use crate::crypto::mac::{self, Hash};
use crate::secret::{DerivedKey, SecretBytes};

/// Bytes of a slot.
pub const SLOT_LEN: usize = 256;
/// Bytes of the file.
pub const LEN: usize = 2 * SLOT_LEN;
const CHECKED: usize = 240;
const MAGIC: [u8; 8] = *b"\x89SRA\r\n\x1a\n";
const VERSION: u16 = 1;

/// Failed attempts, and when the last one was. A ceremony counts here before it evaluates an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lockout {
    /// How many.
    pub attempts: u32,
    /// Tells one boot of the host from another.
    pub boot: [u8; 8],
    /// Milliseconds of that boot's clock.
    pub at: u64,
}

/// What a slot holds.
pub struct AuditState {
    /// Failed attempts.
    pub lockout: Lockout,
    /// The log.
    pub log_id: Id,
    /// Its segment.
    pub segment: Id,
    /// Sequence number of the first record of the segment.
    pub start_seq: u64,
    /// MAC of the record before that.
    pub start_prev: Hash,
    /// Sequence number of the last record.
    pub seq: u64,
    /// Bytes of the log up to and with that record.
    pub offset: u64,
    /// Its MAC.
    pub mac: Hash,
    /// The first half of the SHA-256 of its line.
    pub line_hash: Id,
    /// Key of the next record.
    pub key: DerivedKey,
    /// Which host.
    pub machine: Id,
    /// Which audit root the segment began with; see [`root_id`](super::chain::root_id).
    pub root_id: Id,
    /// How often the file was written. Also says which slot is next.
    pub writes: u64,
}

impl AuditState {
    /// Where in the file this slot stands.
    pub const fn position(&self) -> u64 {
        (self.writes & 1) * SLOT_LEN as u64
    }

    /// Where the other slot stands.
    pub const fn other_position(&self) -> u64 {
        (self.writes & 1 ^ 1) * SLOT_LEN as u64
    }

    /// The bytes of the slot.
    pub fn encode(&self) -> SecretBytes {
        let mut out = SecretBytes::zeroed(SLOT_LEN);
        let mut rest: &mut [u8] = out.expose_mut();
        let parts: [&[u8]; 18] = [
            &MAGIC,
            &VERSION.to_le_bytes(),
            &[0; 2],
            &self.lockout.attempts.to_le_bytes(),
            &self.log_id,
            &self.segment,
            &self.start_seq.to_le_bytes(),
            &self.seq.to_le_bytes(),
            &self.offset.to_le_bytes(),
            &self.writes.to_le_bytes(),
            &self.mac,
            self.key.expose(),
            &self.start_prev,
            &self.machine,
            &self.root_id,
            &self.line_hash,
            &self.lockout.boot,
            &self.lockout.at.to_le_bytes(),
        ];
        for part in parts {
            let (head, tail) = rest.split_at_mut(part.len());
            head.copy_from_slice(part);
            rest = tail;
        }
        let sum = checksum(&out.expose()[..CHECKED]);
        out.expose_mut()[CHECKED..].copy_from_slice(&sum);
        out
    }

    /// Reads the slot that holds; `None` when none does, which is the same as having no file.
    pub fn decode(file: &[u8]) -> Option<Self> {
        let (a, b) = file.split_first_chunk::<SLOT_LEN>()?;
        let b: &[u8; SLOT_LEN] = b.try_into().ok()?;
        let valid = |at: usize, slot| {
            // A slot that does not stand where its count puts it was copied there.
            decode_slot(slot).filter(|state| state.position() == (at * SLOT_LEN) as u64)
        };
        match (valid(0, a), valid(1, b)) {
            (Some(a), Some(b)) if (b.seq, b.writes) > (a.seq, a.writes) => Some(b),
            (Some(a), _) => Some(a),
            (None, b) => b,
        }
    }
}

fn checksum(bytes: &[u8]) -> Id {
    let hash = mac::sha256(&[labels::AUDIT_STATE, bytes]);
    std::array::from_fn(|i| hash[i])
}

/// Takes fixed pieces off the front of a slot.
struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (piece, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(piece)
    }

    fn int(&mut self) -> Option<u64> {
        self.take().copied().map(u64::from_le_bytes)
    }
}

fn decode_slot(slot: &[u8; SLOT_LEN]) -> Option<AuditState> {
    let (content, sum) = slot.split_at(CHECKED);
    if checksum(content) != *sum {
        return None;
    }
    let mut p = Pieces(content);
    if *p.take()? != MAGIC || u16::from_le_bytes(*p.take()?) != VERSION || *p.take()? != [0; 2] {
        return None;
    }
    let attempts = u32::from_le_bytes(*p.take()?);
    let (log_id, segment) = (*p.take()?, *p.take()?);
    let (start_seq, seq, offset, writes) = (p.int()?, p.int()?, p.int()?, p.int()?);
    let mac = *p.take()?;
    let mut key = DerivedKey::zeroed();
    key.expose_mut().copy_from_slice(p.take::<32>()?);
    Some(AuditState {
        log_id,
        segment,
        start_seq,
        seq,
        offset,
        writes,
        mac,
        key,
        start_prev: *p.take()?,
        machine: *p.take()?,
        root_id: *p.take()?,
        line_hash: *p.take()?,
        lockout: Lockout { attempts, boot: *p.take()?, at: p.int()? },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(seq: u64, writes: u64) -> AuditState {
        let mut key = DerivedKey::zeroed();
        key.expose_mut().fill(7);
        AuditState {
            lockout: Lockout { attempts: 2, boot: [3; 8], at: 4 },
            log_id: [5; 16],
            segment: [6; 16],
            start_seq: 1,
            start_prev: [8; 32],
            seq,
            offset: 1000,
            mac: [9; 32],
            line_hash: [10; 16],
            key,
            machine: [11; 16],
            root_id: [12; 16],
            writes,
        }
    }

    fn file(slots: [Option<&AuditState>; 2]) -> Vec<u8> {
        let mut file = vec![0; LEN];
        for (at, slot) in slots.into_iter().enumerate() {
            if let Some(slot) = slot {
                file[at * SLOT_LEN..][..SLOT_LEN].copy_from_slice(slot.encode().expose());
            }
        }
        file
    }

    #[test]
    fn the_slot_that_was_written_last_holds() {
        let (old, new) = (state(4, 8), state(5, 9));
        for (slots, seq) in [
            ([Some(&old), Some(&new)], Some(5)),
            ([Some(&old), None], Some(4)),
            ([None, Some(&new)], Some(5)),
            ([None, None], None),
            // Not where they belong.
            ([Some(&new), Some(&old)], None),
        ] {
            assert_eq!(AuditState::decode(&file(slots)).map(|state| state.seq), seq);
        }
        let same = state(4, 9);
        let read = AuditState::decode(&file([Some(&old), Some(&same)])).expect("a state");
        assert_eq!(read.writes, 9);
        assert_eq!(read.encode().expose(), same.encode().expose());
    }

    #[test]
    fn no_damaged_slot_holds() {
        let whole = file([Some(&state(4, 8)), None]);
        for at in 0..SLOT_LEN {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            assert!(AuditState::decode(&damaged).is_none(), "byte {at}");
        }
        for len in 0..LEN {
            assert!(AuditState::decode(&whole[..len]).is_none());
        }
    }
}
