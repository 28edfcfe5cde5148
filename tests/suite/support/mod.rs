//! What several scenarios share.

pub mod pty;
