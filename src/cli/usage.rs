//! A wrong command line, in our words.
//!
//! clap's own text repeats what was typed, and what was typed may be a passphrase: the documents of older tools show
//! `set FILE PASS NAME VALUE`. So nothing of an error reaches the screen but names from our grammar, and the mistakes of
//! people who come from those tools get the command that they want.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use super::report::Failure;

/// Flags of other tools that put a secret on the command line, and what to run instead.
const MIGRATED: &[(&str, &str)] = &[
    ("--passphrase", "--passphrase-from prompt"),
    ("--old-passphrase", "passphrase change --passphrase-from prompt"),
    ("--new-passphrase", "passphrase change --new-passphrase-from prompt"),
    ("--phrase", "set NAME --expect bip39 --from prompt"),
];

/// Commands whose documents elsewhere show a passphrase or a value as an argument, and their forms here.
const POSITIONAL: &[(&str, &str)] = &[
    ("set", "set FILE NAME --from prompt"),
    ("get", "get FILE NAME"),
    ("list", "list FILE"),
    ("remove", "remove FILE NAME"),
];

const IN_HISTORY: &str =
    "what was typed is in the shell history now: remove it there and change it";

/// True when scripts asked for JSON, found without parsing, since parsing is what failed.
pub fn wants_json(argv: &[OsString]) -> bool {
    let pairs = || words(argv).zip(words(argv).skip(1));
    words(argv).any(|word| word == "--json" || word == "--format=json")
        || pairs().any(|pair| pair.0 == "--format" && pair.1 == "json")
}

/// Our sentence for `error`, which parsing `argv` under `grammar` gave.
pub fn explain(grammar: &Command, argv: &[OsString], error: &Error) -> Failure {
    let tool = grammar.get_name();
    let known = Names::of(grammar);
    let command = known.command(argv);
    let help = match command {
        Some(command) => match nested(grammar, argv, command) {
            Some(verb) => format!("{tool} {command} {verb} --help"),
            None => format!("{tool} {command} --help"),
        },
        None => format!("{tool} --help"),
    };
    if let Some(failure) = migration(tool, argv, command, error) {
        return failure;
    }
    let named = known.named(error, ContextKind::InvalidArg);
    let subject = |text: &str| match &named {
        Some(name) => format!("{name} {text}"),
        None => format!("an option or argument {text}"),
    };
    let message = match error.kind() {
        ErrorKind::UnknownArgument if names_flag(error) => "unknown option".to_owned(),
        ErrorKind::UnknownArgument => "too many arguments".to_owned(),
        ErrorKind::InvalidSubcommand => "unknown command".to_owned(),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "a command is missing".to_owned()
        }
        ErrorKind::MissingRequiredArgument => subject("is missing"),
        ErrorKind::ArgumentConflict => match known.named(error, ContextKind::PriorArg) {
            Some(other) if Some(&other) != named.as_ref() => {
                subject(&format!("cannot be used with {other}"))
            }
            _ => subject("was given twice, or does not go with another option"),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            subject("has no value, or one that it does not take")
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            subject("has the wrong number of values")
        }
        ErrorKind::NoEquals => subject("needs its value behind an equals sign"),
        ErrorKind::InvalidUtf8 => "an argument is not valid UTF-8".to_owned(),
        _ => "the command line cannot be understood".to_owned(),
    };
    let failure = Failure::usage(message);
    let failure = match known
        .named(error, ContextKind::SuggestedArg)
        .or_else(|| known.named(error, ContextKind::SuggestedSubcommand))
    {
        Some(name) => failure.hint(format!("did you mean {name}?")),
        None => failure,
    };
    failure.hint(help)
}

/// The verb below `command` that is meant: the first word behind it that is one.
fn nested<'a>(grammar: &'a Command, argv: &[OsString], command: &str) -> Option<&'a str> {
    let command = grammar.get_subcommands().find(|sub| sub.get_name() == command)?;
    let verb = |word: &OsStr| command.get_subcommands().find(|sub| *word == *sub.get_name());
    let mut behind = words(argv).skip_while(|word| *word != command.get_name()).skip(1);
    behind.find_map(verb).map(Command::get_name)
}

/// The mistakes of people who come from older tools.
fn migration(
    tool: &str,
    argv: &[OsString],
    command: Option<&str>,
    error: &Error,
) -> Option<Failure> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let refused = |message: String, form: &str| {
        Failure::usage(message).hint(format!("{tool} {form}")).hint(IN_HISTORY)
    };
    for word in words(argv) {
        let flag = word.as_bytes().split(|&b| b == b'=').next().unwrap_or_default();
        if flag == b"--unsafe-print" {
            return Some(
                Failure::usage("--unsafe-print is called --reveal here")
                    .hint(format!("{tool} get NAME --reveal")),
            );
        }
        if let Some((flag, form)) = MIGRATED.iter().find(|(old, _)| flag == old.as_bytes()) {
            // The passphrase flags went with every command; the one that was meant is kept.
            let form = match (form.starts_with("--"), command) {
                (true, Some(command)) => format!("{command} {form}"),
                (true, None) => format!("COMMAND {form}"),
                (false, _) => (*form).to_owned(),
            };
            return Some(refused(
                format!("{flag} is refused: no secret is taken from the command line"),
                &form,
            ));
        }
    }
    if names_flag(error) {
        return None;
    }
    let (verb, form) = POSITIONAL.iter().find(|(verb, _)| Some(*verb) == command)?;
    Some(refused(
        format!(
            "too many arguments for {verb}: no passphrase and no value is taken from the command line"
        ),
        form,
    ))
}

/// True when the argument that clap stumbled over looks like an option.
fn names_flag(error: &Error) -> bool {
    matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(word)) if word.starts_with('-'))
}

/// The words behind the program's name, up to `--`.
fn words(argv: &[OsString]) -> impl Iterator<Item = &OsStr> {
    argv.iter().skip(1).map(OsString::as_os_str).take_while(|word| *word != "--")
}

/// Every name that may be printed.
struct Names {
    flags: BTreeSet<String>,
    arguments: BTreeSet<String>,
    commands: BTreeSet<String>,
    top: BTreeSet<String>,
}

impl Names {
    fn of(grammar: &Command) -> Self {
        let mut names = Self {
            flags: BTreeSet::from(["--help".to_owned(), "--version".to_owned()]),
            arguments: BTreeSet::new(),
            commands: BTreeSet::new(),
            top: grammar.get_subcommands().map(|sub| sub.get_name().to_owned()).collect(),
        };
        names.add(grammar);
        names
    }

    fn add(&mut self, command: &Command) {
        for argument in command.get_arguments() {
            let longs = argument.get_long_and_visible_aliases().unwrap_or_default();
            self.flags.extend(longs.into_iter().map(|long| format!("--{long}")));
            if argument.is_positional() {
                self.arguments.insert(argument.get_id().as_str().to_uppercase());
                let values = argument.get_value_names().unwrap_or_default();
                self.arguments.extend(values.iter().map(ToString::to_string));
            }
        }
        for sub in command.get_subcommands() {
            self.commands.insert(sub.get_name().to_owned());
            self.add(sub);
        }
    }

    /// The first word that is a command of the tool.
    fn command(&self, argv: &[OsString]) -> Option<&str> {
        words(argv).find_map(|word| self.top.get(word.to_str()?)).map(String::as_str)
    }

    /// The name of our grammar that `error` mentions under `kind`, if it is one.
    fn named(&self, error: &Error, kind: ContextKind) -> Option<String> {
        let text = match error.get(kind)? {
            ContextValue::String(text) => text,
            ContextValue::Strings(texts) => texts.first()?,
            _ => return None,
        };
        // As in `--store <FILE>`, `<NAME>`, `[FILE]`, `get`.
        let word = text.split([' ', '=']).next()?;
        let bare = word.trim_matches(['<', '>', '[', ']', '.']);
        if self.flags.contains(word) || self.commands.contains(word) {
            Some(word.to_owned())
        } else {
            self.arguments.get(bare).cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction, Args as _};

    use super::*;
    use crate::cli::args::GlobalArgs;

    fn grammar() -> Command {
        let file = || Arg::new("file").value_name("FILE");
        let name = || Arg::new("name").value_name("NAME").required(true);
        let two = |verb| Command::new(verb).allow_missing_positional(true).args([file(), name()]);
        let tool = Command::new("secrets-admin").subcommand_required(true).subcommands([
            two("set").arg(Arg::new("from").long("from")),
            two("get").arg(Arg::new("reveal").long("reveal").action(ArgAction::SetTrue)),
            two("remove"),
            Command::new("list").arg(file()),
            Command::new("proof").subcommands([
                Command::new("verify")
                    .args([file(), Arg::new("trust").long("trust").required(true)]),
                Command::new("export"),
            ]),
        ]);
        GlobalArgs::augment_args(tool)
    }

    fn fail(line: &str) -> Failure {
        let argv: Vec<OsString> =
            format!("secrets-admin {line}").split_whitespace().map(Into::into).collect();
        let error = grammar().try_get_matches_from(&argv).expect_err(line);
        explain(&grammar(), &argv, &error)
    }

    #[test]
    fn nothing_that_was_typed_is_repeated() {
        for line in [
            "hunter2",
            "list f hunter2",
            "set f hunter2 n v",
            "get f hunter2 n",
            "remove f hunter2 n",
            "--passphrase hunter2 list",
            "--passphrase=hunter2 list",
            "list --passphrase=hunter2",
            "passphrase change --old-passphrase hunter2",
            "list --new-passphrase=hunter2",
            "set n --phrase hunter2",
            "list -hunter2",
            "list --hunter2",
            "list --hunter2=x",
            "list --json=hunter2",
            "--store a --store hunter2 list",
            "get --reveal=hunter2 n",
            "lst hunter2",
            "hunter2=list",
            "set",
            "list --store",
        ] {
            let failure = fail(line);
            assert_eq!(failure.kind(), crate::kind::Kind::Usage, "{line}");
            assert!(!format!("{failure:?}").contains("hunter2"), "{line}: {failure:?}");
        }
    }

    #[test]
    fn the_forms_of_older_documents_get_the_command_they_want() {
        for (line, hint) in [
            ("set f p n v", "secrets-admin set FILE NAME --from prompt"),
            ("get f p n", "secrets-admin get FILE NAME"),
            ("remove f p n", "secrets-admin remove FILE NAME"),
            ("list f p", "secrets-admin list FILE"),
            ("--passphrase p list", "secrets-admin list --passphrase-from prompt"),
            ("list --passphrase=p", "secrets-admin list --passphrase-from prompt"),
            ("list --old-passphrase p", "secrets-admin passphrase change --passphrase-from prompt"),
            (
                "list --new-passphrase=p",
                "secrets-admin passphrase change --new-passphrase-from prompt",
            ),
            ("set n --phrase p", "secrets-admin set NAME --expect bip39 --from prompt"),
            ("get n --unsafe-print", "secrets-admin get NAME --reveal"),
        ] {
            assert_eq!(fail(line).hints()[0], hint, "{line}");
        }
    }

    #[test]
    fn names_of_the_grammar_are_used() {
        for (line, message) in [
            ("", "a command is missing"),
            ("frob", "unknown command"),
            ("set", "NAME is missing"),
            ("list --frob", "unknown option"),
            ("list --store", "--store has no value, or one that it does not take"),
            ("list --json=x", "--json has the wrong number of values"),
            (
                "--store a --store b list",
                "--store was given twice, or does not go with another option",
            ),
        ] {
            assert_eq!(fail(line).message(), message, "{line}");
        }
        assert_eq!(
            fail("list --jsn").hints(),
            ["did you mean --json?", "secrets-admin list --help"]
        );
        for (line, help) in [
            ("proof verify", "secrets-admin proof verify --help"),
            ("proof --frob verify f", "secrets-admin proof verify --help"),
            ("proof hunter2", "secrets-admin proof --help"),
            ("verify proof", "secrets-admin proof --help"),
        ] {
            assert_eq!(fail(line).hints().last().map(String::as_str), Some(help), "{line}");
        }
        assert_eq!(fail("lst").hints(), ["did you mean list?", "secrets-admin --help"]);
    }

    #[test]
    fn json_is_recognised_without_parsing() {
        let argv = |line: &str| -> Vec<OsString> { line.split(' ').map(Into::into).collect() };
        assert!(wants_json(&argv("t list --frob --json")));
        assert!(!wants_json(&argv("t list -- --json")));
    }
}
