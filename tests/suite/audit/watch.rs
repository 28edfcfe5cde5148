//! A service's eye on its log: silent while all is well, and loud about everything else.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use rustix::fs::Mode;
use strongroom::audit::verify::{LogFile, Question, Verdict, verify};
use strongroom::audit::watch::{Alarm, Round, Watch};
use strongroom::audit::{AuditError, Draft, Log, Phase, Setting};
use strongroom::fs::directory::Ownership;
use strongroom::fs::{Place, Trust};
use strongroom::kind::Kind;

use super::loss::setting;
use super::{LOG_ID, Made, NOW, SEGMENT, draft, origin, root};
use crate::support::read_text;

const LOG: &str = "secrets.bin.audit.jsonl";

struct Scene {
    home: tempfile::TempDir,
    log: Option<Log>,
}

fn directory(home: &Path) -> Box<dyn strongroom::fs::Directory> {
    Box::new(Place::resolve(&home.join(LOG), Trust::of_process()).expect("a place").into_parts().0)
}

fn here() -> Setting {
    let owner = Ownership { uid: Trust::of_process().caller, mode: 0o600 };
    Setting { owner, ..setting() }
}

impl Scene {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().join(LOG);
        let mut log = Log::open(directory(home.path()), &path, here(), origin(), NOW, &|| None)
            .expect("open");
        log.start_segment(&root(7), SEGMENT, LOG_ID, &draft("", 0)).expect("a segment");
        Self { home, log: Some(log) }
    }

    fn log(&mut self) -> &mut Log {
        self.log.as_mut().expect("open")
    }

    fn add(&mut self, count: u64) {
        for n in 0..count {
            self.log().append(&draft("secret.get", n)).expect("appended");
        }
    }

    /// A watch with the roots, and one without.
    fn watches(&self) -> [Watch; 2] {
        let path = self.home.path().join(LOG);
        [vec![root(7)], Vec::new()]
            .map(|roots| Watch::new(directory(self.home.path()), &path, here(), roots))
    }

    fn bytes(&self) -> Vec<u8> {
        read_text(&self.home.path().join(LOG)).into_bytes()
    }

    fn overwrite(&self, bytes: &[u8]) {
        crate::support::write(&self.home.path().join(LOG), bytes);
    }
}

fn look(watch: &mut Watch) -> Round {
    watch.look(&|| None).expect("a round")
}

#[test]
fn growth_and_rotation_are_no_alarm() {
    let mut scene = Scene::new();
    scene.add(3);
    for mut watch in scene.watches() {
        let keyed = look(&mut watch).read > 0;
        for step in 0..6 {
            if step % 3 == 2 {
                scene.log().rotate(&draft("", 9)).expect("rotated");
            }
            scene.add(step);
            let round = look(&mut watch);
            assert_eq!((round.alarms, round.head), (vec![], scene.log().head()), "step {step}");
            let added = step + if step % 3 == 2 { 2 } else { 0 };
            assert_eq!(round.read, if keyed { added } else { 0 }, "only what was added is read");
        }
    }
}

#[test]
fn two_rotations_between_two_looks_are_followed() {
    let mut scene = Scene::new();
    let [mut watch, _] = scene.watches();
    look(&mut watch);
    for _ in 0..2 {
        scene.add(2);
        scene.log().rotate(&draft("", 9)).expect("rotated");
    }
    let round = look(&mut watch);
    assert_eq!((round.alarms, round.read, round.head), (vec![], 8, scene.log().head()));
}

#[test]
fn what_is_changed_behind_its_back_is_an_alarm() {
    for at in 0..2 {
        let mut scene = Scene::new();
        scene.add(3);
        let watch = &mut scene.watches()[at];
        assert_eq!(look(watch).alarms, []);
        let good = scene.bytes();

        // Cut.
        let shorter = good.len() - 300;
        scene.overwrite(&good[..shorter]);
        let alarms = look(watch).alarms;
        assert!(alarms.contains(&Alarm::Shrunk { was: good.len() as u64, is: shorter as u64 }));
        scene.overwrite(&good);
        look(watch);

        // A line that no key made.
        let forged = Made::new(&root(8), SEGMENT, 5).lines.pop().expect("a line");
        scene.overwrite(&[good.clone(), forged].concat());
        let alarms = look(watch).alarms;
        let broken = alarms.iter().any(|alarm| matches!(alarm, Alarm::Broken { .. }));
        assert!(broken, "{alarms:?}");
        assert!(look(watch).alarms.iter().any(|alarm| matches!(alarm, Alarm::Broken { .. })));
        scene.overwrite(&good);
        assert_eq!(
            look(watch).alarms.iter().filter(|a| matches!(a, Alarm::Broken { .. })).count(),
            0
        );

        rustix::fs::chmod(scene.home.path().join(LOG), Mode::from_raw_mode(0o640)).expect("chmod");
        let widened = |alarm: &Alarm| matches!(alarm, Alarm::ModeWidened { mode: 0o640, .. });
        assert!(look(watch).alarms.iter().any(widened));
        rustix::fs::unlink(scene.home.path().join(LOG)).expect("unlink");
        assert_eq!(look(watch).alarms, [Alarm::Gone]);
    }
}

#[test]
fn a_line_that_is_being_written_is_for_the_next_round() {
    let mut scene = Scene::new();
    scene.add(2);
    let before = scene.bytes();
    let [mut watch, _] = scene.watches();
    look(&mut watch);
    scene.add(1);
    let after = scene.bytes();
    scene.overwrite(&after[..before.len() + 100]);
    assert_eq!(look(&mut watch).read, 0);
    scene.overwrite(&after);
    let round = look(&mut watch);
    assert_eq!((round.read, round.head), (1, scene.log().head()));
}

#[test]
fn a_watch_calls_back_until_it_is_told_to_stop() {
    let mut scene = Scene::new();
    let [mut watch, _] = scene.watches();
    let rounds = Cell::new(0);
    watch
        .run(Duration::from_millis(1), &|| None, |round| {
            assert_eq!(round.alarms, []);
            scene.add(1);
            rounds.set(rounds.get() + 1);
            rounds.get() < 5
        })
        .expect("stopped by the call");
    assert_eq!(rounds.get(), 5);
    let stop = || (rounds.get() > 7).then_some(Kind::Terminated);
    let ended = watch.run(Duration::from_hours(1), &stop, |_| {
        rounds.set(8);
        true
    });
    assert!(matches!(ended, Err(AuditError::Fs(_))));
}

/// Makes a log as it is read, so that none of it is kept.
struct Endless {
    chain: strongroom::audit::Chain,
    at: strongroom::audit::record::Position,
    left: u64,
    line: Vec<u8>,
    given: usize,
}

impl Read for Endless {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.given == self.line.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.left -= 1;
            self.line.clear();
            self.given = 0;
            let event = if self.at.seq == 1 { "audit.segment" } else { "secret.get" };
            let draft = Draft::new(event, Phase::Done, [0; 8], NOW);
            let chain = &mut self.chain;
            self.at.prev = strongroom::audit::record::write(
                &mut self.line,
                &self.at,
                &origin(),
                &draft,
                chain,
            )
            .map_err(io::Error::other)?;
            self.at.seq += 1;
        }
        let len = to.len().min(self.line.len() - self.given);
        to[..len].copy_from_slice(&self.line[self.given..self.given + len]);
        self.given += len;
        Ok(len)
    }
}

fn resident_kib() -> u64 {
    let status = read_text(Path::new("/proc/self/status"));
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

/// 100 MB here; `AUDIT_RECORDS=10000000` for the whole promise takes 6 GB of lines.
#[test]
#[ignore = "the long form: cargo nextest run --run-ignored only a_log_of_any_length"]
#[expect(clippy::disallowed_methods, reason = "the size of a run by hand")]
fn a_log_of_any_length_is_verified_in_bounded_memory() {
    let records = std::env::var("AUDIT_RECORDS").map_or(170_000, |n| n.parse().expect("a number"));
    let start = strongroom::audit::chain::SegmentStart {
        log_id: LOG_ID,
        segment: SEGMENT,
        seq: 1,
        prev: [0; 32],
    };
    let content = Box::new(Endless {
        chain: strongroom::audit::Chain::start(&root(7), &start),
        at: strongroom::audit::record::Position {
            log_id: LOG_ID,
            segment: SEGMENT,
            seq: 1,
            prev: [0; 32],
        },
        left: records,
        line: Vec::new(),
        given: 0,
    });
    let before = resident_kib();
    let files = vec![LogFile { name: "endless".to_owned(), content }];
    let roots = [root(7)];
    let mut bytes = 0;
    let report = verify(files, &Question { roots: &roots, known: &[] }, &mut |read| {
        bytes = read;
        true
    })
    .expect("in memory");
    assert_eq!((report.verdict, report.proven), (Verdict::Good, records));
    assert!(bytes > records * 500);
    let grown = resident_kib() - before;
    assert!(grown < 16 << 10, "{grown} KiB more for {bytes} bytes");
}
