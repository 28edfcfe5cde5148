//! Lines of a file, however long they are, read in large pieces.

use std::io::{self, BufRead as _, BufReader, Read};

use super::MAX_LINE;

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// Calls `visit` for each line of `content`, its end included, with the number of bytes that it takes in the file. Of a line that
/// is too long only the start is kept, which is too long as well.
pub(super) fn each_line(
    content: Box<dyn Read + '_>,
    mut visit: impl FnMut(&[u8], u64) -> io::Result<()>,
) -> io::Result<()> {
    let mut content = BufReader::with_capacity(PIECE, content);
    let mut kept = Vec::new();
    let mut len = 0_u64;
    loop {
        let piece = content.fill_buf()?;
        if piece.is_empty() {
            break;
        }
        // On memory, which cannot fail; it searches many bytes at a time.
        let took = (&*piece).skip_until(b'\n').unwrap_or(piece.len());
        let part = &piece[..took];
        let ends = part.last() == Some(&b'\n');
        if ends && len == 0 {
            visit(part, took as u64)?;
        } else {
            len += took as u64;
            kept.extend_from_slice(&part[..took.min((MAX_LINE + 1).saturating_sub(kept.len()))]);
            if ends {
                if let Some(last) = kept.last_mut() {
                    *last = b'\n';
                }
                visit(&kept, len)?;
                kept.clear();
                len = 0;
            }
        }
        content.consume(took);
    }
    if len > 0 {
        visit(&kept, len)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a pipe does.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(self.0.len()).min(to.len());
            to[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn lines(text: &[u8], step: usize) -> Vec<(Vec<u8>, u64)> {
        let mut found = Vec::new();
        each_line(Box::new(Slow(text, step)), |line, len| {
            found.push((line.to_vec(), len));
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn lines_do_not_depend_on_how_they_arrive() {
        let text = b"one\n\ntwo two\nthree";
        let whole = lines(text, text.len());
        assert_eq!(whole.iter().map(|(line, _)| line.len()).collect::<Vec<_>>(), [4, 1, 8, 5]);
        for step in 1..text.len() {
            assert_eq!(lines(text, step), whole, "{step}");
        }
    }

    #[test]
    fn a_line_of_any_length_takes_little_memory_and_keeps_its_length() {
        for len in [MAX_LINE - 1, MAX_LINE, MAX_LINE + 1, 3 * MAX_LINE] {
            for end in [&b"\n"[..], b""] {
                let text = [vec![b'x'; len].as_slice(), end].concat();
                let [(line, took)] = &lines(&text, 1000)[..] else { panic!("one line") };
                assert_eq!(*took, text.len() as u64);
                assert_eq!(line.len(), text.len().min(MAX_LINE + 1));
                assert_eq!(line.ends_with(b"\n"), !end.is_empty());
            }
        }
    }
}
