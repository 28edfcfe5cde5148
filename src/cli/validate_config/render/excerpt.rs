//! A line of the configuration as it may be shown: keys, and of values only what can be no secret.
//!
//! That is why no crate for excerpts is used: they show the line. What stands behind an equals sign is a number, a flag or a
//! date, or it is shown as `"..."`; what is no line with a key at all is not shown.

use crate::config::Reading;
use crate::text::escape;

/// Most characters of a key.
const SHOWN: usize = 80;

/// Most bytes of a line that are looked at: it may be the whole file, and be asked for at every other byte.
const LONGEST: usize = 4096;

/// A line that may be shown, and what of it is underlined: columns from 1.
pub struct Excerpt {
    /// The line.
    pub line: String,
    /// The first column underlined.
    pub column: usize,
    /// How many.
    pub width: usize,
}

/// The excerpt at a span.
pub fn of(reading: &Reading<'_>, start: usize, end: usize) -> Option<Excerpt> {
    let position = reading.position(start);
    let line = reading.line(position);
    let line = &line[..line.floor_char_boundary(LONGEST)];
    let key = key_of(line)?;
    if key.chars().count() > SHOWN {
        return None;
    }
    let head = escape(key);
    let same_width = head.chars().count() == key.chars().count();
    if !line.contains('=') {
        let column = if same_width { position.column } else { 1 };
        let width = reading.slice(start..end).chars().count().max(1);
        let room = head.chars().count() + 1;
        return Some(Excerpt { line: head, column: column.min(room), width: width.min(room) });
    }
    let value = shown_value(line.split_once('=').map_or("", |(_, value)| value));
    let in_key = position.column <= key.chars().count() && same_width;
    let text = format!("{head}= {value}");
    let column = if in_key { position.column } else { head.chars().count() + 3 };
    let width = if in_key {
        reading.slice(start..end).chars().count().clamp(1, key.chars().count())
    } else {
        value.chars().count().max(1)
    };
    Some(Excerpt { line: text, column, width })
}

/// The part before the equals sign, or the whole line of a table's name. Nothing when the line is neither.
fn key_of(line: &str) -> Option<&str> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || "_-. \t".contains(c);
    let head = line.split('=').next().unwrap_or_default();
    if line.contains('=') && head.chars().all(is_key) && !head.trim().is_empty() {
        return Some(head);
    }
    let bare = line.trim();
    let inside = bare.strip_prefix('[')?.strip_suffix(']')?;
    let inside = inside.trim_matches(['[', ']']);
    (!inside.is_empty() && inside.chars().all(is_key)).then_some(line.trim_end())
}

/// A value that can be no secret, or what stands for one.
fn shown_value(value: &str) -> String {
    let value = value.split('#').next().unwrap_or_default().trim();
    let plain = matches!(value, "true" | "false" | "\"\"" | "''" | "[]" | "{}")
        || (value.len() <= 20
            && value.chars().all(|c| c.is_ascii_digit() || "-+.:TZ_".contains(c)));
    match value.chars().next() {
        Some(_) if plain => value.to_owned(),
        Some('[') => "[...]".to_owned(),
        Some('{') => "{...}".to_owned(),
        _ => "\"...\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn excerpt(text: &str, at: &str) -> Option<(String, usize, usize)> {
        let reading = Reading::of(text.as_bytes(), Path::new("c")).expect("text");
        let start = text.find(at).expect(at);
        of(&reading, start, start + at.len()).map(|e| (e.line, e.column, e.width))
    }

    #[test]
    fn values_that_could_be_secrets_are_not_shown() {
        let line = |text: &str| text.to_owned();
        assert_eq!(
            excerpt("  url = \"grpcs://hunter2@x\" # hunter2", "\"grpcs://hunter2@x\""),
            Some((line("  url = \"...\""), 9, 5))
        );
        assert_eq!(excerpt("netwrok = 1", "netwrok"), Some((line("netwrok = 1"), 1, 7)));
        assert_eq!(excerpt("a = true", "true"), Some((line("a = true"), 5, 4)));
        assert_eq!(excerpt("[group]", "group"), Some((line("[group]"), 2, 5)));
        assert_eq!(excerpt("a = [\n\"hunter2\",\n]", "\"hunter2\""), None);
        assert_eq!(excerpt("a = [\"hunter2\"]", "\"hunter2\""), Some((line("a = [...]"), 5, 5)));
        assert_eq!(excerpt("\"hunter 2\" = 1", "\"hunter 2\""), None);
        assert_eq!(excerpt("hunter2 hunter2 $", "hunter2"), None);
    }
}
