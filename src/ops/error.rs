//! Why an operation does not happen.

use std::path::{Path, PathBuf};

use super::audit::LogTrouble;
use super::hooks::HookError;
use super::keys::secrets::SecretError;
use crate::backup::ArchiveError;
use crate::crypto::kdf::KdfError;
use crate::crypto::random::RandomError;
use crate::fs::FsError;
use crate::isec::{Damage, IsecError};
use crate::keyring::KeyError;
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::passphrase::PassphraseError;
use crate::passphrase::strength::Judgement;
use crate::rotation::continuity::ProofError;
use crate::store::StoreError;
use crate::store::open::PrivateHalfError;
use crate::text::quote_path;

/// An operation failed or was refused; nothing was changed unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum OpError {
    /// A file.
    #[error(transparent)]
    Fs(#[from] FsError),
    /// A store of our own format.
    #[error(transparent)]
    Store(StoreError),
    /// An Igra file.
    #[error(transparent)]
    Isec(#[from] IsecError),
    /// Randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The passphrase itself.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// A managed key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A continuity proof.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A secret that is rotated.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A hook of a rotation.
    #[error(transparent)]
    Hook(#[from] HookError),
    /// The audit log.
    #[error(transparent)]
    Audit(#[from] LogTrouble),
    /// A new store would be recorded in the log of another one.
    #[error("{} is the audit log of another store: give the new one a path of its own in [audit] path", .0.display())]
    AuditOfAnother(PathBuf),
    /// An archive.
    #[error(transparent)]
    Archive(ArchiveError),
    /// An export as age.
    #[error(transparent)]
    Age(#[from] crate::backup::age::AgeError),
    /// A keyslot of an archive that cannot be tried.
    #[error("{0}")]
    ArchiveSlot(String, Kind),
    /// The stated network is not the archive's.
    #[error("this archive is of {archive}, not of {stated}")]
    ArchiveNetwork {
        /// What the archive says.
        archive: NetworkMode,
        /// What was stated.
        stated: NetworkMode,
    },
    /// A wrapped key of another network.
    #[error("the wrapped key is of {key}, the store of {store}: a key stays on its network")]
    WrappedNetwork {
        /// Of the store.
        store: NetworkMode,
        /// Of the key.
        key: NetworkMode,
    },
    /// What an interrupted verification left behind, under another passphrase or changed.
    #[error(
        "{} was not written with this passphrase, or somebody has changed it since", .0.display()
    )]
    ResumeOfAnother(PathBuf),
    /// An archive of another store.
    #[error("this archive is of another store")]
    ArchiveForeign,
    /// One passphrase for store and archive.
    #[error(
        "the passphrase of the archive opens the store too: whoever has the one would have the other"
    )]
    SharedPassphrase,
    /// What a restore gave is not what was archived.
    #[error("the restored store is not what was archived: {0}")]
    DrillDiffers(&'static str),
    /// The passphrase opens the live store and not the one in the archive.
    #[error(
        "the store in the archive does not open with this passphrase: it may be of before a change"
    )]
    ArchivedPassphrase,
    /// The archive is older than what this host has seen of the store.
    #[error(
        "this host has seen generation {seen} of the store, the archive holds generation {found}"
    )]
    RestoreOlder {
        /// Generation in the archive.
        found: u64,
        /// Generation seen.
        seen: u64,
    },
    /// Everything was brought back, but the name of the directory may not outlive a power cut.
    #[error("everything IS restored to {}, but whether the name is on the disk is not known: {_1}", .0.display())]
    RestoreNotSynced(PathBuf, Box<FsError>),
    /// An archive was removed, but may be there again after a power cut.
    #[error("{} IS removed, but whether that is on the disk is not known: {_1}", .0.display())]
    RemovalNotSynced(PathBuf, Box<FsError>),
    /// Nothing may be removed while no archive is known to be good.
    #[error("none of these archives is known to be good, so none is removed")]
    NothingProven,
    /// Others had access to the audit log.
    #[error("the audit log may have been read or changed: {0}")]
    AuditExposed(FsError),
    /// Stopped by a signal.
    #[error("stopped; nothing was changed")]
    Stopped(Kind),
    /// The file is of no format we know.
    #[error("{0} is neither a strongroom store nor an Igra secrets file")]
    UnknownFormat(String),
    /// The stated network is not the store's.
    #[error("this store is {store}, not {stated}")]
    WrongNetwork {
        /// What the store says.
        store: NetworkMode,
        /// What was stated.
        stated: NetworkMode,
    },
    /// The file is older than what this host has seen.
    #[error("rollback suspected: the store has generation {found}, this host has seen {seen}")]
    Rollback {
        /// Generation of the file.
        found: u64,
        /// Generation seen.
        seen: u64,
    },
    /// The file has the generation this host has seen, and other content.
    #[error("fork suspected: another file with generation {0} was seen on this host")]
    Fork(u64),
    /// The file is below the configured generation.
    #[error("the store has generation {found}, below the configured min_generation {min}")]
    BelowMinimum {
        /// Generation of the file.
        found: u64,
        /// The configured least.
        min: u64,
    },
    /// The store key is not one of the configured ones.
    #[error("the store is signed by another key than [security] store_keys names")]
    Unpinned,
    /// No state directory, on a network that demands one.
    #[error("no usable state directory ({0}): an older copy of the store would not be noticed")]
    NoState(String),
    /// The new passphrase does not meet the network's policy, or what the configuration demands beyond it.
    #[error(
        "the new passphrase is refused on {network}{}: {}",
        if *.demanded { " with this configuration" } else { "" },
        .judgement.summary()
    )]
    WeakPassphrase {
        /// The network.
        network: NetworkMode,
        /// Whether the configuration demands more than the network.
        demanded: bool,
        /// What was measured.
        judgement: Judgement,
    },
    /// A new passphrase equal to the old one.
    #[error("the new passphrase is the same as the old one")]
    SamePassphrase,
    /// An Igra passphrase that the service would not read as it was typed.
    #[error("the new passphrase starts or ends with a blank, which Igra's service would cut off")]
    BlankEnds,
    /// There is no such secret.
    #[error("no secret of that name in this store")]
    NoSecret,
    /// There is no such version.
    #[error("no version {0} of that secret is kept")]
    NoVersion(u64),
    /// Overwriting a value that keeps no history, without being told to.
    #[error("a secret of that name exists, and an Igra file keeps no history")]
    WouldOverwrite,
    /// Not possible in this format.
    #[error("{what} is not possible in an Igra secrets file")]
    NotInIgra {
        /// What was asked.
        what: &'static str,
        /// The file, for the hint.
        file: String,
    },
    /// Requested costs are below the network's floor.
    #[error("key derivation cost {asked} is below the floor of {network} ({floor})")]
    BelowFloor {
        /// What was asked.
        asked: String,
        /// The network.
        network: NetworkMode,
        /// Its floor.
        floor: String,
    },
    /// A change to a file of Igra's old layout, which is only read.
    #[error("{}", IsecError::LegacyLayout)]
    LegacyLayout(PathBuf),
    /// The last keyslot cannot go.
    #[error("{}", StoreError::LastSlot(*.id))]
    LastSlot {
        /// The keyslot.
        id: u16,
        /// The store, for the hint.
        file: PathBuf,
    },
    /// Slots that were not presented would be dropped.
    #[error("the new data key would drop {0} and leave one keyslot")]
    WouldDropSlots(String),
    /// The slot that opened the store cannot revoke itself.
    #[error("keyslot {0} is the one that opened the store")]
    OwnSlot(u16),
    /// `--accept-rollback` where nothing is committed.
    #[error("this command commits nothing, so it cannot accept a rollback")]
    NothingToAccept,
    /// A forced action without a reason.
    #[error("a reason is needed on mainnet")]
    ReasonNeeded,
    /// Names that our grammar refuses.
    #[error("{} of the secrets have names that a strongroom store cannot hold: {}", .0.len(), .0.join(", "))]
    Names(Vec<String>),
    /// Two sources would get the same name.
    #[error("two secrets would get the name {0}")]
    NameTwice(String),
    /// The files beside the store would have names that no file system takes.
    #[error("the name of the store is too long: {found} bytes, at most {most}")]
    NameTooLong {
        /// Its length.
        found: usize,
        /// The longest that leaves room for the lock and temporary files.
        most: usize,
    },
    /// The change is durable, but what follows a commit failed.
    #[error(
        "the change IS committed (generation {generation}), but {what}; the next command completes it"
    )]
    AfterCommit {
        /// The new generation.
        generation: u64,
        /// What failed.
        what: String,
        /// Kind of that failure.
        kind: Kind,
    },
}

impl From<Damage> for OpError {
    fn from(damage: Damage) -> Self {
        Self::Isec(damage.into())
    }
}

impl From<PrivateHalfError> for OpError {
    fn from(error: PrivateHalfError) -> Self {
        match error {
            PrivateHalfError::Key(error) => error.into(),
            PrivateHalfError::Store(error) => error.into(),
        }
    }
}

impl From<ArchiveError> for OpError {
    /// A file that could not be read or written is a matter of the file, and says what a file says.
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Stopped(kind) => Self::Stopped(kind),
            ArchiveError::Read(error) => error
                .downcast::<FsError>()
                .map_or_else(|error| Self::Archive(ArchiveError::Read(error)), Self::Fs),
            ArchiveError::Write(error) => error
                .downcast::<FsError>()
                .map_or_else(|error| Self::Archive(ArchiveError::Write(error)), Self::Fs),
            error => Self::Archive(error),
        }
    }
}

impl From<KdfError> for OpError {
    fn from(error: KdfError) -> Self {
        Self::Store(error.into())
    }
}

impl From<StoreError> for OpError {
    /// A store that could not be read is a matter of the file, and says what a file says.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Read(error) => error
                .downcast::<FsError>()
                .map_or_else(|error| Self::Store(StoreError::Read(error)), Self::Fs),
            error => Self::Store(error),
        }
    }
}

impl OpError {
    /// The kind of outcome.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Fs(error) => error.kind(),
            Self::RestoreNotSynced(_, error) | Self::RemovalNotSynced(_, error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Isec(error) => error.kind(),
            Self::Random(_) => Kind::Io,
            Self::Key(error) => error.kind(),
            Self::Proof(error) => error.kind(),
            Self::Hook(error) => error.kind(),
            Self::Secret(error) => error.kind(),
            Self::Archive(error) => error.kind(),
            Self::Age(error) => error.kind(),
            Self::Audit(error) => error.kind(),
            Self::AuditExposed(_) | Self::AuditOfAnother(_) => Kind::Audit,
            Self::Rollback { .. }
            | Self::Fork(_)
            | Self::BelowMinimum { .. }
            | Self::RestoreOlder { .. } => Kind::Rollback,
            Self::UnknownFormat(_) | Self::Unpinned | Self::DrillDiffers(_) => Kind::Integrity,
            Self::ArchivedPassphrase | Self::ResumeOfAnother(_) => Kind::WrongPassphrase,
            Self::NothingToAccept
            | Self::Passphrase(_)
            | Self::SamePassphrase
            | Self::NameTooLong { .. }
            | Self::BlankEnds => Kind::Usage,
            Self::NoSecret | Self::NoVersion(_) => Kind::NotFound,
            Self::WouldOverwrite => Kind::Exists,
            Self::NotInIgra { .. }
            | Self::LegacyLayout(_)
            | Self::Names(_)
            | Self::NameTwice(_) => Kind::Unsupported,
            Self::ReasonNeeded => Kind::InputNeeded,
            Self::Stopped(kind) | Self::AfterCommit { kind, .. } | Self::ArchiveSlot(_, kind) => {
                *kind
            }
            Self::WrongNetwork { .. }
            | Self::ArchiveNetwork { .. }
            | Self::WrappedNetwork { .. }
            | Self::ArchiveForeign
            | Self::SharedPassphrase
            | Self::NothingProven
            | Self::NoState(_)
            | Self::WeakPassphrase { .. }
            | Self::BelowFloor { .. }
            | Self::OwnSlot(_)
            | Self::LastSlot { .. }
            | Self::WouldDropSlots(_) => Kind::Policy,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Audit(error) => error.hints(),
            Self::Hook(error) => error.hints(),
            Self::Secret(error) => error.hints(),
            Self::Fs(error) | Self::AuditExposed(error) => error.hints(),
            Self::Store(error) => error.hints(),
            Self::WrongNetwork { store, .. } => {
                vec![format!("this store is {store}: add --network {store}")]
            }
            Self::Archive(error) => error.hints(),
            Self::ArchiveNetwork { archive, .. } => {
                vec![format!("this archive is of {archive}: add --network {archive}")]
            }
            Self::SharedPassphrase => {
                vec!["choose another one: --archive-passphrase-from file:PATH".to_owned()]
            }
            Self::RestoreNotSynced(path, _) => vec![format!("sync -f {}", quote_path(path))],
            Self::RemovalNotSynced(path, _) => {
                let above = path.parent().filter(|above| !above.as_os_str().is_empty());
                vec![format!("sync -f {}", quote_path(above.unwrap_or(Path::new("."))))]
            }
            Self::RestoreOlder { .. } => {
                vec!["to take the archive as the truth: add --accept-rollback REASON".to_owned()]
            }
            Self::ArchivedPassphrase => vec![
                "bring the one of that time: --archived-store-passphrase-from file:PATH".to_owned(),
                "or compare what needs none: leave --passphrase-from out".to_owned(),
            ],
            Self::ResumeOfAnother(path) => {
                vec![format!("to verify everything again: rm {}", quote_path(path))]
            }
            Self::NothingProven => vec![
                "prove one: wallet-backup verify FILE --archive-passphrase-from file:PATH"
                    .to_owned(),
                "or bring the passphrase: --archive-passphrase-from file:PATH".to_owned(),
            ],
            Self::Rollback { .. } | Self::Fork(_) => vec![
                "find out who put this file there; the newest backup may be newer than it"
                    .to_owned(),
                "to take it as the truth: add --accept-rollback REASON".to_owned(),
            ],
            Self::NoState(_) => vec![
                "name a writable directory: [security] state_dir = \"/var/lib/strongroom\""
                    .to_owned(),
                "or give up rollback detection: [security] state = \"none\"".to_owned(),
            ],
            Self::WeakPassphrase { judgement, .. } => judgement.hints(),
            Self::WouldOverwrite => vec!["add --yes to replace it".to_owned()],
            Self::NotInIgra { file, .. } => {
                let file = quote_path(Path::new(file));
                vec![format!("secrets-admin convert {file} {file}.strongroom --to strongroom")]
            }
            Self::LegacyLayout(file) => {
                let file = quote_path(file);
                vec![format!("secrets-admin convert {file} {file}.new --to igra")]
            }
            Self::LastSlot { file, .. } => vec![format!(
                "add a second keyslot first: secrets-admin keyslot add {}",
                quote_path(file)
            )],
            Self::WouldDropSlots(_) => vec![
                "present their passphrases: --slot-passphrase-from ID=SPEC".to_owned(),
                "or name what may go: --drop-slots ID,…".to_owned(),
            ],
            Self::OwnSlot(_) => {
                vec!["open the store with another keyslot: add --slot N".to_owned()]
            }
            Self::ReasonNeeded => vec!["add --reason TEXT".to_owned()],
            Self::Names(names) => names
                .first()
                .map(|name| format!("--rename {}=NEW_NAME", crate::text::shell_quote(name)))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }
}
