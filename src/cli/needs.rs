//! What a command has to be told, gathered before the first question.
//!
//! Under cron or systemd nobody answers. A command that found that out one question at a time would have to be fixed and
//! started again for each; so it states all its needs at once, and without a terminal exit 19 lists every one that has no
//! source, with the flag that gives it.

use super::args::Globals;
use super::context::Context;
use super::report::Failure;
use super::source::Source;
use super::source::reader::Purpose;

/// Everything that a command is going to ask for.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Needs(Vec<Need>);

#[derive(Clone, Debug)]
struct Need {
    label: String,
    flag: &'static str,
    source: Option<Source>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Passphrase { credential: bool },
    Value,
    Confirmation,
}

impl Needs {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A passphrase, and the source that was named for it.
    pub fn passphrase(self, purpose: Purpose, source: Option<&Source>) -> Self {
        let kind = Kind::Passphrase { credential: purpose.credential };
        self.with(purpose.label, purpose.flag, source, kind)
    }

    /// A secret value. Without a source it comes from a pipe on standard input, if there is one.
    pub fn value(self, label: &str, flag: &'static str, source: Option<&Source>) -> Self {
        self.with(label, flag, source, Kind::Value)
    }

    /// A yes, which `--yes` gives beforehand.
    pub fn confirmation(self) -> Self {
        self.with("confirmation", "--yes", None, Kind::Confirmation)
    }

    /// A yes, unless it was given beforehand or nothing is going to be changed.
    pub fn confirmation_of_change(self, globals: &Globals) -> Self {
        if globals.yes || globals.dry_run { self } else { self.confirmation() }
    }

    /// These needs and then `more`.
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    fn with(
        mut self,
        label: &str,
        flag: &'static str,
        source: Option<&Source>,
        kind: Kind,
    ) -> Self {
        self.0.push(Need { label: label.to_owned(), flag, source: source.cloned(), kind });
        self
    }

    /// Fails when two needs read the same descriptor (exit 2), or when a need has no source and nobody can be asked (19).
    pub fn check(&self, context: &mut Context) -> Result<(), Failure> {
        self.refuse_shared_descriptors()?;
        if context.can_ask() {
            return Ok(());
        }
        let missing: Vec<&Need> =
            self.0.iter().filter(|need| need.is_open(self, context)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let labels: Vec<&str> = missing.iter().map(|need| need.label.as_str()).collect();
        let why = if context.globals.non_interactive {
            "--non-interactive was given"
        } else {
            "there is no terminal"
        };
        let message = format!("{why}, and nothing else gives: {}", labels.join(", "));
        Err(missing.iter().fold(Failure::input_needed(message), |failure, need| {
            failure.hint(need.remedy(context.output.tool()))
        }))
    }

    fn refuse_shared_descriptors(&self) -> Result<(), Failure> {
        for (i, need) in self.0.iter().enumerate() {
            let Some(descriptor) = need.source.as_ref().and_then(Source::descriptor) else {
                continue;
            };
            let earlier = self.0[..i].iter().find(|other| {
                other.source.as_ref().and_then(Source::descriptor) == Some(descriptor)
            });
            if let Some(earlier) = earlier {
                let place = match descriptor {
                    0 => "standard input".to_owned(),
                    n => format!("descriptor {n}"),
                };
                return Err(Failure::usage(format!(
                    "the {} and the {} cannot both come from {place}",
                    earlier.label, need.label
                ))
                .hint(format!("give one of them another source: {} file:PATH", need.flag)));
            }
        }
        Ok(())
    }

    fn uses_stdin(&self) -> bool {
        self.0.iter().any(|need| need.source.as_ref().and_then(Source::descriptor) == Some(0))
    }
}

impl Need {
    /// True when only a person could meet the need.
    fn is_open(&self, all: &Needs, context: &Context) -> bool {
        match (&self.source, self.kind) {
            (Some(source), _) => *source == Source::Prompt,
            (None, Kind::Passphrase { credential }) => {
                !(credential && context.default_credential().is_some())
            }
            (None, Kind::Value) => all.uses_stdin() || !context.stdin_is_free(),
            (None, Kind::Confirmation) => !context.globals.yes,
        }
    }

    fn remedy(&self, tool: &str) -> String {
        let label = &self.label;
        let flag = self.flag;
        match self.kind {
            Kind::Passphrase { credential: true } => {
                format!("{label}: {flag} file:PATH, or the credential {tool}.passphrase")
            }
            Kind::Passphrase { credential: false } => format!("{label}: {flag} file:PATH"),
            Kind::Value => format!("{label}: {flag} file:PATH, or a pipe on standard input"),
            Kind::Confirmation => format!("{label}: {flag}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::scripted::ScriptedTerminal;

    fn all() -> Needs {
        Needs::new()
            .passphrase(Purpose::OPEN, None)
            .passphrase(Purpose::NEW, None)
            .value("value", "--from", Some(&Source::Prompt))
            .confirmation()
    }

    #[test]
    fn everything_that_is_missing_is_listed_at_once() {
        let (mut context, _) = Context::isolated("t", ScriptedTerminal::absent()).unwrap();
        let failure = all().check(&mut context).unwrap_err();
        assert_eq!(failure.kind(), crate::kind::Kind::InputNeeded);
        assert_eq!(
            failure.message(),
            "there is no terminal, and nothing else gives: passphrase, new passphrase, value, confirmation"
        );
        assert_eq!(
            failure.hints(),
            [
                "passphrase: --passphrase-from file:PATH, or the credential t.passphrase",
                "new passphrase: --new-passphrase-from file:PATH",
                "value: --from file:PATH, or a pipe on standard input",
                "confirmation: --yes",
            ]
        );
    }

    #[test]
    fn a_terminal_meets_every_need_unless_it_may_not_be_used() {
        let (mut context, _) = Context::isolated("t", ScriptedTerminal::typing([])).unwrap();
        assert_eq!(all().check(&mut context), Ok(()));
        context.globals.non_interactive = true;
        let failure = all().check(&mut context).unwrap_err();
        assert!(failure.message().starts_with("--non-interactive was given"));
    }

    #[test]
    fn one_descriptor_gives_one_secret() {
        let (mut context, _) = Context::isolated("t", ScriptedTerminal::typing([])).unwrap();
        for source in [Source::Stdin, Source::Fd(7)] {
            let needs = Needs::new().passphrase(Purpose::OPEN, Some(&source)).value(
                "value",
                "--from",
                Some(&source),
            );
            let failure = needs.check(&mut context).unwrap_err();
            assert_eq!(failure.kind(), crate::kind::Kind::Usage);
            assert!(failure.message().contains("cannot both come from"));
        }
    }
}
