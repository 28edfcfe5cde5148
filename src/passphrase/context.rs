//! Context: the words that an attacker of this very passphrase tries first.

use std::path::Path;

use super::folding;

/// Most words, and longest: a cap on work, since file names are the caller's.
const MAX_WORDS: usize = 64;
const MAX_WORD_BYTES: usize = 64;

/// Words that are worth nothing in a passphrase because of where it is used.
#[derive(Clone, Debug)]
pub struct Context {
    words: Vec<String>,
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl Context {
    /// The words of the trade: products, networks, and what the file is for.
    pub fn new() -> Self {
        let mut context = Self { words: Vec::new() };
        for word in [
            "strongroom",
            "igra",
            "kaspa",
            "mainnet",
            "testnet",
            "devnet",
            "secrets",
            "secret",
            "wallet",
            "payment",
            "passphrase",
            "password",
            "signer",
            "validator",
            "operator",
            "backup",
            "production",
        ] {
            context.add(word);
        }
        context
    }

    /// With the name of a host, user or organisation, whole and in parts.
    #[must_use]
    pub fn with(mut self, name: &str) -> Self {
        self.add(name);
        for part in name.split(|c: char| !c.is_alphanumeric()) {
            self.add(part);
        }
        self
    }

    /// With the name of the file the passphrase is for, whole and in parts; its directories do not count.
    #[must_use]
    pub fn with_path(self, path: &Path) -> Self {
        match path.file_name() {
            Some(name) => self.with(&name.to_string_lossy()),
            None => self,
        }
    }

    /// The words, for [`assess`](super::strength::assess).
    pub fn words(&self) -> &[String] {
        &self.words
    }

    fn add(&mut self, word: &str) {
        let word = word.to_lowercase();
        if word.chars().count() >= folding::MIN_LETTERS
            && word.len() <= MAX_WORD_BYTES
            && self.words.len() < MAX_WORDS
            && !self.words.contains(&word)
        {
            self.words.push(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_words_are_capped_and_split() {
        let context = Context::new().with("db-07.example.org");
        for word in ["db-07.example.org", "example", "org", "igra"] {
            assert!(context.words().iter().any(|w| w == word), "{word}");
        }
        assert!(!context.words().iter().any(|w| w == "db" || w.is_empty()));
        let many = (0..1000).fold(Context::new(), |c, n| c.with(&format!("name{n}")));
        assert_eq!(many.words().len(), MAX_WORDS);
    }
}
