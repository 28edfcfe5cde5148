//! Transcripts of the real binary: one error path a file in `tests/cmd`, and what the README shows.
//!
//! `TRYCMD=overwrite` rewrites the files of `tests/cmd`. The README is replayed in a directory of its own with `demo.pass`,
//! `wallet.txt` and `payment.txt`; ids, keys and times in it are as they came and are not compared.

use std::path::{Path, PathBuf};

use super::support::pty::Session;
use super::support::{read_text, repository, write, write_private};

/// The binary, with its state in `home`: systemd's variable is the one that root heeds too.
fn cases(home: &Path) -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("secrets-admin", Path::new(env!("CARGO_BIN_EXE_secrets-admin")))
        .register_bin("validate-config", Path::new(env!("CARGO_BIN_EXE_validate-config")))
        .register_bin("wallet-backup", Path::new(env!("CARGO_BIN_EXE_wallet-backup")))
        .env("STATE_DIRECTORY", home.join("state").display().to_string())
        .env("NO_COLOR", "1");
    cases
}

#[test]
fn errors_read_as_written_down() {
    let home = tempfile::tempdir().expect("a directory");
    cases(home.path()).case(repository("tests/cmd").join("*.trycmd")).run();
}

/// The console blocks of a Markdown text, fences included. An output ends with an empty line, as the replay wants it; who
/// writes for readers need not.
fn console_blocks(markdown: &str) -> String {
    let (mut blocks, mut inside, mut output) = (String::new(), false, false);
    for line in markdown.lines().map(str::trim_end) {
        inside |= line == "```console";
        if !inside {
            continue;
        }
        let ends = line == "```" || line.starts_with("$ ");
        if ends && output {
            blocks.push('\n');
        }
        output = !ends && !line.is_empty() && !line.starts_with(['`', '>', '?']);
        blocks.push_str(line);
        blocks.push('\n');
        inside = line != "```";
    }
    blocks
}

/// What differs from run to run becomes a wildcard: times, and ids and keys of 16 digits or more. Commands stay.
fn without_chance(block: &str) -> String {
    let lines = block.lines().map(|line| {
        if line.starts_with(['$', '>', '?']) {
            return line.to_owned();
        }
        let (mut out, mut rest) = (String::new(), line);
        while let Some(c) = rest.chars().next() {
            let hex = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            let time = time_len(rest);
            let skip = if time > 0 { time } else { hex };
            if time > 0 || hex >= 16 {
                out.push_str("[..]");
                rest = &rest[skip..];
            } else {
                out.push_str(&rest[..skip.max(c.len_utf8())]);
                rest = &rest[skip.max(c.len_utf8())..];
            }
        }
        out
    });
    lines.map(|line| line + "\n").collect()
}

/// Length of a time such as `2026-01-31T12:00:00Z` that `text` starts with, or of its date alone.
fn time_len(text: &str) -> usize {
    const SHAPE: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |len: usize| {
        text.len() >= len
            && text.bytes().zip(SHAPE).take(len).all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                b'T' => byte == b'T' || byte == b' ',
                _ => byte == *shape,
            })
    };
    [20, 10].into_iter().find(|len| fits(*len)).unwrap_or(0)
}

#[test]
fn the_readme_shows_what_happens() {
    let readme = repository("README.md");
    // That there is one is the packager's to say.
    if !readme.exists() {
        return;
    }
    let script = without_chance(&console_blocks(&read_text(&readme)));
    assert!(script.contains("$ secrets-admin "), "README.md shows no console block");
    let home = tempfile::tempdir().expect("a directory");
    replay(home.path(), &script);
}

/// A person runs the demonstration on a terminal, where more is asked of a command than in a pipe.
#[test]
fn the_demonstration_works_on_a_terminal() {
    let script = repository("demo.sh");
    // That there is one is the packager's to say.
    if !script.exists() {
        return;
    }
    let home = tempfile::tempdir().expect("a directory");
    let inside = with_demo_files(home.path());
    let state = home.path().join("state").display().to_string();
    let mut commands = 0;
    for line in
        read_text(&script).lines().filter_map(|line| line.strip_prefix("run secrets-admin "))
    {
        let flags = ["--network", "devnet", "--passphrase-from", "file:demo.pass"];
        let argv: Vec<&str> = [env!("CARGO_BIN_EXE_secrets-admin")]
            .into_iter()
            .chain(line.split(' '))
            .chain(flags)
            .collect();
        let env = [("STATE_DIRECTORY", state.as_str())];
        let session = Session::spawn_with(&argv, &env, |command| {
            command.current_dir(&inside);
        });
        session.expect_exit(0);
        commands += 1;
    }
    assert_eq!(commands, 6, "the commands of demo.sh");
}

#[test]
#[should_panic(expected = "1 of 1 tests failed")]
fn a_wrong_transcript_fails() {
    let home = tempfile::tempdir().expect("a directory");
    replay(home.path(), "```console\n$ secrets-admin --version\nsecrets-admin 9.9.9\n\n```\n");
}

#[test]
fn a_transcript_is_replayed_without_what_is_chance() {
    let home = tempfile::tempdir().expect("a directory");
    let flags = "--network devnet --passphrase-from file:demo.pass";
    let markdown = format!(
        "# Not run\n```sh\n$ rm -rf /\n```\n```console\n\
         $ secrets-admin init demo.bin {flags}\ncreated demo.bin for devnet (generation 1)\n...\n\
         $ secrets-admin set demo.bin igra.hd.wallet_secret --from file:wallet.txt {flags}\n...\n```\n\
         ```console\n$ secrets-admin list demo.bin {flags}\nigra.hd.wallet_secret\n```\n"
    );
    let script = without_chance(&console_blocks(&markdown));
    assert_eq!(script.matches("$ secrets-admin").count(), 3);
    assert!(!script.contains("rm -rf"));
    replay(home.path(), &script);
    assert_eq!(
        without_chance("id 0123456789abcdef0 at 2026-01-31T12:00:00Z, 5 abc ü\n$ x 2026-01-31\n"),
        "id [..] at [..], 5 abc ü\n$ x 2026-01-31\n"
    );
}

/// A directory with the files that the README and the demonstration begin with.
fn with_demo_files(home: &Path) -> PathBuf {
    let inside = home.join("replay.in");
    rustix::fs::mkdir(&inside, rustix::fs::Mode::RWXU).expect("a directory");
    for (name, text) in [
        ("demo.pass", "rehearsal only"),
        ("wallet.txt", "demo wallet secret, not for mainnet"),
        ("payment.txt", "demo payment secret, not for mainnet"),
    ] {
        write_private(&inside.join(name), text.as_bytes());
    }
    inside
}

/// Replays a script in a directory with the files of the README.
fn replay(home: &Path, script: &str) {
    with_demo_files(home);
    let file = home.join("replay.trycmd");
    write(&file, script.as_bytes());
    cases(home).case(file).run();
}
