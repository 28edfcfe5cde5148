//! What the audit log says of a key, and whether it agrees with the store.

use std::collections::BTreeSet;

use super::{opened, proof, require};
use crate::audit::line::text;
use crate::audit::record::Phase;
use crate::audit::select;
use crate::audit::verify::Verdict;
use crate::keyring::public::Named;
use crate::keyring::{KeyId, PublicHalf};
use crate::ops::audit_log::verify::{self, Known};
use crate::ops::audit_log::{LogError, LogFiles, stopped};
use crate::ops::{Desk, OpError, StoreFile};
use crate::rotation::continuity::{self, Expected};
use crate::secret::DerivedKey;
use crate::store::keyslot::Credentials;

/// One thing that happened to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The record.
    pub seq: u64,
    /// When, in the form of a line.
    pub at: String,
    /// What: `key.create`, `key.rotate`, …
    pub event: String,
    /// Which version it led to, if it led to one.
    pub n: Option<u64>,
    /// Where in the action the record stands: `done`, `denied`, `error`; `intent` when no outcome is known.
    pub phase: &'static str,
    /// Who.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
}

/// The history of a key.
pub struct History {
    /// What happened, oldest first.
    pub happened: Vec<Happened>,
    /// The verdict on the whole log.
    pub verdict: Verdict,
    /// Versions of the store that no record tells the making of: archived records may.
    pub unrecorded: Vec<u32>,
    /// Links of the continuity proof that were verified; none when nothing is proven of this key.
    pub links: Option<usize>,
}

/// Reads and verifies the history of key `id`.
pub fn history(
    desk: &Desk<'_>,
    file: StoreFile,
    credentials: &Credentials,
    id: &str,
) -> Result<History, LogError> {
    let log = LogFiles::of(desk, &file, &[])?;
    let known = Known::of(&log, &file)?;
    let opening = file.unlock(desk, credentials)?;
    let store = opened(&opening)?;
    let id = require(store, id)?;
    let roots: Vec<DerivedKey> = store
        .audit_roots()
        .iter()
        .map(|root| {
            let mut copy = DerivedKey::zeroed();
            copy.expose_mut().copy_from_slice(root.expose());
            copy
        })
        .collect();
    let verified = verify::whole(desk, &log, &known, &roots, &mut |_, _| {})?;
    let happened = happened(desk, &log, &id)?;
    let recorded: BTreeSet<u64> = happened
        .iter()
        .filter(|happened| happened.phase == "done")
        .filter_map(|happened| happened.n)
        .collect();
    let key = store.keyring().key(id.as_str()).map_err(OpError::from)?;
    let unrecorded = key
        .versions()
        .iter()
        .map(|version| version.n)
        .filter(|n| !recorded.contains(&u64::from(*n)))
        .collect();
    let links = match proof::chain(store, &id)? {
        None => None,
        Some(exported) => {
            let (kind, bytes) = &exported.anchor;
            let anchor = PublicHalf { kind: *kind, bytes };
            let expected = Expected { key: Some(id.clone()), ..Expected::default() };
            match Named::parse(&anchor.hex()) {
                None => None,
                Some(trust) => {
                    let found = continuity::verify(&exported.bytes, &trust, &expected)
                        .map_err(OpError::from)?;
                    Some(found.links)
                }
            }
        }
    };
    Ok(History { happened, verdict: verified.report.verdict, unrecorded, links })
}

/// What an object says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// It is about the key.
    Key,
    /// It is about this version of the key.
    Version(u64),
}

/// What `object`, an id or a list of them, says of the key; none when it is about others.
fn about(object: &str, id: &KeyId) -> Option<About> {
    object.split(',').find_map(|part| {
        let rest = part.strip_prefix(id.as_str())?;
        match rest.split_at_checked(1) {
            Some(("@", n)) => n.parse().ok().map(About::Version),
            None | Some(("+", _)) => Some(About::Key),
            Some(_) => None,
        }
    })
}

fn happened(desk: &Desk<'_>, log: &LogFiles, id: &KeyId) -> Result<Vec<Happened>, LogError> {
    let files = log.open_some()?;
    let mut found: Vec<([u8; 8], Happened)> = Vec::new();
    select::each(files.contents(), |_, line| {
        if (desk.stop)().is_some() {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let Ok(line) = line else { return Ok(()) };
        let event = text(line.event);
        if !event.starts_with("key.") {
            return Ok(());
        }
        let corr = line.correlation();
        // The outcome of an intent that is known already.
        if line.phase != Phase::Intent
            && let Some((_, known)) = found.iter_mut().rev().find(|(other, _)| *other == corr)
        {
            known.phase = line.phase.name();
            return Ok(());
        }
        let object = line.object.map(text).unwrap_or_default();
        let Some(listed) = about(&object, id) else { return Ok(()) };
        let user = line.user.map(text);
        found.push((
            corr,
            Happened {
                seq: line.at.seq,
                at: line.ts.to_owned(),
                event: event.to_string(),
                n: match listed {
                    About::Version(n) => Some(n),
                    About::Key => line.object_version,
                },
                phase: line.phase.name(),
                actor: user.map_or_else(|| line.uid.to_string(), |user| user.to_string()),
                reason: line.reason.map(|reason| text(reason).to_string()),
            },
        ));
        Ok(())
    })
    .map_err(|error| stopped(desk, error, log.path()))?;
    Ok(found.into_iter().map(|(_, happened)| happened).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_names_a_key_alone_or_in_a_list() {
        let id = KeyId::parse("a").unwrap();
        for (object, found) in [
            ("a", Some(About::Key)),
            ("a@2", Some(About::Version(2))),
            ("b@1,a@7,c@3", Some(About::Version(7))),
            ("a+10", Some(About::Key)),
            ("ab", None),
            ("ab@2,b@1", None),
            ("b", None),
            ("", None),
        ] {
            assert_eq!(about(object, &id), found, "{object}");
        }
    }
}
