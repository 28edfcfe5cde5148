//! Looking at files without trusting them: what stands at a path, and the start of what is in it.
//!
//! This is no way to read a secret. Nothing here refuses a file for its mode or owner, since the gate wants to tell of it; so
//! nothing that is read here decides anything but findings. Nothing is ever written, and a FIFO does not make it wait.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

use crate::config::rules::facts::{FileFact, Found, Kind, Role, Volume};
use crate::fs::{FsError, Place, Trust};
use crate::memory::Region;

/// Most names of a directory that are looked at.
const MAX_NAMES: usize = 10_000;

/// Magic numbers of file systems in memory: tmpfs and ramfs.
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];

/// An image of a host below a directory, or the host itself.
#[derive(Clone, Debug, Default)]
pub struct Root(pub Option<PathBuf>);

/// Most links that are followed on one path, as in the kernel.
const MAX_LINKS: usize = 40;

impl Root {
    /// Where a path of the image really is. Links on the way lead to where they would in the image; the last part is taken as
    /// it stands.
    pub fn real(&self, path: &Path) -> PathBuf {
        self.find(path, false)
    }

    /// As [`real`](Self::real), but where the last part leads to.
    pub fn target(&self, path: &Path) -> PathBuf {
        self.find(path, true)
    }

    /// What a path of this host is called in the image.
    pub fn shown(&self, real: &Path) -> PathBuf {
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.into());
        let inside = self.0.as_ref().and_then(|root| {
            absolute(real).strip_prefix(absolute(root)).ok().map(Path::to_path_buf)
        });
        inside.map_or_else(|| real.to_path_buf(), |inside| Path::new("/").join(inside))
    }

    fn find(&self, path: &Path, follow_last: bool) -> PathBuf {
        let Some(root) = &self.0 else { return path.to_path_buf() };
        let mut todo: VecDeque<OsString> = parts(path).collect();
        let (mut here, mut links): (Vec<OsString>, usize) = (Vec::new(), 0);
        let below = |here: &[OsString]| here.iter().fold(root.clone(), |all, part| all.join(part));
        while let Some(part) = todo.pop_front() {
            // `..` must not lead out of the image, and neither must a link.
            if part == ".." {
                here.pop();
                continue;
            }
            here.push(part);
            if todo.is_empty() && !follow_last {
                break;
            }
            let target = rustix::fs::readlink(below(&here), Vec::new());
            if let Some(target) = target.ok().filter(|_| links < MAX_LINKS) {
                links += 1;
                here.pop();
                let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
                if target.is_absolute() {
                    here.clear();
                }
                todo = parts(&target).chain(todo).collect();
            }
        }
        below(&here)
    }
}

/// The store that the rules are about, and the directory it lies in, which its log and others of its files share.
pub struct StoreAt {
    /// Its path, as it is configured.
    pub path: PathBuf,
    place: Option<Place>,
    trust: Trust,
}

impl StoreAt {
    /// Walks to it.
    pub fn new(root: &Root, path: PathBuf, trust: Trust) -> Self {
        Self { place: Place::resolve(&root.real(&path), trust).ok(), path, trust }
    }

    /// The place of a path, with a walk only where it lies elsewhere.
    pub fn place(&self, real: &Path) -> Result<Place, FsError> {
        let beside = self.place.as_ref().and_then(|place| place.beside(real));
        beside.map_or_else(|| Place::resolve(real, self.trust), Ok)
    }
}

/// The parts of a path that lead somewhere.
fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    })
}

/// What stands at `path`, links not followed; `None` when nothing does.
pub fn stat(path: &Path) -> Result<Option<Stat>, Errno> {
    match rustix::fs::statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A path as the rules want it.
pub fn fact(root: &Root, role: Role, path: &Path) -> FileFact {
    let real = root.real(path);
    let mut fact =
        FileFact { role, path: path.to_path_buf(), found: None, followed: None, unreadable: None };
    match stat(&real) {
        Ok(None) => {}
        Err(error) => fact.unreadable = Some(error.to_string()),
        Ok(Some(entry)) => {
            let found = found(role, &real, &entry);
            fact.found = Some(found);
            fact.followed = match found.kind {
                Kind::Link => {
                    let target = root.target(path);
                    rustix::fs::stat(&target).ok().map(|entry| self::found(role, &target, &entry))
                }
                _ => Some(found),
            };
        }
    }
    fact
}

#[expect(clippy::cast_sign_loss, reason = "a file's size is never negative")]
fn found(role: Role, real: &Path, entry: &Stat) -> Found {
    let kind = match FileType::from_raw_mode(entry.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Directory,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    };
    Found {
        kind,
        id: (entry.st_dev, entry.st_ino),
        mode: entry.st_mode & 0o7777,
        uid: entry.st_uid,
        // A link has no room of its own; asked for it, the system would tell of what it leads to, on this host.
        volume: (role.wants_room() && kind != Kind::Link).then(|| volume(real)).flatten(),
        size: entry.st_size as u64,
    }
}

#[expect(clippy::cast_sign_loss, reason = "the size of a block is never negative")]
fn volume(real: &Path) -> Option<Volume> {
    let said = rustix::fs::statfs(real).ok()?;
    Some(Volume {
        in_memory: u64::try_from(said.f_type).is_ok_and(|kind| IN_MEMORY.contains(&kind)),
        free: said.f_bavail.saturating_mul(said.f_frsize as u64),
        inodes: (said.f_files > 0).then_some(said.f_ffree),
    })
}

/// The first bytes of a plain file, or of a file that the kernel makes up; `None` when it cannot be read.
pub fn read(path: &Path, limit: usize) -> Option<Region> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = rustix::fs::open(path, flags, Mode::empty()).ok()?;
    let stat = rustix::fs::fstat(&file).ok()?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return None;
    }
    // Files of /proc say that they are empty.
    let said = usize::try_from(stat.st_size).unwrap_or(limit);
    let len = if said == 0 { limit.min(64 << 10) } else { said.min(limit) };
    let mut bytes = Region::bulk(len).ok()?;
    let mut at = 0;
    while at < len {
        match rustix::io::read(&file, &mut bytes[at..]) {
            Ok(0) => break,
            Ok(n) => at += n,
            Err(Errno::INTR) => {}
            Err(_) => return None,
        }
    }
    if at == len {
        return Some(bytes);
    }
    let mut exact = Region::bulk(at).ok()?;
    exact.copy_from_slice(&bytes[..at]);
    Some(exact)
}

/// The text of a small file; what is not UTF-8 in it is replaced.
pub fn text(path: &Path, limit: usize) -> Option<String> {
    read(path, limit).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Names in a directory, sorted.
pub fn names(path: &Path) -> Vec<OsString> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(directory) = rustix::fs::open(path, flags, Mode::empty()) else { return Vec::new() };
    let Ok(entries) = rustix::fs::Dir::new(directory) else { return Vec::new() };
    let mut names: Vec<OsString> = entries
        .take(MAX_NAMES)
        .filter_map(Result::ok)
        .map(|entry| OsString::from_vec(entry.file_name().to_bytes().to_vec()))
        .filter(|name| name != "." && name != "..")
        .collect();
    names.sort();
    names
}

/// The user id of a name, from the image's own list.
pub fn user_id(root: &Root, name: &str) -> Option<u32> {
    if let Ok(id) = name.parse() {
        return Some(id);
    }
    let passwd = text(&root.real(Path::new("/etc/passwd")), 1 << 20)?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_not_left() {
        let root = Root(Some("/image".into()));
        assert_eq!(root.real(Path::new("/etc/../../x")), Path::new("/image/x"));
        assert_eq!(root.shown(Path::new("/image/etc/x")), Path::new("/etc/x"));
        assert_eq!(root.shown(Path::new("/elsewhere")), Path::new("/elsewhere"));
        assert_eq!(Root(None).real(Path::new("/etc/x")), Path::new("/etc/x"));
    }

    #[test]
    fn links_of_an_image_stay_in_it() {
        use std::os::unix::fs::symlink;
        let dir = tempfile::tempdir().expect("a directory");
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir_all(at("data/igra")).expect("mkdir");
        symlink("/data/../data", at("var")).expect("link");
        symlink("../../../../etc/passwd", at("data/igra/up")).expect("link");
        symlink("/loop", at("loop")).expect("link");
        let root = Root(Some(dir.path().to_path_buf()));
        assert_eq!(root.real(Path::new("/var/igra/x")), at("data/igra/x"));
        assert_eq!(root.real(Path::new("/var")), at("var"));
        assert_eq!(root.target(Path::new("/var")), at("data"));
        assert_eq!(root.target(Path::new("/var/igra/up")), at("etc/passwd"));
        assert!(root.target(Path::new("/loop/x")).starts_with(dir.path()));
    }

    #[test]
    fn a_file_system_is_asked_where_some_rule_wants_room_and_for_no_link() {
        use Role::{
            AuditDir, AuditLog, Config, DataDir, LogDir, OurLog, OurLogDir, Secrets, StateDir,
        };
        let dir = tempfile::tempdir().expect("a directory");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(dir.path(), &link).expect("a link");
        let volume = |role, path: &Path| {
            let fact = fact(&Root(None), role, path);
            [fact.found, fact.followed].map(|found| found.expect("found").volume)
        };
        for role in [Secrets, DataDir, AuditDir, OurLogDir] {
            let [found, followed] = volume(role, dir.path());
            assert!(found.is_some_and(|volume| volume.free > 0), "{role:?}");
            assert_eq!(found.map(|v| v.in_memory), followed.map(|v| v.in_memory), "{role:?}");
            let [found, followed] = volume(role, &link);
            assert!(found.is_none() && followed.is_some(), "{role:?}");
        }
        for role in [Config, AuditLog, OurLog, LogDir, StateDir] {
            assert_eq!(volume(role, dir.path()), [None, None], "{role:?}");
        }
        let [shared_memory, _] = volume(OurLogDir, Path::new("/dev/shm"));
        assert!(shared_memory.is_some_and(|volume| volume.in_memory));
    }

    #[test]
    fn what_is_no_plain_file_is_not_read() {
        assert!(read(Path::new("/dev/zero"), 10).is_none());
        assert!(read(Path::new("/"), 10).is_none());
        assert!(text(Path::new("/proc/self/status"), 1 << 16).is_some_and(|t| t.contains("Name:")));
        assert!(names(Path::new("/")).iter().any(|name| name == "proc"));
        assert_eq!(user_id(&Root(None), "7"), Some(7));
    }
}
