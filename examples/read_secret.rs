//! How a service reads a secret: `read_secret FILE NAME --passphrase-file P [--network N] [--state-dir DIR]`.
//!
//! Writes the length of the value, never the value. The passphrase file must be ours and closed to others, as for the
//! command line.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use strongroom::backend::{Options, StateChoice, UnlockError};
use strongroom::fs::{Directory as _, Place, Trust};
use strongroom::passphrase::{self, Passphrase};
use strongroom::store::keyslot::Credentials;
use strongroom::{FileSecretStore, SecretBytes, SecretStore as _};

const USAGE: &str =
    "usage: read_secret FILE NAME --passphrase-file P [--network N] [--state-dir DIR]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "read_secret: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut positional, mut passphrase, mut network) = (Vec::new(), None, None);
    let mut state = StateChoice::Standard;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--passphrase-file" => passphrase = args.next().map(PathBuf::from),
            "--network" => network = Some(args.next().ok_or(USAGE)?.parse()?),
            "--state-dir" => state = StateChoice::Directory(args.next().ok_or(USAGE)?.into()),
            _ => positional.push(arg),
        }
    }
    let (Ok([file, name]), Some(passphrase)) = (<[String; 2]>::try_from(positional), passphrase)
    else {
        return Err(USAGE.into());
    };

    // Called now, and again whenever the store has to be opened anew.
    let unlock = move || credentials(&passphrase);
    let store = FileSecretStore::open(file, unlock, Options { network, ..Options::new(state) })?;
    for notice in store.notices() {
        writeln!(std::io::stderr(), "read_secret: note: {notice:?}")?;
    }
    let value = store.get(&name)?;
    writeln!(std::io::stdout(), "{} bytes", value.len())?;
    Ok(())
}

fn credentials(path: &Path) -> Result<Credentials, UnlockError> {
    let place = Place::resolve(path, Trust::of_process())?;
    let limit = passphrase::MAX_BYTES as u64 + 1;
    let bytes = place.directory().read(place.name(), limit)?.ok_or("no such passphrase file")?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let passphrase = Passphrase::new(SecretBytes::copy_from(line))?;
    Ok(Credentials { passphrase, keyfile: None })
}
