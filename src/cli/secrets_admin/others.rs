//! The slots that a new data key must be wrapped for: their passphrases, and which may go.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;

use crate::cli::setup::Setup;
use crate::cli::source::Source;
use crate::cli::{Context, Failure};
use crate::network::NetworkMode;
use crate::ops::slots::Others;
use crate::store::keyslot::Credentials;

/// Flags of every command that takes a new data key.
#[derive(clap::Args)]
pub struct OtherSlots {
    /// Passphrase of another keyslot that is to be kept: ID=SPEC, such as 1=file:recovery.pass
    #[arg(long, value_name = "ID=SPEC")]
    slot_passphrase_from: Vec<OsString>,
    /// Keyslots that may be dropped, since their passphrases are not at hand
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    drop_slots: Vec<u16>,
}

/// The passphrases that were presented.
pub struct Presented(BTreeMap<u16, Credentials>);

impl OtherSlots {
    /// Reads every passphrase that the flags name.
    pub fn read(
        &self,
        setup: &Setup,
        context: &mut Context,
        network: NetworkMode,
    ) -> Result<Presented, Failure> {
        let mut presented = BTreeMap::new();
        for text in &self.slot_passphrase_from {
            let (id, source) = parse(text)?;
            presented.insert(id, setup.other_credentials(context, network, &source)?);
        }
        Ok(Presented(presented))
    }

    /// What the operation gets.
    pub fn others<'a>(&self, presented: &'a Presented) -> Others<'a> {
        Others {
            presented: presented.0.iter().map(|(id, credentials)| (*id, credentials)).collect(),
            may_drop: self.drop_slots.iter().copied().collect::<BTreeSet<u16>>(),
        }
    }
}

fn parse(text: &OsStr) -> Result<(u16, Source), Failure> {
    let wrong =
        || Failure::usage("--slot-passphrase-from takes ID=SPEC, such as 1=file:recovery.pass");
    let bytes = text.as_bytes();
    let at = bytes.iter().position(|&byte| byte == b'=').ok_or_else(wrong)?;
    let id = std::str::from_utf8(&bytes[..at]).ok().and_then(|id| id.parse().ok());
    let source = Source::parse("--slot-passphrase-from", OsStr::from_bytes(&bytes[at + 1..]))?;
    Ok((id.ok_or_else(wrong)?, source))
}
