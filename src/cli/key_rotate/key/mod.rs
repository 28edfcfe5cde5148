//! `key-rotate key`: the keys themselves.

mod create;
mod derive;
mod destroy;
mod export;
mod export_public;
mod import;
mod list;
mod message;
mod show;
mod sign;
mod tree;
mod verify;

use std::ffi::{OsStr, OsString};

use serde_json::json;

use super::{look, shown};
use crate::cli::needs::Needs;
use crate::cli::source::Source as SecretSource;
use crate::cli::source::reader::{Purpose, Reader};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::keyring::{KeyFacts, KeyId, KeyKind, Keyring, Role};
use crate::network::NetworkMode;
use crate::ops::audit::Event;
use crate::ops::keys::make::{self, NewKey, Source};
use crate::ops::transaction::open_for_reading;
use crate::ops::{OpError, Opening};
use crate::store::OpenStore;
use crate::store::keyslot::Credentials;

/// Keys: make, show, use, give up
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    Create(create::Args),
    Import(import::Args),
    Derive(derive::Args),
    List(list::Args),
    Show(show::Args),
    Tree(tree::Args),
    Export(export::Args),
    ExportPublic(export_public::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Destroy(destroy::Args),
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    match &args.verb {
        Verb::Create(args) => create::run(args, context),
        Verb::Import(args) => import::run(args, context),
        Verb::Derive(args) => derive::run(args, context),
        Verb::List(args) => list::run(args, context),
        Verb::Show(args) => show::run(args, context),
        Verb::Tree(args) => tree::run(args, context),
        Verb::Export(args) => export::run(args, context),
        Verb::ExportPublic(args) => export_public::run(args, context),
        Verb::Sign(args) => sign::run(args, context),
        Verb::Verify(args) => verify::run(args, context),
        Verb::Destroy(args) => destroy::run(args, context),
    }
}

/// What a new key is.
#[derive(clap::Args)]
struct What {
    /// ed25519, x25519, secp256k1 or symmetric-32
    #[arg(long, value_name = "KIND", required = true)]
    kind: OsString,

    /// identity, encryption, signing, wallet, signed-prekey, one-time-prekey, wrap, mac or recovery
    #[arg(long, value_name = "ROLE", required = true)]
    role: OsString,
}

impl What {
    fn read(&self) -> Result<(KeyKind, Role), Failure> {
        let kind = self.kind.to_str().and_then(KeyKind::of).ok_or_else(|| {
            Failure::usage("--kind takes ed25519, x25519, secp256k1 or symmetric-32")
        })?;
        let role = self.role.to_str().and_then(Role::of).ok_or_else(|| {
            let names: Vec<&str> = Role::ALL.into_iter().map(Role::name).collect();
            Failure::usage(format!("--role takes one of {}", names.join(", ")))
        })?;
        role.require(kind).map_err(|error| {
            let roles: Vec<&str> = kind.roles().iter().map(|role| role.name()).collect();
            Failure::from_error(error.kind(), &error, Vec::new()).hint(format!(
                "roles of {}: {}",
                kind.name(),
                roles.join(", ")
            ))
        })?;
        Ok((kind, role))
    }
}

/// The passphrase of a wrapped key.
#[derive(clap::Args)]
struct WrappedFlags {
    /// Where the passphrase of the wrapped key comes from
    #[arg(long, value_name = "SPEC")]
    archive_passphrase_from: Option<OsString>,
}

const ARCHIVE_FLAG: &str = "--archive-passphrase-from";
/// No credential stands in for it: that one is the store's.
const WRAPPED: Purpose =
    Purpose { label: "passphrase of the wrapped key", flag: ARCHIVE_FLAG, credential: false };

impl WrappedFlags {
    fn source(&self) -> Result<Option<SecretSource>, Failure> {
        let spec = self.archive_passphrase_from.as_ref();
        spec.map(|spec| SecretSource::parse(ARCHIVE_FLAG, spec)).transpose()
    }

    /// That it will be asked for.
    fn needs(&self) -> Result<Needs, Failure> {
        Ok(Needs::new().passphrase(WRAPPED, self.source()?.as_ref()))
    }

    /// One that is chosen now.
    fn chosen(&self, context: &mut Context, network: NetworkMode) -> Result<Credentials, Failure> {
        let source = self.source()?;
        let passphrase = Reader::new(context, network).new_passphrase(WRAPPED, source.as_ref())?;
        Ok(Credentials { passphrase, keyfile: None })
    }

    /// One that was chosen before.
    fn known(&self, context: &mut Context, network: NetworkMode) -> Result<Credentials, Failure> {
        let source = self.source()?;
        let passphrase = Reader::new(context, network).passphrase(WRAPPED, source.as_ref())?;
        Ok(Credentials { passphrase, keyfile: None })
    }
}

/// Makes a key and answers what it is.
fn make(
    context: &mut Context,
    store: Option<&OsString>,
    (id, kind, role): (&KeyId, KeyKind, Role),
    source: impl FnOnce(&mut Context, NetworkMode) -> Result<Made, Failure>,
) -> Result<Answer, Failure> {
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    let network = file.network();
    look::require_sound(&desk.settings.rotation, network)?;
    let credentials = target.credentials(context, &file)?;
    let made = source(context, network)?;
    let new = NewKey { id, kind, role, source: made.source() };
    let (outcome, key) =
        context.during("deriving the key", || make::create(&desk, file, &credentials, &new))?;
    let text = format!("made {id}\n{}", shown::describe(&key.facts, key.network));
    let extra = json!({ "keys": [shown::changed(context, &key)] });
    Ok(shown::answer(context, &target.path, &outcome, &text, extra))
}

/// Where the private half of a new key comes from, owned.
enum Made {
    Random,
    Given(crate::secret::SecretBytes),
    Derived(KeyId, crate::crypto::derive::Label, crate::crypto::hash::Algorithm),
}

impl Made {
    const fn source(&self) -> Source<'_> {
        match self {
            Self::Random => Source::Random,
            Self::Given(bytes) => Source::Given(bytes),
            Self::Derived(parent, label, algorithm) => {
                Source::Derived { parent, label, algorithm: *algorithm }
            }
        }
    }
}

/// Opens a store to look at its keys, which is recorded under `event`, and answers with what `look` finds.
fn reading<T>(
    context: &mut Context,
    store: Option<&OsString>,
    event: Event,
    look: impl FnOnce(&OpenStore, NetworkMode) -> Result<T, OpError>,
) -> Result<T, Failure> {
    let target = Target::new(context, store)?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a managed key")?;
    let network = file.network();
    let credentials = target.credentials(context, &file)?;
    let mut opening: Opening = context
        .during("deriving the key", || open_for_reading(&desk, file, &credentials, &event))?;
    let Some(store) = opening.contents.native() else {
        let file = target.path.display().to_string();
        return Err(OpError::NotInIgra { what: "a managed key", file }.into());
    };
    match look(store, network) {
        Ok(found) => {
            opening.release(&desk, &event)?;
            crate::cli::notices::print(context, &target.path, &opening.notices);
            Ok(found)
        }
        // What the store does not know may be something else that was pasted.
        Err(error) => {
            let event = Event { object: None, ..event };
            Err(opening.failed(&desk, &event, error).into())
        }
    }
}

/// What there is to say of every key, by the policies of the configuration.
fn facts(
    context: &Context,
    ring: &Keyring,
    network: NetworkMode,
) -> Result<Vec<KeyFacts>, Failure> {
    let policies = crate::cli::setup::Setup::new(context)?.config.rotation;
    let facts = |key: &crate::keyring::Key| {
        let policy = policies.policy(key.id.as_str(), key.role, network);
        KeyFacts::of(key, policy.limits())
    };
    Ok(ring.iter().map(facts).collect())
}

/// The hash of `--hash`.
fn hash(text: Option<&OsStr>) -> Result<crate::crypto::hash::Algorithm, Failure> {
    use crate::crypto::hash::Algorithm;
    text.map_or(Ok(Algorithm::Sha256), |text| {
        text.to_str()
            .and_then(Algorithm::of)
            .ok_or_else(|| Failure::usage("--hash takes sha256, sha384 or sha512"))
    })
}
