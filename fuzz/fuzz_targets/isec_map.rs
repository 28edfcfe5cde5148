//! The decrypted map of an Igra file from arbitrary bytes: what no tag protects once the passphrase is known.
//!
//! A map that is accepted must come back from its own encoding with the same entries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::isec::entries;
use strongroom::memory::Region;

fuzz_target!(|plaintext: &[u8]| {
    let Ok(mut region) = Region::bulk(plaintext.len()) else { return };
    region.copy_from_slice(plaintext);
    let Ok(read) = entries::decode(region) else { return };
    assert_eq!(read.encoded_len(), plaintext.len());
    let Ok(mut region) = Region::bulk(plaintext.len()) else { return };
    read.encode_into(&mut region);
    let Ok(again) = entries::decode(region) else { panic!("our own encoding is refused") };
    assert!(read.iter().eq(again.iter()));
});
