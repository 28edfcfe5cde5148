//! A person at a real terminal: a pseudo-terminal with a program on it.
//!
//! The program runs in its own session with the pseudo-terminal as its controlling terminal, so `/dev/tty` opens and Ctrl-C
//! is a signal. `setsid --ctty` of util-linux arranges that without unsafe code, and becomes the program by exec, so the exit
//! code is the program's own.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionread;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

const PATIENCE: Duration = Duration::from_secs(30);

/// Ctrl-C, Ctrl-D, Ctrl-\ and Ctrl-Z as a keyboard sends them.
pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_BACKSLASH: &str = "\x1c";
pub const CTRL_Z: &str = "\x1a";

/// A program on a terminal. Killed when it is dropped before its end.
pub struct Session {
    child: Child,
    master: OwnedFd,
    seen: String,
    /// How much of `seen` earlier expectations have used up.
    past: usize,
}

impl Session {
    /// Starts `argv` with nothing in its environment but `PATH`, `TERM` and `env`; all three streams are the terminal.
    pub fn spawn<A: AsRef<OsStr>>(argv: &[A], env: &[(&str, &str)]) -> Self {
        Self::spawn_with(argv, env, |_| {})
    }

    /// As [`spawn`](Self::spawn), after `adjust` has had its way, such as with a pipe for stdout.
    pub fn spawn_with<A: AsRef<OsStr>>(
        argv: &[A],
        env: &[(&str, &str)],
        adjust: impl FnOnce(&mut Command),
    ) -> Self {
        Self::spawn_after("", argv, env, adjust)
    }

    /// As [`spawn_with`](Self::spawn_with), with `typed` waiting at the terminal before the program starts.
    pub fn spawn_after<A: AsRef<OsStr>>(
        typed: &str,
        argv: &[A],
        env: &[(&str, &str)],
        adjust: impl FnOnce(&mut Command),
    ) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)
            .expect("a pseudo-terminal");
        grantpt(&master).expect("grantpt");
        unlockpt(&master).expect("unlockpt");
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let slave = ioctl_tiocgptpeer(&master, flags).expect("its other side");
        rustix::io::write(&master, typed.as_bytes()).expect("typed");
        // The kernel carries it over in its own time.
        while ioctl_fionread(&slave).expect("asked") < typed.len() as u64 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let stream = || Stdio::from(slave.try_clone().expect("dup"));
        let mut command = Command::new("setsid");
        command
            .arg("--ctty")
            .args(argv)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("TERM", "xterm")
            .envs(env.iter().copied())
            .stdin(stream())
            .stdout(stream())
            .stderr(stream());
        adjust(&mut command);
        let child = command.spawn().expect("setsid of util-linux");
        Self { child, master, seen: String::new(), past: 0 }
    }

    /// Waits until `text` appears behind what was expected before.
    pub fn expect(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen[self.past..].find(text) {
                self.past += at + text.len();
                return;
            }
            let more = self.read(deadline);
            assert!(more, "{text:?} did not appear in {:?}", &self.seen[self.past..]);
        }
    }

    /// Types `text`; `\r` is Enter.
    pub fn send(&self, text: &str) {
        let written = rustix::io::write(&self.master, text.as_bytes()).expect("typing");
        assert_eq!(written, text.len());
    }

    /// True when the terminal shows what is typed.
    pub fn echo(&self) -> bool {
        tcgetattr(&self.master).expect("tcgetattr").local_modes.contains(LocalModes::ECHO)
    }

    /// The process, for signals from outside.
    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Waits for the end, checks the exit code, and returns everything the terminal has shown.
    pub fn expect_exit(mut self, code: i32) -> String {
        let deadline = Instant::now() + PATIENCE;
        while self.read(deadline) {}
        let status = loop {
            match self.child.try_wait().expect("wait") {
                Some(status) => break status,
                None => assert!(Instant::now() < deadline, "no end: {:?}", self.seen),
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(code), "{status}; the terminal showed {:?}", self.seen);
        std::mem::take(&mut self.seen)
    }

    /// Reads what is there; false at the end of the session or at the deadline.
    fn read(&mut self, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).expect("in range");
        let mut fds = [PollFd::from_borrowed_fd(self.master.as_fd(), PollFlags::IN)];
        if poll(&mut fds, Some(&left)) == Ok(0) {
            return false;
        }
        let mut bytes = [0; 4096];
        // EIO: nobody has the other side open any more.
        let len = rustix::io::read(&self.master, &mut bytes).unwrap_or(0);
        self.seen.push_str(&String::from_utf8_lossy(&bytes[..len]));
        len > 0
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
