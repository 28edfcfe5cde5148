//! `secrets-admin set`: store a value.

use std::ffi::OsString;

use serde_json::json;

use super::answer;
use crate::cli::needs::Needs;
use crate::cli::source::Source;
use crate::cli::source::reader::{Ending, Reader};
use crate::cli::target::Target;
use crate::cli::{Answer, Context, Failure};
use crate::clock::Timestamp;
use crate::kind::Kind;
use crate::ops::locate::Format;
use crate::ops::secrets::{self, KEEP};
use crate::secret::SecretBytes;
use crate::store::limits;
use crate::store::value::ValueKind;

/// What a value must be
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Expect {
    /// A BIP-39 mnemonic of 12 to 24 English words
    Bip39,
    /// 32 bytes as 64 hexadecimal digits; stored as the 32 bytes
    Hex32,
    /// Text
    Utf8,
}

/// Store a value under a name
///
/// The value is asked for twice, or read from --from, a pipe or a file on standard input, byte for byte. An existing name gets
/// a new version. A value is never taken from the command line.
#[derive(clap::Args)]
#[command(override_usage = "secrets-admin set [OPTIONS] [FILE] <NAME>")]
pub struct Args {
    /// The store
    file: Option<OsString>,
    /// The secret's name: letters, digits, '.', '_' and '-'
    name: Option<OsString>,
    /// Where the value comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME
    #[arg(long, value_name = "SPEC")]
    from: Option<OsString>,
    /// Check the value before it is stored
    #[arg(long, value_enum)]
    expect: Option<Expect>,
    /// Cut one line break off the end of the value
    #[arg(long)]
    strip_newline: bool,
    /// How many versions to keep, the new one included
    #[arg(long, value_name = "N", default_value_t = KEEP)]
    keep: usize,
    /// A remark, kept encrypted beside the value
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// When the value should no longer be used, such as 2027-01-31T00:00:00Z
    #[arg(long, value_name = "RFC3339")]
    expires: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let words = (args.file.as_ref(), args.name.as_ref());
    let (file, name) = answer::file_and_name(words.0, words.1, ("NAME", "set"))?;
    let target = Target::new(context, file)?;
    let name = answer::secret_name(name)?;
    let from = args.from.as_ref().map(|spec| Source::parse("--from", spec)).transpose()?;
    let expires = args.expires.as_deref().map(timestamp).transpose()?;
    if expires.is_some_and(|time| time <= context.clock.now()) {
        return Err(Failure::usage("--expires takes a time in the future"));
    }
    if !(1..=limits::VERSIONS).contains(&args.keep) {
        return Err(Failure::usage(format!(
            "--keep takes a number from 1 to {}",
            limits::VERSIONS
        )));
    }
    let desk = target.desk();
    let file = target.find(context, &desk)?;
    let network = file.network();
    if let Some(source) = &from {
        Reader::new(context, network).admit(source)?;
    }
    let needs = Needs::new().value("value", "--from", from.as_ref());
    let credentials = target.credentials_and(context, &file, needs)?;
    let ending = if args.strip_newline { Ending::Stripped } else { Ending::Kept };
    let label = format!("value of {name}");
    let value = Reader::new(context, network).value(&label, "--from", from.as_ref(), ending)?;
    let (value, kind) = expected(value, args.expect)?;

    let native = file.format() == Format::Native;
    let set = |overwrite| secrets::Set {
        name: &name,
        value: &value,
        kind,
        note: args.note.clone(),
        expires,
        keep: args.keep,
        overwrite,
    };
    let first = context.during("deriving the key", || {
        secrets::set(&desk, file, &credentials, &set(context.globals.yes))
    });
    let outcome = match first {
        // An Igra file keeps no history: ask, if there is anybody to ask.
        Err(crate::ops::OpError::WouldOverwrite) if !native && context.can_ask() => {
            if !context
                .confirm(&format!("replace the value of {name}? an Igra file keeps no history"))?
            {
                return Err(crate::ops::OpError::WouldOverwrite.into());
            }
            let file = target.find(context, &desk)?;
            secrets::set(&desk, file, &credentials, &set(true))?
        }
        outcome => outcome?,
    };
    let extra = json!({ "name": name.as_str() });
    Ok(answer::change(context, &target.path, &outcome, &format!("set {name}"), extra))
}

fn timestamp(text: &std::ffi::OsStr) -> Result<Timestamp, Failure> {
    text.to_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .and_then(|time| u64::try_from(time.as_second()).ok())
        .map(Timestamp::from_unix)
        .ok_or_else(|| Failure::usage("--expires takes a time such as 2027-01-31T00:00:00Z"))
}

/// Holds the value against what it is expected to be. The text never says what it is instead.
fn expected(
    value: SecretBytes,
    expect: Option<Expect>,
) -> Result<(SecretBytes, ValueKind), Failure> {
    let refuse = |what: &str| Failure::new(Kind::Usage, format!("the value is not {what}"));
    let text = std::str::from_utf8(value.expose()).ok();
    match expect {
        None => Ok((value, ValueKind::Opaque)),
        Some(Expect::Utf8) => match text {
            Some(_) => Ok((value, ValueKind::Utf8)),
            None => Err(refuse("valid UTF-8")),
        },
        Some(Expect::Bip39) => {
            let valid = text.is_some_and(|text| {
                bip39::Mnemonic::parse_in_normalized(bip39::Language::English, text).is_ok()
            });
            if valid {
                Ok((value, ValueKind::Bip39))
            } else {
                Err(refuse(
                    "a BIP-39 mnemonic (12, 15, 18, 21 or 24 English words with a valid checksum)",
                ))
            }
        }
        Some(Expect::Hex32) => {
            let wrong = || refuse("64 hexadecimal digits");
            let digits = text.ok_or_else(wrong)?.trim_end_matches('\n').as_bytes();
            let mut bytes = SecretBytes::zeroed(32);
            let encoding = data_encoding::HEXLOWER_PERMISSIVE;
            if digits.len() != 64 || encoding.decode_mut(digits, bytes.expose_mut()).is_err() {
                return Err(wrong());
            }
            Ok((bytes, ValueKind::Hex32))
        }
    }
}
