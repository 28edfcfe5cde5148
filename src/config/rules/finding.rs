//! A rule that is not met, and where.

use std::ops::Range;
use std::path::Path;

use super::table::{Id, Severity};
use crate::config::tree::{Node, Origin};
use crate::network::NetworkMode;
use crate::text::quote_path;

/// Where a finding stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nowhere in particular.
    #[default]
    None,
    /// In the configuration: what is underlined.
    Config(usize, usize),
    /// In a line of another text file, from 1.
    Line(String, usize),
    /// A file or directory.
    Path(String),
    /// A variable of the environment.
    Variable(String),
}

/// `fix` with `text` in the place of a word that stands for it, so that it can be pasted into a shell.
pub fn fill(fix: &str, word: &str, text: &str) -> String {
    if !fix.contains(word) {
        return fix.to_owned();
    }
    let one = |part: &str| match part.strip_prefix(word) {
        Some(rest) if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') => {
            format!("{text}{rest}")
        }
        _ => part.to_owned(),
    };
    fix.split(' ').map(one).collect::<Vec<_>>().join(" ")
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Id,
    /// How bad it is here.
    pub severity: Severity,
    /// What was found. Holds no value of a secret.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What mends it.
    pub fix: String,
    /// What the verdict rests on, where that is not plain.
    pub basis: String,
    /// What the service itself will do about it.
    pub service: Option<Forecast>,
    /// Waived until this day, for this reason.
    pub waived: Option<(String, String)>,
}

/// What the service will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forecast {
    /// It prints a warning and starts.
    Warns,
    /// It prints an error and starts all the same.
    Complains,
    /// It does not start.
    Refuses,
}

impl Forecast {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warns => "will warn",
            Self::Complains => "will print an error and start",
            Self::Refuses => "will refuse",
        }
    }
}

impl Finding {
    /// A finding of `rule` without a place, as bad as it can be; [`Findings::add`] grades it.
    pub fn new(rule: Id, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            message: message.into(),
            place: Place::None,
            fix: rule.rule().fix.to_owned(),
            basis: String::new(),
            service: None,
            waived: None,
        }
    }

    /// At a value of the configuration, or at the variable that lies over it.
    #[must_use]
    pub fn at(self, node: &Node) -> Self {
        match &node.origin {
            Origin::File(_, span) => self.span(span),
            Origin::Variable(name) => self.place(Place::Variable(name.clone())),
        }
    }

    /// At a value, if it is there.
    #[must_use]
    pub fn at_maybe(self, node: Option<&Node>) -> Self {
        match node {
            Some(node) => self.at(node),
            None => self,
        }
    }

    /// At a span of the configuration.
    #[must_use]
    pub fn span(self, span: &Range<usize>) -> Self {
        self.place(Place::Config(span.start, span.end))
    }

    /// At a place.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// At a file or directory.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        self.place(Place::Path(path.into()))
    }

    /// With this remedy instead of the rule's.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// With the path that it is about in the place of the words `FILE` and `DIRECTORY` of its rule's remedy.
    #[must_use]
    pub fn about(mut self, path: &Path) -> Self {
        let word = if self.fix.contains("DIRECTORY") { "DIRECTORY" } else { "FILE" };
        self.fix = fill(&self.fix, word, &quote_path(path));
        self
    }

    /// Resting on this.
    #[must_use]
    pub fn basis(mut self, basis: impl Into<String>) -> Self {
        self.basis = basis.into();
        self
    }

    /// The service refuses to start for it on mainnet, and warns elsewhere.
    #[must_use]
    pub fn forecast(mut self, network: NetworkMode) -> Self {
        self.service = Some(match network {
            NetworkMode::Mainnet => Forecast::Refuses,
            NetworkMode::Testnet | NetworkMode::Devnet => Forecast::Warns,
        });
        self
    }

    /// No worse than this.
    #[must_use]
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }
}

/// Findings on one network.
#[derive(Debug)]
pub struct Findings {
    /// The network.
    pub network: NetworkMode,
    /// What was found so far.
    pub all: Vec<Finding>,
}

impl Findings {
    /// None yet.
    pub const fn new(network: NetworkMode) -> Self {
        Self { network, all: Vec::new() }
    }

    /// Adds a finding with the severity that its rule has here, unless the finding itself is milder. One that does not matter
    /// here is kept all the same: the configuration may raise it.
    pub fn add(&mut self, mut finding: Finding) {
        finding.severity = finding.severity.min(finding.rule.rule().level(self.network));
        self.all.push(finding);
    }

    /// Adds a finding that has a severity of its own, whatever the network.
    pub fn force(&mut self, mut finding: Finding, severity: Severity) {
        finding.severity = severity;
        self.all.push(finding);
    }

    /// True when a rule was found broken.
    pub fn has(&self, rule: Id) -> bool {
        self.all.iter().any(|finding| finding.rule == rule && finding.severity != Severity::Off)
    }
}
