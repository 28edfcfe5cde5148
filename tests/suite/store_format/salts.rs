//! The payload's salt: one for each commit, also where the generator of random numbers always says the same.

use strongroom::clock::Timestamp;
use strongroom::crypto::random::{Random, RandomError};
use strongroom::name::SecretName;
use strongroom::secret::SecretBytes;
use strongroom::store::header::AuditHead;
use strongroom::store::open::NewValue;
use strongroom::store::value::ValueKind;
use strongroom::store::{OpenStore, SealedStore};

use super::forge::{credentials, open, region};
use super::golden::{PASSPHRASE, several};

/// A machine that was resumed from a snapshot, again and again.
struct Stuck;

impl Random for Stuck {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(9);
        Ok(())
    }
}

/// The salt of the next commit after `change`, made at second `now`.
fn salt(base: &[u8], now: u64, change: impl FnOnce(&mut OpenStore)) -> [u8; 32] {
    let mut store = open(base, &credentials(PASSPHRASE, None)).expect("opens");
    change(&mut store);
    let now = Timestamp::from_unix(now);
    let sealed = store.seal(now, AuditHead::default(), &mut Stuck).expect("sealed");
    SealedStore::parse(region(&sealed.bytes)).expect("sound").header().payload_salt
}

fn set(store: &mut OpenStore, name: &str, value: &[u8]) {
    let value = SecretBytes::copy_from(value);
    let kind = ValueKind::Opaque;
    let new = NewValue { value: &value, kind, note: None, expires: None, keep: 5 };
    let name = SecretName::parse(name).expect("a name");
    store.set(&name, new, Timestamp::from_unix(1), &mut Stuck).expect("set");
}

fn remove(store: &mut OpenStore, at: usize) {
    let name = store.names().nth(at).map(|name| SecretName::parse(name).expect("a name"));
    store.remove(&name.expect("a secret"));
}

#[test]
fn the_salt_differs_wherever_header_or_payload_do_even_when_the_generator_repeats() {
    let base = several();
    // The same secrets at the same generation, in another file: one commit further, and taken as if it were not.
    let other = {
        let mut store = open(&base, &credentials(PASSPHRASE, None)).expect("opens");
        let sealed = store.seal(Timestamp::from_unix(5), AuditHead::default(), &mut Stuck);
        sealed.expect("sealed").bytes.to_vec()
    };
    let all = [
        salt(&base, 10, |_| {}),
        salt(&base, 11, |_| {}),
        salt(&other, 10, |_| {}),
        salt(&base, 10, |store| set(store, "new", b"one")),
        salt(&base, 10, |store| set(store, "new", b"two")),
        salt(&base, 10, |store| set(store, "other", b"one")),
        salt(&base, 10, |store| remove(store, 0)),
        salt(&base, 10, |store| remove(store, 1)),
        salt(&base, 10, |store| {
            remove(store, 0);
            set(store, "new", b"one");
        }),
    ];
    for (at, salt) in all.iter().enumerate() {
        assert!(!all[..at].contains(salt), "number {at} has the salt of an earlier one");
    }
    assert_eq!(all[3], salt(&base, 10, |store| set(store, "new", b"one")), "all else is equal");
}
