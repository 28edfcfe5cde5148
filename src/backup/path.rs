//! Which paths an archive can hold: what a restore may create below its target, and nothing else.
//!
//! A path is relative, in one spelling, and cannot leave the directory it is restored to. There are no links, devices or
//! directories in an archive, only files; so there is nothing to follow.

use std::path::{Component, Path};

/// Longest path.
const LONGEST: usize = 4096;
/// Longest component: `NAME_MAX` of Linux.
const COMPONENT: usize = 255;
/// Deepest nesting.
const DEPTH: usize = 64;

/// Why a path is refused. The path itself is not in the message: it may be made to drive a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// It is empty or has an empty component.
    #[error("it is empty, or a part of it is")]
    Empty,
    /// It starts at the root.
    #[error("it is absolute")]
    Absolute,
    /// `.` or `..`.
    #[error("it holds . or ..")]
    Dots,
    /// A control character.
    #[error("it holds a control character")]
    Control,
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    Encoding,
    /// Longer or deeper than file systems take.
    #[error("it is too long or too deep")]
    TooLong,
    /// Two files, or a file and a directory, would have it.
    #[error("two files have the same one, or one lies inside the other")]
    Twice,
}

/// A path inside an archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArchivePath(String);

impl ArchivePath {
    /// Reads a path as it stands in a manifest.
    pub fn parse(text: &str) -> Result<Self, PathFault> {
        if text.starts_with('/') {
            return Err(PathFault::Absolute);
        }
        if text.len() > LONGEST || text.split('/').count() > DEPTH {
            return Err(PathFault::TooLong);
        }
        for part in text.split('/') {
            match part {
                "" => return Err(PathFault::Empty),
                "." | ".." => return Err(PathFault::Dots),
                _ if part.len() > COMPONENT => return Err(PathFault::TooLong),
                _ if part.chars().any(char::is_control) => return Err(PathFault::Control),
                _ => {}
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Where a file of the host with the absolute path `path` stands below `directory`.
    pub fn below(directory: &str, path: &Path) -> Result<Self, PathFault> {
        let mut text = directory.to_owned();
        for part in path.components() {
            match part {
                Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
                Component::ParentDir => return Err(PathFault::Dots),
                Component::Normal(name) => {
                    if !text.is_empty() {
                        text.push('/');
                    }
                    text.push_str(name.to_str().ok_or(PathFault::Encoding)?);
                }
            }
        }
        Self::parse(&text)
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its components.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }
}

/// Refuses paths of which two are the same, or one is a directory of another.
pub fn distinct<'a>(paths: impl Iterator<Item = &'a ArchivePath>) -> Result<(), PathFault> {
    // In the order of their components a path stands right before what lies below it.
    let mut sorted: Vec<Vec<&str>> = paths.map(|path| path.parts().collect()).collect();
    sorted.sort_unstable();
    if sorted.array_windows().any(|[one, next]| next.starts_with(one)) {
        return Err(PathFault::Twice);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_are_refused_each_by_its_name() {
        let long = "x".repeat(256);
        let deep = "x/".repeat(64) + "x";
        for (text, fault) in [
            ("", PathFault::Empty),
            ("a//b", PathFault::Empty),
            ("a/", PathFault::Empty),
            ("/etc/passwd", PathFault::Absolute),
            ("..", PathFault::Dots),
            ("a/../../b", PathFault::Dots),
            ("./a", PathFault::Dots),
            ("a\0b", PathFault::Control),
            ("a\u{1b}[2J", PathFault::Control),
            ("a\nb", PathFault::Control),
            (&long, PathFault::TooLong),
            (&deep, PathFault::TooLong),
        ] {
            assert_eq!(ArchivePath::parse(text), Err(fault), "{text:?}");
        }
        for text in ["a", "a/b", "...", "files/etc/strongroom/config.toml", "Ωμέγα"] {
            assert_eq!(ArchivePath::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_path_of_the_host_loses_its_root() {
        let path = |text: &str| ArchivePath::below("files", Path::new(text));
        assert_eq!(path("/etc/a/./b").unwrap().as_str(), "files/etc/a/b");
        assert_eq!(path("/etc/../b"), Err(PathFault::Dots));
    }

    #[test]
    fn no_two_files_may_have_one_place() {
        let check = |texts: &[&str]| {
            let paths: Vec<_> = texts.iter().map(|t| ArchivePath::parse(t).unwrap()).collect();
            distinct(paths.iter())
        };
        assert_eq!(check(&["a", "b/a", "b/b", "a.b", "a-b", "ab/a"]), Ok(()));
        assert_eq!(check(&["a/b", "a"]), Err(PathFault::Twice));
        assert_eq!(check(&["a", "a-b", "a/b"]), Err(PathFault::Twice));
        assert_eq!(check(&["a/b", "c", "a/b"]), Err(PathFault::Twice));
    }
}
