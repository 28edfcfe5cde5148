//! `cmd:` sources: a program that prints the secret, run without a shell.
//!
//! The program gets a clean environment, no standard input, its own process group, 30 seconds and 1 KiB. Whoever can
//! replace the program learns nothing but can choose the passphrase, and whoever can change the secret it reads can as
//! well; so on mainnet every step of its path has to be root's.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::input::read_all;
use crate::cli::escape::escape_os;
use crate::cli::report::Failure;
use crate::cli::signal::Signals;
use crate::fs;
use crate::kind::Kind;
use crate::secret::SecretBytes;

/// Most bytes a program may print, not counting a line break.
pub const MAX_OUTPUT: usize = 1024;
/// How long it may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Whether the program's own messages may appear on our stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// They help to find out why it failed.
    Shown,
    /// Stderr is for JSON.
    Dropped,
}

/// The program that `argv` names, every symbolic link resolved.
pub fn resolve(argv: &[OsString]) -> Result<PathBuf, Failure> {
    let named = argv.first().map_or(Path::new(""), Path::new);
    fs::program::resolve(named)
        .map_err(|error| Failure::from_error(Kind::Unavailable, &error, Vec::new()))
}

/// Runs `program` as `argv` and takes what it prints.
pub fn run(
    program: &Path,
    argv: &[OsString],
    limit: Duration,
    messages: Messages,
    signals: &Signals,
) -> Result<SecretBytes, Failure> {
    let shown = format!("the program {}", escape_os(program.as_os_str()));
    let unavailable = |text: String| Failure::new(Kind::Unavailable, text);
    let deadline = Instant::now() + limit;
    let mut command = Command::new(program);
    command
        .args(argv.get(1..).unwrap_or_default())
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(if messages == Messages::Shown { Stdio::inherit() } else { Stdio::null() })
        .process_group(0);
    if let Some(name) = argv.first() {
        command.arg0(name);
    }
    let child = command
        .spawn()
        .map_err(|cause| unavailable(format!("cannot run {shown}: {}", cause.kind())))?;
    let mut running = Running { child, reaped: false };
    let Some(pipe) = running.child.stdout.take() else {
        return Err(unavailable(format!("{shown} has no output")));
    };
    // Room for the line break that almost every program adds.
    let output = read_all(pipe.as_fd(), MAX_OUTPUT + 2, signals, Some(deadline))
        .map_err(|error| error.into_failure(&format!("the output of {shown}")))?;
    let status = running.wait(deadline, signals)?.ok_or_else(|| {
        unavailable(format!("{shown} did not end within {} seconds", limit.as_secs()))
    })?;
    if status.success() {
        return Ok(output);
    }
    Err(unavailable(match status.code() {
        Some(code) => format!("{shown} failed with exit code {code}"),
        None => format!("{shown} was killed"),
    }))
}

/// A program that does not outlive this value, nor does anything it started in its group.
struct Running {
    child: Child,
    reaped: bool,
}

impl Running {
    /// The exit status, or nothing when the deadline passes first.
    fn wait(
        &mut self,
        deadline: Instant,
        signals: &Signals,
    ) -> Result<Option<ExitStatus>, Failure> {
        while Instant::now() < deadline {
            signals.check()?;
            let status =
                self.child.try_wait().map_err(|cause| Failure::io("cannot wait for it", cause))?;
            if status.is_some() {
                self.reaped = true;
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(None)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Once the leader is reaped, its number may belong to somebody else; until then it names this group, even when
        // the leader is dead and only what it left in the background still runs.
        if self.reaped {
            return;
        }
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Result<SecretBytes, Failure> {
        let argv: Vec<OsString> = ["/bin/sh", "-c", script].map(Into::into).into();
        let program = resolve(&argv).unwrap();
        run(&program, &argv, limit, Messages::Dropped, &Signals::detached())
    }

    #[test]
    fn what_the_program_prints_is_the_secret() {
        let secret = sh("printf 'one\\ntwo\\n'", LIMIT).unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(secret.expose(), b"one\ntwo\n");
    }

    #[test]
    fn it_sees_no_environment_and_no_input() {
        let secret = sh("read x; echo \"[$x][$HOME][$CARGO_PKG_NAME]\"; pwd", LIMIT)
            .map_err(|e| format!("{e:?}"));
        assert_eq!(secret.unwrap_or_else(|e| panic!("{e}")).expose(), b"[][][]\n/\n");
    }

    #[test]
    fn failure_length_and_time_are_limited() {
        for (script, limit, text) in [
            ("echo x; exit 3", LIMIT, "failed with exit code 3"),
            ("kill -9 $$", LIMIT, "was killed"),
            ("head -c 1027 /dev/zero", LIMIT, "more than 1026 bytes"),
            ("sleep 60", Duration::from_millis(200), "did not end in time"),
            ("exec >&-; sleep 60", Duration::from_millis(200), "did not end within"),
            ("sleep 60 & echo x", Duration::from_millis(200), "did not end in time"),
        ] {
            let started = Instant::now();
            let failure = sh(script, limit).err().unwrap_or_else(|| panic!("{script} worked"));
            assert!(failure.message().contains(text), "{script}: {}", failure.message());
            assert!(started.elapsed() < Duration::from_secs(10), "{script}");
        }
    }
}
