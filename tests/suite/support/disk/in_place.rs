//! Files that change where they stand, on the disk that loses power.
//!
//! What was written since the last sync may be on the disk in any part: each write whole, not at all, up to its half, or, where
//! it made the file longer, as a hole.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::rc::Rc;

use strongroom::fs::in_place::{Access, InPlaceFacts};
use strongroom::fs::{FsError, InPlace};

use super::{Depth, Entry, Fault, Inode, Machine, Place, SimDirectory};

/// A change of content that is not durable yet.
#[derive(Clone)]
pub(super) enum Change {
    Write(usize, Vec<u8>),
    Truncate(usize),
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write(at, bytes) => {
                content.resize(content.len().max(at + bytes.len()), 0);
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Self::Truncate(len) => content.resize(*len, 0),
        }
    }

    /// What may be left of it instead.
    fn torn(&self) -> Vec<Self> {
        match self {
            Self::Write(at, bytes) if bytes.len() > 1 => {
                let half = bytes.len() / 2;
                let mut holed = bytes.clone();
                holed[..half].fill(0);
                let hole = vec![0; bytes.len()];
                [bytes[..half].to_vec(), holed, hole]
                    .into_iter()
                    .map(|bytes| Self::Write(*at, bytes))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Inode {
    /// What may be left of changes in place.
    pub(super) fn in_place_fates(&self, depth: Depth) -> Vec<Vec<u8>> {
        let changes = &self.pending;
        assert!(changes.len() < 12, "too much is not synced: {} changes of a file", changes.len());
        let mut fates = Vec::new();
        for mask in 0..1_usize << changes.len() {
            let kept = |at: usize| mask & (1 << at) != 0;
            let mut content = self.durable.clone();
            for (_, change) in changes.iter().enumerate().filter(|(at, _)| kept(*at)) {
                change.apply(&mut content);
            }
            fates.push(content);
            if depth == Depth::Corners {
                continue;
            }
            for (torn_at, change) in changes.iter().enumerate().filter(|(at, _)| kept(*at)) {
                for torn in change.torn() {
                    let mut content = self.durable.clone();
                    for (at, change) in changes.iter().enumerate().filter(|(at, _)| kept(*at)) {
                        if at == torn_at { &torn } else { change }.apply(&mut content);
                    }
                    fates.push(content);
                }
            }
        }
        fates.sort();
        fates.dedup();
        fates
    }
}

/// An open file of a [`Machine`].
struct SimInPlace {
    machine: Rc<Machine>,
    place: Place,
    name: OsString,
    inode: usize,
}

impl SimDirectory {
    pub(super) fn open_in_place(
        &self,
        name: &OsStr,
        access: Access,
    ) -> Result<Option<Box<dyn InPlace>>, FsError> {
        let inode = match (self.inode(name), access) {
            (Some(inode), _) => inode,
            (None, Access::Create(owner)) => self.create_inode(name, owner.mode)?,
            (None, _) => return Ok(None),
        };
        let (machine, place) = (Rc::clone(&self.machine), self.place);
        Ok(Some(Box::new(SimInPlace { machine, place, name: name.into(), inode })))
    }
}

impl SimInPlace {
    fn change(&self, what: &str, change: Change) {
        {
            let inode = &mut self.machine.disk.borrow_mut().inodes[self.inode];
            change.apply(&mut inode.content);
            inode.pending.push(change);
            inode.changed += 1;
        }
        self.machine.record(format!("{what} {}", self.name.display()));
    }
}

impl InPlace for SimInPlace {
    fn facts(&self) -> Result<InPlaceFacts, FsError> {
        let disk = self.machine.disk.borrow();
        let inode = &disk.inodes[self.inode];
        let names = &disk.names[self.place as usize].live;
        Ok(InPlaceFacts {
            len: inode.content.len() as u64,
            uid: 0,
            mode: inode.mode,
            links: names.values().filter(|inode| **inode == self.inode).count() as u64,
            inode: (1, self.inode as u64),
        })
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, FsError> {
        let disk = self.machine.disk.borrow();
        let at = usize::try_from(offset).expect("small");
        let rest = disk.inodes[self.inode].content.get(at..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), FsError> {
        let at = usize::try_from(offset).expect("small");
        self.change("overwrite", Change::Write(at, bytes.to_vec()));
        Ok(())
    }

    fn append(&self, bytes: &[u8]) -> Result<(), FsError> {
        let end = self.machine.disk.borrow().inodes[self.inode].content.len();
        if self.machine.fault == Fault::Full {
            self.change("append half", Change::Write(end, bytes[..bytes.len() / 2].to_vec()));
            let (path, needed) = (self.name.clone().into(), bytes.len() as u64);
            return Err(FsError::Full { path, needed, source: rustix::io::Errno::NOSPC });
        }
        self.change("append", Change::Write(end, bytes.to_vec()));
        Ok(())
    }

    fn truncate(&self, len: u64) -> Result<(), FsError> {
        self.change("truncate", Change::Truncate(usize::try_from(len).expect("small")));
        Ok(())
    }

    fn reserve(&self, _: u64) -> Result<(), FsError> {
        Ok(())
    }

    fn sync_data(&self) -> Result<(), FsError> {
        if !self.machine.skips_in_place_sync(&self.name) {
            let inode = &mut self.machine.disk.borrow_mut().inodes[self.inode];
            inode.durable.clone_from(&inode.content);
            inode.pending.clear();
        }
        self.machine.record(format!("sync {}", self.name.display()));
        Ok(())
    }

    fn link_as(&self, name: &OsStr) -> Result<(), FsError> {
        let directory = SimDirectory { machine: Rc::clone(&self.machine), place: self.place };
        if directory.inode(name).is_some() {
            return Err(FsError::Exists(PathBuf::from(name)));
        }
        directory.change("link", name, Entry::Create(name.into(), self.inode));
        Ok(())
    }
}
