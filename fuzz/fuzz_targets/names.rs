//! Secret names from arbitrary text: both ways to ask must agree, and an accepted name comes back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::name::SecretName;

fuzz_target!(|text: &str| {
    let parsed = SecretName::parse(text);
    assert_eq!(parsed.is_ok(), SecretName::is_valid(text));
    if let Ok(name) = parsed {
        assert_eq!(name.as_str(), text);
        assert!(text.len() <= 128 && text.is_ascii());
    }
});
