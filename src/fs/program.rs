//! Programs that are started for us: which file a name leads to, and who else could replace it.
//!
//! Whoever can replace a program, or rename any directory above it, decides what runs with our rights. So every step of the
//! resolved path is judged, from the file up to the root. A sticky directory such as `/tmp` counts as one that others can
//! write to: what cleans it up opens the name for everybody.

use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use rustix::io::Errno;

use super::FsError;

/// The program at `path`, every symbolic link resolved.
pub fn resolve(path: &Path) -> Result<PathBuf, FsError> {
    path.canonicalize().map_err(|cause| FsError::Io {
        action: "find the program",
        path: path.into(),
        source: Errno::from_io_error(&cause).unwrap_or(Errno::IO),
    })
}

/// The first step of the resolved path `program` that somebody other than root and `owners` can change.
pub fn untrusted_step(program: &Path, owners: &[u32]) -> Option<PathBuf> {
    let changeable = |step: &&Path| {
        // What cannot be examined is not known to be safe.
        rustix::fs::stat(*step)
            .map_or(true, |stat| others_can_change(stat.st_uid, stat.st_mode, owners))
    };
    program.ancestors().find(changeable).map(Path::to_owned)
}

fn others_can_change(uid: u32, mode: u32, owners: &[u32]) -> bool {
    let trusted = uid == 0 || owners.contains(&uid);
    !trusted || Mode::from_raw_mode(mode).intersects(Mode::WGRP | Mode::WOTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_safe_when_only_root_and_the_owner_can_change_it() {
        const OWNER: u32 = 1000;
        const OTHER: u32 = 2000;
        for (uid, mode, owners, changeable) in [
            (0, 0o100_755, &[][..], false),
            (0, 0o100_775, &[], true),
            (0, 0o041_777, &[], true),
            (0, 0o100_757, &[OWNER], true),
            (OWNER, 0o100_700, &[], true),
            (OWNER, 0o100_755, &[OWNER], false),
            (OWNER, 0o100_775, &[OWNER], true),
            (OTHER, 0o100_700, &[OWNER], true),
        ] {
            assert_eq!(
                others_can_change(uid, mode, owners),
                changeable,
                "{uid} {mode:o} {owners:?}"
            );
        }
    }

    #[test]
    fn a_program_that_others_can_replace_is_found_out() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("program");
        std::os::unix::fs::symlink("/bin/sh", &program).unwrap();
        // Below /tmp, which anybody can write to.
        assert!(untrusted_step(&program, &[]).is_some());
        let resolved = resolve(&program).unwrap();
        assert_eq!(untrusted_step(&resolved, &[]), None, "{}", resolved.display());
        assert!(untrusted_step(Path::new("/none/such"), &[]).is_some());
        assert!(resolve(Path::new("/none/such")).is_err());
    }
}
