//! Find a store, read it, and say what it is, before any passphrase is asked for.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Desk, Notice, OpError, state};
use crate::crypto::mac::Hash;
use crate::fs::checks::Parents;
use crate::fs::directory::Ownership;
use crate::fs::{Content, Directory, FileId, FsError, Place};
use crate::isec;
use crate::memory::Region;
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::store::state::{Standing, State};
use crate::store::{Header, SealedStore, Source, StoreId, limits, sealed};

/// Which format a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `strongroom store v1`.
    Native,
    /// Igra's current layout.
    IgraCurrent,
    /// Igra's first layout: read, never written.
    IgraLegacy,
}

impl Format {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "strongroom-v1",
            Self::IgraCurrent => "igra-rtm1",
            Self::IgraLegacy => "igra-legacy",
        }
    }
}

/// A file as it was read, still sealed.
pub enum Sealed {
    /// Our own format.
    Native(Box<SealedStore>),
    /// Igra's.
    Igra {
        /// The parsed header.
        header: isec::Header,
        /// The whole file.
        bytes: Region,
    },
}

impl Sealed {
    fn read(content: &Arc<dyn Content>, len: u64, path: &Path) -> Result<Self, OpError> {
        let mut start = [0; sealed::MAGIC.len()];
        let known = usize::try_from(len).map_or(start.len(), |len| len.min(start.len()));
        content.read_at(0, &mut start[..known])?;
        if start == sealed::MAGIC {
            let stored = Arc::new(Stored(Arc::clone(content)));
            Ok(Self::Native(Box::new(SealedStore::open_file(stored, len)?)))
        } else if isec::recognises(&start[..known]) {
            let bytes = content.read_all(len)?;
            Ok(Self::Igra { header: isec::inspect(&bytes)?, bytes })
        } else {
            Err(OpError::UnknownFormat(crate::text::escape(&path.display().to_string())))
        }
    }

    /// Which format it has.
    pub const fn format(&self) -> Format {
        match self {
            Self::Native(_) => Format::Native,
            Self::Igra { header, .. } => match header.times {
                Some(_) => Format::IgraCurrent,
                None => Format::IgraLegacy,
            },
        }
    }
}

/// An open file, as the store format reads it.
struct Stored(Arc<dyn Content>);

impl Source for Stored {
    fn read_at(&self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.read_at(at, into).map_err(io::Error::other)
    }

    fn unchanged(&self) -> io::Result<()> {
        self.0.unchanged().map_err(io::Error::other)
    }
}

/// Where a store stands.
pub struct Site {
    pub(super) directory: Box<dyn Directory>,
    pub(super) name: OsString,
    /// The path as it was given, for messages.
    pub path: PathBuf,
    /// The network whose rules hold: the store's own, or for an Igra file the stated one, else mainnet.
    pub network: NetworkMode,
}

impl Site {
    /// A site in `directory`, which need not be on a real disk.
    pub fn new(
        directory: Box<dyn Directory>,
        name: &OsStr,
        path: &Path,
        network: NetworkMode,
    ) -> Self {
        Self { directory, name: name.into(), path: path.into(), network }
    }

    /// The path, escaped for a message.
    pub fn shown(&self) -> String {
        crate::text::escape(&self.path.display().to_string())
    }
}

/// One reading of the file.
pub(super) struct Snapshot {
    pub sealed: Sealed,
    pub tag: FileTag,
}

/// Which file was read, and whose it is.
pub struct FileTag {
    /// Which one.
    pub id: FileId,
    /// Whose.
    pub owner: Ownership,
    /// Held open so that the inode cannot be used again; see [`FileId`].
    _content: Option<Arc<dyn Content>>,
}

impl FileTag {
    /// The tag of a file that is yet to be made.
    pub(super) const fn of_new(owner: Ownership) -> Self {
        Self { id: FileId { inode: (0, 0), len: 0, changed: (0, 0) }, owner, _content: None }
    }
}

/// A store that was found, still sealed.
pub struct StoreFile {
    pub(super) site: Site,
    pub(super) snapshot: Snapshot,
    pub(super) remembered: Option<State>,
    pub(super) notices: Vec<Notice>,
}

impl StoreFile {
    /// Finds the store at `path`. Checks the file, its parents, its structure and the stated network; asks nothing.
    pub fn find(desk: &Desk<'_>, path: &Path) -> Result<Self, OpError> {
        let place = Place::resolve(path, desk.trust)?;
        let directory = place.directory().again()?;
        let site = Site::new(directory, place.name(), path, NetworkMode::default());
        let mut file = Self::at(desk, site)?;
        let parents = place.check_parents(file.snapshot.tag.owner.uid)?;
        let Self { site, notices, .. } = &mut file;
        if parents == Parents::Sticky && site.network.policy().sticky_parent != Verdict::Allow {
            notices.push(Notice::Note(format!(
                "{} lies below a directory that everybody may write to",
                site.shown()
            )));
        }
        Ok(file)
    }

    /// The store at `site`, which need not be on a real disk: the directories above it are not judged.
    pub fn at(desk: &Desk<'_>, site: Site) -> Result<Self, OpError> {
        let (snapshot, remembered) = read(desk, site.directory.as_ref(), &site.name, &site.path)?;
        Self::found(desk, site, snapshot, remembered)
    }

    fn found(
        desk: &Desk<'_>,
        mut site: Site,
        snapshot: Snapshot,
        remembered: Option<State>,
    ) -> Result<Self, OpError> {
        site.network = match &snapshot.sealed {
            Sealed::Native(store) => store.header().network,
            Sealed::Igra { .. } => desk.settings.network.unwrap_or_default(),
        };
        match desk.settings.network {
            Some(stated) if stated != site.network => {
                Err(OpError::WrongNetwork { store: site.network, stated })
            }
            _ => {
                let id = remembered_as(&snapshot.sealed, &site.path);
                let damaged = remembered.is_none() && desk.state.is_damaged(id);
                let notices = if damaged { vec![Notice::StateDamaged] } else { Vec::new() };
                Ok(Self { site, snapshot, remembered, notices })
            }
        }
    }

    /// The file as it was read.
    pub const fn sealed(&self) -> &Sealed {
        &self.snapshot.sealed
    }

    /// Where it stands.
    pub const fn site(&self) -> &Site {
        &self.site
    }

    /// Which format it has.
    pub const fn format(&self) -> Format {
        self.snapshot.sealed.format()
    }

    /// Its id; for an Igra file, which has none, the one that its path gives it.
    pub fn store_id(&self) -> StoreId {
        remembered_as(&self.snapshot.sealed, &self.site.path)
    }

    /// The network whose rules hold.
    pub const fn network(&self) -> NetworkMode {
        self.site.network
    }

    /// What this host remembers of it.
    pub const fn remembered(&self) -> Option<&State> {
        self.remembered.as_ref()
    }

    /// Fails for an Igra file: `what` needs our own format.
    pub fn require_native(&self, what: &'static str) -> Result<&SealedStore, OpError> {
        match &self.snapshot.sealed {
            Sealed::Native(store) => Ok(store),
            Sealed::Igra { .. } => {
                Err(OpError::NotInIgra { what, file: self.site.path.display().to_string() })
            }
        }
    }
}

/// Reads the file at a site again, with what is remembered of it.
pub(super) fn read(
    desk: &Desk<'_>,
    directory: &dyn Directory,
    name: &OsStr,
    path: &Path,
) -> Result<(Snapshot, Option<State>), OpError> {
    loop {
        let file = directory
            .open(name, limits::FILE)?
            .ok_or_else(|| FsError::NotFound(path.to_path_buf()))?;
        let content: Arc<dyn Content> = file.content.into();
        let sealed = Sealed::read(&content, file.id.len, path)?;
        let owner = Ownership { uid: file.uid, mode: file.mode };
        let tag = FileTag { id: file.id, owner, _content: Some(content) };
        let remembered = desk.state.recall(remembered_as(&sealed, path))?;
        // A commit puts the file in place before it raises the state. If the name still leads to the file that was read, then
        // whatever the state says was true of that file or an earlier one, and an accusation is no race.
        if directory.id(name)?.is_some_and(|now| now.inode == tag.id.inode) {
            return Ok((Snapshot { sealed, tag }, remembered));
        }
        desk.check_stop()?;
    }
}

/// The id that a file's state is kept under.
pub(super) fn remembered_as(sealed: &Sealed, path: &Path) -> StoreId {
    match sealed {
        Sealed::Native(store) => store.header().store_id,
        Sealed::Igra { .. } => state::igra_id(path),
    }
}

/// Judges a store by what is remembered and configured; `--accept-rollback` lets every accusation of age pass.
pub fn judge(
    desk: &Desk<'_>,
    remembered: Option<&State>,
    header: &Header,
    digest: &Hash,
) -> Result<Standing, OpError> {
    let standing = remembered.map_or(Standing::Unknown, |state| state.judge(header, digest));
    let settings = &desk.settings;
    // A wrong signing key is neither a rollback nor a fork, and nothing accepts it.
    if !settings.store_keys.is_empty() && !settings.store_keys.contains(&header.store_key) {
        return Err(OpError::Unpinned);
    }
    if settings.accept_rollback.is_some() {
        return Ok(standing);
    }
    match standing {
        Standing::Rollback { seen, found } => return Err(OpError::Rollback { found, seen }),
        Standing::Fork { generation } => return Err(OpError::Fork(generation)),
        Standing::Unknown | Standing::Current | Standing::Newer => {}
    }
    let (found, min) = (header.generation, settings.min_generation);
    if found < min {
        return Err(OpError::BelowMinimum { found, min });
    }
    Ok(standing)
}
