//! Where passphrases and secret values come from: `prompt | stdin | fd:N | file:PATH | cred:NAME | cmd:PROGRAM… | env:NAME`.
//!
//! [`Source`] is the parsed form, [`input`] reads descriptors and files, [`program`] runs a `cmd:` program, and [`reader`]
//! puts the rules of passphrases and of values on top. A source never stands for the secret itself, and a word that
//! is none is refused without being repeated: people paste passphrases there.

pub mod input;
pub mod program;
pub mod reader;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::report::Failure;

/// Where to read one secret from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Ask on the terminal.
    Prompt,
    /// Standard input, up to its end.
    Stdin,
    /// An inherited descriptor above 2, up to its end.
    Fd(i32),
    /// A regular file of ours or root's that nobody else can read.
    File(PathBuf),
    /// A file of that name in `$CREDENTIALS_DIRECTORY` (systemd).
    Credential(String),
    /// What a program prints: its absolute path and its arguments.
    Program(Vec<OsString>),
    /// An environment variable; the network policy decides.
    Env(String),
}

impl Source {
    /// Parses what was given to `flag`.
    pub fn parse(flag: &str, spec: &OsStr) -> Result<Self, Failure> {
        Self::parse_bytes(spec.as_bytes()).ok_or_else(|| {
            Failure::usage(format!(
                "{flag} takes prompt, stdin, fd:N, file:PATH, cred:NAME, cmd:/PROGRAM or env:NAME"
            ))
            .hint("a passphrase itself is never taken from the command line; if one was typed, it is in the shell history now")
        })
    }

    fn parse_bytes(spec: &[u8]) -> Option<Self> {
        let colon = spec.iter().position(|&b| b == b':');
        let (scheme, rest) = match colon {
            Some(at) => (&spec[..at], &spec[at + 1..]),
            None if spec == b"prompt" => return Some(Self::Prompt),
            None if spec == b"stdin" => return Some(Self::Stdin),
            None => return None,
        };
        let name = || std::str::from_utf8(rest).ok().filter(|name| !name.is_empty());
        match scheme {
            b"fd" => match name()?.parse().ok()? {
                0 => Some(Self::Stdin),
                1 | 2 | i32::MIN..0 => None,
                n => Some(Self::Fd(n)),
            },
            b"file" if !rest.is_empty() => Some(Self::File(OsStr::from_bytes(rest).into())),
            b"cred" => name()
                .filter(|name| !name.contains('/') && *name != "." && *name != "..")
                .map(|name| Self::Credential(name.to_owned())),
            b"cmd" => {
                let words: Vec<OsString> = rest
                    .split(|b| matches!(b, b' ' | b'\t'))
                    .filter(|word| !word.is_empty())
                    .map(|word| OsStr::from_bytes(word).to_owned())
                    .collect();
                // Without PATH only an absolute path says which program is meant.
                let absolute = words.first().is_some_and(|word| word.as_bytes().starts_with(b"/"));
                absolute.then_some(Self::Program(words))
            }
            b"env" => {
                name().filter(|name| !name.contains('=')).map(|name| Self::Env(name.to_owned()))
            }
            _ => None,
        }
    }

    /// The descriptor that reading uses up. Two secrets cannot come from the same one.
    pub fn descriptor(&self) -> Option<i32> {
        match self {
            Self::Stdin => Some(0),
            Self::Fd(n) => Some(*n),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(spec: &str) -> Option<Source> {
        Source::parse("--passphrase-from", OsStr::new(spec)).ok()
    }

    #[test]
    fn every_kind_of_source_is_understood() {
        assert_eq!(parse("prompt"), Some(Source::Prompt));
        assert_eq!(parse("stdin"), Some(Source::Stdin));
        assert_eq!(parse("fd:0"), Some(Source::Stdin));
        assert_eq!(parse("fd:3"), Some(Source::Fd(3)));
        assert_eq!(parse("file:a:b"), Some(Source::File("a:b".into())));
        assert_eq!(parse("cred:store.pass"), Some(Source::Credential("store.pass".into())));
        assert_eq!(
            parse("cmd:/bin/pass  show\tx"),
            Some(Source::Program(vec!["/bin/pass".into(), "show".into(), "x".into()]))
        );
        assert_eq!(parse("env:NAME"), Some(Source::Env("NAME".into())));
    }

    #[test]
    fn what_is_no_source_is_refused_and_not_repeated() {
        for spec in [
            "",
            "hunter2",
            "fd:",
            "fd:1",
            "fd:2",
            "fd:-1",
            "fd:x",
            "file:",
            "cred:",
            "cred:..",
            "cred:a/b",
            "cmd:",
            "cmd: ",
            "cmd:pass show",
            "env:",
            "env:A=hunter2",
            "FILE:hunter2",
            "pass:hunter2",
            "stdin:",
            "prompt:hunter2",
        ] {
            let failure = Source::parse("--from", OsStr::new(spec)).unwrap_err();
            assert_eq!(failure.kind(), crate::kind::Kind::Usage, "{spec}");
            assert!(!format!("{failure:?}").contains("hunter2"));
        }
    }
}
