//! Rules on the host and on the unit that starts the service.

use std::path::Path;

use super::Case;
use super::facts::{Host, Role, Unit};
use super::finding::{Finding, Findings, Place};
use super::table::{Id, Severity};
use crate::clock::Timestamp;
use crate::network::NetworkMode;

/// No clock that is right stands before this: 2026-01-01.
const BUILT: Timestamp = Timestamp::from_unix(1_767_225_600);

pub(super) fn look(case: &Case<'_>, found: &mut Findings) {
    for unit in &case.facts.units {
        look_at_unit(case.network, unit, found);
    }
    let Some(host) = &case.facts.host else { return };
    if !case.config_only && case.now < BUILT {
        let text = format!("the clock says {}, which is before this tool was made", case.now);
        found.add(Finding::new(Id::Host009, text));
    }
    look_at_host(host, found);
    if case.service.is_there {
        room(case, host, found);
    }
}

/// What the service wants of the host before it starts.
fn room(case: &Case<'_>, host: &Host, found: &mut Findings) {
    const DISK: u64 = 10 << 30;
    const MEMORY: u64 = 1 << 30;
    let dir = case.facts.files.as_ref().and_then(|files| files.of(Role::DataDir));
    let volume = dir.and_then(|dir| dir.followed?.volume);
    if let Some(free) = volume.map(|volume| volume.free).filter(|free| *free < DISK) {
        let text = format!("{} GiB are free below data_dir", free >> 30);
        let dir = case.service.data_dir.as_deref().unwrap_or(Path::new("/"));
        found.add(Finding::new(Id::Svc37, text).forecast(case.network).about(dir));
    }
    if let Some(memory) = host.memory.filter(|bytes| *bytes < MEMORY) {
        let text = format!("{} MiB of memory are available", memory >> 20);
        found.add(Finding::new(Id::Svc38, text).forecast(case.network));
    }
}

fn look_at_host(host: &Host, found: &mut Findings) {
    for area in &host.plain_swap {
        let text = format!("swap on {} is not encrypted", crate::text::escape(area));
        found.add(Finding::new(Id::Host001, text));
    }
    if let Some(pattern) = &host.core_pattern {
        let text = format!("core files are {pattern}");
        found.add(Finding::new(Id::Host002, text));
    }
    if let Some(dumpable) = host.suid_dumpable.filter(|n| *n != 0) {
        let text = format!("fs.suid_dumpable is {dumpable}");
        found.add(Finding::new(Id::Host002, text).fix("sysctl fs.suid_dumpable=0"));
    }
    if host.hibernation {
        found.add(Finding::new(Id::Host003, "the kernel offers to suspend to disk"));
    }
    match host.ptrace_scope {
        Some(1..) => {}
        Some(0) => found.add(Finding::new(Id::Host004, "kernel.yama.ptrace_scope is 0")),
        None => {
            let finding = Finding::new(Id::Host004, "the kernel has no kernel.yama.ptrace_scope");
            found.add(finding.fix("boot a kernel with the Yama module"));
        }
    }
    for name in &host.unprotected {
        found
            .add(Finding::new(Id::Host011, format!("{name} is 0")).fix(format!("sysctl {name}=1")));
    }
    if host.preload {
        let finding = Finding::new(Id::Host007, "/etc/ld.so.preload has content");
        found.add(finding.path("/etc/ld.so.preload").fix("rm /etc/ld.so.preload"));
    }
    if host.synchronised == Some(false) {
        let text = "the time daemon has not synchronised the clock";
        found.add(Finding::new(Id::Host009, text).fix("timedatectl set-ntp true"));
    } else if host.synchronised.is_none() {
        let finding = Finding::new(Id::Host009, "no time daemon was found");
        found.add(finding.at_most(Severity::Info).fix("timedatectl set-ntp true"));
    }
}

/// Bytes of a limit such as `16M`; `infinity` has no end.
fn limit(value: &str) -> Option<u64> {
    let soft = value.split(':').next().unwrap_or_default().trim();
    if soft.eq_ignore_ascii_case("infinity") {
        return Some(u64::MAX);
    }
    let digits = soft.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match &soft[digits.len()..] {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_shl(shift)
}

fn look_at_unit(network: NetworkMode, unit: &Unit, found: &mut Findings) {
    const LOCKED: u64 = 1 << 20;
    const OPEN: u64 = 4096;
    let at = |line: usize| Place::Line(unit.path.clone(), line);
    for (line, words) in &unit.commands {
        if words.first().is_some_and(|program| program.contains("/debug/")) {
            found.add(Finding::new(Id::Kdf004, "the unit starts a debug build").place(at(*line)));
        }
    }
    if !unit.is_service {
        return;
    }
    match unit.setting("User") {
        None if unit.setting("DynamicUser").is_some_and(|(value, _)| value == "yes") => {}
        None => found.add(
            Finding::new(Id::Host005, "the unit names no user: the service runs as root")
                .place(at(0)),
        ),
        Some(("root" | "0", line)) => {
            found.add(Finding::new(Id::Host005, "the service runs as root").place(at(line)));
        }
        Some(_) => {}
    }
    match unit.setting("LimitCORE") {
        Some((value, _)) if limit(value) == Some(0) => {}
        Some((_, line)) => {
            found.add(Finding::new(Id::Host002, "LimitCORE is not 0").place(at(line)));
            found.add(
                Finding::new(Id::Svc40, "LimitCORE is not 0").forecast(network).place(at(line)),
            );
        }
        // systemd's default is a soft limit of 0, which the service may raise.
        None => found.add(Finding::new(Id::Host002, "LimitCORE is not set").place(at(0))),
    }
    if let Some((value, line)) = unit.setting("LimitMEMLOCK")
        && limit(value).is_some_and(|bytes| bytes < LOCKED)
    {
        found.add(Finding::new(Id::Host008, "LimitMEMLOCK is below 1 MiB").place(at(line)));
    }
    let (files, line) = match unit.setting("LimitNOFILE") {
        Some((value, line)) => (limit(value), line),
        None => (Some(1024), 0),
    };
    if files.is_some_and(|files| files < OPEN) {
        let text = "the service may open fewer than 4096 files";
        found.add(Finding::new(Id::Svc39, text).forecast(network).place(at(line)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_systemd_reads_them() {
        for (value, bytes) in [
            ("0", Some(0)),
            ("16M", Some(16 << 20)),
            ("64K:1M", Some(64 << 10)),
            ("infinity", Some(u64::MAX)),
            ("", None),
            ("x", None),
            ("1T", None),
        ] {
            assert_eq!(limit(value), bytes, "{value}");
        }
    }
}
