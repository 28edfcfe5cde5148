//! The gate that every new passphrase passes, once, at the moment it is chosen.

use std::path::Path;

use super::{Desk, Notice, OpError};
use crate::network::NetworkMode;
use crate::network::policy::{PassphraseDemands, Verdict};
use crate::passphrase::Passphrase;
use crate::passphrase::strength::{self, Assessment, Context, Judgement};
use crate::secret::SecretBytes;

/// A passphrase that may be used.
pub struct Passed {
    /// Whether it meets the whole policy of the network: the claim that goes into the inventory.
    pub strong: bool,
    /// What the operator should know about it.
    pub notices: Vec<Notice>,
}

/// Measures `text` against the policy of `network`, and no configuration: what is claimed of it means the same everywhere. The
/// file's own name is worth nothing in it.
pub fn measure(
    desk: &Desk<'_>,
    network: NetworkMode,
    file: &Path,
    text: &SecretBytes,
) -> Judgement {
    let demands = PassphraseDemands::default();
    let gate = Gate { demands, ..Gate::of(desk, network, file) };
    gate.weigh(|words| strength::assess(text, words))
}

/// Lets a new passphrase pass, or says what is wrong with it.
pub fn admit(
    desk: &Desk<'_>,
    network: NetworkMode,
    file: &Path,
    passphrase: &Passphrase,
) -> Result<Passed, OpError> {
    Gate::of(desk, network, file).admit(passphrase)
}

/// The gate with all that it goes by, for another thread: an estimate of strength takes as long as a cheap derivation.
pub struct Gate {
    network: NetworkMode,
    demands: PassphraseDemands,
    words: Context,
}

impl Gate {
    /// The gate of `network`, with what the configuration demands beyond it; the name of `file` is worth nothing in it.
    pub fn of(desk: &Desk<'_>, network: NetworkMode, file: &Path) -> Self {
        let words = (desk.words)().with(network.name()).with_path(file);
        Self { network, demands: desk.settings.passphrase, words }
    }

    /// Measures a passphrase as it was typed and in its normal form, and goes by the worse: one character may stand for eighteen, and
    /// whoever guesses types the one.
    pub fn judge(&self, passphrase: &Passphrase) -> Result<Judgement, OpError> {
        let (normal, typed) = (passphrase.normalised()?, passphrase.as_typed());
        Ok(self.weigh(|words| {
            let found = strength::assess(&normal, words);
            if normal.expose() == typed.expose() {
                return found;
            }
            found.or_worse(strength::assess(typed, words))
        }))
    }

    fn weigh(&self, assess: impl FnOnce(&[String]) -> Assessment) -> Judgement {
        let policy = self.network.policy().passphrase;
        // An estimate takes longer than a derivation at devnet's costs.
        if policy.minds_nothing() && self.demands.is_nothing() {
            return Judgement::default();
        }
        strength::judge(&assess(self.words.words()), &policy, self.demands)
    }

    /// Lets a new passphrase pass, or says what is wrong with it.
    pub fn admit(&self, passphrase: &Passphrase) -> Result<Passed, OpError> {
        let judgement = self.judge(passphrase)?;
        if judgement.is_refused() {
            let demanded = !self.demands.is_nothing();
            return Err(OpError::WeakPassphrase { network: self.network, demanded, judgement });
        }
        let notices = judgement
            .findings
            .iter()
            .filter(|finding| finding.verdict == Verdict::Warn)
            .map(|finding| Notice::Note(finding.message.clone()))
            .collect();
        Ok(Passed { strong: judgement.meets_policy(), notices })
    }
}

/// Refuses an Igra passphrase that the service, which trims what it reads, would not find again.
pub fn admit_for_igra(passphrase: &Passphrase) -> Result<(), OpError> {
    let text = passphrase.expose_str();
    if text.trim() == text { Ok(()) } else { Err(OpError::BlankEnds) }
}
