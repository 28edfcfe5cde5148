//! How a command can end: one frozen table of names and exit codes.
//!
//! Every error of the library knows its [`Kind`]. The command line turns a kind into an exit code, JSON errors carry its
//! name, and the audit log records nothing of a failure but this token.

/// The kind of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Done.
    Ok,
    /// A check found something, or a failure without a kind of its own.
    Findings,
    /// The command line or the configuration is wrong.
    Usage,
    /// No such store, archive or file.
    NotInitialised,
    /// Another process holds the lock.
    Locked,
    /// No keyslot opens.
    WrongPassphrase,
    /// Damaged, tampered, truncated, or of an unknown version.
    Integrity,
    /// No such secret, key, version or slot.
    NotFound,
    /// Refuses to overwrite.
    Exists,
    /// Refused by the network mode.
    Policy,
    /// Too many failed attempts.
    LockedOut,
    /// The file is older than what this host has seen.
    Rollback,
    /// A question that nobody is there to answer.
    InputNeeded,
    /// The audit log cannot be written, or its chain is broken.
    Audit,
    /// Disk full, permission, device.
    Io,
    /// A backend or peer cannot be reached.
    Unavailable,
    /// Not possible here, or not in this build.
    Unsupported,
    /// Stopped by SIGINT.
    Interrupted,
    /// Stopped by SIGTERM or SIGHUP.
    Terminated,
}

/// Whether trying again without changing anything can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It cannot.
    No,
    /// It may at once.
    Yes,
    /// It may after a stated time.
    Later,
    /// It depends on the cause.
    Maybe,
}

impl Kind {
    /// All kinds, by exit code.
    pub const ALL: [Self; 19] = [
        Self::Ok,
        Self::Findings,
        Self::Usage,
        Self::NotInitialised,
        Self::Locked,
        Self::WrongPassphrase,
        Self::Integrity,
        Self::NotFound,
        Self::Exists,
        Self::Policy,
        Self::LockedOut,
        Self::Rollback,
        Self::InputNeeded,
        Self::Audit,
        Self::Io,
        Self::Unavailable,
        Self::Unsupported,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The row of the table: exit code, name, retry, meaning.
    const fn row(self) -> (u8, &'static str, Retry, &'static str) {
        use Retry::{Later, Maybe, No, Yes};
        match self {
            Self::Ok => (0, "OK", No, "done"),
            Self::Findings => {
                (1, "FINDINGS", No, "a check found something, or it failed otherwise")
            }
            Self::Usage => (2, "USAGE", No, "wrong command line or configuration"),
            Self::NotInitialised => (10, "NOT_INITIALISED", No, "no such store, archive or file"),
            Self::Locked => (11, "LOCKED", Yes, "another process holds the lock"),
            Self::WrongPassphrase => (12, "WRONG_PASSPHRASE", No, "no keyslot opens"),
            Self::Integrity => {
                (13, "INTEGRITY", No, "damaged, tampered, truncated or of an unknown version")
            }
            Self::NotFound => (14, "NOT_FOUND", No, "no such secret, key, version or slot"),
            Self::Exists => (15, "EXISTS", No, "refuses to overwrite"),
            Self::Policy => (16, "POLICY", No, "refused by the network mode"),
            Self::LockedOut => (17, "LOCKED_OUT", Later, "too many failed attempts"),
            Self::Rollback => (
                18,
                "ROLLBACK",
                No,
                "older than, or another line of history than, this host has seen",
            ),
            Self::InputNeeded => {
                (19, "INPUT_NEEDED", No, "an answer is needed and nobody can be asked")
            }
            Self::Audit => {
                (20, "AUDIT", No, "the audit log cannot be written or its chain is broken")
            }
            Self::Io => (21, "IO", Maybe, "disk full, permission, device"),
            Self::Unavailable => (22, "UNAVAILABLE", Yes, "a backend or peer cannot be reached"),
            Self::Unsupported => {
                (23, "UNSUPPORTED", No, "not possible for this file, or not in this build")
            }
            Self::Interrupted => (130, "INTERRUPTED", No, "stopped by the interrupt signal"),
            Self::Terminated => (143, "TERMINATED", No, "stopped by the terminate signal"),
        }
    }

    /// The exit code.
    pub const fn code(self) -> u8 {
        self.row().0
    }

    /// The upper-case name, as JSON errors and `--exit-codes` print it.
    pub const fn name(self) -> &'static str {
        self.row().1
    }

    /// Whether a retry can help.
    pub const fn retry(self) -> Retry {
        self.row().2
    }

    /// One line of explanation.
    pub const fn meaning(self) -> &'static str {
        self.row().3
    }
}
