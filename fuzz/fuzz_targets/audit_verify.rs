//! The verifier over arbitrary bytes, and over a true log with arbitrary bytes in the middle: it ends, and believes nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use strongroom::audit::chain::SegmentStart;
use strongroom::audit::record::{self, Position};
use strongroom::audit::verify::{LogFile, Question, verify};
use strongroom::audit::{Actor, Chain, Draft, Origin, Phase, Verdict};
use strongroom::network::NetworkMode;
use strongroom::secret::DerivedKey;
use strongroom::store::StoreId;

static LOG: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let start = SegmentStart { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
    let mut chain = Chain::start(&DerivedKey::zeroed(), &start);
    let origin = Origin {
        store_id: StoreId([3; 16]),
        network: NetworkMode::Devnet,
        tool: "t".to_owned(),
        version: "1".to_owned(),
        actor: Actor::default(),
    };
    let mut at = Position { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
    let mut lines = Vec::new();
    for event in [record::SEGMENT, "a", "b", "c"] {
        let mut line = Vec::new();
        let draft = Draft::new(event, Phase::Done, [0; 8], 0);
        let mac = record::write(&mut line, &at, &origin, &draft, &mut chain).expect("short");
        at = Position { seq: at.seq + 1, prev: mac, ..at };
        lines.push(line);
    }
    lines
});

fuzz_target!(|bytes: &[u8]| {
    let roots = [DerivedKey::zeroed()];
    let judge = |content: &[u8]| {
        let files = vec![LogFile { name: String::new(), content: Box::new(content) }];
        let question = Question { roots: &roots, known: &[] };
        verify(files, &question, &mut |_| true).expect("in memory")
    };
    let alone = judge(bytes);
    assert!(alone.verdict != Verdict::Good || alone.proven == alone.records);
    let at = usize::from(bytes.first().copied().unwrap_or(0)) % LOG.len();
    let mixed = [LOG[..at].concat(), bytes.to_vec(), LOG[at..].concat()].concat();
    let report = judge(&mixed);
    assert_eq!(report.verdict == Verdict::Good, bytes.is_empty());
});
