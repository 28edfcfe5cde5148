//! The chain of continuity proofs of a key, as a file.

use super::opened;
use crate::keyring::{Key, KeyId, KeyKind};
use crate::ops::audit::Event;
use crate::ops::transaction::open_for_reading;
use crate::ops::{Desk, OpError, StoreFile};
use crate::rotation::continuity::link::Signed;
use crate::rotation::continuity::{ProofError, file};
use crate::store::OpenStore;
use crate::store::keyslot::Credentials;

/// A file of proofs.
pub struct Exported {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many links of the key it has.
    pub links: usize,
    /// The public half that the chain begins at: what a reader has to trust. Of the identity, for a key that cannot sign.
    pub anchor: (KeyKind, Vec<u8>),
}

/// The proofs of key `id`, oldest first; none when no link leads to its newest version.
pub fn export(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    id: &KeyId,
) -> Result<Option<Exported>, OpError> {
    let event = Event::new("key.proof", Some(id.to_string()));
    let mut opening = open_for_reading(desk, file, credentials, &event)?;
    let made = opened(&opening).and_then(|store| chain(store, id));
    match made {
        Ok(made) => {
            opening.release(desk, &event)?;
            Ok(made)
        }
        Err(error) => {
            let unknown = matches!(error, OpError::Key(crate::keyring::KeyError::NoKey));
            let event = Event { object: event.object.clone().filter(|_| !unknown), ..event };
            Err(opening.failed(desk, &event, error))
        }
    }
}

/// The links that lead to the newest version without a gap, oldest first.
fn links(key: &Key) -> Result<Vec<(Signed, &[u8])>, OpError> {
    let mut links = Vec::new();
    for version in key.versions() {
        let Some(bytes) = &version.proof else { break };
        links.push((Signed::decode(bytes).map_err(ProofError::from)?, bytes.as_slice()));
    }
    links.reverse();
    Ok(links)
}

pub(super) fn chain(store: &OpenStore, id: &KeyId) -> Result<Option<Exported>, OpError> {
    let key = store.keyring().key(id.as_str())?;
    let own = links(key)?;
    let Some((first, _)) = own.first() else { return Ok(None) };
    let count = own.len();
    let Some(voucher) = &first.link.voucher else {
        let anchor = (key.kind, first.link.old.1.clone());
        let bytes = file::encode(own.iter().map(|(_, bytes)| *bytes));
        return Ok(Some(Exported { bytes, links: count, anchor }));
    };
    // The identity's own links stand where it took over: before the first link that its newer version vouches for.
    let anchor = (voucher.kind, voucher.public.clone());
    let voucher_id = voucher.id.clone();
    let from = voucher.n;
    let identity = links(store.keyring().key(voucher_id.as_str())?)?;
    let mut identity = identity.into_iter().skip_while(|(link, _)| link.link.old.0 < from);
    let (mut all, mut reached) = (Vec::new(), from);
    for (link, bytes) in own {
        let wanted = link.link.voucher.as_ref().map_or(reached, |voucher| voucher.n);
        while reached < wanted {
            let Some((step, bytes)) = identity.next() else { break };
            reached = step.link.new.0;
            all.push(bytes);
        }
        all.push(bytes);
    }
    Ok(Some(Exported { bytes: file::encode(all.into_iter()), links: count, anchor }))
}
