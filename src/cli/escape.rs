//! Untrusted text made safe for a terminal.
//!
//! Names, labels, paths and values come from files that somebody else may have written. A terminal obeys control
//! characters, and bidirectional and invisible characters make one name look like another, so none of them is printed as
//! it is. Backslashes stay single: text is for reading, and escaping it twice changes nothing.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt;

use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use crate::text;

/// One line of text: every hostile character, the line break included, becomes `\u{..}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    escape_except(text, |_| false)
}

/// Text of several lines: as [`escape`], but line breaks and tabs stay.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    escape_except(text, |c| matches!(c, '\n' | '\t'))
}

fn escape_except(line: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hostile = |c| text::is_hazardous(c) && !keep(c);
    if !line.contains(hostile) {
        return Cow::Borrowed(line);
    }
    let mut safe = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        if hostile(c) {
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// A path or other bytes of the system: as [`escape`], and a byte that is not UTF-8 becomes `\xff`.
pub fn escape_os(text: &OsStr) -> String {
    let mut safe = String::new();
    for chunk in text.as_bytes().utf8_chunks() {
        safe.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(safe, "\\x{byte:02x}");
        }
    }
    safe
}

/// JSON on one line, with hostile characters as `\uXXXX`: the same value for a parser, harmless on a terminal.
pub fn json_line(value: &serde_json::Value) -> String {
    let mut line = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut line, Harmless(CompactFormatter));
    // Writing a `Value` into memory cannot fail: its keys are strings and it holds no foreign types.
    let _ = serde::Serialize::serialize(value, &mut serializer);
    String::from_utf8(line).unwrap_or_default()
}

/// JSON without spaces that never writes a hostile character.
struct Harmless(CompactFormatter);

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut units = [0; 2];
        let mut plain = fragment;
        while let Some((at, c)) = plain.char_indices().find(|&(_, c)| text::is_hazardous(c)) {
            self.0.write_string_fragment(writer, &plain[..at])?;
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = &plain[at + c.len_utf8()..];
        }
        self.0.write_string_fragment(writer, plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_drive_a_terminal_is_spelled_out() {
        for (hostile, safe) in [
            ("plain näme", "plain näme"),
            ("\x1b]0;title\x07", "\\u{1b}]0;title\\u{7}"),
            ("del\x7f c1\u{9b}31m", "del\\u{7f} c1\\u{9b}31m"),
            ("\u{202e}gnp.exe", "\\u{202e}gnp.exe"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("two\nlines", "two\\u{a}lines"),
        ] {
            assert_eq!(escape(hostile), safe);
            assert_eq!(escape(&escape(hostile)), safe, "escaping twice changes nothing");
        }
        assert_eq!(escape_lines("two\n\tlines\r"), "two\n\tlines\\u{d}");
    }

    #[test]
    fn paths_that_are_not_utf8_are_shown_byte_by_byte() {
        assert_eq!(escape_os(OsStr::from_bytes(b"a\xff\x1b/b")), "a\\xff\\u{1b}/b");
    }

    #[test]
    fn json_keeps_the_value_and_loses_the_harm() {
        let value = serde_json::json!({"name": "a\u{9b}\u{202e}\x7f\u{e0041}\n\"é"});
        let line = json_line(&value);
        assert!(!line.contains(text::is_hazardous), "{line}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
    }
}
