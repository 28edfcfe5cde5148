//! `wallet-backup inspect`: what is in an archive?

use std::ffi::OsString;
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use serde_json::json;

use super::named::{self, Opening};
use crate::backup::manifest::KnownKey;
use crate::backup::unpack::Discard;
use crate::cli::bar::Bar;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure};
use crate::ops::backup::ArchiveFile;
use crate::text::escape;

/// Show what an archive holds
///
/// Without a passphrase the header only, which nobody has authenticated; with it every byte is checked, and the files, the host that
/// made it and the reason are shown.
#[derive(clap::Args)]
pub struct Args {
    /// The archive
    file: Option<OsString>,
    #[command(flatten)]
    opening: Opening,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let path = named::path(args.file.as_ref(), "the archive")?;
    args.opening.source()?;
    let setup = Setup::new(context)?;
    let desk = setup.looking_desk();
    let file = ArchiveFile::find(&desk, &path)?;
    let header = file.header();
    let mut text = format!(
        "archive     {}\nmade        {}\nnetwork     {}\nstore       {}\ngeneration  {} (content {}, key epoch {})\n",
        header.id,
        header.created,
        header.store.network,
        header.store.store_id,
        header.store.generation,
        header.store.content_generation,
        header.store.key_epoch,
    );
    let kinds: Vec<&str> = header.slots.iter().map(|slot| slot.info.kind.name()).collect();
    let _ = writeln!(text, "keyslots    {}", kinds.join(", "));
    let base = named::merged(
        named::header_json(header),
        json!({ "file": path.display().to_string(), "bytes": file.len }),
    );
    if !args.opening.is_given() {
        text += "not authenticated: no passphrase was given\n";
        return Ok(Answer::new(text, named::merged(base, json!({ "authenticated": false }))));
    }
    let network = header.store.network;
    setup.guard_environment(context, network)?;
    let credentials = args.opening.credentials(context, &setup, network, Needs::new())?;
    let open = context.during("deriving the key", || file.unlock(&desk, &credentials))?;
    let manifest = {
        let mut bar = Bar::of_bytes(&context.output, "checking");
        let mut progress = |done, of| bar.at(done, of);
        file.unpack(&desk, &open, &mut Discard::default(), &mut progress)?
    };
    let _ = writeln!(text, "host        {}", escape(&manifest.host));
    let _ = writeln!(text, "tool        {}", escape(&manifest.tool));
    let _ = writeln!(text, "reason      {}", escape(&manifest.reason));
    for entry in &manifest.files {
        let size = entry.size.map_or_else(|| "from a pipe".to_owned(), named::size);
        let _ = writeln!(
            text,
            "  {:04o}  {}  {}  {size}",
            entry.mode,
            entry.kind.name(),
            escape(entry.path.as_str())
        );
    }
    for key in &manifest.keys {
        let version = key.version;
        let _ =
            writeln!(text, "  key   {} version {version}  {}", escape(&key.id), escape(&key.kind));
    }
    let key_json = |key: &KnownKey| {
        json!({
            "id": key.id,
            "version": key.version,
            "kind": key.kind,
            "public_key": HEXLOWER.encode(&key.public),
        })
    };
    let json = json!({
        "authenticated": true,
        "keys": manifest.keys.iter().map(key_json).collect::<Vec<_>>(),
        "host": manifest.host,
        "tool": manifest.tool,
        "reason": manifest.reason,
        "previous": manifest.previous.map(|id| id.to_string()),
        "store_key": manifest.store_key.map(|key| key.to_string()),
        "files": named::files_json(&manifest.files),
    });
    Ok(Answer::new(text, named::merged(base, json)))
}
