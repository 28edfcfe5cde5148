//! The audit log: what is written is found again, and what was not written is found out.

mod attacks;
mod host;
mod loss;
mod odd;
mod processes;
mod vectors;
mod watch;

use strongroom::audit::chain::{Id, SegmentStart};
use strongroom::audit::record::{self, Position};
use strongroom::audit::verify::{LogFile, Question, Witness, verify};
use strongroom::audit::{Actor, Chain, Draft, Origin, Phase, Report};
use strongroom::network::NetworkMode;
use strongroom::secret::DerivedKey;
use strongroom::store::StoreId;
use strongroom::store::header::AuditHead;

/// Nanoseconds at which every record of these tests is written.
pub const NOW: u64 = 1_769_247_000_000_000_000;
pub const LOG_ID: Id = [0x10; 16];
pub const SEGMENT: Id = [0x20; 16];

pub fn root(fill: u8) -> DerivedKey {
    let mut root = DerivedKey::zeroed();
    root.expose_mut().fill(fill);
    root
}

pub fn origin() -> Origin {
    let actor = Actor {
        uid: 1000,
        loginuid: Some(1001),
        user: Some("jdoe".to_owned()),
        tty: Some("pts/0".to_owned()),
        pid: 4242,
        host: "signer-1".to_owned(),
        boot: [0x30; 16],
    };
    Origin {
        store_id: StoreId([0x40; 16]),
        network: NetworkMode::Devnet,
        tool: "secrets-admin".to_owned(),
        version: "0.1.0".to_owned(),
        actor,
    }
}

pub fn draft(event: &str, number: u64) -> Draft<'_> {
    Draft {
        object: Some("igra.hd.wallet_secret"),
        generation: Some(number),
        ..Draft::new(event, Phase::Done, number.to_le_bytes(), NOW + number)
    }
}

/// A log made in memory, one element a line.
pub struct Made {
    pub lines: Vec<Vec<u8>>,
    pub heads: Vec<AuditHead>,
    pub start: SegmentStart,
}

impl Made {
    /// `count` lines of one segment.
    pub fn new(root: &DerivedKey, segment: Id, count: u64) -> Self {
        let start = SegmentStart { log_id: LOG_ID, segment, seq: 1, prev: [0; 32] };
        let mut chain = Chain::start(root, &start);
        let mut made = Self { lines: Vec::new(), heads: Vec::new(), start };
        for seq in 1..=count {
            let event = if seq == 1 { record::SEGMENT } else { "secret.get" };
            made.add(&mut chain, &draft(event, seq));
        }
        made
    }

    /// One more line, written with the key of `chain`.
    pub fn add(&mut self, chain: &mut Chain, draft: &Draft<'_>) {
        let last = self.heads.last().copied().unwrap_or_default();
        let Self { start, .. } = self;
        let at = Position {
            log_id: start.log_id,
            segment: start.segment,
            seq: last.seq + 1,
            prev: last.mac,
        };
        let mut line = Vec::new();
        let mac = record::write(&mut line, &at, &origin(), draft, chain).expect("short");
        self.lines.push(line);
        self.heads.push(AuditHead { seq: at.seq, mac });
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.lines.concat()
    }
}

/// Verifies files in memory.
pub fn judge(files: &[Vec<u8>], roots: &[DerivedKey], known: &[(Witness, AuditHead)]) -> Report {
    let files = files
        .iter()
        .enumerate()
        .map(|(at, file)| LogFile { name: format!("{at}"), content: Box::new(file.as_slice()) })
        .collect();
    verify(files, &Question { roots, known }, &mut |_| true).expect("in memory")
}
