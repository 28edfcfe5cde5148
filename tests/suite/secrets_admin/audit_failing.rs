//! On mainnet, when the kernel refuses to open or to write the log: every command, the real binary.

use std::time::Duration;

use strongroom::kind::Kind;

use super::recording::RECORDED;
use crate::support::program::{SECRETS_ADMIN, command, finish, require};
use crate::support::stage::Stage;

/// What fails, and how: the call on the log itself, by its name in its directory and by its descriptor.
const FAULTS: [(&str, &str); 3] =
    [("openat", "EROFS"), ("openat", "EACCES"), ("pwritev2", "ENOSPC")];

#[test]
fn on_mainnet_a_log_that_the_kernel_does_not_write_releases_and_changes_nothing() {
    require("strace");
    let stage = Stage::mainnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    let log = stage.path("%s.audit.jsonl").display().to_string();
    let (passphrase, config) = (stage.expand("file:%g/pass"), stage.expand("%d/config.toml"));
    let trace = stage.path("%d/trace").display().to_string();
    for (call, error) in FAULTS {
        let (calls, inject) = (format!("trace={call}"), format!("inject={call}:error={error}"));
        for line in RECORDED {
            let line = stage.expand(line);
            let mut argv =
                vec!["strace", "-f", "-qq", "-o", &trace, "-P", "secrets.bin.audit.jsonl"];
            argv.extend(["-P", &log, "-e", &calls, "-e", &inject, SECRETS_ADMIN]);
            argv.extend(line.split(' '));
            argv.extend(["--passphrase-from", &passphrase, "--config", &config]);
            if line.starts_with("get") {
                argv.extend(["--reason", "test"]);
            }
            let before = stage.snapshot();
            let ran = finish(command(&argv), Duration::from_mins(1));
            let said = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(ran.status.code(), Some(i32::from(Kind::Audit.code())), "{line}: {said}");
            assert!(ran.stdout.is_empty(), "{line}");
            let traced = std::fs::read_to_string(&trace).expect("a trace");
            assert!(traced.contains("INJECTED"), "{line}: {traced}");
            std::fs::remove_file(&trace).expect("removed");
            stage.unchanged(&before, &line);
        }
    }
    stage.on("list %s").run().ok().prints("api\n");
    stage.on("audit verify %s").run().ok();
}
