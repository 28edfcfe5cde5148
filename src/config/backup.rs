//! The shape of `[backup]` as it stands in the file, and what its values must be.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::schema::{RawDuration, Wrong, absolute, expected};

/// The keys of `[backup]`.
pub(super) const KEYS: &[&str] =
    &["max_age", "max_drill_age", "dirs", "keep_last", "keep_daily", "keep_weekly", "keep_monthly"];

/// Most directories.
const MAX_DIRS: usize = 16;

/// `[backup]` as written: types are right, values are unchecked.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBackup {
    max_age: Option<Spanned<RawDuration>>,
    max_drill_age: Option<Spanned<RawDuration>>,
    dirs: Option<Spanned<Vec<Spanned<String>>>>,
    keep_last: Option<u16>,
    keep_daily: Option<u16>,
    keep_weekly: Option<u16>,
    keep_monthly: Option<u16>,
}

/// How backups are made and kept where no flag says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backups {
    /// Oldest backup that is fresh.
    pub max_age: Option<Duration>,
    /// Oldest rehearsed restore that is fresh.
    pub max_drill_age: Option<Duration>,
    /// Where archives are, absolute; new ones are made in the first.
    pub dirs: Vec<PathBuf>,
    /// How many archives are kept: the newest, and of days, weeks and months the newest of each.
    pub keep: Keep,
}

/// How many archives are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The newest.
    pub last: u16,
    /// Of so many days.
    pub daily: u16,
    /// Of so many weeks.
    pub weekly: u16,
    /// Of so many months.
    pub monthly: u16,
}

/// Checks every value. What is wrong is left out and told, with its place.
pub(super) fn check(raw: &RawBackup, wrong: &mut Vec<Wrong>) -> Backups {
    let mut age = |name: &str, value: Option<&Spanned<RawDuration>>| {
        let value = value?;
        let found = value.get_ref().0;
        if found.is_none() {
            wrong.push((value.span(), format!("`{name}` {}", expected("max_age"))));
        }
        found
    };
    let max_age = age("max_age", raw.max_age.as_ref());
    let max_drill_age = age("max_drill_age", raw.max_drill_age.as_ref());
    let mut dirs: Vec<PathBuf> = Vec::new();
    if let Some(list) = &raw.dirs {
        if list.get_ref().len() > MAX_DIRS {
            wrong.push((list.span(), format!("`dirs` has at most {MAX_DIRS} directories")));
        }
        for text in list.get_ref().iter().take(MAX_DIRS) {
            match absolute(text.get_ref()) {
                Some(path) if !dirs.contains(&path) => dirs.push(path),
                Some(_) => {}
                None => wrong.push((text.span(), "`dirs` is a list of absolute paths".to_owned())),
            }
        }
    }
    let count = |value: Option<u16>| value.unwrap_or(0);
    let keep = Keep {
        last: count(raw.keep_last),
        daily: count(raw.keep_daily),
        weekly: count(raw.keep_weekly),
        monthly: count(raw.keep_monthly),
    };
    Backups { max_age, max_drill_age, dirs, keep }
}
