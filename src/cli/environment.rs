//! What the command line reads from its environment, behind a seam.
//!
//! Three things only, and none of them changes what a command does to a store: where systemd put credentials, whether
//! colour is wanted, and the one variable that an `env:` source names.

use std::ffi::OsString;

/// A view of the environment variables.
pub trait Environment {
    /// The value of one variable.
    fn value(&self, name: &str) -> Option<OsString>;
}

/// The environment of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    #[expect(clippy::disallowed_methods, reason = "the command line's one door to the environment")]
    fn value(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

/// Variables that stand in a list, for tests.
#[derive(Clone, Debug, Default)]
pub struct FixedEnvironment(pub Vec<(String, OsString)>);

impl Environment for FixedEnvironment {
    fn value(&self, name: &str) -> Option<OsString> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    }
}
