//! What is large goes to the disk past the page cache, and comes back whole.

#![expect(clippy::print_stderr, reason = "what was not tried is said")]

use std::fs::File;
use std::io::IoSliceMut;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::io::{Errno, ReadWriteFlags};

use super::{OPEN, staged};
use crate::support::program::{WALLET_BACKUP, command, finish};
use crate::support::stage::Stage;

/// More than is worth it, and no multiple of a block.
const LEN: usize = (20 << 20) + 77;
/// In the middle of the file, where nothing else reads.
const MIDDLE: u64 = 9 << 20;

/// Whether the file stands in the page cache there; nothing where the file system does not tell.
fn is_cached(path: &Path) -> Option<bool> {
    let file = File::open(path).expect("open");
    let mut bytes = [0; 4096];
    let mut into = [IoSliceMut::new(&mut bytes)];
    match rustix::io::preadv2(&file, &mut into, MIDDLE, ReadWriteFlags::NOWAIT) {
        Ok(_) => Some(true),
        Err(Errno::AGAIN) => Some(false),
        Err(_) => None,
    }
}

/// Whether files in this directory can pass the page cache, and would be in it otherwise.
fn can_pass(directory: &Path) -> bool {
    const TMPFS: i64 = 0x0102_1994;
    let kind = rustix::fs::statfs(directory).expect("statfs").f_type;
    let flags = OFlags::RDWR | OFlags::TMPFILE | OFlags::DIRECT | OFlags::CLOEXEC;
    kind != TMPFS && rustix::fs::open(directory, flags, Mode::RUSR).is_ok()
}

/// Runs `line` on the real program: the stage looks into every file for secrets after a command of its own.
fn run(stage: &Stage, line: &str) {
    let line = format!("{WALLET_BACKUP} --config %d/config.toml {line} {OPEN}");
    let words: Vec<String> = line.split_whitespace().map(|word| stage.expand(word)).collect();
    let done = finish(command(&words), Duration::from_mins(1));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

fn large() -> (Stage, Vec<u8>) {
    let stage = staged();
    let content: Vec<u8> = (0..LEN).map(|n| ((n * 131) >> 5).to_le_bytes()[0]).collect();
    stage.overwrite("%d/extra/large", &content);
    run(&stage, "create %d/extra/large --store %s --out %d/archives/l.srb --reason large");
    (stage, content)
}

#[test]
fn a_large_file_comes_back_whole() {
    let (stage, content) = large();
    for line in ["verify %d/archives/l.srb", "drill %d/archives/l.srb"] {
        run(&stage, line);
    }
    run(&stage, "restore %d/archives/l.srb --to %d/back");
    assert!(stage.read("%d/back/files%d/extra/large") == content);
    assert_eq!(stage.read("%d/back/secrets.bin"), stage.read("%s"));
}

#[test]
fn neither_the_archive_nor_what_is_restored_stands_in_the_page_cache() {
    let (stage, _) = large();
    // The source was written by the test, and read by the command: it shows what a file in the cache looks like.
    let control = is_cached(&stage.path("%d/extra/large"));
    if control.is_none() || !can_pass(&stage.path("%d/archives")) {
        eprintln!(
            "skipped: no file here can pass the page cache, or the file system does not tell"
        );
        return;
    }
    assert_eq!(control, Some(true));
    assert_eq!(is_cached(&stage.path("%d/archives/l.srb")), Some(false));
    run(&stage, "restore %d/archives/l.srb --to %d/back");
    let restored = stage.path(&stage.expand("%d/back/files%d/extra/large"));
    assert_eq!(is_cached(&restored), Some(false));
}
