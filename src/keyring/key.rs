//! One managed key: its versions, and what may be done to them.
//!
//! Every change is checked as a whole before anything is written, so that a refused one changes nothing.

use super::{KeyError, KeyId, KeyKind, Role, State, limits};
use crate::clock::Timestamp;
use crate::crypto::derive::Label;
use crate::crypto::hash::Algorithm;

/// One version of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub n: u32,
    /// Where in its life it is.
    pub state: State,
    /// When it was made.
    pub created: Timestamp,
    /// When it began to be used.
    pub activated: Option<Timestamp>,
    /// When it stopped being used, or was found compromised.
    pub ended: Option<Timestamp>,
    /// Until when the private half of a version that is no longer used is kept.
    pub keep_until: Option<Timestamp>,
    /// How often it was used.
    pub uses: u64,
    /// The public half; empty for a symmetric key.
    pub public: Vec<u8>,
    /// The private half, sealed; none once it was removed.
    pub sealed: Option<Vec<u8>>,
    /// The link of the continuity proof that leads from the version before to this one.
    pub proof: Option<Vec<u8>>,
}

/// What a new version is made of.
pub struct Fresh {
    /// The public half.
    pub public: Vec<u8>,
    /// The private half, sealed under the key's id and the number that it will have.
    pub sealed: Vec<u8>,
    /// The link that leads to it.
    pub proof: Option<Vec<u8>>,
}

/// What a version becomes when another takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// Its time was over.
    InTurn,
    /// Others may have it.
    Compromised,
}

/// The key that a key was derived from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its id.
    pub parent: KeyId,
    /// Which of its versions.
    pub n: u32,
    /// For what purpose: given once per parent.
    pub label: Label,
    /// With which hash.
    pub algorithm: Algorithm,
}

/// A managed key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What the operator calls it.
    pub id: KeyId,
    /// Its algorithm.
    pub kind: KeyKind,
    /// What it is for.
    pub role: Role,
    /// When it was made.
    pub created: Timestamp,
    /// Its versions, newest first; never empty.
    pub(super) versions: Vec<Version>,
    /// Where it comes from, if it was derived.
    pub origin: Option<Origin>,
    /// When it was given up for good.
    pub retired: Option<Timestamp>,
}

impl Key {
    /// A key with one version, which is active from now on.
    pub fn new(
        id: KeyId,
        kind: KeyKind,
        role: Role,
        fresh: Fresh,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        role.require(kind)?;
        let versions = vec![Version::active(1, fresh, now)];
        Ok(Self { id, kind, role, created: now, versions, origin: None, retired: None })
    }

    /// Its versions, newest first.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Version `n`.
    pub fn version(&self, n: u32) -> Result<&Version, KeyError> {
        self.versions.iter().find(|version| version.n == n).ok_or(KeyError::NoVersion(n))
    }

    /// The active version; none when the key is retired.
    pub fn active(&self) -> Option<&Version> {
        self.versions.iter().find(|version| version.state == State::Active)
    }

    /// The active version of a key that can still be used.
    pub fn require_active(&self) -> Result<&Version, KeyError> {
        self.active().ok_or(KeyError::Retired)
    }

    /// The number that the next version will have.
    pub fn next_number(&self) -> Result<u32, KeyError> {
        if self.versions.len() >= limits::VERSIONS {
            return Err(KeyError::TooMuch("another version of the key (1,024)"));
        }
        self.newest().checked_add(1).ok_or(KeyError::TooMuch("another version of the key"))
    }

    pub(super) fn newest(&self) -> u32 {
        self.versions.first().map_or(0, |version| version.n)
    }

    /// Gives the key a new version, which is active from now on. The one it replaces is kept, sealed, until `keep_until`.
    ///
    /// `now` counts only as far as it lies behind what the key has seen: a clock that was put back moves no deadline forward.
    pub fn rotate(
        &mut self,
        fresh: Fresh,
        replaced: Replaced,
        now: Timestamp,
        keep_until: Timestamp,
    ) -> Result<u32, KeyError> {
        let n = self.next_number()?;
        let now = now.max(self.last_seen());
        let old = self.active_mut().ok_or(KeyError::Retired)?;
        let to = match replaced {
            Replaced::InTurn => State::Deactivated,
            Replaced::Compromised => State::Compromised,
        };
        old.enter(to)?;
        old.ended = Some(now);
        old.keep_until = Some(keep_until.max(now));
        self.versions.insert(0, Version::active(n, fresh, now));
        Ok(n)
    }

    /// Records that others have, or may have, version `n`. The active one needs a successor: see [`rotate`](Self::rotate).
    pub fn mark_compromised(&mut self, n: u32, now: Timestamp) -> Result<(), KeyError> {
        let now = now.max(self.last_seen());
        let version = self.version_mut(n)?;
        match version.state {
            State::Active => return Err(KeyError::NeedsSuccessor(n)),
            State::Destroyed => return version.enter(State::DestroyedCompromised),
            _ => version.enter(State::Compromised)?,
        }
        version.ended = Some(version.ended.unwrap_or(now));
        version.keep_until = Some(version.keep_until.unwrap_or(now));
        Ok(())
    }

    /// Removes the private half of version `n`, which is not in use any more.
    pub fn destroy_version(&mut self, n: u32) -> Result<(), KeyError> {
        let version = self.version_mut(n)?;
        match version.state {
            State::Active => return Err(KeyError::NeedsSuccessor(n)),
            State::Compromised => version.enter(State::DestroyedCompromised)?,
            _ => version.enter(State::Destroyed)?,
        }
        version.forget();
        Ok(())
    }

    /// Removes the private halves whose grace period is over. Answers which.
    pub fn end_grace(&mut self, now: Timestamp) -> Vec<u32> {
        let over: Vec<u32> = self
            .versions
            .iter()
            .filter(|version| version.state == State::Deactivated)
            .filter(|version| version.keep_until.is_none_or(|until| until <= now))
            .map(|version| version.n)
            .collect();
        over.into_iter().filter(|n| self.destroy_version(*n).is_ok()).collect()
    }

    /// Gives the key up for good: no version is active, and no private half is left.
    pub fn retire(&mut self, now: Timestamp) -> Result<(), KeyError> {
        let now = now.max(self.last_seen());
        let active = self.active_mut().ok_or(KeyError::Retired)?;
        active.enter(State::Deactivated)?;
        active.ended = Some(now);
        self.retired = Some(now);
        for n in self.versions.iter().map(|version| version.n).collect::<Vec<_>>() {
            if self.version(n)?.state.has_private_half() {
                self.destroy_version(n)?;
            }
        }
        Ok(())
    }

    /// Counts `n` more uses of the active version. A count never goes back; at its end it stays there.
    pub fn add_uses(&mut self, n: u64) -> Result<u64, KeyError> {
        let active = self.active_mut().ok_or(KeyError::Retired)?;
        active.uses = active.uses.saturating_add(n);
        Ok(active.uses)
    }

    /// The latest time that stands in it.
    pub fn last_seen(&self) -> Timestamp {
        let times = self.versions.iter().flat_map(|v| [Some(v.created), v.activated, v.ended]);
        times.flatten().chain(self.retired).fold(self.created, Timestamp::max)
    }

    fn active_mut(&mut self) -> Option<&mut Version> {
        self.versions.iter_mut().find(|version| version.state == State::Active)
    }

    fn version_mut(&mut self, n: u32) -> Result<&mut Version, KeyError> {
        self.versions.iter_mut().find(|version| version.n == n).ok_or(KeyError::NoVersion(n))
    }
}

impl Version {
    fn active(n: u32, fresh: Fresh, now: Timestamp) -> Self {
        Self {
            n,
            state: State::Active,
            created: now,
            activated: Some(now),
            ended: None,
            keep_until: None,
            uses: 0,
            public: fresh.public,
            sealed: Some(fresh.sealed),
            proof: fresh.proof,
        }
    }

    /// The one place where a state changes.
    fn enter(&mut self, to: State) -> Result<(), KeyError> {
        if !self.state.may_become(to) {
            return Err(KeyError::Transition { from: self.state, to });
        }
        self.state = to;
        Ok(())
    }

    fn forget(&mut self) {
        self.sealed = None;
        self.keep_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(byte: u8) -> Fresh {
        Fresh { public: vec![byte; 32], sealed: vec![byte; limits::SEALED], proof: None }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    fn key() -> Key {
        let id = KeyId::parse("k").unwrap();
        Key::new(id, KeyKind::Ed25519, Role::Signing, fresh(1), at(100)).unwrap()
    }

    fn states(key: &Key) -> Vec<(u32, State)> {
        key.versions().iter().map(|v| (v.n, v.state)).collect()
    }

    #[test]
    fn a_rotation_keeps_the_old_version_until_its_grace_is_over() {
        let mut key = key();
        assert_eq!(key.rotate(fresh(2), Replaced::InTurn, at(200), at(300)), Ok(2));
        assert_eq!(states(&key), [(2, State::Active), (1, State::Deactivated)]);
        assert!(key.end_grace(at(299)).is_empty());
        assert!(key.version(1).unwrap().sealed.is_some());
        assert_eq!(key.end_grace(at(300)), [1]);
        let old = key.version(1).unwrap();
        assert_eq!((old.state, &old.sealed), (State::Destroyed, &None));
        assert_eq!(old.public, [1; 32]);
        assert!(key.end_grace(at(400)).is_empty());
    }

    #[test]
    fn a_compromised_version_is_replaced_in_the_same_step() {
        let mut key = key();
        assert_eq!(key.mark_compromised(1, at(150)), Err(KeyError::NeedsSuccessor(1)));
        assert_eq!(key.destroy_version(1), Err(KeyError::NeedsSuccessor(1)));
        assert_eq!(states(&key), [(1, State::Active)]);
        key.rotate(fresh(2), Replaced::Compromised, at(200), at(200)).unwrap();
        assert_eq!(states(&key), [(2, State::Active), (1, State::Compromised)]);
        // What others have is not forgotten with time alone.
        assert!(key.end_grace(at(1 << 40)).is_empty());
        key.destroy_version(1).unwrap();
        assert_eq!(states(&key), [(2, State::Active), (1, State::DestroyedCompromised)]);
        let back = key.mark_compromised(1, at(300));
        assert!(matches!(back, Err(KeyError::Transition { .. })));
    }

    #[test]
    fn what_was_destroyed_can_still_turn_out_to_be_known_to_others() {
        let mut key = key();
        key.rotate(fresh(2), Replaced::InTurn, at(200), at(200)).unwrap();
        key.end_grace(at(200));
        key.mark_compromised(1, at(300)).unwrap();
        assert_eq!(key.version(1).unwrap().state, State::DestroyedCompromised);
        assert_eq!(key.version(1).unwrap().sealed, None);
    }

    #[test]
    fn a_retired_key_does_nothing_any_more() {
        let mut key = key();
        key.rotate(fresh(2), Replaced::InTurn, at(200), at(900)).unwrap();
        key.retire(at(300)).unwrap();
        assert_eq!(states(&key), [(2, State::Destroyed), (1, State::Destroyed)]);
        assert!(key.versions().iter().all(|v| v.sealed.is_none() && !v.public.is_empty()));
        assert_eq!(key.retire(at(400)), Err(KeyError::Retired));
        assert_eq!(key.add_uses(1), Err(KeyError::Retired));
        assert_eq!(
            key.rotate(fresh(3), Replaced::InTurn, at(500), at(500)),
            Err(KeyError::Retired)
        );
        assert_eq!(key.retired, Some(at(300)));
    }

    #[test]
    fn counts_never_go_back_and_start_anew_with_a_version() {
        let mut key = key();
        assert_eq!(key.add_uses(5), Ok(5));
        assert_eq!(key.add_uses(u64::MAX), Ok(u64::MAX));
        assert_eq!(key.add_uses(1), Ok(u64::MAX));
        key.rotate(fresh(2), Replaced::InTurn, at(200), at(300)).unwrap();
        assert_eq!(key.active().unwrap().uses, 0);
        assert_eq!(key.version(1).unwrap().uses, u64::MAX);
    }

    #[test]
    fn a_clock_that_was_put_back_moves_no_time_back() {
        let mut key = key();
        key.rotate(fresh(2), Replaced::InTurn, at(50), at(60)).unwrap();
        let old = key.version(1).unwrap();
        assert_eq!((old.ended, old.keep_until), (Some(at(100)), Some(at(100))));
        assert_eq!(key.active().unwrap().activated, Some(at(100)));
    }
}
