//! What the store says, without a passphrase or with one.

use std::path::Path;

use super::Request;
use super::backup::Places;
use super::files::finding_of;
use super::look::StoreAt;
use crate::config::rules::facts::{Store, display};
use crate::config::rules::{Finding, Id, Place};
use crate::fs::FsError;
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::ops::check::{self, Scope};
use crate::ops::locate::{Sealed, Site};
use crate::ops::{Desk, OpError, StoreFile, audit, remedy};
use crate::store::keyslot::Credentials;
use crate::text::quote_path;

/// Rules that need a look inside, or claims that can be relied on.
const SECRETS: [Id; 10] = [
    Id::Sec003,
    Id::Sec004,
    Id::Sec005,
    Id::Sec006,
    Id::Sec009,
    Id::Sec011,
    Id::Pwd001,
    Id::Pwd002,
    Id::Pwd003,
    Id::Pwd004,
];

/// Rules that the header answers.
const HEADER: [Id; 8] = [
    Id::Sec002,
    Id::Sec008,
    Id::Sta001,
    Id::Kdf001,
    Id::Kdf002,
    Id::Kdf003,
    Id::Aud003,
    Id::Aud004,
];

/// Looks at the store.
pub fn look(
    desk: &Desk<'_>,
    request: &Request<'_>,
    at: &StoreAt,
    credentials: Option<&Credentials>,
    places: &Places,
) -> Result<Store, OpError> {
    let path = at.path.as_path();
    let real = request.root.real(path);
    let mut store = Store { path: display(path), ..Store::default() };
    let file = match find(desk, at, &real) {
        Ok(file) => file,
        Err(OpError::Stopped(kind)) => return Err(OpError::Stopped(kind)),
        Err(error) => {
            store.undecided.extend(SECRETS.iter().chain(&HEADER));
            refused(&mut store, &error, path, request);
            return Ok(store);
        }
    };
    let about_log = audit_log(desk, request, &file, at, &mut store)?;
    let backups = match file.sealed() {
        Sealed::Native(store) => {
            let header = store.header();
            Some(super::backup::recorded(header, places.newest_of(header)))
        }
        Sealed::Igra { .. } => None,
    };
    let rotated = match file.sealed() {
        Sealed::Native(store) => super::rotation::rotated(store.header()),
        Sealed::Igra { .. } => Some(Vec::new()),
    };
    let found_at = quote_path(&file.site().path);
    match check::check(desk, file, credentials, Scope::Gate) {
        Ok(mut report) => {
            // The path is that of the image, not of the directory it lies in.
            for finding in &mut report.findings {
                finding.fix = match finding.rule {
                    Id::Sec010 => remedy::generic(Id::Sec010, path),
                    _ => finding.fix.replace(&found_at, &quote_path(path)),
                };
            }
            let unsure = report.findings.iter().any(|finding| finding.rule == Id::Sec010);
            store.examined = !unsure;
            if unsure {
                store.undecided.extend(SECRETS);
            } else {
                store.backups = backups;
                store.rotated = rotated;
            }
            store.basis.clone_from(&report.basis);
            store.findings = report.findings;
        }
        Err(OpError::Stopped(kind)) => return Err(OpError::Stopped(kind)),
        Err(error) => {
            store.undecided.extend(SECRETS);
            let text = crate::text::escape(&error.to_string());
            let rule = match error.kind() {
                // Nothing is known to be wrong with the store; it was not examined.
                Kind::WrongPassphrase | Kind::Policy | Kind::Unsupported => Id::Sec010,
                _ => Id::Sec001,
            };
            let finding = Finding::new(rule, format!("{}: {text}", store.path));
            store.findings.push(finding.fix(remedy::generic(rule, path)));
            if rule != Id::Sec010 {
                unexamined(&mut store, path);
            }
        }
    }
    for finding in &mut store.findings {
        finding.place = Place::Path(store.path.clone());
    }
    store.findings.extend(about_log);
    Ok(store)
}

/// The store, whatever its mode, its owner and the directories above it are: the rules on files tell of those, and what is
/// inside is no less worth telling.
fn find(desk: &Desk<'_>, at: &StoreAt, real: &Path) -> Result<StoreFile, OpError> {
    let (directory, name) = at.place(real)?.into_parts();
    let directory = Box::new(directory.for_looking());
    StoreFile::at(desk, Site::new(directory, &name, real, NetworkMode::default()))
}

/// What the rules say of the log of the store, which is the configured one or lies beside it.
fn audit_log(
    desk: &Desk<'_>,
    request: &Request<'_>,
    file: &StoreFile,
    at: &StoreAt,
    store: &mut Store,
) -> Result<Vec<Finding>, OpError> {
    let Some(log) = super::log_path(request, Some(&at.path)) else { return Ok(Vec::new()) };
    let native = matches!(file.sealed(), Sealed::Native(_));
    let named = remedy::Subject { path: &at.path, network: file.network(), native };
    let place = at.place(&request.root.real(&log));
    let mut judged = audit::judge(desk, file, place, &log, &named)?;
    store.undecided.append(&mut judged.undecided);
    Ok(judged.findings)
}

fn unexamined(store: &mut Store, path: &Path) {
    let text = "the secrets and the passphrase were not examined";
    let finding = Finding::new(Id::Sec010, text).path(store.path.clone());
    store.findings.push(finding.fix(remedy::generic(Id::Sec010, path)));
}

/// A store that the tools would not touch. What the file looks like is told by the rules on files.
fn refused(store: &mut Store, error: &OpError, path: &Path, request: &Request<'_>) {
    let finding = match error {
        // Told where files are looked at, with everything else about them.
        OpError::Fs(
            FsError::Mode { .. }
            | FsError::Owner { .. }
            | FsError::HardLinks { .. }
            | FsError::Symlink(_)
            | FsError::NotRegular(_)
            | FsError::WritableParent { .. },
        ) => None,
        OpError::Fs(error) => Some(finding_of(error, path, &request.root, request.service_uid)),
        OpError::WrongNetwork { store: found, stated } => {
            let text = format!("{} is a {found} store, not one of {stated}", store.path);
            Some(Finding::new(Id::Sec002, text))
        }
        error => {
            let text = crate::text::escape(&error.to_string());
            let finding = Finding::new(Id::Sec001, format!("{}: {text}", store.path));
            Some(finding.fix(remedy::generic(Id::Sec001, path)))
        }
    };
    store.findings.extend(finding.map(|finding| finding.path(store.path.clone())));
    if !matches!(error, OpError::Fs(FsError::NotFound(_))) {
        unexamined(store, path);
    }
}
