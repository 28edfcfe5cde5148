//! A continuity proof from arbitrary bytes: whatever parses is its one encoding, and nothing of it is trusted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::keyring::public::Named;
use strongroom::rotation::continuity::{Expected, ProofError, file, verify};

fuzz_target!(|bytes: &[u8]| {
    let Some(trust) = Named::parse(&"ab".repeat(32)) else { return };
    let found = verify(bytes, &trust, &Expected::default());
    assert!(found.is_err());
    let Ok(links) = file::decode(bytes) else {
        assert!(matches!(found, Err(ProofError::Encoding(_) | ProofError::TooLong)));
        return;
    };
    let links: Vec<Vec<u8>> = links.iter().map(|link| link.encode()).collect();
    assert_eq!(file::encode(links.iter().map(Vec::as_slice)), bytes);
});
