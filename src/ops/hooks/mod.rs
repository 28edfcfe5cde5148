//! Hooks: programs of the operator that run before and after a rotation.
//!
//! A pre-hook may veto: it runs before anything is changed, and whatever is not exit code 0 (a refusal, a crash, a timeout, a
//! program that is gone) stops the rotation. A post-hook runs after the commit and can undo nothing; its failure is told and
//! recorded, and the hooks after it still run. Both run in the order of the configuration.
//!
//! A hook is a list of words and never passes through a shell. It gets no input, no environment but a fixed `PATH` and the
//! facts in [`Facts`], no secret in any of them, a time limit and a process group of its own, which is killed at its end. The
//! configuration names hooks and nothing else does; on mainnet nobody but root and the store's owner may be able to change
//! the program or a directory above it. Hooks run before the locks are taken and after they are given back.

mod error;
mod process;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use error::HookError;
pub use process::{GRACE, KEPT};

use super::Notice;
use crate::config::HookCommands;
use crate::fs::{StopCheck, Trust, program};
use crate::kind::Kind;
use crate::network::{NetworkMode, Verdict};
use crate::secret::SecretBytes;
use crate::text::escape;

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Before anything is changed.
    PreRotate,
    /// After the commit.
    PostRotate,
    /// Before anything is changed, for the value that a secret is to have.
    NewValue,
}

impl Event {
    /// The word in `STRONGROOM_EVENT`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreRotate => "pre-rotate",
            Self::PostRotate => "post-rotate",
            Self::NewValue => "new-value",
        }
    }
}

/// What a hook is told. Nothing here is secret.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The key's id, or `secret:` and the label of a secret, in `STRONGROOM_KEY`.
    pub key: &'a str,
    /// Its active version before the rotation, in `STRONGROOM_OLD_VERSION`.
    pub old_version: u64,
    /// The version that the rotation makes, 0 while nobody knows it, in `STRONGROOM_NEW_VERSION`.
    pub new_version: u64,
    /// The store's network, in `STRONGROOM_NETWORK`.
    pub network: NetworkMode,
    /// The store, in `STRONGROOM_STORE`.
    pub store: &'a Path,
}

/// How a hook ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With exit code 0.
    Done,
    /// With another exit code: from a pre-hook a veto.
    Failed(i32),
    /// By a signal of this number that we did not send.
    Killed(i32),
    /// It could not be started.
    NotStarted(io::ErrorKind),
    /// It was ended after this time.
    TimedOut(Duration),
    /// It was ended, or not begun, because the command was stopped.
    Stopped(Kind),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("is done"),
            Self::Failed(code) => write!(f, "failed with exit code {code}"),
            Self::Killed(signal) => write!(f, "was killed by signal {signal}"),
            Self::NotStarted(cause) => write!(f, "could not be started ({cause})"),
            Self::TimedOut(limit) => write!(f, "did not end within {} seconds", limit.as_secs()),
            Self::Stopped(_) => f.write_str("was stopped"),
        }
    }
}

/// A hook that ran, or should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its program, escaped.
    pub program: String,
    /// When it ran.
    pub event: Event,
    /// How it ended.
    pub outcome: Outcome,
    /// The last of what it printed on both streams, at most [`KEPT`] bytes, escaped; lines end in `\n`.
    pub output: String,
}

impl Ran {
    /// Whether it did what it was there for.
    pub fn is_done(&self) -> bool {
        self.outcome == Outcome::Done
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} hook {} {}", self.event.name(), self.program, self.outcome)
    }
}

/// One hook whose program was found and judged.
#[derive(Debug)]
struct Hook {
    program: PathBuf,
    argv: Vec<OsString>,
}

/// The hooks of a host, ready to run.
#[derive(Debug, Default)]
pub struct Hooks {
    pre: Vec<Hook>,
    post: Vec<Hook>,
    limit: Duration,
}

impl Hooks {
    /// Finds and judges the programs of all `commands`, the post-hooks too: after the commit it would be too late to say no.
    ///
    /// `owner` is the store's. When root works on the store of a service, that service is not trusted: what it can change
    /// would run as root.
    pub fn admit(
        commands: &HookCommands,
        network: NetworkMode,
        owner: u32,
        trust: Trust,
        notices: &mut Vec<Notice>,
    ) -> Result<Self, HookError> {
        let owners: &[u32] = if trust.caller == 0 { &[] } else { &[owner] };
        let verdict = network.policy().untrusted_command;
        let mut admit = |argv: &Vec<String>| {
            let argv: Vec<OsString> = argv.iter().map(Into::into).collect();
            let named = argv.first().map_or(Path::new(""), Path::new);
            let program = program::resolve(named).map_err(HookError::Missing)?;
            if verdict != Verdict::Allow
                && let Some(step) = program::untrusted_step(&program, owners)
            {
                let found = HookError::Untrusted { program: program.clone(), step };
                if verdict == Verdict::Refuse {
                    return Err(found);
                }
                notices.push(Notice::Note(found.to_string()));
            }
            Ok(Hook { program, argv })
        };
        Ok(Self {
            pre: commands.pre.iter().map(&mut admit).collect::<Result<_, _>>()?,
            post: commands.post.iter().map(&mut admit).collect::<Result<_, _>>()?,
            limit: commands.limit(),
        })
    }

    /// True when there is nothing to run.
    pub fn is_empty(&self) -> bool {
        self.pre.is_empty() && self.post.is_empty()
    }

    /// Runs the pre-hooks. The first that is not done is a veto, and those behind it do not run.
    pub fn before(&self, facts: &Facts<'_>, stop: StopCheck<'_>) -> Result<Vec<Ran>, HookError> {
        let mut done = Vec::new();
        for hook in &self.pre {
            let ran = self.run(hook, Event::PreRotate, facts, stop);
            if !ran.is_done() {
                return Err(HookError::Vetoed(ran));
            }
            done.push(ran);
        }
        Ok(done)
    }

    /// Runs the post-hooks, all of them whatever becomes of each. Failures are in the answer, for the record and the screen.
    pub fn after(&self, facts: &Facts<'_>, stop: StopCheck<'_>) -> Vec<Ran> {
        self.post.iter().map(|hook| self.run(hook, Event::PostRotate, facts, stop)).collect()
    }

    fn run(&self, hook: &Hook, event: Event, facts: &Facts<'_>, stop: StopCheck<'_>) -> Ran {
        let (outcome, output) = match stop() {
            Some(kind) => (Outcome::Stopped(kind), String::new()),
            None => told(event, facts, |variables| {
                process::run(&hook.program, &hook.argv, variables, self.limit, stop)
            }),
        };
        let program = escape(&hook.program.display().to_string());
        Ran { program, event, outcome, output }
    }

    /// Runs the only hook there is, before anything is changed, for the value that it prints. Nothing else of its output is kept.
    pub fn value(
        &self,
        facts: &Facts<'_>,
        stop: StopCheck<'_>,
    ) -> Result<Option<SecretBytes>, HookError> {
        let Some(hook) = self.pre.first() else { return Ok(None) };
        let event = Event::NewValue;
        let (outcome, value) = match stop() {
            Some(kind) => (Outcome::Stopped(kind), None),
            None => told(event, facts, |variables| {
                process::run_for_value(&hook.program, &hook.argv, variables, self.limit, stop)
            }),
        };
        if outcome == Outcome::Done {
            return Ok(value);
        }
        let program = escape(&hook.program.display().to_string());
        Err(HookError::Vetoed(Ran { program, event, outcome, output: String::new() }))
    }
}

/// Calls `run` with the environment that a program is given.
fn told<T>(event: Event, facts: &Facts<'_>, run: impl FnOnce(&[(&str, &OsStr)]) -> T) -> T {
    let (old, new) = (facts.old_version.to_string(), facts.new_version.to_string());
    run(&[
        ("STRONGROOM_EVENT", event.name().as_ref()),
        ("STRONGROOM_KEY", facts.key.as_ref()),
        ("STRONGROOM_OLD_VERSION", old.as_ref()),
        ("STRONGROOM_NEW_VERSION", new.as_ref()),
        ("STRONGROOM_NETWORK", facts.network.name().as_ref()),
        ("STRONGROOM_STORE", facts.store.as_ref()),
    ])
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Instant;

    use super::*;

    const GO_ON: StopCheck<'static> = &|| None;
    const SOON: Duration = Duration::from_millis(300);

    fn commands(pre: &[&[&str]], post: &[&[&str]], limit: Duration) -> HookCommands {
        let words = |list: &[&[&str]]| -> Vec<Vec<String>> {
            list.iter().map(|argv| argv.iter().map(ToString::to_string).collect()).collect()
        };
        HookCommands { pre: words(pre), post: words(post), timeout: Some(limit) }
    }

    fn facts() -> Facts<'static> {
        Facts {
            key: "validator.id",
            old_version: 3,
            new_version: 4,
            network: NetworkMode::Devnet,
            store: Path::new("/srv/keys/main.store"),
        }
    }

    /// Hooks that run scripts, one before and one after.
    fn scripts(pre: &str, post: &str, limit: Duration) -> Hooks {
        let sh = |script| vec!["/bin/sh".to_owned(), "-c".to_owned(), str::to_owned(script)];
        let commands =
            HookCommands { pre: vec![sh(pre)], post: vec![sh(post)], timeout: Some(limit) };
        let trust = Trust::of_process();
        Hooks::admit(&commands, NetworkMode::Devnet, trust.caller, trust, &mut Vec::new()).unwrap()
    }

    fn ran(script: &str, limit: Duration) -> Ran {
        scripts("true", script, limit).after(&facts(), GO_ON).remove(0)
    }

    #[test]
    fn a_hook_sees_the_facts_and_nothing_of_the_caller() {
        let hook = ran("env | sort; pwd; read x || echo no input", Duration::from_secs(9));
        let seen: Vec<&str> = hook.output.lines().filter(|line| !line.starts_with('_')).collect();
        assert_eq!(
            seen,
            [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "PWD=/",
                "STRONGROOM_EVENT=post-rotate",
                "STRONGROOM_KEY=validator.id",
                "STRONGROOM_NETWORK=devnet",
                "STRONGROOM_NEW_VERSION=4",
                "STRONGROOM_OLD_VERSION=3",
                "STRONGROOM_STORE=/srv/keys/main.store",
                "/",
                "no input",
            ]
        );
        assert!(hook.is_done());
    }

    #[test]
    fn words_are_passed_as_they_are() {
        let limit = Duration::from_secs(9);
        let argv: &[&str] = &["/bin/echo", "a  b", "$(id)", "*", ";", "-n"];
        let trust = Trust::of_process();
        let commands = commands(&[], &[argv], limit);
        let hooks =
            Hooks::admit(&commands, NetworkMode::Mainnet, trust.caller, trust, &mut Vec::new());
        assert_eq!(hooks.unwrap().after(&facts(), GO_ON)[0].output, "a  b $(id) * ; -n");
    }

    #[test]
    fn every_way_a_hook_can_end_is_told_apart() {
        for (script, outcome, output) in [
            ("echo one; echo two >&2", Outcome::Done, "one\ntwo"),
            ("echo 'no \u{1b}[2J'; exit 3", Outcome::Failed(3), "no \\u{1b}[2J"),
            ("kill -9 $$", Outcome::Killed(9), ""),
            ("exit 255", Outcome::Failed(255), ""),
            ("echo waiting; sleep 60", Outcome::TimedOut(SOON), "waiting"),
            ("exec >&- 2>&-; sleep 60", Outcome::TimedOut(SOON), ""),
        ] {
            let hook = ran(script, if script.contains("60") { SOON } else { GRACE * 5 });
            assert_eq!((hook.outcome, hook.output.as_str()), (outcome, output), "{script}");
        }
    }

    #[test]
    fn a_veto_says_who_and_why_and_the_hooks_behind_it_do_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let mark = dir.path().join("mark").display().to_string();
        let veto: &[&str] =
            &["/bin/sh", "-c", "echo looking; echo not during an epoch >&2; exit 7"];
        let commands =
            commands(&[&["/bin/true"], veto, &["/bin/touch", &mark]], &[], Duration::from_secs(9));
        let trust = Trust::of_process();
        let hooks =
            Hooks::admit(&commands, NetworkMode::Devnet, trust.caller, trust, &mut Vec::new());
        let error = hooks.unwrap().before(&facts(), GO_ON).unwrap_err();
        assert_eq!(error.kind(), Kind::Findings);
        let HookError::Vetoed(ran) = &error else { panic!("{error}") };
        assert_eq!(ran.outcome, Outcome::Failed(7));
        let message = error.to_string();
        assert!(message.starts_with("the pre-rotate hook /"), "{message}");
        assert!(message.ends_with("failed with exit code 7, so nothing was rotated"), "{message}");
        assert!(error.hints()[0].ends_with("said: not during an epoch"), "{:?}", error.hints());
        assert!(!Path::new(&mark).exists());
    }

    #[test]
    fn a_post_hook_that_fails_does_not_stop_the_next() {
        let commands =
            commands(&[], &[&["/bin/false"], &["/bin/echo", "still here"]], Duration::from_secs(9));
        let trust = Trust::of_process();
        let hooks =
            Hooks::admit(&commands, NetworkMode::Devnet, trust.caller, trust, &mut Vec::new());
        let ran = hooks.unwrap().after(&facts(), GO_ON);
        assert_eq!(ran[0].outcome, Outcome::Failed(1));
        assert_eq!((ran[1].is_done(), ran[1].output.as_str()), (true, "still here"));
    }

    #[test]
    fn output_without_end_neither_fills_memory_nor_holds_the_hook_up() {
        let hook = ran("head -c 1000000000 /dev/zero; echo; echo done; exit 4", GRACE * 15);
        assert_eq!(hook.outcome, Outcome::Failed(4));
        assert!(hook.output.starts_with("...") && hook.output.ends_with("\ndone"));
        // A NUL is written out, in five characters.
        assert!(hook.output.len() <= 5 * KEPT, "{}", hook.output.len());
        let hook = ran("cat /dev/zero", SOON);
        assert_eq!(hook.outcome, Outcome::TimedOut(SOON));
    }

    #[test]
    fn a_child_that_keeps_the_pipe_open_is_not_waited_for() {
        for (script, outcome) in [
            ("sleep 60 & echo started", Outcome::Done),
            // In a group of its own, out of reach: its hold on the pipe must not matter.
            ("setsid sleep 5 & echo started; exit 2", Outcome::Failed(2)),
            ("trap '' TERM; sleep 60", Outcome::TimedOut(SOON)),
            ("trap '' TERM HUP INT; while :; do :; done", Outcome::TimedOut(SOON)),
        ] {
            let begun = Instant::now();
            let hook =
                ran(script, if outcome == Outcome::TimedOut(SOON) { SOON } else { GRACE * 10 });
            assert_eq!(hook.outcome, outcome, "{script}");
            assert!(begun.elapsed() < SOON + GRACE + Duration::from_secs(6), "{script}");
        }
    }

    #[test]
    fn what_a_hook_leaves_in_its_group_ends_with_it() {
        for (script, limit) in
            [("sleep 61 & echo $!", GRACE * 5), ("sleep 61 & echo $!; wait", SOON)]
        {
            let hook = ran(script, limit);
            let pid: i32 = hook.output.trim().parse().unwrap();
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            let gone = (0..100).any(|_| {
                std::thread::sleep(Duration::from_millis(20));
                // An orphan that nobody has reaped yet is dead all the same.
                rustix::process::test_kill_process(pid).is_err() || is_zombie(pid)
            });
            assert!(gone, "{script}");
        }
    }

    fn is_zombie(pid: rustix::process::Pid) -> bool {
        let stat = std::process::Command::new("ps")
            .args(["-o", "stat=", "-p", &pid.as_raw_nonzero().to_string()])
            .output();
        stat.is_ok_and(|out| out.stdout.is_empty() || out.stdout.starts_with(b"Z"))
    }

    #[test]
    fn a_command_that_is_stopped_ends_its_hook_and_begins_no_other() {
        let asked = Cell::new(0);
        let stop = || {
            asked.set(asked.get() + 1);
            (asked.get() > 3).then_some(Kind::Terminated)
        };
        let hooks = scripts("sleep 60", "echo no", GRACE * 10);
        let error = hooks.before(&facts(), &stop).unwrap_err();
        assert_eq!(error.kind(), Kind::Terminated);
        let after = hooks.after(&facts(), &stop);
        assert_eq!(after[0].outcome, Outcome::Stopped(Kind::Terminated));
        assert_eq!(after[0].output, "");
    }

    #[test]
    fn a_program_that_others_could_replace_is_judged_by_the_network() {
        let dir = tempfile::tempdir().unwrap();
        // Below /tmp, which anybody can write to.
        let hook = dir.path().join("hook");
        std::os::unix::fs::symlink("/bin/true", dir.path().join("good")).unwrap();
        make(&hook, "#!/bin/sh\nexit 0\n", 0o700);
        let path = hook.display().to_string();
        let trust = Trust::of_process();
        for (network, refused, noted) in [
            (NetworkMode::Mainnet, true, 0),
            (NetworkMode::Testnet, false, 1),
            (NetworkMode::Devnet, false, 0),
        ] {
            // A post-hook, too, before anything is changed.
            let commands = commands(&[], &[&[&path]], SOON);
            let mut notices = Vec::new();
            let hooks = Hooks::admit(&commands, network, trust.caller, trust, &mut notices);
            assert_eq!(hooks.is_err(), refused, "{network}");
            assert!(hooks.err().is_none_or(|error| error.kind() == Kind::Policy));
            assert_eq!(notices.len(), noted, "{network}");
        }
        let good = dir.path().join("good").display().to_string();
        let hooks = Hooks::admit(
            &commands(&[&[&good]], &[], SOON),
            NetworkMode::Mainnet,
            trust.caller,
            trust,
            &mut Vec::new(),
        );
        assert!(hooks.is_ok(), "it is the program that counts, not the link to it");
        let gone = commands(&[&["/no/such/hook"]], &[], SOON);
        let error = Hooks::admit(&gone, NetworkMode::Devnet, trust.caller, trust, &mut Vec::new());
        assert_eq!(error.unwrap_err().kind(), Kind::Unavailable);
    }

    #[test]
    fn what_cannot_be_started_is_a_veto() {
        let dir = tempfile::tempdir().unwrap();
        let hook = dir.path().join("hook");
        let trust = Trust::of_process();
        for (content, mode) in [("#!/no/such/interpreter\n", 0o700), ("#!/bin/sh\n", 0o600)] {
            make(&hook, content, mode);
            let path = hook.display().to_string();
            let hooks = Hooks::admit(
                &commands(&[&[&path]], &[], SOON),
                NetworkMode::Devnet,
                trust.caller,
                trust,
                &mut Vec::new(),
            );
            let error = hooks.unwrap().before(&facts(), GO_ON).unwrap_err();
            assert_eq!(error.kind(), Kind::Unavailable);
            assert!(error.to_string().contains("could not be started"), "{error}");
        }
    }

    fn make(path: &Path, content: &str, mode: u32) {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::TRUNC;
        let fd = rustix::fs::open(path, flags, Mode::from_raw_mode(0o600)).unwrap();
        rustix::io::write(&fd, content.as_bytes()).unwrap();
        rustix::fs::fchmod(&fd, Mode::from_raw_mode(mode)).unwrap();
    }
}
