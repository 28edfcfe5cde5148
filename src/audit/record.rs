//! A record, and the one way to write it as a line.
//!
//! Keys stand in a fixed order, what is absent is left out, and everything outside printable ASCII is escaped, so a line is the
//! same bytes whoever writes it, and nothing in it can drive a terminal. Values of secrets, their lengths and hashes, and
//! answers to questions have no field.

use std::fmt::Write as _;

use super::chain::{Chain, Id};
use super::{Actor, AuditError, MAX_LINE};
use crate::crypto::mac::Hash;
use crate::kind::Kind;
use crate::network::NetworkMode;
use crate::store::StoreId;

/// Starts the end of every line: the one field that its MAC does not cover.
pub(super) const MAC_FIELD: &str = ",\"mac\":\"";
/// Bytes of that end, with the line end: `,"mac":"` + 64 digits + `"}` + newline.
pub(super) const MAC_LEN: usize = MAC_FIELD.len() + 64 + 3;

/// The event of the first record of a segment.
pub const SEGMENT: &str = "audit.segment";
/// The event of the last record of a file that was rotated away.
pub const ROTATE: &str = "audit.rotate";
/// The event of the first record of the file after it. Its object says where the segment began: `SEQ:PREV`.
pub const CONTINUE: &str = "audit.continue";
/// The event of a repair: bytes of a line that was never finished were moved away.
pub const TORN: &str = "audit.torn";
/// The event of an anchor: number and MAC of a record were handed out. Its object says where to.
pub const ANCHOR: &str = "audit.anchor";
/// The event of an alarm: group or others had access to the log or its state.
pub const MODE_WIDENED: &str = "audit.mode-widened";

/// Where in an action a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// About to change something.
    Intent,
    /// Done; for what changes nothing, about to be released.
    Done,
    /// Refused.
    Denied,
    /// Failed.
    Error,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Intent, Self::Done, Self::Denied, Self::Error];

    /// As it stands in a line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Done => "done",
            Self::Denied => "denied",
            Self::Error => "error",
        }
    }
}

/// What is the same for every record of a process.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The store that the log belongs to.
    pub store_id: StoreId,
    /// Its network.
    pub network: NetworkMode,
    /// Which program.
    pub tool: String,
    /// Its version.
    pub version: String,
    /// Who runs it.
    pub actor: Actor,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// When, in nanoseconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    /// The verb, such as `secret.set`.
    pub event: &'a str,
    /// Where in the action.
    pub phase: Phase,
    /// What it is done to: a secret's name, a slot's number. Never a value.
    pub object: Option<&'a str>,
    /// Which version of that.
    pub object_version: Option<u64>,
    /// Generation of the store: the one an intent starts from, the one an outcome led to.
    pub generation: Option<u64>,
    /// Digest of the file of that generation.
    pub digest: Option<&'a Hash>,
    /// How it ended, when it did not end well.
    pub exit: Option<Kind>,
    /// The same in all records of one action.
    pub corr: [u8; 8],
    /// The operator's reason.
    pub reason: Option<&'a str>,
}

impl<'a> Draft<'a> {
    /// A record of `event` with nothing but its time and correlation id.
    pub const fn new(event: &'a str, phase: Phase, corr: [u8; 8], at: u64) -> Self {
        Self {
            at,
            event,
            phase,
            object: None,
            object_version: None,
            generation: None,
            digest: None,
            exit: None,
            corr,
            reason: None,
        }
    }
}

/// Where a record stands in its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The log.
    pub log_id: Id,
    /// Its segment.
    pub segment: Id,
    /// Sequence number.
    pub seq: u64,
    /// MAC of the record before.
    pub prev: Hash,
}

/// Adds a whole line to `out` and returns its MAC. `chain` moves on also when the line turns out too long.
pub fn write(
    out: &mut Vec<u8>,
    at: &Position,
    origin: &Origin,
    draft: &Draft<'_>,
    chain: &mut Chain,
) -> Result<Hash, AuditError> {
    let start = out.len();
    let mut line = Writer { out };
    line.record(at, origin, draft);
    let mac = chain.seal(&out[start..]);
    out.extend_from_slice(MAC_FIELD.as_bytes());
    out.extend_from_slice(data_encoding::HEXLOWER.encode(&mac).as_bytes());
    out.extend_from_slice(b"\"}\n");
    let len = out.len() - start;
    if len > MAX_LINE {
        out.truncate(start);
        return Err(AuditError::TooLong(len));
    }
    Ok(mac)
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn record(&mut self, at: &Position, origin: &Origin, draft: &Draft<'_>) {
        let actor = &origin.actor;
        self.out.extend_from_slice(b"{\"v\":1");
        self.hex("log_id", &at.log_id);
        self.hex("segment", &at.segment);
        self.number("seq", at.seq);
        self.text("ts", &timestamp(draft.at));
        self.hex("boot", &actor.boot);
        self.text("host", &actor.host);
        self.number("uid", u64::from(actor.uid));
        if let Some(uid) = actor.loginuid {
            self.number("loginuid", u64::from(uid));
        }
        self.optional("user", actor.user.as_deref());
        self.optional("tty", actor.tty.as_deref());
        self.number("pid", u64::from(actor.pid));
        self.text("tool", &origin.tool);
        self.text("version", &origin.version);
        self.text("net", origin.network.name());
        self.text("event", draft.event);
        self.text("phase", draft.phase.name());
        self.optional("object", draft.object);
        if let Some(version) = draft.object_version {
            self.number("object_version", version);
        }
        self.hex("store_id", &origin.store_id.0);
        if let Some(generation) = draft.generation {
            self.number("generation", generation);
        }
        if let Some(digest) = draft.digest {
            self.hex("digest", digest);
        }
        self.optional("exit", draft.exit.map(Kind::name));
        self.hex("corr", &draft.corr);
        self.optional("reason", draft.reason);
        self.hex("prev", &at.prev);
    }

    fn key(&mut self, key: &str) {
        self.out.extend_from_slice(b",\"");
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        self.out.extend_from_slice(value.to_string().as_bytes());
    }

    fn hex(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        self.out.push(b'"');
        let start = self.out.len();
        self.out.resize(start + 2 * value.len(), 0);
        data_encoding::HEXLOWER.encode_mut(value, &mut self.out[start..]);
        self.out.push(b'"');
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.out.push(b'"');
        escape(self.out, value);
        self.out.push(b'"');
    }
}

/// Adds `text` as it stands between the quotes: printable ASCII as it is, `"` and `\` behind a `\`, and all else as the `\u`
/// escapes of its UTF-16 units.
pub(super) fn escape(out: &mut Vec<u8>, text: &str) {
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend_from_slice(&[b'\\', c as u8]),
            ' '..='~' => out.push(c as u8),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let mut escaped = String::with_capacity(6);
                    let _ = write!(escaped, "\\u{unit:04x}");
                    out.extend_from_slice(escaped.as_bytes());
                }
            }
        }
    }
}

/// `2026-01-24T09:30:00.000000000Z`: always thirty characters, so that text order is time order. The years up to 2554 that
/// sixty-four bits of nanoseconds reach all have four digits.
pub(super) fn timestamp(nanos: u64) -> String {
    let time = jiff::Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or_default();
    format!("{time:.9}")
}

#[cfg(test)]
mod tests {
    use super::super::chain::SegmentStart;
    use super::*;
    use crate::secret::DerivedKey;

    fn origin() -> Origin {
        Origin {
            store_id: StoreId([3; 16]),
            network: NetworkMode::Devnet,
            tool: "tool".to_owned(),
            version: "1".to_owned(),
            actor: Actor { host: "h".to_owned(), ..Actor::default() },
        }
    }

    fn line(draft: &Draft<'_>) -> Result<String, AuditError> {
        let start = SegmentStart { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
        let at = Position { log_id: [1; 16], segment: [2; 16], seq: 1, prev: [0; 32] };
        let mut chain = Chain::start(&DerivedKey::zeroed(), &start);
        let mut out = Vec::new();
        write(&mut out, &at, &origin(), draft, &mut chain)?;
        Ok(String::from_utf8(out).expect("ASCII"))
    }

    #[test]
    fn a_record_is_written_in_one_way() {
        let draft = Draft {
            object: Some("a\"b\\c\u{7f}\n\u{e9}\u{1f511}"),
            exit: Some(Kind::WrongPassphrase),
            ..Draft::new("secret.get", Phase::Denied, [0xab; 8], 1_769_247_000_000_000_007)
        };
        let line = line(&draft).expect("short");
        let body = line.split(MAC_FIELD).next().expect("a body");
        assert_eq!(
            body,
            concat!(
                r#"{"v":1,"log_id":"01010101010101010101010101010101","segment":"02020202020202020202020202020202","#,
                r#""seq":1,"ts":"2026-01-24T09:30:00.000000007Z","boot":"00000000000000000000000000000000","host":"h","#,
                r#""uid":0,"pid":0,"tool":"tool","version":"1","net":"devnet","event":"secret.get","phase":"denied","#,
                r#""object":"a\"b\\c\u007f\u000a\u00e9\ud83d\udd11","store_id":"03030303030303030303030303030303","#,
                r#""exit":"WRONG_PASSPHRASE","corr":"abababababababab","#,
                r#""prev":"0000000000000000000000000000000000000000000000000000000000000000""#,
            )
        );
        assert_eq!(line.len() - body.len(), MAC_LEN);
    }

    #[test]
    fn times_sort_as_text() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(timestamp(u64::MAX), "2554-07-21T23:34:33.709551615Z");
    }

    #[test]
    fn a_line_has_at_most_64_kib() {
        let draft = Draft::new("e", Phase::Done, [0; 8], 0);
        let rest = line(&Draft { reason: Some(""), ..draft }).expect("short").len();
        let longest = "x".repeat(MAX_LINE - rest);
        assert_eq!(line(&Draft { reason: Some(&longest), ..draft }).expect("fits").len(), MAX_LINE);
        let longer = longest + "x";
        assert!(matches!(
            line(&Draft { reason: Some(&longer), ..draft }),
            Err(AuditError::TooLong(len)) if len == MAX_LINE + 1
        ));
    }
}
