//! A devnet store with many random secrets, made in one commit: `fill_store FILE COUNT SIZE --passphrase-file P [--kdf M,T,P]`.
//!
//! For benchmarks. The secrets are called `bench.secret.000001` and so on; the costs of the key derivation (memory in KiB,
//! passes, lanes) are devnet's unless given. Nothing is remembered of the store on this host.

use std::cell::RefCell;
use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use strongroom::clock::{Clock as _, SystemClock};
use strongroom::crypto::kdf::KdfParams;
use strongroom::crypto::random::{Random as _, SystemRandom};
use strongroom::fs::{Directory as _, Place, Trust};
use strongroom::name::SecretName;
use strongroom::ops::audit::Event;
use strongroom::ops::{Contents, Desk, Settings, StateHome, Transaction};
use strongroom::passphrase::strength::Context;
use strongroom::passphrase::{self, Passphrase};
use strongroom::store::OpenStore;
use strongroom::store::keyslot::Credentials;
use strongroom::store::open::{NewValue, SlotFacts};
use strongroom::store::value::ValueKind;
use strongroom::{NetworkMode, SecretBytes};

const USAGE: &str = "usage: fill_store FILE COUNT SIZE --passphrase-file P [--kdf M,T,P]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "fill_store: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut positional, mut passphrase) = (Vec::new(), None);
    let mut params = NetworkMode::Devnet.policy().kdf_default;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--passphrase-file" => passphrase = args.next().map(PathBuf::from),
            "--kdf" => params = costs(&args.next().ok_or(USAGE)?)?,
            _ => positional.push(arg),
        }
    }
    let (Ok([file, count, size]), Some(passphrase)) =
        (<[String; 3]>::try_from(positional), passphrase)
    else {
        return Err(USAGE.into());
    };
    let desk = Desk {
        clock: &SystemClock,
        random: RefCell::new(Box::new(SystemRandom)),
        trust: Trust::of_process(),
        stop: &|| None,
        state: StateHome::Disabled,
        settings: Settings::default(),
        words: &Context::default,
        audit: None,
    };
    let store = filled(&credentials(&passphrase)?, params, count.parse()?, size.parse()?)?;
    let contents = Contents::Native(Box::new(store));
    let event = Event::new("store.init", None);
    let tx = Transaction::create(&desk, Path::new(&file), NetworkMode::Devnet, contents, event)?;
    let receipt = tx.commit()?;
    writeln!(std::io::stdout(), "{file}: {count} secrets, generation {}", receipt.generation)?;
    Ok(())
}

/// A store with `count` secrets of `size` random bytes, in memory.
fn filled(
    credentials: &Credentials,
    params: KdfParams,
    count: usize,
    size: usize,
) -> Result<OpenStore, Box<dyn Error>> {
    let (now, mut random) = (SystemClock.now(), SystemRandom);
    let slot = credentials.slot_secret(credentials.slot_kind(), params, &mut random)?;
    let facts = SlotFacts { chosen: now, strong: false };
    let mut store = OpenStore::create(NetworkMode::Devnet, slot, facts, &mut random)?;
    let mut value = SecretBytes::zeroed(size);
    for n in 1..=count {
        random.fill(value.expose_mut())?;
        let new =
            NewValue { value: &value, kind: ValueKind::Opaque, note: None, expires: None, keep: 1 };
        let name = SecretName::parse(&format!("bench.secret.{n:06}"))?;
        store.set(&name, new, now, &mut random)?;
    }
    Ok(store)
}

fn costs(text: &str) -> Result<KdfParams, Box<dyn Error>> {
    let numbers: Result<Vec<u32>, _> = text.split(',').map(str::parse).collect();
    let [m_kib, t, p] = <[u32; 3]>::try_from(numbers?).map_err(|_| USAGE)?;
    Ok(KdfParams::new(m_kib, t, p)?)
}

fn credentials(path: &Path) -> Result<Credentials, Box<dyn Error>> {
    let place = Place::resolve(path, Trust::of_process())?;
    let limit = passphrase::MAX_BYTES as u64 + 1;
    let bytes = place.directory().read(place.name(), limit)?.ok_or("no such passphrase file")?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let passphrase = Passphrase::new(SecretBytes::copy_from(line))?;
    Ok(Credentials { passphrase, keyfile: None })
}
