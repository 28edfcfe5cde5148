//! The hooks of `[rotation]`: which programs run before and after a rotation, as lists of words.
//!
//! They are run by [`ops::hooks`](crate::ops::hooks). A command starts with the absolute path of its program, since there is no
//! `PATH` to search and no shell to read a line.

use std::time::Duration;

/// Most hooks before a rotation, and after one.
pub const MAX_HOOKS: usize = 16;
/// Most words of one hook.
pub const MAX_WORDS: usize = 64;
/// Longest word in bytes.
pub const MAX_WORD: usize = 4096;
/// How long a hook may take when nothing is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// The longest that can be said: a rotation waits for its hooks.
pub const MAX_TIMEOUT: Duration = Duration::from_hours(1);

/// What is configured to run around a rotation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HookCommands {
    /// Before it, in this order; each may veto.
    pub pre: Vec<Vec<String>>,
    /// After it, in this order.
    pub post: Vec<Vec<String>>,
    /// How long each may take; none for [`DEFAULT_TIMEOUT`].
    pub timeout: Option<Duration>,
}

impl HookCommands {
    /// How long each may take.
    pub fn limit(&self) -> Duration {
        self.timeout.unwrap_or(DEFAULT_TIMEOUT)
    }
}

/// Checks one command. The error follows the key's name.
pub(super) fn command(words: &[String]) -> Result<Vec<String>, &'static str> {
    let program = words.first().ok_or("has an empty command")?;
    if super::schema::absolute(program).is_none() {
        return Err("is a list of commands that start with the absolute path of a program");
    }
    if words.len() > MAX_WORDS || words.iter().any(|word| word.len() > MAX_WORD) {
        return Err("has a command of more than 64 words, or a word of more than 4096 bytes");
    }
    if words.iter().any(|word| word.contains('\0')) {
        return Err("has a word with a NUL, which no program can be given");
    }
    Ok(words.to_vec())
}

/// Checks the time limit. The error follows the key's name.
pub(super) fn timeout(limit: Duration) -> Result<Duration, &'static str> {
    let allowed = Duration::from_secs(1)..=MAX_TIMEOUT;
    allowed.contains(&limit).then_some(limit).ok_or("is from 1s to 1h")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Config, ConfigError, Reading, parse};

    fn read(line: &str) -> Result<HookCommands, ConfigError> {
        let text = format!("[rotation]\n{line}");
        parse(text.as_bytes(), Path::new("c.toml")).map(|config| config.hooks)
    }

    #[test]
    fn hooks_are_lists_of_words() {
        let hooks = read(
            "pre_hooks = [['/usr/local/bin/may-rotate', '--epoch', 'a b; $(c)'], ['/bin/true']]\n\
             post_hooks = [['/usr/local/bin/tell', '']]\nhook_timeout = '5m'\nidentity_max_age = '1d'",
        )
        .expect("valid");
        assert_eq!(hooks.pre[0], ["/usr/local/bin/may-rotate", "--epoch", "a b; $(c)"]);
        assert_eq!(
            (hooks.pre.len(), hooks.post),
            (2, vec![vec!["/usr/local/bin/tell".to_owned(), String::new()]])
        );
        assert_eq!(hooks.timeout, Some(Duration::from_mins(5)));
        assert_eq!(read("").expect("valid"), HookCommands::default());
        assert_eq!(read("pre_hooks = []").expect("valid").limit(), DEFAULT_TIMEOUT);
    }

    #[test]
    fn a_wrong_hook_is_placed_and_never_repeated() {
        let long = format!("pre_hooks = [['/bin/true', '{}']]", "x".repeat(MAX_WORD + 1));
        let many = format!("post_hooks = [{}]", "['/bin/true'],".repeat(MAX_HOOKS + 1));
        for (line, expected) in [
            (
                "pre_hooks = '/bin/hunter2'",
                "2:13: `pre_hooks` is a list of commands, each a list of strings",
            ),
            (
                "pre_hooks = ['/bin/hunter2']",
                "2:14: `pre_hooks` is a list of commands, each a list of strings",
            ),
            (
                "pre_hooks = [[1]]",
                "2:15: `pre_hooks` is a list of commands, each a list of strings",
            ),
            ("post_hooks = [['/bin/a'], []]", "2:27: `post_hooks` has an empty command"),
            (
                "post_hooks = [['hunter2']]",
                "2:15: `post_hooks` is a list of commands that start with the absolute path of a program",
            ),
            (
                "pre_hooks = [['/bin/a', \"x\\u0000\"]]",
                "2:14: `pre_hooks` has a word with a NUL, which no program can be given",
            ),
            (
                &long,
                "2:14: `pre_hooks` has a command of more than 64 words, or a word of more than 4096 bytes",
            ),
            (&many, "2:14: `post_hooks` has at most 16 commands"),
            ("hook_timeout = 0", "2:16: `hook_timeout` is from 1s to 1h"),
            ("hook_timeout = '2h'", "2:16: `hook_timeout` is from 1s to 1h"),
            (
                "hook_timeout = 'x'",
                "2:16: `hook_timeout` is a number with a unit, such as \"300s\" or \"5m\"",
            ),
        ] {
            let error = read(line).expect_err(line).to_string();
            assert_eq!(error, format!("c.toml:{expected}"), "{line}");
        }
    }

    #[test]
    fn the_gate_sees_the_same_faults() {
        let text = "[rotation]\npre_hooks = [['hunter2'], ['/bin/true']]\npost_hooks = [7]\nhook_timeout = 0";
        let reading = Reading::of(text.as_bytes(), Path::new("c.toml")).expect("readable");
        let told: Vec<&str> =
            reading.problems.iter().map(|problem| problem.text.as_str()).collect();
        assert_eq!(
            told,
            [
                "`pre_hooks` is a list of commands that start with the absolute path of a program",
                "`rotation.post_hooks` is a list of commands, each a list of strings",
                "`hook_timeout` is from 1s to 1h",
            ]
        );
        assert_eq!(
            reading.config,
            Config {
                hooks: HookCommands {
                    pre: vec![vec!["/bin/true".to_owned()]],
                    ..HookCommands::default()
                },
                ..Config::default()
            }
        );
    }
}
