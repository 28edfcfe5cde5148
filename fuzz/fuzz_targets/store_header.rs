//! The header of a store from arbitrary bytes: what is accepted must be its one encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::store::Header;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(header.encode(), bytes);
    }
});
