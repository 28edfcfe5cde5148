//! The header: how the key is made, the nonce, and in the current layout two times.
//!
//! Both layouts carry the same magic and the same version byte. What tells them apart is the word `RTM1` at offset 73: a
//! file that has it is in the current layout, every other file is in the old one. A legacy file whose ciphertext happens
//! to start with that word (one in four thousand million) fails to open, for us as for Igra.

use super::{Damage, MAGIC};
use crate::crypto::aead::{NONCE_LEN, Nonce};
use crate::crypto::kdf::KdfParams;
use crate::crypto::random::{self, Random, RandomError};

const VERSION: u8 = 1;
const ROTATION_TAG: [u8; 4] = *b"RTM1";
const LEGACY_LEN: usize = 73;
const CURRENT_LEN: usize = 93;

/// The two layouts of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// 93-byte header with times, authenticated as associated data.
    Current,
    /// 73-byte header without times; only salt and costs are bound to the body, through the key.
    Legacy,
}

impl Layout {
    /// Bytes of a header in this layout.
    pub const fn header_len(self) -> usize {
        match self {
            Self::Current => CURRENT_LEN,
            Self::Legacy => LEGACY_LEN,
        }
    }
}

/// When a file was made and when its passphrase last changed, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Written by `init`, kept by everything else.
    pub created_at: u64,
    /// Set when the passphrase changes, kept when secrets do.
    pub last_rotated_at: u64,
}

/// A parsed header. Nothing in it is secret; in the old layout nothing in it is authenticated by itself either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Costs of the key derivation, within our limits.
    pub kdf: KdfParams,
    /// Salt of the key derivation.
    pub salt: [u8; 32],
    /// Nonce of the body.
    pub nonce: Nonce,
    /// The times, which only the current layout has; their absence is what makes a header legacy.
    pub times: Option<Times>,
}

impl Header {
    /// A header in the current layout with a new salt and a new nonce: one for every file written, as Igra does.
    pub fn fresh(
        kdf: KdfParams,
        times: Times,
        random: &mut dyn Random,
    ) -> Result<Self, RandomError> {
        Ok(Self {
            kdf,
            salt: random::bytes(random)?,
            nonce: random::bytes(random)?,
            times: Some(times),
        })
    }

    /// Reads the header at the start of `file` and answers its length too.
    ///
    /// `file` may stop right after the header, so [`Layout::header_len`] of the current layout is enough to read.
    pub fn parse(file: &[u8]) -> Result<(Self, usize), Damage> {
        let mut rest = file;
        let short = || Damage::TooShort { len: file.len(), needed: LEGACY_LEN };
        // A few bytes that are no Igra file at all should not be called a short one.
        if !super::recognises(file) && file.len() >= MAGIC.len() {
            return Err(Damage::Magic);
        }
        take::<4>(&mut rest).ok_or_else(short)?;
        let [version] = take(&mut rest).ok_or_else(short)?;
        if version != VERSION {
            return Err(Damage::Version(version));
        }
        let mut cost = || take(&mut rest).map(u32::from_le_bytes).ok_or_else(short);
        let (m_kib, t, p) = (cost()?, cost()?, cost()?);
        let salt = take(&mut rest).ok_or_else(short)?;
        let nonce = take::<NONCE_LEN>(&mut rest).ok_or_else(short)?;
        let kdf = KdfParams::new(m_kib, t, p).map_err(Damage::Kdf)?;
        if !rest.starts_with(&ROTATION_TAG) {
            return Ok((Self { kdf, salt, nonce, times: None }, LEGACY_LEN));
        }
        let short = || Damage::TooShort { len: file.len(), needed: CURRENT_LEN };
        take::<4>(&mut rest).ok_or_else(short)?;
        let mut time = || take(&mut rest).map(u64::from_le_bytes).ok_or_else(short);
        let times = Times { created_at: time()?, last_rotated_at: time()? };
        Ok((Self { kdf, salt, nonce, times: Some(times) }, CURRENT_LEN))
    }

    /// The bytes of the header: the exact inverse of [`parse`](Self::parse) in both layouts.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(CURRENT_LEN);
        out.extend(MAGIC);
        out.push(VERSION);
        for cost in [self.kdf.m_kib(), self.kdf.t(), self.kdf.p()] {
            out.extend(cost.to_le_bytes());
        }
        out.extend(self.salt);
        out.extend(self.nonce);
        if let Some(times) = self.times {
            out.extend(ROTATION_TAG);
            out.extend(times.created_at.to_le_bytes());
            out.extend(times.last_rotated_at.to_le_bytes());
        }
        out
    }

    /// Which of the two layouts this is.
    pub fn layout(&self) -> Layout {
        if self.times.is_some() { Layout::Current } else { Layout::Legacy }
    }
}

/// Cuts the first `N` bytes off `rest`.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(times: Option<Times>) -> Header {
        Header { kdf: KdfParams::fixed(1024, 2, 3), salt: [7; 32], nonce: [9; 24], times }
    }

    #[test]
    fn both_layouts_come_back_from_their_bytes() {
        for (times, len) in
            [(None, 73), (Some(Times { created_at: 1, last_rotated_at: u64::MAX }), 93)]
        {
            let header = header(times);
            let bytes = header.encode();
            assert_eq!(bytes.len(), len);
            assert_eq!(Header::parse(&bytes), Ok((header, len)));
            assert_eq!(header.layout().header_len(), len);
        }
    }

    #[test]
    fn a_header_cut_anywhere_is_refused() {
        let bytes = header(Some(Times { created_at: 1, last_rotated_at: 2 })).encode();
        for len in (0..73).chain(77..93) {
            assert!(
                matches!(Header::parse(&bytes[..len]), Err(Damage::TooShort { .. })),
                "{len} bytes"
            );
        }
    }

    #[test]
    fn costs_no_honest_file_has_are_refused_before_they_are_paid() {
        let hostile = [
            (u32::MAX, 3, 4),
            (65536, u32::MAX, 4),
            (65536, 3, 0),
            (u32::MAX, 3, 1 << 24),
            (65536, 0, 4),
            (0, 0, 0),
            (31, 3, 4),
        ];
        for (m, t, p) in hostile {
            let mut bytes = header(None).encode();
            for (at, cost) in [(5, m), (9, t), (13, p)] {
                bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(cost));
            }
            assert!(
                matches!(Header::parse(&bytes), Err(Damage::Kdf(_))),
                "m={m} t={t} p={p} is accepted"
            );
        }
    }

    #[test]
    fn another_magic_or_version_is_named() {
        let good = header(None).encode();
        assert_eq!(Header::parse(b"SSRS\x01"), Err(Damage::Magic));
        let mut other = good;
        other[4] = 2;
        assert_eq!(Header::parse(&other), Err(Damage::Version(2)));
    }
}
