//! Secrets from environment variables, for a developer's machine.
//!
//! The names and encodings are those of Igra's service. Any process of the same user can read the environment of another, it
//! is inherited by every child, and it ends up in crash reports: hence a feature that is off by default, and a refusal on
//! mainnet when it is on.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsStr;

use data_encoding::{BASE64, Encoding, HEXLOWER_PERMISSIVE};

use super::{BackendError, SecretStore};
use crate::environment::{Environment, shown};
use crate::network::{NetworkMode, Verdict};
use crate::secret::SecretBytes;
use crate::text::escape;

/// Prefixes of variables, in the order they are read: ours overrides Igra's. Unlike in the search for forgotten secrets, case
/// counts.
const PREFIXES: [&str; 2] = ["IGRA_SECRET__", "STRONGROOM_SECRET__"];

/// Secrets from the environment, read once.
///
/// | variable | secret |
/// |---|---|
/// | `IGRA_SECRET__igra_hd__wallet_secret` | `igra.hd.wallet_secret` |
/// | `STRONGROOM_SECRET__a__b__c` | `a.b.c` |
/// | `IGRA_SECRET__onlyns` | none: there is no name after the namespace |
///
/// A value is text as it stands, or `hex:…`, or `b64:…` (standard alphabet, padded). A variable that cannot be read is left
/// out, with a line in [`warnings`](Self::warnings).
///
/// No variable can spell a `-` in most shells, so a profile at the end of a name is also found with `_` for `-`.
///
/// ```
/// use strongroom::environment::Environment;
/// use strongroom::kind::Kind;
/// use strongroom::{EnvSecretStore, NetworkMode, SecretStore};
///
/// let environment = Environment::from_pairs([
///     ("IGRA_SECRET__igra_signer__private_key_signer_01", "hex:00ff"),
/// ]);
/// let store = EnvSecretStore::from_environment(&environment, NetworkMode::Devnet)?;
/// assert_eq!(store.get("igra.signer.private_key_signer-01")?.expose(), [0x00, 0xff]);
///
/// let refused = EnvSecretStore::from_environment(&environment, NetworkMode::Mainnet);
/// assert_eq!(refused.err().map(|error| error.kind()), Some(Kind::Policy));
/// # Ok::<(), strongroom::BackendError>(())
/// ```
pub struct EnvSecretStore {
    secrets: BTreeMap<String, SecretBytes>,
    warnings: Vec<String>,
    network: NetworkMode,
}

/// Why a variable gives no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Skipped {
    #[error("its name is not UTF-8")]
    Name,
    #[error("its name has no namespace, or nothing after it")]
    Shape,
    #[error("its value is not UTF-8")]
    Text,
    #[error("its value is not valid hexadecimal")]
    Hex,
    #[error("its value is not valid padded base64")]
    Base64,
}

impl EnvSecretStore {
    /// Reads the environment of this process. Refused on mainnet, with the names of the variables that were meant.
    pub fn new(network: NetworkMode) -> Result<Self, BackendError> {
        Self::from_environment(&Environment::of_process(), network)
    }

    /// Reads `environment`.
    pub fn from_environment(
        environment: &Environment,
        network: NetworkMode,
    ) -> Result<Self, BackendError> {
        let verdict = network.policy().env_secrets;
        if verdict == Verdict::Refuse {
            let names = environment.secret_names();
            return Err(BackendError::EnvironmentStore { network, names });
        }
        let mut this = Self { secrets: BTreeMap::new(), warnings: Vec::new(), network };
        let variables = environment.secrets();
        for prefix in PREFIXES {
            for (name, value) in &variables {
                if name.as_encoded_bytes().starts_with(prefix.as_bytes()) {
                    this.take(name, prefix, value);
                }
            }
        }
        if verdict == Verdict::Warn && !this.secrets.is_empty() {
            let names = environment.secret_names().join(", ");
            this.warnings.insert(0, format!("secrets in the environment on {network}: {names}"));
        }
        Ok(this)
    }

    /// What the operator should know: names of variables, never values.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn take(&mut self, variable: &OsStr, prefix: &str, value: &SecretBytes) {
        let read = secret_name(variable, prefix).and_then(|name| Ok((name, decode(value)?)));
        match read {
            Err(why) => self.warnings.push(format!("{} is left out: {why}", shown(variable))),
            Ok((name, value)) => match self.secrets.entry(name) {
                Entry::Vacant(free) => drop(free.insert(value)),
                Entry::Occupied(mut taken) => {
                    let name = escape(taken.key());
                    self.warnings.push(format!("{} replaces another {name}", shown(variable)));
                    taken.insert(value);
                }
            },
        }
    }

    /// The name as it stands, or as a variable can spell it.
    fn find(&self, name: &str) -> Option<&SecretBytes> {
        self.secrets.get(name).or_else(|| {
            let (role, profile) = name.rsplit_once('_')?;
            self.secrets.get(&format!("{role}_{}", profile.replace('-', "_")))
        })
    }
}

/// The secret that a variable names.
fn secret_name(variable: &OsStr, prefix: &str) -> Result<String, Skipped> {
    let name = variable.to_str().ok_or(Skipped::Name)?;
    let mut parts = name.strip_prefix(prefix).ok_or(Skipped::Shape)?.split("__");
    let namespace = parts.next().unwrap_or_default().trim().replace('_', ".");
    let rest: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    if namespace.is_empty() || rest.is_empty() {
        return Err(Skipped::Shape);
    }
    Ok(format!("{namespace}.{}", rest.join(".")))
}

/// The bytes that a value spells.
fn decode(value: &SecretBytes) -> Result<SecretBytes, Skipped> {
    let bytes = value.expose();
    if let Some(digits) = bytes.strip_prefix(b"hex:") {
        return decode_as(&HEXLOWER_PERMISSIVE, digits).ok_or(Skipped::Hex);
    }
    if let Some(digits) = bytes.strip_prefix(b"b64:") {
        return decode_as(&BASE64, digits).ok_or(Skipped::Base64);
    }
    std::str::from_utf8(bytes).map_err(|_| Skipped::Text)?;
    Ok(SecretBytes::copy_from(bytes))
}

fn decode_as(encoding: &Encoding, digits: &[u8]) -> Option<SecretBytes> {
    let mut secret = SecretBytes::zeroed(encoding.decode_len(digits.len()).ok()?);
    let len = encoding.decode_mut(digits, secret.expose_mut()).ok()?;
    secret.truncate(len);
    Some(secret)
}

impl SecretStore for EnvSecretStore {
    fn get(&self, name: &str) -> Result<SecretBytes, BackendError> {
        self.find(name)
            .map(|value| SecretBytes::copy_from(value.expose()))
            .ok_or(BackendError::NotFound { backend: self.backend() })
    }

    fn list(&self) -> Result<Vec<String>, BackendError> {
        Ok(self.secrets.keys().cloned().collect())
    }

    fn backend(&self) -> &'static str {
        "env"
    }

    fn network(&self) -> Option<NetworkMode> {
        Some(self.network)
    }
}
