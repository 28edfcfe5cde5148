//! Does a text look like a secret in the clear? Answers what it looks like, never what it is.

use bip39::Language;

/// Base58, the alphabet of extended keys.
const BASE58: &str = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// What a value looks like.
pub fn kind_of(value: &str) -> Option<&'static str> {
    let value = value.trim();
    if is_private_pem(value) {
        Some("a private key in PEM form")
    } else if is_extended_private(value) {
        Some("an extended private key")
    } else if is_hex_key(value) {
        Some("64 hexadecimal digits, as a private key has")
    } else if has_phrase(value) {
        Some("a phrase of mnemonic words")
    } else {
        None
    }
}

/// What some line of a file looks like. Cheaper than asking for each value, and for files of any form.
pub fn kind_in(text: &str) -> Option<&'static str> {
    if is_private_pem(text) {
        return Some("a private key in PEM form");
    }
    if has_phrase(text) {
        return Some("a phrase of mnemonic words");
    }
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.len() >= 64).find_map(|word| {
        if is_extended_private(word) { Some("an extended private key") } else { None }
    })
}

fn is_private_pem(text: &str) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, begin)| {
        let label = text[at + begin.len()..].split("-----").next().unwrap_or_default();
        label.ends_with("PRIVATE KEY")
    })
}

fn is_extended_private(word: &str) -> bool {
    const START: [&str; 7] = ["xprv", "tprv", "kprv", "ktrv", "kdrv", "zprv", "yprv"];
    (100..=120).contains(&word.len())
        && START.iter().any(|start| word.starts_with(start))
        && word.chars().all(|c| BASE58.contains(c))
}

fn is_hex_key(word: &str) -> bool {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Fewest words of a phrase.
const LEAST: usize = 12;

/// Twelve or more words of the English list in a row, some of them different.
fn has_phrase(text: &str) -> bool {
    // So many words of three letters, and what stands between them.
    if text.len() < LEAST * 4 - 1 || !may_hold_phrase(text) {
        return false;
    }
    let (mut run, mut first, mut varied) = (0, &[][..], false);
    words(text).any(|word| {
        if !(may_be_known(word) && is_known(word)) {
            (run, varied) = (0, false);
            return false;
        }
        if run == 0 {
            first = word;
        }
        run += 1;
        varied |= word != first;
        run >= LEAST && varied
    })
}

/// Cheaper to see than a phrase: of twelve words in a row one is the twelfth, the twenty-fourth or a later such word of a row of
/// words of any language.
fn may_hold_phrase(text: &str) -> bool {
    let mut row = 0;
    words(text).any(|word| {
        row = if may_be_known(word) { row + 1 } else { 0 };
        row > 0 && row % LEAST == 0 && is_known(word)
    })
}

/// What stands between anything but letters.
fn words(text: &str) -> impl Iterator<Item = &[u8]> {
    let words = text.as_bytes().split(|byte| !byte.is_ascii_alphabetic());
    words.filter(|word| !word.is_empty())
}

/// True for what has the length and the letters of a word of the list.
fn may_be_known(word: &[u8]) -> bool {
    (3..=8).contains(&word.len()) && word.iter().all(u8::is_ascii_lowercase)
}

fn is_known(word: &[u8]) -> bool {
    Language::English.word_list().binary_search_by(|known| known.as_bytes().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASE: &str = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn secrets_are_recognised_by_their_shape() {
        let xprv = format!("xprv9{}", "s".repeat(106));
        for value in [
            PHRASE,
            &PHRASE.replace(' ', ", "),
            &"ab".repeat(32),
            &format!("0x{}", "AB".repeat(32)),
            &xprv,
            "-----BEGIN EC PRIVATE KEY-----\nx",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(kind_of(value).is_some(), "{value}");
        }
        for value in [
            "",
            "grpc://127.0.0.1:16110",
            "kaspa:qp0r7vv3ayp7s9xmwcpmxsrsmk306uevnlv2zd3jt4c93kw9wr5f6kd933g4s",
            "-----BEGIN PUBLIC KEY-----",
            "abandon abandon abandon",
            &"abandon ".repeat(24),
            &"ab".repeat(33),
            "the service runs on this host and nothing else may open the file that it keeps",
        ] {
            assert_eq!(kind_of(value), None, "{value}");
        }
    }

    #[test]
    fn a_phrase_is_found_wherever_it_stands_among_other_words() {
        let eleven = PHRASE.rsplit_once(' ').unwrap().0;
        for (before, after) in (0..30).flat_map(|n| [(n, 0), (n, 3), (n, 30)]) {
            let around =
                |phrase| format!("{}{phrase} {}", "foo ".repeat(before), "qux ".repeat(after));
            assert!(has_phrase(&around(PHRASE)), "{before} {after}");
            assert!(!has_phrase(&around(eleven)), "{before} {after}");
        }
    }

    #[test]
    fn they_are_found_inside_a_file() {
        let xprv = format!("xprv9{}", "s".repeat(106));
        assert!(kind_in(&format!("# old\nkey = '{xprv}'\n")).is_some());
        assert!(kind_in(&format!("words=\"{PHRASE}\"\n")).is_some());
        assert_eq!(kind_in("[service]\nnetwork = 'mainnet'\n"), None);
    }
}
