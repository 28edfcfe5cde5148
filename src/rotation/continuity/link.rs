//! One link of a continuity proof.

use super::ProofError;
use crate::cbor::CborError::{self, Unexpected};
use crate::cbor::{self, Reader};
use crate::clock::Timestamp;
use crate::crypto::labels;
use crate::crypto::mac::{self, Hash};
use crate::keyring::signer::{self, OwnSigner};
use crate::keyring::{KeyId, KeyKind, limits};
use crate::network::NetworkMode;

/// Longest reason, in bytes.
pub const MAX_REASON: usize = 1024;

/// Who vouches for a key that cannot sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The identity key's id.
    pub id: KeyId,
    /// Its version.
    pub n: u32,
    /// Its kind.
    pub kind: KeyKind,
    /// Its public half.
    pub public: Vec<u8>,
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The network that both versions belong to.
    pub network: NetworkMode,
    /// The key.
    pub key: KeyId,
    /// Its kind.
    pub kind: KeyKind,
    /// Number of the link, from 1.
    pub seq: u64,
    /// Number and public half of the old version.
    pub old: (u32, Vec<u8>),
    /// Number and public half of the new version.
    pub new: (u32, Vec<u8>),
    /// When the new version began to be used.
    pub not_before: Timestamp,
    /// Until when the old version may still be met.
    pub window_end: Timestamp,
    /// Why the key was rotated.
    pub reason: String,
    /// SHA-256 of the link before; none for the first.
    pub previous: Option<Hash>,
    /// Who vouches for it; none when the key signs for itself.
    pub voucher: Option<Voucher>,
}

/// A link as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What it says.
    pub link: Link,
    /// The bytes that are signed, without the label.
    body: Vec<u8>,
    /// By the old and the new key, or by the voucher alone.
    signatures: Vec<[u8; 64]>,
}

/// Private halves that sign a link.
pub enum Authority<'a> {
    /// The old and the new private half.
    Own {
        /// The private half that is replaced.
        old: &'a OwnSigner,
        /// The private half that replaces it.
        new: &'a OwnSigner,
    },
    /// The private half of the voucher.
    Voucher(&'a OwnSigner),
}

impl Link {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256 + self.reason.len());
        cbor::map(&mut out, 12 + usize::from(self.voucher.is_some()));
        let mut item = 0;
        let mut next = |out: &mut Vec<u8>| {
            item += 1;
            cbor::uint(out, item);
        };
        next(&mut out);
        cbor::uint(&mut out, u64::from(self.network.code()));
        next(&mut out);
        cbor::text(&mut out, self.key.as_str());
        for number in [self.kind.code(), self.seq, u64::from(self.old.0)] {
            next(&mut out);
            cbor::uint(&mut out, number);
        }
        next(&mut out);
        cbor::bytes(&mut out, &self.old.1);
        next(&mut out);
        cbor::uint(&mut out, u64::from(self.new.0));
        next(&mut out);
        cbor::bytes(&mut out, &self.new.1);
        for time in [self.not_before, self.window_end] {
            next(&mut out);
            cbor::uint(&mut out, time.as_unix());
        }
        next(&mut out);
        cbor::text(&mut out, &self.reason);
        next(&mut out);
        match &self.previous {
            Some(hash) => cbor::bytes(&mut out, hash),
            None => cbor::null(&mut out),
        }
        if let Some(voucher) = &self.voucher {
            next(&mut out);
            cbor::array(&mut out, 4);
            cbor::text(&mut out, voucher.id.as_str());
            cbor::uint(&mut out, u64::from(voucher.n));
            cbor::uint(&mut out, voucher.kind.code());
            cbor::bytes(&mut out, &voucher.public);
        }
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        let mut names = r.map()?;
        let mut expected = 0;
        let mut next = |r: &mut Reader<'_>| {
            expected += 1;
            names.require(r, expected)
        };
        next(r)?;
        let network =
            NetworkMode::from_code(r.int("a network")?).ok_or(Unexpected("a known network"))?;
        next(r)?;
        let key = key_id(r)?;
        next(r)?;
        let kind = KeyKind::from_code(r.uint()?).ok_or(Unexpected("a known kind of key"))?;
        next(r)?;
        let seq = r.uint()?;
        next(r)?;
        let old_n = r.int("a version number")?;
        next(r)?;
        let old = r.bytes()?.to_vec();
        next(r)?;
        let new_n = r.int("a version number")?;
        next(r)?;
        let new = r.bytes()?.to_vec();
        next(r)?;
        let not_before = Timestamp::from_unix(r.uint()?);
        next(r)?;
        let window_end = Timestamp::from_unix(r.uint()?);
        next(r)?;
        let reason = r.text()?;
        if reason.len() > MAX_REASON {
            return Err(Unexpected("a reason of at most 1 KiB"));
        }
        next(r)?;
        let previous = if r.null() { None } else { Some(r.fixed()?) };
        let voucher = match names.next(r)? {
            None => None,
            Some(13) => Some(read_voucher(r)?),
            Some(_) => return Err(Unexpected("a known item of a link")),
        };
        if names.next(r)?.is_some() {
            return Err(Unexpected("a known item of a link"));
        }
        r.finish()?;
        let sound = [&old, &new].into_iter().all(|public| public.len() == kind.public_len())
            && kind != KeyKind::Symmetric32
            && voucher.is_some() != kind.signs()
            && (1..new_n).contains(&old_n)
            && seq > 0
            && previous.is_some() == (seq > 1)
            && window_end >= not_before
            && old != new;
        if !sound {
            return Err(Unexpected("a link whose items agree"));
        }
        let (old, new) = ((old_n, old), (new_n, new));
        let reason = reason.to_owned();
        Ok(Self {
            network,
            key,
            kind,
            seq,
            old,
            new,
            not_before,
            window_end,
            reason,
            previous,
            voucher,
        })
    }

    /// Signs the link with the keys that it names, and gives its bytes. Every signature is verified as it is made.
    pub fn sign(self, authority: &Authority<'_>) -> Result<Vec<u8>, ProofError> {
        let body = self.encode();
        let text = signed_text(&body);
        let signers = match (authority, &self.voucher) {
            (Authority::Own { old, new }, None) => {
                vec![("old", *old, &self.old.1), ("new", *new, &self.new.1)]
            }
            (Authority::Voucher(key), Some(voucher)) => vec![("identity", *key, &voucher.public)],
            _ => return Err(Unexpected("a link whose items agree").into()),
        };
        let mut signatures = Vec::with_capacity(signers.len());
        for (by, signer, public) in signers {
            if signer.public() != public {
                return Err(ProofError::Signature { link: 1, by });
            }
            signatures.push(signer.sign(&text)?);
        }
        let signed = Signed { link: Self::decode(&body)?, body, signatures };
        let bytes = signed.encode();
        if bytes.len() > limits::PROOF {
            return Err(ProofError::TooLong);
        }
        Ok(bytes)
    }
}

impl Signed {
    /// Reads a link. Its signatures are not looked at.
    pub fn decode(bytes: &[u8]) -> Result<Self, CborError> {
        if bytes.len() > limits::PROOF {
            return Err(Unexpected("a link of at most 4 KiB"));
        }
        let mut reader = Reader::new(bytes);
        let r = &mut reader;
        r.array_of(2)?;
        let body = r.bytes()?.to_vec();
        let link = Link::decode(&body)?;
        r.array_of(if link.voucher.is_some() { 1 } else { 2 })?;
        let count = if link.voucher.is_some() { 1 } else { 2 };
        let signatures = (0..count).map(|_| r.fixed()).collect::<Result<Vec<_>, _>>()?;
        r.finish()?;
        Ok(Self { link, body, signatures })
    }

    /// The bytes of the link.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.body.len() + 160);
        cbor::array(&mut out, 2);
        cbor::bytes(&mut out, &self.body);
        cbor::array(&mut out, self.signatures.len());
        for signature in &self.signatures {
            cbor::bytes(&mut out, signature);
        }
        out
    }

    /// What the next link says of this one.
    pub fn hash(&self) -> Hash {
        mac::sha256(&[&self.encode()])
    }

    /// Checks its signatures; `number` is its place in the file, for messages.
    pub fn check(&self, number: usize) -> Result<(), ProofError> {
        let text = signed_text(&self.body);
        let link = &self.link;
        let signers: Vec<(&str, KeyKind, &[u8])> = match &link.voucher {
            Some(voucher) => vec![("identity", voucher.kind, &voucher.public)],
            None => vec![("old", link.kind, &link.old.1), ("new", link.kind, &link.new.1)],
        };
        for ((by, kind, public), signature) in signers.into_iter().zip(&self.signatures) {
            if !signer::verify_own(kind, public, &text, signature) {
                return Err(ProofError::Signature { link: number, by });
            }
        }
        Ok(())
    }
}

fn signed_text(body: &[u8]) -> Vec<u8> {
    [labels::CONTINUITY, body].concat()
}

fn key_id(r: &mut Reader<'_>) -> Result<KeyId, CborError> {
    KeyId::parse(r.text()?).map_err(|_| Unexpected("the id of a key"))
}

fn read_voucher(r: &mut Reader<'_>) -> Result<Voucher, CborError> {
    r.array_of(4)?;
    let voucher = Voucher {
        id: key_id(r)?,
        n: r.int("a version number")?,
        kind: KeyKind::from_code(r.uint()?).ok_or(Unexpected("a known kind of key"))?,
        public: r.bytes()?.to_vec(),
    };
    if voucher.kind.signs() && voucher.n > 0 && voucher.public.len() == voucher.kind.public_len() {
        Ok(voucher)
    } else {
        Err(Unexpected("a key that can vouch"))
    }
}
