//! Rotation: when a key is due, and how a stranger can tell that the next one is the same owner's.
//!
//! [`policy`] is one pure function of facts, limits and time; every tool asks it. [`continuity`] is the chain of proofs that leads
//! from each version of a key to the next, and that anyone can verify offline. [`secrets`] is how secrets are replaced. None of them does I/O.

pub mod continuity;
pub mod policy;
pub mod secrets;
