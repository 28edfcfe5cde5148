//! A wrapped key from arbitrary bytes: nothing crashes the reader, and what nobody sealed opens with no passphrase.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::crypto::kdf::Ceiling;
use strongroom::passphrase::Passphrase;
use strongroom::secret::SecretBytes;
use strongroom::store::keyslot::Credentials;
use strongroom::store::wrapped::WrappedKey;

fuzz_target!(|bytes: &[u8]| {
    let Ok(wrapped) = WrappedKey::parse(bytes) else { return };
    let Ok(passphrase) = Passphrase::new(SecretBytes::copy_from(b"a passphrase")) else { return };
    let credentials = Credentials { passphrase, keyfile: None };
    // Costs that take long are not what is looked for.
    let ceiling = Ceiling { memory_kib: 64 };
    assert!(wrapped.open(&credentials, ceiling).is_err());
});
