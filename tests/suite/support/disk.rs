//! A disk that loses power.
//!
//! Two directories, for stores and for state files. What was written is seen at once by whoever reads, as through a page
//! cache, and is kept over a power loss only if it was synced: content by syncing the file, creations, renames and removals by
//! syncing their directory. Of what was not synced any part may have reached the disk, in any order; see [`Disk::losses`].

mod in_place;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use strongroom::fs::directory::{LockGuard, Ownership};
use strongroom::fs::in_place::Access;
use strongroom::fs::{
    Content, Directory, FileId, FsError, InPlace, NewFile, Opened, Replace, StopCheck,
};
use strongroom::ops::state::file_name;
use strongroom::store::state::State;

/// Which directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one with the store.
    Stores,
    /// The one with the state files.
    States,
}

/// A mistake that the disk makes on the program's behalf, to show that it would be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// None.
    None,
    /// Directories are never synced.
    NoDirectorySync,
    /// Only the store's directory is never synced.
    NoStoreDirectorySync,
    /// New files are never synced.
    NoFileSync,
    /// A file that somebody else wrote is never synced.
    NoAdoptionSync,
    /// A state file has its final name as soon as it is synced: before the store is renamed.
    StateFirst,
    /// A file that grows where it stands is never synced, unless it is the state of a log.
    NoLogSync,
    /// A file that grows where it stands gets half of what is appended, and then there is no room.
    Full,
}

#[derive(Clone, Default)]
struct Inode {
    content: Vec<u8>,
    /// What a power loss leaves for certain.
    durable: Vec<u8>,
    /// What was changed in place since.
    pending: Vec<in_place::Change>,
    changed: i64,
    mode: u32,
}

/// A change of a directory that is not durable yet.
#[derive(Clone)]
enum Entry {
    Create(OsString, usize),
    Rename(OsString, OsString, usize),
    Remove(OsString),
}

impl Entry {
    fn apply(&self, names: &mut BTreeMap<OsString, usize>) {
        match self {
            Self::Create(name, inode) => drop(names.insert(name.clone(), *inode)),
            Self::Rename(from, to, inode) => {
                names.remove(from);
                names.insert(to.clone(), *inode);
            }
            Self::Remove(name) => drop(names.remove(name)),
        }
    }
}

#[derive(Clone, Default)]
struct Names {
    live: BTreeMap<OsString, usize>,
    durable: BTreeMap<OsString, usize>,
    pending: Vec<Entry>,
}

/// What is on the disk and in the cache.
#[derive(Clone, Default)]
pub struct Disk {
    inodes: Vec<Inode>,
    names: [Names; 2],
}

/// Names and contents.
pub type Image = Vec<(OsString, Vec<u8>)>;

/// How thoroughly a power loss is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every subset of what was not synced.
    All,
    /// Nothing, everything, and everything but one.
    Corners,
}

impl Disk {
    /// Every disk that a power loss may leave now, each once.
    pub fn losses(&self, depth: Depth) -> Vec<Self> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        let counts = [self.names[0].pending.len(), self.names[1].pending.len()];
        let total = counts[0] + counts[1];
        assert!(total < 16, "too much is not synced: {total} changes of directories");
        let all = (1_usize << total) - 1;
        let masks: Vec<usize> = match depth {
            Depth::All => (0..=all).collect(),
            Depth::Corners => {
                [0, all].into_iter().chain((0..total).map(|bit| all ^ (1 << bit))).collect()
            }
        };
        for mask in masks {
            let mut after = Self { inodes: self.inodes.clone(), names: Default::default() };
            let mut bit = 0;
            for (names, before) in after.names.iter_mut().zip(&self.names) {
                names.durable.clone_from(&before.durable);
                for entry in &before.pending {
                    if mask & (1 << bit) != 0 {
                        entry.apply(&mut names.durable);
                    }
                    bit += 1;
                }
                names.live.clone_from(&names.durable);
            }
            for disk in after.torn(depth) {
                if seen.insert(disk.image()) {
                    found.push(disk);
                }
            }
        }
        found
    }

    /// The disk with every fate of every file whose content was not synced.
    fn torn(&self, depth: Depth) -> Vec<Self> {
        let named: BTreeSet<usize> =
            self.names.iter().flat_map(|names| names.live.values().copied()).collect();
        let mut disks = vec![self.clone()];
        for (at, inode) in self.inodes.iter().enumerate() {
            let fates = if named.contains(&at) { inode.fates(depth) } else { Vec::new() };
            if fates.is_empty() {
                continue;
            }
            disks = disks
                .into_iter()
                .flat_map(|disk| {
                    fates.iter().map(move |fate| {
                        let mut disk = disk.clone();
                        disk.inodes[at].content.clone_from(fate);
                        disk.inodes[at].durable.clone_from(fate);
                        disk.inodes[at].pending.clear();
                        disk
                    })
                })
                .collect();
        }
        disks
    }

    /// Names and contents, to tell disks apart.
    pub fn image(&self) -> Image {
        self.names
            .iter()
            .flat_map(|names| &names.live)
            .map(|(name, &inode)| (name.clone(), self.inodes[inode].content.clone()))
            .collect()
    }

    /// The names in a directory.
    pub fn names(&self, place: Place) -> impl Iterator<Item = &OsString> {
        self.names[place as usize].live.keys()
    }

    /// The content of a file.
    pub fn content(&self, place: Place, name: &str) -> Option<&[u8]> {
        let inode = self.names[place as usize].live.get(OsStr::new(name))?;
        Some(&self.inodes[*inode].content)
    }

    /// Puts a file there, durably.
    pub fn put(&mut self, place: Place, name: &str, content: &[u8]) {
        let inode = self.inodes.len();
        let (content, durable) = (content.to_vec(), content.to_vec());
        self.inodes.push(Inode { content, durable, changed: 0, mode: 0o600, pending: Vec::new() });
        let names = &mut self.names[place as usize];
        names.live.insert(name.into(), inode);
        names.durable.insert(name.into(), inode);
    }

    /// Replaces a file like a program that syncs nothing: a new file, renamed.
    pub fn replace_carelessly(&mut self, name: &str, content: &[u8]) {
        let inode = self.inodes.len();
        let durable = Vec::new();
        self.inodes.push(Inode {
            content: content.to_vec(),
            durable,
            changed: 0,
            mode: 0o600,
            pending: Vec::new(),
        });
        let names = &mut self.names[Place::Stores as usize];
        for entry in [
            Entry::Create("foreign".into(), inode),
            Entry::Rename("foreign".into(), name.into(), inode),
        ] {
            entry.apply(&mut names.live);
            names.pending.push(entry);
        }
    }

    /// Makes everything durable: a clean shutdown.
    pub fn settle(&mut self) {
        for inode in &mut self.inodes {
            inode.durable.clone_from(&inode.content);
            inode.pending.clear();
        }
        for names in &mut self.names {
            names.durable.clone_from(&names.live);
            names.pending.clear();
        }
    }
}

impl Inode {
    /// What may be left of content that was not synced; nothing when it was.
    fn fates(&self, depth: Depth) -> Vec<Vec<u8>> {
        if !self.pending.is_empty() {
            return self.in_place_fates(depth);
        }
        if self.content == self.durable {
            return Vec::new();
        }
        let mut fates = vec![self.durable.clone(), self.content.clone()];
        if depth == Depth::All {
            let half = self.content.len() / 2;
            let mut holed = self.content.clone();
            holed[half..].fill(0);
            fates.push(self.content[..half].to_vec());
            fates.push(holed);
            fates.push(vec![0; self.content.len()]);
        }
        fates.sort();
        fates.dedup();
        fates
    }
}

/// A running machine: a disk, and every state that the disk was in.
pub struct Machine {
    disk: RefCell<Disk>,
    /// The disk before the first and after every change, with the change's name.
    trail: RefCell<Vec<(String, Disk)>>,
    fault: Fault,
}

impl Machine {
    /// Starts with what is on `disk`.
    pub fn boot(disk: Disk, fault: Fault) -> Rc<Self> {
        let trail = RefCell::new(vec![("start".to_owned(), disk.clone())]);
        Rc::new(Self { disk: RefCell::new(disk), trail, fault })
    }

    /// An open directory of this machine.
    pub fn directory(self: &Rc<Self>, place: Place) -> Box<dyn Directory> {
        Box::new(SimDirectory { machine: Rc::clone(self), place })
    }

    /// The disk as it is, cache included.
    pub fn disk(&self) -> Disk {
        self.disk.borrow().clone()
    }

    /// Takes what was recorded so far.
    pub fn trail(&self) -> Vec<(String, Disk)> {
        self.trail.take()
    }

    fn skips_in_place_sync(&self, name: &OsStr) -> bool {
        self.fault == Fault::NoLogSync && !name.as_encoded_bytes().ends_with(b".state")
    }

    fn record(&self, what: String) {
        self.trail.borrow_mut().push((what, self.disk()));
    }
}

/// A directory of a [`Machine`].
struct SimDirectory {
    machine: Rc<Machine>,
    place: Place,
}

impl SimDirectory {
    fn change(&self, what: &str, name: &OsStr, entry: Entry) {
        {
            let mut disk = self.machine.disk.borrow_mut();
            let names = &mut disk.names[self.place as usize];
            entry.apply(&mut names.live);
            names.pending.push(entry);
        }
        self.machine.record(format!("{what} {}", name.display()));
    }

    fn inode(&self, name: &OsStr) -> Option<usize> {
        self.machine.disk.borrow().names[self.place as usize].live.get(name).copied()
    }

    fn create_inode(&self, name: &OsStr, mode: u32) -> Result<usize, FsError> {
        if self.inode(name).is_some() {
            return Err(FsError::Exists(PathBuf::from(name)));
        }
        let inode = {
            let mut disk = self.machine.disk.borrow_mut();
            disk.inodes.push(Inode { mode, ..Inode::default() });
            disk.inodes.len() - 1
        };
        self.change("create", name, Entry::Create(name.into(), inode));
        Ok(inode)
    }
}

/// What a file held when it was opened. Nobody changes one in place here.
struct SimContent {
    name: PathBuf,
    bytes: Vec<u8>,
}

impl Content for SimContent {
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), FsError> {
        let at = usize::try_from(at).expect("an offset");
        let bytes = self.bytes.get(at..at + into.len());
        into.copy_from_slice(bytes.ok_or_else(|| FsError::Changed(self.name.clone()))?);
        Ok(())
    }

    fn unchanged(&self) -> Result<(), FsError> {
        Ok(())
    }

    fn too_long(&self) -> FsError {
        FsError::TooLarge { path: self.name.clone(), limit: 0 }
    }
}

fn id(at: usize, inode: &Inode) -> FileId {
    FileId { inode: (1, at as u64), len: inode.content.len() as u64, changed: (inode.changed, 0) }
}

impl Directory for SimDirectory {
    fn open(&self, name: &OsStr, limit: u64) -> Result<Option<Opened>, FsError> {
        let Some(at) = self.inode(name) else { return Ok(None) };
        let inode = &self.machine.disk.borrow().inodes[at];
        if inode.content.len() as u64 > limit {
            return Err(FsError::TooLarge { path: name.into(), limit });
        }
        Ok(Some(Opened {
            content: Box::new(SimContent { name: name.into(), bytes: inode.content.clone() }),
            id: id(at, inode),
            uid: 0,
            mode: inode.mode,
        }))
    }

    fn id(&self, name: &OsStr) -> Result<Option<FileId>, FsError> {
        let disk = self.machine.disk.borrow();
        Ok(self.inode(name).map(|at| id(at, &disk.inodes[at])))
    }

    fn create(&self, name: &OsStr, owner: Ownership) -> Result<Box<dyn NewFile + '_>, FsError> {
        let inode = self.create_inode(name, owner.mode)?;
        Ok(Box::new(SimFile { directory: self, name: name.into(), inode, written: 0 }))
    }

    fn rename(&self, from: &OsStr, to: &OsStr, replace: Replace) -> Result<(), FsError> {
        let inode = self.inode(from).ok_or_else(|| FsError::NotFound(from.into()))?;
        if replace == Replace::No && self.inode(to).is_some() {
            return Err(FsError::Exists(to.into()));
        }
        self.change("rename to", to, Entry::Rename(from.into(), to.into(), inode));
        Ok(())
    }

    fn remove(&self, name: &OsStr) -> Result<(), FsError> {
        if self.inode(name).is_some() {
            self.change("remove", name, Entry::Remove(name.into()));
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), FsError> {
        let skipped = match self.machine.fault {
            Fault::NoDirectorySync => true,
            Fault::NoStoreDirectorySync => self.place == Place::Stores,
            _ => false,
        };
        if !skipped {
            let mut disk = self.machine.disk.borrow_mut();
            let names = &mut disk.names[self.place as usize];
            names.durable.clone_from(&names.live);
            names.pending.clear();
        }
        self.machine.record(format!("sync {:?}", self.place));
        Ok(())
    }

    fn sync_file(&self, name: &OsStr) -> Result<(), FsError> {
        let at = self.inode(name).ok_or_else(|| FsError::NotFound(name.into()))?;
        if self.machine.fault != Fault::NoAdoptionSync {
            let inode = &mut self.machine.disk.borrow_mut().inodes[at];
            inode.durable.clone_from(&inode.content);
            inode.pending.clear();
        }
        self.machine.record(format!("sync {}", name.display()));
        Ok(())
    }

    fn names(&self) -> Result<Vec<OsString>, FsError> {
        Ok(self.machine.disk.borrow().names(self.place).cloned().collect())
    }

    fn lock(
        &self,
        name: &OsStr,
        owner: Ownership,
        _: Duration,
        _: StopCheck<'_>,
    ) -> Result<LockGuard, FsError> {
        if self.inode(name).is_none() {
            self.create_inode(name, owner.mode)?;
        }
        Ok(LockGuard::new(None))
    }

    fn again(&self) -> Result<Box<dyn Directory>, FsError> {
        Ok(Box::new(Self { machine: Rc::clone(&self.machine), place: self.place }))
    }

    fn in_place(&self, name: &OsStr, access: Access) -> Result<Option<Box<dyn InPlace>>, FsError> {
        self.open_in_place(name, access)
    }
}

/// A file of a [`Machine`] that is being written.
struct SimFile<'a> {
    directory: &'a SimDirectory,
    name: OsString,
    inode: usize,
    written: usize,
}

impl SimFile<'_> {
    fn change(&self, what: &str, change: impl FnOnce(&mut Inode)) {
        let machine = &self.directory.machine;
        {
            let inode = &mut machine.disk.borrow_mut().inodes[self.inode];
            change(inode);
            inode.changed += 1;
        }
        machine.record(format!("{what} {}", self.name.display()));
    }

    /// The name that a state file being written is going to have.
    fn final_name(&self) -> OsString {
        let disk = self.directory.machine.disk();
        let state = State::decode(&disk.inodes[self.inode].content).expect("a whole state");
        file_name(state.store_id)
    }
}

impl NewFile for SimFile<'_> {
    fn reserve(&mut self, len: u64) -> Result<(), FsError> {
        let len = usize::try_from(len).expect("small");
        self.change("reserve", |inode| inode.content.resize(len, 0));
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), FsError> {
        let (start, end) = (self.written, self.written + bytes.len());
        self.change("write", |inode| {
            inode.content.resize(end.max(inode.content.len()), 0);
            inode.content[start..end].copy_from_slice(bytes);
        });
        self.written = end;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), FsError> {
        let fault = self.directory.machine.fault;
        if fault != Fault::NoFileSync {
            self.change("sync", |inode| inode.durable.clone_from(&inode.content));
        }
        if fault == Fault::StateFirst && self.directory.place == Place::States {
            let name = self.final_name();
            self.directory.change("raise", &name, Entry::Create(name.clone(), self.inode));
            self.directory.sync()?;
        }
        Ok(())
    }

    fn read_back(&mut self, take: &mut dyn FnMut(&[u8])) -> Result<(), FsError> {
        take(&self.directory.machine.disk.borrow().inodes[self.inode].content);
        Ok(())
    }
}
