//! Who and where we are: the names that a passphrase must not be made of.
//!
//! The answers are context for the strength gate and nothing else: a name that cannot be found out is left out, and none
//! decides about access.

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// Bytes of `/etc/passwd` that are looked at.
const MAX_PASSWD: usize = 1 << 20;

/// The name of this host, as `uname -n` prints it. `None` when it is not UTF-8.
pub fn host_name() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// The login name of the effective user, from `/etc/passwd`.
///
/// Neither `$USER` nor the name service is asked: the first is the caller's to choose, the second loads foreign code.
pub fn user_name() -> Option<String> {
    user_name_of(rustix::process::geteuid().as_raw())
}

/// The login name of a user, from the same file.
pub fn user_name_of(uid: u32) -> Option<String> {
    name_of(&read_start("/etc/passwd").ok()?, uid)
}

/// The name that belongs to a user id.
fn name_of(passwd: &[u8], uid: u32) -> Option<String> {
    passwd.split(|&b| b == b'\n').find_map(|line| {
        let mut fields = std::str::from_utf8(line).ok()?.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

/// The first MiB of a file that the system keeps: facts of the host, no secrets.
pub fn read_start(path: &str) -> Result<Vec<u8>, Errno> {
    let file =
        rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK, Mode::empty())?;
    let mut content = Vec::new();
    let mut block = [0; 4096];
    while content.len() < MAX_PASSWD {
        match rustix::io::read(&file, &mut block) {
            Ok(0) => break,
            Ok(n) => content.extend_from_slice(&block[..n]),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_id() {
        let passwd = b"root:x:0:0:root:/root:/bin/bash\nbad line\n\xff:x:7:\n:x:8:\njdoe:x:1000:1000::/home/jdoe:/bin/sh";
        assert_eq!(name_of(passwd, 0).as_deref(), Some("root"));
        assert_eq!(name_of(passwd, 1000).as_deref(), Some("jdoe"));
        for absent in [7, 8, 100] {
            assert_eq!(name_of(passwd, absent), None);
        }
        assert_eq!(name_of(b"", 0), None);
    }

    #[test]
    fn this_host_has_a_name() {
        assert!(host_name().is_some_and(|name| !name.contains('\0')));
        // The user may be missing from the file in a container.
        assert!(user_name().is_none_or(|name| !name.is_empty()));
    }
}
