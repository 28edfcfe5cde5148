//! Golden stores: made from counted bytes, compared byte for byte, opened again.
//!
//! `UPDATE_GENERATED=1` writes them anew. That is right only before a release: a file of a released version never changes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strongroom::clock::Timestamp;
use strongroom::crypto::derive::Label;
use strongroom::crypto::hash::Algorithm;
use strongroom::crypto::mac;
use strongroom::crypto::random::Random;
use strongroom::keyring::key::Replaced;
use strongroom::keyring::{Fresh, Key, KeyFacts, KeyId, KeyKind, Keyring, Origin, Role};
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::rotation::policy::Policy;
use strongroom::secret::{DerivedKey, PrivateKey, SecretBytes, SigningSeed};
use strongroom::store::entry::{Entry, Version};
use strongroom::store::header::AuditHead;
use strongroom::store::inventory::{Claim, Inventory};
use strongroom::store::keyslot::{Credentials, SlotIdentity};
use strongroom::store::managed::Holder;
use strongroom::store::open::{NewValue, SlotFacts};
use strongroom::store::payload::{Payload, Secrets};
use strongroom::store::sealed;
use strongroom::store::state::State;
use strongroom::store::value::{Binding, ValueKeys, ValueKind};
use strongroom::store::{Header, OpenStore, SealedStore, StoreId};

use super::forge::{CHEAP, Counting, credentials, open, region};
use crate::support::{hex, repository, updating_generated, vector, vector_json, write};

pub const PASSPHRASE: &str = "correct horse battery staple";
pub const RECOVERY: &str = "recovery \u{fb01}le, Å"; // NFKC folds the ligature
pub const KEYFILE: &[u8] = b"the content of a keyfile\n";
/// 2026-01-24T09:30:00Z.
const NOW: Timestamp = Timestamp::from_unix(1_769_247_000);

fn later(seconds: u64) -> Timestamp {
    Timestamp::from_unix(NOW.as_unix() + seconds)
}

fn facts(strong: bool) -> SlotFacts {
    SlotFacts { chosen: NOW, strong }
}

fn new_store(network: NetworkMode, random: &mut Counting) -> OpenStore {
    let credentials = credentials(PASSPHRASE, None);
    let secret = credentials.slot_secret(credentials.slot_kind(), CHEAP, random).expect("derived");
    OpenStore::create(network, secret, facts(false), random).expect("made")
}

fn set(store: &mut OpenStore, name: &str, value: &[u8], kind: ValueKind, random: &mut Counting) {
    let value = SecretBytes::copy_from(value);
    let new = NewValue { value: &value, kind, note: None, expires: None, keep: 5 };
    store.set(&SecretName::parse(name).expect("a name"), new, NOW, random).expect("set");
}

fn seal(store: &mut OpenStore, random: &mut Counting) -> Vec<u8> {
    store.seal(later(1), AuditHead::default(), random).expect("sealed").bytes.to_vec()
}

fn reopened(file: &[u8]) -> OpenStore {
    open(file, &credentials(PASSPHRASE, None)).expect("opens")
}

/// The smallest store there is.
pub fn empty(network: NetworkMode) -> Vec<u8> {
    let random = &mut Counting(0);
    seal(&mut new_store(network, random), random)
}

pub fn one_secret() -> Vec<u8> {
    let random = &mut Counting(1000);
    let mut store = new_store(NetworkMode::Devnet, random);
    set(&mut store, "igra.wallet_secret", b"one value", ValueKind::Utf8, random);
    seal(&mut store, random)
}

/// Several secrets with history, note, tags and expiry, put together from the parts: no command sets tags yet.
pub fn several() -> Vec<u8> {
    let random = &mut Counting(2000);
    let store_id = StoreId(*b"several secrets!");
    let mut key = || SecretBytes::copy_from(&random.number().to_le_bytes().repeat(4));
    let (mut dek, mut seed, mut root) =
        (strongroom::secret::DataKey::zeroed(), SigningSeed::zeroed(), DerivedKey::zeroed());
    for room in [dek.expose_mut(), seed.expose_mut(), root.expose_mut()] {
        room.copy_from_slice(key().expose());
    }
    let mut secrets = Secrets::new(seed, root);
    (secrets.next_version, secrets.next_slot) = (100, 8);
    secrets.slot_labels.insert(7, "the operator's own".to_owned());
    let mut payload = Payload::new(secrets);
    let values = ValueKeys::new(&dek, store_id);
    let mut put = |name: &str, contents: &[(u64, ValueKind, &[u8])], extra: fn(&mut Entry)| {
        let name = SecretName::parse(name).expect("a name");
        let version = |&(n, kind, content): &(u64, ValueKind, &[u8])| {
            let created = later(n);
            let binding = Binding { store: store_id, name: name.as_str(), n, kind, created };
            let value = SecretBytes::copy_from(content);
            let sealed = values.seal(binding, &value, random).expect("sealed");
            Version { n, created, kind, sealed }
        };
        let versions = contents.iter().map(version).collect();
        let (created, updated) = (later(1), later(99));
        let (note, tags, expires) = (None, Vec::new(), None);
        let mut entry = Entry { name, created, updated, note, tags, expires, versions };
        extra(&mut entry);
        payload.put(entry).expect("room");
    };
    put(
        "api-token",
        &[
            (9, ValueKind::Utf8, b"newest"),
            (5, ValueKind::Opaque, b"\xff\x00middle"),
            (2, ValueKind::Utf8, b""),
        ],
        |e| {
            e.note = Some("asked for by billing, naïvely".to_owned());
            e.expires = Some(later(86_400 * 90));
        },
    );
    put("backup.key", &[(40, ValueKind::Hex32, &[0xa5; 32])], |e| {
        e.tags = ["cold", "mainnet", "zug"].map(str::to_owned).to_vec();
    });
    let words = [&b"abandon "[..]; 11].concat();
    put("wallet_secret", &[(99, ValueKind::Bip39, &[&words[..], b"about"].concat())], |_| {});
    put("z", &[(50, ValueKind::Opaque, &[0; 1000])], |_| {});

    let credentials = credentials(PASSPHRASE, None);
    let secret = credentials.slot_secret(credentials.slot_kind(), CHEAP, random).expect("derived");
    let mut header = Header {
        store_id,
        network: NetworkMode::Devnet,
        generation: 41,
        content_generation: 40,
        key_epoch: 3,
        written_at: later(100),
        payload_len: 0,
        payload_salt: [0; 32],
        audit_head: AuditHead { seq: 70_000, mac: [0xb7; 32] },
        store_key: strongroom::crypto::sign::public_key(&payload.secrets.signing_seed),
        slots: Vec::new(),
        inventory: Inventory::default(),
    };
    header.inventory.claims = BTreeMap::from([(Claim::WalletSecretSet, 41)]);
    header.inventory.strong_slots = BTreeMap::from([(7, 3)]);
    let identity = SlotIdentity { id: 7, created: NOW, key_epoch: 3 };
    header
        .slots
        .push(secret.wrap(&header.slot_context(), identity, &dek, random).expect("wrapped"));
    let unsigned = sealed::seal(header, &payload, &[0; 32], &dek, random, &mut None);
    let unsigned = unsigned.expect("sealed");
    let hash = unsigned.hash();
    unsigned.finish(hash, &payload.secrets.signing_seed).bytes.to_vec()
}

fn recovery() -> Credentials {
    credentials(RECOVERY, Some(KEYFILE))
}

pub fn two_slots() -> Vec<u8> {
    let random = &mut Counting(3000);
    let mut store = new_store(NetworkMode::Devnet, random);
    set(&mut store, "payment_secret", b"behind two doors", ValueKind::Utf8, random);
    let store = &mut reopened(&seal(&mut store, random));
    let second = recovery();
    let secret = second.slot_secret(second.slot_kind(), CHEAP, random).expect("derived");
    let label = Some("in the safe".to_owned());
    store.add_slot(&secret, label, facts(true), random).expect("added");
    store.claim(Claim::PaymentSecretSet, true);
    seal(store, random)
}

pub fn rotated() -> Vec<u8> {
    let random = &mut Counting(4000);
    let mut store = reopened(&two_slots());
    store.rotate_data_key(&BTreeMap::new(), random).expect("rotated");
    store.renew_roots(random).expect("renewed");
    seal(&mut store, random)
}

/// Managed keys of every kind: one rotated with its private half still kept, one rotated and past its grace, one derived, one
/// retired.
pub fn managed_keys() -> Vec<u8> {
    let random = &mut Counting(5000);
    let mut store = new_store(NetworkMode::Testnet, random);
    let sealer = store.key_sealer();
    let mut fresh = |id: &KeyId, n: u32, kind: KeyKind| {
        let mut private = PrivateKey::zeroed();
        random.fill(private.expose_mut()).expect("counted");
        let public = kind.public_half(&private).expect("a key");
        let holder = Holder { id, n, kind, public: &public };
        let bytes = sealer.seal(holder, &private, random).expect("sealed");
        Fresh { public, sealed: bytes, proof: None }
    };
    let id = |text: &str| KeyId::parse(text).expect("an id");
    let mut ring = Keyring::default();
    for (name, kind, role) in [
        ("identity", KeyKind::Ed25519, Role::Identity),
        ("peer.encryption", KeyKind::X25519, Role::Encryption),
        ("treasury", KeyKind::Secp256k1, Role::Wallet),
        ("wrap", KeyKind::Symmetric32, Role::Wrap),
    ] {
        let id = id(name);
        let version = fresh(&id, 1, kind);
        ring.add(Key::new(id, kind, role, version, later(10)).expect("a key")).expect("added");
    }
    let identity = ring.key_mut("identity").expect("there");
    let version = fresh(&identity.id.clone(), 2, KeyKind::Ed25519);
    identity.rotate(version, Replaced::InTurn, later(20), later(30)).expect("rotated");
    identity.add_uses(70_000).expect("counted");
    let peer = ring.key_mut("peer.encryption").expect("there");
    let version = fresh(&peer.id.clone(), 2, KeyKind::X25519);
    peer.rotate(version, Replaced::InTurn, later(20), later(25)).expect("rotated");
    assert_eq!(peer.end_grace(later(25)), [1]);
    let version = fresh(&id("mac"), 1, KeyKind::Symmetric32);
    let mut derived =
        Key::new(id("mac"), KeyKind::Symmetric32, Role::Mac, version, later(15)).expect("a key");
    let label = Label::parse("messages").expect("a label");
    let algorithm = Algorithm::Sha512;
    derived.origin = Some(Origin { parent: id("wrap"), n: 1, label, algorithm });
    ring.add(derived).expect("added");
    ring.key_mut("treasury").expect("there").retire(later(40)).expect("retired");
    let facts = |key: &Key| KeyFacts::of(key, Policy::default_of(key.role).limits());
    let facts = ring.iter().map(facts).collect();
    *store.keyring_mut() = ring;
    store.show_keys(facts);
    seal(&mut store, random)
}

/// Every golden store by name.
pub fn stores() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("empty-devnet", empty(NetworkMode::Devnet)),
        ("empty-testnet", empty(NetworkMode::Testnet)),
        ("empty-mainnet", empty(NetworkMode::Mainnet)),
        ("one-secret", one_secret()),
        ("several", several()),
        ("two-slots", two_slots()),
        ("rotated", rotated()),
        ("managed-keys", managed_keys()),
    ]
}

/// What an opened store holds, in the form that the independent reader prints.
pub fn contents(store: &OpenStore) -> Value {
    let mut secrets = serde_json::Map::new();
    for name in store.names() {
        let entry = store.entry(name).expect("sound").expect("there");
        let newest = &entry.versions[0];
        let versions: Vec<Value> = entry
            .versions
            .iter()
            .map(|v| {
                let value = store.value(name, Some(v.n)).expect("opens").expect("there");
                json!({
                    "n": v.n,
                    "kind": v.kind.name(),
                    "created": v.created.as_unix(),
                    "value_hex": data_encoding::HEXLOWER.encode(value.expose()),
                })
            })
            .collect();
        let about = json!({
            "n": newest.n,
            "kind": newest.kind.name(),
            "value_hex": versions[0]["value_hex"],
            "versions": versions,
            "note": entry.note,
            "tags": entry.tags,
            "expires": entry.expires.map(Timestamp::as_unix),
        });
        secrets.insert(name.to_owned(), about);
    }
    let header = store.header();
    let mut all = json!({
        "store_id": header.store_id.to_string(),
        "network": header.network.name(),
        "generation": header.generation,
        "key_epoch": header.key_epoch,
        "secrets": secrets,
    });
    if !store.keyring().is_empty() {
        all["keys"] = keys_of(store);
    }
    all
}

fn keys_of(store: &OpenStore) -> Value {
    let sealer = store.key_sealer();
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let key = |key: &Key| {
        let version = |v: &strongroom::keyring::Version| {
            let id = key.id.as_str();
            let private = v
                .sealed
                .as_ref()
                .map(|_| hex(store.private_half(&sealer, id, v.n).expect("opens").expose()));
            json!({
                "n": v.n,
                "state": v.state.name(),
                "uses": v.uses,
                "public": hex(&v.public),
                "private": private,
            })
        };
        let versions: Vec<Value> = key.versions().iter().map(version).collect();
        let origin = key
            .origin
            .as_ref()
            .map(|o| json!([o.parent.as_str(), o.n, o.label.as_str(), o.algorithm.name()]));
        json!({
            "id": key.id.as_str(),
            "kind": key.kind.name(),
            "role": key.role.name(),
            "versions": versions,
            "origin": origin,
            "retired": key.retired.map(Timestamp::as_unix),
        })
    };
    store.keyring().iter().map(key).collect()
}

fn manifest() -> Value {
    let described = |(name, file): (&str, Vec<u8>)| (name.to_owned(), contents(&reopened(&file)));
    json!({
        "passphrase": PASSPHRASE,
        "recovery_passphrase": RECOVERY,
        "keyfile_hex": data_encoding::HEXLOWER.encode(KEYFILE),
        "stores": stores().into_iter().map(described).collect::<serde_json::Map<_, _>>(),
    })
}

/// Compares with the golden file, or writes it.
fn hold(path: &str, bytes: &[u8]) {
    if updating_generated() {
        write(&repository("tests/vectors/store").join(path), bytes);
    }
    assert!(vector(&format!("store/{path}")) == bytes, "{path} differs from what is written now");
}

#[test]
fn golden_stores_are_written_byte_for_byte() {
    for (name, file) in stores() {
        hold(&format!("{name}.store"), &file);
    }
    let text = serde_json::to_string_pretty(&manifest()).expect("JSON") + "\n";
    hold("MANIFEST.json", text.as_bytes());
}

#[test]
fn golden_stores_open_and_hold_what_they_held() {
    let manifest = vector_json("store/MANIFEST.json");
    let passphrase = manifest["passphrase"].as_str().expect("text");
    let stores = manifest["stores"].as_object().expect("a map");
    assert_eq!(stores.len(), 8);
    for (name, expected) in stores {
        let file = vector(&format!("store/{name}.store"));
        let store = open(&file, &credentials(passphrase, None)).expect(name);
        assert_eq!(contents(&store), *expected, "{name}");
        let parsed = SealedStore::parse(region(&file)).expect(name);
        assert_eq!(mac::sha256(&[&file[..file.len() - 64]]), parsed.verify().expect(name));
        let header_len = parsed.header().encode().len();
        assert_eq!(parsed.header().encode(), file[14..14 + header_len], "{name}");
    }
}

#[test]
fn the_second_slot_opens_with_its_keyfile_and_any_form_of_its_passphrase() {
    let manifest = vector_json("store/MANIFEST.json");
    let keyfile = hex(manifest["keyfile_hex"].as_str().expect("text"));
    let file = vector("store/two-slots.store");
    for typed in
        [manifest["recovery_passphrase"].as_str().expect("text"), "recovery file, A\u{30a}"]
    {
        let store = open(&file, &credentials(typed, Some(&keyfile))).expect("opens");
        assert_eq!(store.unlocked_slot(), 1);
        assert_eq!(store.slot_label(1), Some("in the safe"));
    }
    let gone = open(&vector("store/rotated.store"), &recovery()).err().expect("dropped");
    assert!(matches!(gone, strongroom::store::StoreError::WrongPassphrase), "{gone}");
}

#[test]
fn the_state_file_is_written_byte_for_byte() {
    let file = several();
    let sealed = SealedStore::parse(region(&file)).expect("sound");
    let state = State::of(sealed.header(), sealed.verify().expect("signed"), later(200));
    hold("several.state", &state.encode());
    let golden = vector("store/several.state");
    assert_eq!(State::decode(&golden).expect("read"), state);
    for bit in 0..golden.len() * 8 {
        let mut torn = golden.clone();
        torn[bit / 8] ^= 1 << (bit % 8);
        assert!(State::decode(&torn).is_err(), "bit {bit}");
    }
    for len in 0..golden.len() {
        assert!(State::decode(&golden[..len]).is_err(), "{len}");
    }
}
