//! `secrets-admin audit head`: the last record.

use serde_json::{Value, json};

use super::Which;
use crate::audit::Newest;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::ops::audit_log::{self, verify::Known};

/// Show the number and MAC of the last record
///
/// No passphrase is needed. The end of the log is held against the store and what this host remembers; exit 20 when it is out of
/// step.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let target = Target::new(context, args.which.file.as_ref())?;
    let desk = target.log_desk();
    let (file, log) = args.which.find(context, &target, &desk)?;
    if log.is_named() {
        return Err(Failure::usage("the head is that of the live log: leave out --log"));
    }
    let newest = audit_log::head(&log, &Known::of(&log, &file)?)?;
    let text = format!("{} {} {}\n", newest.head.seq, mac(&newest), newest.ts);
    Ok(Answer::new(text, json(&newest)))
}

fn mac(newest: &Newest) -> String {
    data_encoding::HEXLOWER.encode(&newest.head.mac)
}

fn json(newest: &Newest) -> Value {
    json!({
        "log_id": data_encoding::HEXLOWER.encode(&newest.log_id),
        "seq": newest.head.seq,
        "mac": mac(newest),
        "time": newest.ts,
        "store_id": newest.store_id,
    })
}
