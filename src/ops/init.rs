//! Make a new file.

use std::path::Path;

use super::audit::Event;
use super::contents::{Contents, IgraFile};
use super::{Desk, Notice, OpError, Outcome, Transaction, finish, gate};
use crate::crypto::kdf::KdfParams;
use crate::isec;
use crate::network::NetworkMode;
use crate::passphrase::Passphrase;
use crate::store::keyslot::Credentials;
use crate::store::open::SlotFacts;
use crate::store::{OpenStore, StoreId};

/// Which format a new file gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewFormat {
    /// Our own.
    #[default]
    Native,
    /// Igra's current layout.
    Igra,
}

/// What a new file is to be.
pub struct NewFile<'a> {
    /// Where.
    pub path: &'a Path,
    /// For which network.
    pub network: NetworkMode,
    /// In which format.
    pub format: NewFormat,
    /// At which costs; none takes the default.
    pub kdf: Option<KdfParams>,
    /// What the operator calls the first slot.
    pub label: Option<String>,
}

/// Costs for a new slot on `network`; refused below its floor.
pub fn kdf_params(
    network: NetworkMode,
    asked: Option<KdfParams>,
    default: KdfParams,
) -> Result<KdfParams, OpError> {
    let floor = network.policy().kdf_floor;
    match asked {
        Some(asked) if !asked.meets(floor) => {
            Err(OpError::BelowFloor { asked: asked.to_string(), network, floor: floor.to_string() })
        }
        Some(asked) => Ok(asked),
        None => Ok(default.raised_to(floor)),
    }
}

/// Makes a new, empty file. Its identity is answered for a store of our own.
pub fn init(
    desk: &Desk<'_>,
    new: &NewFile<'_>,
    credentials: &Credentials,
) -> Result<(Outcome, Option<StoreId>), OpError> {
    let passed = gate::admit(desk, new.network, new.path, &credentials.passphrase)?;
    let contents = empty(desk, new, credentials, passed.strong)?;
    let id = contents.native().map(|store| store.header().store_id);
    let event = Event::new("store.init", None);
    let mut tx = Transaction::create(desk, new.path, new.network, contents, event)?;
    tx.notices().extend(passed.notices);
    tx.notices().push(Notice::PaymentSecretMissing(new.network));
    let plan = vec![format!("create {} for {}", tx.site().shown(), new.network)];
    Ok((finish(tx, plan)?, id))
}

/// The contents of a file without secrets.
pub(super) fn empty(
    desk: &Desk<'_>,
    new: &NewFile<'_>,
    credentials: &Credentials,
    strong: bool,
) -> Result<Contents, OpError> {
    let policy = new.network.policy();
    let mut random = desk.random.borrow_mut();
    match new.format {
        NewFormat::Native => {
            let params = kdf_params(new.network, new.kdf, policy.kdf_default)?;
            desk.settings.ceiling.admit([params])?;
            let secret =
                credentials.slot_secret(credentials.slot_kind(), params, random.as_mut())?;
            let facts = SlotFacts { chosen: desk.clock.now(), strong };
            let mut store = OpenStore::create(new.network, secret, facts, random.as_mut())?;
            store.inventory_mut().level = desk.settings.inventory;
            store.label_slot(0, new.label.clone());
            Ok(Contents::Native(Box::new(store)))
        }
        NewFormat::Igra => {
            gate::admit_for_igra(&credentials.passphrase)?;
            let params = kdf_params(new.network, new.kdf, isec::DEFAULT_KDF)?;
            let now = desk.clock.now_nanos();
            let times = isec::Times { created_at: now, last_rotated_at: now };
            igra_file(
                desk,
                params,
                times,
                &credentials.passphrase,
                isec::Entries::new(),
                &mut **random,
            )
        }
    }
}

/// An Igra file that will be written under a fresh salt.
pub(super) fn igra_file(
    desk: &Desk<'_>,
    params: KdfParams,
    times: isec::Times,
    passphrase: &Passphrase,
    entries: isec::Entries,
    random: &mut dyn crate::crypto::random::Random,
) -> Result<Contents, OpError> {
    desk.settings.ceiling.admit([params])?;
    let header = isec::Header::fresh(params, times, random)?;
    let key = isec::derive_key(&header, passphrase)?;
    let digest = [0; 32];
    Ok(Contents::Igra(Box::new(IgraFile { header, entries, digest, next: Some((header, key)) })))
}
