//! The records of one or many files that somebody asked for, as they stand, believed or not.

use std::io;

use super::line::{Line, Malformed, text};
use super::pieces::each_line;
use super::record::Phase;
use super::verify::LogFile;

/// Which records are wanted: those for which all that is given holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The verb, or its start when it ends in `*`.
    pub event: Option<String>,
    /// What it was done to.
    pub name: Option<String>,
    /// From this time on, in the form of a line.
    pub since: Option<String>,
    /// Before this time, in the form of a line.
    pub until: Option<String>,
    /// A user: a login name, or a number, which is that of the session or of the process.
    pub actor: Option<String>,
    /// Where in the action.
    pub phase: Option<Phase>,
}

impl Filter {
    /// Whether `line` is wanted.
    pub fn picks(&self, line: &Line<'_>) -> bool {
        self.since.as_deref().is_none_or(|since| line.ts >= since)
            && self.until.as_deref().is_none_or(|until| line.ts < until)
            && self.phase.is_none_or(|phase| line.phase == phase)
            && self.event.as_deref().is_none_or(|event| is_event(event, &text(line.event)))
            && self
                .name
                .as_deref()
                .is_none_or(|name| line.object.is_some_and(|object| text(object) == name))
            && self.actor.as_deref().is_none_or(|actor| is_actor(actor, line))
    }
}

fn is_event(wanted: &str, event: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(start) => event.starts_with(start),
        None => event == wanted,
    }
}

fn is_actor(wanted: &str, line: &Line<'_>) -> bool {
    let number = wanted.parse::<u64>().ok();
    line.user.is_some_and(|user| text(user) == wanted)
        || number.is_some_and(|uid| line.uid == uid || line.loginuid == Some(uid))
}

/// Where a line stands.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// In which file.
    pub file: &'a str,
    /// Where in it.
    pub offset: u64,
}

/// Shows each line of `files` to `visit`, which ends the walk by an error; what is no line is shown with its reason.
pub fn each(
    files: Vec<LogFile<'_>>,
    mut visit: impl FnMut(Spot<'_>, Result<&Line<'_>, Malformed>) -> io::Result<()>,
) -> io::Result<()> {
    for file in files {
        let mut offset = 0;
        each_line(file.content, |bytes, len| {
            let spot = Spot { file: &file.name, offset };
            offset += len;
            match Line::parse(bytes) {
                Ok(line) => visit(spot, Ok(&line)),
                Err(why) => visit(spot, Err(why)),
            }
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Actor;
    use super::super::chain::{Chain, SegmentStart};
    use super::super::record::{self, Draft, Origin, Position};
    use super::*;
    use crate::network::NetworkMode;
    use crate::secret::DerivedKey;
    use crate::store::StoreId;

    fn log() -> Vec<u8> {
        let start = SegmentStart { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
        let mut chain = Chain::start(&DerivedKey::zeroed(), &start);
        let (mut out, mut prev) = (Vec::new(), [0; 32]);
        let records = [
            ("secret.get", Phase::Done, Some("a \u{e9}"), 1000),
            ("secret.set", Phase::Intent, Some("b"), 2000),
            ("secret.set", Phase::Done, Some("b"), 2000),
        ];
        for (at, (event, phase, object, uid)) in records.into_iter().enumerate() {
            let origin = Origin {
                store_id: StoreId([3; 16]),
                network: NetworkMode::Devnet,
                tool: "t".to_owned(),
                version: "1".to_owned(),
                actor: Actor {
                    uid,
                    loginuid: Some(7),
                    user: Some("jdoe".to_owned()),
                    ..Actor::default()
                },
            };
            let seq = at as u64 + 1;
            let at = Position { log_id: [1; 16], segment: [2; 16], seq, prev };
            let draft = Draft { object, ..Draft::new(event, phase, [0; 8], seq * 1_000_000_000) };
            prev = record::write(&mut out, &at, &origin, &draft, &mut chain).unwrap();
        }
        out
    }

    fn picked(filter: &Filter) -> Vec<u64> {
        let log = log();
        let files = vec![LogFile { name: "l".to_owned(), content: Box::new(log.as_slice()) }];
        let mut found = Vec::new();
        each(files, |_, line| {
            let line = line.expect("a record");
            if filter.picks(line) {
                found.push(line.at.seq);
            }
            Ok(())
        })
        .unwrap();
        found
    }

    #[test]
    fn each_part_of_a_filter_narrows_it() {
        let text = |text: &str| Some(text.to_owned());
        for (filter, wanted) in [
            (Filter::default(), &[1, 2, 3][..]),
            (Filter { event: text("secret.set"), ..Filter::default() }, &[2, 3]),
            (Filter { event: text("secret.*"), ..Filter::default() }, &[1, 2, 3]),
            (Filter { event: text("secret"), ..Filter::default() }, &[]),
            (Filter { name: text("a \u{e9}"), ..Filter::default() }, &[1]),
            (Filter { actor: text("jdoe"), ..Filter::default() }, &[1, 2, 3]),
            (Filter { actor: text("2000"), ..Filter::default() }, &[2, 3]),
            (Filter { actor: text("7"), ..Filter::default() }, &[1, 2, 3]),
            (Filter { phase: Some(Phase::Intent), ..Filter::default() }, &[2]),
            (
                Filter { since: text("1970-01-01T00:00:02.000000000Z"), ..Filter::default() },
                &[2, 3],
            ),
            (Filter { until: text("1970-01-01T00:00:02.000000000Z"), ..Filter::default() }, &[1]),
        ] {
            assert_eq!(picked(&filter), wanted, "{filter:?}");
        }
    }

    #[test]
    fn what_is_no_record_is_shown_with_its_place() {
        let text = [b"junk\n".as_slice(), &log()].concat();
        let files = vec![LogFile { name: "l".to_owned(), content: Box::new(text.as_slice()) }];
        let mut found = Vec::new();
        each(files, |spot, line| {
            found.push((spot.offset, line.is_ok()));
            Ok(())
        })
        .unwrap();
        assert_eq!(found[..2], [(0, false), (5, true)]);
        assert_eq!(found.len(), 4);
    }
}
