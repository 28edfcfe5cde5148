//! A line of an audit log from arbitrary bytes: what is accepted is one line, and says nothing in two ways. A
//! reader of many lines says of each what is said of it alone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use strongroom::audit::MAX_LINE;
use strongroom::audit::line::{Line, Reader, text};

fuzz_target!(|bytes: &[u8]| {
    let mut reader = Reader::default();
    for one in bytes.split_inclusive(|b| *b == b'\n') {
        assert_eq!(Line::parse(one).err(), reader.read(one).err());
    }
    let Ok(line) = Line::parse(bytes) else { return };
    assert!(bytes.len() <= MAX_LINE);
    assert!(bytes.starts_with(line.body));
    assert_eq!(bytes.iter().position(|b| *b == b'\n'), Some(bytes.len() - 1));
    for raw in [Some(line.host), Some(line.event), line.object, line.reason, line.user, line.tty] {
        let shown = text(raw.unwrap_or_default());
        assert!(!shown.contains('\u{fffd}') || raw.is_some_and(|raw| raw.contains("\\ufffd")));
    }
    if let Some(start) = line.segment_start() {
        assert!(start.seq <= line.at.seq);
    }
});
