//! Reads a line of a log, strictly: what is accepted is exactly what [`record`](super::record) writes.
//!
//! No JSON parser stands here. A line has one shape, and everything else (another order, a key twice, an unknown one, blanks,
//! a carriage return, a NUL, other escapes) is refused with its reason, so that no two programs can read a line differently.

mod claim;
mod grammar;
mod text;

use self::grammar::{
    Deed, Outcome, Parser, Program, Text, Who, body_and_mac, decode, hex, number, reason,
};
use super::chain::SegmentStart;
use super::record::{CONTINUE, Phase, Position, SEGMENT};
use crate::crypto::mac::Hash;

pub use self::claim::{Claim, Reader};
pub use self::text::text;

/// A line, read but not yet believed. Text is as it stands in the line; see [`text`].
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What the MAC covers.
    pub body: &'a [u8],
    /// Where it claims to stand.
    pub at: Position,
    /// Its MAC.
    pub mac: Hash,
    /// Time; text order is time order.
    pub ts: &'a str,
    /// Boot of the host.
    pub boot: &'a str,
    /// The host.
    pub host: &'a str,
    /// Effective user.
    pub uid: u64,
    /// Who logged in.
    pub loginuid: Option<u64>,
    /// Their name.
    pub user: Option<&'a str>,
    /// Controlling terminal.
    pub tty: Option<&'a str>,
    /// The process.
    pub pid: u64,
    /// Which program.
    pub tool: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Network of the store.
    pub net: &'a str,
    /// The verb.
    pub event: &'a str,
    /// Where in the action.
    pub phase: Phase,
    /// What it is done to.
    pub object: Option<&'a str>,
    /// Which version of that.
    pub object_version: Option<u64>,
    /// The store, in hexadecimal.
    pub store_id: &'a str,
    /// Generation of the store.
    pub generation: Option<u64>,
    /// Digest of its file, in hexadecimal.
    pub digest: Option<&'a str>,
    /// How it ended.
    pub exit: Option<&'a str>,
    /// Correlation id, in hexadecimal.
    pub corr: &'a str,
    /// The operator's reason.
    pub reason: Option<&'a str>,
}

/// Why something is not a line. The text says what is wrong, never what stands there.
pub type Malformed = &'static str;

impl<'a> Line<'a> {
    /// Reads `bytes`, line end included.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::read(bytes).map_err(|why| reason(bytes, why))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (body, mac) = body_and_mac(bytes)?;
        let mut p = Parser { rest: body };
        let (log_id, segment) = p.log_and_segment()?;
        let seq = p.seq()?;
        let ts = p.timestamp()?;
        let Who { boot, host, uid, loginuid, user, tty } = p.who()?;
        let pid = p.pid()?;
        let Program { tool, version, net } = p.program()?;
        let Deed { event, phase, object, object_version, store_id } = p.deed()?;
        let Outcome { generation, digest, exit, corr, reason } = p.outcome()?;
        let (prev, mac) = (p.prev()?, hex(mac)?);
        Ok(Self {
            body,
            at: Position {
                log_id: decode(log_id),
                segment: decode(segment),
                seq,
                prev: decode(prev),
            },
            mac: decode(mac),
            ts: ts.as_str(),
            boot: boot.as_str(),
            host: host.as_str(),
            uid,
            loginuid,
            user: user.map(Text::as_str),
            tty: tty.map(Text::as_str),
            pid,
            tool: tool.as_str(),
            version: version.as_str(),
            net: net.as_str(),
            event: event.as_str(),
            phase,
            object: object.map(Text::as_str),
            object_version,
            store_id: store_id.as_str(),
            generation,
            digest: digest.map(Text::as_str),
            exit: exit.map(Text::as_str),
            corr: corr.as_str(),
            reason: reason.map(Text::as_str),
        })
    }

    /// Where its segment begins, if the line says so: the first record of a segment, or of a file after a rotation.
    pub fn segment_start(&self) -> Option<SegmentStart> {
        Beginning::of(self.event, self.object)?.of_segment(&self.at)
    }

    /// True for the first record of a segment.
    pub fn starts_segment(&self) -> bool {
        self.event == SEGMENT
    }

    /// The correlation id.
    pub fn correlation(&self) -> [u8; 8] {
        hex(self.corr.as_bytes()).map(decode).unwrap_or_default()
    }
}

/// What a record that begins something says of its segment.
#[derive(Clone, Copy, Debug)]
enum Beginning {
    /// The segment begins with it.
    Segment,
    /// The segment began there; a file begins with it.
    File { seq: u64, prev: Hash },
}

impl Beginning {
    fn of(event: &str, object: Option<&str>) -> Option<Self> {
        match event {
            SEGMENT => Some(Self::Segment),
            CONTINUE => {
                let (seq, prev) = object?.split_once(':')?;
                let prev = decode(hex(prev.as_bytes()).ok()?);
                Some(Self::File { seq: number(seq)?, prev })
            }
            _ => None,
        }
    }

    /// Where the segment began, of a record that stands at `at`.
    fn of_segment(self, at: &Position) -> Option<SegmentStart> {
        let Position { log_id, segment, seq, prev } = *at;
        match self {
            Self::Segment => Some(SegmentStart { log_id, segment, seq, prev }),
            Self::File { seq: start, prev } => {
                (start < seq).then_some(SegmentStart { log_id, segment, seq: start, prev })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::MAX_LINE;
    use super::super::record::escape;
    use super::*;

    const HEX16: &str = "00112233445566778899aabbccddeeff";

    fn sample() -> String {
        let hex32 = HEX16.repeat(2);
        [
            r#"{"v":1,"log_id":"HEX16","segment":"HEX16","seq":7,"ts":"2026-01-24T09:30:00.000000007Z","#,
            r#""boot":"HEX16","host":"h","uid":0,"loginuid":1000,"user":"jdoe","tty":"pts/0","pid":42,"tool":"t","#,
            r#""version":"1","net":"mainnet","event":"secret.get","phase":"done","object":"a\"\\\u00e9\ud83d\udd11","#,
            r#""object_version":3,"store_id":"HEX16","generation":41,"digest":"HEX32","exit":"OK","#,
            r#""corr":"0011223344556677","reason":"","prev":"HEX32","mac":"HEX32"}"#,
            "\n",
        ]
        .concat()
        .replace("HEX16", HEX16)
        .replace("HEX32", &hex32)
    }

    /// What a reader makes of a line, which is what it is without the lines before it.
    fn read<'a>(reader: &mut Reader, bytes: &'a [u8]) -> Result<Line<'a>, Malformed> {
        let (line, claim) = (Line::parse(bytes), reader.read(bytes));
        if let (Ok(line), Ok(claim)) = (&line, &claim) {
            assert_eq!((line.body, line.at, line.mac), (claim.body, claim.at, claim.mac));
            assert_eq!(line.ts.as_bytes(), claim.ts);
            assert_eq!(line.segment_start(), claim.segment_start());
            assert_eq!(line.starts_segment(), claim.starts_segment());
        }
        assert_eq!(line.as_ref().err(), claim.as_ref().err());
        line
    }

    #[test]
    fn a_line_is_read() {
        let line = sample();
        let line = read(&mut Reader::default(), line.as_bytes()).expect("a line");
        assert_eq!(
            (line.at.seq, line.uid, line.loginuid, line.generation),
            (7, 0, Some(1000), Some(41))
        );
        assert_eq!(text(line.object.expect("an object")), "a\"\\\u{e9}\u{1f511}");
        assert_eq!(line.reason, Some(""));
        assert!(line.body.ends_with(b"eeff\""));
    }

    #[test]
    fn what_the_line_before_said_is_not_taken_for_what_this_one_says() {
        let line = sample();
        let continued =
            format!("audit.continue\",\"phase\":\"done\",\"object\":\"5:{}", HEX16.repeat(2));
        let variants: Vec<String> = [
            ("HEX16", "HEX16"),
            ("\"segment\":\"00", "\"segment\":\"01"),
            ("\"user\":\"jdoe\",", ""),
            ("\"tty\":\"pts/0\",", ""),
            ("\"tty\":\"pts/0\"", "\"tty\":\"pts/0\\\"\""),
            ("\"pid\":42", "\"pid\":421"),
            ("mainnet", "devnet"),
            ("secret.get", SEGMENT),
            (
                "secret.get\",\"phase\":\"done\",\"object\":\"a\\\"\\\\\\u00e9\\ud83d\\udd11",
                &continued,
            ),
            ("\"object_version\":3,", ""),
            ("\"object_version\":3", "\"object_version\":31"),
            ("\"store_id\":\"00", "\"store_id\":\"01"),
            ("\"generation\":41,", ""),
            ("\"exit\":\"OK\",", ""),
        ]
        .iter()
        .map(|(from, to)| line.replacen(from, to, 1))
        .collect();
        let mut reader = Reader::default();
        let mut starts = 0;
        for (before, after) in variants.iter().flat_map(|a| variants.iter().map(move |b| (a, b))) {
            assert!(read(&mut reader, before.as_bytes()).is_ok(), "{before}");
            let line = read(&mut reader, after.as_bytes()).expect("a line");
            starts += usize::from(line.segment_start().is_some());
            // Cut off where what was read again ends, or nearly.
            for len in 0..after.len() {
                assert!(read(&mut reader, &after.as_bytes()[..len]).is_err());
            }
        }
        assert_eq!(starts, 2 * variants.len());
    }

    #[test]
    fn every_other_form_is_refused() {
        let line = sample();
        let mut reader = Reader::default();
        read(&mut reader, line.as_bytes()).expect("a line");
        for (from, to) in [
            ("\n", ""),
            ("\n", "\r\n"),
            ("\n", "\n\n"),
            ("{\"v\":1", "{\"v\":2"),
            ("{\"v\":1", " {\"v\":1"),
            ("\"seq\":7", "\"seq\":07"),
            ("\"seq\":7", "\"seq\":-7"),
            ("\"seq\":7", "\"seq\":7.0"),
            ("\"seq\":7", "\"seq\":18446744073709551616"),
            ("\"seq\":7", "\"seq\":"),
            ("\"seq\":7", "\"seq\": 7"),
            ("\"seq\":7", "\"seq\":7,\"seq\":7"),
            ("\"uid\":0,\"loginuid\":1000", "\"loginuid\":1000,\"uid\":0"),
            ("\"uid\":0,", "\"uid\":0,\"extra\":0,"),
            ("\"uid\":0,", ""),
            ("\"tty\":\"pts/0\"", "\"tty\":null"),
            ("\"host\":\"h\"", "\"host\":\"h\0\""),
            ("\"host\":\"h\"", "\"host\":\"\u{e9}\""),
            ("\"host\":\"h\"", "\"host\":\"\\n\""),
            ("\"host\":\"h\"", "\"host\":\"\\u0041\""),
            ("\"host\":\"h\"", "\"host\":\"\\u00E9\""),
            ("\"host\":\"h\"", "\"host\":\"\\ud83d\""),
            ("\"host\":\"h\"", "\"host\":\"\\udd11\""),
            ("\"host\":\"h\"", "\"host\":\"\\u00\""),
            ("mainnet", "othernet"),
            ("\"done\"", "\"doing\""),
            ("\"exit\":\"OK\"", "\"exit\":\"ok\""),
            ("T09:30", " 09:30"),
            ("aabbcc", "AABBCC"),
            ("\"mac\"", "\"MAC\""),
        ] {
            let other = line.replacen(from, to, 1);
            assert_ne!(other, line, "{from}");
            assert!(read(&mut reader, other.as_bytes()).is_err(), "{from} -> {to}");
        }
        for (at, byte) in (0..line.len() - 1).flat_map(|at| [0, 0x1f, 0x7f, 0xc3].map(|b| (at, b)))
        {
            let mut other = line.clone().into_bytes();
            other[at] = byte;
            assert!(read(&mut reader, &other).is_err(), "{byte:#x} at {at}");
        }
        for len in 0..line.len() {
            assert!(read(&mut reader, &line.as_bytes()[..len]).is_err());
        }
        let long = line.replace("\"h\"", &format!("\"{}\"", "h".repeat(MAX_LINE)));
        assert_eq!(
            read(&mut reader, long.as_bytes()).err(),
            Some("a line of more than 65536 bytes")
        );
    }

    #[test]
    fn text_survives_its_escapes() {
        let mut reader = Reader::default();
        for c in (0..=u32::from(char::MAX)).step_by(17).filter_map(char::from_u32) {
            let mut raw = Vec::new();
            escape(&mut raw, &c.to_string());
            let raw = String::from_utf8(raw).expect("ASCII");
            assert_eq!(text(&raw), c.to_string());
            let line = sample().replace("\"h\"", &format!("\"{raw}\""));
            assert!(read(&mut reader, line.as_bytes()).is_ok(), "{raw}");
        }
    }
}
