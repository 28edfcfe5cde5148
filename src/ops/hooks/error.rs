//! Why a rotation does not begin because of its hooks.

use std::path::{Path, PathBuf};

use super::{Outcome, Ran};
use crate::fs::FsError;
use crate::kind::Kind;
use crate::text::quote_path;

/// A hook cannot be used, or a pre-hook did not agree. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The program is not there.
    #[error("a hook of [rotation] cannot be run: {0}")]
    Missing(FsError),
    /// Others could replace the program.
    #[error("others could replace the hook {}: {} is not root's or the store owner's alone", .program.display(), .step.display())]
    Untrusted {
        /// The program.
        program: PathBuf,
        /// The file or directory that others can change.
        step: PathBuf,
    },
    /// A pre-hook refused, or could not be asked.
    #[error("{}, so nothing was rotated", .0)]
    Vetoed(Ran),
}

impl HookError {
    /// The kind of outcome.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Untrusted { .. } => Kind::Policy,
            Self::Vetoed(Ran { outcome: Outcome::Stopped(kind), .. }) => *kind,
            Self::Vetoed(Ran { outcome: Outcome::Failed(_), .. }) => Kind::Findings,
            Self::Missing(_) | Self::Vetoed(_) => Kind::Unavailable,
        }
    }

    /// What to run next.
    pub fn hints(&self) -> Vec<String> {
        match self {
            // Not a change of the step itself, which may be a directory such as /tmp.
            Self::Untrusted { program, .. } => vec![format!(
                "install -D -o root -g root -m 0755 {} /usr/local/libexec/{}",
                quote_path(program),
                quote_path(Path::new(program.file_name().unwrap_or_default())),
            )],
            Self::Vetoed(ran) => {
                ran.output.lines().last().map(|line| said(ran, line)).into_iter().collect()
            }
            Self::Missing(_) => Vec::new(),
        }
    }
}

/// The last line of a hook, which is where most programs say why they failed.
fn said(ran: &Ran, line: &str) -> String {
    const SHOWN: usize = 200;
    let short: String = line.chars().take(SHOWN).collect();
    format!("{} said: {short}", ran.program)
}
