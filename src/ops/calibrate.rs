//! Pick a memory cost for about one second of key derivation on this host.

use std::time::{Duration, Instant};

use super::{Desk, OpError};
use crate::crypto::kdf::{self, KdfParams};

/// How long opening a store should take.
const TARGET: Duration = Duration::from_secs(1);
/// Memory of the trial run: large enough to leave every cache, small enough to take a fraction of the target.
const TRIAL_KIB: u32 = 64 << 10;

/// Costs with the passes and lanes of `base` and memory for `TARGET`, in whole MiB, never below `floor` and never above what
/// this run allows or a quarter of the host's memory.
pub fn calibrate(desk: &Desk<'_>, base: KdfParams, floor: KdfParams) -> Result<KdfParams, OpError> {
    let trial = KdfParams::new(TRIAL_KIB, base.t(), base.p())?;
    let mut out = [0; 32];
    // The first run pays for the pages; the second is what an operator will feel.
    let mut best = Duration::MAX;
    for _ in 0..2 {
        desk.check_stop()?;
        let start = Instant::now();
        kdf::argon2id(trial, b"calibration", &[0; 32], &mut out)?;
        best = best.min(start.elapsed());
    }
    let fits = u64::from(TRIAL_KIB) * u64::try_from(TARGET.as_micros()).unwrap_or(u64::MAX)
        / u64::try_from(best.as_micros().max(1)).unwrap_or(1);
    let host = rustix::system::sysinfo();
    let quarter = host.totalram.saturating_mul(u64::from(host.mem_unit.max(1))) / 4 / 1024;
    let most = quarter.min(u64::from(desk.settings.ceiling.memory_kib));
    let mib = u32::try_from(fits.min(most) >> 10).unwrap_or(u32::MAX >> 10);
    Ok(KdfParams::new((mib << 10).max(8 * base.p()), base.t(), base.p())?.raised_to(floor))
}
