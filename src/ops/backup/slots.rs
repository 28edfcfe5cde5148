//! The keyslots of a new archive: passphrases that are good enough and not the store's, and what is derived from them.

use crate::crypto::kdf::KdfParams;
use crate::isec;
use crate::network::policy::Verdict;
use crate::ops::locate::Sealed;
use crate::ops::{Desk, Notice, OpError, StoreFile, gate};
use crate::parallel;
use crate::store::keyslot::{self, Credentials, SlotSecret};

/// The passphrase of the store must not open the archive: whoever has the one would have the other.
pub(super) fn refuse_shared(
    desk: &Desk<'_>,
    file: &StoreFile,
    slots: &[Credentials],
    store: Option<&Credentials>,
    notices: &mut Vec<Notice>,
) -> Result<(), OpError> {
    let verdict = file.network().policy().shared_archive_passphrase;
    if verdict == Verdict::Allow {
        return Ok(());
    }
    for slot in slots {
        let same = opens(desk, file, store, slot)?;
        match (same, verdict) {
            (true, Verdict::Refuse) => return Err(OpError::SharedPassphrase),
            (true, _) => notices
                .push(Notice::Note("the passphrase of the archive opens the store too".to_owned())),
            (false, _) => {}
        }
    }
    Ok(())
}

/// Whether `slot` opens the store of `file`, which `store` is known to open.
pub(in crate::ops) fn opens(
    desk: &Desk<'_>,
    file: &StoreFile,
    store: Option<&Credentials>,
    slot: &Credentials,
) -> Result<bool, OpError> {
    Ok(match (store, file.sealed()) {
        (Some(store), _) if store.passphrase.same_as(&slot.passphrase) => true,
        (_, Sealed::Native(store)) => {
            // Tried on every slot: which of them the operator uses is not known.
            let at = store.header().slot_context();
            let ceiling = desk.settings.ceiling;
            keyslot::unlock(&store.header().slots, &at, slot, None, ceiling).is_ok()
        }
        (_, Sealed::Igra { header, bytes }) => {
            desk.settings.ceiling.admit([header.kdf])?;
            let key = isec::derive_key(header, &slot.passphrase)?;
            isec::open(bytes, &key).is_ok()
        }
    })
}

/// Derives what the slots open with, and meanwhile judges their passphrases; one that is too weak counts before all else.
pub(super) fn derive(
    desk: &Desk<'_>,
    file: &StoreFile,
    slots: &[Credentials],
    kdf: KdfParams,
    notices: &mut Vec<Notice>,
) -> Result<Vec<SlotSecret>, OpError> {
    let gate = gate::Gate::of(desk, file.network(), &file.site().path);
    let judge = || {
        let passed = slots.iter().map(|slot| gate.admit(&slot.passphrase)).collect();
        // The estimate worked on the passphrase.
        crate::memory::scrub_stack();
        passed
    };
    let derive = || {
        let mut secrets = Vec::new();
        for slot in slots {
            let mut random = desk.random.borrow_mut();
            secrets.push(slot.slot_secret(slot.slot_kind(), kdf, random.as_mut())?);
            desk.check_stop()?;
        }
        Ok(secrets)
    };
    let (secrets, judged) = parallel::both(derive, judge);
    let passed: Result<Vec<_>, OpError> =
        judged.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    notices.extend(passed?.into_iter().flat_map(|passed| passed.notices));
    secrets
}
