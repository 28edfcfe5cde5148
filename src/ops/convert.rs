//! From one format to another, into a new file. The source is only read.

use std::collections::BTreeMap;
use std::path::Path;

use super::audit::Event;
use super::contents::Contents;
use super::init::{NewFile, NewFormat, empty, igra_file, kdf_params};
use super::secrets::payment_notice;
use super::transaction::open_for_reading;
use super::{Desk, OpError, Outcome, StoreFile, Transaction, claims, finish, gate};
use crate::crypto::kdf::KdfParams;
use crate::isec;
use crate::name::SecretName;
use crate::store::keyslot::Credentials;
use crate::store::open::NewValue;
use crate::store::value::ValueKind;

/// What a conversion is to make.
pub struct Conversion<'a> {
    /// Where the new file goes.
    pub target: &'a Path,
    /// Its format.
    pub format: NewFormat,
    /// Its key derivation; none takes the default, or keeps an Igra source's for an Igra target.
    pub kdf: Option<KdfParams>,
    /// New names by old name.
    pub renames: BTreeMap<String, SecretName>,
}

/// Reads `source` and writes what it holds to a new file. Histories, notes and slots have no place in an Igra file: the newest
/// value of each secret goes over.
pub fn convert(
    desk: &Desk<'_>,
    source: StoreFile,
    old: &Credentials,
    new: &Credentials,
    conversion: &Conversion<'_>,
) -> Result<Outcome, OpError> {
    let network = source.network();
    let passed = gate::admit(desk, network, conversion.target, &new.passphrase)?;
    let event = Event::new("store.convert-from", None);
    let mut opening = open_for_reading(desk, source, old, &event)?;
    // Everything in it goes over, into a file with a log of its own.
    if !desk.settings.dry_run {
        opening.release(desk, &event)?;
    }
    let names = target_names(&opening.contents.names(), conversion)?;
    let read = |name: &str| opening.contents.value(name, None)?.ok_or(OpError::NoSecret);

    let mut weak = Vec::new();
    let contents = match conversion.format {
        NewFormat::Native => {
            let file = NewFile {
                path: conversion.target,
                network,
                format: NewFormat::Native,
                kdf: conversion.kdf,
                label: None,
            };
            let mut contents = empty(desk, &file, new, passed.strong)?;
            if let Contents::Native(store) = &mut contents {
                for (from, to) in &names {
                    let value = NewValue {
                        value: &read(from)?,
                        kind: ValueKind::Opaque,
                        note: None,
                        expires: None,
                        keep: 1,
                    };
                    let name = SecretName::parse(to).map_err(|_| OpError::NoSecret)?;
                    store.set(&name, value, desk.clock.now(), desk.random.borrow_mut().as_mut())?;
                }
                let payment = claims::Payment::Touched;
                weak = claims::refresh(desk, conversion.target, store, &new.passphrase, payment)?;
            }
            contents
        }
        NewFormat::Igra => {
            gate::admit_for_igra(&new.passphrase)?;
            let (times, kept) = igra_facts(desk, &opening.contents);
            let params = kdf_params(network, conversion.kdf, kept.unwrap_or(isec::DEFAULT_KDF))?;
            let mut entries = isec::Entries::new();
            for (from, to) in &names {
                entries.insert(to, read(from)?)?;
            }
            let mut random = desk.random.borrow_mut();
            igra_file(desk, params, times, &new.passphrase, entries, random.as_mut())?
        }
    };
    let missing = payment_notice(desk, &contents, network)?;
    let event = Event::new("store.convert", None);
    let mut tx = Transaction::create(desk, conversion.target, network, contents, event)?;
    tx.notices().extend(opening.notices);
    tx.notices().extend(passed.notices);
    tx.notices().extend(missing);
    tx.notices().extend(weak);
    let mut plan = vec![format!("create {} with {} secrets", tx.site().shown(), names.len())];
    for (from, to) in names.iter().filter(|(from, to)| from != to) {
        plan.push(format!("rename {} to {to}", crate::text::escape(from)));
    }
    finish(tx, plan)
}

/// Times and costs that a converted Igra file keeps.
fn igra_facts(desk: &Desk<'_>, source: &Contents) -> (isec::Times, Option<KdfParams>) {
    let now = desk.clock.now_nanos();
    match source {
        Contents::Igra(file) => {
            let times = file.header.times;
            (
                times.unwrap_or(isec::Times { created_at: now, last_rotated_at: now }),
                Some(file.header.kdf),
            )
        }
        Contents::Native(_) => (isec::Times { created_at: now, last_rotated_at: now }, None),
    }
}

/// Old and new name of every secret; refuses names that the target cannot hold, all at once.
fn target_names(
    names: &[String],
    conversion: &Conversion<'_>,
) -> Result<BTreeMap<String, String>, OpError> {
    let mut targets = BTreeMap::new();
    let mut taken = std::collections::BTreeSet::new();
    let mut refused = Vec::new();
    for name in names {
        let target = match conversion.renames.get(name) {
            Some(new) => new.to_string(),
            None if conversion.format == NewFormat::Native && !SecretName::is_valid(name) => {
                refused.push(crate::text::escape(name));
                continue;
            }
            None => name.clone(),
        };
        if !taken.insert(target.clone()) {
            return Err(OpError::NameTwice(target));
        }
        targets.insert(name.clone(), target);
    }
    // A mistyped old name would leave the operator with a name that the service does not look for.
    if conversion.renames.keys().any(|old| !names.contains(old)) {
        return Err(OpError::NoSecret);
    }
    if refused.is_empty() { Ok(targets) } else { Err(OpError::Names(refused)) }
}
