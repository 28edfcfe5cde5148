//! A decrypted payload from arbitrary bytes: what no tag protects from whoever has the data key.
//!
//! The bytes are padded here, since a fuzzer would hardly find the right number of zeros. A payload that is accepted must be
//! its one encoding, and every entry in it must be readable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::memory::Region;
use strongroom::store::padding::padded_payload;
use strongroom::store::payload::Payload;

fuzz_target!(|plaintext: &[u8]| {
    let padded = padded_payload(plaintext.len());
    let Ok(mut region) = Region::bulk(padded) else { return };
    region[..plaintext.len()].copy_from_slice(plaintext);
    let Ok(payload) = Payload::decode(region, 0..padded) else { return };
    let mut again = Vec::new();
    payload.encode(&mut again);
    // The zeros of the padding may stand for the last bytes of the encoding, and those of the input for padding.
    let common = again.len().min(plaintext.len());
    assert_eq!(again[..common], plaintext[..common]);
    assert!(plaintext[common..].iter().chain(&again[common..]).all(|byte| *byte == 0));
    let mut seen = 0;
    let read = payload.for_each(|entry| {
        seen += 1;
        assert!(payload.contains(entry.name));
        assert_eq!(entry.versions().count(), entry.version_count());
        Ok(())
    });
    assert!(read.is_ok());
    assert_eq!(seen, payload.len());
});
