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
    // A part of each of their starts, which is seen sooner than words are told apart.
    if !["prv", "trv", "drv"].iter().any(|part| text.contains(part)) {
        return None;
    }
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(is_extended_private).then_some("an extended private key")
}

fn is_private_pem(text: &str) -> bool {
    const BEGIN: &str = "-----BEGIN ";
    // Said of most texts, and at once.
    text.contains(BEGIN)
        && text.match_indices(BEGIN).any(|(at, begin)| {
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
    if text.len() < LEAST * 4 - 1 {
        return false;
    }
    let mut row = Row::default();
    let (mut start, mut is_lowercase) = (0, true);
    // One look at each byte: for a short file it is most of what there is to do.
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_lowercase() {
            continue;
        }
        if byte.is_ascii_uppercase() {
            is_lowercase = false;
            continue;
        }
        if row.ends_a_phrase(&text.as_bytes()[start..at], is_lowercase) {
            return true;
        }
        (start, is_lowercase) = (at + 1, true);
    }
    row.ends_a_phrase(&text.as_bytes()[start..], is_lowercase) || holds_phrase(&row.0)
}

/// Words in a row that may be known.
#[derive(Default)]
struct Row<'a>(Vec<&'a [u8]>);

impl<'a> Row<'a> {
    /// Words that are looked at together, however long a row is.
    const MOST: usize = 256;

    /// Takes the next word, of letters only or of none. True when a phrase was found among those before.
    fn ends_a_phrase(&mut self, word: &'a [u8], is_lowercase: bool) -> bool {
        let may_be_known = is_lowercase && (3..=8).contains(&word.len());
        if may_be_known {
            self.0.push(word);
        }
        if word.is_empty() || may_be_known && self.0.len() < Self::MOST {
            return false;
        }
        let found = holds_phrase(&self.0);
        // The last words may be the first of a phrase.
        self.0.drain(..self.0.len() - if may_be_known { LEAST - 1 } else { 0 });
        found
    }
}

/// As [`has_phrase`], for words that may all be known. Looks at the last of twelve first: where it is none, no phrase has begun
/// before it.
fn holds_phrase(mut row: &[&[u8]]) -> bool {
    while let Some(twelve) = row.get(..LEAST) {
        row = match twelve.iter().rposition(|word| !is_known(word)) {
            Some(unknown) => &row[unknown + 1..],
            // One word over and over is no phrase until another one follows.
            None => match row.iter().position(|word| word != &row[0]) {
                Some(other) if other < LEAST => return true,
                Some(other) => &row[other + 1 - LEAST..],
                None => return false,
            },
        };
    }
    false
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
    fn a_phrase_is_found_in_a_row_of_any_length() {
        let eleven = PHRASE.rsplit_once(' ').unwrap().0;
        let same = |n: usize| "abandon ".repeat(n);
        for n in (0..24).chain(230..280).chain(500..530) {
            // Words that are known, but all the same, and words that only look like it.
            assert!(!has_phrase(&same(n)), "{n}");
            assert_eq!(has_phrase(&format!("{}about ", same(n))), n >= 11, "{n}");
            assert_eq!(has_phrase(&format!("about {}", same(n))), n >= 11, "{n}");
            let unknown = "foo ".repeat(n);
            assert!(has_phrase(&format!("{unknown}{PHRASE} {unknown}")), "{n}");
            assert!(!has_phrase(&format!("{unknown}{eleven} {unknown}")), "{n}");
            assert!(!has_phrase(&format!("{unknown}{eleven} foo about {unknown}")), "{n}");
        }
    }

    #[test]
    fn the_shortest_phrase_is_found_wherever_it_begins() {
        let shortest = "act add age act add age act add age act add age";
        let eleven = &shortest[4..];
        for n in 0..200 {
            for before in [" ".repeat(n), "x".repeat(n) + " ", "foo act ".repeat(n)] {
                for after in ["", " ", ".foo"] {
                    assert!(has_phrase(&format!("{before}{shortest}{after}")), "{before}");
                    assert!(!has_phrase(&format!("{before}foo {eleven}{after}")), "{before}");
                }
            }
        }
    }

    #[test]
    fn the_words_of_the_list_are_known_and_those_that_begin_like_them_are_not() {
        let list = Language::English.word_list();
        for word in list {
            assert!(is_known(word.as_bytes()), "{word}");
            let (longer, shorter) = (format!("{word}x"), &word[..word.len() - 1]);
            for other in [longer.as_str(), shorter, &word.to_uppercase()] {
                assert_eq!(is_known(other.as_bytes()), list.contains(&other), "{other}");
            }
        }
    }

    proptest::proptest! {
        /// As it would be said: some twelve words in a row are known, and not all the same.
        #[test]
        fn a_phrase_is_what_it_is_said_to_be(
            words in proptest::collection::vec(0_usize..40, 0..60),
            between in proptest::collection::vec(0_usize..60, 60),
        ) {
            // Mostly known words, so that there are rows.
            const OTHERS: [&str; 6] = [
                "foo", "Abandon", "ab", "abandoned", "aBANDON",
                "afarlongerwordthanthereisinanylistofwordsthatanybodyhasevermade",
            ];
            let known = Language::English.word_list();
            let word = |n: usize| OTHERS.get(n).copied().unwrap_or(known[n % 3]);
            let words: Vec<&str> = words.into_iter().map(word).collect();
            let (mut text, far) = (String::new(), " ".repeat(70));
            for (word, n) in words.iter().zip(between) {
                text += word;
                // Some stand further apart than a phrase is long.
                text += [" ", "\n", "_1, ", "\u{e9}"].get(n / 14).unwrap_or(&&*far);
            }
            let is_phrase = |twelve: &[&str]| {
                twelve.iter().all(|word| known.contains(word))
                    && twelve.iter().any(|word| *word != twelve[0])
            };
            proptest::prop_assert_eq!(has_phrase(&text), words.windows(LEAST).any(is_phrase));
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
