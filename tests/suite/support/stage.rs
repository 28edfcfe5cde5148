//! A stage: a directory of its own, in which commands run in this process as if an operator had typed them.
//!
//! ```text
//! work/    stores and what commands make beside them
//! state/   what the host remembers
//! given/   what the operator brings: passphrases, values, and where values are asked to be written
//! config.toml
//! ```
//!
//! Every secret that is brought is a canary. After every command the output and all files of `work/` and `state/` are searched
//! for each of them, and every JSON answer is held against its schema; no test has to remember to.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value;
use strongroom::cli::context::StandardInput;
use strongroom::cli::output::Output;
use strongroom::cli::terminal::scripted::{Reply, ScriptedTerminal};
use strongroom::cli::{Context, Tool, key_rotate, run, secrets_admin, wallet_backup};
use strongroom::clock::{FixedClock, Timestamp};
use strongroom::environment::Environment;
use strongroom::kind::Kind;

use super::schema;

/// The passphrase of a stage's store, brought as `given/pass`. Strong enough for mainnet.
pub const PASS: &str = "gander unwoven epic sulphur mocha tidy briskly plaza";
/// Another one, brought as `given/pass2`.
pub const PASS2: &str = "velvet orbit hazelnut squint magnetic dolphin rerun ivory";
/// A value, brought as `given/value`.
pub const VALUE: &str = "canary-value-7f3a91c2";
/// Another one, brought as `given/value2`.
pub const VALUE2: &str = "canary-value-51d0e6bb";

/// The time at which commands run.
pub const NOW: u64 = 1_790_000_000;

pub struct Stage {
    dir: tempfile::TempDir,
    canaries: RefCell<Vec<Vec<u8>>>,
    now: Cell<u64>,
}

/// Every file below a directory: kind and mode, owner, inode, time of change, content.
pub type Snapshot = BTreeMap<PathBuf, (u32, u32, u64, (i64, i64), Vec<u8>)>;

impl Stage {
    /// Without a store.
    pub fn empty() -> Self {
        let dir = tempfile::Builder::new().prefix("stage").tempdir().expect("a directory");
        let stage = Self { dir, canaries: RefCell::default(), now: Cell::new(NOW) };
        for name in ["", "work", "state", "given"] {
            let path = stage.dir.path().join(name);
            std::fs::create_dir_all(&path).expect("mkdir");
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o700)).expect("chmod");
        }
        stage.config("");
        for (name, text) in [("pass", PASS), ("pass2", PASS2), ("value", VALUE), ("value2", VALUE2)]
        {
            stage.given(name, text.as_bytes());
        }
        stage
    }

    /// With an empty devnet store at `%s`.
    pub fn devnet() -> Self {
        let stage = Self::empty();
        stage.on("init %s --network devnet").run().ok();
        stage
    }

    /// With an empty mainnet store at `%s`, at the lowest cost that mainnet allows.
    pub fn mainnet() -> Self {
        let stage = Self::empty();
        stage.on("init %s --kdf m=65536,t=3,p=1").run().ok();
        stage
    }

    /// Writes the configuration: the state directory of the stage, then `more`.
    pub fn config(&self, more: &str) {
        let state = self.path("%d/state");
        self.bare_config(&format!("[security]\nstate_dir = \"{}\"\n{more}", state.display()));
    }

    /// Writes the configuration as it stands.
    pub fn bare_config(&self, text: &str) {
        let path = self.path("%d/config.toml");
        std::fs::write(&path, text).expect("write");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
    }

    /// Brings a secret: a file in `given/` of mode 0600, whose content must not be seen from now on.
    pub fn given(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path("%g").join(name);
        std::fs::write(&path, bytes).expect("write");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
        self.canary(bytes);
        path
    }

    /// Something that must not be seen from now on.
    pub fn canary(&self, bytes: &[u8]) {
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if bytes.len() >= 8 {
            self.canaries.borrow_mut().push(bytes.to_vec());
            self.canaries
                .borrow_mut()
                .push(data_encoding::HEXLOWER.encode(&bytes[..8]).into_bytes());
        }
    }

    /// The time at which commands run from here on.
    pub fn set_clock(&self, seconds: u64) {
        self.now.set(seconds);
    }

    /// Spells out `%s` (the store), `%w` (its directory), `%g` (what was brought) and `%d` (the whole stage).
    pub fn expand(&self, text: &str) -> String {
        let dir = self.dir.path().display().to_string();
        text.replace("%s", &format!("{dir}/work/secrets.bin"))
            .replace("%w", &format!("{dir}/work"))
            .replace("%g", &format!("{dir}/given"))
            .replace("%d", &dir)
    }

    pub fn path(&self, text: &str) -> PathBuf {
        self.expand(text).into()
    }

    pub fn read(&self, text: &str) -> Vec<u8> {
        let path = self.path(text);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Replaces a file's content in place, keeping its mode.
    pub fn overwrite(&self, text: &str, bytes: &[u8]) {
        let path = self.path(text);
        let new = !path.exists();
        std::fs::write(&path, bytes).expect("write");
        if new {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("chmod");
        }
    }

    pub fn mode(&self, text: &str) -> u32 {
        std::fs::metadata(self.path(text)).expect("a file").mode() & 0o7777
    }

    /// All files of the stage.
    pub fn snapshot(&self) -> Snapshot {
        let mut found = Snapshot::new();
        snapshot(self.dir.path(), &mut found);
        found
    }

    /// A command. The passphrase comes from `given/pass` unless the line says otherwise or a person is there.
    pub fn on(&self, line: &str) -> Run<'_> {
        let args = self.expand(line).split_whitespace().map(OsString::from).collect();
        self.args(args)
    }

    /// A command of key-rotate.
    pub fn rotate(&self, line: &str) -> Run<'_> {
        Run { tool: key_rotate::TOOL, ..self.on(line) }
    }

    /// A command of `wallet-backup`. The passphrase of the archive comes from `given/archive` unless the line says otherwise.
    pub fn backup(&self, line: &str) -> Run<'_> {
        let args = self.expand(line).split_whitespace().map(OsString::from).collect();
        Run { tool: wallet_backup::TOOL, bare: true, ..self.args(args) }
    }

    /// A command whose arguments hold blanks, or anything.
    pub fn args(&self, args: Vec<OsString>) -> Run<'_> {
        Run {
            tool: secrets_admin::TOOL,
            stage: self,
            args,
            terminal: None,
            stdin: Vec::new(),
            environment: Vec::new(),
            reveals: false,
            screen: false,
            bare: false,
        }
    }

    fn check_canaries(&self, what: &str, bytes: &[u8]) {
        for canary in self.canaries.borrow().iter() {
            let found = bytes.windows(canary.len()).any(|window| window == canary);
            let shown = String::from_utf8_lossy(canary);
            assert!(!found, "{shown:?} in {what}: {}", String::from_utf8_lossy(bytes));
        }
    }
}

fn snapshot(dir: &Path, found: &mut Snapshot) {
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let facts = std::fs::symlink_metadata(&path).expect("lstat");
        let content =
            if facts.is_file() { std::fs::read(&path).expect("read") } else { Vec::new() };
        // The time of a directory changes with a temporary file that came and went, which is no change.
        let time = if facts.is_dir() { (0, 0) } else { (facts.mtime(), facts.mtime_nsec()) };
        if facts.is_dir() {
            snapshot(&path, found);
        }
        found.insert(path, (facts.mode(), facts.uid(), facts.ino(), time, content));
    }
}

/// A command that is about to run.
#[must_use]
pub struct Run<'a> {
    tool: Tool,
    stage: &'a Stage,
    args: Vec<OsString>,
    terminal: Option<ScriptedTerminal>,
    stdin: Vec<u8>,
    environment: Vec<(OsString, OsString)>,
    reveals: bool,
    screen: bool,
    bare: bool,
}

impl Run<'_> {
    /// A person is there and types these lines.
    pub fn typing(self, lines: impl IntoIterator<Item = &'static str>) -> Self {
        self.at(ScriptedTerminal::typing(lines))
    }

    /// A person is there and does this.
    pub fn replying(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.at(ScriptedTerminal::new(replies))
    }

    fn at(mut self, terminal: ScriptedTerminal) -> Self {
        self.terminal = Some(terminal);
        self
    }

    /// No passphrase is brought.
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// What a pipe on standard input holds.
    pub fn stdin(mut self, bytes: &[u8]) -> Self {
        self.stdin = bytes.to_vec();
        self
    }

    pub fn env(self, name: &str, value: impl Into<OsString>) -> Self {
        self.env_os(name.into(), value)
    }

    pub fn env_os(mut self, name: OsString, value: impl Into<OsString>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// The answer is a secret, and asked for.
    pub fn revealing(mut self) -> Self {
        self.reveals = true;
        self
    }

    /// Standard output is a screen.
    pub fn screen(mut self) -> Self {
        self.screen = true;
        self
    }

    pub fn run(self) -> Ran {
        let Self { tool, stage, mut args, terminal, stdin, environment, reveals, screen, bare } =
            self;
        let names = |flag: &str| args.iter().any(|arg| arg.to_string_lossy().starts_with(flag));
        let mut more: Vec<OsString> = Vec::new();
        if terminal.is_none() && !bare && !names("--passphrase-from") {
            more.extend(["--passphrase-from".into(), stage.expand("file:%g/pass").into()]);
        }
        if !args.iter().any(|arg| arg == "--config") {
            more.extend(["--config".into(), stage.path("%d/config.toml").into()]);
        }
        // Behind `--` they would be no flags.
        let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
        args.splice(end..end, more);
        args.insert(0, tool.name.into());
        let terminal = terminal.unwrap_or_else(ScriptedTerminal::absent);
        let questions = terminal.questions();
        let (mut context, mut seen) = Context::isolated(tool.name, terminal).expect("a context");
        context.stdin = StandardInput::holding(&stdin).expect("a pipe");
        context.environment = Environment::from_pairs(environment);
        context.clock = Rc::new(FixedClock(Timestamp::from_unix(stage.now.get())));
        let shown = Shared::default();
        if screen {
            let (output, captured) = Output::captured(tool.name);
            context.output = output.with_stdout(Box::new(shown.clone()), true);
            seen = captured;
        }
        let kind = run(&tool, &args, &mut context);
        // As `main` does: an answer may have a code of its own.
        let answered = matches!(kind, Kind::Ok | Kind::Findings);
        let own = context.exit_code.filter(|_| answered);
        let code = own.unwrap_or_else(|| (tool.exit_code)(&args, kind));
        let stdout = if screen { shown.0.borrow().clone() } else { seen.stdout() };
        let ran = Ran {
            line: format!("{args:?}"),
            kind,
            code,
            stdout,
            stderr: seen.stderr(),
            questions: questions.borrow().clone(),
        };
        if !reveals {
            stage.check_canaries("standard output", &ran.stdout);
        }
        stage.check_canaries("standard error", ran.stderr.as_bytes());
        for (path, (_, _, _, _, content)) in stage.snapshot() {
            let brought = path.starts_with(stage.path("%g")) || path.ends_with("config.toml");
            if !brought {
                stage.check_canaries(&path.display().to_string(), &content);
                let name = path.to_string_lossy();
                assert!(!name.ends_with(".tmp"), "{name} was left behind");
            }
        }
        if args.iter().any(|arg| arg == "--json") {
            schema::check(&args, &ran.stdout, &ran.stderr);
        }
        ran
    }

    /// The command is refused for this reason, with these words, and leaves everything as it was.
    pub fn refused(self, kind: Kind, words: &str) -> Ran {
        let stage = self.stage;
        let before = stage.snapshot();
        let ran = self.run();
        assert_eq!(ran.kind, kind, "{}: {}", ran.line, ran.stderr);
        let error = ran.stderr.lines().find(|line| line.contains("error")).unwrap_or_default();
        assert!(error.contains(words), "{}: {:?} not in {}", ran.line, words, ran.stderr);
        assert_eq!(String::from_utf8_lossy(&ran.stdout), "", "{}", ran.line);
        stage.unchanged(&before, &ran.line);
        ran
    }
}

impl Stage {
    /// Nothing differs from what it was, but for what was recorded.
    #[track_caller]
    pub fn unchanged(&self, before: &Snapshot, what: &str) {
        let is_record = |path: &&PathBuf| path.to_string_lossy().contains(".audit.jsonl");
        let is_root = |path: &&PathBuf| path.to_string_lossy().ends_with(".audit-root");
        self.same(before, what, |path| !is_record(path) && !is_root(path));
    }

    /// As `unchanged`, and nothing was recorded either.
    #[track_caller]
    pub fn untouched(&self, before: &Snapshot, what: &str) {
        self.same(before, what, |_| true);
    }

    #[track_caller]
    fn same(&self, before: &Snapshot, what: &str, counts: impl Fn(&&PathBuf) -> bool) {
        let after = self.snapshot();
        for path in before.keys().chain(after.keys()).filter(counts) {
            let same = before.get(path) == after.get(path);
            assert!(same, "{} was made, changed or removed by {what}", path.display());
        }
    }
}

/// How a command ended.
pub struct Ran {
    line: String,
    pub kind: Kind,
    pub code: u8,
    pub stdout: Vec<u8>,
    pub stderr: String,
    pub questions: Vec<String>,
}

impl Ran {
    #[track_caller]
    pub fn ok(self) -> Self {
        self.ends(Kind::Ok)
    }

    #[track_caller]
    pub fn ends(self, kind: Kind) -> Self {
        assert_eq!(self.kind, kind, "{}: {}", self.line, self.stderr);
        self
    }

    #[track_caller]
    pub fn exits(self, code: u8) -> Self {
        assert_eq!(self.code, code, "{}: {} {}", self.line, self.stderr, self.text());
        self
    }

    /// This stands on standard error.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "{}: {words:?} not in {}", self.line, self.stderr);
        self
    }

    /// This does not.
    #[track_caller]
    pub fn does_not_say(self, words: &str) -> Self {
        assert!(!self.stderr.contains(words), "{}: {words:?} in {}", self.line, self.stderr);
        self
    }

    /// Nothing at all stands on standard error.
    #[track_caller]
    pub fn silent(self) -> Self {
        assert_eq!(self.stderr, "", "{}", self.line);
        self
    }

    /// Nothing but this line stands on standard error.
    #[track_caller]
    pub fn silent_but(self, line: &str) -> Self {
        assert_eq!(self.stderr, format!("secrets-admin: {line}\n"), "{}", self.line);
        self
    }

    /// Exactly this stands on standard output.
    #[track_caller]
    pub fn prints(self, bytes: impl AsRef<[u8]>) -> Self {
        let (found, expected) = (&self.stdout, bytes.as_ref());
        assert_eq!(
            String::from_utf8_lossy(found),
            String::from_utf8_lossy(expected),
            "{}",
            self.line
        );
        assert_eq!(found, expected);
        self
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.stdout.clone()).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.line, self.text()))
    }
}

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
