//! Kaspa addresses and scripts against vectors that the real crates computed.

use strongroom::kaspa::{Address, Multisig, Prefix};

use crate::support::{hex, vector_json};

#[test]
fn every_vector_is_judged_as_by_the_real_crate() {
    let vectors = vector_json("kaspa/addresses.json");
    for case in vectors["valid"].as_array().expect("a list") {
        let text = case["address"].as_str().expect("text");
        let address = Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(address.prefix.name(), case["prefix"]);
        assert_eq!(address.payload, hex(case["payload_hex"].as_str().expect("hex")));
        assert_eq!(address.to_string(), text);
    }
    for case in vectors["invalid"].as_array().expect("a list") {
        let text = case["address"].as_str().expect("text");
        assert_eq!(Address::parse(text).is_ok(), case["accepted_by_real"], "{}", case["why"]);
    }
    for case in vectors["multisig_p2sh"].as_array().expect("a list") {
        let text = case["address"].as_str().expect("text");
        let prefix = Address::parse(text).expect("valid").prefix;
        let (script, bytes) =
            Multisig::parse_hex(case["redeem_script_hex"].as_str().expect("hex")).expect("valid");
        assert_eq!(script.m, case["m"]);
        let keys: Vec<_> =
            script.keys.iter().map(|key| data_encoding::HEXLOWER.encode(key)).collect();
        assert_eq!(serde_json::json!(keys), case["xonly_keys_hex"]);
        assert_eq!(Address::of_script(prefix, &bytes).to_string(), text);
    }
}

#[test]
fn no_change_of_one_character_stays_an_address() {
    let text = Address::of_script(Prefix::Mainnet, b"script").to_string();
    for at in 0..text.len() {
        for c in ["q", "p", "l", "1", ":", "K", "\u{e9}"] {
            let mut changed = text.clone();
            changed.replace_range(at..=at, c);
            assert!(changed == text || Address::parse(&changed).is_err(), "{changed}");
        }
        assert!(Address::parse(&text[..at]).is_err());
    }
}
