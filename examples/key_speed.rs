//! What managed keys cost: `key_speed DIRECTORY COUNT` makes a devnet store of COUNT Ed25519 keys there, rotates all of them in one
//! commit, and signs for a second. Prints one JSON object: seconds of an opening and of a rotation, signatures a second. The store
//! stays, for measuring `key-rotate check` on it.

use std::cell::RefCell;
use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use strongroom::clock::{Clock as _, SystemClock};
use strongroom::crypto::random::{Random as _, SystemRandom};
use strongroom::fs::Trust;
use strongroom::keyring::signer::{Message, Scheme, Signer};
use strongroom::keyring::{Fresh, Key, KeyFacts, KeyId, KeyKind, Role};
use strongroom::ops::audit::{Event, Recording};
use strongroom::ops::keys::rotate::{Which, rotate};
use strongroom::ops::keys::secrets::Brought;
use strongroom::ops::{Contents, Desk, Settings, StateHome, StoreFile, Transaction};
use strongroom::passphrase::Passphrase;
use strongroom::passphrase::strength::Context;
use strongroom::rotation::policy::Policy;
use strongroom::secret::PrivateKey;
use strongroom::store::OpenStore;
use strongroom::store::keyslot::Credentials;
use strongroom::store::managed::Holder;
use strongroom::store::open::SlotFacts;
use strongroom::{NetworkMode, SecretBytes};

const USAGE: &str = "usage: key_speed DIRECTORY COUNT";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "key_speed: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [directory, count] = <[String; 2]>::try_from(args).map_err(|_| USAGE)?;
    let path = Path::new(&directory).join("keys.store");
    let desk = Desk {
        clock: &SystemClock,
        random: RefCell::new(Box::new(SystemRandom)),
        trust: Trust::of_process(),
        stop: &|| None,
        state: StateHome::Disabled,
        settings: Settings::default(),
        words: &Context::default,
        audit: Some(Recording::of_process("key_speed")),
    };
    let typed = SecretBytes::copy_from(b"not a secret: for a measurement");
    let credentials = Credentials { passphrase: Passphrase::new(typed)?, keyfile: None };
    let store = filled(&credentials, count.parse()?)?;
    let contents = Contents::Native(Box::new(store));
    let event = Event::new("store.init", None);
    Transaction::create(&desk, &path, NetworkMode::Devnet, contents, event)?.commit()?;

    let start = Instant::now();
    let opening = StoreFile::find(&desk, &path)?.unlock(&desk, &credentials)?;
    let opened = start.elapsed().as_secs_f64();
    drop(opening);
    let file = StoreFile::find(&desk, &path)?;
    let start = Instant::now();
    let done =
        rotate(&desk, file, &credentials, &Which::All, None, &Brought::default(), "a measurement")?;
    let rotated = start.elapsed().as_secs_f64();
    let signatures = [
        signatures(KeyKind::Ed25519, Role::Signing)?,
        signatures(KeyKind::Secp256k1, Role::Wallet)?,
    ];
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{{\"keys\": {}, \"open\": {opened:.6}, \"rotate\": {rotated:.6}, \"ed25519_per_second\": {:.0}, \"schnorr_per_second\": {:.0}}}",
        done.keys.len(),
        signatures[0],
        signatures[1],
    )?;
    Ok(())
}

/// A store with `count` keys, in memory.
fn filled(credentials: &Credentials, count: usize) -> Result<OpenStore, Box<dyn Error>> {
    let (now, mut random) = (SystemClock.now(), SystemRandom);
    let params = NetworkMode::Devnet.policy().kdf_default;
    let slot = credentials.slot_secret(credentials.slot_kind(), params, &mut random)?;
    let facts = SlotFacts { chosen: now, strong: false };
    let mut store = OpenStore::create(NetworkMode::Devnet, slot, facts, &mut random)?;
    let sealer = store.key_sealer();
    let (kind, role) = (KeyKind::Ed25519, Role::Signing);
    for n in 1..=count {
        let id = KeyId::parse(&format!("bench-{n:05}"))?;
        let mut private = PrivateKey::zeroed();
        random.fill(private.expose_mut())?;
        let public = kind.public_half(&private)?;
        let holder = Holder { id: &id, n: 1, kind, public: &public };
        let fresh = sealer.seal(holder, &private, &mut random)?;
        let fresh = Fresh { public, sealed: fresh, proof: None };
        store.keyring_mut().add(Key::new(id, kind, role, fresh, now)?)?;
    }
    let facts = |key: &Key| KeyFacts::of(key, Policy::default_of(role).limits());
    let facts = store.keyring().iter().map(facts).collect();
    store.show_keys(facts);
    Ok(store)
}

/// Signatures a second, by one key that is ready.
fn signatures(kind: KeyKind, role: Role) -> Result<f64, Box<dyn Error>> {
    let mut private = PrivateKey::zeroed();
    SystemRandom.fill(private.expose_mut())?;
    let scheme = Scheme::choose(kind, role, None)?;
    let signer = Signer::new(kind, role, scheme, private)?;
    let (start, mut made) = (Instant::now(), 0_u32);
    while start.elapsed().as_secs_f64() < 1.0 {
        for _ in 0..100 {
            made += 1;
            signer.sign(Message::Whole(&made.to_le_bytes()))?;
        }
    }
    Ok(f64::from(made) / start.elapsed().as_secs_f64())
}
