//! The store with a cheap keyslot that the kill sweep raises: no command makes one any more.

#![expect(clippy::disallowed_methods, reason = "a test reads and writes its own files")]

use strongroom::clock::Timestamp;
use strongroom::crypto::kdf::KdfParams;
use strongroom::crypto::random::SystemRandom;
use strongroom::memory::Region;
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::passphrase::Passphrase;
use strongroom::secret::SecretBytes;
use strongroom::store::header::AuditHead;
use strongroom::store::keyslot::{Credentials, SlotKind};
use strongroom::store::open::{NewValue, SlotFacts};
use strongroom::store::value::ValueKind;
use strongroom::store::{OpenStore, SealedStore};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sweeps/fixtures/weak-slot.store");
const WEAK: KdfParams = KdfParams::fixed(1024, 1, 1);

#[test]
fn the_keyslot_of_the_kill_sweeps_store_lies_below_every_floor() {
    let bytes = std::fs::read(FILE).expect("the fixture");
    let mut region = Region::bulk(bytes.len()).expect("memory");
    region.copy_from_slice(&bytes);
    let store = SealedStore::parse(region).expect("a store");
    assert_eq!(store.header().network, NetworkMode::Devnet);
    let kdf = store.header().slots[0].info.kdf.expect("a passphrase slot");
    assert_eq!(kdf.params, WEAK);
    assert!(!kdf.params.meets(NetworkMode::Devnet.policy().kdf_floor));
}

#[test]
#[ignore = "writes the fixture anew: cargo nextest run --run-ignored only sweep_fixture"]
fn write_the_fixture() {
    let random = &mut SystemRandom;
    let passphrase =
        Passphrase::new(SecretBytes::copy_from(b"first-Passphrase-Kx82vQ-of-the-sweep"));
    let credentials = Credentials { passphrase: passphrase.expect("valid"), keyfile: None };
    let secret = credentials.slot_secret(SlotKind::Passphrase, WEAK, random).expect("derived");
    let chosen = Timestamp::EPOCH;
    let facts = SlotFacts { chosen, strong: true };
    let mut store = OpenStore::create(NetworkMode::Devnet, secret, facts, random).expect("a store");
    let value = SecretBytes::copy_from(b"value-one-MARKER-Lp93cY");
    let new =
        NewValue { value: &value, kind: ValueKind::Opaque, note: None, expires: None, keep: 5 };
    let name = SecretName::parse("a.key").expect("a name");
    store.set(&name, new, chosen, random).expect("room");
    let sealed = store.seal(chosen, AuditHead::default(), random).expect("sealed");
    std::fs::write(FILE, &*sealed.bytes).expect("written");
}
