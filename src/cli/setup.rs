//! What every command of every tool starts with: the configuration, the store's path, the environment scan, the desk.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::args::Globals;
use super::context::Context;
use super::needs::Needs;
use super::report::Failure;
use super::source::Source;
use super::source::input::{self, open_file};
use super::source::reader::{Purpose, Reader};
use crate::clock::Clock;
use crate::config::{self, AuditMode, Config, InventoryDetail, StateChoice};
use crate::crypto::mac;
use crate::crypto::random::SystemRandom;
use crate::crypto::sign::PublicKey;
use crate::environment::{self, EnvDecision, host};
use crate::fs::{Place, Trust};
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::ops::audit::Recording;
use crate::ops::state::StatePaths;
use crate::ops::validate::Root;
use crate::ops::{Desk, Settings, StateHome, StoreFile};
use crate::passphrase::strength;
use crate::store::inventory::Level;
use crate::store::keyslot::Credentials;

/// Largest keyfile.
const MAX_KEYFILE: usize = 1 << 20;

/// What was decided before the command starts.
pub struct Setup {
    tool: String,
    /// The configuration; the default when there is no file.
    pub config: Config,
    /// The network that was stated, by flag or configuration.
    pub network: Option<NetworkMode>,
    globals: Globals,
    clock: Rc<dyn Clock>,
    stop: Box<dyn Fn() -> Option<Kind>>,
    state: StatePaths,
    warned: RefCell<BTreeSet<String>>,
}

impl Setup {
    /// Reads the configuration and combines it with the flags.
    pub fn new(context: &Context) -> Result<Self, Failure> {
        let config = read_config(context.globals.config.as_deref())?;
        Ok(Self::with(context, config))
    }

    /// Combines a configuration that was read already with the flags; `network` is what is being checked. What the host of an
    /// image remembers is in the image, whoever looks at it.
    pub fn for_gate(
        context: &Context,
        config: Config,
        network: NetworkMode,
        image: Option<&Root>,
    ) -> Self {
        let mut setup = Self { network: Some(network), ..Self::with(context, config) };
        if let Some(root) = image {
            let own = setup.state.configured.take().unwrap_or_else(StatePaths::of_host);
            setup.state =
                StatePaths { configured: Some(root.target(&own)), ..StatePaths::default() };
        }
        setup
    }

    fn with(context: &Context, config: Config) -> Self {
        let globals = context.globals.clone();
        let signals = context.signals.clone();
        let configured = match &config.state {
            StateChoice::Directory(path) => Some(path.clone()),
            StateChoice::Default | StateChoice::None => None,
        };
        Self {
            tool: context.output.tool().to_owned(),
            network: globals.network.or(config.network),
            config,
            globals,
            clock: Rc::clone(&context.clock),
            stop: Box::new(move || signals.interrupted()),
            state: StatePaths {
                configured,
                systemd: context.environment.state_directory(),
                xdg_state_home: context.environment.xdg_state_home(),
                home: context.environment.home(),
            },
            warned: RefCell::default(),
        }
    }

    /// The store that is meant: an argument, `--store`, or the configuration.
    pub fn store(&self, argument: Option<&OsString>) -> Result<PathBuf, Failure> {
        match (argument, &self.globals.store, &self.config.store) {
            (Some(_), Some(_), _) => {
                Err(Failure::usage("the store is given twice: as an argument and with --store"))
            }
            (Some(path), None, _) if path.is_empty() => {
                Err(Failure::usage("the path of the store is empty"))
            }
            (Some(path), None, _) => Ok(path.into()),
            (None, Some(path), _) | (None, None, Some(path)) => Ok(path.clone()),
            (None, None, None) => Err(Failure::usage("no store is named")
                .hint("name it as the first argument: FILE")
                .hint("or with a flag: --store FILE")
                .hint("or in the configuration: [security] store = \"/path\"")),
        }
    }

    /// The desk that an operation works at.
    pub fn desk(&self) -> Desk<'_> {
        let trust = Trust::of_process();
        if self.globals.dry_run {
            return self.desk_with(trust, |paths| paths.look(trust));
        }
        self.desk_with(trust, |paths| paths.open(trust))
    }

    /// The desk of a command that writes nothing: not even the directory in which this host would remember stores.
    pub fn looking_desk(&self) -> Desk<'_> {
        let trust = Trust::of_process();
        Desk { audit: None, ..self.desk_with(trust, |paths| paths.look(trust)) }
    }

    /// The desk of a command that looks at the log, and writes nothing either.
    pub fn log_desk(&self) -> Desk<'_> {
        let trust = Trust::of_process();
        self.desk_with(trust, |paths| paths.look(trust))
    }

    fn desk_with(&self, trust: Trust, state: impl FnOnce(&StatePaths) -> StateHome) -> Desk<'_> {
        Desk {
            clock: self.clock.as_ref(),
            random: RefCell::new(Box::new(SystemRandom)),
            trust,
            stop: self.stop.as_ref(),
            state: match self.config.state {
                StateChoice::None => StateHome::Disabled,
                StateChoice::Default | StateChoice::Directory(_) => state(&self.state),
            },
            settings: self.settings(),
            words: &of_this_host,
            audit: Some(Recording {
                path: self.config.audit_path.clone(),
                unavailable: self.config.audit_mode.map(|mode| match mode {
                    AuditMode::Enforce => Verdict::Refuse,
                    AuditMode::Warn => Verdict::Warn,
                }),
                ..Recording::of_process(&self.tool)
            }),
        }
    }

    fn settings(&self) -> Settings {
        let globals = &self.globals;
        let mut ceiling = globals.kdf_ceiling;
        if let (true, Some(mib)) =
            (ceiling == Globals::default().kdf_ceiling, self.config.max_kdf_mem_mib)
        {
            ceiling.memory_kib = mib << 10;
        }
        Settings {
            network: self.network,
            lock_timeout: globals.lock_timeout,
            slot: globals.slot.map(u16::from),
            ceiling,
            kdf_upgrade: !globals.no_kdf_upgrade,
            roles: self.config.roles.clone(),
            required: self.config.required_secrets.clone(),
            store_keys: self.config.store_keys.iter().map(|key| PublicKey(*key)).collect(),
            min_generation: self.config.min_generation.unwrap_or(0),
            passphrase: self.config.passphrase,
            inventory: match self.config.inventory {
                InventoryDetail::Full => Level::Full,
                InventoryDetail::Keys => Level::Keys,
                InventoryDetail::None => Level::None,
            },
            rotation: self.config.rotation.clone(),
            backup_dirs: self.config.backups.dirs.clone(),
            audit_path: self.config.audit_path.clone(),
            reason: globals.reason.clone(),
            accept_rollback: globals.accept_rollback.clone(),
            dry_run: globals.dry_run,
        }
    }

    /// Applies the rule on secrets in the environment. Comes before any passphrase is read.
    pub fn guard_environment(
        &self,
        context: &mut Context,
        network: NetworkMode,
    ) -> Result<(), Failure> {
        let is_a_source = [&self.globals.passphrase_from, &self.globals.new_passphrase_from]
            .into_iter()
            .flatten()
            .any(|source| matches!(source, Source::Env(name) if name == environment::IGRA_PASSPHRASE));
        if !is_a_source
            && context.environment.has_igra_passphrase()
            && self.first("igra passphrase")
        {
            context.output.warn("IGRA_SECRETS_PASSPHRASE is set and ignored");
        }
        match environment::check(&context.environment, network) {
            EnvDecision::Clean => Ok(()),
            EnvDecision::Warn(variables) => {
                let verdict = network.policy().env_secrets;
                if verdict == Verdict::Warn && self.first("environment secrets") {
                    context.output.warn(&format!(
                        "secrets in the environment are readable by every process of this user: {}",
                        variables.join(", ")
                    ));
                }
                Ok(())
            }
            EnvDecision::Refuse(variables) => Err(Failure::policy(format!(
                "{network} forbids secrets in the environment: {}",
                variables.join(", ")
            ))
            .hint(format!("unset {}", variables.join(" ")))
            .hint("put the value into the store and change it: it was readable in /proc")),
        }
    }

    fn first(&self, what: &str) -> bool {
        self.warned.borrow_mut().insert(what.to_owned())
    }

    /// Finds the store and applies the rules that come before a passphrase is asked for.
    pub fn find(
        &self,
        context: &mut Context,
        desk: &Desk<'_>,
        path: &Path,
    ) -> Result<StoreFile, Failure> {
        let file = StoreFile::find(desk, path)?;
        let network = file.network();
        if self.network.is_none() && network != NetworkMode::Mainnet && self.first("network") {
            context.output.note(&format!("this is a {network} store"));
        }
        self.guard_environment(context, network)?;
        self.confirm_override(context, network)?;
        Ok(file)
    }

    /// `--accept-rollback` on a network that minds wants a typed phrase, or `--yes`.
    fn confirm_override(&self, context: &mut Context, network: NetworkMode) -> Result<(), Failure> {
        const PHRASE: &str = "accept rollback";
        let forced = self.globals.accept_rollback.is_some()
            && network.policy().unconfirmed_override == Verdict::Refuse;
        if !forced || self.globals.yes {
            return Ok(());
        }
        Needs::new().confirmation().check(context)?;
        let question = format!("an older copy will become the truth; type '{PHRASE}'");
        if context.terminal.type_phrase(&question, PHRASE)? {
            Ok(())
        } else {
            Err(Failure::input_needed("the phrase was not typed; nothing was changed"))
        }
    }

    /// What opens the store.
    pub fn credentials(
        &self,
        context: &mut Context,
        network: NetworkMode,
    ) -> Result<Credentials, Failure> {
        let keyfile = self.keyfile_hash(context, self.globals.keyfile.as_deref())?;
        Ok(Credentials { passphrase: context.passphrase(network)?, keyfile })
    }

    /// What opens another slot than the one of the global flags, or the source of a slot's passphrase.
    pub fn other_credentials(
        &self,
        context: &mut Context,
        network: NetworkMode,
        source: &Source,
    ) -> Result<Credentials, Failure> {
        let keyfile = self.keyfile_hash(context, self.globals.keyfile.as_deref())?;
        let passphrase = Reader::new(context, network).passphrase(Purpose::OPEN, Some(source))?;
        Ok(Credentials { passphrase, keyfile })
    }

    /// SHA-256 of a keyfile. It is a secret like any other: the same checks, and nothing of it is kept.
    pub fn keyfile_hash(
        &self,
        context: &Context,
        path: Option<&Path>,
    ) -> Result<Option<mac::Hash>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let file = open_file(path, input::Trust::Private)?;
        let bytes = input::read_all(file.as_fd(), MAX_KEYFILE, &context.signals, None)
            .map_err(|error| error.into_failure("the keyfile"))?;
        if bytes.is_empty() {
            return Err(Failure::usage("the keyfile is empty"));
        }
        Ok(Some(mac::sha256(&[bytes.expose()])))
    }
}

/// Reads the configuration that was named, or the default one if it is there.
fn read_config(named: Option<&Path>) -> Result<Config, Failure> {
    let path = named.unwrap_or(Path::new(config::DEFAULT_PATH));
    let text = Place::resolve(path, Trust::of_process()).and_then(|place| {
        let trust = Trust::of_process();
        place.check_parents(trust.caller)?;
        place.directory().read_public(place.name(), config::MAX_BYTES as u64)
    });
    match text {
        Ok(Some(text)) => Ok(config::parse(&text, path)
            .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))?),
        Ok(None) | Err(crate::fs::FsError::NotFound(_)) if named.is_none() => Ok(Config::default()),
        Ok(None) => Err(Failure::usage(format!("no such configuration file: {}", path.display()))),
        Err(error) => Err(Failure::from_error(Kind::Usage, &error, error.hints())),
    }
}
/// The names of host and user, which a passphrase must not be made of.
fn of_this_host() -> strength::Context {
    let names = [host::host_name(), host::user_name()].into_iter().flatten();
    names.fold(strength::Context::new(), |words, name| words.with(&name))
}
