//! `secrets-admin verify`: is the whole file sound?

use std::ffi::OsString;

use serde_json::json;

use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::verify;

/// Check every byte of a store: signature, header, payload, and each sealed value
///
/// Nothing is written, not even what this host remembers.
#[derive(clap::Args)]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// Check only what needs no passphrase: structure and signature
    #[arg(long)]
    structure_only: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.looking_desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    if args.structure_only {
        verify::structure(&file)?;
        let json = json!({ "verdict": "structure_only", "network": network.name() });
        return Ok(Answer::new("structure only: what needs a passphrase was not checked\n", json));
    }
    let credentials = target.credentials(context, &file)?;
    let verified = context.during("verifying", || verify::whole(&desk, file, &credentials))?;
    notices::print(context, &target.path, &verified.notices);
    let text = format!(
        "valid: {} secrets, {} values opened, generation {}\n",
        verified.secrets,
        verified.values,
        verified.generation.map_or_else(|| "unknown".to_owned(), |n| n.to_string())
    );
    let json = json!({
        "verdict": "valid",
        "network": network.name(),
        "generation": verified.generation,
        "secrets": verified.secrets,
        "values": verified.values,
    });
    Ok(Answer::new(text, json))
}
