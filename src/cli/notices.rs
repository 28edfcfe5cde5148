//! What an operation noticed, in words, on stderr.

use std::path::Path;

use super::context::Context;
use super::report::Failure;
use crate::network::policy::Verdict;
use crate::ops::{Notice, OpError};
use crate::text::quote_path;

impl From<OpError> for Failure {
    fn from(error: OpError) -> Self {
        Self::from_error(error.kind(), &error, error.hints())
    }
}

impl From<crate::backup::ArchiveError> for Failure {
    fn from(error: crate::backup::ArchiveError) -> Self {
        OpError::from(error).into()
    }
}

impl From<crate::fs::FsError> for Failure {
    fn from(error: crate::fs::FsError) -> Self {
        Self::from_error(error.kind(), &error, error.hints())
    }
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        Self::from_error(error.kind(), &error, error.hints())
    }
}

/// Prints what was noticed of the store at `file`: what needs attention as warnings, the rest as notes.
pub fn print(context: &mut Context, file: &Path, notices: &[Notice]) {
    for notice in notices {
        let output = &mut context.output;
        match notice {
            Notice::NoState(why) => output.warn(&format!(
                "no usable state directory ({why}): an older copy of the store would not be noticed"
            )),
            Notice::NotRemembered(why) => output.warn(&format!(
                "this store could not be remembered ({why}): a copy older than it would not be noticed"
            )),
            Notice::ArchiveNotRemembered(why) => output.warn(&format!(
                "this archive could not be remembered ({why}): `status` and `list` will not find it"
            )),
            Notice::StateDamaged => output.warn(
                "what this host remembered of the store cannot be read: whether this is an older copy cannot be told",
            ),
            Notice::Audit(what) => output.warn(&format!("audit: {what}")),
            Notice::FirstSeen => output.note("this host sees the store for the first time"),
            Notice::KdfUpgraded { slot, change } => {
                output.note(&format!("keyslot {slot} was raised to the network's floor: {change}"));
            }
            Notice::ChangedByAnotherProgram => {
                output.note("the file was changed by another program since this host last saw it");
            }
            Notice::WeakPassphrase(slot) => output.warn(&format!(
                "the passphrase of keyslot {slot} was not shown to be strong when it was chosen; \
                 change it: secrets-admin passphrase change {}",
                quote_path(file)
            )),
            Notice::PaymentSecretMissing(network) => {
                match network.policy().missing_payment_secret {
                    Verdict::Refuse => output.warn(&format!(
                        "payment_secret is not set: this store is not ready for {network}"
                    )),
                    Verdict::Warn => output.warn("payment_secret is not set"),
                    Verdict::Allow => {}
                }
            }
            Notice::WeakSecret { name, why } => {
                output.warn(&format!("the value of {name} is weak: {why}"));
            }
            Notice::RollbackAccepted { found, seen } => output.warn(&format!(
                "generation {found} was taken as the truth although {seen} was seen on this host"
            )),
            Notice::SlotsDropped(slots) => {
                output.warn(&format!("no longer opens the store: {}", slots.join(", ")));
            }
            Notice::OldPassphraseStillReads => output.warn(&format!(
                "other keyslots kept the data key: whoever has the old passphrase and an old copy \
                 of the file can still read new values; to end that: secrets-admin data-key rotate {}",
                quote_path(file)
            )),
            Notice::Note(text) => output.note(text),
        }
    }
}
