//! The one encoding of managed keys: `docs/formats/store-v1.md`, section Managed keys.

use super::key::Version;
use super::{Key, KeyId, KeyKind, Keyring, Origin, Role, State, limits};
use crate::cbor::CborError::{self, Unexpected};
use crate::cbor::{self, Reader, Sink};
use crate::clock::Timestamp;
use crate::crypto::derive::Label;
use crate::crypto::hash::Algorithm;

const KEYS: u64 = 1;

const ID: u64 = 1;
const KIND: u64 = 2;
const ROLE: u64 = 3;
const CREATED: u64 = 4;
const VERSIONS: u64 = 5;
const ORIGIN: u64 = 6;
const RETIRED: u64 = 7;

pub(super) fn ring<S: Sink + ?Sized>(ring: &Keyring, out: &mut S) {
    cbor::map(out, 1);
    cbor::uint(out, KEYS);
    cbor::array(out, ring.len());
    for key in ring.iter() {
        self::key(key, out);
    }
}

fn key<S: Sink + ?Sized>(key: &Key, out: &mut S) {
    cbor::map(out, 5 + usize::from(key.origin.is_some()) + usize::from(key.retired.is_some()));
    cbor::uint(out, ID);
    cbor::text(out, key.id.as_str());
    for (name, value) in
        [(KIND, key.kind.code()), (ROLE, key.role.code()), (CREATED, key.created.as_unix())]
    {
        cbor::uint(out, name);
        cbor::uint(out, value);
    }
    cbor::uint(out, VERSIONS);
    cbor::array(out, key.versions.len());
    for v in &key.versions {
        version(v, out);
    }
    if let Some(origin) = &key.origin {
        cbor::uint(out, ORIGIN);
        cbor::array(out, 4);
        cbor::text(out, origin.parent.as_str());
        cbor::uint(out, u64::from(origin.n));
        cbor::text(out, origin.label.as_str());
        cbor::uint(out, origin.algorithm.code());
    }
    if let Some(retired) = key.retired {
        cbor::uint(out, RETIRED);
        cbor::uint(out, retired.as_unix());
    }
}

fn version<S: Sink + ?Sized>(v: &Version, out: &mut S) {
    cbor::array(out, 10);
    cbor::uint(out, u64::from(v.n));
    cbor::uint(out, v.state.code());
    cbor::uint(out, v.created.as_unix());
    for time in [v.activated, v.ended, v.keep_until] {
        match time {
            Some(time) => cbor::uint(out, time.as_unix()),
            None => cbor::null(out),
        }
    }
    cbor::uint(out, v.uses);
    cbor::bytes(out, &v.public);
    for item in [&v.sealed, &v.proof] {
        match item {
            Some(bytes) => cbor::bytes(out, bytes),
            None => cbor::null(out),
        }
    }
}

pub(super) fn read_ring(r: &mut Reader<'_>) -> Result<Keyring, CborError> {
    let mut names = r.map()?;
    names.require(r, KEYS)?;
    let count = r.array()?;
    if count == 0 || count > limits::KEYS {
        return Err(Unexpected("1 to 4096 managed keys"));
    }
    let mut ring = Keyring::default();
    let mut last = None;
    for _ in 0..count {
        let key = read_key(r)?;
        if last.as_ref().is_some_and(|last| *last >= key.id) {
            return Err(Unexpected("managed keys in order of their ids"));
        }
        last = Some(key.id.clone());
        ring.add(key).map_err(|_| Unexpected("a label that is given once"))?;
    }
    if names.next(r)?.is_some() {
        return Err(Unexpected("no other key of the managed keys"));
    }
    Ok(ring)
}

fn read_key(r: &mut Reader<'_>) -> Result<Key, CborError> {
    let mut names = r.map()?;
    names.require(r, ID)?;
    let id = key_id(r)?;
    names.require(r, KIND)?;
    let kind = KeyKind::from_code(r.uint()?).ok_or(Unexpected("a known kind of key"))?;
    names.require(r, ROLE)?;
    let role = Role::from_code(r.uint()?).ok_or(Unexpected("a known role"))?;
    role.require(kind).map_err(|_| Unexpected("a role that the kind has"))?;
    names.require(r, CREATED)?;
    let created = time(r)?;
    names.require(r, VERSIONS)?;
    let count = r.array()?;
    if count == 0 || count > limits::VERSIONS {
        return Err(Unexpected("1 to 1024 versions of a key"));
    }
    let mut versions: Vec<Version> = Vec::with_capacity(count);
    for _ in 0..count {
        let version = read_version(r, kind)?;
        if versions.last().is_some_and(|last| last.n <= version.n) {
            return Err(Unexpected("versions in order, newest first"));
        }
        versions.push(version);
    }
    let (mut origin, mut retired) = (None, None);
    while let Some(name) = names.next(r)? {
        match name {
            ORIGIN => origin = Some(read_origin(r)?),
            RETIRED => retired = Some(time(r)?),
            _ => return Err(Unexpected("a known item of a managed key")),
        }
    }
    let active = versions.iter().filter(|v| v.state == State::Active).count();
    let private = versions.iter().any(|v| v.state.has_private_half());
    match (retired, active, private) {
        (None, 1, _) | (Some(_), 0, false) => {}
        _ => return Err(Unexpected("one active version, or none and the key retired")),
    }
    Ok(Key { id, kind, role, created, versions, origin, retired })
}

fn read_version(r: &mut Reader<'_>, kind: KeyKind) -> Result<Version, CborError> {
    r.array_of(10)?;
    let version = Version {
        n: r.int("a version number")?,
        state: State::from_code(r.uint()?).ok_or(Unexpected("a known state"))?,
        created: time(r)?,
        activated: optional(r, time)?,
        ended: optional(r, time)?,
        keep_until: optional(r, time)?,
        uses: r.uint()?,
        public: r.bytes()?.to_vec(),
        sealed: optional(r, |r| r.bytes().map(<[u8]>::to_vec))?,
        proof: optional(r, |r| r.bytes().map(<[u8]>::to_vec))?,
    };
    let state = version.state;
    let sealed = version.sealed.as_ref().map(Vec::len);
    let waits = matches!(state, State::Deactivated | State::Compromised);
    let sound = version.n > 0
        && version.public.len() == kind.public_len()
        && sealed == state.has_private_half().then_some(limits::SEALED)
        && version.proof.as_ref().is_none_or(|proof| proof.len() <= limits::PROOF)
        && version.keep_until.is_some() == waits
        && (state != State::PreActivation || version.activated.is_none())
        && (state != State::Active || version.activated.is_some())
        && (state.has_private_half() && !waits) == version.ended.is_none();
    if sound { Ok(version) } else { Err(Unexpected("a version that its state allows")) }
}

fn read_origin(r: &mut Reader<'_>) -> Result<Origin, CborError> {
    r.array_of(4)?;
    Ok(Origin {
        parent: key_id(r)?,
        n: r.int("a version number")?,
        label: Label::parse(r.text()?).map_err(|_| Unexpected("a label"))?,
        algorithm: Algorithm::from_code(r.uint()?).ok_or(Unexpected("a known hash"))?,
    })
}

pub(super) fn key_id(r: &mut Reader<'_>) -> Result<KeyId, CborError> {
    KeyId::parse(r.text()?).map_err(|_| Unexpected("the id of a key"))
}

pub(super) fn time(r: &mut Reader<'_>) -> Result<Timestamp, CborError> {
    r.uint().map(Timestamp::from_unix)
}

pub(super) fn optional<'a, T>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, CborError>,
) -> Result<Option<T>, CborError> {
    if r.null() { Ok(None) } else { read(r).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::super::{Fresh, key::Replaced};
    use super::*;

    fn fresh(byte: u8, kind: KeyKind) -> Fresh {
        Fresh {
            public: vec![byte; kind.public_len()],
            sealed: vec![byte; limits::SEALED],
            proof: (byte > 1).then(|| vec![byte; 5]),
        }
    }

    fn sample() -> Keyring {
        let at = Timestamp::from_unix;
        let mut ring = Keyring::default();
        for (n, kind) in KeyKind::ALL.into_iter().enumerate() {
            let id = KeyId::parse(&format!("key-{n}")).unwrap();
            let mut key = Key::new(id, kind, kind.roles()[0], fresh(1, kind), at(10)).unwrap();
            for n in 0..n as u64 {
                key.rotate(fresh(2, kind), Replaced::InTurn, at(20 + n), at(25 + n)).unwrap();
            }
            key.end_grace(at(26));
            key.add_uses(n as u64 * 300).unwrap();
            ring.add(key).unwrap();
        }
        ring.key_mut("key-1").unwrap().retire(at(90)).unwrap();
        let kind = KeyKind::Symmetric32;
        let mut child =
            Key::new(KeyId::parse("z").unwrap(), kind, Role::Mac, fresh(3, kind), at(5)).unwrap();
        child.origin = Some(Origin {
            parent: KeyId::parse("key-3").unwrap(),
            n: 4,
            label: Label::parse("mac").unwrap(),
            algorithm: Algorithm::Sha512,
        });
        ring.add(child).unwrap();
        ring
    }

    fn bytes(ring: &Keyring) -> Vec<u8> {
        let mut out = Vec::new();
        ring.encode(&mut out);
        out
    }

    #[test]
    fn what_is_written_is_read_back() {
        let ring = sample();
        let bytes = bytes(&ring);
        let mut reader = Reader::new(&bytes);
        assert_eq!(Keyring::decode(&mut reader).unwrap(), ring);
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn every_cut_and_every_flip_is_refused_or_means_something_else() {
        let ring = sample();
        let whole = bytes(&ring);
        for end in 0..whole.len() {
            assert!(Keyring::decode(&mut Reader::new(&whole[..end])).is_err(), "{end}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut changed = whole.clone();
                changed[at] ^= 1 << bit;
                if let Ok(other) = Keyring::decode(&mut Reader::new(&changed)) {
                    // A smaller count ends the item early; what is left would be trailing bytes.
                    assert!(changed.starts_with(&bytes(&other)), "one encoding: {at}.{bit}");
                }
            }
        }
    }

    #[test]
    fn states_and_what_stands_beside_them_must_agree() {
        let refuse = |change: &dyn Fn(&mut Key)| {
            let mut ring = sample();
            change(ring.key_mut("key-2").unwrap());
            let bytes = bytes(&ring);
            assert!(Keyring::decode(&mut Reader::new(&bytes)).is_err());
        };
        refuse(&|key| key.versions[0].state = State::Deactivated);
        refuse(&|key| key.versions[1].state = State::Active);
        refuse(&|key| key.versions[0].sealed = None);
        refuse(&|key| key.versions[0].activated = None);
        refuse(&|key| key.versions[0].keep_until = Some(Timestamp::EPOCH));
        refuse(&|key| key.versions[0].public = vec![1; 32]);
        refuse(&|key| key.versions[0].proof = Some(vec![0; limits::PROOF + 1]));
        refuse(&|key| key.versions[0].n = 0);
        refuse(&|key| key.versions[0].n = 1);
        refuse(&|key| key.versions.clear());
        refuse(&|key| key.retired = Some(Timestamp::EPOCH));
        refuse(&|key| key.role = Role::Mac);
        let empty = bytes(&Keyring::default());
        assert!(Keyring::decode(&mut Reader::new(&empty)).is_err());
    }
}
