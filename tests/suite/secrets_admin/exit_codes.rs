//! The exit codes: the frozen table, and each code that this tool can end with today, by the binary itself.

use std::path::Path;
use std::time::Duration;

use crate::support::program::{SECRETS_ADMIN, command, finish};
use crate::support::schema;
use crate::support::stage::Stage;

/// The table of the command-line contract. It never changes; a code may be added.
const TABLE: &[(u8, &str, &str)] = &[
    (0, "OK", "no"),
    (1, "FINDINGS", "no"),
    (2, "USAGE", "no"),
    (10, "NOT_INITIALISED", "no"),
    (11, "LOCKED", "yes"),
    (12, "WRONG_PASSPHRASE", "no"),
    (13, "INTEGRITY", "no"),
    (14, "NOT_FOUND", "no"),
    (15, "EXISTS", "no"),
    (16, "POLICY", "no"),
    (17, "LOCKED_OUT", "later"),
    (18, "ROLLBACK", "no"),
    (19, "INPUT_NEEDED", "no"),
    (20, "AUDIT", "no"),
    (21, "IO", "maybe"),
    (22, "UNAVAILABLE", "yes"),
    (23, "UNSUPPORTED", "no"),
    (130, "INTERRUPTED", "no"),
    (143, "TERMINATED", "no"),
];

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn the_table_is_frozen() {
    let stage = Stage::empty();
    let json = stage.on("--exit-codes --json").bare().run().ok().json();
    schema::validate("exit-codes", &json);
    let rows = json["exit_codes"].as_array().unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["code"].as_u64().unwrap(),
                row["name"].as_str().unwrap(),
                row["retry"].as_str().unwrap(),
            )
        })
        .collect();
    let frozen: Vec<_> =
        TABLE.iter().map(|&(code, name, retry)| (u64::from(code), name, retry)).collect();
    assert_eq!(found, frozen);
    let text = stage.on("--exit-codes").bare().run().ok().text();
    for (line, (code, name, retry)) in text.lines().skip(1).zip(TABLE) {
        let words: Vec<&str> = line.split_whitespace().take(3).collect();
        assert_eq!(words, [code.to_string().as_str(), name, retry]);
    }
}

/// Runs the binary and checks the code, and the name that goes with it in JSON.
#[track_caller]
fn ends(stage: &Stage, line: &str, code: u8) {
    let mut argv = vec![SECRETS_ADMIN.to_owned()];
    argv.extend(stage.expand(line).split_whitespace().map(str::to_owned));
    argv.extend(["--json", "--config"].map(str::to_owned));
    argv.push(stage.expand("%d/config.toml"));
    let output = finish(command(&argv), LIMIT);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(i32::from(code)), "{line}: {stderr}");
    if code > 1 {
        let name = TABLE.iter().find(|row| row.0 == code).unwrap().1;
        let error = stderr.lines().find(|line| line.contains("\"error\"")).unwrap_or_default();
        let error: serde_json::Value = serde_json::from_str(error).expect("a JSON error");
        schema::validate("error", &error);
        assert_eq!(
            (&error["error"]["code"], &error["error"]["name"]),
            (&code.into(), &name.into())
        );
    }
}

#[test]
fn each_code_means_what_the_table_says() {
    let stage = Stage::devnet();
    let old = stage.read("%s");
    stage.on("set %s api --from file:%g/value").run().ok();
    stage.overwrite("%w/text", b"not a store");
    std::fs::create_dir(stage.path("%w/dir")).unwrap();
    rustix::fs::chmod(stage.path("%w/dir"), rustix::fs::Mode::from_raw_mode(0o700)).unwrap();
    stage.on("init %w/igra --network devnet --format igra --kdf m=19456,t=2").run().ok();
    stage.on("init %w/testnet --network testnet --kdf m=47104,t=1,p=1").run().ok();
    let pass = "--passphrase-from file:%g/pass";
    for (line, code) in [
        ("list %s", 0),
        ("--version", 0),
        ("--help", 0),
        ("check %w/testnet", 1),
        ("frobnicate", 2),
        ("list %s --network nowhere", 2),
        ("list %w/none", 10),
        ("list %s --passphrase-from file:%g/pass2", 12),
        ("list %w/text", 13),
        ("get %s other", 14),
        ("init %s", 15),
        ("list %s --network mainnet", 16),
        ("remove %s api", 19),
        ("list %w/dir", 21),
        ("keyslot list %w/igra --network devnet", 23),
    ] {
        let line = if line.contains("-from") || line.starts_with("--") {
            line.to_owned()
        } else {
            format!("{line} {pass}")
        };
        ends(&stage, &line, code);
    }
    let lock =
        std::fs::File::options().append(true).create(true).open(stage.path("%s.lock")).unwrap();
    lock.lock().unwrap();
    ends(&stage, &format!("remove %s api --yes --lock-timeout 0s {pass}"), 11);
    drop(lock);
    stage.overwrite("%s", &old);
    ends(&stage, &format!("list %s {pass}"), 18);
    // A program that does not end is cut off after 30 s (22); 17 and 20 come with lockout and audit log; 130 and 143 need
    // signals, see `binary`.
    assert!(Path::new("/bin/false").exists());
    ends(&stage, "list %w/igra --network devnet --passphrase-from cmd:/bin/false", 22);
}
