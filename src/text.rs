//! Text from outside: names, labels and paths that must not drive a terminal or break a command line.

use std::fmt::Write as _;
use std::path::Path;

/// True for characters that a terminal may act on, or that make text read otherwise than it is: controls (C0, DEL, C1),
/// line and paragraph separators, and the bidirectional and invisible format characters.
pub fn is_hazardous(c: char) -> bool {
    // Nearly every character that is asked about is one of these.
    if matches!(c, ' '..='~') {
        return false;
    }
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// True for characters that show nothing: what is made of them alone, a person would not call a text. Unicode's `White_Space`,
/// `Cf` and `Default_Ignorable_Code_Point`, the blank Braille pattern, and NUL.
pub fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\0' | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        )
        || matches!(
            c,
            '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        )
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || matches!(c, '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` with every hazardous character written as `\u{…}`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hazardous(c) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// `text` escaped, and in single quotes where a shell would read it as more than one plain word.
pub fn shell_quote(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    let text = escape(text);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// `path` as one word of a command that is to be pasted into a shell: every byte of it, and never taken for an option.
pub fn quote_path(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let here = if bytes.starts_with(b"-") { "./" } else { "" };
    match path.to_str() {
        Some(text) if !text.chars().any(is_hazardous) => shell_quote(&format!("{here}{text}")),
        // Within $'…' of bash, ksh and zsh (POSIX since 2024) each such byte can be spelt out.
        _ => {
            bytes.iter().fold(format!("$'{here}"), |mut word, &byte| {
                match byte {
                    b' '..=b'~' if !b"'\\".contains(&byte) => word.push(char::from(byte)),
                    _ => {
                        let _ = write!(word, "\\{byte:03o}");
                    }
                }
                word
            }) + "'"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_driven_by_names() {
        assert_eq!(escape("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(escape("user\u{202e}gpj.exe"), "user\\u{202e}gpj.exe");
        assert_eq!(escape("line\nbreak\u{9b}"), "line\\u{a}break\\u{9b}");
        assert_eq!(escape("plain näme 鍵"), "plain näme 鍵");
    }

    #[test]
    fn a_quoted_path_is_one_word() {
        assert_eq!(shell_quote("/srv/a-b_c.bin"), "/srv/a-b_c.bin");
        assert_eq!(shell_quote("it's here"), r"'it'\''s here'");
        assert_eq!(shell_quote(""), "''");
        assert_eq!(shell_quote("$(id)"), "'$(id)'");
    }

    #[test]
    fn a_path_in_a_command_is_the_same_file_when_it_is_pasted() {
        use std::os::unix::ffi::OsStrExt as _;
        for path in ["plain.bin", "/a b/it's", "-x", "$(id)", "a\nb'\\c", "rtl\u{202e}o", "~", ""] {
            let line = format!("printf %s {}", quote_path(Path::new(path)));
            let ran = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
            let here = if path.starts_with('-') { "./" } else { "" };
            assert_eq!(ran.stdout, format!("{here}{path}").as_bytes(), "{line}");
            assert_eq!(escape(&line), line);
        }
        let odd = Path::new(std::ffi::OsStr::from_bytes(b"\xff7"));
        assert_eq!(quote_path(odd), r"$'\3777'");
    }

    #[test]
    fn what_shows_nothing_is_invisible() {
        for c in
            " \0\n\u{ad}\u{200b}\u{2060}\u{2800}\u{3164}\u{feff}\u{ffa0}\u{115f}\u{e0020}".chars()
        {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in "a0.\u{7f}é鍵\u{301}".chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
    }
}
