//! `wallet-backup verify`: is every byte of an archive what it was?

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::named::{self, Opening};
use crate::cli::bar::Bar;
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::{Answer, Context, Failure, notices};
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::ops::OpError;
use crate::ops::backup::ArchiveFile;
use crate::ops::backup::resume::{Resume, is_one_of};
use crate::ops::backup::verify::{Live, Verdict, Verified, verify};
use crate::text::escape;

/// Check every byte of archives
///
/// Without a passphrase only the structure is looked at, and the answer says so. Held against the store of --store or of the
/// configuration, an archive is stale when secrets or keys have changed since, and foreign when it is of another store.
#[derive(clap::Args)]
pub struct Args {
    /// The archives; without any those of the store in backup.dirs
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,
    #[command(flatten)]
    opening: Opening,
    /// Check only what needs no passphrase
    #[arg(long, conflicts_with_all = ["archive_passphrase_from", "resume"])]
    structure_only: bool,
    /// Remember in this file which archives were found genuine, and go on after them when the command was interrupted
    #[arg(long, value_name = "FILE")]
    resume: Option<OsString>,
}

pub fn run(args: &Args, context: &mut Context) -> Result<Answer, Failure> {
    args.opening.source()?;
    let setup = Setup::new(context)?;
    if args.files.is_empty() && setup.config.backups.dirs.is_empty() {
        return Err(Failure::usage("no archive is named").hint("wallet-backup verify FILE"));
    }
    let desk = setup.desk();
    let files: Vec<PathBuf> = if args.files.is_empty() {
        named::configured_archives(context, &setup, &desk)?
    } else {
        args.files.iter().map(PathBuf::from).collect()
    };
    let live = named::live(context, &setup, &desk)?.map(|file| Live::of(&file));
    // The rules of the strictest network that any of them is of hold before a passphrase is read.
    let mut networks = Vec::new();
    for file in &files {
        match ArchiveFile::find(&desk, file) {
            Ok(file) => networks.push(file.header().store.network),
            Err(OpError::Archive(_)) => {}
            // Nobody named it: the others are verified all the same.
            Err(_) if args.files.is_empty() => {}
            // A file that is not there is said before anything is asked.
            Err(error) => return Err(error.into()),
        }
    }
    let strictest = networks.into_iter().min_by_key(|network| network.code());
    let network = strictest.unwrap_or(NetworkMode::Mainnet);
    setup.guard_environment(context, network)?;
    let credentials = if args.structure_only || !(args.opening.is_given() || context.can_ask()) {
        None
    } else {
        Some(args.opening.credentials(context, &setup, network, Needs::new())?)
    };
    let mut resume = match (&args.resume, &credentials) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(Failure::usage("--resume needs the passphrase of the archives")
                .hint("add --archive-passphrase-from SPEC"));
        }
        (Some(state), Some(credentials)) => {
            let state = named::path(Some(state), "the file of --resume")?;
            if is_one_of(&state, files.iter().map(PathBuf::as_path)) {
                return Err(Failure::usage("the file of --resume is one of the archives"));
            }
            let resume = Resume::open(&desk, &state, credentials)?;
            if !resume.is_empty() {
                context.output.note(&format!("going on: {} were verified already", resume.len()));
            }
            Some(resume)
        }
    };
    let (mut worst, mut text, mut rows) = (Verdict::Valid, String::new(), Vec::new());
    for path in &files {
        let (verified, resumed) = {
            let mut bar = Bar::of_bytes(&context.output, "verifying");
            let mut progress = |done, of| bar.at(done, of);
            let done = if let (Some(resume), Some(credentials)) = (&mut resume, &credentials) {
                resume.verify(&desk, path, credentials, live.as_ref(), &mut progress)
            } else {
                let credentials = credentials.as_ref();
                verify(&desk, path, credentials, live.as_ref(), &mut progress)
                    .map(|verified| (verified, false))
            };
            match done {
                Err(error) if args.files.is_empty() && error.kind() == Kind::Io => {
                    (Verified::unreadable(error.to_string()), false)
                }
                done => done?,
            }
        };
        notices::print(context, path, &verified.notices);
        worst = worst.or_worse(verified.verdict);
        text += &line(path, &verified);
        let more = resume.as_ref().map(|_| json!({ "resumed": resumed }));
        rows.push(named::merged(row(path, &verified), more.unwrap_or_default()));
    }
    if let Some(resume) = resume {
        resume.finish(&desk)?;
    }
    let json = match <[Value; 1]>::try_from(rows) {
        Ok([row]) => row,
        Err(rows) => json!({ "verdict": worst.name(), "archives": rows }),
    };
    Ok(Answer::new(text, json).ending(worst.kind()))
}

fn line(path: &Path, found: &Verified) -> String {
    let mut text = format!("{}: {}", escape(&path.display().to_string()), words(found.verdict));
    if let Some(why) = &found.why {
        let _ = write!(text, ": {why}");
    }
    if let (Some(header), Verdict::Valid | Verdict::Stale) = (&found.header, found.verdict) {
        let _ = write!(text, " (generation {}, made {})", header.store.generation, header.created);
    }
    text + "\n"
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Valid => "valid",
        Verdict::Stale => "stale",
        Verdict::StructureOnly => "structure only: nothing was authenticated",
        Verdict::WrongPassphrase => "wrong passphrase",
        Verdict::Foreign => "foreign",
        Verdict::Unreadable => "cannot be read",
        Verdict::Corrupt => "corrupt",
    }
}

fn row(path: &Path, found: &Verified) -> Value {
    let row = json!({
        "file": path.display().to_string(),
        "verdict": found.verdict.name(),
        "why": found.why,
        "bytes": found.len,
    });
    match &found.header {
        Some(header) => named::merged(row, named::header_json(header)),
        None => row,
    }
}
