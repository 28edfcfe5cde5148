//! Questions to the person at the terminal.
//!
//! [`Terminal`] is the seam: [`SystemTerminal`] talks to `/dev/tty`, [`scripted::ScriptedTerminal`] answers from a list. The
//! reading itself is [`tty`], which works on any terminal descriptor and so can be tested on a pseudo-terminal.
//!
//! Rules of every question:
//! - echo is off, and what was typed early is dropped, *before* the prompt appears;
//! - the answer to a secret question goes from the kernel into one locked buffer, never through a `String`;
//! - the terminal is as it was on every way out: answer, end of input, signal, panic;
//! - a signal ends the question with its exit code, and nobody waits for a terminal that is not there.
//!
//! The common crates do not fit these rules. rpassword writes the prompt while echo is still on, reads into a growing
//! `String`, and sleeps through signals whose handlers restart system calls; dialoguer reads single keys in raw mode and
//! takes over Ctrl-C. So neither is used here; the kernel's own line editing (up to 4094 bytes) is.

pub mod scripted;
pub mod tty;

use std::io;

use rustix::fs::{Mode, OFlags};

use super::report::Failure;
use super::signal::Signals;
use crate::kind::Kind;
use crate::secret::SecretBytes;
use tty::Tty;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// Nobody can be asked.
    #[error("there is no terminal to ask on")]
    NoTerminal,
    /// A signal arrived.
    #[error("{}", .0.meaning())]
    Stopped(Kind),
    /// Ctrl-D, or the terminal is gone.
    #[error("the question was cancelled")]
    EndOfInput,
    /// More than one line of the kernel holds.
    #[error("the answer is longer than {} bytes", tty::MAX_LINE)]
    TooLong,
    /// The terminal does not work.
    #[error("cannot use the terminal")]
    Io(#[from] io::Error),
}

impl PromptError {
    /// How a command ends that cannot go on without the answer.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoTerminal | Self::EndOfInput => Kind::InputNeeded,
            Self::Stopped(kind) => *kind,
            Self::TooLong => Kind::Usage,
            Self::Io(_) => Kind::Io,
        }
    }
}

impl From<PromptError> for Failure {
    fn from(error: PromptError) -> Self {
        Self::from_error(error.kind(), &error, Vec::new())
    }
}

impl From<rustix::io::Errno> for PromptError {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Io(error.into())
    }
}

/// A person who can be asked.
pub trait Terminal {
    /// True when a question could be asked at all.
    fn is_available(&mut self) -> bool;

    /// One line, not echoed, without its line break. May be empty.
    fn read_secret(&mut self, prompt: &str) -> Result<SecretBytes, PromptError>;

    /// One line, echoed.
    fn read_line(&mut self, prompt: &str) -> Result<String, PromptError>;

    /// Shows a secret until Enter is pressed, and leaves no trace of it on the screen.
    fn show_once(&mut self, title: &str, secret: &[u8]) -> Result<(), PromptError>;

    /// A question with yes or no; anything that is neither is asked again, and three times neither is a no.
    fn confirm(&mut self, question: &str) -> Result<bool, PromptError> {
        for _ in 0..3 {
            let answer = self.read_line(&format!("{question} [y/N] "))?;
            match answer.trim().to_ascii_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "" | "n" | "no" => return Ok(false),
                _ => {}
            }
        }
        Ok(false)
    }

    /// True when `expected` is typed: for what cannot be undone and should not be confirmed by habit.
    fn type_phrase(&mut self, prompt: &str, expected: &str) -> Result<bool, PromptError> {
        Ok(self.read_line(&format!("{prompt}: "))?.trim() == expected)
    }
}

/// The controlling terminal of this process, opened at the first question.
pub struct SystemTerminal {
    signals: Signals,
    tty: Option<Tty>,
}

impl SystemTerminal {
    /// A terminal whose questions end when one of `signals` arrives.
    pub fn new(signals: Signals) -> Self {
        Self { signals, tty: None }
    }

    fn tty(&mut self) -> Result<&Tty, PromptError> {
        if self.tty.is_none() {
            let fd = rustix::fs::open("/dev/tty", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())
                .map_err(|_| PromptError::NoTerminal)?;
            self.tty = Some(Tty::new(fd, self.signals.clone()));
        }
        self.tty.as_ref().ok_or(PromptError::NoTerminal)
    }
}

impl Terminal for SystemTerminal {
    fn is_available(&mut self) -> bool {
        self.tty().is_ok()
    }

    fn read_secret(&mut self, prompt: &str) -> Result<SecretBytes, PromptError> {
        self.tty()?.read_secret(prompt)
    }

    fn read_line(&mut self, prompt: &str) -> Result<String, PromptError> {
        self.tty()?.read_line(prompt)
    }

    fn show_once(&mut self, title: &str, secret: &[u8]) -> Result<(), PromptError> {
        self.tty()?.show_once(title, secret)
    }
}
