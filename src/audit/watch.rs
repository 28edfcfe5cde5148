//! A watch over a log, for a service that runs for months: is it still there, still closed to others, still growing at its end
//! and nowhere else?
//!
//! The first round reads the whole log; each round after it reads what was added, and judges that under the key that the last
//! round ended with. A watch holds that key, and is worth as much as the audit roots it was given. Without roots a round looks
//! at the end alone, under the key in the state file.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::tail::{Finding, file_name};
use super::verify::{Checkpoint, LogFile, Question, Verdict, Witness, verify_after};
use super::{AuditError, Setting, noted, rotate, tail, unreadable};
use crate::fs::in_place::{Access, InPlaceFacts};
use crate::fs::{Directory, FsError, InPlace, StopCheck};
use crate::secret::DerivedKey;
use crate::store::header::AuditHead;

/// Something that somebody should look at now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The log is gone.
    Gone,
    /// Group or others have access to the log or to a file of it.
    ModeWidened {
        /// Which file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The log belongs to somebody else than before.
    Owner {
        /// Whose it was.
        was: u32,
        /// Whose it is.
        is: u32,
    },
    /// The log is shorter than before.
    Shrunk {
        /// How long it was.
        was: u64,
        /// How long it is.
        is: u64,
    },
    /// The log is not what was written.
    Broken {
        /// In which way.
        verdict: Verdict,
        /// The first record that is missing or wrong.
        seq: u64,
        /// What is wrong, without what stands there.
        why: String,
    },
}

impl std::fmt::Display for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone => f.write_str("the log is gone"),
            Self::ModeWidened { file, mode } => {
                let file = crate::text::escape(&file.display().to_string());
                write!(f, "{file} has mode {mode:04o}: group or others have access")
            }
            Self::Owner { was, is } => write!(f, "the log belongs to uid {is}, not to {was}"),
            Self::Shrunk { was, is } => write!(f, "the log has {is} bytes and had {was}"),
            Self::Broken { verdict, seq, why } => {
                write!(f, "{} at record {seq}: {why}", verdict.name())
            }
        }
    }
}

impl Alarm {
    /// As JSON answers name it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::ModeWidened { .. } => "mode_widened",
            Self::Owner { .. } => "owner",
            Self::Shrunk { .. } => "shrunk",
            Self::Broken { verdict, .. } => verdict.name(),
        }
    }
}

/// What a round found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// What is wrong; nothing, as a rule.
    pub alarms: Vec<Alarm>,
    /// The last record.
    pub head: Option<AuditHead>,
    /// Records that were read in this round.
    pub read: u64,
}

/// A watch over one log.
pub struct Watch {
    directory: Box<dyn Directory>,
    path: PathBuf,
    setting: Setting,
    roots: Vec<DerivedKey>,
    seen: Option<InPlaceFacts>,
    proven: Option<(Checkpoint, u64)>,
    head: Option<AuditHead>,
}

impl Watch {
    /// Over the log at `path`, whose file is in `directory`. `roots` are those of the store, newest last, or none.
    pub fn new(
        directory: Box<dyn Directory>,
        path: &Path,
        setting: Setting,
        roots: Vec<DerivedKey>,
    ) -> Self {
        let path = path.to_path_buf();
        Self { directory, path, setting, roots, seen: None, proven: None, head: None }
    }

    /// Looks once. Nothing is written. A log that cannot be read at all is an error, and so is a stop.
    pub fn look(&mut self, stop: StopCheck<'_>) -> Result<Round, AuditError> {
        let mut round = Round::default();
        // Before the log, which is written before its state.
        let noted = noted(self.directory.as_ref(), file_name(&self.path), self.setting.machine)?;
        let Some(log) = self.directory.in_place(file_name(&self.path), Access::Read)? else {
            // A log that was never there is for whoever opens it to judge.
            if self.seen.is_some() || self.setting.remembered.is_some_and(|known| known.seq > 0) {
                round.alarms.push(Alarm::Gone);
            }
            return Ok(round);
        };
        let facts = log.facts()?;
        if let Some(before) = self.seen {
            if before.uid != facts.uid {
                round.alarms.push(Alarm::Owner { was: before.uid, is: facts.uid });
            }
            if before.inode == facts.inode && facts.len < before.len {
                round.alarms.push(Alarm::Shrunk { was: before.len, is: facts.len });
            }
        }
        let rotated = self.seen.is_some_and(|before| before.inode != facts.inode);
        self.seen = Some(facts);
        if self.roots.is_empty() {
            self.look_at_end(&mut round)?;
        } else {
            self.widened(&facts, &mut round);
            self.read_on(log.as_ref(), rotated, noted, &mut round, stop)?;
        }
        round.head = self.head;
        Ok(round)
    }

    /// Looks at every `interval`, until `stop` says so or `call`, which is told of each round, answers false.
    pub fn run(
        &mut self,
        interval: Duration,
        stop: StopCheck<'_>,
        mut call: impl FnMut(&Round) -> bool,
    ) -> Result<(), AuditError> {
        loop {
            let round = self.look(stop)?;
            if !call(&round) {
                return Ok(());
            }
            pause(interval, stop)?;
        }
    }

    fn widened(&self, facts: &InPlaceFacts, round: &mut Round) {
        if facts.mode & 0o077 != 0 {
            let (file, mode) = (self.path.clone(), facts.mode & 0o7777);
            round.alarms.push(Alarm::ModeWidened { file, mode });
        }
    }

    /// The end alone, as the next writer would judge it.
    fn look_at_end(&mut self, round: &mut Round) -> Result<(), AuditError> {
        let remembered = [self.setting.remembered, self.head]
            .into_iter()
            .flatten()
            .max_by_key(|known| known.seq);
        let setting = Setting { remembered, ..self.setting };
        match tail::look(self.directory.as_ref(), &self.path, &setting) {
            Ok(view) => {
                self.head = view.head;
                round.alarms.extend(view.findings.into_iter().filter_map(|found| match found {
                    Finding::ModeWidened { file, mode } => Some(Alarm::ModeWidened { file, mode }),
                    _ => None,
                }));
                Ok(())
            }
            Err(error) => {
                let verdict = match &error {
                    AuditError::Truncated { .. } => Verdict::Truncated,
                    AuditError::Modified { .. } => Verdict::Modified,
                    _ => return Err(error),
                };
                let seq = error.first_bad_seq().unwrap_or(0);
                let why = "the end of the log is not the one that is known".to_owned();
                round.alarms.push(Alarm::Broken { verdict, seq, why });
                Ok(())
            }
        }
    }

    /// What was added, under the key at hand; the first time, everything.
    fn read_on(
        &mut self,
        live: &dyn InPlace,
        rotated: bool,
        noted: Option<AuditHead>,
        round: &mut Round,
        stop: StopCheck<'_>,
    ) -> Result<(), AuditError> {
        let (from, mut at) = match &self.proven {
            Some((checkpoint, at)) => (Some(checkpoint.again()), *at),
            None => (None, 0),
        };
        let after = from.as_ref().map_or(0, |from| from.head().seq);
        let mut archived = Vec::new();
        if rotated || from.is_none() {
            let inode = live.facts()?.inode;
            for name in self.archives_after(after)? {
                let Some(file) = self.directory.in_place(&name, Access::Read)? else { continue };
                // Until an interrupted rotation is finished, the live file has both names.
                if file.facts()?.inode != inode {
                    archived.push((name, file));
                }
            }
        }
        let mut files = Vec::new();
        for (name, file) in &archived {
            files.push(whole_lines(name.display().to_string(), file.as_ref(), at, None)?);
            at = 0;
        }
        let start = at;
        let name = file_name(&self.path).display().to_string();
        // A line that is being written at this moment is for the next round.
        let end = end_of_lines(live, start)?;
        files.push(whole_lines(name, live, start, Some(end))?);
        let known = [
            (Witness::Host, self.setting.remembered),
            (Witness::Host, noted),
            (Witness::Store, self.setting.head),
        ];
        let known: Vec<(Witness, AuditHead)> =
            known.into_iter().filter_map(|(who, head)| Some((who, head?))).collect();
        let question = Question { roots: &self.roots, known: &known };
        let done = verify_after(from, files, &question, &mut |_| stop().is_none());
        let (report, reached) = match (done, stop()) {
            (_, Some(kind)) => return Err(FsError::Stopped(kind).into()),
            (Err(error), None) => {
                return Err(unreadable(error, &self.path).into());
            }
            (Ok(done), None) => done,
        };
        round.read = report.records;
        match report.breaks.first() {
            Some(found) => round.alarms.push(Alarm::Broken {
                verdict: report.verdict,
                seq: found.seq,
                why: found.why.to_owned(),
            }),
            None => self.head = Some(report.head).filter(|head| head.seq > 0).or(self.head),
        }
        if let Some(reached) = reached {
            self.proven = Some((reached, end));
        }
        Ok(())
    }

    fn archives_after(&self, seq: u64) -> Result<Vec<OsString>, FsError> {
        let name = file_name(&self.path);
        let names = rotate::archives(name, &self.directory.names()?);
        let number = |other: &OsString| {
            let other = other.to_str()?;
            other.rsplit('.').next()?.parse::<u64>().ok()
        };
        Ok(names.into_iter().filter(|other| number(other).is_none_or(|n| n > seq)).collect())
    }
}

/// Where the last whole line ends, at `start` or after it.
fn end_of_lines(file: &dyn InPlace, start: u64) -> Result<u64, FsError> {
    let mut end = file.facts()?.len;
    let mut piece = vec![0; super::MAX_LINE];
    while end > start {
        let window = (end - start).min(piece.len() as u64);
        let part = &mut piece[..usize::try_from(window).unwrap_or(0)];
        let read = file.read_at(end - window, part)?;
        if let Some(at) = part[..read].iter().rposition(|b| *b == b'\n') {
            return Ok(end - window + at as u64 + 1);
        }
        end -= window;
    }
    Ok(start)
}

fn whole_lines(
    name: String,
    file: &dyn InPlace,
    from: u64,
    until: Option<u64>,
) -> Result<LogFile<'_>, FsError> {
    let until = until.map_or_else(|| file.facts().map(|facts| facts.len), Ok)?;
    Ok(LogFile { name, content: Box::new(Part { file, at: from, until }) })
}

/// A part of a file.
struct Part<'a> {
    file: &'a dyn InPlace,
    at: u64,
    until: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.until.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let want = buffer.len().min(left);
        let read =
            self.file.read_at(self.at, &mut buffer[..want]).map_err(std::io::Error::other)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// Waits, in steps that are short enough to be stopped in.
fn pause(interval: Duration, stop: StopCheck<'_>) -> Result<(), FsError> {
    const STEP: Duration = Duration::from_millis(100);
    let start = std::time::Instant::now();
    while let Some(left) = interval.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
        if let Some(kind) = stop() {
            return Err(FsError::Stopped(kind));
        }
        std::thread::sleep(left.min(STEP));
    }
    match stop() {
        Some(kind) => Err(FsError::Stopped(kind)),
        None => Ok(()),
    }
}
