//! Finding known words in a passphrase as an attacker would: without case, separators, direction and the usual substitutions.
//!
//! `k@spa`, `K-A-S-P-A`, `apsak` and `kaspa` are one word. Signs that stand for a letter count as that letter where it is expected
//! and as a separator elsewhere. Nothing is copied but the remainder, and that into [`SecretBytes`].

use crate::secret::SecretBytes;

/// Shortest word that is looked for, in letters: shorter ones turn up in any text.
pub(super) const MIN_LETTERS: usize = 3;

/// Separators skipped between two letters of a word. A limit, because without one a text of separators costs its length
/// squared.
const MAX_GAP: usize = 3;

/// The letter that a character stands for.
fn fold(c: char) -> Option<char> {
    Some(match c {
        '4' | '@' => 'a',
        '8' => 'b',
        '(' | '[' | '{' | '<' => 'c',
        '3' => 'e',
        '6' | '9' => 'g',
        '1' | '!' | '|' | 'l' | 'L' => 'i',
        '0' => 'o',
        '5' | '$' => 's',
        '7' | '+' => 't',
        '%' => 'x',
        '2' => 'z',
        c if c.is_alphanumeric() => c.to_lowercase().next().unwrap_or(c),
        _ => return None,
    })
}

/// The folded letters of a known word; its separators do not count.
fn letters_of(word: &str) -> impl DoubleEndedIterator<Item = char> {
    word.chars().filter(|c| c.is_alphanumeric()).filter_map(fold)
}

/// Length in bytes of the `expected` letters at the very start of `text`.
fn match_at(text: &str, expected: impl Iterator<Item = char>) -> Option<usize> {
    let mut expected = expected.peekable();
    let mut gap = 0;
    for (at, c) in text.char_indices() {
        let folded = fold(c);
        if folded.is_some() && folded.as_ref() == expected.peek() {
            expected.next();
            gap = 0;
            if expected.peek().is_none() {
                return Some(at + c.len_utf8());
            }
        } else if at == 0 || c.is_alphanumeric() || gap == MAX_GAP {
            return None;
        } else {
            gap += 1;
        }
    }
    None
}

/// What is left of `text` without the words, or `None` when it has none of them. The longest word at a place wins.
pub(super) fn without<W: AsRef<str>>(text: &str, words: &[W]) -> Option<SecretBytes> {
    let words: Vec<(&str, char, char)> =
        words.iter().filter_map(|w| with_ends(w.as_ref())).collect();
    let known = |first: char, rest: &str| {
        let both = |&(word, start, end): &(&str, char, char)| {
            let ahead = (first == start).then(|| match_at(rest, letters_of(word))).flatten();
            let back = (first == end).then(|| match_at(rest, letters_of(word).rev())).flatten();
            ahead.max(back)
        };
        words.iter().filter_map(both).max()
    };
    let mut left = SecretBytes::zeroed(text.len());
    let (mut at, mut len) = (0, 0);
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(skipped) = fold(c).and_then(|first| known(first, &text[at..])) {
            at += skipped;
            continue;
        }
        let end = len + c.len_utf8();
        c.encode_utf8(&mut left.expose_mut()[len..end]);
        (at, len) = (at + c.len_utf8(), end);
    }
    left.truncate(len);
    (len < text.len()).then_some(left)
}

/// A word with its first and last letter, or nothing when it has too few to be looked for.
fn with_ends(word: &str) -> Option<(&str, char, char)> {
    letters_of(word).nth(MIN_LETTERS - 1)?;
    Some((word, letters_of(word).next()?, letters_of(word).next_back()?))
}

/// Number of letters and digits.
pub(super) fn letters(text: &SecretBytes) -> usize {
    std::str::from_utf8(text.expose())
        .map_or(0, |text| text.chars().filter(|c| c.is_alphanumeric()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(text: &str, words: &[&str]) -> Option<String> {
        without(text, words)
            .map(|rest| std::str::from_utf8(rest.expose()).expect("UTF-8").to_owned())
    }

    #[test]
    fn known_words_are_cut_out_in_every_spelling() {
        for text in ["kaspa", "K@spA", "k-a-s-p-a", "k4$p4", "KASPA", "aPsak"] {
            assert_eq!(left(text, &["kaspa"]).as_deref(), Some(""), "{text}");
        }
        assert_eq!(left("my-kaspa-node-kaspa", &["kaspa", "node"]).as_deref(), Some("my---"));
        assert_eq!(left("secrets", &["secret", "secrets"]).as_deref(), Some(""));
        assert_eq!(left("wa11et!", &["wallet"]).as_deref(), Some("!"));
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in ["", "kasba", "kas----pa", "-k", "kasp"] {
            assert_eq!(left(text, &["kaspa"]), None, "{text}");
        }
        assert_eq!(left("ab ab ab", &["ab", "-", ""]), None);
        assert_eq!(left("日本語のパス", &["パスワード"]), None);
        assert_eq!(left("日本語のパス", &["日本語"]).as_deref(), Some("のパス"));
    }
}
