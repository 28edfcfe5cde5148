//! What can be wrong with a file, told with its path and what to do about it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;

use crate::kind::Kind;

/// A file could not be used, or was refused because it is not safe to use.
#[derive(Debug, thiserror::Error)]
pub enum FsError {
    /// Nothing has that name.
    #[error("no such file: {}", .0.display())]
    NotFound(PathBuf),
    /// Something has that name already.
    #[error("refusing to overwrite {}", .0.display())]
    Exists(PathBuf),
    /// The path has no file name (`/`, `..`).
    #[error("{} does not name a file", .0.display())]
    NoName(PathBuf),
    /// A symbolic link where the file itself must stand.
    #[error("{} is a symbolic link", .0.display())]
    Symlink(PathBuf),
    /// A directory, FIFO, socket or device.
    #[error("{} is not a regular file", .0.display())]
    NotRegular(PathBuf),
    /// Another name for the same file exists.
    #[error("{} has {links} hard links; a store must have exactly one name", .path.display())]
    HardLinks {
        /// The file.
        path: PathBuf,
        /// How many names it has.
        links: u64,
    },
    /// The file belongs to somebody else.
    #[error("{} belongs to uid {uid}, not to this user or root", .path.display())]
    Owner {
        /// The file or directory.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// Others may read or write the file.
    #[error("{} has mode {mode:04o}; group and others must have no access", .path.display())]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Others may change the file.
    #[error("{} has mode {mode:04o}; only its owner may be able to change it", .path.display())]
    Writable {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Others may replace what is in a directory above the file.
    #[error("directory {} has mode {mode:04o}; others could replace what is in it", .path.display())]
    WritableParent {
        /// The directory.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Larger than the format allows.
    #[error("{} is larger than {limit} bytes", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// Changed while it was read.
    #[error("{} changed while it was being read", .0.display())]
    Changed(PathBuf),
    /// Reads back otherwise than it was written.
    #[error("what was written for {} does not read back the same", .0.display())]
    NotWritten(PathBuf),
    /// No room.
    #[error("no space left for {needed} bytes beside {}", .path.display())]
    Full {
        /// The file that was to be written.
        path: PathBuf,
        /// How many bytes.
        needed: u64,
        /// The system's word: ENOSPC or EDQUOT.
        source: Errno,
    },
    /// Another process holds the lock.
    #[error("{} is locked by another process (waited {} s)", .path.display(), .waited.as_secs())]
    Locked {
        /// The file that was to be locked.
        path: PathBuf,
        /// How long was waited.
        waited: Duration,
    },
    /// The operator stopped the command while it waited.
    #[error("stopped while waiting")]
    Stopped(Kind),
    /// A pipe broke, or cannot be used.
    #[error("cannot {action} the pipe: {source}")]
    Pipe {
        /// What was tried.
        action: &'static str,
        /// The system's word.
        source: Errno,
    },
    /// Any other failure of a system call.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// The system's word.
        source: Errno,
    },
}

impl FsError {
    /// The failure of `action` on `path`.
    pub(super) fn io(action: &'static str, path: &Path, source: Errno) -> Self {
        match source {
            Errno::NOENT => Self::NotFound(path.into()),
            Errno::EXIST => Self::Exists(path.into()),
            Errno::LOOP => Self::Symlink(path.into()),
            _ => Self::Io { action, path: path.into(), source },
        }
    }

    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::NotFound(_) => Kind::NotInitialised,
            Self::Exists(_) => Kind::Exists,
            Self::NoName(_) => Kind::Usage,
            Self::TooLarge { .. } => Kind::Integrity,
            Self::Locked { .. } => Kind::Locked,
            Self::Stopped(kind) => *kind,
            _ => Kind::Io,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        let quoted = |path: &Path| crate::text::shell_quote(&path.display().to_string());
        match self {
            Self::Mode { path, .. } => vec![format!("chmod 600 {}", quoted(path))],
            Self::WritableParent { path, .. } | Self::Writable { path, .. } => {
                vec![format!("chmod go-w {}", quoted(path))]
            }
            Self::Locked { .. } => vec!["try again, or give --lock-timeout 2m".to_owned()],
            Self::Full { path, .. } => {
                let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
                vec![format!("df -h {}", quoted(parent.unwrap_or(Path::new("."))))]
            }
            _ => Vec::new(),
        }
    }
}
