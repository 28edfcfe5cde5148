//! `wallet-backup`, as an operator uses it: made, proven, brought back on another machine, refused where it must be (P36).

#![allow(clippy::disallowed_methods, reason = "scratch files of a test")]

mod agreeing;
mod changing;
mod configured;
mod differing;
mod large;
mod mainnet;
mod naming;
mod pipes;
mod refusals;
mod restoring;
mod resuming;
mod taking_back;
mod tending;
mod verdicts;
mod year;

use std::path::PathBuf;

use crate::support::stage::Stage;

/// The flags that open an archive of these tests.
pub const OPEN: &str = "--archive-passphrase-from file:%g/pass2";

/// A devnet store with one secret, an extra file, and an empty directory for archives.
pub fn staged() -> Stage {
    let stage = Stage::devnet();
    stage.on("set %s api --from file:%g/value").run().ok();
    for dir in ["%d/archives", "%d/extra"] {
        std::fs::create_dir(stage.path(dir)).expect("mkdir");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(stage.path(dir), mode).expect("chmod");
    }
    stage.overwrite("%d/extra/igra.toml", b"[service]\nnode_rpc_url = \"grpc://x\"\n");
    stage
}

/// Makes an archive at `%d/archives/NAME`.
pub fn create(stage: &Stage, name: &str) -> PathBuf {
    let line = format!(
        "create %d/extra/igra.toml --store %s --out %d/archives/{name} --reason weekly {OPEN}"
    );
    stage.backup(&line).run().ok();
    stage.path(&format!("%d/archives/{name}"))
}

/// Another machine: nothing is remembered, and the live store is gone.
pub fn move_away(stage: &Stage) {
    std::fs::create_dir(stage.path("%d/other")).expect("mkdir");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(stage.path("%d/other"), mode).expect("chmod");
    let other = stage.path("%d/other");
    stage.bare_config(&format!("[security]\nstate_dir = \"{}\"\n", other.display()));
    std::fs::rename(stage.path("%w"), stage.path("%d/gone")).expect("rename");
    std::fs::create_dir(stage.path("%w")).expect("mkdir");
}
