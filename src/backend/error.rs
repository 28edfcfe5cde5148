//! Why a backend gives no secret.

use std::fmt;

use super::UnlockError;
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::ops::OpError;
use crate::text::{escape, shell_quote};

/// A backend could not be opened, or has no such secret, or the network forbids it.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The file, or what is in it.
    #[error(transparent)]
    Op(#[from] OpError),
    /// The callback that was asked for the passphrase had none.
    #[error("the passphrase could not be had: {0}")]
    Unlock(#[source] UnlockError),
    /// Secrets stand in environment variables, where every process of the user can read them.
    #[error("secrets in the environment are refused on {network}: {}", .names.join(", "))]
    SecretsInEnvironment {
        /// The network that refuses.
        network: NetworkMode,
        /// The variables, safe to print.
        names: Vec<String>,
    },
    /// The environment cannot be a store on this network.
    #[error("the environment cannot be a secret store on {network}{}", Listed(.names))]
    EnvironmentStore {
        /// The network that refuses.
        network: NetworkMode,
        /// The variables that were meant, safe to print.
        names: Vec<String>,
    },
    /// There is no such secret. The name is not repeated: a caller may have confused it with the value.
    #[error("no secret of that name in the {backend} store")]
    NotFound {
        /// Which kind of place was asked.
        backend: &'static str,
    },
    /// No payment secret, or an empty or blank one.
    #[error("payment_secret is not set{}: {network} needs one", OfProfile(.profile.as_deref()))]
    PaymentSecretMissing {
        /// The network.
        network: NetworkMode,
        /// The profile that was asked for.
        profile: Option<String>,
    },
    /// Several payment secrets that differ.
    #[error("several payment secrets are set and differ: {}", .0.join(", "))]
    SeveralPaymentSecrets(Vec<String>),
    /// The caller goes by another network than the store.
    #[error("this store is {store}, not {stated}")]
    OtherNetwork {
        /// What the store is.
        store: NetworkMode,
        /// What the caller said.
        stated: NetworkMode,
    },
    /// The thread that drops expired secrets could not be started; without it nothing may be kept.
    #[error("no thread could be started to drop secrets when they expire")]
    Sweeper(#[source] std::io::Error),
}

/// `: A, B`, or nothing.
struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0.join(", ")) }
    }
}

/// ` for P`, or nothing.
struct OfProfile<'a>(Option<&'a str>);

impl fmt::Display for OfProfile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |profile| write!(f, " for {}", escape(profile)))
    }
}

impl BackendError {
    /// The kind of outcome.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Op(error) => error.kind(),
            Self::Unlock(_) | Self::Sweeper(_) => Kind::Unavailable,
            Self::NotFound { .. } => Kind::NotFound,
            Self::SeveralPaymentSecrets(_) => Kind::Usage,
            Self::SecretsInEnvironment { .. }
            | Self::EnvironmentStore { .. }
            | Self::PaymentSecretMissing { .. }
            | Self::OtherNetwork { .. } => Kind::Policy,
        }
    }

    /// Commands that may help.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Op(error) => error.hints(),
            Self::SecretsInEnvironment { names, .. } => {
                let names: Vec<String> = names.iter().map(|name| shell_quote(name)).collect();
                vec![format!("unset {}", names.join(" "))]
            }
            Self::EnvironmentStore { network, .. } => {
                vec![format!("secrets-admin init FILE --network {network}")]
            }
            Self::PaymentSecretMissing { profile, .. } => {
                let name = match profile {
                    Some(profile) => crate::name::payment_secret_of(profile),
                    None => "igra.hd.payment_secret".to_owned(),
                };
                vec![format!("secrets-admin set FILE {}", shell_quote(&name))]
            }
            Self::SeveralPaymentSecrets(_) => {
                vec![
                    "ask for one profile's, or remove the others: secrets-admin remove FILE NAME"
                        .to_owned(),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// Whether there is just no such secret.
    pub fn is_not_found(&self) -> bool {
        self.kind() == Kind::NotFound
    }
}
