//! A wrapped key against its golden file, and against another program (P16).

use strongroom::clock::Timestamp;
use strongroom::crypto::kdf::Ceiling;
use strongroom::crypto::random::Random as _;
use strongroom::keyring::key::Replaced;
use strongroom::keyring::{Fresh, Key, KeyId, KeyKind, Role};
use strongroom::network::NetworkMode;
use strongroom::secret::PrivateKey;
use strongroom::store::OpenStore;
use strongroom::store::keyslot::SlotKind;
use strongroom::store::managed::{Holder, KeySealer};
use strongroom::store::open::SlotFacts;
use strongroom::store::wrapped::{WrappedKey, wrap};

use crate::store_format::forge::{CHEAP, Counting, credentials};
use crate::support::{repository, updating_generated, vector, write};

const PASSPHRASE: &str = "of the wrapped key";

fn fresh(sealer: &KeySealer, id: &KeyId, n: u32, random: &mut Counting) -> Fresh {
    let mut private = PrivateKey::zeroed();
    random.fill(private.expose_mut()).expect("counted");
    let kind = KeyKind::Ed25519;
    let public = kind.public_half(&private).expect("a key");
    let holder = Holder { id, n, kind, public: &public };
    let bytes = sealer.seal(holder, &private, random).expect("sealed");
    Fresh { public, sealed: bytes, proof: None }
}

/// A key of two versions, wrapped.
fn made() -> Vec<u8> {
    let random = &mut Counting(0);
    let at = Timestamp::from_unix;
    let slot = |random: &mut Counting| {
        let credentials = credentials(PASSPHRASE, None);
        credentials.slot_secret(SlotKind::Passphrase, CHEAP, random).expect("a slot")
    };
    let facts = SlotFacts { chosen: at(1_700_000_000), strong: true };
    let secret = slot(random);
    let mut store =
        OpenStore::create(NetworkMode::Testnet, secret, facts, random).expect("a store");
    let (sealer, id) = (store.key_sealer(), KeyId::parse("api").expect("an id"));
    let first = fresh(&sealer, &id, 1, random);
    let mut key = Key::new(id.clone(), KeyKind::Ed25519, Role::Signing, first, at(1_700_000_100))
        .expect("a key");
    let second = fresh(&sealer, &id, 2, random);
    key.rotate(second, Replaced::InTurn, at(1_700_000_200), at(1_700_600_000)).expect("rotated");
    key.add_uses(41).expect("counted");
    store.keyring_mut().add(key).expect("added");
    let secret = slot(random);
    wrap(&store, "api", &secret, at(1_700_000_300), random).expect("wrapped")
}

#[test]
fn a_wrapped_key_is_its_golden_file_and_opens() {
    let bytes = made();
    if updating_generated() {
        write(&repository("tests/vectors/wrapped/api.key"), &bytes);
    }
    let golden = vector("wrapped/api.key");
    assert!(golden == bytes, "the format changed");
    let wrapped = WrappedKey::parse(&golden).expect("parsed");
    assert_eq!(wrapped.network(), NetworkMode::Testnet);
    let open = |passphrase: &str| wrapped.open(&credentials(passphrase, None), Ceiling::default());
    let opened = open(PASSPHRASE).expect("opened");
    let key = opened.key();
    assert_eq!((key.id.as_str(), key.versions().len()), ("api", 2));
    assert_eq!(key.require_active().expect("active").uses, 41);
    assert!(open("another passphrase").is_err());
}

#[test]
fn an_independent_reader_opens_a_wrapped_key() {
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let read = |bytes: &[u8], passphrase: &str| {
        write(&scratch.path().join("passphrase"), passphrase.as_bytes());
        write(&scratch.path().join("key"), bytes);
        let output = std::process::Command::new("python3")
            .current_dir(scratch.path())
            .arg(repository("tests/readers/read_wrapped.py"))
            .args(["passphrase", "key"])
            .output()
            .expect("python3 is needed, with the modules of tests/readers/requirements.txt");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(output.stdout) } else { Err(text) }
    };
    let whole = vector("wrapped/api.key");
    let answer: serde_json::Value =
        serde_json::from_slice(&read(&whole, PASSPHRASE).expect("read")).expect("JSON");
    let opened = WrappedKey::parse(&whole)
        .and_then(|w| w.open(&credentials(PASSPHRASE, None), Ceiling::default()))
        .expect("opened");
    let key = opened.key();
    assert_eq!((&answer["id"], &answer["network"]), (&"api".into(), &"testnet".into()));
    for (found, version) in
        answer["versions"].as_array().expect("a list").iter().zip(key.versions())
    {
        assert_eq!(found["n"], version.n);
        assert_eq!(found["public"], data_encoding::HEXLOWER.encode(&version.public));
        assert_eq!(found["private"], true);
    }
    assert!(read(&whole, "another passphrase").unwrap_err().contains("no slot opens"));
    for at in [20, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(read(&changed, PASSPHRASE).unwrap_err().contains("refused"), "{at}");
    }
}
