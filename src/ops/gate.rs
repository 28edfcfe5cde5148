//! The gate that every new passphrase passes, once, at the moment it is chosen.

use std::path::Path;

use super::{Desk, Notice, OpError};
use crate::network::NetworkMode;
use crate::network::policy::{PassphrasePolicy, Verdict};
use crate::passphrase::Passphrase;
use crate::passphrase::strength::{self, Context, Judgement};
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
    let policy = network.policy().passphrase;
    Gate { policy, ..Gate::of(desk, network, file) }.judge(text)
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
    policy: PassphrasePolicy,
    words: Context,
}

impl Gate {
    /// The gate of `network`, with what the configuration demands beyond it; the name of `file` is worth nothing in it.
    pub fn of(desk: &Desk<'_>, network: NetworkMode, file: &Path) -> Self {
        let policy = network.policy().passphrase.raised(desk.settings.passphrase);
        Self { network, policy, words: (desk.words)().with(network.name()).with_path(file) }
    }

    fn judge(&self, text: &SecretBytes) -> Judgement {
        // An estimate takes longer than a derivation at devnet's costs.
        if self.policy.minds_nothing() {
            return Judgement::default();
        }
        strength::judge(&strength::assess(text, self.words.words()), &self.policy)
    }

    /// Lets a new passphrase pass, or says what is wrong with it.
    pub fn admit(&self, passphrase: &Passphrase) -> Result<Passed, OpError> {
        let judgement = self.judge(&passphrase.normalised()?);
        if judgement.is_refused() {
            return Err(OpError::WeakPassphrase { network: self.network, judgement });
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
