//! Known answers for the primitives, asked through our own doors to them. The origin of each file is in
//! `tests/vectors/README.md`.

use std::collections::BTreeMap;

use serde_json::Value;
use strongroom::crypto::hash::{self, Algorithm};
use strongroom::crypto::kdf::{self, KdfParams};
use strongroom::crypto::sign::{self, PublicKey};
use strongroom::crypto::{aead, exchange, mac};
use strongroom::secret::{PrivateKey, SigningSeed};

use crate::support::{hex, vector_json};

/// The bytes of a hexadecimal field.
fn bytes(case: &Value, field: &str) -> Vec<u8> {
    hex(case[field].as_str().unwrap_or_else(|| panic!("{field} in {case}")))
}

fn number(case: &Value, field: &str) -> u32 {
    case[field].as_u64().and_then(|n| n.try_into().ok()).unwrap_or_else(|| panic!("{field}"))
}

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Every test of a Wycheproof file, with its group, its result, and a name for messages; how often each result occurs.
fn wycheproof_results(
    file: &str,
    mut check: impl FnMut(&Value, &Value, &str, &str),
) -> BTreeMap<String, u64> {
    let file = vector_json(&format!("wycheproof/{file}"));
    let mut seen = BTreeMap::new();
    for group in array(&file["testGroups"]) {
        for test in array(&group["tests"]) {
            let result = test["result"].as_str().expect("a result");
            *seen.entry(result.to_owned()).or_default() += 1;
            check(group, test, result, &format!("test {}: {}", test["tcId"], test["comment"]));
        }
    }
    assert_eq!(Some(seen.values().sum::<u64>()), file["numberOfTests"].as_u64());
    seen
}

/// The same for a file whose tests are valid or invalid.
fn wycheproof(file: &str, mut check: impl FnMut(&Value, &Value, bool, &str)) {
    let seen = wycheproof_results(file, |group, test, result, name| {
        check(group, test, result == "valid", name);
    });
    let results: Vec<&str> = seen.keys().map(String::as_str).collect();
    assert_eq!(results, ["invalid", "valid"], "both outcomes occur and no other");
}

#[test]
fn hmac_gives_the_answers_of_rfc_4231() {
    for case in array(&vector_json("rfc/rfc4231_hmac.json")["cases"]) {
        let tag = mac::hmac(&bytes(case, "key"), &[&bytes(case, "data")]);
        let expected = bytes(case, "sha256");
        // Case 5 is printed truncated.
        assert_eq!(tag[..expected.len()], expected, "{case}");
    }
}

#[test]
fn hmac_gives_the_answers_of_wycheproof() {
    wycheproof("hmac_sha256_test.json", |_, test, valid, name| {
        let tag = mac::hmac(&bytes(test, "key"), &[&bytes(test, "msg")]);
        let expected = bytes(test, "tag");
        assert_eq!(mac::same(&tag[..expected.len()], &expected), valid, "{name}");
    });
}

#[test]
fn hkdf_gives_the_answers_of_rfc_5869() {
    for case in array(&vector_json("rfc/rfc5869_hkdf_sha256.json")["cases"]) {
        let mut out = vec![0; number(case, "L") as usize];
        let info = bytes(case, "info");
        assert!(mac::hkdf(&bytes(case, "ikm"), &bytes(case, "salt"), &[&info], &mut out));
        assert_eq!(out, bytes(case, "okm"), "{case}");
    }
}

#[test]
fn hkdf_gives_the_answers_of_wycheproof() {
    wycheproof("hkdf_sha256_test.json", |_, test, valid, name| {
        let mut out = vec![0; number(test, "size") as usize];
        let info = bytes(test, "info");
        let made = mac::hkdf(&bytes(test, "ikm"), &bytes(test, "salt"), &[&info], &mut out);
        assert_eq!(made, valid, "{name}");
        if valid {
            assert_eq!(out, bytes(test, "okm"), "{name}");
        }
    });
}

#[test]
fn argon2id_gives_the_published_answers() {
    let mut asked = 0;
    for case in array(&vector_json("rfc/rfc9106_argon2id.json")["cases"]) {
        // The case of the RFC itself (section 5.3) has a secret and associated data. Our formats use neither, so it asks the
        // primitive that they are built on.
        if case.get("secret").is_some() {
            let costs = ["memcost", "iter", "lanes"].map(|name| number(case, name));
            let mut params = argon2::ParamsBuilder::new();
            let params = params.m_cost(costs[0]).t_cost(costs[1]).p_cost(costs[2]);
            let ad = argon2::AssociatedData::new(&bytes(case, "ad")).expect("short");
            let params = params.data(ad).build().expect("in range");
            let (secret, version) = (bytes(case, "secret"), argon2::Version::V0x13);
            let id = argon2::Algorithm::Argon2id;
            let with_secret = argon2::Argon2::new_with_secret(&secret, id, version, params);
            let mut out = vec![0; number(case, "length") as usize];
            let (password, salt) = (bytes(case, "password"), bytes(case, "salt"));
            let mut memory = vec![argon2::Block::new(); 32];
            let done = with_secret.expect("made").hash_password_into_with_memory(
                &password,
                &salt,
                &mut out,
                &mut memory,
            );
            assert_eq!((done, out), (Ok(()), bytes(case, "output")), "{case}");
            asked += 1;
            continue;
        }
        let params =
            KdfParams::new(number(case, "memcost"), number(case, "iter"), number(case, "lanes"))
                .expect("in range");
        let mut out = vec![0; number(case, "length") as usize];
        kdf::argon2id(params, &bytes(case, "password"), &bytes(case, "salt"), &mut out)
            .expect("derived");
        assert_eq!(out, bytes(case, "output"), "{case}");
        asked += 1;
    }
    assert_eq!(asked, 4);
}

#[test]
fn xchacha20_poly1305_gives_the_answers_of_wycheproof() {
    wycheproof("xchacha20_poly1305_test.json", |_, test, valid, name| {
        let key: [u8; 32] = bytes(test, "key").try_into().expect("32 bytes");
        let Ok(nonce) = aead::Nonce::try_from(bytes(test, "iv")) else {
            // The type of a nonce refuses every other length.
            assert!(!valid, "{name}");
            return;
        };
        let (aad, message, sealed) = (bytes(test, "aad"), bytes(test, "msg"), bytes(test, "ct"));
        let tag: aead::Tag = bytes(test, "tag").try_into().expect("16 bytes");

        let mut buffer = sealed.clone();
        let opened = aead::open(&key, &nonce, &aad, &mut buffer, &tag);
        assert_eq!(opened.is_ok(), valid, "{name}");
        assert_eq!(buffer, if valid { message.clone() } else { sealed.clone() }, "{name}");

        let mut buffer = message;
        let made = aead::seal(&key, &nonce, &aad, &mut buffer);
        assert_eq!((buffer, made) == (sealed, tag), valid, "{name}");
    });
}

#[test]
fn ed25519_gives_the_answers_of_wycheproof() {
    wycheproof("ed25519_test.json", |group, test, valid, name| {
        let key = PublicKey(bytes(&group["publicKey"], "pk").try_into().expect("32 bytes"));
        let (message, signature) = (bytes(test, "msg"), bytes(test, "sig"));
        let Ok(signature) = <[u8; sign::SIGNATURE_LEN]>::try_from(signature) else {
            // The type of a signature refuses every other length.
            assert!(!valid, "{name}");
            return;
        };
        assert_eq!(sign::verify(&key, &message, &signature), valid, "{name}");
    });
}

#[test]
fn x25519_gives_the_answers_of_wycheproof_and_refuses_to_agree_on_zero() {
    let mut refused = 0;
    let seen = wycheproof_results("x25519_test.json", |_, test, result, name| {
        let mut key = PrivateKey::zeroed();
        key.expose_mut().copy_from_slice(&bytes(test, "private"));
        let theirs = bytes(test, "public").try_into().expect("32 bytes");
        let agreed = exchange::agree(&key, &theirs).map(|agreed| agreed.expose().to_vec());
        // What the file leaves open is a public key that nobody makes by the book. RFC 7748 takes all of them but those of low
        // order, which give zero.
        let zero = test["flags"].as_array().expect("flags").contains(&"ZeroSharedSecret".into());
        assert_eq!(agreed, (!zero).then(|| bytes(test, "shared")), "{name}");
        assert_eq!(exchange::is_usable(&theirs), !zero, "{name}");
        assert!(result == "acceptable" || (result == "valid" && !zero), "{name}");
        refused += u64::from(zero);
    });
    assert_eq!((seen["valid"], seen["acceptable"], refused), (265, 253, 31));
}

#[test]
fn ed25519_makes_the_signatures_of_rfc_8032() {
    // Section 7.1, tests 1 to 3: seed, public key, message, signature.
    let cases = [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];
    for (seed, public, message, signature) in cases {
        let mut key = SigningSeed::zeroed();
        key.expose_mut().copy_from_slice(&hex(seed));
        assert_eq!(sign::public_key(&key).to_string(), public);
        assert_eq!(sign::sign(&key, &hex(message)).to_vec(), hex(signature));
    }
}

/// Every hash of the family, with its name in the files.
const FAMILY: [(Algorithm, &str); 3] =
    [(Algorithm::Sha256, "sha256"), (Algorithm::Sha384, "sha384"), (Algorithm::Sha512, "sha512")];

#[test]
fn hmac_of_every_hash_gives_the_answers_of_rfc_4231() {
    for case in array(&vector_json("rfc/rfc4231_hmac.json")["cases"]) {
        for (algorithm, name) in FAMILY {
            let tag = hash::hmac(algorithm, &bytes(case, "key"), &[&bytes(case, "data")]);
            let expected = bytes(case, name);
            assert_eq!(tag[..expected.len()], expected, "{name} {case}");
        }
    }
}

#[test]
fn hmac_of_every_hash_gives_the_answers_of_wycheproof() {
    for (algorithm, file) in FAMILY {
        wycheproof(&format!("hmac_{file}_test.json"), |_, test, valid, name| {
            let (key, text, tag) = (bytes(test, "key"), bytes(test, "msg"), bytes(test, "tag"));
            let whole = tag.len() == algorithm.len();
            assert_eq!(hash::verify(algorithm, &key, &[&text], &tag), valid && whole, "{name}");
            let found = hash::hmac(algorithm, &key, &[&text]);
            assert_eq!(mac::same(&found[..tag.len()], &tag), valid, "{name}");
        });
    }
}

#[test]
fn hkdf_of_every_hash_gives_the_answers_of_wycheproof() {
    for (algorithm, file) in FAMILY {
        wycheproof(&format!("hkdf_{file}_test.json"), |_, test, valid, name| {
            let mut out = vec![0; number(test, "size") as usize];
            let (ikm, salt, info) = (bytes(test, "ikm"), bytes(test, "salt"), bytes(test, "info"));
            let made = hash::hkdf(algorithm, &ikm, &salt, &[&info], &mut out);
            assert_eq!(made && out == bytes(test, "okm"), valid, "{name}");
        });
    }
}
