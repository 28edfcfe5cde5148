//! What a sensitive file must look like, judged from the `fstat` of its open descriptor.

use std::path::Path;

use rustix::fs::{FileType, Stat};

use super::FsError;

/// The user on whose behalf files are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Effective uid of the process.
    pub caller: u32,
}

impl Trust {
    /// The effective user of this process.
    pub fn of_process() -> Self {
        Self { caller: rustix::process::geteuid().as_raw() }
    }

    /// Whether a file of `uid` may be worked on. Root may work on anybody's file; its parents are then judged for that owner.
    const fn may_use(self, uid: u32) -> bool {
        uid == self.caller || uid == 0 || self.caller == 0
    }
}

/// Refuses everything but a plain file.
pub(super) fn plain_file(path: &Path, stat: &Stat) -> Result<(), FsError> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Symlink => Err(FsError::Symlink(path.into())),
        _ => Err(FsError::NotRegular(path.into())),
    }
}

/// Refuses everything but a plain file of a trusted owner.
pub(super) fn trusted_file(path: &Path, stat: &Stat, trust: Trust) -> Result<(), FsError> {
    plain_file(path, stat)?;
    if trust.may_use(stat.st_uid) {
        Ok(())
    } else {
        Err(FsError::Owner { path: path.into(), uid: stat.st_uid })
    }
}

/// As above, and nobody but the owner may change it: for what decides about secrets without being one.
pub fn unchangeable_file(path: &Path, stat: &Stat, trust: Trust) -> Result<(), FsError> {
    trusted_file(path, stat, trust)?;
    // Root may work on anybody's store, but takes its rules from nobody else.
    if stat.st_uid != 0 && stat.st_uid != trust.caller {
        return Err(FsError::Owner { path: path.into(), uid: stat.st_uid });
    }
    let mode = stat.st_mode & 0o7777;
    if mode & 0o022 == 0 { Ok(()) } else { Err(FsError::Writable { path: path.into(), mode }) }
}

/// Refuses everything but a plain file with one name, of a trusted owner, closed to group and others.
pub fn sensitive_file(path: &Path, stat: &Stat, trust: Trust) -> Result<(), FsError> {
    trusted_file(path, stat, trust)?;
    let path = || path.to_path_buf();
    let mode = stat.st_mode & 0o7777;
    if mode & 0o077 != 0 {
        return Err(FsError::Mode { path: path(), mode });
    }
    // A second name would keep the old content, and the operator's belief that it is gone would be wrong.
    if stat.st_nlink > 1 {
        return Err(FsError::HardLinks { path: path(), links: stat.st_nlink });
    }
    Ok(())
}

/// One directory on the way to a file.
#[derive(Clone)]
pub(super) struct Ancestor {
    /// Where it is, for messages.
    pub path: std::path::PathBuf,
    /// Its owner.
    pub uid: u32,
    /// Its permission bits, with the sticky bit.
    pub mode: u32,
}

/// How the directories above a file were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parents {
    /// Only the owner and root can change what is in them.
    Closed,
    /// One is sticky and writable by all (such as `/tmp`), but nobody else can replace our entry in it.
    Sticky,
}

/// Judges every directory from the root to the one that holds a file of `owner`.
pub(super) fn ancestors(chain: &[Ancestor], owner: u32, trust: Trust) -> Result<Parents, FsError> {
    const STICKY: u32 = 0o1000;
    let trusted = |uid: u32| uid == 0 || uid == owner || uid == trust.caller;
    let mut found = Parents::Closed;
    for (i, dir) in chain.iter().enumerate() {
        if !trusted(dir.uid) {
            return Err(FsError::Owner { path: dir.path.clone(), uid: dir.uid });
        }
        if dir.mode & 0o022 == 0 {
            continue;
        }
        // In a sticky directory only the owner of an entry, or of the directory, can rename or unlink it. The entry is the
        // next directory of the chain, whose owner the next turn checks, or the file itself, whose owner is known.
        let sticky = dir.mode & STICKY != 0 && dir.uid == 0;
        let next_owner = chain.get(i + 1).map_or(owner, |next| next.uid);
        if !(sticky && trusted(next_owner)) {
            return Err(FsError::WritableParent { path: dir.path.clone(), mode: dir.mode });
        }
        found = Parents::Sticky;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: u32 = 1000;
    const OTHER: u32 = 2000;

    type Row<'a> = (&'a [(u32, u32)], u32, Trust, Option<Parents>);

    fn chain(dirs: &[(u32, u32)]) -> Vec<Ancestor> {
        dirs.iter().map(|&(uid, mode)| Ancestor { path: "/x".into(), uid, mode }).collect()
    }

    #[test]
    fn parents_are_judged_like_strict_modes() {
        let user = Trust { caller: USER };
        let root = Trust { caller: 0 };
        let table: &[Row<'_>] = &[
            (&[(0, 0o755), (USER, 0o700)], USER, user, Some(Parents::Closed)),
            (&[(0, 0o755), (0, 0o1777), (USER, 0o700)], USER, user, Some(Parents::Sticky)),
            (&[(0, 0o755), (0, 0o1777)], USER, user, Some(Parents::Sticky)),
            (&[(0, 0o755), (0, 0o1777), (OTHER, 0o755)], USER, user, None),
            (&[(0, 0o755), (OTHER, 0o755)], USER, user, None),
            (&[(0, 0o755), (USER, 0o775)], USER, user, None),
            (&[(0, 0o777), (USER, 0o700)], USER, user, None),
            (&[(0, 0o755), (USER, 0o1777)], USER, user, None),
            // Root works on a service's store, as long as no third party owns a parent.
            (&[(0, 0o755), (USER, 0o700)], USER, root, Some(Parents::Closed)),
            (&[(0, 0o755), (USER, 0o700)], 0, root, None),
            (&[(0, 0o755), (OTHER, 0o700)], USER, root, None),
        ];
        for (dirs, owner, trust, expected) in table {
            let verdict = ancestors(&chain(dirs), *owner, *trust);
            assert_eq!(verdict.as_ref().ok(), expected.as_ref(), "{dirs:?} {owner} {trust:?}");
        }
    }
}
