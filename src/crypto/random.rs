//! Randomness: the kernel's generator behind a trait, so that golden vectors can be made with known bytes.

/// The generator could not deliver; nothing may be sealed.
#[derive(Debug, thiserror::Error)]
#[error("the system's random number generator failed")]
pub struct RandomError(#[from] getrandom::Error);

/// A source of bytes that nobody can predict.
pub trait Random {
    /// Fills `out`.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError>;
}

/// The kernel's generator, `getrandom(2)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        Ok(getrandom::fill(out)?)
    }
}

/// `N` fresh bytes for a salt, a nonce or an id. Not for keys: those are filled in place.
pub fn bytes<const N: usize>(random: &mut dyn Random) -> Result<[u8; N], RandomError> {
    let mut out = [0; N];
    random.fill(&mut out)?;
    Ok(out)
}
