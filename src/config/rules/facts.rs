//! What the rules look at besides the configuration: plain data, gathered elsewhere.
//!
//! Every part may be missing, since not every run looks at everything. What was not looked at is told as such and never as good.

use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::table::{Id, Severity};
use crate::clock::Timestamp;
use crate::crypto::kdf::KdfParams;

/// Everything that was looked at.
#[derive(Debug, Default)]
pub struct Facts {
    /// Variables of this process.
    pub process: Vec<Variable>,
    /// Variables of the service's configuration layer that mean nothing, with what is wrong and how bad it can be.
    pub layer: Vec<(String, String, Severity)>,
    /// Unit files and their kin.
    pub units: Vec<Unit>,
    /// Files and directories; nothing when they were left out.
    pub files: Option<Files>,
    /// The store; nothing when it was left out.
    pub store: Option<Store>,
    /// The host; nothing when it was left out.
    pub host: Option<Host>,
}

/// A variable of the environment. Its value is kept only where it cannot be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, safe to print.
    pub name: String,
    /// True when the name marks a carrier of secrets (`IGRA_SECRET__` and the like).
    pub carrier: bool,
    /// The value, of names on a short list only.
    pub value: Option<String>,
    /// True when nothing stands in it.
    pub blank: bool,
    /// False when what stands in it is no UTF-8.
    pub utf8: bool,
    /// Where it is set, when that is not this process: a file and a line.
    pub line: Option<(String, usize)>,
}

/// Stands for a value that was not kept because it looks like a secret.
pub const SECRET_VALUE: &str = "\u{0}secret";

/// A unit, crontab, compose file or file of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its path.
    pub path: String,
    /// Variables that it sets.
    pub variables: Vec<Variable>,
    /// Command lines with their line numbers, as words.
    pub commands: Vec<(usize, Vec<String>)>,
    /// Settings such as `User`, by name; the last one holds.
    pub settings: Vec<(String, String, usize)>,
    /// True for a systemd service, whose defaults are known.
    pub is_service: bool,
}

impl Unit {
    /// A setting.
    pub fn setting(&self, name: &str) -> Option<(&str, usize)> {
        let found = self.settings.iter().rev().find(|(key, _, _)| key == name);
        found.map(|(_, value, line)| (value.as_str(), *line))
    }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The configuration.
    Config,
    /// The secrets file or store.
    Secrets,
    /// The service's directory.
    DataDir,
    /// The service's log of key use.
    AuditLog,
    /// The directory of that log.
    AuditDir,
    /// Our own audit log, or the state beside it.
    OurLog,
    /// The directory of our own log.
    OurLogDir,
    /// The directory of logs.
    LogDir,
    /// Where rollback state is kept.
    StateDir,
}

impl Role {
    /// Whether some rule asks what room is there. Logs are judged by their directories.
    pub const fn wants_room(self) -> bool {
        matches!(self, Self::Secrets | Self::DataDir | Self::AuditDir | Self::OurLogDir)
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

/// A path that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFact {
    /// What it is for.
    pub role: Role,
    /// Where.
    pub path: PathBuf,
    /// What stands there; nothing when nothing does.
    pub found: Option<Found>,
    /// What a program finds there that follows links: the same but for a link, and nothing where a link leads nowhere.
    pub followed: Option<Found>,
    /// Why it could not be looked at.
    pub unreadable: Option<String>,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What.
    pub kind: Kind,
    /// Which: the device and the number that it has there.
    pub id: (u64, u64),
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// What its file system says; nothing when it says nothing, or [nobody asks](Role::wants_room).
    pub volume: Option<Volume>,
    /// Bytes of the file.
    pub size: u64,
}

/// What a file system says of itself at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Volume {
    /// True in memory.
    pub in_memory: bool,
    /// Free bytes for others than root.
    pub free: u64,
    /// Free inodes, where they are counted.
    pub inodes: Option<u64>,
}

/// All files that were looked at, with what the checks of the running tools say of them.
#[derive(Debug, Default)]
pub struct Files {
    /// Each path.
    pub all: Vec<FileFact>,
    /// What the checks found, ready to be graded.
    pub findings: Vec<Finding>,
    /// Files beside the configuration and the store that hold a secret in the clear, and what it looks like.
    pub leaks: Vec<(String, &'static str)>,
    /// Leftovers beside the store.
    pub leftovers: Vec<PathBuf>,
    /// Directories for backups.
    pub backup_dirs: Vec<BackupDir>,
    /// Paths inside a work tree of git.
    pub work_tree: Vec<String>,
    /// The service's secrets file, read for what its header says.
    pub igra: Option<IgraFile>,
}

/// What the header of the service's secrets file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IgraFile {
    /// True when it could be read.
    pub readable: bool,
    /// True when it is a store of our own format.
    pub is_ours: bool,
    /// When its passphrase last changed, if the header says so.
    pub rotated: Option<Timestamp>,
}

impl Files {
    /// The fact about a role.
    pub fn of(&self, role: Role) -> Option<&FileFact> {
        self.all.iter().find(|fact| fact.role == role)
    }
}

/// What is known of the store.
#[derive(Debug, Default)]
pub struct Store {
    /// Its path.
    pub path: String,
    /// What the rules on stores found, ready to be graded.
    pub findings: Vec<Finding>,
    /// True when the secrets were examined, inside or by claims that can be relied on.
    pub examined: bool,
    /// What the answers about secrets rest on.
    pub basis: String,
    /// What it records of backups; nothing when it records none, or cannot be relied on.
    pub backups: Option<Backups>,
    /// Managed keys and rotated secrets; nothing when the store tells nothing of them, or cannot be relied on.
    pub rotated: Option<Vec<RotatedItem>>,
    /// Rules that could not be decided.
    pub undecided: Vec<Id>,
}

/// What a store records of its backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backups {
    /// The generation of its secrets now.
    pub content_generation: u64,
    /// When the last backup was made, and the generation of the secrets in it.
    pub last: Option<(Timestamp, u64)>,
    /// When one was last restored in a drill.
    pub drilled: Option<Timestamp>,
    /// Epochs of the data key: in the newest archive of the store that lies in a directory for backups, and in the store.
    pub epochs: Option<(u32, u32)>,
}

/// A managed key or a rotated secret, as the inventory shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotatedItem {
    /// Its id, or `secret:` and its label.
    pub name: String,
    /// What a key is for; nothing for a secret.
    pub role: Option<crate::keyring::Role>,
    /// When the active version began to be used; nothing for a retired key.
    pub since: Option<Timestamp>,
    /// How often it was used.
    pub uses: u64,
    /// The limits that the store was written under.
    pub limits: crate::keyring::Limits,
    /// Whether others may have a version that is still there.
    pub compromised: bool,
    /// When the next of the versions that were replaced was to be removed.
    pub left_over: Option<Timestamp>,
}

/// A directory for backups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupDir {
    /// Its path, safe to print.
    pub path: String,
    /// Whether it lies on the file system of the store; nothing when it is not there.
    pub beside_the_store: Option<bool>,
    /// Archives in it, by their headers, which nobody has authenticated.
    pub archives: Vec<ArchiveFact>,
    /// Files in it that are not encrypted, safe to print, and why that is thought.
    pub plain: Vec<(String, String)>,
    /// Why it could not be looked into.
    pub closed: Option<String>,
}

/// An archive in a directory for backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveFact {
    /// Its path, safe to print.
    pub path: String,
    /// What each of its keyslots that derive costs.
    pub costs: Vec<KdfParams>,
}

/// Facts about the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// Swap areas on plain devices or files.
    pub plain_swap: Vec<String>,
    /// `kernel.core_pattern`, when it pipes or names a file.
    pub core_pattern: Option<String>,
    /// `fs.suid_dumpable`.
    pub suid_dumpable: Option<u32>,
    /// True when the kernel offers suspend to disk.
    pub hibernation: bool,
    /// `kernel.yama.ptrace_scope`; nothing without yama.
    pub ptrace_scope: Option<u32>,
    /// Protections of links that are off.
    pub unprotected: Vec<&'static str>,
    /// True when `/etc/ld.so.preload` has content.
    pub preload: bool,
    /// Whether a time daemon says that the clock is right; nothing when none is known.
    pub synchronised: Option<bool>,
    /// Memory that is available, in bytes.
    pub memory: Option<u64>,
}

/// Rules are about paths as they are on the host, whatever `--root` says.
pub fn display(path: &Path) -> String {
    crate::text::escape(&path.display().to_string())
}
