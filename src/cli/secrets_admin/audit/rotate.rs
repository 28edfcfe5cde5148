//! `secrets-admin audit rotate`: go on in a new file.

use std::ffi::OsString;
use std::time::Duration;

use serde_json::json;

use super::moment;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::ops::audit_log::change::{self, When};
use crate::text::escape;

/// Keep the log's file under another name and go on in a new one
///
/// The chain goes on, so that both verify together. Never use logrotate on the log, least of all with copytruncate. Without a
/// limit it is rotated now. A passphrase is needed only where the key of the log is not on this host.
#[derive(clap::Args)]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// Only when the file is larger than this, such as 100M
    #[arg(long, value_name = "SIZE")]
    max_size: Option<OsString>,
    /// Only when the first record in the file is older than this, such as 30d
    #[arg(long, value_name = "AGE")]
    max_age: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let when = When {
        larger: args.max_size.as_ref().map(size).transpose()?,
        older: args.max_age.as_ref().map(age).transpose()?,
    };
    let target = Target::new(context, args.file.as_ref())?;
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let due = change::due(&desk, &file, when)?.0 && !context.globals.dry_run;
    let credentials = if due && change::needs_passphrase(&desk, &file)? {
        Some(target.credentials(context, &file)?)
    } else {
        None
    };
    let rotated = change::rotate(&desk, file, when, credentials.as_ref())?;
    notices::print(context, &target.path, &rotated.notices);
    let archive = rotated.archive.as_ref().map(|path| path.display().to_string());
    let text = match &archive {
        Some(path) => format!("rotated; the old file is {}\n", escape(path)),
        None if context.globals.dry_run && rotated.due => "would rotate\n".to_owned(),
        None => "not due\n".to_owned(),
    };
    Ok(Answer::new(
        text,
        json!({
            "due": rotated.due,
            "archive": archive,
            "size": rotated.size,
            "dry_run": context.globals.dry_run,
        }),
    ))
}

fn size(text: &OsString) -> Result<u64, Failure> {
    let parsed = text.to_str().and_then(|text| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let unit: u64 = match unit {
            "" => 1,
            "K" => 1 << 10,
            "M" => 1 << 20,
            "G" => 1 << 30,
            _ => return None,
        };
        count.parse::<u64>().ok()?.checked_mul(unit)
    });
    parsed.ok_or_else(|| {
        Failure::usage("--max-size takes a number of bytes, such as 500K, 100M or 1G")
    })
}

fn age(text: &OsString) -> Result<Duration, Failure> {
    text.to_str()
        .and_then(moment::seconds)
        .map(Duration::from_secs)
        .ok_or_else(|| Failure::usage("--max-age takes an age such as 12h or 30d"))
}
