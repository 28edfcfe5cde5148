//! The strength gate: what a passphrase that is being chosen is worth, and what the network makes of it.
//!
//! [`assess`] measures, [`judge`] compares with the policy; both are pure. The measure is zxcvbn's, taken twice: once of the
//! whole, and once of what is left without the words an attacker tries first (host, user, network, product and file names,
//! famous phrases). The lower one counts. A store that is opened is never measured, else a stricter rule could lock an
//! operator out.
//!
//! No message repeats any part of a passphrase; zxcvbn's advice is chosen from a fixed set of sentences.

use std::fmt;

pub use super::context::Context;
use super::measure::measure;
use super::{blocklist, folding};
use crate::network::Verdict;
use crate::network::policy::{PassphraseDemands, PassphrasePolicy};
use crate::secret::SecretBytes;

/// Bytes in which known words are looked for; longer passphrases are refused elsewhere.
const MAX_SEARCHED: usize = super::MAX_BYTES;

/// What a passphrase is worth. Holds numbers and fixed sentences, nothing of the passphrase.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Length in code points.
    pub length: usize,
    /// zxcvbn's score, 0 to 4.
    pub score: u8,
    /// Estimated guesses, as a power of ten. Never above 19.3, where zxcvbn stops counting.
    pub guesses_log10: f64,
    /// What is wrong with it, in zxcvbn's words.
    pub warning: Option<String>,
    /// What would help, in zxcvbn's words.
    pub suggestions: Vec<String>,
    /// True when it is a famous phrase with little around it.
    pub listed: bool,
    /// True when it has context words or famous phrases in it. By itself not a fault.
    pub contains_context: bool,
}

/// A rule of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// PWD-001: too few code points.
    Length,
    /// PWD-002: zxcvbn's score is too low.
    Score,
    /// PWD-003: too few guesses find it. Score 4 starts at 10^10, which a farm of graphics cards does in a day.
    Guesses,
    /// PWD-004: a famous phrase.
    Blocklist,
}

impl Rule {
    /// The stable id.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Length => "PWD-001",
            Self::Score => "PWD-002",
            Self::Guesses => "PWD-003",
            Self::Blocklist => "PWD-004",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A rule that is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// What follows: [`Verdict::Refuse`] or [`Verdict::Warn`].
    pub verdict: Verdict,
    /// The rule's id, what was measured and what is needed.
    pub message: String,
}

/// The answer of the gate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The broken rules that the policy minds, by id.
    pub findings: Vec<Finding>,
    advice: Vec<String>,
}

impl Judgement {
    /// True when the passphrase may not be used.
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.verdict == Verdict::Refuse)
    }

    /// True when no rule of the network is broken: the claim that goes into the inventory.
    pub fn meets_policy(&self) -> bool {
        self.findings.is_empty()
    }

    /// The broken rules that refuse, in one line.
    pub fn summary(&self) -> String {
        let refused = |finding: &&Finding| finding.verdict == Verdict::Refuse;
        let messages: Vec<&str> =
            self.findings.iter().filter(refused).map(|finding| finding.message.as_str()).collect();
        messages.join("; ")
    }

    /// What would help; empty when nothing is wrong. The last one always does.
    pub fn hints(&self) -> Vec<String> {
        if self.meets_policy() {
            return Vec::new();
        }
        let way_out = "use --generate to get a passphrase of random words that always passes";
        self.advice.iter().cloned().chain([way_out.to_owned()]).collect()
    }
}

/// Measures a passphrase in its NFKC form. `words` come from a [`Context`].
///
/// Takes under 50 ms for any input. Bytes that are not UTF-8 are worth nothing.
pub fn assess(passphrase: &SecretBytes, words: &[String]) -> Assessment {
    let text = std::str::from_utf8(passphrase.expose()).unwrap_or_default();
    let searched = &text[..text.floor_char_boundary(MAX_SEARCHED)];
    let known: Vec<&str> = words.iter().map(String::as_str).chain(blocklist::PHRASES).collect();
    let rest = folding::without(searched, &known);

    let whole = measure(text, words);
    let alone = rest
        .as_ref()
        .map(|rest| measure(std::str::from_utf8(rest.expose()).unwrap_or_default(), words));
    let lower = match &alone {
        Some(alone) if alone.guesses_log10() < whole.guesses_log10() => alone,
        _ => &whole,
    };
    // The advice on the whole speaks of what was typed; that on the remainder is better than none.
    let feedback = whole.feedback().or(lower.feedback());
    Assessment {
        length: text.chars().count(),
        score: lower.score().into(),
        // Nothing left has minus infinity guesses; a number prints and compares better.
        guesses_log10: lower.guesses_log10().max(0.0),
        warning: feedback.and_then(zxcvbn::feedback::Feedback::warning).map(|w| plain(&w)),
        suggestions: feedback
            .map(|feedback| feedback.suggestions().iter().map(|s| plain(s)).collect())
            .unwrap_or_default(),
        listed: blocklist::is_listed(searched),
        contains_context: rest.is_some(),
    }
}

impl Assessment {
    /// The worse of two readings of one passphrase.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        let (length, listed) = (self.length.min(other.length), self.listed || other.listed);
        let contains_context = self.contains_context || other.contains_context;
        let worse = if other.guesses_log10 < self.guesses_log10 { other } else { self };
        Self { length, listed, contains_context, ..worse }
    }
}

/// Compares with the policy of a network, and with what is demanded beyond it.
pub fn judge(
    assessment: &Assessment,
    policy: &PassphrasePolicy,
    demands: PassphraseDemands,
) -> Judgement {
    let Assessment { length, score, guesses_log10, .. } = assessment;
    // What is demanded is refused; of two limits that are missed, the higher one is named.
    let limit = |found: usize, own: usize, verdict: Verdict, demanded: Option<usize>| {
        let demanded = demanded.filter(|least| found < *least);
        let own = if found < own && verdict != Verdict::Allow { own } else { 0 };
        let verdict = if demanded.is_some() { Verdict::Refuse } else { verdict };
        (own.max(demanded.unwrap_or(0)), verdict)
    };
    let (min_length, on_length) =
        limit(*length, policy.min_length, policy.on_length, demands.min_length);
    let (min_score, on_score) = limit(
        usize::from(*score),
        usize::from(policy.min_score),
        policy.on_weakness,
        demands.min_score.map(usize::from),
    );
    let mut judgement = Judgement::default();
    let mut find = |broken: bool, rule: Rule, verdict: Verdict, what: String| {
        if broken && verdict != Verdict::Allow {
            judgement.findings.push(Finding { rule, verdict, message: format!("{rule}: {what}") });
        }
    };
    find(
        *length < min_length,
        Rule::Length,
        on_length,
        format!(
            "the passphrase is {length} character{} long, at least {min_length} are needed",
            if *length == 1 { "" } else { "s" }
        ),
    );
    let reason = assessment.warning.as_ref().map(|w| format!(": {w}")).unwrap_or_default();
    find(
        usize::from(*score) < min_score,
        Rule::Score,
        on_score,
        format!(
            "the passphrase has strength score {score} of 4, at least {min_score} is needed{reason}"
        ),
    );
    find(
        *guesses_log10 < f64::from(policy.min_guesses_log10),
        Rule::Guesses,
        policy.on_weakness,
        format!(
            "the passphrase falls in about 10^{guesses_log10:.1} guesses, at least 10^{} are needed",
            policy.min_guesses_log10
        ),
    );
    find(
        assessment.listed,
        Rule::Blocklist,
        policy.on_weakness,
        "the passphrase is a well-known phrase that every attacker tries".to_owned(),
    );
    if !judgement.meets_policy() {
        judgement.advice.clone_from(&assessment.suggestions);
        if assessment.contains_context {
            judgement
                .advice
                .push("names of the host, user, network, product and file add nothing".to_owned());
        }
    }
    judgement
}

/// One of zxcvbn's sentences in the style of our messages.
fn plain(sentence: &dyn fmt::Display) -> String {
    let sentence = sentence.to_string();
    let mut chars = sentence.trim_end_matches('.').chars();
    chars.next().map(char::to_lowercase).into_iter().flatten().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::network::NetworkMode;

    fn context() -> Context {
        Context::new()
            .with("validator-07.fsn.example.net")
            .with("jdoe")
            .with_path(Path::new("/srv/keys/mainnet-secrets.bin"))
    }

    fn of(text: &str) -> Assessment {
        assess(&SecretBytes::copy_from(text.as_bytes()), context().words())
    }

    fn on(mode: NetworkMode, text: &str) -> Judgement {
        judge(&of(text), &mode.policy().passphrase, PassphraseDemands::default())
    }

    fn rules(judgement: &Judgement) -> Vec<Rule> {
        judgement.findings.iter().map(|finding| finding.rule).collect()
    }

    const WORDS: &str = "overkill-daycare-scoured-unlaced-pacifier-mossy-gravel";

    #[test]
    fn mainnet_refuses_what_only_looks_strong() {
        for text in [
            "kaspa-mainnet-2026!",
            "igra-mainnet-wallet-secret",
            "Summer2026Winter2026",
            "k@$pa-m4innet-w@llet-2026",
            "aspak-tenniam-6202-terces",
            "validator-07.fsn.example.net",
            "jdoe-mainnet-secrets.bin",
            "mainnet-secrets.bin2026!!",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "passwordpasswordpassword",
            "qwertyuiopasdfghjklzxcvbnm",
            "1qaz2wsx3edc4rfv5tgb",
            "abcdefghijklmnopqrstuvwxyz",
            "CorrectHorseBatteryStaple2024!",
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
        ] {
            let judgement = on(NetworkMode::Mainnet, text);
            assert!(judgement.is_refused() && !judgement.meets_policy(), "{text}: {:?}", of(text));
        }
        let listed = on(NetworkMode::Mainnet, "CorrectHorseBatteryStaple2024!");
        assert!(rules(&listed).contains(&Rule::Blocklist));
    }

    #[test]
    fn mainnet_accepts_random_words_and_random_characters() {
        for text in [
            WORDS,
            "overkill daycare scoured unlaced pacifier mossy gravel",
            "kaspa overkill daycare scoured unlaced pacifier mossy",
            "hT9vRw2LqXzB7mKcPd",
            "V8!k$Zq2#Wm7@Lx4^Tn9&Rb",
            "j7+Q|x!R4@e5$u(Y{0p",
            "夜明け前の静かな港に古い灯台が立つ",
        ] {
            let judgement = on(NetworkMode::Mainnet, text);
            assert!(judgement.meets_policy() && !judgement.is_refused(), "{text}: {:?}", of(text));
            assert!(judgement.hints().is_empty());
        }
    }

    /// A table of length, score and guesses against the three networks.
    #[test]
    fn each_network_minds_the_rules_it_has() {
        use Rule::{Blocklist, Guesses, Length, Score};
        let facts = |length, score, guesses_log10, listed| Assessment {
            length,
            score,
            guesses_log10,
            warning: None,
            suggestions: vec![],
            listed,
            contains_context: false,
        };
        let check = |mode: NetworkMode, facts: &Assessment, expected: &[Rule], refused: bool| {
            let judgement = judge(facts, &mode.policy().passphrase, PassphraseDemands::default());
            assert_eq!(rules(&judgement), expected, "{mode} {facts:?}");
            assert_eq!(judgement.is_refused(), refused, "{mode} {facts:?}");
        };
        let (main, test, dev) = (NetworkMode::Mainnet, NetworkMode::Testnet, NetworkMode::Devnet);
        check(main, &facts(16, 4, 14.0, false), &[], false);
        check(main, &facts(15, 4, 19.0, false), &[Length], true);
        check(main, &facts(16, 3, 9.9, false), &[Score, Guesses], true);
        check(main, &facts(16, 4, 13.99, false), &[Guesses], true);
        check(main, &facts(40, 4, 19.0, true), &[Blocklist], true);
        check(test, &facts(12, 4, 11.0, false), &[], false);
        check(test, &facts(11, 4, 11.0, false), &[Length], true);
        check(test, &facts(12, 2, 7.0, true), &[Score, Guesses, Blocklist], false);
        check(dev, &facts(1, 0, 0.0, true), &[], false);
    }

    #[test]
    fn demands_refuse_on_every_network_and_lower_nothing() {
        use Verdict::{Refuse, Warn};
        let facts = |length, score| Assessment {
            length,
            score,
            guesses_log10: 19.0,
            warning: None,
            suggestions: vec![],
            listed: false,
            contains_context: false,
        };
        let (main, test, dev) = (NetworkMode::Mainnet, NetworkMode::Testnet, NetworkMode::Devnet);
        let check =
            |mode: NetworkMode, (length, score), (min_length, min_score), expected: &[_]| {
                let demands =
                    PassphraseDemands { min_length: Some(min_length), min_score: Some(min_score) };
                let judgement = judge(&facts(length, score), &mode.policy().passphrase, demands);
                let found: Vec<(Verdict, bool)> = judgement
                    .findings
                    .iter()
                    .map(|found| (found.verdict, found.message.contains("characters")))
                    .collect();
                assert_eq!(found, expected, "{mode} {length} {score} {min_length} {min_score}");
                judgement.summary()
            };
        for mode in [main, test, dev] {
            check(mode, (64, 4), (64, 4), &[]);
            let said = check(mode, (63, 4), (64, 4), &[(Refuse, true)]);
            assert!(said.contains("at least 64 are needed"), "{said}");
            check(mode, (64, 3), (0, 4), &[(Refuse, false)]);
        }
        // Below the network's own limit, which only warns: refused below the demand, warned of above it.
        check(test, (64, 2), (0, 2), &[(Warn, false)]);
        let said = check(test, (64, 1), (0, 2), &[(Refuse, false)]);
        assert!(said.contains("at least 3 is needed"), "{said}");
        check(test, (64, 2), (0, 3), &[(Refuse, false)]);
        check(dev, (3, 0), (3, 1), &[(Refuse, false)]);
        // And what the network refuses stays refused.
        let said = check(main, (15, 3), (3, 1), &[(Refuse, true), (Refuse, false)]);
        assert!(said.contains("at least 16 are") && said.contains("at least 4 is"), "{said}");
        check(dev, (0, 0), (0, 0), &[]);
    }

    #[test]
    fn length_counts_code_points_and_not_bytes() {
        assert_eq!(of("日本語").length, 3);
        assert_eq!(of("").length, 0);
        assert_eq!(of(&"x".repeat(100_000)).length, 100_000);
    }

    #[test]
    fn messages_state_rule_measure_and_need_and_never_the_passphrase() {
        let judgement = on(NetworkMode::Mainnet, "zebra1");
        let text: Vec<_> = judgement.findings.iter().map(|f| f.message.clone()).collect();
        assert_eq!(text[0], "PWD-001: the passphrase is 6 characters long, at least 16 are needed");
        assert!(
            text[1].starts_with("PWD-002: the passphrase has strength score 1 of 4, at least 4")
        );
        assert!(text[2].starts_with("PWD-003: the passphrase falls in about 10^"), "{text:?}");
        assert!(text[2].ends_with("guesses, at least 10^14 are needed"), "{text:?}");
        let all = format!("{judgement:?} {:?} {:?}", judgement.hints(), of("zebra1"));
        assert!(!all.contains("zebra"), "{all}");
        assert!(judgement.hints().last().is_some_and(|hint| hint.contains("--generate")));
        assert!(judgement.hints().iter().all(|hint| !hint.ends_with('.')), "{all}");
    }

    #[test]
    fn the_feedback_of_zxcvbn_is_passed_on() {
        let assessed = of("password");
        assert_eq!((assessed.score, assessed.contains_context), (0, true));
        assert_eq!(assessed.warning.as_deref(), Some("this is a top-10 common password"));
    }

    #[test]
    fn any_input_is_answered() {
        let signs = "4@8({[<369&#!1/|0$5+7%2";
        // The zigzags overflow zxcvbn's sums.
        for unit in [
            "qw",
            "12",
            "qazwsx",
            "asdsa",
            "a",
            "password",
            "qwertyuiop",
            signs,
            "\u{130}",
            "\u{1f511}",
            "aab",
            "!",
            "i-",
        ] {
            for length in [1, 2, 16, 63, 64, 65, 1000, 100_000] {
                let text: String = unit.chars().cycle().take(length).collect();
                assert_eq!(of(&text).length, length, "{unit:?}");
            }
        }
        assert_eq!(assess(&SecretBytes::copy_from(b"\xff\xfe"), &[]).length, 0);
    }
}
