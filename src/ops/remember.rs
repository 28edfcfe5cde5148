//! Change what this host remembers of a store; the store itself stays as it is.

use super::audit::Event;
use super::contents::Contents;
use super::transaction::{Rekey, Transaction};
use super::{Desk, Notice, OpError, StateHome, StoreFile};
use crate::clock::Timestamp;
use crate::crypto::random;
use crate::crypto::sign::PublicKey;
use crate::store::keyslot::Credentials;

/// Fails where nothing can be remembered, or where a rollback would be accepted in words only.
fn may_remember(desk: &Desk<'_>) -> Result<(), OpError> {
    if desk.settings.accept_rollback.is_some() {
        return Err(OpError::NothingToAccept);
    }
    match &desk.state {
        StateHome::Unavailable(why) => Err(OpError::NoState(why.clone())),
        StateHome::Directory(_) | StateHome::Disabled => Ok(()),
    }
}

/// A signing key that this host now trusts.
pub struct Pinned {
    /// The key.
    pub key: PublicKey,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Opens the store, and remembers its signing key with its generation.
pub fn pin(desk: &Desk<'_>, file: StoreFile, credentials: &Credentials) -> Result<Pinned, OpError> {
    may_remember(desk)?;
    // Opening for change remembers what is news; nothing else is done.
    let event = Event::new("store.pin", None);
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Caller, event)?;
    tx.around(|_| Ok(()))?;
    let opening = tx.abandon();
    let Contents::Native(store) = &opening.contents else { return Err(OpError::NoSecret) };
    Ok(Pinned { key: store.header().store_key, notices: opening.notices })
}

/// A time that was taken as the truth.
pub struct AcceptedClock {
    /// The latest time that this host had seen.
    pub seen: Timestamp,
    /// The time now.
    pub now: Timestamp,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Takes the current time as the truth.
pub fn accept_clock(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    reason: &str,
) -> Result<AcceptedClock, OpError> {
    may_remember(desk)?;
    let mut event = Event::new("state.accept-clock", None);
    event.reason = Some(reason.to_owned());
    let mut tx = Transaction::begin(desk, file, credentials, Rekey::Caller, event)?;
    let now = desk.clock.now();
    let Some(mut state) = tx.remembered().cloned() else {
        return Ok(AcceptedClock { seen: now, now, notices: tx.abandon().notices });
    };
    let seen = state.max_seen_time;
    state.max_seen_time = now;
    if !desk.settings.dry_run {
        tx.around(|tx| {
            let token = random::bytes(desk.random.borrow_mut().as_mut())?;
            let path = &tx.site().path;
            Ok(desk.state.prepare(&state, path, token, desk.trust.caller)?.commit()?)
        })?;
    }
    Ok(AcceptedClock { seen, now, notices: tx.abandon().notices })
}
