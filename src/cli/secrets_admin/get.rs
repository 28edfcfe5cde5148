//! `secrets-admin get`: release one value.

use std::ffi::OsString;
use std::path::Path;

use serde_json::json;

use super::answer;
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure, notices};
use crate::fs::{FsError, Place};
use crate::kind::Kind;
use crate::network::policy::Verdict;
use crate::ops::OpError;
use crate::ops::{Desk, secrets, write_file};
use crate::secret::SecretBytes;

/// How a value is written
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Encoding {
    /// The bytes as they are; in JSON they must be text
    #[default]
    Utf8,
    /// Lower-case hexadecimal
    Hex,
    /// Base64 with padding (RFC 4648)
    Base64,
}

impl Encoding {
    const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf8",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

/// Print the value of a secret, alone and exactly
///
/// On a terminal it needs --reveal. With --out it goes into a new file of mode 0600.
#[derive(clap::Args)]
#[command(override_usage = "secrets-admin get [OPTIONS] [FILE] <NAME>")]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// The secret's name
    name: Option<OsString>,
    /// How the value is written
    #[arg(long, value_enum, default_value_t)]
    encoding: Encoding,
    /// Show the value although standard output is a terminal
    #[arg(long)]
    reveal: bool,
    /// Write the value to a new file of mode 0600
    #[arg(long, value_name = "FILE")]
    out: Option<OsString>,
    /// Take this version instead of the newest
    #[arg(long = "version-number", value_name = "N")]
    version: Option<u64>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let words = (args.file.as_ref(), args.name.as_ref());
    let (file, name) = answer::file_and_name(words.0, words.1, ("NAME", "get"))?;
    let target = Target::new(context, file)?;
    let name = answer::any_name(name)?;
    let to_terminal = args.out.is_none() && context.output.stdout_is_terminal();
    if to_terminal && !args.reveal {
        return Err(Failure::usage(
            "standard output is a terminal: the value would be shown on it",
        )
        .hint("show it: add --reveal")
        .hint("write it to a new file: add --out FILE"));
    }
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    if args.reveal
        && context.globals.reason.is_none()
        && network.policy().unexplained_reveal == Verdict::Refuse
    {
        return Err(OpError::ReasonNeeded.into());
    }
    let credentials = target.credentials(context, &file)?;
    let got = context.during("deriving the key", || {
        secrets::get(&desk, file, &credentials, name, args.version)
    })?;
    notices::print(context, &target.path, &got.notices);
    let encoded = encode(got.value, args.encoding);
    if let Some(out) = &args.out {
        let out = Path::new(out);
        let shown = crate::text::escape(&out.display().to_string());
        write_out(&desk, out, &encoded)?;
        if context.globals.dry_run {
            let json = json!({ "name": name, "out": shown, "dry_run": true });
            return Ok(Answer::new(format!("would write {shown}\n"), json));
        }
        return Ok(Answer::new(format!("wrote {shown}\n"), json!({ "name": name, "out": shown })));
    }
    if to_terminal && network.policy().reveal_on_terminal == Verdict::Warn {
        context.output.note("the value stays in the scrollback of this terminal");
    }
    let text = std::str::from_utf8(encoded.expose());
    let json = match (context.output.format(), text) {
        (crate::cli::output::Format::Text, _) => serde_json::Value::Null,
        (_, Ok(text)) => json!({ "name": name, "encoding": args.encoding.name(), "value": text }),
        (_, Err(_)) => {
            return Err(Failure::usage("the value is not text").hint("add --encoding hex"));
        }
    };
    Ok(Answer::raw(encoded, json))
}

fn encode(value: SecretBytes, encoding: Encoding) -> SecretBytes {
    let with = match encoding {
        Encoding::Utf8 => return value,
        Encoding::Hex => data_encoding::HEXLOWER,
        Encoding::Base64 => data_encoding::BASE64,
    };
    let mut out = SecretBytes::zeroed(with.encode_len(value.len()));
    with.encode_mut(value.expose(), out.expose_mut());
    out
}

/// Writes a new file, all of it or nothing.
fn write_out(desk: &Desk<'_>, path: &Path, value: &SecretBytes) -> Result<(), Failure> {
    let place = Place::resolve(path, desk.trust)?;
    write_file::write_new(desk, &place, value.expose()).map_err(|error| match error {
        OpError::Fs(FsError::Exists(path)) => Failure::new(
            Kind::Exists,
            format!("refusing to overwrite {}", crate::text::escape(&path.display().to_string())),
        ),
        error => error.into(),
    })
}
