//! The flags that every command has.
//!
//! Two stages, as everywhere: [`GlobalArgs`] is what was typed, [`Globals`] what it means. Values are taken as the bytes they
//! are and judged here, not in the parser, whose errors would repeat them.
#![allow(clippy::doc_markdown, reason = "doc comments of arguments are help text, not Markdown")]

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use super::output::Format;
use super::report::Failure;
use super::source::Source;
use crate::crypto::kdf::{Ceiling, KdfParams};
use crate::network::NetworkMode;

/// What was typed.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct GlobalArgs {
    /// Which files and rules, and how to speak.
    #[command(flatten)]
    pub usual: UsualArgs,
    /// How a store is opened and changed.
    #[command(flatten)]
    pub opening: OpeningArgs,
}

/// Flags that say which files and rules are meant, and how to speak.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
#[group(skip)]
pub struct UsualArgs {
    /// Read this configuration file instead of /etc/strongroom/config.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<OsString>,
    /// The network whose rules hold: mainnet, testnet or devnet
    #[arg(long, global = true, value_name = "NETWORK")]
    pub network: Option<OsString>,
    /// The store to work on
    #[arg(long, global = true, visible_alias = "path", value_name = "FILE")]
    pub store: Option<OsString>,
    /// Print one JSON object instead of text; errors too
    #[arg(long, global = true)]
    pub json: bool,
    /// Print no notes and no progress; warnings and errors stay
    #[arg(long, global = true)]
    pub quiet: bool,
    /// Never ask; exit 19 lists what is missing
    #[arg(long, global = true)]
    pub non_interactive: bool,
    /// Answer yes to every confirmation
    #[arg(long, global = true)]
    pub yes: bool,
    /// Change nothing; print what would be done
    #[arg(long, global = true)]
    pub dry_run: bool,
}

/// Flags that say how a store is opened and changed, and a rare one.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
#[group(skip)]
pub struct OpeningArgs {
    /// How long to wait for another process to finish, such as 10s or 2m (default 30s)
    #[arg(long, global = true, value_name = "DURATION")]
    pub lock_timeout: Option<OsString>,
    /// Where the passphrase comes from: prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME
    #[arg(long, global = true, value_name = "SPEC")]
    pub passphrase_from: Option<OsString>,
    /// Where a new passphrase comes from
    #[arg(long, global = true, value_name = "SPEC")]
    pub new_passphrase_from: Option<OsString>,
    /// Open the store with this key file as well
    #[arg(long, global = true, value_name = "FILE")]
    pub keyfile: Option<OsString>,
    /// Try this keyslot only
    #[arg(long, global = true, value_name = "N")]
    pub slot: Option<OsString>,
    /// Most memory for one key derivation, in MiB (default 1024)
    #[arg(long, global = true, value_name = "MIB")]
    pub max_kdf_mem: Option<OsString>,
    /// Leave a keyslot whose key derivation is below today's floor as it is
    #[arg(long, global = true)]
    pub no_kdf_upgrade: bool,
    /// Why this is done, for the audit log
    #[arg(long, global = true, value_name = "TEXT")]
    pub reason: Option<OsString>,
    /// Accept a store older than this host has seen, and say why
    #[arg(long, global = true, value_name = "REASON")]
    pub accept_rollback: Option<OsString>,
    /// Print the exit codes and what they mean
    #[arg(long, global = true)]
    pub exit_codes: bool,
}

/// What it means.
#[derive(Clone, Debug)]
pub struct Globals {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--network`, when stated.
    pub network: Option<NetworkMode>,
    /// `--store`.
    pub store: Option<PathBuf>,
    /// `--json` or not.
    pub format: Format,
    /// `--quiet`.
    pub quiet: bool,
    /// `--non-interactive`.
    pub non_interactive: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--lock-timeout`; zero means one try.
    pub lock_timeout: Duration,
    /// `--passphrase-from`.
    pub passphrase_from: Option<Source>,
    /// `--new-passphrase-from`.
    pub new_passphrase_from: Option<Source>,
    /// `--keyfile`.
    pub keyfile: Option<PathBuf>,
    /// `--slot`.
    pub slot: Option<u8>,
    /// `--max-kdf-mem`.
    pub kdf_ceiling: Ceiling,
    /// `--no-kdf-upgrade`.
    pub no_kdf_upgrade: bool,
    /// `--reason`.
    pub reason: Option<String>,
    /// `--accept-rollback`.
    pub accept_rollback: Option<String>,
}

impl Default for Globals {
    fn default() -> Self {
        Self {
            config: None,
            network: None,
            store: None,
            format: Format::Text,
            quiet: false,
            non_interactive: false,
            yes: false,
            dry_run: false,
            lock_timeout: Duration::from_secs(30),
            passphrase_from: None,
            new_passphrase_from: None,
            keyfile: None,
            slot: None,
            kdf_ceiling: Ceiling::default(),
            no_kdf_upgrade: false,
            reason: None,
            accept_rollback: None,
        }
    }
}

impl GlobalArgs {
    /// Judges every value. A refusal names the flag and what it takes, never what it was given.
    pub fn check(&self) -> Result<Globals, Failure> {
        let Self { usual, opening } = self;
        let defaults = Globals::default();
        Ok(Globals {
            config: path("--config", usual.config.as_ref())?,
            network: usual.network.as_deref().map(network).transpose()?,
            store: path("--store", usual.store.as_ref())?,
            format: if usual.json { Format::Json } else { Format::Text },
            quiet: usual.quiet,
            non_interactive: usual.non_interactive,
            yes: usual.yes,
            dry_run: usual.dry_run,
            lock_timeout: match &opening.lock_timeout {
                Some(text) => parse_duration("--lock-timeout", text)?,
                None => defaults.lock_timeout,
            },
            passphrase_from: source("--passphrase-from", opening.passphrase_from.as_ref())?,
            new_passphrase_from: source(
                "--new-passphrase-from",
                opening.new_passphrase_from.as_ref(),
            )?,
            keyfile: path("--keyfile", opening.keyfile.as_ref())?,
            slot: opening.slot.as_deref().map(slot).transpose()?,
            kdf_ceiling: opening
                .max_kdf_mem
                .as_deref()
                .map_or(Ok(defaults.kdf_ceiling), ceiling)?,
            no_kdf_upgrade: opening.no_kdf_upgrade,
            reason: sentence("--reason", opening.reason.as_ref())?,
            accept_rollback: sentence("--accept-rollback", opening.accept_rollback.as_ref())?,
        })
    }
}

fn takes(flag: &str, what: &str) -> Failure {
    Failure::usage(format!("{flag} takes {what}"))
}

fn source(flag: &str, spec: Option<&OsString>) -> Result<Option<Source>, Failure> {
    spec.map(|spec| Source::parse(flag, spec)).transpose()
}

fn path(flag: &str, text: Option<&OsString>) -> Result<Option<PathBuf>, Failure> {
    match text {
        Some(text) if text.is_empty() => Err(takes(flag, "the path of a file")),
        text => Ok(text.map(PathBuf::from)),
    }
}

fn network(text: &OsStr) -> Result<NetworkMode, Failure> {
    text.to_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| takes("--network", "mainnet, testnet or devnet"))
}

fn slot(text: &OsStr) -> Result<u8, Failure> {
    number(text)
        .and_then(|n| u8::try_from(n).ok())
        .ok_or_else(|| takes("--slot", "the number of a keyslot"))
}

fn ceiling(text: &OsStr) -> Result<Ceiling, Failure> {
    const MAX_MIB: u32 = KdfParams::MAX_M_KIB >> 10;
    number(text)
        .filter(|mib| (1..=MAX_MIB).contains(mib))
        .map(|mib| Ceiling { memory_kib: mib << 10 })
        .ok_or_else(|| takes("--max-kdf-mem", &format!("1 to {MAX_MIB} MiB")))
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &OsStr) -> Option<u32> {
    text.to_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// One line for the audit log.
fn sentence(flag: &str, text: Option<&OsString>) -> Result<Option<String>, Failure> {
    const MAX: usize = 200;
    let Some(text) = text else { return Ok(None) };
    text.to_str()
        .map(str::trim)
        .filter(|text| !text.is_empty() && text.chars().count() <= MAX)
        .filter(|text| !text.chars().any(char::is_control))
        .map(|text| Some(text.to_owned()))
        .ok_or_else(|| takes(flag, &format!("one line of 1 to {MAX} characters")))
}

/// A duration of up to a day: digits and one of `ms`, `s`, `m`, `h`. `flag` is named when `text` is none.
pub fn parse_duration(flag: &str, text: &OsStr) -> Result<Duration, Failure> {
    const DAY: u64 = 24 * 3600 * 1000;
    let milliseconds = text.to_str().and_then(|text| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let unit: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        count.parse::<u64>().ok()?.checked_mul(unit).filter(|&total| total <= DAY)
    });
    milliseconds
        .map(Duration::from_millis)
        .ok_or_else(|| takes(flag, "a duration such as 500ms, 10s, 2m or 1h"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_and_an_end() {
        for (text, seconds) in [("0s", 0), ("10s", 10), ("2m", 120), ("24h", 86_400)] {
            let parsed = parse_duration("--t", OsStr::new(text)).unwrap();
            assert_eq!(parsed, Duration::from_secs(seconds));
        }
        for text in ["", "s", "10", "-1s", "+1s", "1.5s", "25h", "1d", "99999999999999999999s"] {
            assert!(parse_duration("--t", OsStr::new(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_that_is_refused_is_not_repeated() {
        let secret = || Some(OsString::from("hunter2\n"));
        for args in [
            OpeningArgs { lock_timeout: secret(), ..Default::default() },
            OpeningArgs { passphrase_from: secret(), ..Default::default() },
            OpeningArgs { new_passphrase_from: secret(), ..Default::default() },
            OpeningArgs { slot: secret(), ..Default::default() },
            OpeningArgs { max_kdf_mem: secret(), ..Default::default() },
        ]
        .map(|opening| GlobalArgs { opening, ..Default::default() })
        .into_iter()
        .chain([GlobalArgs {
            usual: UsualArgs { network: secret(), ..Default::default() },
            ..Default::default()
        }]) {
            let failure = args.check().unwrap_err();
            assert_eq!(failure.kind(), crate::kind::Kind::Usage);
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }

    #[test]
    fn what_is_typed_becomes_what_it_means() {
        let usual = UsualArgs { network: Some("DevNet".into()), ..Default::default() };
        let opening = OpeningArgs {
            slot: Some("7".into()),
            max_kdf_mem: Some("2048".into()),
            reason: Some(" yearly rotation ".into()),
            ..Default::default()
        };
        let args = GlobalArgs { usual, opening };
        let globals = args.check().unwrap();
        assert_eq!(globals.network, Some(NetworkMode::Devnet));
        assert_eq!(globals.slot, Some(7));
        assert_eq!(globals.kdf_ceiling.memory_kib, 2 << 20);
        assert_eq!(globals.reason.as_deref(), Some("yearly rotation"));
        assert_eq!(globals.lock_timeout, Duration::from_secs(30));
    }
}
