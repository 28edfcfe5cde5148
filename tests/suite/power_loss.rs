//! Power loss between any two operations of a commit, on a disk that keeps any part of what was not synced.
//!
//! Every command of a scenario is run once on a simulated disk that records itself after every change. From each of these
//! moments, power is lost in every way; on what is left the next command is run. The store must then be the one from before
//! or the one from after, whole, and without being accused of a rollback; once the command has ended, it must be the one from
//! after. The same holds when the command was killed first, another one ran on what the cache still had, and then the power
//! went; and when it goes again during the next command.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;

use strongroom::audit::{Actor, Witness};
use strongroom::clock::{FixedClock, Timestamp};
use strongroom::crypto::kdf::KdfParams;
use strongroom::crypto::random::{Random, SystemRandom};
use strongroom::fs::directory::Ownership;
use strongroom::fs::{FsError, Trust};
use strongroom::isec;
use strongroom::kind::Kind;
use strongroom::name::SecretName;
use strongroom::network::NetworkMode;
use strongroom::network::policy::Verdict;
use strongroom::ops::audit::{Event, Recording};
use strongroom::ops::locate::Site;
use strongroom::ops::secrets::{self, Set};
use strongroom::ops::slots::{self, Others};
use strongroom::ops::transaction::Rekey;
use strongroom::ops::{Contents, Desk, OpError, Settings, StateHome, StoreFile, Transaction};
use strongroom::passphrase::Passphrase;
use strongroom::passphrase::strength::Context;
use strongroom::secret::SecretBytes;
use strongroom::store::OpenStore;
use strongroom::store::keyslot::{Credentials, SlotSecret};
use strongroom::store::open::SlotFacts;
use strongroom::store::value::ValueKind;

use super::support::disk::{Depth, Disk, Fault, Image, Machine, Place};

const STORE: &str = "secrets.bin";
const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
/// The least that the formats allow; readers have no floor, and nothing here is secret.
const CHEAP: KdfParams = KdfParams::fixed(8, 1, 1);
const PASSPHRASES: [&str; 2] = ["before", "after"];

fn credentials(passphrase: &str) -> Credentials {
    let typed = SecretBytes::copy_from(passphrase.as_bytes());
    Credentials { passphrase: Passphrase::new(typed).expect("a passphrase"), keyfile: None }
}

fn slot_secret(passphrase: &str) -> SlotSecret {
    let credentials = credentials(passphrase);
    credentials.slot_secret(credentials.slot_kind(), CHEAP, &mut SystemRandom).expect("a key")
}

const FACTS: SlotFacts = SlotFacts { chosen: NOW, strong: false };

/// A log that must be written: an action that cannot be recorded does not happen.
fn recording() -> Recording {
    Recording {
        path: None,
        unavailable: Some(Verdict::Refuse),
        tool: "secrets-admin".to_owned(),
        witness: Witness::known(Actor::default(), [1; 16]),
    }
}

/// Runs `command` on `machine`.
fn at<T>(machine: &Rc<Machine>, command: impl FnOnce(&Desk<'_>, Site) -> T) -> T {
    let random: Box<dyn Random> = Box::new(SystemRandom);
    let desk = Desk {
        clock: &FixedClock(NOW),
        random: RefCell::new(random),
        trust: Trust { caller: 0 },
        stop: &|| None,
        state: StateHome::Directory(machine.directory(Place::States)),
        settings: Settings {
            network: Some(NetworkMode::Devnet),
            kdf_upgrade: false,
            ..Settings::default()
        },
        words: &Context::new,
        audit: Some(recording()),
    };
    let directory = machine.directory(Place::Stores);
    let path = Path::new("/simulated").join(STORE);
    let site = Site::new(directory, STORE.as_ref(), &path, NetworkMode::Devnet);
    command(&desk, site)
}

fn create(machine: &Rc<Machine>) -> Result<(), OpError> {
    at(machine, |desk, site| {
        let secret = slot_secret(PASSPHRASES[0]);
        let store = OpenStore::create(NetworkMode::Devnet, secret, FACTS, &mut SystemRandom)?;
        let contents = Contents::Native(Box::new(store));
        let owner = Ownership { uid: 0, mode: 0o600 };
        let tx =
            Transaction::create_at(desk, site, owner, contents, Event::new("store.init", None))?;
        tx.commit().map(drop)
    })
}

fn set(machine: &Rc<Machine>, name: &str, value: &str) -> Result<(), OpError> {
    let one = |passphrase: &str| {
        at(machine, |desk, site| {
            let name = SecretName::parse(name).expect("a name");
            let value = SecretBytes::copy_from(value.as_bytes());
            let set = Set {
                name: &name,
                value: &value,
                kind: ValueKind::Utf8,
                note: None,
                expires: None,
                keep: 5,
                overwrite: true,
            };
            let file = StoreFile::at(desk, site)?;
            secrets::set(desk, file, &credentials(passphrase), &set).map(drop)
        })
    };
    match one(PASSPHRASES[0]) {
        Err(error) if error.kind() == Kind::WrongPassphrase => one(PASSPHRASES[1]),
        done => done,
    }
}

fn set_a(machine: &Rc<Machine>) -> Result<(), OpError> {
    set(machine, "a", "new")
}

fn set_b(machine: &Rc<Machine>) -> Result<(), OpError> {
    set(machine, "b", "next")
}

fn change_passphrase(machine: &Rc<Machine>) -> Result<(), OpError> {
    at(machine, |desk, site| {
        let file = StoreFile::at(desk, site)?;
        let mut tx = {
            let event = Event::new("passphrase.change", None);
            Transaction::begin(desk, file, &credentials(PASSPHRASES[0]), Rekey::Caller, event)?
        };
        if let Contents::Native(store) = tx.contents_mut() {
            let secret = slot_secret(PASSPHRASES[1]);
            store.replace_unlocked_slot(secret, FACTS, &mut SystemRandom)?;
        }
        tx.commit().map(drop)
    })
}

fn rotate(machine: &Rc<Machine>) -> Result<(), OpError> {
    at(machine, |desk, site| {
        let (file, others) = (StoreFile::at(desk, site)?, Others::default());
        slots::rotate_data_key(desk, file, &credentials(PASSPHRASES[0]), &others, true).map(drop)
    })
}

/// What a reader finds, in words: which passphrase opens, which generation, which data key, which values.
fn read(machine: &Rc<Machine>) -> Result<String, OpError> {
    let one = |passphrase: &str| {
        at(machine, |desk, site| {
            let opening = StoreFile::at(desk, site)?.open(desk, &credentials(passphrase))?;
            let mut seen = format!("opened by {passphrase}");
            if let Some(store) = opening.contents.native() {
                let header = store.header();
                let _ =
                    write!(seen, " generation {} epoch {}", header.generation, header.key_epoch);
            }
            for name in opening.contents.names() {
                let value = opening.contents.value(&name, None)?.ok_or(OpError::NoSecret)?;
                let _ = write!(seen, " {name}={}", String::from_utf8_lossy(value.expose()));
            }
            Ok(seen)
        })
    };
    match one(PASSPHRASES[0]) {
        Err(OpError::Fs(FsError::NotFound(_))) => Ok("no store".to_owned()),
        Err(error) if error.kind() == Kind::WrongPassphrase => one(PASSPHRASES[1]),
        seen => seen,
    }
}

fn look(disk: &Disk) -> Result<String, String> {
    let machine = Machine::boot(disk.clone(), Fault::None);
    read(&machine).map_err(|error| format!("{:?}: {error}", error.kind()))
}

type Command = fn(&Rc<Machine>) -> Result<(), OpError>;

/// A disk, and a command that changes it.
struct Scenario {
    name: &'static str,
    start: Disk,
    command: Command,
}

/// A disk with a store of our own that has one secret.
fn native() -> Disk {
    let machine = Machine::boot(Disk::default(), Fault::None);
    create(&machine).expect("a store");
    set(&machine, "a", "old").expect("a secret");
    let mut disk = machine.disk();
    disk.settle();
    disk
}

/// A disk with an Igra file that this host has seen.
fn igra() -> Disk {
    let times = isec::Times { created_at: 1, last_rotated_at: 1 };
    let header = isec::Header::fresh(CHEAP, times, &mut SystemRandom).expect("a header");
    let key = isec::derive_key(&header, &credentials(PASSPHRASES[0]).passphrase).expect("a key");
    let mut entries = isec::Entries::new();
    entries.insert("a", SecretBytes::copy_from(b"old")).expect("an entry");
    let mut disk = Disk::default();
    disk.put(Place::Stores, STORE, &isec::seal(&header, &key, &entries).expect("a file"));
    let machine = Machine::boot(disk, Fault::None);
    read(&machine).expect("readable");
    let mut disk = machine.disk();
    disk.settle();
    disk
}

/// A store whose next generation came from elsewhere, by a program that synced nothing.
fn replaced_carelessly() -> Disk {
    let mut disk = native();
    let elsewhere = Machine::boot(disk.clone(), Fault::None);
    set_a(&elsewhere).expect("a change");
    let later = elsewhere.disk().content(Place::Stores, STORE).expect("a store").to_vec();
    disk.replace_carelessly(STORE, &later);
    disk
}

fn scenarios() -> Vec<Scenario> {
    let scenario = |name, start, command: Command| Scenario { name, start, command };
    vec![
        scenario("init", Disk::default(), create),
        scenario("set", native(), set_a),
        scenario("set, Igra", igra(), set_a),
        scenario("passphrase change", native(), change_passphrase),
        scenario("data-key rotate", native(), rotate),
    ]
}

/// What was tried, and what was wrong.
#[derive(Default)]
struct Report {
    moments: usize,
    losses: usize,
    commands: usize,
    bad: BTreeSet<String>,
    /// What a reader finds on a disk that was looked at before.
    known: BTreeMap<Image, Result<String, String>>,
    /// Disks that the next command was run on.
    continued: BTreeSet<Image>,
}

impl Report {
    fn bad(&mut self, where_: &str, what: impl std::fmt::Display) {
        self.bad.insert(format!("{where_}: {what}"));
    }

    /// Loses power now, in every way, and looks at what is left.
    fn lose_power(
        &mut self,
        at: &str,
        disk: &Disk,
        depth: Depth,
        allowed: &[&String],
    ) -> Vec<(Disk, String)> {
        let mut left = Vec::new();
        for disk in disk.losses(depth) {
            self.losses += 1;
            let found = self.known.entry(disk.image()).or_insert_with(|| look(&disk)).clone();
            match found {
                Ok(seen) if allowed.contains(&&seen) => left.push((disk, seen)),
                Ok(seen) => self.bad(at, format!("lost: found \"{seen}\"")),
                Err(error) => self.bad(at, error),
            }
        }
        left
    }

    /// Runs `set b` on what a power loss left, and loses power again at every moment of it.
    fn go_on(&mut self, at: &str, disk: &Disk, seen: &str, fault: Fault, again: bool) {
        self.commands += 1;
        let machine = Machine::boot(disk.clone(), fault);
        if seen == "no store"
            && let Err(error) = create(&machine)
        {
            return self.bad(at, format!("init again: {error}"));
        }
        let before = read(&machine).expect("it was readable");
        machine.trail();
        if let Err(error) = set_b(&machine) {
            return self.bad(at, format!("the next command: {error}"));
        }
        let end = machine.disk();
        let after = match look(&end) {
            Ok(after) if after.contains(" b=next") => after,
            other => return self.bad(at, format!("the next command: {other:?}")),
        };
        for place in [Place::Stores, Place::States] {
            for name in end.names(place).filter(|name| name.to_string_lossy().starts_with('.')) {
                self.bad(at, format!("litter: {}", name.display()));
            }
        }
        if again {
            for (what, disk) in machine.trail() {
                self.moments += 1;
                self.lose_power(
                    &format!("{at}, then at {what}"),
                    &disk,
                    Depth::Corners,
                    &[&before, &after],
                );
            }
        }
        self.lose_power(&format!("{at}, then acknowledged"), &end, Depth::All, &[&after]);
    }
}

fn examine(scenario: &Scenario, fault: Fault) -> Report {
    let mut report = Report::default();
    let old = look(&scenario.start).expect("a sound start");
    let machine = Machine::boot(scenario.start.clone(), fault);
    let done = (scenario.command)(&machine);
    let trail = machine.trail();
    let end = machine.disk();
    if let Err(error) = done {
        report.bad("without a loss", error);
        return report;
    }
    let new = match look(&end) {
        Ok(new) if new != old => new,
        other => {
            report.bad("without a loss", format!("{other:?}"));
            return report;
        }
    };
    for (moment, (what, disk)) in trail.iter().enumerate() {
        if fault != Fault::None && report.bad.len() > 20 {
            return report;
        }
        report.moments += 1;
        let at = format!("{} at {moment} ({})", scenario.name, shown(what));
        let left = report.lose_power(&at, disk, Depth::All, &[&old, &new]);
        for (disk, seen) in &left {
            if report.continued.insert(disk.image()) {
                let again = report.continued.len() % 5 == 0;
                report.go_on(&at, disk, seen, fault, again);
            }
        }

        // Killed instead: the cache lives on, a reader takes what it shows for durable, and then the power goes.
        let at = format!("{at}, killed");
        let machine = Machine::boot(disk.clone(), fault);
        report.commands += 1;
        let Ok(seen) = read(&machine) else {
            report.bad(&at, "not readable");
            continue;
        };
        for (what, disk) in machine.trail() {
            report.moments += 1;
            let at = format!("{at}, read at {}", shown(&what));
            report.lose_power(&at, &disk, Depth::All, &[&old, &new]);
        }
        if seen == new {
            report.lose_power(&format!("{at}, read"), &machine.disk(), Depth::All, &[&new]);
        }
        report.go_on(&at, disk, &seen, fault, true);
    }
    report.lose_power(&format!("{} acknowledged", scenario.name), &end, Depth::All, &[&new]);
    report
}

/// A message without the random parts of names.
fn shown(what: &str) -> String {
    let words = what.split(' ').map(|word| match word.strip_prefix('.') {
        Some(temp) if temp.starts_with(STORE) => "TEMP",
        Some(_) => "STATE-TEMP",
        None if word.rsplit_once('.').is_some_and(|(_, ending)| ending == "state") => "STATE",
        None => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[expect(clippy::print_stdout, reason = "the numbers of SECURITY-TESTS.md")]
fn print(name: &str, report: &Report) {
    let Report { moments, losses, commands, bad, .. } = report;
    println!(
        "{name}: {moments} moments, {losses} power losses, {commands} next commands, {} bad",
        bad.len()
    );
}

#[test]
fn a_power_loss_leaves_the_old_store_or_the_new_one() {
    for scenario in scenarios() {
        let report = examine(&scenario, Fault::None);
        print(scenario.name, &report);
        assert_eq!(report.bad, BTreeSet::new(), "{}", scenario.name);
        assert!(report.losses > 100, "{}: only {} losses", scenario.name, report.losses);
    }
}

#[test]
fn a_wrong_order_would_be_found() {
    for (fault, word) in [
        (Fault::NoDirectorySync, "lost"),
        (Fault::NoStoreDirectorySync, "Rollback"),
        (Fault::NoFileSync, "Integrity"),
        (Fault::StateFirst, "Rollback"),
    ] {
        let scenario = Scenario { name: "set", start: native(), command: set_a };
        let report = examine(&scenario, fault);
        print(&format!("{fault:?}"), &report);
        assert!(report.bad.iter().any(|bad| bad.contains(word)), "{fault:?}: {:?}", report.bad);
    }
}

/// Reads a store that somebody else put there without syncing it, and loses power at every moment.
fn adopt(fault: Fault) -> Report {
    let mut report = Report::default();
    let start = replaced_carelessly();
    let new = look(&start).expect("readable");
    let machine = Machine::boot(start, fault);
    read(&machine).expect("readable");
    let end = machine.disk();
    for (what, disk) in machine.trail() {
        report.moments += 1;
        for disk in disk.losses(Depth::All) {
            report.losses += 1;
            // The other program's file may be torn as long as nobody vouched for it; that is its loss and no attack.
            match look(&disk) {
                Err(error) if error.starts_with("Rollback") => report.bad(&shown(&what), error),
                _ => {}
            }
        }
    }
    report.lose_power("adopted", &end, Depth::All, &[&new]);
    report
}

#[test]
fn a_store_is_made_durable_before_it_is_remembered() {
    let report = adopt(Fault::None);
    print("adopt", &report);
    assert_eq!(report.bad, BTreeSet::new());
    for (fault, word) in
        [(Fault::NoAdoptionSync, "Integrity"), (Fault::NoStoreDirectorySync, "Rollback")]
    {
        let report = adopt(fault);
        print(&format!("adopt, {fault:?}"), &report);
        assert!(report.bad.iter().any(|bad| bad.contains(word)), "{fault:?}: {:?}", report.bad);
    }
}
