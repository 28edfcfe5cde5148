//! A state file from arbitrary bytes, with a checksum that is made to hold half of the time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::crypto::mac;
use strongroom::store::state::State;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(state) = State::decode(bytes) {
        assert_eq!(state.encode(), bytes);
    }
    let whole = [bytes, &mac::sha256(&[bytes])].concat();
    if let Ok(state) = State::decode(&whole) {
        assert_eq!(state.encode(), whole);
    }
});
