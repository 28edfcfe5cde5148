//! Argon2id (RFC 9106, version 0x13): the only way from a passphrase to a key.
//!
//! Costs come from files that an attacker may have written, so they pass [`KdfParams::new`] and a [`Ceiling`] before one
//! byte is allocated. Readers have ceilings and no floor (an old or foreign slot must open); floors bind writers and stand
//! in the network policy.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::memory::{self, Region};

/// Bytes in one KiB-sized Argon2 block.
const BLOCK: usize = 1024;

/// Argon2id costs within the limits of the formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParams {
    m_kib: u32,
    t: u32,
    p: u32,
}

/// Why costs are refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KdfError {
    /// Outside what the formats allow.
    #[error(
        "key derivation cost m={m_kib},t={t},p={p} is outside the limits (m 8..=4194304 KiB and at least 8*p, t 1..=64, p 1..=16)"
    )]
    OutOfRange {
        /// Memory in KiB.
        m_kib: u32,
        /// Passes.
        t: u32,
        /// Lanes.
        p: u32,
    },
    /// One derivation would take more memory than this run allows.
    #[error("key derivation needs {} MiB of memory, more than the {} MiB this command may take", .needed_kib >> 10, .allowed_kib >> 10)]
    TooMuchMemory {
        /// What the slot asks for.
        needed_kib: u32,
        /// What the run allows.
        allowed_kib: u32,
    },
    /// All derivations together would take too long.
    #[error("opening would take more than 32 GiB-passes of key derivation over all keyslots")]
    TooMuchWork,
    /// The host has no such memory free.
    #[error("the host cannot give {} MiB of memory for key derivation", .0 >> 10)]
    OutOfMemory(u32),
    /// The primitive refused its input (salt shorter than 8 bytes).
    #[error("the key derivation input is not acceptable")]
    Input,
}

impl KdfParams {
    /// Largest memory cost: 4 GiB.
    pub const MAX_M_KIB: u32 = 4 << 20;
    /// Most passes.
    pub const MAX_T: u32 = 64;
    /// Most lanes.
    pub const MAX_P: u32 = 16;

    /// Memory in KiB, passes and lanes; refused outside the limits above or below 8 KiB a lane.
    pub const fn new(m_kib: u32, t: u32, p: u32) -> Result<Self, KdfError> {
        if m_kib > Self::MAX_M_KIB
            || t == 0
            || t > Self::MAX_T
            || p == 0
            || p > Self::MAX_P
            || m_kib < 8 * p
        {
            return Err(KdfError::OutOfRange { m_kib, t, p });
        }
        Ok(Self { m_kib, t, p })
    }

    /// Costs written in the source, checked when it is compiled.
    pub const fn fixed(m_kib: u32, t: u32, p: u32) -> Self {
        assert!(m_kib <= Self::MAX_M_KIB && t > 0 && t <= Self::MAX_T);
        assert!(p > 0 && p <= Self::MAX_P && m_kib >= 8 * p);
        Self { m_kib, t, p }
    }

    /// Memory in KiB.
    pub const fn m_kib(self) -> u32 {
        self.m_kib
    }

    /// Passes over the memory.
    pub const fn t(self) -> u32 {
        self.t
    }

    /// Lanes.
    pub const fn p(self) -> u32 {
        self.p
    }

    /// True when memory and passes are both at least those of `floor`.
    pub const fn meets(self, floor: Self) -> bool {
        self.m_kib >= floor.m_kib && self.t >= floor.t
    }

    /// The costs raised to `floor` where they are below it.
    #[must_use]
    pub fn raised_to(self, floor: Self) -> Self {
        Self { m_kib: self.m_kib.max(floor.m_kib), t: self.t.max(floor.t), p: self.p }
    }

    /// Work of one derivation: KiB times passes.
    pub const fn work(self) -> u64 {
        self.m_kib as u64 * self.t as u64
    }
}

impl std::fmt::Display for KdfParams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "m={},t={},p={}", self.m_kib, self.t, self.p)
    }
}

/// How much key derivation one run may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// Memory for one derivation, in KiB.
    pub memory_kib: u32,
}

impl Ceiling {
    /// Work of all derivations of one run: 32 GiB-passes, in KiB-passes.
    const WORK: u64 = 32 << 20;

    /// Checks every derivation a run is about to make, before the first one.
    pub fn admit(self, planned: impl IntoIterator<Item = KdfParams>) -> Result<(), KdfError> {
        let mut work = 0_u64;
        for params in planned {
            if params.m_kib > self.memory_kib {
                return Err(KdfError::TooMuchMemory {
                    needed_kib: params.m_kib,
                    allowed_kib: self.memory_kib,
                });
            }
            work = work.saturating_add(params.work());
        }
        if work > Self::WORK { Err(KdfError::TooMuchWork) } else { Ok(()) }
    }
}

impl Default for Ceiling {
    /// 1 GiB for one derivation; `--max-kdf-mem` raises it.
    fn default() -> Self {
        Self { memory_kib: 1 << 20 }
    }
}

/// Derives `out` from `password` and `salt`. The matrix is one region of our own; it comes back wiped, as room for others.
pub fn argon2id(
    params: KdfParams,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
) -> Result<Region, KdfError> {
    let bounds = Params::new(params.m_kib, params.t, params.p, Some(out.len()))
        .map_err(|_| KdfError::Input)?;
    let len = usize::try_from(params.m_kib).map_err(|_| KdfError::Input)? * BLOCK;
    let mut matrix = Region::bulk(len).map_err(|_| KdfError::OutOfMemory(params.m_kib))?;
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, bounds)
        .hash_password_into_with_memory(password, salt, out, matrix.as_argon2_blocks())
        .map_err(|_| KdfError::Input);
    // Blake2b keeps the passphrase in a block buffer on the stack.
    memory::scrub_stack();
    derived.map(|()| matrix.into_spare())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_outside_the_limits_are_refused() {
        for (m, t, p) in [(7, 1, 1), (8, 0, 1), (8, 1, 0), (15, 1, 2), (8, 65, 1), (1 << 23, 1, 1)]
        {
            assert!(KdfParams::new(m, t, p).is_err(), "m={m} t={t} p={p}");
        }
        assert!(KdfParams::new(8, 1, 1).is_ok());
        assert!(KdfParams::new(KdfParams::MAX_M_KIB, 64, 16).is_ok());
    }

    #[test]
    fn the_ceiling_counts_every_slot_before_the_first_derivation() {
        let gib = KdfParams::new(1 << 20, 16, 1).expect("in range");
        let ceiling = Ceiling::default();
        assert_eq!(ceiling.admit([gib, gib]), Ok(()));
        assert_eq!(ceiling.admit([gib, gib, gib]), Err(KdfError::TooMuchWork));
        let two_gib = KdfParams::new(2 << 20, 1, 1).expect("in range");
        assert!(matches!(ceiling.admit([two_gib]), Err(KdfError::TooMuchMemory { .. })));
        assert_eq!(Ceiling { memory_kib: 2 << 20 }.admit([two_gib]), Ok(()));
    }

    #[test]
    fn raising_to_a_floor_keeps_what_is_higher() {
        let slot = KdfParams::new(65536, 1, 4).expect("in range");
        let floor = KdfParams::new(19456, 2, 1).expect("in range");
        assert_eq!(slot.raised_to(floor), KdfParams::new(65536, 2, 4).expect("in range"));
        assert!(!slot.meets(floor));
        assert!(slot.raised_to(floor).meets(floor));
    }
}
