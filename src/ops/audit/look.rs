//! Where the log of a store lies, and whether it agrees with the store and this host: for commands that record nothing.

use std::path::{Path, PathBuf};

use super::Subject;
use crate::audit::{Setting, View, chain};
use crate::fs::Place;
use crate::fs::directory::Ownership;
use crate::memory;
use crate::ops::{Desk, OpError, StoreFile};

/// The end of the name of a log that is kept beside its store.
pub const LOG_SUFFIX: &str = ".audit.jsonl";

/// The path of a log that is kept beside the store at `store`.
pub fn log_beside(store: &Path) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push(LOG_SUFFIX);
    store.with_file_name(name)
}

/// Holds the log of `file` against the store's head and what this host remembers, without a key and without writing. It lies at
/// `place`; `path` is how messages name it.
pub fn examine(
    desk: &Desk<'_>,
    file: &StoreFile,
    place: &Place,
    path: &Path,
) -> Result<View, OpError> {
    let subject = Subject::of_file(file)?;
    let setting = subject.setting(desk, crate::audit::actor::machine());
    // The state of the log has a key in it.
    let seen = memory::scrubbed(|| crate::audit::look(place.directory(), path, &setting));
    Ok(seen.map_err(|error| subject.trouble(error))?)
}

impl Subject {
    /// What the log is held against.
    pub(in crate::ops) fn setting(&self, desk: &Desk<'_>, machine: chain::Id) -> Setting {
        Setting {
            owner: Ownership { mode: 0o600, ..self.owner },
            machine,
            head: self.head,
            remembered: self.remembered,
            accept_loss: self.accept_loss,
            lock_timeout: desk.settings.lock_timeout,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test writes as anybody may")]

    use std::time::Duration;

    use super::*;
    use crate::audit::{Actor, Draft, Log, Origin, Phase, record};
    use crate::fs::Trust;
    use crate::network::NetworkMode;
    use crate::secret::DerivedKey;
    use crate::store::StoreId;
    use crate::store::header::AuditHead;

    /// A look uses no more of the stack than is overwritten behind it: at lines that the state has not seen, whose MACs are computed, at
    /// what is damaged, cut, too long, another host's.
    #[test]
    fn the_whole_stack_of_a_look_is_overwritten() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        let state = dir.path().join("log.state");
        let place = || Place::resolve(&path, Trust::of_process()).expect("a place");
        let setting = Setting {
            owner: Ownership { uid: Trust::of_process().caller, mode: 0o600 },
            machine: [1; 16],
            head: None,
            remembered: None,
            accept_loss: false,
            lock_timeout: Duration::ZERO,
        };
        let origin = Origin {
            store_id: StoreId([2; 16]),
            network: NetworkMode::Mainnet,
            tool: "test".to_owned(),
            version: "0".to_owned(),
            actor: Actor::of_process(),
        };
        let directory = Box::new(place().into_parts().0);
        let mut log = Log::open(directory, &path, setting, origin, 1, &|| None).expect("a log");
        let draft = |event, n: u64| Draft::new(event, Phase::Done, n.to_le_bytes(), n);
        log.start_segment(&DerivedKey::zeroed(), [3; 16], [4; 16], &draft(record::SEGMENT, 1))
            .expect("a segment");
        let old = std::fs::read(&state).expect("a state");
        for n in 2..5 {
            log.append(&draft("secret.get", n)).expect("a record");
        }
        drop(log);
        let look_with = |setting: &Setting| {
            let place = place();
            let mut seen = None;
            let used = memory::stack_used(|| {
                seen = Some(crate::audit::look(place.directory(), &path, setting));
            });
            // As this is measured without optimisation, a third of it is.
            assert!(used <= memory::SHALLOW, "{used}");
            seen.expect("looked")
        };
        let look = || look_with(&setting);
        assert_eq!(look().expect("in order").findings, []);
        let other_host = Setting { machine: [5; 16], ..setting };
        assert!(look_with(&other_host).expect("in order").needs_segment.is_some());
        let head = Some(AuditHead { seq: 99, mac: [6; 32] });
        assert!(look_with(&Setting { head, remembered: head, ..setting }).is_err());
        let (whole, new) =
            (std::fs::read(&path).expect("a log"), std::fs::read(&state).expect("it"));
        std::fs::write(&state, &old).expect("written");
        assert_eq!(look().expect("in order").findings, [crate::audit::Finding::Adopted(3)]);
        // A MAC that is another one, a line of the largest size that is none, one that has no end, and a log that is cut.
        let broken = |log: &[u8]| {
            std::fs::write(&path, log).expect("written");
            look()
        };
        let mut flipped = whole.clone();
        let at = flipped.len() - 10;
        flipped[at] ^= 1;
        assert!(broken(&flipped).is_err());
        let endless = "x".repeat(60 << 10);
        assert!(broken(&[&whole[..], endless.as_bytes(), b"\n"].concat()).is_err());
        assert!(broken(&[&whole[..], endless.as_bytes()].concat()).is_ok());
        std::fs::write(&state, &new).expect("written");
        assert!(broken(&whole[..whole.len() / 2]).is_err());
        std::fs::write(&state, [7; 512]).expect("written");
        assert!(broken(&whole).expect("in order").needs_segment.is_some());
    }
}
