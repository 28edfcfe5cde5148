//! Facts about secrets that are rotated: what cron may read of them without a passphrase.
//!
//! They name a rotation by the label that the operator chose for the public, never the secret. They are written by every commit of a
//! command that knows what is rotated. The bytes are specified in `docs/formats/store-v1.md`.

use crate::cbor::{self, CborError, Reader};
use crate::clock::Timestamp;
use crate::keyring::{KeyId, Limits, limits};

/// A secret that is rotated, as anyone may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// What the operator calls the rotation.
    pub label: KeyId,
    /// Number of the newest version.
    pub n: u64,
    /// When it was set.
    pub since: Timestamp,
    /// The limits when this was written; uses of a secret are not counted.
    pub limits: Limits,
    /// When the next of the versions that were replaced is to be removed; none when there are none.
    pub keep_until: Option<Timestamp>,
}

/// Writes the item of the inventory.
pub(super) fn encode(all: &[SecretFacts], out: &mut Vec<u8>) {
    let maybe = |out: &mut Vec<u8>, number: Option<u64>| match number {
        Some(number) => cbor::uint(out, number),
        None => cbor::null(out),
    };
    cbor::array(out, all.len());
    for facts in all {
        cbor::array(out, 6);
        cbor::text(out, facts.label.as_str());
        cbor::uint(out, facts.n);
        cbor::uint(out, facts.since.as_unix());
        maybe(out, facts.limits.max_age);
        cbor::uint(out, facts.limits.warn);
        maybe(out, facts.keep_until.map(Timestamp::as_unix));
    }
}

/// Reads the item of the inventory.
pub(super) fn decode(r: &mut Reader<'_>) -> Result<Vec<SecretFacts>, CborError> {
    let count = r.array()?;
    if count == 0 || count > limits::KEYS {
        return Err(CborError::Unexpected("1 to 4096 rotated secrets"));
    }
    let mut all: Vec<SecretFacts> = Vec::with_capacity(count);
    for _ in 0..count {
        r.array_of(6)?;
        let label =
            KeyId::parse(r.text()?).map_err(|_| CborError::Unexpected("the label of a secret"))?;
        if all.last().is_some_and(|last| last.label >= label) {
            return Err(CborError::Unexpected("rotated secrets in order of their labels"));
        }
        let (n, since) = (r.uint()?, Timestamp::from_unix(r.uint()?));
        let max_age = if r.null() { None } else { Some(r.uint()?) };
        let limits = Limits { max_age, max_uses: None, warn: r.uint()? };
        let keep_until = if r.null() { None } else { Some(Timestamp::from_unix(r.uint()?)) };
        all.push(SecretFacts { label, n, since, limits, keep_until });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_back_and_in_no_other_order() {
        let facts = |label: &str, keep: Option<u64>| SecretFacts {
            label: KeyId::parse(label).unwrap(),
            n: 41,
            since: Timestamp::from_unix(100),
            limits: Limits { max_age: Some(90), max_uses: None, warn: 7 },
            keep_until: keep.map(Timestamp::from_unix),
        };
        let (a, b) = (facts("a", None), facts("b", Some(7)));
        let mut bytes = Vec::new();
        encode(&[a.clone(), b.clone()], &mut bytes);
        assert_eq!(decode(&mut Reader::new(&bytes)).unwrap(), [a.clone(), b.clone()]);
        for end in 0..bytes.len() {
            assert!(decode(&mut Reader::new(&bytes[..end])).is_err());
        }
        for wrong in [vec![b, a.clone()], vec![a.clone(), a], Vec::new()] {
            let mut bytes = Vec::new();
            encode(&wrong, &mut bytes);
            assert!(decode(&mut Reader::new(&bytes)).is_err());
        }
    }
}
