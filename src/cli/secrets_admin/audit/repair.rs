//! `secrets-admin audit repair`: go on after records were lost.

use std::ffi::OsString;
use std::fmt::Write as _;

use serde_json::json;

use crate::cli::needs::Needs;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::network::policy::Verdict;
use crate::ops::audit_log::change;
use crate::text::{escape, quote_path};

/// Accept that records are lost, and go on
///
/// What a crash leaves is mended by the next command that writes. This is for records that are gone or changed and cannot be put
/// back: a new segment begins behind the last record that is known, the reason is recorded, and the gap stays visible for ever.
/// A file that cannot be gone on with is kept under another name.
#[derive(clap::Args)]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// Why the loss is accepted, for the log
    #[arg(long, value_name = "REASON")]
    accept_loss: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    const PHRASE: &str = "accept loss";
    let target = Target::new(context, args.file.as_ref())?;
    let reason = args.accept_loss.as_ref().and_then(|reason| reason.to_str()).map(str::trim);
    let fits = |reason: &&str| {
        (1..=200).contains(&reason.chars().count()) && !reason.chars().any(char::is_control)
    };
    let Some(reason) = reason.filter(fits) else {
        return Err(Failure::input_needed("a reason is needed: why are records missing").hint(
            format!(
                "secrets-admin audit repair {} --accept-loss 'disk failed, no copy'",
                quote_path(&target.path)
            ),
        ));
    };
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let forced = file.network().policy().unconfirmed_override == Verdict::Refuse;
    let asks = forced && !context.globals.yes && !context.globals.dry_run;
    let more = if asks { Needs::new().confirmation() } else { Needs::new() };
    let credentials = target.credentials_and(context, &file, more)?;
    if asks {
        let question = format!("missing records will be given up for good; type '{PHRASE}'");
        if !context.terminal.type_phrase(&question, PHRASE)? {
            return Err(Failure::input_needed("the phrase was not typed; nothing was changed"));
        }
    }
    let repaired =
        context.during("deriving the key", || change::repair(&desk, file, &credentials, reason))?;
    notices::print(context, &target.path, &repaired.notices);
    let aside = repaired.aside.as_ref().map(|path| path.display().to_string());
    let dry = context.globals.dry_run;
    let mut text = match (repaired.lost, dry) {
        (true, true) => "would begin a new segment\n".to_owned(),
        (true, false) => format!("a new segment begins at record {}\n", repaired.seq.unwrap_or(0)),
        (false, _) => "nothing is missing\n".to_owned(),
    };
    if let Some(aside) = &aside {
        let _ = writeln!(text, "the damaged file is {}", escape(aside));
    }
    Ok(Answer::new(
        text,
        json!({ "repaired": repaired.lost && !dry, "seq": repaired.seq, "aside": aside, "dry_run": dry }),
    ))
}
