//! What several commands name: an archive, its passphrase, the store that it is held against.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::backup::header::StoreFacts;
use crate::backup::{ArchiveHeader, FileEntry};
use crate::cli::needs::Needs;
use crate::cli::setup::Setup;
use crate::cli::source::Source;
use crate::cli::source::reader::{Purpose, Reader};
use crate::cli::{Context, Failure};
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::ops::backup::list::of_store;
use crate::ops::{Desk, StoreFile};
use crate::passphrase::Passphrase;
use crate::store::keyslot::Credentials;

/// Flags of every command that opens an archive.
#[derive(clap::Args)]
pub struct Opening {
    /// Where the archive's passphrase comes from
    #[arg(long, value_name = "SPEC")]
    archive_passphrase_from: Option<OsString>,
    /// The archive's keyfile, if it was made with one
    #[arg(long, value_name = "FILE")]
    archive_keyfile: Option<OsString>,
}

const FLAG: &str = "--archive-passphrase-from";
/// The passphrase of an archive. No credential stands in for it: that one is the store's.
const ARCHIVE: Purpose = Purpose { label: "archive passphrase", flag: FLAG, credential: false };

impl Opening {
    /// The source that was named.
    pub fn source(&self) -> Result<Option<Source>, Failure> {
        self.archive_passphrase_from.as_ref().map(|spec| Source::parse(FLAG, spec)).transpose()
    }

    /// True when a passphrase would be found without asking anybody.
    pub fn is_given(&self) -> bool {
        self.archive_passphrase_from.is_some()
    }

    /// What opens the archive. That `more` will be asked for later is said now, when nobody can be asked.
    pub fn credentials(
        &self,
        context: &mut Context,
        setup: &Setup,
        network: NetworkMode,
        more: Needs,
    ) -> Result<Credentials, Failure> {
        let source = self.source()?;
        Needs::new().passphrase(ARCHIVE, source.as_ref()).and(more).check(context)?;
        let passphrase = Reader::new(context, network).passphrase(ARCHIVE, source.as_ref())?;
        self.with_keyfile(context, setup, passphrase)
    }

    /// What will open an archive that is being made.
    pub fn new_credentials(
        &self,
        context: &mut Context,
        setup: &Setup,
        network: NetworkMode,
    ) -> Result<Credentials, Failure> {
        let source = self.source()?.or_else(|| context.globals.new_passphrase_from.clone());
        Needs::new().passphrase(ARCHIVE, source.as_ref()).check(context)?;
        let passphrase = Reader::new(context, network).new_passphrase(ARCHIVE, source.as_ref())?;
        self.with_keyfile(context, setup, passphrase)
    }

    fn with_keyfile(
        &self,
        context: &Context,
        setup: &Setup,
        passphrase: Passphrase,
    ) -> Result<Credentials, Failure> {
        let keyfile = setup.keyfile_hash(context, self.archive_keyfile.as_ref().map(Path::new))?;
        Ok(Credentials { passphrase, keyfile })
    }
}

/// What opens the store, if `--passphrase-from` brings it. Nobody is asked: the archive alone will do.
pub fn store_credentials(
    context: &mut Context,
    setup: &Setup,
    network: NetworkMode,
) -> Result<Option<Credentials>, Failure> {
    match context.globals.passphrase_from {
        Some(_) => setup.credentials(context, network).map(Some),
        None => Ok(None),
    }
}

/// The store that archives are held against: the one of `--store`, which must be there; else the configured one, if it is.
pub fn live(
    context: &mut Context,
    setup: &Setup,
    desk: &Desk<'_>,
) -> Result<Option<StoreFile>, Failure> {
    let stated = context.globals.store.is_some();
    let Ok(path) = setup.store(None) else { return Ok(None) };
    match StoreFile::find(desk, &path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if !stated && error.kind() == Kind::NotInitialised => {
            context
                .output
                .note("the configured store is not there: nothing can be stale or foreign");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The directories of archives: the one that was named, else those of `[backup] dirs`.
pub fn directories(setup: &Setup, named: Option<&OsString>) -> Result<Vec<PathBuf>, Failure> {
    let configured = &setup.config.backups.dirs;
    match named {
        Some(_) => Ok(vec![path(named, "the directory")?]),
        None if configured.is_empty() => Err(Failure::usage("the directory is missing")
            .hint("name it: wallet-backup list /backup")
            .hint("or in the configuration: [backup] dirs = [\"/backup\"]")),
        None => Ok(configured.clone()),
    }
}

/// The archives of the store in the configured directories, the newest first, and what should be one and cannot be read. Whether they
/// are genuine is not known yet.
pub fn configured_archives(
    context: &mut Context,
    setup: &Setup,
    desk: &Desk<'_>,
) -> Result<Vec<PathBuf>, Failure> {
    if setup.config.backups.dirs.is_empty() {
        return Err(Failure::usage("the archive is missing")
            .hint("name it, or where archives are: [backup] dirs = [\"/backup\"]"));
    }
    let id = match live(context, setup, desk)? {
        Some(file) => file.store_id(),
        None => {
            return Err(Failure::usage("no archive and no store is named").hint("add --store FILE"));
        }
    };
    let found = of_store(desk, &setup.config.backups.dirs, id)?;
    if found.is_empty() {
        let failure = Failure::new(Kind::NotInitialised, "no archive of the store in backup.dirs");
        return Err(failure.hint("make one: wallet-backup create --reason TEXT"));
    }
    Ok(found)
}

/// The path of a file that was named.
pub fn path(text: Option<&OsString>, what: &str) -> Result<PathBuf, Failure> {
    match text {
        Some(text) if !text.is_empty() => Ok(text.into()),
        _ => Err(Failure::usage(format!("{what} is missing"))),
    }
}

/// A number of days, hours or minutes: `7d`, `12h`, `90m`, `30s`.
pub fn age(flag: &str, text: Option<&OsString>, default: Duration) -> Result<Duration, Failure> {
    let Some(text) = text else { return Ok(default) };
    let parsed = text.to_str().and_then(|text| {
        let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return None,
        };
        let digits = count.bytes().all(|byte| byte.is_ascii_digit());
        let count: u32 = count.parse().ok().filter(|_| digits)?;
        Some(Duration::from_secs(u64::from(count) * unit))
    });
    parsed.ok_or_else(|| Failure::usage(format!("{flag} takes an age such as 7d, 12h or 90m")))
}

/// What an archive says of its store.
pub fn header_json(header: &ArchiveHeader) -> Value {
    let StoreFacts { store_id, network, generation, content_generation, key_epoch } = header.store;
    let slots: Vec<Value> = header
        .slots
        .iter()
        .map(|slot| json!({ "id": slot.info.id, "kind": slot.info.kind.name() }))
        .collect();
    json!({
        "archive_id": header.id.to_string(),
        "store_id": store_id.to_string(),
        "network": network.name(),
        "generation": generation,
        "content_generation": content_generation,
        "key_epoch": key_epoch,
        "created": header.created.to_string(),
        "keyslots": slots,
    })
}

/// The files of an archive.
pub fn files_json(files: &[FileEntry]) -> Vec<Value> {
    let row = |file: &FileEntry| {
        json!({
            "path": file.path.as_str(),
            "kind": file.kind.name(),
            "mode": format!("{:04o}", file.mode),
            "size": file.size,
        })
    };
    files.iter().map(row).collect()
}

/// `object` with the fields of `more`.
pub fn merged(mut object: Value, more: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut object, more) {
        fields.extend(more);
    }
    object
}

/// A number of bytes, for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..=1023 => format!("{bytes} B"),
        1024..=1_048_575 => format!("{} KiB", bytes / 1024),
        1_048_576..=1_073_741_823 => format!("{} MiB", bytes >> 20),
        _ => format!("{:.1} GiB", Duration::from_secs(bytes).as_secs_f64() / 1_073_741_824.0),
    }
}
