//! What a signing service links: stores that are opened when needed, held for a while, and judged by their network.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use strongroom::backend::{BackendError, Options, StateChoice, UnlockError};
use strongroom::clock::{BootClock, Monotonic, SystemClock};
use strongroom::crypto::random::SystemRandom;
use strongroom::environment::Environment;
use strongroom::fs::Trust;
use strongroom::kind::Kind;
use strongroom::name::{SecretName, SecretRoles};
use strongroom::network::policy::Verdict;
use strongroom::ops::init::{NewFile, NewFormat, init};
use strongroom::ops::secrets::{self, Set};
use strongroom::ops::state::StatePaths;
use strongroom::ops::{Desk, Format, Notice, Settings, StoreFile};
use strongroom::passphrase::Passphrase;
use strongroom::passphrase::strength::Context;
use strongroom::store::keyslot::Credentials;
use strongroom::store::value::ValueKind;
use strongroom::{FileSecretStore, NetworkMode, SecretBytes, SecretStore, Unlock};

use crate::support::vector;

const PASSPHRASE: &str = "six paper lanterns over a cold harbour 41";

fn credentials(typed: &str) -> Credentials {
    let typed = SecretBytes::copy_from(typed.as_bytes());
    Credentials { passphrase: Passphrase::new(typed).expect("a passphrase"), keyfile: None }
}

/// A clock that is set by hand, in seconds.
#[derive(Default)]
struct Hand(AtomicU64);

impl Hand {
    fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

impl Monotonic for Hand {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

/// A scratch host: a directory for the store and one for what is remembered.
struct Host {
    root: tempfile::TempDir,
    asked: Arc<AtomicUsize>,
    clock: Arc<Hand>,
}

impl Host {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        Self { root, asked: Arc::default(), clock: Arc::default() }
    }

    fn path(&self) -> PathBuf {
        self.root.path().join("secrets.bin")
    }

    fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Puts a file in place, 0600.
    fn place(&self, bytes: &[u8]) {
        let mut file = tempfile::NamedTempFile::new_in(self.root.path()).expect("a file");
        file.write_all(bytes).expect("written");
        file.persist(self.path()).expect("in place");
    }

    fn options(&self) -> Options {
        Options {
            environment: Environment::from_pairs([("PATH", "/bin")]),
            clock: self.clock.clone(),
            ..Options::new(StateChoice::Directory(self.state()))
        }
    }

    /// A callback that counts how often it is asked.
    fn unlock(&self, typed: &'static str) -> impl Unlock + 'static {
        let asked = Arc::clone(&self.asked);
        move || {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok(credentials(typed))
        }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn open(&self, typed: &'static str, options: Options) -> Result<FileSecretStore, BackendError> {
        FileSecretStore::open(self.path(), self.unlock(typed), options)
    }

    /// A store with a counting callback that was asked once.
    fn opened(&self) -> FileSecretStore {
        let store = self.open(PASSPHRASE, self.options()).expect("opened");
        assert_eq!(self.asked(), 1);
        store
    }

    /// Works on the store as the command line does.
    fn admin<R>(&self, work: impl FnOnce(&Desk<'_>) -> R) -> R {
        let trust = Trust::of_process();
        let state = StatePaths { configured: Some(self.state()), ..StatePaths::default() };
        work(&Desk {
            clock: &SystemClock,
            random: RefCell::new(Box::new(SystemRandom)),
            trust,
            stop: &|| None,
            state: state.open(trust),
            settings: Settings::default(),
            words: &Context::default,
            audit: None,
        })
    }

    fn init(&self, network: NetworkMode) {
        let path = self.path();
        let new =
            NewFile { path: &path, network, format: NewFormat::Native, kdf: None, label: None };
        self.admin(|desk| init(desk, &new, &credentials(PASSPHRASE)).expect("made"));
    }

    fn set(&self, name: &str, value: &[u8]) {
        let (name, value) =
            (SecretName::parse(name).expect("a name"), SecretBytes::copy_from(value));
        let set = Set {
            name: &name,
            value: &value,
            kind: ValueKind::Opaque,
            note: None,
            expires: None,
            keep: 1,
            overwrite: true,
        };
        self.admin(|desk| {
            let file = StoreFile::find(desk, &self.path()).expect("found");
            secrets::set(desk, file, &credentials(PASSPHRASE), &set).expect("set");
        });
    }
}

fn kind<T>(result: Result<T, BackendError>) -> Kind {
    result.err().map_or(Kind::Ok, |error| error.kind())
}

fn value(store: &dyn SecretStore, name: &str) -> Vec<u8> {
    store.get(name).expect("a value").expose().to_vec()
}

#[test]
fn a_store_is_held_for_its_time_to_live_and_then_asks_again() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    host.set("b", b"two");
    host.set("a", b"one");
    let store = host.opened();
    assert_eq!(store.list().expect("a list"), ["a", "b"]);
    assert_eq!(value(&store, "a"), b"one");
    host.clock.set(299);
    assert_eq!(value(&store, "b"), b"two");
    assert_eq!(host.asked(), 1);
    host.clock.set(300);
    assert_eq!(value(&store, "b"), b"two");
    assert_eq!(host.asked(), 2, "the passphrase was not kept");
    assert_eq!(kind(store.get("c")), Kind::NotFound);
    assert_eq!((store.backend(), store.network()), ("file", Some(NetworkMode::Devnet)));
}

#[test]
fn a_store_is_dropped_on_time_though_nobody_asks_for_it() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    let ttl = Duration::from_millis(50);
    let options = Options { ttl, clock: Arc::new(BootClock), ..host.options() };
    let store = host.open(PASSPHRASE, options).expect("opened");
    let start = Instant::now();
    while store.is_open() {
        assert!(start.elapsed() < Duration::from_secs(10), "it is still held");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(host.asked(), 1);
    assert!(store.list().is_ok());
    assert_eq!(host.asked(), 2);
}

#[test]
fn without_a_time_to_live_every_access_asks() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    host.set("a", b"one");
    let options = Options { ttl: Duration::ZERO, ..host.options() };
    let store = host.open(PASSPHRASE, options).expect("opened");
    assert!(!store.is_open());
    for n in 2..4 {
        assert_eq!(value(&store, "a"), b"one");
        assert_eq!(host.asked(), n);
    }
}

#[test]
fn a_store_that_was_closed_asks_again() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    let store = host.opened();
    assert!(store.is_open());
    store.close();
    assert!(!store.is_open());
    assert!(store.list().is_ok());
    assert_eq!(host.asked(), 2);
}

#[test]
fn a_change_on_disk_is_seen_at_once() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    host.set("a", b"old");
    let store = host.opened();
    assert_eq!(value(&store, "a"), b"old");
    host.set("a", b"new");
    assert_eq!(value(&store, "a"), b"new");
    assert_eq!(host.asked(), 2);
    assert_eq!(value(&store, "a"), b"new");
    assert_eq!(host.asked(), 2);
}

#[test]
fn an_older_copy_is_refused_also_by_a_running_service() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    let old = read(&host.path());
    host.set("a", b"one");
    let store = host.opened();
    host.place(&old);
    assert_eq!(kind(store.get("a")), Kind::Rollback);
    assert!(!store.is_open(), "what cannot be trusted is not held");
}

#[test]
fn a_store_that_is_gone_or_opened_to_others_gives_nothing_from_memory() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    let store = host.opened();
    chmod(&host.path(), 0o644);
    assert_eq!(kind(store.list()), Kind::Io);
    chmod(&host.path(), 0o600);
    assert!(store.list().is_ok());
    remove(&host.path());
    assert_eq!(kind(store.list()), Kind::NotInitialised);
}

#[test]
fn a_wrong_passphrase_shows_when_the_service_starts() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    assert_eq!(kind(host.open("another one", host.options())), Kind::WrongPassphrase);
    let failing = || -> Result<Credentials, UnlockError> { Err("the token is not there".into()) };
    let error = FileSecretStore::open(host.path(), failing, host.options()).err().expect("none");
    assert_eq!(error.to_string(), "the passphrase could not be had: the token is not there");
    assert_eq!(error.kind(), Kind::Unavailable);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may panic for want of a thread")]
fn threads_share_one_opening() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    host.set("a", b"one");
    let store = host.opened();
    store.close();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(value(&store, "a"), b"one"));
        }
    });
    assert_eq!(host.asked(), 2);
}

#[test]
fn igra_files_are_recognised() {
    let host = Host::new();
    host.place(&vector("isec/02-one-light-kat.bin"));
    let store = host.open("test-passphrase", host.options()).expect("opened");
    assert_eq!(store.format(), Format::IgraCurrent);
    assert_eq!(store.list().expect("a list"), ["a.b"]);
    assert_eq!(value(&store, "a.b"), b"xyz");
    assert_eq!(
        store.network(),
        Some(NetworkMode::Mainnet),
        "the format records none: the strictest holds"
    );
    assert_eq!(host.asked(), 1);

    // Another program writes it; the names of this one are no names of ours.
    host.place(&vector("isec/05-empty-value-light.bin"));
    assert_eq!(kind(store.list()), Kind::WrongPassphrase);
    let store = host.open("empty value here", host.options()).expect("opened");
    assert_eq!(store.list().expect("a list"), ["", "igra.hd.payment_secret"]);
    assert_eq!(value(&store, ""), b"value of the empty name");
    assert_eq!(kind(store.load_payment_secret(NetworkMode::Mainnet)), Kind::Policy);

    host.place(&vector("isec/20-legacy73-default.bin"));
    let store = host.open("legacy-passphrase-2026-01-24", host.options()).expect("opened");
    assert_eq!(store.format(), Format::IgraLegacy);
    let loaded = store.load_payment_secret(NetworkMode::Mainnet).expect("set");
    assert_eq!(loaded.secret.expect("set").expose(), b"legacy payment secret");
}

#[test]
fn secrets_in_the_environment_stop_a_mainnet_store_before_the_passphrase_is_asked_for() {
    let host = Host::new();
    host.place(&vector("isec/02-one-light-kat.bin"));
    let forgotten = || Environment::from_pairs([("IGRA_SECRET__a__b", "canary-7261")]);
    let options = |network| Options { network, environment: forgotten(), ..host.options() };
    // An Igra file names no network, and none stated means mainnet.
    for network in [None, Some(NetworkMode::Mainnet)] {
        let error = host.open("test-passphrase", options(network)).err().expect("refused");
        assert_eq!(error.kind(), Kind::Policy);
        assert_eq!(
            error.to_string(),
            "secrets in the environment are refused on mainnet: IGRA_SECRET__a__b"
        );
        assert_eq!(error.hints(), ["unset IGRA_SECRET__a__b"]);
        assert_eq!(host.asked(), 0);
    }
    let store = host.open("test-passphrase", options(Some(NetworkMode::Testnet))).expect("opened");
    let warning = Notice::Note("secrets in the environment: IGRA_SECRET__a__b".to_owned());
    assert!(store.notices().contains(&warning));
    let store = host.open("test-passphrase", options(Some(NetworkMode::Devnet))).expect("opened");
    assert!(!store.notices().iter().any(|notice| matches!(notice, Notice::Note(_))));
}

#[test]
fn a_service_of_one_network_does_not_open_the_store_of_another() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    let options = Options { network: Some(NetworkMode::Mainnet), ..host.options() };
    assert_eq!(kind(host.open(PASSPHRASE, options)), Kind::Policy);
    assert_eq!(host.asked(), 0);
    let store = host.opened();
    let error = store.load_payment_secret(NetworkMode::Mainnet).err().expect("refused");
    assert_eq!(error.to_string(), "this store is devnet, not mainnet");
    assert_eq!(error.kind(), Kind::Policy);
}

/// A store in memory.
struct Listed(Vec<Pair>, SecretRoles);

/// Name and value.
type Pair = (&'static str, &'static [u8]);

impl SecretStore for Listed {
    fn get(&self, name: &str) -> Result<SecretBytes, BackendError> {
        let found = self.0.iter().find(|(other, _)| *other == name);
        found
            .map(|(_, value)| SecretBytes::copy_from(value))
            .ok_or(BackendError::NotFound { backend: self.backend() })
    }

    fn list(&self) -> Result<Vec<String>, BackendError> {
        Ok(self.0.iter().map(|(name, _)| (*name).to_owned()).collect())
    }

    fn backend(&self) -> &'static str {
        "list"
    }

    fn roles(&self) -> &SecretRoles {
        &self.1
    }
}

fn listed(secrets: &[Pair]) -> Listed {
    let configured = SecretName::parse("second-layer").expect("a name");
    Listed(secrets.to_vec(), SecretRoles { payment_names: vec![configured], wallet_names: vec![] })
}

#[test]
fn a_missing_payment_secret_is_refused_warned_about_or_allowed() {
    let missing: [&[Pair]; 4] = [
        &[],
        &[("igra.hd.wallet_secret", b"w")],
        &[("igra.hd.payment_secret", b"")],
        &[("igra.hd.payment_secret", b" \n"), ("payment_secret", b"\0")],
    ];
    for secrets in missing {
        let store = listed(secrets);
        let error = store.load_payment_secret(NetworkMode::Mainnet).err().expect("refused");
        assert_eq!(error.kind(), Kind::Policy);
        assert_eq!(error.to_string(), "payment_secret is not set: mainnet needs one");
        assert_eq!(error.hints(), ["secrets-admin set FILE igra.hd.payment_secret"]);
        let loaded = store.load_payment_secret(NetworkMode::Testnet).expect("a warning");
        assert!(loaded.secret.is_none());
        assert!(loaded.warning.is_some_and(|warning| warning.contains("testnet")));
        let loaded = store.load_payment_secret(NetworkMode::Devnet).expect("allowed");
        assert!(loaded.secret.is_none() && loaded.warning.is_none());
    }
}

#[test]
fn a_payment_secret_is_found_under_each_of_its_names() {
    let one = b"one".as_slice();
    let cases: [(&[Pair], Kind); 8] = [
        (&[("igra.hd.payment_secret", one)], Kind::Ok),
        (&[("payment_secret", one)], Kind::Ok),
        (&[("second-layer", one)], Kind::Ok),
        (&[("igra.signer.payment_secret_signer-01", one)], Kind::Ok),
        // The same value twice is no contradiction, a blank one does not count, and a profile's stands back.
        (&[("igra.hd.payment_secret", one), ("payment_secret", one)], Kind::Ok),
        (
            &[
                ("igra.hd.payment_secret", b" "),
                ("igra.signer.payment_secret_a", b"two"),
                ("payment_secret", one),
            ],
            Kind::Ok,
        ),
        (&[("igra.hd.payment_secret", one), ("payment_secret", b"two")], Kind::Usage),
        (
            &[("igra.signer.payment_secret_a", one), ("igra.signer.payment_secret_b", b"two")],
            Kind::Usage,
        ),
    ];
    for network in NetworkMode::ALL {
        for (secrets, expected) in &cases {
            match listed(secrets).load_payment_secret(network) {
                Ok(loaded) => {
                    assert_eq!(*expected, Kind::Ok, "{secrets:?}");
                    assert_eq!(loaded.secret.expect("set").expose(), b"one");
                    assert!(loaded.warning.is_none());
                }
                Err(error) => {
                    assert_eq!(error.kind(), *expected, "{secrets:?}");
                    assert!(!error.to_string().contains("two"), "{error}");
                }
            }
        }
    }
}

#[test]
fn each_profile_has_a_payment_secret_of_its_own() {
    let store = listed(&[
        ("igra.hd.payment_secret", b"general"),
        ("igra.signer.payment_secret_signer-01", b"first"),
        ("igra.signer.payment_secret_signer-02", b""),
    ]);
    let load = |network, profile| store.load_payment_secret_for(network, profile);
    let first = load(NetworkMode::Mainnet, "signer-01").expect("set");
    assert_eq!(first.secret.expect("set").expose(), b"first");
    for profile in ["signer-02", "signer-03"] {
        let error = load(NetworkMode::Mainnet, profile).err().expect("refused");
        assert_eq!(error.kind(), Kind::Policy);
        assert_eq!(
            error.to_string(),
            format!("payment_secret is not set for {profile}: mainnet needs one")
        );
        assert!(load(NetworkMode::Testnet, profile).expect("a warning").warning.is_some());
        assert!(load(NetworkMode::Devnet, profile).expect("allowed").warning.is_none());
    }
}

#[cfg(feature = "env-secrets")]
mod environment_store {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use strongroom::EnvSecretStore;

    use super::*;

    fn store(pairs: &[(&str, &str)]) -> EnvSecretStore {
        let environment = Environment::from_pairs(pairs.iter().copied());
        EnvSecretStore::from_environment(&environment, NetworkMode::Devnet).expect("devnet")
    }

    #[test]
    fn variables_spell_names_as_igra_does() {
        for (variable, name) in [
            ("IGRA_SECRET__igra_hd__wallet_secret", Some("igra.hd.wallet_secret")),
            (
                "IGRA_SECRET__igra_iroh__signer_seed_signer_01",
                Some("igra.iroh.signer_seed_signer_01"),
            ),
            ("IGRA_SECRET__a__b__c", Some("a.b.c")),
            ("IGRA_SECRET__a____b", Some("a.b")),
            ("IGRA_SECRET__A_B__Name", Some("A.B.Name")),
            ("IGRA_SECRET__ a ___b", Some("a._b")),
            ("STRONGROOM_SECRET__igra_hd__payment_secret", Some("igra.hd.payment_secret")),
            ("IGRA_SECRET__onlyns", None),
            ("IGRA_SECRET____name", None),
            ("IGRA_SECRET__a__", None),
            ("IGRA_SECRET__", None),
        ] {
            let store = store(&[(variable, "v"), ("PATH", "/bin")]);
            assert_eq!(store.list().expect("a list"), Vec::from_iter(name), "{variable}");
            assert_eq!(store.warnings().is_empty(), name.is_some(), "{variable}");
        }
        for foreign in ["igra_secret__a__b", "IGRA_SECRETS_PASSPHRASE", "KASPA_IGRA_WALLET_SECRET"]
        {
            assert!(store(&[(foreign, "v")]).list().expect("a list").is_empty(), "{foreign}");
        }
    }

    #[test]
    fn values_are_text_hexadecimal_or_base64() {
        for (text, expected) in [
            ("plain text ", Some(&b"plain text "[..])),
            ("", Some(b"")),
            ("hex:00fF", Some(b"\x00\xff")),
            ("hex:", Some(b"")),
            ("hex:0x00", None),
            ("hex:0", None),
            ("hex:zz", None),
            ("b64:AP8=", Some(b"\x00\xff")),
            ("b64:", Some(b"")),
            ("b64:AP8", None),
            ("b64:*", None),
            ("b64:AP9=", None),
            ("base64:AP8=", Some(b"base64:AP8=")),
            ("HEX:00", Some(b"HEX:00")),
        ] {
            let store = store(&[("IGRA_SECRET__a__b", text)]);
            let got = store.get("a.b").ok();
            assert_eq!(got.as_ref().map(SecretBytes::expose), expected, "{text}");
            assert_eq!(store.warnings().len(), usize::from(expected.is_none()), "{text}");
            assert!(store.warnings().iter().all(|line| line.contains("IGRA_SECRET__a__b")));
            assert!(store.warnings().iter().all(|line| !line.contains("zz")));
        }
    }

    #[test]
    fn what_is_not_utf8_is_left_out_with_a_warning() {
        let bytes = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
        let environment = Environment::from_pairs([
            (bytes(b"IGRA_SECRET__a__\xff"), bytes(b"v")),
            (bytes(b"IGRA_SECRET__a__b"), bytes(b"\xff")),
            (bytes(b"IGRA_SECRET__a__c"), bytes(b"v")),
        ]);
        let store =
            EnvSecretStore::from_environment(&environment, NetworkMode::Devnet).expect("devnet");
        assert_eq!(store.list().expect("a list"), ["a.c"]);
        assert_eq!(
            store.warnings(),
            [
                "IGRA_SECRET__a__\\xff is left out: its name is not UTF-8",
                "IGRA_SECRET__a__b is left out: its value is not UTF-8",
            ]
        );
    }

    #[test]
    fn a_profile_is_found_though_variables_have_no_hyphen() {
        let store = store(&[
            ("IGRA_SECRET__igra_signer__payment_secret_signer_01", "one"),
            ("IGRA_SECRET__igra_signer__mnemonic_signer_01", "m"),
            ("IGRA_SECRET__my_app__a_b", "x"),
        ]);
        assert_eq!(value(&store, "igra.signer.mnemonic_signer-01"), b"m");
        let loaded = store.load_payment_secret_for(NetworkMode::Devnet, "signer-01").expect("set");
        assert_eq!(loaded.secret.expect("set").expose(), b"one");
        // Only the profile at the end: a hyphen elsewhere is another name.
        assert_eq!(kind(store.get("my-app.a_b")), Kind::NotFound);
        assert_eq!(kind(store.get("igra.signer.mnemonic-signer_01")), Kind::NotFound);
    }

    #[test]
    fn our_prefix_overrides_igras_and_says_so() {
        let store = store(&[("STRONGROOM_SECRET__a__b", "ours"), ("IGRA_SECRET__a__b", "theirs")]);
        assert_eq!(value(&store, "a.b"), b"ours");
        assert_eq!(store.warnings(), ["STRONGROOM_SECRET__a__b replaces another a.b"]);
    }

    #[test]
    fn the_environment_is_refused_on_mainnet_and_warned_about_on_testnet() {
        let environment = Environment::from_pairs([("IGRA_SECRET__a__b", "canary-9930")]);
        let on = |network| EnvSecretStore::from_environment(&environment, network);
        let error = on(NetworkMode::Mainnet).err().expect("refused");
        assert_eq!(error.kind(), Kind::Policy);
        assert_eq!(
            error.to_string(),
            "the environment cannot be a secret store on mainnet: IGRA_SECRET__a__b"
        );
        let store = on(NetworkMode::Testnet).expect("warned");
        assert_eq!(store.warnings(), ["secrets in the environment on testnet: IGRA_SECRET__a__b"]);
        assert!(on(NetworkMode::Devnet).expect("allowed").warnings().is_empty());
        assert_eq!(kind(store.load_payment_secret(NetworkMode::Devnet)), Kind::Policy);

        // Also when there is nothing to find.
        let empty = Environment::from_pairs([("PATH", "/bin")]);
        let refused = EnvSecretStore::from_environment(&empty, NetworkMode::Mainnet);
        assert_eq!(kind(refused), Kind::Policy);
        assert_eq!(kind(EnvSecretStore::new(NetworkMode::Mainnet)), Kind::Policy);
    }
}

#[expect(clippy::disallowed_methods, reason = "an older copy of a scratch store")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("readable")
}

#[expect(clippy::disallowed_methods, reason = "sets a trap")]
fn chmod(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("changed");
}

#[expect(clippy::disallowed_methods, reason = "a scratch store")]
fn remove(path: &Path) {
    std::fs::remove_file(path).expect("removed");
}

#[test]
fn every_opening_and_every_value_handed_out_is_recorded_before() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    host.set("a", b"one");
    let store = host.opened();
    assert_eq!(value(&store, "a"), b"one");
    assert_eq!(store.list().expect("a list"), ["a"]);
    let _ = store.get("absent");
    assert_eq!(kind(host.open("wrong", host.options())), Kind::WrongPassphrase);
    let log = host.path().with_extension("bin.audit.jsonl");
    let said = || -> Vec<(String, String)> {
        let text = crate::support::read_text(&log);
        let field = |line: &str, key: &str| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            line[key].as_str().expect("text").to_owned()
        };
        text.lines().map(|line| (field(line, "event"), field(line, "phase"))).collect()
    };
    let expected = [
        ("audit.segment", "done"),
        ("store.unlock", "done"),
        ("secret.get", "done"),
        ("secret.list", "done"),
        ("store.unlock", "denied"),
    ];
    let expected = expected.map(|(event, phase)| (event.to_owned(), phase.to_owned()));
    assert_eq!(said(), expected);
}

#[expect(clippy::disallowed_methods, reason = "a test moves its own files")]
#[test]
fn on_mainnet_a_service_gets_nothing_that_cannot_be_recorded() {
    let host = Host::new();
    host.init(NetworkMode::Devnet);
    host.set("a", b"one");
    let strict = || {
        let mut options = host.options();
        if let Some(recording) = &mut options.recording {
            recording.unavailable = Some(Verdict::Refuse);
        }
        options
    };
    let store = host.open(PASSPHRASE, strict()).expect("opened");
    // Nobody, root included, can open a directory to append to it.
    let log = host.path().with_extension("bin.audit.jsonl");
    let aside = host.root.path().join("aside");
    std::fs::rename(&log, &aside).expect("moved");
    std::fs::create_dir(&log).expect("made");
    assert_eq!(kind(store.get("a")), Kind::Audit);
    assert_eq!(kind(store.list()), Kind::Audit);
    assert_eq!(kind(host.open(PASSPHRASE, strict())), Kind::Audit);
    std::fs::remove_dir(&log).expect("removed");
    std::fs::rename(&aside, &log).expect("put back");
    assert_eq!(value(&store, "a"), b"one");
}
