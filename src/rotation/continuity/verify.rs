//! Following a chain of links from a trusted key.

use std::collections::BTreeMap;

use super::link::{Link, Signed};
use super::{ProofError, file};
use crate::clock::Timestamp;
use crate::crypto::mac::Hash;
use crate::keyring::public::Named;
use crate::keyring::{KeyId, KeyKind, PublicHalf};
use crate::network::NetworkMode;

/// What the reader expects of a proof. What is `None` may be anything.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The network.
    pub network: Option<NetworkMode>,
    /// The key that the file is about: that of its last link.
    pub key: Option<KeyId>,
    /// The version that the chain must lead to.
    pub version: Option<u32>,
    /// The number of a link that was seen already: the chain must lead further.
    pub after: Option<u64>,
}

/// What a proof proves: whoever had the trusted key chose, link by link, the key it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The network.
    pub network: NetworkMode,
    /// The key that the file is about.
    pub key: KeyId,
    /// Its kind.
    pub kind: KeyKind,
    /// Number and public half of the version that the chain leads to.
    pub newest: (u32, Vec<u8>),
    /// When that version began to be used.
    pub not_before: Timestamp,
    /// Until when the version before it may still be met.
    pub window_end: Timestamp,
    /// Number of its last link.
    pub seq: u64,
    /// How many links of the key stand in the file.
    pub links: usize,
}

/// The end of a chain so far.
struct Head {
    kind: KeyKind,
    newest: (u32, Vec<u8>),
    seq: u64,
    hash: Hash,
    links: usize,
    /// Whether the trusted key leads to it.
    trusted: bool,
}

/// Verifies a file of links. `trust` names the key that the chain must begin at, or pass through: an old public key of the key, or
/// of the identity that vouches for it.
pub fn verify(bytes: &[u8], trust: &Named, expected: &Expected) -> Result<Verified, ProofError> {
    let links = file::decode(bytes)?;
    let network = links.first().map(|first| first.link.network);
    let mut heads: BTreeMap<KeyId, Head> = BTreeMap::new();
    for (signed, number) in links.iter().zip(1..) {
        let link = &signed.link;
        if Some(link.network) != network {
            return Err(ProofError::Broken { link: number, what: "the network" });
        }
        signed.check(number)?;
        let before = heads.get(&link.key);
        follows(before, link, number)?;
        // A key that signs for itself carries the trust on; one that cannot needs a voucher for every link.
        let carried = link.voucher.is_none() && before.is_some_and(|head| head.trusted);
        let trusted = carried || authorised(link, trust, &heads, number)?;
        let links = before.map_or(0, |head| head.links) + 1;
        let head = Head {
            kind: link.kind,
            newest: link.new.clone(),
            seq: link.seq,
            hash: signed.hash(),
            links,
            trusted,
        };
        heads.insert(link.key.clone(), head);
    }
    conclude(&links, &heads, expected)
}

/// Whether `link` continues the chain of its key.
fn follows(before: Option<&Head>, link: &Link, number: usize) -> Result<(), ProofError> {
    let Some(head) = before else { return Ok(()) };
    let wrong = if head.kind != link.kind {
        "the kind of the key"
    } else if head.seq.checked_add(1) != Some(link.seq) {
        "its number"
    } else if head.newest != link.old {
        "the old version"
    } else if link.previous != Some(head.hash) {
        "the hash of the link before"
    } else {
        return Ok(());
    };
    Err(ProofError::Broken { link: number, what: wrong })
}

/// Whether the trusted key stands behind `link`. A key that cannot sign stands or falls with each voucher.
fn authorised(
    link: &Link,
    trust: &Named,
    heads: &BTreeMap<KeyId, Head>,
    number: usize,
) -> Result<bool, ProofError> {
    let named = |kind, bytes: &[u8]| trust.names(PublicHalf { kind, bytes });
    let Some(voucher) = &link.voucher else { return Ok(named(link.kind, &link.old.1)) };
    let known = match heads.get(&voucher.id) {
        // Once the file shows where the identity went, only its newest version vouches.
        Some(head) => {
            head.trusted
                && head.kind == voucher.kind
                && head.newest == (voucher.n, voucher.public.clone())
        }
        None => named(voucher.kind, &voucher.public),
    };
    if known { Ok(true) } else { Err(ProofError::Voucher(number)) }
}

fn conclude(
    links: &[Signed],
    heads: &BTreeMap<KeyId, Head>,
    expected: &Expected,
) -> Result<Verified, ProofError> {
    let Some(Signed { link: last, .. }) = links.last() else { return Err(ProofError::NotTrusted) };
    let head = heads.get(&last.key).filter(|head| head.trusted).ok_or(ProofError::NotTrusted)?;
    if let Some(network) = expected.network.filter(|network| *network != last.network) {
        return Err(ProofError::Network { found: last.network, expected: network });
    }
    if let Some(key) = expected.key.as_ref().filter(|key| **key != last.key) {
        return Err(ProofError::Key { found: last.key.clone(), expected: key.clone() });
    }
    if let Some(seen) = expected.after.filter(|seen| last.seq <= *seen) {
        return Err(ProofError::Replayed { found: last.seq, seen });
    }
    if let Some(version) = expected.version.filter(|version| *version != last.new.0) {
        return Err(ProofError::Version { found: last.new.0, expected: version });
    }
    Ok(Verified {
        network: last.network,
        key: last.key.clone(),
        kind: last.kind,
        newest: head.newest.clone(),
        not_before: last.not_before,
        window_end: last.window_end,
        seq: head.seq,
        links: head.links,
    })
}
