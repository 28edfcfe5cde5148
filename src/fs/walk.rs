//! From a path to a [`Place`]: an open directory and a name in it.
//!
//! The walk starts at the root and opens one component at a time without following links. A link on the way is followed by
//! hand, and only if root or a trusted user owns it; since the directory it stands in has been judged too, nobody else can
//! have planted it. The last component is never followed.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::checks::{self, Ancestor, Parents, Trust};
use super::{FsError, HostDirectory};

/// Links that may be followed on the way, as in the kernel.
const MAX_LINKS: usize = 40;

/// A name in an open directory.
pub struct Place {
    directory: HostDirectory,
    name: OsString,
    path: PathBuf,
    chain: Vec<Ancestor>,
    trust: Trust,
}

impl Place {
    /// Resolves `path`. The directory must exist; the file need not.
    pub fn resolve(path: &Path, trust: Trust) -> Result<Self, FsError> {
        let no_name = || FsError::NoName(path.into());
        // `file_name` sees through a trailing slash or dot, which would turn a mistyped directory into a file name.
        let bytes = path.as_os_str().as_encoded_bytes();
        if bytes.ends_with(b"/") || bytes.ends_with(b"/.") {
            return Err(no_name());
        }
        let name = path.file_name().ok_or_else(no_name)?.to_owned();
        let (fd, chain) = open_directory(path.parent().unwrap_or(Path::new("")), trust)?;
        let path = path.to_path_buf();
        Ok(Self { directory: HostDirectory::new(fd, &path, trust)?, name, path, chain, trust })
    }

    /// The place of another path, without a walk, if it is in the same directory by name.
    pub fn beside(&self, path: &Path) -> Option<Self> {
        let bytes = path.as_os_str().as_encoded_bytes();
        let name = path.file_name()?;
        let (its, ours) = (path.parent()?.as_os_str(), self.path.parent()?.as_os_str());
        if its != ours || !bytes.ends_with(name.as_encoded_bytes()) {
            return None;
        }
        Some(Self {
            directory: self.directory.clone(),
            name: name.into(),
            path: path.into(),
            chain: self.chain.clone(),
            trust: self.trust,
        })
    }

    /// The directory that holds the file.
    pub const fn directory(&self) -> &HostDirectory {
        &self.directory
    }

    /// The directory, for a holder that outlives the place.
    pub fn into_parts(self) -> (HostDirectory, OsString) {
        (self.directory, self.name)
    }

    /// The name in the directory.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// The path as it was given, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Judges every directory above, for a file that belongs to `owner`.
    pub fn check_parents(&self, owner: u32) -> Result<Parents, FsError> {
        checks::ancestors(&self.chain, owner, self.trust)
    }

    /// As [`check_parents`](Self::check_parents), but only for the directory that holds `top` and those below it: the root of
    /// an image of a host, which may lie anywhere.
    pub fn check_parents_below(&self, top: &Self, owner: u32) -> Result<Parents, FsError> {
        let above = top.chain.len().saturating_sub(1);
        checks::ancestors(self.chain.get(above..).unwrap_or(&self.chain), owner, self.trust)
    }

    /// Who a new file here should belong to: the caller, or, for root in a service's own directory, that service.
    ///
    /// A store that root makes for a service must be readable by the service.
    pub fn owner_of_new(&self) -> u32 {
        match self.chain.last() {
            Some(dir) if self.trust.caller == 0 => dir.uid,
            _ => self.trust.caller,
        }
    }
}

/// Opens the directory at `path` and returns it with everything that was passed on the way, itself included.
pub(super) fn open_directory(
    path: &Path,
    trust: Trust,
) -> Result<(OwnedFd, Vec<Ancestor>), FsError> {
    let absolute =
        std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path })
            .map_err(|source| FsError::Io {
                action: "resolve",
                path: path.into(),
                source: Errno::from_io_error(&source).unwrap_or(Errno::INVAL),
            })?;
    let root = rustix::fs::open("/", DIRECTORY, Mode::empty())
        .map_err(|source| FsError::io("open", Path::new("/"), source))?;
    let mut walk = Walk { open: vec![], chain: vec![], here: PathBuf::from("/"), links: 0, trust };
    let stat = rustix::fs::fstat(&root).map_err(|e| FsError::io("examine", &walk.here, e))?;
    walk.enter(root, &stat);
    let mut todo: VecDeque<OsString> = components(&absolute);
    while let Some(part) = todo.pop_front() {
        walk.step(&part, &mut todo)?;
    }
    let at = walk.open.last().ok_or_else(|| FsError::NoName(path.into()))?;
    // The walk needs only search permission; syncing and listing need the directory itself. Opened by its name in one step it would be
    // asked for no search permission, and one that may be read only would be refused file by file, and each file blamed.
    let fd = rustix::fs::openat(
        at,
        ".",
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .map_err(|source| FsError::io("open", &absolute, source))?;
    Ok((fd, walk.chain))
}

const DIRECTORY: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The parts of a path below the root; `.` is dropped, `..` is kept and taken literally from where it is met.
fn components(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect()
}

struct Walk {
    open: Vec<OwnedFd>,
    chain: Vec<Ancestor>,
    here: PathBuf,
    links: usize,
    trust: Trust,
}

impl Walk {
    fn enter(&mut self, fd: OwnedFd, stat: &Stat) {
        let mode = stat.st_mode & 0o7777;
        self.open.push(fd);
        self.chain.push(Ancestor { path: self.here.clone(), uid: stat.st_uid, mode });
    }

    fn step(&mut self, part: &OsStr, todo: &mut VecDeque<OsString>) -> Result<(), FsError> {
        if part == ".." {
            if self.open.len() > 1 {
                self.open.pop();
                self.chain.pop();
                self.here.pop();
            }
            return Ok(());
        }
        let Some(at) = self.open.last() else { return Ok(()) };
        let next = self.here.join(part);
        let fd = rustix::fs::openat(at, part, DIRECTORY, Mode::empty())
            .map_err(|source| FsError::io("open directory", &next, source))?;
        let stat = rustix::fs::fstat(&fd).map_err(|e| FsError::io("examine", &next, e))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                self.here = next;
                self.enter(fd, &stat);
                Ok(())
            }
            FileType::Symlink => {
                self.links += 1;
                if self.links > MAX_LINKS {
                    return Err(FsError::io("follow", &next, Errno::LOOP));
                }
                // A link is as good as the directories that lead to it; they are about to leave the chain, so judge them now.
                if stat.st_uid != 0 && stat.st_uid != self.trust.caller {
                    return Err(FsError::Owner { path: next, uid: stat.st_uid });
                }
                checks::ancestors(&self.chain, stat.st_uid, self.trust)?;
                let target = rustix::fs::readlinkat(fd.as_fd(), "", Vec::new())
                    .map_err(|source| FsError::io("read link", &next, source))?;
                let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                if target.is_absolute() {
                    self.open.truncate(1);
                    self.chain.truncate(1);
                    self.here = PathBuf::from("/");
                }
                for part in components(&target).into_iter().rev() {
                    todo.push_front(part);
                }
                Ok(())
            }
            _ => Err(FsError::Io { action: "enter", path: next, source: Errno::NOTDIR }),
        }
    }
}

/// The `fstat`-like facts of a name in a directory, not following a link; `None` when nothing has that name.
pub(super) fn stat_name(at: impl AsFd, name: &OsStr, path: &Path) -> Result<Option<Stat>, FsError> {
    match rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT) => Ok(None),
        Err(source) => Err(FsError::io("examine", path, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Directory as _;

    #[test]
    fn what_lies_in_the_same_directory_needs_no_walk() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |name: &str| dir.path().join(name);
        let place = Place::resolve(&at("a"), Trust::of_process()).expect("a place");
        let other = place.beside(&at("b")).expect("the same directory");
        assert_eq!((other.name(), other.path()), (OsStr::new("b"), at("b").as_path()));
        assert_eq!(other.chain.len(), place.chain.len());
        for elsewhere in ["b/", "b/.", "b/..", "..", "sub/b", "../b", ""] {
            let path = PathBuf::from(format!("{}/{elsewhere}", dir.path().display()));
            assert!(place.beside(&path).is_none(), "{elsewhere:?}");
        }
        assert!(place.beside(Path::new("b")).is_none());
        let here = Place::resolve(Path::new("a"), Trust::of_process()).expect("a place");
        assert!(here.beside(Path::new("b")).is_some() && here.beside(&at("b")).is_none());
    }

    #[test]
    fn who_looks_makes_nobody_else_lenient() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a");
        let file = tempfile::NamedTempFile::new_in(dir.path()).expect("a file");
        file.as_file().set_permissions(PermissionsExt::from_mode(0o644)).expect("a mode");
        file.persist(&path).expect("a name");
        let place = Place::resolve(&path, Trust::of_process()).expect("a place");
        let looking = place.beside(&path).expect("the same").into_parts().0.for_looking();
        assert!(looking.open(OsStr::new("a"), 10).is_ok());
        assert!(place.directory().open(OsStr::new("a"), 10).is_err());
    }
}
