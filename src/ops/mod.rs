//! Operations: one function per verb, from facts through policy to a durable change.
//!
//! Nothing here prints or asks. An operation is given a [`Desk`] (clock, randomness, settings, a way to be stopped), finds the
//! file as a [`StoreFile`], opens it with credentials, and returns data. Whatever changes a file goes through one
//! [`Transaction`]: lock, read, decide, intent, commit, outcome.
//!
//! | module | verb |
//! |---|---|
//! | [`locate`] | find the file, read it, judge what this host remembers of it |
//! | [`transaction`] | change it |
//! | [`init`] | make a new one |
//! | [`secrets`] | set, get, list, remove |
//! | [`keys`] | managed keys: make, use, rotate, judge, prove |
//! | [`slots`] | passphrase change, keyslots, data key |
//! | [`convert`] | from one format to another |
//! | [`check`] | does it meet its network's policy |
//! | [`remedy`] | the commands that mend what was found |
//! | [`hooks`] | run the operator's programs before and after a rotation |
//! | [`audit_log`] | verify, search and tend the record of all this |
//! | [`backup`] | archives: made, proven, listed, brought back |
//! | [`claims`] | what the inventory may say of it |

pub mod audit;
pub mod audit_log;
pub mod backup;
pub mod calibrate;
pub mod check;
pub mod claims;
mod commit;
pub mod contents;
pub mod convert;
mod error;
pub mod gate;
pub mod hooks;
pub mod init;
pub mod keys;
pub mod locate;
pub mod opening;
pub mod remedy;
pub mod remember;
pub mod secrets;
pub mod signed;
pub mod slots;
pub mod state;
pub mod transaction;
pub mod validate;
pub mod verify;
pub mod write_file;

use std::cell::RefCell;
use std::time::Duration;

pub use contents::Contents;
pub use error::OpError;
pub use locate::{FileTag, Format, StoreFile};
pub use opening::Opening;
pub use state::StateHome;
pub use transaction::{Receipt, Transaction};

use crate::clock::Clock;
use crate::crypto::kdf::Ceiling;
use crate::crypto::random::Random;
use crate::crypto::sign::PublicKey;
use crate::fs::{StopCheck, Trust};
use crate::name::{SecretName, SecretRoles};
use crate::network::NetworkMode;
use crate::network::policy::PassphraseDemands;
use crate::passphrase::strength::Context;
use crate::rotation::policy::Policies;
use crate::store::inventory::Level;

/// What an operator or a configuration may decide.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The network that was stated; `None` takes the store's own.
    pub network: Option<NetworkMode>,
    /// How long to wait for another process.
    pub lock_timeout: Duration,
    /// Open this slot and no other.
    pub slot: Option<u16>,
    /// How much key derivation is allowed.
    pub ceiling: Ceiling,
    /// Raise a slot below the network's floor when writing.
    pub kdf_upgrade: bool,
    /// Which names mean the payment and the wallet secret.
    pub roles: SecretRoles,
    /// Names that must be there.
    pub required: Vec<SecretName>,
    /// Store keys that are trusted; empty = the state file's.
    pub store_keys: Vec<PublicKey>,
    /// Generation below which no store is accepted, also without a state file.
    pub min_generation: u64,
    /// What is demanded of new passphrases beyond the network.
    pub passphrase: PassphraseDemands,
    /// How much the inventory shows.
    pub inventory: Level,
    /// When managed keys are replaced.
    pub rotation: Policies,
    /// Where archives are; none knows only those that this host remembers.
    pub backup_dirs: Vec<std::path::PathBuf>,
    /// The audit log, for commands that look at it and record nothing; none for the one beside the store.
    pub audit_path: Option<std::path::PathBuf>,
    /// Why this is done; goes to the audit log.
    pub reason: Option<String>,
    /// Take an older or forked store as the truth, for this reason.
    pub accept_rollback: Option<String>,
    /// Change nothing: say what would be done.
    pub dry_run: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            network: None,
            lock_timeout: Duration::from_secs(30),
            slot: None,
            ceiling: Ceiling::default(),
            kdf_upgrade: true,
            roles: SecretRoles::default(),
            required: Vec::new(),
            store_keys: Vec::new(),
            min_generation: 0,
            passphrase: PassphraseDemands::default(),
            inventory: Level::Full,
            rotation: Policies::default(),
            backup_dirs: Vec::new(),
            audit_path: None,
            reason: None,
            accept_rollback: None,
            dry_run: false,
        }
    }
}

/// Everything an operation needs from outside.
pub struct Desk<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// Randomness.
    pub random: RefCell<Box<dyn Random + 'a>>,
    /// On whose behalf files are judged.
    pub trust: Trust,
    /// Asked between steps that take long.
    pub stop: StopCheck<'a>,
    /// Where this host remembers stores.
    pub state: StateHome,
    /// What was decided.
    pub settings: Settings,
    /// Words that are worth nothing in a passphrase here: host, user. Asked for when a passphrase is judged.
    pub words: &'a dyn Fn() -> Context,
    /// How actions are recorded; none records nothing.
    pub audit: Option<audit::Recording>,
}

impl Desk<'_> {
    /// How actions are recorded. A dry run is none.
    fn recording(&self) -> Option<&audit::Recording> {
        self.audit.as_ref().filter(|_| !self.settings.dry_run)
    }

    /// `event`, with the operator's reason.
    fn reasoned(&self, event: audit::Event) -> audit::Event {
        let given =
            || self.settings.accept_rollback.clone().or_else(|| self.settings.reason.clone());
        audit::Event { reason: event.reason.or_else(given), ..event }
    }

    /// Fails when the operator wants the command to stop.
    pub fn check_stop(&self) -> Result<(), OpError> {
        match (self.stop)() {
            Some(kind) => Err(OpError::Stopped(kind)),
            None => Ok(()),
        }
    }
}

/// What an operation did, or under `--dry-run` would do.
#[derive(Debug)]
pub struct Outcome {
    /// What was committed; none under `--dry-run`, or when there was nothing to do.
    pub receipt: Option<Receipt>,
    /// The steps, in words.
    pub plan: Vec<String>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Commits `tx`, or under `--dry-run` leaves everything as it is.
fn finish(mut tx: Transaction<'_, '_>, plan: Vec<String>) -> Result<Outcome, OpError> {
    if tx.desk().settings.dry_run {
        let notices = std::mem::take(tx.notices());
        return Ok(Outcome { receipt: None, plan, notices });
    }
    let (desk, event) = (tx.desk(), tx.event_mut().name);
    let (turn, path) = (backup::memory::Turn::of_event(event), tx.site().path.clone());
    let header = |store: &crate::store::OpenStore| backup::verify::Live::of_header(store.header());
    let live = tx.contents().native().map(header);
    let mut receipt = tx.commit()?;
    let mut notices = std::mem::take(&mut receipt.notices);
    if let (Some(live), Some(turn)) = (live, turn) {
        let live = backup::verify::Live { generation: receipt.generation, ..live };
        notices.extend(backup::outdated::after(desk, &path, &live, turn));
    }
    Ok(Outcome { receipt: Some(receipt), plan, notices })
}

/// Something that the operator should know although the command succeeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// No usable state directory: an older copy of the store would not be noticed.
    NoState(String),
    /// The store is news to this host, and could not be remembered.
    NotRemembered(String),
    /// An archive was made, and could not be remembered.
    ArchiveNotRemembered(String),
    /// What this host remembered of the store cannot be read.
    StateDamaged,
    /// Something about the audit log.
    Audit(String),
    /// This host saw the store for the first time.
    FirstSeen,
    /// A slot was raised to the network's floor.
    KdfUpgraded {
        /// The slot.
        slot: u16,
        /// What it was, and what it is.
        change: String,
    },
    /// The Igra service or its tools wrote the file since we last did.
    ChangedByAnotherProgram,
    /// The passphrase of the slot was weak when it was chosen, or nobody knows.
    WeakPassphrase(u16),
    /// A mainnet store without a payment secret.
    PaymentSecretMissing(NetworkMode),
    /// A payment or wallet secret that is weak or stands twice.
    WeakSecret {
        /// Its name.
        name: String,
        /// What is wrong, without the value.
        why: String,
    },
    /// An older or forked store was taken as the truth.
    RollbackAccepted {
        /// Generation of the file that was found.
        found: u64,
        /// Generation this host had seen.
        seen: u64,
    },
    /// Keyslots that can no longer open the store, since their secrets were not at hand.
    SlotsDropped(Vec<String>),
    /// The passphrase changed, the data key did not.
    OldPassphraseStillReads,
    /// Anything else, already in words.
    Note(String),
}
