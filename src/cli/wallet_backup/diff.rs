//! `wallet-backup diff`: what has changed in a store since an archive of it?

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::json;

use super::named::{self, Opening};
use crate::cli::bar::Bar;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::source::Source;
use crate::cli::{Answer, Context, Failure, notices};
use crate::kind::Kind;
use crate::ops::backup::ArchiveFile;
use crate::ops::backup::diff::{Compared, Keys, Part, Scope, diff};
use crate::text::escape;

/// Say what has changed in a store since an archive of it was made
///
/// With the archive's passphrase alone: generations, keyslots, managed keys, claims, limits, and the files that were archived with the
/// store, by what is signed and readable. With --passphrase-from every entry is opened on both sides, and secrets are named. No value is
/// shown, nor anything that depends on one. Ends with 0 when nothing differs, else with 1. Writes nothing.
#[derive(clap::Args)]
pub struct Args {
    /// The archive
    archive: Option<OsString>,
    /// The live store
    #[arg(value_name = "STORE")]
    file: Option<OsString>,
    #[command(flatten)]
    opening: Opening,
    /// Where the passphrase of the store in the archive comes from, if it was changed since
    #[arg(long, value_name = "SPEC")]
    archived_store_passphrase_from: Option<OsString>,
}

const FLAG: &str = "--archived-store-passphrase-from";

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let path = named::path(args.archive.as_ref(), "the archive")?;
    args.opening.source()?;
    let then = args.archived_store_passphrase_from.as_ref();
    let then = then.map(|spec| Source::parse(FLAG, spec)).transpose()?;
    if then.is_some() && context.globals.passphrase_from.is_none() {
        return Err(Failure::usage(format!("{FLAG} needs --passphrase-from"))
            .hint("--passphrase-from opens the live store: wallet-backup diff --help"));
    }
    let setup = Setup::new(context)?;
    let store_path = setup.store(args.file.as_ref())?;
    let desk = setup.looking_desk();
    let file = ArchiveFile::find(&desk, &path)?;
    file.require_network(&desk)?;
    let live = setup.find(context, &desk, &store_path)?;
    let network = file.header().store.network;
    setup.guard_environment(context, network)?;
    let archive = args.opening.credentials(context, &setup, network, Needs::new())?;
    let credentials = named::store_credentials(context, &setup, network)?;
    let archived = match &then {
        Some(source) => Some(setup.other_credentials(context, network, source)?),
        None => None,
    };
    let keys = credentials.as_ref().map(|live| Keys { live, archived: archived.as_ref() });
    let compared = {
        let mut bar = Bar::of_bytes(&context.output, "comparing");
        let mut progress = |done, of| bar.at(done, of);
        diff(&desk, &file, &archive, live, keys.as_ref(), &mut progress)?
    };
    notices::print(context, &store_path, &compared.notices);
    let kind = if compared.changes.is_empty() { Kind::Ok } else { Kind::Findings };
    let scope = match compared.scope {
        Scope::Inventories => "inventories",
        Scope::Entries => "entries",
    };
    let rows: Vec<_> = compared
        .changes
        .iter()
        .map(|change| {
            json!({
                "part": change.part.name(),
                "change": change.how.name(),
                "name": change.name,
                "detail": change.detail,
            })
        })
        .collect();
    let json = json!({
        "file": path.display().to_string(),
        "store": store_path.display().to_string(),
        "same": compared.changes.is_empty(),
        "compared": scope,
        "forked": compared.forked,
        "live": {
            "generation": compared.live.generation,
            "content_generation": compared.live.content_generation,
            "key_epoch": compared.live.key_epoch,
        },
        "changes": rows,
    });
    Ok(Answer::new(text(&compared), named::merged(named::header_json(&compared.header), json))
        .ending(kind))
}

fn text(compared: &Compared) -> String {
    let mut text = String::new();
    for change in &compared.changes {
        let detail = change.detail.as_ref().map_or(String::new(), |detail| format!(": {detail}"));
        let (part, how) = (change.part.name(), change.how.name());
        let _ = writeln!(text, "{part:<8}  {how:<8}  {}{detail}", escape(&change.name));
    }
    let moved = compared.live.has_moved_on(compared.header.store.content_generation);
    let named = compared.changes.iter().any(|change| change.part == Part::Secret);
    match compared.scope {
        _ if compared.changes.is_empty() && compared.scope == Scope::Entries => {
            text += "no difference: every entry was opened on both sides\n";
        }
        _ if compared.changes.is_empty() => {
            text += "no difference in what is signed; entries were not opened\n";
        }
        Scope::Inventories if moved && !named => {
            text += "which secrets differ is said with --passphrase-from\n";
        }
        _ => {}
    }
    text
}
