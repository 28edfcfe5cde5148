//! What the store says, without a passphrase or with one.

use std::path::Path;

use super::Request;
use super::files::finding_of;
use crate::config::rules::facts::{Store, display};
use crate::config::rules::{Finding, Id};
use crate::fs::FsError;
use crate::kind::Kind;
use crate::ops::check::{self, Scope};
use crate::ops::{Desk, OpError, StoreFile};
use crate::store::keyslot::Credentials;

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
const HEADER: [Id; 6] = [Id::Sec002, Id::Sec008, Id::Sta001, Id::Kdf001, Id::Kdf002, Id::Kdf003];

/// Looks at the store.
pub fn look(
    desk: &Desk<'_>,
    request: &Request<'_>,
    path: &Path,
    credentials: Option<&Credentials>,
) -> Result<Store, OpError> {
    let real = request.root.real(path);
    let mut store = Store { path: display(path), ..Store::default() };
    let file = match StoreFile::find(desk, &real) {
        Ok(file) => file,
        Err(OpError::Stopped(kind)) => return Err(OpError::Stopped(kind)),
        Err(error) => {
            store.undecided.extend(SECRETS.iter().chain(&HEADER));
            refused(&mut store, &error, path);
            return Ok(store);
        }
    };
    match check::check(desk, file, credentials, Scope::Gate) {
        Ok(report) => {
            let unsure = report.findings.iter().any(|finding| finding.rule == Id::Sec010);
            store.examined = !unsure;
            if unsure {
                store.undecided.extend(SECRETS);
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
            store.findings.push(Finding::new(rule, format!("{}: {text}", store.path)));
            if rule != Id::Sec010 {
                unexamined(&mut store);
            }
        }
    }
    for finding in &mut store.findings {
        finding.place = crate::config::rules::Place::Path(store.path.clone());
        finding.fix =
            finding.fix.replace("FILE", &crate::text::shell_quote(&path.display().to_string()));
    }
    Ok(store)
}

fn unexamined(store: &mut Store) {
    let text = "the secrets and the passphrase were not examined";
    store.findings.push(Finding::new(Id::Sec010, text).path(store.path.clone()));
}

/// A store that the tools would not touch. What the file looks like is told by the rules on files.
fn refused(store: &mut Store, error: &OpError, path: &Path) {
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
        OpError::Fs(error) => Some(finding_of(error, path)),
        OpError::WrongNetwork { store: found, stated } => {
            let text = format!("{} is a {found} store, not one of {stated}", store.path);
            Some(Finding::new(Id::Sec002, text))
        }
        error => {
            let text = crate::text::escape(&error.to_string());
            Some(Finding::new(Id::Sec001, format!("{}: {text}", store.path)))
        }
    };
    store.findings.extend(finding.map(|finding| finding.path(store.path.clone())));
    if !matches!(error, OpError::Fs(FsError::NotFound(_))) {
        unexamined(store);
    }
}
