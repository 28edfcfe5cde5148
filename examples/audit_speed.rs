//! How fast the audit log is: `audit_speed DIRECTORY RECORDS [--batch N]`.
//!
//! Appends that many records in batches, in segments of one log, and verifies them, three times; prints one JSON object with the
//! events per second by processor time and by the clock. For benchmarks; DIRECTORY is made and left.

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use strongroom::audit::record::{Draft, Origin, Phase};
use strongroom::audit::verify::{LogFile, Question, Verdict, Witness, verify};
use strongroom::audit::{Actor, Log, Setting};
use strongroom::fs::directory::Ownership;
use strongroom::fs::in_place::{Access, Sequential};
use strongroom::fs::{Directory, HostDirectory, Trust};
use strongroom::secret::DerivedKey;
use strongroom::{NetworkMode, store::StoreId};

const USAGE: &str = "usage: audit_speed DIRECTORY RECORDS [--batch N]";
const START: u64 = 1_769_247_000_000_000_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "audit_speed: error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut words, mut batch) = (Vec::new(), 1000_u64);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--batch" => batch = args.next().ok_or(USAGE)?.parse()?,
            _ => words.push(arg),
        }
    }
    let [directory, records] = <[String; 2]>::try_from(words).map_err(|_| USAGE)?;
    let (directory, records) = (PathBuf::from(directory), records.parse::<u64>()?);
    let trust = Trust::of_process();
    let open = || HostDirectory::open(&directory, trust.caller, trust);
    let mut root = DerivedKey::zeroed();
    root.expose_mut().fill(7);

    let appended = append(Box::new(open()?), &directory, &root, records, batch)?;
    let mut verified = Vec::new();
    for _ in 0..3 {
        let directory = open()?;
        let log = directory.in_place("log".as_ref(), Access::Read)?.ok_or("no log")?;
        let content = Box::new(Sequential::new(log.as_ref()));
        let files = vec![LogFile { name: "log".to_owned(), content }];
        let (report, took) = timed(|| {
            let roots = std::slice::from_ref(&root);
            verify(files, &Question { roots, known: &[] as &[(Witness, _)] }, &mut |_| true)
        });
        let report = report?;
        if (report.verdict, report.records) != (Verdict::Good, records + 1) {
            return Err(format!("{}: {} records", report.verdict.name(), report.records).into());
        }
        verified.push(took);
    }
    let best = verified.iter().min_by_key(|took| took.cpu).ok_or("no run")?;
    let rate = |took: Duration| u128::from(records) * 1_000_000 / took.as_micros().max(1);
    writeln!(
        std::io::stdout(),
        r#"{{"records":{records},"batch":{batch},"append_cpu":{},"append_wall":{},"verify_cpu":{},"verify_wall":{}}}"#,
        rate(appended.cpu),
        rate(appended.wall),
        rate(best.cpu),
        rate(best.wall),
    )?;
    Ok(())
}

fn append(
    directory: Box<dyn Directory>,
    path: &Path,
    root: &DerivedKey,
    records: u64,
    batch: u64,
) -> Result<Took, Box<dyn Error>> {
    let setting = Setting {
        owner: Ownership { uid: Trust::of_process().caller, mode: 0o600 },
        machine: [1; 16],
        head: None,
        remembered: None,
        accept_loss: false,
        lock_timeout: Duration::ZERO,
    };
    let origin = Origin {
        store_id: StoreId([3; 16]),
        network: NetworkMode::Devnet,
        tool: "secrets-admin".to_owned(),
        version: "0.1.0".to_owned(),
        actor: Actor::of_process(),
    };
    let mut log = Log::open(directory, &path.join("log"), setting, origin, START, &|| None)?;
    let first = Draft::new("", Phase::Done, [0; 8], START);
    log.start_segment(root, [9; 16], [8; 16], &first)?;
    let draft = |n: u64| Draft {
        object: Some("igra.hd.wallet_secret"),
        object_version: Some(3),
        generation: Some(41),
        ..Draft::new("secret.get", Phase::Done, n.to_le_bytes(), START + n * 1000)
    };
    let (done, took) = timed(|| {
        let mut written = 0;
        while written < records {
            let until = (written + batch).min(records);
            let drafts: Vec<Draft<'_>> = (written..until).map(draft).collect();
            log.append_all(&drafts)?;
            written = until;
        }
        Ok::<(), strongroom::audit::AuditError>(())
    });
    done?;
    Ok(took)
}

#[derive(Clone, Copy)]
struct Took {
    cpu: Duration,
    wall: Duration,
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (cpu, wall) = (processor_time(), Instant::now());
    let done = work();
    (done, Took { cpu: processor_time().saturating_sub(cpu), wall: wall.elapsed() })
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}
