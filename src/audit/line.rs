//! Reads a line of a log, strictly: what is accepted is exactly what [`record`](super::record) writes.
//!
//! No JSON parser stands here. A line has one shape, and everything else (another order, a key twice, an unknown one, blanks,
//! a carriage return, a NUL, other escapes) is refused with its reason, so that no two programs can read a line differently.

use std::borrow::Cow;

use super::MAX_LINE;
use super::chain::SegmentStart;
use super::record::{CONTINUE, MAC_FIELD, MAC_LEN, Phase, Position, SEGMENT};
use crate::crypto::mac::Hash;
use crate::kind::Kind;

/// A key with what stands around it. Whole, so that it is compared in one step.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}

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
        let Some((b'\n', line)) = bytes.split_last() else { return Err("a line without an end") };
        if bytes.len() > MAX_LINE {
            return Err("a line of more than 65536 bytes");
        }
        // Without a way out of the loop it is done sixteen bytes at a time.
        if !line.iter().fold(true, |ok, b| ok & (0x20..0x7f).contains(b)) {
            return Err(match line {
                _ if line.contains(&0) => "a NUL byte",
                [.., b'\r'] => "a carriage return",
                _ => "a byte that is not printable ASCII",
            });
        }
        let line = std::str::from_utf8(line).map_err(|_| "a byte that is not printable ASCII")?;
        let split = (line.len() + 1).checked_sub(MAC_LEN).ok_or("not a record")?;
        let (body, end) = line.split_at(split);
        let mac = end
            .strip_prefix(MAC_FIELD)
            .and_then(|end| end.strip_suffix("\"}"))
            .ok_or("no MAC at its end")?;
        let mut p = Parser { rest: body };
        p.rest = p.rest.strip_prefix("{\"v\":1").ok_or("not a record of version 1")?;
        let log_id = p.fixed(key!("log_id"))?;
        let segment = p.fixed(key!("segment"))?;
        let seq = p.number(key!("seq"))?.ok_or(SHAPE)?;
        let ts = p.timestamp()?;
        let boot = p.hex(key!("boot"), 32)?.ok_or(SHAPE)?;
        let host = p.text(key!("host"))?.ok_or(SHAPE)?;
        let uid = p.number(key!("uid"))?.ok_or(SHAPE)?;
        let loginuid = p.number(key!("loginuid"))?;
        let user = p.text(key!("user"))?;
        let tty = p.text(key!("tty"))?;
        let pid = p.number(key!("pid"))?.ok_or(SHAPE)?;
        let tool = p.text(key!("tool"))?.ok_or(SHAPE)?;
        let version = p.text(key!("version"))?.ok_or(SHAPE)?;
        let net =
            p.one_of(key!("net"), ["mainnet", "testnet", "devnet"].into_iter())?.ok_or(SHAPE)?;
        let event = p.text(key!("event"))?.ok_or(SHAPE)?;
        let phase = p.text(key!("phase"))?.ok_or(SHAPE)?;
        let phase = Phase::ALL.into_iter().find(|p| p.name() == phase).ok_or("no such phase")?;
        let object = p.text(key!("object"))?;
        let object_version = p.number(key!("object_version"))?;
        let store_id = p.hex(key!("store_id"), 32)?.ok_or(SHAPE)?;
        let generation = p.number(key!("generation"))?;
        let digest = p.hex(key!("digest"), 64)?;
        let exit = p.one_of(key!("exit"), Kind::ALL.into_iter().map(Kind::name))?;
        let corr = p.hex(key!("corr"), 16)?.ok_or(SHAPE)?;
        let reason = p.text(key!("reason"))?;
        let prev = p.fixed(key!("prev"))?;
        if !p.rest.is_empty() {
            return Err(SHAPE);
        }
        Ok(Self {
            body: body.as_bytes(),
            at: Position { log_id, segment, seq, prev },
            mac: decode(mac)?,
            ts,
            boot,
            host,
            uid,
            loginuid,
            user,
            tty,
            pid,
            tool,
            version,
            net,
            event,
            phase,
            object,
            object_version,
            store_id,
            generation,
            digest,
            exit,
            corr,
            reason,
        })
    }

    /// Where its segment begins, if the line says so: the first record of a segment, or of a file after a rotation.
    pub fn segment_start(&self) -> Option<SegmentStart> {
        let Position { log_id, segment, seq, prev } = self.at;
        if self.event == SEGMENT {
            return Some(SegmentStart { log_id, segment, seq, prev });
        }
        if self.event != CONTINUE {
            return None;
        }
        let (start, prev) = self.object?.split_once(':')?;
        let start = number(start).ok()?;
        (start < seq).then_some(SegmentStart {
            log_id,
            segment,
            seq: start,
            prev: decode(prev).ok()?,
        })
    }

    /// True for the first record of a segment.
    pub fn starts_segment(&self) -> bool {
        self.event == SEGMENT
    }

    /// The correlation id.
    pub fn correlation(&self) -> [u8; 8] {
        decode(self.corr).unwrap_or_default()
    }
}

/// Text of a line without its escapes.
pub fn text(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut units = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        let unit = match byte {
            b'\\' => match bytes.next() {
                Some(b'u') => (0..4).fold(0, |unit, _| {
                    (unit << 4) | bytes.next().and_then(hex_digit).unwrap_or_default()
                }),
                other => u16::from(other.unwrap_or_default()),
            },
            plain => u16::from(plain),
        };
        units.push(unit);
    }
    Cow::Owned(String::from_utf16_lossy(&units))
}

const SHAPE: Malformed = "a key that is missing, unknown, twice or in another place";

struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    /// Takes a key, if it is next.
    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn key(&mut self, key: &str) -> bool {
        let rest = self.rest.strip_prefix(key);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn number(&mut self, key: &str) -> Result<Option<u64>, Malformed> {
        if self.key(key) { self.digits().map(Some) } else { Ok(None) }
    }

    fn digits(&mut self) -> Result<u64, Malformed> {
        let digit = |b: &&u8| b.is_ascii_digit();
        let len = self.rest.as_bytes().iter().take_while(digit).count();
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        number(digits)
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn text(&mut self, key: &str) -> Result<Option<&'a str>, Malformed> {
        if self.key(key) { self.words().map(Some) } else { Ok(None) }
    }

    fn words(&mut self) -> Result<&'a str, Malformed> {
        let inner = self.rest.strip_prefix('"').ok_or(SHAPE)?;
        let bytes = inner.as_bytes();
        let mut at = 0;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += escape_len(&bytes[at..])?,
                Some(_) => at += 1,
                None => return Err("text without an end"),
            }
        }
        self.rest = &inner[at + 1..];
        Ok(&inner[..at])
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn one_of(
        &mut self,
        key: &str,
        mut allowed: impl Iterator<Item = &'static str>,
    ) -> Result<Option<&'a str>, Malformed> {
        match self.text(key)? {
            Some(found) if !allowed.any(|name| name == found) => Err("a word of no meaning"),
            found => Ok(found),
        }
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn quoted(&mut self, key: &str, len: usize) -> Result<Option<&'a str>, Malformed> {
        if !self.key(key) {
            return Ok(None);
        }
        let inner = self.rest.strip_prefix('"').ok_or(SHAPE)?;
        let (value, rest) = inner.split_at_checked(len).ok_or(SHAPE)?;
        self.rest = rest.strip_prefix('"').ok_or(SHAPE)?;
        Ok(Some(value))
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn hex(&mut self, key: &str, len: usize) -> Result<Option<&'a str>, Malformed> {
        let found = self.quoted(key, len)?;
        match found {
            Some(hex) if !hex.bytes().fold(true, |ok, b| ok & (nibble(b) < 16)) => Err(NOT_HEX),
            found => Ok(found),
        }
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn fixed<const N: usize>(&mut self, key: &str) -> Result<[u8; N], Malformed> {
        decode(self.quoted(key, 2 * N)?.ok_or(SHAPE)?)
    }

    fn timestamp(&mut self) -> Result<&'a str, Malformed> {
        const SHAPE_OF_TIME: &[u8; 30] = b"dddd-dd-ddTdd:dd:dd.dddddddddZ";
        let ts = self.quoted(key!("ts"), SHAPE_OF_TIME.len())?.ok_or(SHAPE)?;
        let right = ts.bytes().zip(SHAPE_OF_TIME).fold(true, |ok, (b, shape)| {
            ok & if *shape == b'd' { b.is_ascii_digit() } else { b == *shape }
        });
        if right { Ok(ts) } else { Err("a time in another form") }
    }
}

const NOT_HEX: Malformed = "something else than lower-case hexadecimal";

/// The value of a digit; something above 15 for what is none.
const fn nibble(b: u8) -> u8 {
    let (number, letter) = (b.wrapping_sub(b'0'), b.wrapping_sub(b'a'));
    if number < 10 {
        number
    } else if letter < 6 {
        letter + 10
    } else {
        0xff
    }
}

fn decode<const N: usize>(hex: &str) -> Result<[u8; N], Malformed> {
    // A table, since a log has some two hundred such digits in a line.
    const VALUE: [u8; 256] = {
        let mut table = [0xff; 256];
        let mut b = 0_u8;
        while b < 0x80 {
            table[b as usize] = nibble(b);
            b += 1;
        }
        table
    };
    let (mut out, mut seen) = ([0; N], 0);
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return Err(NOT_HEX);
    }
    for (byte, [high, low]) in out.iter_mut().zip(pairs) {
        let (high, low) = (VALUE[usize::from(*high)], VALUE[usize::from(*low)]);
        seen |= high | low;
        *byte = high << 4 | low & 0xf;
    }
    if seen < 16 { Ok(out) } else { Err(NOT_HEX) }
}

fn number(digits: &str) -> Result<u64, Malformed> {
    let (mut value, mut whole) = (0_u64, !digits.is_empty());
    let mut fits = true;
    for b in digits.bytes() {
        let digit = b.wrapping_sub(b'0');
        whole &= digit < 10;
        match value.checked_mul(10).and_then(|value| value.checked_add(u64::from(digit))) {
            Some(next) => value = next,
            None => fits = false,
        }
    }
    if !whole || (digits.len() > 1 && digits.starts_with('0')) {
        return Err("a number in another form");
    }
    if fits { Ok(value) } else { Err("a number above 64 bits") }
}

fn hex_digit(byte: u8) -> Option<u16> {
    Some(nibble(byte)).filter(|value| *value < 16).map(u16::from)
}

/// Bytes of the escape that `bytes` starts with; only escapes that the writer makes are accepted.
fn escape_len(bytes: &[u8]) -> Result<usize, Malformed> {
    const WRONG: Malformed = "an escape that is not written so";
    let unit = |bytes: &[u8]| match bytes {
        [b'\\', b'u', digits @ ..] if digits.len() >= 4 => {
            digits[..4].iter().try_fold(0_u16, |unit, digit| Some((unit << 4) | hex_digit(*digit)?))
        }
        _ => None,
    };
    if let [b'\\', b'"' | b'\\', ..] = bytes {
        return Ok(2);
    }
    match unit(bytes).ok_or(WRONG)? {
        0xd800..=0xdbff => match unit(&bytes[6..]) {
            Some(0xdc00..=0xdfff) => Ok(12),
            _ => Err(WRONG),
        },
        0x20..=0x7e | 0xdc00..=0xdfff => Err(WRONG),
        _ => Ok(6),
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn a_line_is_read() {
        let line = sample();
        let line = Line::parse(line.as_bytes()).expect("a line");
        assert_eq!(
            (line.at.seq, line.uid, line.loginuid, line.generation),
            (7, 0, Some(1000), Some(41))
        );
        assert_eq!(text(line.object.expect("an object")), "a\"\\\u{e9}\u{1f511}");
        assert_eq!(line.reason, Some(""));
        assert!(line.body.ends_with(b"eeff\""));
    }

    #[test]
    fn every_other_form_is_refused() {
        let line = sample();
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
            assert!(Line::parse(other.as_bytes()).is_err(), "{from} -> {to}");
        }
        for len in 0..line.len() {
            assert!(Line::parse(&line.as_bytes()[..len]).is_err());
        }
        let long = line.replace("\"h\"", &format!("\"{}\"", "h".repeat(MAX_LINE)));
        assert_eq!(Line::parse(long.as_bytes()).err(), Some("a line of more than 65536 bytes"));
    }

    #[test]
    fn text_survives_its_escapes() {
        for c in (0..=u32::from(char::MAX)).step_by(17).filter_map(char::from_u32) {
            let mut raw = Vec::new();
            escape(&mut raw, &c.to_string());
            let raw = String::from_utf8(raw).expect("ASCII");
            assert_eq!(text(&raw), c.to_string());
            let line = sample().replace("\"h\"", &format!("\"{raw}\""));
            assert!(Line::parse(line.as_bytes()).is_ok(), "{raw}");
        }
    }
}
