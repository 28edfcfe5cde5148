//! Questions on a real controlling terminal.
//!
//! The program that asks is this test binary itself, started again on a pseudo-terminal for the one test below that asks.

use rustix::process::{Signal, kill_process};
use strongroom::cli::bar::Bar;
use strongroom::cli::output::Output;
use strongroom::cli::progress::Progress;
use strongroom::cli::signal::Signals;
use strongroom::cli::terminal::{SystemTerminal, Terminal};
use strongroom::environment::Environment;

use crate::support::pty::{CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z, Session};

/// The other side of the tests in this file; does nothing unless they have started it.
#[test]
fn asks_on_the_terminal_when_started_by_the_other_tests() {
    let Some(question) = Environment::of_process().value("QUESTION") else { return };
    let mut terminal = SystemTerminal::new(Signals::install().expect("signals"));
    let answer = match std::str::from_utf8(question.expose()).ok() {
        Some("secret") => terminal
            .read_secret("passphrase: ")
            .map(|secret| format!("{} bytes", secret.expose().len())),
        Some("progress") => {
            let output = Output::system("demo", &Environment::of_process());
            let progress = Progress::start(&output, "deriving the key");
            std::thread::sleep(std::time::Duration::from_millis(1200));
            drop(progress);
            Ok("done".to_owned())
        }
        Some("bar") => {
            let output = Output::system("demo", &Environment::of_process());
            let mut bar = Bar::new(&output, "verifying");
            for done in 0..=20 {
                std::thread::sleep(std::time::Duration::from_millis(60));
                bar.at(done * 5, 100);
            }
            drop(bar);
            Ok("done".to_owned())
        }
        Some("confirm") => terminal.confirm("remove it?").map(|yes| format!("{yes}")),
        _ => terminal.show_once("write this down", b"one two three").map(|()| "shown".to_owned()),
    };
    let text = answer.unwrap_or_else(|error| error.kind().name().to_owned());
    rustix::io::write(rustix::stdio::stdout(), format!("<{text}>\n").as_bytes()).expect("stdout");
}

fn ask(question: &str) -> Session {
    let program = std::env::current_exe().expect("a path");
    let name = "terminal::asks_on_the_terminal_when_started_by_the_other_tests";
    let argv = [program.as_os_str(), "--exact".as_ref(), name.as_ref(), "--nocapture".as_ref()];
    Session::spawn(&argv, &[("QUESTION", question)])
}

#[test]
fn a_passphrase_is_read_without_being_shown() {
    let mut session = ask("secret");
    session.expect("passphrase: ");
    assert!(!session.echo());
    session.send("hunter2\r");
    session.expect("<7 bytes>");
    assert!(session.echo());
    let shown = session.expect_exit(0);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn signals_and_end_of_input_put_the_terminal_back() {
    for (keys, outcome) in
        [(CTRL_C, "<INTERRUPTED>"), (CTRL_BACKSLASH, "<INTERRUPTED>"), (CTRL_D, "<INPUT_NEEDED>")]
    {
        let mut session = ask("secret");
        session.expect("passphrase: ");
        session.send("half");
        session.send(keys);
        session.send(keys);
        session.expect(outcome);
        assert!(session.echo(), "{outcome}");
        let shown = session.expect_exit(0);
        assert!(!shown.contains("half"), "{shown}");
    }
}

#[test]
fn a_terminate_signal_from_outside_puts_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut session = ask("secret");
        session.expect("passphrase: ");
        kill_process(session.pid(), signal).expect("kill");
        session.expect(if signal == Signal::INT { "<INTERRUPTED>" } else { "<TERMINATED>" });
        assert!(session.echo());
        session.expect_exit(0);
    }
}

#[test]
fn a_suspend_key_does_not_leave_the_shell_without_echo() {
    let mut session = ask("secret");
    session.expect("passphrase: ");
    session.send(CTRL_Z);
    session.send("rest\r");
    session.expect("<5 bytes>");
    session.expect_exit(0);
}

#[test]
fn a_confirmation_is_shown_while_it_is_typed() {
    let mut session = ask("confirm");
    session.expect("remove it? [y/N] ");
    assert!(session.echo());
    session.send("yes\r");
    session.expect("yes\r\n");
    session.expect("<true>");
    session.expect_exit(0);
}

#[test]
fn a_confirmation_that_is_interrupted_is_no_answer() {
    let mut session = ask("confirm");
    session.expect("[y/N] ");
    session.send(CTRL_C);
    session.expect("<INTERRUPTED>");
    session.expect_exit(0);
}

#[test]
fn a_generated_passphrase_leaves_the_screen() {
    let mut session = ask("show");
    session.expect("one two three");
    session.send("\r");
    session.expect("\x1b[2J\x1b[H\x1b[?1049l");
    session.expect("<shown>");
    session.expect_exit(0);
}

#[test]
fn long_work_shows_a_sign_of_life_and_clears_it() {
    let mut session = ask("progress");
    session.expect("demo: deriving the key");
    session.expect("\x1b[2K<done>");
    session.expect_exit(0);
}

#[test]
fn work_of_known_length_shows_how_far_it_is_and_clears_it() {
    let mut session = ask("bar");
    session.expect("demo: verifying");
    session.expect("100%");
    session.expect("<done>");
    session.expect_exit(0);
}

#[test]
fn the_harness_reports_the_exit_code_of_the_program() {
    let mut session = Session::spawn(&["/bin/sh", "-c", "read x </dev/tty; exit \"$x\""], &[]);
    session.send("7\r");
    session.expect("7");
    session.expect_exit(7);
}
