//! The binary itself: a person at a real terminal, and nobody at all.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};

use crate::support::program::{SECRETS_ADMIN, command, finish};
use crate::support::pty::{CTRL_C, Session};
use crate::support::stage::{PASS, PASS2, Stage};

const WALLET: &str = "tundra mosaic ferret oblong quaint syrup lantern vortex";
const LIMIT: Duration = Duration::from_secs(30);

fn argv(stage: &Stage, line: &str) -> Vec<String> {
    let mut argv = vec![SECRETS_ADMIN.to_owned()];
    argv.extend(stage.expand(line).split_whitespace().map(str::to_owned));
    argv.extend(["--config".to_owned(), stage.expand("%d/config.toml")]);
    argv
}

/// A command at a terminal, in the directory of the store.
fn session(stage: &Stage, line: &str) -> Session {
    Session::spawn_with(&argv(stage, line), &[("NO_COLOR", "1")], |command| {
        command.current_dir(stage.path("%w"));
    })
}

/// Answers each question with a line, and no answer is shown.
fn answer(session: &mut Session, answers: &[(&str, &str)]) {
    for (question, line) in answers {
        session.expect(question);
        assert!(!session.echo(), "echo is off before the question {question:?} is seen");
        session.send(&format!("{line}\r"));
    }
}

#[test]
fn an_operator_sets_up_a_mainnet_store_by_prompt() {
    let stage = Stage::empty();
    // A bare file name in the current directory, and no network: mainnet.
    let mut init = session(&stage, "init mainnet-secrets.bin --kdf m=65536,t=3,p=1");
    answer(&mut init, &[("new passphrase: ", PASS), ("new passphrase again: ", PASS)]);
    let mut shown = init.expect_exit(0);
    assert!(shown.contains("created mainnet-secrets.bin for mainnet"), "{shown}");
    assert!(shown.contains("this store is not ready for mainnet"), "{shown}");

    for (name, value) in [("igra.hd.wallet_secret", WALLET), ("igra.hd.payment_secret", PASS2)] {
        let mut set = session(&stage, &format!("set mainnet-secrets.bin {name}"));
        let label = format!("value of {name}");
        let (first, second) = (format!("{label}: "), format!("{label} again: "));
        answer(&mut set, &[("passphrase: ", PASS), (&first, value), (&second, value)]);
        shown += &set.expect_exit(0);
    }
    let mut list = session(&stage, "list mainnet-secrets.bin");
    answer(&mut list, &[("passphrase: ", PASS)]);
    let listed = list.expect_exit(0);
    assert!(listed.contains("igra.hd.payment_secret\r\nigra.hd.wallet_secret\r\n"), "{listed}");
    assert!(!listed.contains("not ready"), "{listed}");
    shown += &listed;

    let mut check = session(&stage, "check mainnet-secrets.bin --network mainnet");
    answer(&mut check, &[("passphrase: ", PASS)]);
    let checked = check.expect_exit(0);
    assert!(checked.contains("mainnet: passed, warnings: 2"), "{checked}");
    shown += &checked;
    for secret in [PASS, PASS2, WALLET] {
        assert!(!shown.contains(secret), "{shown}");
    }

    let refused = session(&stage, "get mainnet-secrets.bin igra.hd.wallet_secret").expect_exit(2);
    assert!(refused.contains("--reveal"), "{refused}");
    assert!(!refused.contains("\u{1b}["), "NO_COLOR is set: {refused:?}");
    let reveal = "get mainnet-secrets.bin igra.hd.wallet_secret --reveal";
    let refused = session(&stage, reveal).expect_exit(19);
    assert!(refused.contains("--reason"), "{refused}");
    let mut get = session(&stage, &format!("{reveal} --reason drill-7"));
    answer(&mut get, &[("passphrase: ", PASS)]);
    let revealed = get.expect_exit(0);
    assert!(revealed.contains(WALLET) && revealed.contains("scrollback"), "{revealed}");
}

#[test]
fn the_same_runs_unattended_with_a_credential() {
    let stage = Stage::empty();
    let credentials = stage.path("%g/credentials");
    std::fs::create_dir(&credentials).unwrap();
    let credential = stage.given("c", format!("{PASS}\n").as_bytes());
    std::fs::rename(credential, credentials.join("secrets-admin.passphrase")).unwrap();
    stage.given("wallet", WALLET.as_bytes());
    for (line, printed) in [
        ("init --store mainnet-secrets.bin --kdf m=65536,t=3,p=1", "created"),
        ("set mainnet-secrets.bin igra.hd.wallet_secret --from file:%g/wallet", "set igra.hd"),
        ("set mainnet-secrets.bin igra.hd.payment_secret --from file:%g/pass2", "set igra.hd"),
        ("list mainnet-secrets.bin", "igra.hd.payment_secret\nigra.hd.wallet_secret\n"),
        ("check mainnet-secrets.bin --network mainnet", "passed"),
        ("get mainnet-secrets.bin igra.hd.wallet_secret", WALLET),
    ] {
        let mut command = command(&argv(&stage, line));
        command.current_dir(stage.path("%w")).env("CREDENTIALS_DIRECTORY", &credentials);
        let output = finish(command, LIMIT);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {stderr}");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains(printed), "{line}: {stdout}");
        assert!(!stderr.contains(WALLET) && !stderr.contains(PASS), "{stderr}");
        assert!(!stderr.contains('\u{1b}'), "no colour without a terminal: {stderr:?}");
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let stage = Stage::devnet();
    let argv = argv(&stage, "list secrets.bin");
    let mut list = Session::spawn_after("typed far too early\r", &argv, &[], |command| {
        command.current_dir(stage.path("%w"));
    });
    answer(&mut list, &[("passphrase: ", PASS)]);
    let shown = list.expect_exit(0);
    assert!(!shown.contains(PASS), "{shown}");
}

#[test]
fn an_interrupt_restores_the_terminal_and_changes_nothing() {
    let stage = Stage::devnet();
    let before = stage.snapshot();
    for (line, question) in [
        ("list secrets.bin", "passphrase: "),
        ("set secrets.bin api", "passphrase: "),
        ("init new.bin --network devnet", "new passphrase: "),
        ("passphrase change secrets.bin", "passphrase: "),
    ] {
        let mut asked = session(&stage, line);
        asked.expect(question);
        asked.send("half a pass");
        asked.send(CTRL_C);
        asked.expect("stopped by the interrupt signal");
        assert!(asked.echo());
        let shown = asked.expect_exit(130);
        assert!(!shown.contains("half a pass"), "{shown}");
        let mut asked = session(&stage, line);
        asked.expect(question);
        kill_process(asked.pid(), Signal::TERM).expect("kill");
        asked.expect("stopped by the terminate signal");
        assert!(asked.echo());
        asked.expect_exit(143);
    }
    stage.unchanged(&before, "interrupted questions");
}

#[test]
fn without_a_terminal_all_that_is_missing_is_said_at_once() {
    let stage = Stage::devnet();
    let before = stage.snapshot();
    for (line, missing) in [
        ("remove %s api", "passphrase, confirmation"),
        ("passphrase change %s", "passphrase, new passphrase"),
        ("init %w/new", "new passphrase"),
        ("list %s", "passphrase"),
    ] {
        let start = Instant::now();
        // A session of its own has no controlling terminal.
        let mut argv = argv(&stage, line);
        argv.splice(0..0, ["setsid".to_owned(), "--wait".to_owned()]);
        let output = finish(command(&argv), LIMIT);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(19), "{line}: {stderr}");
        let expected = format!("there is no terminal, and nothing else gives: {missing}\n");
        assert!(stderr.contains(&expected), "{line}: {stderr}");
        assert!(start.elapsed() < Duration::from_secs(3));
    }
    stage.unchanged(&before, "questions that nobody answered");
}

#[test]
fn bare_file_names_work_in_the_current_directory() {
    let stage = Stage::devnet();
    for line in [
        "info secrets.bin",
        "list secrets.bin --passphrase-from file:../given/pass",
        "set ./secrets.bin api --from file:../given/value --passphrase-from file:../given/pass",
        "get secrets.bin api --out ../given/out --passphrase-from file:../given/pass",
        "convert secrets.bin igra.bin --to igra --kdf m=19456,t=2,p=1 --passphrase-from file:../given/pass",
        "init other.bin --network devnet --passphrase-from file:../given/pass",
        "inventory export secrets.bin --out inventory",
    ] {
        let mut command = command(&argv(&stage, line));
        command.current_dir(stage.path("%w"));
        let output = finish(command, LIMIT);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {stderr}");
    }
}

#[test]
fn descriptors_and_pipes_give_secrets() {
    let stage = Stage::devnet();
    let config = stage.expand("%d/config.toml");
    for line in [
        "set %s api --from fd:4 --passphrase-from fd:3 3<%g/pass 4<%g/value",
        "set %s api --passphrase-from file:%g/pass <%g/value",
        "set %s api --passphrase-from stdin --from fd:4 4<%g/value <%g/pass",
        "list %s --passphrase-from stdin <%g/pass",
        "list %s --passphrase-from fd:3 3<%g/pass",
    ] {
        let line = format!("exec {SECRETS_ADMIN} --config {config} {}", stage.expand(line));
        let output = finish(command(&["sh", "-c", &line]), LIMIT);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{line}: {stderr}");
    }
    for (line, code) in [
        ("list %s --passphrase-from fd:9", 21),
        ("list %s --passphrase-from stdin </dev/null", 2),
        ("set %s api --passphrase-from file:%g/pass </dev/null", 19),
        ("set %s api --passphrase-from fd:3 --from fd:3 3<%g/pass", 2),
    ] {
        let line = format!("exec {SECRETS_ADMIN} --config {config} {}", stage.expand(line));
        let output = finish(command(&["sh", "-c", &line]), LIMIT);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{line}: {stderr}");
    }
}

/// A passphrase that comes as a file's descriptor could be read again by whoever inherits it.
#[test]
fn a_program_that_is_started_inherits_no_descriptor_of_the_caller() {
    let stage = Stage::devnet();
    let program = stage.path("%d/print");
    let found = stage.path("%d/found");
    // Of its own it has the three streams, and the one with which the shell reads this script or lists.
    let script = format!(
        "#!/bin/sh\ncat /proc/self/fd/7 /proc/self/fd/9 >{} 2>/dev/null\ncat {}\n",
        found.display(),
        stage.path("%g/pass").display()
    );
    stage.overwrite("%d/print", script.as_bytes());
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).expect("chmod");
    let line = format!(
        "exec 7<\"$1\" 9<\"$1\"; test -s /proc/self/fd/7 || exit 99; exec {} list {} --config {} --passphrase-from cmd:{}",
        SECRETS_ADMIN,
        stage.expand("%s"),
        stage.expand("%d/config.toml"),
        program.display()
    );
    let given = stage.expand("%g/pass2");
    let ran = finish(command(&["/bin/sh", "-c", &line, "sh", &given]), LIMIT);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(std::fs::read(&found).expect("the program ran"), b"");
}
