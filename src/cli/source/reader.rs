//! Passphrases and secret values, by the rules of each.
//!
//! A passphrase is one line of text: at most 1024 bytes, one line break at its end does not count. A value is bytes: taken
//! as they are, up to 1 MiB, empty and NUL allowed. Where no source is named, a passphrase comes from the credential
//! `<tool>.passphrase` or `strongroom.passphrase`, then from the terminal; a value from a pipe on standard input, then
//! from the terminal.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::path::PathBuf;

use super::Source;
use super::input::{self, Trust, inherited, open_file, read_all};
use super::program::{self, LIMIT, Messages};
use crate::cli::context::Context;
use crate::cli::needs::Needs;
use crate::cli::output::Format;
use crate::cli::report::Failure;
use crate::fs;
use crate::kind::Kind;
use crate::network::{NetworkMode, Verdict};
use crate::passphrase::{MAX_BYTES, Passphrase};
use crate::secret::SecretBytes;

/// Largest secret value.
pub const MAX_VALUE: usize = 1 << 20;
/// How often a new secret may be mistyped.
const ATTEMPTS: usize = 3;

/// What a passphrase is for: how it is called, which flag gives it, where else it may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// As in `passphrase: `; lowercase.
    pub label: &'static str,
    /// The flag that names its source.
    pub flag: &'static str,
    /// Whether the credentials `<tool>.passphrase` and `strongroom.passphrase` may stand in for the flag.
    pub credential: bool,
}

impl Purpose {
    /// The passphrase that opens a store.
    pub const OPEN: Self =
        Self { label: "passphrase", flag: "--passphrase-from", credential: true };
    /// The passphrase that a store, slot or archive gets besides the one that opens it.
    pub const NEW: Self =
        Self { label: "new passphrase", flag: "--new-passphrase-from", credential: false };
    /// The first passphrase of a store that is being made.
    pub const FIRST: Self =
        Self { label: "new passphrase", flag: "--new-passphrase-from", credential: true };
}

/// Whether one line break at the end of a value is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The value is taken byte for byte; text that ends in a line break is warned about.
    Kept,
    /// `--strip-newline`.
    Stripped,
}

/// Reads secrets for one command, under the rules of one network.
pub struct Reader<'a> {
    context: &'a mut Context,
    network: NetworkMode,
}

impl<'a> Reader<'a> {
    /// A reader that judges `env:` and `cmd:` sources by the policy of `network`.
    pub fn new(context: &'a mut Context, network: NetworkMode) -> Self {
        Self { context, network }
    }

    /// A passphrase that exists already.
    pub fn passphrase(
        &mut self,
        purpose: Purpose,
        source: Option<&Source>,
    ) -> Result<Passphrase, Failure> {
        match self.chosen(purpose, source) {
            Source::Prompt => {
                self.may_ask(purpose)?;
                let typed = self.context.terminal.read_secret(&format!("{}: ", purpose.label))?;
                checked(typed)
            }
            source => self.unprompted(&source),
        }
    }

    /// A passphrase that is being chosen: asked twice at a prompt, and again when the two differ.
    pub fn new_passphrase(
        &mut self,
        purpose: Purpose,
        source: Option<&Source>,
    ) -> Result<Passphrase, Failure> {
        match self.chosen(purpose, source) {
            Source::Prompt => {
                self.may_ask(purpose)?;
                checked(self.typed_twice(purpose.label)?)
            }
            source => self.unprompted(&source),
        }
    }

    /// A secret value. `label` names it in the prompt; `flag` is the one that names its source.
    pub fn value(
        &mut self,
        label: &str,
        flag: &'static str,
        source: Option<&Source>,
        ending: Ending,
    ) -> Result<SecretBytes, Failure> {
        let mut value = match source {
            Some(Source::Prompt) => self.typed_value(label, flag)?,
            Some(source) => self.bytes(source, MAX_VALUE)?,
            None if self.context.stdin_is_free() => {
                let value = self.bytes(&Source::Stdin, MAX_VALUE)?;
                if value.is_empty() {
                    // A job without input would otherwise overwrite a secret with nothing.
                    return Err(Failure::input_needed("standard input is empty")
                        .hint(format!("for an empty value on purpose: {flag} stdin </dev/null")));
                }
                value
            }
            None => self.typed_value(label, flag)?,
        };
        let text = std::str::from_utf8(value.expose()).is_ok_and(|text| text.ends_with('\n'));
        match ending {
            Ending::Stripped => strip_line_break(&mut value),
            Ending::Kept if text => self.context.output.warn(
                "the value ends in a line break, which is stored with it; --strip-newline leaves it out",
            ),
            Ending::Kept => {}
        }
        Ok(value)
    }

    fn typed_value(&mut self, label: &str, flag: &'static str) -> Result<SecretBytes, Failure> {
        Needs::new().value(label, flag, Some(&Source::Prompt)).check(self.context)?;
        let value = self.typed_twice(label)?;
        if value.is_empty() {
            return Err(Failure::usage(format!("{label} is empty"))
                .hint(format!("for an empty value on purpose: {flag} stdin </dev/null")));
        }
        Ok(value)
    }

    fn typed_twice(&mut self, label: &str) -> Result<SecretBytes, Failure> {
        let terminal = &mut self.context.terminal;
        for _ in 0..ATTEMPTS {
            let first = terminal.read_secret(&format!("{label}: "))?;
            let second = terminal.read_secret(&format!("{label} again: "))?;
            if first.same_as(&second) {
                return Ok(first);
            }
            self.context.output.warn("the two do not match");
        }
        Err(Failure::usage(format!("the {label} was not typed the same twice")))
    }

    /// The source that was named, else the credential, else the prompt.
    fn chosen(&self, purpose: Purpose, source: Option<&Source>) -> Source {
        source
            .cloned()
            .or_else(|| purpose.credential.then(|| self.context.default_credential()).flatten())
            .unwrap_or(Source::Prompt)
    }

    fn may_ask(&mut self, purpose: Purpose) -> Result<(), Failure> {
        Needs::new().passphrase(purpose, Some(&Source::Prompt)).check(self.context)
    }

    fn unprompted(&mut self, source: &Source) -> Result<Passphrase, Failure> {
        let mut bytes = self.bytes(source, MAX_BYTES + 2)?;
        strip_line_break(&mut bytes);
        checked(bytes)
    }

    fn bytes(&mut self, source: &Source, cap: usize) -> Result<SecretBytes, Failure> {
        self.context.claim(source)?;
        let signals = self.context.signals.clone();
        let read = |fd, what: &str| {
            if rustix::termios::isatty(fd) {
                // It would be echoed.
                return Err(Failure::usage(format!("{what} is a terminal"))
                    .hint("use the source `prompt`, which does not show what is typed"));
            }
            read_all(fd, cap, &signals, None).map_err(|error| error.into_failure(what))
        };
        match source {
            Source::Prompt => Err(Failure::input_needed("there is no terminal to ask on")),
            Source::Stdin => read(self.context.stdin.as_fd(), "standard input"),
            Source::Fd(number) => {
                let what = format!("descriptor {number}");
                let fd = inherited(*number)
                    .map_err(|cause| Failure::io(format!("cannot read {what}"), cause))?;
                read(fd.as_fd(), &what)
            }
            Source::File(path) => {
                let fd = open_file(path, Trust::Private)?;
                read(fd.as_fd(), &path.display().to_string())
            }
            Source::Credential(name) => {
                let path = self.context.credentials_directory().map(|dir| dir.join(name));
                let path = path.ok_or_else(|| no_credentials(name))?;
                let fd = open_file(&path, Trust::Credential)?;
                read(fd.as_fd(), &format!("the credential {name}"))
            }
            Source::Program(argv) => self.program(argv),
            Source::Env(name) => self.variable(name, cap),
        }
    }

    fn program(&mut self, argv: &[OsString]) -> Result<SecretBytes, Failure> {
        let program = program::resolve(argv)?;
        if let Some(step) = fs::program::untrusted_step(&program, &[]) {
            let message = format!(
                "others could replace the passphrase program: {} is not root's alone",
                step.display()
            );
            self.judge(self.network.policy().untrusted_command, message)?;
        }
        let messages = match self.context.output.format() {
            Format::Text => Messages::Shown,
            Format::Json => Messages::Dropped,
        };
        program::run(&program, argv, LIMIT, messages, &self.context.signals)
    }

    /// Refuses a source that the network forbids, before anything is asked for.
    pub fn admit(&self, source: &Source) -> Result<(), Failure> {
        match (source, self.network.policy().env_secrets) {
            (Source::Env(name), Verdict::Refuse) => Err(self.forbidden_variable(name)),
            _ => Ok(()),
        }
    }

    fn forbidden_variable(&self, name: &str) -> Failure {
        Failure::policy(self.exposure(name))
            .hint("use a source that others cannot reach: prompt, file:PATH or cred:NAME")
    }

    fn exposure(&self, name: &str) -> String {
        let network = self.network;
        format!(
            "the environment variable {name} is readable by every process of this user on {network}"
        )
    }

    fn variable(&mut self, name: &str, cap: usize) -> Result<SecretBytes, Failure> {
        self.judge(self.network.policy().env_secrets, self.exposure(name))?;
        let secret = self.context.environment.value(name).ok_or_else(|| {
            Failure::input_needed(format!("the environment variable {name} is not set"))
        })?;
        if secret.len() > cap {
            return Err(input::ReadError::TooLong(cap).into_failure(name));
        }
        Ok(secret)
    }

    fn judge(&mut self, verdict: Verdict, message: String) -> Result<(), Failure> {
        match verdict {
            Verdict::Refuse => {
                return Err(Failure::policy(message).hint(
                    "use a source that others cannot reach: prompt, file:PATH or cred:NAME",
                ));
            }
            Verdict::Warn => self.context.output.warn(&message),
            Verdict::Allow => {}
        }
        Ok(())
    }
}

/// The failure of a credential that systemd did not pass.
fn no_credentials(name: &str) -> Failure {
    Failure::input_needed(format!(
        "the credential {name} was not passed: CREDENTIALS_DIRECTORY is not set"
    ))
    .hint(format!(
        "in the systemd unit: LoadCredentialEncrypted={name}:/etc/credstore.encrypted/{name}"
    ))
}

/// Refuses a new passphrase that is the old one.
pub fn refuse_identical(old: &Passphrase, new: &Passphrase) -> Result<(), Failure> {
    if old.same_as(new) {
        return Err(Failure::usage("the new passphrase is the old one"));
    }
    Ok(())
}

fn checked(bytes: SecretBytes) -> Result<Passphrase, Failure> {
    Passphrase::new(bytes).map_err(|error| Failure::from_error(Kind::Usage, &error, Vec::new()))
}

/// Cuts one line break (LF or CRLF) off the end.
fn strip_line_break(bytes: &mut SecretBytes) {
    let text = bytes.expose();
    let line = text.strip_suffix(b"\r\n").or_else(|| text.strip_suffix(b"\n"));
    if let Some(len) = line.map(<[u8]>::len) {
        bytes.truncate(len);
    }
}

impl Context {
    /// Where systemd put the credentials of the service.
    fn credentials_directory(&self) -> Option<PathBuf> {
        self.environment.credentials_directory()
    }

    /// The credential that stands in for a passphrase source that is not named.
    pub(crate) fn default_credential(&self) -> Option<Source> {
        let directory = self.credentials_directory()?;
        [self.output.tool(), "strongroom"]
            .map(|owner| format!("{owner}.passphrase"))
            .into_iter()
            .find(|name| rustix::fs::lstat(directory.join(name)).is_ok())
            .map(Source::Credential)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::context::StandardInput;
    use crate::cli::output::Captured;
    use crate::cli::terminal::scripted::{Reply, ScriptedTerminal};
    use crate::environment::Environment;

    const MAINNET: NetworkMode = NetworkMode::Mainnet;

    fn context(terminal: ScriptedTerminal) -> (Context, Captured) {
        Context::isolated("t", terminal).unwrap()
    }

    fn unattended() -> (Context, Captured) {
        context(ScriptedTerminal::absent())
    }

    /// A directory with one private file of that name and content.
    fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        let flags = rustix::fs::OFlags::CREATE | rustix::fs::OFlags::WRONLY;
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        let fd = rustix::fs::open(&path, flags, mode).unwrap();
        rustix::io::write(fd, content).unwrap();
        (dir, path)
    }

    fn text(passphrase: Result<Passphrase, Failure>) -> String {
        passphrase.map_or_else(|e| panic!("{e:?}"), |p| p.expose_str().to_owned())
    }

    fn value(
        context: &mut Context,
        source: Option<&Source>,
        ending: Ending,
    ) -> Result<Vec<u8>, Failure> {
        let value = Reader::new(context, MAINNET).value("value", "--from", source, ending);
        value.map(|value| value.expose().to_vec())
    }

    #[test]
    fn one_line_break_at_the_end_of_a_passphrase_does_not_count() {
        for (content, expected) in [
            (&b"pass word"[..], "pass word"),
            (b"pass word\n", "pass word"),
            (b"pass word\r\n", "pass word"),
            (b"pass word\n\n", "pass word\n"),
            (b" pass\r", " pass\r"),
        ] {
            let (_dir, path) = file("p", content);
            let (mut context, _) = unattended();
            let source = Source::File(path);
            let read = Reader::new(&mut context, MAINNET).passphrase(Purpose::OPEN, Some(&source));
            assert_eq!(text(read), expected);
        }
    }

    #[test]
    fn what_cannot_be_a_passphrase_is_a_usage_error() {
        let long = [b'x'; MAX_BYTES + 1];
        for content in [&b""[..], b"\n", b"a\0b", b"\xff", &long, &[b'x'; 2000]] {
            let (mut context, _) = unattended();
            context.stdin = StandardInput::holding(content).unwrap();
            let source = Some(&Source::Stdin);
            let read = Reader::new(&mut context, MAINNET).passphrase(Purpose::OPEN, source);
            assert_eq!(read.err().map(|failure| failure.kind()), Some(Kind::Usage));
        }
    }

    #[test]
    fn a_credential_is_taken_before_anybody_is_asked() {
        for (name, found) in
            [("t.passphrase", true), ("strongroom.passphrase", true), ("other.passphrase", false)]
        {
            let (dir, _) = file(name, b"from systemd\n");
            let (mut context, _) = context(ScriptedTerminal::typing(["typed"]));
            context.environment = Environment::from_pairs([("CREDENTIALS_DIRECTORY", dir.path())]);
            let expected = if found { "from systemd" } else { "typed" };
            assert_eq!(text(context.passphrase(MAINNET)), expected, "{name}");
        }
    }

    #[test]
    fn a_new_passphrase_is_typed_twice_and_three_times_at_most() {
        let (mut context, seen) = context(ScriptedTerminal::typing(["a", "b", "one", "one"]));
        assert_eq!(text(context.new_passphrase(MAINNET)), "one");
        assert_eq!(seen.stderr(), "t: warning: the two do not match\n");
        context.terminal =
            Box::new(ScriptedTerminal::typing(["a", "b", "c", "d", "e", "f", "g", "g"]));
        let failure = context.new_passphrase(MAINNET).err().map(|failure| failure.kind());
        assert_eq!(failure, Some(Kind::Usage));
    }

    #[test]
    fn a_cancelled_prompt_is_not_an_answer() {
        for (reply, kind) in
            [(Reply::Interrupt, Kind::Interrupted), (Reply::EndOfInput, Kind::InputNeeded)]
        {
            let (mut context, _) = context(ScriptedTerminal::new([reply]));
            assert_eq!(context.passphrase(MAINNET).err().map(|f| f.kind()), Some(kind));
        }
    }

    #[test]
    fn an_environment_variable_is_refused_warned_about_and_allowed() {
        for (network, refused, warned) in [
            (NetworkMode::Mainnet, true, false),
            (NetworkMode::Testnet, false, true),
            (NetworkMode::Devnet, false, false),
        ] {
            let (mut context, seen) = unattended();
            context.environment = Environment::from_pairs([("PASS", "hunter2")]);
            let source = Source::Env("PASS".to_owned());
            let read = Reader::new(&mut context, network).passphrase(Purpose::OPEN, Some(&source));
            assert_eq!(read.is_err(), refused, "{network}");
            assert!(read.err().is_none_or(|failure| failure.kind() == Kind::Policy));
            assert_eq!(seen.stderr().contains("warning"), warned, "{network}");
            assert!(!seen.stderr().contains("hunter2"));
        }
    }

    #[test]
    fn values_are_taken_byte_for_byte() {
        let bytes = b"\0\xff\r\n\n";
        let (_dir, path) = file("v", bytes);
        let (mut context, seen) = unattended();
        let source = Some(&Source::File(path));
        assert_eq!(value(&mut context, source, Ending::Kept).unwrap(), bytes);
        assert_eq!(seen.stderr(), "", "binary values are not warned about");
        assert_eq!(value(&mut context, source, Ending::Stripped).unwrap(), b"\0\xff\r\n");
        let (_dir, path) = file("v", b"");
        assert_eq!(value(&mut context, Some(&Source::File(path)), Ending::Kept).unwrap(), b"");
    }

    #[test]
    fn text_that_ends_in_a_line_break_is_warned_about() {
        let (mut context, seen) = unattended();
        context.stdin = StandardInput::holding(b"value\n").unwrap();
        assert_eq!(value(&mut context, None, Ending::Kept).unwrap(), b"value\n");
        assert!(seen.stderr().contains("--strip-newline"));
    }

    #[test]
    fn an_empty_pipe_is_not_an_empty_value_unless_it_is_named() {
        let (mut context, _) = unattended();
        let failure = value(&mut context, None, Ending::Kept).unwrap_err();
        assert_eq!(failure.kind(), Kind::InputNeeded);
        let (mut context, _) = unattended();
        assert_eq!(value(&mut context, Some(&Source::Stdin), Ending::Kept).unwrap(), b"");
    }

    #[test]
    fn standard_input_gives_one_secret() {
        let (mut context, _) = context(ScriptedTerminal::typing(["typed", "typed"]));
        context.stdin = StandardInput::holding(b"passphrase\n").unwrap();
        context.globals.passphrase_from = Some(Source::Stdin);
        assert_eq!(text(context.passphrase(MAINNET)), "passphrase");
        // Not named for the value, so the person is asked.
        assert_eq!(value(&mut context, None, Ending::Kept).unwrap(), b"typed");
        let failure = value(&mut context, Some(&Source::Stdin), Ending::Kept).unwrap_err();
        assert_eq!(failure.kind(), Kind::Usage);
    }

    #[test]
    fn a_program_that_others_could_replace_is_judged_by_the_network() {
        let (_dir, path) = file("helper", b"#!/bin/sh\necho from the program\n");
        let mode = rustix::fs::Mode::from_raw_mode(0o700);
        rustix::fs::chmod(&path, mode).unwrap();
        let source = Source::Program(vec![path.into()]);
        let (mut context, _) = unattended();
        let read = Reader::new(&mut context, MAINNET).passphrase(Purpose::OPEN, Some(&source));
        assert_eq!(read.err().map(|failure| failure.kind()), Some(Kind::Policy));
        let read =
            Reader::new(&mut context, NetworkMode::Devnet).passphrase(Purpose::OPEN, Some(&source));
        assert_eq!(text(read), "from the program");
    }
}
