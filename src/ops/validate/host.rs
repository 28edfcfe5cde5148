//! Facts about a Linux host, from what the kernel shows in `/proc` and `/sys`.
//!
//! What cannot be read is left out: a container shows less, and a missing file is no bad news.

use std::path::Path;

use super::look::{self, Root};
use crate::config::rules::facts::Host;

fn line(root: &Root, path: &str) -> Option<String> {
    let text = look::text(&root.real(Path::new(path)), 4096)?;
    Some(text.lines().next()?.trim().to_owned())
}

fn number(root: &Root, path: &str) -> Option<u32> {
    line(root, path)?.parse().ok()
}

/// Looks at the host. With a root, at what an image can show: its files, not the kernel that runs.
pub fn look(root: &Root) -> Host {
    let mut host = Host {
        preload: look::text(&root.real(Path::new("/etc/ld.so.preload")), 4096)
            .is_some_and(|text| text.lines().any(|l| !l.trim().is_empty() && !l.starts_with('#'))),
        ..Host::default()
    };
    if root.0.is_some() {
        host.ptrace_scope = Some(1);
        host.synchronised = Some(true);
        return host;
    }
    host.plain_swap = plain_swap(root);
    host.core_pattern = line(root, "/proc/sys/kernel/core_pattern").and_then(|p| core_files(&p));
    host.suid_dumpable = number(root, "/proc/sys/fs/suid_dumpable");
    host.hibernation = line(root, "/sys/power/state")
        .is_some_and(|states| states.split_whitespace().any(|state| state == "disk"))
        && line(root, "/sys/power/resume").is_some_and(|device| device != "0:0");
    host.ptrace_scope = number(root, "/proc/sys/kernel/yama/ptrace_scope");
    for (name, path) in [
        ("fs.protected_symlinks", "/proc/sys/fs/protected_symlinks"),
        ("fs.protected_hardlinks", "/proc/sys/fs/protected_hardlinks"),
        ("fs.protected_regular", "/proc/sys/fs/protected_regular"),
    ] {
        if number(root, path) == Some(0) {
            host.unprotected.push(name);
        }
    }
    host.synchronised = synchronised(root);
    host.memory = look::text(&root.real(Path::new("/proc/meminfo")), 16 << 10).and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    });
    host
}

/// What a pattern means for core files, when it makes any that last.
fn core_files(pattern: &str) -> Option<String> {
    match pattern {
        // `core` is the default: a file in the working directory, which `LimitCORE=0` prevents.
        "" | "core" | "|/bin/false" => None,
        pattern if pattern.starts_with('|') => {
            Some("piped to a program, which LimitCORE=0 does not prevent".to_owned())
        }
        _ => Some("written to a directory".to_owned()),
    }
}

/// Swap areas that neither lie in memory nor on a mapped (encrypted) device.
fn plain_swap(root: &Root) -> Vec<String> {
    let text = look::text(&root.real(Path::new("/proc/swaps")), 64 << 10).unwrap_or_default();
    let areas = text.lines().skip(1).filter_map(|line| line.split_whitespace().next());
    areas
        .filter(|area| !area.starts_with("/dev/zram") && !is_encrypted(root, area))
        .map(str::to_owned)
        .collect()
}

/// True when a device is a dm-crypt mapping, by the id that the kernel shows.
fn is_encrypted(root: &Root, area: &str) -> bool {
    let Some(name) = area.strip_prefix("/dev/").filter(|name| !name.contains('/')) else {
        return false;
    };
    line(root, &format!("/sys/block/{name}/dm/uuid")).is_some_and(|id| id.starts_with("CRYPT-"))
}

/// What a time daemon says.
fn synchronised(root: &Root) -> Option<bool> {
    let there = |path: &str| look::stat(&root.real(Path::new(path))).is_ok_and(|s| s.is_some());
    if there("/run/systemd/timesync/synchronized") {
        return Some(true);
    }
    if ["/run/chrony", "/run/chronyd.pid", "/run/ntpd.pid", "/run/openntpd"]
        .iter()
        .any(|p| there(p))
    {
        return Some(true);
    }
    there("/run/systemd/timesync").then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_core_files_are_judged_by_where_they_lead() {
        assert_eq!(core_files("core"), None);
        assert_eq!(core_files("|/bin/false"), None);
        assert!(core_files("|/usr/share/apport/apport %p").is_some_and(|t| t.starts_with("piped")));
        assert!(core_files("/var/crash/%e.%p").is_some());
    }

    #[test]
    fn this_host_can_be_looked_at() {
        let host = look(&Root(None));
        assert!(host.memory.is_none_or(|bytes| bytes > 0));
        let image = look(&Root(Some("/no/such/image".into())));
        assert_eq!(image.plain_swap, Vec::<String>::new());
    }
}
