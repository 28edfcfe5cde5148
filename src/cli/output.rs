//! Everything the tools print: the answer on stdout, all else on stderr under the tool's name.
//!
//! In JSON mode each line on stderr is an object too (`error`, `warning` or `note`), so a script never meets prose. The
//! streams are written without a buffer: a buffer would keep a copy of a printed secret until the process is gone.
//!
//! A write to stdout that fails is a failure of the command. A write to stderr that fails is not: there is nobody left to
//! tell, and the exit code still says how it went.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use rustix::termios::isatty;
use serde_json::{Value, json};

use super::answer::{Answer, Body, SCHEMA_VERSION};
use super::escape::{escape, escape_lines, json_line};
use super::report::Failure;
use crate::environment::Environment;
use crate::kind::Kind;

/// How answers, warnings and errors are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For scripts.
    Json,
}

/// The two output streams and how to write to them.
pub struct Output {
    tool: String,
    stdout: Stream,
    stderr: Stream,
    format: Format,
    quiet: bool,
    /// What the environment says about colour.
    may_colour: bool,
}

struct Stream {
    to: Box<dyn Write>,
    is_terminal: bool,
}

impl Output {
    /// The streams of this process. Colour needs a terminal, and that neither `NO_COLOR` nor `TERM=dumb` is set.
    pub fn system(tool: &str, environment: &Environment) -> Self {
        let no_color = environment.no_color();
        let dumb = environment.is_dumb_terminal();
        let stderr = Stream { to: Box::new(Fd::Stderr), is_terminal: isatty(Fd::Stderr.fd()) };
        Self {
            tool: tool.to_owned(),
            may_colour: !no_color && !dumb,
            stdout: Stream { to: Box::new(Fd::Stdout), is_terminal: isatty(Fd::Stdout.fd()) },
            stderr,
            format: Format::Text,
            quiet: false,
        }
    }

    /// Streams that are no terminal and can be read back.
    pub fn captured(tool: &str) -> (Self, Captured) {
        let captured = Captured::default();
        let stream = |to: &Rc<RefCell<Vec<u8>>>| Stream {
            to: Box::new(Shared(Rc::clone(to))),
            is_terminal: false,
        };
        let output = Self {
            tool: tool.to_owned(),
            stdout: stream(&captured.stdout),
            stderr: stream(&captured.stderr),
            format: Format::Text,
            quiet: false,
            may_colour: false,
        };
        (output, captured)
    }

    fn colours_stderr(&self) -> bool {
        self.stderr.is_terminal && self.may_colour
    }

    /// Replaces stdout, for programs that embed the command line and for tests of streams that fail.
    #[must_use]
    pub fn with_stdout(mut self, to: Box<dyn Write>, is_terminal: bool) -> Self {
        self.stdout = Stream { to, is_terminal };
        self
    }

    /// Sets the form of what is printed from here on. `quiet` drops notes and progress; warnings and errors stay.
    pub fn configure(&mut self, format: Format, quiet: bool) {
        self.format = format;
        self.quiet = quiet;
    }

    /// The tool's name.
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// Text or JSON.
    pub fn format(&self) -> Format {
        self.format
    }

    /// True when the answer would appear on a screen.
    pub fn stdout_is_terminal(&self) -> bool {
        self.stdout.is_terminal
    }

    /// True when help may be coloured.
    pub fn stdout_takes_colour(&self) -> bool {
        self.stdout.is_terminal && self.may_colour
    }

    /// True when a progress display is wanted and can be seen.
    pub fn shows_progress(&self) -> bool {
        self.stderr.is_terminal && !self.quiet && self.format == Format::Text
    }

    /// Something the operator should know and act on.
    pub fn warn(&mut self, message: &str) {
        self.remark("warning", "33", message);
    }

    /// Something the operator may like to know; dropped by `--quiet`.
    pub fn note(&mut self, message: &str) {
        if !self.quiet {
            self.remark("note", "36", message);
        }
    }

    /// Why the command failed.
    pub fn failure(&mut self, failure: &Failure) {
        let text = match self.format {
            Format::Json => failure.to_json() + "\n",
            // Escaped text holds no line break, so each label is found at the start of its line only.
            Format::Text if self.colours_stderr() => failure
                .to_text(&self.tool)
                .replacen(": error:", ": \x1b[1;31merror:\x1b[0m", 1)
                .replace(
                    &format!("\n{}: hint:", self.tool),
                    &format!("\n{}: \x1b[36mhint:\x1b[0m", self.tool),
                ),
            Format::Text => failure.to_text(&self.tool),
        };
        let _ = self.stderr.to.write_all(text.as_bytes());
    }

    fn remark(&mut self, label: &str, colour: &str, message: &str) {
        let text = match self.format {
            Format::Json => json_line(&json!({ label: { "message": message } })),
            Format::Text if self.colours_stderr() => {
                format!("{}: \x1b[{colour}m{label}:\x1b[0m {}", self.tool, escape(message))
            }
            Format::Text => format!("{}: {label}: {}", self.tool, escape(message)),
        };
        let _ = self.stderr.to.write_all((text + "\n").as_bytes());
    }

    /// Prints the answer and flushes it.
    pub fn answer(&mut self, answer: &Answer) -> Result<(), Failure> {
        match (self.format, &answer.body) {
            (_, Body::Printed) => Ok(()),
            (Format::Json, _) => {
                let mut value = answer.json.clone();
                if let Value::Object(fields) = &mut value {
                    fields.insert("schema_version".to_owned(), SCHEMA_VERSION.into());
                }
                self.print((json_line(&value) + "\n").as_bytes())
            }
            (Format::Text, Body::Text(text)) => self.print(escape_lines(text).as_bytes()),
            (Format::Text, Body::Raw(bytes)) if self.stdout.is_terminal => {
                let text = String::from_utf8_lossy(bytes.expose());
                let mut shown = escape_lines(&text).into_owned();
                if !shown.ends_with('\n') {
                    shown.push('\n');
                }
                self.print(shown.as_bytes())
            }
            (Format::Text, Body::Raw(bytes)) => self.print(bytes.expose()),
        }
    }

    /// Prints text of our own, such as help, as it is.
    pub fn print(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let to = &mut self.stdout.to;
        to.write_all(bytes)
            .and_then(|()| to.flush())
            .map_err(|cause| Failure::io("cannot write the answer to standard output", cause))
    }
}

/// An unbuffered standard stream.
enum Fd {
    Stdout,
    Stderr,
}

impl Fd {
    fn fd(&self) -> rustix::fd::BorrowedFd<'static> {
        match self {
            Self::Stdout => rustix::stdio::stdout(),
            Self::Stderr => rustix::stdio::stderr(),
        }
    }
}

impl Write for Fd {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(self.fd(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What [`Output::captured`] has written so far.
#[derive(Clone, Default)]
pub struct Captured {
    stdout: Rc<RefCell<Vec<u8>>>,
    stderr: Rc<RefCell<Vec<u8>>>,
}

impl Captured {
    /// The bytes on stdout.
    pub fn stdout(&self) -> Vec<u8> {
        self.stdout.borrow().clone()
    }

    /// The text on stderr.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.borrow()).into_owned()
    }
}

struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The exit code of a command that got as far as an answer or a failure.
pub(super) fn finish(output: &mut Output, outcome: Result<Answer, Failure>) -> Kind {
    let failure = match outcome {
        Ok(answer) => match output.answer(&answer) {
            Ok(()) => return answer.kind(),
            // Nobody is to think that it must be done again.
            Err(failure) => failure.adding("; if the command changes anything, that IS done"),
        },
        Err(failure) => failure,
    };
    output.failure(&failure);
    failure.kind()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretBytes;

    /// A reader that has gone away.
    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_answer_goes_to_stdout_and_remarks_go_to_stderr() {
        let (mut output, seen) = Output::captured("t");
        output.warn("careful \x1b[0m");
        output.note("by the way");
        output.answer(&Answer::new("one\ntwo\x07\n", json!({}))).unwrap();
        assert_eq!(seen.stdout(), b"one\ntwo\\u{7}\n");
        assert_eq!(seen.stderr(), "t: warning: careful \\u{1b}[0m\nt: note: by the way\n");
    }

    #[test]
    fn quiet_drops_notes_and_keeps_warnings_and_errors() {
        let (mut output, seen) = Output::captured("t");
        output.configure(Format::Text, true);
        output.note("by the way");
        output.warn("careful");
        output.failure(&Failure::usage("no").hint("yes"));
        assert_eq!(seen.stderr(), "t: warning: careful\nt: error: no\nt: hint: yes\n");
    }

    #[test]
    fn colour_marks_the_labels_and_nothing_else() {
        let (mut output, seen) = Output::captured("t");
        output.may_colour = true;
        output.stderr.is_terminal = true;
        output.failure(&Failure::usage("no").hint("yes"));
        assert_eq!(seen.stderr(), "t: \x1b[1;31merror:\x1b[0m no\nt: \x1b[36mhint:\x1b[0m yes\n");
    }

    #[test]
    fn json_has_one_object_on_stdout_and_one_for_each_line_of_stderr() {
        let (mut output, seen) = Output::captured("t");
        output.configure(Format::Json, false);
        output.warn("careful");
        output.answer(&Answer::new("text", json!({"n": 1}))).unwrap();
        let value: Value = serde_json::from_slice(&seen.stdout()).unwrap();
        assert_eq!(value, json!({"schema_version": 1, "n": 1}));
        let warning: Value = serde_json::from_str(&seen.stderr()).unwrap();
        assert_eq!(warning, json!({"warning": {"message": "careful"}}));
    }

    #[test]
    fn a_raw_value_is_exact_in_a_pipe_and_harmless_on_a_terminal() {
        let raw = || Answer::raw(SecretBytes::copy_from(b"a\x1b\xff\0"), json!({}));
        let (mut output, seen) = Output::captured("t");
        output.answer(&raw()).unwrap();
        assert_eq!(seen.stdout(), b"a\x1b\xff\0");
        let (mut output, seen) = Output::captured("t");
        output.stdout.is_terminal = true;
        output.answer(&raw()).unwrap();
        assert_eq!(String::from_utf8(seen.stdout()).unwrap(), "a\\u{1b}\u{fffd}\\u{0}\n");
    }

    #[test]
    fn an_answer_that_cannot_be_written_is_an_io_failure() {
        let (output, seen) = Output::captured("t");
        let mut output = output.with_stdout(Box::new(Broken), false);
        let kind = finish(&mut output, Ok(Answer::new("answer\n", json!({}))));
        assert_eq!(kind, Kind::Io);
        assert_eq!(
            seen.stderr(),
            "t: error: cannot write the answer to standard output: broken pipe; if the command changes anything, that IS done\n"
        );
    }
}
