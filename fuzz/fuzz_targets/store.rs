//! A whole store from arbitrary bytes: structure, lengths, signature.
//!
//! Bytes that parse must be exactly what their parts add up to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::memory::Region;
use strongroom::store::SealedStore;

fuzz_target!(|file: &[u8]| {
    let Ok(mut region) = Region::bulk(file.len()) else { return };
    region.copy_from_slice(file);
    let Ok(sealed) = SealedStore::parse(region) else { return };
    let header = sealed.header().encode();
    assert_eq!(header, file[14..14 + header.len()]);
    assert_eq!(14 + header.len() + 32 + sealed.header().payload_len as usize + 16 + 64, file.len());
    let _verdict = sealed.verify();
});
