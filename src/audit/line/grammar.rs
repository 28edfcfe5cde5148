//! The parts of a line, each in its one form.
//!
//! Nothing is passed over: a byte is part of a key, a digit, or text that has been found to be printable ASCII.

use super::super::MAX_LINE;
use super::super::record::{MAC_FIELD, MAC_LEN, Phase};
use super::Malformed;
use super::text::{PRINTABLE, escape_len, plain_len};
use crate::kind::Kind;

/// A key with what stands around it. Whole, so that it is compared in one step.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":").as_bytes()
    };
}

pub(super) const SHAPE: Malformed = "a key that is missing, unknown, twice or in another place";
const NOT_HEX: Malformed = "something else than lower-case hexadecimal";
const UNPRINTABLE: Malformed = "a byte that is not printable ASCII";

/// `N` bytes in hexadecimal: pairs of digits, which have been looked at.
pub(super) type Hex<'a, const N: usize> = &'a [[u8; 2]; N];

/// Printable ASCII, as it stands in a line.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    pub fn as_str(self) -> &'a str {
        std::str::from_utf8(self.0).unwrap_or_default()
    }
}

impl<'a, const N: usize> From<Hex<'a, N>> for Text<'a> {
    fn from(digits: Hex<'a, N>) -> Self {
        Self(digits.as_flattened())
    }
}

/// What the MAC of a line covers, and the digits of the MAC.
pub(super) fn body_and_mac(bytes: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let Some((b'\n', line)) = bytes.split_last() else { return Err("a line without an end") };
    if bytes.len() > MAX_LINE {
        return Err("a line of more than 65536 bytes");
    }
    let split = (line.len() + 1).checked_sub(MAC_LEN).ok_or("not a record")?;
    let (body, end) = line.split_at(split);
    let mac = end.strip_prefix(MAC_FIELD.as_bytes()).and_then(|end| end.strip_suffix(b"\"}"));
    Ok((body, mac.ok_or("no MAC at its end")?))
}

/// Why `bytes` are no line, when reading them stopped with `why`: a byte that no line has says more than where it stands.
pub(super) fn reason(bytes: &[u8], why: Malformed) -> Malformed {
    match bytes {
        [line @ .., b'\n'] if bytes.len() <= MAX_LINE => match line {
            _ if line.iter().all(|b| PRINTABLE.contains(b)) => why,
            _ if line.contains(&0) => "a NUL byte",
            [.., b'\r'] => "a carriage return",
            _ => UNPRINTABLE,
        },
        _ => why,
    }
}

/// Who did it, and where.
pub(super) struct Who<'a> {
    pub boot: Text<'a>,
    pub host: Text<'a>,
    pub uid: u64,
    pub loginuid: Option<u64>,
    pub user: Option<Text<'a>>,
    pub tty: Option<Text<'a>>,
}

/// With what.
pub(super) struct Program<'a> {
    pub tool: Text<'a>,
    pub version: Text<'a>,
    pub net: Text<'a>,
}

/// What was done, to which store.
pub(super) struct Deed<'a> {
    pub event: Text<'a>,
    pub phase: Phase,
    pub object: Option<Text<'a>>,
    pub object_version: Option<u64>,
    pub store_id: Text<'a>,
}

/// What came of it.
pub(super) struct Outcome<'a> {
    pub generation: Option<u64>,
    pub digest: Option<Text<'a>>,
    pub exit: Option<Text<'a>>,
    pub corr: Text<'a>,
    pub reason: Option<Text<'a>>,
}

/// Stands in the body of a line; the parts are taken in their order.
pub(super) struct Parser<'a> {
    pub rest: &'a [u8],
}

impl<'a> Parser<'a> {
    #[inline]
    pub fn log_and_segment(&mut self) -> Result<(Hex<'a, 16>, Hex<'a, 16>), Malformed> {
        let versioned = self.rest.strip_prefix(b"{\"v\":1");
        self.rest = versioned.ok_or("not a record of version 1")?;
        Ok((self.hex(key!("log_id"))?.ok_or(SHAPE)?, self.hex(key!("segment"))?.ok_or(SHAPE)?))
    }

    #[inline]
    pub fn seq(&mut self) -> Result<u64, Malformed> {
        self.number(key!("seq"))?.ok_or(SHAPE)
    }

    #[inline]
    pub fn timestamp(&mut self) -> Result<Text<'a>, Malformed> {
        const SHAPE_OF_TIME: &[u8; 30] = b"dddd-dd-ddTdd:dd:dd.dddddddddZ";
        let ts = self.quoted(key!("ts"), SHAPE_OF_TIME.len())?.ok_or(SHAPE)?;
        let right = ts.iter().zip(SHAPE_OF_TIME).fold(true, |ok, (b, shape)| {
            ok & if *shape == b'd' { b.is_ascii_digit() } else { b == shape }
        });
        if right { Ok(Text(ts)) } else { Err("a time in another form") }
    }

    /// Up to the key of the process id, so that the part has the same end in every line.
    #[inline]
    pub fn who(&mut self) -> Result<Who<'a>, Malformed> {
        let who = Who {
            boot: self.hex::<16>(key!("boot"))?.ok_or(SHAPE)?.into(),
            host: self.text(key!("host"))?.ok_or(SHAPE)?,
            uid: self.number(key!("uid"))?.ok_or(SHAPE)?,
            loginuid: self.number(key!("loginuid"))?,
            user: self.text(key!("user"))?,
            tty: self.text(key!("tty"))?,
        };
        if self.key(key!("pid")) { Ok(who) } else { Err(SHAPE) }
    }

    #[inline]
    pub fn pid(&mut self) -> Result<u64, Malformed> {
        self.digits()
    }

    #[inline]
    pub fn program(&mut self) -> Result<Program<'a>, Malformed> {
        Ok(Program {
            tool: self.text(key!("tool"))?.ok_or(SHAPE)?,
            version: self.text(key!("version"))?.ok_or(SHAPE)?,
            net: self
                .one_of(key!("net"), ["mainnet", "testnet", "devnet"].into_iter())?
                .ok_or(SHAPE)?,
        })
    }

    #[inline]
    pub fn deed(&mut self) -> Result<Deed<'a>, Malformed> {
        let event = self.text(key!("event"))?.ok_or(SHAPE)?;
        let phase = self.text(key!("phase"))?.ok_or(SHAPE)?;
        let known = Phase::ALL.into_iter().find(|known| known.name().as_bytes() == phase.0);
        Ok(Deed {
            event,
            phase: known.ok_or("no such phase")?,
            object: self.text(key!("object"))?,
            object_version: self.number(key!("object_version"))?,
            store_id: self.hex::<16>(key!("store_id"))?.ok_or(SHAPE)?.into(),
        })
    }

    #[inline]
    pub fn outcome(&mut self) -> Result<Outcome<'a>, Malformed> {
        Ok(Outcome {
            generation: self.number(key!("generation"))?,
            digest: self.hex::<32>(key!("digest"))?.map(Text::from),
            exit: self.one_of(key!("exit"), Kind::ALL.into_iter().map(Kind::name))?,
            corr: self.hex::<8>(key!("corr"))?.ok_or(SHAPE)?.into(),
            reason: self.text(key!("reason"))?,
        })
    }

    /// The MAC of the line before, which ends the body.
    #[inline]
    pub fn prev(&mut self) -> Result<Hex<'a, 32>, Malformed> {
        let prev = self.hex(key!("prev"))?.ok_or(SHAPE)?;
        if self.rest.is_empty() { Ok(prev) } else { Err(SHAPE) }
    }

    /// Takes a key, if it is next.
    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn key(&mut self, key: &[u8]) -> bool {
        let rest = self.rest.strip_prefix(key);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn number(&mut self, key: &[u8]) -> Result<Option<u64>, Malformed> {
        if self.key(key) { self.digits().map(Some) } else { Ok(None) }
    }

    #[inline]
    fn digits(&mut self) -> Result<u64, Malformed> {
        let (mut value, mut len) = (Some(0_u64), 0);
        while let Some(digit @ b'0'..=b'9') = self.rest.get(len) {
            let digit = u64::from(digit - b'0');
            value = value.and_then(|value| value.checked_mul(10)?.checked_add(digit));
            len += 1;
        }
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        match digits {
            [] | [b'0', _, ..] => Err("a number in another form"),
            _ => value.ok_or("a number above 64 bits"),
        }
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn text(&mut self, key: &[u8]) -> Result<Option<Text<'a>>, Malformed> {
        if self.key(key) { self.words().map(Some) } else { Ok(None) }
    }

    fn words(&mut self) -> Result<Text<'a>, Malformed> {
        let inner = self.rest.strip_prefix(b"\"").ok_or(SHAPE)?;
        let mut at = 0;
        loop {
            at += plain_len(&inner[at..]);
            match inner.get(at) {
                Some(b'"') => break,
                Some(b'\\') => at += escape_len(&inner[at..])?,
                Some(_) => return Err(UNPRINTABLE),
                None => return Err("text without an end"),
            }
        }
        self.rest = &inner[at + 1..];
        Ok(Text(&inner[..at]))
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn one_of(
        &mut self,
        key: &[u8],
        mut allowed: impl Iterator<Item = &'static str>,
    ) -> Result<Option<Text<'a>>, Malformed> {
        match self.text(key)? {
            Some(found) if !allowed.any(|name| name.as_bytes() == found.0) => {
                Err("a word of no meaning")
            }
            found => Ok(found),
        }
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn quoted(&mut self, key: &[u8], len: usize) -> Result<Option<&'a [u8]>, Malformed> {
        if !self.key(key) {
            return Ok(None);
        }
        let inner = self.rest.strip_prefix(b"\"").ok_or(SHAPE)?;
        let (value, rest) = inner.split_at_checked(len).ok_or(SHAPE)?;
        self.rest = rest.strip_prefix(b"\"").ok_or(SHAPE)?;
        Ok(Some(value))
    }

    #[expect(clippy::inline_always, reason = "so that a key is compared as a constant")]
    #[inline(always)]
    fn hex<const N: usize>(&mut self, key: &[u8]) -> Result<Option<Hex<'a, N>>, Malformed> {
        self.quoted(key, 2 * N)?.map(hex).transpose()
    }
}

/// The value of a digit; something above 15 for what is none.
pub(super) const fn nibble(b: u8) -> u8 {
    let (number, letter) = (b.wrapping_sub(b'0'), b.wrapping_sub(b'a'));
    if number < 10 {
        number
    } else if letter < 6 {
        letter + 10
    } else {
        0xff
    }
}

/// `digits` as the digits of `N` bytes, if they are.
#[inline]
pub(super) fn hex<const N: usize>(digits: &[u8]) -> Result<Hex<'_, N>, Malformed> {
    let (pairs, rest) = digits.as_chunks();
    // Without a way out of the loop it is done sixteen bytes at a time.
    let right = digits.iter().fold(rest.is_empty(), |ok, b| ok & (nibble(*b) < 16));
    pairs.try_into().ok().filter(|_| right).ok_or(NOT_HEX)
}

/// The bytes that `digits` stand for.
#[inline]
pub(super) fn decode<const N: usize>(digits: Hex<'_, N>) -> [u8; N] {
    // Of a digit that is one: what stands in its low half, and nine more for a letter.
    let value = |digit: u8| (digit & 0xf) + 9 * (digit >> 6);
    digits.map(|[high, low]| value(high) << 4 | value(low))
}

/// The number that `text` is, if it is one in its one form.
pub(super) fn number(text: &str) -> Option<u64> {
    let mut p = Parser { rest: text.as_bytes() };
    p.digits().ok().filter(|_| p.rest.is_empty())
}
