//! `wallet-backup export`: an archive as age.

use std::ffi::OsString;

use serde_json::json;

use super::named::{self, Opening};
use crate::backup::age::{Recipient, To, WorkFactor};
use crate::cli::bar::Bar;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::source::Source;
use crate::cli::source::reader::{Purpose, Reader};
use crate::cli::{Answer, Context, Failure};
use crate::ops::backup::ArchiveFile;
use crate::ops::backup::export::export;
use crate::ops::gate;
use crate::text::escape;

/// Export what is in an archive as an age file
///
/// For the day on which this tool is not at hand: `age -d FILE | tar x` and `rage -d FILE | tar x` give the files back. It is opened by a
/// passphrase or by the keys of recipients, which age does not mix. The store in it stays sealed as it is.
#[derive(clap::Args)]
pub struct Args {
    /// The archive
    file: Option<OsString>,
    /// As age; the one form there is
    #[arg(long)]
    age: bool,
    /// The new file
    #[arg(long, value_name = "FILE")]
    out: Option<OsString>,
    /// A public key that will open it: age1…
    #[arg(long, value_name = "KEY")]
    recipient: Vec<OsString>,
    /// Where the passphrase that will open it comes from
    #[arg(long, value_name = "SPEC", conflicts_with = "recipient")]
    age_passphrase_from: Option<OsString>,
    #[command(flatten)]
    opening: Opening,
}

const FLAG: &str = "--age-passphrase-from";
const AGE: Purpose = Purpose { label: "passphrase of the export", flag: FLAG, credential: false };

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let path = named::path(args.file.as_ref(), "the archive")?;
    let out = named::path(args.out.as_ref(), "--out")?;
    if !args.age {
        return Err(Failure::usage("--age is missing: it is the one form of an export"));
    }
    let recipients = args.recipient.iter().map(|text| {
        let parsed = text.to_str().unwrap_or_default().parse::<Recipient>();
        parsed.map_err(|error| Failure::usage(format!("--recipient: {error}")))
    });
    let recipients = recipients.collect::<Result<Vec<_>, _>>()?;
    args.opening.source()?;
    let setup = Setup::new(context)?;
    let desk = setup.looking_desk();
    let file = ArchiveFile::find(&desk, &path)?;
    file.require_network(&desk)?;
    let network = file.header().store.network;
    setup.guard_environment(context, network)?;
    let source =
        args.age_passphrase_from.as_ref().map(|spec| Source::parse(FLAG, spec)).transpose()?;
    let more = if recipients.is_empty() {
        Needs::new().passphrase(AGE, source.as_ref())
    } else {
        Needs::new()
    };
    let credentials = args.opening.credentials(context, &setup, network, more)?;
    let passphrase = if recipients.is_empty() {
        let chosen = Reader::new(context, network).new_passphrase(AGE, source.as_ref())?;
        gate::admit(&desk, network, &out, &chosen)?;
        Some(chosen)
    } else {
        None
    };
    let to = match &passphrase {
        Some(passphrase) => To::Passphrase(passphrase, WorkFactor::of(network)),
        None => To::Recipients(&recipients),
    };
    let files = {
        let mut bar = Bar::of_bytes(&context.output, "exporting");
        let mut progress = |done, of| bar.at(done, of);
        export(&desk, &file, &credentials, &out, &to, &mut progress)?
    };
    let shown = out.display().to_string();
    let text = format!("exported {files} files to {}: age -d | tar x\n", escape(&shown));
    Ok(Answer::new(text, json!({ "path": shown, "files": files, "recipients": recipients.len() })))
}
