//! Codomyrmex backup records and rituals: what can be read of them, and what nobody can get back from them.
//!
//! Its `BackupManager` writes one JSON object a backup, with a SHA-256 of the private key and not the key; its ritual recovery keeps
//! prompts and a SHA-256 of each answer, and gives nothing when all are right. So an import brings over names, times and prompts,
//! and says plainly that no secret is in there ([`Legacy::statement`]). The one thing a record is good for is to confirm a key that
//! was found elsewhere ([`Record::is_of`]).
//!
//! Four shapes are read: a record as it is written to disk, the summary that a wallet manager returns, the steps of one ritual,
//! and the rituals of several users by name; rituals have no format upstream, so both are what its own types give as JSON. Other
//! members, double members, trailing bytes and anything above the limits are refused. The hashes are unsalted, which makes the
//! *file* a secret: a short answer is found from its hash in no time, so no error and no `Debug` repeats a text of the file.
//!
//! This module is part of the feature `cli`: an import is typed by a person, and a service that links the library should not get a
//! JSON parser for it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::clock::Timestamp;
use crate::crypto::mac;
use crate::kind::Kind;
use crate::secret::SecretBytes;

/// Largest file: 1 MiB.
pub const MAX_BYTES: usize = 1 << 20;
/// Longest name of a user or a wallet, in bytes.
pub const MAX_NAME: usize = 256;
/// Longest prompt, in bytes.
pub const MAX_PROMPT: usize = 1024;
/// Most steps of a ritual.
pub const MAX_STEPS: usize = 64;
/// Most users of one file.
pub const MAX_USERS: usize = 10_000;

/// A SHA-256 that stands in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// A backup record.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose key it was.
    pub user: String,
    /// The wallet that was named; nothing upstream checked it.
    pub wallet: String,
    /// When the record was made.
    pub made: Timestamp,
    /// The record's id, 16 hexadecimal digits; none in a summary.
    pub id: Option<String>,
    /// False when the id is not the one that user, wallet and time give: the record was edited.
    pub is_consistent: bool,
    /// Names of the metadata; the values may be anything and are left behind.
    pub metadata: Vec<String>,
    key: Option<Digest>,
}

/// One step of a ritual.
#[derive(Clone, PartialEq, Eq)]
pub struct Step {
    /// The question.
    pub prompt: String,
    /// True when the answer is the empty text: the step asks for nothing.
    pub is_empty: bool,
}

/// The ritual of a user.
#[derive(Clone, PartialEq, Eq)]
pub struct Ritual {
    /// Whose it is, where the file says so.
    pub user: Option<String>,
    /// Its steps, at least one.
    pub steps: Vec<Step>,
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Legacy {
    /// A backup record.
    Record(Record),
    /// Rituals.
    Rituals(Vec<Ritual>),
}

/// Why a file is not read. Repeats nothing of it but its own fixed words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegacyError {
    /// Above a limit.
    #[error("the file has more than {0}")]
    Limit(&'static str),
    /// Not JSON, or a member twice.
    #[error("line {line}, column {column}: the file is not JSON, or has a member twice")]
    Json {
        /// From 1.
        line: usize,
        /// From 1; 0 where the parser does not say.
        column: usize,
    },
    /// JSON of another kind.
    #[error("the file is neither a Codomyrmex backup record nor a ritual")]
    Shape,
    /// A member is missing, unknown, or not what it must be.
    #[error("`{0}` is missing or is not what Codomyrmex writes")]
    Member(&'static str),
    /// A member that Codomyrmex does not write.
    #[error("the file has a member that Codomyrmex does not write")]
    Unknown,
}

impl LegacyError {
    /// The kind of the failure.
    pub const fn kind(&self) -> Kind {
        Kind::Integrity
    }
}

impl Record {
    /// Whether this key is the one that was "backed up". Nothing when the record has no hash.
    pub fn is_of(&self, key: &SecretBytes) -> Option<bool> {
        self.key.map(|digest| mac::same(&digest.0, &mac::sha256(&[key.expose()])))
    }
}

impl Legacy {
    /// What the file cannot give back, and what to do: to be printed on every import.
    pub const fn statement(&self) -> &'static [&'static str] {
        match self {
            Self::Record(_) => &[
                "the record holds a SHA-256 of the private key and not the key: nothing can be restored from it",
                "the key is where Codomyrmex kept it in the clear (wallet_USER_private); back that up before it is lost",
                "the record can only confirm a key that was found elsewhere",
            ],
            Self::Rituals(_) => &[
                "the ritual holds an unsalted SHA-256 of each answer and protects no key: answering it restores nothing",
                "answers cannot be taken over: they must be given anew, to a ceremony that wraps a key",
                "whoever has this file can guess each answer by itself: treat the answers as known and destroy the file",
            ],
        }
    }
}

/// Reads a file.
pub fn read(bytes: &[u8]) -> Result<Legacy, LegacyError> {
    if bytes.len() > MAX_BYTES {
        return Err(LegacyError::Limit("1 MiB"));
    }
    let node: Node = serde_json::from_slice(bytes)
        .map_err(|error| LegacyError::Json { line: error.line(), column: error.column() })?;
    match node {
        Node::Table(members) if members.iter().any(|(name, _)| name == "key_hash") => {
            record(Members(members)).map(Legacy::Record)
        }
        Node::Table(members) => {
            if members.len() > MAX_USERS {
                return Err(LegacyError::Limit("10000 users"));
            }
            let rituals = members.into_iter().map(|(user, steps)| match steps {
                Node::List(steps) => ritual(Some(name("user", user)?), steps),
                _ => Err(LegacyError::Shape),
            });
            let rituals: Vec<Ritual> = rituals.collect::<Result<_, _>>()?;
            if rituals.is_empty() { Err(LegacyError::Shape) } else { Ok(Legacy::Rituals(rituals)) }
        }
        Node::List(steps) => Ok(Legacy::Rituals(vec![ritual(None, steps)?])),
        Node::Null | Node::Text(_) | Node::Other => Err(LegacyError::Shape),
    }
}

fn record(mut members: Members) -> Result<Record, LegacyError> {
    let user = name("user_id", members.text("user_id")?)?;
    let wallet = name("wallet_id", members.text("wallet_id")?)?;
    if members.has("backup_ts") {
        let key = match members.take("key_hash") {
            Some(Node::Null) => None,
            Some(Node::Text(text)) => Some(digest("key_hash", &text)?),
            _ => return Err(LegacyError::Member("key_hash")),
        };
        let made = time("backup_ts", &members.text("backup_ts")?)?;
        // When the wallet was made; a wallet that is not known any more has none.
        match members.take("created_at") {
            None | Some(Node::Null) => {}
            Some(Node::Text(text)) => drop(time("created_at", &text)?),
            Some(_) => return Err(LegacyError::Member("created_at")),
        }
        members.finish()?;
        return Ok(Record {
            user,
            wallet,
            made,
            id: None,
            is_consistent: true,
            metadata: Vec::new(),
            key,
        });
    }
    let key = digest("key_hash", &members.text("key_hash")?)?;
    let timestamp = members.text("timestamp")?;
    let made = time("timestamp", &timestamp)?;
    let id = members.text("backup_id")?;
    if id.len() != 16 || !is_hex(&id) {
        return Err(LegacyError::Member("backup_id"));
    }
    let Some(Node::Table(metadata)) = members.take("metadata") else {
        return Err(LegacyError::Member("metadata"));
    };
    members.finish()?;
    let sum = mac::sha256(&[format!("{user}:{wallet}:{timestamp}").as_bytes()]);
    let is_consistent = data_encoding::HEXLOWER.encode(&sum[..8]) == id;
    let metadata = metadata.into_iter().map(|(name, _)| name).collect();
    Ok(Record { user, wallet, made, id: Some(id), is_consistent, metadata, key: Some(key) })
}

fn ritual(user: Option<String>, steps: Vec<Node>) -> Result<Ritual, LegacyError> {
    if steps.is_empty() {
        return Err(LegacyError::Shape);
    }
    if steps.len() > MAX_STEPS {
        return Err(LegacyError::Limit("64 steps"));
    }
    let steps = steps.into_iter().map(|step| {
        let Node::Table(members) = step else { return Err(LegacyError::Shape) };
        let mut members = Members(members);
        let prompt = members.text("prompt")?;
        if prompt.len() > MAX_PROMPT {
            return Err(LegacyError::Limit("1 KiB of a prompt"));
        }
        let answer = digest("expected_response_hash", &members.text("expected_response_hash")?)?;
        members.finish()?;
        Ok(Step { prompt, is_empty: answer.0 == mac::sha256(&[]) })
    });
    Ok(Ritual { user, steps: steps.collect::<Result<_, _>>()? })
}

fn name(member: &'static str, text: String) -> Result<String, LegacyError> {
    if text.len() > MAX_NAME {
        return Err(LegacyError::Limit("256 bytes of a name"));
    }
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(LegacyError::Member(member));
    }
    Ok(text)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn digest(member: &'static str, text: &str) -> Result<Digest, LegacyError> {
    let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(Digest).ok_or(LegacyError::Member(member))
}

/// A time such as `2026-03-01T12:00:00.123456+00:00`.
fn time(member: &'static str, text: &str) -> Result<Timestamp, LegacyError> {
    let time: Option<jiff::Timestamp> = text.is_ascii().then(|| text.parse().ok()).flatten();
    let second = time.and_then(|time| u64::try_from(time.as_second()).ok());
    second.map(Timestamp::from_unix).ok_or(LegacyError::Member(member))
}

/// The members of an object, taken one by one; what is left is unknown.
struct Members(Vec<(String, Node)>);

impl Members {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(have, _)| have == name)
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.0.iter().position(|(have, _)| have == name)?;
        Some(self.0.swap_remove(at).1)
    }

    fn text(&mut self, name: &'static str) -> Result<String, LegacyError> {
        match self.take(name) {
            Some(Node::Text(text)) => Ok(text),
            _ => Err(LegacyError::Member(name)),
        }
    }

    fn finish(self) -> Result<(), LegacyError> {
        if self.0.is_empty() { Ok(()) } else { Err(LegacyError::Unknown) }
    }
}

/// A JSON value in which no object has a member twice. The parser's own limit holds its depth.
enum Node {
    Null,
    Text(String),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
    /// Numbers and flags, which mean nothing here.
    Other,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Node::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
                let mut table = Vec::new();
                let mut names = std::collections::BTreeSet::new();
                while let Some((name, value)) = members.next_entry::<String, Node>()? {
                    if !names.insert(name.clone()) {
                        return Err(A::Error::custom("a member twice"));
                    }
                    table.push((name, value));
                }
                Ok(Node::Table(table))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `BackupManager.create_backup("alice", "0xA11CE", {"host": "node-1"})` writes it, for the key `bytes(range(32))`.
    const RECORD: &str = r#"{
  "backup_id": "BACKUP_ID",
  "user_id": "alice",
  "wallet_id": "0xA11CE",
  "key_hash": "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd",
  "timestamp": "2026-03-01T12:30:45.123456+00:00",
  "metadata": {
    "host": "node-1",
    "copies": 2
  }
}"#;
    const RED: &str = "ba19e9c3d5f49882ddaafed4f286a8a81491150426d321179270e27e74a89097";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn record_text() -> String {
        RECORD.replace("BACKUP_ID", "cfc30cd558160a9a")
    }

    fn ritual_text() -> String {
        format!(
            r#"[{{"prompt": "colour?", "expected_response_hash": "{RED}"}},
                {{"prompt": "", "expected_response_hash": "{EMPTY}"}}]"#
        )
    }

    fn record_of(text: &str) -> Record {
        match read(text.as_bytes()) {
            Ok(Legacy::Record(record)) => record,
            Ok(Legacy::Rituals(_)) => panic!("a ritual"),
            Err(error) => panic!("{error}"),
        }
    }

    fn error_of(text: &str) -> LegacyError {
        match read(text.as_bytes()) {
            Ok(_) => panic!("read: {text:.80}"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_record_gives_names_and_a_time_and_confirms_a_key() {
        let record = record_of(&record_text());
        assert_eq!((record.user.as_str(), record.wallet.as_str()), ("alice", "0xA11CE"));
        assert_eq!(record.made.to_string(), "2026-03-01T12:30:45Z");
        assert_eq!(record.metadata, ["host", "copies"]);
        assert!(record.is_consistent);
        let key: Vec<u8> = (0..32).collect();
        assert_eq!(record.is_of(&SecretBytes::copy_from(&key)), Some(true));
        assert_eq!(record.is_of(&SecretBytes::copy_from(&key[..31])), Some(false));
    }

    #[test]
    fn an_edited_record_is_told_from_a_written_one() {
        assert!(!record_of(&record_text().replace("0xA11CE", "0xB0B")).is_consistent);
        assert!(!record_of(&record_text().replace(".123456", "")).is_consistent);
    }

    #[test]
    fn the_summary_of_a_wallet_is_read_too() {
        let text = r#"{"user_id": "alice", "wallet_id": "0xA11CE", "key_hash": null,
            "created_at": null, "backup_ts": "2026-03-01T12:30:45+00:00"}"#;
        let record = record_of(text);
        assert_eq!((record.id.as_deref(), record.is_of(&SecretBytes::zeroed(32))), (None, None));
    }

    #[test]
    fn rituals_give_their_prompts_and_nothing_that_opens() {
        let Ok(Legacy::Rituals(one)) = read(ritual_text().as_bytes()) else { panic!("refused") };
        assert_eq!(one[0].user, None);
        assert_eq!(one[0].steps[0].prompt, "colour?");
        assert!(!one[0].steps[0].is_empty && one[0].steps[1].is_empty);
        let both = format!(r#"{{"alice": {0}, "bob": {0}}}"#, ritual_text());
        let legacy = read(both.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert!(legacy.statement().iter().any(|line| line.contains("cannot be taken over")));
        let Legacy::Rituals(both) = legacy else { panic!("a record") };
        assert_eq!(both[1].user.as_deref(), Some("bob"));
    }

    #[test]
    fn what_codomyrmex_would_not_write_is_refused() {
        let good = record_text();
        for (text, error) in [
            (good.replace("\"metadata\"", "\"key\": \"00\", \"metadata\""), LegacyError::Unknown),
            (good.replace("\"user_id\": \"alice\",", ""), LegacyError::Member("user_id")),
            (good.replace("alice", ""), LegacyError::Member("user_id")),
            (good.replace("alice", "al\\u001bice"), LegacyError::Member("user_id")),
            (good.replace("alice", &"a".repeat(257)), LegacyError::Limit("256 bytes of a name")),
            (good.replace("630dcd", "630DCD"), LegacyError::Member("key_hash")),
            (good.replace("630dcd", "630dc"), LegacyError::Member("key_hash")),
            (good.replace("2026-03-01", "2026-02-30"), LegacyError::Member("timestamp")),
            (good.replace("2026-03-01", "1926-03-01"), LegacyError::Member("timestamp")),
            (good.replace("cfc30cd5", "cfc30cd"), LegacyError::Member("backup_id")),
            ("[]".to_owned(), LegacyError::Shape),
            ("{}".to_owned(), LegacyError::Shape),
            ("5".to_owned(), LegacyError::Shape),
            ("null".to_owned(), LegacyError::Shape),
            (r#"{"alice": []}"#.to_owned(), LegacyError::Shape),
            (ritual_text().replace(RED, "red"), LegacyError::Member("expected_response_hash")),
            (" ".repeat(MAX_BYTES + 1), LegacyError::Limit("1 MiB")),
        ] {
            assert_eq!(error_of(&text), error, "{text:.200}");
            assert!(!error.to_string().contains("alice"));
        }
        let steps = vec![r#"{"prompt": "", "expected_response_hash": ""}"#; 65].join(",");
        assert_eq!(error_of(&format!("[{steps}]")), LegacyError::Limit("64 steps"));
    }

    #[test]
    fn doubles_tails_cuts_and_depth_are_refused() {
        let good = record_text();
        let twice = good.replace("\"user_id\"", "\"user_id\": \"bob\", \"user_id\"");
        for text in [twice, format!("{good}x"), "[".repeat(100_000), format!("{good}{good}")] {
            assert!(matches!(error_of(&text), LegacyError::Json { .. }), "{text:.80}");
        }
        for end in 0..good.len() {
            assert!(read(&good.as_bytes()[..end]).is_err(), "{end}");
        }
    }
}
