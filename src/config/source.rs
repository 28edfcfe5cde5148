//! The text of a configuration file, and where in it something stands.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error, ValueDeserializer};

use super::keys::Level;
use super::{ConfigError, MAX_BYTES, OUR_TABLES, schema};

/// Most characters of a key or path that a message repeats.
const SHOWN: usize = 64;

/// The tables that the running tools heed, as far as they are there.
#[derive(Default)]
pub(super) struct OurTables<'i> {
    pub security: Option<Spanned<DeValue<'i>>>,
    pub audit: Option<Spanned<DeValue<'i>>>,
    pub rotation: Option<Spanned<DeValue<'i>>>,
    pub backup: Option<Spanned<DeValue<'i>>>,
}

/// A file's text, without byte order mark.
pub(super) struct Source<'i> {
    text: &'i str,
    path: String,
}

impl<'i> Source<'i> {
    /// Checks size and encoding.
    pub(super) fn new(bytes: &'i [u8], path: &Path) -> Result<Self, ConfigError> {
        let path = path.to_string_lossy().escape_debug().to_string();
        if bytes.len() > MAX_BYTES {
            return Err(ConfigError::TooLarge { path });
        }
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { text, path }),
            Err(error) => {
                let (valid, _) = bytes.split_at(error.valid_up_to());
                let text = std::str::from_utf8(valid).unwrap_or_default();
                Err(Self { text, path }.error(valid.len(), "not valid UTF-8"))
            }
        }
    }

    /// An error at a byte offset.
    pub(super) fn error(&self, at: usize, problem: impl Into<String>) -> ConfigError {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = before.rsplit('\n').next().unwrap_or_default();
        ConfigError::At {
            path: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            problem: problem.into(),
        }
    }

    /// The text.
    pub(super) const fn text(&self) -> &'i str {
        self.text
    }

    /// The whole file as TOML.
    pub(super) fn document(&self) -> Result<DeTable<'i>, ConfigError> {
        let document = DeTable::parse(self.text).map_err(|e| self.toml_error(&e))?;
        Ok(document.into_inner())
    }

    /// Checks the keys of our tables and gives back those that the running tools heed.
    pub(super) fn our_tables(&self, document: DeTable<'i>) -> Result<OurTables<'i>, ConfigError> {
        let mut found = OurTables::default();
        for (name, value) in document {
            let Some(table) = OUR_TABLES.into_iter().find(|ours| name.get_ref() == ours) else {
                continue;
            };
            let Some(entries) = value.get_ref().as_table() else {
                return Err(self.error(name.span().start, format!("[{table}] is a table")));
            };
            let level = Level::FILE.named(table).and_then(|named| named.table);
            let known = &level.map(Level::names).unwrap_or_default();
            // The first in the file, not the first in the alphabet.
            let unknown = entries
                .keys()
                .filter(|key| !known.contains(&key.get_ref().as_ref()))
                .min_by_key(|key| key.span().start);
            if let Some(key) = unknown {
                let guess = closest(key.get_ref(), known)
                    .map(|known| format!(", did you mean `{known}`?"))
                    .unwrap_or_default();
                let problem = format!("unknown key `{}` in [{table}]{guess}", shown(key.get_ref()));
                return Err(self.error(key.span().start, problem));
            }
            match table {
                "security" => found.security = Some(value),
                "audit" => found.audit = Some(value),
                "rotation" => found.rotation = Some(value),
                "backup" => found.backup = Some(value),
                _ => {}
            }
        }
        Ok(found)
    }

    /// The raw values of a table's `heeded` keys.
    pub(super) fn raw<T: Deserialize<'i>>(
        &self,
        mut table: Spanned<DeValue<'i>>,
        heeded: &[&str],
    ) -> Result<T, ConfigError> {
        // What only the pre-deploy gate reads is none of the running tools' business.
        if let DeValue::Table(entries) = table.get_mut() {
            *entries = std::mem::take(entries)
                .into_iter()
                .filter(|(key, _)| heeded.contains(&key.get_ref().as_ref()))
                .collect();
        }
        // Which key a wrong type belongs to can only be told by its place.
        let keys: Vec<(String, Range<usize>)> = table
            .get_ref()
            .as_table()
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.get_ref().to_string(), value.span()))
            .collect();
        T::deserialize(ValueDeserializer::from(table)).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let key = keys.iter().find(|(_, place)| place.contains(&at));
            let needed = key.map_or("wrong type", |(key, _)| schema::expected(key));
            let name = key.map_or("table", |(key, _)| key);
            self.error(at, format!("`{name}` {needed}"))
        })
    }

    /// What the parser says. `Error`'s own `Display` is not used: it prints the line, and with it what stands there.
    fn toml_error(&self, error: &Error) -> ConfigError {
        self.error(error.span().map_or(0, |span| span.start), shown(error.message()))
    }
}

/// Text of the file as it may be printed.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        match c {
            '"' | '\'' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}

/// The known key that differs in the fewest letters, if they are few.
pub(super) fn closest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    if key.len() > SHOWN {
        return None;
    }
    known
        .iter()
        // No fewer letters differ than the lengths do; a file of ten thousand unknown keys should not take a second.
        .filter(|known| known.len().abs_diff(key.len()) <= 1 + known.len() / 5)
        .map(|known| (distance(key, known), *known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 5)
        .min()
        .map(|(_, known)| known)
}

/// Levenshtein's distance in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_key_is_close() {
        let known = ["network", "store", "store_keys", "state", "state_dir"];
        assert_eq!(closest("netwrok", &known), Some("network"));
        assert_eq!(closest("stor", &known), Some("store"));
        assert_eq!(closest("store-keys", &known), Some("store_keys"));
        assert_eq!(closest("passphrase", &known), None);
        assert_eq!(closest("", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn places_are_counted_in_lines_and_characters() {
        let text = "a\nbé c\n\nd";
        let source = Source::new(text.as_bytes(), Path::new("f")).expect("UTF-8");
        let at = |offset: usize| source.error(offset, "x").to_string();
        assert_eq!(at(0), "f:1:1: x");
        assert_eq!(at(1), "f:1:2: x");
        assert_eq!(at(2), "f:2:1: x");
        assert_eq!(at(6), "f:2:4: x");
        assert_eq!(at(8), "f:3:1: x");
        assert_eq!(at(9), "f:4:1: x");
        assert_eq!(at(99), "f:4:2: x");
    }
}
