//! `wallet-backup drill`: rehearse a restore.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::named::{self, Opening};
use crate::cli::bar::Bar;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::OpError;
use crate::ops::backup::ArchiveFile;
use crate::ops::backup::agreement::Against;
use crate::ops::backup::drill::drill;
use crate::text::quote_path;

/// Rehearse a restore of an archive, in memory
///
/// Everything is opened as after a loss: the archive with its passphrase, the store in it with its signature, and with
/// --passphrase-from every value of the store. What comes out is compared with what the archive says of it and with the live store,
/// if there is one. Nothing touches a disk; when it succeeded is remembered for `status`.
#[derive(clap::Args)]
pub struct Args {
    /// The archive; without it the newest of the store in backup.dirs
    file: Option<OsString>,
    #[command(flatten)]
    opening: Opening,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    args.opening.source()?;
    let setup = Setup::new(context)?;
    let desk = setup.desk();
    let found = match &args.file {
        Some(_) => vec![named::path(args.file.as_ref(), "the archive")?],
        None => named::configured_archives(context, &setup, &desk)?,
    };
    let (path, older) = (&found[0], found.get(1));
    let live = named::live(context, &setup, &desk)?;
    let file = ArchiveFile::find(&desk, path).map_err(|error| match &args.file {
        Some(_) => Failure::from(error),
        // An older one is no rehearsal of what a loss today would be mended with.
        None => unreadable(path, &error, older),
    })?;
    let network = file.header().store.network;
    file.require_network(&desk)?;
    setup.guard_environment(context, network)?;
    let archive = args.opening.credentials(context, &setup, network, Needs::new())?;
    let store = named::store_credentials(context, &setup, network)?;
    let against = live.as_ref().map(Against::of);
    let drilled = {
        let mut bar = Bar::of_bytes(&context.output, "rehearsing");
        let mut progress = |done, of| bar.at(done, of);
        drill(&desk, &file, &archive, store.as_ref(), against.as_ref(), &mut progress)?
    };
    notices::print(context, path, &drilled.notices);
    let (scope, what) = match drilled.opened {
        Some(values) => ("full", format!("restored in memory, {values} values opened")),
        None => (
            "archive only",
            "restored in memory, store and signature; its values were not opened".to_owned(),
        ),
    };
    let stale = match drilled.stale {
        Some(true) => "; the store has changed since",
        _ => "",
    };
    let text = format!(
        "drill: {scope}: {what} ({} files, generation {}, {} ms){stale}\n",
        drilled.manifest.files.len(),
        drilled.header.store.generation,
        drilled.millis
    );
    let json = json!({
        "file": path.display().to_string(),
        "drill": scope,
        "values": drilled.opened,
        "millis": drilled.millis,
        "stale": drilled.stale,
        "compared_with_live": live.is_some(),
        "keys": drilled.manifest.keys.len(),
        "files": named::files_json(&drilled.manifest.files),
        "last_use": drilled.last_use.as_ref().map(|last| json!({ "host": last.host, "at": last.at })),
    });
    Ok(Answer::new(text, named::merged(named::header_json(&drilled.header), json)))
}

/// The newest archive of a store, which nobody named, cannot be read.
fn unreadable(path: &Path, error: &OpError, older: Option<&PathBuf>) -> Failure {
    let place = quote_path(path);
    let text = format!("the newest archive of the store cannot be read: {place}: {error}");
    let failure = Failure::new(error.kind(), text);
    match older {
        Some(older) => failure.hint(format!("wallet-backup drill {}", quote_path(older))),
        None => failure,
    }
}
