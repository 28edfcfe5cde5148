//! What a line claims of its place: what a verifier needs of it, and no more.

use super::grammar::{Parser, Text, body_and_mac, decode, hex, reason};
use super::{Beginning, Malformed};
use crate::audit::chain::{Id, SegmentStart};
use crate::audit::record::Position;
use crate::crypto::mac::Hash;

/// A line that has been read as strictly as [`Line::parse`](super::Line::parse) does, and of which little is kept.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// What the MAC covers.
    pub body: &'a [u8],
    /// Where it claims to stand.
    pub at: Position,
    /// Its MAC.
    pub mac: Hash,
    /// Time; text order is time order.
    pub ts: &'a [u8],
    begins: Option<Beginning>,
}

impl Claim<'_> {
    /// As [`Line::segment_start`](super::Line::segment_start).
    pub fn segment_start(&self) -> Option<SegmentStart> {
        self.begins?.of_segment(&self.at)
    }

    /// As [`Line::starts_segment`](super::Line::starts_segment).
    pub fn starts_segment(&self) -> bool {
        matches!(self.begins, Some(Beginning::Segment))
    }
}

/// Reads one line after the other. Half of a line is what the one before it said as well: who, where, with what. What has been
/// read once is only compared.
#[derive(Default)]
pub struct Reader {
    log_and_segment: Again<(Id, Id)>,
    who: Again<()>,
    program: Again<()>,
    deed: Again<Option<Beginning>>,
}

impl Reader {
    /// Accepts and refuses what [`Line::parse`](super::Line::parse) does, for the same reasons.
    pub fn read<'a>(&mut self, bytes: &'a [u8]) -> Result<Claim<'a>, Malformed> {
        self.claim(bytes).map_err(|why| reason(bytes, why))
    }

    fn claim<'a>(&mut self, bytes: &'a [u8]) -> Result<Claim<'a>, Malformed> {
        let (body, mac) = body_and_mac(bytes)?;
        let mut p = Parser { rest: body };
        let (log_id, segment) = self.log_and_segment.read(&mut p, |p| {
            p.log_and_segment().map(|(log_id, segment)| (decode(log_id), decode(segment)))
        })?;
        let seq = p.seq()?;
        let ts = p.timestamp()?.0;
        self.who.read(&mut p, |p| p.who().map(drop))?;
        p.pid()?;
        self.program.read(&mut p, |p| p.program().map(drop))?;
        let begins = self.deed.read(&mut p, |p| {
            p.deed().map(|deed| Beginning::of(deed.event.as_str(), deed.object.map(Text::as_str)))
        })?;
        p.outcome()?;
        let (prev, mac) = (p.prev()?, hex(mac)?);
        Ok(Claim {
            body,
            at: Position { log_id, segment, seq, prev: decode(prev) },
            mac: decode(mac),
            ts,
            begins,
        })
    }
}

/// A part of a line that was read before, and what it said.
#[derive(Default)]
struct Again<T> {
    bytes: Vec<u8>,
    said: Option<T>,
}

impl<T: Copy> Again<T> {
    /// Goes past the part. `read` is asked only if other bytes stand there; it must need none of what follows to know the end.
    fn read<'a>(
        &mut self,
        p: &mut Parser<'a>,
        read: impl FnOnce(&mut Parser<'a>) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        if let (Some(said), Some(rest)) = (self.said, p.rest.strip_prefix(&*self.bytes)) {
            p.rest = rest;
            return Ok(said);
        }
        let before = p.rest;
        let said = read(p)?;
        self.bytes.clear();
        self.bytes.extend_from_slice(&before[..before.len() - p.rest.len()]);
        self.said = Some(said);
        Ok(said)
    }
}
