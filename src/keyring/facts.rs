//! What the inventory shows of managed keys: enough to say what is due, nothing that is secret.
//!
//! The limits of the policy are written down beside the facts, so that a monitoring user who has no configuration judges by what
//! the writer had.

use super::encoding::{key_id, optional, time};
use super::{Key, KeyId, KeyKind, Role, State, limits};
use crate::cbor::CborError::{self, Unexpected};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;

/// How long, and how often, a key may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Seconds after which it is replaced; none when age does not matter.
    pub max_age: Option<u64>,
    /// Uses after which it is replaced; none when they do not matter.
    pub max_uses: Option<u64>,
    /// Seconds before the end of its age at which it is announced.
    pub warn: u64,
}

/// One version, as anyone may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFacts {
    /// Its number.
    pub n: u32,
    /// Its state.
    pub state: State,
    /// When it was made.
    pub created: Timestamp,
    /// When it stopped being used.
    pub ended: Option<Timestamp>,
    /// Until when its private half is kept.
    pub keep_until: Option<Timestamp>,
    /// Its public half.
    pub public: Vec<u8>,
}

/// One key, as anyone may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its id.
    pub id: KeyId,
    /// Its kind.
    pub kind: KeyKind,
    /// Its role.
    pub role: Role,
    /// Number and beginning of the active version; none when the key is retired.
    pub active: Option<(u32, Timestamp)>,
    /// How often the active version was used.
    pub uses: u64,
    /// The limits when this was written.
    pub limits: Limits,
    /// Number of versions.
    pub total: u32,
    /// The compromised and the newest of them, newest first, at most [`limits::SHOWN`].
    pub versions: Vec<VersionFacts>,
}

impl KeyFacts {
    /// The facts of `key` under `limits`.
    pub fn of(key: &Key, limits: Limits) -> Self {
        let active = key.active();
        // A compromised version is shown however many came after it.
        let (known, others): (Vec<_>, Vec<_>) =
            key.versions().iter().partition(|version| version.state == State::Compromised);
        let mut shown: Vec<_> = known.into_iter().chain(others).take(limits::SHOWN).collect();
        shown.sort_unstable_by_key(|version| std::cmp::Reverse(version.n));
        Self {
            id: key.id.clone(),
            kind: key.kind,
            role: key.role,
            active: active.map(|v| (v.n, v.activated.unwrap_or(v.created))),
            uses: active.map_or(0, |v| v.uses),
            limits,
            total: u32::try_from(key.versions().len()).unwrap_or(u32::MAX),
            versions: shown
                .into_iter()
                .map(|v| VersionFacts {
                    n: v.n,
                    state: v.state,
                    created: v.created,
                    ended: v.ended,
                    keep_until: v.keep_until,
                    public: v.public.clone(),
                })
                .collect(),
        }
    }

    /// Whether the private half of a version that others may have is still in the store.
    pub fn is_compromised(&self) -> bool {
        self.versions.iter().any(|version| version.state == State::Compromised)
    }
}

/// Writes the item of the inventory.
pub fn encode(facts: &[KeyFacts], out: &mut Vec<u8>) {
    cbor::array(out, facts.len());
    for key in facts {
        cbor::array(out, 10);
        cbor::text(out, key.id.as_str());
        cbor::uint(out, key.kind.code());
        cbor::uint(out, key.role.code());
        match key.active {
            Some((n, since)) => {
                cbor::array(out, 2);
                cbor::uint(out, u64::from(n));
                cbor::uint(out, since.as_unix());
            }
            None => cbor::null(out),
        }
        cbor::uint(out, key.uses);
        maybe(out, key.limits.max_age);
        maybe(out, key.limits.max_uses);
        cbor::uint(out, key.limits.warn);
        cbor::uint(out, u64::from(key.total));
        cbor::array(out, key.versions.len());
        for version in &key.versions {
            cbor::array(out, 6);
            cbor::uint(out, u64::from(version.n));
            cbor::uint(out, version.state.code());
            cbor::uint(out, version.created.as_unix());
            maybe(out, version.ended.map(Timestamp::as_unix));
            maybe(out, version.keep_until.map(Timestamp::as_unix));
            cbor::bytes(out, &version.public);
        }
    }
}

fn maybe(out: &mut Vec<u8>, number: Option<u64>) {
    match number {
        Some(number) => cbor::uint(out, number),
        None => cbor::null(out),
    }
}

/// Reads the item of the inventory.
pub fn decode(r: &mut Reader<'_>) -> Result<Vec<KeyFacts>, CborError> {
    let count = r.array()?;
    if count == 0 || count > limits::KEYS {
        return Err(Unexpected("1 to 4096 managed keys"));
    }
    let mut facts: Vec<KeyFacts> = Vec::with_capacity(count);
    for _ in 0..count {
        let key = read(r)?;
        if facts.last().is_some_and(|last| last.id >= key.id) {
            return Err(Unexpected("managed keys in order of their ids"));
        }
        facts.push(key);
    }
    Ok(facts)
}

fn read(r: &mut Reader<'_>) -> Result<KeyFacts, CborError> {
    r.array_of(10)?;
    let id = key_id(r)?;
    let kind = KeyKind::from_code(r.uint()?).ok_or(Unexpected("a known kind of key"))?;
    let role = Role::from_code(r.uint()?).ok_or(Unexpected("a known role"))?;
    role.require(kind).map_err(|_| Unexpected("a role that the kind has"))?;
    let active = optional(r, |r| {
        r.array_of(2)?;
        Ok((r.int("a version number")?, time(r)?))
    })?;
    let uses = r.uint()?;
    let limits = Limits {
        max_age: optional(r, Reader::uint)?,
        max_uses: optional(r, Reader::uint)?,
        warn: r.uint()?,
    };
    let total: u32 = r.int("a number of versions")?;
    let count = r.array()?;
    if count == 0 || count > limits::SHOWN || count as u64 > u64::from(total) {
        return Err(Unexpected("1 to 8 versions of a key"));
    }
    let mut versions: Vec<VersionFacts> = Vec::with_capacity(count);
    for _ in 0..count {
        r.array_of(6)?;
        let version = VersionFacts {
            n: r.int("a version number")?,
            state: State::from_code(r.uint()?).ok_or(Unexpected("a known state"))?,
            created: time(r)?,
            ended: optional(r, time)?,
            keep_until: optional(r, time)?,
            public: r.bytes()?.to_vec(),
        };
        if version.public.len() != kind.public_len()
            || versions.last().is_some_and(|last| last.n <= version.n)
        {
            return Err(Unexpected("versions in order, with the public key of their kind"));
        }
        versions.push(version);
    }
    Ok(KeyFacts { id, kind, role, active, uses, limits, total, versions })
}

#[cfg(test)]
mod tests {
    use super::super::Fresh;
    use super::super::key::Replaced;
    use super::*;

    #[test]
    fn facts_are_read_back_and_show_the_newest_versions() {
        let at = Timestamp::from_unix;
        let fresh =
            |n: u8| Fresh { public: vec![n; 32], sealed: vec![n; limits::SEALED], proof: None };
        let id = KeyId::parse("k").unwrap();
        let mut key = Key::new(id, KeyKind::Ed25519, Role::Identity, fresh(0), at(5)).unwrap();
        for n in 1..12 {
            let time = u64::from(n) * 10;
            key.rotate(fresh(n), Replaced::InTurn, at(time), at(time + 3)).unwrap();
        }
        key.add_uses(77).unwrap();
        let limits = Limits { max_age: Some(90), max_uses: None, warn: 7 };
        let facts = vec![KeyFacts::of(&key, limits)];
        assert_eq!(facts[0].active, Some((12, at(110))));
        assert_eq!((facts[0].total, facts[0].versions.len(), facts[0].uses), (12, 8, 77));
        let mut bytes = Vec::new();
        encode(&facts, &mut bytes);
        assert_eq!(decode(&mut Reader::new(&bytes)).unwrap(), facts);
        for end in 0..bytes.len() {
            assert!(decode(&mut Reader::new(&bytes[..end])).is_err());
        }
        assert!(!facts[0].is_compromised());
        key.mark_compromised(2, at(200)).unwrap();
        let facts = KeyFacts::of(&key, limits);
        assert!(facts.is_compromised());
        let shown: Vec<u32> = facts.versions.iter().map(|version| version.n).collect();
        assert_eq!(shown, [12, 11, 10, 9, 8, 7, 6, 2]);
    }
}
