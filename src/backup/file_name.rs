//! The name of an archive's file: what an operator sees in a listing.
//!
//! ```text
//! mainnet-1f3a9c2e-g42-20261122T064000Z.strongroom-backup
//! network  store   generation  when it was made, UTC
//! ```
//!
//! Names of one store stand together, and its archives of one host in the order of time. A name is a label: what an archive is
//! stands in its header, which is authenticated, and nothing is decided by the name alone. One state has one spelling, so that a
//! name that was changed by hand is not taken for one of ours.

use std::fmt;
use std::str::FromStr;

use crate::clock::Timestamp;
use crate::network::NetworkMode;
use crate::store::StoreId;

/// The end of every name.
pub const EXTENSION: &str = ".strongroom-backup";

/// Longest name: `testnet`, eight digits, the largest generation, and the time.
pub const MAX_LEN: usize = 73;

/// The last second that the calendar knows: 9999-12-30T22:00:00Z.
const LAST_SECOND: u64 = 253_402_207_200;

/// Bytes of the store's id that a name shows.
const PREFIX: usize = 4;

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveName {
    /// The network of the store.
    pub network: NetworkMode,
    /// The first bytes of the store's id: enough for a person, not for a program.
    pub store: [u8; PREFIX],
    /// The generation of the store.
    pub generation: u64,
    /// When the archive was made.
    made: Timestamp,
}

/// The text is not the name of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the name of an archive, such as mainnet-1f3a9c2e-g42-20261122T064000Z.strongroom-backup"
)]
pub struct NotAnArchiveName;

impl ArchiveName {
    /// The name of an archive that is made now. A time behind the end of the calendar is told as its last second.
    pub fn new(network: NetworkMode, store: StoreId, generation: u64, made: Timestamp) -> Self {
        let [a, b, c, d, ..] = store.0;
        let made = Timestamp::from_unix(made.as_unix().min(LAST_SECOND));
        Self { network, store: [a, b, c, d], generation, made }
    }

    /// When the archive was made.
    pub const fn made(&self) -> Timestamp {
        self.made
    }

    /// True when the name may be that of an archive of `store`; only the header can say that it is.
    pub fn may_be_of(&self, store: StoreId) -> bool {
        store.0.starts_with(&self.store)
    }
}

impl fmt::Display for ArchiveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = data_encoding::HEXLOWER.encode(&self.store);
        let second = i64::try_from(self.made.as_unix()).map_err(|_| fmt::Error)?;
        let time = jiff::Timestamp::from_second(second).map_err(|_| fmt::Error)?;
        let time = time.strftime("%Y%m%dT%H%M%SZ");
        write!(f, "{}-{store}-g{}-{time}{EXTENSION}", self.network, self.generation)
    }
}

impl FromStr for ArchiveName {
    type Err = NotAnArchiveName;

    /// Takes a file name without a directory. Anything but the one spelling is refused.
    fn from_str(text: &str) -> Result<Self, NotAnArchiveName> {
        parse(text).filter(|name| name.to_string() == text).ok_or(NotAnArchiveName)
    }
}

fn parse(text: &str) -> Option<ArchiveName> {
    if text.len() > MAX_LEN {
        return None;
    }
    let mut parts = text.strip_suffix(EXTENSION)?.split('-');
    let network = parts.next()?.parse().ok()?;
    let store = data_encoding::HEXLOWER.decode(parts.next()?.as_bytes()).ok()?;
    let generation = parts.next()?.strip_prefix('g')?.parse().ok()?;
    let made = moment(parts.next()?)?;
    match parts.next() {
        None => Some(ArchiveName { network, store: store.try_into().ok()?, generation, made }),
        Some(_) => None,
    }
}

/// A time such as `20261122T064000Z`.
fn moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    if date.len() != 8
        || time.len() != 6
        || !date.bytes().chain(time.bytes()).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let year = date.get(..4)?.parse().ok()?;
    let two = |text: &str, at: usize| text.get(at..at + 2)?.parse::<i8>().ok();
    let time = jiff::civil::DateTime::new(
        year,
        two(date, 4)?,
        two(date, 6)?,
        two(time, 0)?,
        two(time, 2)?,
        two(time, 4)?,
        0,
    );
    let time = time.ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    u64::try_from(time.as_second()).ok().map(Timestamp::from_unix)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = "mainnet-1f3a9c2e-g42-20261122T064000Z.strongroom-backup";

    fn store() -> StoreId {
        let mut id = [0xee; 16];
        id[..4].copy_from_slice(&[0x1f, 0x3a, 0x9c, 0x2e]);
        StoreId(id)
    }

    #[test]
    fn a_name_says_network_store_generation_and_time() {
        let made = Timestamp::from_unix(1_795_329_600);
        let name = ArchiveName::new(NetworkMode::Mainnet, store(), 42, made);
        assert_eq!(name.to_string(), GOOD);
        assert_eq!(GOOD.parse(), Ok(name));
        assert!(name.may_be_of(store()) && !name.may_be_of(StoreId([0; 16])));
        let longest = ArchiveName::new(
            NetworkMode::Testnet,
            store(),
            u64::MAX,
            Timestamp::from_unix(u64::MAX),
        );
        assert_eq!(longest.to_string().len(), MAX_LEN);
        assert_eq!(longest.to_string().parse(), Ok(longest));
    }

    #[test]
    fn anything_but_the_one_spelling_is_refused() {
        let cases = [
            String::new(),
            EXTENSION.to_owned(),
            GOOD.to_uppercase(),
            format!("./{GOOD}"),
            format!("../{GOOD}"),
            format!("/etc/{GOOD}"),
            format!("{GOOD}\n"),
            format!("{GOOD}\0"),
            format!(" {GOOD}"),
            format!("{GOOD}.partial"),
            format!("{GOOD}{EXTENSION}"),
            GOOD.replace("mainnet", "mainet"),
            GOOD.replace("mainnet", "mainnet-"),
            GOOD.replace("mainnet", "*"),
            GOOD.replace("1f3a9c2e", "1F3A9C2E"),
            GOOD.replace("1f3a9c2e", "1f3a9c2"),
            GOOD.replace("1f3a9c2e", "1f3a9c2e00"),
            GOOD.replace("1f3a9c2e", ""),
            GOOD.replace("g42", "42"),
            GOOD.replace("g42", "g042"),
            GOOD.replace("g42", "g+42"),
            GOOD.replace("g42", "g-42"),
            GOOD.replace("g42", "g18446744073709551616"),
            GOOD.replace("g42", "g４２"),
            GOOD.replace("20261122", "20260230"),
            GOOD.replace("20261122", "19691231"),
            GOOD.replace("20261122", "00001122"),
            GOOD.replace("20261122", "+2261122"),
            GOOD.replace("T064000", "T246000"),
            GOOD.replace("T064000", "T064060"),
            GOOD.replace("T064000", "t064000"),
            GOOD.replace("00Z", "00"),
            GOOD.replace("T06", "Té"),
            "x".repeat(1 << 20),
        ];
        for name in cases {
            assert_eq!(name.parse::<ArchiveName>(), Err(NotAnArchiveName), "{name:.80}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_is_read_back(code in 1..=3_u8, id: [u8; 16], generation: u64, second in 0..=LAST_SECOND) {
            let network = NetworkMode::from_code(code).unwrap();
            let name = ArchiveName::new(network, StoreId(id), generation, Timestamp::from_unix(second));
            let text = name.to_string();
            prop_assert!(text.len() <= MAX_LEN);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'));
            prop_assert_eq!(text.parse(), Ok(name));
        }

        #[test]
        fn no_text_has_two_meanings(at in 0..GOOD.len(), byte in 0..128_u8) {
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            if let Ok(name) = text.parse::<ArchiveName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
