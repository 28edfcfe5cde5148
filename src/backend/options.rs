//! How a store file is opened, and who has its passphrase.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{BootClock, Monotonic};
use crate::crypto::sign::PublicKey;
use crate::environment::Environment;
use crate::fs::Trust;
use crate::name::SecretRoles;
use crate::network::NetworkMode;
use crate::ops::StateHome;
use crate::ops::audit::Recording;
use crate::ops::state::StatePaths;
use crate::store::keyslot::Credentials;

/// Why a callback has no passphrase.
pub type UnlockError = Box<dyn std::error::Error + Send + Sync>;

/// Asked for the passphrase whenever a file has to be opened: at first, after the time to live, and when the file changed.
///
/// The store keeps no passphrase, so a callback must be able to answer again: from a systemd credential, a token, a person.
/// It is called with the store's lock held and must not use the store itself.
///
/// Closures are callbacks:
/// ```
/// use strongroom::passphrase::Passphrase;
/// use strongroom::store::keyslot::Credentials;
/// use strongroom::{SecretBytes, Unlock};
///
/// fn takes(unlock: impl Unlock) -> bool {
///     unlock.unlock().is_ok()
/// }
/// let typed = || SecretBytes::copy_from(b"from a systemd credential");
/// assert!(takes(move || {
///     Ok(Credentials { passphrase: Passphrase::new(typed())?, keyfile: None })
/// }));
/// ```
pub trait Unlock: Send + Sync {
    /// What opens the store. An error is handed on as [`BackendError::Unlock`](super::BackendError::Unlock).
    fn unlock(&self) -> Result<Credentials, UnlockError>;
}

impl<F> Unlock for F
where
    F: Fn() -> Result<Credentials, UnlockError> + Send + Sync,
{
    fn unlock(&self) -> Result<Credentials, UnlockError> {
        self()
    }
}

/// Where a service remembers which generation of a store it has seen, so that an older copy is noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateChoice {
    /// Where `secrets-admin` does: `$STATE_DIRECTORY`, else `/var/lib/strongroom` for root and the home directory for others.
    Standard,
    /// In this directory, which must belong to the caller; it is made when it does not exist.
    Directory(PathBuf),
    /// Nowhere: an older copy is not noticed.
    Disabled,
}

/// How a [`FileSecretStore`](super::FileSecretStore) is opened.
///
/// ```
/// use std::time::Duration;
/// use strongroom::backend::{Options, StateChoice};
/// use strongroom::NetworkMode;
///
/// let options = Options {
///     network: Some(NetworkMode::Mainnet),
///     ttl: Duration::from_secs(60),
///     ..Options::new(StateChoice::Directory("/var/lib/signer/strongroom".into()))
/// };
/// assert!(options.roles.is_payment("igra.hd.payment_secret"));
/// ```
pub struct Options {
    /// The network that the service runs on. A store of another one is refused; none takes the store's own, and mainnet for an
    /// Igra file, which records none.
    pub network: Option<NetworkMode>,
    /// Where generations are remembered.
    pub state: StateChoice,
    /// How long the opened store is kept after the passphrase was given; zero keeps nothing between two calls.
    pub ttl: Duration,
    /// Which names mean the payment and the wallet secret.
    pub roles: SecretRoles,
    /// Open this keyslot and no other.
    pub slot: Option<u16>,
    /// Store keys that are trusted; empty = the remembered one.
    pub store_keys: Vec<PublicKey>,
    /// Generation below which no store is accepted.
    pub min_generation: u64,
    /// How openings and releases are recorded: by default in the log beside the store, where what cannot be recorded does not
    /// happen on mainnet and is a notice elsewhere. None records nothing.
    pub recording: Option<Recording>,
    /// The environment that must hold no secrets.
    pub environment: Environment,
    /// What the time to live is measured with.
    pub clock: Arc<dyn Monotonic>,
}

impl Options {
    /// How long an opened store is kept unless told otherwise.
    pub const TTL: Duration = Duration::from_mins(5);

    /// The defaults. Where to remember generations has none: a service should say.
    pub fn new(state: StateChoice) -> Self {
        Self {
            network: None,
            state,
            ttl: Self::TTL,
            roles: SecretRoles::default(),
            slot: None,
            store_keys: Vec::new(),
            min_generation: 0,
            recording: Some(Recording::of_process("strongroom")),
            environment: Environment::of_process(),
            clock: Arc::new(BootClock),
        }
    }

    /// Opens the directory that was chosen.
    pub(super) fn state_home(&self, trust: Trust) -> StateHome {
        let paths = match &self.state {
            StateChoice::Disabled => return StateHome::Disabled,
            StateChoice::Directory(path) => {
                StatePaths { configured: Some(path.clone()), ..StatePaths::default() }
            }
            StateChoice::Standard => StatePaths {
                configured: None,
                systemd: self.environment.state_directory(),
                xdg_state_home: self.environment.xdg_state_home(),
                home: self.environment.home(),
            },
        };
        paths.open(trust)
    }
}
