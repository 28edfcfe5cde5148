//! The payment secret: found by its role, required by the network.

use super::{BackendError, SecretStore};
use crate::name::{payment_secret_of, profile_of_payment_secret};
use crate::network::{NetworkMode, Verdict};
use crate::secret::SecretBytes;

/// A payment secret, or what its absence means.
#[must_use]
pub struct Loaded {
    /// The value; `None` when it is missing, empty or blank and the network lets that pass.
    pub secret: Option<SecretBytes>,
    /// What the operator should be told.
    pub warning: Option<String>,
}

/// The payment secret of the whole store.
pub(super) fn load<S: SecretStore + ?Sized>(
    store: &S,
    network: NetworkMode,
) -> Result<Loaded, BackendError> {
    admit(store, network)?;
    let (of_profiles, general): (Vec<String>, Vec<String>) = store
        .list()?
        .into_iter()
        .filter(|name| store.roles().is_payment(name))
        .partition(|name| profile_of_payment_secret(name).is_some());
    for names in [general, of_profiles] {
        if let Some(secret) = the_one_of(store, &names)? {
            return Ok(Loaded { secret: Some(secret), warning: None });
        }
    }
    missing(network, None)
}

/// The payment secret of one profile.
pub(super) fn load_for<S: SecretStore + ?Sized>(
    store: &S,
    network: NetworkMode,
    profile: &str,
) -> Result<Loaded, BackendError> {
    admit(store, network)?;
    match value(store, &payment_secret_of(profile))? {
        None => missing(network, Some(profile)),
        secret => Ok(Loaded { secret, warning: None }),
    }
}

/// A service must not run by the rules of one network on the secrets of another.
fn admit<S: SecretStore + ?Sized>(store: &S, stated: NetworkMode) -> Result<(), BackendError> {
    match store.network() {
        Some(store) if store != stated => Err(BackendError::OtherNetwork { store, stated }),
        _ => Ok(()),
    }
}

/// A value that is there and not blank.
fn value<S: SecretStore + ?Sized>(
    store: &S,
    name: &str,
) -> Result<Option<SecretBytes>, BackendError> {
    match store.get(name) {
        Ok(value) => Ok(value.unless_blank()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The value that all of `names` share, the blank ones aside.
fn the_one_of<S: SecretStore + ?Sized>(
    store: &S,
    names: &[String],
) -> Result<Option<SecretBytes>, BackendError> {
    let mut found: Option<SecretBytes> = None;
    for name in names {
        let Some(value) = value(store, name)? else { continue };
        if found.as_ref().is_some_and(|other| !other.same_as(&value)) {
            let names = names.iter().map(|name| crate::text::escape(name)).collect();
            return Err(BackendError::SeveralPaymentSecrets(names));
        }
        found = Some(value);
    }
    Ok(found)
}

fn missing(network: NetworkMode, profile: Option<&str>) -> Result<Loaded, BackendError> {
    let error = BackendError::PaymentSecretMissing { network, profile: profile.map(str::to_owned) };
    match network.policy().missing_payment_secret {
        Verdict::Refuse => Err(error),
        Verdict::Warn => Ok(Loaded { secret: None, warning: Some(error.to_string()) }),
        Verdict::Allow => Ok(Loaded { secret: None, warning: None }),
    }
}
