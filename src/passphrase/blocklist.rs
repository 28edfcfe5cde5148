//! Phrases that look strong and are known to everybody: examples from documentation, and the mnemonics of test wallets.
//!
//! Common passwords need no list here, zxcvbn carries 30,000 of them. What it cannot know is that four random words were
//! printed in a comic. Compared without case, separators and the usual substitutions (see [`folding`]).

use super::folding;

/// A listed phrase counts as the whole passphrase when fewer letters and digits than this stand around it: zxcvbn gives a
/// character ten guesses at most, so fewer than 14 cannot reach mainnet's 10^14 without the phrase.
const OWN_LETTERS: usize = 14;

/// The phrases; blanks are for the reader. A mnemonic that repeats itself stands here as the parts it is made of, so that
/// its 12, 15, 18, 21 and 24 word forms are all covered.
pub(super) const PHRASES: [&str; 38] = [
    // Examples of guides, tools and standards.
    "correct horse battery staple",
    "correct staple battery horse",
    "correct battery horse staple",
    "cleft cam synod lacy yr wok",
    "my secure passphrase",
    "my strong passphrase",
    "my super secret passphrase",
    "this is a very secure passphrase",
    "your secure passphrase here",
    "your strong passphrase here",
    "use a strong passphrase",
    "the quick brown fox jumps over the lazy dog",
    "may the force be with you",
    "to be or not to be that is the question",
    "it was the best of times it was the worst of times",
    "the times 03 jan 2009 chancellor on brink of second bailout for banks",
    "not your keys not your coins",
    // Test vectors of BIP-39 and the development wallets of common tools.
    "abandon abandon",
    "abandon about",
    "legal winner thank year wave sausage worth useful",
    "legal winner thank year wave sausage worth title",
    "legal winner thank yellow",
    "letter advice cage absurd amount doctor acoustic avoid",
    "letter advice cage absurd amount doctor acoustic bless",
    "letter advice cage above",
    "zoo zoo",
    "all all",
    "test test",
    "junk junk",
    "test walk nut penalty hip pave soap entry language right filter choice",
    "candy maple cake sugar pudding cream honey rich smooth crumble sweet treat",
    "myth like bonus scare over problem client lizard pioneer submit female collect",
    "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
    "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
    "jelly better achieve collect unaware mountain thought cargo oxygen act hood bridge",
    "scheme spot photo card baby mountain device kick cradle pact join borrow",
    "cat swing flag economy stadium alone churn speed unique patch report train",
    "vessel ladder alter error federal sibling chat ability sun glass valve picture",
];

/// True when `text` is a listed phrase, or several, with little around it.
pub(super) fn is_listed(text: &str) -> bool {
    folding::without(text, &PHRASES).is_some_and(|rest| folding::letters(&rest) < OWN_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_famous_phrase_is_listed_however_it_is_written() {
        let abandon = format!("{}about", "abandon ".repeat(11));
        let abandon_24 = format!("{}art", "abandon ".repeat(23));
        let junk = format!("{}junk", "test ".repeat(11));
        let zoo = format!("{}wrong", "zoo ".repeat(11));
        for text in [
            "CorrectHorseBatteryStaple2024!",
            "correct horse battery staple",
            "c0rr3ct_h0r$e-b@ttery.5taple",
            "!!correct!horse!battery!staple!!",
            "2026 Correct Horse Battery Staple",
            &abandon,
            &abandon_24,
            &abandon.replace(' ', ""),
            &abandon.to_uppercase(),
            &junk,
            &zoo,
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
            "bottom drive obey lake curtain smoke basket hold race lonely fit walk",
            "The quick brown fox jumps over the lazy dog.",
        ] {
            assert!(is_listed(text), "{text}");
        }
    }

    #[test]
    fn a_phrase_of_ones_own_is_not_listed() {
        for text in [
            "",
            "correct",
            "horse battery staple correct",
            "overkill-daycare-scoured-unlaced-pacifier-mossy-gravel",
            "correct horse battery staple overkill daycare scoured",
        ] {
            assert!(!is_listed(text), "{text}");
        }
    }
}
