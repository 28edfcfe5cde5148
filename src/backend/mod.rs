//! Where a service takes its secrets from.
//!
//! A signing service asks a [`SecretStore`] and does not care what stands behind it: a [`FileSecretStore`] opens the files
//! that `secrets-admin` and Igra's service write, `EnvSecretStore` reads variables on a developer's machine and exists only
//! with the feature `env-secrets`.
//!
//! Rules that hold for every backend:
//! - the network is asked before a passphrase is: secrets in the environment stop a mainnet store from opening at all;
//! - a service on mainnet does not get to run without a payment secret ([`SecretStore::load_payment_secret`]);
//! - nothing is printed: what an operator should know comes back as a value.

mod cache;
#[cfg(feature = "env-secrets")]
mod env;
mod error;
mod file;
mod options;
mod payment;

#[cfg(feature = "env-secrets")]
pub use env::EnvSecretStore;
pub use error::BackendError;
pub use file::FileSecretStore;
pub use options::{Options, StateChoice, Unlock, UnlockError};
pub use payment::Loaded;

use crate::name::SecretRoles;
use crate::network::NetworkMode;
use crate::secret::SecretBytes;

/// The roles that hold when a backend was told no others.
static BUILT_IN: SecretRoles = SecretRoles { payment_names: Vec::new(), wallet_names: Vec::new() };

/// A place that secrets are read from.
///
/// A backend of one's own needs three methods; the rules about the payment secret come with the trait:
/// ```
/// use strongroom::kind::Kind;
/// use strongroom::{BackendError, NetworkMode, SecretBytes, SecretStore};
///
/// struct OnlyWallet;
///
/// impl SecretStore for OnlyWallet {
///     fn get(&self, name: &str) -> Result<SecretBytes, BackendError> {
///         match name {
///             "igra.hd.wallet_secret" => Ok(SecretBytes::copy_from(b"not a real one")),
///             _ => Err(BackendError::NotFound { backend: self.backend() }),
///         }
///     }
///     fn list(&self) -> Result<Vec<String>, BackendError> {
///         Ok(vec!["igra.hd.wallet_secret".to_owned()])
///     }
///     fn backend(&self) -> &'static str {
///         "constant"
///     }
/// }
///
/// let refused = OnlyWallet.load_payment_secret(NetworkMode::Mainnet).err();
/// assert_eq!(refused.map(|error| error.kind()), Some(Kind::Policy));
/// # Ok::<(), BackendError>(())
/// ```
pub trait SecretStore: Send + Sync {
    /// The newest value of a secret. [`BackendError::NotFound`] when there is none of that name.
    fn get(&self, name: &str) -> Result<SecretBytes, BackendError>;

    /// Every name, sorted bytewise. An Igra file may hold names that are no [`SecretName`](crate::name::SecretName): escape
    /// them before they are printed.
    fn list(&self) -> Result<Vec<String>, BackendError>;

    /// What kind of place it is, in one word for messages and logs.
    fn backend(&self) -> &'static str;

    /// The network that the secrets belong to, when the backend knows it.
    fn network(&self) -> Option<NetworkMode> {
        None
    }

    /// Which names mean the payment and the wallet secret.
    fn roles(&self) -> &SecretRoles {
        &BUILT_IN
    }

    /// The payment secret of a service that has one: the value of a name that is not one profile's, else of the only profile.
    ///
    /// A value that is empty or blank counts as missing. Missing is refused on mainnet (kind `POLICY`), a warning on testnet,
    /// and nothing on devnet. Several names with different values are refused on every network: which one a wallet was made
    /// with is not to be guessed. So is a `network` other than the store's own.
    fn load_payment_secret(&self, network: NetworkMode) -> Result<Loaded, BackendError> {
        payment::load(self, network)
    }

    /// The payment secret of one profile, such as `signer-01`, under the same rules.
    fn load_payment_secret_for(
        &self,
        network: NetworkMode,
        profile: &str,
    ) -> Result<Loaded, BackendError> {
        payment::load_for(self, network, profile)
    }
}
