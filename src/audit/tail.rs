//! A log and its state as they are found: where the log ends, what the state has not seen yet, and whether the two agree.
//!
//! Nothing is changed here, so that a log that is out of step is refused before anything is written. The cost does not depend
//! on the length of the log: only its end is looked at. The rest is [`verify`](super::verify)'s.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::AuditError;
use super::chain::{Chain, Id};
use super::ends::{Search, last_line, line_at, line_before};
use super::file::{Setting, Unfinished};
use super::line::Line;
use super::record::{ANCHOR, CONTINUE, Phase, ROTATE, SEGMENT};
use super::state::{self, AuditState};
use crate::crypto::mac::{self, Hash};
use crate::fs::in_place::Access;
use crate::fs::{Directory, FsError, InPlace};
use crate::secret::SecretBytes;
use crate::store::header::AuditHead;

/// Why a new segment must be begun before anything can be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedsSegment {
    /// There is no log yet.
    NewLog,
    /// The store has records, but this host has never seen their log.
    OtherHostsLog,
    /// The state file is missing.
    NoState,
    /// The state file is damaged.
    StateDamaged,
    /// The state file is another host's.
    OtherMachine,
    /// Records are gone, and the operator has accepted it.
    LossAccepted,
}

impl std::fmt::Display for NeedsSegment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NewLog => "there is no log yet",
            Self::OtherHostsLog => "the log of this store is not on this host",
            Self::NoState => "the audit state is missing",
            Self::StateDamaged => "the audit state is damaged",
            Self::OtherMachine => "the audit state is another host's",
            Self::LossAccepted => "records are missing, which was accepted",
        })
    }
}

/// Something that the operator should know although the log can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Group or others have access to the log, its state or a lock.
    ModeWidened {
        /// Which file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Lines that the state had not seen: an earlier command was stopped before it could say so.
    Adopted(u64),
    /// Bytes of a line that was never finished.
    Torn {
        /// Where they begin.
        offset: u64,
        /// How many.
        len: u64,
    },
    /// A rotation that was interrupted.
    RotationUnfinished,
    /// The store has records up to this one, but their log is not on this host.
    LogElsewhere(u64),
    /// Records up to this one are gone, which was accepted.
    LossAccepted(u64),
}

impl Finding {
    /// What an operator should hear of it; what every crash leaves and every command mends is in the log alone.
    pub fn notable(&self) -> Option<String> {
        match self {
            Self::Adopted(_) | Self::RotationUnfinished | Self::ModeWidened { .. } => None,
            Self::Torn { offset, len } => {
                Some(format!("{len} bytes of an unfinished record at {offset} were set aside"))
            }
            Self::LogElsewhere(seq) => {
                Some(format!("the store has {seq} records in a log that is not on this host"))
            }
            Self::LossAccepted(seq) => Some(format!("records up to {seq} are missing")),
        }
    }
}

/// The last record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    pub log_id: Id,
    pub segment: Id,
    pub head: AuditHead,
    pub line_hash: Id,
    /// True when the file is complete, and the next one is to be begun.
    pub rotates: bool,
}

/// What was found.
pub(super) struct Tail {
    /// The state as it stands in its file.
    pub state: Option<AuditState>,
    /// The key after the last record; none without a state of this host.
    pub chain: Option<Chain>,
    pub last: Option<Last>,
    /// The state speaks of the file before this one.
    pub rotated: bool,
    /// Bytes up to and with the last record.
    pub end: u64,
    pub adopted: u64,
    pub torn: u64,
    pub unfinished: Option<Unfinished>,
    pub needs: Option<NeedsSegment>,
    pub findings: Vec<Finding>,
}

/// The files, as far as there are any.
pub(super) struct Files {
    pub log: Option<Box<dyn InPlace>>,
    pub state: Option<Box<dyn InPlace>>,
}

/// The name of the file beside the log `name` that ends in `suffix`.
pub(super) fn beside(name: &OsStr, suffix: &str) -> OsString {
    let mut beside = name.to_owned();
    beside.push(suffix);
    beside
}

/// True for the mode of a log, or of its state, to which group or others have access.
pub const fn widened(mode: u32) -> bool {
    mode & 0o077 != 0
}

/// The end of the name of the state file.
pub const STATE_SUFFIX: &str = ".state";

impl Files {
    /// Opens what is there.
    pub fn open(directory: &dyn Directory, name: &OsStr, access: Access) -> Result<Self, FsError> {
        Ok(Self {
            log: directory.in_place(name, access)?,
            state: directory.in_place(&beside(name, STATE_SUFFIX), access)?,
        })
    }

    /// Looks at both, and holds them against what the store and this host know.
    pub fn inspect(
        &self,
        directory: &dyn Directory,
        path: &Path,
        setting: &Setting,
    ) -> Result<Tail, AuditError> {
        let mut findings = Vec::new();
        let mut links = 1;
        for (file, path) in [
            (&self.log, path.to_path_buf()),
            (&self.state, path.with_file_name(beside(file_name(path), STATE_SUFFIX))),
        ] {
            let Some(facts) = file.as_ref().map(|file| file.facts()).transpose()? else { continue };
            if widened(facts.mode) {
                findings.push(Finding::ModeWidened { file: path, mode: facts.mode });
            }
            links = links.max(facts.links);
        }
        let look = Look { directory, path, log: self.log.as_deref(), setting };
        let mut tail = look.tail(self.read_state()?)?;
        // The one time that a log has two names is the moment of its rotation.
        if links > 1 && !tail.last.is_some_and(|last| last.rotates) {
            return Err(FsError::HardLinks { path: path.into(), links }.into());
        }
        look.hold_against_what_is_known(&mut tail)?;
        findings.append(&mut tail.findings);
        if tail.adopted > 0 {
            findings.push(Finding::Adopted(tail.adopted));
        }
        if tail.torn > 0 {
            findings.push(Finding::Torn { offset: tail.end, len: tail.torn });
        }
        if tail.last.is_some_and(|last| last.rotates) {
            findings.push(Finding::RotationUnfinished);
        }
        tail.findings = findings;
        Ok(tail)
    }

    /// `Err` inside when there is no usable state, with the reason.
    fn read_state(&self) -> Result<Result<AuditState, NeedsSegment>, FsError> {
        let Some(file) = &self.state else { return Ok(Err(NeedsSegment::NoState)) };
        let mut bytes = SecretBytes::zeroed(state::LEN);
        let read = file.read_at(0, bytes.expose_mut())?;
        let whole = read == state::LEN && file.facts()?.len == state::LEN as u64;
        let state = whole.then(|| AuditState::decode(bytes.expose())).flatten();
        Ok(state.ok_or(NeedsSegment::StateDamaged))
    }
}

pub(super) fn file_name(path: &Path) -> &OsStr {
    path.file_name().unwrap_or_default()
}

/// The first half of the SHA-256 of a line.
pub(super) fn line_hash(line: &[u8]) -> Id {
    let hash = mac::sha256(&[line]);
    std::array::from_fn(|i| hash[i])
}

struct Look<'a> {
    directory: &'a dyn Directory,
    path: &'a Path,
    log: Option<&'a dyn InPlace>,
    setting: &'a Setting,
}

impl Look<'_> {
    fn modified(&self, seq: u64, why: &'static str) -> AuditError {
        AuditError::Modified { log: self.path.into(), seq, why }
    }

    fn tail(&self, state: Result<AuditState, NeedsSegment>) -> Result<Tail, AuditError> {
        let len = self.log.map(InPlace::facts).transpose()?.map_or(0, |facts| facts.len);
        let mut tail = Tail {
            state: None,
            chain: None,
            last: None,
            rotated: false,
            end: 0,
            adopted: 0,
            torn: 0,
            unfinished: None,
            needs: None,
            findings: Vec::new(),
        };
        match state {
            Ok(state) => {
                match self.follow(&mut tail, &state, len) {
                    // What the state knows stays in it until the new segment is written over it, so that a loss which is accepted
                    // half-way is still one.
                    Err(AuditError::Truncated { known, .. }) if self.setting.accept_loss => {
                        self.search(&mut tail, len)?;
                        tail.needs = Some(NeedsSegment::LossAccepted);
                        tail.findings.push(Finding::LossAccepted(known));
                    }
                    followed => followed?,
                }
                if state.machine != self.setting.machine {
                    // Its key may be in use on the host it came from.
                    tail.chain = None;
                    tail.needs = tail.needs.or(Some(NeedsSegment::OtherMachine));
                }
                tail.state = Some(state);
            }
            Err(why) => {
                self.search(&mut tail, len)?;
                let nothing = self.log.is_none() && why == NeedsSegment::NoState;
                tail.needs = Some(if nothing { NeedsSegment::NewLog } else { why });
            }
        }
        tail.torn = len.saturating_sub(tail.end);
        tail.unfinished = self.unfinished(&tail)?;
        Ok(tail)
    }

    /// From where the state says that the log ended, through all lines that it has not seen.
    fn follow(&self, tail: &mut Tail, state: &AuditState, len: u64) -> Result<(), AuditError> {
        let mut chain = Chain::resume(state.key.expose());
        let seen = match self.log {
            Some(log) if len >= state.offset => line_before(log, state.offset)?,
            _ => None,
        };
        let ours = seen.as_deref().is_some_and(|line| line_hash(line) == state.line_hash);
        let mut last = Last {
            log_id: state.log_id,
            segment: state.segment,
            head: AuditHead { seq: state.seq, mac: state.mac },
            line_hash: state.line_hash,
            rotates: ours && seen.as_deref().is_some_and(rotates),
        };
        let mut end = state.offset;
        if !ours {
            // After a rotation the state may still speak of the file that was archived.
            end = 0;
            let first = self.log.map(|log| line_at(log, 0)).transpose()?.unwrap_or_default();
            let continues =
                Line::parse(&first).is_ok_and(|line| line.event == CONTINUE && fits(&line, &last));
            if !continues {
                return Err(self.not_ours(state, len));
            }
            tail.rotated = true;
        }
        let Some(log) = self.log else { return Ok(()) };
        loop {
            let bytes = line_at(log, end)?;
            // What has no end, or a hole where data was to be, was being written when the power went.
            if bytes.last() != Some(&b'\n') || bytes.contains(&0) {
                break;
            }
            let seq = last.head.seq + 1;
            let line = Line::parse(&bytes).map_err(|why| self.modified(seq, why))?;
            // A segment whose key never reached the state: its first record was the last thing that a stopped command wrote, and
            // nobody can go on from it.
            if begins(&line, &last) && end + bytes.len() as u64 == len {
                break;
            }
            if !fits(&line, &last) {
                return Err(self.modified(seq, "another record than the next one"));
            }
            if !chain.accept(line.body, &line.mac) {
                return Err(self.modified(seq, "a MAC that is not of this log"));
            }
            last = Last {
                head: AuditHead { seq, mac: line.mac },
                line_hash: line_hash(&bytes),
                rotates: line.event == ROTATE,
                ..last
            };
            end += bytes.len() as u64;
            tail.adopted += 1;
        }
        (tail.end, tail.last, tail.chain) = (end, Some(last), Some(chain));
        Ok(())
    }

    /// Why the log does not have the line that the state speaks of.
    fn not_ours(&self, state: &AuditState, len: u64) -> AuditError {
        let mut found = self.log.and_then(|log| last_line(log, len).ok().flatten());
        // A loss was being accepted: the new segment stands behind the gap, but its key never reached the state.
        if let (Some(log), Some((last, end))) = (self.log, found)
            && last.head.seq == state.seq.saturating_add(1)
            && let Ok(Some(bytes)) = line_before(log, end)
            && Line::parse(&bytes)
                .is_ok_and(|line| line.starts_segment() && line.at.prev == state.mac)
        {
            found = last_line(log, end - bytes.len() as u64).ok().flatten();
        }
        let shorter = found.is_some_and(|(last, _)| last.head.seq < state.seq);
        if len >= state.offset && self.log.is_some() && !shorter {
            return self.modified(state.seq, "another record than the one that was written");
        }
        AuditError::Truncated {
            log: self.path.into(),
            found: found.map_or(0, |(last, _)| last.head.seq),
            known: state.seq,
            copy: self.copy(state),
        }
    }

    /// A file beside the log that has the line that the log should have.
    fn copy(&self, state: &AuditState) -> Option<OsString> {
        let name = file_name(self.path).as_encoded_bytes();
        self.directory.names().ok()?.into_iter().find(|other| {
            let rest = other.as_encoded_bytes().strip_prefix(name);
            if !rest.is_some_and(|rest| rest.starts_with(b".") || rest.starts_with(b"-")) {
                return false;
            }
            let Ok(Some(file)) = self.directory.in_place(other, Access::Read) else { return false };
            let line = line_before(file.as_ref(), state.offset).ok().flatten();
            line.is_some_and(|line| line_hash(&line) == state.line_hash)
        })
    }

    /// Without a state: the last whole line is the end, as far as anybody here can tell.
    fn search(&self, tail: &mut Tail, len: u64) -> Result<(), AuditError> {
        let Some(log) = self.log else { return Ok(()) };
        if let Some((last, end)) = last_line(log, len).map_err(|error| match error {
            Search::Fs(error) => error.into(),
            Search::Malformed(why) => self.modified(0, why),
        })? {
            (tail.last, tail.end) = (Some(last), end);
        }
        Ok(())
    }

    /// Holds the end against the head in the store and the one that this host remembers.
    fn hold_against_what_is_known(&self, tail: &mut Tail) -> Result<(), AuditError> {
        let Setting { head, remembered, accept_loss, .. } = self.setting;
        let known: Vec<AuditHead> =
            [*head, *remembered].into_iter().flatten().filter(|known| known.seq > 0).collect();
        let Some(most) = known.iter().copied().max_by_key(|known| known.seq) else { return Ok(()) };
        let found = tail.last.map_or(AuditHead::default(), |last| last.head);
        let forked = known.iter().any(|known| {
            known.seq == found.seq && known.mac != found.mac
                || known.seq == most.seq && known.mac != most.mac
        });
        if forked {
            return Err(self.modified(most.seq, "another record than the store knows"));
        }
        if most.seq <= found.seq {
            return Ok(());
        }
        if tail.needs == Some(NeedsSegment::NewLog) && remembered.is_none() {
            tail.needs = Some(NeedsSegment::OtherHostsLog);
            tail.findings.push(Finding::LogElsewhere(most.seq));
            return Ok(());
        }
        if tail.needs == Some(NeedsSegment::LossAccepted) {
            return Ok(());
        }
        if *accept_loss {
            tail.chain = None;
            tail.needs = Some(NeedsSegment::LossAccepted);
            tail.findings.push(Finding::LossAccepted(most.seq));
            return Ok(());
        }
        Err(AuditError::Truncated {
            log: self.path.into(),
            found: found.seq,
            known: most.seq,
            copy: None,
        })
    }

    /// The intent at the end of the log that has no outcome. Records of the log about itself may stand behind it.
    fn unfinished(&self, tail: &Tail) -> Result<Option<Unfinished>, AuditError> {
        let (Some(log), Some(mut end)) = (self.log, Some(tail.end)) else { return Ok(None) };
        let mut mac = tail.last.map(|last| last.head.mac);
        for _ in 0..16 {
            let Some(bytes) = line_before(log, end)? else { return Ok(None) };
            let Ok(line) = Line::parse(&bytes) else { return Ok(None) };
            if Some(line.mac) != mac {
                return Ok(None);
            }
            if line.phase == Phase::Intent {
                return Ok(Some(Unfinished::of(&line)));
            }
            if !line.event.starts_with("audit.") || line.event == ANCHOR {
                return Ok(None);
            }
            mac = Some(line.at.prev);
            end -= bytes.len() as u64;
        }
        Ok(None)
    }
}

/// Whether a line claims to be the next one.
fn fits(line: &Line<'_>, last: &Last) -> bool {
    let at = &line.at;
    (at.log_id, at.segment, Some(at.seq), at.prev)
        == (last.log_id, last.segment, last.head.seq.checked_add(1), last.head.mac)
}

/// Whether a line claims to be the first of another segment, behind all others.
fn begins(line: &Line<'_>, last: &Last) -> bool {
    let (at, before) = (&line.at, &last.head);
    line.event == SEGMENT
        && at.segment != last.segment
        && (at.seq > before.seq.saturating_add(1)
            || at.seq == before.seq + 1 && at.prev == before.mac)
}

fn rotates(line: &[u8]) -> bool {
    Line::parse(line).is_ok_and(|line| line.event == ROTATE)
}

/// A MAC that no record has: what stands before the first one.
pub(super) const NO_MAC: Hash = [0; 32];

/// What can be known of a log without a lock and without write access, for commands that record nothing.
pub struct View {
    /// The last record.
    pub head: Option<AuditHead>,
    /// What the operator should know.
    pub findings: Vec<Finding>,
    /// Why a new segment will be begun.
    pub needs_segment: Option<NeedsSegment>,
    /// The intent that has no outcome.
    pub unfinished: Option<Unfinished>,
}

/// Looks at the log at `path`; refuses one that is out of step exactly as [`Log::open`](super::Log::open) does. A command that is appending at
/// this moment may be caught between its log and its state, which looks like lines to adopt.
pub fn look(directory: &dyn Directory, path: &Path, setting: &Setting) -> Result<View, AuditError> {
    let files = Files::open(directory, file_name(path), Access::Read)?;
    let tail = files.inspect(directory, path, setting)?;
    Ok(View {
        head: tail.last.map(|last| last.head),
        findings: tail.findings,
        needs_segment: tail.needs,
        unfinished: tail.unfinished,
    })
}
