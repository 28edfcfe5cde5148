//! Stores that no command makes, by the library that the commands stand on.

use std::cell::RefCell;

use strongroom::clock::{FixedClock, Timestamp};
use strongroom::crypto::kdf::KdfParams;
use strongroom::crypto::random::{Random, RandomError, SystemRandom};
use strongroom::fs::Trust;
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::ops::audit::Event;
use strongroom::ops::{Contents, Desk, Settings, StateHome, Transaction};
use strongroom::passphrase::Passphrase;
use strongroom::passphrase::strength::Context;
use strongroom::secret::SecretBytes;
use strongroom::store::OpenStore;
use strongroom::store::inventory::Claim;
use strongroom::store::keyslot::Credentials;
use strongroom::store::open::{NewValue, SlotFacts};
use strongroom::store::value::ValueKind;

use super::image::{Made, PAYMENT, WALLET};
use crate::support::stage::{NOW, PASS};

/// What is odd about a store.
#[derive(Clone, Copy, Default)]
pub struct Odd {
    /// Costs of the key derivation; none for the lowest that the network allows.
    pub kdf: Option<KdfParams>,
    /// The passphrase did not meet the policy on the day it was chosen.
    pub weak: bool,
    /// A generator that is stuck gave both keyslots the same salt.
    pub twins: bool,
}

/// Says the same for ever.
struct Stuck;

impl Random for Stuck {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), RandomError> {
        out.fill(7);
        Ok(())
    }
}

/// A store with both secrets and all claims, and no log.
pub fn make(network: NetworkMode, odd: Odd) -> Made {
    let dir = tempfile::tempdir().expect("a directory");
    let (now, mut random) = (Timestamp::from_unix(NOW), SystemRandom);
    let params = odd.kdf.unwrap_or(network.policy().kdf_floor);
    let passphrase = Passphrase::new(SecretBytes::copy_from(PASS.as_bytes())).expect("text");
    let credentials = Credentials { passphrase, keyfile: None };
    let secret = || {
        let mut salts: Box<dyn Random> =
            if odd.twins { Box::new(Stuck) } else { Box::new(SystemRandom) };
        let kind = credentials.slot_kind();
        credentials.slot_secret(kind, params, salts.as_mut()).expect("derived")
    };
    let facts = SlotFacts { chosen: now, strong: !odd.weak };
    let mut store = OpenStore::create(network, secret(), facts, &mut random).expect("a store");
    store.add_slot(&secret(), None, facts, &mut random).expect("a slot");
    for (name, value) in [("igra.hd.wallet_secret", WALLET), ("igra.hd.payment_secret", PAYMENT)] {
        let value = SecretBytes::copy_from(value.as_bytes());
        let kind = ValueKind::Opaque;
        let new = NewValue { value: &value, kind, note: None, expires: None, keep: 1 };
        store.set(&SecretName::parse(name).expect("a name"), new, now, &mut random).expect("set");
    }
    for claim in [
        Claim::WalletSecretSet,
        Claim::PaymentSecretSet,
        Claim::PaymentDiffersFromWallet,
        Claim::PaymentDiffersFromPassphrase,
        Claim::PaymentSecretStrong,
    ] {
        store.claim(claim, true);
    }
    let path = dir.path().join("secrets.bin");
    let desk = Desk {
        clock: &FixedClock(now),
        random: RefCell::new(Box::new(SystemRandom)),
        trust: Trust::of_process(),
        stop: &|| None,
        state: StateHome::Disabled,
        settings: Settings::default(),
        words: &Context::default,
        audit: None,
    };
    let contents = Contents::Native(Box::new(store));
    let event = Event::new("store.init", None);
    let tx = Transaction::create(&desk, &path, network, contents, event).expect("a transaction");
    tx.commit().expect("a commit");
    Made::of(std::fs::read(&path).expect("the store"), [Vec::new(), Vec::new()])
}
