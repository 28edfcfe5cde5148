//! The flags, judged, and the bytes of the configuration.

use std::ffi::{OsStr, OsString};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::FileType;

use crate::cli::escape::escape_os;
use crate::cli::source::input;
use crate::cli::{Context, Failure};
use crate::clock::{FixedClock, Timestamp};
use crate::config::{self};
use crate::memory::Region;
use crate::ops::validate;

/// A form of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// For scripts.
    Json,
    /// For continuous integration.
    Junit,
    /// For code scanners.
    Sarif,
    /// For monitors.
    Nagios,
}

impl Form {
    const ALL: [(&'static str, Self); 5] = [
        ("text", Self::Text),
        ("json", Self::Json),
        ("junit", Self::Junit),
        ("sarif", Self::Sarif),
        ("nagios", Self::Nagios),
    ];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, form)| form)
    }

    /// Reads `--format`.
    pub fn parse(word: &OsStr) -> Result<Self, Failure> {
        word.to_str()
            .and_then(Self::of)
            .ok_or_else(|| Failure::usage("--format takes text, json, junit, sarif or nagios"))
    }

    /// Reads `--output`.
    pub fn parse_output(word: &OsStr) -> Result<(Self, PathBuf), Failure> {
        word.to_str()
            .and_then(|text| text.split_once(':'))
            .filter(|(_, path)| !path.is_empty())
            .and_then(|(form, path)| Some((Self::of(form)?, PathBuf::from(path))))
            .ok_or_else(|| Failure::usage("--output takes FORMAT:PATH, such as sarif:report.sarif"))
    }
}

/// Holds time still at `--now`.
pub fn set_clock(context: &mut Context, now: Option<&OsString>) -> Result<(), Failure> {
    let Some(now) = now else { return Ok(()) };
    let time = now
        .to_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .and_then(|time| u64::try_from(time.as_second()).ok())
        .ok_or_else(|| Failure::usage("--now takes a time such as 2027-01-31T12:00:00Z"))?;
    context.clock = Rc::new(FixedClock(Timestamp::from_unix(time)));
    Ok(())
}

/// The configuration that is meant: the argument or `--config`.
pub fn config_path(context: &Context, file: Option<&OsString>) -> Result<PathBuf, Failure> {
    match (file, &context.globals.config) {
        (Some(_), Some(_)) => Err(Failure::usage(
            "the configuration is given twice: as an argument and with --config",
        )),
        (Some(path), None) if path.is_empty() => {
            Err(Failure::usage("the path of the configuration is empty"))
        }
        (Some(path), None) => Ok(path.into()),
        (None, Some(path)) => Ok(path.clone()),
        (None, None) => Err(Failure::usage("no configuration is named")
            .hint("validate-config igra-config.toml --network mainnet")),
    }
}

/// The bytes of the configuration. Who owns it and who may change it is for a rule to tell.
pub fn read(context: &Context, path: &Path) -> Result<Region, Failure> {
    let shown = escape_os(path.as_os_str());
    if path == Path::new("-") {
        let bytes =
            input::read_all(context.stdin.as_fd(), config::MAX_BYTES, &context.signals, None)
                .map_err(|error| error.into_failure("standard input"))?;
        return region(bytes.expose());
    }
    let usage = |what: &str| Failure::usage(format!("{what}: {shown}"));
    let stat = rustix::fs::stat(path).map_err(|error| match error {
        rustix::io::Errno::NOENT => usage("no such configuration file"),
        error => Failure::io(format!("cannot read {shown}"), error),
    })?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Err(usage("a configuration is a file, not a directory")),
        _ => return Err(usage("a configuration is a plain file")),
    }
    let bytes = validate::read(path, config::MAX_BYTES + 1)
        .ok_or_else(|| usage("cannot read the configuration"))?;
    if bytes.len() > config::MAX_BYTES {
        return Err(usage("the configuration is larger than 10 MiB"));
    }
    Ok(bytes)
}

fn region(bytes: &[u8]) -> Result<Region, Failure> {
    let mut region = Region::bulk(bytes.len())
        .map_err(|_| Failure::io("cannot hold the configuration", rustix::io::Errno::NOMEM))?;
    region.copy_from_slice(bytes);
    Ok(region)
}
