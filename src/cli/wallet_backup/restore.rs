//! `wallet-backup restore`: bring an archive back.

use std::ffi::OsString;

use serde_json::json;

use super::named::{self, Opening};
use crate::cli::bar::Bar;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure};
use crate::network::policy::Verdict;
use crate::ops::OpError;
use crate::ops::backup::ArchiveFile;
use crate::ops::backup::restore::{Target, check, restore};
use crate::text::{escape, quote_path};

const PHRASE: &str = "the other instance is stopped";

/// Bring an archive back into a new directory
///
/// Every byte is checked before a file appears; the directory gets its name when all of it is there and the store in it is sound. What
/// exists is never overwritten. Where this host has seen a newer state of the store, --accept-rollback REASON is needed. On mainnet
/// somebody has to say that no other instance of the store is running.
#[derive(clap::Args)]
pub struct Args {
    /// The archive
    file: Option<OsString>,
    /// The new directory
    #[arg(long, value_name = "DIR")]
    to: Option<OsString>,
    /// Only the store and its audit log
    #[arg(long)]
    store_only: bool,
    #[command(flatten)]
    opening: Opening,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let path = named::path(args.file.as_ref(), "the archive")?;
    let to = named::path(args.to.as_ref(), "--to")?;
    args.opening.source()?;
    let setup = Setup::new(context)?;
    let desk = setup.desk();
    let file = ArchiveFile::find(&desk, &path)?;
    file.require_network(&desk)?;
    let target = Target::find(&desk, &to, args.store_only)?;
    let network = file.header().store.network;
    setup.guard_environment(context, network)?;
    let asks = network.policy().unconfirmed_restore == Verdict::Refuse;
    let more =
        if asks { Needs::new().confirmation_of_change(&context.globals) } else { Needs::new() };
    let credentials = args.opening.credentials(context, &setup, network, more)?;
    let checked = {
        let mut bar = Bar::of_bytes(&context.output, "checking");
        check(&desk, &file, &credentials, &target, &mut |done, of| bar.at(done, of))
    };
    let mut checked = checked.map_err(|error| older(&error, &path, &to).unwrap_or(error.into()))?;
    let last = checked.last_use.as_ref().map(|last| (escape(&last.host), escape(&last.at)));
    match &last {
        Some((host, at)) => context.output.note(&format!("last used on {host} at {at}")),
        None => {
            context.output.note("the archive has no log: nothing says where the store was used");
        }
    }
    let forced = context.globals.yes || context.globals.dry_run;
    if asks && !forced {
        let question = format!("two instances of one store would both sign; type '{PHRASE}'");
        if !context.terminal.type_phrase(&question, PHRASE)? {
            return Err(Failure::input_needed("the phrase was not typed; nothing was restored"));
        }
    }
    let restored = {
        let mut bar = Bar::of_bytes(&context.output, "restoring");
        let mut progress = |done, of| bar.at(done, of);
        restore(&desk, &file, &mut checked, &target, &mut progress)?
    };
    let store = to.join(&restored.store);
    if context.globals.accept_rollback.is_some() {
        context.output.note(&format!(
            "the first command on it has to say so again; where records are missing: secrets-admin audit repair {} --accept-loss REASON --accept-rollback REASON",
            quote_path(&store)
        ));
    }
    let word = if context.globals.dry_run { "would restore" } else { "restored" };
    let text = format!(
        "{word} {} files to {}: generation {}; the store is {}\n",
        restored.files.len(),
        escape(&to.display().to_string()),
        checked.header().store.generation,
        escape(&store.display().to_string()),
    );
    let json = json!({
        "to": to.display().to_string(),
        "store": store.display().to_string(),
        "files": restored.files,
        "last_use": checked.last_use.as_ref().map(|last| json!({ "host": last.host, "at": last.at })),
        "dry_run": context.globals.dry_run,
    });
    Ok(Answer::new(text, named::merged(named::header_json(checked.header()), json)))
}

/// That this host has seen a newer store is said with the command that goes on.
fn older(error: &OpError, archive: &std::path::Path, to: &std::path::Path) -> Option<Failure> {
    let OpError::RestoreOlder { .. } = error else { return None };
    Some(Failure::from_error(error.kind(), error, Vec::new()).hint(format!(
        "to take the archive as the truth: wallet-backup restore {} --to {} --accept-rollback REASON",
        quote_path(archive),
        quote_path(to)
    )))
}
