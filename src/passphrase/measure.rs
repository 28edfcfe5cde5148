//! zxcvbn, bounded.
//!
//! zxcvbn tries every reading of the signs that stand for letters and needs over a second for some texts of 100
//! characters. So it gets the start of the text only: [`MAX_MEASURED`] code points, fewer where signs are many
//! ([`MAX_COST`]). That errs on the safe side: whoever guesses the whole has guessed its start, so the whole is worth no
//! less. Only the word that the cut goes through may be taken for something rarer than it is.

/// Most code points that are measured.
const MAX_MEASURED: usize = 64;

/// Most work for one measurement: readings of the text times its length squared. One unit is 0.2 us or
/// less, so a measurement stays near 10 ms.
const MAX_COST: usize = 50_000;

/// Code points of a text for which zxcvbn's sums cannot overflow: 20! is the largest factorial in 64 bits.
const NEVER_OVERFLOWS: usize = 20;

/// zxcvbn's estimate of the start of `text`.
pub(super) fn measure(text: &str, words: &[String]) -> zxcvbn::Entropy {
    // Longer words are still cut out by `folding`; here the number of ways to capitalise one could overflow.
    let words: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| word.len() <= NEVER_OVERFLOWS).collect();
    // zxcvbn overflows on long zigzags over the keyboard and on long rows of one-letter words. Our profiles let it wrap,
    // which is harmless, as such sums have reached its maximum before. In a service built with overflow checks it panics:
    // then a shorter start has to do.
    let start = affordable_start(text);
    let safe = start.char_indices().nth(NEVER_OVERFLOWS).map_or(start, |(end, _)| &start[..end]);
    [start, safe]
        .into_iter()
        .find_map(|start| std::panic::catch_unwind(|| zxcvbn::zxcvbn(start, &words)).ok())
        .unwrap_or_else(|| zxcvbn::zxcvbn("", &[]))
}

/// The longest start of `text` that zxcvbn measures in bounded time.
fn affordable_start(text: &str) -> &str {
    let mut signs = Signs::default();
    let mut end = 0;
    for (before, (at, c)) in text.char_indices().take(MAX_MEASURED).enumerate() {
        signs.add(c);
        let length = before + 1;
        if signs.readings() * length * length > MAX_COST {
            break;
        }
        end = at + c.len_utf8();
    }
    &text[..end]
}

/// Which of the signs that zxcvbn reads as letters occur.
#[derive(Default)]
struct Signs(u32);

impl Signs {
    /// The letters that have more than one sign, or a sign of two letters; the latter may double the readings.
    const CHOICES: [&str; 7] = ["4@", "({[<", "69", "1!|", "11||77", "$5", "+77"];
    const ALL: &str = "4@({[<691!|7$5+";

    fn add(&mut self, c: char) {
        if let Some(at) = Self::ALL.find(c) {
            self.0 |= 1 << at;
        }
    }

    /// An upper bound of the number of readings: zxcvbn picks one sign for each letter.
    fn readings(&self) -> usize {
        let present = |c: &char| Self::ALL.find(*c).is_some_and(|at| self.0 & 1 << at != 0);
        Self::CHOICES.iter().map(|signs| signs.chars().filter(present).count().max(1)).product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_is_bounded_by_its_cost() {
        let signs = "4@8({[<369&#!1/|0$5+7%2";
        for text in [signs.repeat(50), signs.chars().rev().cycle().take(100_000).collect()] {
            let start = affordable_start(&text).chars().count();
            assert!((11..=20).contains(&start), "{start}");
        }
        assert_eq!(affordable_start(&"a".repeat(1000)).len(), MAX_MEASURED);
        assert_eq!(affordable_start("hunter2"), "hunter2");
        assert_eq!(affordable_start(""), "");
    }
}
