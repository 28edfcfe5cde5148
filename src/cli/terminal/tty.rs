//! Reading a line from a terminal descriptor, with the terminal always put back.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

use super::PromptError;
use crate::cli::escape::escape_lines;
use crate::cli::signal::{Signals, Wake};
use crate::secret::SecretBytes;

/// Longest line. The kernel keeps 4095 bytes and drops the rest without a word, so a line of that length may be cut.
pub const MAX_LINE: usize = 4094;

/// A terminal, for reading and writing.
pub struct Tty {
    fd: OwnedFd,
    signals: Signals,
}

/// Whether what is typed appears.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    On,
    Off,
}

impl Tty {
    /// A terminal on `fd`, whose questions end when one of `signals` arrives.
    pub fn new(fd: OwnedFd, signals: Signals) -> Self {
        Self { fd, signals }
    }

    /// One line, not echoed, without its line break.
    pub fn read_secret(&self, prompt: &str) -> Result<SecretBytes, PromptError> {
        let _restored_at_the_end = Guard::set(self, Echo::Off)?;
        self.write(escape_lines(prompt).as_bytes())?;
        self.line()
    }

    /// One line, echoed. Bytes that are not UTF-8 are replaced: no answer that matters contains them.
    pub fn read_line(&self, prompt: &str) -> Result<String, PromptError> {
        let _restored_at_the_end = Guard::set(self, Echo::On)?;
        self.write(escape_lines(prompt).as_bytes())?;
        let line = self.line().inspect_err(|_| {
            let _ = self.write(b"\n");
        })?;
        Ok(String::from_utf8_lossy(line.expose()).into_owned())
    }

    /// Shows `secret` on the alternate screen, which has no scroll-back, until Enter is pressed.
    pub fn show_once(&self, title: &str, secret: &[u8]) -> Result<(), PromptError> {
        let _restored_at_the_end = Guard::set(self, Echo::Off)?;
        let screen = AlternateScreen::enter(self)?;
        self.write(escape_lines(title).as_bytes())?;
        self.write(b"\n\n    ")?;
        self.write(secret)?;
        self.write(b"\n\nPress Enter when it is written down; it is not shown again. ")?;
        let read = self.line();
        drop(screen);
        read.map(drop)
    }

    /// Reads up to the line break into one locked buffer.
    fn line(&self) -> Result<SecretBytes, PromptError> {
        let mut line = SecretBytes::zeroed(MAX_LINE + 2);
        let mut len = 0;
        loop {
            match self.signals.wait_readable(self.fd.as_fd(), None)? {
                Wake::Stopped(kind) => return Err(PromptError::Stopped(kind)),
                Wake::Ready | Wake::TimedOut => {}
            }
            let free = line.expose_mut().get_mut(len..).unwrap_or_default();
            let read = match rustix::io::read(&self.fd, free) {
                // A terminal that was hung up; SIGHUP may have arrived with it.
                Ok(0) | Err(Errno::IO) => {
                    let stopped = self.signals.interrupted().map(PromptError::Stopped);
                    return Err(stopped.unwrap_or(PromptError::EndOfInput));
                }
                Ok(read) => read,
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(error) => return Err(error.into()),
            };
            len += read;
            if let Some(end) = line.expose()[..len].iter().position(|&b| b == b'\n') {
                line.truncate(end);
                return if end > MAX_LINE { Err(PromptError::TooLong) } else { Ok(line) };
            }
            if len > MAX_LINE {
                return Err(PromptError::TooLong);
            }
        }
    }

    fn write(&self, mut bytes: &[u8]) -> Result<(), PromptError> {
        while !bytes.is_empty() {
            match rustix::io::write(&self.fd, bytes) {
                Ok(0) => return Err(PromptError::Io(io::ErrorKind::WriteZero.into())),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// The settings of a terminal as they were, put back on drop.
struct Guard<'a> {
    tty: &'a Tty,
    before: Termios,
    echo: Echo,
}

impl<'a> Guard<'a> {
    /// Changes the settings and drops what was typed before now.
    fn set(tty: &'a Tty, echo: Echo) -> Result<Self, PromptError> {
        let before = tcgetattr(&tty.fd)?;
        let mut during = before.clone();
        during.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
        during.input_modes |= InputModes::ICRNL;
        match echo {
            Echo::On => during.local_modes |= LocalModes::ECHO,
            Echo::Off => {
                during.local_modes -= LocalModes::ECHO | LocalModes::ECHONL;
                // Ctrl-Z would hand the shell a terminal without echo.
                during.special_codes[SpecialCodeIndex::VSUSP] = 0;
            }
        }
        let guard = Self { tty, before, echo };
        match rustix::io::retry_on_intr(|| tcsetattr(&tty.fd, OptionalActions::Flush, &during)) {
            Ok(()) => Ok(guard),
            // An orphaned background process may not touch the terminal: there is nobody to ask.
            Err(Errno::IO) => Err(PromptError::NoTerminal),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // Flushed again: the rest of a pasted secret must not reach the shell.
        let _ = rustix::io::retry_on_intr(|| {
            tcsetattr(&self.tty.fd, OptionalActions::Flush, &self.before)
        });
        if self.echo == Echo::Off {
            let _ = self.tty.write(b"\n");
        }
    }
}

/// The screen without scroll-back; cleared and left on drop.
struct AlternateScreen<'a>(&'a Tty);

impl<'a> AlternateScreen<'a> {
    fn enter(tty: &'a Tty) -> Result<Self, PromptError> {
        let screen = Self(tty);
        tty.write(b"\x1b[?1049h\x1b[2J\x1b[H")?;
        Ok(screen)
    }
}

impl Drop for AlternateScreen<'_> {
    fn drop(&mut self) {
        let _ = self.0.write(b"\x1b[2J\x1b[H\x1b[?1049l");
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]

    use std::thread;
    use std::time::{Duration, Instant};

    use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

    use super::*;
    use crate::kind::Kind;

    /// The side of the person: what they see, what they type.
    struct Person {
        master: OwnedFd,
        seen: String,
    }

    fn pair() -> (Person, OwnedFd) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let slave = ioctl_tiocgptpeer(&master, flags).unwrap();
        (Person { master, seen: String::new() }, slave)
    }

    impl Person {
        fn types(&self, text: &str) {
            rustix::io::write(&self.master, text.as_bytes()).unwrap();
        }

        fn sees(&mut self, text: &str) {
            let deadline = Instant::now() + Duration::from_secs(5);
            while !self.seen.contains(text) {
                let wake = Signals::detached().wait_readable(self.master.as_fd(), Some(deadline));
                assert_eq!(wake.unwrap(), Wake::Ready, "saw {:?}", self.seen);
                let mut bytes = [0; 4096];
                let len = rustix::io::read(&self.master, &mut bytes).unwrap();
                self.seen.push_str(&String::from_utf8_lossy(&bytes[..len]));
            }
        }

        fn echo(&self) -> bool {
            tcgetattr(&self.master).unwrap().local_modes.contains(LocalModes::ECHO)
        }
    }

    /// Asks for a secret on another thread while `person` acts.
    fn ask(act: impl FnOnce(&mut Person, &Signals)) -> (Person, Result<SecretBytes, PromptError>) {
        let (mut person, slave) = pair();
        let signals = Signals::detached();
        let tty = Tty::new(slave.try_clone().unwrap(), signals.clone());
        let asking = thread::spawn(move || tty.read_secret("passphrase: "));
        act(&mut person, &signals);
        let answer = asking.join().unwrap();
        assert!(person.echo(), "the terminal was not put back");
        // The line break that stands in for the unseen Enter; then the slave may go.
        person.sees("passphrase: \r\n");
        drop(slave);
        (person, answer)
    }

    #[test]
    fn a_secret_is_read_and_never_seen() {
        let (person, answer) = ask(|person, _| {
            person.sees("passphrase: ");
            assert!(!person.echo());
            person.types("päss \tword\r");
        });
        assert_eq!(answer.unwrap_or_else(|e| panic!("{e}")).expose(), "päss \tword".as_bytes());
        assert_eq!(person.seen, "passphrase: \r\n");
    }

    #[test]
    fn what_was_typed_early_is_dropped() {
        let (person, slave) = pair();
        let mut person = person;
        // Typed while the key derivation of an earlier command still ran.
        person.types("early\n");
        person.sees("early");
        person.seen.clear();
        let tty = Tty::new(slave.try_clone().unwrap(), Signals::detached());
        let asking = thread::spawn(move || tty.read_secret("passphrase: "));
        person.sees("passphrase: ");
        person.types("right\n");
        let answer = asking.join().unwrap().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(answer.expose(), b"right");
        person.sees("passphrase: \r\n");
        assert_eq!(person.seen, "passphrase: \r\n");
    }

    #[test]
    fn a_signal_ends_the_question_and_puts_the_terminal_back() {
        for kind in [Kind::Interrupted, Kind::Terminated] {
            let (_, answer) = ask(|person, signals| {
                person.sees("passphrase: ");
                person.types("half");
                signals.raise(kind);
            });
            assert_eq!(answer.err().map(|e| e.kind()), Some(kind));
        }
    }

    #[test]
    fn end_of_input_cancels_even_behind_half_a_line() {
        for keys in ["\x04", "half\x04\x04"] {
            let (_, answer) = ask(|person, _| {
                person.sees("passphrase: ");
                person.types(keys);
            });
            assert!(matches!(answer, Err(PromptError::EndOfInput)));
        }
    }

    #[test]
    fn a_line_that_the_kernel_may_have_cut_is_refused() {
        for (len, fits) in [(MAX_LINE, true), (MAX_LINE + 1, false)] {
            let (_, answer) = ask(|person, _| {
                person.sees("passphrase: ");
                // In pieces: the queue of a pseudo-terminal is shorter than a line.
                for piece in "x".repeat(len).as_bytes().chunks(512) {
                    person.types(std::str::from_utf8(piece).unwrap());
                    thread::sleep(Duration::from_millis(5));
                }
                person.types("\n");
            });
            assert_eq!(answer.is_ok(), fits, "{len}");
        }
    }

    #[test]
    fn what_is_shown_once_is_wiped_from_the_screen() {
        let (mut person, slave) = pair();
        let tty = Tty::new(slave.try_clone().unwrap(), Signals::detached());
        let showing = thread::spawn(move || tty.show_once("the new passphrase", b"one two three"));
        person.sees("not shown again. ");
        assert!(person.seen.contains("one two three"));
        person.types("\n");
        showing.join().unwrap().unwrap();
        person.sees("\x1b[2J\x1b[H\x1b[?1049l");
        drop(slave);
    }
}
