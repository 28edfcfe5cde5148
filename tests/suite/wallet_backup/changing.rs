//! Sources that change while they are read: a clear error and nothing left, or an archive of one moment.

use std::cell::RefCell;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use strongroom::clock::{FixedClock, Timestamp};
use strongroom::crypto::random::SystemRandom;
use strongroom::fs::Trust;
use strongroom::kind::Kind;
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::ops::backup::create::{Created, New, Target, create};
use strongroom::ops::{Desk, OpError, Settings, StateHome, StoreFile};
use strongroom::passphrase::strength::Context;
use strongroom::secret::SecretBytes;
use strongroom::store::OpenStore;
use strongroom::store::header::AuditHead;
use strongroom::store::open::{NewValue, SlotFacts};
use strongroom::store::value::ValueKind;

use super::{OPEN, staged};
use crate::store_format::forge::{CHEAP, credentials};
use crate::support::stage::{NOW, PASS2, Stage};

/// More than is read before the progress is told for the first time.
const LONG: usize = 8 << 20;

/// Beside the stage, which is searched for secrets after every command: that takes too long here.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        let scratch = Self(tempfile::tempdir().expect("a directory"));
        std::fs::create_dir(scratch.path("archives")).expect("mkdir");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(scratch.path("archives"), mode).expect("chmod");
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file that takes more than one unit to read.
    fn long(&self, name: &str) -> PathBuf {
        crate::support::write(&self.path(name), &vec![7; LONG]);
        // A change within one tick of the clock that files go by would not show.
        std::thread::sleep(std::time::Duration::from_millis(20));
        self.path(name)
    }
}

/// Makes an archive of the store and these files, and does something when a part of it was sealed.
fn during(
    (stage, scratch): (&Stage, &Scratch),
    config: Option<&Path>,
    files: &[PathBuf],
    mut change: impl FnMut(),
) -> Result<Created, OpError> {
    let desk = Desk {
        clock: &FixedClock(Timestamp::from_unix(NOW)),
        random: RefCell::new(Box::new(SystemRandom)),
        trust: Trust::of_process(),
        stop: &|| None,
        state: StateHome::Disabled,
        settings: Settings { network: Some(NetworkMode::Devnet), ..Settings::default() },
        words: &Context::new,
        audit: None,
    };
    let file = StoreFile::find(&desk, &stage.path("%s")).expect("a store");
    let slots = [credentials(PASS2, None)];
    let out = scratch.path("archives/a.srb");
    let new = New {
        target: Target::Path(&out),
        reason: "weekly",
        slots: &slots,
        kdf: None,
        store: None,
        config,
        files,
        pipe: None,
        tool: "wallet-backup test",
    };
    let mut changed = false;
    let made = create(&desk, file, new, &mut |done, total| {
        if !changed {
            assert!(done < total, "everything was read at once");
            change();
            changed = true;
        }
    });
    assert!(changed, "nobody told the progress");
    made
}

fn entries(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.collect()
}

#[track_caller]
fn refused(scratch: &Scratch, made: Result<Created, OpError>, named: &Path) {
    let error = made.err().expect("refused");
    let text = error.to_string();
    assert!(text.contains("changed") && text.contains(&named.display().to_string()), "{text}");
    assert_eq!(error.kind(), Kind::Io, "{text}");
    assert_eq!(entries(&scratch.path("archives")), Vec::<String>::new());
}

#[test]
fn a_named_file_that_is_written_to_ends_the_archive() {
    let (stage, scratch) = (staged(), Scratch::new());
    let path = scratch.long("long");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("open");
    let end = LONG as u64 - 1;
    let made = during((&stage, &scratch), None, std::slice::from_ref(&path), || {
        file.write_all_at(b"x", end).expect("write");
    });
    refused(&scratch, made, &path);
}

#[test]
fn a_named_file_that_grows_or_shrinks_ends_the_archive() {
    for len in [LONG as u64 + 1, LONG as u64 - 1, 0] {
        let (stage, scratch) = (staged(), Scratch::new());
        let path = scratch.long("long");
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("open");
        let made = during((&stage, &scratch), None, std::slice::from_ref(&path), || {
            file.set_len(len).expect("truncate");
        });
        refused(&scratch, made, &path);
    }
}

#[test]
fn a_configuration_that_changes_ends_the_archive() {
    let (stage, scratch) = (staged(), Scratch::new());
    let path = scratch.long("config.toml");
    let made = during((&stage, &scratch), Some(&path), &[], || {
        std::fs::write(&path, b"[security]\n").expect("write");
    });
    refused(&scratch, made, &path);
}

#[test]
fn what_is_replaced_by_a_rename_is_archived_as_it_was() {
    let (stage, scratch) = (staged(), Scratch::new());
    let path = scratch.long("long");
    let store = stage.read("%s");
    let made = during((&stage, &scratch), None, std::slice::from_ref(&path), || {
        // A commit replaces the store whole, and an editor the file: what is open is still the old one.
        stage.on("set %s api --from file:%g/value2").run().ok();
        crate::support::write(&scratch.path("new"), b"short");
        std::fs::rename(scratch.path("new"), &path).expect("rename");
    });
    assert!(made.is_ok());
    assert_ne!(stage.read("%s"), store);
    let (archive, back) = (scratch.path("archives/a.srb"), scratch.path("back"));
    let line = format!(
        "restore {} --to {} {OPEN} --accept-rollback test",
        archive.display(),
        back.display()
    );
    stage.backup(&line).run().ok();
    assert_eq!(std::fs::read(back.join("secrets.bin")).expect("read"), store);
    let inside = back.join("files").join(path.strip_prefix("/").expect("absolute"));
    assert_eq!(std::fs::metadata(inside).expect("there").len(), LONG as u64);
}

/// A store of 8 MiB.
fn large_store() -> Vec<u8> {
    let credentials = credentials(PASS2, None);
    let secret = credentials.slot_secret(credentials.slot_kind(), CHEAP, &mut SystemRandom);
    let secret = secret.expect("a key");
    let now = Timestamp::from_unix(NOW);
    let facts = SlotFacts { chosen: now, strong: false };
    let mut store =
        OpenStore::create(NetworkMode::Devnet, secret, facts, &mut SystemRandom).expect("a store");
    let value = SecretBytes::copy_from(&vec![b'v'; 1 << 20]);
    for n in 0..8 {
        let name = SecretName::parse(&format!("large{n}")).expect("a name");
        let new =
            NewValue { value: &value, kind: ValueKind::Utf8, note: None, expires: None, keep: 1 };
        store.set(&name, new, now, &mut SystemRandom).expect("set");
    }
    let sealed = store.seal(now, AuditHead::default(), &mut SystemRandom).expect("sealed");
    sealed.bytes.to_vec()
}

#[test]
fn a_store_that_is_written_to_in_place_ends_the_archive() {
    let (stage, scratch) = (staged(), Scratch::new());
    // A store that takes more than one unit to read, so that there is a moment in the middle.
    stage.overwrite("%s", &large_store());
    std::thread::sleep(std::time::Duration::from_millis(20));
    let path = stage.path("%s");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("open");
    let end = stage.read("%s").len() as u64 - 1;
    let made =
        during((&stage, &scratch), None, &[], || file.write_all_at(b"x", end).expect("write"));
    refused(&scratch, made, &path);
}
