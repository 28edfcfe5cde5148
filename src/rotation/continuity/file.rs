//! A file of links: the label of the format, then the links in the order in which they were made.

use super::link::Signed;
use super::{MAX_FILE, ProofError};
use crate::cbor::CborError::Unexpected;
use crate::cbor::{self, Reader};
use crate::crypto::labels;
use crate::keyring::limits;

/// The bytes of a file with these links.
pub fn encode<'a>(links: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    cbor::array(&mut out, 2);
    cbor::bytes(&mut out, labels::PROOF_FILE);
    cbor::array(&mut out, links.len());
    for link in links {
        cbor::bytes(&mut out, link);
    }
    out
}

/// Reads a file. Nothing in it is verified yet.
pub fn decode(bytes: &[u8]) -> Result<Vec<Signed>, ProofError> {
    if bytes.len() > MAX_FILE {
        return Err(ProofError::TooLong);
    }
    let mut r = Reader::new(bytes);
    r.array_of(2)?;
    if r.bytes()? != labels::PROOF_FILE {
        return Err(Unexpected("a file of continuity proofs").into());
    }
    let count = r.array()?;
    if count == 0 || count > 2 * limits::VERSIONS {
        return Err(Unexpected("1 to 2048 links").into());
    }
    let mut links = Vec::with_capacity(count);
    for _ in 0..count {
        links.push(Signed::decode(r.bytes()?)?);
    }
    r.finish()?;
    Ok(links)
}
