//! One program, run to its end: in its own process group, with a time limit, and with its output kept small.
//!
//! Stdout and stderr share a pipe that is always read, so that a program which prints without end is not held up, and only
//! the last [`KEPT`] bytes stay. The end is the end of the program itself: what it left in its group is killed then, and what
//! left the group and keeps the pipe open is not waited for.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::Outcome;
use crate::fs::StopCheck;
use crate::secret::SecretBytes;
use crate::text::escape;

/// Bytes of output that are kept: the last ones, where programs say why they failed.
pub const KEPT: usize = 4096;
/// Bytes of the longest value that a program may print: that of the longest secret.
pub const VALUE: usize = 1 << 20;
/// How long a program that is asked to end may take to clean up.
pub const GRACE: Duration = Duration::from_secs(2);
/// The only variable of a caller's environment that programs cannot do without, and its value here.
const PATH: (&str, &str) = ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
/// The longest turn of one wait.
const TURN: Timespec = Timespec { tv_sec: 0, tv_nsec: 10_000_000 };
/// Reads in one turn: the clock is looked at in between, however fast the program writes.
const READS: usize = 512;

/// Runs `program` as `argv` with nothing in its environment but `variables` and a fixed `PATH`; answers how it ended, and
/// what it printed, escaped, line by line.
pub fn run(
    program: &Path,
    argv: &[OsString],
    variables: &[(&str, &OsStr)],
    limit: Duration,
    stop: StopCheck<'_>,
) -> (Outcome, String) {
    let started = Instant::now();
    let not_started = |cause: std::io::Error| (Outcome::NotStarted(cause.kind()), String::new());
    let (running, pipe) = match start(program, argv, variables, Streams::Both) {
        Ok(running) => running,
        Err(cause) => return not_started(cause),
    };
    let mut tail = Tail { pipe: Some(pipe), bytes: Vec::new(), cut: false };
    let mut feed = |turn| match turn {
        Turn::Read => tail.read(),
        Turn::Wait => wait(tail.pipe.as_ref()),
    };
    match follow(running, &mut feed, started, limit, stop) {
        Ok(outcome) => (outcome, tail.text()),
        Err(cause) => not_started(cause),
    }
}

/// As [`run`], for a program that prints a secret on standard output: the bytes as they are, in memory that is wiped. Nothing is kept of
/// what it prints on standard error, and nothing of an output longer than [`VALUE`].
pub fn run_for_value(
    program: &Path,
    argv: &[OsString],
    variables: &[(&str, &OsStr)],
    limit: Duration,
    stop: StopCheck<'_>,
) -> (Outcome, Option<SecretBytes>) {
    let started = Instant::now();
    let (running, pipe) = match start(program, argv, variables, Streams::Output) {
        Ok(running) => running,
        Err(cause) => return (Outcome::NotStarted(cause.kind()), None),
    };
    // One byte more than is allowed tells a value that is too long.
    let mut capture = Capture { pipe: Some(pipe), room: SecretBytes::zeroed(VALUE + 1), len: 0 };
    let mut feed = |turn| match turn {
        Turn::Read => capture.read(),
        Turn::Wait => wait(capture.pipe.as_ref()),
    };
    match follow(running, &mut feed, started, limit, stop) {
        Ok(outcome) => {
            let Capture { mut room, len, .. } = capture;
            room.truncate(len);
            (outcome, (len <= VALUE).then_some(room))
        }
        Err(cause) => (Outcome::NotStarted(cause.kind()), None),
    }
}

/// What is asked of the reader of a program's output.
#[derive(Clone, Copy)]
enum Turn {
    /// Take what there is.
    Read,
    /// Wait for more.
    Wait,
}

/// Reads what the program prints until it ends or has to.
fn follow(
    mut running: Running,
    feed: &mut dyn FnMut(Turn),
    started: Instant,
    limit: Duration,
    stop: StopCheck<'_>,
) -> std::io::Result<Outcome> {
    let unfinished = loop {
        feed(Turn::Read);
        if running.has_ended() {
            break None;
        }
        if let Some(kind) = stop() {
            break Some(Outcome::Stopped(kind));
        }
        if started.elapsed() >= limit {
            break Some(Outcome::TimedOut(limit));
        }
        feed(Turn::Wait);
    };
    if unfinished.is_some() {
        running.signal(Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < GRACE && !running.has_ended() {
            feed(Turn::Read);
            feed(Turn::Wait);
        }
    }
    let status = running.end();
    // What it wrote just before it ended is in the pipe.
    feed(Turn::Read);
    unfinished.map_or_else(|| status.map(of_status), Ok)
}

fn of_status(status: ExitStatus) -> Outcome {
    match (status.code(), status.signal()) {
        (Some(0), _) => Outcome::Done,
        (Some(code), _) => Outcome::Failed(code),
        (None, signal) => Outcome::Killed(signal.unwrap_or_default()),
    }
}

/// Which streams of a program are read.
#[derive(Clone, Copy)]
enum Streams {
    /// Both, as one.
    Both,
    /// Standard output.
    Output,
}

fn start(
    program: &Path,
    argv: &[OsString],
    variables: &[(&str, &OsStr)],
    streams: Streams,
) -> std::io::Result<(Running, OwnedFd)> {
    let (read, write) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
    // Only this end: the flag belongs to it, not to the pipe, and the program's end stays as programs expect it.
    rustix::fs::fcntl_setfl(&read, OFlags::NONBLOCK)?;
    let mut command = Command::new(program);
    command
        .args(argv.get(1..).unwrap_or_default())
        .env_clear()
        .env(PATH.0, PATH.1)
        .envs(variables.iter().copied())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::from(write.try_clone()?))
        .stderr(match streams {
            Streams::Both => Stdio::from(write),
            Streams::Output => Stdio::null(),
        })
        .process_group(0);
    if let Some(name) = argv.first() {
        command.arg0(name);
    }
    // The command holds our copies of the writing end; with them the pipe would never end.
    let child = command.spawn()?;
    drop(command);
    Ok((Running { child, reaped: false }, read))
}

/// A program that does not outlive this value, nor does anything it left in its group.
struct Running {
    child: Child,
    reaped: bool,
}

impl Running {
    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether it has ended. It is not reaped by that: until it is, its number names this group and no other.
    fn has_ended(&self) -> bool {
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.pid().is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), look), Ok(None)))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.pid() {
            let _ = kill_process_group(group, signal);
        }
    }

    /// Kills what is left of the group, and reaps the program.
    fn end(&mut self) -> std::io::Result<ExitStatus> {
        self.signal(Signal::KILL);
        let status = self.child.wait();
        self.reaped = true;
        status
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = self.end();
        }
    }
}

/// The end of what a program prints.
struct Tail {
    /// None at its end.
    pipe: Option<OwnedFd>,
    bytes: Vec<u8>,
    cut: bool,
}

impl Tail {
    /// Takes what there is, up to a limit.
    fn read(&mut self) {
        let mut piece = [0; 8 << 10];
        for _ in 0..READS {
            let Some(pipe) = &self.pipe else { return };
            match rustix::io::read(pipe, &mut piece) {
                Ok(0) => self.pipe = None,
                Ok(n) => self.take(&piece[..n]),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.pipe = None,
            }
        }
    }

    fn take(&mut self, piece: &[u8]) {
        self.bytes.extend_from_slice(piece);
        if let Some(surplus) = self.bytes.len().checked_sub(KEPT).filter(|&n| n > 0) {
            self.bytes.drain(..surplus);
            self.cut = true;
        }
    }

    fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let lines: Vec<String> = text.lines().map(escape).collect();
        let start = if self.cut { "..." } else { "" };
        format!("{start}{}", lines.join("\n").trim_end())
    }
}

/// Waits a turn, or until there is more.
fn wait(pipe: Option<&OwnedFd>) {
    let mut all = [];
    let mut one;
    let pipes: &mut [PollFd<'_>] = match pipe {
        Some(pipe) => {
            one = [PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN)];
            &mut one
        }
        None => &mut all,
    };
    let _ = poll(pipes, Some(&TURN));
}

/// A secret that a program prints: straight from the kernel into locked memory.
struct Capture {
    /// None at its end.
    pipe: Option<OwnedFd>,
    room: SecretBytes,
    len: usize,
}

impl Capture {
    /// Takes what there is. What does not fit is not waited for.
    fn read(&mut self) {
        while self.len < self.room.len() {
            let Some(pipe) = &self.pipe else { return };
            match rustix::io::read(pipe, &mut self.room.expose_mut()[self.len..]) {
                Ok(0) => self.pipe = None,
                Ok(n) => self.len += n,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return,
                Err(_) => self.pipe = None,
            }
        }
        // Nobody reads on: the writer gets EPIPE instead of waiting for its end.
        self.pipe = None;
    }
}
