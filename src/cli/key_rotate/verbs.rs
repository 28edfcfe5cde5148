//! Three verbs for three callers, each of which reads an exit code in its own way.
//!
//! | verb | caller | exit codes |
//! |---|---|---|
//! | `check` | a monitor | 0 OK, 1 WARNING, 2 CRITICAL, 3 cannot tell |
//! | `due` | systemd's `ExecCondition=` | 0 due, 1 not due, 255 cannot tell |
//! | `run-due` | cron or a unit | 0, also when there was nothing to do; else the code of the failure |
//!
//! This holds on every way out. A usage error of 2 would page somebody as CRITICAL; and systemd takes each of 1 to 254 of a
//! condition for "skip this quietly", so that a misspelt flag, or a signal's 143, would end all rotations without a word. Since
//! parsing may be what failed, [`caller`] finds the verb without needing it to succeed.

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Command;
use serde_json::Value;

use crate::cli::monitor::Status;
use crate::cli::{Answer, Caller, Context};
use crate::kind::Kind;

/// The verb for monitors.
pub const CHECK: &str = "check";
/// The verb for conditions.
pub const DUE: &str = "due";
/// The verb for jobs.
pub const RUN_DUE: &str = "run-due";

/// What `due` ends with when it cannot tell: of a condition, systemd takes this and no other code for a failure.
pub const CANNOT_TELL: u8 = 255;

/// What the lines for monitors begin with.
pub const SERVICE: &str = "ROTATE";

/// Who seems to have typed `argv`, understood or not.
///
/// A second parse, which passes over errors, says which verb is meant: a store of the name `due` is no verb. Where it finds
/// none, the first word decides that is one of the two.
pub fn caller(grammar: fn() -> Command, argv: &[OsString]) -> Caller {
    let by_name = |name: &str| match name {
        CHECK => Caller::Monitor(SERVICE),
        DUE => Caller::Condition,
        _ => Caller::Anybody,
    };
    // It must give an answer after a panic too, and whatever clap makes of a line that it has refused.
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        let matches = grammar().ignore_errors(true).try_get_matches_from(argv).ok()?;
        matches.subcommand_name().map(by_name)
    }));
    parsed.ok().flatten().unwrap_or_else(|| {
        let word = argv.iter().skip(1).find(|word| *word == CHECK || *word == DUE);
        word.and_then(|word| word.to_str()).map_or(Caller::Anybody, by_name)
    })
}

/// The exit code of an outcome for which the command has chosen none: failures, panics, signals, and help.
pub fn exit_code(grammar: fn() -> Command, argv: &[OsString], kind: Kind) -> u8 {
    if kind == Kind::Ok {
        return kind.code();
    }
    match caller(grammar, argv) {
        Caller::Monitor(_) => Status::Unknown.code(),
        Caller::Condition => CANNOT_TELL,
        Caller::Anybody => kind.code(),
    }
}

/// The answer of `due`: an exit code, and nothing on stdout in any format.
pub fn condition(context: &mut Context, due: bool) -> Answer {
    context.exit_code = Some(u8::from(!due));
    Answer::printed().ending(if due { Kind::Ok } else { Kind::Findings })
}

/// The answer of `check`: the exit code of `status`, with `text` for monitors or people and `json` for scripts.
pub fn verdict(context: &mut Context, status: Status, text: String, json: Value) -> Answer {
    context.exit_code = Some(status.code());
    Answer::new(text, json).ending(if status == Status::Ok { Kind::Ok } else { Kind::Findings })
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Args as _};

    use super::*;
    use crate::cli::args::GlobalArgs;
    use crate::cli::terminal::scripted::ScriptedTerminal;

    fn grammar() -> Command {
        let store = || Arg::new("store-file").value_name("STORE");
        let key = || Arg::new("key").long("key").action(ArgAction::Append);
        let now = || Arg::new("now").long("now");
        let command = Command::new("key-rotate").subcommands([
            Command::new(CHECK).args([store(), now()]),
            Command::new(DUE).args([store(), key(), now()]),
            Command::new(RUN_DUE).arg(store()),
            Command::new("key").subcommand(Command::new("show").args([store(), Arg::new("id")])),
        ]);
        GlobalArgs::augment_args(command).subcommand_required(false)
    }

    fn words(line: &str) -> Vec<OsString> {
        format!("key-rotate {line}").split_whitespace().map(Into::into).collect()
    }

    #[test]
    fn the_caller_is_found_whatever_is_wrong_with_the_line() {
        use Caller::{Anybody, Condition};
        const MONITOR: Caller = Caller::Monitor(SERVICE);
        for (line, expected) in [
            ("check s", MONITOR),
            ("due s", Condition),
            ("run-due s", Anybody),
            ("", Anybody),
            ("frob", Anybody),
            ("--frob", Anybody),
            // Usage errors.
            ("check s --frob", MONITOR),
            ("check --frob s", MONITOR),
            ("--frob check s", MONITOR),
            ("--frob=x due s", Condition),
            ("due a b c d", Condition),
            ("due s --key", Condition),
            ("due --now", Condition),
            ("due -x", Condition),
            ("check --json=yes", MONITOR),
            ("check --store a --store b", MONITOR),
            ("--store a --store b due", Condition),
            ("--network due", Condition),
            ("--network", Anybody),
            ("-- due", Condition),
            ("run-due --frob", Anybody),
            ("key show --frob due", Anybody),
            // Words that are no verbs where they stand.
            ("--config check due s", Condition),
            ("--store due check", MONITOR),
            ("check due", MONITOR),
            ("due check", Condition),
            ("due --key check", Condition),
            ("run-due due", Anybody),
            ("run-due check", Anybody),
            ("key show due", Anybody),
            ("key show s check", Anybody),
            // Not verbs at all.
            ("Check s", Anybody),
            ("due=1", Anybody),
            ("checks", Anybody),
        ] {
            assert_eq!(caller(grammar, &words(line)), expected, "{line}");
        }
        let mut argv = words("due s");
        argv.push(std::os::unix::ffi::OsStringExt::from_vec(b"\xff".to_vec()));
        assert_eq!(caller(grammar, &argv), Condition);
        assert_eq!(caller(grammar, &[]), Anybody);
    }

    #[test]
    fn every_way_out_has_the_code_that_its_caller_reads() {
        for kind in Kind::ALL {
            let ok = kind == Kind::Ok;
            for (line, code) in [
                ("check s", if ok { 0 } else { 3 }),
                ("check --frob", if ok { 0 } else { 3 }),
                ("due s", if ok { 0 } else { 255 }),
                ("--frob due", if ok { 0 } else { 255 }),
                ("run-due s", kind.code()),
                ("key show due", kind.code()),
            ] {
                assert_eq!(exit_code(grammar, &words(line), kind), code, "{line}: {}", kind.name());
            }
        }
    }

    #[test]
    fn a_grammar_that_panics_still_gives_a_code() {
        fn broken() -> Command {
            std::panic::panic_any(())
        }
        for (line, code) in [("check s", 3), ("due s", 255), ("run-due s", 21)] {
            assert_eq!(exit_code(broken, &words(line), Kind::Io), code, "{line}");
        }
    }

    #[test]
    fn answers_choose_their_code() {
        let context = || Context::isolated("key-rotate", ScriptedTerminal::absent()).unwrap();
        for (due, code, kind) in [(true, 0, Kind::Ok), (false, 1, Kind::Findings)] {
            let (mut context, seen) = context();
            let answer = condition(&mut context, due);
            assert_eq!((context.exit_code, answer.kind()), (Some(code), kind));
            context.output.answer(&answer).unwrap();
            assert_eq!(seen.stdout(), b"");
        }
        for (status, kind) in [
            (Status::Ok, Kind::Ok),
            (Status::Warning, Kind::Findings),
            (Status::Critical, Kind::Findings),
            (Status::Unknown, Kind::Findings),
        ] {
            let (mut context, _) = context();
            let answer = verdict(&mut context, status, String::new(), Value::Null);
            assert_eq!((context.exit_code, answer.kind()), (Some(status.code()), kind));
        }
    }

    #[test]
    fn the_grammar_of_these_tests_is_consistent() {
        grammar().debug_assert();
    }
}
