//! Managed keys: the state machine against a model, continuity proofs against forgers, and the answers of other programs.

mod proofs;
mod published;
mod state_machine;
mod wrapped;
