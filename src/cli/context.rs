//! What a command gets besides its arguments: the world, behind seams.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use super::args::Globals;
use super::needs::Needs;
use super::output::{Captured, Output};
use super::progress::Progress;
use super::report::Failure;
use super::signal::Signals;
use super::source::Source;
use super::source::reader::{Purpose, Reader};
use super::terminal::scripted::ScriptedTerminal;
use super::terminal::{SystemTerminal, Terminal};
use crate::clock::{Clock, FixedClock, SystemClock, Timestamp};
use crate::crypto::random::{Random, SystemRandom};
use crate::environment::Environment;
use crate::network::NetworkMode;
use crate::passphrase::Passphrase;

/// Where standard input comes from.
pub enum StandardInput {
    /// Descriptor 0 of this process.
    System,
    /// A descriptor that stands in for it, for tests and for programs that embed the command line.
    Fd(OwnedFd),
}

impl StandardInput {
    /// A pipe that holds `bytes` and then ends; at most 64 KiB, which a pipe takes without a reader.
    pub fn holding(bytes: &[u8]) -> io::Result<Self> {
        let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        rustix::io::write(write, bytes)?;
        Ok(Self::Fd(read))
    }
}

impl AsFd for StandardInput {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::System => rustix::stdio::stdin(),
            Self::Fd(fd) => fd.as_fd(),
        }
    }
}

/// Everything a command may touch that is not a file.
pub struct Context {
    /// Answers, warnings, notes.
    pub output: Output,
    /// Questions.
    pub terminal: Box<dyn Terminal>,
    /// Whether a signal has arrived.
    pub signals: Signals,
    /// The time.
    pub clock: Rc<dyn Clock>,
    /// Randomness.
    pub random: Box<dyn Random>,
    /// Environment variables.
    pub environment: Environment,
    /// Standard input.
    pub stdin: StandardInput,
    /// The global flags, checked.
    pub globals: Globals,
    /// The exit code of an answer that has another one than its kind: that of monitoring.
    pub exit_code: Option<u8>,
    /// Descriptors that a secret was read from.
    used: Vec<i32>,
}

impl Context {
    /// The real world of this process. Nothing is opened or asked yet.
    pub fn system(tool: &str, signals: Signals) -> Self {
        Self {
            output: Output::system(tool, &Environment::of_process()),
            terminal: Box::new(SystemTerminal::new(signals.clone())),
            signals,
            clock: Rc::new(SystemClock),
            random: Box::new(SystemRandom),
            environment: Environment::of_command(),
            stdin: StandardInput::System,
            globals: Globals::default(),
            exit_code: None,
            used: Vec::new(),
        }
    }

    /// A context that nothing of the real world reaches but randomness: captured output, an empty standard input and
    /// environment, the clock at the epoch, no signals. Every part can be replaced afterwards.
    pub fn isolated(tool: &str, terminal: ScriptedTerminal) -> io::Result<(Self, Captured)> {
        let (output, seen) = Output::captured(tool);
        let context = Self {
            output,
            terminal: Box::new(terminal),
            signals: Signals::detached(),
            clock: Rc::new(FixedClock(Timestamp::EPOCH)),
            random: Box::new(SystemRandom),
            environment: Environment::from_pairs::<&str, &str>([]),
            stdin: StandardInput::holding(b"")?,
            globals: Globals::default(),
            exit_code: None,
            used: Vec::new(),
        };
        Ok((context, seen))
    }

    /// The same context, whose waits and questions end when one of `signals` arrives.
    #[must_use]
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.terminal = Box::new(SystemTerminal::new(signals.clone()));
        self.signals = signals;
        self
    }

    /// True when a question may be asked and somebody may answer.
    pub fn can_ask(&mut self) -> bool {
        !self.globals.non_interactive && self.terminal.is_available()
    }

    /// True when standard input is a pipe or a file that no secret was read from.
    pub fn stdin_is_free(&self) -> bool {
        let named = [&self.globals.passphrase_from, &self.globals.new_passphrase_from];
        !rustix::termios::isatty(self.stdin.as_fd())
            && !self.used.contains(&0)
            && !named.into_iter().flatten().any(|source| source.descriptor() == Some(0))
    }

    /// Notes that `source` is about to be read up to its end; a second time is a usage error.
    pub(super) fn claim(&mut self, source: &Source) -> Result<(), Failure> {
        if let Some(descriptor) = source.descriptor() {
            if self.used.contains(&descriptor) {
                return Err(Failure::usage("two secrets cannot come from the same descriptor")
                    .hint("give one of them another source, such as file:PATH"));
            }
            self.used.push(descriptor);
        }
        Ok(())
    }

    /// The passphrase that opens a store, from where the global flags say.
    pub fn passphrase(&mut self, network: NetworkMode) -> Result<Passphrase, Failure> {
        let source = self.globals.passphrase_from.clone();
        Reader::new(self, network).passphrase(Purpose::OPEN, source.as_ref())
    }

    /// A passphrase that is being chosen, from where the global flags say.
    pub fn new_passphrase(&mut self, network: NetworkMode) -> Result<Passphrase, Failure> {
        let source = self.globals.new_passphrase_from.clone();
        Reader::new(self, network).new_passphrase(Purpose::NEW, source.as_ref())
    }

    /// A yes to `question`: from `--yes`, else from the terminal, else exit 19. No is no failure.
    pub fn confirm(&mut self, question: &str) -> Result<bool, Failure> {
        if self.globals.yes {
            return Ok(true);
        }
        Needs::new().confirmation().check(self)?;
        Ok(self.terminal.confirm(question)?)
    }

    /// Fails unless the answer to `question`, asked before something is changed, is yes. A dry run asks nothing.
    pub fn confirm_change(&mut self, question: &str) -> Result<(), Failure> {
        if self.globals.dry_run || self.confirm(question)? {
            return Ok(());
        }
        Err(Failure::input_needed("not confirmed; nothing was changed"))
    }

    /// Does long `work` under a sign of life that names it `what`.
    pub fn during<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let _progress = self.progress(what);
        work()
    }

    /// A sign of life for `what` until the value is dropped.
    pub fn progress(&self, what: &str) -> Progress {
        Progress::start(&self.output, what)
    }
}
