//! The gate that every new passphrase passes, once, at the moment it is chosen.

use std::path::Path;

use super::{Desk, Notice, OpError};
use crate::network::NetworkMode;
use crate::network::policy::Verdict;
use crate::passphrase::Passphrase;
use crate::passphrase::strength::{self, Judgement};
use crate::secret::SecretBytes;

/// A passphrase that may be used.
pub struct Passed {
    /// Whether it meets the whole policy of the network: the claim that goes into the inventory.
    pub strong: bool,
    /// What the operator should know about it.
    pub notices: Vec<Notice>,
}

/// Measures `text` against the policy of `network`. The file's own name is worth nothing in it.
pub fn measure(
    desk: &Desk<'_>,
    network: NetworkMode,
    file: &Path,
    text: &SecretBytes,
) -> Judgement {
    let words = desk.words.clone().with(network.name()).with_path(file);
    strength::judge(&strength::assess(text, words.words()), &network.policy().passphrase)
}

/// Lets a new passphrase pass, or says what is wrong with it.
pub fn admit(
    desk: &Desk<'_>,
    network: NetworkMode,
    file: &Path,
    passphrase: &Passphrase,
) -> Result<Passed, OpError> {
    let judgement = measure(desk, network, file, &passphrase.normalised()?);
    if judgement.is_refused() {
        return Err(OpError::WeakPassphrase { network, judgement });
    }
    let notices = judgement
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Warn)
        .map(|finding| Notice::Note(finding.message.clone()))
        .collect();
    Ok(Passed { strong: judgement.meets_policy(), notices })
}

/// Refuses an Igra passphrase that the service, which trims what it reads, would not find again.
pub fn admit_for_igra(passphrase: &Passphrase) -> Result<(), OpError> {
    let text = passphrase.expose_str();
    if text.trim() == text { Ok(()) } else { Err(OpError::BlankEnds) }
}
