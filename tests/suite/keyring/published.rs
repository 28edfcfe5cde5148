//! Known answers of other programs: Talos' signatures and names of keys.

use serde_json::Value;
use strongroom::keyring::signer::{Message, Scheme, Signer, verify};
use strongroom::keyring::{KeyKind, PublicHalf, Role};
use strongroom::secret::PrivateKey;

use crate::support::{hex, vector_json};

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}"))
}

fn private(case: &Value) -> PrivateKey {
    let mut key = PrivateKey::zeroed();
    key.expose_mut().copy_from_slice(&hex(text(case, "seed_hex")));
    key
}

fn signer(case: &Value) -> (Vec<u8>, Signer) {
    let key = private(case);
    let public = KeyKind::Ed25519.public_half(&key).expect("a key");
    let signer = Signer::new(KeyKind::Ed25519, Role::Signing, Scheme::Ed25519, key);
    (public, signer.expect("ready"))
}

#[test]
fn signatures_and_names_are_those_of_talos() {
    let file = vector_json("talos/signing_verify.json");
    for vector in file["vectors"].as_array().expect("a list") {
        let (inputs, expected) = (&vector["inputs"], &vector["expected"]);
        let (public, signer) = signer(inputs);
        let message = Message::Whole(text(inputs, "message_utf8").as_bytes());
        let signature = signer.sign(message).expect("signed");
        assert_eq!(signature.len(), 64);
        assert!(verify(Scheme::Ed25519, &public, message, &signature));
        if let Some(known) = expected["signature_base64url"].as_str() {
            assert_eq!(data_encoding::BASE64URL_NOPAD.encode(&signature), known);
            let public = PublicHalf { kind: KeyKind::Ed25519, bytes: &public };
            assert_eq!(public.hex(), text(expected, "public_key_hex"));
            assert_eq!(public.did_key().expect("a did"), text(expected, "did"));
        }
    }
    for case in file["negative_cases"].as_array().expect("a list") {
        let inputs = &case["inputs"];
        match text(case, "test_id") {
            "invalid_seed_length" => {
                assert_ne!(hex(text(inputs, "seed_hex")).len(), PrivateKey::LEN);
            }
            "verify_wrong_key" => {
                let key = hex(text(inputs, "wrong_public_key_hex"));
                let signature = text(inputs, "signature_base64url").as_bytes();
                let signature = data_encoding::BASE64URL_NOPAD.decode(signature).expect("base64");
                let message = Message::Whole(text(inputs, "message_utf8").as_bytes());
                assert!(!verify(Scheme::Ed25519, &key, message, &signature));
            }
            "verify_tampered_message" => {
                let (public, signer) = signer(inputs);
                let original = text(inputs, "original_message").as_bytes();
                let signature = signer.sign(Message::Whole(original)).expect("signed");
                let tampered = Message::Whole(text(inputs, "tampered_message").as_bytes());
                assert!(!verify(Scheme::Ed25519, &public, tampered, &signature));
            }
            other => panic!("a new case: {other}"),
        }
    }
}

#[test]
fn a_signature_over_a_canonical_message_of_talos_verifies_and_a_tampered_one_does_not() {
    let file = vector_json("talos/ed25519_signatures.json");
    let decode = |text: &str| data_encoding::BASE64.decode(text.as_bytes()).expect("base64");
    let public = decode(text(&file["key_pair"], "public_key_b64"));
    for test in file["tests"].as_array().expect("a list") {
        // The third case tells another key's name, not another key: it is a test of looking names up.
        if text(test, "name") == "wrong_key" {
            continue;
        }
        let canonical = serde_json::to_vec(&test["payload"]).expect("sorted, without blanks");
        let signature = decode(text(test, "signature_b64"));
        let holds = verify(Scheme::Ed25519, &public, Message::Whole(&canonical), &signature);
        assert_eq!(holds, text(test, "expected") == "valid", "{test}");
    }
}
