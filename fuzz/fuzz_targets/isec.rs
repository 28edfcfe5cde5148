//! A whole Igra file from arbitrary bytes: header, sizes, authentication.
//!
//! The key is all zeros: deriving it would spend the run in Argon2. Bytes that parse as a header must also be what the
//! header encodes to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::isec::{self, Header};
use strongroom::secret::DerivedKey;

fuzz_target!(|file: &[u8]| {
    if let Ok((header, len)) = Header::parse(file) {
        assert!(isec::recognises(file));
        assert_eq!(header.encode(), file[..len]);
    }
    let digest = isec::digest(file);
    if isec::open(file, &DerivedKey::zeroed()).is_ok() {
        assert!(digest.is_ok());
    }
});
