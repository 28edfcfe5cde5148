//! `secrets-admin inventory export|pin`.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::info::inventory_json;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::fs::Place;
use crate::ops::{remember, signed, write_file};

/// The signed facts that may be read without a passphrase
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    Export(Export),
    Pin(Pin),
}

/// Write the signed inventory to a new file, for a monitoring user who may not read the store
#[derive(clap::Args)]
pub struct Export {
    /// The store
    file: Option<OsString>,
    /// The new file
    #[arg(long, value_name = "FILE")]
    out: OsString,
}

/// Make this host trust the store's signing key; needs the passphrase
#[derive(clap::Args)]
pub struct Pin {
    /// The store
    file: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    match &args.verb {
        Verb::Export(args) => export(args, context),
        Verb::Pin(args) => pin(args, context),
    }
}

fn export(args: &Export, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.looking_desk();
    let file = target.find(context, &desk)?;
    let store = file.require_native("an inventory")?;
    let report = signed::examine(&desk, &file)?;
    let bytes = store.export_inventory()?;
    let out = Path::new(&args.out);
    let dry_run = context.globals.dry_run;
    let place = Place::resolve(out, desk.trust)?;
    write_file::write_new(&desk, &place, &bytes)?;
    let shown = crate::text::escape(&out.display().to_string());
    let header = store.header();
    Ok(Answer::new(
        format!(
            "{} {shown} (generation {})\n",
            if dry_run { "would write" } else { "wrote" },
            header.generation
        ),
        json!({
            "out": shown,
            "dry_run": dry_run,
            "generation": header.generation,
            "inventory": inventory_json(&header.inventory, &report),
        }),
    ))
}

fn pin(args: &Pin, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find_native(context, &desk, "a signing key")?;
    let credentials = target.credentials(context, &file)?;
    let pinned = context.during("deriving the key", || remember::pin(&desk, file, &credentials))?;
    notices::print(context, &target.path, &pinned.notices);
    let key = pinned.key.to_string();
    let text = format!("{key}\nfor a host without state: [security] store_keys = [\"{key}\"]\n");
    Ok(Answer::new(text, json!({ "store_key": key, "dry_run": context.globals.dry_run })))
}
