//! Versions and windows of keys as lines over one span of time.
//!
//! `#` in use, `=` replaced and kept, `.` replaced and removed, `!` compromised, `>` what is left until a key is due, `|` now.

use std::fmt::Write as _;

use crate::clock::Timestamp;
use crate::keyring::State;
use crate::ops::keys::look::{Judged, Looked};
use crate::rotation::policy::Due;

/// Columns of a line.
const WIDTH: u64 = 60;

/// The timelines of all keys, under one another.
pub fn render(looked: &Looked, colour: bool) -> String {
    let now = looked.now.as_unix();
    let starts = looked.keys.iter().flat_map(|key| key.facts.versions.iter().map(|v| v.created));
    let Some(start) = starts.min().map(|time| time.as_unix().min(now)) else {
        return String::new();
    };
    let dues = looked.keys.iter().filter_map(|key| key.decision.as_ref()?.due_at);
    let end = dues.max().map_or(now, |time| time.as_unix().max(now)).max(start + 1);
    let widest = looked.keys.iter().map(|key| key.facts.id.as_str().len()).max().unwrap_or(0);
    let mut text = String::new();
    for judged in &looked.keys {
        let line = line(judged, now, start, end);
        let _ = writeln!(text, "{:widest$}  {}", judged.facts.id, painted(&line, judged, colour));
    }
    let _ = writeln!(text, "{:widest$}  {}", "", axis(start, end));
    text.push('\n');
    text
}

/// The column of a time.
fn column(time: u64, start: u64, end: u64) -> usize {
    let (time, span) = (time.clamp(start, end) - start, end - start);
    let column = u128::from(time) * u128::from(WIDTH - 1) / u128::from(span.max(1));
    usize::try_from(column).unwrap_or(0)
}

fn line(judged: &Judged, now: u64, start: u64, end: u64) -> Vec<char> {
    let mut line = vec![' '; usize::try_from(WIDTH).unwrap_or(60)];
    let mut fill = |from: u64, to: u64, mark: char| {
        let (from, to) = (column(from, start, end), column(to.max(from), start, end));
        line[from..=to].fill(mark);
    };
    if let Some(due) = judged.decision.as_ref().and_then(|decision| decision.due_at) {
        fill(now, due.as_unix().max(now), '>');
    }
    for version in judged.facts.versions.iter().rev() {
        let mark = match version.state {
            State::Active => '#',
            State::PreActivation | State::Deactivated => '=',
            State::Compromised | State::DestroyedCompromised => '!',
            State::Destroyed => '.',
        };
        let until = version.ended.map_or(now, Timestamp::as_unix);
        fill(version.created.as_unix(), until, mark);
    }
    line[column(now, start, end)] = '|';
    line
}

/// The line, with its colours.
fn painted(line: &[char], judged: &Judged, colour: bool) -> String {
    let plain = || line.iter().collect::<String>().trim_end().to_owned();
    if !colour {
        return plain();
    }
    let due = judged.decision.as_ref().map_or(Due::No, |decision| decision.due);
    let active = match due {
        Due::No => "32",
        Due::Soon => "33",
        Due::Overdue | Due::Compromised => "31",
    };
    let code = |mark: char| match mark {
        '#' => active,
        '=' | '>' => "36",
        '.' => "90",
        '!' => "31",
        _ => "0",
    };
    let mut text = String::new();
    let mut last = "";
    for mark in plain().chars() {
        if code(mark) != last {
            last = code(mark);
            let _ = write!(text, "\x1b[{last}m");
        }
        text.push(mark);
    }
    text + "\x1b[0m"
}

/// The first and the last day of the span.
fn axis(start: u64, end: u64) -> String {
    let day = |seconds: u64| {
        let shown = Timestamp::from_unix(seconds).to_string();
        shown.split('T').next().unwrap_or_default().to_owned()
    };
    let (first, last) = (day(start), day(end));
    let gap = usize::try_from(WIDTH).unwrap_or(60).saturating_sub(first.len() + last.len());
    format!("{first}{}{last}", " ".repeat(gap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::facts::VersionFacts;
    use crate::keyring::{KeyFacts, KeyId, KeyKind, Limits, Role};

    const DAY: u64 = 86_400;

    fn judged(now: u64) -> Judged {
        let at = Timestamp::from_unix;
        let version = |n, state, created, ended: Option<u64>| VersionFacts {
            n,
            state,
            created: at(created),
            ended: ended.map(at),
            keep_until: None,
            public: vec![1; 32],
        };
        let facts = KeyFacts {
            id: KeyId::parse("a").unwrap(),
            kind: KeyKind::Ed25519,
            role: Role::Signing,
            active: Some((3, at(60 * DAY))),
            uses: 0,
            limits: Limits { max_age: Some(90 * DAY), max_uses: None, warn: 7 * DAY },
            total: 3,
            versions: vec![
                version(3, State::Active, 60 * DAY, None),
                version(2, State::Deactivated, 30 * DAY, Some(60 * DAY)),
                version(1, State::Destroyed, 0, Some(30 * DAY)),
            ],
        };
        Judged::of(facts, at(now))
    }

    #[test]
    fn a_line_shows_what_was_what_is_and_what_is_left() {
        let judged = judged(90 * DAY);
        let line: String = line(&judged, 90 * DAY, 0, 150 * DAY).into_iter().collect();
        assert_eq!(line, "...........============############|>>>>>>>>>>>>>>>>>>>>>>>>");
        let chars: Vec<char> = line.chars().collect();
        assert_eq!(painted(&chars, &judged, false), line);
        let coloured = painted(&chars, &judged, true);
        assert!(coloured.contains("\u{1b}[32m#"), "{coloured:?}");
        let overdue = self::judged(160 * DAY);
        assert!(painted(&chars, &overdue, true).contains("\u{1b}[31m#"));
    }
}
