//! Metrics in Prometheus' text format, in a file that node_exporter's textfile collector reads.
//!
//! A [`Family`] is one metric with its samples. Names are ours and are checked; values of labels may come from files and are
//! escaped. [`write()`] replaces the file as a whole, and [`earlier`] finds a value that the last run wrote, since a check that
//! fails must go on telling when it last succeeded.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::names::Name;
use crate::cli::Failure;
use crate::cli::escape::{escape, escape_os};
use crate::crypto::random::Random;
use crate::fs::{FsError, Place, Trust};
use crate::kind::Kind;
use crate::ops::write_file;

/// Largest file that is read back.
const MAX_BYTES: u64 = 4 << 20;
/// The end of the name: the collector passes over all other files without a word.
const SUFFIX: &[u8] = b".prom";

/// What kind of number a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Gauge,
    Counter,
}

/// One metric and its samples.
#[derive(Clone, Debug)]
pub struct Family {
    name: &'static str,
    help: &'static str,
    kind: Type,
    samples: Vec<(String, i64)>,
    flaw: Option<&'static str>,
}

impl Family {
    /// A number that rises and falls: an age, a time, a count of what is overdue.
    pub const fn gauge((name, help): Name) -> Self {
        Self { name, help, kind: Type::Gauge, samples: Vec::new(), flaw: None }
    }

    /// A number that only rises; its name ends in `_total`.
    pub const fn counter((name, help): Name) -> Self {
        Self { name, help, kind: Type::Counter, samples: Vec::new(), flaw: None }
    }

    /// Adds a sample.
    #[must_use]
    pub fn with(mut self, labels: &[(&'static str, &str)], value: i64) -> Self {
        if labels.iter().any(|(name, _)| !is_label_name(name)) {
            self.flaw = Some("a label's name");
        }
        let mut names = BTreeSet::new();
        if !labels.iter().all(|(name, _)| names.insert(*name)) {
            self.flaw = Some("a label that stands twice");
        }
        self.samples.push((label_set(labels), value));
        self
    }

    /// What Prometheus would refuse, if there is anything.
    fn flaw(&self) -> Option<&'static str> {
        let mut seen = BTreeSet::new();
        let twice = self.samples.iter().any(|(labels, _)| !seen.insert(labels));
        match self.kind {
            _ if !is_metric_name(self.name) => Some("the name"),
            Type::Counter if !self.name.ends_with("_total") => Some("the name of a counter"),
            Type::Counter if self.samples.iter().any(|(_, value)| *value < 0) => {
                Some("the value of a counter")
            }
            _ if twice => Some("a sample that stands twice"),
            _ => self.flaw,
        }
    }

    fn render(&self, text: &mut String) {
        let Self { name, help, .. } = self;
        let kind = match self.kind {
            Type::Gauge => "gauge",
            Type::Counter => "counter",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in &self.samples {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
}

/// All metrics as text. A metric that Prometheus would refuse is a fault of ours: it would take the whole file with it.
pub fn render(families: &[Family]) -> Result<String, Failure> {
    let mut text = String::new();
    let mut names = BTreeSet::new();
    for family in families {
        let flaw = family.flaw().or_else(|| (!names.insert(family.name)).then_some("twice"));
        if let Some(flaw) = flaw {
            let name = family.name;
            return Err(Failure::new(Kind::Findings, format!("wrong metric {name}: {flaw}")));
        }
        family.render(&mut text);
    }
    Ok(text)
}

/// Replaces the file at `path`, mode 0644, with these metrics. Its name must end in `.prom`.
pub fn write(path: &Path, families: &[Family], random: &mut dyn Random) -> Result<(), Failure> {
    let text = render(families)?;
    let place = place(path)?;
    write_file::replace_public(random, &place, text.as_bytes()).map_err(Failure::from)
}

/// Checks, before any work, that `path` can be that of a file of metrics.
pub fn admit(path: &Path) -> Result<(), Failure> {
    place(path).map(drop)
}

/// The value of the sample of `name` and `labels` in the file that an earlier run left; none when it cannot be had.
pub fn earlier(path: &Path, name: &str, labels: &[(&'static str, &str)]) -> Option<i64> {
    let place = place(path).ok()?;
    let bytes = place.directory().read_public(place.name(), MAX_BYTES).ok()??;
    value_in(std::str::from_utf8(&bytes).ok()?, name, labels)
}

fn value_in(text: &str, name: &str, labels: &[(&'static str, &str)]) -> Option<i64> {
    let sample = format!("{name}{} ", label_set(labels));
    text.lines().find_map(|line| line.strip_prefix(&sample)?.parse().ok())
}

fn place(path: &Path) -> Result<Place, Failure> {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    if !name.ends_with(SUFFIX) || name.len() == SUFFIX.len() {
        let shown = escape_os(path.as_os_str());
        return Err(Failure::usage(format!("{shown} is no file of metrics"))
            .hint("give it a name that ends in .prom; the collector reads no other"));
    }
    Place::resolve(path, Trust::of_process()).map_err(|error| failed(&error))
}

fn failed(error: &FsError) -> Failure {
    Failure::from_error(error.kind(), error, Vec::new())
}

fn label_set(labels: &[(&'static str, &str)]) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let quoted: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            // Whoever reads the file on a terminal is not to be fooled either, so the hostile ones are spelt out first.
            let value = escape(value).replace('\\', "\\\\").replace('"', "\\\"");
            format!("{name}=\"{value}\"")
        })
        .collect();
    format!("{{{}}}", quoted.join(","))
}

fn is_metric_name(name: &str) -> bool {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
    name.starts_with(starts) && name.chars().all(|c| starts(c) || c.is_ascii_digit())
}

fn is_label_name(name: &str) -> bool {
    // Names that start with two underscores belong to Prometheus.
    is_metric_name(name) && !name.contains(':') && !name.starts_with("__")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::crypto::random::SystemRandom;

    fn families() -> [Family; 2] {
        [
            Family::gauge(("strongroom_key_age_seconds", "Age of the active version"))
                .with(&[("store", "/srv/a b"), ("key", "id\"\\\n\u{1b}")], 90)
                .with(&[("store", "/srv/a b"), ("key", "x")], -1),
            Family::counter(("strongroom_key_uses_total", "Uses")).with(&[], 0),
        ]
    }

    const TEXT: &str = r#"# HELP strongroom_key_age_seconds Age of the active version
# TYPE strongroom_key_age_seconds gauge
strongroom_key_age_seconds{store="/srv/a b",key="id\"\\\\u{a}\\u{1b}"} 90
strongroom_key_age_seconds{store="/srv/a b",key="x"} -1
# HELP strongroom_key_uses_total Uses
# TYPE strongroom_key_uses_total counter
strongroom_key_uses_total 0
"#;

    #[test]
    fn metrics_are_text_that_labels_cannot_leave() {
        assert_eq!(render(&families()).unwrap(), TEXT);
    }

    #[test]
    fn our_names_are_good_ones() {
        let families = super::super::names::ALL.map(|name| Family::gauge(name).with(&[], 1));
        assert!(render(&families).is_ok());
    }

    #[test]
    fn what_prometheus_would_refuse_is_not_written() {
        let gauge = |name| Family::gauge((name, "x"));
        let sample = |labels: &[(&'static str, &str)]| gauge("x").with(labels, 1);
        for family in [
            gauge(""),
            gauge("1x"),
            gauge("a-b"),
            gauge("é"),
            Family::counter(("uses", "x")),
            Family::counter(("uses_total", "x")).with(&[], -1),
            sample(&[("__name__", "x")]),
            sample(&[("a:b", "x")]),
            sample(&[("", "x")]),
            sample(&[("a", "x"), ("a", "y")]),
            sample(&[("a", "x")]).with(&[("a", "x")], 2),
        ] {
            assert!(render(std::slice::from_ref(&family)).is_err(), "{family:?}");
        }
        assert!(render(&[gauge("x"), gauge("x")]).is_err());
    }

    #[test]
    fn the_file_is_replaced_whole_and_anybody_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rotate.prom");
        for _ in 0..2 {
            write(&path, &families(), &mut SystemRandom).unwrap();
            let meta = path.metadata().unwrap();
            assert_eq!(meta.permissions().mode() & 0o7777, 0o644);
            assert_eq!(meta.len(), TEXT.len() as u64);
        }
        assert_eq!(dir.path().read_dir().unwrap().count(), 1, "no temporary file stays");
        let labels = [("store", "/srv/a b"), ("key", "id\"\\\n\u{1b}")];
        assert_eq!(earlier(&path, "strongroom_key_age_seconds", &labels), Some(90));
        assert_eq!(earlier(&path, "strongroom_key_uses_total", &[]), Some(0));
        assert_eq!(earlier(&path, "strongroom_key", &[]), None);
        assert_eq!(earlier(&dir.path().join("none.prom"), "x", &[]), None);
        assert_eq!(value_in("x 1.5\nx NaN\nx", "x", &[]), None);
    }

    #[test]
    fn traps_are_refused_and_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let victim = at("victim");
        write(&at("victim.prom"), &[], &mut SystemRandom).unwrap();
        symlink(&victim, at("dangling.prom")).unwrap();
        symlink(at("victim.prom"), at("link.prom")).unwrap();
        std::fs::create_dir(at("dir.prom")).unwrap();
        let fifo = at("fifo.prom");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let before = dir.path().read_dir().unwrap().count();
        for (name, kind) in [
            ("dangling.prom", Kind::Io),
            ("link.prom", Kind::Io),
            ("dir.prom", Kind::Io),
            ("fifo.prom", Kind::Io),
            ("metrics.txt", Kind::Usage),
            (".prom", Kind::Usage),
            ("no/such/dir.prom", Kind::NotInitialised),
        ] {
            let failure = write(&at(name), &families(), &mut SystemRandom).unwrap_err();
            assert_eq!(failure.kind(), kind, "{name}: {}", failure.message());
        }
        assert_eq!(dir.path().read_dir().unwrap().count(), before);
        assert_eq!(at("victim.prom").metadata().unwrap().len(), 0);
        assert!(!victim.exists());
        assert!(admit(&at("new.prom")).is_ok() && admit(&at("x")).is_err());
    }
}
