//! What `check`, `due`, `status` and `plan` look at: the signed inventory of a store, or one that was exported.

use std::ffi::OsString;
use std::path::Path;
use std::rc::Rc;

use crate::cli::setup::Setup;
use crate::cli::{Context, Failure};
use crate::clock::{FixedClock, Timestamp};
use crate::fs::{FsError, Place};
use crate::keyring::public::Named;
use crate::network::NetworkMode;
use crate::ops::StoreFile;
use crate::ops::keys::look::{self, Looked};
use crate::rotation::policy::Policies;
use crate::store::sealed::Exported;

/// Flags of every command that looks and writes nothing.
#[derive(clap::Args)]
pub struct Look {
    /// The key that signs the store: 64 hexadecimal digits, or a fingerprint sha256:...
    #[arg(long, value_name = "KEY")]
    trust: Option<OsString>,

    /// Look at an inventory that secrets-admin inventory export wrote, instead of a store
    #[arg(long, value_name = "FILE")]
    inventory: Option<OsString>,

    /// Judge as if it were this time, such as 2027-01-31T12:00:00Z
    #[arg(long, value_name = "TIME")]
    now: Option<OsString>,
}

impl Look {
    /// The exported inventory, if one is looked at.
    pub fn inventory(&self) -> Option<&OsString> {
        self.inventory.as_ref()
    }

    /// Looks at `store`, or at the inventory that was named. Takes no lock, writes nothing, asks nothing.
    pub fn look(&self, context: &mut Context, store: Option<&OsString>) -> Result<Looked, Failure> {
        let named = self.trust.as_ref().map(|text| trusted("--trust", text)).transpose()?;
        if let Some(now) = &self.now {
            context.clock = Rc::new(FixedClock(moment(now)?));
        }
        let setup = Setup::new(context)?;
        let desk = setup.looking_desk();
        let mut looked = match (&self.inventory, store) {
            (Some(_), Some(_)) => {
                return Err(Failure::usage("a store and --inventory are two things to look at"));
            }
            (Some(path), None) => {
                let place = Place::resolve(Path::new(path), desk.trust)?;
                let most = Exported::MAX as u64;
                let bytes = place.directory().read_public(place.name(), most)?;
                let bytes = bytes.ok_or_else(|| FsError::NotFound(path.into()))?;
                look::look_at_export(&desk, &bytes)?
            }
            (None, store) => look::look(&desk, &StoreFile::find(&desk, &setup.store(store)?)?)?,
        };
        if let Some(named) = &named {
            looked.trust(named);
        }
        require_sound(&setup.config.rotation, looked.network)?;
        Ok(looked)
    }
}

/// A public key as a person names it.
pub fn trusted(flag: &str, text: &OsString) -> Result<Named, Failure> {
    text.to_str().and_then(Named::parse).ok_or_else(|| {
        Failure::usage(format!(
            "{flag} takes a public key in hexadecimal, or its sha256: fingerprint"
        ))
    })
}

fn moment(text: &OsString) -> Result<Timestamp, Failure> {
    text.to_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .and_then(|time| u64::try_from(time.as_second()).ok())
        .map(Timestamp::from_unix)
        .ok_or_else(|| Failure::usage("--now takes a time such as 2027-01-31T12:00:00Z"))
}

/// Refuses a policy that the network does not allow: to go on with a stricter one would be to answer another question.
pub fn require_sound(policies: &Policies, network: NetworkMode) -> Result<(), Failure> {
    match policies.faults(network).first() {
        None => Ok(()),
        Some((name, fault)) => Err(Failure::policy(format!("[rotation] `{name}` {fault}"))
            .hint(format!("validate-config CONFIG --network {network}"))),
    }
}
