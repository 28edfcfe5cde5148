//! Files and directories that the configuration names: facts about each, and what the checks of the running tools say.
//!
//! A running tool refuses a file at the first thing that is wrong with it. Here the same function is asked again and again, each
//! time with what it has named put right, until it is content: the gate tells everything, and says nothing that the tools do not.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Request;
use super::look::{self, Root, StoreAt};
use crate::audit::tail::{STATE_SUFFIX, widened};
use crate::clock::Timestamp;
use crate::config::rules::facts::{FileFact, Files, Found, IgraFile, Kind, Role, display};
use crate::config::rules::{Finding, Id, SHARED_LOG, Severity, leak};
use crate::config::service::Service;
use crate::fs::checks::{self, Parents, Trust};
use crate::fs::{FsError, Place, TEMP_SUFFIX};
use crate::isec;
use crate::ops::remedy;
use crate::text::quote_path;

/// Largest file that is searched for secrets in the clear.
pub(super) const MAX_SEARCHED: usize = 1 << 20;

/// Ends of names of copies that editors and people make.
const COPIES: [&str; 8] = [".bak", ".old", ".orig", ".save", "~", ".swp", ".swo", ".env"];

/// Looks at every path that the configuration names.
pub fn look(request: &Request<'_>, service: &Service, at: Option<&StoreAt>, trust: Trust) -> Files {
    let root = &request.root;
    let store = at.map(|at| at.path.as_path());
    let mut files = Files::default();
    let mut paths: Vec<(Role, PathBuf)> = Vec::new();
    if let Some(config) = request.config_path {
        paths.push((Role::Config, config.to_path_buf()));
    }
    if service.is_there && service.encrypted {
        paths.extend(service.secrets_file.clone().map(|path| (Role::Secrets, path)));
    }
    if let Some(store) = store
        && paths.iter().all(|(_, path)| path != store)
    {
        paths.push((Role::Secrets, store.to_path_buf()));
    }
    if service.is_there {
        paths.extend(service.data_dir.clone().map(|path| (Role::DataDir, path)));
        paths.extend(request.start.log_dir.clone().map(|path| (Role::LogDir, path)));
        if let Some(log) = &service.audit_log {
            paths.extend(directory_of(log).map(|dir| (Role::AuditDir, dir)));
            paths.push((Role::AuditLog, log.clone()));
        }
    }
    if let Some(log) = super::log_path(request, store) {
        paths.extend(directory_of(&log).map(|dir| (Role::OurLogDir, dir)));
        let mut state = log.clone().into_os_string();
        state.push(STATE_SUFFIX);
        paths.extend([(Role::OurLog, log), (Role::OurLog, state.into())]);
    }
    if let crate::config::StateChoice::Directory(dir) = &request.reading.config.state {
        paths.push((Role::StateDir, dir.clone()));
    }
    let mut seen = (Vec::new(), Vec::new());
    for (role, path) in &paths {
        // A configuration that is being checked need not lie in the image.
        let (root, seen) = match role {
            Role::Config if root.0.is_some() => (&Root(None), &mut seen.0),
            _ => (root, &mut seen.1),
        };
        // Several of them may have one directory.
        let is_it = |fact: &&FileFact| {
            fact.role.wants_room() == role.wants_room()
                && fact.role != Role::Config
                && fact.path.as_os_str() == path.as_os_str()
        };
        let fact = match files.all.iter().find(is_it) {
            Some(fact) => FileFact { role: *role, ..fact.clone() },
            None => look::fact(root, *role, path),
        };
        match role {
            Role::Secrets => {
                sensitive(root, path, at, trust, request.service_uid, &mut files.findings);
                leftovers(root, path, &mut files.leftovers);
            }
            Role::Config => config_owner(&fact, trust, request.service_uid, &mut files.findings),
            Role::OurLog => files.findings.extend(open_log(&fact)),
            _ => {}
        }
        if fact.found.is_some() && in_work_tree(root, path, seen) {
            files.work_tree.push(display(path));
        }
        files.all.push(fact);
    }
    files.findings.extend(shared_log(request, &files));
    if service.is_there && service.encrypted {
        files.igra = service.secrets_file.as_ref().map(|path| igra(root, path));
    }
    neighbours(request, &mut files);
    files
}

/// The directory that a path names; a bare name has none but the working directory, which is there.
fn directory_of(path: &Path) -> Option<PathBuf> {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).map(Path::to_path_buf)
}

/// A log of ours that others can read, as the tools that append to it see it.
fn open_log(fact: &FileFact) -> Option<Finding> {
    let stat = fact.found.filter(|stat| stat.kind == Kind::File && widened(stat.mode))?;
    let path = display(&fact.path);
    let finding = Finding::new(Id::Aud002, format!("{path} has mode {:04o}", stat.mode));
    Some(finding.path(path).fix(format!("chmod 600 {}", quote_path(&fact.path))))
}

/// One log for two writers, when the configuration does not say so in as many words.
fn shared_log(request: &Request<'_>, files: &Files) -> Option<Finding> {
    let (its, ours) = (files.of(Role::AuditLog)?, files.of(Role::OurLog)?);
    if request.reading.config.audit_path.as_ref() == Some(&its.path) {
        return None;
    }
    let id = |fact: &FileFact| fact.followed.map(|file| file.id);
    let is_same = ours.path == its.path || id(ours).is_some() && id(ours) == id(its);
    let finding = Finding::new(Id::Aud002, SHARED_LOG).path(display(&ours.path));
    is_same.then(|| finding.fix("name another file in audit.path or service.key_audit_log_path"))
}

/// The finding that an error of the checks stands for. The path is that of the image, not of the directory it lies in. What
/// belongs to nobody trusted should be the service's, where that is known, or root's.
pub fn finding_of(error: &FsError, path: &Path, root: &Root, service: Option<u32>) -> Finding {
    let shown = display(path);
    let quoted = quote_path(path);
    let owned = |id: Id, text: String, what: &Path| {
        let fix = format!("chown {} {}", service.unwrap_or(0), quote_path(what));
        Finding::new(id, text).fix(fix)
    };
    match error {
        FsError::NotFound(_) => Finding::new(Id::Sec001, format!("there is no {shown}"))
            .fix(remedy::generic(Id::Sec001, path)),
        FsError::Mode { mode, .. } => Finding::new(
            Id::Fil001,
            format!("{shown} has mode {mode:04o}; group and others must have no access"),
        )
        .fix(format!("chmod 600 {quoted}")),
        FsError::Owner { path: whose, uid } if whose.file_name() == path.file_name() => {
            owned(Id::Fil002, format!("{shown} belongs to uid {uid}"), path)
        }
        FsError::Owner { uid, path: whose } => {
            let whose = root.shown(whose);
            let text = format!("{}, above {shown}, belongs to uid {uid}", display(&whose));
            owned(Id::Fil004, text, &whose)
        }
        FsError::Symlink(_) => Finding::new(Id::Fil003, format!("{shown} is a symbolic link")),
        FsError::NotRegular(_) => {
            Finding::new(Id::Fil003, format!("{shown} is not a regular file"))
        }
        FsError::HardLinks { links, .. } => {
            Finding::new(Id::Fil003, format!("{shown} has {links} hard links"))
        }
        FsError::WritableParent { path: parent, mode } => {
            let parent = root.shown(parent);
            let text =
                format!("{} has mode {mode:04o}: others could replace {shown}", display(&parent));
            Finding::new(Id::Fil004, text).fix(format!("chmod go-w {}", quote_path(&parent)))
        }
        error => {
            let text = crate::text::escape(&error.to_string());
            let finding = Finding::new(Id::Sec001, format!("{shown} cannot be read: {text}"));
            finding.fix(remedy::generic(Id::Sec001, path))
        }
    }
    .path(shown)
}

/// Everything that the running tools would refuse about a file of secrets.
fn sensitive(
    root: &Root,
    path: &Path,
    at: Option<&StoreAt>,
    trust: Trust,
    service: Option<u32>,
    findings: &mut Vec<Finding>,
) {
    let real = root.real(path);
    let Ok(Some(mut stat)) = look::stat(&real) else { return };
    let owner = stat.st_uid;
    let is_service = |uid: u32| service == Some(uid);
    if service.is_some() && !is_service(owner) && owner != 0 {
        let error = FsError::Owner { path: path.into(), uid: owner };
        findings.push(finding_of(&error, path, root, service));
    }
    // The service's own user is as good as the caller here.
    if is_service(owner) {
        stat.st_uid = trust.caller;
    }
    for _ in 0..4 {
        let Err(error) = checks::sensitive_file(&real, &stat, trust) else { break };
        match &error {
            FsError::Mode { .. } => stat.st_mode &= !0o077,
            FsError::Owner { .. } => stat.st_uid = trust.caller,
            FsError::HardLinks { .. } => stat.st_nlink = 1,
            FsError::Symlink(_) | FsError::NotRegular(_) => {
                stat.st_mode = 0o10_0000 | stat.st_mode & 0o7777;
            }
            _ => break,
        }
        let doubled = service.is_some() && matches!(error, FsError::Owner { .. });
        if !doubled {
            findings.push(finding_of(&error, path, root, service));
        }
    }
    let place = at.map_or_else(|| Place::resolve(&real, trust), |at| at.place(&real));
    match parents(root, place, owner, trust) {
        Ok(Parents::Closed) => {}
        Ok(Parents::Sticky) => {
            let text =
                format!("{} lies below a directory that everybody may write to", display(path));
            let finding = Finding::new(Id::Fil004, text).path(display(path));
            let fix = "move it below a directory that only the service and root can change";
            findings.push(finding.fix(fix).at_most(Severity::Warning));
        }
        Err(error) => findings.push(finding_of(&error, path, root, service)),
    }
}

/// The directories above a file; of an image, those that are in it.
fn parents(
    root: &Root,
    place: Result<Place, FsError>,
    owner: u32,
    trust: Trust,
) -> Result<Parents, FsError> {
    let place = place?;
    match &root.0 {
        None => place.check_parents(owner),
        Some(top) => place.check_parents_below(&Place::resolve(&top.join("etc"), trust)?, owner),
    }
}

/// Whoever owns the configuration decides which rules hold.
fn config_owner(fact: &FileFact, trust: Trust, service: Option<u32>, findings: &mut Vec<Finding>) {
    let Some(Found { uid, .. }) = fact.found else { return };
    let trusted = [0, trust.caller].contains(&uid) || service == Some(uid);
    if !trusted {
        let path = &fact.path;
        let text = format!("{} belongs to uid {uid}", display(path));
        let fix = format!("chown root {}", quote_path(path));
        findings.push(Finding::new(Id::Fil011, text).path(display(path)).fix(fix));
    }
}

/// What stays behind beside a store: our own temporary files, and copies by hand.
fn leftovers(root: &Root, path: &Path, found: &mut Vec<PathBuf>) {
    const ENDS: [&str; 5] = [".tmp", ".partial", ".torn", ".prev", TEMP_SUFFIX];
    let (Some(dir), Some(name)) = (path.parent(), path.file_name().and_then(OsStr::to_str)) else {
        return;
    };
    for other in look::names(&root.real(dir)) {
        let shown = other.to_string_lossy();
        let of_store = shown.trim_start_matches('.').starts_with(name);
        if of_store && ENDS.iter().any(|end| shown.ends_with(end)) {
            found.push(dir.join(other));
        }
    }
}

/// Whether a version control system keeps what lies there. Most paths share their directories, each of which is asked once.
fn in_work_tree<'a>(root: &Root, path: &'a Path, seen: &mut Vec<(&'a Path, bool)>) -> bool {
    let mut passed = Vec::new();
    let is_in = path.ancestors().skip(1).find_map(|dir| {
        let known = seen.iter().find(|(known, _)| known.as_os_str() == dir.as_os_str());
        if let Some((_, known)) = known {
            return Some(*known);
        }
        passed.push(dir);
        let top = look::stat(&root.real(&dir.join(".git")));
        top.is_ok_and(|found| found.is_some()).then_some(true)
    });
    let is_in = is_in.unwrap_or(false);
    seen.extend(passed.into_iter().map(|dir| (dir, is_in)));
    is_in
}

fn igra(root: &Root, path: &Path) -> IgraFile {
    const START: usize = 4096;
    let Some(bytes) = look::read(&root.real(path), START) else { return IgraFile::default() };
    let is_ours = bytes.starts_with(&crate::store::sealed::MAGIC);
    let rotated = isec::Header::parse(&bytes).ok().and_then(|(header, _)| header.times);
    // Up: a part of a second must not make the file a day older.
    let seconds = |nanos: u64| Timestamp::from_unix(nanos.div_ceil(1_000_000_000));
    IgraFile { readable: true, is_ours, rotated: rotated.map(|t| seconds(t.last_rotated_at)) }
}

/// Searches copies beside the configuration, and files of variables, for secrets in the clear.
fn neighbours(request: &Request<'_>, files: &mut Files) {
    let Some(config) = request.config_path else { return };
    let Some(dir) = config.parent() else { return };
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    for name in look::names(dir) {
        let name = name.to_string_lossy();
        if !COPIES.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let path = dir.join(&*name);
        let Some(text) = look::text(&path, MAX_SEARCHED) else { continue };
        if let Some(what) = leak::kind_in(&text) {
            files.leaks.push((display(&path), what));
        }
    }
}
