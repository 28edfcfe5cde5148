//! Passphrases made of random words.
//!
//! Words of the EFF Long Wordlist (Joseph Bonneau, Electronic Frontier Foundation, 2016; CC BY 3.0 US, see
//! `LICENSE-wordlist.md`), joined with `-`. Each word is worth log2(7776) = 12.9 bits, so seven make 90 bits: more than
//! mainnet asks for, whichever words come up. The text is written into one [`SecretBytes`] and never passes through a
//! growing `String`.

use super::{Passphrase, PassphraseError};
use crate::crypto::random::{Random, RandomError};
use crate::kind::Kind;
use crate::secret::SecretBytes;

/// The list, one word a line, in the published order.
const LIST: &str = include_str!("eff_large_wordlist.txt");

/// Words on the list: five rolls of a die.
const WORDS: u16 = 7776;

/// Longest word on the list, in bytes.
const LONGEST: usize = 9;

/// Characters of the shortest word.
const SHORTEST: usize = 3;

/// Fewest words: 90 bits.
pub const MIN_WORDS: usize = 7;

/// Most words, so that the longest outcome is still a passphrase.
pub const MAX_WORDS: usize = super::MAX_BYTES / (LONGEST + 1);

/// No passphrase could be made.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// Fewer than [`MIN_WORDS`] or more than [`MAX_WORDS`].
    #[error("a generated passphrase has {MIN_WORDS} to {MAX_WORDS} words")]
    Words,
    /// No randomness.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The words do not make a passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
}

impl GenerateError {
    /// How a command ends that meets this error.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Words => Kind::Usage,
            Self::Random(_) => Kind::Io,
            Self::Passphrase(_) => Kind::Findings,
        }
    }
}

/// How many words make a passphrase of at least `length` characters, whatever is drawn.
pub fn words_for(length: usize) -> usize {
    (length + 1).div_ceil(SHORTEST + 1).max(MIN_WORDS)
}

/// A passphrase of `words` random words, every list position equally likely.
pub fn generate(words: usize, random: &mut dyn Random) -> Result<Passphrase, GenerateError> {
    if !(MIN_WORDS..=MAX_WORDS).contains(&words) {
        return Err(GenerateError::Words);
    }
    let mut text = SecretBytes::zeroed(words * (LONGEST + 1));
    let mut draw = SecretBytes::zeroed(2);
    let mut len = 0;
    for n in 0..words {
        if n > 0 {
            text.expose_mut()[len] = b'-';
            len += 1;
        }
        let word = word(random, &mut draw)?.as_bytes();
        text.expose_mut()[len..len + word.len()].copy_from_slice(word);
        len += word.len();
    }
    text.truncate(len);
    Ok(Passphrase::new(text)?)
}

/// One word of the list.
fn word(random: &mut dyn Random, draw: &mut SecretBytes) -> Result<&'static str, RandomError> {
    // Draws above the last full multiple are thrown away: with a plain remainder some words would be likelier.
    const FAIR: u16 = u16::MAX / WORDS * WORDS;
    loop {
        random.fill(draw.expose_mut())?;
        let number =
            draw.expose().first_chunk().map_or(u16::MAX, |bytes| u16::from_le_bytes(*bytes));
        if number < FAIR {
            return Ok(LIST.lines().nth(usize::from(number % WORDS)).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::crypto::random::SystemRandom;
    use crate::network::NetworkMode;
    use crate::network::policy::PassphraseDemands;
    use crate::passphrase::strength::{Context, assess, judge};

    /// Gives out the numbers one after the other.
    struct Script(Vec<u16>);

    impl Random for Script {
        fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
            out.copy_from_slice(&self.0.remove(0).to_le_bytes());
            Ok(())
        }
    }

    #[test]
    fn the_list_has_7776_different_plain_words() {
        let words: HashSet<_> = LIST.lines().collect();
        assert_eq!((words.len(), LIST.lines().count()), (WORDS.into(), WORDS.into()));
        assert!(words.iter().all(|w| (SHORTEST..=LONGEST).contains(&w.len())));
        assert!(words.iter().all(|w| w.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }

    #[test]
    fn draws_that_would_favour_some_words_are_thrown_away() {
        let mut script = Script(vec![0, 62_207, 62_208, 65_535, 7776, 7777, 1, 2, 3]);
        let made = generate(7, &mut script).expect("a passphrase");
        assert_eq!(made.expose_str(), "abacus-zoom-abacus-abdomen-abdomen-abdominal-abide");
        assert!(script.0.is_empty());
    }

    #[test]
    fn seven_words_always_pass_on_mainnet() {
        let context = Context::new().with("mainnet-host").with("operator");
        for _ in 0..200 {
            let made = generate(MIN_WORDS, &mut SystemRandom).expect("a passphrase");
            let normal = made.normalised().expect("plain ASCII");
            let judgement = judge(
                &assess(&normal, context.words()),
                &NetworkMode::Mainnet.policy().passphrase,
                PassphraseDemands::default(),
            );
            assert!(judgement.meets_policy(), "{:?}: {}", judgement, made.expose_str());
        }
    }

    #[test]
    fn a_length_that_is_demanded_is_reached_by_the_shortest_words_too() {
        assert_eq!([0, 16, 27, 28, 64].map(words_for), [7, 7, 7, 8, 17]);
        for length in 0..=64 {
            let words = words_for(length);
            assert!(words * SHORTEST + words > length);
        }
    }

    #[test]
    fn the_number_of_words_has_limits() {
        for words in [0, 6, 103] {
            let error = generate(words, &mut SystemRandom).err().expect("refused");
            assert_eq!(error.kind(), Kind::Usage);
        }
        assert!(generate(MAX_WORDS, &mut SystemRandom).is_ok());
    }
}
