//! A configuration from arbitrary bytes. Nothing is checked but that it ends: in a configuration or in an error.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = strongroom::config::parse(bytes, Path::new("/etc/strongroom.toml")) {
        assert!(!error.to_string().contains('\x1b'));
    }
});
