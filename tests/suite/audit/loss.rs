//! Power loss between any two calls of an append, a new segment, a repair and a rotation.

use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use strongroom::audit::verify::{Verdict, Witness};
use strongroom::audit::{AuditError, Finding, Log, NeedsSegment, Setting, look};
use strongroom::fs::directory::Ownership;
use strongroom::store::header::AuditHead;

use super::{LOG_ID, NOW, SEGMENT, draft, judge, origin, root};
use crate::support::disk::{Depth, Disk, Fault, Machine, Place};

const LOG: &str = "log";

pub fn setting() -> Setting {
    Setting {
        owner: Ownership { uid: 0, mode: 0o600 },
        machine: [1; 16],
        head: None,
        remembered: None,
        accept_loss: false,
        lock_timeout: Duration::ZERO,
    }
}

pub fn open_with(machine: &Rc<Machine>, setting: Setting) -> Result<Log, AuditError> {
    let directory = machine.directory(Place::Stores);
    let mut log = Log::open(directory, Path::new(LOG), setting, origin(), NOW, &|| None)?;
    if log.needs_segment().is_some() {
        let fresh = u8::try_from(machine.disk().image().len()).expect("few files");
        log.start_segment(&root(7), [SEGMENT[0] + fresh; 16], LOG_ID, &draft("", 0))?;
    }
    Ok(log)
}

pub fn open(machine: &Rc<Machine>) -> Result<Log, AuditError> {
    open_with(machine, setting())
}

/// The files of the log on this disk, oldest first.
pub fn files(disk: &Disk) -> Vec<Vec<u8>> {
    let names: Vec<_> = disk.names(Place::Stores).cloned().collect();
    let archives = strongroom::audit::rotate::archives(LOG.as_ref(), &names);
    let mut files: Vec<Vec<u8>> = archives
        .iter()
        .map(|name| disk.content(Place::Stores, name.to_str().expect("ASCII")).expect("there"))
        .map(<[u8]>::to_vec)
        .collect();
    let live = disk.content(Place::Stores, LOG).unwrap_or_default().to_vec();
    // Until the new file has the live name, the old one has both.
    if files.last() != Some(&live) {
        files.push(live);
    }
    files
}

/// A disk with a log of a few lines, settled.
fn prepared(rotations: usize) -> Disk {
    let machine = Machine::boot(Disk::default(), Fault::None);
    let mut log = open(&machine).expect("a log");
    for number in 0..3 {
        log.append(&draft("secret.get", number)).expect("appended");
    }
    for _ in 0..rotations {
        log.rotate(&draft("", 9)).expect("rotated");
    }
    drop(log);
    let mut disk = machine.disk();
    disk.settle();
    disk
}

/// Loses power after every change that `command` makes, in every way. `promised` is what the command had returned by then.
fn survive(before: &Disk, command: impl Fn(&Rc<Machine>) -> Option<AuditHead>) -> usize {
    let machine = Machine::boot(before.clone(), Fault::None);
    let promised = command(&machine);
    let trail = machine.trail();
    let moments = trail.len();
    let mut tried = 0;
    for (at, (what, disk)) in trail.into_iter().enumerate() {
        for lost in disk.losses(Depth::All) {
            tried += 1;
            let machine = Machine::boot(lost, Fault::None);
            // What was promised is there; before that, anything that was written may or may not be.
            let done = at + 1 == moments;
            let remembered = promised.filter(|_| done);
            let mut log = open_with(&machine, Setting { remembered, ..setting() })
                .unwrap_or_else(|error| panic!("after {what}: {error}"));
            log.append(&draft("secret.get", 100)).expect("appended");
            let head = log.head().expect("a head");
            drop(log);
            let known: Vec<_> = [Some(head), remembered]
                .into_iter()
                .flatten()
                .map(|h| (Witness::Host, h))
                .collect();
            let report = judge(&files(&machine.disk()), &[root(7)], &known);
            assert_eq!(report.verdict, Verdict::Good, "after {what}: {report:?}");
            let view = look(machine.directory(Place::Stores).as_ref(), Path::new(LOG), &setting());
            assert_eq!(view.expect("in step").head, Some(head));
        }
    }
    tried
}

#[test]
fn a_log_survives_power_loss_at_any_point_of_its_first_record() {
    assert!(survive(&Disk::default(), |machine| open(machine).expect("a log").head()) > 10);
}

#[test]
fn a_log_survives_power_loss_at_any_point_of_an_append() {
    let tried = survive(&prepared(0), |machine| {
        let mut log = open(machine).expect("a log");
        log.append(&draft("one", 1)).expect("appended");
        log.append_all(&[draft("two", 2), draft("three", 3)]).expect("appended");
        log.append(&draft("four", 4)).expect("appended");
        log.head()
    });
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_log_survives_power_loss_at_any_point_of_a_rotation() {
    for rotations in [0, 1] {
        let tried = survive(&prepared(rotations), |machine| {
            let mut log = open(machine).expect("a log");
            log.rotate(&draft("", 5)).expect("rotated");
            log.head()
        });
        assert!(tried > 20, "{tried}");
    }
}

#[test]
fn a_log_survives_power_loss_at_any_point_of_a_repair() {
    let mut disk = prepared(0);
    let torn = [disk.content(Place::Stores, LOG).expect("a log"), b"{\"v\":1,\"log"].concat();
    disk.put(Place::Stores, LOG, &torn);
    let tried = survive(&disk, |machine| open(machine).expect("a log").head());
    assert!(tried > 10, "{tried}");
}

#[test]
fn a_log_that_is_never_synced_is_found_out_by_the_same_test() {
    let machine = Machine::boot(prepared(0), Fault::NoLogSync);
    let mut log = open(&machine).expect("a log");
    log.append(&draft("one", 1)).expect("appended");
    drop(log);
    let lost = machine.disk().losses(Depth::All);
    let refused = lost.into_iter().any(|disk| open(&Machine::boot(disk, Fault::None)).is_err());
    assert!(refused);
}

#[test]
fn a_line_cut_at_any_byte_is_set_aside_and_recorded() {
    let disk = prepared(0);
    let whole = disk.content(Place::Stores, LOG).expect("a log").to_vec();
    let machine = Machine::boot(disk.clone(), Fault::None);
    open(&machine).expect("a log").append(&draft("secret.get", 7)).expect("appended");
    let longer = machine.disk().content(Place::Stores, LOG).expect("a log").to_vec();
    for cut in whole.len() + 1..longer.len() {
        let mut disk = disk.clone();
        disk.put(Place::Stores, LOG, &longer[..cut]);
        let machine = Machine::boot(disk, Fault::None);
        let log = open(&machine).expect("repaired");
        assert_eq!(log.head().map(|head| head.seq), Some(5));
        drop(log);
        let disk = machine.disk();
        assert_eq!(disk.content(Place::Stores, "log.torn"), Some(&longer[whole.len()..cut]));
        let now = disk.content(Place::Stores, LOG).expect("a log");
        assert!(now.starts_with(&whole));
        let record = String::from_utf8_lossy(&now[whole.len()..]).into_owned();
        assert!(record.contains("\"event\":\"audit.torn\""), "{record}");
    }
    // The whole line, which the state has not seen, is adopted.
    let mut disk = disk;
    disk.put(Place::Stores, LOG, &longer);
    let machine = Machine::boot(disk, Fault::None);
    assert_eq!(open(&machine).expect("adopted").head().map(|head| head.seq), Some(5));
}

#[test]
fn a_log_out_of_step_is_refused_before_anything_is_written() {
    let disk = prepared(0);
    let machine = Machine::boot(disk.clone(), Fault::None);
    let head = open(&machine).expect("a log").head();
    let log = disk.content(Place::Stores, LOG).expect("a log").to_vec();
    let cut = log[..log.len() - 1].iter().rposition(|b| *b == b'\n').expect("lines") + 1;
    let mut edited = log.clone();
    let digit = log.windows(8).rposition(|w| w == b"\"pid\":42").expect("a pid") + 6;
    edited[digit] = b'9';
    let foreign = [&log[..], b"{\"event_type\":\"secret_access\"}\n"].concat();
    let again = [&log[..], &log[cut..]].concat();
    let known = |seq| Setting { head: Some(AuditHead { seq, mac: [1; 32] }), ..setting() };
    for (content, setting, bad) in [
        (log[..cut].to_vec(), setting(), 4),
        (Vec::new(), setting(), 1),
        (edited, setting(), 4),
        (foreign, setting(), 5),
        (again, setting(), 5),
        (log.clone(), known(4), 4),
        (log.clone(), known(9), 5),
    ] {
        let mut disk = disk.clone();
        disk.put(Place::Stores, LOG, &content);
        let machine = Machine::boot(disk, Fault::None);
        let before = machine.disk().image();
        let error = open_with(&machine, setting).err().expect("refused");
        assert_eq!(error.kind(), strongroom::kind::Kind::Audit);
        assert_eq!(error.first_bad_seq(), Some(bad), "{error}");
        let after: Vec<_> =
            machine.disk().image().into_iter().filter(|(name, _)| name != "log.lock").collect();
        let before: Vec<_> = before.into_iter().filter(|(name, _)| name != "log.lock").collect();
        assert_eq!(after, before, "{error}");
    }
    // When the true log is put back, all is well again.
    let setting = Setting { head, ..setting() };
    assert!(open_with(&Machine::boot(disk, Fault::None), setting).is_ok());
}

#[test]
fn a_log_that_was_copied_and_emptied_is_recognised() {
    let mut disk = prepared(0);
    let log = disk.content(Place::Stores, LOG).expect("a log").to_vec();
    disk.put(Place::Stores, "log.1", &log);
    disk.put(Place::Stores, LOG, b"");
    match open(&Machine::boot(disk, Fault::None)).err() {
        Some(AuditError::Truncated { copy: Some(copy), .. }) => assert_eq!(copy, "log.1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn half_a_line_on_a_full_disk_is_taken_back() {
    let before = prepared(0);
    let machine = Machine::boot(before.clone(), Fault::Full);
    let mut log = open(&machine).expect("a log");
    let head = log.head();
    for _ in 0..2 {
        let error = log.append(&draft("secret.get", 1)).expect_err("no room");
        assert!(matches!(error, AuditError::Fs(strongroom::fs::FsError::Full { .. })), "{error}");
    }
    assert_eq!(log.head(), head);
    let content = |disk: &Disk, name| disk.content(Place::Stores, name).map(<[u8]>::to_vec);
    for name in [LOG, "log.state"] {
        assert_eq!(content(&machine.disk(), name), content(&before, name), "{name}");
    }
}

#[test]
fn a_new_host_goes_on_from_the_head_in_the_store() {
    let old = prepared(0);
    let machine = Machine::boot(old.clone(), Fault::None);
    let head = open(&machine).expect("a log").head().expect("records");
    let moved = Setting { head: Some(head), ..setting() };
    let machine = Machine::boot(Disk::default(), Fault::None);
    let directory = machine.directory(Place::Stores);
    let log = Log::open(directory, Path::new(LOG), moved, origin(), NOW, &|| None).expect("opened");
    assert_eq!(log.findings(), [Finding::LogElsewhere(head.seq)]);
    assert_eq!(log.needs_segment(), Some(NeedsSegment::OtherHostsLog));
    drop(log);
    let directory = machine.directory(Place::Stores);
    let mut log =
        Log::open(directory, Path::new(LOG), moved, origin(), NOW, &|| None).expect("opened");
    log.start_segment(&root(7), [0x77; 16], [0x78; 16], &draft("", 0)).expect("a segment");
    assert_eq!(log.head().map(|head| head.seq), Some(head.seq + 1));
    drop(log);
    let (before, after) = (files(&old).remove(0), files(&machine.disk()).remove(0));
    let alone = judge(std::slice::from_ref(&after), &[root(7)], &[]);
    assert_eq!((alone.verdict, alone.first_bad_seq()), (Verdict::Missing, Some(1)));
    let both = judge(&[before, after], &[root(7)], &[(Witness::Store, head)]);
    assert_eq!(both.verdict, Verdict::Good, "{both:?}");
}

#[test]
fn a_loss_is_refused_until_it_is_accepted_and_stays_visible() {
    let known = AuditHead { seq: 9, mac: [5; 32] };
    let informed = Setting { head: Some(known), remembered: Some(known), ..setting() };
    for disk in [prepared(0), Disk::default()] {
        let machine = Machine::boot(disk, Fault::None);
        let error = open_with(&machine, informed).err().expect("refused");
        assert!(matches!(error, AuditError::Truncated { known: 9, .. }), "{error}");
        let accepted = Setting { accept_loss: true, ..informed };
        let mut log = open_with(&machine, accepted).expect("accepted");
        assert_eq!(log.head().map(|head| head.seq), Some(10));
        log.append(&draft("secret.get", 1)).expect("appended");
        drop(log);
        // From here on the log is in step again, and the gap is there for ever.
        drop(open_with(&machine, informed).expect("in step"));
        let report = judge(&files(&machine.disk()), &[root(7)], &[]);
        assert_eq!(report.verdict, Verdict::Missing);
        assert_eq!(report.head.seq, 11);
    }
}

#[test]
fn a_loss_that_only_the_state_knows_of_is_not_forgotten_half_way_through_its_acceptance() {
    let before = prepared(0);
    let whole = files(&before).remove(0);
    let last = whole[..whole.len() - 1].iter().rposition(|&b| b == b'\n').expect("lines") + 1;
    let mut cut = before.clone();
    cut.put(Place::Stores, LOG, &whole[..last]);
    let gone = whole.split_inclusive(|&b| b == b'\n').count() as u64;
    let accept = Setting { accept_loss: true, ..setting() };
    let machine = Machine::boot(cut, Fault::None);
    drop(open_with(&machine, accept).expect("accepted"));
    let (mut refused, mut gone_on) = (0, 0);
    for (what, disk) in machine.trail() {
        for left in disk.losses(Depth::All) {
            let after = Machine::boot(left, Fault::None);
            let again = match open(&after) {
                Err(error) => {
                    assert!(matches!(error, AuditError::Truncated { .. }), "after {what}: {error}");
                    refused += 1;
                    open_with(&after, accept).expect("accepted at last")
                }
                Ok(log) => {
                    gone_on += 1;
                    log
                }
            };
            // Wherever the power went, the number of the lost record is never given to another one.
            assert!(again.segment_start() > Some(gone), "after {what}");
            let report = judge(&files(&after.disk()), &[root(7)], &[]);
            assert_eq!((report.verdict, report.first_bad_seq()), (Verdict::Missing, Some(gone)));
        }
    }
    assert!(refused > 2 && gone_on > 0, "{refused} {gone_on}");
}
