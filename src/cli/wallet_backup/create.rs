//! `wallet-backup create`: make an archive.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use serde_json::json;

use super::named::{self, Opening};
use crate::cli::bar::Bar;
use crate::cli::setup::Setup;
use crate::cli::source::Source;
use crate::cli::source::reader::{Purpose, Reader};
use crate::cli::{Answer, Context, Failure, notices};
use crate::config;
use crate::fs::FsError;
use crate::ops::backup::Piped;
use crate::ops::backup::create::{Created, New, Target, create};
use crate::store::keyslot::Credentials;
use crate::text::escape;

/// Make an encrypted archive of a store, its audit log, the configuration and named files
///
/// The archive has a passphrase of its own, which is asked for twice or read from --archive-passphrase-from; the one of the store
/// does not open it, and on mainnet the two must differ. The store is read at one generation, under its lock; it need not be
/// opened. With --passphrase-from it is, and its log can begin a new segment where it has to.
#[derive(clap::Args)]
pub struct Args {
    /// Files that are archived too; - is standard input
    #[arg(value_name = "PATH")]
    files: Vec<OsString>,
    /// Where the archive is written: a file that must not exist, a directory in which it gets a name, or - for a pipe; without it the
    /// first of backup.dirs
    #[arg(long, value_name = "FILE|DIR")]
    out: Option<OsString>,
    #[command(flatten)]
    opening: Opening,
    /// Another passphrase that opens the archive too, such as one that lies in a safe
    #[arg(long, value_name = "SPEC")]
    extra_passphrase_from: Vec<OsString>,
    /// Leave the configuration out
    #[arg(long)]
    no_config: bool,
}

const EXTRA: &str = "--extra-passphrase-from";

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    let reason = context.globals.reason.clone();
    let reason = reason.ok_or_else(|| Failure::usage("--reason is missing"))?;
    args.opening.source()?;
    if args.out.as_ref().is_some_and(|out| out.is_empty()) {
        return Err(Failure::usage("--out is missing"));
    }
    let setup = Setup::new(context)?;
    let out = match (&args.out, setup.config.backups.dirs.first()) {
        (Some(out), _) => PathBuf::from(out),
        // A directory, also when it is not there: a disk that is not mounted is no name for a file.
        (None, Some(first)) => first.join(""),
        (None, None) => {
            return Err(Failure::usage("--out is missing")
                .hint("or in the configuration: [backup] dirs = [\"/backup\"]"));
        }
    };
    let to_pipe = out.as_os_str() == "-";
    if to_pipe && context.output.stdout_is_terminal() {
        return Err(Failure::usage("standard output is a terminal")
            .hint("name a file or a directory: --out /backup/"));
    }
    let path = setup.store(None)?;
    let desk = setup.desk();
    let file = setup.find(context, &desk, &path)?;
    let network = file.network();
    let stdin = stdin(args, context)?;
    let store = named::store_credentials(context, &setup, network)?;
    let slots = slots(args, context, &setup, network)?;
    let files: Vec<PathBuf> =
        args.files.iter().filter(|file| *file != "-").map(PathBuf::from).collect();
    let config = if args.no_config { None } else { config_path(context) };
    let mut read = |room: &mut [u8]| match &stdin {
        Some(stdin) => read_full(stdin, room),
        None => Ok(0),
    };
    let mut write = |bytes: &[u8]| write_all(bytes);
    let tool = format!("{} {}", context.output.tool(), env!("CARGO_PKG_VERSION"));
    let new = New {
        target: if to_pipe { Target::Pipe(&mut write) } else { Target::Path(&out) },
        reason: &reason,
        slots: &slots,
        kdf: None,
        store: store.as_ref(),
        config: config.as_deref(),
        files: &files,
        pipe: stdin.is_some().then_some(&mut read as Piped<'_>),
        tool: &tool,
    };
    let created = {
        let mut bar = Bar::of_bytes(&context.output, "sealing");
        create(&desk, file, new, &mut |done, of| bar.at(done, of))?
    };
    notices::print(context, &path, &created.notices);
    Ok(answer(context, &created, to_pipe))
}

fn answer(context: &mut Context, created: &Created, to_pipe: bool) -> Answer {
    let shown = created.path.as_ref().map(|path| path.display().to_string());
    let files = named::files_json(&created.files);
    let Some(header) = &created.header else {
        let mut text = String::new();
        for file in &created.files {
            let _ = writeln!(text, "would archive {}", escape(file.path.as_str()));
        }
        let json = json!({ "dry_run": true, "path": shown, "files": files });
        return Answer::new(text, json);
    };
    let text = format!(
        "{}: generation {}, {} files, {}\n",
        shown.as_deref().map_or("archive written".to_owned(), escape),
        header.store.generation,
        created.files.len(),
        named::size(created.len)
    );
    if to_pipe {
        // Standard output is the archive.
        context.output.note(text.trim_end());
        return Answer::printed();
    }
    let json = json!({
        "path": shown,
        "bytes": created.len,
        "millis": created.millis,
        "files": files,
    });
    Answer::new(text, named::merged(named::header_json(header), json))
}

fn slots(
    args: &Args,
    context: &mut Context,
    setup: &Setup,
    network: crate::network::NetworkMode,
) -> Result<Vec<Credentials>, Failure> {
    let mut slots = vec![args.opening.new_credentials(context, setup, network)?];
    for spec in &args.extra_passphrase_from {
        let source = Source::parse(EXTRA, spec)?;
        let purpose = Purpose { label: "extra passphrase", flag: EXTRA, credential: false };
        let passphrase = Reader::new(context, network).new_passphrase(purpose, Some(&source))?;
        if slots.iter().any(|slot| slot.passphrase.same_as(&passphrase)) {
            return Err(Failure::usage("two passphrases of the archive are the same"));
        }
        slots.push(Credentials { passphrase, keyfile: None });
    }
    Ok(slots)
}

/// The configuration that was read: what is restored without it would be used under other rules.
fn config_path(context: &Context) -> Option<PathBuf> {
    let default = Path::new(config::DEFAULT_PATH);
    let is_there = rustix::fs::stat(default).is_ok();
    context.globals.config.clone().or_else(|| is_there.then(|| default.to_path_buf()))
}

/// Standard input, if `-` stands among the files and nothing else reads it.
fn stdin(args: &Args, context: &mut Context) -> Result<Option<std::os::fd::OwnedFd>, Failure> {
    match args.files.iter().filter(|file| *file == "-").count() {
        0 => return Ok(None),
        1 => {}
        _ => return Err(Failure::usage("standard input is named twice")),
    }
    if rustix::termios::isatty(context.stdin.as_fd()) {
        return Err(Failure::usage("standard input is a terminal"));
    }
    context.claim(&Source::Stdin)?;
    let fd = context.stdin.as_fd().try_clone_to_owned();
    fd.map(Some).map_err(|cause| Failure::io("cannot read standard input", cause))
}

fn read_full(fd: &std::os::fd::OwnedFd, room: &mut [u8]) -> Result<usize, FsError> {
    let mut done = 0;
    while done < room.len() {
        match rustix::io::read(fd, &mut room[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(Errno::INTR) => {}
            Err(source) => return Err(FsError::Pipe { action: "read from", source }),
        }
    }
    Ok(done)
}

fn write_all(mut bytes: &[u8]) -> Result<(), FsError> {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), bytes) {
            Ok(n) => bytes = &bytes[n..],
            Err(Errno::INTR) => {}
            Err(source) => return Err(FsError::Pipe { action: "write to", source }),
        }
    }
    Ok(())
}
