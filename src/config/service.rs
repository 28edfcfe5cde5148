//! What the configuration means to the service: the keys that rules ask for, with the service's own defaults.

use std::path::PathBuf;

use super::tree::Tree;
use crate::network::NetworkMode;

/// How the service is started, as far as flags and variables say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--node-url`, which lies over the file.
    pub node_url: Option<String>,
    /// `--allow-remote-rpc`.
    pub allow_remote_rpc: bool,
    /// `--log-level`, and where it stands in a unit.
    pub log_level: Option<String>,
    /// `--data-dir`, or `KASPA_DATA_DIR`.
    pub data_dir: Option<PathBuf>,
    /// `KASPA_IGRA_LOG_DIR`.
    pub log_dir: Option<PathBuf>,
    /// True when `IGRA_SECRETS_PASSPHRASE` is set for it. The value is never read.
    pub has_passphrase: bool,
}

/// The checked settings of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// True when the file configures a service at all.
    pub is_there: bool,
    /// `service.network`, trimmed; nothing when blank.
    pub network: Option<String>,
    /// Where the node is.
    pub rpc_url: String,
    /// Whether a node elsewhere is allowed.
    pub allow_remote_rpc: bool,
    /// Its directory, when anything names it.
    pub data_dir: Option<PathBuf>,
    /// Its secrets file.
    pub secrets_file: Option<PathBuf>,
    /// Its log of key use.
    pub audit_log: Option<PathBuf>,
    /// Whether secrets are encrypted.
    pub encrypted: bool,
    /// Whether the age of the passphrase is judged.
    pub rotation: bool,
    /// Age in days that is worth a warning; 0 = off.
    pub warn_days: u64,
    /// Age in days at which it refuses; 0 = off.
    pub error_days: u64,
    /// True when the wallet secret is a phrase.
    pub is_mnemonic: bool,
}

impl Service {
    /// The settings of `tree`, over which profile and variables lie already.
    pub fn of(tree: &Tree, network: NetworkMode, start: &Start) -> Self {
        let text = |path: &str| tree.text(path).map(str::trim).filter(|text| !text.is_empty());
        let table = |path: &str| tree.at(path).is_some();
        let data_dir =
            text("service.data_dir").map(PathBuf::from).or_else(|| start.data_dir.clone());
        let beside = |name: &str| data_dir.as_ref().map(|dir| dir.join(name));
        let (rotation, warn, error) = match network {
            NetworkMode::Mainnet => (true, 60, 90),
            NetworkMode::Testnet => (true, 90, 0),
            NetworkMode::Devnet => (false, 0, 0),
        };
        let key_type = tree.text("service.hd.key_type").unwrap_or("hd_mnemonic");
        Self {
            is_there: [
                "service",
                "group",
                "runtime",
                "signing",
                "rpc",
                "iroh",
                "two_phase",
                "profiles",
            ]
            .into_iter()
            .any(table),
            network: text("service.network").map(str::to_owned),
            rpc_url: match start.node_url.as_deref().or(tree.text("service.node_rpc_url")) {
                None | Some("") => "grpc://127.0.0.1:16110".to_owned(),
                Some(url) => url.to_owned(),
            },
            allow_remote_rpc: start.allow_remote_rpc
                || tree.flag("service.allow_remote_rpc").unwrap_or(false),
            secrets_file: text("service.secrets_file")
                .map(PathBuf::from)
                .or_else(|| beside("secrets.bin")),
            audit_log: text("service.key_audit_log_path")
                .map(PathBuf::from)
                .or_else(|| beside("key-audit.log")),
            data_dir,
            encrypted: tree.flag("service.use_encrypted_secrets").unwrap_or(false),
            rotation: tree.flag("service.passphrase_rotation_enabled").unwrap_or(rotation),
            warn_days: tree.whole("service.passphrase_rotation_warn_days").unwrap_or(warn),
            error_days: tree.whole("service.passphrase_rotation_error_days").unwrap_or(error),
            is_mnemonic: table("service.hd") && matches!(key_type, "hd_mnemonic" | "mnemonic"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Reading;

    #[test]
    fn defaults_are_those_of_the_service() {
        let text = "[service]\ndata_dir = '/d'\nnetwork = ' '\n[service.hd]\n";
        let reading = Reading::of(text.as_bytes(), Path::new("c")).expect("valid");
        let service = Service::of(&reading.tree, NetworkMode::Mainnet, &Start::default());
        assert_eq!(service.secrets_file.as_deref(), Some(Path::new("/d/secrets.bin")));
        assert_eq!(service.audit_log.as_deref(), Some(Path::new("/d/key-audit.log")));
        assert_eq!((service.network.as_deref(), service.encrypted), (None, false));
        assert_eq!((service.rotation, service.warn_days, service.error_days), (true, 60, 90));
        assert!(service.is_mnemonic && service.is_there);
        let ours = Reading::of(b"[security]\n", Path::new("c")).expect("valid");
        assert!(!Service::of(&ours.tree, NetworkMode::Devnet, &Start::default()).is_there);
    }
}
