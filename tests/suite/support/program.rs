//! The real binary, started as another process.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The tool under test.
pub const SECRETS_ADMIN: &str = env!("CARGO_BIN_EXE_secrets-admin");
/// The one of backups.
pub const WALLET_BACKUP: &str = env!("CARGO_BIN_EXE_wallet-backup");
/// The one of keys.
pub const KEY_ROTATE: &str = env!("CARGO_BIN_EXE_key-rotate");
/// And the gate.
pub const VALIDATE_CONFIG: &str = env!("CARGO_BIN_EXE_validate-config");

/// `argv` with nothing in its environment but `PATH`, nothing on its input, and both outputs piped.
pub fn command<A: AsRef<std::ffi::OsStr>>(argv: &[A]) -> Command {
    // Whoever runs the tests may sit at a terminal; a command that found it would ask there, and wait.
    let mut command = Command::new("setsid");
    command
        .args(argv)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs to the end, which must come within `limit`: a command that waits for ever is killed and named.
pub fn finish(mut command: Command, limit: Duration) -> Output {
    let shown = format!("{command:?}");
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
    let deadline = Instant::now() + limit;
    // The outputs of these commands fit into a pipe, so nobody has to read meanwhile.
    while child.try_wait().expect("wait").is_none() {
        if Instant::now() > deadline {
            child.kill().expect("kill");
            panic!("{shown} did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().expect("output")
}

/// Fails, with its name, when a program that a test stands on is missing.
pub fn require(program: &str) {
    let found = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        .iter()
        .any(|dir| Path::new(dir).join(program).exists());
    assert!(found, "{program} is needed by this test and not installed");
}
