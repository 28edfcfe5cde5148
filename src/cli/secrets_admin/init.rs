//! `secrets-admin init`: make a new, empty store.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use crate::cli::args::Globals;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::source::reader::{Purpose, Reader};
use crate::cli::{Answer, Context, Failure};
use crate::isec;
use crate::network::NetworkMode;
use crate::ops;
use crate::ops::init::{NewFile, NewFormat};
use crate::ops::transaction;
use crate::passphrase::{Passphrase, generate};
use crate::store::keyslot::Credentials;

/// The format of a new file
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub enum FormatArg {
    /// strongroom's own
    #[default]
    Strongroom,
    /// Igra's secrets.bin
    Igra,
}

impl From<FormatArg> for NewFormat {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Strongroom => Self::Native,
            FormatArg::Igra => Self::Igra,
        }
    }
}

/// Make a new, empty store for a network (mainnet unless stated)
///
/// The passphrase is asked for twice, or read from --new-passphrase-from. On mainnet it needs 16 characters, zxcvbn score 4
/// and 10^14 guesses; --generate makes one that always passes and shows it once.
#[derive(clap::Args)]
pub struct Args {
    /// Where the store is made; the file must not exist
    file: Option<OsString>,
    /// The format of the file
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,
    /// Cost of the key derivation: m=KIB,t=N,p=N (default: m=262144,t=3,p=1 on mainnet)
    #[arg(long, value_name = "COSTS")]
    kdf: Option<OsString>,
    /// Pick memory for about one second of key derivation on this host, never below the network's floor
    #[arg(long, conflicts_with = "kdf")]
    calibrate: bool,
    /// Make a passphrase of 7 random words and show it once on the terminal
    #[arg(long, conflicts_with = "new_passphrase_from")]
    generate: bool,
    /// A name for the first keyslot
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let setup = Setup::new(context)?;
    let path = setup.store(args.file.as_ref())?;
    let network = setup.network.unwrap_or(NetworkMode::Mainnet);
    setup.guard_environment(context, network)?;
    let format = NewFormat::from(args.format);
    let base = match format {
        NewFormat::Native => network.policy().kdf_default,
        NewFormat::Igra => isec::DEFAULT_KDF,
    };
    let mut kdf = answer::kdf(args.kdf.as_ref(), base)?;
    let desk = setup.desk();
    // Before anything is asked: a store that is there is not overwritten, whatever is typed.
    let place = crate::fs::Place::resolve(&path, desk.trust)?;
    transaction::require_short_name(place.name())?;
    if crate::fs::Directory::id(place.directory(), place.name())?.is_some() {
        return Err(crate::fs::FsError::Exists(path).into());
    }
    if args.calibrate {
        kdf = Some(ops::calibrate::calibrate(&desk, base, network.policy().kdf_floor)?);
    }
    let passphrase = first_passphrase(context, &setup, network, args.generate)?;
    let keyfile = setup.keyfile_hash(context, context.globals.keyfile.as_deref())?;
    let credentials = Credentials { passphrase, keyfile };
    let new = NewFile { path: &path, network, format, kdf, label: args.label.clone() };
    let (outcome, id) =
        context.during("deriving the key", || ops::init::init(&desk, &new, &credentials))?;
    let shown = crate::text::escape(&path.display().to_string());
    let extra = json!({
        "store": shown,
        "network": network.name(),
        "format": match format { NewFormat::Native => "strongroom-v1", NewFormat::Igra => "igra-rtm1" },
        "store_id": id.map(|id| id.to_string()),
        "store_key": outcome.receipt.as_ref().and_then(|r| r.store_key).map(|key| key.to_string()),
    });
    Ok(answer::change(context, &path, &outcome, &format!("created {shown} for {network}"), extra))
}

/// The passphrase of a new store: generated, from a source, or asked for twice.
pub fn first_passphrase(
    context: &mut Context,
    setup: &Setup,
    network: NetworkMode,
    generated: bool,
) -> Result<Passphrase, Failure> {
    if generated {
        return show_generated(context, setup);
    }
    let globals = &context.globals;
    let source = globals.new_passphrase_from.clone().or_else(|| globals.passphrase_from.clone());
    Needs::new().passphrase(Purpose::FIRST, source.as_ref()).check(context)?;
    Reader::new(context, network).new_passphrase(Purpose::FIRST, source.as_ref())
}

/// What choosing a passphrase for a store that is there will ask for.
pub fn needs_of_new_passphrase(globals: &Globals, generated: bool) -> Needs {
    if generated {
        return Needs::new();
    }
    Needs::new().passphrase(Purpose::NEW, globals.new_passphrase_from.as_ref())
}

/// A passphrase that is chosen for a store that is there: generated, from a source, or asked for twice.
pub fn new_passphrase(
    context: &mut Context,
    setup: &Setup,
    network: NetworkMode,
    generated: bool,
) -> Result<Passphrase, Failure> {
    if generated { show_generated(context, setup) } else { context.new_passphrase(network) }
}

/// Generates a passphrase that is long enough for the configuration and shows it once. Nobody else will ever see it, so somebody
/// must be there.
pub fn show_generated(context: &mut Context, setup: &Setup) -> Result<Passphrase, Failure> {
    if !context.can_ask() {
        return Err(Failure::input_needed(
            "a generated passphrase is shown once, and there is no terminal",
        )
        .hint("choose one elsewhere and hand it over: --new-passphrase-from file:PATH"));
    }
    let words = generate::words_for(setup.config.passphrase.min_length.unwrap_or(0));
    let passphrase = generate::generate(words, context.random.as_mut())
        .map_err(|error| Failure::from_error(error.kind(), &error, Vec::new()))?;
    context.terminal.show_once("write this passphrase down", passphrase.as_typed().expose())?;
    Ok(passphrase)
}
