//! The pre-deploy gate: gather facts, ask the rules, answer.
//!
//! Facts come from the configuration, from files and directories that it names, from units, from the host and from the store;
//! the rules are in [`config::rules`](crate::config::rules). Nothing is written or created anywhere. Without a passphrase the
//! store answers with signed claims; with one it is opened, looked into and closed.
//!
//! The answer is a snapshot: between it and the start of the service files can change. That is why the rules marked *runtime*
//! are asked again by the tools themselves, on open descriptors, by the same functions.

mod backup;
mod files;
mod host;
mod look;
pub mod mend;
mod rotation;
mod store;
pub mod unit;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::{Desk, OpError, audit};
use crate::config::Reading;
use crate::config::rules::facts::{Facts, Unit, Variable};
use crate::config::rules::{self, Case, Report, Severity};
use crate::config::service::{Service, Start};
use crate::config::tree::Tree;
use crate::environment::Environment;
use crate::network::NetworkMode;
use crate::secret::SecretBytes;
use crate::store::keyslot::Credentials;
use look::StoreAt;
pub use look::{Root, read, stat};

/// What is to be checked, and how far.
pub struct Request<'a> {
    /// The configuration; nothing when it came from standard input.
    pub config_path: Option<&'a Path>,
    /// It, read.
    pub reading: &'a Reading<'a>,
    /// Its values with profile and variables laid over them.
    pub tree: Cow<'a, Tree>,
    /// The network whose rules hold.
    pub network: NetworkMode,
    /// How the service is started.
    pub start: Start,
    /// Units that were read.
    pub units: Vec<Unit>,
    /// An image to examine instead of this host.
    pub root: Root,
    /// False with `--no-host`.
    pub host: bool,
    /// Look at no file but the configuration.
    pub config_only: bool,
    /// The store, when it is named by flag.
    pub store: Option<PathBuf>,
    /// The user of the service, when a unit names one.
    pub service_uid: Option<u32>,
    /// Variables of this process that rules look at.
    pub process: Vec<Variable>,
    /// Variables of the service's configuration layer that mean nothing, with what is wrong and how bad it can be.
    pub layer: Vec<(String, String, Severity)>,
}

/// Variables of this process whose values rules look at.
const WATCHED: [&str; 7] = [
    "RUST_LOG",
    "RUST_BACKTRACE",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "LD_AUDIT",
    "KASPA_IGRA_LOG_DIR",
    "KASPA_DATA_DIR",
];

/// The variables of this process that rules look at. Values of carriers of secrets are not kept.
pub fn process_variables(environment: &Environment) -> Vec<Variable> {
    let carriers = environment.secret_names().into_iter().map(|name| {
        // The service minds its old variable only when something stands in it, and cannot read what is no UTF-8.
        let legacy = (name == crate::environment::IGRA_LEGACY).then(|| environment.value(&name));
        let legacy = legacy.flatten();
        Variable {
            blank: legacy.as_ref().is_some_and(SecretBytes::is_blank),
            utf8: legacy.is_none_or(|value| std::str::from_utf8(value.expose()).is_ok()),
            name,
            carrier: true,
            value: None,
            line: None,
        }
    });
    let watched = WATCHED.into_iter().filter_map(|name| {
        let value = environment.plain(name)?;
        Some(unit::variable(name, value.to_str().unwrap_or_default(), None))
    });
    carriers.chain(watched).collect()
}

/// How the service is started, from units where they say it and from this process where they do not.
pub fn start_of(units: &[Unit], process: &[Variable], has_passphrase: bool) -> Start {
    let value = |name: &str| {
        let of_units = units.iter().flat_map(|unit| &unit.variables);
        let found = of_units.chain(process).find(|variable| variable.name == name)?;
        found.value.clone().filter(|text| !text.trim().is_empty()).map(PathBuf::from)
    };
    let mut start = Start {
        log_dir: value("KASPA_IGRA_LOG_DIR"),
        data_dir: value("KASPA_DATA_DIR"),
        has_passphrase: has_passphrase
            || units.iter().flat_map(|unit| &unit.variables).any(|variable| {
                variable.name == crate::environment::IGRA_PASSPHRASE && !variable.blank
            }),
        ..Start::default()
    };
    for (_, words) in units.iter().flat_map(|unit| &unit.commands) {
        for (n, word) in words.iter().enumerate() {
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (word.as_str(), words.get(n + 1).map(String::as_str)),
            };
            let value = || value.map(str::to_owned);
            match flag {
                "--allow-remote-rpc" => start.allow_remote_rpc = true,
                "--data-dir" | "-d" => start.data_dir = value().map(PathBuf::from),
                "--profile" => start.profile = value(),
                "--log-level" | "-l" => start.log_level = value(),
                // `-n` means other things to other programs.
                "--node-url" | "-n" => {
                    start.node_url = value().filter(|v| v.contains("://")).or(start.node_url);
                }
                _ => {}
            }
        }
    }
    start
}

/// Reads a unit or a directory of units; nothing when it is not there.
pub fn read_units(root: &Root, path: &Path) -> Option<Vec<Unit>> {
    unit::read_all(root, path)
}

/// The user that units name.
pub fn service_uid(root: &Root, units: &[Unit]) -> Option<u32> {
    let (name, _) = units.iter().find_map(|unit| unit.setting("User"))?;
    look::user_id(root, name)
}

/// Which store the rules on secrets are about: the one that is named, ours, or the service's.
pub fn store_path(request: &Request<'_>, service: &Service) -> Option<PathBuf> {
    request
        .store
        .clone()
        .or_else(|| request.reading.config.store.clone())
        .or_else(|| service.secrets_file.clone().filter(|_| service.encrypted))
}

/// The audit log of the store: the configured one, or the one beside it.
fn log_path(request: &Request<'_>, store: Option<&Path>) -> Option<PathBuf> {
    let configured = request.reading.config.audit_path.clone();
    configured.or_else(|| store.map(audit::log_beside))
}

/// Gathers facts and asks every rule. `credentials` open the store; without them its claims must do.
pub fn validate(
    desk: &Desk<'_>,
    request: &Request<'_>,
    credentials: Option<&Credentials>,
) -> Result<Report, OpError> {
    let service = Service::of(&request.tree, request.network, &request.start);
    let mut facts = Facts { units: request.units.clone(), ..Facts::default() };
    if !request.config_only {
        facts.process.clone_from(&request.process);
        facts.layer.clone_from(&request.layer);
    }
    if !request.config_only && !request.reading.broken {
        let store = store_path(request, &service);
        let store = store.map(|path| StoreAt::new(&request.root, path, desk.trust));
        let path = store.as_ref().map(|store| store.path.as_path());
        desk.check_stop()?;
        let mut files = files::look(request, &service, store.as_ref(), desk.trust);
        let places = backup::places(desk, request, &request.tree, path)?;
        if let Some(store) = &store {
            facts.store = Some(store::look(desk, request, store, credentials, &places)?);
        }
        files.backup_dirs = places.dirs;
        facts.files = Some(files);
        if request.host {
            facts.host = Some(host::look(&request.root));
        }
    }
    let case = Case {
        network: request.network,
        reading: request.reading,
        tree: &request.tree,
        service: &service,
        start: &request.start,
        facts: &facts,
        now: desk.clock.now(),
        config_only: request.config_only,
    };
    let report = rules::run(&case);
    Ok(report)
}

/// Directories that neither the service nor a tool makes and `--fix` may.
pub fn missing_directories(request: &Request<'_>) -> Vec<PathBuf> {
    let service = Service::of(&request.tree, request.network, &request.start);
    let mut all: Vec<PathBuf> = Vec::new();
    if service.is_there {
        all.extend(service.data_dir.clone());
        all.extend(request.start.log_dir.clone());
        all.extend(service.audit_log.as_deref().and_then(Path::parent).map(Path::to_path_buf));
    }
    let log = request.reading.config.audit_path.as_deref();
    all.extend(log.and_then(Path::parent).map(Path::to_path_buf));
    all.retain(|path| path.is_absolute());
    all.retain(|path| stat(&request.root.real(path)).ok().flatten().is_none());
    all.sort();
    all.dedup();
    all
}
