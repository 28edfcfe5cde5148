//! What `--fix` may do: close modes, and make directories that are missing. Both can be undone, and nothing else is touched.

use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::fs::FsError;
use crate::text::shell_quote;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Take rights away from a file or directory.
    Close {
        /// Which.
        path: PathBuf,
        /// What it has.
        from: u32,
        /// What it gets: never a bit that it has not.
        to: u32,
    },
    /// Make a directory of mode 0700.
    Make(PathBuf),
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = |path: &Path| shell_quote(&path.display().to_string());
        match self {
            Self::Close { path, from, to } => {
                write!(f, "chmod {to:o} {} (is {from:04o})", quoted(path))
            }
            Self::Make(path) => write!(f, "mkdir -m 700 {}", quoted(path)),
        }
    }
}

impl Step {
    /// Does it. Links are not followed, and what changed since it was looked at is left alone.
    pub fn take(&self) -> Result<(), FsError> {
        match self {
            Self::Make(path) => rustix::fs::mkdirat(CWD, path, Mode::RWXU)
                .map_err(|source| failed("make", path, source)),
            Self::Close { path, from, to } => {
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let file = rustix::fs::openat(CWD, path, flags, Mode::empty())
                    .map_err(|source| failed("open", path, source))?;
                let stat =
                    rustix::fs::fstat(&file).map_err(|source| failed("examine", path, source))?;
                let kind = FileType::from_raw_mode(stat.st_mode);
                let plain = matches!(kind, FileType::RegularFile | FileType::Directory);
                if !plain || stat.st_mode & 0o7777 != *from {
                    return Err(FsError::Changed(path.clone()));
                }
                rustix::fs::fchmod(&file, Mode::from_raw_mode(*to))
                    .map_err(|source| failed("protect", path, source))
            }
        }
    }
}

fn failed(action: &'static str, path: &Path, source: Errno) -> FsError {
    FsError::Io { action, path: path.into(), source }
}
