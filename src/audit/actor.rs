//! Who does something: facts of the process and its host, as the kernel states them.
//!
//! Nothing here comes from the environment, which is the caller's to choose. Who is behind `sudo` stands in the login uid,
//! which is set once when a session begins and which only root can change.

use std::sync::OnceLock;

use super::chain::Id;
use crate::crypto::labels;
use crate::crypto::mac;
use crate::environment::host;

/// The acting process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Effective user.
    pub uid: u32,
    /// Who logged in, whatever was done with `su` and `sudo` since; none for a service.
    pub loginuid: Option<u32>,
    /// Login name of whoever logged in, or else of the effective user; information only.
    pub user: Option<String>,
    /// Controlling terminal, such as `pts/0`.
    pub tty: Option<String>,
    /// The process.
    pub pid: u32,
    /// Name of the host.
    pub host: String,
    /// Id of this boot of the host; zeros when the kernel does not say.
    pub boot: Id,
}

impl Actor {
    /// This process.
    pub fn of_process() -> Self {
        let uid = rustix::process::geteuid().as_raw();
        let loginuid = first_line("/proc/self/loginuid")
            .and_then(|text| text.parse().ok())
            // What the kernel calls "not set".
            .filter(|uid| *uid != u32::MAX);
        Self {
            uid,
            loginuid,
            user: host::user_name_of(loginuid.unwrap_or(uid)),
            tty: host::read_start("/proc/self/stat").ok().and_then(|stat| terminal(&stat)),
            pid: rustix::process::getpid().as_raw_nonzero().get().unsigned_abs(),
            host: host::host_name().unwrap_or_default(),
            boot: first_line("/proc/sys/kernel/random/boot_id")
                .and_then(|text| boot_id(&text))
                .unwrap_or_default(),
        }
    }
}

/// Who acts, and on which host: looked up when the first record is made, since a command that only looks makes none.
#[derive(Clone, Debug, Default)]
pub struct Witness(OnceLock<(Actor, Id)>);

impl Witness {
    /// One that is known already.
    pub fn known(actor: Actor, machine: Id) -> Self {
        Self(OnceLock::from((actor, machine)))
    }

    /// The acting process.
    pub fn actor(&self) -> &Actor {
        &self.both().0
    }

    /// Its host; see [`machine`].
    pub fn machine(&self) -> Id {
        self.both().1
    }

    fn both(&self) -> &(Actor, Id) {
        self.0.get_or_init(|| (Actor::of_process(), machine()))
    }
}

/// Which host this is: a state file that was copied to another one must not be written on there.
///
/// A host without `/etc/machine-id` is the same as any other such host.
pub fn machine() -> Id {
    let id = first_line("/etc/machine-id").unwrap_or_default();
    let hash = mac::sha256(&[labels::AUDIT_MACHINE, id.as_bytes()]);
    std::array::from_fn(|i| hash[i])
}

fn first_line(path: &str) -> Option<String> {
    let bytes = host::read_start(path).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    text.lines().next().map(|line| line.trim().to_owned())
}

fn boot_id(text: &str) -> Option<Id> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?.try_into().ok()
}

/// The controlling terminal in a line of `/proc/PID/stat`, see proc(5). The name of the program may hold anything, blanks and
/// brackets too, so the fields are counted from its last bracket.
fn terminal(stat: &[u8]) -> Option<String> {
    let after = stat.iter().rposition(|&b| b == b')')?;
    let fields = std::str::from_utf8(stat.get(after + 1..)?).ok()?;
    let number: i64 = fields.split_ascii_whitespace().nth(4)?.parse().ok()?;
    let number = u32::try_from(number & 0xffff_ffff).ok()?;
    let (major, minor) = ((number >> 8) & 0xfff, (number & 0xff) | ((number >> 12) & 0xf_ff00));
    match major {
        0 => None,
        4 if minor < 64 => Some(format!("tty{minor}")),
        4 => Some(format!("ttyS{}", minor - 64)),
        136..=143 => Some(format!("pts/{}", (major - 136) * 256 + minor)),
        _ => Some(format!("{major}:{minor}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_is_found_behind_any_program_name() {
        let stat = |name: &str, tty: i64| format!("12 ({name}) S 1 12 12 {tty} 12 4194560");
        for (number, tty) in [
            (34816, Some("pts/0")),
            (34823, Some("pts/7")),
            (35072, Some("pts/256")),
            (1025, Some("tty1")),
            (1088, Some("ttyS0")),
            (0, None),
        ] {
            for name in ["sh", "a) b (c", ""] {
                assert_eq!(terminal(stat(name, number).as_bytes()).as_deref(), tty);
            }
        }
        assert_eq!(terminal(b"no brackets"), None);
        assert_eq!(terminal(b"12 (x"), None);
    }

    #[test]
    fn this_process_has_an_actor() {
        let actor = Actor::of_process();
        assert_eq!(actor.pid, std::process::id());
        assert_ne!(actor.boot, [0; 16]);
        assert_eq!(machine(), machine());
    }
}
