//! A terminal that answers from a list, for tests of this crate and of programs that embed the command line.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::{PromptError, Terminal};
use crate::kind::Kind;
use crate::secret::SecretBytes;

/// What the person does at the next question.
#[derive(Clone, Copy, Debug)]
pub enum Reply {
    /// Types a line and Enter.
    Line(&'static str),
    /// Types again what was last shown by `show_once`.
    Shown,
    /// Presses Ctrl-C.
    Interrupt,
    /// Presses Ctrl-D.
    EndOfInput,
}

/// Answers questions in order; a question too many is cancelled.
pub struct ScriptedTerminal {
    available: bool,
    replies: VecDeque<Reply>,
    shown: String,
    questions: Rc<RefCell<Vec<String>>>,
}

impl ScriptedTerminal {
    /// A person who gives these replies.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            available: true,
            replies: replies.into_iter().collect(),
            shown: String::new(),
            questions: Rc::default(),
        }
    }

    /// A person who types these lines.
    pub fn typing(lines: impl IntoIterator<Item = &'static str>) -> Self {
        Self::new(lines.into_iter().map(Reply::Line))
    }

    /// No terminal at all, as under cron or systemd.
    pub fn absent() -> Self {
        Self { available: false, ..Self::new([]) }
    }

    /// The questions asked so far, in order. The list stays readable when the terminal has been given away.
    pub fn questions(&self) -> Rc<RefCell<Vec<String>>> {
        Rc::clone(&self.questions)
    }

    fn ask(&mut self, prompt: &str) -> Result<String, PromptError> {
        if !self.available {
            return Err(PromptError::NoTerminal);
        }
        self.questions.borrow_mut().push(prompt.to_owned());
        match self.replies.pop_front() {
            Some(Reply::Line(line)) => Ok(line.to_owned()),
            Some(Reply::Shown) => Ok(self.shown.clone()),
            Some(Reply::Interrupt) => Err(PromptError::Stopped(Kind::Interrupted)),
            Some(Reply::EndOfInput) | None => Err(PromptError::EndOfInput),
        }
    }
}

impl Terminal for ScriptedTerminal {
    fn is_available(&mut self) -> bool {
        self.available
    }

    fn read_secret(&mut self, prompt: &str) -> Result<SecretBytes, PromptError> {
        Ok(SecretBytes::copy_from(self.ask(prompt)?.as_bytes()))
    }

    fn read_line(&mut self, prompt: &str) -> Result<String, PromptError> {
        self.ask(prompt)
    }

    /// Needs no reply: the person reads and presses Enter.
    fn show_once(&mut self, title: &str, secret: &[u8]) -> Result<(), PromptError> {
        if !self.available {
            return Err(PromptError::NoTerminal);
        }
        self.questions.borrow_mut().push(title.to_owned());
        self.shown = String::from_utf8_lossy(secret).into_owned();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_has_to_be_said() {
        for (lines, answer) in [
            (&["y"][..], true),
            (&["YES "], true),
            (&[""], false),
            (&["no"], false),
            (&["what", "yes"], true),
            (&["a", "b", "c"], false),
        ] {
            let mut terminal = ScriptedTerminal::typing(lines.iter().copied());
            assert_eq!(terminal.confirm("remove it?").unwrap(), answer, "{lines:?}");
        }
    }

    #[test]
    fn a_cancelled_question_is_never_a_yes() {
        let mut terminal = ScriptedTerminal::new([Reply::Interrupt, Reply::EndOfInput]);
        assert_eq!(terminal.confirm("?").unwrap_err().kind(), Kind::Interrupted);
        assert_eq!(terminal.type_phrase("?", "").unwrap_err().kind(), Kind::InputNeeded);
        assert_eq!(ScriptedTerminal::absent().confirm("?").unwrap_err().kind(), Kind::InputNeeded);
    }

    #[test]
    fn a_phrase_has_to_be_typed_as_it_stands() {
        let mut terminal = ScriptedTerminal::typing(["delete", "Delete"]);
        assert!(terminal.type_phrase("type delete", "delete").unwrap());
        assert!(!terminal.type_phrase("type delete", "delete").unwrap());
    }
}
