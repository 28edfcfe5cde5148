//! Keys: made, imported, derived, shown, used, given up.

use strongroom::kind::Kind;

use crate::support::stage::Stage;

fn hex(ran: &crate::support::stage::Ran) -> String {
    ran.text().trim().to_owned()
}

#[test]
fn a_key_of_every_kind_is_made_and_shown() {
    let stage = Stage::devnet();
    for (id, kind, role) in [
        ("identity", "ed25519", "identity"),
        ("peer", "x25519", "encryption"),
        ("treasury", "secp256k1", "wallet"),
        ("wrap", "symmetric-32", "wrap"),
    ] {
        let made = stage
            .rotate(&format!("key create %s {id} --kind {kind} --role {role} --json"))
            .run()
            .ok()
            .json();
        let key = &made["keys"][0];
        assert_eq!((key["id"].as_str(), key["active_version"].as_u64()), (Some(id), Some(1)));
        assert_eq!(key["did"].is_string(), kind == "ed25519");
        assert_eq!(key["address"].is_string(), role == "wallet");
    }
    let list = stage.rotate("key list %s").run().ok().text();
    assert_eq!(list.lines().count(), 4);
    stage.rotate("key list %s --json").run().ok();
    stage.rotate("key show %s treasury --json").run().ok();
    let shown = stage.rotate("key show %s treasury").run().ok().text();
    assert!(shown.contains("kaspadev:q"), "{shown}");
    let tree = stage.rotate("key tree %s --json").run().ok().json();
    let peer = tree["keys"].as_array().unwrap().iter().find(|key| key["id"] == "peer").unwrap();
    assert_eq!(peer["parent"], "identity");
    stage.on("verify %s").run().ok();
    stage.on("check %s --network devnet").run();
}

#[test]
fn an_id_is_given_once_and_a_role_belongs_to_a_kind() {
    let stage = Stage::devnet();
    stage.rotate("key create %s a --kind ed25519 --role signing").run().ok();
    stage
        .rotate("key create %s a --kind x25519 --role encryption")
        .refused(Kind::Exists, "an id is never given twice");
    stage
        .rotate("key create %s b --kind x25519 --role identity")
        .refused(Kind::Usage, "cannot have the role");
    stage.rotate("key create %s b --kind rsa --role identity").refused(Kind::Usage, "--kind takes");
    stage
        .rotate("key create %s ../b --kind ed25519 --role identity")
        .refused(Kind::Usage, "a key's id");
    stage.rotate("key destroy %s a --yes").run().ok();
    stage
        .rotate("key create %s a --kind ed25519 --role signing")
        .refused(Kind::Exists, "an id is never given twice");
    for line in
        ["key show %s gone", "rotate %s gone", "use %s --key gone --add 1", "history %s gone"]
    {
        stage.rotate(line).refused(Kind::NotFound, "no managed key has that id");
    }
    stage.rotate("rotate %s a").refused(Kind::Policy, "the key is retired");
}

#[test]
fn an_igra_file_has_no_managed_keys() {
    let stage = Stage::empty();
    stage.on("init %s --format igra --network devnet").run().ok();
    for line in ["key create %s a --kind ed25519 --role signing", "status %s", "rotate %s --all"] {
        stage.rotate(&format!("{line} --network devnet")).refused(Kind::Unsupported, "Igra");
    }
}

#[test]
fn messages_are_signed_verified_and_counted() {
    let stage = Stage::devnet();
    stage.overwrite("%w/message", b"hello");
    stage.overwrite("%w/other", b"hellp");
    for (id, kind, role, schemes) in [
        ("e", "ed25519", "signing", &["ed25519"][..]),
        ("s", "secp256k1", "wallet", &["schnorr", "ecdsa"]),
        ("m", "symmetric-32", "mac", &["hmac-sha256", "hmac-sha512"]),
    ] {
        stage.rotate(&format!("key create %s {id} --kind {kind} --role {role}")).run().ok();
        for scheme in schemes {
            let signed = stage
                .rotate(&format!("key sign %s {id} --in %w/message --scheme {scheme}"))
                .run()
                .ok();
            let signature = hex(&signed);
            let verify = |message: &str| {
                let line = format!(
                    "key verify %s {id} --in {message} --scheme {scheme} --signature {signature}"
                );
                stage.rotate(&line).run()
            };
            verify("%w/message").ok().prints("good\n");
            verify("%w/other").ends(Kind::Findings);
        }
        let uses = stage.rotate("status %s --json").run().ok().json();
        let key = uses["keys"].as_array().unwrap().iter().find(|key| key["id"] == id).unwrap();
        assert_eq!(key["uses"].as_u64(), Some(schemes.len() as u64), "counted before it was used");
    }
    stage.overwrite("%w/own", b"strongroom/v1 continuity\0whatever");
    stage
        .rotate("key sign %s e --in %w/own")
        .run()
        .ends(Kind::Policy)
        .says("which only strongroom signs");
    let line = format!("key sign %s e --digest {}", "ab".repeat(32));
    stage.rotate(&line).run().ends(Kind::Policy).says("sign a digest");
    // What was signed before a rotation verifies with the version that signed it.
    let old = hex(&stage.rotate("key sign %s e --in %w/message").run().ok());
    stage.rotate("rotate %s e").run().ok();
    let line = format!("key verify %s e --in %w/message --signature {old}");
    stage.rotate(&line).run().ends(Kind::Findings);
    stage.rotate(&format!("{line} --version-number 1 --json")).run().ok();
}

#[test]
fn an_imported_key_is_a_key_and_a_passphrase_is_none() {
    let stage = Stage::devnet();
    let digits = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    stage.given("key", digits.as_bytes());
    let made = stage
        .rotate("key import %s bob --kind x25519 --role encryption --from file:%g/key --json")
        .run()
        .ok()
        .json();
    assert_eq!(
        made["keys"][0]["versions"][0]["public_key"],
        "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
    );
    for (name, bytes, words) in [
        ("text", &b"correct horse battery staple!!!!"[..], "no private key"),
        ("short", b"abc", "neither 32 bytes nor 64"),
        ("zero", &[0; 32], "no private key"),
        (
            "order",
            &hex_bytes("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
            "no private key",
        ),
    ] {
        stage.overwrite(&format!("%g/{name}"), bytes);
        let line = format!("key import %s x --kind secp256k1 --role wallet --from file:%g/{name}");
        stage.rotate(&line).refused(Kind::Usage, words);
    }
}

fn hex_bytes(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

#[test]
fn a_key_is_derived_once_for_each_label() {
    let stage = Stage::devnet();
    stage.rotate("key create %s wrap --kind symmetric-32 --role wrap").run().ok();
    stage.rotate("key create %s sign --kind ed25519 --role signing").run().ok();
    let derive = |id: &str, label: &str| {
        let rest = "--kind symmetric-32 --role mac --hash sha512";
        format!("key derive %s {id} --from-key wrap --label {label} {rest}")
    };
    stage.rotate(&derive("mac-a", "messages")).run().ok();
    stage.rotate(&derive("mac-b", "messages")).refused(Kind::Exists, "the label was used before");
    stage.rotate(&derive("mac-b", "1st")).refused(Kind::Usage, "a label is");
    stage.rotate(&derive("mac-b", "files")).run().ok();
    let shown = stage.rotate("key show %s mac-b --json").run().ok().json();
    assert_eq!(shown["key"]["derived_from"]["label"], "files");
    stage
        .rotate("key derive %s x --from-key sign --label a --kind symmetric-32 --role mac")
        .refused(Kind::Policy, "cannot have keys derived from it");
}

#[test]
fn uses_are_counted_and_never_lost() {
    let stage = Stage::devnet();
    stage.rotate("key create %s a --kind ed25519 --role signing").run().ok();
    stage.rotate("use %s --key a --add 7").run().ok().prints("a: 7 uses\n");
    stage.rotate("use %s --key a --add 18446744073709551615").run().ok();
    stage.rotate("use %s --key a --add 1").run().ok().prints("a: 18446744073709551615 uses\n");
    for add in ["0", "-1", "1.5", "x", "99999999999999999999"] {
        stage.rotate(&format!("use %s --key a --add={add}")).refused(Kind::Usage, "--add takes");
    }
}

#[test]
fn a_new_data_key_keeps_the_managed_keys() {
    let stage = Stage::devnet();
    stage.rotate("key create %s a --kind ed25519 --role signing").run().ok();
    let before = stage.rotate("key export-public %s a").run().ok().text();
    stage.on("data-key rotate %s --yes").run().ok();
    assert_eq!(stage.rotate("key export-public %s a").run().ok().text(), before);
    stage.overwrite("%w/message", b"hello");
    stage.rotate("key sign %s a --in %w/message").run().ok();
    stage.on("verify %s").run().ok();
}

#[test]
fn a_dry_run_changes_nothing() {
    let stage = Stage::devnet();
    stage.rotate("key create %s a --kind ed25519 --role signing").run().ok();
    let before = stage.snapshot();
    for line in [
        "key create %s b --kind ed25519 --role signing --dry-run",
        "rotate %s a --dry-run",
        "rotate %s --all --dry-run --json",
        "use %s --key a --add 5 --dry-run",
        "key destroy %s a --dry-run",
    ] {
        stage.rotate(line).run().ok();
        stage.untouched(&before, line);
    }
    let plan = stage.rotate("rotate %s a --dry-run").run().ok();
    assert_eq!(plan.text(), "would rotate the key a to version 2\n");
}
