//! The run loop, with a tool that has one command for every way to end.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};
use strongroom::cli::needs::Needs;
use strongroom::cli::output::Captured;
use strongroom::cli::source::reader::Purpose;
use strongroom::cli::terminal::scripted::{Reply, ScriptedTerminal};
use strongroom::cli::{Answer, Caller, Context, Failure, Tool, Verb, run};
use strongroom::kind::Kind;
use strongroom::network::NetworkMode;

const TOOL: Tool = Tool {
    name: "demo",
    command: || Command::new("demo").about("Shows how commands end"),
    verbs: &[
        Verb {
            name: "list",
            grammar: |c| c.arg(Arg::new("file").value_name("FILE")),
            run: network,
        },
        Verb { name: "open", grammar: |c| c, run: open },
        Verb {
            name: "find",
            grammar: |c| c,
            run: |_, _| Ok(Answer::new("1 finding\n", json!({"n": 1})).ending(Kind::Findings)),
        },
        Verb {
            name: "fail",
            grammar: |c| c,
            run: |_, _| Err(Failure::new(Kind::Locked, "another process holds the lock")),
        },
        Verb { name: "group", grammar: |c| c.subcommand(Command::new("leaf")), run: network },
    ],
    alone: None,
    exit_code: |_, kind| kind.code(),
    caller: |_| Caller::Anybody,
};

fn open(_: &mut ArgMatches, context: &mut Context) -> Result<Answer, Failure> {
    Needs::new()
        .passphrase(Purpose::OPEN, context.globals.passphrase_from.as_ref())
        .confirmation()
        .check(context)?;
    let length = context.passphrase(NetworkMode::Mainnet)?.as_typed().len();
    let yes = context.confirm("go on?")?;
    Ok(Answer::new(format!("{length} {yes}\n"), json!({"length": length, "yes": yes})))
}

#[expect(clippy::unnecessary_wraps, reason = "the form of a command")]
fn network(_: &mut ArgMatches, context: &mut Context) -> Result<Answer, Failure> {
    let network = context.globals.network.map(NetworkMode::name);
    Ok(Answer::new(format!("{network:?}\n"), json!({ "network": network })))
}

fn demo_with(terminal: ScriptedTerminal, line: &str) -> (Kind, Captured) {
    let argv: Vec<OsString> = format!("demo {line}").split_whitespace().map(Into::into).collect();
    let (mut context, seen) = Context::isolated("demo", terminal).expect("a context");
    (run(&TOOL, &argv, &mut context), seen)
}

fn demo(line: &str) -> (Kind, Captured) {
    demo_with(ScriptedTerminal::absent(), line)
}

fn stdout(seen: &Captured) -> String {
    String::from_utf8(seen.stdout()).expect("UTF-8")
}

#[test]
fn global_flags_are_taken_in_any_position() {
    for line in [
        "--network devnet list",
        "list --network devnet",
        "--network devnet group leaf",
        "group --network devnet leaf",
        "group leaf --network devnet",
        "list f --network=devnet --path store",
    ] {
        let (kind, seen) = demo(line);
        assert_eq!((kind, stdout(&seen).as_str()), (Kind::Ok, "Some(\"devnet\")\n"), "{line}");
        assert_eq!(seen.stderr(), "", "{line}");
    }
}

#[test]
fn a_finding_prints_its_answer_and_a_failure_prints_none() {
    let (kind, seen) = demo("find");
    assert_eq!((kind, stdout(&seen).as_str()), (Kind::Findings, "1 finding\n"));
    let (kind, seen) = demo("fail");
    assert_eq!((kind, stdout(&seen).as_str()), (Kind::Locked, ""));
    assert_eq!(seen.stderr(), "demo: error: another process holds the lock\n");
}

#[test]
fn json_mode_speaks_json_on_both_streams() {
    let (kind, seen) = demo("find --json");
    assert_eq!(kind, Kind::Findings);
    let value: Value = serde_json::from_str(&stdout(&seen)).expect("JSON");
    assert_eq!(value, json!({"schema_version": 1, "n": 1}));
    for line in ["fail --json", "--json frob", "list a b --json", "--json --network x list"] {
        let (kind, seen) = demo(line);
        assert_eq!(stdout(&seen), "");
        let value: Value = serde_json::from_str(&seen.stderr()).expect(line);
        assert_eq!(value["error"]["code"], kind.code(), "{line}");
        assert_eq!(value["error"]["name"], kind.name(), "{line}");
    }
}

#[test]
fn without_a_terminal_everything_that_is_missing_is_said_at_once() {
    let (kind, seen) = demo("open");
    assert_eq!(kind, Kind::InputNeeded);
    assert_eq!(
        seen.stderr(),
        "demo: error: there is no terminal, and nothing else gives: passphrase, confirmation\n\
         demo: hint: passphrase: --passphrase-from file:PATH, or the credential demo.passphrase\n\
         demo: hint: confirmation: --yes\n"
    );
}

#[test]
fn a_person_is_asked_unless_that_is_forbidden() {
    let (kind, seen) = demo_with(ScriptedTerminal::typing(["hunter2", "y"]), "open");
    assert_eq!((kind, stdout(&seen).as_str()), (Kind::Ok, "7 true\n"));
    let terminal = ScriptedTerminal::typing(["hunter2", "y"]);
    let questions = terminal.questions();
    let (kind, _) = demo_with(terminal, "open --non-interactive");
    assert_eq!(kind, Kind::InputNeeded);
    assert!(questions.borrow().is_empty());
}

#[test]
fn an_interrupted_question_ends_with_the_code_of_the_signal() {
    let (kind, seen) = demo_with(ScriptedTerminal::new([Reply::Interrupt]), "open");
    assert_eq!(kind, Kind::Interrupted);
    assert_eq!(seen.stderr(), "demo: error: stopped by the interrupt signal\n");
}

#[test]
fn help_and_version_are_answers() {
    for (line, text) in [
        ("--version", "demo "),
        ("--help", "Shows how commands end\n\nUsage: demo"),
        ("list -h", "[FILE]"),
    ] {
        let (kind, seen) = demo(line);
        assert_eq!(kind, Kind::Ok);
        assert!(stdout(&seen).contains(text), "{line}");
        assert_eq!(seen.stderr(), "");
    }
}

#[test]
fn exit_codes_need_no_command() {
    for line in ["--exit-codes", "--exit-codes --json", "list --exit-codes"] {
        let (kind, seen) = demo(line);
        assert_eq!(kind, Kind::Ok, "{line}");
        assert!(stdout(&seen).contains("WRONG_PASSPHRASE"), "{line}");
    }
    let (kind, seen) = demo("");
    assert_eq!(kind, Kind::Usage);
    assert_eq!(seen.stderr(), "demo: error: a command is missing\ndemo: hint: demo --help\n");
}

#[test]
fn where_one_line_is_promised_a_failure_has_one() {
    let caller = |argv: &[OsString]| {
        let found = argv.iter().any(|word| word == "find");
        if found { Caller::Condition } else { Caller::Anybody }
    };
    let tool = Tool { caller, ..TOOL };
    for (line, lines) in [("find --frob", 1), ("list --frob", 2), ("fail x find", 1)] {
        let argv: Vec<OsString> =
            format!("demo {line}").split_whitespace().map(Into::into).collect();
        let (mut context, seen) =
            Context::isolated("demo", ScriptedTerminal::absent()).expect("a context");
        assert_eq!(run(&tool, &argv, &mut context), Kind::Usage, "{line}");
        assert_eq!(seen.stderr().lines().count(), lines, "{line}: {}", seen.stderr());
        assert_eq!(seen.stdout(), b"");
    }
}

#[test]
fn a_monitor_gets_its_line_whatever_fails() {
    let tool = Tool { caller: |_| Caller::Monitor("DEMO"), ..TOOL };
    for (line, text) in [
        ("find --frob", "DEMO UNKNOWN - unknown option\n"),
        ("fail", "DEMO UNKNOWN - another process holds the lock\n"),
        ("fail --json", ""),
    ] {
        let argv: Vec<OsString> =
            format!("demo {line}").split_whitespace().map(Into::into).collect();
        let (mut context, seen) =
            Context::isolated("demo", ScriptedTerminal::absent()).expect("a context");
        assert!(matches!(run(&tool, &argv, &mut context), Kind::Usage | Kind::Locked), "{line}");
        assert_eq!(stdout(&seen), text, "{line}");
        assert!(seen.stderr().contains("error"), "{line}");
    }
}

#[test]
fn the_grammar_is_consistent() {
    TOOL.grammar().debug_assert();
}
