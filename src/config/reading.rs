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
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
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
        leave_out(&mut problems);
        Ok(Self {
            text,
            path: path.to_path_buf(),
            lines,
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
        Position { line, column: self.text[start..at].chars().count() + 1 }
    }

    /// The line at a place, without its end.
    pub fn line(&self, position: Position) -> &'i str {
        let start = self.lines.get(position.line.saturating_sub(1)).copied().unwrap_or(0);
        self.text[start..].lines().next().unwrap_or_default()
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

/// Most problems that are told one by one: nobody reads more, and each is looked for in its line, which may be the whole file.
pub(super) const MOST: usize = 1000;

/// Puts one problem in the place of all that are too many, as bad as the worst of them.
fn leave_out(problems: &mut Vec<Problem>) {
    let rest = problems.split_off(problems.len().min(MOST));
    let kind = rest.iter().map(|problem| problem.what).find(|what| *what != Trouble::Removed);
    if let Some(first) = rest.first() {
        let text = format!("{} more things are wrong from here on", rest.len());
        let what = kind.unwrap_or(first.what);
        problems.push(Problem { what, at: first.at.clone(), text });
    }
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

    #[test]
    fn of_very_many_things_that_are_wrong_the_first_are_told_and_how_many_there_are() {
        let keys: Vec<String> = (0..20_000).map(|n| format!("a{n}=1")).collect();
        // All in one line, where a place is the longest to find.
        let unknown = format!("security = {{{}}}", keys.join(","));
        for (line, kind) in [("\r#".repeat(100_000), Trouble::Syntax), (unknown, Trouble::Unknown)]
        {
            let reading = read(&line);
            assert_eq!(reading.problems.len(), MOST + 1);
            let last = reading.problems.last().expect("the rest");
            assert_eq!(last.what, kind);
            assert!(last.text.ends_with("more things are wrong from here on"), "{}", last.text);
            assert!(last.at.start > reading.problems[MOST - 1].at.start);
        }
        let removed = Problem { what: Trouble::Removed, at: 0..1, text: String::new() };
        let value = Problem { what: Trouble::Value, ..removed.clone() };
        let mut problems = vec![removed.clone(); MOST + 2];
        problems.push(value.clone());
        leave_out(&mut problems);
        assert_eq!(problems.last().map(|problem| problem.what), Some(Trouble::Value));
        let mut few = vec![value; MOST];
        leave_out(&mut few);
        assert_eq!(few.len(), MOST);
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
