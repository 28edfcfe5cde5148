//! The whole file for the pre-deploy gate: everything that is wrong with it, not only the first thing.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::keys::Shape;
use super::source::{Source, shown};
use super::tree::{Problem, Tree, Trouble};
use super::{Config, ConfigError};
use super::{backup, rotation, schema};

/// A file that was read, whatever is wrong with it.
pub struct Reading<'i> {
    text: &'i str,
    /// The file, as it was named.
    pub path: PathBuf,
    /// Where each line starts.
    lines: Vec<usize>,
    /// How many characters begin before each [`MARK`] bytes: a line may be the whole file, and a finding at every other byte of it.
    marks: Vec<usize>,
    /// Every value that its key allows.
    pub tree: Tree,
    /// What our tables mean to the tools that run; what is wrong in them is as if it were not there.
    pub config: Config,
    /// Everything that is wrong, in the order of the file.
    pub problems: Vec<Problem>,
    /// True when the file is not TOML: then nothing else can be said.
    pub broken: bool,
    /// True when it starts with a byte order mark.
    pub marked: bool,
    /// Where the first line ends in the manner of another system.
    pub carriage_return: Option<usize>,
}

/// A place for people: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl<'i> Reading<'i> {
    /// Reads a file. Fails for what has no place in it: a size or an encoding.
    pub fn of(bytes: &'i [u8], path: &Path) -> Result<Self, ConfigError> {
        let source = Source::new(bytes, path)?;
        let text = source.text();
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let mut lines = Vec::with_capacity(1 + ends.clone().count());
        lines.push(0);
        lines.extend(ends.map(|(at, _)| at + 1));
        let mut problems = Vec::new();
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let at = error.span().unwrap_or(0..0);
            problems.push(Problem { what: Trouble::Syntax, at, text: shown(error.message()) });
        }
        let broken = !errors.is_empty();
        let (mut tree, mut config) = (Tree::default(), Config::default());
        if !broken {
            let document = document.into_inner();
            let mut of_tree = Vec::new();
            tree = Tree::of(&document);
            tree.check(&mut of_tree);
            config = ours(&document, &tree, &mut problems);
            problems.append(&mut of_tree);
            absolute_paths(&tree, &mut problems);
        }
        problems.sort_by_key(|problem| (problem.at.start, problem.at.end));
        problems.dedup_by_key(|problem| problem.at.start);
        Ok(Self {
            text,
            path: path.to_path_buf(),
            lines,
            marks: marks(text),
            tree,
            config,
            problems,
            broken,
            marked: bytes.starts_with("\u{feff}".as_bytes()),
            carriage_return: text.find('\r').and_then(|_| text.find("\r\n")),
        })
    }

    /// The place of a byte.
    pub fn position(&self, at: usize) -> Position {
        let at = self.text.floor_char_boundary(at);
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        Position { line, column: self.characters(at) - self.characters(start) + 1 }
    }

    /// How many characters begin before a byte.
    fn characters(&self, at: usize) -> usize {
        let mark = at / MARK;
        let rest = self.text.as_bytes().get(mark * MARK..at).unwrap_or_default();
        self.marks.get(mark).copied().unwrap_or(0) + beginnings(rest)
    }

    /// The line at a place, without its end.
    pub fn line(&self, position: Position) -> &'i str {
        let start = self.lines.get(position.line.saturating_sub(1)).copied().unwrap_or(0);
        let next = self.lines.get(position.line).copied().unwrap_or(self.text.len());
        let line = self.text.get(start..next).unwrap_or_default();
        line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
    }

    /// The text of a span.
    pub fn slice(&self, span: Range<usize>) -> &'i str {
        self.text.get(span).unwrap_or_default()
    }

    /// The text of the file, without byte order mark.
    pub const fn text(&self) -> &'i str {
        self.text
    }

    /// True when nothing stands in the file but blanks and remarks.
    pub fn is_empty(&self) -> bool {
        self.text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#'))
    }
}

/// Bytes between two counts of characters.
const MARK: usize = 1024;

fn marks(text: &str) -> Vec<usize> {
    let mut before = 0;
    let mut marks = vec![0];
    for piece in text.as_bytes().chunks(MARK) {
        before += beginnings(piece);
        marks.push(before);
    }
    marks
}

/// How many characters begin in a piece of UTF-8.
fn beginnings(piece: &[u8]) -> usize {
    piece.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// Our tables as the running tools see them.
fn ours(document: &DeTable<'_>, tree: &Tree, problems: &mut Vec<Problem>) -> Config {
    let (mut config, mut found) = schema::check(
        &raw(document, tree, "security", schema::KEYS),
        &raw(document, tree, "audit", schema::AUDIT_KEYS),
        &raw(document, tree, "rotation", schema::ROTATION_KEYS),
    );
    config.rotation = rotation::check(&raw(document, tree, "rotation", rotation::KEYS), &mut found);
    config.backups = backup::check(&raw(document, tree, "backup", backup::KEYS), &mut found);
    problems.extend(found.into_iter().map(|(at, text)| Problem {
        what: Trouble::Value,
        at: at.clone(),
        text,
    }));
    config
}

/// The values of a table's `heeded` keys. Those of a wrong type are told by the tree; here they are left out.
fn raw<'i, T: Default + Deserialize<'i>>(
    document: &DeTable<'i>,
    tree: &Tree,
    name: &str,
    heeded: &[&str],
) -> T {
    let (Some(raw), Some(checked)) =
        (document.get(name), tree.0.get(name).and_then(super::tree::Node::table))
    else {
        return T::default();
    };
    let Some(table) = raw.get_ref().as_table() else { return T::default() };
    let fits = |key: &str| heeded.contains(&key) && checked.0.contains_key(key);
    let kept = table.iter().filter(|(key, _)| fits(key.get_ref()));
    let kept = kept.map(|(key, value)| (key.clone(), value.clone())).collect();
    let table = toml::Spanned::new(raw.span(), DeValue::Table(kept));
    // The tree has told why.
    T::deserialize(ValueDeserializer::from(table)).unwrap_or_default()
}

/// Paths of ours mean the same wherever a tool is started; those of the service are judged by a rule.
fn absolute_paths(tree: &Tree, problems: &mut Vec<Problem>) {
    tree.walk(&mut |path, key, node| {
        if !key.is_some_and(|key| matches!(key.shape, Shape::Path | Shape::Paths)) {
            return;
        }
        let ours =
            path.split_once('.').is_some_and(|(table, _)| super::OUR_TABLES.contains(&table));
        let (true, Some(text), super::tree::Origin::File(_, span)) =
            (ours, node.text(), &node.origin)
        else {
            return;
        };
        if schema::absolute(text).is_none() {
            let text = format!("`{path}` is an absolute path");
            problems.push(Problem { what: Trouble::Value, at: span.clone(), text });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Reading<'_> {
        Reading::of(text.as_bytes(), Path::new("c.toml")).expect(text)
    }

    fn told(text: &str) -> Vec<String> {
        let reading = read(text);
        let at = |problem: &Problem| {
            let place = reading.position(problem.at.start);
            format!("{}:{}: {}", place.line, place.column, problem.text)
        };
        reading.problems.iter().map(at).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_place() {
        assert_eq!(
            told(
                "[security]\nnetwrok = 'x'\nstate_dir = 'rel'\nmin_generation = 'x'\n\
                 secret_cache_ttl = '300'\nstore_keys = ['zz']\n[audit]\npath = 'rel'\nmod = 'warn'"
            ),
            [
                "2:1: unknown key `netwrok` in [security], did you mean `network`?",
                "3:13: `state_dir` is an absolute path",
                "4:18: `security.min_generation` is a whole number from 0",
                "5:20: `security.secret_cache_ttl` is a number with a unit, such as \"300s\" or \"5m\"",
                "6:15: `store_keys` is a list of keys of 64 hexadecimal digits",
                "8:8: `path` is an absolute path",
                "9:1: unknown key `mod` in [audit], did you mean `mode`?",
            ]
        );
    }

    #[test]
    fn what_is_right_stays_when_something_else_is_wrong() {
        let reading = read("security.min_generation = 7\nsecurity.network = 5\nsecurity.x = 1");
        assert_eq!(reading.config.min_generation, Some(7));
        assert_eq!(reading.problems.len(), 2);
    }

    #[test]
    fn a_broken_file_is_told_and_nothing_else() {
        let reading = read("a = 1\na = 2\nb = hunter2 hunter2\n");
        assert!(reading.broken);
        assert!(reading.problems.iter().all(|p| p.what == Trouble::Syntax));
        assert!(reading.problems.iter().all(|p| !p.text.contains("hunter2")));
        assert_eq!(reading.position(reading.problems[0].at.start).line, 2);
    }

    proptest::proptest! {
        /// As it would be counted, however long a line is.
        #[test]
        fn places_and_lines_are_those_that_one_would_count(
            parts in proptest::collection::vec((0_usize..5, 1_usize..700), 0..12),
        ) {
            let part = |(kind, times): (usize, usize)| match kind {
                0 => "\n".to_owned(),
                1 => "\r\n".to_owned(),
                2 => "\r#".repeat(times),
                3 => "# x".repeat(times),
                _ => "#\u{e9}\u{20ac}\u{1f511}".repeat(times),
            };
            let text: String = parts.into_iter().map(part).collect();
            let reading = read(&text);
            for at in (0..=text.len()).step_by(97).chain([text.len()]) {
                let at = text.floor_char_boundary(at);
                let before = &text[..at];
                let start = before.rfind('\n').map_or(0, |end| end + 1);
                let (line, column) =
                    (before.matches('\n').count() + 1, text[start..at].chars().count() + 1);
                let place = reading.position(at);
                proptest::prop_assert_eq!(place, Position { line, column });
                let naive = text[start..].lines().next().unwrap_or_default();
                proptest::prop_assert_eq!(reading.line(place), naive);
            }
        }
    }

    #[test]
    fn places_survive_marks_and_foreign_line_ends() {
        let reading = read("\u{feff}[service]\r\n\"b\u{e9}\" = 1\r\n");
        assert!(reading.marked);
        assert_eq!(reading.carriage_return, Some(9));
        assert_eq!(reading.problems.len(), 1);
        let place = reading.position(reading.problems[0].at.start);
        assert_eq!(place, Position { line: 2, column: 1 });
        assert_eq!(reading.line(place), "\"b\u{e9}\" = 1");
        assert!(read("# only\n \n").is_empty());
        assert_eq!(read("").position(99), Position { line: 1, column: 1 });
    }
}
