//! Rules on files and directories. What the checks of the running tools say comes ready; the rest is judged here.

use std::path::Path;

use super::Case;
use super::facts::{FileFact, Files, Kind, Role, Volume, display};
use super::finding::{Finding, Findings};
use super::table::{Id, Severity};
use crate::text::quote_path;

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    if let Some(store) = &case.facts.store {
        for finding in &store.findings {
            found.add(finding.clone());
        }
    }
    let Some(files) = &case.facts.files else { return };
    if case.facts.store.is_none() {
        // Unknown is not OK: a file that names no store must not pass for one whose store is in order.
        let text = "no store is named: no secret and no passphrase was examined";
        let fix = "set service.secrets_file or [security] store, or name it with --store";
        found.add(Finding::new(Id::Sec010, text).fix(fix));
    }
    for finding in &files.findings {
        found.add(finding.clone());
    }
    for fact in &files.all {
        directory(fact, found);
        place(files, fact, found);
        room(fact, found);
    }
    config(files, found);
    audit(files, found);
    for (path, what) in &files.leaks {
        let finding = Finding::new(Id::Sec007, format!("{path} holds {what}")).path(path.clone());
        let fix = "put it into the store, destroy the file, and change the secret";
        found.add(finding.fix(fix));
    }
    for path in &files.leftovers {
        let shown = display(path);
        let finding = Finding::new(Id::Fil010, format!("{shown} was left behind")).path(shown);
        found.add(finding.fix(format!("rm {}", quote_path(path))));
    }
}

fn quoted(fact: &FileFact) -> String {
    quote_path(&fact.path)
}

fn directory(fact: &FileFact, found: &mut Findings) {
    let Some(stat) = fact.followed.filter(|stat| stat.kind == Kind::Directory) else { return };
    let watched = matches!(fact.role, Role::DataDir | Role::LogDir | Role::StateDir);
    if watched && stat.mode & 0o077 != 0 {
        let path = display(&fact.path);
        let finding = Finding::new(Id::Fil005, format!("{path} has mode {:04o}", stat.mode));
        found.add(finding.path(path).fix(format!("chmod 700 {}", quoted(fact))));
    }
}

/// Why a path is no place for secrets.
fn is_shared(path: &Path) -> Option<&'static str> {
    const TEMPORARY: [&str; 4] = ["/tmp", "/var/tmp", "/dev/shm", "/run/user"];
    if TEMPORARY.iter().any(|start| path.starts_with(start)) {
        return Some("below a temporary directory");
    }
    let downloads = path.components().any(|part| part.as_os_str() == "Downloads");
    downloads.then_some("among downloads")
}

fn place(files: &Files, fact: &FileFact, found: &mut Findings) {
    if !matches!(fact.role, Role::Secrets | Role::DataDir | Role::StateDir) {
        return;
    }
    let path = display(&fact.path);
    let in_tree = files.work_tree.contains(&path).then_some("in a work tree of git");
    if let Some(why) = is_shared(&fact.path).or(in_tree) {
        found.add(Finding::new(Id::Fil007, format!("{path} lies {why}")).path(path));
    }
}

fn room(fact: &FileFact, found: &mut Findings) {
    const SPARE: u64 = 64 << 20;
    const INODES: u64 = 100;
    // Of a link, what it leads to: that is where something is written.
    let Some(stat) = fact.followed.filter(|_| fact.role == Role::Secrets) else { return };
    let Some(Volume { free, inodes, .. }) = stat.volume else { return };
    let needed = stat.size.saturating_mul(3).saturating_add(SPARE);
    let path = display(&fact.path);
    let parent = fact.path.parent().unwrap_or(&fact.path);
    if free < needed {
        let text =
            format!("{} MiB are free beside {path}, {} are needed", free >> 20, needed >> 20);
        found.add(Finding::new(Id::Fil009, text).path(path.clone()).about(parent));
    }
    if let Some(inodes) = inodes.filter(|inodes| *inodes < INODES) {
        found.add(
            Finding::new(Id::Fil009, format!("{inodes} inodes are free beside {path}"))
                .path(path)
                .fix(format!("remove files: df -i {}", quote_path(parent))),
        );
    }
}

fn config(files: &Files, found: &mut Findings) {
    let Some(fact) = files.of(Role::Config) else { return };
    // A link's own mode says nothing: what it leads to is what is read.
    let Some(stat) = fact.followed else { return };
    let path = display(&fact.path);
    if found.has(Id::Sec007) && stat.mode & 0o077 != 0 {
        let text = format!("{path} has mode {:04o} and holds a secret", stat.mode);
        let fix = format!("chmod 600 {}", quoted(fact));
        found.add(Finding::new(Id::Fil001, text).path(path.clone()).fix(fix));
    }
    if stat.mode & 0o022 != 0 {
        let text = format!("{path} has mode {:04o}: others can change it", stat.mode);
        let fix = format!("chmod go-w {}", quoted(fact));
        found.add(Finding::new(Id::Fil011, text).path(path).fix(fix));
    }
}

fn audit(files: &Files, found: &mut Findings) {
    const SPACE: u64 = 64 << 20;
    for fact in &files.all {
        match fact.role {
            Role::AuditLog => audit_mode(fact, found),
            Role::OurLog => audit_owner(files, fact, found),
            Role::AuditDir | Role::OurLogDir => audit_directory(fact, SPACE, found),
            _ => {}
        }
    }
}

/// The service's log, which it makes with its umask; ours is judged by whoever opens it.
fn audit_mode(fact: &FileFact, found: &mut Findings) {
    let Some(stat) = fact.followed.filter(|stat| stat.mode & 0o077 != 0) else { return };
    let path = display(&fact.path);
    let text = format!("{path} has mode {:04o}", stat.mode);
    let fix = format!("set UMask=0077 in the unit, then: chmod 600 {}", quoted(fact));
    found.add(Finding::new(Id::Aud002, text).path(path).fix(fix));
}

/// A log is its store's: who owns the store, and nobody else.
fn audit_owner(files: &Files, fact: &FileFact, found: &mut Findings) {
    let Some(stat) = fact.found else { return };
    let path = display(&fact.path);
    if stat.kind != Kind::File {
        let finding = Finding::new(Id::Aud002, format!("{path} is not a regular file"));
        found.add(finding.path(path).fix("put the file itself there"));
        return;
    }
    let stores = files.all.iter().filter(|other| other.role == Role::Secrets);
    let owners: Vec<u32> = stores.filter_map(|store| Some(store.found?.uid)).collect();
    if let Some(owner) = owners.first()
        && stat.uid != 0
        && !owners.contains(&stat.uid)
    {
        let text = format!("{path} belongs to uid {}, the store to uid {owner}", stat.uid);
        let fix = format!("chown {owner} {}", quoted(fact));
        found.add(Finding::new(Id::Aud002, text).path(path).fix(fix));
    }
}

fn audit_directory(fact: &FileFact, least: u64, found: &mut Findings) {
    let path = display(&fact.path);
    let Some(stat) = fact.followed else {
        if fact.unreadable.is_none() {
            let fix = format!("mkdir -m 700 {}", quoted(fact));
            let finding = Finding::new(
                Id::Aud002,
                format!("the directory of the audit log is missing: {path}"),
            );
            found.add(finding.path(path).fix(fix));
        }
        return;
    };
    if stat.mode & 0o022 != 0 {
        let text = format!("{path} has mode {:04o}: others can change the audit log", stat.mode);
        let fix = format!("chmod 700 {}", quoted(fact));
        found.add(Finding::new(Id::Aud002, text).path(path.clone()).fix(fix));
    }
    let Some(Volume { in_memory, free, .. }) = stat.volume else { return };
    if in_memory {
        let text = format!("{path} is in memory: the audit log is gone after a reboot");
        let finding = Finding::new(Id::Aud002, text).path(path.clone());
        found.add(finding.fix("name a directory on a disk"));
    }
    if free < least {
        let text = format!("{} MiB are free for the audit log, 64 are needed", free >> 20);
        let finding = Finding::new(Id::Aud002, text).path(path).at_most(Severity::Warning);
        found.add(finding.fix(format!("remove files: df -h {}", quoted(fact))));
    }
}
