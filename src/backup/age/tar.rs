//! Plain files as a POSIX tar: ustar headers, and a pax header before a file whose name or size a ustar header cannot say.
//!
//! No owner is recorded: what is unpacked belongs to whoever unpacks it. Of the mode only the nine permission bits are kept.

use std::io::{Read, Write};

use super::AgeError;
use crate::clock::Timestamp;
use crate::secret::SecretBytes;

const BLOCK: usize = 512;
/// Largest number of eleven octal digits.
const OCTAL_11: u64 = 0o777_7777_7777;
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// One plain file.
pub struct Entry<'a> {
    /// Its path in the tar: relative, without `.` and `..`.
    pub path: &'a str,
    /// Permission bits.
    pub mode: u32,
    /// Exact number of bytes.
    pub size: u64,
    /// When it was changed.
    pub modified: Timestamp,
}

/// Writes a file with its header. The content must have exactly `size` bytes.
pub fn add(
    out: &mut impl Write,
    entry: &Entry<'_>,
    content: &mut dyn Read,
) -> Result<(), AgeError> {
    check_path(entry.path)?;
    let mut records = Vec::new();
    let name = split(entry.path);
    if name.is_none() {
        record(&mut records, "path", entry.path);
    }
    if entry.size > OCTAL_11 {
        record(&mut records, "size", &entry.size.to_string());
    }
    if !records.is_empty() {
        let size = u64::try_from(records.len()).unwrap_or(u64::MAX);
        let block = header(("", "pax"), b'x', 0o600, size, entry.modified);
        out.write_all(&block).map_err(AgeError::Write)?;
        out.write_all(&records).map_err(AgeError::Write)?;
        pad(out, size)?;
    }
    // A reader that knows no pax headers still gets a name, though not the right one.
    let name = name.unwrap_or(("", "long-name"));
    let block = header(name, b'0', entry.mode & 0o777, entry.size, entry.modified);
    out.write_all(&block).map_err(AgeError::Write)?;
    copy(out, entry.path, entry.size, content)?;
    pad(out, entry.size)
}

/// Copies exactly `size` bytes, and makes sure that there are no more.
pub fn copy(
    out: &mut impl Write,
    path: &str,
    size: u64,
    content: &mut dyn Read,
) -> Result<(), AgeError> {
    let mut piece = SecretBytes::zeroed(PIECE);
    let mut left = size;
    loop {
        let read = loop {
            match content.read(piece.expose_mut()) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read = read.map_err(|source| AgeError::Read { path: shown(path), source })?;
        if read == 0 {
            break;
        }
        let count = u64::try_from(read).unwrap_or(u64::MAX);
        left = left.checked_sub(count).ok_or_else(|| AgeError::Changed { path: shown(path) })?;
        out.write_all(piece.expose().get(..read).unwrap_or_default()).map_err(AgeError::Write)?;
    }
    if left == 0 { Ok(()) } else { Err(AgeError::Changed { path: shown(path) }) }
}

/// Ends the tar: two empty blocks.
pub fn finish(out: &mut impl Write) -> Result<(), AgeError> {
    out.write_all(&[0; 2 * BLOCK]).map_err(AgeError::Write)
}

fn shown(path: &str) -> String {
    crate::text::escape(path)
}

/// Paths that lead out of the directory in which somebody unpacks, or that would not come back as they are.
fn check_path(path: &str) -> Result<(), AgeError> {
    let why = if path.is_empty() {
        "an empty path"
    } else if path.len() > 4096 {
        "a path above 4 KiB"
    } else if path.starts_with('/') {
        "an absolute path"
    } else if path.chars().any(char::is_control) {
        "a control character in a path"
    } else if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "a path with an empty part, `.` or `..`"
    } else {
        return Ok(());
    };
    Err(AgeError::Path { path: shown(path), why })
}

/// Prefix and name of a ustar header; nothing when the path does not fit or is not ASCII.
fn split(path: &str) -> Option<(&str, &str)> {
    if !path.is_ascii() {
        return None;
    }
    if path.len() <= 100 {
        return Some(("", path));
    }
    let at = path.match_indices('/').map(|(at, _)| at);
    let mut fits = at.filter(|at| *at <= 155 && path.len() - at - 1 <= 100);
    fits.next().and_then(|at| Some((path.get(..at)?, path.get(at + 1..)?)))
}

/// A pax record: its own length in decimal, a blank, `key=value`, a line feed.
fn record(out: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    let mut len = rest + 1;
    while len != rest + len.to_string().len() {
        len += 1;
    }
    out.extend_from_slice(format!("{len} {key}={value}\n").as_bytes());
}

fn pad(out: &mut impl Write, size: u64) -> Result<(), AgeError> {
    let over = usize::try_from(size % 512).unwrap_or(0);
    let zeros = [0; BLOCK];
    let padding = zeros.get(..(BLOCK - over) % BLOCK).unwrap_or_default();
    out.write_all(padding).map_err(AgeError::Write)
}

fn header(
    (prefix, name): (&str, &str),
    kind: u8,
    mode: u32,
    size: u64,
    modified: Timestamp,
) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| {
        for (to, from) in block.iter_mut().skip(at).zip(text) {
            *to = *from;
        }
    };
    // What eleven digits cannot say stands in the pax header.
    let size = if size > OCTAL_11 { 0 } else { size };
    put(0, name.as_bytes());
    put(100, format!("{mode:07o}").as_bytes());
    put(108, b"0000000");
    put(116, b"0000000");
    put(124, format!("{size:011o}").as_bytes());
    put(136, format!("{:011o}", modified.as_unix().min(OCTAL_11)).as_bytes());
    put(148, b"        ");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum: u32 = block.iter().map(|b| u32::from(*b)).sum();
    for (to, from) in block.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *to = from;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, size: u64) -> Entry<'_> {
        Entry { path, mode: 0o100_600, size, modified: Timestamp::from_unix(1_700_000_000) }
    }

    #[test]
    fn a_header_is_that_of_posix() {
        let mut out = Vec::new();
        add(&mut out, &entry("a/b", 3), &mut &b"xyz"[..]).unwrap();
        finish(&mut out).unwrap();
        assert_eq!(out.len(), 2 * 512 + 1024);
        assert_eq!(&out[..4], b"a/b\0");
        assert_eq!(&out[100..108], b"0000600\0");
        assert_eq!(&out[124..136], b"00000000003\0");
        assert_eq!(&out[257..265], b"ustar\x0000");
        let sum: u32 = out[..148].iter().chain(&out[156..512]).map(|b| u32::from(*b)).sum();
        assert_eq!(&out[148..156], format!("{:06o}\0 ", sum + 8 * 32).as_bytes());
        assert_eq!(&out[512..516], b"xyz\0");
    }

    #[test]
    fn a_pax_record_counts_itself() {
        for len in 0..1200 {
            let mut out = Vec::new();
            record(&mut out, "path", &"x".repeat(len));
            let (count, _) = std::str::from_utf8(&out).unwrap().split_once(' ').unwrap();
            assert_eq!(count.parse::<usize>().unwrap(), out.len());
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for path in ["", "/etc/x", "..", "a/../b", "./a", "a//b", "a/", "a\nb", "a\0b"] {
            let result = add(&mut Vec::new(), &entry(path, 0), &mut &b""[..]);
            assert!(matches!(result, Err(AgeError::Path { .. })), "{path:?}");
        }
    }

    #[test]
    fn a_file_that_changed_is_told_from_one_that_did_not() {
        for (size, is_same) in [(2, false), (3, true), (4, false)] {
            let result = add(&mut Vec::new(), &entry("a", size), &mut &b"xyz"[..]);
            assert_eq!(result.is_ok(), is_same, "{size}");
        }
    }

    #[test]
    fn a_size_above_eight_gibibytes_stands_in_a_pax_header() {
        struct Sink(Vec<u8>);
        impl Write for Sink {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                if self.0.len() > 4096 {
                    return Err(std::io::Error::other("enough"));
                }
                self.0.extend_from_slice(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let mut out = Sink(Vec::new());
        let big = entry("big", OCTAL_11 + 1);
        assert!(matches!(add(&mut out, &big, &mut std::io::repeat(0)), Err(AgeError::Write(_))));
        assert!(out.0[512..].starts_with(b"19 size=8589934592\n"));
    }
}
