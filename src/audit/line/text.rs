//! Text between quotes, and its escapes.

use std::borrow::Cow;
use std::ops::Range;

use super::Malformed;
use super::grammar::nibble;

/// The bytes that a line has.
pub(super) const PRINTABLE: Range<u8> = 0x20..0x7f;

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

/// How many of the first bytes stand for themselves in text: printable, and neither `"` nor `\`.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    // Eight bytes at a time. What is looked for in a byte sets its highest bit; a borrow can only reach bytes behind the first
    // that is found.
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH: u64 = 0x80 * ONES;
    let below = |word: u64, limit: u64| word.wrapping_sub(limit * ONES) & !word;
    let is = |word: u64, byte: u8| below(word ^ (u64::from(byte) * ONES), 1);
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let other = word | below(word, 0x20) | is(word, b'"') | is(word, b'\\') | is(word, 0x7f);
        if other & HIGH != 0 {
            return 8 * at + (other & HIGH).trailing_zeros() as usize / 8;
        }
    }
    let plain = |b: &&u8| PRINTABLE.contains(b) && !matches!(b, b'"' | b'\\');
    8 * words.len() + rest.iter().take_while(plain).count()
}

/// Bytes of the escape that `bytes` starts with; only escapes that the writer makes are accepted.
pub(super) fn escape_len(bytes: &[u8]) -> Result<usize, Malformed> {
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

fn hex_digit(byte: u8) -> Option<u16> {
    Some(nibble(byte)).filter(|value| *value < 16).map(u16::from)
}
